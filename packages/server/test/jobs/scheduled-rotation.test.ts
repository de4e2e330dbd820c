import type { Key, RotationSchedule, Store } from "@keyward/core"
import { afterEach, describe, expect, test } from "vitest"
import { jobs } from "../../src/jobs/jobs.ts"
import { scheduledRotation } from "../../src/jobs/scheduled-rotation.ts"
import { openStore } from "../../src/stores/open.ts"
import { storeUnavailable } from "../intercepted-store.ts"
import { postgresUrl } from "../postgres/database.ts"
import { freshPath } from "../stores/places.ts"
import { openTestKeyward, type TestKeyward } from "../test-keyward.ts"

const day = 24 * 60 * 60
const monthly: RotationSchedule = { everySeconds: 30 * day, overlapSeconds: 2 * day }

const stores = { sqlite: async () => `sqlite:${freshPath()}`, postgres: postgresUrl }

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()))
})

async function opened(engine: keyof typeof stores) {
  const keyward = await openTestKeyward({ store: await openStore(await stores[engine]()) })
  closing.push(() => keyward.keyward.close())
  const { authority } = keyward.keyward
  const keyspace = await authority.createKeyspace(keyward.system, { name: "Things", prefix: "thing" })
  const kept = await authority.createKeyspace(keyward.system, {
    name: "Kept",
    prefix: "kept",
    retention: "recoverable",
    rotation: monthly,
  })
  return { ...keyward, keyspaceId: keyspace.id, keptId: kept.id }
}

async function actionsOn({ keyward, system }: TestKeyward, { id }: Key): Promise<string[]> {
  const page = { limit: 100, after: null, ascending: true }
  const { items } = await keyward.authority.auditEvents(system, { targetId: id }, page)
  return items.map(({ action, actor }) => (actor.kind === "system" ? action : `${action} by ${actor.kind}`))
}

async function verdict({ keyward }: TestKeyward, text: string): Promise<string> {
  return (await keyward.verifier.verify({ text, visible: () => true, guesser: null })).outcome
}

