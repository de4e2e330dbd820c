import { bounds } from "@keyward/contract"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { type NativeServer, openNative } from "./native-server.ts"
import { patch, post } from "./route-case.ts"

let server: NativeServer
beforeEach(async () => {
  server = await openNative()
})
afterEach(() => server.close())

// biome-ignore lint/suspicious/noExplicitAny: a body is whatever the server sent; the tests say what it must be.
async function made(path: string, body: unknown, token = server.admin): Promise<any> {
  const { status, json, text } = await server.ask(path, { ...post(body), token })
  expect(status, text).toBe(201)
  return json
}

const user = (name: string, roles: readonly string[] = []) =>
  made("/v1/users", { email: `${name}@example.com`, display_name: name, roles })

/** A management key of somebody, which does all that they may do. */
const keyOf = (kind: "user" | "service_account", id: string) =>
  server.managementKey(["*"], { owner: { kind, id } })

async function keyspaceId(): Promise<string> {
  return (await made("/v1/keyspaces", { name: "Invoices", prefix: "inv" })).id
}

const ids = (items: readonly { id: string }[]) => items.map(({ id }) => id)

describe("lists", () => {
  test("come in pages, newest first, or by e-mail address with a prefix", async () => {
    const created: string[] = []
    for (const name of ["jane.b", "jane.c", "jane.a", "zoe"]) {
      server.clock.advance(1000)
      created.push((await user(name)).id)
    }
    const [b, c, a, zoe] = created
    const newest = await server.ask("/v1/users?limit=3")
    expect(ids(newest.json.items)).toEqual([zoe, a, c])
    const rest = await server.ask(`/v1/users?limit=3&cursor=${newest.json.next_cursor}`)
    expect(ids(rest.json.items)).toEqual([b, server.created.admin.id])
    expect(rest.json.next_cursor).toBeNull()

    const first = await server.ask("/v1/users?email_prefix=JANE&limit=2")
    expect(ids(first.json.items)).toEqual([a, b])
    const cursor = first.json.next_cursor
    const second = await server.ask(`/v1/users?email_prefix=jane&limit=2&cursor=${cursor}`)
    expect([ids(second.json.items), second.json.next_cursor]).toEqual([[c], null])

    for (const path of [
      `/v1/users?cursor=${cursor}`,
      `/v1/members?cursor=${newest.json.next_cursor}`,
      `/v1/service-accounts?cursor=${newest.json.next_cursor}`,
      "/v1/users?limit=201",
      "/v1/users?suspended=perhaps",
    ]) {
      await server.refused(path, "invalid_input")
    }
  })

  test("are narrowed by role, by whether they are suspended, and by kind", async () => {
    const jane = await user("jane", ["auditor"])
    const joe = await user("joe", ["member"])
    const robot = await made("/v1/service-accounts", { display_name: "Robot", roles: ["auditor"] })
    await server.ask(`/v1/users/${joe.id}/suspend`, post())
    const listed = async (path: string) => ids((await server.ask(path)).json.items)
    expect(await listed("/v1/users?role=auditor")).toEqual([jane.id])
    expect(await listed("/v1/users?suspended=true")).toEqual([joe.id])
    expect(await listed("/v1/service-accounts?suspended=true")).toEqual([])
    expect((await listed("/v1/members?role=auditor")).toSorted()).toEqual([jane.id, robot.id].toSorted())
    expect(await listed("/v1/members?kind=service_account")).toEqual([robot.id])
  })
})

