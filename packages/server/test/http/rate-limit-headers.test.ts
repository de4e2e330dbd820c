import { decideLimit, type Instant, type Limit } from "@keyward/core"
import fc from "fast-check"
import { expect, test } from "vitest"
import { rateLimitHeaders } from "../../src/http/rate-limit-headers.ts"

const start = 1_782_948_649_068 as Instant
const limit = fc
  .tuple(
    fc.oneof(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 100_000 })),
    fc.oneof(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 31 * 86_400 })),
  )
  .map(([count, windowSeconds]): Limit => ({ name: "any_1-a", count, windowSeconds }))
/** What was consumed of the limit when its status is asked for, as a part of it, and how long ago, milliseconds. */
const consumed = fc.record({ part: fc.double({ min: 0, max: 1, noNaN: true }), ago: fc.nat(5000) })

/** The whole fields, as their only readers read them. */
const fields = /^"any_1-a";q=(\d+);w=(\d+) "any_1-a";r=(\d+);t=([1-9]\d*)$/

test("what is left and for how long it is to last is never more than the limit's rate, nor later than it is worth asking", () => {
  fc.assert(
    fc.property(limit, consumed, (of, { part, ago }) => {
      const cost = Math.round(of.count * part)
      const { tat } = decideLimit(of, null, cost, (start - ago) as Instant)
      const { status } = decideLimit(of, tat, 0, start)
      const { "ratelimit-policy": policy, ratelimit } = rateLimitHeaders([status])
      const [, count, window, left, lasting] = (fields.exec(`${policy} ${ratelimit}`) ?? []).map(Number)
      expect([count, window, left]).toEqual([of.count, of.windowSeconds, status.remaining])
      const rate = of.count / of.windowSeconds
      expect(Number(left) / Number(lasting)).toBeLessThanOrEqual(rate * (1 + 1e-9))
      if (left === 0) {
        const { retryAfterMs } = decideLimit(of, tat, 1, start).status
        expect(lasting).toBe(Math.ceil(retryAfterMs / 1000))
      }
    }),
    { numRuns: 2000 },
  )
})
