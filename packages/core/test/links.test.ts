import { beforeEach, describe, expect, test } from "vitest"
import { createAuthority } from "../src/authority/authority.ts"
import { linkLifetimeMs } from "../src/authority/links.ts"
import { systemCaller } from "../src/authority/organizations.ts"
import type { User } from "../src/principal.ts"
import type { Commit } from "../src/store/change.ts"
import { callerWith, failureOf, refused, trailOf } from "./authority-fixture.ts"
import { home, isLive, type Lobby, newUser, openLobby, password, visitFrom } from "./sign-in-fixture.ts"

let lobby: Lobby
let newcomer: User
beforeEach(async () => {
  lobby = await openLobby()
  newcomer = await lobby.authority.createUser(lobby.admin, { email: "new@acme.test", displayName: "New" })
})

const visit = visitFrom(home)
const next = "a newer password"
const invite = (id = newcomer.id) => lobby.authority.offerLink(lobby.admin, id, "invitation")
const reset = (id = lobby.ada.id) => lobby.authority.offerLink(lobby.admin, id, "reset")
const accept = (token: string, chosen = next) => lobby.authority.acceptLink(token, chosen, visit)

describe("a link", () => {
  test("is a token of 32 random bytes, kept as a digest alone", async () => {
    const { link, token } = await invite()
    expect(token).toMatch(/^kwl_[A-Za-z0-9_-]{43}$/)
    expect(JSON.stringify(link)).not.toContain(token)
    const stored = await lobby.deps.store.linkByDigest(lobby.deps.peppers.candidates(token))
    expect(stored).toEqual(link)
    const trail = JSON.stringify(await trailOf(lobby, lobby.acme.organization.id))
    expect(trail).not.toContain(token)
    expect(trail).not.toContain(link.digest)
  })

  test("sets the password, with which its user signs in", async () => {
    await refused(lobby.signIn({ email: newcomer.email, password: next }), "sign_in_refused")
    const { link, token } = await invite()
    await accept(token)
    await lobby.signIn({ email: newcomer.email, password: next })
    const event = (await trailOf(lobby, lobby.acme.organization.id)).findLast(
      ({ action }) => action === "user.password_set",
    )
    expect(event).toMatchObject({
      actor: { kind: "user", id: newcomer.id, credential: null, address: home },
      details: { by: "invitation", link_id: link.id },
    })
  })

  test("is good once", async () => {
    const { token } = await invite()
    await accept(token)
    await refused(accept(token, "yet another one"), "not_found")
    await lobby.signIn({ email: newcomer.email, password: next })
  })

  test("is good once, also when it is used twice at the same time", async () => {
    const { token } = await reset()
    const uses = [accept(token), accept(token, "yet another one")]
    const outcomes = await Promise.allSettled(uses)
    expect(outcomes.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"])
  })

  test("is no good any more when another one is made while it is being used", async () => {
    const { token } = await reset()
    let newer: string | null = null
    const store = {
      ...lobby.deps.store,
      async commit(commit: Commit) {
        if (newer === null) newer = (await reset()).token
        await lobby.deps.store.commit(commit)
      },
    }
    const racing = createAuthority({ ...lobby.deps, store })
    await refused(racing.acceptLink(token, next, visit), "not_found")
    await lobby.signIn()
    await accept(newer ?? "")
  })

  test.each(["invitation", "reset"] as const)(
    "for an %s is over at the very millisecond",
    async (purpose) => {
      const { link, token } = await (purpose === "invitation" ? invite() : reset())
      expect(link.expiresAt - link.createdAt).toBe({ invitation: 72, reset: 1 }[purpose] * 3_600_000)
      lobby.clock.advance(linkLifetimeMs[purpose])
      await refused(accept(token), "not_found")
      lobby.clock.advance(-1)
      await accept(token)
    },
  )

  test("is used up by the next one, and by any way to a password", async () => {
    const first = await invite()
    const second = await invite()
    await refused(accept(first.token), "not_found")
    await accept(second.token)
    const third = await reset(newcomer.id)
    const caller = await lobby.callerOf({ email: newcomer.email, password: next })
    await lobby.authority.changePassword(caller, next, "yet another one")
    await refused(accept(third.token), "not_found")
  })

  test("ends all sessions of its user, and of no other", async () => {
    const bob = await newUser(lobby, "bob@acme.test", ["member"])
    const [one, two, other] = [
      await lobby.signIn(),
      await lobby.signIn(),
      await lobby.signIn({ email: bob.email }),
    ]
    await accept((await reset()).token)
    const live = await Promise.all([one, two, other].map(({ token }) => isLive(lobby, token)))
    expect(live).toEqual([false, false, true])
  })

  test("is no session, and a session is no link", async () => {
    const { token } = await reset()
    expect(await isLive(lobby, token)).toBe(false)
    expect(await isLive(lobby, `kws_${token.slice(4)}`)).toBe(false)
    const session = await lobby.signIn()
    await refused(accept(session.token), "not_found")
    await refused(accept(`kwl_${session.token.slice(4)}`), "not_found")
    await refused(accept("kwl_"), "not_found")
  })

  test("is no good while its user is suspended, nor after they are removed", async () => {
    const { token } = await reset()
    await lobby.authority.suspend(lobby.admin, "user", lobby.ada.id)
    await refused(accept(token), "not_found")
    await lobby.authority.resume(lobby.admin, "user", lobby.ada.id)
    await lobby.authority.remove(lobby.admin, "user", lobby.ada.id, { kind: "freeze" })
    await refused(accept(token), "not_found")
  })

  test("stays good when the password breaks the rules", async () => {
    const { token } = await invite()
    const failure = await failureOf(accept(token, "new@acme.test"))
    expect(failure).toMatchObject({ code: "invalid_input", errors: [{ member: "/password" }] })
    await accept(token)
  })

  test("that is not good says the same, whatever the password and the reason", async () => {
    const { token } = await invite()
    await accept(token)
    const failures = await Promise.all(
      [token, `kwl_${"A".repeat(43)}`, "nonsense"].map((text) => failureOf(accept(text, "short"))),
    )
    expect(failures).toEqual(Array(3).fill({ code: "not_found", resource: "link" }))
  })
})

describe("who makes links", () => {
  test("needs members.write, and nothing more", async () => {
    const caller = callerWith(lobby, "members.write", "own_keys.*", "organizations.read", "keyspaces.read")
    await lobby.authority.offerLink(caller, newcomer.id, "invitation")
    const lacking = callerWith(lobby, "*", "!members.write")
    const failure = await failureOf(lobby.authority.offerLink(lacking, newcomer.id, "invitation"))
    expect(failure).toEqual({ code: "permission_denied", missing: ["members.write"] })
  })

  test("does not make one for who may do more, nor learn anything of other organizations", async () => {
    const owner = await newUser(lobby, "owner@acme.test", ["owner"])
    const admin = await lobby.callerOf({ email: (await newUser(lobby, "adm@acme.test", ["admin"])).email })
    await refused(lobby.authority.offerLink(admin, owner.id, "reset"), "grant_exceeds_caller")
    await lobby.signIn({ email: owner.email, password })
    const foreign = systemCaller(lobby.other.organization.id)
    for (const id of [owner.id, "unknown"]) {
      expect(await failureOf(lobby.authority.offerLink(foreign, id, "reset"))).toEqual({
        code: "not_found",
        resource: "user",
      })
    }
  })

  test("invites no one who has a password: that link would be good for too long", async () => {
    const failure = await failureOf(invite(lobby.ada.id))
    expect(failure).toMatchObject({ code: "invalid_input", errors: [{ member: "path.user_id" }] })
  })

  test("is in the audit trail", async () => {
    await invite()
    await reset()
    const actions = (await trailOf(lobby, lobby.acme.organization.id)).slice(-2)
    expect(actions.map(({ action, target }) => [action, target.id])).toEqual([
      ["user.invited", newcomer.id],
      ["user.reset_offered", lobby.ada.id],
    ])
  })
})
