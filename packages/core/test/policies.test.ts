import { describe, expect, test } from "vitest"
import type { Caller } from "../src/authority/caller.ts"
import type { NewKey } from "../src/authority/key-input.ts"
import { ensureBuiltInKeyspace } from "../src/authority/organizations.ts"
import { type KeyspacePolicy, openPolicy } from "../src/keyspace.ts"
import type { Owner } from "../src/owner.ts"
import { later, printTimestamp } from "../src/time.ts"
import {
  callerAs,
  callerBy,
  failureOf,
  type House,
  newUser,
  openHouse,
  refused,
  start,
  trailOf,
} from "./authority-fixture.ts"

const hourMs = 3_600_000
const anna: Owner = { kind: "external", id: "anna" }
const ben: Owner = { kind: "external", id: "ben" }

/** A house with a keyspace of this policy. */
async function houseWith(policy: Partial<KeyspacePolicy>) {
  const house = await openHouse()
  const { authority, admin } = house
  const permissions = ["a.read", "a.write"].map((name) => ({ name, description: "" }))
  const keyspace = await authority.createKeyspace(admin, {
    name: "Held",
    prefix: "held",
    permissions,
    policy,
  })
  const create = async (input: Partial<NewKey> = {}, caller: Caller = admin) =>
    (await authority.createKey(caller, { keyspaceId: keyspace.id, name: "Key", ...input })).key
  return { house, authority, admin, keyspace, create }
}

/** What is wrong with an expiry: each message, and the one fix. */
async function faults(call: Promise<unknown>) {
  const failure = await failureOf(call)
  if (failure.code !== "invalid_input") throw new Error(`It was refused with ${failure.code}.`)
  for (const { member } of failure.errors) expect(member).toBe("/expires_at")
  return { rules: failure.errors.map(({ message }) => message), fix: failure.errors[0]?.fix }
}

/** A caller who presents a management key that may do everything until then. */
async function presenting(house: House, members: Partial<NewKey>): Promise<Caller> {
  const keyspaceId = house.acme.managementKeyspace.id
  const input = { keyspaceId, name: "Presented", permissions: ["*"], ...members }
  return callerBy(house, (await house.authority.createKey(house.admin, input)).key)
}

describe("a policy", () => {
  test("is open by default, and each member that a change names is changed alone", async () => {
    const { house, authority, admin, keyspace } = await houseWith({})
    expect(keyspace.policy).toEqual(openPolicy)
    const policy = { maxKeys: 5, uniqueNames: true }
    await authority.updateKeyspace(admin, keyspace.id, { policy }, null)
    const changed = await authority.updateKeyspace(admin, keyspace.id, { policy: { maxKeys: null } }, null)
    expect(changed.policy).toEqual({ ...openPolicy, uniqueNames: true })
    const renamed = await authority.updateKeyspace(admin, keyspace.id, { name: "Renamed" }, null)
    expect(renamed.policy).toEqual(changed.policy)
    const [, narrowed] = (await trailOf(house, admin.organizationId)).slice(-3)
    expect(narrowed?.details).toMatchObject({
      policy: { before: { max_keys: 5, unique_names: true }, after: { max_keys: null, unique_names: true } },
    })
  })

  test("of a built-in keyspace is the program's, and follows it; its retention stays", async () => {
    const house = await openHouse()
    const { organizationId } = house.admin
    const definition = {
      kind: "docspace",
      name: "DocSpace",
      description: "",
      format: "native",
      prefix: "x",
      retention: "digest",
      permissions: [],
      roles: [],
      policy: { ...openPolicy, maxKeysPerOwner: 2 },
    } as const
    const made = await ensureBuiltInKeyspace(house.deps, organizationId, definition)
    expect(made).toMatchObject({ policy: definition.policy, retention: "digest" })
    const policy = { ...openPolicy, maxKeysPerOwner: 3 }
    const followed = await ensureBuiltInKeyspace(house.deps, organizationId, {
      ...definition,
      retention: "recoverable",
      policy,
    })
    expect(followed).toMatchObject({ id: made.id, policy, retention: "digest", revision: 2 })
    expect(
      (await ensureBuiltInKeyspace(house.deps, organizationId, { ...definition, policy })).revision,
    ).toBe(2)
  })

  test("that is tightened leaves the keys as they are, until what it is about changes", async () => {
    const { authority, admin, keyspace, create } = await houseWith({})
    const [one] = [
      await create({ owner: anna }),
      await create({ owner: anna }),
      await create({ owner: anna }),
    ]
    const policy = {
      maxKeys: 1,
      maxKeysPerOwner: 1,
      uniqueNames: true,
      maxLifetimeSeconds: 60,
      expiryRequired: true,
      expiryWithinCreator: true,
    }
    await authority.updateKeyspace(admin, keyspace.id, { policy }, null)
    expect(await authority.key(admin, one.id)).toEqual(one)
    const change = (patch: object) => authority.updateKey(admin, one.id, patch, null)
    await change({ name: one.name, tags: ["a"], owner: anna, expiresAt: null })
    const soon = later(start, 60_000)
    expect((await change({ expiresAt: soon })).expiresAt).toBe(soon)
    expect((await faults(change({ expiresAt: null }))).rules).toHaveLength(1)
    await change({ enabled: false })
    await refused(change({ enabled: true }), "too_many_keys")
  })
})

