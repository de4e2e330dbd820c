import { openApiDocument, secretMembers } from "@keyward/contract"
import { automoxDescription, automoxRoutes } from "@keyward/contract/automox"
import { expect, test } from "vitest"

const head = { title: "Automox", version: "1", description: automoxDescription }
const document = openApiDocument({ ...head, routes: automoxRoutes })

interface Operation {
  readonly operationId: string
  readonly requestBody?: { readonly required: boolean }
  readonly responses: Readonly<Record<string, unknown>>
  readonly parameters: readonly { readonly name: string; readonly in: string; readonly required: boolean }[]
}

const paths: Record<string, Record<string, Operation>> = JSON.parse(JSON.stringify(document["paths"]))

test("the OpenAPI document has the operations of the reference, with their parameters and statuses", () => {
  const printed = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { operationId, parameters, responses }]) => {
      const named = parameters?.map(({ name, required }) => (required ? name : `${name}?`)) ?? []
      return [operationId, `${method.toUpperCase()} ${path}`, named.join(" "), Object.keys(responses)[0]]
    }),
  )
  expect(printed.slice(0, 9).toSorted()).toEqual(
    [
      ["create_user_api_key", "POST /users/{userId}/api_keys", "userId o", "200"],
      ["decrypt_user_api_key", "POST /users/{userId}/api_keys/{id}/decrypt", "userId id o", "200"],
      ["delete_user_api_key", "DELETE /users/{userId}/api_keys/{id}", "userId id o", "204"],
      ["get_organization_api_keys", "GET /orgs/{id}/api_keys", "id page? limit?", "200"],
      ["get_self", "GET /users/self", "", "200"],
      ["get_user_api_key", "GET /users/{userId}/api_keys/{id}", "userId id o", "200"],
      ["get_user_api_keys", "GET /users/{userId}/api_keys", "userId o page? limit?", "200"],
      ["get_users", "GET /users", "o page? limit?", "200"],
      ["update_user_api_key", "PUT /users/{userId}/api_keys/{id}", "userId id o", "200"],
    ].toSorted(),
  )
  for (const { responses } of Object.values(paths).flatMap((methods) => Object.values(methods))) {
    for (const status of ["400", "401", "403", "404", "429", "503"]) {
      expect(responses[status]).toMatchObject({
        content: { "application/json": { schema: { $ref: "#/components/schemas/AutomoxError" } } },
      })
    }
  }
})

test("the bodies that there are may be left out", () => {
  const bodies = Object.values(paths).flatMap((methods) =>
    Object.values(methods).flatMap(({ requestBody }) => requestBody ?? []),
  )
  expect(bodies.map(({ required }) => required)).toEqual([false, false])
})

test("the only secret that travels is the one that decrypt answers", () => {
  expect(secretMembers(automoxRoutes)).toEqual(["decrypt_user_api_key 200 api_key"])
})
