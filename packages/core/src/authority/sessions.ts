import { fail } from "../failure.ts"
import { newId } from "../id.ts"
import type { JsonObject } from "../json.ts"
import { Holdings } from "../permission/holdings.ts"
import type { User } from "../principal.ts"
import { type Session, sessionIsLive } from "../session.ts"
import type { Change } from "../store/change.ts"
import type { Page, PageOf, TimePosition } from "../store/list.ts"
import { later } from "../time.ts"
import { rolePermissions } from "../verification/subject.ts"
import { type Caller, demand } from "./caller.ts"
import { type AuthorityDeps, commit, draft } from "./deps.ts"
import { managementKeyspace } from "./organizations.ts"
import { demandRoles } from "./principals.ts"
import { isToken, newToken, sessionTokenPrefix } from "./tokens.ts"
import { userAuthor, type Visit } from "./visit.ts"

/** A new session, with the token that is shown this once. */
export interface OpenedSession {
  readonly session: Session
  readonly token: string
}

/**
 * Opens a session for a user who has proved who they are. Its token is new, whatever the request carried.
 * @param details how they proved it, for the audit trail
 * @param changes what else is done in the same commit
 * @throws "not_found" when the user is suspended or removed by now
 */
export async function openSession(
  deps: AuthorityDeps,
  user: User,
  visit: Visit,
  details: JsonObject,
  changes: readonly Change[] = [],
): Promise<OpenedSession> {
  const { store, clock, entropy, peppers, sessionLifetime } = deps
  const now = clock.now()
  const token = newToken(sessionTokenPrefix, entropy)
  const session: Session = {
    id: newId(now, entropy),
    organizationId: user.organizationId,
    userId: user.id,
    ...peppers.digest(token),
    address: visit.address,
    userAgent: visit.userAgent,
    createdAt: now,
    lastSeenAt: now,
    expiresAt: later(now, sessionLifetime.absoluteMs),
  }
  // Those that are over go as new ones come, a bounded number at a time: nobody has to remember to tidy up.
  await store.purgeSessions(now, later(now, -sessionLifetime.idleMs), purgedAtOnce)
  await commit(
    deps,
    user.organizationId,
    [{ kind: "session.insert", session }, ...changes],
    [
      draft(
        deps,
        userAuthor(user, visit, null),
        "session.created",
        { kind: "session", id: session.id },
        { user_id: user.id, ...details },
      ),
    ],
  )
  return { session, token }
}

const purgedAtOnce = 100

/** Whoever presents the token of a session, and what they may do now. */
export interface SignedIn {
  readonly session: Session
  readonly caller: Caller
}

/**
 * Finds whose session a presented token is. Nothing is remembered: a change of roles, a suspension and the end of a
 * session count from the next request on.
 * @returns null for a token that is not that of a live session of a user who is neither suspended nor removed
 */
export async function signedIn(deps: AuthorityDeps, token: string, visit: Visit): Promise<SignedIn | null> {
  if (!isToken(sessionTokenPrefix, token)) return null
  const found = await deps.store.sessionByDigest(deps.peppers.candidates(token))
  if (!found) return null
  const { session, user } = found
  if (user.suspendedAt !== null || user.removedAt !== null) return null
  if (!sessionIsLive(session, deps.sessionLifetime, deps.clock.now())) return null
  const management = await managementKeyspace(deps, session.organizationId)
  return {
    session,
    caller: {
      ...userAuthor(user, visit, { kind: "session", id: session.id }),
      holds: new Holdings([rolePermissions(user.roles, management)]),
    },
  }
}

/** How exactly the last use of a session is known, milliseconds. */
export const sessionTouchMs = 60_000

/** Notes that sessions are in use: each at most once in `sessionTouchMs`, and once at a time. */
export function sessionTouches({ store, clock }: AuthorityDeps): (session: Session) => Promise<void> {
  const underWay = new Set<string>()
  return async ({ organizationId, id, lastSeenAt }) => {
    const now = clock.now()
    if (now < later(lastSeenAt, sessionTouchMs) || underWay.has(id)) return
    underWay.add(id)
    try {
      await store.touchSession(organizationId, id, now)
    } finally {
      underWay.delete(id)
    }
  }
}

/** The session that the caller presented. @throws "session_required" for a caller with another credential */
export function currentSessionId({ actor }: Caller): string {
  const { kind, credential } = actor
  return kind === "user" && credential?.kind === "session"
    ? credential.id
    : fail({ code: "session_required" })
}

