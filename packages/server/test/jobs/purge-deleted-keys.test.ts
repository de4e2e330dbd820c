import { bounds } from "@keyward/contract"
import { restorableMs } from "@keyward/core"
import { expect, test } from "vitest"
import { jobs } from "../../src/jobs/jobs.ts"
import { purgeOfDeletedKeys } from "../../src/jobs/purge-deleted-keys.ts"
import { interceptedStore } from "../intercepted-store.ts"
import { openTestKeyward } from "../test-keyward.ts"

/** Keys that were just deleted, and how many can be restored yet. */
async function withDeletedKeys(count: number) {
  const opened = await openTestKeyward()
  const { keyward, system, created } = opened
  const { authority } = keyward
  for (let at = 0; at < count; at++) {
    const input = { keyspaceId: created.managementKeyspace.id, name: `Key ${at}` }
    const { key } = await authority.createKey(system, input)
    await authority.deleteKey(system, key.id, null)
  }
  const left = async () => (await keyward.store.keysDeletedBefore(opened.clock.now(), 1000)).length
  return { ...opened, left }
}

test("the keys that can be restored no more go, however many they are, and no others", async () => {
  expect(jobs).toContain(purgeOfDeletedKeys)
  expect(restorableMs).toBe(bounds.restorableDays * 24 * 3_600_000)
  const { keyward, clock, left } = await withDeletedKeys(101)
  clock.advance(restorableMs - 1)
  await purgeOfDeletedKeys.run(keyward)
  expect(await left()).toBe(101)
  clock.advance(1)
  await purgeOfDeletedKeys.run(keyward)
  expect(await left()).toBe(0)
})

test("a server that closes leaves the rest to the next run", async () => {
  const { keyward, clock, left } = await withDeletedKeys(101)
  clock.advance(restorableMs)
  const stopping = new AbortController()
  const store = interceptedStore(keyward.store, (method, call) => {
    if (method === "keysDeletedBefore") stopping.abort()
    return call()
  })
  await purgeOfDeletedKeys.run({ ...keyward, deps: { ...keyward.deps, store } }, stopping.signal)
  expect(await left()).toBe(1)
})

test("a restored key is accepted at once, and a purged one never again", async () => {
  const { keyward, system, clock } = await openTestKeyward()
  const { authority, verifier } = keyward
  const keyspace = await authority.createKeyspace(system, { name: "Things", prefix: "thing" })
  const { key, secret } = await authority.createKey(system, { keyspaceId: keyspace.id, name: "Key" })
  const verify = async () =>
    (await verifier.verify({ text: secret, visible: () => true, guesser: null })).outcome
  expect(await verify()).toBe("VALID")
  await authority.deleteKey(system, key.id, null)
  expect(await verify()).toBe("NOT_FOUND")
  await authority.restoreKey(system, key.id, null)
  expect(await verify()).toBe("VALID")
  await authority.deleteKey(system, key.id, null)
  clock.advance(restorableMs)
  await purgeOfDeletedKeys.run(keyward)
  expect(await verify()).toBe("NOT_FOUND")
})
