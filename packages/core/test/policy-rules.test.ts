import { describe, expect, test } from "vitest"
import type { NewKey } from "../src/authority/key-input.ts"
import { type KeyspacePolicy, openPolicy } from "../src/keyspace.ts"
import type { KeyPosition } from "../src/store/list.ts"
import { later, printTimestamp } from "../src/time.ts"
import { callerWith, failureOf, openHouse, start, trailOf } from "./authority-fixture.ts"

const page = { limit: 50, after: null }
const dayMs = 24 * 3_600_000
const day = 24 * 3600

/** A house with a keyspace of this policy, with a role and a few permissions. */
async function houseWith(policy: Partial<KeyspacePolicy> = {}) {
  const house = await openHouse()
  const { authority, admin } = house
  const keyspace = await authority.createKeyspace(admin, {
    name: "Held",
    prefix: "held",
    permissions: ["pay.request", "pay.approve", "pay.read"].map((name) => ({ name, description: "" })),
    roles: [{ name: "approver", description: "", permissions: ["pay.approve"] }],
    policy,
  })
  const { id: keyspaceId } = keyspace
  const create = async (input: Partial<NewKey> = {}) =>
    (await authority.createKey(admin, { keyspaceId, name: "Key", ...input })).key
  const tighten = (changed: Partial<KeyspacePolicy>) =>
    authority.updateKeyspace(admin, keyspaceId, { policy: changed }, null)
  const broken = async () => {
    const { items } = await authority.violations(admin, keyspaceId, page)
    return items.map(({ key, violations }) => [key.name, ...violations.map(({ rule }) => rule)])
  }
  return { ...house, house, keyspaceId, create, tighten, broken }
}

/** The rules that a refusal names, each with its member. */
async function rulesOf(call: Promise<unknown>) {
  const failure = await failureOf(call)
  if (failure.code !== "invalid_input") throw new Error(`It was refused with ${failure.code}.`)
  return failure.errors.map(({ rule, member }) => [rule, member])
}

describe("a new key", () => {
  test("lasts as long as is the default, unless somebody says otherwise", async () => {
    const { create } = await houseWith({ defaultLifetimeSeconds: 60 })
    expect((await create()).expiresAt).toBe(later(start, 60_000))
    expect((await create({ expiresAt: null })).expiresAt).toBeNull()
    expect((await create({ expiresAt: later(start, 1) })).expiresAt).toBe(later(start, 1))
  })

  test("has a tag for each that is required, by the tag itself or by how it starts", async () => {
    const { create } = await houseWith({ requiredTags: ["team:*", "reviewed"] })
    expect(await rulesOf(create())).toEqual([
      ["required_tags", "/tags"],
      ["required_tags", "/tags"],
    ])
    expect(await rulesOf(create({ tags: ["team", "reviewed"] }))).toEqual([["required_tags", "/tags"]])
    expect(await rulesOf(create({ tags: ["team:a", "reviewed:b"] }))).toHaveLength(1)
    await create({ tags: ["x", "team:a", "reviewed"] })
  })

  test("holds one permission at most of an exclusive set, however it comes by them", async () => {
    const { create } = await houseWith({ exclusivePermissions: [["pay.request", "pay.approve"]] })
    const refused = [["exclusive_permissions", "/permissions"]]
    for (const input of [
      { permissions: ["pay.request", "pay.approve"] },
      { permissions: ["pay.*"] },
      { permissions: ["*"] },
      { permissions: ["pay.request:a", "pay.approve:b"] },
      { permissions: ["pay.request"], roles: ["approver"] },
    ]) {
      expect(await rulesOf(create(input)), JSON.stringify(input)).toEqual(refused)
    }
    await create({ permissions: ["pay.request", "pay.read"] })
    await create({ roles: ["approver"], permissions: ["pay.read"] })
    await create({ permissions: ["pay.*", "!pay.approve"] })
  })
})

