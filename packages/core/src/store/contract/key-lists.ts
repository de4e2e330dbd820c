import fc from "fast-check"
import { describe, expect, test } from "vitest"
import type { Key } from "../../key/key.ts"
import { keyStates } from "../../key/lifecycle.ts"
import type { Owner } from "../../owner.ts"
import { type Instant, later } from "../../time.ts"
import { keyMatches, positionOf } from "../filter.ts"
import { type KeyFilter, type KeyPosition, keyOrder } from "../list.ts"
import { compareText, compareValues } from "../order.ts"
import type { Store } from "../store.ts"
import {
  commit,
  everyPage,
  expectFailure,
  type Founded,
  found,
  insertKeys,
  insertPrincipals,
  keyInsert,
  keyUpdate,
  minute,
  noon,
  sampleKey,
  sampleKeyspace,
  sampleServiceAccount,
  sampleUser,
} from "./sample.ts"

export function keyListContract(store: () => Store): void {
  describe("lists of keys", () => {
    test("each filter, alone and with others, finds what matches it and nothing else, in its order", async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(members, { minLength: 30, maxLength: 60 }),
          fc.array(filters, { minLength: 20, maxLength: 20 }),
          fc.integer({ min: 1, max: 9 }),
          async (population, asked, limit) => {
            const founded = await found(store())
            const keys = await populate(store(), founded, population)
            for (const pick of asked) {
              const filter = pick(placesOf(founded))
              const listed = await everyPage((after: KeyPosition | null) =>
                store().keys(founded.organization.id, filter, noon, { limit, after }),
              )
              expect(listed, JSON.stringify(filter)).toEqual(expected(keys, filter))
            }
          },
        ),
        { numRuns: 12 },
      )
    })

    test.each(Object.entries(singleFilters))("the filter %s alone", async (_name, pick) => {
      const founded = await found(store())
      const population = fc.sample(members, { numRuns: 60, seed: 7 })
      const keys = await populate(store(), founded, population)
      const filter = pick(placesOf(founded))
      const matching = expected(keys, filter)
      expect(matching.length).toBeGreaterThan(0)
      expect(matching.length).toBeLessThan(keys.length)
      const page = await store().keys(founded.organization.id, filter, noon, { limit: 100, after: null })
      expect(page).toEqual({ items: matching, next: null })
    })

    test("a state is what the key is at the given instant: on the boundaries too", async () => {
      const founded = await found(store())
      const key = sampleKey(founded, { notBefore: noon, expiresAt: later(noon, minute) })
      await insertKeys(store(), key)
      const states = async (now: Instant) => {
        const pages = keyStates.map(async (state) => {
          const page = await store().keys(founded.organization.id, { state }, now, { limit: 2, after: null })
          return page.items.length === 1 ? [state] : []
        })
        return (await Promise.all(pages)).flat()
      }
      expect(await states(later(noon, -1))).toEqual(["not_yet_valid"])
      expect(await states(noon)).toEqual(["active"])
      expect(await states(later(noon, minute - 1))).toEqual(["active"])
      expect(await states(later(noon, minute))).toEqual(["expired"])
    })

    test("changed tags, names and owners are found under the new and not under the old", async () => {
      const founded = await found(store())
      const organizationId = founded.organization.id
      const key = sampleKey(founded, { tags: ["old", "kept"], name: "old" })
      await insertKeys(store(), key)
      const owner: Owner = { kind: "external", id: "new" }
      const next = { ...key, tags: ["kept", "new"], name: "new", owner, revision: 2 }
      await commit(store(), organizationId, keyUpdate(next))
      const count = async (filter: KeyFilter) =>
        (await store().keys(organizationId, filter, noon, { limit: 5, after: null })).items.length
      expect(await count({ tag: "old" })).toBe(0)
      expect(await count({ tag: "kept" })).toBe(1)
      expect(await count({ tag: "new" })).toBe(1)
      expect(await count({ namePrefix: "old" })).toBe(0)
      expect(await count({ namePrefix: "new" })).toBe(1)
      expect(await count({ owner: key.owner })).toBe(0)
      expect(await count({ owner })).toBe(1)
    })

    test("a position of a list with another order is refused", async () => {
      const founded = await found(store())
      const position = positionOf(sampleKey(founded), "created_at")
      const list = store().keys(founded.organization.id, { namePrefix: "" }, noon, {
        limit: 5,
        after: position,
      })
      await expectFailure(list, expect.objectContaining({ code: "invalid_input" }))
    })
  })
}

/** What keys belong to: the founded keyspace and one more, and whom; `populate` makes what is not there. */
interface Places {
  readonly keyspaces: readonly [string, string]
  readonly owners: readonly [Owner, Owner, Owner, Owner]
}
type Members = typeof members extends fc.Arbitrary<infer Member> ? Member : never
type FilterParts = Omit<KeyFilter, "keyspaceId" | "owner"> & {
  readonly keyspace?: 0 | 1
  readonly owner?: 0 | 1 | 2 | 3
}
type PickFilter = (places: Places) => KeyFilter

