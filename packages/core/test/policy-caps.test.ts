import fc from "fast-check"
import { describe, expect, test } from "vitest"
import type { NewKey } from "../src/authority/key-input.ts"
import type { RemediedKey } from "../src/authority/violations.ts"
import { type KeyspacePolicy, openPolicy } from "../src/keyspace.ts"
import type { Owner } from "../src/owner.ts"
import { violationsOf } from "../src/policy/rules.ts"
import type { KeyPosition } from "../src/store/list.ts"
import { later } from "../src/time.ts"
import { openHouse, start, trailOf } from "./authority-fixture.ts"

const anna: Owner = { kind: "external", id: "anna" }
const ben: Owner = { kind: "external", id: "ben" }
const hourMs = 3_600_000
const nothing = { name: null, expiresAt: null, overlapSeconds: null, disabled: false }

/** A house with a keyspace in which keys are made, one a second, before a policy is tightened. */
async function opened() {
  const house = await openHouse()
  const { authority, admin, clock } = house
  const permissions = ["pay.request", "pay.approve"].map((name) => ({ name, description: "" }))
  const { id: keyspaceId } = await authority.createKeyspace(admin, {
    name: "Held",
    prefix: "held",
    permissions,
  })
  const create = async (input: Partial<NewKey> = {}) => {
    clock.advance(1000)
    return (await authority.createKey(admin, { keyspaceId, name: "Key", owner: anna, ...input })).key
  }
  const tighten = (policy: Partial<KeyspacePolicy>) =>
    authority.updateKeyspace(admin, keyspaceId, { policy }, null)
  /** Every page of this size. */
  const every = async <Item>(
    list: (after: KeyPosition | null) => Promise<{ items: readonly Item[]; next: KeyPosition | null }>,
  ) => {
    const items: Item[] = []
    let after: KeyPosition | null = null
    do {
      const found: { items: readonly Item[]; next: KeyPosition | null } = await list(after)
      items.push(...found.items)
      after = found.next
    } while (after !== null)
    return items
  }
  const violations = (limit = 50) =>
    every((after) => authority.violations(admin, keyspaceId, { limit, after }))
  /** The names of the keys that break rules, the newest first, with these. */
  const broken = async () =>
    (await violations()).map(({ key, violations: rules }) => [key.name, ...rules.map(({ rule }) => rule)])
  const apply = (dryRun: boolean, limit = 50): Promise<RemediedKey[]> =>
    every((after) => authority.applyPolicy(admin, keyspaceId, dryRun, { limit, after }))
  const remedies = async (dryRun = false) =>
    (await apply(dryRun)).map(({ key, remedy }) => [key.name, remedy])
  return { ...house, keyspaceId, create, tighten, violations, broken, apply, remedies }
}

