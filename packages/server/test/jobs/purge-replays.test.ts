import { replayLifetimeMs } from "@keyward/core"
import { expect, test } from "vitest"
import { jobs } from "../../src/jobs/jobs.ts"
import { purgeReplays } from "../../src/jobs/purge-replays.ts"
import { interceptedStore } from "../intercepted-store.ts"
import { openTestKeyward } from "../test-keyward.ts"

async function withReplays(count: number) {
  const opened = await openTestKeyward()
  const { keyward, system, created } = opened
  const intents: string[] = []
  for (let at = 0; at < count; at++) {
    const intent = `intent ${at}`
    const createdAt = opened.clock.now()
    const expiresAt = (createdAt + replayLifetimeMs) as typeof createdAt
    const replay = { organizationId: system.organizationId, intent, sealed: "sealed", createdAt, expiresAt }
    await keyward.store.commit({
      organizationId: system.organizationId,
      changes: [{ kind: "replay.insert", replay }],
      events: [],
    })
    intents.push(intent)
  }
  const left = async () => {
    const found = await Promise.all(
      intents.map((intent) => keyward.store.replay(created.organization.id, intent)),
    )
    return found.filter((replay) => replay !== null).length
  }
  return { ...opened, left }
}

test("answers that have expired go, however many there are, and no others", async () => {
  expect(jobs).toContain(purgeReplays)
  const { keyward, clock, left } = await withReplays(1_001)
  clock.advance(replayLifetimeMs)
  await purgeReplays.run(keyward)
  expect(await left()).toBe(1_001)
  clock.advance(1)
  await purgeReplays.run(keyward)
  expect(await left()).toBe(0)
})

test("a server that closes leaves the rest to the next run", async () => {
  const { keyward, clock, left } = await withReplays(1_001)
  clock.advance(replayLifetimeMs + 1)
  const stopping = new AbortController()
  const store = interceptedStore(keyward.store, (method, call) => {
    if (method === "purgeReplays") stopping.abort()
    return call()
  })
  await purgeReplays.run({ ...keyward, store }, stopping.signal)
  expect(await left()).toBe(501)
})
