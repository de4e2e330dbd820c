import { bounds } from "@keyward/contract"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { type Ask, type NativeServer, openNative } from "./native-server.ts"

let server: NativeServer
let keyspaceId: string
let keyId: string
let secret: string

beforeEach(async () => {
  server = await openNative()
  const permissions = Array.from({ length: 501 }, (_, at) => ({ name: `p.n${at}` }))
  const keyspace = await server.ask("/v1/keyspaces", post({ name: "Things", prefix: "t", permissions }))
  keyspaceId = keyspace.json.id
  const key = await server.ask("/v1/keys", post({ keyspace_id: keyspaceId, name: "Key" }))
  keyId = key.json.id
  secret = key.json.secret
})
afterEach(() => server.close())

function post(body: unknown): Ask {
  return { method: "POST", body }
}

function patch(body: unknown): Ask {
  return { method: "PATCH", body }
}

const many = <Item>(count: number, item: (at: number) => Item) =>
  Array.from({ length: count }, (_, at) => item(at))
const nested = (levels: number): unknown => (levels === 0 ? 1 : { a: nested(levels - 1) })
/** Metadata of exactly so many bytes as JSON, some of them in characters of several bytes. */
const metadataOf = (bytes: number) => ({ é: "x".repeat(bytes - '{"é":""}'.length - 1) })

/** Each member of a new key at its limit, and one over it. */
const keyLimits: Record<string, readonly [at: unknown, over: unknown, member: string, limit: number]> = {
  name: ["x".repeat(255), "x".repeat(256), "/name", 255],
  "name in characters, not bytes": ["🔑".repeat(255), "🔑".repeat(256), "/name", 255],
  "name, at least": ["x", "", "/name", 1],
  permissions: [many(500, (at) => `p.n${at}`), many(501, (at) => `p.n${at}`), "/permissions", 500],
  tags: [many(50, (at) => `t${at}`), many(51, (at) => `t${at}`), "/tags", 50],
  "tags, each": [["t".repeat(64)], ["t".repeat(65)], "/tags/0", 64],
  allowed_addresses: [
    many(100, (at) => `192.0.2.${at}`),
    many(101, (at) => `192.0.2.${at}`),
    "/allowed_addresses",
    100,
  ],
  allowed_origins: [
    many(100, (at) => `https://h${at}.example`),
    many(101, (at) => `https://h${at}.example`),
    "/allowed_origins",
    100,
  ],
  limits: [
    many(10, (at) => ({ name: `l${at}`, count: 1, window_seconds: 1 })),
    many(11, (at) => ({ name: `l${at}`, count: 1, window_seconds: 1 })),
    "/limits",
    10,
  ],
  "limits, window": [
    [{ name: "l", count: 1, window_seconds: bounds.limit.windowSeconds }],
    [{ name: "l", count: 1, window_seconds: bounds.limit.windowSeconds + 1 }],
    "/limits/0/window_seconds",
    bounds.limit.windowSeconds,
  ],
  "limits, count": [
    [{ name: "l", count: 1, window_seconds: 1 }],
    [{ name: "l", count: 0, window_seconds: 1 }],
    "/limits/0/count",
    1,
  ],
  owner: [
    { kind: "external", id: "o".repeat(255) },
    { kind: "external", id: "o".repeat(256) },
    "/owner/id",
    255,
  ],
  metadata: [metadataOf(4096), metadataOf(4097), "/metadata", 4096],
  "metadata, depth": [nested(5), nested(6), "/metadata", 5],
}

describe.each(Object.entries(keyLimits))("a key's %s", (name, [at, over, member, limit]) => {
  const [property = ""] = name.split(/,| /)
  const newKey = (value: unknown) => post({ keyspace_id: keyspaceId, name: "x", [property]: value })

  test("at its limit is taken as it is", async () => {
    const { status, json, text } = await server.ask("/v1/keys", newKey(at))
    expect(status, text).toBe(201)
    expect(json[property]).toEqual(at)
    expect((await server.ask(`/v1/keys/${keyId}`, patch({ [property]: at }))).status).toBe(200)
  })

  test("over it is refused, naming member and limit, and what to do", async () => {
    for (const [path, asked] of [
      ["/v1/keys", newKey(over)],
      [`/v1/keys/${keyId}`, patch({ [property]: over })],
    ] as const) {
      const { json } = await server.refused(path, "invalid_input", asked)
      expect(json.errors).toHaveLength(1)
      expect(json.errors[0].member).toBe(member)
      expect(json.errors[0].message).toContain(String(limit))
      expect(json.errors[0].fix).not.toBe("")
      expect(json.detail).toContain(member)
    }
  })
})