describe("of keys beyond a maximum", () => {
  test("the newest are listed and disabled, and those that were there first keep their place", async () => {
    const { authority, admin, create, tighten, broken, remedies } = await opened()
    for (const name of ["a", "b", "c", "d"]) await create({ name })
    const his = await create({ name: "his", owner: ben })
    await tighten({ maxKeysPerOwner: 2 })
    expect(await broken()).toEqual([
      ["d", "max_keys_per_owner"],
      ["c", "max_keys_per_owner"],
    ])
    await tighten({ maxKeys: 3 })
    const disabled = { ...nothing, disabled: true }
    const expected = [
      ["his", disabled],
      ["d", disabled],
      ["c", disabled],
    ]
    await tighten({ maxKeys: 2 })
    expect((await broken())[0]).toEqual(["his", "max_keys"])
    expect(await remedies(true)).toEqual(expected)
    expect(await remedies()).toEqual(expected)
    expect(await broken()).toEqual([])
    expect((await authority.key(admin, his.id)).disabledAt).not.toBeNull()
  })

  test("those that are disabled, revoked or expired count no longer, and those not yet valid do", async () => {
    const { authority, admin, clock, create, tighten, broken } = await opened()
    await create({ name: "off", enabled: false })
    const gone = await create({ name: "gone" })
    await authority.revokeKey(admin, gone.id, { reason: "superseded", note: null })
    await create({ name: "over", expiresAt: later(clock.now(), 2000) })
    await create({ name: "waiting", notBefore: later(start, 9 * hourMs) })
    await create({ name: "going" })
    await create({ name: "off too", enabled: false })
    clock.advance(hourMs)
    await tighten({ maxKeys: 1 })
    expect(await broken()).toEqual([["going", "max_keys"]])
    await tighten({ maxKeys: 2 })
    expect(await broken()).toEqual([])
  })

  test("where all are counted none is disabled, as that makes no room; the list goes on to name them", async () => {
    const { authority, admin, create, tighten, broken, remedies, trail } = await withTrail()
    await create({ name: "first" })
    await create({ name: "off", enabled: false })
    const last = await create({ name: "last", expiresAt: later(start, 9 * hourMs) })
    await tighten({ maxKeys: 1, countedKeys: "all", maxLifetimeSeconds: 3600 })
    const expected = [
      ["last", "max_keys", "max_lifetime_seconds"],
      ["off", "max_keys"],
    ]
    expect(await broken()).toEqual(expected)
    // What else is wrong is set right.
    const expiresAt = later(start, hourMs + 3000)
    expect(await remedies()).toEqual([
      ["last", { ...nothing, expiresAt }],
      ["off", null],
    ])
    expect(await authority.key(admin, last.id)).toMatchObject({ expiresAt, disabledAt: null })
    expect(await remedies()).toEqual([
      ["last", null],
      ["off", null],
    ])
    expect(await trail("key.updated")).toHaveLength(1)
    await authority.deleteKey(admin, last.id, null)
    expect(await broken()).toEqual([["off", "max_keys"]])
  })
})

describe("of an owner's keys of one name", () => {
  test("all but the oldest are renamed, the older ones with the lower free numbers", async () => {
    const { create, tighten, broken, remedies, trail } = await withTrail()
    await create({ name: "build" })
    await create({ name: "build 3" })
    await create({ name: "build", owner: ben })
    await create({ name: "Build" })
    for (const [at] of [1, 2, 3].entries()) await create({ name: "build", tags: [`${at}`] })
    await tighten({ uniqueNames: true })
    const rule = ["build", "unique_names"]
    expect(await broken()).toEqual([rule, rule, rule])
    const renamed = ["build 5", "build 4", "build 2"].map((name) => ["build", { ...nothing, name }])
    expect(await remedies(true)).toEqual(renamed)
    expect(await remedies()).toEqual(renamed)
    expect(await broken()).toEqual([])
    expect((await trail("key.updated")).map(({ details }) => details)).toEqual(
      ["build 5", "build 4", "build 2"].map((name) => ({
        name: { before: "build", after: name },
        broken_rules: ["unique_names"],
      })),
    )
  })

  test("the names given are no longer than names may be, and well-formed", async () => {
    const { create, tighten, broken, remedies } = await opened()
    const long = `${"x".repeat(252)}\u{1F511}x`
    for (let at = 0; at < 11; at++) await create({ name: long })
    await tighten({ uniqueNames: true })
    const names = (await remedies()).map(([, remedy]) => (remedy as { name: string }).name)
    expect(names.at(-1)).toBe(`${"x".repeat(252)} 2`)
    expect(names[0]).toBe(`${"x".repeat(252)} 11`)
    expect(new Set(names).size).toBe(10)
    expect(await broken()).toEqual([])
  })

  test("of two long names that are the same but for what is cut off, no two get the same", async () => {
    const { create, tighten, apply, broken } = await opened()
    for (const end of ["a", "b", "a", "b"]) await create({ name: `${"x".repeat(254)}${end}` })
    await tighten({ uniqueNames: true })
    const names = ["3", "2"].map((number) => `${"x".repeat(253)} ${number}`)
    const given = async (dryRun: boolean) => (await apply(dryRun)).map(({ remedy }) => remedy?.name)
    const told = await given(true)
    expect(told.toSorted().toReversed()).toEqual(names)
    expect(await given(false)).toEqual(told)
    expect(await broken()).toEqual([])
  })

  test("a thousand are told apart by number, and those after them by their alias", async () => {
    const { authority, admin, keyspaceId, deps, tighten, create } = await opened()
    const first = await create({ name: "ci" })
    const copies = Array.from({ length: 1001 }, (_, at) => ({
      ...first,
      id: `${first.id} ${String(at).padStart(4, "0")}`,
      alias: 90_000 + at,
      createdAt: later(first.createdAt, 1 + at),
      secrets: first.secrets.map((secret) => ({ ...secret, digest: `${secret.digest} ${at}` })),
    }))
    await deps.store.commit({
      organizationId: admin.organizationId,
      changes: copies.map((key) => ({ kind: "key.insert", key, policy: openPolicy })),
      events: [],
    })
    await tighten({ uniqueNames: true })
    const page = { limit: 4, after: null }
    const { items } = await authority.applyPolicy(admin, keyspaceId, false, page)
    expect(items.map(({ remedy }) => remedy?.name)).toEqual(["ci 91000", "ci 90999", "ci 1000", "ci 999"])
    const { items: left } = await authority.violations(admin, keyspaceId, { limit: 1, after: null })
    expect(left.map(({ key }) => key.id)).toEqual([copies[996]?.id])
  })

  test("a revoked one stays as it was, and a disabled one is renamed", async () => {
    const { authority, admin, create, tighten, broken, remedies } = await opened()
    await create()
    const [off, gone] = [await create({ enabled: false }), await create()]
    await authority.revokeKey(admin, gone.id, { reason: "superseded", note: null })
    await tighten({ uniqueNames: true })
    expect(await remedies()).toEqual([
      ["Key", null],
      ["Key", { ...nothing, name: "Key 2" }],
    ])
    expect(await authority.key(admin, off.id)).toMatchObject({ name: "Key 2", disabledAt: off.disabledAt })
    expect(await broken()).toEqual([["Key", "unique_names"]])
  })
})

