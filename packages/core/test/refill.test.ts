import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { balanceAt, balanceFrom, type Credits } from "../src/credit/credits.ts"
import { nextRefill, type Refill, refillsDue } from "../src/credit/refill.ts"
import { instantAt, isTimeZone } from "../src/credit/time-zone.ts"
import { type Instant, parseTimestamp, printTimestamp } from "../src/time.ts"

function at(text: string): Instant {
  const instant = parseTimestamp(text)
  if (instant === null) throw new Error(`${text} is no timestamp.`)
  return instant
}

const daily: Refill = { amount: 5, maximum: 20, every: "day", on: 1, at: "02:30", timeZone: "Europe/Berlin" }

/** The next refills after an instant, in UTC to the minute. */
function refills(refill: Partial<Refill>, after: string, count: number): string[] {
  const found: string[] = []
  let last = at(after)
  while (found.length < count) {
    last = nextRefill({ ...daily, ...refill }, last)
    found.push(printTimestamp(last).replace(":00.000Z", "Z"))
  }
  return found
}

describe("the next refill", () => {
  test.each<[what: string, refill: Partial<Refill>, after: string, next: readonly string[]]>([
    [
      "of a time that Berlin skips is when the clock goes on",
      {},
      "2026-03-28T00:00:00Z",
      ["2026-03-28T01:30Z", "2026-03-29T01:00Z", "2026-03-30T00:30Z"],
    ],
    [
      "of a time that Berlin has twice is the first",
      {},
      "2026-10-24T00:00:00Z",
      ["2026-10-24T00:30Z", "2026-10-25T00:30Z", "2026-10-26T01:30Z"],
    ],
    [
      "of a time that New York skips is when the clock goes on",
      { timeZone: "America/New_York" },
      "2026-03-07T00:00:00Z",
      ["2026-03-07T07:30Z", "2026-03-08T07:00Z", "2026-03-09T06:30Z"],
    ],
    [
      "of a time that New York has twice is the first",
      { timeZone: "America/New_York", at: "01:30" },
      "2026-10-31T00:00:00Z",
      ["2026-10-31T05:30Z", "2026-11-01T05:30Z", "2026-11-02T06:30Z"],
    ],
    [
      "on Lord Howe Island, whose clock skips half an hour",
      { timeZone: "Australia/Lord_Howe", at: "02:15" },
      "2026-10-02T00:00:00Z",
      ["2026-10-02T15:45Z", "2026-10-03T15:30Z", "2026-10-04T15:15Z"],
    ],
    [
      "on Lord Howe Island, whose clock repeats half an hour",
      { timeZone: "Australia/Lord_Howe", at: "01:45" },
      "2026-04-03T00:00:00Z",
      ["2026-04-03T14:45Z", "2026-04-04T14:45Z", "2026-04-05T15:15Z"],
    ],
    [
      "at midnight where midnight is skipped",
      { timeZone: "Africa/Cairo", at: "00:00" },
      "2026-04-22T23:00:00Z",
      ["2026-04-23T22:00Z", "2026-04-24T21:00Z"],
    ],
    [
      "of a month that is shorter is on its last day",
      { every: "month", on: 31, at: "00:00", timeZone: "UTC" },
      "2028-01-01T00:00:00Z",
      ["2028-01-31T00:00Z", "2028-02-29T00:00Z", "2028-03-31T00:00Z", "2028-04-30T00:00Z"],
    ],
    [
      "of a week is on its day, Monday first",
      { every: "week", on: 1, at: "09:00", timeZone: "UTC" },
      "2026-01-05T09:00:00Z",
      ["2026-01-12T09:00Z", "2026-01-19T09:00Z"],
    ],
    [
      "of a week that ends on Sunday",
      { every: "week", on: 7, at: "09:00", timeZone: "UTC" },
      "2026-01-05T00:00:00Z",
      ["2026-01-11T09:00Z", "2026-01-18T09:00Z"],
    ],
    [
      "of a month by the calendar of the place, across the end of a year",
      { every: "month", on: 1, at: "00:00", timeZone: "Pacific/Auckland" },
      "2026-12-15T00:00:00Z",
      ["2026-12-31T11:00Z", "2027-01-31T11:00Z"],
    ],
  ])("%s", (_what, refill, after, next) => {
    expect(refills(refill, after, next.length)).toEqual(next)
  })

  test("is after the instant that is asked for, also when that is a refill", () => {
    const refill = at("2026-06-01T00:30:00Z")
    expect(nextRefill(daily, (refill - 1) as Instant)).toBe(refill)
    expect(nextRefill(daily, refill)).toBe(refill + 86_400_000)
  })
})