describe("caps", () => {
  test("hold for changes as for new keys, and the failure says which is reached", async () => {
    const { authority, admin, create } = await houseWith({ maxKeys: 3, maxKeysPerOwner: 2 })
    const [first] = [await create({ owner: anna }), await create({ owner: anna })]
    const ofOwner = { code: "too_many_keys", limit: 2, per: "owner" }
    expect(await failureOf(create({ owner: anna }))).toEqual(ofOwner)
    const his = await create({ owner: ben })
    expect(await failureOf(create({ owner: ben }))).toEqual({
      code: "too_many_keys",
      limit: 3,
      per: "keyspace",
    })
    const change = (id: string, patch: object) => authority.updateKey(admin, id, patch, null)
    expect(await failureOf(change(his.id, { owner: anna }))).toEqual(ofOwner)
    await change(first.id, { enabled: false })
    await change(his.id, { owner: anna })
    expect(await failureOf(change(first.id, { enabled: true }))).toEqual(ofOwner)
    const wanted = { owner: ben, enabled: true }
    await change(first.id, wanted)
    expect(await authority.key(admin, first.id)).toMatchObject({ owner: ben, disabledAt: null, revision: 3 })
  })

  test("hold for a key that is given a later expiry after it expired", async () => {
    const { house, authority, admin, create } = await houseWith({ maxKeys: 1 })
    const expired = await create({ expiresAt: later(start, hourMs) })
    house.clock.advance(hourMs)
    const other = await create()
    const extend = () => authority.updateKey(admin, expired.id, { expiresAt: later(start, 3 * hourMs) }, null)
    expect(await failureOf(extend())).toEqual({ code: "too_many_keys", limit: 1, per: "keyspace" })
    await authority.deleteKey(admin, other.id, null)
    await extend()
  })

  test("unique names are each owner's own, on creation, renaming and giving away", async () => {
    const { authority, admin, create } = await houseWith({ uniqueNames: true })
    const taken = { code: "already_exists", resource: "key", member: "name" }
    const hers = await create({ owner: anna, name: "build" })
    expect(await failureOf(create({ owner: anna, name: "build" }))).toEqual(taken)
    const his = await create({ owner: ben, name: "build" })
    const change = (id: string, patch: object) => authority.updateKey(admin, id, patch, null)
    expect(await failureOf(change(his.id, { owner: anna }))).toEqual(taken)
    await change(his.id, { owner: anna, name: "deploy" })
    expect(await failureOf(change(his.id, { name: "build" }))).toEqual(taken)
    await authority.deleteKey(admin, hers.id, null)
    await change(his.id, { name: "build" })
  })
})

describe("the removal of an owner", () => {
  async function leaver(policy: Partial<KeyspacePolicy>) {
    const scene = await houseWith(policy)
    const user = await newUser(scene.house, "member")
    const owner: Owner = { kind: "user", id: user.id }
    const keys = [await scene.create({ owner, name: "one" }), await scene.create({ owner, name: "two" })]
    const remove = (heir: Owner) =>
      scene.authority.remove(scene.admin, "user", user.id, { kind: "transfer", owner: heir })
    const preview = (heir: Owner) =>
      scene.authority.previewRemoval(scene.admin, "user", user.id, { kind: "transfer", owner: heir })
    const untouched = async () => {
      for (const key of keys) expect(await scene.authority.key(scene.admin, key.id)).toEqual(key)
      expect(await scene.authority.user(scene.admin, user.id)).toEqual(user)
    }
    return { ...scene, user, owner, keys, remove, preview, untouched }
  }

  test("gives no one more keys than they may have, and does nothing by halves", async () => {
    const { create, remove, preview, untouched, authority, admin, keys } = await leaver({
      maxKeysPerOwner: 2,
    })
    await create({ owner: anna })
    for (const attempt of [preview, remove]) {
      expect(await failureOf(attempt(anna))).toEqual({ code: "too_many_keys", limit: 2, per: "owner" })
    }
    expect((await preview(ben)).keys).toHaveLength(2)
    await untouched()
    await remove(ben)
    for (const { id } of keys) expect((await authority.key(admin, id)).owner).toEqual(ben)
  })

  test("gives no one a key of a name that they have", async () => {
    const { create, remove, preview, untouched } = await leaver({ uniqueNames: true })
    await create({ owner: anna, name: "two" })
    const taken = { code: "already_exists", resource: "key", member: "name" }
    for (const attempt of [preview, remove]) expect(await failureOf(attempt(anna))).toEqual(taken)
    await untouched()
    await remove(ben)
  })

  test("freezes and lets expire whatever the policy is by now", async () => {
    for (const policy of [{ kind: "freeze" }, { kind: "expire", days: 900 }] as const) {
      const { authority, admin, keyspace, user } = await leaver({})
      const tightened = { maxKeys: 1, maxKeysPerOwner: 1, uniqueNames: true, maxLifetimeSeconds: 60 }
      await authority.updateKeyspace(admin, keyspace.id, { policy: tightened }, null)
      await authority.remove(admin, "user", user.id, policy)
    }
  })
})