describe("a change", () => {
  test("is held to what it changes, and to nothing else", async () => {
    const { authority, admin, create, tighten } = await houseWith()
    const { id } = await create({ permissions: ["pay.*"] })
    await tighten({
      requiredTags: ["reviewed"],
      exclusivePermissions: [["pay.request", "pay.approve"]],
      expiryRequired: true,
    })
    const change = (patch: object) => authority.updateKey(admin, id, patch, null)
    await change({ name: "Renamed", tags: [], permissions: ["pay.*"], expiresAt: null })
    expect(await rulesOf(change({ tags: ["other"] }))).toEqual([["required_tags", "/tags"]])
    expect(await rulesOf(change({ roles: ["approver"] }))).toEqual([
      ["exclusive_permissions", "/permissions"],
    ])
    await change({ tags: ["reviewed"], permissions: ["pay.read"], expiresAt: later(start, 1000) })
    expect(await rulesOf(change({ tags: [], permissions: ["*"], expiresAt: null }))).toEqual([
      ["expiry_required", "/expires_at"],
      ["required_tags", "/tags"],
      ["exclusive_permissions", "/permissions"],
    ])
  })

  test("by rotation keeps to the longest overlap, from the rotation on", async () => {
    const { authority, admin, create, clock } = await houseWith({ maxOverlapSeconds: 60 })
    const { id } = await create()
    const rule = [["max_overlap_seconds", "/overlap"]]
    expect(await rulesOf(authority.rotateKey(admin, id, { overlapMs: 60_001 }, null))).toEqual(rule)
    const { key } = await authority.rotateKey(admin, id, {}, null)
    expect(key.secrets[0]?.expiresAt).toBe(later(start, 60_000))
    clock.advance(20_000)
    expect(await rulesOf(authority.extendRotation(admin, id, 40_001, null))).toEqual(rule)
    await authority.extendRotation(admin, id, 40_000, null)
  })
})

describe("a policy", () => {
  test("that nobody could keep to is refused", async () => {
    const { tighten } = await houseWith()
    const members = async (policy: Partial<KeyspacePolicy>) =>
      (await rulesOf(tighten(policy))).map(([, member]) => member)
    expect(await members({ defaultLifetimeSeconds: 61, maxLifetimeSeconds: 60 })).toEqual([
      "/policy/default_lifetime_seconds",
    ])
    expect(await members({ requiredTags: ["a", "*", "b*c", "d**"] })).toEqual([
      "/policy/required_tags/1",
      "/policy/required_tags/2",
      "/policy/required_tags/3",
    ])
    expect(
      await members({
        exclusivePermissions: [["pay.read", "pay.delete"], ["pay.read", "pay.read"], ["pay.*"]],
      }),
    ).toEqual([
      "/policy/exclusive_permissions/0/1",
      "/policy/exclusive_permissions/1",
      "/policy/exclusive_permissions/2/0",
      "/policy/exclusive_permissions/2",
    ])
    await tighten({ defaultLifetimeSeconds: 60, maxLifetimeSeconds: 60, requiredTags: ["a*"] })
  })

  test("names a permission that the catalog cannot lose", async () => {
    const { authority, admin, keyspaceId } = await houseWith({
      exclusivePermissions: [["pay.request", "pay.approve"]],
    })
    const permissions = [{ name: "pay.approve", description: "" }]
    expect(await rulesOf(authority.updateKeyspace(admin, keyspaceId, { permissions }, null))).toEqual([
      [undefined, "/policy/exclusive_permissions/0/0"],
    ])
  })
})

