import { hash } from "node:crypto"
import { Agent, request } from "node:http"
import { problems } from "@keyward/contract"
import fc from "fast-check"
import { afterAll, beforeAll, expect, test } from "vitest"
import { proving, seeds, times } from "./effort.ts"
import { described, type Hints, type JsonObject, mutated } from "./schema-arbitrary.ts"
import { install, type RunningServer } from "./server.ts"

/**
 * Whatever is sent to whichever route of the OpenAPI document, by a stranger or by the administrator: nothing breaks,
 * what succeeds is declared, and every refusal is a problem with a code and the request's id. Over a socket, on a real
 * process with a SQLite file.
 */
interface Operation {
  readonly method: string
  readonly path: string
  readonly query: Readonly<Record<string, JsonObject>>
  readonly body: JsonObject | null
  readonly responses: readonly string[]
}

interface Sent {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | null
}

const agent = new Agent({ keepAlive: true, maxSockets: 4 })
let server: RunningServer
let document: JsonObject
let operations: readonly Operation[]
let hints: Hints
/** Credentials: of the administrator, of a holder, of nobody. */
let tokens: string[]

beforeAll(async () => {
  // Nobody is made to wait: a stranger's guesses are most of what is sent here.
  const installation = await install("sqlite", { KEYWARD_GUESS_LIMIT: "0", KEYWARD_LOG_LEVEL: "warn" })
  server = await installation.start()
  const {
    admin,
    demo_keyspace_id: keyspaceId,
    organization_id: organizationId,
  } = await installation.credentials()
  const created = async (path: string, body: object) => {
    const headers = { authorization: `Bearer ${admin.api_key}`, "content-type": "application/json" }
    const answer = await server.call(path, { method: "POST", headers, body: JSON.stringify(body) })
    expect(answer.ok).toBe(true)
    return (await answer.json()) as { readonly id: string; readonly secret: string }
  }
  const recoverable = await created("/v1/keyspaces", { name: "R", prefix: "r", retention: "recoverable" })
  const keys = await Promise.all(
    Array.from({ length: 72 }, (_, at) =>
      created("/v1/keys", {
        keyspace_id: at % 2 === 0 ? keyspaceId : recoverable.id,
        name: `Key ${at}`,
        ...(at % 3 === 0 ? { credits: { remaining: 1000 } } : {}),
      }),
    ),
  )
  // Of every six, three are being rotated, and one is there to be restored.
  await Promise.all(
    keys.map(({ id }, at) => {
      if (at % 6 < 3) return created(`/v1/keys/${id}/rotate`, { overlap: "PT1H" })
      if (at % 6 < 5) return null
      const headers = { authorization: `Bearer ${admin.api_key}` }
      return server.call(`/v1/keys/${id}`, { method: "DELETE", headers })
    }),
  )
  const people = await Promise.all(
    Array.from({ length: 24 }, (_, at) =>
      at % 2 === 0
        ? created("/v1/users", { email: `user-${at}@example.com`, display_name: `User ${at}` })
        : created("/v1/service-accounts", { display_name: `Service ${at}` }),
    ),
  )
  const dryRun = { filter: { keyspace_id: keyspaceId }, action: { kind: "disable" }, dry_run: true }
  const tasks = await Promise.all(Array.from({ length: 6 }, () => created("/v1/tasks", dryRun)))
  const roleNames = Array.from({ length: 12 }, (_, at) => `role-${at}`)
  await Promise.all(
    roleNames.map((name) => created("/v1/roles", { name, description: "", permissions: ["keys.read"] })),
  )
  const users = people.filter((_, at) => at % 2 === 0).map(({ id }) => id)
  const serviceAccounts = people.filter((_, at) => at % 2 === 1).map(({ id }) => id)
  const ids = keys.map(({ id }) => id)
  const secrets = keys.map(({ secret }) => secret)
  hints = {
    organization_id: [organizationId],
    keyspace_id: [keyspaceId, recoverable.id],
    key_id: ids,
    target_id: ids,
    task_id: tasks.map(({ id }) => id),
    user_id: users,
    service_account_id: serviceAccounts,
    member_id: [...users, ...serviceAccounts],
    role_name: roleNames,
    email: [admin.email, "new@example.com", "other@example.com"],
    password: [admin.password],
    roles: ["member", "auditor", ...roleNames],
    key: secrets,
    prefix: ["fuzz", "acme_live"],
    permissions: ["things.read", "things.*", "!things.write:a", "keys.read"],
    name: ["desk", "night-desk", "front_desk"],
    allowed_addresses: ["192.0.2.1", "2001:db8::/32"],
    allowed_origins: ["https://a.example"],
    client_ip: ["192.0.2.1"],
    overlap: ["PT1H", "P1D", "P1W"],
    start: ["", "d"],
    end: ["", "z"],
    secret_sha256: ["0".repeat(64), hash("sha256", secrets[0] ?? "")],
    "": [organizationId, keyspaceId, "things.read", "a.b and (c or d:e)", "external", ...ids, ...secrets],
  }
  tokens = [admin.api_key, admin.api_key, admin.api_key, secrets[0] ?? "", "nonsense", ""]
  document = (await (await server.call("/openapi.json")).json()) as JsonObject
  operations = operationsOf(document)
})