describe("what is sent", () => {
  test.each([
    ["/email", { email: "no address" }],
    ["/email", { email: `${"j".repeat(250)}@e.com` }],
    ["/email", { email: "jane\u0007@example.com" }],
    ["/display_name", { display_name: "" }],
    ["/display_name", { display_name: "n".repeat(256) }],
    ["/user_name", { user_name: "" }],
    ["/user_name", { user_name: "n".repeat(256) }],
    ["/user_name", { user_name: "ja\u0000ne" }],
    ["/user_name", { user_name: "ja\u0007ne" }],
    ["/first_name", { first_name: "n".repeat(256) }],
    ["/roles", { roles: Array(bounds.memberRoles + 1).fill("member") }],
    ["/roles/0", { roles: ["emperor"] }],
    ["/password", { password: "correct horse" }],
  ])("is refused at %s: %j", async (member, wrong) => {
    const body = { email: "jane@example.com", display_name: "Jane", ...wrong }
    const { json } = await server.refused("/v1/users", "invalid_input", post(body))
    expect(json.errors.map((error: { member: string }) => error.member)).toContain(member)
  })

  test.each([
    ["/policy", {}],
    ["/policy/kind", { policy: {} }],
    ["/policy/kind", { policy: { kind: "burn" } }],
    ["/policy/days", { policy: { kind: "expire" } }],
    ["/policy/days", { policy: { kind: "expire", days: bounds.removal.days + 1 } }],
    ["/policy/days", { policy: { kind: "freeze", days: 3 } }],
    ["/policy/owner", { policy: { kind: "transfer" } }],
    ["/policy/owner/id", { policy: { kind: "transfer", owner: { kind: "user", id: "nobody" } } }],
  ])("of a removal is refused at %s alone: %j", async (member, body) => {
    const { id } = await user("jane")
    for (const verb of ["removal-preview", "remove"]) {
      const { json } = await server.refused(`/v1/users/${id}/${verb}`, "invalid_input", post(body))
      expect(json.errors.map((error: { member: string }) => error.member)).toEqual([member])
    }
  })

  test("an alias is no id", async () => {
    const jane = await user("jane")
    expect(jane.alias).toBeGreaterThan(0)
    await server.refused(`/v1/users/${jane.alias}`, "not_found")
    await server.refused(`/v1/members/${jane.alias}`, "not_found")
    const { alias } = (await server.ask(`/v1/organizations/${server.created.organization.id}`)).json
    await server.refused(`/v1/organizations/${alias}`, "not_found")
    // Neither is the id of one of the other kind.
    await server.refused(`/v1/service-accounts/${jane.id}`, "not_found")
  })

  test("an owner who is another organization's is as unknown as one who is not there", async () => {
    const theirs = await server.neighbour()
    const stranger = await made("/v1/service-accounts", { display_name: "Theirs" }, theirs.admin)
    const keyspace = await keyspaceId()
    const jane = await user("jane")
    const headers = { "x-request-id": "same" }
    const refusal = async (path: string, body: unknown) =>
      (await server.refused(path, "invalid_input", { ...post(body), headers })).text
    const answers = await Promise.all(
      [stranger.id, "01980a5e-7c1f-7a44-9d0c-3f2b5a6c7d8e"].map(async (id) => {
        const owner = { kind: "service_account", id }
        return [
          await refusal("/v1/keys", { keyspace_id: keyspace, name: "x", owner }),
          await refusal(`/v1/users/${jane.id}/remove`, { policy: { kind: "transfer", owner } }),
        ]
      }),
    )
    expect(answers[0]).toEqual(answers[1])
  })
})

describe("suspending", () => {
  test("refuses every key of theirs at once, with its reason, until they are resumed", async () => {
    const robot = await made("/v1/service-accounts", { display_name: "Robot", roles: ["auditor"] })
    const owner = { kind: "service_account", id: robot.id }
    const keyspace = await keyspaceId()
    const { secret } = await made("/v1/keys", { keyspace_id: keyspace, name: "Key", owner })
    const token = await keyOf("service_account", robot.id)
    const outcome = async () => (await server.ask("/v1/keys/verify", post({ key: secret }))).json.code
    expect((await server.ask("/v1/users", { token })).status).toBe(200)
    expect(await outcome()).toBe("VALID")

    await server.ask(`/v1/service-accounts/${robot.id}/suspend`, post())
    expect(await outcome()).toBe("OWNER_SUSPENDED")
    const { json } = await server.refused("/v1/users", "credential_invalid", { token })
    expect(json.detail).toBe("The key was refused: OWNER_SUSPENDED.")

    await server.ask(`/v1/service-accounts/${robot.id}/resume`, post())
    expect(await outcome()).toBe("VALID")
    expect((await server.ask("/v1/users", { token })).status).toBe(200)
  })
})

