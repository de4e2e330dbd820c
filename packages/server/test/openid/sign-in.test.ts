import type { User } from "@keyward/core"
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest"
import { providerBounds } from "../../src/openid/provider.ts"
import type { OpenIdSettings, SignInSettings } from "../../src/openid/settings.ts"
import { signInMs, urlOnServer } from "../../src/openid/sign-in.ts"
import { type NativeServer, openNative } from "../http/native-server.ts"
import { testClock } from "../test-clock.ts"
import { type Browser, openBrowser, type Page } from "./browser.ts"
import {
  audience,
  clientId,
  clientSecret,
  forge,
  openTestProvider,
  type SigningKey,
  signingKey,
  type TestProvider,
} from "./test-provider.ts"

// Sign-in in the browser, from end to end: a real provider, its own pages, plain HTTP requests.

const publicUrl = "https://keyward.test"
const pendingName = "__Host-keyward_openid"
const sessionName = "__Host-keyward_session"

let key: SigningKey
let provider: TestProvider
let native: NativeServer
let browser: Browser

beforeAll(async () => {
  key = await signingKey("rsa-1", "RS256")
  const verified = (email: string, more: object = {}) => ({ email, email_verified: true, ...more })
  provider = await openTestProvider({
    keys: [key],
    redirectUri: `${publicUrl}/v1/openid/callback`,
    accounts: {
      jane: verified("Jane@example.com", { groups: ["staff"] }),
      unverified: { email: "jane@example.com", email_verified: false, groups: ["staff"] },
      silent: { email: "jane@example.com", groups: ["staff"] },
      nameless: { groups: ["staff"] },
      newcomer: verified("new@example.com", {
        name: "New Comer",
        given_name: "New",
        family_name: "Comer",
        groups: ["ops", "other"],
      }),
      groupless: verified("groupless@example.com", { groups: ["other"] }),
      ghost: verified("ghost@example.com", { groups: ["ghosts"] }),
    },
  })
})
afterAll(() => provider.close())
beforeEach(() => provider.behave("normal"))
afterEach(() => native.close())

interface Changed {
  readonly settings?: Partial<OpenIdSettings>
  readonly signIn?: Partial<SignInSettings>
  readonly guessLimit?: number
}

const roleMap = new Map([
  ["staff", ["member"]],
  ["ops", ["auditor"]],
  ["ghosts", ["no-such-role"]],
])

function openIdSettings(
  changed: Partial<OpenIdSettings> = {},
  signIn: Partial<SignInSettings> = {},
): OpenIdSettings {
  return {
    issuer: provider.issuer,
    audience,
    algorithms: ["RS256"],
    clockSkewMs: 30_000,
    timeoutMs: 1000,
    organization: { kind: "fixed", id: null },
    roles: { path: "groups", map: roleMap },
    signIn: {
      clientId,
      clientSecret,
      scopes: "openid email profile",
      createUsers: false,
      publicUrl,
      ...signIn,
    },
    ...changed,
  }
}

async function open({ settings = {}, signIn = {}, guessLimit = 0 }: Changed = {}): Promise<User> {
  const clock = testClock(new Date().toISOString())
  native = await openNative({ clock, guessLimit, publicUrl, openId: openIdSettings(settings, signIn) })
  browser = openBrowser(native.app)
  const input = { email: "jane@example.com", displayName: "Jane", roles: ["auditor"] }
  return native.keyward.authority.createUser(native.system, input)
}

async function begin(by = browser, returnTo = "/keys"): Promise<string> {
  const page = await by.go(`/v1/openid/sign-in?return_to=${encodeURIComponent(returnTo)}`)
  expect(page.status, page.text).toBe(302)
  return page.location ?? ""
}

/** The whole way to the provider and back; not yet what Keyward makes of it. */
async function comeBack(login: string | null = "jane", by = browser): Promise<string> {
  return by.signInAtProvider(await begin(by), login)
}

