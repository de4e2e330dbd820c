import { builtInRoles, fail, type User } from "@keyward/core"
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest"
import { providerBounds } from "../../src/openid/provider.ts"
import type { OpenIdSettings } from "../../src/openid/settings.ts"
import { type NativeServer, openNative } from "../http/native-server.ts"
import { testClock } from "../test-clock.ts"
import {
  audience,
  forge,
  openTestProvider,
  type SigningKey,
  signingKey,
  type TestProvider,
} from "./test-provider.ts"

// Bearer tokens over HTTP: who the caller becomes, what they may do, and how refusals look from outside.

let key: SigningKey
let provider: TestProvider
let native: NativeServer

beforeAll(async () => {
  key = await signingKey("rsa-1", "RS256")
  provider = await openTestProvider({ keys: [key] })
})
afterAll(() => provider.close())
beforeEach(() => provider.behave("normal"))
afterEach(() => native.close())

const path = "realm_access.roles"
const roleMap = new Map([
  ["keyward-owners", ["owner"]],
  ["keyward-admins", ["admin"]],
  ["ops", ["auditor"]],
  ["staff", ["member"]],
  ["ghosts", ["no-such-role"]],
])

function settings(changed: Partial<OpenIdSettings> = {}): OpenIdSettings {
  return {
    issuer: provider.issuer,
    audience,
    algorithms: ["RS256"],
    clockSkewMs: 30_000,
    timeoutMs: 300,
    organization: { kind: "fixed", id: null },
    roles: { path, map: roleMap },
    signIn: null,
    ...changed,
  }
}

async function open(changed: Partial<OpenIdSettings> = {}, guessLimit = 0): Promise<void> {
  const clock = testClock(new Date().toISOString())
  native = await openNative({ openId: settings(changed), clock, guessLimit })
}

function token(changed: Readonly<Record<string, unknown>> = {}, roles: unknown = []): Promise<string> {
  const now = Math.floor(native.clock.now() / 1000)
  const claims = { iss: provider.issuer, aud: audience, sub: "jane@provider", iat: now, exp: now + 3600 }
  return forge(key, { ...claims, realm_access: { roles }, ...changed })
}

const verified = (email: string) => ({ email, email_verified: true })

function newUser(email: string, roles: readonly string[]): Promise<User> {
  return native.keyward.authority.createUser(native.system, { email, displayName: email, roles })
}

/** One call for each right that the tests tell apart, by whether it is permitted. */
async function may(bearer: string): Promise<Record<string, number>> {
  const { id } = native.created.organization
  const status = async (to: string, body?: unknown) =>
    (await native.ask(to, { token: bearer, ...(body ? { method: "POST", body } : {}) })).status
  return {
    organization: await status(`/v1/organizations/${id}`),
    audit: await status("/v1/audit"),
    keyspaces: await status("/v1/keyspaces"),
    write: await status("/v1/keyspaces", { name: `K ${Math.random()}`, prefix: "k_live" }),
  }
}

const nothing = { organization: 403, audit: 403, keyspaces: 403, write: 403 }
const auditor = { organization: 200, audit: 200, keyspaces: 200, write: 403 }
const admin = { organization: 200, audit: 200, keyspaces: 200, write: 201 }
const member = { organization: 200, audit: 403, keyspaces: 200, write: 403 }

