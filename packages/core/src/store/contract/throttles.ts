import { describe, expect, test } from "vitest"
import { later } from "../../time.ts"
import type { Store } from "../store.ts"
import { hour, minute, nextId, noon } from "./sample.ts"

export function throttleContract(store: () => Store): void {
  describe("throttles", () => {
    test("what is pushed is read by name, to the fraction; a name without one is left out", async () => {
      const [account, source, unknown] = [nextId(), nextId(), nextId()]
      const tats = new Map([
        [account, noon + minute / 7],
        [source, noon + 0.125],
      ])
      await store().pushThrottles(tats, noon)
      expect(await store().throttles([account, unknown, source])).toEqual(tats)
      expect(await store().throttles([source])).toEqual(new Map([[source, noon + 0.125]]))
      expect(await store().throttles([unknown])).toEqual(new Map())
      expect(await store().throttles([])).toEqual(new Map())
    })

    test("a throttle moves forward and never back", async () => {
      const [a, b] = [nextId(), nextId()]
      const push = async (...tats: [string, number][]) => {
        await store().pushThrottles(new Map(tats), noon)
        const read = await store().throttles([a, b])
        return [read.get(a), read.get(b)]
      }
      expect(await push([a, noon + 10])).toEqual([noon + 10, undefined])
      expect(await push([a, noon + 5], [b, noon + 1])).toEqual([noon + 10, noon + 1])
      expect(await push([b, noon + 1.5], [a, noon + 10.25])).toEqual([noon + 10.25, noon + 1.5])
      expect(await push([a, noon - hour])).toEqual([noon + 10.25, noon + 1.5])
      expect(await push()).toEqual([noon + 10.25, noon + 1.5])
    })

    test("throttles that are past are forgotten", async () => {
      const [past, present, never] = [nextId(), nextId(), nextId()]
      const earlier = later(noon, -hour)
      await store().pushThrottles(
        new Map([
          [past, noon],
          [present, noon + 0.5],
        ]),
        earlier,
      )
      expect((await store().throttles([past, present])).size).toBe(2)
      await store().pushThrottles(new Map([[never, noon - 1]]), noon)
      expect(await store().throttles([past, present, never])).toEqual(new Map([[present, noon + 0.5]]))
    })

    test("throttles that are pushed from several sides at once reach as far as the furthest", async () => {
      const names = Array.from({ length: 10 }, nextId)
      const pushes = Array.from({ length: 20 }, (_, at) => {
        const order = at % 2 ? names : names.toReversed()
        return store().pushThrottles(new Map(order.map((name) => [name, noon + 1 + at])), noon)
      })
      await Promise.all(pushes)
      expect(await store().throttles(names)).toEqual(new Map(names.map((name) => [name, noon + 20])))
    })
  })
}
