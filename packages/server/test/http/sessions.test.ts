import type { ProblemCode } from "@keyward/contract"
import { openMemoryStore } from "@keyward/core"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { createFirstOrganization } from "../../src/first-start.ts"
import { openStore } from "../../src/stores/open.ts"
import { storeUnavailable } from "../intercepted-store.ts"
import { freshPath } from "../stores/places.ts"
import { sessionLifetime } from "../test-keyward.ts"
import { type Ask, type NativeServer, openNative, type Reply } from "./native-server.ts"
import { guestPassword as password, post } from "./route-case.ts"

const email = "ada@example.com"
let server: NativeServer
let userId: string
afterEach(() => server.close())

async function open(settings: Parameters<typeof openNative>[0] = {}): Promise<void> {
  server = await openNative(settings)
  const { json } = await server.ask("/v1/users", post({ email, display_name: "Ada", roles: ["admin"] }))
  userId = json.id
  const { json: link } = await server.ask(`/v1/users/${userId}/invitation`, post())
  await server.ask("/v1/links/accept", post({ token: link.token, password }))
}

const anonymous = { token: null }

/** Signs in without any credential, as a browser does. */
function signIn(asked: Ask = {}): Promise<Reply> {
  return server.ask("/v1/sessions", { ...post({ email, password }), ...anonymous, ...asked })
}

async function bearer(): Promise<string> {
  const { json } = await signIn({ body: { email, password, transport: "bearer" } })
  return json.token
}

/** The cookie of a sign-in, as the browser sends it back. */
async function cookie(asked: Ask = {}): Promise<string> {
  const { headers } = await signIn(asked)
  return String(headers["set-cookie"]).split(";")[0] ?? ""
}

const withCookie = (carried: string, headers: Readonly<Record<string, string>> = {}): Ask => ({
  ...anonymous,
  headers: { cookie: carried, ...headers },
})

describe("a cookie", () => {
  test("is out of reach of scripts and of other sites; without TLS it has a plain name", async () => {
    await open()
    const { headers, json } = await signIn()
    expect(headers["set-cookie"]).toMatch(
      /^keyward_session=kws_[A-Za-z0-9_-]{43}; HttpOnly; SameSite=Strict; Path=\/$/,
    )
    expect(json.token).toBeNull()
    expect(headers["cache-control"]).toBe("no-store")
  })

  const secure = /^__Host-keyward_session=kws_[A-Za-z0-9_-]{43}; HttpOnly; SameSite=Strict; Path=\/; Secure$/

  test("is kept to TLS and to this host where browsers reach the server by https", async () => {
    await open({ publicUrl: "https://keys.example.com" })
    const { headers } = await signIn()
    expect(headers["set-cookie"]).toMatch(secure)
    const carried = String(headers["set-cookie"]).split(";")[0] ?? ""
    const origin = { origin: "https://keys.example.com" }
    const out = await server.ask("/v1/sessions/current", { method: "DELETE", ...withCookie(carried, origin) })
    expect(out.headers["set-cookie"]).toBe(
      "__Host-keyward_session=; HttpOnly; SameSite=Strict; Path=/; Secure; Max-Age=0",
    )
  })

  test("so too where a trusted proxy says that the connection is TLS, and nobody else can say so", async () => {
    await open({ trustedHops: 1 })
    const headers = { "x-forwarded-proto": "https" }
    expect((await signIn({ headers })).headers["set-cookie"]).toMatch(secure)
    await server.close()
    await open()
    expect((await signIn({ headers })).headers["set-cookie"]).toMatch(/^keyward_session=/)
  })

  test("of the plain name is no credential behind TLS, where anybody on the way could have set it", async () => {
    await open({ publicUrl: "https://keys.example.com" })
    const token = await bearer()
    const plain = withCookie(`keyward_session=${token}`)
    await server.refused("/v1/sessions/current", "credential_missing", plain)
    const own = await server.ask("/v1/sessions/current", withCookie(`__Host-keyward_session=${token}`))
    expect(own.status).toBe(200)
  })

  test("that comes twice is none: nobody knows which one was planted", async () => {
    await open()
    const [mine, theirs] = [await cookie(), await cookie()]
    await server.refused("/v1/sessions/current", "credential_missing", withCookie(`${mine}; ${theirs}`))
    const other = withCookie(`theme=dark; ${mine}; x=keyward_session=1`)
    expect((await server.ask("/v1/sessions/current", other)).status).toBe(200)
  })

  test("is not sent where it was not asked for", async () => {
    await open()
    const { headers, json } = await signIn({ body: { email, password, transport: "bearer" } })
    expect(headers["set-cookie"]).toBeUndefined()
    expect(json.token).toMatch(/^kws_/)
  })
})