describe("a schedule with a longer overlap than the policy allows", () => {
  test("is listed and shortened, and due when it was", async () => {
    const { authority, admin, create, tighten, broken, remedies, trail } = await withTrail()
    const rotation = { everySeconds: 7200, overlapSeconds: 3600 }
    const { id } = await create({ rotation })
    await create({ name: "off", rotation, enabled: false })
    await tighten({ maxOverlapSeconds: 60 })
    expect(await broken()).toEqual([["Key", "max_overlap_seconds"]])
    const before = await authority.key(admin, id)
    expect(await remedies()).toEqual([["Key", { ...nothing, overlapSeconds: 60 }]])
    const after = await authority.key(admin, id)
    expect(after.rotation).toEqual({ ...before.rotation, overlapSeconds: 60 })
    expect((await trail("key.updated")).at(-1)?.details).toEqual({
      rotation: {
        before: { every_seconds: 7200, overlap_seconds: 3600 },
        after: { every_seconds: 7200, overlap_seconds: 60 },
      },
      broken_rules: ["max_overlap_seconds"],
    })
    expect(await broken()).toEqual([])
  })
})

test("of several things that are wrong, the least that helps with all of them is done", async () => {
  const { clock, create, tighten, remedies, broken } = await opened()
  const rotation = { everySeconds: 7200, overlapSeconds: 3600 }
  await create({ name: "a", tags: ["t"], expiresAt: later(start, hourMs) })
  await create({ name: "a", tags: ["t"], rotation })
  await create({ name: "a", rotation })
  await tighten({
    uniqueNames: true,
    requiredTags: ["t"],
    expiryRequired: true,
    maxLifetimeSeconds: 3600,
    maxOverlapSeconds: 60,
  })
  expect(await remedies()).toEqual([
    ["a", { ...nothing, name: "a 3", disabled: true }],
    ["a", { name: "a 2", expiresAt: later(clock.now(), hourMs), overlapSeconds: 60, disabled: false }],
  ])
  expect(await broken()).toEqual([])
})

