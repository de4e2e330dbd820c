import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { engines } from "../dialect-server.ts"
import { type About, type Console, openConsole, type Person, secretOf } from "./console.ts"

describe.each(engines)("who may do what, %s", (engine) => {
  let at: Console
  beforeAll(async () => {
    at = await openConsole({ engine })
  })
  afterAll(() => at.close())

  /** The status of each operation on the keys of somebody: create, list, get, update, decrypt, delete; and of the organization's list. */
  async function matrix(who: Person | null, whose: Person, about: About = {}): Promise<number[]> {
    const { server } = at
    const { key: target } = await server.keyward.authority.createKey(server.system, {
      keyspaceId: server.keyspace.id,
      owner: { kind: whose.principal.kind, id: whose.principal.id },
      name: "Target",
    })
    const named = { userId: whose.id, ...about }
    const replies = [
      await at.create(who, { name: "Made" }, named),
      await at.list(who, named),
      await at.get(who, target.alias, named),
      await at.update(who, target.alias, { is_enabled: false }, named),
      await at.decrypt(who, target.alias, named),
      await at.delete(who, target.alias, named),
      await at.ofOrganization(who),
    ]
    for (const { status, json } of replies) {
      if (status === 401) expect(json).toEqual({ errors: ["Unauthorized"] })
      if (status === 403) {
        expect(json).toEqual({ errors: ["You do not have permission to perform this action."] })
      }
    }
    if (replies[5]?.status !== 204) await server.keyward.authority.deleteKey(server.system, target.id, null)
    return replies.map(({ status }) => status)
  }

  const own = [200, 200, 200, 200, 200, 204, 403]
  const unrecognized = [401, 401, 401, 401, 401, 401, 401]
  const forbidden = [403, 403, 403, 403, 403, 403, 403]

  test("everybody manages their own keys, and nobody else's", async () => {
    const [jane, joe] = [await at.someone("member"), await at.someone("member")]
    expect(await matrix(jane, jane)).toEqual(own)
    expect(await matrix(jane, joe)).toEqual(forbidden)
    expect(await matrix(jane, at.admin)).toEqual(forbidden)
  })

  test("an administrator sees, changes and deletes everybody's, and creates and decrypts only their own", async () => {
    const jane = await at.someone("member")
    for (const administrator of [at.admin, await at.someone("admin")]) {
      expect(await matrix(administrator, administrator)).toEqual([...own.slice(0, 6), 200])
      expect(await matrix(administrator, jane)).toEqual([403, 200, 200, 200, 403, 204, 200])
    }
  })

  test("roles that the organization made count for what they hold", async () => {
    const { authority } = at.server.keyward
    const { system, keyspace } = at.server
    const here = ["keys.read", "keys.write"].map((name) => `${name}:${keyspace.id}`)
    await authority.createRole(system, {
      name: "key-desk",
      description: "",
      permissions: [...here, "members.read", "organizations.read", "own_keys.*"],
    })
    await authority.createRole(system, {
      name: "half",
      description: "",
      permissions: [...here, "own_keys.*"],
    })
    const jane = await at.someone("member")
    expect(await matrix(await at.someone("key-desk"), jane)).toEqual([403, 200, 200, 200, 403, 204, 200])
    expect(await matrix(await at.someone("half"), jane)).toEqual(forbidden)
  })

  test("an auditor is no administrator of the vendor's, and changes nothing", async () => {
    const jane = await at.someone("member")
    expect(await matrix(at.auditor, at.auditor)).toEqual([403, 200, 200, 403, 403, 403, 403])
    expect(await matrix(at.auditor, jane)).toEqual(forbidden)
  })

  test("whoever has no role may do nothing, also with a key of their own", async () => {
    const nobody = await at.someone()
    expect(await matrix(nobody, nobody)).toEqual(forbidden)
    const machine = await at.keyFor(at.server.service)
    expect(await matrix(machine, machine)).toEqual(forbidden)
  })

  test("a service account with a role is a user like others", async () => {
    const { authority } = at.server.keyward
    const account = await authority.createServiceAccount(at.server.system, {
      displayName: "Builder",
      roles: ["member"],
    })
    const machine = await at.keyFor(account)
    expect(await matrix(machine, machine)).toEqual(own)
    const self = await at.ask(machine, "/users/self")
    expect(self.json).toMatchObject({ id: machine.id, firstname: "Builder", lastname: "", email: "" })
  })

  test("what is changed about the owner counts from the next call on", async () => {
    const { authority } = at.server.keyward
    const jane = await at.someone("member")
    const roles = (...names: string[]) =>
      authority.updateUser(at.server.system, jane.principal.id, { roles: names }, null)
    await roles("admin")
    expect((await at.ofOrganization(jane)).status).toBe(200)
    await roles("member")
    expect((await at.ofOrganization(jane)).status).toBe(403)
    await authority.suspend(at.server.system, "user", jane.principal.id)
    expect(await matrix(jane, jane)).toEqual(unrecognized)
    await authority.resume(at.server.system, "user", jane.principal.id)
    expect((await at.list(jane)).status).toBe(200)
  })

  test("users and organizations", async () => {
    const jane = await at.someone("member")
    const status = async (who: Person | null, path: string) => (await at.ask(who, path)).status
    for (const [path, administrator, member] of [
      ["/users/self", 200, 200],
      [`/users/${jane.id}?o=${at.o}`, 200, 200],
      [`/users/${at.admin.id}?o=${at.o}`, 200, 403],
      [`/users?o=${at.o}`, 200, 403],
      ["/orgs", 200, 200],
    ] as const) {
      expect([
        path,
        await status(at.admin, path),
        await status(jane, path),
        await status(null, path),
      ]).toEqual([path, administrator, member, 401])
    }
  })

  describe("what is no live key of the organization's is not recognised", () => {
    test("nothing, and nothing of the right form", async () => {
      const jane = await at.someone("member")
      const known = (authorization: string) => at.ask(null, "/users/self", { headers: { authorization } })
      for (const authorization of [
        "",
        "Bearer",
        jane.key,
        `Basic ${jane.key}`,
        `Bearer ${jane.key} more`,
        `Bearer ${jane.key.toUpperCase()}`,
        "Bearer 00000000-0000-4000-8000-000000000000",
        `Bearer ${at.server.adminKey}`,
      ]) {
        const { status, json } = await known(authorization)
        expect([status, json]).toEqual([401, { errors: ["Unauthorized"] }])
      }
      expect((await at.ask(null, `/users/self?api_key=${crypto.randomUUID()}`)).status).toBe(401)
      for (const authorization of [`bearer ${jane.key}`, `BEARER \t ${jane.key}`]) {
        expect((await known(authorization)).status).toBe(200)
      }
      expect(await matrix(null, jane)).toEqual(unrecognized)
    })

    test("a disabled, an expired, a revoked and a deleted key", async () => {
      const { authority } = at.server.keyward
      const { system } = at.server
      const jane = await at.someone("member")
      const ends: Readonly<Record<string, (id: string) => Promise<unknown>>> = {
        disabled: (id) => authority.updateKey(system, id, { enabled: false }, null),
        revoked: (id) => authority.revokeKey(system, id, { reason: "unspecified", note: null }),
        deleted: (id) => authority.deleteKey(system, id, null),
        expired: async () => at.server.advance(60),
      }
      for (const [name, end] of Object.entries(ends)) {
        const minute = new Date(at.server.clock.now() + 60_000).toISOString()
        const { json } = await at.create(jane, { name, expires_at: minute })
        const key = await secretOf(at, jane, json.id)
        const holder = { ...jane, key }
        expect((await at.list(holder)).status).toBe(200)
        const { id } = await authority.keyByAlias(system, json.id)
        await end(id)
        expect(await matrix(holder, jane)).toEqual(unrecognized)
      }
    })

    test("another organization's key, whose users, keys and organization do not exist here", async () => {
      const { other } = at.server
      const jane = await at.someone("member")
      const theirs = await at.keyFor(other.admin, other)
      expect(await matrix(theirs, jane)).toEqual(unrecognized)
      const ask = (path: string, method = "GET") =>
        other.ask(path, { method, headers: { authorization: `Bearer ${theirs.key}` } })
      expect((await ask("/users/self")).json.id).toBe(theirs.id)
      const o = other.organization.alias
      const { json } = await ask(`/users/${theirs.id}/api_keys?o=${o}`)
      const [{ id }] = json.results

      const unknown = 999_999_999
      for (const user of [theirs.id, unknown]) {
        expect((await at.list(at.admin, { userId: user })).status).toBe(404)
        expect((await at.list(jane, { userId: user })).status).toBe(403)
        expect((await at.ask(at.admin, `/users/${user}?o=${at.o}`)).status).toBe(404)
      }
      for (const key of [id, unknown]) {
        expect((await at.get(jane, key)).status).toBe(404)
        expect((await at.delete(at.admin, key)).status).toBe(404)
        expect((await at.decrypt(jane, key)).status).toBe(404)
      }
      for (const organization of [o, unknown, 0, -1]) {
        expect(await matrix(jane, jane, { o: organization })).toEqual(forbidden)
        expect((await at.ask(at.admin, `/users?o=${organization}`)).status).toBe(403)
        if (organization >= 0) expect((await at.ofOrganization(at.admin, organization)).status).toBe(403)
      }
      expect((await ask(`/users/${theirs.id}/api_keys?o=${o}`)).json).toEqual(json)
    })

    test("keys of other keyspaces are not found, whatever the caller may do elsewhere", async () => {
      const { json } = await at.server.native("GET", "/v1/keys?limit=200")
      const management = json.items.filter(
        ({ keyspace_id }: { keyspace_id: string }) => keyspace_id !== at.server.keyspace.id,
      )
      expect(management.length).toBeGreaterThan(0)
      for (const { id } of management) {
        const { alias } = await at.server.keyward.authority.key(at.server.system, id)
        expect((await at.get(at.admin, alias)).status).toBe(404)
      }
    })
  })
})

