import { describe, expect, test } from "vitest"
import { type Instant, later } from "../../time.ts"
import type { KeyUsage, LastUse, Store, UsageCount } from "../store.ts"
import {
  found,
  hour,
  insertKeys,
  keyInsert,
  nextId,
  noon,
  sampleKey,
  sampleSecret,
  usedAt,
} from "./sample.ts"

export function usageContract(store: () => Store): void {
  describe("usage", () => {
    test("a last use moves forward and never back, for each secret and for the key", async () => {
      const founded = await found(store())
      const key = sampleKey(founded, { secrets: [sampleSecret(), sampleSecret({ version: 2 })] })
      await insertKeys(store(), key)
      const use = async (...lastUsed: [number, Instant][]) => {
        const uses = lastUsed.map(([version, at]): [number, LastUse] => [version, { at, from: null }])
        await store().recordUsage([
          { organizationId: key.organizationId, keyId: key.id, lastUsed: new Map(uses), counts: [] },
        ])
        const read = await store().key(key.organizationId, key.id)
        return [read?.lastUsedAt, ...(read?.secrets.map(({ lastUsedAt }) => lastUsedAt) ?? [])]
      }
      expect(await use([1, later(noon, 10)])).toEqual([later(noon, 10), later(noon, 10), null])
      expect(await use([1, later(noon, 5)])).toEqual([later(noon, 10), later(noon, 10), null])
      expect(await use([2, later(noon, 7)])).toEqual([later(noon, 10), later(noon, 10), later(noon, 7)])
      expect(await use([1, later(noon, 9)], [2, later(noon, 20)])).toEqual([
        later(noon, 20),
        later(noon, 10),
        later(noon, 20),
      ])
      expect(await use()).toEqual([later(noon, 20), later(noon, 10), later(noon, 20)])
    })

    test("a last use tells from where, and an earlier one tells nothing", async () => {
      const founded = await found(store())
      const key = sampleKey(founded, { secrets: [sampleSecret(), sampleSecret({ version: 2 })] })
      await insertKeys(store(), key)
      const from = async (version: number, at: Instant, address: string | null) => {
        const lastUsed = new Map([[version, { at, from: address }]])
        await store().recordUsage([use(key, { lastUsed })])
        const read = await store().key(key.organizationId, key.id)
        return read?.secrets.map(({ lastUsedFrom }) => lastUsedFrom)
      }
      expect(await from(1, later(noon, 10), "192.0.2.1")).toEqual(["192.0.2.1", null])
      expect(await from(2, later(noon, 5), "2001:db8::1")).toEqual(["192.0.2.1", "2001:db8::1"])
      expect(await from(1, later(noon, 9), "192.0.2.2")).toEqual(["192.0.2.1", "2001:db8::1"])
      expect(await from(1, later(noon, 10), "192.0.2.3")).toEqual(["192.0.2.1", "2001:db8::1"])
      expect(await from(1, later(noon, 11), null)).toEqual([null, "2001:db8::1"])
    })

    test("a use is no change of the key: the revision stays", async () => {
      const founded = await found(store())
      const key = sampleKey(founded)
      await insertKeys(store(), key)
      await store().recordUsage([use(key, { lastUsed: usedAt(later(noon, 1)) })])
      const [secret] = key.secrets
      expect(await store().key(key.organizationId, key.id)).toEqual({
        ...key,
        lastUsedAt: later(noon, 1),
        secrets: [{ ...secret, lastUsedAt: later(noon, 1) }],
      })
    })

    test("counts add up by hour and outcome, and are read in that order", async () => {
      const founded = await found(store())
      const key = sampleKey(founded)
      await insertKeys(store(), key)
      const next = later(noon, hour)
      await store().recordUsage([
        use(key, {
          counts: [
            { hour: next, outcome: "VALID", count: 1 },
            { hour: noon, outcome: "VALID", count: 2 },
          ],
        }),
        use(key, { counts: [{ hour: noon, outcome: "VALID", count: 4 }] }),
      ])
      await store().recordUsage([
        use(key, {
          counts: [
            { hour: noon, outcome: "EXPIRED", count: 1_000_000_000_000 },
            { hour: noon, outcome: "VALID", count: 8 },
          ],
        }),
      ])
      const counts: UsageCount[] = [
        { hour: noon, outcome: "EXPIRED", count: 1_000_000_000_000 },
        { hour: noon, outcome: "VALID", count: 14 },
        { hour: next, outcome: "VALID", count: 1 },
      ]
      const read = (from: Instant, to: Instant) => store().usage(key.organizationId, key.id, from, to)
      expect(await read(noon, later(next, 1))).toEqual(counts)
      expect(await read(noon, next)).toEqual(counts.slice(0, 2))
      expect(await read(next, later(next, hour))).toEqual(counts.slice(2))
      expect(await read(later(noon, 1), next)).toEqual([])
    })

    test("unknown keys are skipped, and the others recorded all the same", async () => {
      const founded = await found(store())
      const other = await found(store())
      const key = sampleKey(founded)
      await insertKeys(store(), key)
      const recorded = {
        lastUsed: usedAt(later(noon, 1)),
        counts: [{ hour: noon, outcome: "VALID", count: 1 }],
      } as const
      await store().recordUsage([
        { organizationId: founded.organization.id, keyId: nextId(), ...recorded },
        { organizationId: other.organization.id, keyId: key.id, ...recorded },
        use(key, recorded),
        { organizationId: nextId(), keyId: nextId(), ...recorded },
      ])
      expect(await store().usage(key.organizationId, key.id, noon, later(noon, 1))).toEqual(recorded.counts)
    })

    test("thousands of keys are recorded in one call", async () => {
      const founded = await found(store())
      const keys = Array.from({ length: 2_500 }, () => sampleKey(founded))
      const changes = keys.map((key) => keyInsert(key))
      await store().commit({ organizationId: founded.organization.id, changes, events: [] })
      await store().recordUsage(
        keys.map((key) =>
          use(key, {
            lastUsed: usedAt(later(noon, 5)),
            counts: [{ hour: noon, outcome: "VALID", count: 1 }],
          }),
        ),
      )
      const last = keys.at(-1)
      const read = await store().key(founded.organization.id, last?.id ?? "")
      expect(read?.lastUsedAt).toBe(later(noon, 5))
      const page = await store().keys(founded.organization.id, { lastUsedFrom: noon }, noon, {
        limit: 1_500,
        after: null,
      })
      expect(page.items).toHaveLength(1_500)
    })

    test("nothing recorded is nothing changed", async () => {
      await expect(store().recordUsage([])).resolves.toBeUndefined()
    })
  })
}

function use(
  { organizationId, id }: { readonly organizationId: string; readonly id: string },
  recorded: Partial<KeyUsage>,
): KeyUsage {
  return { organizationId, keyId: id, lastUsed: new Map(), counts: [], ...recorded }
}
