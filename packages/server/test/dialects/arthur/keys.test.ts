import type { Instant } from "@keyward/core"
import { describe, expect, test } from "vitest"
import { type ArthurServer, arthurServers, places } from "./arthur-server.ts"

const { shared, fresh } = arthurServers()
let server: ArthurServer

const collection = "/auth/api_keys/"
const unknownId = "00000000-0000-4000-8000-000000000000"

describe.each(places)("the four operations, $mode, $engine", (place) => {
  const { mode } = place
  test("a created key is answered whole, and works at once", async () => {
    server = await fresh(place)
    const body = { description: "Task Validation Key - 1", roles: ["TASK-ADMIN", "ORG-ADMIN"] }
    const { status, headers, json } = await server.ask(collection, { method: "POST", body })

    expect(status).toBe(200)
    expect(headers.get("content-type")).toBe("application/json")
    expect(json).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/),
      key: expect.stringMatching(/^[A-Za-z0-9+/]{107}=$/),
      description: "Task Validation Key - 1",
      is_active: true,
      created_at: "2026-07-01T23:30:49.068000",
      message: expect.stringMatching(/./),
      roles: ["TASK-ADMIN", "ORG-ADMIN"],
    })
    expect(Buffer.from(json.key, "base64").toString()).toMatch(new RegExp(`^${json.id}:[A-Za-z0-9_-]{43}$`))
    const me = await server.ask("/users/me", { token: json.key })
    expect(me.json).toEqual({
      user_id: json.id,
      roles: ["TASK-ADMIN", "ORG-ADMIN"],
      org_scope: null,
      org: null,
    })
  })

  const sent: readonly { case: string; body: object; description?: string; roles: string[] }[] = [
    { case: "nothing", body: {}, roles: ["VALIDATION-USER"] },
    { case: "an explicit null", body: { description: null, roles: null }, roles: [] },
    { case: "no roles", body: { roles: [] }, roles: [] },
    {
      case: "roles out of order and repeated",
      body: { roles: ["TASK-ADMIN", "ORG-AUDITOR", "TASK-ADMIN"] },
      roles: ["TASK-ADMIN", "ORG-AUDITOR", "TASK-ADMIN"],
    },
    { case: "an empty description", body: { description: "" }, description: "", roles: ["VALIDATION-USER"] },
    {
      case: "a description longer than a name",
      body: { description: "🔑".repeat(9_000) },
      description: "🔑".repeat(9_000),
      roles: ["VALIDATION-USER"],
    },
    {
      case: "white space and controls",
      body: { description: " \t\u0001\u2028 " },
      description: " \t\u0001\u2028 ",
      roles: ["VALIDATION-USER"],
    },
    {
      case: "members that nobody knows",
      body: JSON.parse('{"name":"x","__proto__":{"roles":[]},"constructor":1,"is_active":false}'),
      roles: ["VALIDATION-USER"],
    },
  ]
  test.each(sent)("$case comes back as it was sent, everywhere", async ({ body, description, roles }) => {
    server = await shared(place)
    const created = await server.ask(collection, { method: "POST", body })
    const { key, message, ...rest } = created.json
    expect(created.status).toBe(200)
    expect(rest.description).toBe(description)
    expect(rest.roles).toEqual(roles)

    const later = { ...rest, message: "" }
    expect((await server.ask(`/auth/api_keys/${rest.id}`)).json).toEqual(later)
    expect((await server.ask(collection)).json).toContainEqual(later)
  })

  test("the list is a bare array of the active keys, oldest first, over more than a page", async () => {
    server = await fresh(place)
    expect((await server.ask(collection)).text).toBe("[]")
    const ids: string[] = []
    for (let at = 0; at < 4; at++) {
      server.advance(1)
      ids.push((await server.issueKey()).id)
    }
    await server.ask(`/auth/api_keys/deactivate/${ids[1]}`, { method: "DELETE" })
    const few = await server.ask(collection)
    expect(few.json.map(({ id }: { id: string }) => id)).toEqual([ids[0], ids[2], ids[3]])

    for (let at = 0; at < 510; at++) {
      server.advance(1)
      await server.keyward.authority.createKey(server.system, {
        keyspaceId: server.keyspace.id,
        name: `${at}`,
      })
    }
    const many = await server.ask(collection)
    expect(many.json).toHaveLength(513)
    expect(many.json.slice(0, 3)).toEqual(few.json)
    expect(many.json.at(-1)).toMatchObject({ description: "509", roles: [], message: "" })
  })

  test("a deactivated key stays readable, leaves the list and works no more", async () => {
    server = await fresh(place)
    const { id, key } = await server.issueKey(["ORG-ADMIN"])
    server.advance(60)
    const answer = await server.ask(`/auth/api_keys/deactivate/${id}`, { method: "DELETE" })
    const read = await server.ask(`/auth/api_keys/${id}`)
    const inactive = {
      id,
      is_active: false,
      created_at: "2026-07-01T23:30:49.068000",
      deactivated_at: "2026-07-01T23:31:49.068000",
      message: "",
      roles: ["ORG-ADMIN"],
    }
    expect(read.json).toEqual(inactive)
    if (mode === "documented") {
      expect([answer.status, answer.json]).toEqual([200, inactive])
    } else {
      expect([answer.status, answer.text, answer.headers.get("content-type")]).toEqual([204, "", null])
    }
    expect((await server.ask(collection)).json).toEqual([])
    expect((await server.ask("/users/me", { token: key })).status).toBe(401)

    // Repeating it keeps the first instant.
    server.advance(60)
    const again = await server.ask(`/auth/api_keys/deactivate/${id}`, { method: "DELETE" })
    expect(again.status).toBe(answer.status)
    expect((await server.ask(`/auth/api_keys/${id}`)).json).toEqual(inactive)
  })

  test("of many racing deactivations all succeed", async () => {
    server = await shared(place)
    const { id } = await server.issueKey()
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => server.ask(`/auth/api_keys/deactivate/${id}`, { method: "DELETE" })),
    )
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([mode === "documented" ? 200 : 204]))
  })

  test("an unknown id is not found", async () => {
    server = await shared(place)
    for (const [method, path] of [
      ["GET", `/auth/api_keys/${unknownId}`],
      ["DELETE", `/auth/api_keys/deactivate/${unknownId}`],
    ] as const) {
      const { status, json } = await server.ask(path, { method })
      expect([status, json]).toEqual([404, { detail: "API Key not found" }])
    }
  })

  test("keys of other keyspaces do not exist here, not even to the administrator", async () => {
    server = await shared(place)
    const other = await server.keyward.authority.createKeyspace(server.system, {
      name: "Other",
      prefix: "other",
    })
    const { key } = await server.keyward.authority.createKey(server.system, {
      keyspaceId: other.id,
      name: "Other",
    })
    for (const id of [key.id, server.master.id]) {
      for (const token of [server.adminKey, server.master.secret]) {
        expect((await server.ask(`/auth/api_keys/${id}`, { token })).status).toBe(404)
        const gone = await server.ask(`/auth/api_keys/deactivate/${id}`, { method: "DELETE", token })
        expect([gone.status, gone.json]).toEqual([404, { detail: "API Key not found" }])
      }
    }
    expect((await server.keyward.authority.key(server.system, key.id)).revokedAt).toBeNull()
    expect((await server.ask(collection, { token: server.adminKey })).text).not.toContain(key.id)
  })

  test("what other APIs do to a key shows here", async () => {
    server = await fresh(place)
    const { authority } = server.keyward
    const show = async (id: string) => (await server.ask(`/auth/api_keys/${id}`)).json
    const expiresAt = (server.keyward.deps.clock.now() + 5_000) as Instant
    const { key } = await authority.createKey(server.system, {
      keyspaceId: server.keyspace.id,
      name: "Made elsewhere",
      roles: ["ORG-AUDITOR"],
      expiresAt,
    })
    expect(await show(key.id)).toMatchObject({
      description: "Made elsewhere",
      roles: ["ORG-AUDITOR"],
      is_active: true,
    })
    server.advance(5)
    const expired = { is_active: false, deactivated_at: "2026-07-01T23:30:54.068000" }
    expect(await show(key.id)).toMatchObject(expired)
    server.advance(5)
    await server.ask(`/auth/api_keys/deactivate/${key.id}`, { method: "DELETE" })
    expect(await show(key.id)).toMatchObject(expired)

    const issued = await server.issueKey(["TASK-ADMIN", "TASK-ADMIN"])
    await authority.updateKey(server.system, issued.id, { enabled: false, roles: ["ORG-ADMIN"] }, null)
    expect(await show(issued.id)).toMatchObject({
      is_active: false,
      deactivated_at: "2026-07-01T23:30:59.068000",
      roles: ["ORG-ADMIN"],
    })
    await authority.updateKey(server.system, issued.id, { enabled: true, metadata: {} }, null)
    const enabled = await show(issued.id)
    expect(enabled).toMatchObject({ is_active: true, description: "Arthur key" })
    expect(enabled).not.toHaveProperty("deactivated_at")
    await authority.deleteKey(server.system, issued.id, null)
    expect((await server.ask(`/auth/api_keys/${issued.id}`)).status).toBe(404)
  })

  test("a key that is not yet valid is inactive without having been deactivated", async () => {
    server = await shared(place)
    const notBefore = (server.keyward.deps.clock.now() + 5_000) as Instant
    const { key } = await server.keyward.authority.createKey(server.system, {
      keyspaceId: server.keyspace.id,
      name: "Soon",
      notBefore,
    })
    const { json } = await server.ask(`/auth/api_keys/${key.id}`)
    expect(json.is_active).toBe(false)
    expect(json).not.toHaveProperty("deactivated_at")
  })

  test("what is done is recorded with who did it, and no secret", async () => {
    server = await shared(place)
    const { id, key } = await server.issueKey()
    const page = { limit: 10, after: null }
    const { items } = await server.keyward.authority.auditEvents(server.system, { targetId: id }, page)
    expect(items).toMatchObject([
      {
        action: "key.created",
        actor: { credential: { kind: "key", id: server.master.id }, address: "127.0.0.1" },
      },
    ])
    expect(JSON.stringify(items)).not.toContain(key)
  })

  test("a store that does not answer is 503, whether it is asked for the caller or for the keys", async () => {
    server = await fresh(place)
    const { key } = await server.issueKey()
    await server.ask(collection)
    server.breakStore()
    const unavailable = { status: 503, json: { detail: expect.any(String) } }
    for (const token of [server.master.secret, server.adminKey]) {
      for (const [method, path] of [
        ["GET", collection],
        ["POST", collection],
        ["GET", `/auth/api_keys/${unknownId}`],
        ["DELETE", `/auth/api_keys/deactivate/${unknownId}`],
      ] as const) {
        const reply = await server.ask(path, { method, token, ...(method === "POST" ? { body: {} } : {}) })
        expect(reply).toMatchObject(unavailable)
        expect(reply.headers.get("retry-after")).toBe("1")
      }
    }
    expect(await server.ask("/users/me", { token: key })).toMatchObject(unavailable)
    expect((await server.ask("/health")).status).toBe(200)
    expect(server.log.join()).toContain("store_unavailable")
    expect(server.log.join()).not.toContain(server.master.secret)
  })
})