describe.each(engines)("too much of it, %s", (engine) => {
  test("guessing is slowed down with 429, and never mistaken for a bad key", async () => {
    const at = await openConsole({ engine, guessLimit: 3 })
    const jane = await at.someone("member")
    const guess = () => at.list({ ...jane, key: "00000000-0000-4000-8000-000000000000" })
    for (let n = 0; n < 3; n++) expect((await guess()).status).toBe(401)
    const slowed = await guess()
    expect([slowed.status, slowed.json]).toEqual([429, { errors: ["Too Many Requests!"] }])
    expect(Number(slowed.headers.get("retry-after"))).toBeGreaterThan(0)
    at.server.advance(60)
    expect((await at.list(jane)).status).toBe(200)
    await at.close()
  })

  test("a key over its own limit is told when to come back", async () => {
    const at = await openConsole({ engine })
    const jane = await at.someone("member")
    const { json } = await at.create(jane, { name: "Slow" })
    const key = await secretOf(at, jane, json.id)
    const { authority } = at.server.keyward
    const { id } = await authority.keyByAlias(at.server.system, json.id)
    const limits = [{ name: "minute", count: 1, windowSeconds: 60 }]
    await authority.updateKey(at.server.system, id, { limits }, null)
    expect((await at.list({ ...jane, key })).status).toBe(200)
    const slowed = await at.list({ ...jane, key })
    expect([slowed.status, slowed.json]).toEqual([429, { errors: ["Too Many Requests!"] }])
    expect(Number(slowed.headers.get("retry-after"))).toBeGreaterThan(0)
    await at.close()
  })

  test("store trouble is 503, never a refused credential", async () => {
    const at = await openConsole({ engine })
    const jane = await at.someone("member")
    const { json } = await at.create(jane, { name: "Build" })
    const fresh = await secretOf(at, jane, json.id)
    at.server.breakStore()
    for (const key of [jane.key, fresh]) {
      const holder = { ...jane, key }
      for (const { status, json: body, headers } of [
        await at.create(holder, { name: "x" }),
        await at.list(holder),
        await at.get(holder, json.id),
        await at.update(holder, json.id, { is_enabled: false }),
        await at.delete(holder, json.id),
        await at.decrypt(holder, json.id),
        await at.ofOrganization(holder),
        await at.ask(holder, "/users/self"),
        await at.ask(holder, `/users?o=${at.o}`),
        await at.ask(holder, "/orgs"),
      ]) {
        expect([status, body]).toEqual([503, { errors: ["Service Unavailable"] }])
        expect(headers.get("retry-after")).toBe("1")
      }
    }
    at.server.mendStore()
    expect((await at.get(jane, json.id)).json).toEqual(json)
    await at.close()
  })
})
