import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { type Instant, later, parseDuration, parseTimestamp, printTimestamp } from "../src/time.ts"
import { vectors } from "./vectors.ts"

const cases = vectors<{
  valid: { text: string; ms: number; reason: string }[]
  invalid: { text: string; reason: string }[]
}>("timestamps")

describe("timestamps", () => {
  test.each(cases.valid)("reads $text: $reason", ({ text, ms }) => {
    expect(parseTimestamp(text)).toBe(ms)
  })
  test.each(cases.invalid)("refuses $text: $reason", ({ text }) => {
    expect(parseTimestamp(text)).toBeNull()
  })

  const instant = fc
    .integer({ min: Date.parse("0000-01-01T00:00:00Z"), max: Date.parse("9999-12-31T23:59:59.999Z") })
    .map((ms) => ms as Instant)

  test("what is printed is read back, to the millisecond", () => {
    fc.assert(
      fc.property(instant, (at) => {
        expect(parseTimestamp(printTimestamp(at))).toBe(at)
      }),
    )
  })
  test("whatever is read can be printed and read again", () => {
    const two = (most: number) => fc.integer({ min: 0, max: most }).map((n) => String(n).padStart(2, "0"))
    const parts = fc.tuple(fc.constantFrom("0000", "0099", "2024", "2026", "9999"), two(13), two(32), two(24))
    const offset = fc.tuple(fc.constantFrom("+", "-"), two(24), two(60)).map(([s, h, m]) => `${s}${h}:${m}`)
    fc.assert(
      fc.property(parts, offset, ([year, month, day, hour], zone) => {
        const at = parseTimestamp(`${year}-${month}-${day}T${hour}:30:00${zone}`)
        if (at !== null) expect(parseTimestamp(printTimestamp(at))).toBe(at)
      }),
    )
  })
  test("an offset moves the instant the other way", () => {
    expect(parseTimestamp("2026-07-01T12:00:00+01:00")).toBe(
      later((parseTimestamp("2026-07-01T12:00:00Z") ?? 0) as Instant, -3_600_000),
    )
  })
})

describe("durations", () => {
  test.each([
    ["PT0S", 0],
    ["P0D", 0],
    ["PT1H", 3_600_000],
    ["PT90M", 5_400_000],
    ["PT1H30M5S", 5_405_000],
    ["P1D", 86_400_000],
    ["P1DT12H", 129_600_000],
    ["P2W", 1_209_600_000],
  ])("reads %s", (text, ms) => {
    expect(parseDuration(text)).toBe(ms)
  })
  test.each([
    ...[
      "",
      "P",
      "PT",
      "P1DT",
      "1H",
      "PT1",
      "P1M",
      "P1Y",
      "P1Y2M",
      "-PT1H",
      "PT-1H",
      "PT1.5S",
      "PT1H ",
      "pt1h",
    ],
    ...["P1W2D", "P1WT1H", "PT1M1H", "PT1S1S", "PT1H\n", "PT1000000000S", "PT1e3S", "P１D"],
  ])("refuses %j", (text) => {
    expect(parseDuration(text)).toBeNull()
  })
})
