import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { bearer, openPortal, type Portal, places } from "./portal.ts"

describe.each(places)("one authority, two APIs, $conformance, $engine", ({ engine, conformance }) => {
  let portal: Portal
  beforeAll(async () => {
    portal = await openPortal({ engine, conformance })
  })
  afterAll(() => portal.close())

  const native = (method: string, path: string, body?: unknown) => portal.server.native(method, path, body)
  const shown = async (id: string) =>
    (await portal.list(portal.member)).json.response.find((key: { id: string }) => key.id === id)

  test("the native API shows what the dialect made", async () => {
    const { id, text } = await portal.key(portal.member, "rooms:write", "files:read")
    const { json } = await native("GET", `/v1/keys/${id}`)
    expect(json).toMatchObject({
      id,
      name: "Key",
      keyspace_id: portal.server.keyspace.id,
      owner: { kind: "user", id: portal.server.member.id },
      permissions: [],
      roles: ["rooms:write", "files:read"],
      metadata: { docspace_permissions: ["rooms:write", "files:read"] },
      state: "active",
    })
    expect(JSON.stringify(json)).not.toContain(text)
    const unrestricted = await portal.key(portal.member)
    expect((await native("GET", `/v1/keys/${unrestricted.id}`)).json).toMatchObject({
      permissions: ["*"],
      roles: [],
    })
  })

  test("its keys verify like any other, by permissions that the scopes stand for", async () => {
    const verify = async (key: string, permissions?: string) => {
      const asked = permissions === undefined ? { key } : { key, permissions }
      return (await native("POST", "/v1/keys/verify", asked)).json.code
    }
    const { text, id } = await portal.key(portal.member, "rooms:write", "files:read")
    expect(await verify(text)).toBe("VALID")
    expect(await verify(text, "files.read and rooms.read and rooms.write")).toBe("VALID")
    for (const permission of ["files.write", "accounts.read", "accounts.self.read", "keys.read"]) {
      expect(await verify(text, permission)).toBe("INSUFFICIENT_PERMISSIONS")
    }
    const readable = ["files", "rooms", "accounts", "accounts.self", "keys", "settings"]
    const all = readable.map((section) => `${section}.read`).join(" and ")
    const reading = await portal.key(portal.member, "*:read")
    expect(await verify(reading.text, all)).toBe("VALID")
    for (const section of readable) {
      expect(await verify(reading.text, `${section}.write`)).toBe("INSUFFICIENT_PERMISSIONS")
    }
    for (const scopes of [[], ["*:write"], ["*"]]) {
      expect(await verify((await portal.key(portal.member, ...scopes)).text, `${all} and files.write`)).toBe(
        "VALID",
      )
    }
    await portal.update(portal.member, id, { isActive: false })
    expect(await verify(text)).toBe("DISABLED")
    await portal.delete(portal.member, id)
    expect(await verify(text)).toBe("NOT_FOUND")
  })

  test("what the native API changes, the dialect shows", async () => {
    const { id } = await portal.key(portal.member, "files:read", "files:read")
    await native("PATCH", `/v1/keys/${id}`, { name: "A name that is longer than any that the vendor takes" })
    expect(await shown(id)).toMatchObject({
      name: "A name that is longer than any that the vendor takes",
      permissions: ["files:read", "files:read"],
    })
    await native("PATCH", `/v1/keys/${id}`, { roles: ["rooms:read", "*:read"] })
    expect((await shown(id)).permissions).toEqual(["rooms:read", "*:read"])
    await native("PATCH", `/v1/keys/${id}`, { roles: ["rooms:read"], permissions: ["files.read:inv_42"] })
    expect((await shown(id)).permissions).toEqual(["rooms:read", "files.read:inv_42"])
    await native("PATCH", `/v1/keys/${id}`, { roles: [], permissions: [] })
    expect((await shown(id)).permissions).toEqual(["none"])
    await native("PATCH", `/v1/keys/${id}`, { permissions: ["*"] })
    expect((await shown(id)).permissions).toEqual([])
    await native("PATCH", `/v1/keys/${id}`, { roles: ["files:read"], permissions: [] })
    expect((await shown(id)).permissions).toEqual(["files:read", "files:read"])
    await native("PATCH", `/v1/keys/${id}`, { enabled: false, expires_at: "2026-12-24T18:00:00Z" })
    expect(await shown(id)).toMatchObject({ isActive: false, expiresAt: "2026-12-24T18:00:00.0000000Z" })
  })

  test("what other members of a key say stays when the dialect changes it", async () => {
    const { id } = await portal.key(portal.member, "files:read")
    await native("PATCH", `/v1/keys/${id}`, {
      tags: ["ci"],
      metadata: { team: "a", docspace_permissions: ["files:read"] },
    })
    await portal.update(portal.member, id, { permissions: ["rooms:read"] })
    expect((await native("GET", `/v1/keys/${id}`)).json).toMatchObject({
      tags: ["ci"],
      metadata: { team: "a", docspace_permissions: ["rooms:read"] },
      roles: ["rooms:read"],
    })
  })

  test("keys of other keyspaces do not exist here, to whoever owns them either", async () => {
    const { json } = await native("POST", "/v1/keyspaces", { name: "Elsewhere", prefix: "else" })
    const made = await native("POST", "/v1/keys", {
      keyspace_id: json.id,
      name: "Elsewhere",
      owner: { kind: "user", id: portal.server.admin.id },
    })
    expect((await portal.update(portal.admin, made.json.id, { name: "Here" })).status).toBe(404)
    expect((await portal.delete(portal.admin, made.json.id)).status).toBe(404)
    expect((await portal.self(bearer(made.json.secret))).status).toBe(401)
    const listed = (await portal.list(portal.admin)).json.response.map((key: { id: string }) => key.id)
    expect(listed).not.toContain(made.json.id)
    expect((await native("GET", `/v1/keys/${made.json.id}`)).json.name).toBe("Elsewhere")
    await native("DELETE", `/v1/keys/${made.json.id}`)
  })

  test("a revoked key is inactive here, and stays as it was", async () => {
    const { id } = await portal.key(portal.member)
    await native("POST", `/v1/keys/${id}/revoke`, { reason: "compromised" })
    expect(await shown(id)).toMatchObject({ isActive: false })
    expect((await portal.update(portal.member, id, { isActive: true, name: "Back" })).json.response).toBe(
      false,
    )
    expect(await shown(id)).toMatchObject({ isActive: false, name: "Key" })
    expect((await portal.delete(portal.member, id)).json.response).toBe(true)
  })

  test("a key that the native API made is a key here", async () => {
    const { json } = await native("POST", "/v1/keys", {
      keyspace_id: portal.server.keyspace.id,
      name: "Native",
      owner: { kind: "user", id: portal.server.member.id },
      roles: ["*:write"],
    })
    const who = bearer(json.secret)
    expect((await portal.self(who)).json.response).toMatchObject({
      id: json.id,
      name: "Native",
      permissions: ["*:write"],
      createBy: { id: portal.server.member.id },
      keyPostfix: json.secret.slice(-4),
    })
    expect((await portal.create(who)).status).toBe(200)
  })

  test("limits and allowed addresses that the native API sets are kept to", async () => {
    const key = await portal.key(portal.member)
    await native("PATCH", `/v1/keys/${key.id}`, { limits: [{ name: "m", count: 1, window_seconds: 60 }] })
    expect((await portal.self(key.credential)).status).toBe(200)
    const { status, text, headers } = await portal.self(key.credential)
    expect([status, text, headers.get("retry-after")]).toEqual([429, "", "60"])
    await native("PATCH", `/v1/keys/${key.id}`, { limits: [], allowed_addresses: ["203.0.113.7"] })
    expect((await portal.self(key.credential)).status).toBe(401)
  })

  test("what was done is in the audit trail, by whom and with what", async () => {
    const key = await portal.key(portal.member)
    const made = await portal.key(key.credential)
    const { json } = await native("GET", `/v1/audit?target_id=${made.id}`)
    expect(json.items[0]).toMatchObject({
      action: "key.created",
      actor: { kind: "user", id: portal.server.member.id, credential: { kind: "key", id: key.id } },
    })
  })
})
