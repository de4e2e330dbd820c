import { setImmediate as nextTurn } from "node:timers/promises"
import { AuthorityError, type Failure, fail } from "../failure.ts"
import { newRandomId } from "../id.ts"
import type { Commit } from "../store/change.ts"
import { keyMatches, positionOf } from "../store/filter.ts"
import { type Task, type TaskAction, type TaskResult, taggedMaximum, taskLease } from "../task.ts"
import { later } from "../time.ts"
import type { Caller } from "./caller.ts"
import { type Alter, plan, revoking, updating } from "./change-key.ts"
import { type AuthorityDeps, commit, draft, retried } from "./deps.ts"
import { systemCaller } from "./organizations.ts"
import { creatorOf } from "./task-creator.ts"
import { describeTask } from "./tasks.ts"

/** How long a node that works on a task and says nothing counts as going on, milliseconds. */
const silentMs = 60_000
/** How many keys are read at a time. */
const pageSize = 100

/**
 * Works on a task until it has come to its end, unless another node does already, or it has ended.
 *
 * It goes by the time of the keys' creation, the newest first: that never changes, so each key that was created before the
 * task has one place, and whoever goes on after a crash does so where the work stopped. What matches the filter as it is
 * come to is changed by the very alteration of the single call, by a caller who may do what the creator may do at that
 * moment (`creatorOf`). The result is in the commit that changes the key, so no key is changed twice, and none once the task
 * has ended. The key by which the task was created comes last, and in the commit that ends the task.
 *
 * A dry run has each change refused or taken back by the store, one by one: where keys would only together exceed what a
 * policy allows, it does not tell.
 *
 * After each key the event loop has a turn, so that verifications are answered in between even where the store's calls are
 * synchronous.
 * @param stop aborted when the node closes: the rest is for another run
 * @throws AuthorityError "store_unavailable", after which another run goes on
 */
export async function runTask(
  deps: AuthorityDeps,
  organizationId: string,
  id: string,
  stop?: AbortSignal,
): Promise<void> {
  const { store, clock } = deps
  const running = async () => {
    const task = await store.task(organizationId, id)
    return task?.state === "running" ? task : null
  }
  if (!(await running())) return
  const holder = newRandomId(deps.entropy)
  const hold = (ms: number) => store.lease(taskLease(id), holder, clock.now(), later(clock.now(), ms))
  try {
    for (let task = await running(); task && !stop?.aborted; task = await running()) {
      if (!(await hold(silentMs))) return
      await goOn(deps, task, stop)
    }
  } catch (error) {
    // It was cancelled while a key was being changed, which was not.
    if (!isAboutTask(error, "not_found")) throw error
  } finally {
    await hold(0)
  }
}

/** Looks at the next page of keys, and ends the task after the last one. */
async function goOn(deps: AuthorityDeps, task: Task, stop: AbortSignal | undefined): Promise<void> {
  const { store, clock } = deps
  const { organizationId, id, filter, createdBy } = task
  // Only by what leaves the order as it is; the rest of the filter is for `keyMatches`.
  const { keyspaceId, owner, state, tag } = filter
  const page = { limit: pageSize, after: task.position }
  const { items, next } = await store.keys(
    organizationId,
    { keyspaceId, owner, state, tag },
    clock.now(),
    page,
  )
  await nextTurn()
  const results: TaskResult[] = []
  let { position } = task
  for (const key of items) {
    if (stop?.aborted) break
    if (keyMatches(key, filter, clock.now()) && key.id !== createdBy.credential?.id) {
      const caller = await creatorOf(deps, task)
      if (!caller) {
        await store.advanceTask(organizationId, id, position, results)
        return endTask(deps, task, "stopped")
      }
      const looked = await lookAt(deps, caller, task, key.id, nothing)
      if (looked && !looked.kept) results.push(looked.result)
      await nextTurn()
    }
    position = positionOf(key, "created_at")
  }
  const stopped = stop?.aborted ?? false
  await store.advanceTask(organizationId, id, stopped ? position : (next ?? position), results)
  if (!stopped && next === null) await finish(deps, task)
}

/** Comes to the key that was left for the end, and ends the task. */
async function finish(deps: AuthorityDeps, task: Task): Promise<void> {
  const { organizationId, createdBy, createdAt, filter } = task
  const { store, clock } = deps
  const credential = createdBy.credential?.kind === "key" ? createdBy.credential.id : null
  const last = credential && (await store.key(organizationId, credential))
  if (last && last.createdAt <= createdAt && keyMatches(last, filter, clock.now())) {
    const caller = await creatorOf(deps, task)
    if (!caller) return endTask(deps, task, "stopped")
    const looked = await lookAt(deps, caller, task, last.id, await ending(deps, task, "finished", 1))
    if (looked?.kept) return
    const { position } = (await store.task(organizationId, task.id)) ?? task
    if (looked) await store.advanceTask(organizationId, task.id, position, [looked.result])
  }
  return endTask(deps, task, "finished")
}

