import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { engines, password, type Reply } from "../dialect-server.ts"
import {
  basic,
  bearer,
  type Credential,
  keysPath,
  nobody,
  openPortal,
  type Portal,
  raw,
  refusal,
} from "./portal.ts"

describe.each(engines)("who calls, %s", (engine) => {
  let portal: Portal
  beforeAll(async () => {
    portal = await openPortal({ engine })
  })
  afterAll(() => portal.close())

  /** Whose keys the credential lists; the status where it lists none. */
  async function nameOf(who: Credential): Promise<string | number> {
    const { status, json } = await portal.ask(who, "/api/2.0/people/@self")
    return status === 200 ? json.response.displayName : status
  }
  const signIn = (userName: unknown, secret: unknown = password, headers: Credential = {}) =>
    portal.ask(headers, "/api/2.0/authentication", { method: "POST", body: { userName, password: secret } })
  async function token(): Promise<string> {
    return (await signIn(portal.server.member.email)).json.response.token
  }

  test("every way that the vendor's server takes, schemes in any case", async () => {
    const { text } = await portal.key(portal.member)
    const session = await token()
    const pair = portal.member["authorization"]?.slice("Basic ".length)
    for (const who of [
      { authorization: `Basic ${pair}` },
      { authorization: `bAsIc ${pair}` },
      { authorization: `Bearer ${text}` },
      { authorization: `bearer ${text}` },
      { authorization: text },
      { ApiKeyBearer: text },
      { ApiKeyBearer: `Bearer ${text}` },
      { authorization: `Bearer ${session}` },
      { authorization: session },
      { cookie: `asc_auth_key=${session}` },
      { cookie: `other=1; asc_auth_key=${session}; more=2` },
    ]) {
      expect(await nameOf(who)).toBe("Mia Member")
    }
  })

  test("what is no credential is 401, without a body", async () => {
    const { text } = await portal.key(portal.member)
    const session = await token()
    const wrong: readonly Credential[] = [
      nobody,
      { authorization: "Bearer" },
      { authorization: "Basic" },
      { authorization: "Basic !!!" },
      { authorization: `Basic ${Buffer.from("nocolon").toString("base64")}` },
      { authorization: "Digest x" },
      bearer(`sk-${"0".repeat(64)}`),
      bearer("sk-"),
      bearer(text.toUpperCase()),
      bearer(`${text}0`),
      bearer(`${session}x`),
      bearer("eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0."),
      { ApiKeyBearer: session },
      { cookie: `asc_auth_key=${text}` },
      { cookie: `asc_auth_key=${session}; asc_auth_key=${session}` },
      basic(portal.server.member.email, "wrong password"),
      basic("a\u0000b@example.com", password),
      basic("nobody@example.com", password),
    ]
    for (const who of wrong) {
      const reply = await portal.list(who)
      expect([reply.status, reply.text]).toEqual([401, ""])
    }
  })

  test("the Authorization header decides, but beside a session's token the cookie wins", async () => {
    const mine = await token()
    const admins = (await signIn(portal.server.admin.email)).json.response.token
    const { text } = await portal.key(portal.member)
    expect(await nameOf({ ...bearer(mine), cookie: `asc_auth_key=${admins}` })).toBe("Ada Admin")
    expect(await nameOf({ ...bearer(text), cookie: `asc_auth_key=${admins}` })).toBe("Mia Member")
    expect(await nameOf({ ...portal.member, cookie: `asc_auth_key=${admins}` })).toBe("Mia Member")
    expect(await nameOf({ ...portal.admin, ApiKeyBearer: text })).toBe("Ada Admin")
    expect(await nameOf({ ApiKeyBearer: text, cookie: `asc_auth_key=${admins}` })).toBe("Mia Member")
    expect(await nameOf({ ...bearer("sk-x"), cookie: `asc_auth_key=${admins}` })).toBe(401)
  })

  test("HTTP Basic is named in the answer, success or not, and nothing else is", async () => {
    const challenge = ({ headers }: Reply) => headers.get("www-authenticate")
    expect(challenge(await portal.list(portal.member))).toBe("Basic")
    expect(challenge(await portal.list(basic(portal.server.member.email, "wrong")))).toBe("Basic")
    expect(challenge(await portal.list(nobody))).toBeNull()
    expect(challenge(await portal.list(bearer("sk-x")))).toBeNull()
  })

  test("the SDK for Python sends its cookie as it is given one", async () => {
    const { status } = await raw(portal.server.url, [
      "GET /api/2.0/keys HTTP/1.1",
      "Host: x",
      "Accept: application/json",
      `Cookie: asc_auth_key=${await token()}`,
    ])
    expect(status).toBe(200)
  })

  describe("signing in", () => {
    test("gives the token of a session, also in a cookie that no script can read", async () => {
      const { status, headers, json } = await signIn(portal.server.member.email)
      expect(status).toBe(200)
      expect(json.response).toEqual({
        token: expect.stringMatching(/^kws_/),
        expires: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}Z$/),
        sms: false,
        tfa: false,
      })
      expect(headers.get("set-cookie")).toBe(
        `asc_auth_key=${json.response.token}; HttpOnly; SameSite=Lax; Path=/`,
      )
    })

    test("is refused in the envelope for whatever is wrong", async () => {
      const failed = refusal(401, "User authentication failed")
      for (const [name, secret] of [
        [portal.server.member.email, "wrong password"],
        [portal.server.member.email, null],
        ["nobody@example.com", password],
        [null, password],
        ["", ""],
      ]) {
        const { status, json } = await signIn(name, secret)
        expect([status, json]).toEqual([401, failed])
      }
      const { status, json } = await portal.ask(nobody, "/api/2.0/authentication", {
        method: "POST",
        body: { passwordHash: "0".repeat(64), session: true },
      })
      expect([status, json]).toEqual([401, failed])
      expect((await signIn("a\u0000b")).status).toBe(400)
    })

    test("the page of another site signs nobody in", async () => {
      for (const headers of [{ origin: "https://evil.example" }, { "sec-fetch-site": "cross-site" }]) {
        const {
          status,
          json,
          headers: answered,
        } = await signIn(portal.server.member.email, password, headers)
        expect([status, json]).toEqual([403, refusal(403, "Access denied")])
        expect(answered.get("set-cookie")).toBeNull()
      }
      const origin = portal.server.url
      expect((await signIn(portal.server.member.email, password, { origin })).status).toBe(200)
    })

    test("whether anybody is signed in is told to everybody", async () => {
      const signedIn = async (who: Credential) =>
        (await portal.ask(who, "/api/2.0/authentication")).json.response
      expect(await signedIn(nobody)).toBe(false)
      expect(await signedIn(bearer("sk-x"))).toBe(false)
      expect(await signedIn(basic("nobody@example.com", "x"))).toBe(false)
      expect(await signedIn(portal.member)).toBe(true)
      expect(await signedIn(bearer(await token()))).toBe(true)
      expect(await signedIn((await portal.key(portal.member, "files:read")).credential)).toBe(true)
    })
  })

  describe("pages of other sites", () => {
    test("change nothing with what a browser sends along", async () => {
      const cookie = `asc_auth_key=${await token()}`
      const { id } = await portal.key(portal.member)
      const denied = refusal(403, "Access denied")
      for (const ambient of [{ cookie }, portal.member]) {
        for (const foreign of [
          { origin: "https://evil.example" },
          { origin: "null" },
          { "sec-fetch-site": "cross-site" },
          { "sec-fetch-site": "same-site", origin: portal.server.url },
        ]) {
          const who = { ...ambient, ...foreign }
          for (const reply of [
            await portal.create(who),
            await portal.update(who, id, { name: "Taken" }),
            await portal.delete(who, id),
          ]) {
            expect([reply.status, reply.json]).toEqual([403, denied])
          }
        }
      }
      expect((await portal.list({ cookie, origin: "https://evil.example" })).status).toBe(200)
    })

    test("pages of the portal itself, and programs, do", async () => {
      const cookie = `asc_auth_key=${await token()}`
      expect((await portal.create({ cookie, origin: portal.server.url })).status).toBe(200)
      expect((await portal.create({ cookie, "sec-fetch-site": "same-origin" })).status).toBe(200)
      expect((await portal.create({ cookie })).status).toBe(200)
    })

    test("a key that a page holds itself works from anywhere", async () => {
      const { credential } = await portal.key(portal.member)
      expect((await portal.create({ ...credential, origin: "https://app.example" })).status).toBe(200)
    })
  })

  test("an ended session is over here too", async () => {
    const session = await token()
    expect(await nameOf(bearer(session))).toBe("Mia Member")
    const ended = await portal.server.native("DELETE", `/v1/sessions?user_id=${portal.server.member.id}`)
    expect(ended.status).toBeLessThan(300)
    expect(await nameOf(bearer(session))).toBe(401)
  })

  test("whoever is suspended is nobody, by any credential, until they are resumed", async () => {
    const { principal, credential } = await portal.someone("member")
    const { credential: key } = await portal.key(credential)
    const session = bearer((await signIn(principal.email)).json.response.token)
    const { authority } = portal.server.keyward
    await authority.suspend(portal.server.system, "user", principal.id)
    for (const who of [credential, key, session]) expect(await nameOf(who)).toBe(401)
    expect((await signIn(principal.email)).status).toBe(401)
    await authority.resume(portal.server.system, "user", principal.id)
    for (const who of [credential, key]) expect(await nameOf(who)).toBe(principal.displayName)
    expect(await nameOf(session)).toBe(401)
  })

  test("a key that belongs to nobody who acts is nobody's", async () => {
    const { keyspace, keyward, system } = portal.server
    for (const owner of [
      { kind: "organization", id: system.organizationId },
      { kind: "external", id: "customer-1" },
    ] as const) {
      const { secret } = await keyward.authority.createKey(system, {
        keyspaceId: keyspace.id,
        name: "Nobody's",
        owner,
        permissions: ["*"],
      })
      expect((await portal.self(bearer(secret))).status).toBe(401)
    }
  })

  test("a service account acts by its keys", async () => {
    const { service } = portal.server
    const key = await portal.issued(service)
    expect(await nameOf(key)).toBe("Machine")
    expect((await portal.self(key)).json.response.createBy).toMatchObject({ id: service.id })
  })

  test("keys and sessions of another organization, and keys of other keyspaces, are unknown", async () => {
    const { other, adminKey } = portal.server
    const theirs = bearer(String((await other.issue(other.admin))["api_key"]))
    const signedIn = await other.ask("/api/2.0/authentication", {
      method: "POST",
      body: { userName: other.admin.email, password },
    })
    const session = bearer(signedIn.json.response.token)
    for (const who of [theirs, session, bearer(adminKey), basic(other.admin.email, password)]) {
      expect(await nameOf(who)).toBe(401)
    }
    const there = await other.ask(keysPath, { headers: theirs })
    expect(there.status).toBe(200)
    const { id } = await portal.key(portal.admin)
    const updated = await other.ask(`${keysPath}/${id}`, { method: "PUT", headers: theirs, body: {} })
    expect(updated.status).toBe(404)
    expect((await other.ask(`${keysPath}/${id}`, { method: "DELETE", headers: theirs })).status).toBe(404)
  })
})
