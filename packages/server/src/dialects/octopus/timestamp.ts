import { type Instant, parseTimestamp, printTimestamp } from "@keyward/core"

/** `2026-11-21T09:30:39.440+00:00`: with the colon, without which two of the vendor's clients fail. */
export function printDate(instant: Instant): string {
  return printTimestamp(instant).replace("Z", "+00:00")
}

const iso8601 =
  /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2})(?::(\d{2})(?:[.,](\d+))?)?(?:(Z)|([+-]\d{2})(?::?(\d{2}))?)$/i

/**
 * Reads ISO 8601 with an offset, as the vendor's clients print it: seconds may be left out, fractions may have any number of
 * digits (those beyond milliseconds are cut off), and the offset may be `Z`, `+00`, `+0000` or `+00:00`.
 * @returns null for anything else
 */
export function parseDate(text: string): Instant | null {
  const [, date, minute, second = "00", fraction = "0", zulu, offset, offsetMinute = "00"] =
    iso8601.exec(text) ?? []
  if (date === undefined) return null
  return parseTimestamp(
    `${date}T${minute}:${second}.${fraction.slice(0, 9)}${zulu ? "Z" : `${offset}:${offsetMinute}`}`,
  )
}
