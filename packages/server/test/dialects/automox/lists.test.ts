import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { engines } from "../dialect-server.ts"
import { type Console, openConsole, type Person } from "./console.ts"

interface Item {
  readonly id: number
  readonly name: string
}

describe.each(engines)("lists, %s", (engine) => {
  let at: Console
  let jane: Person
  beforeAll(async () => {
    at = await openConsole({ engine })
    jane = await at.someone("member")
    for (let n = 2; n <= 10; n++) await at.create(jane, { name: `${n}` })
  })
  afterAll(() => at.close())

  const idsOf = (items: readonly Item[]) => items.map(({ id }) => id)
  const ascending = (ids: readonly number[]) => ids.toSorted((a, b) => a - b)

  test("a user's keys come by id, all on the first page", async () => {
    const { json } = await at.list(jane)
    expect(json).toEqual({ results: expect.any(Array), size: 10 })
    expect(idsOf(json.results)).toEqual(ascending(idsOf(json.results)))
    expect((await at.list(jane, { page: "0", limit: "500" })).json).toEqual(json)
  })

  test("pages are cut from them, and size is of all", async () => {
    const all = idsOf((await at.list(jane)).json.results)
    const pages: number[][] = []
    for (const page of ["0", "1", "2", "3", "99999999999999999999"]) {
      const { status, json } = await at.list(jane, { page, limit: "4" })
      expect([status, json.size]).toEqual([200, 10])
      pages.push(idsOf(json.results))
    }
    expect(pages).toEqual([all.slice(0, 4), all.slice(4, 8), all.slice(8), [], []])
  })

  test("one item, and none, are arrays too", async () => {
    const joe = await at.someone("member")
    const one = (await at.list(joe)).json
    expect(one).toEqual({ results: [expect.objectContaining({ name: "API key 1" })], size: 1 })
    await at.update(joe, one.results[0].id, { is_enabled: false })
    await at.delete(at.admin, one.results[0].id, { userId: joe.id })
    expect((await at.list(at.admin, { userId: joe.id })).json).toEqual({ results: [], size: 0 })
  })

  test("the organization's are those of everybody, with each one's user", async () => {
    const { json } = await at.ofOrganization(at.admin)
    expect(json.size).toBe(json.results.length)
    expect(idsOf(json.results)).toEqual(ascending(idsOf(json.results)))
    const users = json.results.map(({ user }: { user: { id: number } }) => user.id)
    expect(new Set(users)).toEqual(new Set([at.admin.id, at.auditor.id, jane.id]))
    const second = (await at.ofOrganization(at.admin, at.o, "?page=1&limit=5")).json
    expect(second).toEqual({ results: json.results.slice(5, 10), size: json.size })
    expect((await at.ofOrganization(at.admin, at.o, "?page=9")).json).toEqual({
      results: [],
      size: json.size,
    })
  })

  test("users are a bare array, by id, with their organization and role", async () => {
    const { json } = await at.ask(at.admin, `/users?o=${at.o}`)
    expect(idsOf(json)).toEqual(ascending(idsOf(json)))
    expect(json.find(({ id }: Item) => id === jane.id)).toEqual({
      id: jane.id,
      firstname: "Jane",
      lastname: "Doe 1",
      email: "user1@example.com",
      orgs: [{ id: at.o, name: "Example" }],
      rbac_roles: [{ id: 2, name: "Read Only", organization_id: at.o }],
      tags: [],
      saml_enabled: false,
    })
    expect(json.find(({ id }: Item) => id === at.admin.id).rbac_roles[0].name).toBe("Full Administrator")
    expect(json.find(({ id }: Item) => id === at.server.service.alias)).toMatchObject({
      firstname: "Machine",
      lastname: "",
      email: "",
    })
    const second = await at.ask(at.admin, `/users?o=${at.o}&page=1&limit=2`)
    expect(second.json).toEqual(json.slice(2, 4))
    const one = await at.ask(at.admin, `/users/${jane.id}?o=${at.o}`)
    expect(one.json).toEqual(json.find(({ id }: Item) => id === jane.id))
  })

  test("who oneself is, and where", async () => {
    const self = await at.ask(jane, "/users/self")
    expect(self.json).toMatchObject({ id: jane.id, firstname: "Jane", orgs: [{ id: at.o, name: "Example" }] })
    expect((await at.ask(jane, `/users/${jane.id}?o=${at.o}`)).json).toEqual(self.json)
    expect((await at.ask(at.admin, "/users/self")).json.rbac_roles).toEqual([
      { id: 1, name: "Full Administrator", organization_id: at.o },
    ])
    expect((await at.ask(jane, "/orgs")).json).toEqual([{ id: at.o, name: "Example" }])
    expect((await at.ask(jane, "/orgs?page=1&limit=1")).json).toEqual([])
  })

  test("somebody without first and last name has texts in their places", async () => {
    const { authority } = at.server.keyward
    const user = await authority.createUser(at.server.system, {
      email: "mono@example.com",
      displayName: "Mono Nym",
      roles: ["member"],
    })
    const mono = await at.keyFor(user)
    const shown = async () => (await at.ask(mono, "/users/self")).json
    expect(await shown()).toMatchObject({ firstname: "Mono Nym", lastname: "" })
    await authority.updateUser(at.server.system, user.id, { lastName: "Nym" }, null)
    expect(await shown()).toMatchObject({ firstname: "", lastname: "Nym" })
  })
})

test("more keys than one reading takes are all counted", async () => {
  const at = await openConsole({ engine: "memory" })
  const { id: keyspaceId } = at.server.keyspace
  for (let n = 0; n < 500; n++) {
    const owner = { kind: "external", id: `${n}` } as const
    await at.server.keyward.authority.createKey(at.server.system, { keyspaceId, name: "Only", owner })
  }
  const first = (await at.ofOrganization(at.admin)).json
  const second = (await at.ofOrganization(at.admin, at.o, "?page=1")).json
  expect([first.size, first.results.length, second.results.length]).toEqual([502, 500, 2])
  const ids = [...first.results, ...second.results].map(({ id }: Item) => id)
  expect(ids).toEqual(ids.toSorted((a, b) => a - b))
  expect(new Set(ids).size).toBe(502)
  await at.close()
})
