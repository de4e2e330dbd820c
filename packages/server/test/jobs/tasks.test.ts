import { createOrganization, systemCaller, taskLifetimeMs } from "@keyward/core"
import { expect, test } from "vitest"
import { jobs } from "../../src/jobs/jobs.ts"
import { purgeTasks } from "../../src/jobs/purge-tasks.ts"
import { runTasks } from "../../src/jobs/run-tasks.ts"
import { interceptedStore, storeUnavailable } from "../intercepted-store.ts"
import { ended, keyspaceOf, revoking } from "../tasks/task-scene.ts"
import { openTestKeyward } from "../test-keyward.ts"

test("the tasks of every organization that nobody works on are begun", async () => {
  expect(jobs).toContain(runTasks)
  const { keyward, system } = await openTestKeyward()
  const admin = { email: "admin@other.example", displayName: "Admin", passwordHash: "unused" }
  const other = await createOrganization(keyward.deps, { name: "Other", admin })
  const tasks = []
  for (const caller of [system, systemCaller(other.organization.id)]) {
    const { keyspace } = await keyspaceOf(keyward, caller, 2)
    tasks.push(await revoking(keyward, caller, keyspace))
  }
  await runTasks.run(keyward)
  for (const task of tasks) {
    expect(await ended(keyward.store, task)).toMatchObject({ state: "finished", counts: { changed: 2 } })
  }
})

test("one that was interrupted is begun again by the next run", async () => {
  let down = false
  const memory = (await openTestKeyward()).keyward.store
  const store = interceptedStore(memory, (method, call) =>
    down && method === "advanceTask" ? storeUnavailable() : call(),
  )
  const { keyward, system, log } = await openTestKeyward({ store })
  const { keyspace } = await keyspaceOf(keyward, system, 2)
  const task = await revoking(keyward, system, keyspace)
  down = true
  await runTasks.run(keyward)
  while (log.length === 0) await new Promise((resolve) => setImmediate(resolve))
  expect(log.join()).toContain(task.id)
  down = false
  await runTasks.run(keyward)
  expect(await ended(store, task)).toMatchObject({ state: "finished", counts: { changed: 2 } })
})

test("a task is forgotten with all its results 30 days after it ended, and one that is running never", async () => {
  expect(jobs).toContain(purgeTasks)
  const { keyward, system, clock } = await openTestKeyward()
  const { store, authority } = keyward
  const { keyspace } = await keyspaceOf(keyward, system, 0)
  const [old, running] = [
    await revoking(keyward, system, keyspace),
    await revoking(keyward, system, keyspace),
  ]
  const results = Array.from({ length: 1100 }, (_, at) => ({
    keyId: `key ${at}`,
    kind: "unchanged" as const,
    failure: null,
    at: clock.now(),
  }))
  for (const { id } of [old, running]) {
    await store.advanceTask(system.organizationId, id, old.position, results)
  }
  await authority.cancelTask(system, old.id)
  const left = async (id: string) => {
    const page = { limit: 5000, after: null }
    return (await store.taskResults(system.organizationId, id, null, page)).items.length
  }
  clock.advance(taskLifetimeMs)
  await purgeTasks.run(keyward)
  expect(await left(old.id)).toBe(1100)
  clock.advance(1)
  // A server that closes leaves the rest to the next run.
  const stopping = new AbortController()
  stopping.abort()
  await purgeTasks.run(keyward, stopping.signal)
  expect(await left(old.id)).toBe(600)
  await purgeTasks.run(keyward)
  expect(await left(old.id)).toBe(0)
  expect(await store.task(system.organizationId, old.id)).toBeNull()
  expect(await left(running.id)).toBe(1100)
})
