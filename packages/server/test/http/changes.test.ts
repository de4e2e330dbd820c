import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { type Ask, type NativeServer, openNative } from "./native-server.ts"

let server: NativeServer
let keyspaceId: string
let keyId: string

const post = (body?: unknown): Ask => ({ method: "POST", ...(body === undefined ? {} : { body }) })
const patch = (body: unknown, headers: Record<string, string> = {}): Ask => ({
  method: "PATCH",
  body,
  headers,
})

const policy = { max_keys: 10, counted_keys: "all", unique_names: true }
const openPolicy = {
  max_keys: null,
  max_keys_per_owner: null,
  counted_keys: "active",
  unique_names: false,
  max_lifetime_seconds: null,
  expiry_required: false,
  expiry_within_creator: false,
  owners_grant: false,
  default_lifetime_seconds: null,
  required_tags: [],
  exclusive_permissions: [],
  max_overlap_seconds: null,
  idle_seconds: null,
  disable_idle: false,
}

beforeEach(async () => {
  server = await openNative()
  const keyspace = await server.ask(
    "/v1/keyspaces",
    post({
      name: "Invoices",
      prefix: "inv",
      description: "All of them",
      permissions: [{ name: "invoices.read", description: "Read" }, { name: "invoices.write" }],
      roles: [{ name: "reader", permissions: ["invoices.read"] }],
      limits: [{ name: "minute", count: 10, window_seconds: 60 }],
      policy,
      rotation: { every_seconds: 86_400, overlap_seconds: 60 },
    }),
  )
  keyspaceId = keyspace.json.id
  const key = await server.ask(
    "/v1/keys",
    post({
      keyspace_id: keyspaceId,
      name: "Key",
      owner: { kind: "external", id: "o" },
      permissions: ["invoices.read", "invoices.read:*", "!invoices.write"],
      roles: ["reader", "reader"],
      tags: ["a", "a", "b"],
      metadata: { plan: "pro", address: { city: "Ulm", zip: null }, list: [1, { a: null }] },
      limits: [{ name: "hour", count: 5, window_seconds: 3600 }],
      allowed_addresses: ["192.0.2.0/24"],
      allowed_origins: ["https://*.example.com"],
      not_before: "2026-01-01T01:00:00.5+01:00",
      expires_at: "2030-01-01T00:00:00Z",
      enabled: false,
    }),
  )
  expect(key.status, key.text).toBe(201)
  keyId = key.json.id
})
afterEach(() => server.close())