async function expectRefused(page: Page, code = "sign_in_refused", by = browser): Promise<void> {
  expect(page.status, page.text).toBe(code === "sign_in_refused" ? 401 : 503)
  expect(JSON.parse(page.text).code).toBe(code)
  expect(page.location).toBeNull()
  expect([...by.cookies.keys()]).toEqual([])
  expect(page.setCookies.join()).not.toContain(sessionName)
}

const altered = (path: string, name: string, value: string | null) => {
  const url = new URL(path, publicUrl)
  if (value === null) url.searchParams.delete(name)
  else url.searchParams.set(name, value)
  return url.pathname + url.search
}
const parameter = (path: string, name: string) => new URL(path, publicUrl).searchParams.get(name) ?? ""

/** The provider's server answers the token request with this ID token, and says nothing more of its subject. */
function answerTokens(idToken: string): void {
  provider.behave((request, response) => {
    if (request.url !== "/token" && request.url !== "/me") return false
    response.writeHead(200, { "content-type": "application/json" })
    const tokens = { access_token: "x", token_type: "bearer", id_token: idToken }
    response.end(JSON.stringify(request.url === "/me" ? { sub: "jane" } : tokens))
    return true
  })
}

describe("the way to the provider", () => {
  test("asks for a code with PKCE, state and nonce, and keeps nothing in the clear", async () => {
    await open()
    const url = new URL(await begin())
    expect(url.origin).toBe(provider.issuer)
    const asked = Object.fromEntries(url.searchParams)
    expect(asked).toMatchObject({
      client_id: clientId,
      response_type: "code",
      redirect_uri: `${publicUrl}/v1/openid/callback`,
      code_challenge_method: "S256",
      scope: "openid email profile",
    })
    for (const name of ["state", "nonce", "code_challenge"]) expect(asked[name]).toMatch(/^[\w-]{43}$/)
    const cookie = browser.cookies.get(pendingName) ?? ""
    expect(cookie).toMatch(/^v1\.1\.[\w.-]+$/)
    for (const value of Object.values(asked)) expect(cookie).not.toContain(value)
    const again = new URL(await begin(openBrowser(native.app)))
    for (const name of ["state", "nonce", "code_challenge"]) {
      expect(again.searchParams.get(name)).not.toBe(asked[name])
    }
  })

  test("its cookie is out of reach of scripts, of other hosts and of plain HTTP, and does not last", async () => {
    await open()
    const { setCookies } = await browser.go("/v1/openid/sign-in")
    expect(setCookies).toHaveLength(1)
    expect(setCookies[0]).toMatch(
      /^__Host-keyward_openid=[^;]+; Path=\/; Max-Age=600; HttpOnly; SameSite=Lax; Secure$/,
    )
  })

  test("leads back to a path on this server and nowhere else", async () => {
    await open()
    const elsewhere = [
      "https://evil.example",
      "//evil.example",
      "/\\evil.example",
      "\\\\evil.example",
      "/\t/evil.example",
      "/\n/evil.example",
      "///evil.example",
      "http:evil.example",
      "javascript:alert(1)",
      "keys",
      "@evil.example",
      ".evil.example",
      " //evil.example",
    ]
    for (const path of elsewhere) {
      const page = await browser.go(`/v1/openid/sign-in?return_to=${encodeURIComponent(path)}`)
      expect(page.status, path).toBe(422)
      expect(page.location).toBeNull()
    }
    for (const path of [
      "/",
      "/keys?state=active#top",
      "/.//evil.example",
      "/%2F/evil.example",
      "/@evil.example",
    ]) {
      const url = urlOnServer(path, publicUrl)
      expect(new URL(url ?? "").origin, path).toBe(publicUrl)
    }
    expect(urlOnServer("/keys", "https://host.test/base")).toBe("https://host.test/base/keys")
  })

  test("a provider that is down is 503, and no provider at all is 404", async () => {
    await open()
    provider.behave("down")
    await expectRefused(await browser.go("/v1/openid/sign-in"), "openid_unavailable")
    await native.close()
    native = await openNative()
    for (const path of ["/v1/openid/sign-in", "/v1/openid/callback?code=x&state=y"]) {
      expect((await openBrowser(native.app).go(path)).status).toBe(404)
    }
  })
})

