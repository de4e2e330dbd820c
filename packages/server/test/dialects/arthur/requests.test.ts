import { request as httpRequest } from "node:http"
import { describe, expect, test } from "vitest"
import { type ArthurServer, type Ask, arthurServers, places, type Reply } from "./arthur-server.ts"

const { shared, fresh } = arthurServers()
let server: ArthurServer

const collection = "/auth/api_keys/"

describe.each(places)("what a request must be, $mode, $engine", (place) => {
  const { mode } = place
  /** The reply says this of the request, in the words of the mode. */
  function expectInvalid({ status, json }: Reply, loc: (string | number)[], type: string): void {
    if (mode === "documented") {
      expect(status).toBe(422)
      expect(json.detail).toEqual([expect.objectContaining({ loc, type, msg: expect.stringMatching(/./) })])
    } else {
      expect(status).toBe(400)
      expect(json).toEqual({ detail: expect.stringContaining(type) })
      expect(json.detail).toContain(loc.join("."))
    }
  }
  const create = (asked: Omit<Ask, "method">) => server.ask(collection, { method: "POST", ...asked })

  test.each([
    { case: "no body", asked: {}, loc: ["body"], type: "missing" },
    {
      case: "an empty body",
      asked: { raw: "", headers: { "content-type": "application/json" } },
      loc: ["body"],
      type: "missing",
    },
    { case: "null", asked: { body: null }, loc: ["body"], type: "missing" },
    { case: "an array", asked: { body: [] }, loc: ["body"], type: "model_attributes_type" },
    { case: "a text", asked: { body: "x" }, loc: ["body"], type: "model_attributes_type" },
    {
      case: "malformed JSON",
      asked: { raw: '{"roles":', headers: { "content-type": "application/json" } },
      loc: ["body"],
      type: "json_invalid",
    },
    {
      case: "bytes that are not UTF-8",
      asked: { raw: new Uint8Array([0x7b, 0xff, 0x7d]), headers: { "content-type": "application/json" } },
      loc: ["body"],
      type: "json_invalid",
    },
    {
      case: "a form",
      asked: { raw: "roles=ORG-ADMIN", headers: { "content-type": "application/x-www-form-urlencoded" } },
      loc: ["body"],
      type: "model_attributes_type",
    },
    {
      case: "JSON that says it is text",
      asked: { raw: "{}", headers: { "content-type": "text/plain" } },
      loc: ["body"],
      type: "model_attributes_type",
    },
    {
      case: "a content type that is none",
      asked: { raw: "{}", headers: { "content-type": "json" } },
      loc: ["body"],
      type: "model_attributes_type",
    },
    {
      case: "a description that is a number",
      asked: { body: { description: 3 } },
      loc: ["body", "description"],
      type: "string_type",
    },
    {
      case: "a description with NUL",
      asked: { body: { description: "a\u0000" } },
      loc: ["body", "description"],
      type: "string_pattern_mismatch",
    },
    {
      case: "a description with half a character",
      asked: { body: { description: "\ud83d" } },
      loc: ["body", "description"],
      type: "string_pattern_mismatch",
    },
    {
      case: "roles that are a text",
      asked: { body: { roles: "ORG-ADMIN" } },
      loc: ["body", "roles"],
      type: "list_type",
    },
    {
      case: "an unknown role",
      asked: { body: { roles: ["ORG-ADMIN", "NOBODY"] } },
      loc: ["body", "roles", 1],
      type: "enum",
    },
    {
      case: "a role in lower case",
      asked: { body: { roles: ["org-admin"] } },
      loc: ["body", "roles", 0],
      type: "enum",
    },
    {
      case: "a role that is a number",
      asked: { body: { roles: [1] } },
      loc: ["body", "roles", 0],
      type: "enum",
    },
    {
      case: "the master key's role",
      asked: { body: { roles: ["ADMIN-KEY"] } },
      loc: ["body", "roles", 0],
      type: "enum",
    },
  ])("$case is refused, and nothing is created", async ({ asked, loc, type }) => {
    server = await shared(place)
    const before = (await server.ask(collection)).json
    expectInvalid(await create(asked), loc, type)
    expect((await server.ask(collection)).json).toEqual(before)
  })

  test("several faults are told together, as FastAPI tells them", async () => {
    server = await shared(place)
    const { status, json } = await create({ body: { description: {}, roles: ["ORG-ADMIN", "X"] } })
    const expected =
      "'DEFAULT-RULE-ADMIN', 'TASK-ADMIN', 'VALIDATION-USER', 'ORG-AUDITOR', 'ORG-ADMIN' or 'TENANT-USER'"
    const text =
      `2 validation errors:\n  body.description: Input should be a valid string [string_type]` +
      `\n  body.roles.1: Input should be ${expected} [enum]`
    const detail = [
      { loc: ["body", "description"], msg: "Input should be a valid string", type: "string_type" },
      {
        loc: ["body", "roles", 1],
        msg: `Input should be ${expected}`,
        type: "enum",
        input: "X",
        ctx: { expected },
      },
    ]
    expect([status, json]).toEqual(mode === "documented" ? [422, { detail }] : [400, { detail: text }])
  })

  test("a malformed id is told as FastAPI tells it", async () => {
    server = await shared(place)
    const error = "expected 32 hexadecimal digits, with or without dashes"
    const msg = `Input should be a valid UUID, ${error}`
    const told = { loc: ["path", "api_key_id"], msg, type: "uuid_parsing", input: "nope", ctx: { error } }
    const text = `1 validation error:\n  path.api_key_id: ${msg} [uuid_parsing]`
    const { json } = await server.ask("/auth/api_keys/nope")
    expect(json).toEqual({ detail: mode === "documented" ? [told] : text })
  })

  test("a body full of faults gets an answer of bounded size", async () => {
    server = await shared(place)
    const { status, json, text } = await create({ body: { roles: Array.from({ length: 20_000 }, () => 1) } })
    expect(status).toBe(mode === "documented" ? 422 : 400)
    if (mode === "documented") expect(json.detail).toHaveLength(100)
    expect(text.length).toBeLessThan(64 * 1024)
  })

  test.each(["[", '{"description":[', '{"roles":{"a":'])(
    "a body nested as deep as 64 KiB allow (%s) is only invalid",
    async (opening) => {
      server = await shared(place)
      const depth = Math.floor(60_000 / (opening.length + 2))
      const closing = [...opening]
        .toReversed()
        .flatMap((char) => ({ "[": "]", "{": "}" })[char] ?? [])
        .join("")
      const raw = `${opening.repeat(depth)}0${closing.repeat(depth)}`
      const { status } = await create({ raw, headers: { "content-type": "application/json" } })
      expect(status).toBe(mode === "documented" ? 422 : 400)
    },
  )

  test("a role that exists and cannot be assigned is 400 in both modes, and named", async () => {
    server = await shared(place)
    const { status, json } = await create({ body: { roles: ["ORG-ADMIN", "TENANT-USER"] } })
    expect(status).toBe(400)
    expect(json.detail).toMatch(/^Roles \['TENANT-USER'\] cannot be assigned via this endpoint; /)
  })

  test.each([
    "application/json",
    "application/json; charset=utf-8",
    "APPLICATION/JSON",
    "application/vnd.api+json",
  ])("%s is JSON", async (contentType) => {
    server = await shared(place)
    expect((await create({ raw: "{}", headers: { "content-type": contentType } })).status).toBe(200)
  })

  test("a body over 64 KiB is 413, announced or not", async () => {
    server = await shared(place)
    const fits = { description: "x".repeat(64 * 1024 - '{"description":""}'.length) }
    expect((await create({ body: fits })).status).toBe(200)
    const { status, json } = await create({ body: { description: `${fits.description}x` } })
    expect([status, json]).toEqual([413, { detail: expect.any(String) }])
    const chunked = await raw({
      method: "POST",
      path: collection,
      chunks: 9,
      headers: { "content-type": "application/json" },
    })
    expect([chunked.status, JSON.parse(chunked.text)]).toEqual([413, { detail: expect.any(String) }])
  })

  test("an id is found in every spelling of a UUID", async () => {
    server = await shared(place)
    const { id } = await server.issueKey()
    const bare = id.replaceAll("-", "")
    for (const spelling of [
      id,
      id.toUpperCase(),
      bare,
      bare.toUpperCase(),
      `%7B${id}%7D`,
      `{${id}}`,
      `urn:uuid:${id}`,
    ]) {
      const { status, json } = await server.ask(`/auth/api_keys/${spelling}`)
      expect([status, json?.id]).toEqual([200, id])
      const gone = await server.ask(`/auth/api_keys/deactivate/${spelling}`, { method: "DELETE" })
      expect(gone.status).toBe(mode === "documented" ? 200 : 204)
    }
  })

  test.each([
    "not-a-uuid",
    "deactivate",
    "1",
    `${"0".repeat(33)}`,
    "x".repeat(5_000),
    "{00000000000040008000000000000000}",
    "00000000-0000-4000-8000-00000000000g",
    "%00",
    "a%2Fb",
    "%F0%9F%94%91",
  ])("%s is no id", async (id) => {
    server = await shared(place)
    const { id: known } = await server.issueKey()
    expectInvalid(await server.ask(`/auth/api_keys/${id}`), ["path", "api_key_id"], "uuid_parsing")
    const path = `/auth/api_keys/deactivate/${id}`
    expectInvalid(await server.ask(path, { method: "DELETE" }), ["path", "api_key_id"], "uuid_parsing")
    expect((await server.ask(`/auth/api_keys/${known}`)).json.is_active).toBe(true)
  })

  test("the order of refusals: 401, then validation, then 403, then the role, then the limit", async () => {
    server = await fresh(place, { settings: { maxKeys: 2 } })
    const invalid = mode === "documented" ? 422 : 400
    const weak = await server.keyward.authority.createKey(server.system, {
      keyspaceId: server.managementKeyspaceId,
      name: "Weak",
    })
    await server.issueKey()
    await server.issueKey()
    const malformed = { raw: "{", headers: { "content-type": "application/json" } }
    const status = async (token: string | null, asked: Ask) => (await create({ token, ...asked })).status
    expect(await status(null, malformed)).toBe(401)
    expect(await status(null, { body: { description: "x".repeat(70_000) } })).toBe(401)
    expect(await status(weak.secret, malformed)).toBe(invalid)
    expect(await status(weak.secret, { body: { roles: ["TENANT-USER"] } })).toBe(403)
    expect((await create({ body: { roles: ["TENANT-USER"] } })).json.detail).toContain("TENANT-USER")
    expect((await create({ body: {} })).json.detail).toBe("Maximum number of active keys reached")
    expect((await server.ask("/auth/api_keys/nope", { token: null })).status).toBe(401)
    expect((await server.ask("/auth/api_keys/nope", { token: weak.secret })).status).toBe(invalid)
    expect((await server.ask(`/auth/api_keys/${server.master.id}`, { token: weak.secret })).status).toBe(403)
  })

  test("routes without a body do not care what comes with a request", async () => {
    server = await shared(place)
    const { id } = await server.issueKey()
    const { status } = await server.ask(`/auth/api_keys/deactivate/${id}`, {
      method: "DELETE",
      raw: "{",
      headers: { "content-type": "application/json" },
    })
    expect(status).toBe(mode === "documented" ? 200 : 204)
  })
})

