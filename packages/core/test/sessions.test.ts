import { beforeEach, describe, expect, test } from "vitest"
import type { Caller } from "../src/authority/caller.ts"
import { systemCaller } from "../src/authority/organizations.ts"
import { sessionTouches, sessionTouchMs, signedIn } from "../src/authority/sessions.ts"
import { signInLimits } from "../src/authority/sign-in-throttle.ts"
import { Peppers } from "../src/key/digest.ts"
import { callerWith, failureOf, refused, trailOf } from "./authority-fixture.ts"
import {
  home,
  isLive,
  type Lobby,
  newUser,
  openLobby,
  password,
  stranger,
  visitFrom,
} from "./sign-in-fixture.ts"

let lobby: Lobby
beforeEach(async () => {
  lobby = await openLobby()
})

const page = { limit: 50, after: null }
const next = "a newer password"
const wrong = "wrong password"
const { idleMs, absoluteMs } = { idleMs: 60 * 60_000, absoluteMs: 12 * 60 * 60_000 }

async function use(token: string): Promise<boolean> {
  const known = await lobby.authority.signedIn(token, visitFrom(home))
  if (known) await lobby.authority.touchSession(known.session)
  return known !== null
}

async function keyOf(owner: { readonly id: string }, permissions: readonly string[]): Promise<Caller> {
  return {
    ...callerWith(lobby, ...permissions),
    actor: {
      ...callerWith(lobby).actor,
      kind: "user",
      id: owner.id,
      credential: { kind: "key", id: "some-key" },
    },
  }
}

describe("whoever presents the token of a session", () => {
  test("is the user, with what their roles grant now", async () => {
    const { session, token } = await lobby.signIn()
    const caller = async () => (await lobby.authority.signedIn(token, visitFrom(stranger(9))))?.caller
    const member = await caller()
    expect(member).toMatchObject({
      organizationId: lobby.acme.organization.id,
      actor: {
        kind: "user",
        id: lobby.ada.id,
        credential: { kind: "session", id: session.id },
        address: stranger(9),
      },
      requestId: "request-1",
    })
    const may = (who: Caller | undefined, name: string) => who?.holds.allows({ name, resource: null })
    expect([may(member, "own_keys.write"), may(member, "audit.read")]).toEqual([true, false])
    await lobby.authority.updateUser(lobby.admin, lobby.ada.id, { roles: ["auditor"] }, null)
    const auditor = await caller()
    expect([may(auditor, "own_keys.write"), may(auditor, "audit.read")]).toEqual([false, true])
    await lobby.authority.updateUser(lobby.admin, lobby.ada.id, { roles: [] }, null)
    expect(may(await caller(), "organizations.read")).toBe(false)
  })

  test("is nobody with a token that is not whole, or another's prefix", async () => {
    const { token } = await lobby.signIn()
    for (const text of [
      token.slice(0, -1),
      `${token}A`,
      token.slice(4),
      `kwl_${token.slice(4)}`,
      "",
      "kws_",
    ]) {
      expect(await isLive(lobby, text)).toBe(false)
    }
  })

  test("is known under an older pepper still, and under no other", async () => {
    const { token } = await lobby.signIn()
    const under = (...versions: number[]) => {
      const peppers = new Peppers(new Map(versions.map((each) => [each, new Uint8Array(32).fill(each)])))
      return signedIn({ ...lobby.deps, peppers }, token, visitFrom(home))
    }
    expect([await under(1, 2), await under(2)]).toEqual([expect.anything(), null])
  })
})

