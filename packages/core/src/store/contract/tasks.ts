import { describe, expect, test } from "vitest"
import { emptyChain } from "../../audit/chain.ts"
import type { Failure } from "../../failure.ts"
import type { Task, TaskResult } from "../../task.ts"
import { type Instant, later } from "../../time.ts"
import type { Change } from "../change.ts"
import type { KeyPosition, TimePosition } from "../list.ts"
import type { Store } from "../store.ts"
import {
  commit,
  everyPage,
  expectFailure,
  type Founded,
  found,
  insertKeys,
  keyUpdate,
  minute,
  nextId,
  noon,
  revised,
  sampleKey,
  sampleKeyspace,
  sampleResult,
  sampleTask,
  taskInsert,
} from "./sample.ts"

const all = { limit: 100, after: null } as const
const noSuchTask: Failure = { code: "not_found", resource: "task" }
const hasResult: Failure = { code: "already_exists", resource: "task", member: "key_id" }

const put = (taskId: string, result: TaskResult): Change => ({ kind: "task.result", taskId, result })

const end = (taskId: string, at: Instant = noon): Change => ({
  kind: "task.end",
  taskId,
  state: "cancelled",
  endedAt: at,
})

export function taskContract(store: () => Store): void {
  async function begun(ours: Founded, members: Partial<Task> = {}): Promise<Task> {
    const task = sampleTask(ours, members)
    await commit(store(), task.organizationId, taskInsert(task))
    return task
  }
  const readAgain = ({ organizationId, id }: Task) => store().task(organizationId, id)
  const resultsOf = async ({ organizationId, id }: Task) =>
    (await store().taskResults(organizationId, id, null, all)).items

  describe("tasks", () => {
    test("one is read as it was made, with every member that its filter and action can have", async () => {
      const ours = await found(store())
      const owner = { kind: "external", id: "Ünï" } as const
      const tasks = [
        sampleTask(ours, {
          filter: {
            keyspaceId: ours.keyspace.id,
            owner,
            state: "active",
            tag: "a",
            namePrefix: "b",
            expiresFrom: noon,
            expiresBefore: later(noon, 1),
            lastUsedFrom: noon,
            lastUsedBefore: later(noon, 1),
          },
          action: { kind: "revoke", revocation: { reason: "compromised", note: "leaked" } },
          createdBy: {
            kind: "user",
            id: nextId(),
            credential: { kind: "key", id: nextId() },
            address: "203.0.113.7",
            userAgent: "curl",
          },
          requestId: "request-1",
          holds: [["keys.*", "!keys.reveal"], []],
        }),
        sampleTask(ours, { action: { kind: "tag", add: ["a"], remove: ["b"] }, dryRun: true, holds: [] }),
        sampleTask(ours, { action: { kind: "transfer", owner }, filter: { tag: "x" } }),
        sampleTask(ours, { action: { kind: "set_expiry", expiresAt: null } }),
        sampleTask(ours, { action: { kind: "set_expiry", expiresAt: noon } }),
        sampleTask(ours, { action: { kind: "enable" } }),
      ]
      await commit(store(), ours.organization.id, ...tasks.map((task) => taskInsert(task)))
      for (const task of tasks) expect(await readAgain(task)).toEqual(task)
      expect(await store().task(ours.organization.id, nextId())).toBeNull()
      const again = sampleTask(ours, { id: tasks[0]?.id ?? "" })
      await expectFailure(commit(store(), ours.organization.id, taskInsert(again)), {
        code: "already_exists",
        resource: "task",
        member: "id",
      })
    })

    test("no more are running than allowed, however many are made at the same time", async () => {
      const ours = await found(store())
      const tasks = Array.from({ length: 8 }, () => sampleTask(ours))
      const made = await Promise.allSettled(
        tasks.map((task) => commit(store(), task.organizationId, taskInsert(task, 3))),
      )
      expect(made.filter(({ status }) => status === "fulfilled")).toHaveLength(3)
      const tooMany: Failure = { code: "too_many_tasks", limit: 3 }
      await expectFailure(commit(store(), ours.organization.id, taskInsert(sampleTask(ours), 3)), tooMany)
      // Those of another organization, and those that have ended, do not count.
      const others = await found(store())
      await commit(store(), others.organization.id, taskInsert(sampleTask(others), 1))
      const [one] = (await store().tasks(ours.organization.id, { state: "running" }, all)).items
      await commit(store(), ours.organization.id, end(one?.id ?? ""))
      await commit(store(), ours.organization.id, taskInsert(sampleTask(ours), 3))
      await expectFailure(commit(store(), ours.organization.id, taskInsert(sampleTask(ours), 3)), tooMany)
    })

    test("lists go from the newest to the oldest, by keyspace, state and whoever asked, page by page", async () => {
      const ours = await found(store())
      const organizationId = ours.organization.id
      const keyspace = sampleKeyspace(organizationId)
      await commit(store(), organizationId, { kind: "keyspace.insert", keyspace })
      const user = { ...sampleTask(ours).createdBy, kind: "user", id: "ada" } as const
      const tasks: Task[] = []
      for (let at = 0; at < 9; at++) {
        const members: Partial<Task> = {
          // Some at the same instant.
          createdAt: later(noon, minute * Math.floor(at / 2)),
          ...(at % 2 === 0 ? {} : { createdBy: user }),
          ...(at % 4 === 3 ? { filter: { tag: "x" } } : {}),
        }
        tasks.push(await begun(at % 3 === 0 ? { ...ours, keyspace } : ours, members))
      }
      for (const { id } of tasks.slice(0, 3)) await commit(store(), organizationId, end(id))
      const ofKeyspace = (task: Task) => task.filter.keyspaceId === keyspace.id
      const ended = (task: Task) => tasks.indexOf(task) < 3
      const byUser = ({ createdBy }: Task) => createdBy.kind === "user"
      const cases = [
        [{}, () => true],
        [{ keyspaceId: keyspace.id }, ofKeyspace],
        [{ keyspaceId: nextId() }, () => false],
        [{ state: "cancelled" }, ended],
        [{ state: "running" }, (task: Task) => !ended(task)],
        [{ state: "stopped" }, () => false],
        [{ createdBy: { kind: "user", id: "ada" } }, byUser],
        [{ createdBy: { kind: "service_account", id: "ada" } }, () => false],
        [
          { keyspaceId: keyspace.id, state: "running", createdBy: user },
          (task: Task) => ofKeyspace(task) && !ended(task) && byUser(task),
        ],
      ] as const
      for (const [filter, matches] of cases) {
        const expected = tasks
          .filter(matches)
          .sort((a, b) => b.createdAt - a.createdAt || (a.id < b.id ? 1 : -1))
          .map(({ id }) => id)
        for (const limit of [1, 2, 50]) {
          const listed = await everyPage((after: TimePosition | null) =>
            store().tasks(organizationId, filter, { limit, after }),
          )
          expect(listed.map(({ id }) => id)).toEqual(expected)
        }
      }
    })

    test("those that are running are listed for all organizations, oldest first", async () => {
      const [ours, others] = [await found(store()), await found(store())]
      const old = { createdAt: Date.UTC(2001, 0, 1) as Instant }
      const tasks = [await begun(ours, old), await begun(others, old), await begun(ours, old)]
      await commit(store(), ours.organization.id, end(tasks[0]?.id ?? ""))
      const running = await everyPage((after: TimePosition | null) =>
        store().runningTasks({ limit: 1, after }),
      )
      const times = running.map(({ createdAt }) => createdAt)
      expect(times).toEqual(times.toSorted((a, b) => a - b))
      expect(running.slice(0, 2)).toEqual(tasks.slice(1))
      expect(running.every(({ state }) => state === "running")).toBe(true)
    })
  })

  describe("results of tasks", () => {
    test("a result goes with the change of the key, once, and is counted", async () => {
      const ours = await found(store())
      const [task, key] = [await begun(ours), sampleKey(ours)]
      await insertKeys(store(), key)
      const result = sampleResult({ keyId: key.id })
      const renamed = revised(key, { name: "renamed" })
      await commit(store(), task.organizationId, put(task.id, result), keyUpdate(renamed))
      expect(await resultsOf(task)).toEqual([result])
      expect(await readAgain(task)).toEqual({ ...task, counts: { changed: 1, unchanged: 0, refused: 0 } })
      // The key stays as it is, whatever else the result says.
      const again = revised(renamed, { name: "again" })
      const second = put(task.id, sampleResult({ keyId: key.id, kind: "unchanged" }))
      for (const changes of [
        [second, keyUpdate(again)],
        [keyUpdate(again), second],
      ]) {
        await expectFailure(commit(store(), task.organizationId, ...changes), hasResult)
      }
      expect(await store().key(task.organizationId, key.id)).toMatchObject({ name: "renamed", revision: 2 })
      expect(await resultsOf(task)).toEqual([result])
      expect((await readAgain(task))?.counts).toEqual({ changed: 1, unchanged: 0, refused: 0 })
      // That of another task is another one.
      const other = await begun(ours)
      await commit(store(), other.organizationId, put(other.id, result))
      expect(await resultsOf(other)).toEqual([result])
    })

    test("of many who keep a result of the same key at the same time one does", async () => {
      const ours = await found(store())
      const task = await begun(ours)
      const keyId = nextId()
      const kept = await Promise.allSettled([
        ...Array.from({ length: 5 }, () =>
          commit(store(), task.organizationId, put(task.id, sampleResult({ keyId }))),
        ),
        ...Array.from({ length: 5 }, () =>
          store().advanceTask(task.organizationId, task.id, task.position, [
            sampleResult({ keyId, kind: "unchanged" }),
          ]),
        ),
      ])
      expect(kept.slice(0, 5).filter(({ status }) => status === "fulfilled").length).toBeLessThan(2)
      expect(kept.slice(5).every(({ status }) => status === "fulfilled")).toBe(true)
      const results = await resultsOf(task)
      expect(results).toHaveLength(1)
      const counts = (await readAgain(task))?.counts
      expect(counts).toEqual({ changed: 0, unchanged: 0, refused: 0, [results[0]?.kind ?? ""]: 1 })
    })

    test("once a task has ended nothing is kept, nor changed with it, and it does not end again", async () => {
      const ours = await found(store())
      const organizationId = ours.organization.id
      const [task, key] = [await begun(ours), sampleKey(ours)]
      await insertKeys(store(), key)
      await commit(store(), organizationId, end(task.id, later(noon, minute)))
      const ended = { ...task, state: "cancelled", endedAt: later(noon, minute) }
      expect(await readAgain(task)).toEqual(ended)
      const late = put(task.id, sampleResult({ keyId: key.id }))
      await expectFailure(commit(store(), organizationId, late, keyUpdate(revised(key))), noSuchTask)
      await expectFailure(commit(store(), organizationId, keyUpdate(revised(key)), late), noSuchTask)
      await expectFailure(
        commit(store(), organizationId, {
          kind: "task.end",
          taskId: task.id,
          state: "finished",
          endedAt: noon,
        }),
        noSuchTask,
      )
      const position: KeyPosition = { order: "created_at", value: 1, id: "x" }
      expect(await store().advanceTask(organizationId, task.id, position, [sampleResult()])).toBe(false)
      expect(await readAgain(task)).toEqual(ended)
      expect(await resultsOf(task)).toEqual([])
      expect(await store().key(organizationId, key.id)).toEqual(key)
      for (const change of [put(nextId(), sampleResult()), end(nextId())]) {
        await expectFailure(commit(store(), organizationId, change), noSuchTask)
      }
    })

    test("a result and the end of the task can be in one commit, in this order", async () => {
      const ours = await found(store())
      const task = await begun(ours)
      const result = sampleResult()
      const changes = [end(task.id), put(task.id, result)]
      await expectFailure(commit(store(), task.organizationId, ...changes), noSuchTask)
      await commit(store(), task.organizationId, ...changes.toReversed())
      expect(await resultsOf(task)).toEqual([result])
      expect(await readAgain(task)).toMatchObject({ state: "cancelled", counts: { changed: 1 } })
    })

    test("a rehearsal keeps nothing, and refuses what the commit would", async () => {
      const ours = await found(store())
      const task = await begun(ours)
      const organizationId = task.organizationId
      const rehearse = (...changes: Change[]) => store().rehearse({ organizationId, changes, events: [] })
      await rehearse(put(task.id, sampleResult()), end(task.id))
      expect(await readAgain(task)).toEqual(task)
      expect(await resultsOf(task)).toEqual([])
      await expectFailure(rehearse(end(nextId())), noSuchTask)
    })

    test("advancing keeps how far it came, and results of keys that it has none of, outside of the audit trail", async () => {
      const ours = await found(store())
      const task = await begun(ours)
      const { organizationId, id } = task
      const head = await store().auditHead(organizationId)
      const failure: Failure = {
        code: "invalid_input",
        errors: [{ member: "/tags", message: "Too many.", fix: "Remove some." }],
      }
      const [first, second, third] = [
        sampleResult({ kind: "unchanged" }),
        sampleResult({ kind: "refused", failure }),
        sampleResult({ at: later(noon, minute) }),
      ] as const
      const at = (value: number): KeyPosition => ({ order: "created_at", value, id: nextId() })
      expect(await store().advanceTask(organizationId, id, at(3), [first, second])).toBe(true)
      const position = at(2)
      const others = [first, second].map(({ keyId }) => sampleResult({ keyId, at: later(noon, 1) }))
      expect(await store().advanceTask(organizationId, id, position, [...others, third])).toBe(true)
      expect(await resultsOf(task)).toEqual([first, second, third])
      expect(await readAgain(task)).toEqual({
        ...task,
        position,
        counts: { changed: 1, unchanged: 1, refused: 1 },
      })
      expect(await store().advanceTask(organizationId, id, at(1), [])).toBe(true)
      expect((await readAgain(task))?.counts).toEqual({ changed: 1, unchanged: 1, refused: 1 })
      expect(await store().auditHead(organizationId)).toEqual(head)
      expect(head).not.toEqual(emptyChain)
    })

    test("they are listed by key, all or one kind of them, page by page", async () => {
      const ours = await found(store())
      const task = await begun(ours)
      const kinds = ["changed", "unchanged", "refused", "unchanged", "changed"] as const
      const results = kinds.map((kind) => sampleResult({ kind }))
      await store().advanceTask(task.organizationId, task.id, task.position, results.toReversed())
      for (const kind of [null, "changed", "unchanged", "refused"] as const) {
        for (const limit of [1, 2, 50]) {
          const listed = await everyPage((after: string | null) =>
            store().taskResults(task.organizationId, task.id, kind, { limit, after }),
          )
          expect(listed).toEqual(results.filter((one) => kind === null || one.kind === kind))
        }
      }
      const unknown = await store().taskResults(task.organizationId, nextId(), null, all)
      expect(unknown).toEqual({ items: [], next: null })
    })

    test("a task that ended is purged with its results and its lease, so many at a time, the longest ended first", async () => {
      // Long ago, so that nobody else's task is among them.
      const past = Date.UTC(2001, 0, 1) as Instant
      const ours = await found(store())
      const organizationId = ours.organization.id
      const [second, first, running, at] = [
        await begun(ours),
        await begun(ours),
        await begun(ours),
        await begun(ours),
      ]
      const results = Array.from({ length: 5 }, () => sampleResult())
      for (const task of [second, first, running]) {
        await store().advanceTask(organizationId, task.id, task.position, results)
      }
      await commit(
        store(),
        organizationId,
        end(second.id, later(past, -1)),
        end(first.id, later(past, -2)),
        end(at.id, past),
      )
      const name = `task ${first.id}`
      await store().lease(name, "holder", noon, later(noon, minute))
      const head = await store().auditHead(organizationId)
      expect(await store().purgeTask(past, 2)).toBe(2)
      expect(await resultsOf(first)).toEqual(results.slice(2))
      expect(await readAgain(first)).not.toBeNull()
      expect(await store().purgeTask(past, 2)).toBe(2)
      expect(await store().lease(name, "another", noon, later(noon, minute))).toBe(false)
      expect(await store().purgeTask(past, 2)).toBe(2)
      expect(await readAgain(first)).toBeNull()
      expect(await store().lease(name, "another", noon, later(noon, minute))).toBe(true)
      expect(await resultsOf(second)).toEqual(results)
      expect(await store().purgeTask(past, 50)).toBe(6)
      expect(await store().purgeTask(past, 50)).toBe(0)
      expect(await readAgain(second)).toBeNull()
      expect(await readAgain(at)).not.toBeNull()
      expect(await resultsOf(running)).toEqual(results)
      expect(await store().auditHead(organizationId)).toEqual(head)
      expect(await store().purgeTask(later(past, 1), 50)).toBe(1)
    })
  })
}
