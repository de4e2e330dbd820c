import { beforeEach, describe, expect, test } from "vitest"
import { createAuthority } from "../src/authority/authority.ts"
import { systemCaller } from "../src/authority/organizations.ts"
import { signInLimits } from "../src/authority/sign-in-throttle.ts"
import { failureOf, refused, trailOf } from "./authority-fixture.ts"
import { home, isLive, type Lobby, openLobby, password, stranger, visitFrom } from "./sign-in-fixture.ts"

let lobby: Lobby
beforeEach(async () => {
  lobby = await openLobby()
})

const trail = () => trailOf(lobby, lobby.acme.organization.id)
const wrong = "wrong password"

describe("whoever knows the password", () => {
  test("has a session with a token of 32 random bytes, kept as a digest alone", async () => {
    const { session, token } = await lobby.signIn()
    expect(token).toMatch(/^kws_[A-Za-z0-9_-]{43}$/)
    expect(JSON.stringify(session)).not.toContain(token)
    expect(session.digest).toBe(lobby.deps.peppers.digest(token).digest)
    expect(session).toMatchObject({ userId: lobby.ada.id, address: home, userAgent: "test" })
  })

  test("writes the address in any case", async () => {
    await lobby.signIn({ email: "ADA@Acme.TEST" })
  })

  test("is in the oldest organization, or in the one they name", async () => {
    const { organization } = lobby.other
    const email = "ada@acme.test"
    const theirs = await lobby.authority.createUser(systemCaller(organization.id), {
      email,
      displayName: "A",
    })
    const { token } = await lobby.authority.offerLink(systemCaller(organization.id), theirs.id, "invitation")
    await lobby.authority.acceptLink(token, "another password", visitFrom(null))
    expect((await lobby.signIn()).session.organizationId).toBe(lobby.acme.organization.id)
    const named = await lobby.signIn({ organizationId: organization.id, password: "another password" })
    expect(named.session).toMatchObject({ organizationId: organization.id, userId: theirs.id })
    await refused(lobby.signIn({ organizationId: organization.id }), "sign_in_refused")
  })

  test("has a new token each time, and the session before goes on", async () => {
    const first = await lobby.signIn()
    const second = await lobby.signIn()
    expect(second.token).not.toBe(first.token)
    expect(second.session.id).not.toBe(first.session.id)
    expect([await isLive(lobby, first.token), await isLive(lobby, second.token)]).toEqual([true, true])
  })

  test("is in the audit trail, from where they are, without the password or token", async () => {
    const { session, token } = await lobby.signIn()
    const event = (await trail()).at(-1)
    expect(event).toMatchObject({
      action: "session.created",
      target: { kind: "session", id: session.id },
      actor: { kind: "user", id: lobby.ada.id, credential: null, address: home, userAgent: "test" },
      details: { user_id: lobby.ada.id, by: "password" },
      requestId: "request-1",
    })
    const all = JSON.stringify(await trail())
    for (const secret of [password, token, session.digest]) expect(all).not.toContain(secret)
  })

  test("has the stored hash renewed when hashes are made otherwise now", async () => {
    lobby.hasher.recipe = "v2"
    await lobby.signIn()
    const user = await lobby.deps.store.userByEmail(lobby.acme.organization.id, "ada@acme.test")
    expect(user).toMatchObject({ passwordHash: `v2:${password}`, revision: lobby.ada.revision + 1 })
    await lobby.signIn()
    expect(await lobby.authority.user(lobby.admin, lobby.ada.id)).toEqual(user)
  })

  test("has no session when the password is changed while it is being verified", async () => {
    const { token: link } = await lobby.authority.offerLink(lobby.admin, lobby.ada.id, "reset")
    const authority = createAuthority({
      ...lobby.deps,
      passwords: {
        ...lobby.hasher,
        async verify(stored, presented) {
          const matches = await lobby.hasher.verify(stored, presented)
          await lobby.authority.acceptLink(link, "a newer password", visitFrom(null))
          return matches
        },
      },
    })
    await refused(lobby.signIn({}, authority), "sign_in_refused")
    const page = { limit: 10, after: null }
    const { items } = await lobby.authority.sessions(lobby.admin, lobby.ada.id, page)
    expect(items).toEqual([])
  })
})