describe.each(places)("paths and methods, $mode, $engine", (place) => {
  test.each([
    { path: "/auth/api_keys", to: "/auth/api_keys/" },
    { path: "/auth/api_keys?a=1&b=?", to: "/auth/api_keys/?a=1&b=?" },
    { path: "/auth/api_keys/abc/", to: "/auth/api_keys/abc" },
    { path: "/auth/api_keys/deactivate/abc/", to: "/auth/api_keys/deactivate/abc" },
    { path: "/auth/api_keys/deactivate/", to: "/auth/api_keys/deactivate" },
    { path: "/auth/api_keys//", to: "/auth/api_keys/" },
    { path: "/users/me/", to: "/users/me" },
    { path: "/health/", to: "/health" },
  ])("$path is sent on to $to, before authentication, whatever the method", async ({ path, to }) => {
    server = await shared(place)
    for (const method of ["GET", "POST", "DELETE", "PUT"]) {
      const { status, headers, text } = await server.ask(path, { method, token: null })
      expect([status, headers.get("location"), text]).toEqual([307, `${server.url}${to}`, ""])
    }
  })

  test("the redirect goes to the host that was asked, and a client that follows it creates a key", async () => {
    server = await shared(place)
    const asked = await raw({ method: "POST", path: "/auth/api_keys", headers: { host: "keys.example:81" } })
    expect(asked.headers.location).toBe("http://keys.example:81/auth/api_keys/")
    const response = await fetch(`${server.url}/auth/api_keys`, {
      method: "POST",
      headers: { authorization: `Bearer ${server.master.secret}`, "content-type": "application/json" },
      body: '{"description":"followed"}',
    })
    expect(await response.json()).toMatchObject({ description: "followed" })
  })

  test.each([
    { method: "DELETE", path: "/auth/api_keys/58e8aa57-4b13-4403-abcc-ccbaa3cd136d", allow: ["GET"] },
    {
      method: "GET",
      path: "/auth/api_keys/deactivate/58e8aa57-4b13-4403-abcc-ccbaa3cd136d",
      allow: ["DELETE"],
    },
    { method: "DELETE", path: "/auth/api_keys/", allow: ["GET", "POST"] },
    { method: "PATCH", path: "/auth/api_keys/", allow: ["GET", "POST"] },
    { method: "OPTIONS", path: "/auth/api_keys/", allow: ["GET", "POST"] },
    { method: "PROPFIND", path: "/auth/api_keys/", allow: ["GET", "POST"] },
    { method: "POST", path: "/users/me", allow: ["GET"] },
    { method: "PUT", path: "/health", allow: ["GET"] },
  ])("$method $path is not allowed", async ({ method, path, allow }) => {
    server = await shared(place)
    const { status, headers, json } = await server.ask(path, { method, token: null })
    expect([status, json]).toEqual([405, { detail: "Method Not Allowed" }])
    expect(headers.get("allow")?.split(", ").toSorted()).toEqual(allow)
  })

  test("HEAD is not allowed either", async () => {
    server = await shared(place)
    expect((await server.ask(collection, { method: "HEAD" })).status).toBe(405)
  })

  test.each([
    "/",
    "/auth",

    "/auth/api_keys/a/b",
    "/v1/keys",
    "//auth/api_keys/",
    "/AUTH/api_keys/",
    "/auth/api_keys/a/b/",
  ])("there is nothing at %s", async (path) => {
    server = await shared(place)
    for (const method of ["GET", "POST", "OPTIONS"]) {
      const { status, headers, json } = await server.ask(path, { method, token: null })
      expect([status, json]).toEqual([404, { detail: "Not Found" }])
      expect(headers.get("content-type")).toBe("application/json")
    }
  })

  test("a path that does not decode is refused in the envelope", async () => {
    server = await shared(place)
    for (const path of ["/auth/api_keys/%zz", "/%ff"]) {
      const { status, headers, text } = await raw({ method: "GET", path })
      expect([status, headers["content-type"]]).toEqual([400, "application/json"])
      expect(JSON.parse(text)).toEqual({ detail: expect.any(String) })
    }
  })

  test("health needs no credential", async () => {
    server = await shared(place)
    const { status, json } = await server.ask("/health", { token: null })
    expect([status, json]).toEqual([200, { message: "ok", build_version: "1.2.3" }])
  })
})

