import { Ajv2020 } from "ajv/dist/2020.js"
import { Type } from "typebox"
import { describe, expect, test } from "vitest"
import {
  type Json,
  type JsonObject,
  nativeDescription,
  nativeRoutes,
  openApiDocument,
  problems,
  type Route,
  route,
  schemaKeywords,
} from "../src/index.ts"

const head = { title: "Keyward", version: "1.2.3", description: nativeDescription }
const document = openApiDocument({ ...head, routes: nativeRoutes })

/** Every object in a value, with the JSON Pointer to it. */
function* objectsIn(value: Json, pointer = ""): Generator<readonly [string, JsonObject]> {
  if (value === null || typeof value !== "object") return
  if (!Array.isArray(value)) yield [pointer, value as JsonObject]
  for (const [name, member] of Object.entries(value)) {
    yield* objectsIn(member, `${pointer}/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`)
  }
}

/** What a JSON Pointer in fragment form points to; undefined when that is nothing. */
function resolve(reference: string): Json | undefined {
  let found: Json | undefined = document
  for (const name of reference.replace(/^#\//, "").split("/")) {
    found = (found as Record<string, Json>)?.[name.replaceAll("~1", "/").replaceAll("~0", "~")]
  }
  return found
}

const operations = Object.entries(document["paths"] as Record<string, Record<string, JsonObject>>).flatMap(
  ([path, methods]) => Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
)

describe("the OpenAPI document of the native API", () => {
  test("is OpenAPI 3.1 and holds every route once", () => {
    expect(document["openapi"]).toMatch(/^3\.1\.\d$/)
    expect(document["info"]).toEqual(head)
    const printed = operations.map(({ path, method, operation }) => [operation["operationId"], method, path])
    const declared = nativeRoutes.map((each) => [each.operationId, each.method.toLowerCase(), each.path])
    expect(printed.toSorted()).toEqual(declared.toSorted())
    expect(new Set(printed.map(([id]) => id)).size).toBe(printed.length)
  })

  test.each(operations)("$method $path declares the parameters that its path names, and no other", (each) => {
    const parameters = (each.operation["parameters"] ?? []) as JsonObject[]
    const named = [...each.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
    const inPath = parameters.filter((parameter) => parameter["in"] === "path")
    expect(inPath.map(({ name }) => name)).toEqual(named)
    for (const parameter of parameters)
      expect(parameter["description"], String(parameter["name"])).toBeTruthy()
    expect(inPath.every(({ required }) => required === true)).toBe(true)
    const places = parameters.map((parameter) => `${parameter["in"]} ${parameter["name"]}`)
    expect(new Set(places).size).toBe(places.length)
  })

  test("refers to nothing that is not there, and has no component that nothing refers to", () => {
    const references = [...objectsIn(document)].flatMap(([, { $ref }]) =>
      typeof $ref === "string" ? [$ref] : [],
    )
    expect(references.length).toBeGreaterThan(50)
    expect(references.filter((reference) => resolve(reference) === undefined)).toEqual([])
    const { securitySchemes: _byName, ...components } = document["components"] as Record<string, JsonObject>
    const unused = Object.entries(components).flatMap(([kind, members]) =>
      Object.keys(members)
        .map((name) => `#/components/${kind}/${name}`)
        .filter((component) => !references.includes(component)),
    )
    expect(unused).toEqual([])
  })

  test("names its security schemes; only health, sign-in and links are open", () => {
    const { securitySchemes } = document["components"] as { securitySchemes: JsonObject }
    const open = operations.flatMap(({ path, operation }) => {
      const schemes = (operation["security"] as JsonObject[]).flatMap((scheme) => Object.keys(scheme))
      expect(schemes.filter((scheme) => !(scheme in securitySchemes))).toEqual([])
      return schemes.length === 0 ? [path] : []
    })
    expect(open).toEqual(["/v1/sessions", "/v1/links/accept", "/healthz", "/readyz"])
  })

  test("every schema compiles, strictly, as JSON Schema 2020-12", () => {
    const ajv = new Ajv2020({
      strict: true,
      allowUnionTypes: false,
      formats: { "date-time": true, duration: true },
    })
    ajv.addVocabulary([...schemaKeywords, "openapi", "info", "tags", "paths", "components"])
    ajv.addSchema({ ...document, $id: "https://keyward.test/openapi" })
    const schemas = [...objectsIn(document)].filter(([pointer]) =>
      /\/schema$|^\/components\/schemas\/[^/]+$/.test(pointer),
    )
    expect(schemas.length).toBeGreaterThan(100)
    for (const [pointer, schema] of schemas) {
      expect(
        () => ajv.compile({ $id: `https://keyward.test/${pointer}`, ...local(schema) }),
        pointer,
      ).not.toThrow()
    }
  })

  test("the example of every problem is a problem", () => {
    const ajv = new Ajv2020({ formats: { "date-time": true, duration: true } })
    const { examples, schemas } = document["components"] as Record<string, Record<string, JsonObject>>
    const isProblem = ajv.compile(schemas?.["Problem"] ?? false)
    for (const [code, { value }] of Object.entries(examples ?? {})) {
      expect(isProblem(value), `${code}: ${ajv.errorsText(isProblem.errors)}`).toBe(true)
      expect(value).toMatchObject({ code, type: `/problems/${code}` })
    }
    expect(isProblem({ code: "no_such_code" })).toBe(false)
  })

  test("says what takes an Idempotency-Key, and when to ask again", () => {
    expect(resolve("#/paths/~1v1~1keys/post/parameters")).toContainEqual(
      expect.objectContaining({ name: "Idempotency-Key", in: "header", required: false }),
    )
    const headersOf = (path: string) => Object.keys(resolve(`#/paths/${path}/headers`) ?? {})
    expect(headersOf("~1v1~1keys/post/responses/201")).toContain("Idempotency-Replayed")
    expect(headersOf("~1v1~1keys/post/responses/409")).toContain("Retry-After")
    expect(headersOf("~1v1~1keys~1{key_id}/patch/responses/409")).toEqual(["X-Request-Id"])
  })

  test("says which problems an operation can answer, by status", () => {
    const responses = resolve("#/paths/~1v1~1keys/post/responses") as Record<string, JsonObject>
    expect(Object.keys(responses).toSorted()).toEqual(
      ["201", "400", "401", "403", "404", "409", "413", "415", "422", "429", "500", "503"].toSorted(),
    )
    expect(JSON.stringify(responses["403"])).toContain("grant_exceeds_caller")
    expect(responses["429"]?.["headers"]).toHaveProperty("Retry-After")
    expect(resolve("#/paths/~1v1~1keys/post/x-permission")).toBe("keys.write")
  })

  test("every problem of the catalogue is answered by a route, except those of no route", () => {
    const answered = Object.keys((document["components"] as Record<string, JsonObject>)["examples"] ?? {})
    const never = Object.keys(problems).filter((code) => !answered.includes(code))
    expect(never).toEqual(["route_not_found", "method_not_allowed"])
  })

  test("every member that travels is described", () => {
    const members = [...objectsIn(document)].filter(([pointer]) => /\/properties\/[^/]+$/.test(pointer))
    const bare = members.filter(([, member]) => !("$ref" in member) && !member["description"])
    expect(bare.map(([pointer]) => pointer)).toEqual([])
  })
})

test("a dialect's route refuses in its vendor's envelope, and answers no problems", () => {
  const Refusal = Type.Object({ message: Type.String() }, { title: "Refusal" })
  const document = openApiDocument({
    ...head,
    servers: ["https://keys.example.com"],
    routes: [
      route({
        operationId: "readVendorThing",
        method: "GET",
        path: "/vendor/things",
        tag: "Vendor",
        summary: "A thing",
        permission: null,
        answers: { 200: { description: "It.", schema: Type.Unsafe<null>({ type: "null" }) } },
        problems: [],
        errors: { 404: { description: "There is none.", schema: Refusal } },
      }),
    ],
  })
  expect(document).toMatchObject({
    servers: [{ url: "https://keys.example.com" }],
    paths: {
      "/vendor/things": {
        get: {
          responses: {
            404: { content: { "application/json": { schema: { $ref: "#/components/schemas/Refusal" } } } },
          },
        },
      },
    },
  })
  expect(JSON.stringify(document)).not.toContain("Problem")
})

describe("what cannot be documented is refused", () => {
  const thing = (members: Route["answers"][number]["schema"], operationId: string, path: string) =>
    route({
      operationId,
      method: "GET",
      path,
      tag: "Things",
      summary: "A thing",
      answers: { 200: { description: "It.", schema: members } },
      problems: [],
    })
  const document = (...routes: Route[]) => openApiDocument({ ...head, routes })

  test("two schemas with one title", () => {
    const first = Type.Object({ a: Type.String() }, { title: "Thing" })
    const second = Type.Object({ b: Type.String() }, { title: "Thing" })
    expect(() => document(thing(first, "one", "/1"), thing(second, "two", "/2"))).toThrow("title Thing")
    expect(() => document(thing(first, "one", "/1"), thing(first, "two", "/2"))).not.toThrow()
  })

  test("two routes with one operationId, or with one method and path", () => {
    expect(() => document(thing(null, "one", "/1"), thing(null, "one", "/2"))).toThrow("declared twice")
    expect(() => document(thing(null, "one", "/1"), thing(null, "two", "/1"))).toThrow("declared twice")
  })
})

/** The same schema, its references made absolute so that they resolve in the document. */
function local(schema: JsonObject): JsonObject {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"https://keyward.test/openapi#/')) as JsonObject
}
