import { openApiDocument, secretMembers } from "@keyward/contract"
import { octopusDescription, octopusRoutes } from "@keyward/contract/octopus"
import { expect, test } from "vitest"

test("the operations of the reference have its names, and come first", () => {
  const document = openApiDocument({
    title: "Octopus Deploy",
    version: "1",
    description: octopusDescription,
    routes: octopusRoutes,
  })
  expect(
    octopusRoutes.slice(0, 4).map(({ operationId, method, path }) => [operationId, method, path]),
  ).toEqual([
    [
      "custom_action_response_descriptor_octopus_server_web_api_actions_create_api_key_action",
      "POST",
      "/api/users/{userId}/apikeys",
    ],
    [
      "custom_query_response_descriptor_octopus_server_web_api_actions_index_api_keys_responder",
      "GET",
      "/api/users/{userId}/apikeys",
    ],
    ["load_response_descriptor_users_api_key_api_key_resource", "GET", "/api/users/{userId}/apikeys/{id}"],
    [
      "delete_on_background_response_descriptor_users_api_key_api_key_resource",
      "DELETE",
      "/api/users/{userId}/apikeys/{id}",
    ],
  ])
  expect(Object.keys(document["paths"] as object)).toHaveLength(
    new Set(octopusRoutes.map(({ path }) => path)).size,
  )
  expect(JSON.stringify(document["paths"])).not.toContain("problem+json")
})

test("only a new key and a password are secrets that travel", () => {
  expect(secretMembers(octopusRoutes)).toEqual([
    "custom_action_response_descriptor_octopus_server_web_api_actions_create_api_key_action 200 ApiKey",
    "sign_in body Password",
  ])
})