/** @throws "session_required", also when the session has come to its end meanwhile */
export async function readCurrentSession(deps: AuthorityDeps, caller: Caller): Promise<Session> {
  const session = await liveSession(deps, caller, currentSessionId(caller))
  return session ?? fail({ code: "session_required" })
}

/**
 * The live sessions of a user, newest first. A page may be shorter than asked, even empty, and have a next one.
 * @param userId whose; null: the caller's own
 * @throws "session_required" for one's own without one, "permission_denied", "not_found"
 */
export async function listSessions(
  deps: AuthorityDeps,
  caller: Caller,
  userId: string | null,
  page: Page<TimePosition>,
): Promise<PageOf<Session, TimePosition>> {
  const own = userId === null || isOwnDoing(caller, userId)
  if (userId === null) currentSessionId(caller)
  if (!own) {
    demand(caller, "sessions.read", null)
    await userOf(deps, caller, userId)
  }
  const { items, next } = await deps.store.sessions(caller.organizationId, userId ?? caller.actor.id, page)
  const now = deps.clock.now()
  return { items: items.filter((session) => sessionIsLive(session, deps.sessionLifetime, now)), next }
}

/**
 * Ends one session: the caller's own, or that of a user who may do no more than the caller.
 * @throws "not_found", "permission_denied", "grant_exceeds_caller"
 */
export async function endSession(deps: AuthorityDeps, caller: Caller, id: string): Promise<void> {
  const session = await deps.store.session(caller.organizationId, id)
  const own = session !== null && isOwnDoing(caller, session.userId)
  // Before anything is said of it: what is not one's own may as well not exist.
  if (!own) demand(caller, "sessions.write", null)
  const live = (await liveSession(deps, caller, id)) ?? fail({ code: "not_found", resource: "session" })
  if (!own) await userWithin(deps, caller, live.userId)
  await end(deps, caller, live)
}

/** Ends the session that the caller presented. @throws "session_required", also when it is over by now */
export async function signOut(deps: AuthorityDeps, caller: Caller): Promise<void> {
  await end(deps, caller, await readCurrentSession(deps, caller))
}

function end(deps: AuthorityDeps, caller: Caller, { id, userId }: Session): Promise<void> {
  return commit(
    deps,
    caller.organizationId,
    [{ kind: "session.delete", sessionId: id }],
    [draft(deps, caller, "session.ended", { kind: "session", id }, { user_id: userId })],
  )
}

/**
 * Ends all sessions of a user but the one that the caller presented.
 * @param userId whose; null: the caller's own
 * @throws as `endSession`; "session_required" for one's own without one
 */
export async function endSessions(deps: AuthorityDeps, caller: Caller, userId: string | null): Promise<void> {
  const ofUser = userId ?? caller.actor.id
  const exceptId = userId === null || isOwnDoing(caller, userId) ? currentSessionId(caller) : null
  if (exceptId === null) {
    demand(caller, "sessions.write", null)
    await userWithin(deps, caller, ofUser)
  }
  await commit(
    deps,
    caller.organizationId,
    [{ kind: "sessions.delete", userId: ofUser, exceptId }],
    [draft(deps, caller, "session.ended", { kind: "user", id: ofUser }, { all_but: exceptId })],
  )
}

/**
 * Whether a signed-in user does something with what is theirs. Whoever acts with a key of theirs does not: a key may be
 * meant for much less than its owner.
 */
function isOwnDoing({ actor }: Caller, userId: string): boolean {
  return actor.kind === "user" && actor.id === userId && actor.credential?.kind === "session"
}

async function liveSession(deps: AuthorityDeps, caller: Caller, id: string): Promise<Session | null> {
  const session = await deps.store.session(caller.organizationId, id)
  return session && sessionIsLive(session, deps.sessionLifetime, deps.clock.now()) ? session : null
}

/** A user who may do no more than the caller. @throws "not_found", "grant_exceeds_caller" */
export async function userWithin(deps: AuthorityDeps, caller: Caller, userId: string): Promise<User> {
  const user = await userOf(deps, caller, userId)
  demandRoles(caller, user, await managementKeyspace(deps, caller.organizationId))
  return user
}

async function userOf({ store }: AuthorityDeps, caller: Caller, userId: string): Promise<User> {
  const principal = await store.principal(caller.organizationId, userId)
  return principal?.kind === "user" ? principal : fail({ code: "not_found", resource: "user" })
}