describe("a session is over", () => {
  test("at the very millisecond after too long without use", async () => {
    const { token } = await lobby.signIn()
    lobby.clock.advance(idleMs - 1)
    expect(await isLive(lobby, token)).toBe(true)
    lobby.clock.advance(1)
    expect(await isLive(lobby, token)).toBe(false)
  })

  test("not while it is used", async () => {
    const { token } = await lobby.signIn()
    for (let hours = 0; hours < 10; hours++) {
      lobby.clock.advance(idleMs - 1)
      expect(await use(token)).toBe(true)
    }
  })

  test("at the very millisecond of its absolute end, however much it is used", async () => {
    const { token } = await lobby.signIn()
    for (let passed = 0; passed < absoluteMs - 1; passed += 30 * 60_000) {
      expect(await use(token)).toBe(true)
      lobby.clock.advance(Math.min(30 * 60_000, absoluteMs - 1 - passed))
    }
    expect(await use(token)).toBe(true)
    lobby.clock.advance(1)
    expect(await use(token)).toBe(false)
  })

  test("when its user is suspended, also if they are resumed", async () => {
    const { token } = await lobby.signIn()
    await lobby.authority.suspend(lobby.admin, "user", lobby.ada.id)
    expect(await isLive(lobby, token)).toBe(false)
    await lobby.authority.resume(lobby.admin, "user", lobby.ada.id)
    expect(await isLive(lobby, token)).toBe(false)
  })

  test("when its user is suspended, even if its row were still there", async () => {
    const { session, token } = await lobby.signIn()
    const user = await lobby.authority.suspend(lobby.admin, "user", lobby.ada.id)
    const store = { ...lobby.deps.store, sessionByDigest: async () => ({ session, user }) }
    expect(await signedIn({ ...lobby.deps, store }, token, visitFrom(home))).toBeNull()
    const removed = { ...user, suspendedAt: null, removedAt: lobby.clock.now() }
    const later = { ...lobby.deps.store, sessionByDigest: async () => ({ session, user: removed }) }
    expect(await signedIn({ ...lobby.deps, store: later }, token, visitFrom(home))).toBeNull()
  })

  test("when its user is removed", async () => {
    const { token } = await lobby.signIn()
    await lobby.authority.remove(lobby.admin, "user", lobby.ada.id, { kind: "freeze" })
    expect(await isLive(lobby, token)).toBe(false)
  })

  test("after sign-out, and its token is never good again", async () => {
    const { token } = await lobby.signIn()
    const known = await lobby.authority.signedIn(token, visitFrom(home))
    if (!known) throw new Error("not live")
    await lobby.authority.signOut(known.caller)
    expect(await isLive(lobby, token)).toBe(false)
    await refused(lobby.authority.signOut(known.caller), "session_required")
    expect((await trailOf(lobby, lobby.acme.organization.id)).at(-1)).toMatchObject({
      action: "session.ended",
      target: { kind: "session", id: known.session.id },
      actor: { kind: "user", id: lobby.ada.id },
    })
  })

  test("and its row is gone some sign-ins later", async () => {
    const { session } = await lobby.signIn()
    lobby.clock.advance(absoluteMs + 1)
    await lobby.signIn()
    expect(await lobby.deps.store.session(session.organizationId, session.id)).toBeNull()
  })
})

describe("the last use", () => {
  test("is noted once a minute, and once at a time", async () => {
    const { session, token } = await lobby.signIn()
    const stored = async () =>
      (await lobby.deps.store.session(session.organizationId, session.id))?.lastSeenAt
    lobby.clock.advance(sessionTouchMs - 1)
    await use(token)
    expect(await stored()).toBe(session.createdAt)
    lobby.clock.advance(1)
    await use(token)
    expect(await stored()).toBe(session.createdAt + sessionTouchMs)

    let writes = 0
    const touch = sessionTouches({
      ...lobby.deps,
      store: {
        ...lobby.deps.store,
        async touchSession() {
          writes++
        },
      },
    })
    lobby.clock.advance(sessionTouchMs * 2)
    await Promise.all([touch(session), touch(session), touch(session)])
    expect(writes).toBe(1)
    await touch(session)
    expect(writes).toBe(2)
  })
})

