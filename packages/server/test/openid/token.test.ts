import { createHmac } from "node:crypto"
import { exportJWK, exportSPKI, type JWTPayload } from "jose"
import { pino } from "pino"
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest"
import { Provider, providerBounds } from "../../src/openid/provider.ts"
import { ProviderUnavailable, TokenRefused } from "../../src/openid/refusal.ts"
import { proveToken, type TokenRules, tokenMaximum } from "../../src/openid/token.ts"
import { type TestClock, testClock } from "../test-clock.ts"
import {
  audience,
  forge,
  openTestProvider,
  type SigningKey,
  signingKey,
  type TestProvider,
} from "./test-provider.ts"

let rsa: SigningKey
let ec: SigningKey
let ed: SigningKey
let stranger: SigningKey
let server: TestProvider
let clock: TestClock
let provider: Provider
let rules: TokenRules
let log: string[]

beforeAll(async () => {
  ;[rsa, ec, ed, stranger] = await Promise.all([
    signingKey("rsa-1", "RS256"),
    signingKey("ec-1", "ES256"),
    signingKey("ed-1", "EdDSA"),
    signingKey("stranger-1", "RS256"),
  ])
  server = await openTestProvider({ keys: [rsa, ec, ed] })
})
afterAll(() => server.close())

beforeEach(() => {
  server.behave("normal")
  server.rotate([rsa, ec, ed])
  server.asked.length = 0
  clock = testClock(new Date().toISOString())
  log = []
  const { issuer } = server
  rules = { issuer, audience, algorithms: ["RS256", "ES256", "EdDSA"], clockSkewMs: 30_000 }
  const logger = pino({ level: "warn" }, { write: (line: string) => void log.push(line) })
  provider = new Provider({ issuer, timeoutMs: 300 }, clock, logger)
})

/** Seconds since 1970, as tokens count them. */
const seconds = () => Math.floor(clock.now() / 1000)

function claims(changed: Readonly<Record<string, unknown>> = {}): JWTPayload {
  const now = seconds()
  return { iss: server.issuer, aud: audience, sub: "robot", iat: now, exp: now + 60, ...changed }
}

const prove = (text: string) => proveToken(text, rules, provider, clock)

async function expectRefused(text: string): Promise<void> {
  await expect(prove(text)).rejects.toBeInstanceOf(TokenRefused)
}

async function expectUnavailable(text: string): Promise<ProviderUnavailable> {
  const error = await prove(text).then(
    () => null,
    (error: unknown) => error,
  )
  if (!(error instanceof ProviderUnavailable)) throw new Error(`Expected ProviderUnavailable, got ${error}`)
  return error
}

/** How often the provider's keys were read. */
const readings = () => server.asked.filter((path) => path === "/jwks").length

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url")

describe("what is accepted", () => {
  test("an access token that the provider issued itself", async () => {
    const proved = await prove(await server.accessToken())
    expect(proved).toMatchObject({ issuer: server.issuer, subject: "keyward" })
    expect(proved.claims["realm_access"]).toEqual({ roles: ["keyward-admins"] })
  })

  test("each pinned algorithm, each allowed type and none, and us among several audiences", async () => {
    for (const key of [rsa, ec, ed]) {
      expect((await prove(await forge(key, claims()))).subject).toBe("robot")
    }
    for (const typ of ["JWT", "jwt", "at+jwt", "application/at+jwt", undefined]) {
      expect((await prove(await forge(rsa, claims(), { typ }))).subject).toBe("robot")
    }
    expect((await prove(await forge(rsa, claims({ aud: ["https://other.test", audience] })))).subject).toBe(
      "robot",
    )
  })
})

