import { afterEach, describe, expect, test } from "vitest"
import { registerSecret } from "../../../../../tests/evidence.ts"
import { engines } from "../dialect-server.ts"
import { basic, type Credential, instanceOver, nobody, openPortal, type Portal, refusal } from "./portal.ts"

// What the vendor's test suite begins and ends with. Everybody else must never find it.

const secret = "correct horse portal"
registerSecret("password", secret)
const owner = {
  portalName: "autotest-1",
  firstName: "Portal",
  lastName: "Owner",
  email: "owner@portal.example",
  password: secret,
  language: "en",
}
const registration = "/apisystem/portal/register"
const deletion = "/api/2.0/portal/deleteportalimmediately"

let portal: Portal
afterEach(() => portal.close())

const register = (body: object = owner) => portal.ask(nobody, registration, { method: "POST", body })
const remove = (who: Credential) => portal.ask(who, deletion, { method: "DELETE", body: { reference: "x" } })

describe.each(engines)("registering a portal, %s", (engine) => {
  test("is nowhere to be found unless it is switched on", async () => {
    portal = await openPortal({ engine })
    for (const reply of [await register(), await remove(portal.admin)]) {
      expect([reply.status, reply.text]).toEqual([404, ""])
    }
    expect((await portal.list(basic(owner.email, secret))).status).toBe(401)
  })

  test("switched on, it makes an owner, who can remove themselves and nothing else", async () => {
    portal = await openPortal({ engine, settings: { portalRegistration: true } })
    const { status, json } = await register()
    expect(status).toBe(200)
    const who = basic(owner.email, secret)
    const self = (await portal.ask(who, "/api/2.0/people/@self")).json.response
    expect(self).toMatchObject({ id: json.tenant.ownerId, isOwner: true, email: owner.email })
    expect(json.tenant.domain).toBe(new URL(portal.server.url).host)
    const key = await portal.key(who)
    const theirs = await portal.key(portal.member)

    const denied = refusal(403, "Access denied")
    for (const other of [portal.admin, portal.member, key.credential]) {
      const reply = await remove(other)
      expect([reply.status, reply.json]).toEqual([403, denied])
    }
    expect((await remove(nobody)).status).toBe(401)
    expect((await remove(who)).json).toMatchObject({ response: true, statusCode: 200 })
    expect((await portal.list(who)).status).toBe(401)
    expect((await portal.self(key.credential)).status).toBe(401)
    expect((await portal.self(theirs.credential)).status).toBe(200)
    expect((await portal.list(portal.admin)).status).toBe(200)
    expect((await register()).status).toBe(200)
  })

  test("is refused like any other call where it is not valid", async () => {
    portal = await openPortal({ engine, settings: { portalRegistration: true } })
    expect((await register({})).json.response.errors).toHaveProperty("$")
    expect((await register({ ...owner, password: "short" })).status).toBe(400)
    expect((await register()).status).toBe(200)
    expect((await register()).json).toEqual(refusal(400, "It exists already."))
    expect((await portal.ask(nobody, registration)).headers.get("allow")).toBe("POST")
  })

  test("is for this machine alone", async () => {
    portal = await openPortal({ engine })
    const app = await instanceOver(portal, { portalRegistration: true })
    const from = (remoteAddress: string, portalName: string) =>
      app.inject({
        method: "POST",
        url: registration,
        remoteAddress,
        payload: { ...owner, portalName, email: `${portalName}@portal.example` },
      })
    for (const address of ["203.0.113.7", "10.0.0.1", "2001:db8::1"]) {
      const { statusCode, body } = await from(address, "far")
      expect([statusCode, body]).toEqual([404, ""])
    }
    for (const [at, address] of ["127.0.0.1", "::1", "::ffff:127.0.0.1"].entries()) {
      expect((await from(address, `near-${at}`)).statusCode).toBe(200)
    }
    await app.close()
  })
})