describe("a sign-in", () => {
  beforeEach(() => open())

  test("makes a session of its own, whatever the request carries", async () => {
    const planted = `keyward_session=kws_${"A".repeat(43)}`
    const first = await cookie({ headers: { cookie: planted } })
    expect(first).not.toBe(planted)
    const second = await cookie({ headers: { cookie: first } })
    expect(second).not.toBe(first)
    await server.refused("/v1/sessions/current", "credential_invalid", withCookie(planted))
    for (const carried of [first, second]) {
      expect((await server.ask("/v1/sessions/current", withCookie(carried))).status).toBe(200)
    }
  })

  test("answers alike for every reason not to let somebody in", async () => {
    const { json: without } = await server.ask(
      "/v1/users",
      post({ email: "new@example.com", display_name: "New" }),
    )
    const attempts = [
      { email, password: "wrong" },
      { email: "nobody@example.com", password },
      { email: without.email, password },
      { email, password, organization_id: "unknown" },
    ]
    const answers: object[] = []
    for (const body of attempts) {
      const { status, headers, json } = await signIn({ body })
      const { date: _date, "x-request-id": _id, ...rest } = headers
      answers.push({ status, headers: rest, json: { ...json, request_id: "" } })
    }
    expect(answers).toEqual(attempts.map(() => answers[0]))
    expect(answers[0]).toMatchObject({ status: 401, json: { code: "sign_in_refused" } })
  })

  test("is in the audit trail by source address and user agent, and nothing of it is logged", async () => {
    await signIn({ headers: { "user-agent": "Browser/1.0", "x-forwarded-for": "203.0.113.9" } })
    await signIn({ body: { email, password: "a wrong guess" } })
    const { json } = await server.ask("/v1/audit?limit=2")
    expect(json.items).toMatchObject([
      { action: "session.refused", actor: { kind: "system", address: "127.0.0.1" } },
      { action: "session.created", actor: { kind: "user", address: "127.0.0.1", user_agent: "Browser/1.0" } },
    ])
    const token = await bearer()
    server.intercept(storeUnavailable)
    for (const body of [
      { email, password },
      { email, password: "a wrong guess" },
    ])
      expect((await signIn({ body })).status).toBe(503)
    await server.ask("/v1/sessions/current", { token })
    server.intercept(null)
    const logged = server.log.join("\n")
    expect(logged).toContain("the store did not answer")
    for (const secret of [password, "a wrong guess", token]) expect(logged).not.toContain(secret)
  })

  test("takes the address that the trusted proxy saw, and no other header", async () => {
    await server.close()
    await open({ trustedHops: 1 })
    const headers = { "x-forwarded-for": "198.51.100.1, 203.0.113.9" }
    const { json } = await signIn({ headers })
    expect(json.session.address).toBe("203.0.113.9")
  })
})

