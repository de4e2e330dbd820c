import { later, noticeDays } from "@keyward/core"
import { expect, test } from "vitest"
import { expiryNotices } from "../../src/jobs/expiry-notices.ts"
import { jobs } from "../../src/jobs/jobs.ts"
import { openTestKeyward } from "../test-keyward.ts"

const dayMs = 24 * 3_600_000

/** A keyspace of its own, and what the audit trail tells of expiries. */
async function open() {
  const opened = await openTestKeyward()
  const { keyward, system, clock } = opened
  const keyspace = await keyward.authority.createKeyspace(system, { name: "Things", prefix: "thing" })
  const create = async (days: number, name = "Key") => {
    const expiresAt = later(clock.now(), days * dayMs)
    const input = { keyspaceId: keyspace.id, name, expiresAt }
    return (await keyward.authority.createKey(system, input)).key
  }
  const told = async () => {
    const filter = { action: "key.expiring" } as const
    const page = { limit: 200, after: null, ascending: true }
    const { items } = await keyward.authority.auditEvents(system, filter, page)
    return items.map(({ details, at }) => [details["name"], details["days"], at] as const)
  }
  return { ...opened, create, told }
}

test("each key is told of 30, 14, 7 and 1 day before it expires, once, however often the job runs", async () => {
  expect(jobs).toContain(expiryNotices)
  const { keyward, clock, create, told } = await open()
  const start = clock.now()
  await create(45, "long")
  await create(10, "short")
  await create(0.5, "brief")
  for (let hours = 0; hours < 46 * 24; hours += 6) {
    await expiryNotices.run(keyward)
    await Promise.all([expiryNotices.run(keyward), expiryNotices.run(keyward)])
    clock.advance(6 * 3_600_000)
  }
  const at = (expires: number, days: number) => later(start, (expires - days) * dayMs)
  expect(await told()).toEqual(
    [
      ["short", 7, at(10, 7)],
      ["short", 1, at(10, 1)],
      ...noticeDays.map((days) => ["long", days, at(45, days)] as const),
    ].toSorted(([, , a], [, , b]) => Number(a) - Number(b)),
  )
})

test("what a server was not there to tell is made up for by one event", async () => {
  const { keyward, clock, create, told } = await open()
  await create(40)
  clock.advance(35 * dayMs)
  await expiryNotices.run(keyward)
  await expiryNotices.run(keyward)
  expect(await told()).toEqual([["Key", 5, clock.now()]])
  clock.advance(10 * dayMs)
  await expiryNotices.run(keyward)
  expect((await told()).map(([, days]) => days)).toEqual([5, 0])
  await expiryNotices.run(keyward)
  expect(await told()).toHaveLength(2)
})

test("a later expiry begins anew, and a notice is no change of the key", async () => {
  const { keyward, system, clock, create, told } = await open()
  const key = await create(40)
  clock.advance(10 * dayMs)
  await expiryNotices.run(keyward)
  expect((await keyward.authority.key(system, key.id)).revision).toBe(1)
  const expiresAt = later(clock.now(), 60 * dayMs)
  await keyward.authority.updateKey(system, key.id, { expiresAt }, 1)
  for (const days of [29, 1]) {
    clock.advance(days * dayMs)
    await expiryNotices.run(keyward)
  }
  expect((await told()).map(([, days]) => days)).toEqual([30, 30])
})

test("a server that closes leaves the rest to the next run", async () => {
  const { keyward, clock, create, told } = await open()
  for (let at = 0; at < 3; at++) await create(31)
  clock.advance(dayMs)
  await expiryNotices.run(keyward, AbortSignal.abort())
  expect(await told()).toEqual([])
  await expiryNotices.run(keyward)
  expect(await told()).toHaveLength(3)
})