describe("a merge patch", () => {
  test("leaves alone what it does not name", async () => {
    const { json: before } = await server.ask(`/v1/keys/${keyId}`)
    expect(before).toMatchObject({
      permissions: ["invoices.read", "!invoices.write"],
      roles: ["reader"],
      tags: ["a", "b"],
      not_before: "2026-01-01T00:00:00.500Z",
      state: "disabled",
    })
    server.clock.advance(1000)
    const { json: after } = await server.ask(`/v1/keys/${keyId}`, patch({ name: "Renamed" }))
    expect(after).toEqual({ ...before, name: "Renamed", revision: 2, updated_at: after.updated_at })
    expect(after.updated_at > before.updated_at).toBe(true)
    expect((await server.ask(`/v1/keys/${keyId}`)).json).toEqual(after)
  })

  test("clears with null", async () => {
    const cleared = {
      permissions: [],
      roles: [],
      tags: [],
      metadata: {},
      limits: [],
      allowed_addresses: [],
      allowed_origins: [],
      not_before: null,
      expires_at: null,
      rotation: null,
    }
    const nulls = Object.fromEntries(Object.keys(cleared).map((member) => [member, null]))
    expect((await server.ask(`/v1/keys/${keyId}`, patch(nulls))).json).toMatchObject({
      ...cleared,
      name: "Key",
    })
    const keyspace = {
      description: null,
      permissions: null,
      roles: null,
      limits: null,
      policy: null,
      rotation: null,
    }
    expect((await server.ask(`/v1/keyspaces/${keyspaceId}`, patch(keyspace))).json).toMatchObject({
      description: "",
      permissions: [],
      roles: [],
      limits: [],
      policy: openPolicy,
      rotation: null,
      name: "Invoices",
    })
  })

  test("merges a policy member by member, and null is the default", async () => {
    const read = async () => (await server.ask(`/v1/keyspaces/${keyspaceId}`)).json.policy
    const change = async (policy: object) =>
      (await server.ask(`/v1/keyspaces/${keyspaceId}`, patch({ policy }))).json.policy
    expect(await read()).toEqual({ ...openPolicy, ...policy })
    expect(await change({ max_keys: 20 })).toEqual({ ...openPolicy, ...policy, max_keys: 20 })
    expect(await change({})).toEqual({ ...openPolicy, ...policy, max_keys: 20 })
    expect(await change({ counted_keys: null, max_keys: null })).toEqual({
      ...openPolicy,
      unique_names: true,
    })
    const all = {
      max_keys: 1,
      max_keys_per_owner: 2,
      counted_keys: "all",
      unique_names: true,
      max_lifetime_seconds: 3,
      expiry_required: true,
      expiry_within_creator: true,
      owners_grant: true,
      default_lifetime_seconds: 3,
      required_tags: ["team:*"],
      exclusive_permissions: [["invoices.read", "invoices.write"]],
      max_overlap_seconds: 60,
      idle_seconds: 3600,
      disable_idle: true,
    }
    expect(await change(all)).toEqual(all)
    expect(await read()).toEqual(all)
    const nulls = Object.fromEntries(Object.keys(all).map((member) => [member, null]))
    expect(await change(nulls)).toEqual(openPolicy)
  })

  test.each(["name", "owner", "enabled"])("cannot clear %s", async (member) => {
    const { json } = await server.refused(`/v1/keys/${keyId}`, "invalid_input", patch({ [member]: null }))
    expect(json.errors[0].member).toBe(`/${member}`)
  })

  test("merges metadata member by member, and replaces lists whole (RFC 7396)", async () => {
    const change = {
      plan: null,
      address: { zip: "89073" },
      list: [2],
      added: { deep: { a: null, b: 1 } },
      absent: null,
    }
    const { json } = await server.ask(`/v1/keys/${keyId}`, patch({ metadata: change, tags: ["c"] }))
    expect(json.metadata).toEqual({
      address: { city: "Ulm", zip: "89073" },
      list: [2],
      added: { deep: { b: 1 } },
    })
    expect(json.tags).toEqual(["c"])
    const again = await server.ask(
      `/v1/keys/${keyId}`,
      patch({ metadata: { address: "gone", list: { a: 1 } } }),
    )
    expect(again.json.metadata).toEqual({ address: "gone", list: { a: 1 }, added: { deep: { b: 1 } } })
  })

  test("is refused when what it makes of the metadata is over the limit", async () => {
    const half = "x".repeat(2500)
    await server.ask(`/v1/keys/${keyId}`, patch({ metadata: { one: half } }))
    const { json } = await server.refused(
      `/v1/keys/${keyId}`,
      "invalid_input",
      patch({ metadata: { two: half } }),
    )
    expect(json.errors[0].message).toContain("4096")
  })

  test("is refused when it takes from the catalog what a role names", async () => {
    const body = { permissions: [{ name: "invoices.write" }] }
    const { json } = await server.refused(`/v1/keyspaces/${keyspaceId}`, "invalid_input", patch(body))
    expect(json.errors[0].member).toBe("/roles/0/permissions/0")
  })

  test.each([
    ["prefix", "new"],
    ["retention", "recoverable"],
    ["kind", "management"],
    ["id", "x"],
  ])("cannot change a keyspace's %s", async (member, value) => {
    await server.refused(`/v1/keyspaces/${keyspaceId}`, "invalid_input", patch({ [member]: value }))
  })

  test.each(["keyspace_id", "id", "revision", "secrets", "revoked_at", "organization_id"])(
    "cannot change a key's %s",
    async (member) => {
      await server.refused(`/v1/keys/${keyId}`, "invalid_input", patch({ [member]: "x" }))
    },
  )

  test("keeps the first instant of disabling", async () => {
    const first = (await server.ask(`/v1/keys/${keyId}`)).json.disabled_at
    server.clock.advance(5000)
    expect((await server.ask(`/v1/keys/${keyId}`, patch({ enabled: false }))).json.disabled_at).toBe(first)
    expect((await server.ask(`/v1/keys/${keyId}`, patch({ enabled: true }))).json.disabled_at).toBeNull()
  })
})

