import { describe, expect, test } from "vitest"
import type { Key } from "../../key/key.ts"
import { later } from "../../time.ts"
import { type KeyFilter, type KeyOrder, type KeyPosition, keyScanMaximum } from "../list.ts"
import type { Store } from "../store.ts"
import {
  commit,
  everyPage,
  found,
  insertKeys,
  keyInsert,
  minute,
  noon,
  restoreKey,
  sampleDraft,
  sampleKey,
  sampleKeyspace,
  updateKey,
} from "./sample.ts"

export function pagingContract(store: () => Store): void {
  describe("pages", () => {
    test.each(Object.entries(orders))(
      "by %s: keys that come and go between two pages move no other",
      async (_order, { filter, at }) => {
        const founded = await found(store())
        const organizationId = founded.organization.id
        const [a, b, c, d, e, f] = [2, 4, 4, 6, 8, 10].map((place) => sampleKey(founded, at(place)))
        const keys = [a, b, c, d, e, f].filter((key) => key !== undefined)
        await insertKeys(store(), ...keys)
        const all = await store().keys(organizationId, filter, noon, { limit: 10, after: null })
        expect(all.items).toHaveLength(6)

        const first = await store().keys(organizationId, filter, noon, { limit: 3, after: null })
        expect(first.items).toEqual(all.items.slice(0, 3))
        // Before the position: nothing of it shows on the next page. After it: it does. And the last row of the page goes.
        const [early, late] = [first.items[0], all.items[5]]
        const ends = [at(1), at(11)].map((member) => sampleKey(founded, member))
        await insertKeys(store(), ...ends)
        for (const gone of [early, first.items[2]]) {
          if (gone?.deletedAt === null) await updateKey(store(), gone, { deletedAt: noon })
          else if (gone) await restoreKey(store(), gone)
        }
        const rest = await everyPage((after: KeyPosition | null) =>
          store().keys(organizationId, filter, noon, { limit: 2, after: after ?? first.next }),
        )
        const ids = rest.map(({ id }) => id)
        expect(ids.slice(0, 3)).toEqual(all.items.slice(3).map(({ id }) => id))
        expect(ids[2]).toBe(late?.id)
        expect(ids).toHaveLength(4)
        expect(ends.map(({ id }) => id)).toContain(ids[3])
      },
    )

    test("a page says whether anything comes after it", async () => {
      const founded = await found(store())
      await insertKeys(store(), ...[1, 2, 3].map(() => sampleKey(founded)))
      const next = async (limit: number) =>
        (await store().keys(founded.organization.id, {}, noon, { limit, after: null })).next
      expect(await next(2)).not.toBeNull()
      expect(await next(3)).toBeNull()
      expect(await next(4)).toBeNull()
    })

    test("pages of keyspaces and audit events stay good as rows are added", async () => {
      const { organization, keyspace } = await found(store())
      const added = [1, 2, 3].map((place) =>
        sampleKeyspace(organization.id, { createdAt: later(noon, place * minute) }),
      )
      for (const one of added) {
        await commit(store(), organization.id, { kind: "keyspace.insert", keyspace: one })
      }
      const first = await store().keyspaces(organization.id, { limit: 2, after: null })
      const before = sampleKeyspace(organization.id, { createdAt: later(noon, -minute) })
      await commit(store(), organization.id, { kind: "keyspace.insert", keyspace: before })
      const second = await store().keyspaces(organization.id, { limit: 9, after: first.next })
      expect([...first.items, ...second.items]).toEqual([keyspace, ...added])

      const newest = await store().auditEvents(organization.id, {}, { limit: 2, after: null })
      await commit(store(), organization.id)
      const older = await store().auditEvents(organization.id, {}, { limit: 9, after: newest.next })
      const sequences = [...newest.items, ...older.items].map(({ sequence }) => sequence)
      expect(sequences).toEqual([5, 4, 3, 2, 1])
    })

    test("a filter that matches one key in many finds it, whatever a page looks at", async () => {
      const founded = await found(store())
      const organizationId = founded.organization.id
      const plain = Array.from({ length: keyScanMaximum + 100 }, () => sampleKey(founded))
      const disabled = sampleKey(founded, { disabledAt: noon, createdAt: later(noon, -minute) })
      await commit(store(), organizationId, ...[disabled, ...plain].map((key) => keyInsert(key)))
      const list = (after: KeyPosition | null) =>
        store().keys(organizationId, { state: "disabled" }, noon, { limit: 10, after })
      expect(await everyPage(list)).toEqual([disabled])
      const events = plain.map((key) =>
        sampleDraft(organizationId, { target: { kind: "key", id: key.id }, at: noon }),
      )
      const early = sampleDraft(organizationId, { at: later(noon, -minute) })
      await store().commit({ organizationId, changes: [], events: [early, ...events] })
      const matching = await everyPage((after: number | null) =>
        store().auditEvents(organizationId, { before: noon }, { limit: 10, after }),
      )
      expect(matching.map(({ id }) => id)).toEqual([early.id])
    })
  })
}

type OrderCase = { readonly filter: KeyFilter; readonly at: (place: number) => Partial<Key> }

const instant = (place: number) => later(noon, place * minute)

/** A filter of each order, and what puts a key at a place of it. */
const orders: Readonly<Record<KeyOrder | "created_at, by owner" | "created_at, by tag", OrderCase>> = {
  created_at: { filter: {}, at: (place) => ({ createdAt: instant(place) }) },
  "created_at, by owner": {
    filter: { owner: { kind: "external", id: "x" } },
    at: (place) => ({ owner: { kind: "external", id: "x" }, createdAt: instant(place) }),
  },
  "created_at, by tag": {
    filter: { tag: "x" },
    at: (place) => ({ tags: ["x"], createdAt: instant(place) }),
  },
  name: {
    filter: { namePrefix: "name " },
    at: (place) => ({ name: `name ${String(place).padStart(2, "0")}` }),
  },
  expires_at: { filter: { expiresFrom: noon }, at: (place) => ({ expiresAt: instant(place) }) },
  last_used_at: { filter: { lastUsedFrom: noon }, at: (place) => ({ lastUsedAt: instant(place) }) },
  deleted_at: { filter: { deletedFrom: noon }, at: (place) => ({ deletedAt: instant(place) }) },
}
