import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { openPortal, type Portal, places, refusal, unknownId } from "./portal.ts"

const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}Z$/

describe.each(places)("the six operations, $conformance, $engine", ({ engine, conformance }) => {
  let portal: Portal
  beforeAll(async () => {
    portal = await openPortal({ engine, conformance })
  })
  afterAll(() => portal.close())

  const created = (body: object) => portal.create(portal.member, body).then(({ json }) => json.response)

  test("a new key is shown whole, once, in the envelope", async () => {
    const { status, headers, json } = await portal.create(portal.member, {
      name: "CI key",
      permissions: ["rooms:read", "files:read"],
      expiresInDays: 30,
    })
    expect(status).toBe(200)
    expect(headers.get("content-type")).toBe("application/json; charset=utf-8")
    const { response, ...around } = json
    expect(around).toEqual({
      count: 1,
      links: [{ href: `${portal.server.url}/api/2.0/keys`, action: "POST" }],
      status: 0,
      statusCode: 200,
    })
    expect(response).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/),
      name: "CI key",
      key: expect.stringMatching(/^sk-[0-9a-f]{64}$/),
      keyPostfix: response.key.slice(-4),
      permissions: ["rooms:read", "files:read"],
      createOn: expect.stringMatching(instant),
      createBy: {
        id: portal.server.member.id,
        displayName: "Mia Member",
        hasAvatar: false,
        isAnonim: false,
      },
      expiresAt: expect.stringMatching(instant),
      isActive: true,
    })
    expect(Date.parse(response.expiresAt) - Date.parse(response.createOn)).toBe(30 * 24 * 60 * 60 * 1000)

    const [listed] = (await portal.list(portal.member)).json.response
    expect(listed).toEqual({ ...response, key: `sk-***${response.keyPostfix}` })
  })

  test("what nobody asked for is left out: no expiry, and no scopes, which means all", async () => {
    for (const body of [
      { name: "Bare" },
      { name: "Bare", permissions: null, expiresInDays: null },
      { name: "Bare", permissions: [] },
      { name: "Bare", permissions: ["files:read", "*"] },
    ]) {
      const response = await created(body)
      expect(response.permissions).toEqual([])
      expect(response).not.toHaveProperty("expiresAt")
      expect(response).not.toHaveProperty("lastUsed")
    }
  })

  test.each([
    ["<script>alert(1)</script>"],
    ["Ключ 鍵 🔑 \u202e"],
    ["x".repeat(30)],
    ["🔑".repeat(30)],
    [" x "],
  ])("the name %j is kept verbatim", async (name) => {
    const { id, name: given } = await created({ name })
    expect(given).toBe(name)
    const { json } = await portal.list(portal.member)
    expect(json.response.find((key: { id: string }) => key.id === id).name).toBe(name)
  })

  test("scopes stay in the order given, with repeats; an unknown one is refused", async () => {
    const permissions = ["files:write", "accounts.self:read", "files:write", "*:read"]
    expect((await created({ name: "K", permissions })).permissions).toEqual(permissions)
    for (const wrong of ["read", "FILES:READ", "files:read ", null, "constructor"]) {
      const refused = await portal.create(portal.member, { name: "K", permissions: ["files:read", wrong] })
      expect(refused.status).toBe(400)
      expect(refused.json).toEqual(refusal(400, "Permissions are not valid."))
    }
  })

  test("the list is one's own, newest first, inactive and expired ones too", async () => {
    const { credential } = await portal.someone("member")
    expect((await portal.list(credential)).json).toMatchObject({ response: [] })
    const ids: string[] = []
    for (const name of ["a", "b", "c"]) {
      portal.server.advance(1)
      ids.unshift((await portal.create(credential, { name, expiresInDays: 1 })).json.response.id)
    }
    await portal.update(credential, ids[0] ?? "", { isActive: false })
    portal.server.advance(2 * 24 * 60 * 60)
    const { json } = await portal.list(credential)
    expect(json.response.map(({ id }: { id: string }) => id)).toEqual(ids)
    expect(json.count).toBe(conformance === "observed" ? 1 : 3)
    expect(json.response.every((key: { isActive: boolean }) => !key.isActive)).toBe(true)
  })

  test("an administrator lists their own keys, or everybody's where the vendor's server is followed", async () => {
    const mine = await portal.key(portal.admin)
    const theirs = await portal.key(portal.member)
    const listed = (await portal.list(portal.admin)).json.response
    const ids = listed.map(({ id }: { id: string }) => id)
    expect(ids).toContain(mine.id)
    expect(ids.includes(theirs.id)).toBe(conformance === "observed")
    const creators = new Set(listed.map((key: { createBy: { id: string } }) => key.createBy.id))
    expect(creators.size > 1).toBe(conformance === "observed")
  })

  test("the eleven scopes are listed, whatever the caller holds", async () => {
    const { json } = await portal.permissions((await portal.key(portal.member, "*:read")).credential)
    expect(json.response.toSorted()).toEqual([
      "*",
      "*:read",
      "*:write",
      "accounts.self:read",
      "accounts.self:write",
      "accounts:read",
      "accounts:write",
      "files:read",
      "files:write",
      "rooms:read",
      "rooms:write",
    ])
    expect(json.count).toBe(11)
  })

  test("a key reads itself, used this very moment", async () => {
    const key = await portal.key(portal.member, "rooms:write")
    portal.server.advance(5)
    const { status, json } = await portal.self(key.credential)
    expect(status).toBe(200)
    expect(json.response).toMatchObject({
      id: key.id,
      key: `sk-***${key.text.slice(-4)}`,
      permissions: ["rooms:write"],
      createBy: { id: portal.server.member.id },
    })
    expect(Date.parse(json.response.lastUsed)).toBe(portal.server.clock.now())
  })

  test("any other credential has no key to read", async () => {
    const { status, json } = await portal.self(portal.member)
    expect([status, json]).toEqual([400, refusal(400, "The request presents no API key.")])
  })

  describe("an update", () => {
    const shown = async (id: string) =>
      (await portal.list(portal.member)).json.response.find((key: { id: string }) => key.id === id)

    test("changes what it names", async () => {
      const key = await portal.key(portal.member, "files:read")
      const { status, json } = await portal.update(portal.member, key.id, {
        name: "Renamed",
        permissions: ["rooms:read", "files:read"],
        isActive: false,
      })
      expect(status).toBe(200)
      expect(json).toEqual({
        response: true,
        count: 1,
        links: [{ href: `${portal.server.url}/api/2.0/keys/${key.id}`, action: "PUT" }],
        status: 0,
        statusCode: 200,
      })
      expect(await shown(key.id)).toMatchObject({
        name: "Renamed",
        permissions: ["rooms:read", "files:read"],
        isActive: false,
      })
    })

    test.each([[{}], [{ name: null, permissions: null, isActive: null }], [{ name: "", permissions: [] }]])(
      "to %j changes nothing",
      async (body) => {
        const key = await portal.key(portal.member, "files:read")
        const before = await shown(key.id)
        expect((await portal.update(portal.member, key.id, body)).json.response).toBe(true)
        expect(await shown(key.id)).toEqual(before)
      },
    )

    test("takes a name of blanks", async () => {
      const key = await portal.key(portal.member)
      expect((await portal.update(portal.member, key.id, { name: "  " })).json.response).toBe(true)
      expect((await shown(key.id)).name).toBe("  ")
    })

    test("to all scopes leaves none to show", async () => {
      const key = await portal.key(portal.member, "files:read")
      expect((await portal.permissions(key.credential)).status).toBe(403)
      expect((await portal.update(portal.member, key.id, { permissions: ["*"] })).json.response).toBe(true)
      expect((await shown(key.id)).permissions).toEqual(conformance === "documented" ? [] : undefined)
      expect((await portal.permissions(key.credential)).status).toBe(200)
    })

    test("keeps a `*` among other scopes, which makes them all", async () => {
      const key = await portal.key(portal.member, "files:read")
      await portal.update(portal.member, key.id, { permissions: ["files:read", "*"] })
      expect((await shown(key.id)).permissions).toEqual(["files:read", "*"])
      expect((await portal.update(key.credential, key.id, {})).json.response).toBe(true)
    })

    test("refuses an unknown scope and changes nothing", async () => {
      const key = await portal.key(portal.member, "files:read")
      const { status, json } = await portal.update(portal.member, key.id, {
        name: "Renamed",
        permissions: ["*", "read"],
      })
      expect([status, json]).toEqual([400, refusal(400, "Permissions are not valid.")])
      expect(await shown(key.id)).toMatchObject({ name: "Key", permissions: ["files:read"] })
    })

    test("switches a key off and on at once", async () => {
      const key = await portal.key(portal.member)
      await portal.update(portal.member, key.id, { isActive: false })
      expect((await portal.self(key.credential)).status).toBe(401)
      await portal.update(portal.member, key.id, { isActive: true })
      expect((await portal.self(key.credential)).status).toBe(200)
    })

    test("of an expired key does nothing, and says so", async () => {
      const { id, key: text } = await created({ name: "Short", expiresInDays: 1 })
      portal.server.advance(24 * 60 * 60 - 1)
      const credential = { authorization: `Bearer ${text}` }
      expect((await portal.self(credential)).status).toBe(200)
      portal.server.advance(1)
      expect((await portal.self(credential)).status).toBe(401)
      const update = { name: "Renamed", isActive: true }
      expect((await portal.update(portal.member, id, update)).json.response).toBe(false)
      expect((await portal.update(portal.admin, id, update)).json.response).toBe(false)
      expect((await portal.update(portal.member2, id, update)).json.response).toBe(false)
      expect(await shown(id)).toMatchObject({ name: "Short", isActive: true })
      portal.server.advance(10 * 60)
      expect(await shown(id)).toMatchObject({ isActive: false })
      expect((await portal.delete(portal.member, id)).json.response).toBe(true)
    })
  })

  test("a deleted key is gone", async () => {
    const key = await portal.key(portal.member)
    const { status, json } = await portal.delete(portal.member, key.id)
    expect([status, json.response]).toEqual([200, true])
    expect((await portal.self(key.credential)).status).toBe(401)
    const ids = (await portal.list(portal.member)).json.response.map(({ id }: { id: string }) => id)
    expect(ids).not.toContain(key.id)
    expect((await portal.delete(portal.member, key.id)).status).toBe(404)
  })

  test("a key deletes itself", async () => {
    const key = await portal.key(portal.member)
    expect((await portal.delete(key.credential, key.id)).json.response).toBe(true)
    expect((await portal.delete(key.credential, key.id)).status).toBe(401)
  })

  test("an unknown id is told from somebody else's", async () => {
    const theirs = await portal.key(portal.admin)
    const unknown = refusal(404, "The required resource was not found.")
    for (const call of [
      (id: string) => portal.update(portal.member, id, { name: "Mine" }),
      (id: string) => portal.delete(portal.member, id),
    ]) {
      expect((await call(theirs.id)).json.response).toBe(false)
      const { status, json } = await call(unknownId)
      expect([status, json]).toEqual([404, unknown])
    }
    expect((await portal.self(theirs.credential)).json.response).toMatchObject({
      name: "Key",
      isActive: true,
    })
  })

  test("an administrator changes and deletes anybody's keys, whose creator stays who it was", async () => {
    const theirs = await portal.key(portal.member)
    expect((await portal.update(portal.admin, theirs.id, { name: "Checked" })).json.response).toBe(true)
    expect((await portal.self(theirs.credential)).json.response).toMatchObject({
      name: "Checked",
      createBy: { id: portal.server.member.id },
    })
    expect((await portal.delete(portal.admin, theirs.id)).json.response).toBe(true)
  })
})
