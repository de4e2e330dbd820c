import { describe, expect, test } from "vitest"
import { rotateDueKey } from "../src/authority/due-rotation.ts"
import type { KeyspacePatch } from "../src/authority/keyspaces.ts"
import type { RotationSchedule } from "../src/key/rotation-schedule.ts"
import { later } from "../src/time.ts"
import { failureOf, openHouse, refused, start, trailOf } from "./authority-fixture.ts"

const day = 24 * 60 * 60
const dayMs = day * 1000
const monthly: RotationSchedule = { everySeconds: 30 * day, overlapSeconds: day }
const weekly: RotationSchedule = { everySeconds: 7 * day, overlapSeconds: 60 }

async function houseWith(rotation: RotationSchedule | null) {
  const house = await openHouse()
  const { authority, admin } = house
  const keyspace = await authority.updateKeyspace(admin, house.keyspace.id, { rotation }, null)
  const create = async (more: object = {}) =>
    (await authority.createKey(admin, { keyspaceId: keyspace.id, name: "Key", ...more })).key
  return { house, authority, admin, keyspace, create }
}

describe("a schedule", () => {
  test("is the keyspace's for a new key, unless it has one of its own, or none", async () => {
    const { keyspace, create } = await houseWith(monthly)
    expect(keyspace.rotation).toEqual(monthly)
    expect((await create()).rotation).toEqual({
      ...monthly,
      dueAt: later(start, 30 * dayMs),
      announcedAt: null,
    })
    expect((await create({ rotation: weekly })).rotation).toMatchObject(weekly)
    expect((await create({ rotation: null })).rotation).toBeNull()
  })

  test("of a keyspace that changes leaves its keys as they are", async () => {
    const { house, authority, admin, keyspace, create } = await houseWith(monthly)
    const key = await create()
    await authority.updateKeyspace(admin, keyspace.id, { rotation: null }, null)
    expect((await authority.key(admin, key.id)).rotation).toEqual(key.rotation)
    expect((await create()).rotation).toBeNull()
    const event = (await trailOf(house, admin.organizationId)).findLast(
      ({ action }) => action === "keyspace.updated",
    )
    expect(event?.details["rotation"]).toMatchObject({ before: { every_seconds: 30 * day }, after: null })
  })

  test("counts from when the current secret was made, and the same one changes nothing", async () => {
    const { house, authority, admin, create } = await houseWith(null)
    const { id } = await create()
    house.clock.advance(10 * dayMs)
    const rotationAfter = async (rotation: RotationSchedule | null) =>
      (await authority.updateKey(admin, id, { rotation }, null)).rotation
    const first = await rotationAfter(monthly)
    expect(first).toMatchObject({ ...monthly, dueAt: later(start, 30 * dayMs) })
    expect(await rotationAfter({ ...monthly })).toEqual(first)
    expect(await rotationAfter(weekly)).toMatchObject({ dueAt: later(start, 7 * dayMs) })
    const { key } = await authority.rotateKey(admin, id, { overlapMs: 0 }, null)
    expect(key.rotation).toMatchObject({ dueAt: later(start, 17 * dayMs) })
    expect(await rotationAfter(monthly)).toMatchObject({ dueAt: later(start, 40 * dayMs) })
    expect(await rotationAfter(null)).toBeNull()
  })

  test("says how long the secret before lives, where the rotation does not", async () => {
    const { house, authority, admin, create } = await houseWith(monthly)
    const { id } = await create()
    const { key } = await authority.rotateKey(admin, id, {}, null)
    expect(key.secrets[0]?.expiresAt).toBe(later(start, dayMs))
    // Taken back, the next one is due as if it had been made.
    house.clock.advance(dayMs / 2)
    const cancelled = await authority.cancelRotation(admin, id, null)
    expect(cancelled.rotation).toMatchObject({ dueAt: later(start, 30 * dayMs) })
  })

  test.each([
    ["as long as the time between two", { everySeconds: day, overlapSeconds: day }],
    ["negative", { everySeconds: day, overlapSeconds: -1 }],
    ["no whole number", { everySeconds: day, overlapSeconds: 0.5 }],
  ])("with an overlap that is %s is refused, of a key and of a keyspace", async (_, rotation) => {
    const { authority, admin, keyspace, create } = await houseWith(null)
    const { id } = await create()
    for (const call of [
      create({ rotation }),
      authority.updateKey(admin, id, { rotation }, null),
      authority.updateKeyspace(admin, keyspace.id, { rotation }, null),
      authority.createKeyspace(admin, { name: "x", prefix: "x", rotation }),
    ]) {
      const errors = [{ member: "/rotation/overlap_seconds" }]
      expect(await failureOf(call)).toMatchObject({ code: "invalid_input", errors })
    }
  })
})