describe("somebody who is no user here", () => {
  test("holds what their roles map to, and nothing else", async () => {
    await open()
    expect(await may(await token({}, ["keyward-admins"]))).toEqual(admin)
    expect(await may(await token({}, ["ops"]))).toEqual(auditor)
    expect(await may(await token({}, ["staff", "ops"]))).toEqual(auditor)
    expect(await may(await token({}, "ops"))).toEqual(auditor)
    // The provider's own token, made without any help of ours.
    expect(await may(await provider.accessToken())).toEqual(admin)
  })

  test("holds nothing when nothing is mapped, whatever the claim says", async () => {
    await open()
    const values = [
      undefined,
      [],
      ["admin"],
      ["owner"],
      ["ADMIN", "Keyward-Admins", "keyward-admins "],
      ["keyward-admins ops"],
      "keyward-admins ops",
      "keyward-admins,ops",
      [["keyward-admins"]],
      { 0: "keyward-admins" },
      [{ name: "keyward-admins" }],
      ["ghosts"],
      ["__proto__", "constructor", "*"],
      null,
      7,
    ]
    for (const value of values)
      expect(await may(await token({}, value)), JSON.stringify(value)).toEqual(nothing)
    for (const elsewhere of [{ roles: ["ops"] }, { [path]: ["ops"] }, { realm_access: ["ops"] }]) {
      expect(await may(await token({ realm_access: {}, ...elsewhere }))).toEqual(nothing)
    }
  })

  test("holds nothing when the configuration maps no roles", async () => {
    await open({ roles: null })
    expect(await may(await token({ roles: ["owner"] }, ["keyward-owners"]))).toEqual(nothing)
  })

  test("is recorded as an external actor, with the token as credential", async () => {
    await open()
    await native.ask("/v1/keyspaces", {
      method: "POST",
      token: await token({}, ["keyward-admins"]),
      headers: { "user-agent": "curl/8" },
      body: { name: "Theirs", prefix: "theirs" },
    })
    const { json } = await native.ask("/v1/audit?action=keyspace.created&limit=1")
    const id = `${provider.issuer}#jane@provider`
    expect(json.items[0].actor).toMatchObject({ kind: "external", id, credential: { kind: "token", id } })
    expect(json.items[0].actor).toMatchObject({ address: "127.0.0.1", user_agent: "curl/8" })
  })
})

describe("a known user", () => {
  test("holds what the directory and the token both allow", async () => {
    await open()
    await newUser("jane@example.com", ["auditor"])
    const jane = verified("Jane@Example.com")
    expect(await may(await token(jane, ["keyward-owners"]))).toEqual(auditor)
    expect(await may(await token(jane, ["ops"]))).toEqual(auditor)
    expect(await may(await token(jane, ["staff"]))).toEqual(member)
    expect(await may(await token(jane, []))).toEqual(nothing)
    await newUser("olga@example.com", ["owner"])
    expect(await may(await token(verified("olga@example.com"), ["ops"]))).toEqual(auditor)
    await newUser("nobody@example.com", [])
    expect(await may(await token(verified("nobody@example.com"), ["keyward-owners"]))).toEqual(nothing)
  })

  test("holds what the directory says when the configuration maps no roles", async () => {
    await open({ roles: null })
    await newUser("jane@example.com", ["admin"])
    expect(await may(await token(verified("jane@example.com"), ["keyward-owners"]))).toEqual(admin)
  })

  test("is themselves in the audit trail, and owns their own keys", async () => {
    await open()
    const { id } = await newUser("jane@example.com", ["member"])
    const bearer = await token(verified("jane@example.com"), ["staff"])
    const keyspace = await native.ask("/v1/keyspaces", {
      method: "POST",
      body: { name: "K", prefix: "k_live" },
    })
    const body = { keyspace_id: keyspace.json.id, name: "Mine", owner: { kind: "user", id } }
    const created = await native.ask("/v1/keys", { method: "POST", token: bearer, body })
    expect(created.status, created.text).toBe(201)
    const { json } = await native.ask("/v1/audit?action=key.created&limit=1")
    expect(json.items[0].actor).toMatchObject({
      kind: "user",
      id,
      credential: { kind: "token", id: `${provider.issuer}#jane@provider` },
    })
  })

  test("is known by a verified address alone", async () => {
    await open()
    await newUser("jane@example.com", ["owner"])
    const addresses = [
      { email: "jane@example.com" },
      { email: "jane@example.com", email_verified: false },
      { email: "jane@example.com", email_verified: "true" },
      { email: "jane@example.com", email_verified: 1 },
      { email: ["jane@example.com"], email_verified: true },
      { email: "jane@example.com\u0000", email_verified: true },
      { preferred_username: "jane@example.com", email_verified: true },
      { sub: "jane@example.com" },
    ]
    for (const address of addresses) {
      // An owner who is asked for with the roles of an auditor would hold an auditor's rights, a stranger too; but the
      // stranger does not act as Jane.
      const bearer = await token(address, ["keyward-admins"])
      const made = { method: "POST", token: bearer, body: { name: `K ${Math.random()}`, prefix: "k_live" } }
      await native.ask("/v1/keyspaces", made)
      const { json } = await native.ask("/v1/audit?action=keyspace.created&limit=1")
      expect(json.items[0].actor.kind, JSON.stringify(address)).toBe("external")
    }
  })

  test("is refused while suspended, and let in again when resumed", async () => {
    await open()
    const { id } = await newUser("jane@example.com", ["auditor"])
    const bearer = await token(verified("jane@example.com"), ["ops"])
    expect(await may(bearer)).toEqual(auditor)
    await native.keyward.authority.suspend(native.system, "user", id)
    await native.refused("/v1/keyspaces", "credential_invalid", { token: bearer })
    await native.keyward.authority.resume(native.system, "user", id)
    expect(await may(bearer)).toEqual(auditor)
  })

  test("is refused when removed, and does not come back as a stranger with mapped roles", async () => {
    await open()
    const { id } = await newUser("jane@example.com", ["auditor"])
    const bearer = await token(verified("jane@example.com"), ["keyward-owners"])
    await native.keyward.authority.remove(native.system, "user", id, { kind: "freeze" })
    await native.refused("/v1/keyspaces", "credential_invalid", { token: bearer })
    await newUser("jane@example.com", ["member"])
    expect(await may(bearer)).toEqual(member)
  })
})

