import { describe, expect, test } from "vitest"
import { purgeDeletedKeys, restorableMs } from "../src/authority/deleted-keys.ts"
import type { NewBlindKey, NewKey } from "../src/authority/key-input.ts"
import type { KeyspacePolicy } from "../src/keyspace.ts"
import type { Owner } from "../src/owner.ts"
import { later } from "../src/time.ts"
import {
  callerAs,
  callerWith,
  failureOf,
  newUser,
  openHouse,
  refused,
  start,
  trailOf,
} from "./authority-fixture.ts"

async function opened() {
  const house = await openHouse()
  const { authority, admin, keyspace } = house
  const create = async (input: Partial<NewKey> = {}) =>
    (await authority.createKey(admin, { keyspaceId: keyspace.id, name: "Key", ...input })).key
  const deleted = async (input: Partial<NewKey> = {}) => {
    const key = await create(input)
    await authority.deleteKey(admin, key.id, null)
    return key
  }
  const listed = async () => {
    const { items } = await authority.deletedKeys(admin, {}, { limit: 50, after: null })
    return items.map(({ name }) => name)
  }
  return { ...house, house, create, deleted, listed }
}

const gone = { code: "not_found", resource: "key" } as const

describe("a deleted key", () => {
  test("can be restored as it was until 30 days have passed, and not a moment longer", async () => {
    const { authority, admin, house, clock, deleted, listed } = await opened()
    const [key, late] = [await deleted({ tags: ["a"], permissions: ["invoices.read"] }), await deleted()]
    clock.advance(restorableMs - 1)
    expect(await listed()).toHaveLength(2)
    const restored = await authority.restoreKey(admin, key.id, 2)
    expect(restored).toEqual({ ...key, revision: 3, updatedAt: later(start, restorableMs - 1) })
    expect(await authority.key(admin, key.id)).toEqual(restored)
    expect((await trailOf(house, admin.organizationId)).at(-1)).toMatchObject({
      action: "key.restored",
      target: { kind: "key", id: key.id },
      details: { name: "Key" },
    })
    expect(house.notices.at(-1)).toMatchObject({ kind: "key", id: key.id, revision: 3 })

    clock.advance(1)
    expect(await listed()).toEqual([])
    expect(await failureOf(authority.deletedKey(admin, late.id))).toEqual(gone)
    expect(await failureOf(authority.restoreKey(admin, late.id, null))).toEqual(gone)
  })

  test("that was disabled, revoked or had expired is so again", async () => {
    const { authority, admin, clock, create } = await opened()
    const disabled = await create({ enabled: false })
    const revoked = await create()
    await authority.revokeKey(admin, revoked.id, { reason: "compromised", note: "x" })
    const expired = await create({ expiresAt: later(start, 1000) })
    for (const { id } of [disabled, revoked, expired]) {
      const before = await authority.key(admin, id)
      await authority.deleteKey(admin, id, null)
      clock.advance(2000)
      const { updatedAt, revision, ...restored } = await authority.restoreKey(admin, id, null)
      expect({ ...before, ...restored }).toEqual(before)
      expect(revision).toBe(before.revision + 2)
    }
  })

  test("is read by who could read it, and by nobody else", async () => {
    const { authority, admin, house, keyspace, deleted } = await opened()
    const { id } = await deleted()
    expect(await authority.deletedKey(admin, id)).toMatchObject({ id, deletedAt: start })
    expect(await failureOf(authority.deletedKey(callerWith(house), id))).toMatchObject({
      code: "permission_denied",
    })
    const elsewhere = callerWith(house, "keys.read:another")
    expect(await failureOf(authority.deletedKey(elsewhere, id))).toEqual(gone)
    const here = callerWith(house, `keys.read:${keyspace.id}`)
    expect((await authority.deletedKey(here, id)).id).toBe(id)
    expect(await failureOf(authority.restoreKey(here, id, null))).toMatchObject({ missing: ["keys.write"] })
    const page = { limit: 5, after: null }
    expect((await authority.deletedKeys(here, { keyspaceId: keyspace.id }, page)).items).toHaveLength(1)
    await refused(authority.deletedKeys(here, {}, page), "permission_denied")
  })

  test("is not there for a key that is not deleted, nor for one restored already", async () => {
    const { authority, admin, create, deleted } = await opened()
    const [alive, key] = [await create(), await deleted()]
    expect(await failureOf(authority.restoreKey(admin, alive.id, null))).toEqual(gone)
    expect(await failureOf(authority.restoreKey(admin, key.id, 1))).toMatchObject({
      code: "revision_conflict",
    })
    await authority.restoreKey(admin, key.id, null)
    expect(await failureOf(authority.restoreKey(admin, key.id, null))).toEqual(gone)
    expect(await failureOf(authority.deletedKey(admin, key.id))).toEqual(gone)
  })

  test("comes back only where the policy has a place for it, of many at once as many as fit", async () => {
    const { authority, admin, keyspace, create, deleted } = await opened()
    const keys = [await deleted({ name: "a" }), await deleted({ name: "b" }), await deleted({ name: "c" })]
    const policy = { maxKeys: 2, uniqueNames: true }
    await authority.updateKeyspace(admin, keyspace.id, { policy }, null)
    await create({ name: "a" })
    const [a, ...others] = keys.map(({ id }) => authority.restoreKey(admin, id, null))
    expect(await failureOf(a ?? Promise.resolve())).toMatchObject({ code: "already_exists", member: "name" })
    const settled = await Promise.allSettled(others)
    expect(settled.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"])
  })

  test("whose owner was removed is given to the one who is named, and stays deleted without", async () => {
    const { authority, admin, house, deleted } = await opened()
    const user = await newUser(house)
    const before = { kind: "user", id: user.id } as const
    const { id } = await deleted({ owner: before })
    await authority.remove(admin, "user", user.id, { kind: "freeze" })
    const errors = async (owner?: Owner) => {
      const failure = await failureOf(authority.restoreKey(admin, id, null, owner))
      return failure.code === "invalid_input" ? failure.errors : failure
    }
    const removed = [{ member: "/owner", message: expect.stringContaining("owner was removed") }]
    expect(await errors()).toMatchObject(removed)
    expect(await errors(before)).toMatchObject(removed)
    expect(await errors({ kind: "service_account", id: user.id })).toMatchObject([{ member: "/owner/id" }])
    const heir = await newUser(house)
    const after = { kind: "user", id: heir.id } as const
    expect(await authority.restoreKey(admin, id, null, after)).toMatchObject({
      owner: after,
      deletedAt: null,
    })
    expect((await authority.key(admin, id)).owner).toEqual(after)
    expect((await trailOf(house, admin.organizationId)).at(-1)).toMatchObject({
      action: "key.restored",
      details: { name: "Key", owner: { before, after } },
    })
  })

  test("that is given to somebody comes to them as a transferred one does", async () => {
    const { authority, admin, house, keyspace, recoverable, create, deleted } = await opened()
    const anna = { kind: "external", id: "anna" } as const
    const user = await newUser(house, "member")
    const member = await callerAs(house, user)
    const owner = { kind: "user", id: user.id } as const
    const { id } = await deleted({ owner })
    // Who writes only their own keys gives none away, and is told so before the owner is looked for.
    await refused(authority.restoreKey(member, id, null, { kind: "user", id: "nobody" }), "permission_denied")
    expect((await authority.restoreKey(member, id, null, owner)).owner).toEqual(owner)
    await authority.deleteKey(admin, id, null)

    await create({ owner: anna, name: "Key" })
    const tighten = (policy: Partial<KeyspacePolicy>) =>
      authority.updateKeyspace(admin, keyspace.id, { policy }, null)
    await tighten({ uniqueNames: true })
    await refused(authority.restoreKey(admin, id, null, anna), "already_exists")
    await tighten({ uniqueNames: false, maxKeysPerOwner: 1 })
    await refused(authority.restoreKey(admin, id, null, anna), "too_many_keys")
    await tighten({ maxKeysPerOwner: 2 })
    expect((await authority.restoreKey(admin, id, null, anna)).owner).toEqual(anna)

    // A kept secret could be read by the new owner: so only by who may reveal it.
    const kept = (await authority.createKey(admin, { keyspaceId: recoverable.id, name: "Kept" })).key
    await authority.deleteKey(admin, kept.id, null)
    const writer = callerWith(house, "keys.write", "keys.read")
    expect(await failureOf(authority.restoreKey(writer, kept.id, null, anna))).toEqual({
      code: "permission_denied",
      missing: ["keys.reveal"],
    })
    await authority.restoreKey(writer, kept.id, null)
  })

  test("gives back to those who write only their own keys what they could grant, and no more", async () => {
    const { authority, house, deleted } = await opened()
    const user = await newUser(house, "member")
    const member = await callerAs(house, user)
    const owner = { kind: "user", id: user.id } as const
    const [plain, granted] = [
      await deleted({ owner }),
      await deleted({ owner, permissions: ["invoices.read"] }),
    ]
    expect((await authority.restoreKey(member, plain.id, null)).id).toBe(plain.id)
    expect(await failureOf(authority.restoreKey(member, granted.id, null))).toEqual({
      code: "grant_exceeds_caller",
      missing: ["invoices.read"],
    })
  })
})

describe("deletion", () => {
  test("of a protected key is refused until the protection is off, or the key revoked", async () => {
    const { authority, admin, house, create } = await opened()
    const [key, other] = [await create({ deleteProtected: true }), await create({ deleteProtected: true })]
    expect(await failureOf(authority.deleteKey(admin, key.id, null))).toEqual({ code: "delete_protected" })
    await authority.updateKey(admin, key.id, { deleteProtected: false }, null)
    expect((await trailOf(house, admin.organizationId)).at(-1)?.details).toEqual({
      delete_protected: { before: true, after: false },
    })
    await authority.deleteKey(admin, key.id, null)
    await authority.revokeKey(admin, other.id, { reason: "superseded", note: null })
    await authority.deleteKey(admin, other.id, null)
    expect(await failureOf(authority.key(admin, other.id))).toEqual(gone)
  })
})

describe("the purge of deleted keys", () => {
  test("forgets those that can be restored no more, of all organizations, in rounds", async () => {
    const { authority, admin, house, deps, clock, deleted, listed } = await opened()
    const theirs = { ...admin, organizationId: house.other.organization.id }
    const foreign = await authority.createKey(theirs, { keyspaceId: house.foreign.id, name: "Theirs" })
    await authority.deleteKey(theirs, foreign.key.id, null)
    for (const name of ["a", "b", "c"]) await deleted({ name })
    clock.advance(1)
    await deleted({ name: "d" })
    expect(await purgeDeletedKeys(deps, 10)).toBe(0)
    clock.advance(restorableMs - 1)
    expect(await purgeDeletedKeys(deps, 3)).toBe(3)
    expect(await purgeDeletedKeys(deps, 3)).toBe(1)
    expect(await purgeDeletedKeys(deps, 3)).toBe(0)
    expect(await listed()).toEqual(["d"])
    const purged = (await trailOf(house, admin.organizationId)).filter(
      ({ action }) => action === "key.purged",
    )
    expect(purged.map(({ details }) => details["name"]).toSorted()).toEqual(["a", "b", "c"])
    expect(purged.map(({ actor }) => actor.kind)).toEqual(["system", "system", "system"])
    expect((await trailOf(house, theirs.organizationId)).at(-1)).toMatchObject({
      action: "key.purged",
      details: { name: "Theirs" },
    })
  })

  test("leaves nobody a way to bring its secret to life again", async () => {
    const { authority, admin, deps, clock, keyspace } = await opened()
    const digest = { sha256: new Uint8Array(32).fill(9) }
    const input: NewBlindKey = { keyspaceId: keyspace.id, name: "Blind", digest }
    const { key } = await authority.createKey(admin, input)
    const taken = { code: "already_exists", resource: "secret", member: "digest" }
    await authority.deleteKey(admin, key.id, null)
    expect(await failureOf(authority.createKey(admin, input))).toEqual(taken)
    clock.advance(restorableMs)
    expect(await purgeDeletedKeys(deps, 5)).toBe(1)
    expect(await failureOf(authority.createKey(admin, input))).toEqual(taken)
    expect(await deps.store.subject(key.secrets)).toBeNull()
  })
})