describe("a change that a cookie authenticates", () => {
  const changes: readonly (readonly [string, Ask])[] = [
    ["/v1/sessions", { method: "DELETE" }],
    ["/v1/sessions/current", { method: "DELETE" }],
    ["/v1/users", post({ email: "x@example.com", display_name: "X", roles: [] })],
    ["/v1/password", post({ current_password: password, new_password: "a newer password" })],
  ]
  const foreign: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
    ["of another site", { origin: "https://evil.example" }],
    ["of another port", { origin: "http://localhost:81" }],
    ["of a host below", { origin: "http://evil.localhost:80" }],
    ["of a sandbox", { origin: "null" }],
    ["of another site, without Origin", { "sec-fetch-site": "cross-site" }],
    ["of another host of the site", { "sec-fetch-site": "same-site" }],
    [
      "of another site that claims our origin",
      { origin: "http://localhost", "sec-fetch-site": "cross-site" },
    ],
    ["of nobody knows what", {}],
  ]

  test.each(foreign)("is refused to a page %s", async (_which, headers) => {
    await open()
    const carried = await cookie()
    for (const [path, asked] of changes) {
      const sent = { ...asked, ...withCookie(carried, { host: "localhost", ...headers }) }
      await server.refused(path, "cross_site_request", sent)
    }
    const read = withCookie(carried, { host: "localhost", ...headers })
    expect((await server.ask("/v1/sessions/current", read)).status).toBe(200)
  })

  test.each([
    ["the host that the request names", {}, { host: "localhost", origin: "http://localhost" }],
    ["that host, behind TLS that nobody told of", {}, { host: "keys.test", origin: "https://keys.test" }],
    ["no Origin, but the browser's word", {}, { "sec-fetch-site": "same-origin" }],
    [
      "the configured origin",
      { publicUrl: "http://keys.example.com/keyward" },
      { host: "10.0.0.1:4747", origin: "http://keys.example.com" },
    ],
  ])("is done for a page of %s", async (_which, settings, headers) => {
    await open(settings)
    const carried = await cookie()
    for (const [path, asked] of [changes[0], changes[2], changes[1]].flatMap((each) =>
      each ? [each] : [],
    )) {
      const { status, text } = await server.ask(path, { ...asked, ...withCookie(carried, headers) })
      expect(status, text).toBeLessThan(300)
    }
  })

  test("is refused to the host that a request names where another origin is configured", async () => {
    await open({ publicUrl: "http://keys.example.com" })
    const headers = { host: "evil.example", origin: "http://evil.example" }
    const asked = { method: "DELETE", ...withCookie(await cookie(), headers) }
    await server.refused("/v1/sessions", "cross_site_request", asked)
  })

  test("says nothing of keys and bearer tokens, which no browser sends by itself", async () => {
    await open()
    const headers = { origin: "https://evil.example", cookie: await cookie() }
    for (const token of [await bearer(), server.admin]) {
      const body = { email: `${token.length}@example.com`, display_name: "X", roles: [] }
      expect((await server.ask("/v1/users", { ...post(body), token, headers })).status).toBe(201)
    }
  })
})

describe("a session ends", () => {
  beforeEach(() => open())
  const gone = (token: string) => server.refused("/v1/sessions/current", "credential_invalid", { token })

  test("with the sign-out, in the cookie and as a bearer token", async () => {
    const carried = await cookie()
    const token = carried.split("=")[1] ?? ""
    const out = await server.ask("/v1/sessions/current", {
      method: "DELETE",
      ...withCookie(carried, { "sec-fetch-site": "same-origin" }),
    })
    expect([out.status, out.headers["set-cookie"]]).toEqual([
      204,
      "keyward_session=; HttpOnly; SameSite=Strict; Path=/; Max-Age=0",
    ])
    await gone(token)
    await server.refused("/v1/sessions/current", "credential_invalid", withCookie(carried))
  })

  test("at the very millisecond after an hour without use, and after twelve hours in any case", async () => {
    const token = await bearer()
    server.clock.advance(sessionLifetime.idleMs - 1)
    expect((await server.ask("/v1/sessions/current", { token })).status).toBe(200)
    server.clock.advance(sessionLifetime.idleMs - 1)
    expect((await server.ask("/v1/sessions/current", { token })).status).toBe(200)
    server.clock.advance(sessionLifetime.idleMs)
    await gone(token)
    const busy = await bearer()
    for (let hours = 0; hours < 12; hours++) {
      server.clock.advance(sessionLifetime.idleMs - 1)
      expect((await server.ask("/v1/sessions/current", { token: busy })).status).toBe(200)
    }
    server.clock.advance(11)
    expect((await server.ask("/v1/sessions/current", { token: busy })).status).toBe(200)
    server.clock.advance(1)
    await gone(busy)
  })

  test("with the suspension of its user, who has no other way in", async () => {
    const token = await bearer()
    await server.ask(`/v1/users/${userId}/suspend`, post())
    await gone(token)
    expect((await signIn()).json.code).toBe("sign_in_refused")
  })

  test("but not when the note of its last use cannot be written", async () => {
    const token = await bearer()
    server.clock.advance(120_000)
    server.intercept((method, call) => (method === "touchSession" ? storeUnavailable() : call()))
    expect((await server.ask("/v1/sessions/current", { token })).status).toBe(200)
    await new Promise((resolve) => setImmediate(resolve))
    expect(server.log.join("\n")).toContain("the last use of a session was not noted")
  })
})

