import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { registerSecret } from "../../../../../tests/evidence.ts"
import { engines, password } from "../dialect-server.ts"
import { basic, bearer, type Credential, nobody, openPortal, type Portal, refusal } from "./portal.ts"

const denied = refusal(403, "Access denied")

describe.each(engines)("people and settings, %s", (engine) => {
  let portal: Portal
  let made = 0
  beforeAll(async () => {
    portal = await openPortal({ engine })
  })
  afterAll(() => portal.close())

  const self = async (who: Credential) => (await portal.ask(who, "/api/2.0/people/@self")).json.response
  const add = (who: Credential, body: object, path = "/api/2.0/people") =>
    portal.ask(who, path, { method: "POST", body })
  function newcomer(type?: string) {
    made++
    const secret = `correct horse ${made} battery`
    registerSecret("password", secret)
    const email = `newcomer-${made}@example.com`
    return { email, password: secret, firstName: "New", lastName: "<Comer>", ...(type ? { type } : {}) }
  }
  const limit = (who: Credential, limitedAccessForUsers: unknown) =>
    portal.ask(who, "/api/2.0/settings/devtoolsaccess", { method: "POST", body: { limitedAccessForUsers } })
  const isLimited = async (who: Credential) =>
    (await portal.ask(who, "/api/2.0/settings/devtoolsaccess")).json.response

  test("one's own profile", async () => {
    expect(await self(portal.admin)).toEqual({
      id: portal.server.admin.id,
      displayName: "Ada Admin",
      hasAvatar: false,
      isAnonim: false,
      firstName: "Ada",
      lastName: "Admin",
      userName: "ada",
      email: "admin@example.com",
      status: 1,
      activationStatus: 1,
      isOwner: true,
      isAdmin: true,
      isRoomAdmin: false,
      isCollaborator: false,
      isVisitor: false,
    })
    const standing = async (who: Credential) => {
      const { isOwner, isAdmin, isCollaborator, isVisitor } = await self(who)
      return { isOwner, isAdmin, isCollaborator, isVisitor }
    }
    const none = { isOwner: false, isAdmin: false, isCollaborator: false, isVisitor: false }
    expect(await standing((await portal.someone("admin")).credential)).toEqual({ ...none, isAdmin: true })
    expect(await standing(portal.member)).toEqual({ ...none, isCollaborator: true })
    expect(await standing(portal.auditor)).toEqual({ ...none, isVisitor: true })
    expect(await standing((await portal.someone()).credential)).toEqual({ ...none, isVisitor: true })
  })

  test("a profile is open to the scopes of its section and to the global ones", async () => {
    for (const [scopes, status] of [
      [["accounts.self:read"], 200],
      [["accounts.self:write"], 200],
      [["*:read"], 200],
      [[], 200],
      [["accounts:write"], 403],
      [["files:read"], 403],
    ] as const) {
      const { credential } = await portal.key(portal.member, ...scopes)
      const reply = await portal.ask(credential, "/api/2/people/%40self")
      expect([reply.status, reply.status === 403 ? reply.text : ""]).toEqual([status, ""])
    }
  })

  test.each([
    ["DocSpaceAdmin", "/api/2.0/people", { isAdmin: true, isCollaborator: false, isVisitor: false }],
    ["RoomAdmin", "/api/2.0/people", { isAdmin: false, isCollaborator: true, isVisitor: false }],
    ["User", "/api/2.0/people", { isAdmin: false, isCollaborator: true, isVisitor: false }],
    [undefined, "/api/2.0/people", { isAdmin: false, isCollaborator: true, isVisitor: false }],
    ["Guest", "/api/2.0/people/active", { isAdmin: false, isCollaborator: false, isVisitor: true }],
    [undefined, "/api/2.0/people/active", { isAdmin: false, isCollaborator: false, isVisitor: true }],
  ])("whoever is added as %s at %s can sign in, and is that", async (type, path, flags) => {
    const body = newcomer(type)
    const { status, json } = await add(portal.admin, body, path)
    expect(status).toBe(200)
    expect(json.response).toMatchObject({
      displayName: "New &lt;Comer&gt;",
      firstName: "New",
      lastName: "<Comer>",
      email: body.email,
      isOwner: false,
      ...flags,
    })
    const who = basic(body.email, body.password)
    expect(await self(who)).toEqual(json.response)
    // Everybody lists their own keys, and all but guests create some.
    expect((await portal.list(who)).status).toBe(200)
    expect((await portal.create(who)).status).toBe(flags.isVisitor ? 403 : 200)
  })

  test("without a password somebody is added who has none yet", async () => {
    const { email } = newcomer()
    const { status } = await add(portal.admin, { email })
    expect(status).toBe(200)
    expect((await portal.list(basic(email, ""))).status).toBe(401)
  })

  test("nobody is added twice, without a good address or with a bad password", async () => {
    const body = newcomer()
    await add(portal.admin, body)
    const again = await add(portal.admin, body)
    expect([again.status, again.json]).toEqual([400, refusal(400, "It exists already.")])
    const email = "bad@example.com"
    for (const wrong of [
      { email: "nowhere" },
      { email, password: "short" },
      { email, password: email },
      { email, password: "x".repeat(201) },
    ]) {
      const { status, json } = await add(portal.admin, { ...newcomer(), ...wrong })
      expect([status, json.error.message]).toEqual([400, expect.stringMatching(/\.$/)])
    }
    for (const [wrong, place] of [
      [{}, "$"],
      [{ email: 7 }, "$.email"],
      [{ email: "a@example.com", type: "Owner" }, "$.type"],
    ] as const) {
      const { status, json } = await add(portal.admin, wrong)
      expect([status, Object.keys(json.response.errors)]).toEqual([400, [place, "inDto"]])
    }
    // Nothing was half-done.
    expect((await add(portal.admin, { ...newcomer(), email })).status).toBe(200)
  })

  test("only who may add people does", async () => {
    for (const who of [portal.member, portal.auditor]) {
      const { status, json } = await add(who, newcomer())
      expect([status, json]).toEqual([403, denied])
    }
    expect((await add(nobody, newcomer())).status).toBe(401)
    const reading = await portal.key(portal.admin, "*:read", "accounts:read")
    expect((await add(reading.credential, newcomer())).status).toBe(403)
    const writing = await portal.key(portal.admin, "accounts:write")
    expect((await add(writing.credential, newcomer())).status).toBe(200)
    expect((await add((await portal.key(portal.member)).credential, newcomer())).status).toBe(403)
  })

  test("a key is not worth an administrator, whatever its scopes", async () => {
    const { credential } = await portal.key(portal.admin)
    const body = newcomer("DocSpaceAdmin")
    const { status, json } = await add(credential, body)
    expect([status, json]).toEqual([403, denied])
    expect((await portal.list(basic(body.email, body.password))).status).toBe(401)
    const signedIn = await portal.ask(nobody, "/api/2.0/authentication", {
      method: "POST",
      body: { userName: portal.server.admin.email, password },
    })
    expect((await add(bearer(signedIn.json.response.token), body)).status).toBe(200)
  })

  test("an administrator makes no owner", async () => {
    const { credential } = await portal.someone("admin")
    expect((await add(credential, newcomer("DocSpaceAdmin"))).status).toBe(200)
    expect((await add(credential, newcomer("Guest"))).status).toBe(200)
  })

  test("while access is limited, only owners and administrators create keys, and everything else goes on", async () => {
    const administrator = (await portal.someone("admin")).credential
    const key = await portal.key(portal.member)
    expect(await isLimited(portal.member)).toEqual({ limitedAccessForUsers: false })
    const { status, json } = await limit(administrator, true)
    expect([status, json.response]).toEqual([200, { limitedAccessForUsers: true }])
    expect(await isLimited(portal.member)).toEqual({ limitedAccessForUsers: true })
    for (const who of [portal.member, key.credential]) {
      const reply = await portal.create(who)
      expect([reply.status, reply.json]).toEqual([403, denied])
      expect((await portal.create(who, {})).status).toBe(400)
      expect((await portal.list(who)).status).toBe(200)
      expect((await portal.update(who, key.id, { name: "Still mine" })).json.response).toBe(true)
    }
    for (const who of [portal.admin, administrator]) expect((await portal.create(who)).status).toBe(200)
    expect((await portal.delete(portal.member, key.id)).json.response).toBe(true)

    // On every other node too: it is the organization's, and audited.
    const role = await portal.server.native("GET", "/v1/roles/docspace-developer-tools")
    expect(role.json.permissions).toEqual([`!own_keys.write:${portal.server.keyspace.id}`])
    expect((await limit(portal.admin, true)).status).toBe(200)
    expect((await limit(portal.admin, false)).json.response).toEqual({ limitedAccessForUsers: false })
    expect((await portal.create(portal.member)).status).toBe(200)
    expect((await limit(administrator, true)).status).toBe(200)
    expect((await limit(administrator, false)).status).toBe(200)
  })

  test("only administrators limit it", async () => {
    for (const who of [portal.member, portal.auditor]) {
      const { status, json } = await limit(who, true)
      expect([status, json]).toEqual([403, denied])
    }
    const reading = await portal.key(portal.admin, "*:read")
    expect((await limit(reading.credential, true)).status).toBe(403)
    expect((await portal.ask(reading.credential, "/api/2.0/settings/devtoolsaccess")).status).toBe(200)
    expect((await limit(portal.admin, "true")).status).toBe(400)
    expect(await isLimited(portal.member)).toEqual({ limitedAccessForUsers: false })
  })
})
