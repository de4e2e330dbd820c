import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest"
import { gather } from "../../../../../tests/evidence.ts"
import type { Keyward } from "../../../src/keyward.ts"
import { createLogger } from "../../../src/logger.ts"
import { assembleOpenId } from "../../../src/openid/openid.ts"
import { providerBounds } from "../../../src/openid/provider.ts"
import type { OpenIdSettings } from "../../../src/openid/settings.ts"
import {
  audience,
  forge,
  openTestProvider,
  type SigningKey,
  signingKey,
  type TestProvider,
} from "../../openid/test-provider.ts"
import { type ArthurServer, arthurServers, places } from "./arthur-server.ts"

// JWTs of the configured provider as credentials: who the caller becomes, what they may do, and how refusals look.

const { shared, fresh } = arthurServers()
let key: SigningKey
let provider: TestProvider
let server: ArthurServer
/** What the part that speaks to the provider logged. */
const logged: string[] = []

beforeAll(async () => {
  key = await signingKey("rsa-1", "RS256")
  provider = await openTestProvider({ keys: [key] })
})
afterAll(() => provider.close())
beforeEach(() => provider.behave("normal"))

const collection = "/auth/api_keys/"
const badCredentials = { detail: "Bad credentials" }

function openIdOf({ deps }: Keyward, changed: Partial<OpenIdSettings> = {}) {
  const settings: OpenIdSettings = {
    issuer: provider.issuer,
    audience,
    algorithms: ["RS256"],
    clockSkewMs: 30_000,
    timeoutMs: 300,
    organization: { kind: "claim", path: "organization" },
    roles: null,
    signIn: null,
    ...changed,
  }
  const write = (line: string) => {
    logged.push(line)
    gather({ source: "a log in process", text: line })
  }
  return assembleOpenId(settings, deps, createLogger("warn", { write }))
}

function token(changed: Readonly<Record<string, unknown>> = {}, roles: unknown = []): Promise<string> {
  const now = Math.floor(server.keyward.deps.clock.now() / 1000)
  return forge(key, {
    iss: provider.issuer,
    aud: audience,
    sub: "5b1c1e0c",
    email: "jane@example.com",
    email_verified: true,
    organization: server.organization.id,
    realm_access: { roles },
    iat: now,
    exp: now + 3600,
    ...changed,
  })
}

/** The status of each operation for a token: create, list, get, deactivate. */
async function matrix(bearer: string): Promise<number[]> {
  const target = await server.issueKey()
  const replies = [
    await server.ask(collection, { method: "POST", token: bearer, body: {} }),
    await server.ask(collection, { token: bearer }),
    await server.ask(`/auth/api_keys/${target.id}`, { token: bearer }),
    await server.ask(`/auth/api_keys/deactivate/${target.id}`, { method: "DELETE", token: bearer }),
  ]
  for (const { status, json } of replies) {
    if (status === 401) expect(json).toEqual(badCredentials)
    if (status === 403) expect(json).toEqual({ detail: "Forbidden" })
  }
  return replies.map(({ status }) => status)
}

