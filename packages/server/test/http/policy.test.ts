import { bounds, policyRules as contractRules } from "@keyward/contract"
import { nameMaximum, policyRules } from "@keyward/core"
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from "vitest"
import { openStore } from "../../src/stores/open.ts"
import { postgresUrl } from "../postgres/database.ts"
import { freshPath } from "../stores/places.ts"
import { type NativeServer, openNative } from "./native-server.ts"
import { patch, post } from "./route-case.ts"

let server: NativeServer
beforeEach(async () => {
  server = await openNative()
})
afterEach(() => server.close())

const permissions = ["pay.request", "pay.approve"].map((name) => ({ name }))

async function keyspaceWith(policy: object): Promise<string> {
  const body = { name: "Held", prefix: "held", permissions, policy }
  return (await server.ask("/v1/keyspaces", post(body))).json.id
}

test("the rules are named alike where they are decided and where they are told", () => {
  expect(contractRules).toEqual(policyRules)
  expect(nameMaximum).toBe(bounds.nameLength)
})

test("a refusal names each rule that is broken, and the member", async () => {
  const keyspace_id = await keyspaceWith({
    max_keys: 1,
    unique_names: true,
    expiry_required: true,
    required_tags: ["team:*"],
    exclusive_permissions: [["pay.request", "pay.approve"]],
  })
  const refused = async (code: "invalid_input" | "too_many_keys" | "already_exists", body: object) => {
    const { json } = await server.refused("/v1/keys", code, post({ keyspace_id, name: "Key", ...body }))
    return json.errors.map(({ member, rule }: { member: string; rule?: string }) => [member, rule])
  }
  expect(await refused("invalid_input", { permissions: ["*"] })).toEqual([
    ["/expires_at", "expiry_required"],
    ["/tags", "required_tags"],
    ["/permissions", "exclusive_permissions"],
  ])
  const right = { tags: ["team:a"], expires_at: "2027-01-01T00:00:00Z" }
  await server.ask("/v1/keys", post({ keyspace_id, name: "Key", ...right }))
  expect(await refused("too_many_keys", right)).toEqual([["/keyspace_id", "max_keys"]])
  await server.ask(`/v1/keyspaces/${keyspace_id}`, patch({ policy: { max_keys: null } }))
  expect(await refused("already_exists", right)).toEqual([["/name", "unique_names"]])
  await server.ask(`/v1/keyspaces/${keyspace_id}`, patch({ policy: { max_keys_per_owner: 1 } }))
  expect(await refused("too_many_keys", { ...right, name: "Other" })).toEqual([
    ["/owner", "max_keys_per_owner"],
  ])
  // What is no matter of the policy names no rule.
  expect(await refused("invalid_input", { ...right, allowed_addresses: ["x"] })).toEqual([
    ["/allowed_addresses/0", undefined],
  ])
})

test("the keys that break a tightened policy are listed, and it is applied to them page by page", async () => {
  const id = await keyspaceWith({})
  const created: { readonly id: string; readonly name: string }[] = []
  for (const name of ["a", "b", "c"]) {
    created.push((await server.ask("/v1/keys", post({ keyspace_id: id, name }))).json)
    server.clock.advance(1000)
  }
  await server.ask(
    `/v1/keyspaces/${id}`,
    patch({ policy: { expiry_required: true, max_lifetime_seconds: 60 } }),
  )
  const path = `/v1/keyspaces/${id}/violations`
  const { json: first } = await server.ask(`${path}?limit=2`)
  expect(first.items).toEqual(
    ["c", "b"].map((name) => ({
      key_id: created.find((key) => key.name === name)?.id,
      name,
      owner: { kind: "organization", id: server.created.organization.id },
      expires_at: null,
      violations: [{ rule: "expiry_required", message: expect.stringContaining("has to expire") }],
    })),
  )
  const { json: second } = await server.ask(`${path}?limit=2&cursor=${first.next_cursor}`)
  expect(second.items.map(({ name }: { name: string }) => name)).toEqual(["a"])
  expect(second.next_cursor).toBeNull()

  const expires_at = new Date(server.clock.now() + 60_000).toISOString()
  const remedy = { remedy: { name: null, expires_at, overlap_seconds: null, disabled: false }, problem: null }
  const dry = await server.ask(`${path}/apply?dry_run=true`, post())
  expect(dry.json.items).toMatchObject([remedy, remedy, remedy])
  expect((await server.ask(path)).json.items).toHaveLength(3)
  const { json: applied } = await server.ask(`${path}/apply?limit=2`, post())
  expect(applied.items).toMatchObject([
    { name: "c", ...remedy },
    { name: "b", ...remedy },
  ])
  const rest = await server.ask(`${path}/apply?cursor=${applied.next_cursor}`, post())
  expect(rest.json).toMatchObject({ items: [{ name: "a", ...remedy }], next_cursor: null })
  expect((await server.ask(path)).json).toEqual({ items: [], next_cursor: null })
  expect((await server.ask(`/v1/keys/${created[0]?.id}`)).json.expires_at).toBe(expires_at)
})