describe("a signed-in user", () => {
  test("lists their own sessions and no dead ones, and reads the current one", async () => {
    lobby.clock.advance(1)
    const dead = await lobby.signIn()
    lobby.clock.advance(idleMs)
    const first = await lobby.signIn()
    const caller = await lobby.callerOf()
    await newUser(lobby, "bob@acme.test", ["member"])
    await lobby.signIn({ email: "bob@acme.test" })
    const { items } = await lobby.authority.sessions(caller, null, page)
    const current = await lobby.authority.currentSession(caller)
    expect(items.map(({ id }) => id).sort()).toEqual([first.session.id, current.id].sort())
    expect(items.map(({ id }) => id)).not.toContain(dead.session.id)
  })

  test("ends their own, one by one or all the others", async () => {
    const [one, two] = [await lobby.signIn(), await lobby.signIn()]
    const caller = await lobby.callerOf()
    await lobby.authority.endSession(caller, one.session.id)
    expect([await isLive(lobby, one.token), await isLive(lobby, two.token)]).toEqual([false, true])
    await lobby.authority.endSessions(caller, null)
    expect(await isLive(lobby, two.token)).toBe(false)
    expect((await lobby.authority.currentSession(caller)).userId).toBe(lobby.ada.id)
  })

  test("does not learn whether another's session exists, nor end it", async () => {
    await newUser(lobby, "bob@acme.test", ["member"])
    const { session, token } = await lobby.signIn({ email: "bob@acme.test" })
    const caller = await lobby.callerOf()
    const answers = await Promise.all(
      [session.id, "unknown"].map((id) => failureOf(lobby.authority.endSession(caller, id))),
    )
    expect(answers[0]).toEqual(answers[1])
    expect(answers[0]).toEqual({ code: "permission_denied", missing: ["sessions.write"] })
    await refused(lobby.authority.sessions(caller, session.userId, page), "permission_denied")
    await refused(lobby.authority.endSessions(caller, session.userId), "permission_denied")
    expect(await isLive(lobby, token)).toBe(true)
  })
})

describe("with a key of theirs, which may be meant for less", () => {
  test("nobody reads or ends sessions, or changes the password", async () => {
    const { session, token } = await lobby.signIn()
    const key = await keyOf(lobby.ada, ["own_keys.read"])
    await refused(lobby.authority.sessions(key, null, page), "session_required")
    await refused(lobby.authority.currentSession(key), "session_required")
    await refused(lobby.authority.sessions(key, lobby.ada.id, page), "permission_denied")
    await refused(lobby.authority.endSession(key, session.id), "permission_denied")
    await refused(lobby.authority.endSessions(key, lobby.ada.id), "permission_denied")
    await refused(lobby.authority.endSessions(key, null), "session_required")
    await refused(lobby.authority.changePassword(key, password, next), "session_required")
    expect(await isLive(lobby, token)).toBe(true)
  })
})

describe("the sessions of others", () => {
  test("are read with sessions.read, and ended with sessions.write", async () => {
    const { session, token } = await lobby.signIn()
    const auditor = await lobby.callerOf({
      email: (await newUser(lobby, "aud@acme.test", ["auditor"])).email,
    })
    const { items } = await lobby.authority.sessions(auditor, lobby.ada.id, page)
    expect(items.map(({ id }) => id)).toEqual([session.id])
    await refused(lobby.authority.endSession(auditor, session.id), "permission_denied")
    await refused(lobby.authority.sessions(auditor, "unknown", page), "not_found")
    const admin = await lobby.callerOf({ email: (await newUser(lobby, "adm@acme.test", ["admin"])).email })
    await lobby.authority.endSession(admin, session.id)
    expect(await isLive(lobby, token)).toBe(false)
    await refused(lobby.authority.endSession(admin, session.id), "not_found")
    const again = await lobby.signIn()
    await lobby.authority.endSessions(admin, lobby.ada.id)
    expect(await isLive(lobby, again.token)).toBe(false)
  })

  test("are not ended by who may do less than they", async () => {
    const { email, id } = await newUser(lobby, "owner@acme.test", ["owner"])
    const { session, token } = await lobby.signIn({ email })
    const admin = await lobby.callerOf({ email: (await newUser(lobby, "adm@acme.test", ["admin"])).email })
    await refused(lobby.authority.endSession(admin, session.id), "grant_exceeds_caller")
    await refused(lobby.authority.endSessions(admin, id), "grant_exceeds_caller")
    expect(await isLive(lobby, token)).toBe(true)
  })

  test("of another organization are as unknown as those that do not exist", async () => {
    const { session, token } = await lobby.signIn()
    const foreign = systemCaller(lobby.other.organization.id)
    const ends = [session.id, "unknown"].map((id) => failureOf(lobby.authority.endSession(foreign, id)))
    const [theirs, unknown] = await Promise.all(ends)
    expect(theirs).toEqual(unknown)
    await refused(lobby.authority.sessions(foreign, lobby.ada.id, page), "not_found")
    await refused(lobby.authority.endSessions(foreign, lobby.ada.id), "not_found")
    expect(await isLive(lobby, token)).toBe(true)
  })
})