describe("the organization", () => {
  test("is the configured one, or the oldest", async () => {
    await open()
    native.clock.advance(1)
    const other = await native.neighbour()
    const bearer = await token({}, ["ops"])
    expect((await native.ask(`/v1/organizations/${other.organizationId}`, { token: bearer })).status).toBe(
      404,
    )
    expect((await native.ask(`/v1/keys/${other.keyId}`, { token: bearer })).status).toBe(404)
  })

  test("is the one that the claim names; a claim that names none is refused", async () => {
    await open({ organization: { kind: "claim", path: "keyward.organization" } })
    const other = await native.neighbour()
    const named = (organization: unknown) => token({ keyward: { organization } }, ["ops"])
    const theirs = await named(other.organizationId)
    expect((await native.ask(`/v1/keys/${other.keyId}`, { token: theirs })).status).toBe(200)
    expect(
      (await native.ask(`/v1/organizations/${native.created.organization.id}`, { token: theirs })).status,
    ).toBe(404)
    const own = await named(native.created.organization.id)
    expect((await native.ask(`/v1/keys/${other.keyId}`, { token: own })).status).toBe(404)
    const unknown = "01981d3a-7c00-7000-8000-000000000001"
    for (const wrong of [
      undefined,
      null,
      "",
      "*",
      unknown,
      other.organizationId.toUpperCase(),
      [other.organizationId],
      1,
    ]) {
      await native.refused("/v1/keyspaces", "credential_invalid", { token: await named(wrong) })
    }
    // What is no id does not reach the store, whose engine might not take the text.
    native.intercept((method, call) =>
      method === "keyspaceByName" ? fail({ code: "store_unavailable" }) : call(),
    )
    for (const wrong of ["a\u0000b", "x".repeat(5000), "' or 1=1"]) {
      await native.refused("/v1/keyspaces", "credential_invalid", { token: await named(wrong) })
    }
  })

  test("matches users of its own alone", async () => {
    await open({ organization: { kind: "claim", path: "org" }, roles: null })
    const other = await native.neighbour()
    // The neighbour's administrator, and ours, are nobody in each other's organization.
    const claims = { ...verified("admin@example.org"), org: native.created.organization.id }
    expect(await may(await token(claims))).toEqual(nothing)
    const there = { ...verified("admin@example.org"), org: other.organizationId }
    expect((await native.ask(`/v1/keys/${other.keyId}`, { token: await token(there) })).status).toBe(200)
  })
})

