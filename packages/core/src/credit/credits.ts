import { fail } from "../failure.ts"
import type { Instant } from "../time.ts"
import { nextRefill, type Refill, refillsDue } from "./refill.ts"

/** What a key has to spend: each verification that is accepted costs as many as it consumes units of each limit. */
export interface Credits extends CreditPolicy, CreditBalance {}

/** What of a key's credits is decided by whoever manages the key. */
export interface CreditPolicy {
  /** null: what is spent is spent, until somebody adds to it. */
  readonly refill: Refill | null
  /** What a verification comes to while the store, which counts the credits, does not answer. */
  readonly onUnavailable: OnUnavailable
}

/** `deny`: there is no answer. `allow`: the verification goes on as if the key had no credits, and nothing is counted. */
export const onUnavailable = ["deny", "allow"] as const
export type OnUnavailable = (typeof onUnavailable)[number]

/** What is left of a key's credits. Changes with each use, which is no change of the key: its revision stays. */
export interface CreditBalance {
  /** Whole units, 0 to `creditMaximum`. */
  readonly remaining: number
  /** The next refill; in the past when it is due and nothing was spent since. null: there is none. */
  readonly refillsAt: Instant | null
}

/** Most credits that a key has at a time. */
export const creditMaximum = 1_000_000_000_000

/** A balance that starts, or is counted anew, at an instant. */
export function balanceFrom(remaining: number, refill: Refill | null, now: Instant): CreditBalance {
  return { remaining, refillsAt: refill && nextRefill(refill, now) }
}

/**
 * The balance of a key whose policy is changed: what was due is given, and the next refill is the first of the new schedule.
 * @param before null: the key had no credits
 * @param after  its balance counts only where there was none; null: the key has no credits any more
 */
export function balanceAfterChange(
  before: Credits | null,
  after: Credits | null,
  now: Instant,
): CreditBalance | null {
  if (before === null || after === null) return after
  return balanceFrom(balanceAt(before, now).remaining, after.refill, now)
}

/** What there is to spend at an instant: the balance with the refills that are due. */
export function balanceAt({ remaining, refillsAt, refill }: Credits, now: Instant): CreditBalance {
  if (refill === null || refillsAt === null || now < refillsAt) return { remaining, refillsAt }
  // What somebody added above the maximum is not taken away.
  const full = Math.max(remaining, refill.maximum)
  const sum = remaining + refillsDue(refill, refillsAt, now) * refill.amount
  return balanceFrom(Math.min(full, sum), refill, now)
}

/**
 * The balance with what somebody adds, which may exceed the maximum of the refills.
 * @throws "invalid_input" when it would be more than `creditMaximum`
 */
export function added(balance: CreditBalance, units: number): CreditBalance {
  const remaining = balance.remaining + units
  if (remaining <= creditMaximum) return { ...balance, remaining }
  return fail({
    code: "invalid_input",
    errors: [
      {
        member: "/amount",
        message: `The key has ${balance.remaining} credits; it can have ${creditMaximum} at most.`,
        fix: "Add fewer.",
      },
    ],
  })
}

/** What came of an attempt to spend credits. */
export interface CreditSpending {
  /** False: there were too few, and none was taken. */
  readonly accepted: boolean
  /** Afterwards. */
  readonly balance: CreditBalance
}

/** Takes credits of a balance that has what is due: all of them or none. */
export function spent(balance: CreditBalance, units: number): CreditSpending {
  if (balance.remaining < units) return { accepted: false, balance }
  return { accepted: true, balance: { ...balance, remaining: balance.remaining - units } }
}