describe("what is refused", () => {
  test("alg none, in every spelling, with and without a signature", async () => {
    const signature = (await forge(rsa, claims())).split(".")[2]
    for (const alg of ["none", "None", "NONE", ""]) {
      const header = part({ alg, typ: "JWT", kid: rsa.kid })
      await expectRefused(`${header}.${part(claims())}.`)
      await expectRefused(`${header}.${part(claims())}.${signature}`)
    }
  })

  test("an HMAC keyed with the provider's public key, however that is written", async () => {
    const spki = await exportSPKI(rsa.pair.publicKey)
    const jwk = await exportJWK(rsa.pair.publicKey)
    const forms = [spki, spki.trim(), JSON.stringify(jwk), Buffer.from(jwk.n ?? "", "base64url")]
    for (const alg of ["HS256", "HS384", "HS512"]) {
      for (const key of forms) {
        const input = `${part({ alg, typ: "JWT", kid: rsa.kid })}.${part(claims())}`
        const mac = createHmac(`sha${alg.slice(2)}`, key)
          .update(input)
          .digest("base64url")
        await expectRefused(`${input}.${mac}`)
      }
    }
  })

  test("a good signature by an algorithm that is not pinned", async () => {
    rules = { ...rules, algorithms: ["ES256"] }
    await expectRefused(await forge(rsa, claims()))
    expect((await prove(await forge(ec, claims()))).subject).toBe("robot")
  })

  test("a key of one kind under an algorithm of another", async () => {
    const [, payload, signature] = (await forge(ec, claims())).split(".")
    await expectRefused(`${part({ alg: "RS256", typ: "JWT", kid: ec.kid })}.${payload}.${signature}`)
    await expectRefused(`${part({ alg: "ES256", typ: "JWT", kid: rsa.kid })}.${payload}.${signature}`)
  })

  test("a stranger's signature under the provider's kid, and keys that the token brings along itself", async () => {
    const jwk = await exportJWK(stranger.pair.publicKey)
    await expectRefused(await forge(stranger, claims(), { kid: rsa.kid }))
    await expectRefused(await forge(stranger, claims(), { kid: rsa.kid, jwk }))
    await expectRefused(await forge(stranger, claims(), { kid: undefined, jwk }))
    await expectRefused(await forge(stranger, claims(), { kid: rsa.kid, jku: `${server.issuer}/jwks` }))
  })

  test("a payload, header or signature that was changed afterwards", async () => {
    const [header, payload, signature = ""] = (await forge(rsa, claims())).split(".")
    await expectRefused(`${header}.${part(claims({ sub: "admin" }))}.${signature}`)
    await expectRefused(`${part({ alg: "RS256", kid: rsa.kid })}.${payload}.${signature}`)
    await expectRefused(`${header}.${payload}.${signature.slice(0, -4)}AAAA`)
    await expectRefused(`${header}.${payload}.`)
  })

  test("another audience, another issuer, and neither", async () => {
    for (const aud of [
      "https://other.test",
      `${audience}/`,
      "",
      [],
      ["https://other.test"],
      null,
      7,
      { 0: audience },
      undefined,
    ]) {
      await expectRefused(await forge(rsa, claims({ aud })))
    }
    for (const iss of [
      `${server.issuer}/`,
      "https://other.test",
      server.issuer.toUpperCase(),
      null,
      [server.issuer],
      undefined,
    ]) {
      await expectRefused(await forge(rsa, claims({ iss })))
    }
  })

  test("an ID token that the provider made for another client", async () => {
    await expectRefused(await forge(rsa, claims({ aud: "another-client", nonce: "n" }), { typ: "JWT" }))
  })

  test("a JWT made for another purpose", async () => {
    for (const typ of ["logout+jwt", "dpop+jwt", "secevent+jwt", "at+jwt2", 7, null]) {
      await expectRefused(await forge(rsa, claims(), { typ }))
    }
  })

  test("a subject that is none", async () => {
    for (const sub of [undefined, null, "", 7, "x".repeat(256), "a\u0000b", "ä"]) {
      await expectRefused(await forge(rsa, claims({ sub })))
    }
  })

  test("extensions that must be understood", async () => {
    const unencoded = `${part({ alg: "RS256", kid: rsa.kid, crit: ["b64"], b64: false })}.${part(claims())}.`
    await expectRefused(`${unencoded}AAAA`)
    await expectRefused(`${part({ alg: "RS256", kid: rsa.kid, crit: ["exp"] })}.${part(claims())}.AAAA`)
  })

  test("garbage", async () => {
    const texts = [
      "..",
      "a.b.c",
      `${part({})}.${part({})}.`,
      `${part([])}.${part([])}.AAAA`,
      `${part(null)}.${part(null)}.AAAA`,
      `${part({ alg: "RS256" })}.${part("text")}.AAAA`,
      `${part({ alg: "RS256" })}.%%%%.AAAA`,
      `${part({ alg: "RS256" })}.${Buffer.from([0xff, 0xfe]).toString("base64url")}.AAAA`,
      `${part({ alg: ["RS256"] })}.${part(claims())}.AAAA`,
      `${part({ alg: "RS256", kid: { toString: 1 } })}.${part(claims())}.AAAA`,
      `${part({ alg: "__proto__", kid: "__proto__" })}.${part(claims())}.AAAA`,
      `${Buffer.from("[".repeat(3000)).toString("base64url")}.${part({})}.AAAA`,
      "\u0000.\u0000.\u0000",
    ]
    for (const text of texts) await expectRefused(text)
  })

  test("what is longer than the limit, before anything of it is read", async () => {
    const fitting = await forge(rsa, claims({ filler: "x".repeat(8000) }))
    expect(fitting.length).toBeLessThanOrEqual(tokenMaximum)
    expect((await prove(fitting)).subject).toBe("robot")
    await expectRefused(await forge(rsa, claims({ filler: "x".repeat(tokenMaximum) })))
    await expectRefused(`${"a".repeat(5_000_000)}.b.c`)
  })
})

