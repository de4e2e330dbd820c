import fc from "fast-check"
import { expect, test } from "vitest"
import { isId, newId, newRandomId } from "../src/id.ts"
import type { Instant } from "../src/time.ts"
import { seededEntropy } from "./chance.ts"

const instant = fc.integer({ min: 0, max: 2 ** 48 - 1 }).map((ms) => ms as Instant)

test("a UUIDv7 has its version, its variant, and the millisecond in front (RFC 9562 §5.7)", () => {
  fc.assert(
    fc.property(instant, fc.integer(), (now, seed) => {
      const id = newId(now, seededEntropy(seed))
      expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
      expect(isId(id)).toBe(true)
      expect(Number.parseInt(id.slice(0, 13).replace("-", ""), 16)).toBe(now)
    }),
  )
})

test("ids of a later millisecond sort after those of an earlier one", () => {
  fc.assert(
    fc.property(instant, instant, fc.integer(), (a, b, seed) => {
      fc.pre(a !== b)
      const entropy = seededEntropy(seed)
      const [earlier, later] = a < b ? [a, b] : [b, a]
      expect(newId(earlier, entropy) < newId(later, entropy)).toBe(true)
    }),
  )
})

test("the 74 bits that are neither time nor form are chance", () => {
  const now = 1_782_948_649_068 as Instant
  const none = newId(now, { bytes: (count) => new Uint8Array(count) })
  const all = newId(now, { bytes: (count) => new Uint8Array(count).fill(0xff) })
  expect(none).toBe("019f2005-586c-7000-8000-000000000000")
  expect(all).toBe("019f2005-586c-7fff-bfff-ffffffffffff")
})

test("a UUIDv4 has its version and variant (RFC 9562 §5.4)", () => {
  expect(newRandomId({ bytes: (count) => new Uint8Array(count) })).toBe(
    "00000000-0000-4000-8000-000000000000",
  )
  expect(newRandomId({ bytes: (count) => new Uint8Array(count).fill(0xff) })).toBe(
    "ffffffff-ffff-4fff-bfff-ffffffffffff",
  )
})

test.each([
  ["019F2001-B9EC-7000-8000-000000000000", "capitals"],
  ["019f2001b9ec70008000000000000000", "no dashes"],
  ["{019f2001-b9ec-7000-8000-000000000000}", "braces"],
  ["019f2001-b9ec-7000-8000-00000000000", "a digit short"],
  ["019f2001-b9ec-7000-8000-000000000000\n", "newline after"],
  ["", "empty"],
])("%j is not an id: %s", (text) => {
  expect(isId(text)).toBe(false)
})
