import type { TSchema } from "typebox"
import type { Json, JsonObject } from "./json.ts"
import {
  commonProblems,
  Problem,
  type ProblemCode,
  problemMediaType,
  problems,
  problemType,
} from "./problem.ts"
import { type Route, takesIdempotencyKey } from "./route.ts"

export interface OpenApiInput {
  readonly title: string
  readonly version: string
  /** CommonMark. */
  readonly description: string
  readonly routes: readonly Route[]
  /** Base URLs; absent: the server that hands out the document. */
  readonly servers?: readonly string[]
  /** How callers present what, by name; absent: as the native API takes it. */
  readonly securitySchemes?: Readonly<Record<string, JsonObject>>
}

/**
 * The OpenAPI 3.1 document of an API. A schema with a `title` is printed once,
 * under `components`, and referred to everywhere else.
 * @throws Error when two different schemas have one title, or two routes one operationId or one method and path
 */
export function openApiDocument(input: OpenApiInput): JsonObject {
  const { title, version, description, routes, servers, securitySchemes = nativeSecurity } = input
  const schemas = new SchemaComponents()
  const paths: Record<string, Record<string, JsonObject>> = {}
  const operationIds = new Set<string>()
  const codes = new Set<ProblemCode>()
  for (const route of routes) {
    const operations = paths[route.path] ?? {}
    paths[route.path] = operations
    const method = route.method.toLowerCase()
    if (operationIds.has(route.operationId) || operations[method]) {
      throw new Error(`${route.operationId} or ${route.method} ${route.path} is declared twice.`)
    }
    operationIds.add(route.operationId)
    for (const code of problemsOf(route)) codes.add(code)
    operations[method] = operation(route, schemas, Object.keys(securitySchemes))
  }
  return {
    openapi: "3.1.0",
    info: { title, version, description },
    ...(servers ? { servers: servers.map((url) => ({ url })) } : {}),
    tags: [...new Set(routes.map(({ tag }) => tag))].map((name) => ({ name })),
    paths,
    components: {
      schemas: schemas.printed,
      examples: Object.fromEntries([...codes].map((code) => [code, problemExample(code)])),
      headers: referredTo(paths),
      securitySchemes,
    },
  }
}

const nativeSecurity = {
  bearer: {
    type: "http",
    scheme: "bearer",
    description: "A key, or the token of a session, as Authorization: Bearer <key>.",
  },
  api_key: { type: "apiKey", in: "header", name: "X-API-Key", description: "A key, as it is." },
  cookie: {
    type: "apiKey",
    in: "cookie",
    name: "__Host-keyward_session",
    description:
      "A session, for pages of this server alone. Without TLS the cookie is called keyward_session.",
  },
} satisfies Readonly<Record<string, JsonObject>>

/** Titled schemas by their title, gathered while the document is printed. */
class SchemaComponents {
  readonly #schemas = new Map<string, { readonly source: string; readonly printed: Json }>()

  get printed(): JsonObject {
    const byTitle = [...this.#schemas].sort(([a], [b]) => (a < b ? -1 : 1))
    return Object.fromEntries(byTitle.map(([title, { printed }]) => [title, printed]))
  }

  /** The schema as JSON, with a reference in place of each titled schema in it. */
  print(schema: TSchema): JsonObject {
    return this.#print(JSON.parse(JSON.stringify(schema)) as JsonObject) as JsonObject
  }

  #print(value: Json): Json {
    if (Array.isArray(value)) return value.map((item: Json) => this.#print(item))
    if (value === null || typeof value !== "object") return value
    const { title } = value as JsonObject
    // A property that is called "title" is a schema here, and not a text.
    if (typeof title !== "string") return this.#printMembers(value as JsonObject)
    const source = JSON.stringify(value)
    const known = this.#schemas.get(title)
    if (known && known.source !== source) throw new Error(`Two different schemas have the title ${title}.`)
    if (!known) this.#schemas.set(title, { source, printed: this.#printMembers(value as JsonObject) })
    return { $ref: `#/components/schemas/${title}` }
  }

  #printMembers(value: JsonObject): JsonObject {
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, this.#print(member)]))
  }
}

function operation(route: Route, schemas: SchemaComponents, schemes: readonly string[]): JsonObject {
  const needs = route.permission ? `Needs the permission \`${route.permission}\`.` : undefined
  const parameters = [
    ...parametersOf(route.params, "path", schemas),
    ...parametersOf(route.query, "query", schemas),
    ...parametersOf(route.headers, "header", schemas),
  ]
  return {
    operationId: route.operationId,
    tags: [route.tag],
    summary: route.summary,
    description: [route.description, needs].filter((text) => text !== undefined).join("\n\n"),
    ...(route.permission ? { "x-permission": route.permission } : {}),
    security: securityOf(route, schemes),
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(route.body ? { requestBody: requestBody(route, route.body, schemas) } : {}),
    responses: { ...successes(route, schemas), ...failures(route, schemas) },
  }
}

/** The credentials that a route takes, any one of them; none: it asks for none. A holder's is always the key itself. */
function securityOf(route: Route, schemes: readonly string[]): JsonObject[] {
  if (route.byHolder) return [{ bearer: [] }, { api_key: [] }]
  return route.permission === undefined ? [] : schemes.map((scheme) => ({ [scheme]: [] }))
}

