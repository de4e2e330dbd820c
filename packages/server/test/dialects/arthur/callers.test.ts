import type { Instant, NewKey } from "@keyward/core"
import { describe, expect, test } from "vitest"
import { type ArthurServer, arthurServers, places } from "./arthur-server.ts"

const { shared, fresh } = arthurServers()
let server: ArthurServer

/** The status of each operation for a token: create, list, get, deactivate. */
async function matrix(token: string): Promise<number[]> {
  const target = await server.issueKey()
  const replies = [
    await server.ask("/auth/api_keys/", { method: "POST", token, body: {} }),
    await server.ask("/auth/api_keys/", { token }),
    await server.ask(`/auth/api_keys/${target.id}`, { token }),
    await server.ask(`/auth/api_keys/deactivate/${target.id}`, { method: "DELETE", token }),
  ]
  for (const { status, json } of replies) {
    if (status === 401) expect(json).toEqual({ detail: "Unauthorized" })
    if (status === 403) expect(json).toEqual({ detail: "Forbidden" })
  }
  return replies.map(({ status }) => status)
}

const me = async (token: string) => (await server.ask("/users/me", { token })).json

describe.each(places)("who may do what, $mode, $engine", (place) => {
  const { mode } = place
  const all = [200, 200, 200, mode === "documented" ? 200 : 204]
  const nothing = [403, 403, 403, 403]
  const unrecognized = [401, 401, 401, 401]
  const reading = [403, 200, 200, 403]

  test("the master key and an administrator's may do everything", async () => {
    server = await shared(place)
    for (const secret of [server.master.secret, server.adminKey]) {
      expect(await matrix(secret)).toEqual(all)
      expect(await me(secret)).toEqual({
        user_id: "master-key",
        roles: ["ADMIN-KEY"],
        org_scope: null,
        org: null,
      })
    }
  })

  test.each([
    { roles: ["ORG-ADMIN"], documented: all },
    { roles: ["TASK-ADMIN", "ORG-AUDITOR"], documented: reading },
    { roles: ["DEFAULT-RULE-ADMIN"], documented: nothing },
    { roles: ["TASK-ADMIN"], documented: nothing },
    { roles: ["VALIDATION-USER"], documented: nothing },
    { roles: [], documented: nothing },
  ])("an issued key with $roles", async ({ roles, documented }) => {
    server = await shared(place)
    const { id, key } = await server.issueKey(roles)
    expect(await matrix(key)).toEqual(mode === "documented" ? documented : unrecognized)
    expect(await me(key)).toEqual({ user_id: id, roles, org_scope: null, org: null })
  })

  test("a management key may do what it holds in this keyspace", async () => {
    server = await shared(place)
    const { id } = server.keyspace
    const management = async (permissions: string[]) => {
      const input = { keyspaceId: server.managementKeyspaceId, name: "Some", permissions }
      return server.keyward.authority.createKey(server.system, input)
    }
    const reader = await management([`keys.read:${id}`])
    expect(await matrix(reader.secret)).toEqual(reading)
    expect(await me(reader.secret)).toMatchObject({ user_id: reader.key.id, roles: ["ORG-AUDITOR"] })

    const writer = await management(["keys.*", `!keys.read:${id}`])
    expect(await matrix(writer.secret)).toEqual([200, 403, 403, all[3]])
    expect(await me(writer.secret)).toMatchObject({ user_id: writer.key.id, roles: [] })

    const elsewhere = await management([`keys.*:${server.managementKeyspaceId}`, "audit.read"])
    expect(await matrix(elsewhere.secret)).toEqual(nothing)
    expect(await me(elsewhere.secret)).toMatchObject({ user_id: elsewhere.key.id, roles: [] })
  })

  test("a management key may do no more here than its owner may now", async () => {
    server = await shared(place)
    const { authority } = server.keyward
    const user = await authority.createUser(server.system, { email: "u@example.com", displayName: "U" })
    const { secret } = await authority.createKey(server.system, {
      keyspaceId: server.managementKeyspaceId,
      name: "Everything",
      owner: { kind: "user", id: user.id },
      permissions: ["*"],
    })
    const withRole = async (role: string) => {
      await authority.updateUser(server.system, user.id, { roles: [role] }, null)
      return matrix(secret)
    }
    expect(await withRole("member")).toEqual(nothing)
    expect(await withRole("admin")).toEqual(all)
    expect(await withRole("auditor")).toEqual(reading)
    await authority.suspend(server.system, "user", user.id)
    expect(await matrix(secret)).toEqual(unrecognized)
  })

  test("an issued key that was given a permission without a role may use it", async () => {
    server = await shared(place)
    const { secret } = await server.keyward.authority.createKey(server.system, {
      keyspaceId: server.keyspace.id,
      name: "Reader",
      permissions: ["api_keys.read"],
    })
    expect(await matrix(secret)).toEqual(mode === "documented" ? reading : unrecognized)
  })

  test("another organization's keys are not recognised", async () => {
    server = await shared(place)
    const { other } = server
    const issued = await server.keyward.authority.createKey(other.system, {
      keyspaceId: other.keyspace.id,
      name: "Theirs",
      roles: ["ORG-ADMIN"],
    })
    const { admin_key: master } = await other.issue(other.admin)
    for (const secret of [other.adminKey, String(master), issued.secret]) {
      expect(await matrix(secret)).toEqual(unrecognized)
      expect(await me(secret)).toEqual({ detail: "User must be authenticated" })
    }
    expect((await server.ask(`/auth/api_keys/${issued.key.id}`)).status).toBe(404)
    expect((await server.ask("/auth/api_keys/")).text).not.toContain(issued.key.id)
  })

  test("keys of the organization's own keyspaces are not recognised", async () => {
    server = await shared(place)
    const own = await server.keyward.authority.createKeyspace(server.system, {
      name: "Own",
      prefix: "own",
      permissions: [
        { name: "keys.read", description: "" },
        { name: "keys.write", description: "" },
      ],
    })
    const input: NewKey = { keyspaceId: own.id, name: "Own", permissions: ["*"] }
    expect(await matrix((await server.keyward.authority.createKey(server.system, input)).secret)).toEqual(
      unrecognized,
    )
  })

  test.each([
    [
      "revoked",
      (id: string) =>
        server.keyward.authority.revokeKey(server.system, id, { reason: "unspecified", note: null }),
    ],
    [
      "disabled",
      (id: string) => server.keyward.authority.updateKey(server.system, id, { enabled: false }, null),
    ],
    ["deleted", (id: string) => server.keyward.authority.deleteKey(server.system, id, null)],
    [
      "expired",
      async (id: string) => {
        const expiresAt = (server.keyward.deps.clock.now() + 1_000) as Instant
        await server.keyward.authority.updateKey(server.system, id, { expiresAt }, null)
        server.advance(1)
      },
    ],
  ] as const)(
    "a %s key is not recognised, neither a management key nor an issued one",
    async (_state, end) => {
      server = await shared(place)
      const issued = await server.issueKey(["ORG-ADMIN"])
      for (const { id, secret } of [{ id: issued.id, secret: issued.key }, await server.newMaster()]) {
        expect((await server.ask("/users/me", { token: secret })).status).toBe(200)
        await end(id)
        expect(await matrix(secret)).toEqual(unrecognized)
        expect((await server.ask("/users/me", { token: secret })).status).toBe(401)
      }
    },
  )

  test("guessing is slowed down with 429, and never mistaken for a bad key", async () => {
    server = await fresh(place, { guessLimit: 3 })
    const guess = () => server.ask("/auth/api_keys/", { token: "bm90IGEga2V5" })
    for (let at = 0; at < 3; at++) expect((await guess()).status).toBe(401)
    const slowed = await server.ask("/auth/api_keys/")
    expect([slowed.status, slowed.json]).toEqual([429, { detail: expect.any(String) }])
    expect(Number(slowed.headers.get("retry-after"))).toBeGreaterThan(0)
    server.advance(60)
    expect((await server.ask("/auth/api_keys/")).status).toBe(200)
  })
})

