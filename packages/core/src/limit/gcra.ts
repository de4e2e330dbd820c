import type { Instant } from "../time.ts"
import type { Limit, LimitStatus } from "./limit.ts"

/**
 * The generic cell rate algorithm (ITU-T I.371): all state of a limit is one number, the theoretical arrival time
 * (TAT, milliseconds, fractional) until which the consumed units reach. Pure: state and instant in, decision out.
 */
export interface LimitDecision {
  readonly accepted: boolean
  /** The TAT to store if the verification is accepted as a whole; the old one when this limit refuses. */
  readonly tat: number
  readonly status: LimitStatus
}

/**
 * Decides whether `cost` units fit now. A unit lasts `window / count`; what was consumed never reaches further ahead
 * than one window, so a burst is at most `count`, and steady traffic at the rate or below is never refused.
 * @param tat   what an earlier decision returned, or null for a limit that nothing has been consumed of
 * @param cost  whole units, 0 or more; 0 asks for the status and consumes nothing
 */
export function decideLimit(limit: Limit, tat: number | null, cost: number, now: Instant): LimitDecision {
  const window = limit.windowSeconds * 1000
  const unit = window / limit.count
  const consumedUntil = Math.max(tat ?? now, now)
  const wanted = consumedUntil + cost * unit
  // A thousandth of a millisecond absorbs the rounding of fractional units; it is far below one unit.
  const accepted = wanted - now <= window + 0.001
  const after = accepted ? wanted : consumedUntil
  const remaining = Math.max(0, Math.floor((window - (after - now)) / unit + 1e-6))
  return {
    accepted,
    tat: accepted ? wanted : (tat ?? now),
    status: {
      name: limit.name,
      count: limit.count,
      windowSeconds: limit.windowSeconds,
      remaining,
      resetMs: Math.ceil(after - now),
      retryAfterMs: accepted ? 0 : Math.ceil(wanted - now - window),
    },
  }
}
