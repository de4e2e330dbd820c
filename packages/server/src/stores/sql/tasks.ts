import {
  fail,
  type Instant,
  type KeyPosition,
  type Page,
  type PageOf,
  type Task,
  type TaskListFilter,
  type TaskResult,
  type TaskResultKind,
  type TaskState,
  type TimePosition,
  taskLease,
  taskMatches,
} from "@keyward/core"
import type { Kysely } from "kysely"
import { everyOne, scanned } from "./scan.ts"
import type { Schema, TaskResultRow, TaskRow } from "./schema.ts"

export async function task(db: Kysely<Schema>, organizationId: string, id: string): Promise<Task | null> {
  const row = await db
    .selectFrom("tasks")
    .selectAll()
    .where("organization_id", "=", organizationId)
    .where("id", "=", id)
    .executeTakeFirst()
  return row ? taskOf(row) : null
}

export async function tasks(
  db: Kysely<Schema>,
  organizationId: string,
  filter: TaskListFilter,
  { limit, after }: Page<TimePosition>,
): Promise<PageOf<Task, TimePosition>> {
  return scanned<Task, TimePosition>({
    limit,
    after,
    fetch: async (position, count) => {
      let query = db.selectFrom("tasks").selectAll().where("organization_id", "=", organizationId)
      if (filter.keyspaceId !== undefined) query = query.where("keyspace_id", "=", filter.keyspaceId)
      if (position) {
        query = query.where(({ eb, refTuple, tuple }) =>
          eb(refTuple("created_at", "id"), "<", tuple(position.createdAt, position.id)),
        )
      }
      const rows = await query.orderBy("created_at", "desc").orderBy("id", "desc").limit(count).execute()
      return rows.map(taskOf)
    },
    matches: (found) => taskMatches(found, filter),
    position: ({ createdAt, id }) => ({ createdAt, id }),
  })
}

export async function runningTasks(
  db: Kysely<Schema>,
  page: Page<TimePosition>,
): Promise<PageOf<Task, TimePosition>> {
  return everyOne(page, async (after, count) => {
    // From the start is after the earliest position there can be: then the index has a range to begin at.
    const { createdAt, id } = after ?? { createdAt: Number.MIN_SAFE_INTEGER, id: "" }
    const rows = await db
      .selectFrom("tasks")
      .selectAll()
      .where("ended_at", "is", null)
      .where(({ eb, refTuple, tuple }) => eb(refTuple("created_at", "id"), ">", tuple(createdAt, id)))
      .orderBy("created_at")
      .orderBy("id")
      .limit(count)
      .execute()
    return rows.map(taskOf)
  })
}

/** @throws "too_many_tasks" */
export async function insertTask(
  transaction: Kysely<Schema>,
  task: Task,
  runningAtMost: number,
): Promise<void> {
  const running = await transaction
    .selectFrom("tasks")
    .select("id")
    .where("organization_id", "=", task.organizationId)
    .where("ended_at", "is", null)
    .limit(runningAtMost)
    .execute()
  if (running.length >= runningAtMost) fail({ code: "too_many_tasks", limit: runningAtMost })
  await transaction.insertInto("tasks").values(taskRow(task)).execute()
}

/** @throws "not_found" unless the task is running, "already_exists" where it has a result of the key */
export async function putResult(
  transaction: Kysely<Schema>,
  organizationId: string,
  taskId: string,
  result: TaskResult,
): Promise<void> {
  // The row of the task comes first, here and in `advanceTask`: whoever has it is alone with the results.
  if (!(await holdTask(transaction, organizationId, taskId))) fail({ code: "not_found", resource: "task" })
  const kept = await keepResults(transaction, organizationId, taskId, [result])
  if (kept === 0) fail({ code: "already_exists", resource: "task", member: "key_id" })
}

/** @throws "not_found" unless the task is running */
export async function endTask(
  transaction: Kysely<Schema>,
  organizationId: string,
  taskId: string,
  state: Exclude<TaskState, "running">,
  endedAt: Instant,
): Promise<void> {
  const { numUpdatedRows } = await transaction
    .updateTable("tasks")
    .set({ state, ended_at: endedAt })
    .where("organization_id", "=", organizationId)
    .where("id", "=", taskId)
    .where("ended_at", "is", null)
    .executeTakeFirstOrThrow()
  if (numUpdatedRows === 0n) fail({ code: "not_found", resource: "task" })
}

export async function advanceTask(
  transaction: Kysely<Schema>,
  organizationId: string,
  id: string,
  position: KeyPosition,
  results: readonly TaskResult[],
): Promise<boolean> {
  if (!(await holdTask(transaction, organizationId, id))) return false
  await keepResults(transaction, organizationId, id, results)
  await transaction
    .updateTable("tasks")
    .set({ position: JSON.stringify(position) })
    .where("organization_id", "=", organizationId)
    .where("id", "=", id)
    .execute()
  return true
}

/** Holds the row of a task until the transaction ends. @returns whether the task is running */
async function holdTask(transaction: Kysely<Schema>, organizationId: string, id: string): Promise<boolean> {
  const { numUpdatedRows } = await transaction
    .updateTable("tasks")
    .set(({ ref }) => ({ state: ref("state") }))
    .where("organization_id", "=", organizationId)
    .where("id", "=", id)
    .where("ended_at", "is", null)
    .executeTakeFirstOrThrow()
  return numUpdatedRows > 0n
}

