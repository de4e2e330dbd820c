import fc from "fast-check"
import { expect, test } from "vitest"
import { parseKeyId, parseTaskId, parseUserId, printKeyId } from "../../../src/dialects/octopus/ids.ts"
import { parseDate, printDate } from "../../../src/dialects/octopus/timestamp.ts"

test("a key's id tells its UUID, in any case, and two keys have two", () => {
  const anyUuid = fc.uuid()
  fc.assert(
    fc.property(anyUuid, anyUuid, (one, other) => {
      const printed = printKeyId(one)
      expect(printed).toMatch(/^apikeys-[0-9a-z]{25}$/)
      expect(parseKeyId(printed)).toBe(one)
      expect(parseKeyId(printed.toUpperCase())).toBe(one)
      expect(printKeyId(other) === printed).toBe(one === other)
    }),
  )
  expect(printKeyId("00000000-0000-0000-0000-000000000000")).toBe(`apikeys-${"0".repeat(25)}`)
  expect(parseKeyId(printKeyId("ffffffff-ffff-ffff-ffff-ffffffffffff"))).toBe(
    "ffffffff-ffff-ffff-ffff-ffffffffffff",
  )
})

test.each([
  "",
  "apikeys-",
  `apikeys-${"0".repeat(24)}`,
  `apikeys-${"0".repeat(26)}`,
  `apikeys-${"z".repeat(25)}`,
  // One more than the largest UUID.
  `apikeys-${(1n << 128n).toString(36)}`,
  `apikeys-${"0".repeat(24)}é`,
  ` apikeys-${"0".repeat(25)}`,
])("%j is no key's id", (text) => {
  expect(parseKeyId(text)).toBeNull()
})

test("users and tasks are numbers", () => {
  expect(parseUserId("uSERS-561")).toBe(561)
  expect(parseTaskId("servertasks-1")).toBe(1)
  for (const text of [
    "Users-",
    "Users-0",
    "Users--1",
    "Users-1.5",
    "Users-1e3",
    "561",
    "Users-1 ",
    `Users-${"9".repeat(16)}`,
  ]) {
    expect(parseUserId(text)).toBeNull()
  }
})

test.each([
  ["2026-11-21T09:30:39.440Z", "2026-11-21T09:30:39.440+00:00"],
  ["2026-11-21T09:30:39.44Z", "2026-11-21T09:30:39.440+00:00"],
  ["2026-11-21t09:30:39z", "2026-11-21T09:30:39.000+00:00"],
  ["2026-11-21T09:30:39.4409999999+01:00", "2026-11-21T08:30:39.440+00:00"],
  ["2026-11-21T09:30:39,5-0130", "2026-11-21T11:00:39.500+00:00"],
  ["2026-11-21T09:30+00", "2026-11-21T09:30:00.000+00:00"],
])("%s is read", (text, printed) => {
  const instant = parseDate(text)
  expect(instant && printDate(instant)).toBe(printed)
})

test.each([
  "2026-11-21",
  "2026-11-21T09:30:39",
  "2026-11-21T09Z",
  "2026-02-30T00:00:00Z",
  "2026-11-21T24:00:00Z",
  "2026-11-21T09:30:39+25:00",
  "2026-11-21T09:30:39+1:00",
  "21.11.2026 09:30Z",
  "never",
  "",
])("%j is no date with an offset", (text) => {
  expect(parseDate(text)).toBeNull()
})