describe("other limits", () => {
  test("a key text is at most 512 characters", async () => {
    const { json } = await server.ask("/v1/keys/verify", post({ key: "x".repeat(512) }))
    expect(json.code).toBe("MALFORMED")
    const refused = await server.refused("/v1/keys/verify", "invalid_input", post({ key: "x".repeat(513) }))
    expect(refused.json.errors[0]).toMatchObject({ member: "/key", message: "Longer than 512 characters." })
    expect(refused.text).not.toContain("xxx")
    await server.refused("/v1/keys/verify", "invalid_input", post({ key: "" }))
  })

  test("a batch has 1 to 1000 keys", async () => {
    const { json } = await server.ask(
      "/v1/keys/verify-batch",
      post({ keys: many(1000, () => ({ key: secret })) }),
    )
    expect(json.results.every((one: { code: string }) => one.code === "VALID")).toBe(true)
    for (const count of [0, 1001]) {
      const body = { keys: many(count, () => ({ key: "x" })) }
      const refused = await server.refused("/v1/keys/verify-batch", "invalid_input", post(body))
      expect(refused.json.errors[0].member).toBe("/keys")
    }
  })

  test.each([
    ["/v1/keys", bounds.bodyBytes],
    ["/v1/keys/verify", bounds.bodyBytes],
    ["/v1/keys/verify-batch", bounds.largeBodyBytes],
    ["/v1/keyspaces", bounds.largeBodyBytes],
  ])("a body for %s is at most %i bytes", async (path, limit) => {
    const padded = (bytes: number): Ask => ({ method: "POST", raw: "{}".padEnd(bytes) })
    await server.refused(path, "invalid_input", padded(limit))
    const { json } = await server.refused(path, "body_too_large", padded(limit + 1))
    expect(json.detail).toContain(`${limit} bytes`)
  })

  test("a page has 1 to 200 items, and 50 when nothing is said", async () => {
    for (let at = 0; at < 201; at++) {
      await server.keyward.authority.createKey(server.system, { keyspaceId, name: `Key ${at}` })
    }
    const items = async (query: string) => (await server.ask(`/v1/keys${query}`)).json.items.length
    expect([await items(""), await items("?limit=1"), await items("?limit=200")]).toEqual([50, 1, 200])
    for (const limit of ["0", "201", "-1", "1.5", "x", "", "1&limit=2"]) {
      const { json } = await server.refused(`/v1/keys?limit=${limit}`, "invalid_input")
      expect(json.errors[0].member).toBe("query.limit")
    }
  })

  test("a refusal names no more than 20 members, and is quick, whatever is wrong", async () => {
    const keys = many(100_000, () => 0)
    const began = performance.now()
    const { json } = await server.refused("/v1/keys/verify-batch", "invalid_input", post({ keys }))
    expect(json.errors.length).toBeLessThanOrEqual(20)
    expect(json.errors[0]).toMatchObject({ member: "/keys", message: "More than 1000 items." })
    expect(performance.now() - began).toBeLessThan(2000)
  })
})

