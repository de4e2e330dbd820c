import { type Instant, printTimestamp } from "@keyward/core"

/** `2025-10-22T14:34:31.1230000Z`: UTC and seven digits, as .NET counts. */
export function printInstant(instant: Instant): string {
  return printTimestamp(instant).replace("Z", "0000Z")
}