describe.each(["sqlite", "postgres"] as const)("the job of scheduled rotation, on %s", (engine) => {
  test("rotates where the new secret is kept, time and again, with the schedule's overlap", async () => {
    expect(jobs).toContain(scheduledRotation)
    const house = await opened(engine)
    const { keyward, clock, system } = house
    const { authority } = keyward
    const { key, secret } = await authority.createKey(system, { keyspaceId: house.keptId, name: "Key" })
    expect(key.rotation).toMatchObject({ ...monthly, dueAt: clock.now() + 30 * day * 1000 })
    clock.advance(30 * day * 1000 - 1)
    await scheduledRotation.run(keyward)
    expect(await actionsOn(house, key)).toEqual(["key.created"])

    clock.advance(1)
    await scheduledRotation.run(keyward)
    await scheduledRotation.run(keyward)
    expect(await actionsOn(house, key)).toEqual(["key.created", "key.rotated"])
    const revealed = await authority.revealKey(system, key.id, "the month's")
    expect(revealed.secret).not.toBe(secret)
    expect(await verdict(house, secret)).toBe("VALID")
    clock.advance(2 * day * 1000)
    expect(await verdict(house, secret)).toBe("EXPIRED")
    expect(await verdict(house, revealed.secret)).toBe("VALID")

    clock.advance(28 * day * 1000)
    await scheduledRotation.run(keyward)
    expect((await authority.key(system, key.id)).secrets).toHaveLength(3)
  })

  test("tells once, where nobody would get the new secret, and again after the next period", async () => {
    const house = await opened(engine)
    const { keyward, clock, system } = house
    const { authority } = keyward
    const { key, secret } = await authority.createKey(system, {
      keyspaceId: house.keyspaceId,
      name: "Key",
      rotation: monthly,
    })
    clock.advance(30 * day * 1000)
    await scheduledRotation.run(keyward)
    await scheduledRotation.run(keyward)
    expect(await actionsOn(house, key)).toEqual(["key.created", "key.rotation_due"])
    clock.advance(100 * day * 1000)
    expect(await verdict(house, secret)).toBe("VALID")

    // An authorised call does it, with the schedule's overlap.
    const rotated = await authority.rotateKey(system, key.id, {}, null)
    expect(rotated.key.secrets[0]?.expiresAt).toBe(clock.now() + 2 * day * 1000)
    expect(rotated.key.rotation).toMatchObject({ dueAt: clock.now() + 30 * day * 1000, announcedAt: null })
    clock.advance(30 * day * 1000)
    await scheduledRotation.run(keyward)
    const told = ["key.created", "key.rotation_due", "key.rotated", "key.rotation_due"]
    expect(await actionsOn(house, key)).toEqual(told)
  })

  test("leaves alone what is not active, what is being rotated, and what has no schedule any more", async () => {
    const house = await opened(engine)
    const { keyward, clock, system } = house
    const { authority } = keyward
    const create = async (more: object = {}) =>
      (await authority.createKey(system, { keyspaceId: house.keptId, name: "Key", ...more })).key
    const disabled = await create({ enabled: false })
    const unscheduled = await create({ rotation: null })
    const cleared = await create()
    await authority.updateKey(system, cleared.id, { rotation: null }, null)
    const revoked = await create()
    await authority.revokeKey(system, revoked.id, { reason: "unspecified", note: null })
    const rotating = await create()
    await authority.rotateKey(system, rotating.id, { overlapMs: 90 * day * 1000 }, null)
    const cancelled = await create()
    clock.advance(29 * day * 1000)
    await authority.rotateKey(system, cancelled.id, {}, null)
    await authority.cancelRotation(system, cancelled.id, null)
    clock.advance(2 * day * 1000)
    await scheduledRotation.run(keyward)
    for (const key of [disabled, unscheduled, cleared, revoked, rotating, cancelled]) {
      const { rotation } = await authority.key(system, key.id)
      expect(rotation?.announcedAt ?? null).toBeNull()
      const actions = await actionsOn(house, key)
      expect(actions.filter((action) => action === "key.rotated").length, actions.join()).toBe(
        [rotating, cancelled].includes(key) ? 1 : 0,
      )
    }
    // Enabled again, it is due at once; the rotation that is under way is waited for.
    await authority.updateKey(system, disabled.id, { enabled: true }, null)
    await authority.finishRotation(system, rotating.id, null)
    await scheduledRotation.run(keyward)
    expect((await actionsOn(house, disabled)).at(-1)).toBe("key.rotated")
    expect((await actionsOn(house, rotating)).at(-1)).toBe("key.rotated")
  })

  test("goes on after a key that cannot be rotated, and says so", async () => {
    const house = await opened(engine)
    const { keyward, clock, system } = house
    const { authority } = keyward
    const keys: Key[] = []
    for (let at = 0; at < 3; at++) {
      const input = { keyspaceId: house.keyspaceId, name: `Key ${at}`, rotation: monthly }
      keys.push((await authority.createKey(system, input)).key)
      clock.advance(1)
    }
    clock.advance(30 * day * 1000)
    const [first] = keys
    if (!first) throw new Error("There is no key.")
    const store: Store = {
      ...keyward.store,
      key: (organizationId, id) =>
        id === first.id ? storeUnavailable() : keyward.store.key(organizationId, id),
    }
    const failing = { ...keyward, store, deps: { ...keyward.deps, store } }
    await expect(scheduledRotation.run(failing)).rejects.toThrow("Keys that could not be rotated: 1.")
    const told = await Promise.all(keys.map(async (key) => (await actionsOn(house, key)).at(-1)))
    expect(told).toEqual(["key.created", "key.rotation_due", "key.rotation_due"])
    await scheduledRotation.run(keyward)
    expect(await actionsOn(house, first)).toEqual(["key.created", "key.rotation_due"])
  })
})