describe("a body that is not what it should be", () => {
  const raw = (text: string | Buffer): Ask => ({ method: "POST", raw: text })

  test.each([
    ["nothing", ""],
    ["white space", " \n"],
    ["half an object", '{"name":'],
    ["two values", "{} {}"],
    ["a comment", "{/**/}"],
    ["a trailing comma", '{"name":"x",}'],
    ["NaN", '{"name":NaN}'],
    ["a raw NUL", '{"name":"\u0000"}'],
    ["__proto__", '{"__proto__":{"name":"x"}}'],
    ["__proto__, escaped", '{"\\u005f_proto__":{"name":"x"}}'],
    ["__proto__ in metadata", '{"keyspace_id":"x","name":"x","metadata":{"__proto__":{"a":1}}}'],
    ["constructor.prototype", '{"metadata":{"constructor":{"prototype":{"a":1}}}}'],
    ["bytes that are not UTF-8", Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])],
    ["UTF-16", Buffer.from('{"name":"x"}', "utf16le")],
    ["a lone surrogate in UTF-8", Buffer.from('{"name":"\xed\xa0\x80"}', "latin1")],
  ])("%s is malformed", async (_name, text) => {
    for (const path of ["/v1/keys", "/v1/keyspaces", `/v1/keys/${keyId}/revoke`, "/v1/keys/verify"]) {
      const { json } = await server.refused(path, "malformed_json", raw(text))
      expect(json.detail).not.toContain("name")
    }
  })

  test.each(["null", "[]", '"x"', "1", "true"])("%s is no object", async (text) => {
    for (const path of ["/v1/keys", "/v1/keyspaces", `/v1/keys/${keyId}/revoke`, "/v1/keys/verify"]) {
      const { json } = await server.refused(path, "invalid_input", raw(text))
      expect(json.errors[0]).toMatchObject({ member: "/", message: "The value has to be of type object." })
    }
    await server.refused(`/v1/keys/${keyId}`, "invalid_input", { method: "PATCH", raw: text })
  })

  test("a member that occurs twice counts as it stands last, as in every JSON parser of JavaScript", async () => {
    const twice = `{"keyspace_id":"${keyspaceId}","name":"first","name":"last"}`
    expect((await server.ask("/v1/keys", raw(twice))).json.name).toBe("last")
  })

  test.each([
    ["a member that is not known", { colour: 1 }, "/colour"],
    ["one that looks like a pointer", { "a/b~c": 1 }, "/a~1b~0c"],
    ["a very long one", { ["x".repeat(1000)]: 1 }, `/${"x".repeat(64)}…`],
    ["one in an owner", { owner: { kind: "external", id: "x", colour: 1 } }, "/owner/colour"],
    ["camelCase", { expiresAt: null }, "/expiresAt"],
    ["a number for a text", { name: 5 }, "/name"],
    ["a text for a number", { limits: [{ name: "l", count: "5", window_seconds: 1 }] }, "/limits/0/count"],
    ["a text for a truth", { enabled: "true" }, "/enabled"],
    ["null where there is no none", { name: null }, "/name"],
    ["an object for a list", { tags: {} }, "/tags"],
    ["a list for an object", { metadata: [] }, "/metadata"],
    ["a kind that is not known", { owner: { kind: "team", id: "x" } }, "/owner/kind"],
    ["a missing member", { owner: { kind: "external" } }, "/owner/id"],
    ["a user that does not exist", { owner: { kind: "user", id: "x" } }, "/owner/id"],
    ["a service account that does not exist", { owner: { kind: "service_account", id: "x" } }, "/owner/id"],
    ["another organization as owner", { owner: { kind: "organization", id: "x" } }, "/owner/id"],
    ["a permission that the catalog does not have", { permissions: ["p.n1", "q"] }, "/permissions/1"],
    ["a role that the keyspace does not have", { roles: ["admin"] }, "/roles/0"],
    [
      "two limits of one name",
      { limits: many(2, () => ({ name: "l", count: 1, window_seconds: 1 })) },
      "/limits/1/name",
    ],
    ["no address", { allowed_addresses: ["192.0.2.256"] }, "/allowed_addresses/0"],
    ["no origin", { allowed_origins: ["example.com"] }, "/allowed_origins/0"],
    ["a date without an offset", { expires_at: "2030-01-01T00:00:00" }, "/expires_at"],
    ["a bare date", { expires_at: "2030-01-01" }, "/expires_at"],
    ["the 30th of February", { expires_at: "2030-02-30T00:00:00Z" }, "/expires_at"],
    ["seconds since 1970", { expires_at: 1893456000 }, "/expires_at"],
    ["the empty text for a date", { expires_at: "" }, "/expires_at"],
    ["an expiry in the past", { expires_at: "2020-01-01T00:00:00Z" }, "/expires_at"],
    ["this very instant as expiry", { expires_at: "2026-07-01T23:30:49.068Z" }, "/expires_at"],
    [
      "an expiry before the start",
      { not_before: "2031-01-01T00:00:00Z", expires_at: "2030-01-01T00:00:00Z" },
      "/not_before",
    ],
    ["NUL", { name: "a\u0000b" }, "/name"],
    ["a lone surrogate", { name: "a\ud800b" }, "/name"],
    ["NUL in a tag", { tags: ["x", "a\u0000b"] }, "/tags/1"],
    ["NUL in metadata", { metadata: { a: { b: ["\u0000"] } } }, "/metadata/a/b/0"],
    ["NUL in a member's name", { metadata: { "\u0000": 1 } }, "/metadata"],
    ["a lone surrogate in a member's name", { metadata: { "\udc00": 1 } }, "/metadata"],
  ])("%s is refused", async (_name, members, member) => {
    const create = await server.refused(
      "/v1/keys",
      "invalid_input",
      post({ keyspace_id: keyspaceId, name: "x", ...members }),
    )
    expect(create.json.errors[0].member).toBe(member)
    const change = await server.refused(`/v1/keys/${keyId}`, "invalid_input", patch(members))
    expect(change.json.errors[0].member).toBe(member)
  })

  test("metadata nested without end is refused, in a new key and in a patch", async () => {
    for (const deep of [
      `${'{"a":'.repeat(10_000)}1${"}".repeat(10_000)}`,
      `{"a":${"[".repeat(30_000)}${"]".repeat(30_000)}}`,
    ]) {
      const body = `{"keyspace_id":"${keyspaceId}","name":"x","metadata":${deep}}`
      const { json } = await server.refused("/v1/keys", "invalid_input", raw(body))
      expect(json.errors).toEqual([expect.objectContaining({ member: "/metadata" })])
      await server.refused(`/v1/keys/${keyId}`, "invalid_input", {
        method: "PATCH",
        raw: `{"metadata":${deep}}`,
      })
    }
    await server.refused(
      "/v1/keys",
      "invalid_input",
      raw(`{"name":"\\u0041","x":${"[".repeat(1000)}${"]".repeat(1000)}}`),
    )
  })

  test("an unknown keyspace is not found, whatever it is called", async () => {
    for (const id of ["x", "../..", "%", "null"]) {
      await server.refused("/v1/keys", "not_found", post({ keyspace_id: id, name: "x" }))
    }
  })

  test("a keyspace that contradicts itself is refused", async () => {
    const wrong: [object, string][] = [
      [{ prefix: "Acme" }, "/prefix"],
      [{ prefix: "a__b" }, "/prefix"],
      [{ prefix: "a".repeat(33) }, "/prefix"],
      [{ permissions: [{ name: "A" }] }, "/permissions/0/name"],
      [{ permissions: [{ name: "a.*" }] }, "/permissions/0/name"],
      [{ permissions: [{ name: "a" }, { name: "a" }] }, "/permissions/1/name"],
      [{ roles: [{ name: "r", permissions: ["a"] }] }, "/roles/0/permissions/0"],
      [{ policy: { max_keys: 0 } }, "/policy/max_keys"],
      [{ policy: { max_keys_per_owner: 1.5 } }, "/policy/max_keys_per_owner"],
      [{ policy: { max_lifetime_seconds: -1 } }, "/policy/max_lifetime_seconds"],
      [{ policy: { counted_keys: "enabled" } }, "/policy/counted_keys"],
      [{ policy: { unique_names: "yes" } }, "/policy/unique_names"],
      [{ policy: { maxKeys: 1 } }, "/policy/maxKeys"],
      [{ policy: null }, "/policy"],
      [{ retention: "plain" }, "/retention"],
    ]
    for (const [members, member] of wrong) {
      const body = { name: "New", prefix: "n", ...members }
      const { json } = await server.refused("/v1/keyspaces", "invalid_input", post(body))
      expect(json.errors[0].member).toBe(member)
    }
  })
})

