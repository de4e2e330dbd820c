import { describe, expect, test } from "vitest"
import { later } from "../../time.ts"
import type { Store } from "../store.ts"
import { hour, minute, nextId, noon } from "./sample.ts"

export function leaseContract(store: () => Store): void {
  describe("leases", () => {
    const end = later(noon, hour)

    test("one holder has a lease until it ends, and at that instant another can", async () => {
      const name = `lease ${nextId()}`
      const [one, other] = [nextId(), nextId()]
      expect(await store().lease(name, one, noon, end)).toBe(true)
      expect(await store().lease(name, other, noon, end)).toBe(false)
      expect(await store().lease(name, other, later(end, -1), later(end, hour))).toBe(false)
      expect(await store().lease(name, other, end, later(end, hour))).toBe(true)
      expect(await store().lease(name, one, end, later(end, hour))).toBe(false)
      expect(await store().lease(`lease ${nextId()}`, one, end, later(end, hour))).toBe(true)
    })

    test("its holder alone prolongs, shortens or ends it", async () => {
      const name = `lease ${nextId()}`
      const [one, other] = [nextId(), nextId()]
      await store().lease(name, one, noon, end)
      expect(await store().lease(name, other, noon, noon)).toBe(false)
      expect(await store().lease(name, one, later(noon, minute), later(end, hour))).toBe(true)
      expect(await store().lease(name, other, end, later(end, hour))).toBe(false)
      expect(await store().lease(name, one, end, end)).toBe(true)
      expect(await store().lease(name, other, end, later(end, hour))).toBe(true)
    })

    test("of many who ask at the same time one has it", async () => {
      const name = `lease ${nextId()}`
      const asked = Array.from({ length: 10 }, () => store().lease(name, nextId(), noon, end))
      expect((await Promise.all(asked)).filter((had) => had)).toHaveLength(1)
    })
  })
}