describe("the way back", () => {
  test("a known user is signed in, and is where they wanted to be", async () => {
    const jane = await open()
    const page = await browser.go(await comeBack(), { "user-agent": "Firefox" })
    expect(page.status, page.text).toBe(302)
    expect(page.location).toBe(`${publicUrl}/keys`)
    expect([...browser.cookies.keys()]).toEqual([sessionName])
    const session = page.setCookies.find((cookie) => cookie.startsWith(sessionName))
    expect(session).toMatch(/HttpOnly/)
    expect(session).toMatch(/SameSite=Strict/)
    expect(session).toMatch(/Secure/)
    // The session is Jane's, with her own roles: she may read the audit trail, in which this stands.
    const { status, text } = await browser.go("/v1/audit?action=session.created")
    expect(status, text).toBe(200)
    expect(JSON.parse(text).items[0]).toMatchObject({
      actor: { kind: "user", id: jane.id, user_agent: "Firefox" },
      details: { user_id: jane.id, by: "openid", identity: `${provider.issuer}#jane` },
    })
  })

  test("a session that the browser already had is not taken over", async () => {
    await open()
    browser.cookies.set(sessionName, "kws_fixed-by-somebody-else")
    await browser.go(await comeBack())
    expect(browser.cookies.get(sessionName)).not.toBe("kws_fixed-by-somebody-else")
  })

  test("any node can finish what another one began", async () => {
    await open()
    const path = await comeBack()
    const { store } = native.keyward
    native.clock.advance(1)
    native = await openNative({ store, clock: native.clock, publicUrl, openId: openIdSettings() })
    const other = openBrowser(native.app)
    for (const [name, value] of browser.cookies) other.cookies.set(name, value)
    expect((await other.go(path)).status).toBe(302)
  })

  test("another state, or none, is refused before the provider is asked for anything", async () => {
    await open()
    const path = await comeBack()
    provider.asked.length = 0
    for (const state of ["x".repeat(43), "", null]) {
      const other = openBrowser(native.app)
      for (const [name, value] of browser.cookies) other.cookies.set(name, value)
      await expectRefused(await other.go(altered(path, "state", state)), "sign_in_refused", other)
    }
    expect(provider.asked).toEqual([])
  })

  test("another browser's answer is refused, with its cookie and without any", async () => {
    await open()
    const path = await comeBack()
    const stranger = openBrowser(native.app)
    await expectRefused(await stranger.go(path), "sign_in_refused", stranger)
    await begin(stranger)
    await expectRefused(await stranger.go(path), "sign_in_refused", stranger)
  })

  test("an attacker's code in a victim's sign-in is refused: it was made for another verifier", async () => {
    await open()
    const attacker = openBrowser(native.app)
    const stolen = parameter(await comeBack("newcomer", attacker), "code")
    const state = parameter(await begin(), "state")
    const path = `/v1/openid/callback?code=${stolen}&state=${state}&iss=${encodeURIComponent(provider.issuer)}`
    await expectRefused(await browser.go(path))
  })

  test("an answer in the name of another provider is refused", async () => {
    await open()
    await expectRefused(await browser.go(altered(await comeBack(), "iss", "https://evil.example")))
  })

  test("an answer works once, also for whoever copied the cookie", async () => {
    await open()
    const path = await comeBack()
    const copy = openBrowser(native.app)
    for (const [name, value] of browser.cookies) copy.cookies.set(name, value)
    expect((await browser.go(path)).status).toBe(302)
    expect((await browser.go(path)).status).toBe(401)
    await expectRefused(await copy.go(path), "sign_in_refused", copy)
  })

  test("the browser has ten minutes", async () => {
    await open()
    const path = await comeBack()
    native.clock.advance(signInMs)
    await expectRefused(await browser.go(path))
    const inTime = await comeBack()
    native.clock.advance(signInMs - 1)
    expect((await browser.go(inTime)).status).toBe(302)
  })

  test("a cookie that was changed, made up, or sealed for something else is refused", async () => {
    await open()
    const sealed = async () => {
      const path = await comeBack()
      return { path, cookie: browser.cookies.get(pendingName) ?? "" }
    }
    const forgeries: ((cookie: string) => string)[] = [
      (cookie) => `${cookie.slice(0, -1)}${cookie.endsWith("A") ? "B" : "A"}`,
      (cookie) => cookie.slice(0, 40),
      () => "v1.1.AAAA",
      () => JSON.stringify({ state: "x" }),
      () => native.keyward.deps.sealer.seal("{}", { keyId: "openid sign-in", secretVersion: 1 }),
      () => native.keyward.deps.sealer.forPurpose("something else").seal("{}"),
      () => native.keyward.deps.sealer.forPurpose("openid sign-in").seal("{}"),
    ]
    for (const forgery of forgeries) {
      const { path, cookie } = await sealed()
      browser.cookies.set(pendingName, forgery(cookie))
      await expectRefused(await browser.go(path))
    }
  })

  test("whoever gives up at the provider is not signed in", async () => {
    await open()
    const path = await comeBack(null)
    expect(parameter(path, "error")).toBe("access_denied")
    await expectRefused(await browser.go(path))
  })

  test("garbage is refused", async () => {
    await open()
    for (const query of [
      "",
      "?",
      "?code=",
      "?code=a&code=b",
      "?error=<script>",
      "?state=%00",
      `?code=${"x".repeat(9000)}`,
    ]) {
      await begin()
      const page = await browser.go(`/v1/openid/callback${query}`)
      expect([401, 422]).toContain(page.status)
      expect(page.location).toBeNull()
    }
  })

  test("an ID token without our nonce, for somebody else, or of another's making is refused", async () => {
    await open()
    const stranger = await signingKey("rsa-1", "RS256")
    const now = Math.floor(native.clock.now() / 1000)
    const forgeries: ((nonce: string) => Promise<string>)[] = [
      () => forge(key, claims({})),
      () => forge(key, claims({ nonce: "another" })),
      (nonce) => forge(key, claims({ nonce, aud: "another-client" })),
      (nonce) => forge(key, claims({ nonce, iss: "https://evil.example" })),
      (nonce) => forge(key, claims({ nonce, exp: now - 60 })),
      (nonce) => forge(key, claims({ nonce, aud: [clientId, "another"], azp: "another" })),
      (nonce) => forge(stranger, claims({ nonce })),
      async (nonce) => {
        const [, payload] = (await forge(key, claims({ nonce }))).split(".")
        const header = Buffer.from(JSON.stringify({ alg: "none", typ: "JWT" })).toString("base64url")
        return `${header}.${payload}.`
      },
    ]
    const claims = (more: object) => ({
      iss: provider.issuer,
      aud: clientId,
      sub: "jane",
      iat: now,
      exp: now + 60,
      email: "jane@example.com",
      email_verified: true,
      groups: ["staff"],
      ...more,
    })
    async function answerWith(made: (nonce: string) => Promise<string>): Promise<Page> {
      const location = await begin()
      const nonce = new URL(location).searchParams.get("nonce") ?? ""
      const path = await browser.signInAtProvider(location, "jane")
      answerTokens(await made(nonce))
      const page = await browser.go(path)
      provider.behave("normal")
      return page
    }
    for (const forgery of forgeries) await expectRefused(await answerWith(forgery))
    // But for what is wrong with them, they would do.
    expect((await answerWith((nonce) => forge(key, claims({ nonce })))).status).toBe(302)
  })

  test("a provider that goes down in between is 503, and the sign-in is to be begun again", async () => {
    await open()
    for (const as of ["down", "failing"] as const) {
      const path = await comeBack()
      provider.behave(as)
      await expectRefused(await browser.go(path), "openid_unavailable")
      provider.behave("normal")
      native.clock.advance(providerBounds.retryMs)
    }
  })

  test("failures count as guesses of their source", async () => {
    await open({ guessLimit: 3 })
    for (let at = 0; at < 3; at++) expect((await browser.go("/v1/openid/callback?code=x")).status).toBe(401)
    expect((await browser.go("/v1/openid/callback?code=x")).status).toBe(429)
  })
})