describe("content types", () => {
  const body = () => JSON.stringify({ keyspace_id: keyspaceId, name: "x" })
  const typed = (type: string): Ask => ({ method: "POST", raw: body(), headers: { "content-type": type } })

  test.each([
    "application/json",
    "application/json; charset=utf-8",
    "application/json;charset=UTF-8",
    "Application/JSON",
    'application/json; charset="utf-8"',
  ])("%s is read", async (type) => {
    expect((await server.ask("/v1/keys", typed(type))).status).toBe(201)
  })

  test.each([
    "text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "application/jsonx",
    "json",
    ",",
    "",
  ])("%s is not", async (type) => {
    await server.refused("/v1/keys", "unsupported_media_type", typed(type))
  })

  test("a merge patch may say that it is one", async () => {
    const headers = { "content-type": "application/merge-patch+json" }
    const { json } = await server.ask(`/v1/keys/${keyId}`, { method: "PATCH", raw: '{"name":"y"}', headers })
    expect(json.name).toBe("y")
  })

  test("a call without a body needs none, and no type", async () => {
    expect((await server.ask(`/v1/keys/${keyId}/revoke`, { method: "POST" })).json.revocation).toEqual({
      reason: "unspecified",
      note: null,
    })
    const { json } = await server.refused("/v1/keys", "invalid_input", { method: "POST" })
    expect(json.errors.map((one: { member: string }) => one.member).sort()).toEqual(["/keyspace_id", "/name"])
  })

  test("a body where none is taken is refused, or on GET not looked at", async () => {
    await server.refused(`/v1/keys/${keyId}`, "invalid_input", { method: "DELETE", body: {} })
    expect((await server.ask(`/v1/keys/${keyId}`, { raw: "{not json" })).status).toBe(200)
  })
})