test("what is done about a key is told member by member, and null where nothing is", async () => {
  const id = await keyspaceWith({})
  const rotation = { every_seconds: 86_400, overlap_seconds: 3600 }
  for (const more of [{}, { rotation }]) {
    await server.ask("/v1/keys", post({ keyspace_id: id, name: "Key", ...more }))
    server.clock.advance(1000)
  }
  const path = `/v1/keyspaces/${id}/violations/apply`
  await server.ask(
    `/v1/keyspaces/${id}`,
    patch({ policy: { unique_names: true, max_keys: 1, counted_keys: "all", max_overlap_seconds: 60 } }),
  )
  const { json } = await server.ask(path, post())
  expect(json.items).toMatchObject([
    {
      name: "Key",
      violations: ["max_keys", "unique_names", "max_overlap_seconds"].map((rule) => ({ rule })),
      remedy: { name: "Key 2", expires_at: null, overlap_seconds: 60, disabled: false },
      problem: null,
    },
  ])
  expect((await server.ask(path, post())).json.items).toMatchObject([
    { name: "Key 2", violations: [{ rule: "max_keys" }], remedy: null, problem: null },
  ])
})

test("a deleted key of somebody who was removed is restored for the owner who is named", async () => {
  const user = { email: "gone@acme.test", display_name: "Gone", roles: [] }
  const { json: gone } = await server.ask("/v1/users", post(user))
  const keyspace_id = await keyspaceWith({})
  const owner = { kind: "user", id: gone.id }
  const { json: key } = await server.ask("/v1/keys", post({ keyspace_id, name: "Key", owner }))
  await server.ask(`/v1/keys/${key.id}`, { method: "DELETE" })
  await server.ask(`/v1/users/${gone.id}/remove`, post({ policy: { kind: "freeze" } }))
  const path = `/v1/keys/${key.id}/restore`
  for (const asked of [post(), post({})]) {
    const { json } = await server.refused(path, "invalid_input", asked)
    expect(json.errors).toMatchObject([{ member: "/owner", fix: expect.stringContaining("Name an owner") }])
  }
  await server.refused(path, "invalid_input", post({ owner: null }))
  const anna = { kind: "external", id: "anna" }
  expect((await server.ask(path, post({ owner: anna }))).json).toMatchObject({ id: key.id, owner: anna })
})

describe.each([
  // A SQLite file is served by one process.
  { engine: "sqlite", nodes: 1, url: async () => `sqlite:${freshPath()}` },
  { engine: "postgres", nodes: 2, url: postgresUrl },
])("$nodes node(s) over $engine", ({ nodes, url }) => {
  test.each([
    { per: "keyspace", rule: "max_keys", owners: ["ada", "bob"] },
    { per: "owner", rule: "max_keys_per_owner", owners: ["ada"] },
  ])(
    "leave exactly 10 keys of 50 that are created at once, where there may be so many per $per",
    async ({ rule, owners }) => {
      const databaseUrl = await url()
      const servers: NativeServer[] = []
      onTestFinished(async () => {
        await Promise.all(servers.map((one) => one.close()))
      })
      while (servers.length < nodes) servers.push(await openNative({ store: await openStore(databaseUrl) }))
      const token = servers[0]?.admin ?? null
      const held = { name: "Held", prefix: "held", policy: { [rule]: 10 } }
      const made = await servers[0]?.ask("/v1/keyspaces", post(held))
      const create = async (at: number) => {
        const owner = { kind: "external", id: owners[at % owners.length] }
        const asked = { ...post({ keyspace_id: made?.json.id, name: "Key", owner }), token }
        const reply = await servers[at % nodes]?.ask("/v1/keys", asked)
        return reply?.status === 201 ? "created" : reply?.json.code
      }
      const outcomes = await Promise.all(Array.from({ length: 50 }, (_, at) => create(at)))
      expect(outcomes.filter((outcome) => outcome === "created")).toHaveLength(10)
      expect(outcomes.filter((outcome) => outcome === "too_many_keys")).toHaveLength(40)
      const list = await servers.at(-1)?.ask(`/v1/keys?keyspace_id=${made?.json.id}&limit=200`, { token })
      expect(list?.json.items).toHaveLength(10)
    },
  )
})
