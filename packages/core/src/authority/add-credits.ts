import { added, balanceAt } from "../credit/credits.ts"
import { fail } from "../failure.ts"
import type { Key } from "../key/key.ts"
import type { Instant } from "../time.ts"
import type { Caller } from "./caller.ts"
import { keyToChange } from "./change-key.ts"
import { demandCreditsOf } from "./credits.ts"
import { type AuthorityDeps, commit, draft } from "./deps.ts"
import type { Replays } from "./replays.ts"

/** A key with more credits, as it was at that instant. */
export interface CreditedKey {
  readonly key: Key
  readonly at: Instant
}

/**
 * Adds to what a key has to spend, also beyond the maximum of its refills. No change of the key: its revision stays.
 * @returns the key, with what it had just before and what was added
 * @throws "not_found", "key_revoked", "invalid_input" for a key without credits or when it would have too many,
 *         "grant_exceeds_caller", "permission_denied"
 */
export async function addCredits(
  deps: AuthorityDeps,
  replays: Replays,
  caller: Caller,
  id: string,
  units: number,
): Promise<CreditedKey> {
  const { before, now } = await keyToChange(deps, caller, id, null)
  demandCreditsOf(caller, before.keyspaceId)
  return replays.once<CreditedKey>(caller, async (keep) => {
    const { credits } = before
    if (before.revokedAt !== null) return fail({ code: "key_revoked" })
    if (credits === null) {
      const message = "The key has no credits to add to: its use is not counted."
      const fix = "Give it credits by a change of the key."
      return fail({ code: "invalid_input", errors: [{ member: "/amount", message, fix }] })
    }
    const key = { ...before, credits: { ...credits, ...added(balanceAt(credits, now), units) } }
    const credited = { key, at: now }
    await commit(
      deps,
      caller.organizationId,
      [...keep(credited), { kind: "credits.add", keyId: id, units, at: now }],
      [draft(deps, caller, "key.credits_added", { kind: "key", id }, { amount: units })],
    )
    return credited
  })
}