describe.each(places)("pages of other origins, $mode, $engine", (place) => {
  const { mode } = place
  const preflight = (origin: string, path = collection) =>
    server.ask(path, {
      method: "OPTIONS",
      token: null,
      headers: {
        origin,
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization,x-anything",
      },
    })

  test.each([
    "http://localhost:3000",
    "http://localhost",
    "https://platform.arthur.ai",
    "https://keys.example",
  ])("%s may call, with cookies", async (origin) => {
    server = await fresh(place, { settings: { allowedOrigins: ["https://keys.example"] } })
    const { status, headers } = await preflight(origin)
    expect(status).toBe(200)
    expect(headers.get("access-control-allow-origin")).toBe(origin)
    expect(headers.get("access-control-allow-credentials")).toBe("true")
    expect(headers.get("access-control-allow-methods")).toContain("DELETE")
    expect(headers.get("access-control-allow-headers")).toBe("authorization,x-anything")
    expect(headers.get("vary")).toBe("Origin")
    for (const token of [server.master.secret, null]) {
      const reply = await server.ask(collection, { token, headers: { origin } })
      expect(reply.headers.get("access-control-allow-origin")).toBe(origin)
    }
    expect((await preflight(origin, "/nowhere")).status).toBe(200)
  })

  test.each([
    "https://evil.example",
    "https://arthur.ai.evil.example",
    "https://arthur.ai",
    "http://x.arthur.ai",
    "http://localhost:1",
    "null",
  ])("%s may not", async (origin) => {
    server = await shared(place)
    const { status, headers } = await preflight(origin)
    expect([status, headers.get("access-control-allow-origin")]).toEqual([400, null])
    const reply = await server.ask(collection, { headers: { origin } })
    expect([reply.status, reply.headers.get("access-control-allow-origin")]).toEqual([200, null])
  })

  test("a form on another page cannot use a visitor's cookie to create a key", async () => {
    server = await shared(place)
    const before = (await server.ask(collection)).json
    const { status } = await server.ask(collection, {
      method: "POST",
      token: null,
      raw: '{"roles":["ORG-ADMIN"]}',
      headers: {
        origin: "https://evil.example",
        cookie: `ACCESS_TOKEN="Bearer ${server.master.secret}"`,
        "content-type": "text/plain",
      },
    })
    expect(status).toBe(mode === "documented" ? 422 : 400)
    expect((await server.ask(collection)).json).toEqual(before)
  })
})

/** A request as fetch would not send it: the path and headers as they are, and a body in chunks of 8 KiB. */
function raw(asked: {
  readonly method: string
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly chunks?: number
}): Promise<{ status: number; headers: Record<string, unknown>; text: string }> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(server.url)
    const headers = { authorization: `Bearer ${server.master.secret}`, ...asked.headers }
    const sending = httpRequest(
      { hostname, port, method: asked.method, path: asked.path, headers },
      async (response) => {
        let text = ""
        for await (const chunk of response) text += String(chunk)
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text })
      },
    )
    // The server may answer and hang up before the last chunk.
    sending.on("error", (error: NodeJS.ErrnoException) =>
      error.code === "EPIPE" || error.code === "ECONNRESET" ? undefined : reject(error),
    )
    for (let chunk = 0; chunk < (asked.chunks ?? 0); chunk++) sending.write(" ".repeat(8 * 1024))
    sending.end()
  })
}