describe("queries and paths", () => {
  test.each([
    ["/v1/keys?state=asleep", "query.state"],
    ["/v1/keys?owner_kind=user", "query.owner_id"],
    ["/v1/keys?owner_id=x", "query.owner_kind"],
    ["/v1/keys?expires_before=2030-01-01T00:00:00", "query.expires_before"],
    ["/v1/keys?expires_before=2030-01-01T00:00:00%2B01", "query.expires_before"],
    ["/v1/keys?tag=", "query.tag"],
    [`/v1/keys?tag=${"x".repeat(65)}`, "query.tag"],
    ["/v1/keys?tag=a&tag=b", "query.tag"],
    ["/v1/keys?tag=%00", "query"],
    ["/v1/keys?%00=x", "query"],
    [`/v1/keys?cursor=${"x".repeat(2049)}`, "query.cursor"],
    ["/v1/audit?order=random", "query.order"],
    ["/v1/audit?action=key.eaten", "query.action"],
    [`/v1/keys/KEY/usage?from=2026-01-01T00:00:00Z&to=2026-03-01T00:00:00Z`, "query.from"],
    [`/v1/keys/KEY/usage?from=2026-03-01T00:00:00Z&to=2026-01-01T00:00:00Z`, "query.from"],
    ["/v1/check?permissions=a%20and", "query.permissions"],
    ["/v1/keys/a%00b", "path"],
    [`/v1/keys/${"x".repeat(65)}`, "path.key_id"],
    [`/v1/keys/${"x".repeat(10_000)}`, "path.key_id"],
  ])("%s is refused at %s", async (path, member) => {
    const { json } = await server.refused(path.replace("KEY", keyId), "invalid_input", {
      token: path.startsWith("/v1/check") ? secret : server.admin,
    })
    expect(json.errors[0].member).toBe(member)
  })

  test("an id that is none of ours is unknown", async () => {
    for (const id of [
      "x",
      "a%2Fb",
      "..%2f",
      "%25",
      "'--",
      "%F0%9F%94%91",
      "0",
      keyId.toUpperCase(),
      `${keyId}%20`,
    ]) {
      await server.refused(`/v1/keys/${id}`, "not_found")
      await server.refused(`/v1/keys/${id}`, "not_found", { method: "DELETE" })
    }
  })

  test.each([
    "/",
    "/v1",
    "/v2/keys",
    "/v1/Keys",
    "/v1//keys",
    "/v1/keys/a/b",
    "/v1/keys/x/verify/y",
    "/v1/%6Beys/x/y",
    "/v1/keys;x",
    "/nothing?x=%00",
  ])("there is nothing at %s", async (path) => {
    await server.refused(path, "route_not_found")
    await server.refused(path, "route_not_found", { method: "POST", body: {}, token: null })
  })

  test.each(["/v1/keys/%", "/v1/keys/%zz", "/v1/keys/%ff", "/v1/keys/%ed%a0%80", "/%c0%ae"])(
    "%s is no path",
    async (path) => {
      await server.refused(path, "bad_request")
    },
  )
})