function parametersOf(
  object: Route["params"],
  place: "path" | "query" | "header",
  schemas: SchemaComponents,
): JsonObject[] {
  const required: readonly string[] = object?.required ?? []
  return Object.entries(object?.properties ?? {}).map(([name, property]) => {
    const { description = "", ...schema } = schemas.print(property)
    return { name, in: place, required: required.includes(name), description, schema }
  })
}

function requestBody(route: Route, body: TSchema, schemas: SchemaComponents): JsonObject {
  const schema = schemas.print(body)
  const types = route.bodyTypes ?? ["application/json"]
  const required = !route.bodyOptional
  return { required, content: Object.fromEntries(types.map((type) => [type, { schema }])) }
}

function successes(route: Route, schemas: SchemaComponents): JsonObject {
  return Object.fromEntries(
    Object.entries(route.answers).map(([status, { description, schema, headers = {} }]) => {
      const own = Object.entries(headers).map(([name, header]) => {
        const { description: about = "", ...rest } = schemas.print(header)
        return [name, { description: about, schema: rest }]
      })
      return [
        status,
        {
          description,
          headers: {
            ...referredHeaders([
              "X-Request-Id",
              ...(takesIdempotencyKey(route) ? ["Idempotency-Replayed"] : []),
              ...(route.byHolder ? rateLimitHeaders : []),
              ...(route.tellsOfEnd ? ["Sunset"] : []),
            ]),
            ...Object.fromEntries(own),
          },
          ...(schema ? { content: { "application/json": { schema: schemas.print(schema) } } } : {}),
        },
      ]
    }),
  )
}

/** A dialect's routes refuse in their vendor's envelope and answer no problems. */
function problemsOf(route: Route): ProblemCode[] {
  return route.errors ? [] : [...new Set([...route.problems, ...commonProblems(route)])]
}

/** One answer for each status, with an example for each code that it can have. */
function failures(route: Route, schemas: SchemaComponents): JsonObject {
  if (route.errors) {
    const refusals = Object.entries(route.errors).map(([status, { description, schema }]) => [
      status,
      {
        description,
        headers: referredHeaders(
          status === "429" || status === "503" ? ["X-Request-Id", "Retry-After"] : ["X-Request-Id"],
        ),
        ...(schema ? { content: { "application/json": { schema: schemas.print(schema) } } } : {}),
      },
    ])
    return Object.fromEntries(refusals)
  }
  const schema = schemas.print(Problem)
  const byStatus = Object.entries(Object.groupBy(problemsOf(route), (code) => problems[code].status))
  return Object.fromEntries(
    byStatus.map(([status, codes = []]) => {
      const headers = ["X-Request-Id"]
      if (status === "401") headers.push("WWW-Authenticate")
      const worthRepeating = status === "429" || status === "503" || codes.includes("idempotency_in_progress")
      if (worthRepeating) headers.push("Retry-After")
      if (status === "429") headers.push(...rateLimitHeaders)
      const examples = codes.map((code) => [code, { $ref: `#/components/examples/${code}` }])
      return [
        status,
        {
          description: codes.map((code) => `${problems[code].title} (\`${code}\`).`).join(" "),
          headers: referredHeaders(headers),
          content: { [problemMediaType]: { schema, examples: Object.fromEntries(examples) } },
        },
      ]
    }),
  )
}

const answerHeaders = {
  "X-Request-Id": {
    description: "Names this request in logs and the audit trail: the caller's own, or one made for it.",
    schema: { type: "string" },
  },
  "Retry-After": {
    description: "After how many seconds it is worth trying again.",
    schema: { type: "integer", minimum: 0 },
  },
  "Idempotency-Replayed": {
    description: "`true`: this is the answer that an earlier call with the same Idempotency-Key was given.",
    schema: { type: "string", enum: ["true"] },
  },
  RateLimit: {
    description:
      'Of a key with limits, what is left of each: `"hour";r=98;t=3528`, `r` units, to last for `t` seconds (draft-ietf-httpapi-ratelimit-headers, structured fields).',
    schema: { type: "string" },
  },
  "RateLimit-Policy": {
    description: 'Of a key with limits, each of them: `"hour";q=100;w=3600`, `q` units in `w` seconds.',
    schema: { type: "string" },
  },
  Sunset: {
    description:
      "Of a key within 30 days of its end: when the presented secret, or the key itself, stops working (RFC 8594, an HTTP-date).",
    schema: { type: "string" },
  },
  "WWW-Authenticate": { description: "How to authenticate (RFC 6750).", schema: { type: "string" } },
} satisfies JsonObject

/** What the holder of a key is told of its limits. */
const rateLimitHeaders = ["RateLimit", "RateLimit-Policy"]

/** Those of the headers that the paths refer to. */
function referredTo(paths: JsonObject): JsonObject {
  const printed = JSON.stringify(paths)
  return Object.fromEntries(
    Object.entries(answerHeaders).filter(([name]) => printed.includes(`"#/components/headers/${name}"`)),
  )
}

function referredHeaders(names: readonly string[]): JsonObject {
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]))
}

function problemExample(code: ProblemCode): JsonObject {
  const { status, title, fix } = problems[code]
  const example: Problem = {
    type: problemType(code),
    title,
    status,
    detail: `${title}.`,
    code,
    request_id: "01980a5e-7c1f-7a44-9d0c-3f2b5a6c7d8e",
    fix,
    errors:
      code === "invalid_input"
        ? [{ member: "/name", message: "must NOT have fewer than 1 characters", fix: "Send a longer text." }]
        : [],
  }
  return { summary: title, value: { ...example } }
}
