import { describe, expect, test } from "vitest"
import { later } from "../../time.ts"
import type { Store } from "../store.ts"
import { found, insertKeys, noon, sampleKey, updateKey } from "./sample.ts"
import type { Capabilities } from "./suite.ts"

export function durabilityContract(open: () => Promise<Store>, reopen: Capabilities["reopen"]): void {
  describe.skipIf(!reopen)("after a restart", () => {
    test.for(["closed", "not closed"] as const)(
      "what was acknowledged is there, the store %s",
      async (how) => {
        if (!reopen) return
        const store = await open()
        const founded = await found(store)
        const organizationId = founded.organization.id
        const [kept, renamed, deleted] = [sampleKey(founded), sampleKey(founded), sampleKey(founded)]
        await insertKeys(store, kept, renamed, deleted)
        const name = await updateKey(store, renamed, { name: "renamed" })
        await updateKey(store, deleted, { deletedAt: noon })
        const counts = [{ hour: noon, outcome: "VALID", count: 2 }] as const
        await store.recordUsage([{ organizationId, keyId: name.id, lastUsed: new Map(), counts }])
        await store.ensureSetting("pepper", "fingerprint")
        const head = await store.auditHead(organizationId)
        if (how === "closed") await store.close()

        const again = await reopen(store)
        try {
          expect(await again.key(organizationId, kept.id)).toEqual(kept)
          expect(await again.key(organizationId, name.id)).toEqual(name)
          expect(await again.key(organizationId, deleted.id)).toBeNull()
          expect(await again.usage(organizationId, name.id, noon, later(noon, 1))).toEqual(counts)
          expect(await again.setting("pepper")).toBe("fingerprint")
          expect(await again.auditHead(organizationId)).toEqual(head)
        } finally {
          await again.close()
          await store.close()
        }
      },
    )

    test("two stores over one database see each other's commits at once, and never overrun each other", async () => {
      if (!reopen) return
      const store = await open()
      const founded = await found(store)
      const other = await reopen(store)
      try {
        const stores = [store, other]
        await Promise.all(
          Array.from({ length: 20 }, async (_, at) => {
            const [writer = store, reader = store] = at % 2 ? stores : stores.toReversed()
            const key = sampleKey(founded)
            await insertKeys(writer, key)
            expect(await reader.key(key.organizationId, key.id)).toEqual(key)
          }),
        )
        expect((await store.auditHead(founded.organization.id)).sequence).toBe(21)
      } finally {
        await other.close()
        await store.close()
      }
    })
  })
}