describe("who is let in", () => {
  test("nobody without a verified e-mail address, not even as a new user", async () => {
    await open({ signIn: { createUsers: true } })
    for (const login of ["unverified", "silent", "nameless"]) {
      await expectRefused(await browser.go(await comeBack(login, browser)))
      browser = openBrowser(native.app)
    }
  })

  test("nobody who is suspended or was removed", async () => {
    const jane = await open({ signIn: { createUsers: true } })
    const { authority } = native.keyward
    await authority.suspend(native.system, "user", jane.id)
    await expectRefused(await browser.go(await comeBack()))
    await authority.resume(native.system, "user", jane.id)
    expect((await browser.go(await comeBack())).status).toBe(302)
    await authority.remove(native.system, "user", jane.id, { kind: "freeze" })
    browser = openBrowser(native.app)
    await expectRefused(await browser.go(await comeBack()))
  })

  test("no stranger, unless users are to be made", async () => {
    await open()
    await expectRefused(await browser.go(await comeBack("newcomer")))
  })

  test("a stranger becomes a user with the mapped roles and no others, once", async () => {
    await open({ signIn: { createUsers: true } })
    expect((await browser.go(await comeBack("newcomer"))).status).toBe(302)
    const made = await native.keyward.store.userByEmail(native.created.organization.id, "new@example.com")
    expect(made).toMatchObject({
      displayName: "New Comer",
      firstName: "New",
      lastName: "Comer",
      roles: ["auditor"],
      passwordHash: null,
    })
    const { json } = await native.ask("/v1/audit?action=user.created&limit=1")
    expect(json.items[0].actor).toMatchObject({
      kind: "system",
      credential: { kind: "token", id: `${provider.issuer}#newcomer` },
      address: "127.0.0.1",
    })
    const again = openBrowser(native.app)
    expect((await again.go(await comeBack("newcomer", again))).status).toBe(302)
    expect((await native.ask("/v1/users")).json.items).toHaveLength(3)
  })

  test("nobody whose groups mean nothing here, known or not", async () => {
    await open({ signIn: { createUsers: true } })
    const input = { email: "groupless@example.com", displayName: "G", roles: ["owner"] }
    await native.keyward.authority.createUser(native.system, input)
    await expectRefused(await browser.go(await comeBack("groupless")))
    browser = openBrowser(native.app)
    await expectRefused(await browser.go(await comeBack("ghost")))
    expect((await native.ask("/v1/users")).json.items).toHaveLength(3)
  })

  test("signing in changes no roles: the directory says what a session may do", async () => {
    const jane = await open()
    await browser.go(await comeBack())
    const now = await native.keyward.store.principal(native.created.organization.id, jane.id)
    expect(now?.roles).toEqual(["auditor"])
  })
})

test("no log line holds a code, a token or a cookie", async () => {
  await open()
  const path = await comeBack()
  const sealed = browser.cookies.get(pendingName) ?? "?"
  provider.behave("failing")
  await browser.go(path)
  const log = native.log.join("\n")
  for (const secret of [parameter(path, "code"), parameter(path, "state"), sealed, clientSecret]) {
    expect(log).not.toContain(secret)
  }
})

test("its pages are in the reference, and answer as they are declared there", async () => {
  await open()
  const { paths } = (await native.ask("/openapi.json")).json
  const headers = (path: string) => Object.keys(paths[path].get.responses["302"].headers).sort()
  for (const path of ["/v1/openid/sign-in", "/v1/openid/callback"]) {
    expect(headers(path)).toEqual(["Location", "Set-Cookie", "X-Request-Id"])
    expect((await native.app.inject({ method: "POST", url: path })).statusCode).toBe(405)
  }
})
