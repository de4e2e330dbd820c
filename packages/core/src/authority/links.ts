import { fail } from "../failure.ts"
import { newId } from "../id.ts"
import type { User } from "../principal.ts"
import type { LinkPurpose, OneTimeLink } from "../session.ts"
import { later } from "../time.ts"
import { type Caller, demand } from "./caller.ts"
import { type AuthorityDeps, commit, draft, retried } from "./deps.ts"
import { activeUser, refusePassword, setPassword } from "./passwords.ts"
import type { Keep, Replays } from "./replays.ts"
import { userWithin } from "./sessions.ts"
import { accountOf, type SignInThrottle } from "./sign-in-throttle.ts"
import { isToken, linkTokenPrefix, newToken } from "./tokens.ts"
import { userAuthor, type Visit } from "./visit.ts"

/** How long a link is good, milliseconds. */
export const linkLifetimeMs: Readonly<Record<LinkPurpose, number>> = {
  invitation: 72 * 60 * 60 * 1000,
  reset: 60 * 60 * 1000,
}

/** A new link, with the token that is shown this once. */
export interface OfferedLink {
  readonly link: OneTimeLink
  readonly token: string
}

/**
 * Makes the one link with which a user can set a password: any that was handed out earlier is used up by it. An invitation,
 * which is good for long, is for somebody who has no password yet.
 * @throws "not_found", "invalid_input" (an invitation for a user who has a password), "grant_exceeds_caller" (the user may
 *         do more than the caller, who would be as good as them with the link), "permission_denied"
 */
export async function offerLink(
  deps: AuthorityDeps,
  replays: Replays,
  caller: Caller,
  userId: string,
  purpose: LinkPurpose,
): Promise<OfferedLink> {
  demand(caller, "members.write", null)
  const user = await userWithin(deps, caller, userId)
  return replays.once<OfferedLink>(caller, (keep) => newLink(deps, caller, user, purpose, keep))
}

async function newLink(
  deps: AuthorityDeps,
  caller: Caller,
  user: User,
  purpose: LinkPurpose,
  keep: Keep<OfferedLink>,
): Promise<OfferedLink> {
  if (purpose === "invitation" && user.passwordHash !== null) refuseInvitation()
  const { clock, entropy, peppers } = deps
  const now = clock.now()
  const token = newToken(linkTokenPrefix, entropy)
  const link: OneTimeLink = {
    id: newId(now, entropy),
    organizationId: user.organizationId,
    userId: user.id,
    purpose,
    ...peppers.digest(token),
    createdAt: now,
    expiresAt: later(now, linkLifetimeMs[purpose]),
    usedAt: null,
  }
  const offered = { link, token }
  const action = purpose === "invitation" ? "user.invited" : "user.reset_offered"
  const event = draft(deps, caller, action, { kind: "user", id: user.id }, { link_id: link.id })
  await commit(
    deps,
    caller.organizationId,
    [...keep(offered), { kind: "links.use", userId: user.id, usedAt: now }, { kind: "link.insert", link }],
    [event],
  )
  return offered
}

/**
 * Sets the password of the user that a link was made for. All their links are used up by it, and all their sessions end.
 * From there they can sign in, whoever else is guessing.
 * @throws "not_found" for a token that is not that of a link which is still good, whatever the reason; "invalid_input" for
 *         a password that breaks the rules, which leaves the link as it is; "overloaded"
 */
export async function acceptLink(
  deps: AuthorityDeps,
  throttle: SignInThrottle,
  token: string,
  password: string,
  visit: Visit,
): Promise<void> {
  const { link, user } = await goodLink(deps, token, password)
  const passwordHash = await deps.passwords.hash(password)
  await retried(null, async () => {
    const { user: now } = await goodLink(deps, token, password)
    await setPassword(deps, userAuthor(now, visit, null), now, {
      passwordHash,
      exceptSessionId: null,
      changes: [{ kind: "link.use", linkId: link.id, usedAt: deps.clock.now() }],
      details: { by: link.purpose, link_id: link.id },
    })
  })
  await throttle.becomeFamiliar(accountOf(user.organizationId, user.email), visit.address)
}

async function goodLink(deps: AuthorityDeps, token: string, password: string) {
  const unknown = (): never => fail({ code: "not_found", resource: "link" })
  if (!isToken(linkTokenPrefix, token)) return unknown()
  const link = await deps.store.linkByDigest(deps.peppers.candidates(token))
  if (!link || link.usedAt !== null || deps.clock.now() >= link.expiresAt) return unknown()
  const user = await activeUser(deps, link.organizationId, link.userId)
  if (!user) return unknown()
  refusePassword(password, user, "/password")
  return { link, user }
}

function refuseInvitation(): never {
  return fail({
    code: "invalid_input",
    errors: [
      {
        member: "path.user_id",
        message: "The user has a password already.",
        fix: "Offer a password reset instead.",
      },
    ],
  })
}
