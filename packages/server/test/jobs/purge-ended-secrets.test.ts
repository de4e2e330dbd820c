import { createAuthority, keptEndedMs, later, type Store } from "@keyward/core"
import { describe, expect, test } from "vitest"
import { jobs } from "../../src/jobs/jobs.ts"
import { purgeOfEndedSecrets } from "../../src/jobs/purge-ended-secrets.ts"
import { openStore } from "../../src/stores/open.ts"
import { interceptedStore } from "../intercepted-store.ts"
import { postgresUrl } from "../postgres/database.ts"
import { freshPath } from "../stores/places.ts"
import { openTestKeyward, type TestSettings } from "../test-keyward.ts"

const minute = 60_000

/** A key that can be rotated, and what becomes of its secrets when they are presented. */
async function withKey(settings: TestSettings = {}, retention: "digest" | "recoverable" = "digest") {
  const opened = await openTestKeyward(settings)
  const { authority, verifier } = opened.keyward
  const keyspace = await authority.createKeyspace(opened.system, {
    name: "Things",
    prefix: "thing",
    retention,
  })
  const made = await authority.createKey(opened.system, { keyspaceId: keyspace.id, name: "Key" })
  const { id } = made.key
  const rotate = async (overlapMs: number) => {
    const { secret } = await authority.rotateKey(opened.system, id, { overlapMs }, null)
    return secret ?? expect.fail("no secret")
  }
  const verdict = async (text: string) =>
    (await verifier.verify({ text, visible: () => true, guesser: null })).outcome
  const versions = async () => (await authority.key(opened.system, id)).secrets.map(({ version }) => version)
  return { ...opened, authority, id, keyspace, first: made.secret, rotate, verdict, versions }
}

describe.each<{ engine: string; open: () => Promise<Store | undefined> }>([
  { engine: "memory", open: async () => undefined },
  { engine: "sqlite", open: () => openStore(`sqlite:${freshPath()}`) },
  { engine: "postgres", open: async () => openStore(await postgresUrl()) },
])("ended secrets on $engine", ({ open }) => {
  test("are forgotten thirty days after their end, in the caches too, and stay taken", async () => {
    expect(jobs).toContain(purgeOfEndedSecrets)
    expect(keptEndedMs).toBe(30 * 24 * 60 * minute)
    const store = await open()
    const { authority, clock, first, id, keyward, peppers, rotate, system, verdict, versions } =
      await withKey(store ? { store } : {})
    // The key is given more time; the secret before still ends with the key as it was.
    await authority.updateKey(system, id, { expiresAt: later(clock.now(), minute) }, null)
    const second = await rotate(60 * minute)
    await authority.updateKey(system, id, { expiresAt: null }, null)
    clock.advance(minute + keptEndedMs - 1)
    await purgeOfEndedSecrets.run(keyward)
    expect(await verdict(first)).toBe("EXPIRED")
    expect(await verdict(second)).toBe("VALID")
    const before = await authority.key(system, id)
    clock.advance(1)
    await purgeOfEndedSecrets.run(keyward)
    expect(await verdict(first)).toBe("NOT_FOUND")
    expect(await verdict(second)).toBe("VALID")
    expect(await authority.key(system, id)).toEqual({ ...before, secrets: before.secrets.slice(1) })
    expect(await keyward.store.digestTaken(peppers.candidates(first))).toBe(true)

    const third = await rotate(minute)
    expect(await versions()).toEqual([2, 3])
    expect(await verdict(second)).toBe("VALID")
    expect(await verdict(third)).toBe("VALID")
    await keyward.close()
  })

  test("leave the current secret, and the number of a cancelled one, however old they are", async () => {
    const store = await open()
    const { authority, clock, first, id, keyward, rotate, system, verdict, versions } = await withKey(
      store ? { store } : {},
    )
    const cancelled = await rotate(minute)
    await authority.cancelRotation(system, id, null)
    clock.advance(10 * keptEndedMs)
    await purgeOfEndedSecrets.run(keyward)
    expect([await verdict(first), await verdict(cancelled)]).toEqual(["VALID", "EXPIRED"])
    await rotate(minute)
    expect(await versions()).toEqual([1, 2, 3])
    await purgeOfEndedSecrets.run(keyward)
    expect([await verdict(first), await verdict(cancelled)]).toEqual(["VALID", "NOT_FOUND"])
    await keyward.close()
  })
})

test("a rotation that read a secret which is purged meanwhile does not bring it back", async () => {
  const purging: { run: (() => Promise<void>) | null } = { run: null }
  const { authority, clock, id, keyward, rotate, system, versions } = await withKey({}, "recoverable")
  await rotate(minute)
  clock.advance(minute + keptEndedMs)
  // What is sealed of version 1 goes with the next rotation, which therefore puts that version.
  purging.run = () => purgeOfEndedSecrets.run(keyward)
  const store = interceptedStore(keyward.store, async (method, call) => {
    if (method === "commit") {
      await purging.run?.()
      purging.run = null
    }
    return call()
  })
  await createAuthority({ ...keyward.deps, store }).rotateKey(system, id, {}, null)
  expect(purging.run).toBeNull()
  expect(await versions()).toEqual([2, 3])
  expect((await authority.revealKey(system, id, "to see")).key.id).toBe(id)
})

test("a server that closes leaves the rest to the next run", async () => {
  const { authority, clock, keyspace, keyward, system } = await withKey()
  for (let at = 0; at < 201; at++) {
    const { key } = await authority.createKey(system, { keyspaceId: keyspace.id, name: `Key ${at}` })
    await authority.rotateKey(system, key.id, { overlapMs: 0 }, null)
  }
  clock.advance(keptEndedMs)
  const left = async () => {
    const filter = { keyspaceId: keyspace.id }
    const { items } = await authority.keys(system, filter, { limit: 300, after: null })
    return items.filter(({ secrets }) => secrets.length > 1).length
  }
  const stopping = new AbortController()
  const store = interceptedStore(keyward.store, (method, call) => {
    if (method === "purgeEndedSecrets") stopping.abort()
    return call()
  })
  await purgeOfEndedSecrets.run({ ...keyward, deps: { ...keyward.deps, store } }, stopping.signal)
  expect(await left()).toBe(1)
  await purgeOfEndedSecrets.run(keyward)
  expect(await left()).toBe(0)
})