describe("a key that is due", () => {
  test("is so from the instant on, and one that is not is left alone", async () => {
    const { house, authority, admin, create } = await houseWith(monthly)
    const key = await create()
    house.clock.advance(30 * dayMs - 1)
    await rotateDueKey(house.deps, key)
    expect(await authority.key(admin, key.id)).toEqual(key)
    house.clock.advance(1)
    await rotateDueKey(house.deps, key)
    const told = await authority.key(admin, key.id)
    expect(told.revision).toBe(2)
    await rotateDueKey(house.deps, key)
    expect(await authority.key(admin, key.id)).toEqual(told)
  })

  test("is left alone when somebody changes it at the same time, and done the next time", async () => {
    const { house, authority, admin, create } = await houseWith(monthly)
    const key = await create()
    house.clock.advance(30 * dayMs)
    const { store } = house.deps
    let disturbed = false
    const deps = {
      ...house.deps,
      store: {
        ...store,
        // The change comes between the job's two readings of the key.
        key: async (organizationId: string, id: string) => {
          const found = await store.key(organizationId, id)
          if (!disturbed) {
            disturbed = true
            await authority.updateKey(admin, id, { name: "Renamed" }, null)
          }
          return found
        },
      },
    }
    await rotateDueKey(deps, key)
    expect(await authority.key(admin, key.id)).toMatchObject({ name: "Renamed", rotation: key.rotation })
    await rotateDueKey(deps, key)
    const { rotation } = await authority.key(admin, key.id)
    expect(rotation?.announcedAt).toBe(house.clock.now())
  })

  test("and was deleted meanwhile is nobody's business any more", async () => {
    const { house, authority, admin, create } = await houseWith(monthly)
    const key = await create()
    house.clock.advance(30 * dayMs)
    await authority.deleteKey(admin, key.id, null)
    await rotateDueKey(house.deps, key)
    await refused(authority.key(admin, key.id), "not_found")
  })
})

describe("the policy's longest overlap", () => {
  test("holds for what is asked for, shortens what is usual, and bounds all extensions together", async () => {
    const { house, authority, admin, keyspace, create } = await houseWith(monthly)
    const { id } = await create()
    const tightened = { policy: { maxOverlapSeconds: 600 }, rotation: null }
    await authority.updateKeyspace(admin, keyspace.id, tightened, null)
    const broken = { code: "invalid_input", errors: [{ member: "/overlap" }] }
    expect(await failureOf(authority.rotateKey(admin, id, { overlapMs: 600_001 }, null))).toMatchObject(
      broken,
    )
    const { key } = await authority.rotateKey(admin, id, {}, null)
    expect(key.secrets[0]?.expiresAt).toBe(later(start, 600_000))
    house.clock.advance(300_000)
    expect(await failureOf(authority.extendRotation(admin, id, 300_001, null))).toMatchObject(broken)
    await authority.extendRotation(admin, id, 300_000, null)
  })

  /** Which member broke the rule. */
  const refusedAt = async (call: Promise<unknown>) => {
    const failure = await failureOf(call)
    if (failure.code !== "invalid_input") throw new Error(`It was refused with ${failure.code}.`)
    expect(failure.errors).toMatchObject([{ rule: "max_overlap_seconds" }])
    return failure.errors[0]?.member
  }
  const long = { everySeconds: 7200, overlapSeconds: 601 }
  const short = { everySeconds: 7200, overlapSeconds: 600 }

  test("holds for a key's schedule when it is set, and leaves the one that is there", async () => {
    const { authority, admin, keyspace, create } = await houseWith(null)
    const before = await create({ rotation: long })
    await authority.updateKeyspace(admin, keyspace.id, { policy: { maxOverlapSeconds: 600 } }, null)
    expect(await refusedAt(create({ rotation: long }))).toBe("/rotation/overlap_seconds")
    const { id } = await create({ rotation: short })
    const change = (to: string, rotation: RotationSchedule) =>
      authority.updateKey(admin, to, { rotation }, null)
    expect(await refusedAt(change(id, long))).toBe("/rotation/overlap_seconds")
    // To send what is there changes nothing of it.
    expect((await change(before.id, long)).rotation).toEqual(before.rotation)
    expect(await refusedAt(change(before.id, { ...long, everySeconds: 9000 }))).toBe(
      "/rotation/overlap_seconds",
    )
    expect((await change(before.id, short)).rotation).toMatchObject(short)
  })

  test("holds for the keyspace's own schedule, whichever of the two is changed", async () => {
    const { authority, admin, keyspace } = await houseWith(long)
    const policy = { maxOverlapSeconds: 600 }
    const input = { name: "New", prefix: "new", policy }
    expect(await refusedAt(authority.createKeyspace(admin, { ...input, rotation: long }))).toBe(
      "/rotation/overlap_seconds",
    )
    await authority.createKeyspace(admin, { ...input, rotation: short })
    const change = (patch: KeyspacePatch) => authority.updateKeyspace(admin, keyspace.id, patch, null)
    expect(await refusedAt(change({ policy }))).toBe("/policy/max_overlap_seconds")
    expect(await refusedAt(change({ policy, rotation: long }))).toBe("/policy/max_overlap_seconds")
    expect(await refusedAt(change({ policy, rotation: { ...long, everySeconds: 9000 } }))).toBe(
      "/rotation/overlap_seconds",
    )
    expect((await change({ policy, rotation: short })).rotation).toEqual(short)
    expect(await refusedAt(change({ rotation: long }))).toBe("/rotation/overlap_seconds")
    expect((await change({ policy, rotation: null })).rotation).toBeNull()
  })

  test("stands in the way of no other change where the two were stored before they were held together", async () => {
    const { house, authority, admin, keyspace } = await houseWith(long)
    const revision = keyspace.revision + 1
    const stored = { ...keyspace, revision, policy: { ...keyspace.policy, maxOverlapSeconds: 600 } }
    await house.deps.store.commit({
      organizationId: admin.organizationId,
      changes: [{ kind: "keyspace.update", keyspace: stored }],
      events: [],
    })
    const renamed = await authority.updateKeyspace(admin, keyspace.id, { name: "Renamed" }, null)
    expect(renamed).toMatchObject({ name: "Renamed", rotation: long })
  })
})
