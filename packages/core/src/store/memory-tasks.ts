import { fail } from "../failure.ts"
import { type Task, type TaskResult, type TaskState, taskLease } from "../task.ts"
import type { Instant } from "../time.ts"
import type { KeyPosition } from "./list.ts"
import { owned, type Tables, type Transaction } from "./memory-tables.ts"
import { compareText } from "./order.ts"

export function insertTask(transaction: Transaction, task: Task, runningAtMost: number): void {
  const { tables } = transaction
  if (tables.tasks.has(task.id)) fail({ code: "already_exists", resource: "task", member: "id" })
  const running = owned(tables.tasks, task.organizationId).filter(({ state }) => state === "running")
  if (running.length >= runningAtMost) fail({ code: "too_many_tasks", limit: runningAtMost })
  transaction.set(tables.tasks, task.id, task)
}

export function putResult(transaction: Transaction, taskId: string, result: TaskResult): void {
  const { tables } = transaction
  const task = runningTask(transaction, taskId)
  const results = resultsOf(tables, taskId)
  if (results.has(result.keyId)) fail({ code: "already_exists", resource: "task", member: "key_id" })
  transaction.set(tables.taskResults, taskId, new Map([...results, [result.keyId, result]]))
  transaction.set(tables.tasks, taskId, counted(task, [result]))
}

export function endTask(
  transaction: Transaction,
  taskId: string,
  state: Exclude<TaskState, "running">,
  endedAt: Instant,
): void {
  const task = runningTask(transaction, taskId)
  transaction.set(transaction.tables.tasks, taskId, { ...task, state, endedAt })
}

function runningTask({ tables, organizationId }: Transaction, id: string): Task {
  const task = tables.tasks.get(id)
  return task?.organizationId === organizationId && task.state === "running"
    ? task
    : fail({ code: "not_found", resource: "task" })
}

export function advanceTask(
  tables: Tables,
  organizationId: string,
  id: string,
  position: KeyPosition,
  results: readonly TaskResult[],
): boolean {
  const task = tables.tasks.get(id)
  if (task?.organizationId !== organizationId || task.state !== "running") return false
  const known = resultsOf(tables, id)
  const added = new Map(results.map((result) => [result.keyId, result]))
  for (const keyId of known.keys()) added.delete(keyId)
  tables.taskResults.set(id, new Map([...known, ...added]))
  tables.tasks.set(id, { ...counted(task, [...added.values()]), position })
  return true
}

/** By the id of the key; none of an unknown task. */
export function taskResultsOf(tables: Tables, organizationId: string, id: string): TaskResult[] {
  if (tables.tasks.get(id)?.organizationId !== organizationId) return []
  return [...resultsOf(tables, id).values()].sort((a, b) => compareText(a.keyId, b.keyId))
}

export function purgeTask(tables: Tables, endedBefore: Instant, most: number): number {
  const [ended] = [...tables.tasks.values()]
    .filter(({ endedAt }) => endedAt !== null && endedAt < endedBefore)
    .sort((a, b) => Number(a.endedAt) - Number(b.endedAt) || compareText(a.id, b.id))
  if (!ended) return 0
  const results = [...resultsOf(tables, ended.id)]
  const left = results.slice(most)
  const purged = results.length - left.length
  tables.taskResults.set(ended.id, new Map(left))
  if (left.length > 0) return purged
  tables.taskResults.delete(ended.id)
  tables.tasks.delete(ended.id)
  tables.leases.delete(taskLease(ended.id))
  return purged + 1
}

function resultsOf(tables: Tables, id: string): ReadonlyMap<string, TaskResult> {
  return tables.taskResults.get(id) ?? new Map()
}

function counted(task: Task, results: readonly TaskResult[]): Task {
  const counts = { ...task.counts }
  for (const { kind } of results) counts[kind]++
  return { ...task, counts }
}
