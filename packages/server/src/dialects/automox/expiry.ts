import { type Instant, parseTimestamp } from "@keyward/core"

const iso8601 =
  /^(\d{4}-\d{2}-\d{2})(?:[Tt ](\d{2}:\d{2})(?::(\d{2})(?:[.,](\d+))?)?(?:([Zz])|([+-]\d{2})(?::?(\d{2}))?)?)?$/

/**
 * Reads an instant as the vendor's clients write it: with any offset (`+0000`, `+00:00`, `-05`, `Z`), with any fraction,
 * and without an offset, which is UTC. What is left out of the time is 0.
 * @returns null for anything else, impossible dates included
 */
export function parseExpiry(text: string): Instant | null {
  const parts = iso8601.exec(text)
  if (!parts) return null
  const [, date, time = "00:00", seconds = "00", fraction = "0", , hours = "+00", minutes = "00"] = parts
  return parseTimestamp(`${date}T${time}:${seconds}.${fraction.slice(0, 9)}${hours}:${minutes}`)
}