describe("a change of the password", () => {
  test("ends all other sessions, uses up links, and is audited without either password", async () => {
    const other = await lobby.signIn()
    const { token: link } = await lobby.authority.offerLink(lobby.admin, lobby.ada.id, "reset")
    const mine = await lobby.signIn()
    const caller = (await lobby.authority.signedIn(mine.token, visitFrom(home)))?.caller
    if (!caller) throw new Error("not live")
    await lobby.authority.changePassword(caller, password, next)
    expect([await isLive(lobby, other.token), await isLive(lobby, mine.token)]).toEqual([false, true])
    await refused(lobby.authority.acceptLink(link, "yet another one", visitFrom(home)), "not_found")
    await refused(lobby.signIn(), "sign_in_refused")
    await lobby.signIn({ password: next })
    const trail = await trailOf(lobby, lobby.acme.organization.id)
    const event = trail.findLast(({ action }) => action === "user.password_set")
    expect(event).toMatchObject({
      target: { kind: "user", id: lobby.ada.id },
      details: { by: "password_change" },
    })
    for (const secret of [password, next]) expect(JSON.stringify(trail)).not.toContain(secret)
  })

  test("needs the current one, and wrong guesses count as those of a sign-in", async () => {
    const caller = await lobby.callerOf()
    for (let guess = 0; guess < signInLimits.pair.count; guess++) {
      const failure = await failureOf(lobby.authority.changePassword(caller, wrong, next))
      expect(failure).toMatchObject({ code: "invalid_input", errors: [{ member: "/current_password" }] })
    }
    await refused(lobby.authority.changePassword(caller, password, next), "too_many_attempts")
    await refused(lobby.signIn(), "too_many_attempts")
    await lobby.signIn({ from: stranger(1) })
  })

  test("is refused when another one came first", async () => {
    const caller = await lobby.callerOf()
    const racing = await Promise.allSettled([
      lobby.authority.changePassword(caller, password, next),
      lobby.authority.changePassword(caller, password, "a third password"),
    ])
    expect(racing.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"])
  })

  test.each([
    ["too short", "1234567"],
    ["too long", "x".repeat(201)],
    ["the e-mail address", "ADA@acme.test"],
    ["the display name", "ada l"],
  ])("refuses a password that is %s, without repeating it", async (_how, refusedPassword) => {
    await lobby.authority.updateUser(lobby.admin, lobby.ada.id, { displayName: "Ada L" }, null)
    const caller = await lobby.callerOf()
    const failure = await failureOf(lobby.authority.changePassword(caller, password, refusedPassword))
    expect(failure).toMatchObject({ code: "invalid_input", errors: [{ member: "/new_password" }] })
    expect(JSON.stringify(failure)).not.toContain(refusedPassword)
    await lobby.signIn()
  })

  test.each([
    ["8 digits", "12345678"],
    ["200 characters", "x".repeat(200)],
    ["letters of any script", "ключ от дома"],
    ["8 characters outside of the basic plane", "🔑🔑🔑🔑🔑🔑🔑🔑"],
  ])("takes %s", async (_how, taken) => {
    const caller = await lobby.callerOf()
    await lobby.authority.changePassword(caller, password, taken)
    await lobby.signIn({ password: taken })
  })
})
