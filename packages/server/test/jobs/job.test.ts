import { openMemoryStore } from "@keyward/core"
import { afterEach, beforeEach, expect, test, vi } from "vitest"
import { type Job, startJobs } from "../../src/jobs/job.ts"
import { createLogger } from "../../src/logger.ts"
import { interceptedStore, storeUnavailable } from "../intercepted-store.ts"
import { type TestClock, testClock } from "../test-clock.ts"
import { openTestKeyward } from "../test-keyward.ts"

const minute = 60_000
const everyMs = 10 * minute

let clock: TestClock
beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] })
  clock = testClock()
})
afterEach(() => {
  vi.useRealTimers()
})

/** Moves the clock of all nodes and their timers together, half a minute at a time. */
async function pass(milliseconds: number): Promise<void> {
  for (let passed = 0; passed < milliseconds; passed += minute / 2) {
    clock.advance(minute / 2)
    await vi.advanceTimersByTimeAsync(minute / 2)
  }
}

/** A server's jobs over a store that it may share with others. */
async function startNode(job: Job, store = openMemoryStore()) {
  const log: string[] = []
  const { keyward } = await openTestKeyward({ store, clock })
  const running = startJobs(
    keyward,
    [job],
    createLogger("warn", { write: (line: string) => void log.push(line) }),
  )
  return { running, log }
}

/** A job whose runs are counted, each of which does what `run` says. */
function counted(run: Job["run"] = async () => undefined) {
  const begun: number[] = []
  const start = clock.now()
  const job: Job = {
    name: "counted",
    everyMs,
    run(keyward, stop) {
      begun.push((clock.now() - start) / minute)
      return run(keyward, stop)
    },
  }
  return { job, begun }
}

test("a job runs soon after the start, and again each time it is due", async () => {
  const { job, begun } = counted()
  const { running } = await startNode(job)
  expect(begun).toEqual([])
  await pass(25 * minute)
  expect(begun).toEqual([0.5, 10.5, 20.5])
  await running.close()
  await pass(60 * minute)
  expect(begun).toHaveLength(3)
})

test("of three nodes one runs a job each time, also when the one before has gone", async () => {
  const store = openMemoryStore()
  const { job, begun } = counted()
  const nodes = [await startNode(job, store), await startNode(job, store), await startNode(job, store)]
  await pass(25 * minute)
  expect(begun).toEqual([0.5, 10.5, 20.5])
  await nodes[0]?.running.close()
  await nodes[1]?.running.close()
  await pass(10 * minute)
  expect(begun).toEqual([0.5, 10.5, 20.5, 30.5])
  await nodes[2]?.running.close()
})

test("a job that takes longer than its interval is not begun beside itself, on no node", async () => {
  const store = openMemoryStore()
  let end = () => {}
  const { job, begun } = counted(
    () =>
      new Promise<void>((resolve) => {
        end = resolve
      }),
  )
  const nodes = [await startNode(job, store), await startNode(job, store)]
  await pass(35 * minute)
  expect(begun).toEqual([0.5])
  end()
  await pass(minute)
  // It was due long ago.
  expect(begun).toHaveLength(2)
  end()
  await Promise.all(nodes.map(({ running }) => running.close()))
})

test("a job that fails is logged and tried again at the next look", async () => {
  const { job, begun } = counted(async () => {
    if (begun.length < 3) throw new Error("broken")
  })
  const { running, log } = await startNode(job)
  await pass(12 * minute)
  expect(begun).toEqual([0.5, 1, 1.5, 11.5])
  expect(log.map((line) => JSON.parse(line))).toMatchObject([
    { level: 50, job: "counted", err: { message: "broken" } },
    { level: 50, job: "counted", err: { message: "broken" } },
  ])
  await running.close()
})

test("while the store is away nothing runs, and afterwards it does", async () => {
  let away = false
  const store = interceptedStore(openMemoryStore(), (_method, call) => (away ? storeUnavailable() : call()))
  const { job, begun } = counted()
  const { running, log } = await startNode(job, store)
  away = true
  await pass(minute)
  expect(begun).toEqual([])
  expect(log.map((line) => JSON.parse(line).err.message)).toEqual(["store_unavailable", "store_unavailable"])
  away = false
  await pass(minute)
  expect(begun).toEqual([1.5])
  await running.close()
})

test("closing tells a run to stop, waits for it, and leaves the rest to another node at once", async () => {
  const store = openMemoryStore()
  const { job, begun } = counted(
    (_keyward, stop) => new Promise<void>((resolve) => stop?.addEventListener("abort", () => resolve())),
  )
  const first = await startNode(job, store)
  const second = await startNode(job, store)
  await pass(2 * minute)
  expect(begun).toEqual([0.5])
  await first.running.close()
  await second.running.close()
  const third = await startNode(job, store)
  await pass(minute / 2)
  expect(begun).toEqual([0.5, 2.5])
  await third.running.close()
})