describe.each(places)("a JWT as credential, $mode, $engine", (place) => {
  const { mode } = place
  const all = [200, 200, 200, mode === "documented" ? 200 : 204]
  const reading = [403, 200, 200, 403]
  const nothing = [403, 403, 403, 403]
  const unrecognized = [401, 401, 401, 401]

  /** A server that takes JWTs, at the provider's time. */
  async function open(changed: Partial<OpenIdSettings> = {}, guessLimit = 0): Promise<void> {
    server = await fresh(place, { guessLimit, openId: (keyward) => openIdOf(keyward, changed) })
    server.clock.advance(Date.now() - server.clock.now())
  }
  async function openShared(): Promise<void> {
    server = await shared(place, { openId: (keyward) => openIdOf(keyward) })
    server.clock.advance(Date.now() - server.clock.now())
  }
  const newUser = (roles: readonly string[]) =>
    server.keyward.authority.createUser(server.system, {
      email: "jane@example.com",
      displayName: "Jane",
      roles,
    })

  test.each([
    { roles: ["ORG-ADMIN"], may: all },
    { roles: ["default-roles-main", "org-admin"], may: all },
    { roles: ["ADMIN-KEY"], may: all },
    { roles: ["TASK-ADMIN", "Org-Auditor"], may: reading },
    {
      roles: ["DEFAULT-RULE-ADMIN", "TASK-ADMIN", "VALIDATION-USER", "TENANT-USER", "CHAT-USER"],
      may: nothing,
    },
    { roles: ["ORG-ADMIN ORG-AUDITOR", "ORG-ADMIN,", "*", "__proto__", "owner"], may: nothing },
    { roles: [], may: nothing },
  ])("with the roles $roles may do what the table says", async ({ roles, may }) => {
    await openShared()
    const bearer = await token({}, roles)
    expect(await matrix(bearer)).toEqual(may)
    const me = await server.ask("/users/me", { token: bearer })
    expect([me.status, me.json]).toEqual([200, { user_id: "5b1c1e0c", roles, org_scope: null, org: null }])
  })

  test("says nothing with a claim that is no list of texts, or elsewhere", async () => {
    await openShared()
    for (const value of [
      "ORG-ADMIN",
      { 0: "ORG-ADMIN" },
      [["ORG-ADMIN"], { name: "ORG-ADMIN" }, 7, null],
      null,
    ]) {
      expect(await matrix(await token({}, value)), JSON.stringify(value)).toEqual(nothing)
    }
    for (const elsewhere of [
      { realm_access: undefined, roles: ["ORG-ADMIN"] },
      { realm_access: ["ORG-ADMIN"] },
      { "realm_access.roles": ["ORG-ADMIN"], realm_access: {} },
    ]) {
      const bearer = await token(elsewhere)
      expect(await matrix(bearer)).toEqual(nothing)
      expect((await server.ask("/users/me", { token: bearer })).json.roles).toEqual([])
    }
  })

  test("comes in the cookie too", async () => {
    await openShared()
    const cookie = `ACCESS_TOKEN="Bearer ${await token({}, ["ORG-AUDITOR"])}"`
    expect((await server.ask(collection, { token: null, headers: { cookie } })).status).toBe(200)
  })

  test("has to say who its holder is, with an e-mail address", async () => {
    await openShared()
    for (const lacking of [
      { email: undefined },
      { email: "" },
      { email: ["jane@example.com"] },
      { sub: undefined },
    ]) {
      const bearer = await token(lacking, ["ORG-ADMIN"])
      expect(await matrix(bearer), JSON.stringify(lacking)).toEqual(unrecognized)
      const me = await server.ask("/users/me", { token: bearer })
      expect([me.status, me.json]).toEqual([401, badCredentials])
    }
  })

  test("is its holder's in the audit trail, a stranger's", async () => {
    await openShared()
    const bearer = await token({}, ["ORG-ADMIN"])
    const { json } = await server.ask(collection, { method: "POST", token: bearer, body: {} })
    const page = { limit: 1, after: null }
    const { items } = await server.keyward.authority.auditEvents(server.system, { targetId: json.id }, page)
    const id = `${provider.issuer}#5b1c1e0c`
    expect(items[0]?.actor).toMatchObject({ kind: "external", id, credential: { kind: "token", id } })
  })

  describe("of a user", () => {
    test("acts as the user, who may do what both the table and the directory say", async () => {
      await open()
      const user = await newUser(["admin"])
      const { authority } = server.keyward
      const withRole = (role: string) => authority.updateUser(server.system, user.id, { roles: [role] }, null)
      const bearer = await token({}, ["ORG-ADMIN"])
      expect(await matrix(bearer)).toEqual(all)
      expect(await matrix(await token({}, ["ORG-AUDITOR"]))).toEqual(reading)
      expect(await matrix(await token({}, ["TASK-ADMIN"]))).toEqual(nothing)
      await withRole("auditor")
      expect(await matrix(bearer)).toEqual(reading)
      await withRole("member")
      expect(await matrix(bearer)).toEqual(nothing)
      // An owner may do everything in Keyward; here no more than the token's roles.
      await withRole("owner")
      expect(await matrix(await token({}, ["ORG-AUDITOR"]))).toEqual(reading)

      const { json } = await server.ask(collection, { method: "POST", token: bearer, body: {} })
      const page = { limit: 1, after: null }
      const { items } = await authority.auditEvents(server.system, { targetId: json.id }, page)
      expect(items[0]?.actor).toMatchObject({
        kind: "user",
        id: user.id,
        credential: { kind: "token", id: `${provider.issuer}#5b1c1e0c` },
      })
    })

    test("may do no more than the roles that the configuration maps", async () => {
      await open({ roles: { path: "realm_access.roles", map: new Map([["ops", ["auditor"]]]) } })
      await newUser(["admin"])
      expect(await matrix(await token({}, ["ORG-ADMIN", "ops"]))).toEqual(reading)
      expect(await matrix(await token({}, ["ORG-ADMIN"]))).toEqual(nothing)
    })

    test("is refused while they are suspended, and once they are removed", async () => {
      await open()
      const { id } = await newUser(["admin"])
      const { authority } = server.keyward
      const bearer = await token({}, ["ORG-ADMIN"])
      await authority.suspend(server.system, "user", id)
      expect(await matrix(bearer)).toEqual(unrecognized)
      await authority.resume(server.system, "user", id)
      expect(await matrix(bearer)).toEqual(all)
      await authority.remove(server.system, "user", id, { kind: "freeze" })
      expect(await matrix(bearer)).toEqual(unrecognized)
    })
  })

  test("for another organization is none", async () => {
    await open()
    const named = (organization: string) => token({ organization }, ["ORG-ADMIN"])
    expect(await matrix(await named(server.other.organization.id))).toEqual(unrecognized)
    expect(await matrix(await named(crypto.randomUUID()))).toEqual(unrecognized)
    expect(await matrix(await named(server.organization.id))).toEqual(all)
  })

  test("that proves nothing is refused, and counts as a guess", async () => {
    await open({}, 30)
    const now = Math.floor(server.keyward.deps.clock.now() / 1000)
    const stranger = await signingKey("rsa-1", "RS256")
    const claims = {
      iss: provider.issuer,
      aud: audience,
      sub: "x",
      email: "x@x",
      organization: server.organization.id,
      iat: now,
      exp: now + 60,
    }
    const signed = (by: SigningKey) => forge(by, { ...claims, realm_access: { roles: ["ORG-ADMIN"] } })
    const [header, , signature] = (await token()).split(".")
    const swapped = Buffer.from(JSON.stringify({ ...claims, realm_access: { roles: ["ORG-ADMIN"] } }))
    for (const text of [
      await token({ exp: now - 60 }, ["ORG-ADMIN"]),
      await token({ aud: "https://other.test" }, ["ORG-ADMIN"]),
      await token({ iss: "https://other.test" }, ["ORG-ADMIN"]),
      await signed(stranger),
      await signed({ ...stranger, kid: "unknown" }),
      `${header}.${swapped.toString("base64url")}.${signature}`,
      `${Buffer.from('{"alg":"none"}').toString("base64url")}.${swapped.toString("base64url")}.`,
      "a.b.c",
    ]) {
      const reply = await server.ask(collection, { token: text })
      expect([reply.status, reply.json], text).toEqual([401, badCredentials])
    }
    for (let at = 8; at < 30; at++) await server.ask("/users/me", { token: "a.b.c" })
    const slowed = await server.ask(collection, { token: await token({}, ["ORG-ADMIN"]) })
    expect([slowed.status, slowed.json]).toEqual([429, { detail: expect.any(String) }])
    expect(Number(slowed.headers.get("retry-after"))).toBeGreaterThan(0)
    server.advance(60)
    expect((await server.ask(collection, { token: await token({}, ["ORG-ADMIN"]) })).status).toBe(200)
  })

  test("whose provider does not answer is no bad one, and no guess", async () => {
    await open({}, 2)
    provider.behave("down")
    const bearer = await token({}, ["ORG-ADMIN"])
    for (const path of [collection, "/users/me", collection]) {
      const { status, json, headers } = await server.ask(path, { token: bearer })
      expect([status, json]).toEqual([500, { detail: "Unable to verify credentials" }])
      expect(headers.get("retry-after")).toBe("5")
    }
    expect((await server.ask(collection)).status).toBe(200)
    provider.behave("normal")
    server.advance(providerBounds.retryMs / 1000)
    expect((await server.ask(collection, { token: bearer })).status).toBe(200)
  })

  test("cannot be judged without the store: 503", async () => {
    await open()
    const bearer = await token({}, ["ORG-ADMIN"])
    expect((await server.ask(collection, { token: bearer })).status).toBe(200)
    server.breakStore()
    const { status, headers } = await server.ask("/users/me", { token: bearer })
    expect([status, headers.get("retry-after")]).toEqual([503, "1"])
  })

  test("leaves nothing of itself in the log", async () => {
    await open()
    provider.behave("failing")
    const bearer = await token({}, ["ORG-ADMIN"])
    await server.ask(collection, { token: bearer })
    const log = [...server.log, ...logged].join("\n")
    expect(log).toContain("the OpenID provider's documents could not be read")
    expect(log).toContain("Unable to verify credentials")
    for (const part of bearer.split(".")) expect(log).not.toContain(part)
  })

  test("beside which keys work as before; what is neither is a bad one, but for the text `undefined`", async () => {
    await openShared()
    const issued = await server.issueKey(["ORG-ADMIN"])
    expect((await server.ask("/users/me", { token: issued.key })).status).toBe(200)
    const asked = async (path: string, text: string) => {
      const { status, json } = await server.ask(path, { token: text })
      return [status, json]
    }
    const own = mode === "documented" ? [200, expect.any(Array)] : [401, badCredentials]
    expect(await asked(collection, issued.key)).toEqual(own)
    expect(await asked(collection, "bm90IGEga2V5")).toEqual([401, badCredentials])
    expect(await asked("/users/me", "bm90IGEga2V5")).toEqual([401, badCredentials])
    expect(await asked(collection, "undefined")).toEqual([401, { detail: "Unauthorized" }])
    expect(await asked("/users/me", "undefined")).toEqual([401, { detail: "User must be authenticated" }])
  })

  test("is a key like any other, and none, where no provider is configured", async () => {
    server = await fresh(place)
    const { status, json } = await server.ask(collection, { token: await token({}, ["ORG-ADMIN"]) })
    expect([status, json]).toEqual([401, { detail: "Unauthorized" }])
    await open({ audience: null })
    const reply = await server.ask(collection, { token: await token({}, ["ORG-ADMIN"]) })
    expect([reply.status, reply.json]).toEqual([401, { detail: "Unauthorized" }])
  })
})
