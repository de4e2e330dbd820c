import { describe, expect, test } from "vitest"
import type { Failure } from "../../failure.ts"
import type { Key } from "../../key/key.ts"
import type { KeyCaps } from "../../keyspace.ts"
import { later } from "../../time.ts"
import type { Change } from "../change.ts"
import type { Store } from "../store.ts"
import {
  commit,
  everyPage,
  expectFailure,
  type Founded,
  found,
  hour,
  insertKeys,
  keyInsert,
  keyUpdate,
  minute,
  noon,
  revised,
  sampleKey,
  sampleKeyspace,
  updateKey,
} from "./sample.ts"

const anna = { kind: "external", id: "anna" } as const
const ben = { kind: "external", id: "ben" } as const
const revocation = { reason: "unspecified", note: null } as const
const nameTaken: Failure = { code: "already_exists", resource: "key", member: "name" }

/** The two maxima keep to the same rules, each among its own keys. */
const maxima = [
  { per: "keyspace", capped: (limit: number) => ({ maxKeys: limit }) },
  { per: "owner", capped: (limit: number) => ({ maxKeysPerOwner: limit }) },
] as const

const countings = ["active", "all"] as const

/** Changes after which a key counts no longer, and those that undo them. */
const ends: readonly { readonly what: string; readonly end: Partial<Key>; readonly undone: Partial<Key> }[] =
  [
    { what: "disabled", end: { disabledAt: noon }, undone: { disabledAt: null } },
    { what: "expired", end: { expiresAt: noon }, undone: { expiresAt: later(noon, hour) } },
    { what: "expired for good", end: { expiresAt: noon }, undone: { expiresAt: null } },
    { what: "revoked", end: { revokedAt: noon, revocation }, undone: { revokedAt: null, revocation: null } },
  ]