describe("removing", () => {
  test("a transfer gives every key to the new owner, and they go on working", async () => {
    const [jane, heir] = [await user("jane"), await user("heir")]
    const keyspace = await keyspaceId()
    const owner = { kind: "user", id: jane.id }
    const key = await made("/v1/keys", { keyspace_id: keyspace, name: "Key", owner })
    const policy = { kind: "transfer", owner: { kind: "user", id: heir.id } }

    const preview = await server.ask(`/v1/users/${jane.id}/removal-preview`, post({ policy }))
    expect(preview.json).toEqual({
      keys: [{ id: key.id, name: "Key", keyspace_id: keyspace, state: "active" }],
      total: 1,
      counts: [{ state: "active", count: 1 }],
    })
    expect((await server.ask(`/v1/keys/${key.id}`)).json.owner).toEqual(owner)

    expect((await server.ask(`/v1/users/${jane.id}/remove`, post({ policy }))).status).toBe(204)
    expect((await server.ask(`/v1/keys/${key.id}`)).json.owner).toEqual(policy.owner)
    const verified = await server.ask("/v1/keys/verify", post({ key: key.secret }))
    expect(verified.json).toMatchObject({ code: "VALID", owner: policy.owner })
    await server.refused(`/v1/users/${jane.id}`, "not_found")
    await server.refused(`/v1/users/${jane.id}/remove`, "not_found", post({ policy }))
    // The address is free again.
    await user("jane")
  })

  test("freezing disables the keys, and an expiry ends them after so many days", async () => {
    const keyspace = await keyspaceId()
    const removedWith = async (name: string, policy: object) => {
      const { id } = await user(name)
      const owner = { kind: "user", id }
      const key = await made("/v1/keys", { keyspace_id: keyspace, name, owner })
      expect((await server.ask(`/v1/users/${id}/remove`, post({ policy }))).status).toBe(204)
      return key
    }
    const outcome = async (key: string) => (await server.ask("/v1/keys/verify", post({ key }))).json.code
    const frozen = await removedWith("frozen", { kind: "freeze" })
    expect(await outcome(frozen.secret)).toBe("DISABLED")

    const ending = await removedWith("ending", { kind: "expire", days: 2 })
    const { expires_at } = (await server.ask(`/v1/keys/${ending.id}`)).json
    expect(Date.parse(expires_at)).toBe(server.clock.now() + 2 * 86_400_000)
    server.clock.advance(2 * 86_400_000 - 1)
    expect(await outcome(ending.secret)).toBe("VALID")
    server.clock.advance(1)
    expect(await outcome(ending.secret)).toBe("EXPIRED")
    expect(await outcome((await removedWith("now", { kind: "expire", days: 0 })).secret)).toBe("EXPIRED")
  })

  test("a preview names at most so many keys, and counts them all by state", async () => {
    const { id } = await user("busy")
    const keyspace = await keyspaceId()
    const total = bounds.removal.shown + 1
    for (let at = 0; at < total; at++) {
      await server.keyward.authority.createKey(server.system, {
        keyspaceId: keyspace,
        owner: { kind: "user", id },
        name: `Key ${at}`,
        enabled: at !== 0,
      })
    }
    const policy = { kind: "freeze" }
    const { json } = await server.ask(`/v1/users/${id}/removal-preview`, post({ policy }))
    expect(json.keys).toHaveLength(bounds.removal.shown)
    expect(json.total).toBe(total)
    expect(json.counts).toEqual([
      { state: "active", count: total - 1 },
      { state: "disabled", count: 1 },
    ])
  })

  test("whoever may not read or change keys neither sees nor takes them by removing their owner", async () => {
    const keyspace = await keyspaceId()
    const jane = await user("jane")
    const owner = { kind: "user", id: jane.id }
    const key = await made("/v1/keys", { keyspace_id: keyspace, name: "Payroll", owner })
    await made("/v1/roles", { name: "people", permissions: ["members.*", "own_keys.*"] })
    const clerk = await user("clerk", ["people"])
    const token = await keyOf("user", clerk.id)
    const frozen = { ...post({ policy: { kind: "freeze" } }), token }
    const preview = await server.ask(`/v1/users/${jane.id}/removal-preview`, frozen)
    expect(preview.json).toMatchObject({ keys: [], total: 1 })
    expect(preview.text).not.toContain("Payroll")

    const policy = { kind: "transfer", owner: { kind: "user", id: clerk.id } }
    for (const verb of ["removal-preview", "remove"]) {
      const asked = { ...post({ policy }), token }
      const { json } = await server.refused(`/v1/users/${jane.id}/${verb}`, "permission_denied", asked)
      expect(json.missing_permissions).toEqual(["keys.write"])
    }
    expect((await server.ask(`/v1/keys/${key.id}`)).json.owner).toEqual(owner)
  })
})