describe("the keys that break a policy", () => {
  test("are listed with each rule that they break, as long as they could be used", async () => {
    const { authority, admin, clock, create, tighten, broken } = await houseWith()
    await create({ name: "fine", expiresAt: later(start, dayMs), tags: ["a"], permissions: ["pay.read"] })
    await create({ name: "late", expiresAt: later(start, 3 * dayMs), tags: ["a"] })
    await create({ name: "all", permissions: ["*"] })
    await create({ name: "waiting", notBefore: later(start, dayMs), tags: ["a"] })
    await create({ name: "off", enabled: false })
    await create({ name: "short", expiresAt: later(start, 1), tags: [] })
    const gone = await create({ name: "gone" })
    await authority.revokeKey(admin, gone.id, { reason: "superseded", note: null })
    expect(await broken()).toEqual([])
    clock.advance(1)
    await tighten({
      maxLifetimeSeconds: 2 * day,
      expiryRequired: true,
      requiredTags: ["a"],
      exclusivePermissions: [["pay.request", "pay.approve"]],
    })
    expect((await broken()).toSorted()).toEqual([
      ["all", "expiry_required", "required_tags", "exclusive_permissions"],
      ["late", "max_lifetime_seconds"],
      ["waiting", "expiry_required"],
    ])
    // Time alone makes a late expiry one that is early enough.
    clock.advance(dayMs)
    expect((await broken()).map(([name]) => name).toSorted()).toEqual(["all", "waiting"])
  })

  test("are found page by page, however few they are among how many", async () => {
    const { authority, admin, keyspaceId, create, tighten } = await houseWith()
    for (let at = 0; at < 450; at++) {
      await create({ name: `${at}`, tags: at % 100 === 7 ? [] : ["a"] })
    }
    await tighten({ requiredTags: ["a"] })
    const names: string[] = []
    let after: KeyPosition | null = null
    do {
      const found: Awaited<ReturnType<typeof authority.violations>> = await authority.violations(
        admin,
        keyspaceId,
        { limit: 2, after },
      )
      expect(found.items.length).toBeLessThanOrEqual(2)
      names.push(...found.items.map(({ key }) => key.name))
      after = found.next
    } while (after !== null)
    expect(names.toSorted()).toEqual(["107", "207", "307", "407", "7"])
  })

  test("are listed for who may read keys there, and changed for who may write them", async () => {
    const { authority, house, keyspaceId } = await houseWith()
    const list = (...grants: string[]) => authority.violations(callerWith(house, ...grants), keyspaceId, page)
    const apply = (...grants: string[]) =>
      authority.applyPolicy(callerWith(house, ...grants), keyspaceId, false, page)
    expect((await list(`keys.read:${keyspaceId}`)).items).toEqual([])
    expect((await apply(`keys.write:${keyspaceId}`)).items).toEqual([])
    expect(await failureOf(list("keys.write"))).toEqual({
      code: "permission_denied",
      missing: ["keys.read"],
    })
    expect(await failureOf(apply("keys.read"))).toEqual({
      code: "permission_denied",
      missing: ["keys.write"],
    })
    expect(await failureOf(list("keys.read:another"))).toEqual({ code: "not_found", resource: "keyspace" })
  })
})