function placesOf({ keyspace }: Founded): Places {
  const { id } = keyspace
  return {
    keyspaces: [id, `${id} second`],
    owners: [
      { kind: "external", id: `${id} a` },
      { kind: "external", id: `${id} A` },
      { kind: "user", id: `${id} a` },
      { kind: "service_account", id: `${id} a ` },
    ],
  }
}

async function populate(store: Store, founded: Founded, population: readonly Members[]): Promise<Key[]> {
  const organizationId = founded.organization.id
  const { keyspaces, owners } = placesOf(founded)
  const second = sampleKeyspace(organizationId, { id: keyspaces[1] })
  const keys = population.map(({ keyspace, owner, revokedAt, ...rest }) => {
    const revocation = revokedAt === null ? null : ({ reason: "unspecified", note: null } as const)
    const place = { keyspaceId: keyspaces[keyspace], owner: owners[owner] }
    return sampleKey(founded, { ...rest, ...place, revokedAt, revocation })
  })
  const inserts = keys.map((key) => keyInsert(key))
  await insertPrincipals(
    store,
    sampleUser(organizationId, { id: owners[2].id }),
    sampleServiceAccount(organizationId, { id: owners[3].id }),
  )
  await commit(store, organizationId, { kind: "keyspace.insert", keyspace: second }, ...inserts)
  return keys
}

/** What a list must hold: the model that every store is compared with. */
function expected(keys: readonly Key[], filter: KeyFilter): Key[] {
  const order = keyOrder(filter)
  const direction = order === "created_at" ? -1 : 1
  return keys
    .filter((key) => key.deletedAt === null && keyMatches(key, filter, noon))
    .sort((a, b) => {
      const values = compareValues(positionOf(a, order).value, positionOf(b, order).value)
      return direction * (values || compareText(a.id, b.id))
    })
}

const names = [
  "a",
  "A",
  "a b",
  "ab",
  "b",
  "é",
  "e\u0301",
  "\u{1f511}",
  "\uff21",
  "a\u{10ffff}",
  "\ud7ff",
  "a ",
  "a%",
  "a_b",
]
const prefixes = [
  "",
  "a",
  "A",
  "a%",
  "a_",
  "e",
  "é",
  "\ud7ff",
  "\uff21",
  "\u{1f511}",
  "a\u{10ffff}",
  "\u{10ffff}",
  "zz",
]
const tags = ["a", "A", "a ", "é", "e\u0301", "\u{1f511}"]
const instant = fc.integer({ min: -3, max: 3 }).map((minutes) => later(noon, minutes * minute))
const instantOrNone = fc.option(instant)
const rarely = fc.oneof({ weight: 5, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: instant })

const members = fc.record({
  keyspace: fc.constantFrom(0 as const, 1 as const),
  owner: fc.constantFrom(0 as const, 1 as const, 2 as const, 3 as const),
  name: fc.constantFrom(...names),
  tags: fc.uniqueArray(fc.constantFrom(...tags), { maxLength: 3 }),
  notBefore: instantOrNone,
  expiresAt: instantOrNone,
  disabledAt: rarely,
  revokedAt: rarely,
  deletedAt: rarely,
  createdAt: instant,
  lastUsedAt: instantOrNone,
})

const parts = {
  keyspace: fc.constantFrom(0 as const, 1 as const),
  owner: fc.constantFrom(0 as const, 1 as const, 2 as const, 3 as const),
  state: fc.constantFrom(...keyStates),
  tag: fc.constantFrom(...tags),
  namePrefix: fc.constantFrom(...prefixes),
  expiresFrom: instant,
  expiresBefore: instant,
  lastUsedFrom: instant,
  lastUsedBefore: instant,
}

/** Up to three parts, so that most filters find something. */
const filters: fc.Arbitrary<PickFilter> = fc
  .subarray(Object.keys(parts), { maxLength: 3 })
  .chain((names) => {
    const chosen = Object.entries(parts).filter(([name]) => names.includes(name))
    return fc.record<Partial<FilterParts>>(Object.fromEntries(chosen))
  })
  .map(({ keyspace, owner, ...filter }) => {
    return ({ keyspaces, owners }) => ({
      ...filter,
      ...(keyspace !== undefined && { keyspaceId: keyspaces[keyspace] }),
      ...(owner !== undefined && { owner: owners[owner] }),
    })
  })

const singleFilters: Readonly<Record<string, PickFilter>> = {
  keyspaceId: ({ keyspaces }) => ({ keyspaceId: keyspaces[1] }),
  "owner external": ({ owners }) => ({ owner: owners[0] }),
  "owner user": ({ owners }) => ({ owner: owners[2] }),
  "state active": () => ({ state: "active" }),
  "state not_yet_valid": () => ({ state: "not_yet_valid" }),
  "state disabled": () => ({ state: "disabled" }),
  "state expired": () => ({ state: "expired" }),
  "state revoked": () => ({ state: "revoked" }),
  tag: () => ({ tag: "a" }),
  namePrefix: () => ({ namePrefix: "a" }),
  expiresFrom: () => ({ expiresFrom: noon }),
  expiresBefore: () => ({ expiresBefore: noon }),
  lastUsedFrom: () => ({ lastUsedFrom: noon }),
  lastUsedBefore: () => ({ lastUsedBefore: noon }),
}
