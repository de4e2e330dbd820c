import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { decideLimit } from "../src/limit/gcra.ts"
import { type Limit, limitRateMaximum } from "../src/limit/limit.ts"
import type { Instant } from "../src/time.ts"
import { vectors } from "./vectors.ts"

const { cases } = vectors<{
  cases: {
    count: number
    window_seconds: number
    steps: {
      at: Instant
      cost: number
      accepted: boolean
      remaining: number
      reset_ms: number
      retry_after_ms: number
    }[]
    reason: string
  }[]
}>("limits")

const start = 1_782_948_649_068 as Instant
const after = (ms: number) => (start + ms) as Instant
const limitOf = (count: number, windowSeconds: number): Limit => ({ name: "test", count, windowSeconds })

/** Limits of every make: few and many, seconds and months, rates that do not divide evenly. */
const limit = fc
  .tuple(
    fc.oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 1_000_000 })),
    fc.oneof(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 31 * 86_400 })),
  )
  .map(([count, windowSeconds]) => limitOf(count, windowSeconds))
const smallLimit = fc
  .tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 7 }))
  .map(([count, windowSeconds]) => limitOf(count, windowSeconds))
const steps = fc.array(
  fc.record({ wait: fc.integer({ min: 0, max: 1500 }), cost: fc.integer({ min: 0, max: 4 }) }),
  { maxLength: 60 },
)

/** Plays the steps; answers with what was accepted, and the state at the end. */
function play(of: Limit, sequence: readonly { wait: number; cost: number }[]) {
  let tat: number | null = null
  let now: Instant = start
  const accepted: { at: Instant; cost: number }[] = []
  for (const { wait, cost } of sequence) {
    now = (now + wait) as Instant
    const decision = decideLimit(of, tat, cost, now)
    tat = decision.tat
    if (decision.accepted && cost > 0) accepted.push({ at: now, cost })
  }
  return { tat, now, accepted }
}