describe("a policy that is applied", () => {
  const nothing = { name: null, expiresAt: null, overlapSeconds: null, disabled: false }
  const policy = { maxLifetimeSeconds: 2 * day, expiryRequired: true, requiredTags: ["a"] }

  test("gives keys the latest expiry there may be, and disables what that does not help", async () => {
    const { authority, admin, house, keyspaceId, create, tighten, broken } = await houseWith()
    const eternal = await create({ name: "eternal", tags: ["a"] })
    const untagged = await create({ name: "untagged", expiresAt: later(start, dayMs) })
    const far = await create({ name: "far", tags: ["a"], notBefore: later(start, 2 * dayMs) })
    const fine = await create({ name: "fine", tags: ["a"], expiresAt: later(start, dayMs) })
    await tighten(policy)
    const expiresAt = later(start, 2 * dayMs)
    const remedies = async (dryRun: boolean) => {
      const { items } = await authority.applyPolicy(admin, keyspaceId, dryRun, page)
      return items
        .map(({ key, remedy, failure }) => [key.name, remedy, failure])
        .toSorted(([a], [b]) => String(a).localeCompare(String(b)))
    }
    const expected = [
      ["eternal", { ...nothing, expiresAt }, null],
      ["far", { ...nothing, disabled: true }, null],
      ["untagged", { ...nothing, disabled: true }, null],
    ]
    expect(await remedies(true)).toEqual(expected)
    expect(await broken()).toHaveLength(3)
    expect(await authority.key(admin, eternal.id)).toEqual(eternal)
    expect(await remedies(false)).toEqual(expected)
    expect(await broken()).toEqual([])
    expect(await remedies(false)).toEqual([])
    const after = await Promise.all([eternal, untagged, far, fine].map(({ id }) => authority.key(admin, id)))
    expect(after.map((key) => [key.expiresAt, key.disabledAt, key.revision])).toEqual([
      [expiresAt, null, 2],
      [untagged.expiresAt, start, 2],
      [null, start, 2],
      [fine.expiresAt, null, 1],
    ])
    const events = (await trailOf(house, admin.organizationId)).filter(
      ({ action }) => action === "key.updated",
    )
    expect(events).toHaveLength(3)
    expect(events.find(({ target }) => target.id === eternal.id)?.details).toEqual({
      expires_at: { before: null, after: printTimestamp(expiresAt) },
      broken_rules: ["expiry_required"],
    })
    expect(events.find(({ target }) => target.id === untagged.id)?.details).toEqual({
      enabled: { before: true, after: false },
      broken_rules: ["required_tags"],
    })
  })

  test("without a longest lifetime gives the usual one, or disables", async () => {
    const { authority, admin, keyspaceId, create, tighten } = await houseWith()
    const first = await create()
    await tighten({ expiryRequired: true, defaultLifetimeSeconds: 60 })
    await authority.applyPolicy(admin, keyspaceId, false, page)
    expect((await authority.key(admin, first.id)).expiresAt).toBe(later(start, 60_000))
    const second = await create({ expiresAt: later(start, dayMs) })
    await tighten({ ...openPolicy })
    await authority.updateKey(admin, second.id, { expiresAt: null }, null)
    await tighten({ expiryRequired: true })
    await authority.applyPolicy(admin, keyspaceId, false, page)
    expect((await authority.key(admin, second.id)).disabledAt).toBe(start)
  })

  test("goes on with the others where a key cannot be changed, and says so", async () => {
    const { authority, admin, house, clock } = await houseWith()
    const { managementKeyspace, adminKey } = house.acme
    // Management keys are changed by those alone who hold what these do.
    const weak = callerWith(house, "keys.write", "keys.read")
    const id = managementKeyspace.id
    const own = (
      await authority.createKey(admin, { keyspaceId: id, name: "Weak", permissions: ["keys.read"] })
    ).key
    const keyspace = await house.deps.store.keyspace(admin.organizationId, id)
    if (!keyspace) throw new Error("It is there.")
    const tightened = { ...keyspace, revision: keyspace.revision + 1, policy: { ...openPolicy, ...policy } }
    await house.deps.store.commit({
      organizationId: admin.organizationId,
      changes: [{ kind: "keyspace.update", keyspace: tightened }],
      events: [],
    })
    const dry = await authority.applyPolicy(weak, id, true, page)
    const { items } = await authority.applyPolicy(weak, id, false, page)
    expect(items).toEqual(dry.items)
    const told = new Map(items.map(({ key, failure }) => [key.id, failure]))
    expect(told.get(adminKey.key.id)).toBe("grant_exceeds_caller")
    expect(told.get(own.id)).toBeNull()
    expect((await authority.key(admin, own.id)).disabledAt).toBe(clock.now())
    expect((await authority.key(admin, adminKey.key.id)).disabledAt).toBeNull()
  })
})
