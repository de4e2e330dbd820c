import { afterEach, describe, expect, test } from "vitest"
import { engines, password } from "../dialect-server.ts"
import { basic, bearer, nobody, openPortal, type Portal, places, refusal } from "./portal.ts"

let portal: Portal
afterEach(() => portal.close())

describe.each(engines)("how much is asked, %s", (engine) => {
  test("creations of one user, however they end, are as many in 15 minutes as is configured", async () => {
    portal = await openPortal({ engine, settings: { creationsPerQuarterHour: 5 } })
    const limited = await portal.key(portal.member, "files:read")
    const key = await portal.key(portal.member)
    portal.server.advance(60)
    expect((await portal.create(key.credential)).status).toBe(200)
    expect((await portal.create(limited.credential)).status).toBe(403)
    expect((await portal.create(portal.member, {})).status).toBe(400)

    portal.server.advance(1)
    const refused = await portal.create(key.credential)
    expect([refused.status, refused.text]).toEqual([429, ""])
    const resetAt = portal.server.clock.now() + (15 * 60 - 61) * 1000
    expect(Object.fromEntries(refused.headers)).toMatchObject({
      "x-ratelimit-limit": "5",
      "x-ratelimit-remaining": "0",
      "x-ratelimit-reset": String(Math.ceil(resetAt / 1000)),
      "retry-after": String(15 * 60 - 61),
    })
    // Before everything else, and for nobody else.
    expect((await portal.create(limited.credential)).status).toBe(429)
    expect((await portal.create(portal.member2)).status).toBe(200)
    expect((await portal.list(portal.member)).status).toBe(200)

    portal.server.advance(15 * 60 - 61)
    for (const expected of [200, 200, 429]) {
      expect((await portal.create(portal.member)).status).toBe(expected)
    }
  })

  test("those of nobody known are counted for the address", async () => {
    portal = await openPortal({ engine, settings: { creationsPerQuarterHour: 3 } })
    expect((await portal.create(nobody)).status).toBe(401)
    expect((await portal.create(bearer("sk-x"))).status).toBe(401)
    expect((await portal.create(basic(portal.server.member.email, "wrong"))).status).toBe(401)
    expect((await portal.create(nobody)).status).toBe(429)
    expect((await portal.create(portal.member)).status).toBe(200)
  })

  test("fifty at once get no more through", async () => {
    portal = await openPortal({ engine, settings: { creationsPerQuarterHour: 5 } })
    const { credential } = await portal.key(portal.member)
    portal.server.advance(15 * 60)
    const replies = await Promise.all(Array.from({ length: 50 }, () => portal.create(credential)))
    expect(replies.filter(({ status }) => status === 200)).toHaveLength(5)
    expect(replies.filter(({ status }) => status === 429)).toHaveLength(45)
    expect((await portal.list(portal.member)).json.response).toHaveLength(6)
  })

  test("unless it is configured, there is no limit", async () => {
    portal = await openPortal({ engine })
    const { credential } = await portal.key(portal.member)
    const replies = await Promise.all(Array.from({ length: 12 }, () => portal.create(credential)))
    expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([200]))
  })

  test("whoever guesses keys and tokens has to wait", async () => {
    portal = await openPortal({ engine, guessLimit: 3 })
    const { credential } = await portal.key(portal.member)
    const session = await portal.ask(nobody, "/api/2.0/authentication", {
      method: "POST",
      body: { userName: portal.server.member.email, password },
    })
    const token = session.json.response.token
    for (const guess of [`sk-${"0".repeat(64)}`, `${token}x`, "kws_x"]) {
      expect((await portal.list(bearer(guess))).status).toBe(401)
    }
    const guessed = await portal.list(bearer(`sk-${"1".repeat(64)}`))
    expect([guessed.status, guessed.text]).toEqual([429, ""])
    expect(Number(guessed.headers.get("retry-after"))).toBeGreaterThan(0)
    expect((await portal.list(bearer(token))).status).toBe(429)
    portal.server.advance(60)
    expect((await portal.list(bearer(token))).status).toBe(200)
    expect((await portal.list(credential)).status).toBe(200)
  })

  test("whoever guesses passwords has to wait: 403 where they sign in, 429 with HTTP Basic", async () => {
    portal = await openPortal({ engine })
    const { email } = portal.server.member2
    const attempt = (secret: string) =>
      portal.ask(nobody, "/api/2.0/authentication", {
        method: "POST",
        body: { userName: email, password: secret },
      })
    let reply = await attempt("wrong password")
    for (let tries = 0; reply.status === 401 && tries < 100; tries++) reply = await attempt("wrong password")
    expect(reply.status).toBe(403)
    expect(reply.json).toEqual(refusal(403, "Too many login attempts. Please try again later"))
    expect(Number(reply.headers.get("retry-after"))).toBeGreaterThan(0)
    const byBasic = await portal.list(basic(email, "wrong password"))
    expect([byBasic.status, byBasic.text]).toEqual([429, ""])
    expect(byBasic.headers.get("www-authenticate")).toBe("Basic")
  })
})

describe.each(places)("when the store is away, $conformance, $engine", ({ engine, conformance }) => {
  test("every operation says so, and nobody is called unknown", async () => {
    portal = await openPortal({ engine, conformance })
    const key = await portal.key(portal.member)
    const session = await portal.ask(nobody, "/api/2.0/authentication", {
      method: "POST",
      body: { userName: portal.server.member.email, password },
    })
    const token = session.json.response.token
    portal.server.breakStore()
    const away = refusal(503, "The key store does not answer; try again after the seconds in Retry-After.")
    for (const who of [key.credential, portal.member, bearer(token), bearer(`sk-${"0".repeat(64)}`)]) {
      for (const reply of [
        await portal.create(who),
        await portal.list(who),
        await portal.permissions(who),
        await portal.self(who),
        await portal.update(who, key.id, { name: "x" }),
        await portal.delete(who, key.id),
        await portal.ask(who, "/api/2.0/authentication"),
        await portal.ask(who, "/api/2.0/people/@self"),
      ]) {
        expect([reply.status, reply.json]).toEqual([503, away])
        expect(reply.headers.get("retry-after")).toBe("1")
      }
    }
    const signingIn = await portal.ask(nobody, "/api/2.0/authentication", {
      method: "POST",
      body: { userName: portal.server.member.email, password },
    })
    expect([signingIn.status, signingIn.json]).toEqual([503, away])
    portal.server.mendStore()
    expect((await portal.self(key.credential)).status).toBe(200)
  })
})