test("a change of role counts from the next call on", async () => {
  await open()
  const token = await bearer()
  expect((await server.ask("/v1/audit", { token })).status).toBe(200)
  await server.ask(`/v1/members/${userId}`, { method: "PATCH", body: { roles: ["member"] } })
  await server.refused("/v1/audit", "permission_denied", { token })
})

test("a session has one list, of which each can be told to be the one in use", async () => {
  await open()
  const [one, two] = [await bearer(), await bearer()]
  const first = await server.ask("/v1/sessions?limit=1", { token: one })
  const rest = await server.ask(`/v1/sessions?limit=1&cursor=${first.json.next_cursor}`, { token: one })
  const items = [...first.json.items, ...rest.json.items]
  expect(items.map(({ current }: { current: boolean }) => current).sort()).toEqual([false, true])
  const { json } = await server.ask("/v1/sessions", { token: two })
  expect(json.items.map(({ id }: { id: string }) => id).sort()).toEqual(items.map(({ id }) => id).sort())
})

test("guesses at tokens have to wait, and so does whoever comes from the same source", async () => {
  await open({ guessLimit: 3 })
  const token = await bearer()
  const codes: ProblemCode[] = []
  for (let guess = 0; guess < 5; guess++) {
    const text = `kws_${String(guess).repeat(43)}`
    codes.push((await server.ask("/v1/sessions/current", { token: text })).json.code)
  }
  expect(codes).toEqual([...Array(3).fill("credential_invalid"), ...Array(2).fill("too_many_attempts")])
  await server.refused("/v1/sessions/current", "too_many_attempts", { token })
})

test("the throttle of sign-ins outlives a restart of the server, in SQLite", async () => {
  const path = `sqlite:${freshPath()}`
  await open({ store: await openStore(path) })
  for (let attempt = 0; attempt < 5; attempt++) {
    expect((await signIn({ body: { email, password: "wrong" } })).status).toBe(401)
  }
  const before = server.clock.now()
  const body = { email, password, organization_id: server.created.organization.id }
  await server.close()
  server = await openNative({ store: await openStore(path) })
  expect(server.clock.now()).toBe(before)
  const { json } = await signIn({ body })
  expect(json.code).toBe("too_many_attempts")
  server.clock.advance(60_000)
  expect((await signIn({ body })).status).toBe(201)
})

test("the administrator of a first start signs in with the password that it showed", async () => {
  server = await openNative()
  const { organizationId, admin } = await createFirstOrganization(server.keyward, {
    organizationName: "First",
    email: "Root@Example.com",
  })
  const body = { email: admin.email, password: admin.password, organization_id: organizationId }
  expect((await signIn({ body })).status).toBe(201)
})

test("a link works over the wire, and its token is in no URL that a server is sent", async () => {
  server = await openNative({ store: openMemoryStore() })
  const { json: user } = await server.ask("/v1/users", post({ email, display_name: "Ada" }))
  const { json: link } = await server.ask(`/v1/users/${user.id}/invitation`, post())
  expect(new URL(link.url_path, "https://keys.example.com").hash).toBe(`#${link.token}`)
  expect(new URL(link.url_path, "https://keys.example.com").pathname).not.toContain(link.token)
  await server.refused("/v1/links/accept", "invalid_input", post({ token: link.token, password: "short" }))
  const accept = post({ token: link.token, password })
  expect((await server.ask("/v1/links/accept", { ...accept, ...anonymous })).status).toBe(204)
  await server.refused("/v1/links/accept", "not_found", { ...accept, ...anonymous })
  for (const token of [link.token, `kws_${link.token.slice(4)}`]) {
    await server.refused("/v1/sessions/current", "credential_invalid", { token })
  }
  expect((await signIn()).status).toBe(201)
})