describe("refusals", () => {
  test("are 401 with a challenge, all alike, and say nothing about why", async () => {
    await open()
    const past = Math.floor(native.clock.now() / 1000) - 100
    const stranger = await signingKey("rsa-1", "RS256")
    const now = Math.floor(native.clock.now() / 1000)
    const texts = [
      await token({ exp: past }),
      await token({ aud: "https://other.test" }),
      await token({ iss: "https://other.test" }),
      await token({ nbf: now + 1000 }),
      await forge(stranger, { iss: provider.issuer, aud: audience, sub: "x", iat: now, exp: now + 60 }),
      await forge(
        { ...stranger, kid: "unknown" },
        { iss: provider.issuer, aud: audience, sub: "x", iat: now, exp: now + 60 },
      ),
      "a.b.c",
    ]
    const seen = new Set<string>()
    for (const text of texts) {
      const { headers, json } = await native.refused("/v1/keyspaces", "credential_invalid", { token: text })
      expect(headers["www-authenticate"]).toBe('Bearer error="invalid_token"')
      seen.add(JSON.stringify({ ...json, request_id: "" }))
    }
    expect(seen.size).toBe(1)
  })

  test("count as guesses of their source, which then has to wait with good tokens too", async () => {
    await open({}, 5)
    const good = await token({}, ["ops"])
    for (let at = 0; at < 5; at++) {
      await native.refused("/v1/keyspaces", "credential_invalid", { token: "a.b.c" })
    }
    const { headers } = await native.refused("/v1/keyspaces", "too_many_attempts", { token: good })
    expect(Number(headers["retry-after"])).toBeGreaterThan(0)
    native.clock.advance(60_000)
    expect((await native.ask("/v1/keyspaces", { token: good })).status).toBe(200)
  })

  test("a provider that is down is 503 with Retry-After, never 401, and no guess", async () => {
    await open({}, 2)
    provider.behave("down")
    const good = await token({}, ["ops"])
    for (let at = 0; at < 5; at++) {
      const { headers } = await native.refused("/v1/keyspaces", "openid_unavailable", { token: good })
      expect(headers["retry-after"]).toBe("5")
    }
    await native.refused("/v1/keyspaces", "credential_invalid", { token: await token({ aud: "other" }) })
    provider.behave("normal")
    native.clock.advance(providerBounds.retryMs)
    expect((await native.ask("/v1/keyspaces", { token: good })).status).toBe(200)
    provider.behave("down")
    native.clock.advance(providerBounds.coolDownMs)
    expect((await native.ask("/v1/keyspaces", { token: good })).status).toBe(200)
  })

  test("a store that does not answer is 503 too, and no guess", async () => {
    await open({}, 1)
    const good = await token(verified("jane@example.com"), ["ops"])
    native.intercept((method, call) =>
      method === "userByEmail" ? fail({ code: "store_unavailable" }) : call(),
    )
    for (let at = 0; at < 3; at++) await native.refused("/v1/keyspaces", "store_unavailable", { token: good })
  })

  test("without a configured audience a JWT is no credential, and management keys work beside tokens", async () => {
    await open({ audience: null })
    await native.refused("/v1/keyspaces", "credential_invalid", { token: await token({}, ["ops"]) })
    expect((await native.ask("/v1/keyspaces")).status).toBe(200)
    await native.close()
    await open()
    expect((await native.ask("/v1/keyspaces")).status).toBe(200)
  })

  test("no log line holds a token or what is in it", async () => {
    await open()
    const text = await token(verified("jane@example.com"), ["ops"])
    provider.behave("failing")
    await native.ask("/v1/keyspaces", { token: text })
    expect(native.log.length).toBeGreaterThan(0)
    for (const part of text.split(".")) expect(native.log.join("\n")).not.toContain(part)
    expect(native.log.join("\n")).not.toContain("jane")
  })
})

test("no token of somebody who is no user holds more than its mapped roles do together", async () => {
  await open()
  const values = [...roleMap.keys()]
  for (let mask = 0; mask < 2 ** values.length; mask++) {
    const chosen = values.filter((_, at) => mask & (2 ** at))
    const granted = builtInRoles.filter(({ name }) =>
      chosen.some((value) => roleMap.get(value)?.includes(name)),
    )
    const rights = new Set<string>(granted.flatMap(({ permissions }) => [...permissions]))
    const allowed = rights.has("*") || rights.has("audit.read") ? 200 : 403
    expect((await native.ask("/v1/audit", { token: await token({}, chosen) })).status).toBe(allowed)
  }
})
