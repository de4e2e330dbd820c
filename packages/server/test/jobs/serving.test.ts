import { openMemoryStore } from "@keyward/core"
import { afterEach, beforeEach, expect, test, vi } from "vitest"
import { readConfig } from "../../src/config.ts"
import { jobs } from "../../src/jobs/jobs.ts"
import { createLogger } from "../../src/logger.ts"
import { listen } from "../../src/server.ts"
import { interceptedStore } from "../intercepted-store.ts"
import { openTestKeyward } from "../test-keyward.ts"

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] })
})
afterEach(() => {
  vi.useRealTimers()
})

test("a server does its jobs while it serves, and ends them before it closes the store", async () => {
  const calls: string[] = []
  const store = interceptedStore(openMemoryStore(), (method, call) => {
    calls.push(method)
    return call()
  })
  const { keyward } = await openTestKeyward({ store })
  const listening = await listen(keyward, readConfig({ KEYWARD_PORT: "0" }), createLogger("silent"))
  expect(calls).not.toContain("lease")
  await vi.advanceTimersByTimeAsync(30_000)
  // Each takes its lease, and says when the next run is due.
  expect(calls.filter((method) => method === "lease")).toHaveLength(2 * jobs.length)
  // One that has been begun as the server closes has its store until it ends.
  calls.length = 0
  vi.advanceTimersByTime(30_000)
  await listening.close()
  expect(calls.filter((method) => method === "lease")).toHaveLength(jobs.length)
  expect(calls.at(-1)).toBe("close")
  await vi.advanceTimersByTimeAsync(10 * 60_000)
  expect(calls.at(-1)).toBe("close")
})

test("each job has a name of its own, which its lease has", () => {
  expect(new Set(jobs.map(({ name }) => name)).size).toBe(jobs.length)
})
