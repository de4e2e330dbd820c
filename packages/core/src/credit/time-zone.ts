import type { Instant } from "../time.ts"

/** A date of a time zone's clock: days since 1970-01-01. */
export type LocalDay = number

export const dayMs = 86_400_000

const names = /^[A-Za-z][A-Za-z0-9_+-]*(?:\/[A-Za-z0-9_+-]+)*$/

/** Whether `name` is a time zone of the IANA database, as the runtime knows it (`Europe/Berlin`, `UTC`). An offset is none. */
export function isTimeZone(name: string): boolean {
  if (name.length > 64 || !names.test(name)) return false
  try {
    clockOf(name)
    return true
  } catch (error) {
    if (error instanceof RangeError) return false
    throw error
  }
}

/** @throws RangeError for a zone that `isTimeZone` refuses */
export function localDay(zone: string, instant: Instant): LocalDay {
  return Math.floor(localTime(zone, instant) / dayMs)
}

/**
 * The first instant at which a zone's clock shows this time of this day or a later one: of a time that the clock shows
 * twice the first, of one that it skips the end of the gap.
 * @param timeMs milliseconds since midnight, as the clock shows them
 */
export function instantAt(zone: string, day: LocalDay, timeMs: number): Instant {
  const wanted = day * dayMs + timeMs
  // No zone is further than a day from UTC, and none changes its offset twice within two days.
  const before = offsetAt(zone, wanted - dayMs)
  const after = offsetAt(zone, wanted + dayMs)
  const candidates = [wanted - Math.max(before, after), wanted - Math.min(before, after)]
  const shown = candidates.find((candidate) => candidate + offsetAt(zone, candidate) === wanted)
  return (shown ?? changeBetween(zone, ...(candidates as [number, number]))) as Instant
}

/** The first instant after `low`, at most `high`, at which the offset is no longer that of `low`. */
function changeBetween(zone: string, low: number, high: number): number {
  const before = offsetAt(zone, low)
  let [still, changed] = [low, high]
  while (changed - still > 1) {
    const middle = Math.floor((still + changed) / 2)
    if (offsetAt(zone, middle) === before) still = middle
    else changed = middle
  }
  return changed
}

/** What a zone's clock shows, as if it were UTC. */
function localTime(zone: string, instant: number): number {
  return instant + offsetAt(zone, instant)
}

/** Milliseconds by which a zone's clock is ahead of UTC. */
function offsetAt(zone: string, instant: number): number {
  const shown = { year: 0, month: 0, day: 0, hour: 0, minute: 0, second: 0 }
  for (const { type, value } of clockOf(zone).formatToParts(instant)) {
    if (type in shown) shown[type as keyof typeof shown] = Number(value)
  }
  const { year, month, day, hour, minute, second } = shown
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(instant / 1000) * 1000
}

/** Making one takes a hundred times as long as asking it. There are some hundred zones, and a few ways to write each. */
const clocks = new Map<string, Intl.DateTimeFormat>()
const clockMaximum = 1000

/** @throws RangeError for a zone that the runtime does not know */
function clockOf(zone: string): Intl.DateTimeFormat {
  const known = clocks.get(zone)
  if (known) return known
  const clock = new Intl.DateTimeFormat("en-US", {
    timeZone: zone,
    calendar: "gregory",
    numberingSystem: "latn",
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  })
  if (clocks.size === clockMaximum) clocks.clear()
  clocks.set(zone, clock)
  return clock
}