describe("limits", () => {
  test.each(cases)("$count in $window_seconds s: $reason", ({ count, window_seconds, steps }) => {
    const of = limitOf(count, window_seconds)
    let tat: number | null = null
    for (const { at, cost, ...expected } of steps) {
      const decision = decideLimit(of, tat, cost, at)
      expect({
        accepted: decision.accepted,
        remaining: decision.status.remaining,
        reset_ms: decision.status.resetMs,
        retry_after_ms: decision.status.retryAfterMs,
      }).toEqual(expected)
      tat = decision.tat
    }
  })

  test("a burst is exactly count", () => {
    fc.assert(
      fc.property(smallLimit, fc.nat(5000), (of, shift) => {
        const now = after(shift)
        let tat: number | null = null
        for (let unit = 1; unit <= of.count; unit++) {
          const decision = decideLimit(of, tat, 1, now)
          expect(decision.accepted).toBe(true)
          expect(decision.status.remaining).toBe(of.count - unit)
          tat = decision.tat
        }
        expect(decideLimit(of, tat, 1, now).accepted).toBe(false)
      }),
    )
  })
  test("a whole burst at once, of any limit; and one unit more is refused", () => {
    fc.assert(
      fc.property(limit, fc.nat(5000), (of, shift) => {
        fc.pre(of.count <= of.windowSeconds * limitRateMaximum)
        const whole = decideLimit(of, null, of.count, after(shift))
        expect(whole).toMatchObject({ accepted: true, status: { remaining: 0 } })
        expect(decideLimit(of, null, of.count + 1, after(shift)).accepted).toBe(false)
        expect(decideLimit(of, whole.tat, 1, after(shift)).accepted).toBe(false)
      }),
    )
  })

  test("a refusal consumes nothing, and neither does a cost of 0", () => {
    fc.assert(
      fc.property(smallLimit, steps, fc.integer({ min: 0, max: 20 }), (of, sequence, cost) => {
        const { tat, now } = play(of, sequence)
        const decision = decideLimit(of, tat, cost, now)
        if (decision.accepted && cost > 0) return
        const untouched = decideLimit(of, tat, 0, now).status
        expect(decideLimit(of, decision.tat, 0, now).status).toEqual(untouched)
        expect(decision.status.remaining).toBe(untouched.remaining)
      }),
      { numRuns: 500 },
    )
  })
  test("remaining is the truth: so many single units more are accepted at once, and not one above", () => {
    fc.assert(
      fc.property(smallLimit, steps, (of, sequence) => {
        const { tat, now } = play(of, sequence)
        let state: number | null = tat
        const { remaining } = decideLimit(of, state, 0, now).status
        for (let unit = 0; unit < remaining; unit++) {
          const decision = decideLimit(of, state, 1, now)
          expect(decision.accepted).toBe(true)
          state = decision.tat
        }
        expect(decideLimit(of, state, 1, now).accepted).toBe(false)
        if (remaining > 0) expect(decideLimit(of, tat, remaining, now).accepted).toBe(true)
      }),
      { numRuns: 500 },
    )
  })
  test("retryAfterMs is the truth: accepted at that millisecond, refused one before", () => {
    fc.assert(
      fc.property(limit, fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(5000), (of, part, shift) => {
        fc.pre(of.count <= of.windowSeconds * limitRateMaximum)
        const cost = Math.max(1, Math.ceil(of.count * part))
        const { tat } = decideLimit(of, null, of.count, after(shift))
        const { retryAfterMs } = decideLimit(of, tat, cost, after(shift)).status
        expect(retryAfterMs).toBeGreaterThan(0)
        expect(decideLimit(of, tat, cost, after(shift + retryAfterMs)).accepted).toBe(true)
        expect(decideLimit(of, tat, cost, after(shift + retryAfterMs - 1)).accepted).toBe(false)
      }),
      { numRuns: 1000 },
    )
  })
  test("resetMs is the truth: whole at that millisecond, not one before", () => {
    fc.assert(
      fc.property(smallLimit, steps, (of, sequence) => {
        const { tat, now } = play(of, sequence)
        const { resetMs } = decideLimit(of, tat, 0, now).status
        const remainingIn = (ms: number) => decideLimit(of, tat, 0, (now + ms) as Instant).status.remaining
        expect(remainingIn(resetMs)).toBe(of.count)
        if (resetMs > 0) expect(remainingIn(resetMs - 1)).toBeLessThan(of.count)
      }),
      { numRuns: 500 },
    )
  })
  test("a cost above count is always refused, and retry says when the limit is whole", () => {
    fc.assert(
      fc.property(smallLimit, steps, fc.integer({ min: 1, max: 9 }), (of, sequence, above) => {
        const { tat, now } = play(of, sequence)
        const { accepted, status } = decideLimit(of, tat, of.count + above, now)
        expect(accepted).toBe(false)
        expect(status.retryAfterMs).toBe(status.resetMs)
      }),
    )
  })

  test("no window of the limit's length ever holds more than twice count, and no stretch more than count and its share", () => {
    fc.assert(
      fc.property(smallLimit, steps, (of, sequence) => {
        const { accepted } = play(of, sequence)
        for (const [from, first] of accepted.entries()) {
          let units = 0
          for (const { at, cost } of accepted.slice(from)) {
            units += cost
            const elapsed = at - first.at
            if (elapsed < of.windowSeconds * 1000) expect(units).toBeLessThanOrEqual(2 * of.count)
            const share = (elapsed * of.count) / (of.windowSeconds * 1000)
            expect(units).toBeLessThanOrEqual(of.count + Math.floor(share + 1e-3))
          }
        }
      }),
      { numRuns: 500 },
    )
  })

  // Sums of fractional milliseconds drift by up to 2^-13 ms for each unit: at some of these rates against the caller, who
  // is refused, at others in their favour, who gains units.
  test.each([
    [600_000, 1],
    [600_007, 1],
    [99_991, 1],
    [7, 1],
    [13, 60],
    [86_399, 86_400],
    [1, 1],
    [1_000_000, 1],
  ])(
    "steady traffic at exactly %d in %d s is never refused, and never gains a unit",
    (count, windowSeconds) => {
      const of = limitOf(count, windowSeconds)
      const perMs = count / (windowSeconds * 1000)
      let tat: number | null = null
      let consumed = 0
      // The whole burst first: from then on there is no slack but the rounding's.
      const burst = decideLimit(of, null, count, start)
      tat = burst.tat
      const milliseconds = perMs > 1 ? 200_000 : 1
      const turns = perMs > 1 ? milliseconds : 200_000
      for (let turn = 1; turn <= turns; turn++) {
        const elapsed = perMs > 1 ? turn : Math.ceil(turn / perMs)
        const due = perMs > 1 ? Math.floor(elapsed * perMs + 1e-6) : turn
        const decision = decideLimit(of, tat, due - consumed, after(elapsed))
        if (!decision.accepted) throw new Error(`Refused after ${consumed} units.`)
        tat = decision.tat
        consumed = due
      }
      const elapsed = perMs > 1 ? turns : Math.ceil(turns / perMs)
      expect(decideLimit(of, tat, 0, after(elapsed)).status.remaining).toBeLessThanOrEqual(1)
    },
  )

  test("steady traffic at exactly the rate is never refused, whenever it begins, and one a millisecond early always", () => {
    const perSecond = fc.integer({ min: 1, max: 1000 })
    fc.assert(
      fc.property(perSecond, fc.integer({ min: 1, max: 60 }), fc.nat(1e9), (units, seconds, shift) => {
        const of = limitOf(units * seconds, seconds)
        let { tat } = decideLimit(of, null, of.count, after(shift))
        for (let turn = 1; turn <= 30; turn++) {
          const due = shift + turn * 1000
          expect(decideLimit(of, tat, units, after(due - 1)).accepted).toBe(false)
          const decision = decideLimit(of, tat, units, after(due))
          expect(decision.accepted).toBe(true)
          tat = decision.tat
        }
      }),
      { numRuns: 300 },
    )
  })

  test("a clock that goes backwards gives nothing away, and refuses no longer than a window", () => {
    fc.assert(
      fc.property(smallLimit, fc.integer({ min: 1, max: 1e9 }), (of, back) => {
        const full = decideLimit(of, null, of.count, start)
        const past = after(-back)
        expect(decideLimit(of, full.tat, 1, past).accepted).toBe(false)
        const { resetMs } = decideLimit(of, full.tat, 0, past).status
        expect(resetMs).toBeLessThanOrEqual(of.windowSeconds * 1000)
        expect(decideLimit(of, full.tat, 0, past).tat).toBe(full.tat)
      }),
    )
  })
  test("when the limit is changed, what was consumed still counts, and no more than one new window", () => {
    const full = decideLimit(limitOf(100, 86_400), null, 100, start)
    expect(decideLimit(limitOf(10, 1), full.tat, 1, start).status).toMatchObject({
      remaining: 0,
      resetMs: 1000,
    })
    const half = decideLimit(limitOf(100, 60), null, 50, start)
    expect(decideLimit(limitOf(10, 60), half.tat, 0, start).status.remaining).toBe(5)
    expect(decideLimit(limitOf(1000, 60), half.tat, 0, start).status.remaining).toBe(500)
  })
})
