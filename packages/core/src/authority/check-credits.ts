import { type Credits, creditMaximum } from "../credit/credits.ts"
import { isTimeOfDay } from "../credit/refill.ts"
import { isTimeZone } from "../credit/time-zone.ts"
import type { InputError } from "../failure.ts"

/** What is wrong with the credits of a key. */
export function checkCredits({ remaining, refill }: Credits): InputError[] {
  const errors: InputError[] = []
  const check = (fine: boolean, member: string, message: string, fix: string) => {
    if (!fine) errors.push({ member: `/credits/${member}`, message, fix })
  }
  const whole = `This is a whole number of at most ${creditMaximum}.`
  const isAmount = (value: number, least: number) =>
    Number.isSafeInteger(value) && value >= least && value <= creditMaximum
  check(isAmount(remaining, 0), "remaining", whole, "Use 0 or more.")
  if (refill === null) return errors

  const { amount, maximum, every, on, at, timeZone } = refill
  check(isAmount(amount, 1), "refill/amount", whole, "Use 1 or more.")
  check(isAmount(maximum, 1), "refill/maximum", whole, "Use 1 or more.")
  check(
    amount <= maximum,
    "refill/amount",
    "A refill would add more than the maximum.",
    "Use at most the maximum.",
  )
  const last = lastDay[every]
  check(
    Number.isSafeInteger(on) && on >= 1 && on <= last,
    "refill/on",
    `A refill every ${every} has days from 1 to ${last}.`,
    every === "day" ? "Leave it out." : `Use 1 to ${last}.`,
  )
  check(isTimeOfDay(at), "refill/at", "This is not a time of day.", "Use 00:00 to 23:59.")
  check(
    isTimeZone(timeZone),
    "refill/time_zone",
    "This is no time zone of the IANA database.",
    "Use a name such as Europe/Berlin, or UTC.",
  )
  return errors
}

const lastDay = { day: 1, week: 7, month: 31 } as const
