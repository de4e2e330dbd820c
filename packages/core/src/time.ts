/** A moment, in milliseconds since 1970-01-01T00:00:00Z. A plain number at run time; the brand keeps durations out. */
export type Instant = number & { readonly unit: "ms since 1970-01-01T00:00:00Z" }

/** Where "now" comes from. Injected everywhere, so that tests move time instead of waiting for it. */
export interface Clock {
  now(): Instant
}

export const systemClock: Clock = { now: () => Date.now() as Instant }

/** `instant` moved by `milliseconds`, which may be negative. */
export function later(instant: Instant, milliseconds: number): Instant {
  return (instant + milliseconds) as Instant
}

/** What RFC 3339 can write in UTC; an offset at the edge of the calendar would lead beyond. */
const earliest = Date.parse("0000-01-01T00:00:00.000Z")
const latest = Date.parse("9999-12-31T23:59:59.999Z")

const RFC_3339 =
  /^(\d{4})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?(?:[Zz]|([+-])(\d{2}):(\d{2}))$/

/**
 * Reads an RFC 3339 date-time, to the millisecond (further digits are cut off).
 * @returns null for anything else: no offset, an impossible date (30 February), a leap second, a bare date,
 *          an instant outside the years 0000 to 9999 in UTC.
 *          A date that does not parse must never come to mean "never expires", so there is no lenient form.
 */
export function parseTimestamp(text: string): Instant | null {
  const parts = RFC_3339.exec(text)
  if (!parts) return null
  const [
    ,
    year,
    month,
    day,
    hour,
    minute,
    second,
    fraction = "",
    sign,
    offsetHour = "0",
    offsetMinute = "0",
  ] = parts
  const local = new Date(0)
  local.setUTCFullYear(Number(year), Number(month) - 1, Number(day))
  if (local.getUTCMonth() !== Number(month) - 1 || local.getUTCDate() !== Number(day)) return null
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return null
  if (Number(offsetHour) > 23 || Number(offsetMinute) > 59) return null
  local.setUTCHours(Number(hour), Number(minute), Number(second), Number(fraction.padEnd(3, "0").slice(0, 3)))
  const offset = (Number(offsetHour) * 60 + Number(offsetMinute)) * 60_000
  const instant = local.getTime() - (sign === "-" ? -offset : offset)
  return instant < earliest || instant > latest ? null : (instant as Instant)
}

const DURATION =
  /^P(?:(\d{1,9})W|(?=\d|T\d)(?:(\d{1,9})D)?(?:T(?=\d)(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9})S)?)?)$/

/**
 * Reads an ISO 8601 duration of whole weeks, or of whole days, hours, minutes and seconds. A day lasts 24 hours.
 * @returns milliseconds; null for anything else: months and years do not always last as long
 */
export function parseDuration(text: string): number | null {
  const parts = DURATION.exec(text)
  if (!parts) return null
  const [weeks = 0, days = 0, hours = 0, minutes = 0, seconds = 0] = parts
    .slice(1)
    .map((part) => Number(part ?? 0))
  return ((((weeks * 7 + days) * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000
}

/** RFC 3339 in UTC with milliseconds: `2026-07-01T23:30:49.068Z`. */
export function printTimestamp(instant: Instant): string {
  return new Date(instant).toISOString()
}
