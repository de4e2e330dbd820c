import { describe, expect, test } from "vitest"
import { type Instant, later } from "../../time.ts"
import type { TimePosition } from "../list.ts"
import type { Store } from "../store.ts"
import {
  commit,
  everyPage,
  expectFailure,
  found,
  hour,
  insertPrincipals,
  minute,
  nextId,
  noon,
  sampleServiceAccount,
  sampleSession,
  sampleUser,
  updatePrincipal,
} from "./sample.ts"

export function sessionContract(store: () => Store): void {
  describe("sessions", () => {
    async function signedIn(count: number) {
      const { organization } = await found(store())
      const user = sampleUser(organization.id, { passwordHash: "$argon2id$" })
      await insertPrincipals(store(), user)
      const sessions = Array.from({ length: count }, () => sampleSession(user))
      for (const session of sessions)
        await commit(store(), organization.id, { kind: "session.insert", session })
      return { organizationId: organization.id, user, sessions }
    }
    const ids = async (organizationId: string, userId: string) => {
      const page = await store().sessions(organizationId, userId, { limit: 50, after: null })
      return page.items.map(({ id }) => id).toSorted()
    }

    test("a session is read as it was written, by id, and with its user by any digest it may be stored as", async () => {
      const { organizationId, user, sessions } = await signedIn(1)
      const full = sampleSession(user, {
        pepperVersion: 3,
        address: "2001:db8::7",
        userAgent: "Mozilla/5.0 (Zoë's 🔑)",
        lastSeenAt: later(noon, minute),
      })
      await commit(store(), organizationId, { kind: "session.insert", session: full })
      const unknown = { pepperVersion: 2, digest: "of no session" }
      for (const session of [...sessions, full]) {
        expect(await store().session(organizationId, session.id)).toEqual(session)
        expect(await store().sessionByDigest([unknown, session])).toEqual({ session, user })
        expect(await store().sessionByDigest([session, unknown])).toEqual({ session, user })
      }
      expect(await store().session(organizationId, nextId())).toBeNull()
      expect(await store().sessionByDigest([unknown])).toBeNull()
      expect(await store().sessionByDigest([])).toBeNull()
    })

    test("a session is given back with its user as they are, suspended and removed ones too", async () => {
      const { user, sessions } = await signedIn(1)
      const suspended = await updatePrincipal(store(), user, { suspendedAt: noon })
      expect(await store().sessionByDigest(sessions)).toEqual({ session: sessions[0], user: suspended })
      const removed = await updatePrincipal(store(), suspended, { removedAt: noon })
      expect(await store().sessionByDigest(sessions)).toEqual({ session: sessions[0], user: removed })
    })

    test("only a user who is there and not suspended gets a session", async () => {
      const { organization } = await found(store())
      const account = sampleServiceAccount(organization.id)
      const [suspended, removed] = [
        sampleUser(organization.id, { suspendedAt: noon }),
        sampleUser(organization.id),
      ]
      await insertPrincipals(store(), account, suspended, removed)
      await updatePrincipal(store(), removed, { removedAt: noon })
      const users = [
        suspended,
        removed,
        sampleUser(organization.id),
        sampleUser(organization.id, { id: account.id }),
      ]
      for (const user of users) {
        const session = sampleSession(user)
        await expectFailure(commit(store(), organization.id, { kind: "session.insert", session }), {
          code: "not_found",
          resource: "user",
        })
        expect(await store().session(organization.id, session.id)).toBeNull()
      }
    })

    test("ids and digests that are taken are refused", async () => {
      const { organizationId, user, sessions } = await signedIn(1)
      for (const member of ["id", "digest"] as const) {
        const session = sampleSession(user, { [member]: sessions[0]?.[member] })
        await expectFailure(commit(store(), organizationId, { kind: "session.insert", session }), {
          code: "already_exists",
          resource: "session",
          member,
        })
      }
    })

    test("a user's sessions are listed newest first, ties by id the same way", async () => {
      const { organizationId, user, sessions } = await signedIn(2)
      const [older, newer] = [-1, 1].map((minutes) =>
        sampleSession(user, { createdAt: later(noon, minutes * minute) }),
      )
      const other = sampleUser(organizationId)
      await insertPrincipals(store(), other)
      for (const session of [newer, older, sampleSession(other)]) {
        if (session) await commit(store(), organizationId, { kind: "session.insert", session })
      }
      for (const limit of [1, 2, 10]) {
        const listed = await everyPage((after: TimePosition | null) =>
          store().sessions(organizationId, user.id, { limit, after }),
        )
        expect(listed).toEqual([newer, ...sessions.toReversed(), older])
      }
      expect(await store().sessions(organizationId, nextId(), { limit: 5, after: null })).toEqual({
        items: [],
        next: null,
      })
    })

    test("an ended session is gone, and is not ended twice", async () => {
      const { organizationId, user, sessions } = await signedIn(2)
      const [ended, kept] = sessions
      if (!ended || !kept) throw new Error("There are two.")
      const end = { kind: "session.delete", sessionId: ended.id } as const
      await commit(store(), organizationId, end)
      expect(await store().session(organizationId, ended.id)).toBeNull()
      expect(await store().sessionByDigest([ended])).toBeNull()
      expect(await ids(organizationId, user.id)).toEqual([kept.id])
      const missing = { code: "not_found", resource: "session" } as const
      await expectFailure(commit(store(), organizationId, end), missing)
      await expectFailure(
        commit(store(), organizationId, { kind: "session.delete", sessionId: nextId() }),
        missing,
      )
    })

    test("all sessions of a user end but one, or all of them, and nobody else's", async () => {
      const { organizationId, user, sessions } = await signedIn(3)
      const other = sampleUser(organizationId)
      const others = sampleSession(other)
      await insertPrincipals(store(), other)
      await commit(store(), organizationId, { kind: "session.insert", session: others })
      const endAll = (exceptId: string | null) =>
        commit(store(), organizationId, { kind: "sessions.delete", userId: user.id, exceptId })

      const kept = sessions[1]?.id ?? ""
      await endAll(kept)
      expect(await ids(organizationId, user.id)).toEqual([kept])
      await endAll(null)
      expect(await ids(organizationId, user.id)).toEqual([])
      await endAll(null)
      expect(await ids(organizationId, other.id)).toEqual([others.id])
    })

    test("the last use of a session moves forward and never back", async () => {
      const { organizationId, sessions } = await signedIn(2)
      const [session, other] = sessions
      if (!session || !other) throw new Error("There are two.")
      const touch = async (at: Instant) => {
        await store().touchSession(organizationId, session.id, at)
        return (await store().session(organizationId, session.id))?.lastSeenAt
      }
      expect(await touch(later(noon, minute))).toBe(later(noon, minute))
      expect(await touch(later(noon, 1))).toBe(later(noon, minute))
      expect(await touch(later(noon, hour))).toBe(later(noon, hour))
      await Promise.all([2, 4, 3].map((hours) => touch(later(noon, hours * hour))))
      expect(await touch(noon)).toBe(later(noon, 4 * hour))
      await store().touchSession(organizationId, nextId(), noon)
      expect(await store().session(organizationId, other.id)).toEqual(other)
    })

    test("sessions that ended by themselves are purged, as many as asked for and no others", async () => {
      // Long ago, so that nobody else's session is among them.
      const past = Date.UTC(2001, 0, 1) as Instant
      const { organizationId, user } = await signedIn(1)
      const at = (expires: number, seen: number) =>
        sampleSession(user, { expiresAt: later(past, expires), lastSeenAt: later(past, seen) })
      const ended = [at(-1, hour), at(hour, -1), at(-2, -2), at(-3, hour)]
      const live = [at(0, 0), at(hour, hour)]
      for (const session of [...ended, ...live]) {
        await commit(store(), organizationId, { kind: "session.insert", session })
      }
      const head = await store().auditHead(organizationId)
      expect(await store().purgeSessions(past, past, 0)).toBe(0)
      expect(await store().purgeSessions(past, past, 3)).toBe(3)
      expect(await store().purgeSessions(past, past, 3)).toBe(1)
      expect(await store().purgeSessions(past, past, 3)).toBe(0)
      const left = await ids(organizationId, user.id)
      expect(left).toHaveLength(3)
      expect(left).toEqual(expect.arrayContaining(live.map(({ id }) => id)))
      expect(await store().auditHead(organizationId)).toEqual(head)
    })

    test("of many who end one session at the same time one does", async () => {
      const { organizationId, sessions } = await signedIn(1)
      const end = { kind: "session.delete", sessionId: sessions[0]?.id ?? "" } as const
      const ends = Array.from({ length: 8 }, () => commit(store(), organizationId, end))
      const results = await Promise.allSettled(ends)
      expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1)
    })
  })
}