afterAll(async () => {
  agent.destroy()
  const { code } = await server.end("SIGTERM")
  expect(code).toBe(0)
})

function operationsOf(openApi: JsonObject): Operation[] {
  const paths = openApi["paths"] as Record<string, Record<string, JsonObject>>
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => {
      const parameters = (operation["parameters"] ?? []) as readonly JsonObject[]
      const content = Object.values((operation["requestBody"] as JsonObject | undefined)?.["content"] ?? {})
      return {
        method: method.toUpperCase(),
        path,
        query: Object.fromEntries(
          parameters
            .filter((parameter) => parameter["in"] === "query")
            .map((parameter) => [String(parameter["name"]), parameter["schema"] as JsonObject]),
        ),
        body: content.length === 0 ? null : ((content[0] as JsonObject)["schema"] as JsonObject),
        responses: Object.keys(operation["responses"] as JsonObject),
      }
    }),
  )
}

/** A path segment or a query value, as a client could put it into a URL. */
const urlText = fc.oneof(
  {
    arbitrary: fc
      .string({ unit: "binary", maxLength: 12 })
      .map((text) => encodeURIComponent(text.toWellFormed())),
    weight: 3,
  },
  fc.string({
    unit: fc.constantFrom("%", "0", "f", ".", "/", "&", "=", "+", ";", "'", "~", "e"),
    maxLength: 8,
  }),
  fc.constantFrom(
    "%00",
    "%ff",
    "%ed%a0%80",
    "..",
    "%2e%2e%2f",
    "x".repeat(300),
    "null",
    "-1",
    "1e9",
    "9".repeat(30),
  ),
)

function pathOf(operation: Operation): fc.Arbitrary<string> {
  const [, name = ""] = /\{(\w+)\}/.exec(operation.path) ?? []
  const known = fc.constantFrom(...(hints[name] ?? [""])).map(encodeURIComponent)
  const id = fc.oneof({ arbitrary: known, weight: 8 }, urlText)
  return id.map((value) => operation.path.replace(/\{\w+\}/, () => value))
}

function queryOf(operation: Operation): fc.Arbitrary<string> {
  const declared = Object.entries(operation.query).map(([name, schema]) => {
    const value = described(document, schema, hints, name).map((text) => encodeURIComponent(wellFormed(text)))
    const written = fc.oneof({ arbitrary: value, weight: 6 }, urlText)
    return { arbitrary: written.map((text) => `${name}=${text}`), weight: 2 }
  })
  return fc
    .array(fc.oneof(...declared, urlText), { maxLength: 3 })
    .map((parameters) => (parameters.length === 0 ? "" : `?${parameters.join("&")}`))
}

function wellFormed(value: unknown): string {
  return String(value).toWellFormed()
}

function bodyOf(operation: Operation): fc.Arbitrary<string | null> {
  const anything = fc.oneof(
    fc.json(),
    fc.string({ unit: "binary" }),
    fc.constantFrom(
      "",
      "null",
      "{",
      "[".repeat(5000),
      `{"a":${'{"a":'.repeat(3000)}1${"}".repeat(3001)}`,
      '{"__proto__":1}',
    ),
  )
  if (!operation.body) return fc.option(anything, { freq: 2 })
  const valid = described(document, operation.body, hints)
  const print = (value: unknown) => JSON.stringify(operation.path === "/v1/tasks" ? harmless(value) : value)
  return fc.oneof<fc.MaybeWeightedArbitrary<string | null>[]>(
    { arbitrary: valid.map(print), weight: 4 },
    { arbitrary: valid.chain(mutated).map(print), weight: 6 },
    { arbitrary: fc.option(anything), weight: 1 },
  )
}

/** A task in earnest could end all the keys that the other requests are about, and the administrator's. */
function harmless(task: unknown): unknown {
  return typeof task === "object" && task !== null && !Array.isArray(task) ? { ...task, dry_run: true } : task
}

