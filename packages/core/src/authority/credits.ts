import { balanceFrom, type CreditPolicy, type Credits } from "../credit/credits.ts"
import { fail } from "../failure.ts"
import type { JsonObject } from "../json.ts"
import type { Key } from "../key/key.ts"
import type { Change } from "../store/change.ts"
import type { Instant } from "../time.ts"
import { type Caller, denied } from "./caller.ts"

/** What a key is given to spend. */
export interface NewCredits extends CreditPolicy {
  /** Absent: what is left stays, of a key that had credits. */
  readonly remaining?: number | undefined
}

/**
 * Credits are what whoever manages a keyspace gives; owners who may write only their own keys give themselves none, nor
 * do they free themselves of them.
 * @throws "permission_denied"
 */
export function demandCreditsOf({ holds }: Caller, keyspaceId: string): void {
  if (!holds.allows({ name: "keys.write", resource: keyspaceId })) denied("keys.write")
}

/**
 * The credits of a key after a change, still without the next refill, which only a schedule that was checked has.
 * @throws "invalid_input" when nobody says how many there are at first
 */
export function givenCredits(before: Credits | null, given: NewCredits | null): Credits | null {
  if (given === null) return null
  const remaining = given.remaining ?? before?.remaining
  if (remaining === undefined) {
    const message = "The key has no credits so far, and how many it is to have is not said."
    const fix = "Send how many remain."
    return fail({ code: "invalid_input", errors: [{ member: "/credits/remaining", message, fix }] })
  }
  return { remaining, refillsAt: null, refill: given.refill, onUnavailable: given.onUnavailable }
}

/** With the next refill. */
export function scheduled(credits: Credits | null, now: Instant): Credits | null {
  return credits && { ...credits, ...balanceFrom(credits.remaining, credits.refill, now) }
}

/** The changes that set a balance, where a patch names one. */
export function creditChanges(
  { id, credits }: Key,
  given: NewCredits | null | undefined,
  now: Instant,
): Change[] {
  if (credits === null || given?.remaining === undefined) return []
  return [{ kind: "credits.set", keyId: id, remaining: credits.remaining, at: now }]
}

/** Named as the native API names it. */
export function describeCredits(credits: Credits | null): JsonObject | null {
  if (credits === null) return null
  const { remaining, refill, onUnavailable } = credits
  return {
    remaining,
    refill: refill && {
      amount: refill.amount,
      maximum: refill.maximum,
      every: refill.every,
      on: refill.on,
      at: refill.at,
      time_zone: refill.timeZone,
    },
    on_unavailable: onUnavailable,
  }
}
