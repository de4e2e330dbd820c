import { decideLimit, later } from "@keyward/core"
import fc from "fast-check"
import { expect, test } from "vitest"
import { Limiter } from "../../src/verification/limiter.ts"
import { testClock } from "../test-clock.ts"

/** What a limiter looks at of an accepted decision. */
const tatOf = (name: string, tat: number) => [{ status: { name }, tat }]
const limit = { name: "minute", count: 10, windowSeconds: 60 }

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
        const kept = decideLimit(limit, limiter.consumed(id, "minute"), cost, clock.now())
        // Whether anything was forgotten or not, the decision is the one of whoever forgets nothing.
        expect(kept).toEqual(decideLimit(limit, all.get(id) ?? null, cost, clock.now()))
        if (kept.accepted) {
          all.set(id, tat)
          limiter.consume(id, tatOf("minute", tat), clock.now())
        }
        clock.advance(wait)
      }
    }),
  )
})

test("keeps the limits of one key apart, and adds a new one to what is there", () => {
  const { now } = testClock()
  const limiter = new Limiter()
  limiter.consume("key", tatOf("a", now() + 1000), now())
  limiter.consume("key", tatOf("b", now() + 2000), now())
  expect(limiter.consumed("key", "a")).toBe(now() + 1000)
  expect(limiter.consumed("key", "b")).toBe(now() + 2000)
  expect(limiter.consumed("key", "c")).toBeNull()
  expect(limiter.consumed("other", "a")).toBeNull()
})

test("its size follows the keys in use", () => {
  const clock = testClock()
  const limiter = new Limiter()
  for (let key = 0; key < 20_000; key++) {
    limiter.consume(`key ${key}`, tatOf("second", later(clock.now(), 1000)), clock.now())
    clock.advance(1)
  }
  // A thousand are in use at any time; forgetting keeps pace within a small factor.
  expect(limiter.size).toBeLessThan(5000)
})

test("a key in steady use keeps its place although its limit is never reached, and loses it after a rest", () => {
  const clock = testClock()
  const limiter = new Limiter()
  const use = (key: string) => limiter.consume(key, tatOf("second", clock.now() + 1), clock.now())
  use("steady")
  for (let turn = 0; turn < 10; turn++) {
    clock.advance(500)
    use(`other ${turn}`)
    expect(limiter.consumed("steady", "second")).not.toBeNull()
    use("steady")
  }
  clock.advance(1500)
  for (let turn = 10; turn < 20; turn++) use(`other ${turn}`)
  expect(limiter.consumed("steady", "second")).toBeNull()
})