const zones = [
  "UTC",
  "Europe/Berlin",
  "America/New_York",
  "Australia/Lord_Howe",
  "Africa/Cairo",
  "Asia/Kathmandu",
]
const anyRefill = fc.record({
  amount: fc.integer({ min: 1, max: 20 }),
  maximum: fc.integer({ min: 20, max: 60 }),
  every: fc.constantFrom("day", "week", "month"),
  on: fc.integer({ min: 1, max: 7 }),
  at: fc
    .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
    .map((parts) => parts.map((part) => String(part).padStart(2, "0")).join(":")),
  timeZone: fc.constantFrom(...zones),
}) satisfies fc.Arbitrary<Refill>
const anyInstant = fc.integer({ min: Date.UTC(2024, 0), max: Date.UTC(2032, 0) }).map((ms) => ms as Instant)

test("refills come one after another, and the clock of the place shows their time unless it never shows it that day", () => {
  const clocks = new Map(
    zones.map((timeZone) => {
      const format = { timeZone, hourCycle: "h23", hour: "2-digit", minute: "2-digit" } as const
      return [timeZone, new Intl.DateTimeFormat("en-GB", format)] as const
    }),
  )
  fc.assert(
    fc.property(anyRefill, anyInstant, (refill, after) => {
      const next = nextRefill(refill, after)
      expect(next).toBeGreaterThan(after)
      expect(nextRefill(refill, (next - 1) as Instant)).toBe(next)
      const longest = { day: 26, week: 7 * 24 + 2, month: 31 * 24 + 2 }[refill.every] * 3_600_000
      expect(next - after).toBeLessThanOrEqual(longest)
      const clock = clocks.get(refill.timeZone)
      const shown = clock?.format(next) ?? ""
      if (shown === refill.at) return
      // The minute before is earlier than what was wanted, or of the day before, and this one later: the clock went past it.
      const before = clock?.format(next - 60_000) ?? ""
      expect(refill.at < shown && (before < refill.at || before > shown), `${before}, ${shown}`).toBe(true)
    }),
    { numRuns: 1000 },
  )
})

test("as many are due as come one after another", () => {
  fc.assert(
    fc.property(anyRefill, anyInstant, fc.integer({ min: 1, max: 40 }), (refill, start, count) => {
      const first = nextRefill(refill, start)
      let last = first
      for (let step = 1; step < count; step++) last = nextRefill(refill, last)
      expect(refillsDue(refill, first, last)).toBe(count)
      expect(refillsDue(refill, first, (nextRefill(refill, last) - 1) as Instant)).toBe(count)
    }),
    { numRuns: 300 },
  )
})

test("a balance that is looked at often is that of one that is looked at once", () => {
  const looks = fc.array(fc.integer({ min: 0, max: 40 * 86_400_000 }), { minLength: 1, maxLength: 8 })
  fc.assert(
    fc.property(anyRefill, anyInstant, fc.nat({ max: 80 }), looks, (refill, start, remaining, waits) => {
      const begun: Credits = { ...balanceFrom(remaining, refill, start), refill, onUnavailable: "deny" }
      let often = begun
      let now = start
      for (const wait of waits) {
        now = (now + wait) as Instant
        often = { ...often, ...balanceAt(often, now) }
      }
      expect(balanceAt(often, now)).toEqual(balanceAt(begun, now))
      expect(often.remaining).toBeLessThanOrEqual(Math.max(remaining, refill.maximum))
      expect(often.remaining).toBeGreaterThanOrEqual(remaining)
    }),
    { numRuns: 300 },
  )
})

test("every instant of a change of the clock, to the millisecond", () => {
  // 2026-03-29 in Berlin: 02:00 to 03:00 is skipped.
  const day = Date.UTC(2026, 2, 29) / 86_400_000
  const change = at("2026-03-29T01:00:00Z")
  const time = (hours: number, ms = 0) => hours * 3_600_000 + ms
  expect(instantAt("Europe/Berlin", day, time(2, -1))).toBe(change - 1)
  for (const skipped of [time(2), time(2, 1), time(3, -1), time(3)]) {
    expect(instantAt("Europe/Berlin", day, skipped)).toBe(change)
  }
  expect(instantAt("Europe/Berlin", day, time(3, 1))).toBe(change + 1)
})

test("names of time zones, and nothing else that the runtime would take for one", () => {
  for (const name of ["UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires", "Etc/GMT+5"]) {
    expect(isTimeZone(name)).toBe(true)
  }
  for (const name of ["", "+01:00", "Europe/Atlantis", "Europe/Berlin ", "Berlin", "x".repeat(65)]) {
    expect(isTimeZone(name)).toBe(false)
  }
})