describe("all that can be wrong is one failure", () => {
  const cases: Record<string, { readonly prepare?: () => Promise<unknown>; readonly attempt: object }> = {
    "the password": { attempt: { password: wrong } },
    "an unknown account": { attempt: { email: "nobody@acme.test" } },
    "another organization's account": { attempt: { email: "admin@other.test" } },
    "an organization that does not exist": { attempt: { organizationId: "unknown" } },
    "a suspended user": {
      prepare: () => lobby.authority.suspend(lobby.admin, "user", lobby.ada.id),
      attempt: {},
    },
    "a removed user": {
      prepare: () => lobby.authority.remove(lobby.admin, "user", lobby.ada.id, { kind: "freeze" }),
      attempt: {},
    },
    "a user without a password": {
      prepare: () => lobby.authority.createUser(lobby.admin, { email: "new@acme.test", displayName: "New" }),
      attempt: { email: "new@acme.test" },
    },
  }

  test.each(Object.keys(cases))("%s", async (name) => {
    const { prepare, attempt } = cases[name] ?? { attempt: {} }
    await prepare?.()
    const before = lobby.hasher.verified.length
    expect(await failureOf(lobby.signIn(attempt))).toEqual({ code: "sign_in_refused" })
    // The same work: one verification, however little there is to compare with.
    expect(lobby.hasher.verified.length - before).toBe(1)
  })

  test("a service account cannot sign in", async () => {
    await lobby.authority.createServiceAccount(lobby.admin, { displayName: "ada@acme.test" })
    await refused(lobby.signIn({ email: "service" }), "sign_in_refused")
  })

  test("each is one event: on the user, or on the organization without what was typed", async () => {
    await refused(lobby.signIn({ password: wrong }), "sign_in_refused")
    await refused(lobby.signIn({ email: "my-password-by-mistake" }), "sign_in_refused")
    const [known, unknown] = (await trail()).slice(-2)
    expect(known).toMatchObject({
      action: "session.refused",
      actor: { kind: "system", address: home },
      target: { kind: "user", id: lobby.ada.id },
      details: { reason: "wrong_password" },
    })
    expect(unknown).toMatchObject({
      action: "session.refused",
      target: { kind: "organization", id: lobby.acme.organization.id },
      details: { reason: "unknown_account" },
    })
    expect(JSON.stringify(unknown)).not.toContain("mistake")
    await lobby.authority.suspend(lobby.admin, "user", lobby.ada.id)
    await refused(lobby.signIn(), "sign_in_refused")
    expect((await trail()).at(-1)).toMatchObject({
      action: "session.refused",
      target: { kind: "user", id: lobby.ada.id },
      details: { reason: "suspended" },
    })
  })
})

describe("failures are counted", () => {
  const { source, pair } = signInLimits
  const unitMs = ({ count, windowSeconds }: { readonly count: number; readonly windowSeconds: number }) =>
    (windowSeconds * 1000) / count

  const known = () => ({ password: wrong, from: stranger(1) })
  const unknown = () => ({ email: "nobody@acme.test", from: stranger(1) })

  test.each([
    ["a known account", known],
    ["an unknown one", unknown],
  ])("of one source with %s alike, and what is over the limit does no work", async (_which, attempt) => {
    const outcomes = await lobby.attempts(pair.count + 1, attempt)
    expect(outcomes).toEqual([...Array(pair.count).fill("sign_in_refused"), "too_many_attempts"])
    expect(lobby.hasher.verified.length).toBe(pair.count)
    const failure = await failureOf(lobby.signIn(attempt()))
    expect(failure).toEqual({ code: "too_many_attempts", retryAfterMs: unitMs(pair) })
    lobby.clock.advance(unitMs(pair) - 1)
    await refused(lobby.signIn(attempt()), "too_many_attempts")
    lobby.clock.advance(1)
    await refused(lobby.signIn(attempt()), "sign_in_refused")
  })

  test("of one source, whatever accounts it tries; another source is not affected", async () => {
    const spray = (at: number) => ({ email: `user${at}@acme.test`, from: stranger(1) })
    const outcomes = await lobby.attempts(source.count + 1, spray)
    expect(outcomes.slice(0, -1)).toEqual(Array(source.count).fill("sign_in_refused"))
    expect(outcomes.at(-1)).toBe("too_many_attempts")
    await lobby.signIn({ from: stranger(2) })
  })

  test("of one account, however its address is spelled", async () => {
    const spelled = (at: number) => ({
      password: wrong,
      from: stranger(1),
      email: at % 2 === 0 ? "ADA@acme.test" : "ada@Acme.test",
    })
    expect((await lobby.attempts(pair.count + 1, spelled)).at(-1)).toBe("too_many_attempts")
  })

  test("an IPv6 network is one source", async () => {
    const from = (at: number) => ({ password: wrong, from: `2001:db8:1:2::${at.toString(16)}` })
    expect((await lobby.attempts(pair.count + 1, from)).at(-1)).toBe("too_many_attempts")
  })

  test("successes are not: signing in often is no matter", async () => {
    expect(await lobby.attempts(source.count + 5, () => ({}))).toEqual(Array(source.count + 5).fill(null))
  })

  test("exactly, however many attempts are made at once", async () => {
    const all = Array.from({ length: 40 }, () => failureOf(lobby.signIn(known())))
    const codes = (await Promise.all(all)).map(({ code }) => code)
    expect(codes.filter((code) => code === "sign_in_refused")).toHaveLength(pair.count)
    expect(lobby.hasher.verified.length).toBe(pair.count)
    expect((await failureOf(lobby.signIn(known()))).code).toBe("too_many_attempts")
  })

  test("also by the next process over the same store", async () => {
    await lobby.attempts(pair.count, known)
    await refused(lobby.signIn(known(), lobby.restarted()), "too_many_attempts")
  })
})

