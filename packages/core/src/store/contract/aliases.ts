import { describe, expect, test } from "vitest"
import type { Store } from "../store.ts"
import type { Capabilities } from "./suite.ts"

export function aliasContract(open: () => Promise<Store>, reopen: Capabilities["reopen"]): void {
  const take = (store: Store, count: number) =>
    Promise.all(Array.from({ length: count }, () => store.newAlias()))

  function expectDistinct(aliases: readonly number[]): void {
    expect(new Set(aliases).size).toBe(aliases.length)
    expect(aliases.filter((alias) => !Number.isSafeInteger(alias) || alias < 1)).toEqual([])
  }

  describe("aliases", () => {
    test("are integers from 1 on, each given once, to however many ask at the same time", async () => {
      const store = await open()
      try {
        const aliases = [...(await take(store, 250)), ...(await take(store, 1)), ...(await take(store, 250))]
        expectDistinct(aliases)
      } finally {
        await store.close()
      }
    })

    test.skipIf(!reopen)(
      "are given once by all the stores over one database, and after a restart",
      async () => {
        if (!reopen) return
        const store = await open()
        const aliases = await take(store, 3)
        const other = await reopen(store)
        try {
          const rounds = await Promise.all([store, other, store, other].map((one) => take(one, 130)))
          aliases.push(...rounds.flat())
        } finally {
          await other.close()
          await store.close()
        }
        const restarted = await reopen(store)
        try {
          aliases.push(...(await take(restarted, 130)))
        } finally {
          await restarted.close()
        }
        expectDistinct(aliases)
      },
    )
  })
}
