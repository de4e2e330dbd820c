import { type Commit, later } from "@keyward/core"
import { expect, onTestFinished, test } from "vitest"
import { runTasks } from "../../src/jobs/run-tasks.ts"
import { openStore } from "../../src/stores/open.ts"
import { interceptedStore, storeUnavailable } from "../intercepted-store.ts"
import { postgresUrl } from "../postgres/database.ts"
import { freshPath } from "../stores/places.ts"
import { openTestKeyward } from "../test-keyward.ts"
import { ended, keyspaceOf, newKeys, revocationsOf, revoking } from "./task-scene.ts"

const nextTurn = () => new Promise((resolve) => setImmediate(resolve))

test("every key that a task has revoked is refused at once by this node, which answers all the while", async () => {
  const sqlite = await openStore(`sqlite:${freshPath()}`)
  const made: Commit[] = []
  /** The keys whose revocation the store has kept, and whether the task has ended. */
  const revoked: string[] = []
  let [making, going] = [false, true]
  const { keyward, system } = await openTestKeyward({
    store: {
      ...sqlite,
      async commit(commit) {
        if (making) return void made.push(commit)
        await sqlite.commit(commit)
        for (const change of commit.changes) {
          if (change.kind === "task.result") revoked.push(change.result.keyId)
          if (change.kind === "task.end") going = false
        }
      },
    },
  })
  onTestFinished(() => keyward.close())
  const { keyspace } = await keyspaceOf(keyward, system, 0)
  making = true
  const keys = await newKeys(keyward, system, keyspace, 500)
  making = false
  // All at once, which is faster than one by one.
  const changes = made.flatMap((commit) => commit.changes)
  const events = made.flatMap((commit) => commit.events)
  await sqlite.commit({ organizationId: system.organizationId, changes, events })
  const secrets = new Map(keys.map(({ key, secret }) => [key.id, secret]))
  const outcomeOf = async (id: string | undefined) => {
    const text = secrets.get(id ?? "") ?? ""
    return (await keyward.verifier.verify({ text, visible: () => true, guesser: null })).outcome
  }
  for (const id of secrets.keys()) expect(await outcomeOf(id)).toBe("VALID")
  const task = await revoking(keyward, system, keyspace)
  keyward.taskRunner.begin(task)
  let [turns, refused] = [0, 0]
  for (; going; turns++) {
    await nextTurn()
    for (; refused < revoked.length; refused++) expect(await outcomeOf(revoked[refused])).toBe("REVOKED")
  }
  expect(refused).toBe(500)
  expect(turns).toBeGreaterThanOrEqual(500)
  expect(await ended(sqlite, task)).toMatchObject({ state: "finished", counts: { changed: 500 } })
})

test("of two nodes one works on a task, and when it closes the other one goes on, each key once", async () => {
  const url = await postgresUrl()
  const commits = { one: 0, other: 0 }
  const opened = await openTestKeyward({
    store: interceptedStore(await openStore(url), (method, call) => {
      if (method === "commit") commits.one++
      return call()
    }),
  })
  const { keyward: one, system, clock } = opened
  const { keyward: other } = await openTestKeyward({
    clock,
    store: interceptedStore(await openStore(url), (method, call) => {
      if (method === "commit") commits.other++
      return call()
    }),
  })
  onTestFinished(() => other.close())
  const { keyspace, keys } = await keyspaceOf(one, system, 40)
  const task = await revoking(one, system, keyspace)
  commits.one = 0
  commits.other = 0
  one.taskRunner.begin(task)
  while (commits.one < 5) await nextTurn()
  // It is in good hands.
  other.taskRunner.begin(task)
  await runTasks.run(other)
  while (commits.one < 10) await nextTurn()
  expect(commits.other).toBe(0)
  await one.close()
  const { store } = other
  const left = await store.task(task.organizationId, task.id)
  expect(left).toMatchObject({ state: "running", endedAt: null })
  expect(left?.counts.changed).toBeLessThan(40)
  while (commits.other === 0) {
    // The first that was begun there may be at its end only now.
    await runTasks.run(other)
    await nextTurn()
  }
  expect(await ended(store, task)).toMatchObject({
    state: "finished",
    counts: { changed: 40, unchanged: 0, refused: 0 },
  })
  expect(await revocationsOf(store, task, keys)).toEqual(keys.map(() => 1))
})

test("what a crash interrupted is gone on with once the lease of the one that crashed is over", async () => {
  const path = `sqlite:${freshPath()}`
  let commits = 0
  const opened = await openTestKeyward({
    store: interceptedStore(await openStore(path), (method, call) => {
      // From one moment on this process does nothing more.
      if (commits > 4) return storeUnavailable()
      if (method === "commit") commits++
      return call()
    }),
  })
  const { keyward: first, system, clock } = opened
  commits = Number.NEGATIVE_INFINITY
  const { keyspace, keys } = await keyspaceOf(first, system, 8)
  const task = await revoking(first, system, keyspace)
  commits = 0
  first.taskRunner.begin(task)
  while (commits < 5) await nextTurn()
  await first.taskRunner.close()
  expect(opened.log.join()).toContain("a task was interrupted")
  const store = await openStore(path)
  const { keyward: next } = await openTestKeyward({ clock, store })
  onTestFinished(() => next.close())
  const lease = (ms: number) => store.lease(`task ${task.id}`, "nobody", later(clock.now(), ms), clock.now())
  expect(await lease(59_999)).toBe(false)
  clock.advance(60_000)
  await runTasks.run(next)
  expect(await ended(store, task)).toMatchObject({ state: "finished", counts: { changed: 8 } })
  expect(await revocationsOf(store, task, keys)).toEqual(keys.map(() => 1))
})

test("it works on a few at a time, and the others have their turn after them", async () => {
  let gate: Promise<void> = Promise.resolve()
  let open = () => {}
  const { keyward: inner } = await openTestKeyward()
  let waiting = 0
  const { keyward, system } = await openTestKeyward({
    store: interceptedStore(inner.store, async (method, call) => {
      if (method === "advanceTask") {
        waiting++
        await gate
      }
      return call()
    }),
  })
  const { keyspace } = await keyspaceOf(keyward, system, 1)
  gate = new Promise((resolve) => {
    open = resolve
  })
  const tasks = [1, 2, 3, 4, 5, 6].map(() => revoking(keyward, system, keyspace))
  for (const task of await Promise.all(tasks)) keyward.taskRunner.begin(task)
  for (let turns = 0; turns < 100; turns++) await nextTurn()
  expect(waiting).toBe(4)
  open()
  for (const task of await Promise.all(tasks))
    expect((await ended(keyward.store, task)).state).toBe("finished")
})

test("one that is closing begins nothing", async () => {
  const { keyward, system } = await openTestKeyward()
  const { keyspace } = await keyspaceOf(keyward, system, 1)
  const task = await revoking(keyward, system, keyspace)
  await keyward.taskRunner.close()
  keyward.taskRunner.begin(task)
  for (let turns = 0; turns < 20; turns++) await nextTurn()
  expect(await keyward.store.task(task.organizationId, task.id)).toEqual(task)
})
