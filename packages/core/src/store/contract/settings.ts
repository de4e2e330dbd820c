import { describe, expect, test } from "vitest"
import type { Store } from "../store.ts"
import { nextId } from "./sample.ts"

export function settingContract(store: () => Store): void {
  describe("settings", () => {
    test("a value stands once it is stored", async () => {
      const name = `setting ${nextId()}`
      expect(await store().setting(name)).toBeNull()
      expect(await store().ensureSetting(name, "first")).toBe("first")
      expect(await store().ensureSetting(name, "second")).toBe("first")
      expect(await store().setting(name)).toBe("first")
    })

    test("of many who set a value at once, all are told the one that stands", async () => {
      const name = `setting ${nextId()}`
      const values = Array.from({ length: 10 }, (_, at) => store().ensureSetting(name, `value ${at}`))
      const told = new Set(await Promise.all(values))
      expect(told).toEqual(new Set([await store().setting(name)]))
    })

    test("the store answers", async () => {
      await expect(store().ping()).resolves.toBeUndefined()
    })
  })
}