describe("cursors", () => {
  const cursorOf = async (path: string) => {
    const { json } = await server.ask(path)
    expect(json.next_cursor).toEqual(expect.any(String))
    return json.next_cursor as string
  }
  const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url")

  test("pages that follow one another show everything once, also while keys come and go", async () => {
    for (let at = 0; at < 25; at++) {
      if (at % 3 === 0) server.clock.advance(1)
      await server.keyward.authority.createKey(server.system, { keyspaceId, name: `Key ${at % 7}` })
    }
    for (const filter of ["", "&name_prefix=Key", "&tag=none"]) {
      const seen: string[] = []
      let cursor: string | null = ""
      while (cursor !== null) {
        const next: string = cursor === "" ? "" : `&cursor=${cursor}`
        const { json } = await server.ask(`/v1/keys?keyspace_id=${keyspaceId}&limit=4${filter}${next}`)
        seen.push(...json.items.map(({ id }: { id: string }) => id))
        cursor = json.next_cursor
        server.clock.advance(1)
        if (filter === "")
          await server.keyward.authority.createKey(server.system, { keyspaceId, name: "New" })
      }
      expect(new Set(seen).size).toBe(seen.length)
      expect(seen).toHaveLength(filter === "&tag=none" ? 0 : 26)
      if (filter === "") {
        // What came meanwhile is newer than where the list began.
        const { json } = await server.ask(`/v1/keys?keyspace_id=${keyspaceId}&limit=200`)
        for (const { id, name } of json.items)
          if (name === "New") await server.keyward.authority.deleteKey(server.system, id, null)
      }
    }
  })

  test("of another list or another order are refused", async () => {
    await server.ask("/v1/keys", post({ keyspace_id: keyspaceId, name: "Key 2" }))
    const keys = await cursorOf("/v1/keys?limit=1")
    const byName = await cursorOf("/v1/keys?limit=1&name_prefix=Key")
    const audit = await cursorOf("/v1/audit?limit=1")
    const oldest = await cursorOf("/v1/audit?limit=1&order=oldest")
    const keyspaces = await cursorOf("/v1/keyspaces?limit=1")
    const lists: [string, string][] = [
      ["/v1/keys?", keys],
      ["/v1/keys?name_prefix=Key&", byName],
      ["/v1/audit?", audit],
      ["/v1/audit?order=oldest&", oldest],
      ["/v1/keyspaces?", keyspaces],
    ]
    for (const [path, own] of lists) {
      for (const [, cursor] of lists) {
        if (cursor === own) expect((await server.ask(`${path}cursor=${cursor}`)).status).toBe(200)
        else {
          const { json } = await server.refused(`${path}cursor=${cursor}`, "invalid_input")
          expect(json.errors[0].member).toBe("query.cursor")
        }
      }
    }
    await server.refused(`/v1/keys?expires_before=2030-01-01T00:00:00Z&cursor=${keys}`, "invalid_input")
  })

  test("that somebody made up are refused, or show no more than the caller may see", async () => {
    const id = keyId
    for (const cursor of [
      "x",
      "%00",
      encoded(null),
      encoded([]),
      encoded(["keys by created_at"]),
      encoded(["keys by created_at", {}]),
      encoded(["keys by created_at", { order: "created_at", value: "text", id }]),
      encoded(["keys by created_at", { order: "created_at", value: 1.5, id }]),
      encoded(["keys by created_at", { order: "created_at", value: 1e300, id }]),
      encoded(["keys by created_at", { order: "name", value: "x", id }]),
      encoded(["keys by created_at", { order: "created_at", value: 1, id: "\u0000" }]),
      encoded(["keys by created_at", { order: "created_at", value: 1, id: 5 }]),
    ]) {
      await server.refused(`/v1/keys?cursor=${cursor}`, "invalid_input")
    }
    for (const value of [5, { order: "name", value: 5, id }, { order: "name", value: "\ud800", id }]) {
      await server.refused(
        `/v1/keys?name_prefix=x&cursor=${encoded(["keys by name", value])}`,
        "invalid_input",
      )
    }
    for (const value of ["5", 1.5, null, {}]) {
      await server.refused(`/v1/audit?cursor=${encoded(["audit", value])}`, "invalid_input")
    }
    const theirs = await server.neighbour()
    const far = encoded([
      "keys by created_at",
      { order: "created_at", value: Number.MAX_SAFE_INTEGER, id: theirs.keyId },
    ])
    const { json } = await server.ask(`/v1/keys?cursor=${far}`)
    expect(json.items.map((one: { id: string }) => one.id)).not.toContain(theirs.keyId)
  })
})