describe.each([
  ["a key", () => `/v1/keys/${keyId}`],
  ["a keyspace", () => `/v1/keyspaces/${keyspaceId}`],
])("the ETag of %s", (_name, path) => {
  test("is its revision, and a change that names another one is not made", async () => {
    const read = await server.ask(path())
    expect(read.headers["etag"]).toBe(`"${read.json.revision}"`)
    const changed = await server.ask(path(), patch({ name: "One" }, { "if-match": '"1"' }))
    expect([changed.status, changed.headers["etag"]]).toEqual([200, '"2"'])
    for (const stale of ['"1"', '"3"', '"x"', 'W/"2"', '""', '"999999999999999999999"']) {
      await server.refused(path(), "revision_conflict", patch({ name: "Two" }, { "if-match": stale }))
    }
    for (const any of ["*", '"3"', ' "4" ']) {
      const { status } = await server.ask(path(), patch({ name: `Any ${any.trim()}` }, { "if-match": any }))
      expect(status).toBe(200)
    }
    for (const wrong of ["2", '"1", "2"', '"2', "", "''"]) {
      const { json } = await server.refused(
        path(),
        "invalid_input",
        patch({ name: "Two" }, { "if-match": wrong }),
      )
      expect(json.errors[0].member).toBe("header.If-Match")
    }
  })

  test("lets one of two changes of the same revision win", async () => {
    const both = ["One", "Two"].map((name) => server.ask(path(), patch({ name }, { "if-match": '"1"' })))
    const statuses = (await Promise.all(both)).map(({ status }) => status)
    expect(statuses.sort()).toEqual([200, 412])
  })

  test("is not needed: changes at once are all made, one after another", async () => {
    const names = Array.from({ length: 5 }, (_, at) => `Name ${at}`)
    const answers = await Promise.all(names.map((name) => server.ask(path(), patch({ name }))))
    expect(answers.map(({ json }) => json.revision).sort()).toEqual([2, 3, 4, 5, 6])
  })
})

describe("the end of a key", () => {
  test("a revocation that is repeated changes nothing: the first instant and reason stand", async () => {
    const first = await server.ask(`/v1/keys/${keyId}/revoke`, post({ reason: "compromised", note: "n" }))
    const written = await server.written()
    server.clock.advance(60_000)
    const second = await server.ask(`/v1/keys/${keyId}/revoke`, post({ reason: "superseded" }))
    expect(second.json).toEqual(first.json)
    expect(second.headers["etag"]).toBe(first.headers["etag"])
    expect(await server.written()).toBe(written)
  })

  test("of two that revoke at once both are told the same", async () => {
    const both = ["compromised", "superseded"].map((reason) =>
      server.ask(`/v1/keys/${keyId}/revoke`, post({ reason })),
    )
    const [one, two] = await Promise.all(both)
    expect(one?.json).toEqual(two?.json)
  })

  test("a revoked key can be read and deleted, not changed", async () => {
    await server.ask(`/v1/keys/${keyId}/revoke`, post())
    await server.refused(`/v1/keys/${keyId}`, "key_revoked", patch({ enabled: true }))
    expect((await server.ask(`/v1/keys/${keyId}`)).json.state).toBe("revoked")
    expect((await server.ask(`/v1/keys/${keyId}`, { method: "DELETE" })).status).toBe(204)
    for (const asked of [{}, { method: "DELETE" }, patch({ name: "x" })]) {
      await server.refused(`/v1/keys/${keyId}`, "not_found", asked)
    }
    await server.refused(`/v1/keys/${keyId}/revoke`, "not_found", post())
    await server.refused(`/v1/keys/${keyId}/usage`, "not_found")
  })

  test("an expired key can be renamed and given a later end", async () => {
    server.clock.advance(4 * 365 * 24 * 3_600_000)
    expect((await server.ask(`/v1/keys/${keyId}`, patch({ name: "x" }))).status).toBe(200)
    await server.refused(`/v1/keys/${keyId}`, "invalid_input", patch({ expires_at: "2030-01-02T00:00:00Z" }))
    const { json } = await server.ask(
      `/v1/keys/${keyId}`,
      patch({ expires_at: "2040-01-01T00:00:00Z", enabled: true }),
    )
    expect(json.state).toBe("active")
  })
})

test("each change and reveal is in the audit trail, with who did it, from where, and in which request", async () => {
  const headers = { "x-request-id": "my-request.1", "user-agent": "test/1" }
  await server.ask(`/v1/keys/${keyId}`, { ...patch({ name: "Renamed" }), headers })
  const { json } = await server.ask("/v1/audit?limit=1")
  expect(json.items[0]).toMatchObject({
    action: "key.updated",
    target: { kind: "key", id: keyId },
    details: { name: { before: "Key", after: "Renamed" } },
    request_id: "my-request.1",
    actor: {
      kind: "user",
      id: server.created.admin.id,
      credential: { kind: "key", id: server.created.adminKey.key.id },
      address: "127.0.0.1",
      user_agent: "test/1",
    },
  })
  const filtered = await server.ask(`/v1/audit?target_id=${keyId}&action=key.created&order=oldest`)
  expect(filtered.json.items.map((event: { action: string }) => event.action)).toEqual(["key.created"])
})