describe("times, with 30 seconds of skew", () => {
  const skew = 30_000

  test("a token works until the skew after its expiry, and not at that instant", async () => {
    const exp = seconds() + 60
    const token = await forge(rsa, claims({ exp }))
    clock.advance(exp * 1000 + skew - clock.now() - 1)
    expect((await prove(token)).subject).toBe("robot")
    clock.advance(1)
    await expectRefused(token)
  })

  test.each(["nbf", "iat"])(
    "a token works from the skew before its %s on, and not earlier",
    async (claim) => {
      const from = seconds() + 100
      const token = await forge(rsa, claims({ [claim]: from, exp: from + 60 }))
      clock.advance(from * 1000 - skew - clock.now() - 1)
      await expectRefused(token)
      clock.advance(1)
      expect((await prove(token)).subject).toBe("robot")
    },
  )

  test("the skew is the configured one", async () => {
    rules = { ...rules, clockSkewMs: 0 }
    const exp = seconds() + 60
    const token = await forge(rsa, claims({ exp }))
    clock.advance(exp * 1000 - clock.now() - 1)
    expect((await prove(token)).subject).toBe("robot")
    clock.advance(1)
    await expectRefused(token)
  })

  test("times that are missing or no numbers", async () => {
    for (const wrong of [
      { exp: undefined },
      { exp: String(seconds() + 60) },
      { exp: null },
      { iat: undefined },
      { iat: "now" },
      { nbf: "now" },
      { nbf: null },
    ]) {
      await expectRefused(await forge(rsa, claims(wrong)))
    }
  })
})

describe("keys", () => {
  test("are read once for many tokens", async () => {
    const tokens = await Promise.all(Array.from({ length: 20 }, () => forge(rsa, claims())))
    await Promise.all(tokens.map(prove))
    for (const token of tokens) await prove(token)
    expect(readings()).toBe(1)
  })

  test("an unknown kid is looked for once per cool-down, whoever asks and however often", async () => {
    await prove(await forge(rsa, claims()))
    expect(readings()).toBe(1)
    const unknown = await Promise.all(
      Array.from({ length: 50 }, (_, at) => forge(stranger, claims(), { kid: `unknown-${at}` })),
    )
    for (const text of unknown) await expectRefused(text)
    expect(readings()).toBe(1)
    clock.advance(providerBounds.coolDownMs - 1)
    for (const text of unknown) await expectRefused(text)
    expect(readings()).toBe(1)
    clock.advance(1)
    await Promise.all(unknown.map(expectRefused))
    expect(readings()).toBe(2)
    for (const text of unknown) await expectRefused(text)
    expect(readings()).toBe(2)
  })

  test("what is not for us is refused without asking the provider anything", async () => {
    await expectRefused(await forge(stranger, claims({ iss: "https://other.test" })))
    await expectRefused(await forge(stranger, claims({ aud: "https://other.test" })))
    await expectRefused(await forge(stranger, claims({ exp: seconds() - 3600 })))
    await expectRefused(await forge(stranger, claims(), { typ: "logout+jwt" }))
    await expectRefused(`${part({ alg: "none", kid: "x" })}.${part(claims())}.`)
    expect(server.asked).toEqual([])
  })

  test("rotation: old and new overlap, then the old one is retired", async () => {
    const next = await signingKey("rsa-2", "RS256")
    const later = () => forge(rsa, claims({ exp: seconds() + 3600 }))
    await prove(await later())
    server.rotate([next, rsa, ec, ed])
    clock.advance(providerBounds.coolDownMs)
    expect((await prove(await forge(next, claims()))).subject).toBe("robot")
    expect((await prove(await later())).subject).toBe("robot")
    server.rotate([next, ec, ed])
    clock.advance(providerBounds.refreshMs - 1)
    expect((await prove(await later())).subject).toBe("robot")
    clock.advance(1)
    await expectRefused(await later())
    expect((await prove(await forge(next, claims()))).subject).toBe("robot")
  })

  test("a key that cannot be used is as good as none, and harms no other", async () => {
    const weak = { kty: "RSA", kid: "weak", alg: "RS256", use: "sig", e: "AQAB", n: "u".repeat(171) }
    const broken = { kty: "RSA", kid: "broken", alg: "RS256", use: "sig", e: "AQAB" }
    const secret = { kty: "oct", kid: "secret", k: "c2VjcmV0" }
    const good = { ...(await exportJWK(rsa.pair.publicKey)), kid: rsa.kid }
    server.behave((request, response) => {
      if (request.url !== "/jwks") return false
      response.writeHead(200, { "content-type": "application/json" })
      response.end(JSON.stringify({ keys: [weak, broken, secret, good] }))
      return true
    })
    for (const kid of ["weak", "broken", "secret"]) await expectRefused(await forge(rsa, claims(), { kid }))
    expect((await prove(await forge(rsa, claims()))).subject).toBe("robot")
  })
})

