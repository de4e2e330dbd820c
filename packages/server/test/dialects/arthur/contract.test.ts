import { openApiDocument } from "@keyward/contract"
import { arthurRoutes } from "@keyward/contract/arthur"
import { expect, test } from "vitest"

test("an OpenAPI document can be made of the routes, under the operationIds of the vendor's reference", () => {
  const document = openApiDocument({ title: "Arthur", version: "1", description: "", routes: arthurRoutes })
  const operations = Object.values(
    document["paths"] as Record<string, Record<string, { operationId: string; responses: object }>>,
  ).flatMap((methods) => Object.values(methods))
  const byId = Object.fromEntries(operations.map((operation) => [operation.operationId, operation.responses]))
  expect(Object.keys(byId)).toEqual(
    expect.arrayContaining([
      "create_api_key_auth_api_keys_post",
      "get_all_active_api_keys_auth_api_keys_get",
      "get_api_key_auth_api_keys_api_key_id_get",
      "deactivate_api_key_auth_api_keys_deactivate_api_key_id_delete",
    ]),
  )
  expect(byId["create_api_key_auth_api_keys_post"]).toMatchObject({
    200: { content: { "application/json": { schema: { $ref: "#/components/schemas/ApiKeyResponse" } } } },
    422: {
      content: { "application/json": { schema: { $ref: "#/components/schemas/HTTPValidationError" } } },
    },
  })
  expect(JSON.stringify(byId)).not.toContain("problem+json")
})
