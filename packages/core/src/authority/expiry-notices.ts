import { isFailure } from "../failure.ts"
import { daysUntil, nextNoticeAt } from "../key/expiry-notice.ts"
import type { DueKey } from "../store/list.ts"
import { printTimestamp } from "../time.ts"
import { type AuthorityDeps, commit, draft } from "./deps.ts"
import { systemCaller } from "./organizations.ts"

/**
 * Tells, in the audit trail, that a key is close to its expiry. Of notices that became due while nobody gave them, one is
 * given for all. A key that somebody changes at the same time is left for the next time.
 */
export async function giveExpiryNotice(
  deps: AuthorityDeps,
  { organizationId, id, dueAt }: DueKey,
): Promise<void> {
  const key = await deps.store.key(organizationId, id)
  if (!key || key.expiresAt === null) return
  const now = deps.clock.now()
  const details = {
    name: key.name,
    expires_at: printTimestamp(key.expiresAt),
    days: daysUntil(key.expiresAt, now),
  }
  const event = draft(deps, systemCaller(organizationId), "key.expiring", { kind: "key", id }, details)
  const nextAt = nextNoticeAt(key, now)
  try {
    await commit(deps, organizationId, [{ kind: "notice.give", keyId: id, dueAt, nextAt }], [event])
  } catch (error) {
    // Another node has given it, or another is due now.
    if (!isFailure(error, "not_found")) throw error
  }
}