async function endTask(deps: AuthorityDeps, task: Task, state: "finished" | "stopped"): Promise<void> {
  const { changes, events } = await ending(deps, task, state, 0)
  await commit(deps, task.organizationId, changes, events)
}

type Part = Pick<Commit, "changes" | "events">
const nothing: Part = { changes: [], events: [] }

/** What ends a task. @param more how many keys the same commit changes */
async function ending(
  deps: AuthorityDeps,
  { organizationId, id }: Task,
  state: "finished" | "stopped",
  more: number,
): Promise<Part> {
  const task = (await deps.store.task(organizationId, id)) ?? fail({ code: "not_found", resource: "task" })
  const counts = { ...task.counts, changed: task.counts.changed + more }
  const details = { ...describeTask(task), counts }
  return {
    changes: [{ kind: "task.end", taskId: id, state, endedAt: deps.clock.now() }],
    events: [draft(deps, systemCaller(organizationId), `task.${state}`, { kind: "task", id }, details)],
  }
}

interface Looked {
  readonly result: TaskResult
  /** Whether the commit that changed the key holds it already. */
  readonly kept: boolean
}

/**
 * Changes a key, or tells what the change would come to.
 * @param also what else is committed with the change
 * @returns null where there is nothing to tell: the key matches no more, or the task has a result of it
 */
async function lookAt(
  deps: AuthorityDeps,
  caller: Caller,
  task: Task,
  keyId: string,
  also: Part,
): Promise<Looked | null> {
  const { organizationId, id, filter, dryRun } = task
  const { store, clock } = deps
  const looked = (kind: TaskResult["kind"], failure: Failure | null, kept: boolean): Looked => ({
    result: { keyId, kind, failure, at: clock.now() },
    kept,
  })
  const alter = altering(deps, caller, task)
  try {
    return await retried(null, async () => {
      const { key, commit: planned } = await plan(deps, caller, keyId, null, alter)
      if (!planned) return keyMatches(key, filter, clock.now()) ? looked("unchanged", null, false) : null
      if (dryRun) {
        await store.rehearse(planned)
        return looked("changed", null, false)
      }
      const changed = looked("changed", null, true)
      await commit(
        deps,
        organizationId,
        [{ kind: "task.result", taskId: id, result: changed.result }, ...planned.changes, ...also.changes],
        [...planned.events, ...also.events],
      )
      return changed
    })
  } catch (error) {
    if (isAboutTask(error, "already_exists")) return null
    if (!(error instanceof AuthorityError) || isAboutTask(error, "not_found")) throw error
    if (error.failure.code === "store_unavailable") throw error
    const key = await store.key(organizationId, keyId)
    return key && keyMatches(key, filter, clock.now()) ? looked("refused", error.failure, false) : null
  }
}

function isAboutTask(error: unknown, code: "not_found" | "already_exists"): boolean {
  if (!(error instanceof AuthorityError)) return false
  const { failure } = error
  return failure.code === code && failure.resource === "task"
}

/** The alteration of the single call, for a key that matches still; nothing where it would make the same of the key. */
function altering(deps: AuthorityDeps, caller: Caller, { id, filter, action }: Task): Alter {
  const alter = alterationOf(deps, caller, action)
  return async (before, keyspace, now) => {
    if (!keyMatches(before, filter, now)) return null
    const changed = await alter(before, keyspace, now)
    if (!changed || Object.keys(changed.details).length === 0) return null
    return { ...changed, details: { ...changed.details, task_id: id } }
  }
}

function alterationOf(deps: AuthorityDeps, caller: Caller, action: TaskAction): Alter {
  switch (action.kind) {
    case "revoke":
      return revoking(action.revocation)
    case "disable":
      return updating(deps, caller, { enabled: false })
    case "enable":
      return updating(deps, caller, { enabled: true })
    case "tag":
      return updating(deps, caller, ({ tags }) => ({ tags: tagged(tags, action) }))
    case "transfer":
      return updating(deps, caller, { owner: action.owner })
    case "set_expiry":
      return updating(deps, caller, { expiresAt: action.expiresAt })
  }
}

/** @throws "invalid_input" when the key would have more tags than a single call can give it */
function tagged(
  before: readonly string[],
  { add, remove }: Extract<TaskAction, { kind: "tag" }>,
): readonly string[] {
  const tags = [...new Set([...before.filter((tag) => !remove.includes(tag)), ...add])]
  if (tags.length <= Math.max(taggedMaximum, before.length)) return tags
  return fail({
    code: "invalid_input",
    errors: [
      {
        member: "/tags",
        message: `The key would have ${tags.length} tags, and may have at most ${taggedMaximum}.`,
        fix: "Remove other tags first.",
      },
    ],
  })
}