describe("a provider that does not answer", () => {
  test.each(["down", "silent", "failing", "huge"] as const)(
    "%s: says so, and does not blame the token",
    async (as) => {
      server.behave(as)
      const error = await expectUnavailable(await forge(rsa, claims()))
      expect(error.retryAfterMs).toBe(providerBounds.retryMs)
      expect(log).toHaveLength(1)
    },
  )

  test("is not asked again until the wait is over, however many tokens come", async () => {
    server.behave("failing")
    const token = await forge(rsa, claims())
    await Promise.all(Array.from({ length: 20 }, () => expectUnavailable(token)))
    expect(server.asked).toHaveLength(1)
    clock.advance(2000)
    expect((await expectUnavailable(token)).retryAfterMs).toBe(providerBounds.retryMs - 2000)
    expect(server.asked).toHaveLength(1)
    server.behave("normal")
    clock.advance(providerBounds.retryMs - 2000)
    expect((await prove(token)).subject).toBe("robot")
  })

  test("cached keys keep working, up to the bound and not beyond; unknown keys have to wait", async () => {
    const token = () => forge(rsa, claims())
    await prove(await token())
    server.behave("down")
    clock.advance(providerBounds.coolDownMs)
    expect((await prove(await token())).subject).toBe("robot")
    await expectUnavailable(await forge(stranger, claims()))
    clock.advance(providerBounds.trustedMs - providerBounds.coolDownMs - 1)
    expect((await prove(await token())).subject).toBe("robot")
    clock.advance(1)
    await expectUnavailable(await token())
  })

  test("one that is slow keeps nobody waiting for longer than it may take, nor anybody but the first", async () => {
    const token = await forge(rsa, claims({ exp: seconds() + 7200 }))
    await prove(token)
    server.behave("silent")
    clock.advance(providerBounds.refreshMs)
    server.asked.length = 0
    for (let at = 0; at < 5; at++) expect((await prove(token)).subject).toBe("robot")
    expect(server.asked).toHaveLength(1)
  })

  test("one that answers with somebody else's name, or points out of TLS, is none", async () => {
    const documents = [
      { issuer: "https://other.test" },
      { issuer: `${server.issuer}/` },
      { jwks_uri: "http://keys.example.com/jwks" },
      { jwks_uri: "file:///etc/passwd" },
      { token_endpoint: "http://example.com/token" },
      { jwks_uri: 7 },
    ]
    for (const changed of documents) {
      server.behave((request, response) => {
        if (!request.url?.startsWith("/.well-known")) return false
        response.writeHead(200, { "content-type": "application/json" })
        response.end(JSON.stringify({ issuer: server.issuer, jwks_uri: `${server.issuer}/jwks`, ...changed }))
        return true
      })
      await expectUnavailable(await forge(rsa, claims()))
      clock.advance(providerBounds.retryMs)
    }
    expect(readings()).toBe(0)
  })

  test("one that sends us elsewhere is not followed", async () => {
    server.behave((request, response) => {
      if (!request.url?.startsWith("/.well-known")) return false
      response.writeHead(302, { location: `${server.issuer}/elsewhere` }).end()
      return true
    })
    await expectUnavailable(await forge(rsa, claims()))
    expect(server.asked).toEqual(["/.well-known/openid-configuration"])
  })
})
