import type { Instant } from "../time.ts"
import { dayMs, instantAt, type LocalDay, localDay } from "./time-zone.ts"

/** How often credits are refilled. */
export const refillPeriods = ["day", "week", "month"] as const
export type RefillPeriod = (typeof refillPeriods)[number]

/**
 * When, by the clock of a place, a key is given credits. Where a change of that clock skips the time of day, the refill
 * is at the end of what is skipped; where it repeats the time, at the first of the two.
 */
export interface Refill {
  /** Credits that each refill adds, 1 or more. */
  readonly amount: number
  /** A refill adds no more than up to here; at least `amount`. */
  readonly maximum: number
  readonly every: RefillPeriod
  /** The day of a week, 1 (Monday) to 7 (Sunday), or of a month, 1 to 31: the last one where the month is shorter. 1 for `day`. */
  readonly on: number
  /** The time of day, `00:00` to `23:59`. */
  readonly at: string
  /** A name of the IANA database; see `isTimeZone`. */
  readonly timeZone: string
}

/** Whether `text` is a time of day as `Refill.at` has it. */
export function isTimeOfDay(text: string): boolean {
  return /^(?:[01]\d|2[0-3]):[0-5]\d$/.test(text)
}

/** The first refill after an instant. */
export function nextRefill(refill: Refill, after: Instant): Instant {
  let period = periodOf(refill, after) - 1
  let instant = instantOf(refill, period)
  while (instant <= after) instant = instantOf(refill, ++period)
  return instant
}

/** How many refills there are from one that is due to an instant, both included. */
export function refillsDue(refill: Refill, due: Instant, now: Instant): number {
  let last = periodOf(refill, now) + 1
  while (instantOf(refill, last) > now) last--
  let first = periodOf(refill, due) - 1
  while (instantOf(refill, first) < due) first++
  return last - first + 1
}

/** Which day, week or month the place is in at an instant, each numbered one after another. */
function periodOf(refill: Refill, instant: Instant): number {
  const day = localDay(refill.timeZone, instant)
  switch (refill.every) {
    case "day":
      return day
    case "week":
      return Math.floor((day - firstMonday) / 7)
    case "month": {
      const date = new Date(day * dayMs)
      return date.getUTCFullYear() * 12 + date.getUTCMonth()
    }
  }
}

/** 1970-01-05 */
const firstMonday: LocalDay = 4

function instantOf(refill: Refill, period: number): Instant {
  const [hours = 0, minutes = 0] = refill.at.split(":").map(Number)
  return instantAt(refill.timeZone, dayOf(refill, period), (hours * 60 + minutes) * 60_000)
}

function dayOf({ every, on }: Refill, period: number): LocalDay {
  switch (every) {
    case "day":
      return period
    case "week":
      return firstMonday + period * 7 + on - 1
    case "month": {
      const dayOfMonth = (month: number, day: number) =>
        Date.UTC(Math.floor(month / 12), month % 12, day) / dayMs
      return Math.min(dayOfMonth(period, on), dayOfMonth(period + 1, 1) - 1)
    }
  }
}
