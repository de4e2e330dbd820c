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
 *
 * Time is counted in whole parts of a unit, of one to two microseconds each: sums of fractional milliseconds would
 * drift, and after some hours refuse traffic at exactly the rate. A TAT in milliseconds tells its part to spare, so
 * rounding never adds up; and it keeps its meaning when the limit is changed.
 * @param tat   what an earlier decision returned, or null for a limit that nothing has been consumed of
 * @param cost  whole units, 0 or more; 0 asks for the status and consumes nothing
 */
export function decideLimit(limit: Limit, tat: number | null, cost: number, now: Instant): LimitDecision {
  const unit = (limit.windowSeconds * 1000) / limit.count
  const partsPerUnit = Math.max(1, Math.floor(unit * 1000))
  const part = unit / partsPerUnit
  // Two readings of the clock differ by one part less than the time between them when the rounding falls so.
  const tolerance = Math.min(1, partsPerUnit - 1)
  const window = limit.count * partsPerUnit

  const present = Math.floor(now / part)
  // A TAT beyond the window is left from a clock that was ahead, or from a longer window: as much as can be consumed.
  const reached = tat === null ? present : Math.max(Math.round(tat / part), present)
  const consumedUntil = Math.min(reached, present + window + tolerance)
  const wanted = consumedUntil + cost * partsPerUnit
  const accepted = wanted - present <= window + tolerance
  const after = accepted ? wanted : consumedUntil

  const until = (parts: number) => Math.max(0, Math.ceil((parts - tolerance) * part) - now)
  const resetMs = until(after)
  return {
    accepted,
    tat: accepted && cost > 0 ? wanted * part : (tat ?? now),
    status: {
      name: limit.name,
      count: limit.count,
      windowSeconds: limit.windowSeconds,
      remaining: Math.floor((window + tolerance - (after - present)) / partsPerUnit),
      resetMs,
      retryAfterMs: accepted ? 0 : cost > limit.count ? resetMs : until(wanted - window),
    },
  }
}
