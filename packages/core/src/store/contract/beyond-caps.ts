import { describe, expect, test } from "vitest"
import type { Key } from "../../key/key.ts"
import { type Instant, later } from "../../time.ts"
import type { Maximum } from "../claims.ts"
import type { Store } from "../store.ts"
import {
  commit,
  type Founded,
  found,
  hour,
  insertKeys,
  minute,
  noon,
  sampleKey,
  sampleKeyspace,
  updateKey,
} from "./sample.ts"

const anna = { kind: "external", id: "anna" } as const
const revocation = { reason: "unspecified", note: null } as const
const countings = ["active", "all"] as const
/** The two maxima keep to the same rules, each among its own keys. */
const maxima = [
  { per: "keyspace", owner: null },
  { per: "owner", owner: anna },
] as const

export function beyondCapContract(store: () => Store): void {
  const inserted = async (founded: Founded, ...members: Partial<Key>[]) => {
    const keys = members.map((one) => sampleKey(founded, { owner: anna, ...one }))
    await insertKeys(store(), ...keys)
    return keys
  }

  describe.each(maxima)("the first key beyond a maximum per $per", ({ owner }) => {
    const first = (founded: Founded, limit: number, members: Partial<Maximum> = {}, now: Instant = noon) => {
      const maximum = { keyspaceId: founded.keyspace.id, owner, countedKeys: "active", limit, ...members }
      return store().firstBeyond(founded.organization.id, maximum as Maximum, now)
    }
    const placeOf = (key: Key | undefined) => key && { createdAt: key.createdAt, id: key.id }

    test.each(countings)("is the oldest without a place, by age and then by id: %s", async (countedKeys) => {
      const founded = await found(store())
      // Their ids ascend as they are made, and the oldest is made last.
      const [b, c, d, a] = await inserted(founded, {}, {}, {}, { createdAt: later(noon, -1) })
      const inOrder = [a, b, c, d].map(placeOf)
      for (const [limit, expected] of inOrder.entries()) {
        expect(await first(founded, limit, { countedKeys }), `${limit}`).toEqual(expected)
      }
      expect(await first(founded, 4, { countedKeys })).toBeNull()
      expect(await first(founded, 1_000_000, { countedKeys })).toBeNull()
    })

    test("is of those that count: the active and the not yet valid ones, or all but the deleted", async () => {
      const founded = await found(store())
      const at = (age: number, members: Partial<Key>) => ({ createdAt: later(noon, age), ...members })
      const keys = await inserted(
        founded,
        at(0, { disabledAt: noon }),
        at(1, { revokedAt: noon, revocation }),
        at(2, { expiresAt: noon }),
        at(3, { notBefore: later(noon, hour) }),
        at(4, {}),
        at(5, { expiresAt: later(noon, minute) }),
      )
      const active = { countedKeys: "active" } as const
      expect(await first(founded, 0, active)).toEqual(placeOf(keys[3]))
      expect(await first(founded, 2, active)).toEqual(placeOf(keys[5]))
      expect(await first(founded, 3, active)).toBeNull()
      // At its expiry a key counts no longer.
      expect(await first(founded, 2, active, later(noon, minute))).toBeNull()
      const all = { countedKeys: "all" } as const
      expect(await first(founded, 0, all)).toEqual(placeOf(keys[0]))
      expect(await first(founded, 5, all)).toEqual(placeOf(keys[5]))
      for (const key of keys.slice(0, 5)) await updateKey(store(), key, { deletedAt: noon })
      expect(await first(founded, 0, active)).toEqual(placeOf(keys[5]))
      expect(await first(founded, 0, all)).toEqual(placeOf(keys[5]))
      expect(await first(founded, 1, all)).toBeNull()
    })

    test.each(countings)("is among its own alone: %s", async (countedKeys) => {
      const founded = await found(store())
      const keyspace = sampleKeyspace(founded.organization.id)
      await commit(store(), founded.organization.id, { kind: "keyspace.insert", keyspace })
      await inserted({ ...founded, keyspace }, {}, {})
      const strangers = [
        { kind: "external", id: "Anna" } as const,
        { kind: "organization", id: "anna" } as const,
      ]
      await inserted(founded, ...strangers.map((one) => ({ owner: one })))
      const [hers] = await inserted(founded, {})
      const strangersCount = owner === null
      expect(await first(founded, 0, { countedKeys, owner: anna })).toEqual(placeOf(hers))
      expect(await first(founded, 1, { countedKeys, owner: anna })).toBeNull()
      expect(await first(founded, 2, { countedKeys })).toEqual(strangersCount ? placeOf(hers) : null)
    })
  })

  describe("older keys of the same name", () => {
    test("are counted among an owner's own, by age and then by id, and no further than asked", async () => {
      const founded = await found(store())
      const id = founded.organization.id
      const [second, third, first, other, upper, his, dead] = await inserted(
        founded,
        {},
        {},
        { createdAt: later(noon, -1) },
        { name: "Other" },
        { name: "KEY" },
        { owner: { kind: "external", id: "ben" } },
        { revokedAt: noon, revocation },
      )
      const keys = [second, third, first, other, upper, his, dead].flatMap((key) => key?.id ?? [])
      const counted = async (most: number) => {
        const older = await store().olderNamesakes(id, [...keys, "unknown"], most)
        return [first, second, third, dead, other, upper, his].map((key) => older.get(key?.id ?? ""))
      }
      expect(await counted(9)).toEqual([undefined, 1, 2, 3, undefined, undefined, undefined])
      expect(await counted(2)).toEqual([undefined, 1, 2, 2, undefined, undefined, undefined])
      if (first) await updateKey(store(), first, { deletedAt: noon })
      expect(await counted(9)).toEqual([undefined, undefined, 1, 2, undefined, undefined, undefined])
      expect(await store().olderNamesakes(id, [], 9)).toEqual(new Map())
    })
  })

  test("names that an owner's keys have are told exactly", async () => {
    const founded = await found(store())
    const [gone] = await inserted(founded, { name: "gone" }, { name: "a", disabledAt: noon }, { name: "A" })
    await inserted(founded, { name: "b", owner: { kind: "external", id: "ben" } })
    if (gone) await updateKey(store(), gone, { deletedAt: noon })
    const taken = (...names: string[]) =>
      store().takenNames(founded.organization.id, founded.keyspace.id, anna, names)
    expect(await taken("a", "A", "b", "gone", "c")).toEqual(new Set(["a", "A"]))
    expect(await taken()).toEqual(new Set())
  })
}
