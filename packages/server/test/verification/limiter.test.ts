import { type CountedLimit, decideLimit, type Instant } from "@keyward/core"
import fc from "fast-check"
import { expect, test } from "vitest"
import { Limiter, type Reservation } from "../../src/verification/limiter.ts"
import { testClock } from "../test-clock.ts"

const limit = { name: "minute", count: 10, windowSeconds: 60 }
const counted = (counter: string, name = "minute") => ({ ...limit, name, counter })
const consume = (limiter: Limiter, of: CountedLimit, tat: number, now: Instant) =>
  limiter.consume([of], [{ tat }], 1, now)

test("remembers of each key what counts, and forgets only what no longer does", () => {
  const use = fc.record({
    key: fc.nat({ max: 9 }),
    cost: fc.integer({ min: 1, max: 10 }),
    wait: fc.nat({ max: 20_000 }),
  })
  fc.assert(
    fc.property(fc.array(use, { maxLength: 100 }), (uses) => {
      const clock = testClock()
      const limiter = new Limiter()
      const all = new Map<string, number>()
      for (const { key, cost, wait } of uses) {
        const id = `key ${key}`
        const { tat } = decideLimit(limit, all.get(id) ?? null, cost, clock.now())
        const kept = decideLimit(limit, limiter.consumed(counted(id)), cost, clock.now())
        // Whether anything was forgotten or not, the decision is the one of whoever forgets nothing.
        expect(kept).toEqual(decideLimit(limit, all.get(id) ?? null, cost, clock.now()))
        if (kept.accepted) {
          all.set(id, tat)
          limiter.consume([counted(id)], [kept], cost, clock.now())
        }
        clock.advance(wait)
      }
    }),
  )
})

test("keeps the limits of one key apart, and adds a new one to what is there", () => {
  const { now } = testClock()
  const limiter = new Limiter()
  consume(limiter, counted("key", "a"), now() + 1000, now())
  consume(limiter, counted("key", "b"), now() + 2000, now())
  expect(limiter.consumed(counted("key", "a"))).toBe(now() + 1000)
  expect(limiter.consumed(counted("key", "b"))).toBe(now() + 2000)
  expect(limiter.consumed(counted("key", "c"))).toBeNull()
  expect(limiter.consumed(counted("other", "a"))).toBeNull()
})

test("its size follows the keys in use", () => {
  const clock = testClock()
  const limiter = new Limiter()
  for (let key = 0; key < 20_000; key++) {
    consume(limiter, counted(`key ${key}`), clock.now() + 1000, clock.now())
    clock.advance(1)
  }
  // A thousand are in use at any time; forgetting keeps pace within a small factor.
  expect(limiter.size).toBeLessThan(5000)
})

test("a key in steady use keeps its place although its limit is never reached, and loses it after a rest", () => {
  const clock = testClock()
  const limiter = new Limiter()
  const use = (key: string) => consume(limiter, counted(key), clock.now() + 1, clock.now())
  use("steady")
  for (let turn = 0; turn < 10; turn++) {
    clock.advance(500)
    use(`other ${turn}`)
    expect(limiter.consumed(counted("steady"))).not.toBeNull()
    use("steady")
  }
  clock.advance(1500)
  for (let turn = 10; turn < 20; turn++) use(`other ${turn}`)
  expect(limiter.consumed(counted("steady"))).toBeNull()
})

test("what is given back was never asked: the limit decides as one that knows only of what was kept", () => {
  const step = fc.record({
    what: fc.constantFrom("consume", "reserve", "keep", "give back"),
    which: fc.nat(),
    cost: fc.integer({ min: 0, max: 4 }),
    wait: fc.nat({ max: 15_000 }),
  })
  const of = counted("key")
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const clock = testClock()
      const limiter = new Limiter()
      const open: { readonly reservation: Reservation; use: { kept: boolean } }[] = []
      /** All that was asked and accepted, in order. */
      const uses: { readonly cost: number; readonly now: Instant; kept: boolean }[] = []
      const model = (): number | null =>
        uses
          .filter(({ kept }) => kept)
          .reduce<number | null>((tat, { cost, now }) => decideLimit(limit, tat, cost, now).tat, null)
      for (const { what, which, cost, wait } of steps) {
        clock.advance(wait)
        const now = clock.now()
        if (what === "consume" || what === "reserve") {
          const decision = decideLimit(limit, limiter.consumed(of), cost, now)
          // What is reserved counts like what is consumed.
          expect(decision.status).toEqual(decideLimit(limit, model(), cost, now).status)
          if (!decision.accepted) continue
          const use = { cost, now, kept: true }
          uses.push(use)
          if (what === "consume") limiter.consume([of], [decision], cost, now)
          else open.push({ reservation: limiter.reserve([of], [decision], cost, now), use })
          continue
        }
        const [settled] = open.splice(which % (open.length + 1), 1)
        if (!settled) continue
        if (what === "keep") settled.reservation.keep()
        else {
          settled.reservation.giveBack()
          settled.use.kept = false
        }
        const left = decideLimit(limit, limiter.consumed(of), 0, now).status
        expect(left).toEqual(decideLimit(limit, model(), 0, now).status)
      }
    }),
    { numRuns: 500 },
  )
})

test("a limit of which something is reserved is not forgotten, however long that takes", () => {
  const clock = testClock()
  const limiter = new Limiter()
  const decision = decideLimit(limit, null, 10, clock.now())
  limiter.reserve([counted("waiting")], [decision], 10, clock.now())
  clock.advance(3_600_000)
  for (let other = 0; other < 10; other++) {
    consume(limiter, counted(`other ${other}`), clock.now() + 1, clock.now())
  }
  expect(limiter.consumed(counted("waiting"))).toBe(decision.tat)
})