describe("the expiry of a key", () => {
  test("is at most the longest lifetime from now, and none where none is required", async () => {
    const { house, authority, admin, create } = await houseWith({ maxLifetimeSeconds: 3600 })
    const end = later(start, hourMs)
    const key = await create({ expiresAt: end })
    await create({ expiresAt: null })
    const { rules, fix } = await faults(create({ expiresAt: later(end, 1) }))
    expect(rules).toEqual([expect.stringContaining("3600 seconds from now (max_lifetime_seconds)")])
    expect(fix).toContain(printTimestamp(end))
    // From now, and not from when the key was made.
    const extend = (expiresAt: typeof end) => authority.updateKey(admin, key.id, { expiresAt }, null)
    await faults(extend(later(end, 1)))
    house.clock.advance(1000)
    expect((await extend(later(end, 1000))).expiresAt).toBe(later(end, 1000))
    await faults(extend(later(end, 1001)))
  })

  test("has to be there where it is required, when a key is made and when it is changed", async () => {
    const { authority, admin, create } = await houseWith({ expiryRequired: true })
    for (const input of [{}, { expiresAt: null }]) {
      const { rules, fix } = await faults(create(input))
      expect(rules).toEqual([expect.stringContaining("expiry_required")])
      expect(fix).toBe("Send an instant at which it expires.")
    }
    const key = await create({ expiresAt: later(start, 1) })
    await faults(authority.updateKey(admin, key.id, { expiresAt: null }, null))
    await authority.updateKey(admin, key.id, { name: "Renamed" }, null)
  })

  test("is within that of the key that it is made with, as that is now", async () => {
    const { house, authority, admin, create } = await houseWith({ expiryWithinCreator: true })
    const end = later(start, hourMs)
    const caller = await presenting(house, { expiresAt: end })
    for (const expiresAt of [later(end, 1), null]) {
      const { rules, fix } = await faults(create({ expiresAt }, caller))
      expect(rules).toEqual([expect.stringContaining("expiry_within_creator")])
      expect(fix).toContain(printTimestamp(end))
    }
    await faults(create({}, caller))
    const key = await create({ expiresAt: end }, caller)
    const extend = (by: Caller) => authority.updateKey(by, key.id, { expiresAt: later(end, 1) }, null)
    await faults(extend(caller))
    await authority.updateKey(caller, key.id, { name: "Renamed" }, null)
    // The presented key is given an hour more: the caller is the one that was identified before.
    const presented = caller.actor.credential?.id ?? ""
    await authority.updateKey(admin, presented, { expiresAt: later(end, hourMs) }, null)
    await extend(caller)
    await authority.deleteKey(admin, presented, null)
    await faults(create({ expiresAt: later(start, 1) }, caller))
  })

  test("is free where no key was presented, or one that does not expire", async () => {
    const { house, create } = await houseWith({ expiryWithinCreator: true })
    const lasting = await presenting(house, {})
    const signedIn = await presenting(house, { expiresAt: later(start, 1) })
    const session = { kind: "session", id: "x" } as const
    for (const caller of [
      house.admin,
      lasting,
      { ...signedIn, actor: { ...signedIn.actor, credential: session } },
    ]) {
      expect((await create({}, caller)).expiresAt).toBeNull()
    }
  })

  test("that breaks several rules is told of each, and of the latest instant that all of them allow", async () => {
    const { house, create } = await houseWith({
      maxLifetimeSeconds: 3600,
      expiryRequired: true,
      expiryWithinCreator: true,
    })
    const end = later(start, hourMs - 1)
    const caller = await presenting(house, { expiresAt: end })
    const late = await faults(create({ expiresAt: later(start, 2 * hourMs) }, caller))
    expect(late.rules).toHaveLength(2)
    expect(late.fix).toContain(printTimestamp(end))
    const none = await faults(create({}, caller))
    expect(none.rules).toHaveLength(2)
    expect(none.fix).toContain(printTimestamp(end))
    await create({ expiresAt: end }, caller)
  })
})

describe("where owners grant", () => {
  test("an owner gives a key of theirs any permission of the catalog, and none to another's", async () => {
    const { house, keyspace, authority, create } = await houseWith({ ownersGrant: true })
    const user = await newUser(house, "member")
    const member = await callerAs(house, user)
    const key = await create({ permissions: ["a.write"] }, member)
    expect(key.owner).toEqual({ kind: "user", id: user.id })
    const changed = await authority.updateKey(member, key.id, { permissions: ["a.*"] }, null)
    expect(changed.permissions).toEqual(["a.*"])
    await refused(create({ permissions: ["b.read"] }, member), "invalid_input")
    await refused(create({ owner: anna }, member), "permission_denied")

    await authority.updateKeyspace(house.admin, keyspace.id, { policy: { ownersGrant: false } }, null)
    const other = await callerAs(house, await newUser(house, "member"))
    await refused(create({ permissions: ["a.read"] }, other), "grant_exceeds_caller")
  })
})