/** Keeps and counts results, except where the task has one of the key. @returns how many it kept */
async function keepResults(
  transaction: Kysely<Schema>,
  organizationId: string,
  taskId: string,
  results: readonly TaskResult[],
): Promise<number> {
  if (results.length === 0) return 0
  const kept = await transaction
    .insertInto("task_results")
    .values(results.map((result) => resultRow(organizationId, taskId, result)))
    .onConflict((conflict) => conflict.columns(["task_id", "key_id"]).doNothing())
    .returning("kind")
    .execute()
  const count = (kind: TaskResultKind) => kept.filter((row) => row.kind === kind).length
  if (kept.length > 0) {
    await transaction
      .updateTable("tasks")
      .set(({ eb }) => ({
        changed: eb("changed", "+", count("changed")),
        unchanged: eb("unchanged", "+", count("unchanged")),
        refused: eb("refused", "+", count("refused")),
      }))
      .where("organization_id", "=", organizationId)
      .where("id", "=", taskId)
      .execute()
  }
  return kept.length
}

export async function taskResults(
  db: Kysely<Schema>,
  organizationId: string,
  id: string,
  kind: TaskResultKind | null,
  { limit, after }: Page<string>,
): Promise<PageOf<TaskResult, string>> {
  let query = db
    .selectFrom("task_results")
    .selectAll()
    .where("organization_id", "=", organizationId)
    .where("task_id", "=", id)
  if (kind !== null) query = query.where("kind", "=", kind)
  if (after !== null) query = query.where("key_id", ">", after)
  const rows = await query
    .orderBy("key_id")
    .limit(limit + 1)
    .execute()
  const items = rows.slice(0, limit).map(resultOf)
  return { items, next: rows.length > limit ? (items.at(-1)?.keyId ?? null) : null }
}

export async function purgeTask(
  transaction: Kysely<Schema>,
  endedBefore: Instant,
  most: number,
): Promise<number> {
  const ended = await transaction
    .selectFrom("tasks")
    .select(["organization_id", "id"])
    .where("ended_at", "is not", null)
    .where("ended_at", "<", endedBefore)
    .orderBy("ended_at")
    .orderBy("id")
    .limit(1)
    .executeTakeFirst()
  if (!ended) return 0
  const { organization_id: organizationId, id } = ended
  const { numDeletedRows } = await transaction
    .deleteFrom("task_results")
    .where("organization_id", "=", organizationId)
    .where("task_id", "=", id)
    .where("key_id", "in", (from) =>
      from
        .selectFrom("task_results")
        .select("key_id")
        .where("organization_id", "=", organizationId)
        .where("task_id", "=", id)
        .orderBy("key_id")
        .limit(most),
    )
    .executeTakeFirstOrThrow()
  const purged = Number(numDeletedRows)
  const { items } = await taskResults(transaction, organizationId, id, null, { limit: 1, after: null })
  if (items.length > 0) return purged
  await transaction
    .deleteFrom("tasks")
    .where("organization_id", "=", organizationId)
    .where("id", "=", id)
    .execute()
  await transaction.deleteFrom("leases").where("name", "=", taskLease(id)).execute()
  return purged + 1
}

function taskOf(row: TaskRow): Task {
  return {
    id: row.id,
    organizationId: row.organization_id,
    filter: JSON.parse(row.filter),
    action: JSON.parse(row.action),
    dryRun: row.dry_run === 1,
    createdBy: JSON.parse(row.created_by),
    requestId: row.request_id,
    createdAt: row.created_at as Instant,
    holds: JSON.parse(row.holds),
    state: row.state as TaskState,
    endedAt: row.ended_at as Instant | null,
    counts: { changed: row.changed, unchanged: row.unchanged, refused: row.refused },
    position: JSON.parse(row.position),
  }
}

function taskRow(task: Task): TaskRow {
  return {
    id: task.id,
    organization_id: task.organizationId,
    keyspace_id: task.filter.keyspaceId ?? null,
    filter: JSON.stringify(task.filter),
    action: JSON.stringify(task.action),
    dry_run: task.dryRun ? 1 : 0,
    created_by: JSON.stringify(task.createdBy),
    request_id: task.requestId,
    created_at: task.createdAt,
    holds: JSON.stringify(task.holds),
    state: task.state,
    ended_at: task.endedAt,
    ...task.counts,
    position: JSON.stringify(task.position),
  }
}

function resultOf(row: TaskResultRow): TaskResult {
  return {
    keyId: row.key_id,
    kind: row.kind as TaskResultKind,
    failure: row.failure === null ? null : JSON.parse(row.failure),
    at: row.at as Instant,
  }
}

function resultRow(organizationId: string, taskId: string, result: TaskResult): TaskResultRow {
  return {
    organization_id: organizationId,
    task_id: taskId,
    key_id: result.keyId,
    kind: result.kind,
    failure: result.failure && JSON.stringify(result.failure),
    at: result.at,
  }
}
