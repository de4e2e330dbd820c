import { fail, isFailure } from "../failure.ts"
import { Holdings } from "../permission/holdings.ts"
import type { User } from "../principal.ts"
import type { Change } from "../store/change.ts"
import { rolePermissions } from "../verification/subject.ts"
import type { Caller } from "./caller.ts"
import { type AuthorityDeps, commit, draft } from "./deps.ts"
import { managementKeyspace } from "./organizations.ts"
import { type OpenedSession, openSession } from "./sessions.ts"
import { accountOf, type SignInThrottle } from "./sign-in-throttle.ts"
import { systemAuthor, userAuthor, type Visit } from "./visit.ts"

/** What somebody presents who wants to sign in. */
export interface SignInAttempt {
  /** null: the oldest organization. */
  readonly organizationId: string | null
  readonly email: string
  readonly password: string
  readonly visit: Visit
}

/**
 * Opens a session for whoever knows the password of an account. All that can be wrong is one failure, after the same work:
 * the same reads, one verification of a password (against a decoy where there is none to compare with), and one event in
 * the organization's audit trail.
 * @throws "sign_in_refused", "too_many_attempts", "overloaded"
 */
export async function signIn(
  deps: AuthorityDeps,
  throttle: SignInThrottle,
  attempt: SignInAttempt,
): Promise<OpenedSession> {
  return open(deps, await provedUser(deps, throttle, attempt), attempt.password, attempt.visit)
}

/**
 * The same proof for one request alone, as HTTP Basic has it (RFC 7617): no session, and what the user's roles allow now.
 * @throws "sign_in_refused", "too_many_attempts", "overloaded"
 */
export async function authenticate(
  deps: AuthorityDeps,
  throttle: SignInThrottle,
  attempt: SignInAttempt,
): Promise<Caller> {
  const user = await provedUser(deps, throttle, attempt)
  const management = await managementKeyspace(deps, user.organizationId)
  return {
    ...userAuthor(user, attempt.visit, null),
    holds: new Holdings([rolePermissions(user.roles, management)]),
  }
}

async function provedUser(
  deps: AuthorityDeps,
  throttle: SignInThrottle,
  { organizationId: named, email, password, visit }: SignInAttempt,
): Promise<User> {
  const organizationId = named ?? (await oldestOrganizationId(deps))
  let refusal: Refusal = { user: null, reason: "unknown_account" }
  const user = await throttle.attempt(accountOf(organizationId, email), visit.address, async () => {
    const found = await deps.store.userByEmail(organizationId, email.toLowerCase())
    const matches = await deps.passwords.verify(found?.passwordHash ?? null, password)
    if (found && matches && found.suspendedAt === null) return found
    refusal = { user: found, reason: reasonOf(found) }
    return null
  })
  if (user) return user
  await recordRefusal(deps, organizationId, refusal, visit)
  return fail({ code: "sign_in_refused" })
}

interface Refusal {
  /** null: there is no such account. */
  readonly user: User | null
  readonly reason: "unknown_account" | "suspended" | "no_password" | "wrong_password"
}

function reasonOf(user: User | null): Refusal["reason"] {
  if (!user) return "unknown_account"
  if (user.suspendedAt !== null) return "suspended"
  return user.passwordHash === null ? "no_password" : "wrong_password"
}

/**
 * An unknown account is recorded on the organization, without what was typed: it may be a password. So an account that
 * exists takes no more time to refuse than one that does not.
 */
async function recordRefusal(
  deps: AuthorityDeps,
  organizationId: string,
  { user, reason }: Refusal,
  visit: Visit,
): Promise<void> {
  const target = user
    ? ({ kind: "user", id: user.id } as const)
    : ({ kind: "organization", id: organizationId } as const)
  const event = draft(deps, systemAuthor(organizationId, visit), "session.refused", target, { reason })
  try {
    await commit(deps, organizationId, [], [event])
  } catch (error) {
    // An organization that does not exist has no audit trail; its id could not be guessed either.
    if (!isFailure(error, "not_found")) throw error
  }
}

async function open(deps: AuthorityDeps, user: User, password: string, visit: Visit): Promise<OpenedSession> {
  const renewed = await renewedHash(deps, user, password)
  const opened = await openedFor(deps, user, renewed, visit)
  // The password may have been changed, which ends all sessions, while it was being verified: then this one ends too.
  const now = await deps.store.principal(user.organizationId, user.id)
  const stands = now?.kind === "user" && [user.passwordHash, renewed].includes(now.passwordHash)
  if (stands) return opened
  await endAtOnce(deps, user, opened, visit)
  return fail({ code: "sign_in_refused" })
}

/** The password's hash as it is made now; null: the stored one is. */
async function renewedHash(
  { passwords }: AuthorityDeps,
  { passwordHash }: User,
  password: string,
): Promise<string | null> {
  return passwordHash !== null && passwords.isOutdated(passwordHash) ? passwords.hash(password) : null
}

async function openedFor(
  deps: AuthorityDeps,
  user: User,
  renewed: string | null,
  visit: Visit,
): Promise<OpenedSession> {
  try {
    return await openSession(
      deps,
      user,
      visit,
      { by: "password" },
      renewed ? [renewal(deps, user, renewed)] : [],
    )
  } catch (error) {
    // Somebody changed the user meanwhile: the hash is renewed at the next sign-in.
    if (renewed && isFailure(error, "revision_conflict")) return openedFor(deps, user, null, visit)
    if (isFailure(error, "not_found")) return fail({ code: "sign_in_refused" }, { cause: error })
    throw error
  }
}

function renewal({ clock }: AuthorityDeps, user: User, passwordHash: string): Change {
  const principal = { ...user, passwordHash, updatedAt: clock.now(), revision: user.revision + 1 }
  return { kind: "principal.update", principal, ownedKeys: null }
}

async function endAtOnce(
  deps: AuthorityDeps,
  user: User,
  { session }: OpenedSession,
  visit: Visit,
): Promise<void> {
  const { id, organizationId } = session
  const event = draft(
    deps,
    userAuthor(user, visit, null),
    "session.ended",
    { kind: "session", id },
    { user_id: user.id, reason: "password_changed" },
  )
  try {
    await commit(deps, organizationId, [{ kind: "session.delete", sessionId: id }], [event])
  } catch (error) {
    // The change of the password came later still, and ended it.
    if (!isFailure(error, "not_found")) throw error
  }
}

/** @throws "sign_in_refused" when there is none */
async function oldestOrganizationId({ store }: AuthorityDeps): Promise<string> {
  const { items } = await store.organizations({ limit: 1, after: null })
  return items[0]?.id ?? fail({ code: "sign_in_refused" })
}
