import { describe, expect, test } from "vitest"
import type { Key } from "../../key/key.ts"
import { type Instant, later } from "../../time.ts"
import type { Change } from "../change.ts"
import type { KeyFilter, KeyPosition } from "../list.ts"
import type { Store } from "../store.ts"
import {
  commit,
  everyPage,
  expectFailure,
  found,
  hour,
  insertKeys,
  insertPrincipals,
  keyInsert,
  keyUpdate,
  minute,
  noon,
  principalUpdate,
  restoreKey,
  revised,
  sampleKey,
  sampleSecret,
  sampleUser,
  updateKey,
  usedAt,
} from "./sample.ts"

const gone = { code: "not_found", resource: "key" } as const

export function deletedKeyContract(store: () => Store): void {
  describe("deleted keys", () => {
    test("a deleted key is read by its id, as it was last, and one that is not deleted is not", async () => {
      const founded = await found(store())
      const organizationId = founded.organization.id
      const key = sampleKey(founded, { tags: ["a"], deleteProtected: true })
      await insertKeys(store(), key)
      expect(await store().deletedKey(organizationId, key.id)).toBeNull()
      const deleted = await updateKey(store(), key, { deletedAt: later(noon, minute) })
      expect(await store().deletedKey(organizationId, key.id)).toEqual(deleted)
      expect(await store().deletedKeyByAlias(organizationId, key.alias)).toEqual(deleted)
    })

    test("they are listed, the last deleted first, by every filter and page by page", async () => {
      const founded = await found(store())
      const organizationId = founded.organization.id
      const owner = { kind: "external", id: "anna" } as const
      const keys = [0, 1, 1, 2, 3].map((minutes, at) =>
        sampleKey(founded, {
          name: `key ${at}`,
          tags: at % 2 ? ["odd"] : [],
          ...(at > 2 ? { owner } : {}),
          deletedAt: later(noon, minutes * minute),
        }),
      )
      await insertKeys(store(), sampleKey(founded, { owner, tags: ["odd"] }), ...keys)
      const list = async (filter: KeyFilter) => {
        const listed = await everyPage((after: KeyPosition | null) =>
          store().keys(organizationId, { deletedFrom: noon, ...filter }, noon, { limit: 2, after }),
        )
        return listed.map(({ name }) => name)
      }
      expect(await list({})).toEqual(["key 4", "key 3", "key 2", "key 1", "key 0"])
      expect(await list({ deletedFrom: later(noon, minute) })).toEqual(["key 4", "key 3", "key 2", "key 1"])
      expect(await list({ owner })).toEqual(["key 4", "key 3"])
      expect(await list({ tag: "odd" })).toEqual(["key 3", "key 1"])
      expect(await list({ namePrefix: "key 1" })).toEqual(["key 1"])
      expect(await list({ keyspaceId: founded.keyspace.id, state: "active" })).toHaveLength(5)
      expect(await list({ keyspaceId: "another" })).toEqual([])
      expect(await list({ lastUsedFrom: later(noon, -hour) })).toEqual([])
    })

    test("a restored key is as it was, found by everything it was found by", async () => {
      const founded = await found(store())
      const organizationId = founded.organization.id
      const secrets = [
        sampleSecret({ expiresAt: later(noon, hour) }),
        sampleSecret({ version: 2, sealed: "v1.sealed" }),
      ]
      const key = sampleKey(founded, {
        tags: ["a", "b"],
        expiresAt: later(noon, hour),
        disabledAt: noon,
        secrets,
      })
      await insertKeys(store(), key)
      const counts = [{ hour: noon, outcome: "VALID", count: 2 }] as const
      const lastUsed = usedAt(later(noon, minute))
      await store().recordUsage([{ organizationId, keyId: key.id, lastUsed, counts }])
      const used = await store().key(organizationId, key.id)
      const restored = await restoreKey(store(), await updateKey(store(), key, { deletedAt: noon }))

      const read = await store().key(organizationId, key.id)
      expect(read).toEqual({ ...used, updatedAt: restored.updatedAt, revision: 3 })
      expect(read?.lastUsedAt).toBe(later(noon, minute))
      expect(await store().deletedKey(organizationId, key.id)).toBeNull()
      for (const secret of secrets) expect((await store().subject([secret]))?.key).toEqual(read)
      const filters = [
        {},
        { tag: "b" },
        { namePrefix: key.name },
        { lastUsedFrom: noon },
        { expiresFrom: noon },
      ]
      for (const filter of filters) {
        const page = await store().keys(organizationId, filter, noon, { limit: 5, after: null })
        expect(page.items, JSON.stringify(filter)).toEqual([read])
      }
      const none = await store().keys(organizationId, { deletedFrom: noon }, noon, { limit: 5, after: null })
      expect(none.items).toEqual([])
      expect(await store().usage(organizationId, key.id, noon, later(noon, hour))).toEqual(counts)
    })

    test("a key is restored from the revision that was deleted, once, and only if it was deleted", async () => {
      const founded = await found(store())
      const key = sampleKey(founded)
      await insertKeys(store(), key)
      await expectFailure(restoreKey(store(), { ...key, deletedAt: noon }), gone)
      const deleted = await updateKey(store(), key, { deletedAt: noon })
      await expectFailure(restoreKey(store(), key), { code: "revision_conflict", resource: "key" })
      await restoreKey(store(), deleted)
      await expectFailure(restoreKey(store(), deleted), gone)
    })

    test("a key is not restored where its owner has gone, or its policy has no place for it", async () => {
      const founded = await found(store())
      const organizationId = founded.organization.id
      const user = sampleUser(organizationId)
      await insertPrincipals(store(), user)
      const orphan = sampleKey(founded, { owner: { kind: "user", id: user.id }, deletedAt: noon })
      const key = sampleKey(founded, { name: "Same", deletedAt: noon })
      await insertKeys(store(), orphan, key)
      await commit(store(), organizationId, principalUpdate(user, { removedAt: noon }))
      await expectFailure(restoreKey(store(), orphan), { code: "not_found", resource: "user" })

      await insertKeys(store(), sampleKey(founded, { name: "Same" }))
      const tooMany = { code: "too_many_keys", limit: 1 } as const
      await expectFailure(restoreKey(store(), key, { maxKeys: 1 }), { ...tooMany, per: "keyspace" })
      await expectFailure(restoreKey(store(), key, { maxKeysPerOwner: 1 }), { ...tooMany, per: "owner" })
      const taken = { code: "already_exists", resource: "key", member: "name" } as const
      await expectFailure(restoreKey(store(), key, { uniqueNames: true }), taken)
      expect(await store().key(organizationId, key.id)).toBeNull()
      await restoreKey(store(), key, { maxKeys: 2, maxKeysPerOwner: 2 })
    })

    test("a key is restored for another owner, who has to be there and to have a place for it", async () => {
      const founded = await found(store())
      const organizationId = founded.organization.id
      const [gone, heir] = [sampleUser(organizationId), sampleUser(organizationId)]
      await insertPrincipals(store(), gone, heir)
      const orphan = sampleKey(founded, { owner: { kind: "user", id: gone.id }, deletedAt: noon })
      await insertKeys(store(), orphan)
      await commit(store(), organizationId, principalUpdate(gone, { removedAt: noon }))
      const unknown = { kind: "service_account", id: heir.id } as const
      await expectFailure(restoreKey(store(), orphan, {}, unknown), {
        code: "not_found",
        resource: "service_account",
      })
      const owner = { kind: "user", id: heir.id } as const
      const his = sampleKey(founded, { owner })
      await insertKeys(store(), his)
      const tooMany = { code: "too_many_keys", limit: 1, per: "owner" } as const
      await expectFailure(restoreKey(store(), orphan, { maxKeysPerOwner: 1 }, owner), tooMany)
      const taken = { code: "already_exists", resource: "key", member: "name" } as const
      await expectFailure(restoreKey(store(), orphan, { uniqueNames: true }, owner), taken)
      const restored = await restoreKey(store(), orphan, { maxKeysPerOwner: 2 }, owner)
      expect(await store().key(organizationId, orphan.id)).toEqual(restored)
      const page = { limit: 5, after: null }
      const { items } = await store().keys(organizationId, { owner }, noon, page)
      expect(items.map(({ id }) => id).toSorted()).toEqual([orphan.id, his.id].toSorted())
    })

    test("of many who restore keys at once, no more succeed than the policy has place for", async () => {
      const founded = await found(store())
      const keys = Array.from({ length: 8 }, () => sampleKey(founded, { deletedAt: noon }))
      await insertKeys(store(), ...keys)
      const restored = await Promise.allSettled(keys.map((key) => restoreKey(store(), key, { maxKeys: 3 })))
      expect(restored.filter(({ status }) => status === "fulfilled")).toHaveLength(3)
    })

    test("a purged key is gone with its usage, and its secrets stay taken", async () => {
      const founded = await found(store())
      const organizationId = founded.organization.id
      const secrets = [sampleSecret(), sampleSecret({ version: 2, sealed: "v1.sealed" })]
      const [key, other] = [sampleKey(founded, { secrets, tags: ["a"] }), sampleKey(founded)]
      await insertKeys(store(), key, other)
      const counts = [0, 1, 2].map((at) => {
        return { hour: later(noon, at * hour), outcome: "VALID", count: 1 } as const
      })
      for (const { id } of [key, other]) {
        await store().recordUsage([{ organizationId, keyId: id, lastUsed: usedAt(noon), counts }])
      }
      expect(await store().purgeUsage(organizationId, key.id, 5)).toBe(0)
      const deleted = await updateKey(store(), key, { deletedAt: noon })
      expect(await store().purgeUsage(organizationId, key.id, 2)).toBe(2)
      expect(await store().purgeUsage(organizationId, key.id, 2)).toBe(1)
      await commit(store(), organizationId, purge(deleted, later(noon, 1)))

      expect(await store().deletedKey(organizationId, key.id)).toBeNull()
      expect(await store().deletedKeyByAlias(organizationId, key.alias)).toBeNull()
      await expectFailure(restoreKey(store(), deleted), gone)
      expect(await store().subject(secrets)).toBeNull()
      const taken = { code: "already_exists", resource: "secret", member: "digest" } as const
      for (const { digest } of secrets) {
        const again = sampleKey(founded, { secrets: [sampleSecret({ digest })] })
        await expectFailure(commit(store(), organizationId, keyInsert(again)), taken)
      }
      const put = { kind: "secret.put", keyId: key.id, secret: sampleSecret({ version: 3 }) } as const
      await expectFailure(commit(store(), organizationId, put), gone)
      expect(await store().usage(organizationId, other.id, noon, later(noon, 9 * hour))).toEqual(counts)
      expect((await store().key(organizationId, other.id))?.secrets[0]?.hint).toEqual(sampleSecret().hint)
    })

    test("only a key that was deleted before the instant is purged", async () => {
      const founded = await found(store())
      const organizationId = founded.organization.id
      const key = sampleKey(founded)
      await insertKeys(store(), key)
      await expectFailure(commit(store(), organizationId, purge(key, later(noon, hour))), gone)
      const deleted = await updateKey(store(), key, { deletedAt: noon })
      await expectFailure(commit(store(), organizationId, purge(deleted, noon)), gone)
      expect((await store().deletedKey(organizationId, key.id))?.secrets).toEqual(key.secrets)
      await commit(store(), organizationId, purge(deleted, later(noon, 1)))
      await expectFailure(commit(store(), organizationId, purge(deleted, later(noon, 1))), gone)
    })

    test("the keys that were deleted before an instant are told of, the longest deleted first", async () => {
      // Long ago, so that nobody else's key is among them.
      const past = Date.UTC(2001, 0, 1) as Instant
      const [ours, theirs] = [await found(store()), await found(store())]
      const keys = [ours, theirs].flatMap((founded, at) =>
        [-3, -1, 0].map((minutes) =>
          sampleKey(founded, { deletedAt: later(past, minutes * minute - at), name: `${minutes}` }),
        ),
      )
      await insertKeys(store(), ...keys)
      const told = await store().keysDeletedBefore(past, 10)
      const named = ({ organizationId, id, name }: Key) => ({ organizationId, id, name })
      const [a, b, , d, e, f] = keys.map(named)
      expect(told).toEqual([d, a, e, b, f])
      expect(await store().keysDeletedBefore(past, 2)).toEqual([d, a])
      await commit(
        store(),
        ours.organization.id,
        ...keys.slice(0, 3).map((key) => purge(key, later(past, 1))),
      )
      await commit(store(), theirs.organization.id, ...keys.slice(3).map((key) => purge(key, later(past, 1))))
      expect(await store().keysDeletedBefore(later(past, 1), 10)).toEqual([])
    })

    test("a deleted key is changed by nothing but its restoration", async () => {
      const founded = await found(store())
      const organizationId = founded.organization.id
      const key = sampleKey(founded)
      await insertKeys(store(), key)
      const deleted = await updateKey(store(), key, { deletedAt: noon })
      await expectFailure(
        commit(store(), organizationId, keyUpdate(revised(deleted, { deletedAt: later(noon, 1) }))),
        gone,
      )
      expect(await store().deletedKey(organizationId, key.id)).toEqual(deleted)
    })
  })
}

function purge({ id }: Key, deletedBefore: Instant): Change {
  return { kind: "key.purge", keyId: id, deletedBefore }
}
