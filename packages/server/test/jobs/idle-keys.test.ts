import { type KeyPatch, type KeyspacePolicy, later } from "@keyward/core"
import { expect, test } from "vitest"
import { idleKeys } from "../../src/jobs/idle-keys.ts"
import { jobs } from "../../src/jobs/jobs.ts"
import { openTestKeyward } from "../test-keyward.ts"

const dayMs = 24 * 3_600_000

/** A keyspace whose keys are idle after ten days, and what the audit trail tells of that. */
async function open(policy: Partial<KeyspacePolicy> = {}) {
  const opened = await openTestKeyward()
  const { keyward, system } = opened
  const { authority, verifier } = keyward
  const keyspace = await authority.createKeyspace(system, {
    name: "Things",
    prefix: "thing",
    policy: { idleSeconds: 10 * 24 * 3600, ...policy },
  })
  const create = (name: string, members: KeyPatch = {}) =>
    authority.createKey(system, { keyspaceId: keyspace.id, ...members, name })
  const use = async (secret: string) => {
    const { outcome } = await verifier.verify({ text: secret, visible: () => true, guesser: null })
    await keyward.flushUsage()
    return outcome
  }
  const told = async () => {
    const page = { limit: 200, after: null, ascending: true }
    const { items } = await authority.auditEvents(system, { action: "key.idle" }, page)
    return items.map(({ details }) => details["name"])
  }
  return { ...opened, authority, keyspace, create, use, told }
}

test("a key is told of once when it has been idle for so long, and again once it was used since", async () => {
  expect(jobs).toContain(idleKeys)
  const { keyward, system, authority, clock, create, use, told } = await open()
  const { key, secret } = await create("never used")
  const used = await create("used")
  await create("waiting", { notBefore: later(clock.now(), 5 * dayMs) })
  await create("off", { enabled: false })
  clock.advance(4 * dayMs)
  expect(await use(used.secret)).toBe("VALID")
  clock.advance(6 * dayMs - 1)
  await idleKeys.run(keyward)
  expect(await told()).toEqual([])
  clock.advance(1)
  await Promise.all([idleKeys.run(keyward), idleKeys.run(keyward), idleKeys.run(keyward)])
  await idleKeys.run(keyward)
  expect(await told()).toEqual(["never used"])
  clock.advance(4 * dayMs)
  await idleKeys.run(keyward)
  expect(await told()).toEqual(["never used", "used"])
  clock.advance(1 * dayMs)
  await idleKeys.run(keyward)
  expect(await told()).toEqual(["never used", "used", "waiting"])

  // It is told of, and no more than that.
  expect(await authority.key(system, key.id)).toMatchObject({ revision: 1, disabledAt: null })
  expect(await use(secret)).toBe("VALID")
  clock.advance(10 * dayMs)
  await idleKeys.run(keyward)
  expect((await told()).slice(3)).toEqual(["never used"])
})

test("where the policy says so an idle key is disabled, at once, and one that is enabled again stays so", async () => {
  const { keyward, system, authority, clock, create, use } = await open({ disableIdle: true })
  const { key, secret } = await create("idle")
  clock.advance(9 * dayMs)
  expect(await use(secret)).toBe("VALID")
  clock.advance(10 * dayMs)
  await idleKeys.run(keyward)
  expect(await use(secret)).toBe("DISABLED")
  const since = new Date(clock.now() - 10 * dayMs).toISOString()
  const page = { limit: 1, after: null }
  const { items } = await authority.auditEvents(system, { targetId: key.id }, page)
  expect(items[0]).toMatchObject({
    action: "key.idle",
    actor: { kind: "system" },
    details: { name: "idle", idle_since: since, enabled: { before: true, after: false } },
  })
  await authority.updateKey(system, key.id, { enabled: true }, 2)
  clock.advance(dayMs)
  await idleKeys.run(keyward)
  expect(await use(secret)).toBe("VALID")
})

test("keys of a keyspace that has no such policy are never idle", async () => {
  const { keyward, clock, create, told } = await open({ idleSeconds: null, disableIdle: true })
  await create("free")
  clock.advance(1000 * dayMs)
  await idleKeys.run(keyward)
  expect(await told()).toEqual([])
})

test("all keys are looked at, however many, until the server closes", async () => {
  const { keyward, system, clock, create, told } = await open()
  for (let at = 0; at < 201; at++) await create(`${at}`)
  clock.advance(10 * dayMs)
  await idleKeys.run(keyward, AbortSignal.abort())
  expect(await told()).toEqual([])
  await idleKeys.run(keyward)
  const filter = { action: "key.idle" } as const
  const { items } = await keyward.authority.auditEvents(system, filter, { limit: 1000, after: null })
  expect(new Set(items.map(({ target }) => target.id)).size).toBe(201)
})