const headerText = fc.string({
  unit: fc.constantFrom("a", "Z", "0", " ", '"', ",", ";", "=", "/", "*", "W/", "é", "-", "<", "{"),
  maxLength: 12,
})
const headers = fc.record(
  {
    "if-match": fc.oneof(
      { arbitrary: fc.constant("*"), weight: 4 },
      headerText,
      fc.constantFrom('"1"', '"2"', 'W/"1"'),
    ),
    "idempotency-key": fc.oneof(headerText, fc.nat(99).map(String)),
    "x-request-id": headerText,
    traceparent: fc.oneof(headerText, fc.constant("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")),
    "x-api-key": headerText,
    "x-forwarded-for": headerText,
    origin: headerText,
    accept: headerText,
    "user-agent": headerText,
    "if-none-match": headerText,
    range: headerText,
    "accept-encoding": headerText,
  },
  { requiredKeys: [], noNullPrototype: true },
)
const contentType = fc.oneof(
  { arbitrary: fc.constant("application/json"), weight: 12 },
  fc.constantFrom("application/merge-patch+json", "text/plain", "application/json; charset=utf-16"),
  headerText,
)

function sentTo(operation: Operation): fc.Arbitrary<Sent> {
  const method = fc.oneof(
    { arbitrary: fc.constant(operation.method), weight: 12 },
    fc.constantFrom("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"),
  )
  return fc
    .record({
      method,
      path: pathOf(operation),
      query: fc.oneof(
        { arbitrary: fc.constant(""), weight: operation.method === "GET" ? 1 : 8 },
        queryOf(operation),
      ),
      token: fc.option(fc.constantFrom(...tokens), { freq: 12 }),
      headers,
      type: contentType,
      body: bodyOf(operation),
    })
    .map(({ method, path, query, token, headers, type, body }) => ({
      method,
      path: path + query,
      headers: {
        ...headers,
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        ...(body === null ? {} : { "content-type": type, "content-length": String(Buffer.byteLength(body)) }),
      },
      body,
    }))
}

interface Answered {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly text: string
}

function send({ method, path, headers, body }: Sent): Promise<Answered> {
  const { hostname, port } = new URL(server.baseUrl)
  return new Promise((resolve, reject) => {
    const asked = request({ agent, hostname, port, method, path, headers }, (answer) => {
      const received: Buffer[] = []
      answer.on("data", (data: Buffer) => received.push(data))
      answer.on("error", reject)
      answer.on("end", () =>
        resolve({
          status: answer.statusCode ?? 0,
          headers: answer.headers,
          text: Buffer.concat(received).toString(),
        }),
      )
    })
    asked.on("error", reject)
    asked.end(body ?? undefined)
  })
}

/** What of it all succeeded, so that the test knows that it did not just knock at closed doors. */
const succeeded = new Set<string>()

function expectAnswer(operation: Operation, sent: Sent, { status, headers, text }: Answered): void {
  const about = `${status} ${text.slice(0, 300)}`
  expect(status, about).toBeLessThan(500)
  expect(headers["x-request-id"], about).toMatch(/^[A-Za-z0-9._-]{1,128}$/)
  if (status < 400) {
    const [path = ""] = sent.path.split("?")
    if (sent.method === operation.method) succeeded.add(`${operation.method} ${operation.path}`)
    const undeclared = sent.method !== operation.method || path.includes("..")
    if (!undeclared) expect(operation.responses, about).toContain(String(status))
    return
  }
  if (sent.method === "HEAD") {
    expect(text).toBe("")
    return
  }
  expect(headers["content-type"], about).toBe("application/problem+json")
  const problem = JSON.parse(text)
  expect(Object.keys(problems), about).toContain(problem.code)
  expect(problem, about).toMatchObject({ status, request_id: headers["x-request-id"] })
  expect(problem.fix, about).not.toBe("")
}

async function fuzz(
  parameters: fc.Parameters<[{ readonly operation: Operation; readonly sent: Sent }]>,
): Promise<void> {
  const asked = fc
    .constantFrom(...operations)
    .chain((operation) => sentTo(operation).map((sent) => ({ operation, sent })))
  await fc.assert(
    fc.asyncProperty(asked, async ({ operation, sent }) => {
      expectAnswer(operation, sent, await send(sent))
    }),
    parameters,
  )
}

/** What succeeds only with a session, a one-time link or a provider: tested where those are at hand. */
const beyondKeys = /\/v1\/(sessions|password|links|openid)/

// So many that every route is got through to, which takes longer than `npm test` has time for.
test.runIf(proving)(
  "the same requests every time, to every route",
  async () => {
    await fuzz({ seed: 20_260_701, numRuns: 9000 })
    const all = operations.map(({ method, path }) => `${method} ${path}`)
    expect(all.filter((name) => !succeeded.has(name) && !beyondKeys.test(name))).toEqual([])
  },
  120_000,
)

const runs = times({ quick: 1500, proof: 3000 })

test.each(seeds)(`${runs} requests (seed %i)`, { timeout: 60_000 + 15 * runs }, async (seed) => {
  await fuzz({ seed, numRuns: runs })
  expect(server.log.filter((line) => /"level":(50|60)/.test(line))).toEqual([])
  expect((await server.call("/readyz")).status).toBe(200)
})