describe("roles", () => {
  test("that change take effect on whoever has them, at once", async () => {
    await made("/v1/roles", { name: "reader", permissions: ["members.read"] })
    const jane = await user("jane", ["reader"])
    const token = await keyOf("user", jane.id)
    expect((await server.ask("/v1/users", { token })).status).toBe(200)
    await server.ask("/v1/roles/reader", patch({ permissions: ["audit.read"] }))
    await server.refused("/v1/users", "permission_denied", { token })
    expect((await server.ask("/v1/audit", { token })).status).toBe(200)
    await server.ask("/v1/roles/reader", { method: "DELETE" })
    await server.refused("/v1/audit", "permission_denied", { token })
    await server.ask(`/v1/members/${jane.id}`, patch({ roles: ["auditor"] }))
    expect((await server.ask("/v1/audit", { token })).status).toBe(200)
  })

  test("nobody gets at what a denial withholds from them by changing the role that denies it", async () => {
    await made("/v1/roles", { name: "restricted", permissions: ["!keys.reveal", "!audit.read"] })
    const jane = await user("jane", ["admin", "restricted"])
    const token = await keyOf("user", jane.id)
    await server.refused("/v1/audit", "permission_denied", { token })
    const attempts = [
      patch({ permissions: null }),
      patch({ permissions: ["!keys.reveal"] }),
      { method: "DELETE" },
    ]
    for (const attempt of attempts) {
      await server.refused("/v1/roles/restricted", "grant_exceeds_caller", { ...attempt, token })
    }
    await server.refused(`/v1/members/${jane.id}`, "grant_exceeds_caller", {
      ...patch({ roles: ["admin"] }),
      token,
    })
    // An owner, who holds it all, may.
    expect((await server.ask("/v1/roles/restricted", { method: "DELETE" })).status).toBe(204)
  })

  test.each([
    ["/name", { name: "Key desk", permissions: [] }],
    ["/name", { name: "n".repeat(64), permissions: [] }],
    ["/permissions/1", { name: "desk", permissions: ["keys.read", "moon.fly"] }],
    ["/permissions", { name: "desk" }],
  ])("are refused at %s: %j", async (member, body) => {
    const { json } = await server.refused("/v1/roles", "invalid_input", post(body))
    expect(json.errors[0].member).toBe(member)
  })

  test("keep their place when they change, and there are at most 200", async () => {
    for (const name of ["one", "two"]) await made("/v1/roles", { name, permissions: [] })
    await server.ask("/v1/roles/one", patch({ description: "Changed" }))
    const { items } = (await server.ask("/v1/roles")).json
    expect(items.map(({ name }: { name: string }) => name).slice(4)).toEqual(["one", "two"])
    for (let at = items.length; at < 200; at++) await made("/v1/roles", { name: `r${at}`, permissions: [] })
    await server.refused("/v1/roles", "invalid_input", post({ name: "more", permissions: [] }))
  })
})

test("a member lists their own keys only, whoever's they ask for", async () => {
  const keyspace = await keyspaceId()
  const [jane, joe] = [await user("jane", ["member"]), await user("joe", ["member"])]
  const token = await keyOf("user", jane.id)
  const keys = []
  for (const { id } of [jane, joe]) {
    const owner = { kind: "user", id }
    keys.push((await made("/v1/keys", { keyspace_id: keyspace, name: "Key", owner })).id)
  }
  const listed = async (query: string) =>
    ids((await server.ask(`/v1/keys?keyspace_id=${keyspace}${query}`, { token })).json.items)
  expect(await listed("")).toEqual([keys[0]])
  expect(await listed(`&owner_kind=user&owner_id=${joe.id}`)).toEqual([])
})

test("everything is audited with the actor, the key that was used, the address and the user agent", async () => {
  const admin = await user("admin2", ["admin"])
  const token = await keyOf("user", admin.id)
  const headers = { "user-agent": "test/1.0" }
  const { json } = await server.ask("/v1/users", {
    ...post({ email: "new@example.com", display_name: "New", roles: [] }),
    token,
    headers,
  })
  await server.ask(`/v1/members/${json.id}`, { ...patch({ roles: ["member"] }), token, headers })
  const { items } = (await server.ask(`/v1/audit?target_id=${json.id}&order=oldest`)).json
  expect(items.map(({ action }: { action: string }) => action)).toEqual(["user.created", "user.updated"])
  const { key_id } = (await server.ask("/v1/self", { token })).json
  for (const { actor } of items) {
    expect(actor).toEqual({
      kind: "user",
      id: admin.id,
      credential: { kind: "key", id: key_id },
      address: "127.0.0.1",
      user_agent: "test/1.0",
    })
  }
  expect(items[1].details).toEqual({ roles: { before: [], after: ["member"] } })
})