describe.each(places)("how a token is presented, $mode, $engine", (place) => {
  const list = (headers: Record<string, string>) => server.ask("/auth/api_keys/", { token: null, headers })

  test("in the header, the scheme in any case", async () => {
    server = await shared(place)
    const { secret } = server.master
    for (const authorization of [`Bearer ${secret}`, `bearer ${secret}`, `BEARER \t ${secret}  `]) {
      expect((await list({ authorization })).status).toBe(200)
    }
  })

  test("nothing, or nothing of the right form", async () => {
    server = await shared(place)
    const { secret } = server.master
    const missing = { detail: "Requires authentication" }
    const bad = { detail: "Bad credentials" }
    for (const [headers, detail] of [
      [{}, missing],
      [{ authorization: "" }, missing],
      [{ cookie: "ACCESS_TOKEN=" }, missing],
      [{ cookie: "OTHER=Bearer%20x; access_token=Bearer x" }, missing],
      [{ authorization: secret }, bad],
      [{ authorization: "Bearer" }, bad],
      [{ authorization: `Basic ${secret}` }, bad],
      [{ authorization: `Bearer ${secret} more` }, bad],
      [{ cookie: `ACCESS_TOKEN=${secret}` }, bad],
      [{ authorization: "Bearer undefined" }, { detail: "Unauthorized" }],
      [{ authorization: `Bearer ${secret.toLowerCase()}` }, { detail: "Unauthorized" }],
    ] as const) {
      const { status, json, headers: answered } = await list(headers)
      expect([status, json]).toEqual([401, detail])
      expect(answered.get("www-authenticate")).toBeNull()
    }
    const me = await server.ask("/users/me", { token: null })
    expect([me.status, me.json]).toEqual([401, missing])
  })

  test("in the cookie, quoted or not, which takes precedence over the header", async () => {
    server = await shared(place)
    const good = `Bearer ${server.master.secret}`
    for (const cookie of [
      `ACCESS_TOKEN=${good}`,
      `ACCESS_TOKEN="${good}"`,
      `theme=dark; ACCESS_TOKEN="${good}"; x=1`,
      `ACCESS_TOKEN=Bearer old;ACCESS_TOKEN=${good}`,
    ]) {
      expect((await list({ cookie })).status).toBe(200)
      expect((await list({ cookie, authorization: "Bearer bad" })).status).toBe(200)
    }
    for (const cookie of ["ACCESS_TOKEN=Bearer bad", "ACCESS_TOKEN=", 'ACCESS_TOKEN=""']) {
      expect((await list({ cookie, authorization: good })).status).toBe(401)
    }
  })
})