describe("an attacker with any number of addresses cannot lock a user out", () => {
  const { account } = signInLimits
  const attack = (count: number) =>
    lobby.attempts(count, (at) => ({ password: wrong, from: stranger(1000 + at) }))

  test("who signed in from there before", async () => {
    await lobby.signIn()
    lobby.clock.advance(20 * 24 * 60 * 60 * 1000)
    expect((await attack(200)).filter((code) => code === "sign_in_refused")).toHaveLength(account.count)
    await lobby.signIn()
    await refused(lobby.signIn({ from: stranger(1) }), "too_many_attempts")
  })

  test("who set the password from there with a link", async () => {
    await attack(200)
    await refused(lobby.signIn(), "too_many_attempts")
    const { token } = await lobby.authority.offerLink(lobby.admin, lobby.ada.id, "reset")
    await lobby.authority.acceptLink(token, password, visitFrom(home))
    await lobby.signIn()
  })

  test("for longer than a moment, wherever they are", async () => {
    await attack(5000)
    const failure = await failureOf(lobby.signIn())
    expect(failure.code).toBe("too_many_attempts")
    const wait = failure.code === "too_many_attempts" ? failure.retryAfterMs : 0
    expect(wait).toBeGreaterThan(0)
    expect(wait).toBeLessThanOrEqual(20_000)
    lobby.clock.advance(wait)
    await lobby.signIn()
  })

  test("nor by many attempts at once, which are told to wait as shortly", async () => {
    const all = Array.from({ length: 100 }, (_, at) =>
      failureOf(lobby.signIn({ password: wrong, from: stranger(at) })),
    )
    const own = failureOf(lobby.signIn({ password: wrong, from: home }))
    const failures = [...(await Promise.all(all)), await own]
    expect(failures.filter(({ code }) => code === "sign_in_refused")).toHaveLength(account.count)
    for (const failure of failures) {
      if (failure.code === "too_many_attempts") expect(failure.retryAfterMs).toBeLessThanOrEqual(20_000)
    }
  })

  test("nor by attempts that other processes make meanwhile", async () => {
    let release = () => {}
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    const slow = createAuthority({
      ...lobby.deps,
      passwords: { ...lobby.hasher, verify: (...given) => held.then(() => lobby.hasher.verify(...given)) },
    })
    const guess = (at: number) => ({ password: wrong, from: stranger(at) })
    const underWay = Array.from({ length: 20 }, (_, at) => failureOf(lobby.signIn(guess(at), slow)))
    await attack(account.count)
    const failure = await failureOf(lobby.signIn({}, slow))
    expect(failure.code === "too_many_attempts" && failure.retryAfterMs).toBe(20_000)
    release()
    await Promise.all(underWay)
  })

  test("nor does the user's own forgetfulness use up what strangers may do", async () => {
    await lobby.signIn()
    await lobby.attempts(4, () => ({ password: wrong }))
    const strangers = await attack(account.count)
    expect(strangers).toEqual(Array(account.count).fill("sign_in_refused"))
  })
})