test("a key that somebody changes meanwhile is left as it is, and told of", async () => {
  const { authority, admin, deps, keyspaceId, create, tighten } = await opened()
  const key = await create()
  await tighten({ requiredTags: ["t"] })
  // Between the look at the page and the change somebody sets the key right.
  const { store } = deps
  const keys = store.keys.bind(store)
  store.keys = async (...asked) => {
    const found = await keys(...asked)
    store.keys = keys
    await authority.updateKey(admin, key.id, { tags: ["t"] }, null)
    return found
  }
  const { items } = await authority.applyPolicy(admin, keyspaceId, false, { limit: 5, after: null })
  expect(items.map(({ failure }) => failure)).toEqual(["revision_conflict"])
  expect(await authority.key(admin, key.id)).toMatchObject({ tags: ["t"], disabledAt: null, revision: 2 })
})

const anyKey = fc.record({
  name: fc.constantFrom("a", "a 2", "a 3", "b"),
  owner: fc.constantFrom(anna, ben),
  tags: fc.constantFrom([], ["t"]),
  permissions: fc.constantFrom([], ["pay.*"]),
  expiresAt: fc
    .constantFrom(null, 1, 2, 9)
    .map((hours) => (hours === null ? null : later(start, hours * hourMs))),
  waiting: fc.constantFrom(false, false, true),
  rotation: fc.constantFrom(null, { everySeconds: 7200, overlapSeconds: 3600 }),
  enabled: fc.boolean(),
  revoked: fc.constantFrom(false, false, true),
  younger: fc.boolean(),
})
const maybe = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: null })
const anyPolicy: fc.Arbitrary<KeyspacePolicy> = fc
  .record({
    maxKeys: maybe(fc.integer({ min: 1, max: 6 })),
    maxKeysPerOwner: maybe(fc.integer({ min: 1, max: 4 })),
    countedKeys: fc.constantFrom("active", "active", "all"),
    uniqueNames: fc.boolean(),
    maxLifetimeSeconds: maybe(fc.constantFrom(3600, 4 * 3600)),
    expiryRequired: fc.boolean(),
    requiredTags: fc.constantFrom([], [], ["t"]),
    exclusivePermissions: fc.constantFrom([], [], [["pay.request", "pay.approve"]]),
    maxOverlapSeconds: maybe(fc.constantFrom(0, 3599, 3600)),
  })
  .map((policy) => ({ ...openPolicy, ...policy }))

test("a dry run tells what the run does, page by page, after which nothing is left that anything could be done about", async () => {
  const scene = fc.record({
    keys: fc.array(anyKey, { minLength: 4, maxLength: 14 }),
    policy: anyPolicy,
    limit: fc.integer({ min: 1, max: 6 }),
  })
  await fc.assert(
    fc.asyncProperty(scene, async ({ keys, policy, limit }) => {
      const { authority, admin, clock, keyspaceId, apply, violations } = await opened()
      for (const { waiting, revoked, younger, ...input } of keys) {
        const end = input.expiresAt ?? later(start, 9 * hourMs)
        const notBefore = waiting ? later(end, -1) : null
        const { key } = await authority.createKey(admin, { keyspaceId, notBefore, ...input })
        if (revoked) await authority.revokeKey(admin, key.id, { reason: "superseded", note: null })
        if (younger) clock.advance(1)
      }
      clock.advance(hourMs)
      const keyspace = await authority.updateKeyspace(admin, keyspaceId, { policy }, null)
      const listed = await violations(limit)
      const told = await apply(true, limit)
      expect(await violations(limit)).toEqual(listed)
      expect(told.map(({ key, violations: rules }) => ({ key, violations: rules }))).toEqual(listed)
      expect(await apply(false, limit)).toEqual(told)

      const left = await apply(true, limit)
      for (const { remedy } of left) expect(remedy).toBeNull()
      expect(await violations(limit)).toHaveLength(left.length)
      // The rules of one key alone are kept by each, whatever else is left.
      const { items } = await authority.keys(admin, { keyspaceId }, { limit: 100, after: null })
      for (const key of items) expect(violationsOf(keyspace, key, clock.now())).toEqual([])
    }),
    { seed: 20261121, numRuns: 60 },
  )
})

async function withTrail() {
  const scene = await opened()
  const trail = async (action: string) => {
    const events = await trailOf(scene, scene.admin.organizationId)
    return events.filter((event) => event.action === action)
  }
  return { ...scene, trail }
}
