import { fail, type InputError } from "../failure.ts"
import type { JsonObject } from "../json.ts"
import type { User } from "../principal.ts"
import type { Change } from "../store/change.ts"
import type { Caller } from "./caller.ts"
import { type AuthorityDeps, commit, draft, retried } from "./deps.ts"
import { currentSessionId } from "./sessions.ts"
import { accountOf, type SignInThrottle } from "./sign-in-throttle.ts"
import type { Author } from "./visit.ts"

/** How long a password may be, in characters (code points); after OWASP and NIST SP 800-63B §3.1.1.2. */
export const passwordLength = { minimum: 8, maximum: 200 } as const

/**
 * Sets a new password in place of the current one. All other sessions of the user end, and links handed out earlier are
 * used up. Wrong guesses count as those of a sign-in do.
 * @throws "session_required" unless a signed-in user asks; "invalid_input" for a current password that is not the current
 *         one, and for a new one that breaks the rules; "too_many_attempts", "overloaded"
 */
export async function changePassword(
  deps: AuthorityDeps,
  throttle: SignInThrottle,
  caller: Caller,
  current: string,
  next: string,
): Promise<void> {
  const sessionId = currentSessionId(caller)
  const { organizationId, actor } = caller
  const user = await activeUser(deps, organizationId, actor.id)
  if (!user) return fail({ code: "session_required" })
  refusePassword(next, user, "/new_password")
  const { email, passwordHash } = user
  const proved = await throttle.attempt(accountOf(organizationId, email), actor.address, async () =>
    (await deps.passwords.verify(passwordHash, current)) ? true : null,
  )
  if (!proved) return refuseCurrent()
  const nextHash = await deps.passwords.hash(next)
  await retried(null, async () => {
    const now = await activeUser(deps, organizationId, actor.id)
    if (now?.passwordHash !== passwordHash) return refuseCurrent()
    const details = { by: "password_change" }
    await setPassword(deps, caller, now, { passwordHash: nextHash, exceptSessionId: sessionId, details })
  })
}

export interface NewPassword {
  readonly passwordHash: string
  /** The session that goes on; null: all end. */
  readonly exceptSessionId: string | null
  /** What else is done in the same commit. */
  readonly changes?: readonly Change[]
  readonly details: JsonObject
}

/** @throws "revision_conflict" when the user has changed since it was read */
export function setPassword(
  deps: AuthorityDeps,
  author: Author,
  user: User,
  { passwordHash, exceptSessionId, changes = [], details }: NewPassword,
): Promise<void> {
  const now = deps.clock.now()
  const { id, organizationId, revision } = user
  const principal = { ...user, passwordHash, updatedAt: now, revision: revision + 1 }
  return commit(
    deps,
    organizationId,
    [
      ...changes,
      { kind: "principal.update", principal, ownedKeys: null },
      { kind: "sessions.delete", userId: id, exceptId: exceptSessionId },
      { kind: "links.use", userId: id, usedAt: now },
    ],
    [draft(deps, author, "user.password_set", { kind: "user", id }, details)],
  )
}

/** null: there is none who could sign in. */
export async function activeUser(
  { store }: AuthorityDeps,
  organizationId: string,
  id: string,
): Promise<User | null> {
  const principal = await store.principal(organizationId, id)
  return principal?.kind === "user" && principal.suspendedAt === null ? principal : null
}

/**
 * @param user whose it shall be
 * @throws "invalid_input", without the password, for one that is too short, too long, or what anybody would try first
 */
export function refusePassword(
  password: string,
  user: Pick<User, "email" | "userName" | "displayName">,
  member: string,
): void {
  const length = [...password].length
  const { minimum, maximum } = passwordLength
  if (length < minimum || length > maximum) {
    const message = `A password has ${minimum} to ${maximum} characters.`
    refuse({ member, message, fix: "Choose a longer one; a few words do." })
  }
  const { email, userName, displayName } = user
  const obvious = [email, email.split("@")[0], userName, displayName].map((text) => text?.toLowerCase())
  if (obvious.includes(password.toLowerCase())) {
    const message = "The password is the user's own name or e-mail address."
    refuse({ member, message, fix: "Choose one that nobody would try first." })
  }
}

function refuseCurrent(): never {
  return refuse({
    member: "/current_password",
    message: "This is not the current password.",
    fix: "Check it, or ask an administrator for a reset link.",
  })
}

function refuse(error: InputError): never {
  return fail({ code: "invalid_input", errors: [error] })
}
