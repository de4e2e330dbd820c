import { Ajv2020 } from "ajv/dist/2020.js"
import { describe, expect, test } from "vitest"
import { dialectDocuments } from "../src/dialects.ts"
import { type JsonObject, openApiDocument, schemaKeywords } from "../src/index.ts"

/** The operations of the vendors' published references, by the names of their methods there. */
const published: Readonly<Record<string, readonly string[]>> = {
  arthur: [
    "create_api_key_auth_api_keys_post",
    "deactivate_api_key_auth_api_keys_deactivate_api_key_id_delete",
    "get_all_active_api_keys_auth_api_keys_get",
    "get_api_key_auth_api_keys_api_key_id_get",
  ],
  automox: [
    "create_user_api_key",
    "decrypt_user_api_key",
    "delete_user_api_key",
    "get_organization_api_keys",
    "get_user_api_key",
    "get_user_api_keys",
    "update_user_api_key",
  ],
  octopus: [
    "custom_action_response_descriptor_octopus_server_web_api_actions_create_api_key_action",
    "custom_query_response_descriptor_octopus_server_web_api_actions_index_api_keys_responder",
    "delete_on_background_response_descriptor_users_api_key_api_key_resource",
    "load_response_descriptor_users_api_key_api_key_resource",
  ],
  docspace: [
    "create_api_key",
    "delete_api_key",
    "get_all_permissions",
    "get_api_key",
    "get_api_keys",
    "update_api_key",
  ],
}

describe.each(Object.entries(dialectDocuments))("the OpenAPI document of %s", (name, input) => {
  const document = openApiDocument({ ...input, version: "1.2.3" })
  const printed = JSON.stringify(document)

  test("has every operation of the vendor's reference, by its name there", () => {
    const ids = input.routes.map(({ operationId }) => operationId)
    expect(ids).toEqual(expect.arrayContaining([...(published[name] ?? ["none are known"])]))
    for (const id of ids) expect(printed.split(`"operationId":"${id}"`)).toHaveLength(2)
  })

  test("refers to nothing that is not there, and has no schema or header that nothing refers to", () => {
    const { schemas, headers } = document["components"] as Record<string, JsonObject>
    const there = [
      ...Object.keys(schemas ?? {}).map((title) => `#/components/schemas/${title}`),
      ...Object.keys(headers ?? {}).map((title) => `#/components/headers/${title}`),
    ]
    const referred = [...printed.matchAll(/"\$ref":"([^"]+)"/g)].map(([, reference]) => reference)
    expect(new Set(referred)).toEqual(new Set(there))
  })

  test("says of each operation that asks for a credential what takes one", () => {
    const { securitySchemes } = document["components"] as { securitySchemes: JsonObject }
    const operations = Object.values(document["paths"] as Record<string, Record<string, JsonObject>>).flatMap(
      (methods) => Object.values(methods),
    )
    const schemes = operations.flatMap(({ security }) => (security as JsonObject[]).flatMap(Object.keys))
    expect(new Set(schemes)).toEqual(new Set(Object.keys(securitySchemes)))
  })

  test("every schema compiles as JSON Schema 2020-12", () => {
    const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, validateFormats: false })
    ajv.addVocabulary([...schemaKeywords, "openapi", "info", "tags", "paths", "components"])
    const id = `https://keyward.test/openapi/${name}`
    ajv.addSchema({ ...document, $id: id })
    const { schemas = {} } = document["components"] as Record<string, JsonObject>
    expect(Object.keys(schemas).length).toBeGreaterThan(2)
    for (const title of Object.keys(schemas)) {
      expect(ajv.getSchema(`${id}#/components/schemas/${title}`), title).toBeTypeOf("function")
    }
  })
})