export function capContract(store: () => Store): void {
  const insert = (key: Key, policy: Partial<KeyCaps>) =>
    commit(store(), key.organizationId, keyInsert(key, policy))
  const update = (key: Key, policy: Partial<KeyCaps>) =>
    commit(store(), key.organizationId, keyUpdate(key, policy))
  const stored = ({ organization }: Founded) =>
    everyPage((after: Parameters<Store["keys"]>[3]["after"]) =>
      store().keys(organization.id, {}, noon, { limit: 200, after }),
    )

  describe.each(maxima)("a maximum of keys per $per", ({ per, capped }) => {
    const full = (limit: number): Failure => ({ code: "too_many_keys", limit, per })

    test.each(countings)("is reached by exactly as many of 50 that are made at once: %s", async (counted) => {
      const founded = await found(store())
      const policy = { ...capped(7), countedKeys: counted }
      const attempts = Array.from({ length: 50 }, (_, at) =>
        insert(sampleKey(founded, { expiresAt: at % 2 ? later(noon, minute) : null }), policy),
      )
      const results = await Promise.allSettled(attempts)
      expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(7)
      for (const result of results) {
        if (result.status === "rejected") expect(result.reason).toMatchObject({ failure: full(7) })
      }
      expect(await stored(founded)).toHaveLength(7)
    })

    test("is reached by exactly as many of 20 that are enabled at once", async () => {
      const founded = await found(store())
      const keys = Array.from({ length: 20 }, () => sampleKey(founded, { disabledAt: noon }))
      await insertKeys(store(), ...keys)
      const results = await Promise.allSettled(
        keys.map((key) => update(revised(key, { disabledAt: null }), capped(3))),
      )
      expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(3)
      const active = (await stored(founded)).filter(({ disabledAt }) => disabledAt === null)
      expect(active).toHaveLength(3)
    })

    test("of active keys leaves out what is disabled, revoked, expired or deleted", async () => {
      const founded = await found(store())
      await insertKeys(store(), ...ends.map(({ end }) => sampleKey(founded, end)))
      const deleted = sampleKey(founded)
      await insertKeys(store(), deleted)
      await updateKey(store(), deleted, { deletedAt: noon })
      await insert(sampleKey(founded), capped(1))
      await expectFailure(insert(sampleKey(founded), capped(1)), full(1))
    })

    test("of all keys leaves out only what is deleted", async () => {
      const founded = await found(store())
      const policy = { ...capped(5), countedKeys: "all" } as const
      await insertKeys(store(), ...ends.map(({ end }) => sampleKey(founded, end)))
      const last = sampleKey(founded)
      await insert(last, policy)
      await expectFailure(insert(sampleKey(founded, { disabledAt: noon }), policy), full(5))
      await updateKey(store(), last, { deletedAt: noon })
      await insert(sampleKey(founded), policy)
    })

    test("cannot be exceeded by waiting: what is not yet valid counts", async () => {
      const founded = await found(store())
      await insert(sampleKey(founded, { notBefore: later(noon, hour) }), capped(1))
      await expectFailure(insert(sampleKey(founded), capped(1)), full(1))
    })

    test("counts at the instant of the change: at its expiry a key counts no longer", async () => {
      const founded = await found(store())
      await insert(sampleKey(founded, { expiresAt: later(noon, minute) }), capped(1))
      const early = sampleKey(founded, { createdAt: later(noon, minute - 1) })
      await expectFailure(insert(early, capped(1)), full(1))
      await insert(sampleKey(founded, { createdAt: later(noon, minute) }), capped(1))
    })

    test.each(ends)("stands in the way of a key that was $what", async ({ end, undone }) => {
      const founded = await found(store())
      const back = sampleKey(founded, end)
      const other = sampleKey(founded)
      await insertKeys(store(), back, other)
      await expectFailure(update(revised(back, undone), capped(1)), full(1))
      // What counts already does not come in again.
      await update(revised(back, undone), { ...capped(1), countedKeys: "all" })
      expect(await store().key(back.organizationId, back.id)).toMatchObject(undone)
    })

    test("stands in the way of no change of a key that counts already, or does not come to count", async () => {
      const founded = await found(store())
      const [going, disabled] = [sampleKey(founded), sampleKey(founded, { disabledAt: noon })]
      await insertKeys(store(), going, disabled, sampleKey(founded))
      await update(revised(going, { name: "other", expiresAt: later(noon, hour) }), capped(1))
      await update(revised(disabled, { name: "other", expiresAt: later(noon, hour) }), capped(1))
      await insert(sampleKey(founded, { disabledAt: noon }), capped(1))
    })

    test("refuses a commit as a whole", async () => {
      const founded = await found(store())
      const changes: Change[] = [1, 2, 3].map(() => keyInsert(sampleKey(founded), capped(2)))
      await expectFailure(commit(store(), founded.organization.id, ...changes), full(2))
      expect(await stored(founded)).toEqual([])
    })

    test("of another keyspace or organization is another maximum", async () => {
      const [founded, foreign] = [await found(store()), await found(store())]
      const keyspace = sampleKeyspace(founded.organization.id)
      await commit(store(), founded.organization.id, { kind: "keyspace.insert", keyspace })
      for (const countedKeys of countings) {
        const policy = { ...capped(countedKeys === "active" ? 1 : 2), countedKeys }
        for (const place of [founded, { ...founded, keyspace }, foreign]) {
          await insert(sampleKey(place, { owner: anna }), policy)
        }
      }
    })
  })

  test("of none nothing is made", async () => {
    const founded = await found(store())
    const failure = { code: "too_many_keys", limit: 0, per: "keyspace" } as const
    await expectFailure(insert(sampleKey(founded), { maxKeys: 0 }), failure)
  })

  test("a key that is deleted takes up nothing, whatever else the change makes of it", async () => {
    const founded = await found(store())
    const [going, disabled] = [sampleKey(founded, { owner: ben }), sampleKey(founded, { disabledAt: noon })]
    await insertKeys(store(), going, disabled, sampleKey(founded, { owner: ben, name: "taken" }))
    const policy = { maxKeys: 1, maxKeysPerOwner: 1, uniqueNames: true }
    const end = { owner: ben, name: "taken", deletedAt: noon, disabledAt: null }
    await update(revised(disabled, end), policy)
    await update(revised(going, end), policy)
  })

  describe("a maximum of keys per owner", () => {
    test.each(countings)("is each owner's own, told apart by kind and by case: %s", async (countedKeys) => {
      const founded = await found(store())
      const policy = { maxKeysPerOwner: 1, countedKeys }
      const owners = [anna, ben, { kind: "external", id: "Anna" }, sampleKey(founded).owner] as const
      for (const owner of owners) await insert(sampleKey(founded, { owner }), policy)
      const external = { kind: "external", id: founded.organization.id } as const
      await insert(sampleKey(founded, { owner: external }), policy)
      const failure = { code: "too_many_keys", limit: 1, per: "owner" } as const
      await expectFailure(insert(sampleKey(founded, { owner: anna }), policy), failure)
    })

    test("is the new owner's when a key is given away, and frees the old one's", async () => {
      const founded = await found(store())
      const policy = { maxKeysPerOwner: 1, maxKeys: 2 }
      const [hers, his] = [sampleKey(founded, { owner: anna }), sampleKey(founded, { owner: ben })]
      await insertKeys(store(), hers, his)
      const failure = { code: "too_many_keys", limit: 1, per: "owner" } as const
      await expectFailure(update(revised(hers, { owner: ben }), policy), failure)
      // A key that does not count can be given to anyone, and counts once it is enabled.
      const disabled = revised(hers, { owner: ben, disabledAt: noon })
      await update(disabled, policy)
      await expectFailure(update(revised(disabled, { disabledAt: null }), policy), failure)
      await insert(sampleKey(founded, { owner: anna }), policy)
    })

    test("is kept when several keys are given away at once", async () => {
      const founded = await found(store())
      const keys = [1, 2, 3].map(() => sampleKey(founded, { owner: anna }))
      await insertKeys(store(), ...keys)
      const given = (limit: number) =>
        commit(
          store(),
          founded.organization.id,
          ...keys.map((key) => keyUpdate(revised(key, { owner: ben }), { maxKeysPerOwner: limit })),
        )
      await expectFailure(given(2), { code: "too_many_keys", limit: 2, per: "owner" })
      expect((await stored(founded)).map(({ owner }) => owner)).toEqual([anna, anna, anna])
      await given(3)
    })
  })

  describe("names of an owner's keys that are unique", () => {
    const policy = { uniqueNames: true } as const
    const named = (founded: Founded, name: string, members: Partial<Key> = {}) =>
      sampleKey(founded, { owner: anna, name, ...members })

    test("are refused to a second key, whatever its state, until the first is deleted", async () => {
      const founded = await found(store())
      const first = named(founded, "build", { revokedAt: noon, revocation })
      await insert(first, policy)
      await expectFailure(insert(named(founded, "build"), policy), nameTaken)
      await insert(named(founded, "Build"), policy)
      await insert(named(founded, "build", { owner: ben }), policy)
      await updateKey(store(), first, { deletedAt: noon })
      await insert(named(founded, "build"), policy)
    })

    test("are given to one of 50 that are made at once", async () => {
      const founded = await found(store())
      const attempts = Array.from({ length: 50 }, () => insert(named(founded, "build"), policy))
      const results = await Promise.allSettled(attempts)
      expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1)
      for (const result of results) {
        if (result.status === "rejected") expect(result.reason).toMatchObject({ failure: nameTaken })
      }
    })

    test("are refused to a key that is renamed, or given to another owner", async () => {
      const founded = await found(store())
      const [build, deploy] = [named(founded, "build"), named(founded, "deploy")]
      const his = named(founded, "deploy", { owner: ben })
      await insertKeys(store(), build, deploy, his)
      await expectFailure(update(revised(build, { name: "deploy" }), policy), nameTaken)
      await expectFailure(update(revised(his, { owner: anna }), policy), nameTaken)
      await update(revised(his, { owner: anna, name: "his" }), policy)
    })

    test("that are there twice already stand in the way of no other change", async () => {
      const founded = await found(store())
      const [one, other] = [named(founded, "build"), named(founded, "build")]
      await insertKeys(store(), one, other)
      const disabled = revised(one, { disabledAt: noon })
      await update(disabled, policy)
      await update(revised(disabled, { disabledAt: null, tags: ["a"] }), policy)
      await update(revised(other, { deletedAt: noon }), policy)
      await expectFailure(insert(named(founded, "build"), policy), nameTaken)
    })

    test("of other keyspaces and organizations are other names", async () => {
      const [founded, foreign] = [await found(store()), await found(store())]
      const keyspace = sampleKeyspace(founded.organization.id)
      await commit(store(), founded.organization.id, { kind: "keyspace.insert", keyspace })
      for (const place of [founded, { ...founded, keyspace }, foreign]) {
        await insert(named(place, "build"), policy)
      }
    })
  })
}
