import { fail, type InputError, isFailure } from "../failure.ts"
import { newId } from "../id.ts"
import type { JsonObject } from "../json.ts"
import type { Page, PageOf, TimePosition } from "../store/list.ts"
import {
  runningTaskMaximum,
  type Task,
  type TaskAction,
  type TaskFilter,
  type TaskListFilter,
  type TaskResult,
  type TaskResultKind,
} from "../task.ts"
import { type Instant, later, printTimestamp } from "../time.ts"
import { type Caller, denied, isOwn, ownOwner } from "./caller.ts"
import { ownerErrors } from "./check-key.ts"
import { type AuthorityDeps, commit, draft } from "./deps.ts"
import { writableKeyspace } from "./key-access.ts"
import { principalsOf } from "./patched-key.ts"
import type { Keep, Replays } from "./replays.ts"

/** What a task is made of. */
export type NewTask = Pick<Task, "filter" | "action" | "dryRun">

/** What a list of tasks is narrowed to by whoever asks for it. */
export type ListedTasks = Pick<TaskListFilter, "keyspaceId" | "state">

/**
 * Has many keys changed, from now on and for as long as it takes: those that match the filter as the task comes to them,
 * unless they were created after it. Callers bound to a keyspace must name it in the filter; to callers who may write only
 * their own keys, no others match. What is done to each key is what the single call would do, with what the caller may do
 * by then, and refused where that would be: see `runTask`.
 * @throws "invalid_input" (a filter or an action that says nothing, an expiry that is not in the future, an unknown owner),
 *         "not_found" (keyspace), "too_many_tasks", "permission_denied" unless the caller may write such keys
 */
export async function createTask(
  deps: AuthorityDeps,
  replays: Replays,
  caller: Caller,
  input: NewTask,
): Promise<Task> {
  const filter = await reachable(deps, caller, input)
  return replays.once<Task>(caller, async (keep) => {
    await refuseInvalid(deps, caller, input)
    return insertTask(deps, caller, { ...input, filter }, keep)
  })
}

async function insertTask(
  deps: AuthorityDeps,
  caller: Caller,
  { filter, action, dryRun }: NewTask,
  keep: Keep<Task>,
): Promise<Task> {
  const { organizationId, actor, requestId, holds } = caller
  const now = deps.clock.now()
  const task: Task = {
    id: newId(now, deps.entropy),
    organizationId,
    filter,
    action,
    dryRun,
    createdBy: actor,
    requestId,
    createdAt: now,
    holds: holds.grants,
    state: "running",
    endedAt: null,
    counts: { changed: 0, unchanged: 0, refused: 0 },
    // Before whatever was created by now, in the order in which the newest comes first.
    position: { order: "created_at", value: later(now, 1), id: "" },
  }
  await commit(
    deps,
    organizationId,
    [...keep(task), { kind: "task.insert", task, runningAtMost: runningTaskMaximum }],
    [draft(deps, caller, "task.created", { kind: "task", id: task.id }, describeTask(task))],
  )
  return task
}

/**
 * The filter, narrowed to the keys that the caller may write: all of them, or their own, of which they can give none away.
 * That is told before the new owner is looked for.
 * @throws "not_found" (keyspace), "permission_denied"
 */
async function reachable(
  deps: AuthorityDeps,
  caller: Caller,
  { filter, action }: NewTask,
): Promise<TaskFilter> {
  const { keyspaceId, owner } = filter
  if (keyspaceId !== undefined) await writableKeyspace(deps, caller, keyspaceId)
  const resource = keyspaceId ?? null
  if (caller.holds.allows({ name: "keys.write", resource })) return filter
  const own = ownOwner(caller)
  if (own === null || !caller.holds.allows({ name: "own_keys.write", resource })) return denied("keys.write")
  if (owner && !isOwn(caller, owner)) return denied("keys.write")
  if (action.kind === "transfer" && !isOwn(caller, action.owner)) return denied("keys.write")
  return { ...filter, owner: own }
}

async function refuseInvalid(
  deps: AuthorityDeps,
  caller: Caller,
  { filter, action }: NewTask,
): Promise<void> {
  const errors: InputError[] = []
  if (Object.values(filter).every((part) => part === undefined)) {
    errors.push({
      member: "/filter",
      message: "The filter is empty, and would match every key of the organization.",
      fix: "Name at least one thing that the keys have in common, such as their keyspace.",
    })
  }
  errors.push(...(await actionErrors(deps, caller, action)))
  if (errors.length > 0) fail({ code: "invalid_input", errors })
}

async function actionErrors(
  deps: AuthorityDeps,
  caller: Caller,
  action: TaskAction,
): Promise<readonly InputError[]> {
  switch (action.kind) {
    case "tag":
      return tagErrors(action)
    case "transfer": {
      const { organizationId } = caller
      return ownerErrors(
        principalsOf(deps, caller),
        { organizationId, owner: action.owner },
        "/action/owner/id",
      )
    }
    case "set_expiry":
      return action.expiresAt === null || action.expiresAt > deps.clock.now() ? [] : [pastExpiry]
    default:
      return []
  }
}

const pastExpiry: InputError = {
  member: "/action/expires_at",
  message: "The instant of expiry is not in the future.",
  fix: "Use a later instant, null for keys that do not expire, or revoke the keys.",
}

function tagErrors({ add, remove }: Extract<TaskAction, { kind: "tag" }>): InputError[] {
  if (add.length === 0 && remove.length === 0) {
    const message = "No tag is named."
    return [{ member: "/action", message, fix: "Name tags to add, tags to remove, or some of each." }]
  }
  return add.flatMap((tag, at) => {
    if (!remove.includes(tag)) return []
    const message = "The tag is to be added and to be removed."
    return [{ member: `/action/add/${at}`, message, fix: "Name it once." }]
  })
}

/** @throws "not_found", also where the caller may not read it, "permission_denied" where they may read no task at all */
export function readTask(deps: AuthorityDeps, caller: Caller, id: string): Promise<Task> {
  return findTask(deps, caller, "read", id)
}

/** As with keys: who may do such a thing nowhere is told so, and what a caller may not even read does not exist. */
async function findTask(
  deps: AuthorityDeps,
  caller: Caller,
  permission: "read" | "write",
  id: string,
): Promise<Task> {
  const { holds } = caller
  const somewhere =
    holds.allowsSomewhere(`keys.${permission}`) ||
    (ownOwner(caller) !== null && holds.allowsSomewhere(`own_keys.${permission}`))
  if (!somewhere) return denied(`keys.${permission}`)
  const task = await deps.store.task(caller.organizationId, id)
  if (task && mayWithTask(caller, permission, task)) return task
  if (task && mayWithTask(caller, "read", task)) return denied(`keys.${permission}`)
  return fail({ code: "not_found", resource: "task" })
}

/** Whether the caller may do this to all keys that the task can come to, or created it and may do it to their own. */
function mayWithTask(caller: Caller, permission: "read" | "write", { filter, createdBy }: Task): boolean {
  const resource = filter.keyspaceId ?? null
  if (caller.holds.allows({ name: `keys.${permission}`, resource })) return true
  const own = ownOwner(caller)
  const created = own?.kind === createdBy.kind && own.id === createdBy.id
  return created && caller.holds.allows({ name: `own_keys.${permission}`, resource })
}

/**
 * The newest first. Callers bound to a keyspace must name it; callers who may read only their own keys see the tasks that
 * they created.
 * @throws "permission_denied"
 */
export async function listTasks(
  deps: AuthorityDeps,
  caller: Caller,
  filter: ListedTasks,
  page: Page<TimePosition>,
): Promise<PageOf<Task, TimePosition>> {
  const { organizationId, holds } = caller
  const resource = filter.keyspaceId ?? null
  if (holds.allows({ name: "keys.read", resource })) return deps.store.tasks(organizationId, filter, page)
  const createdBy = ownOwner(caller)
  if (createdBy === null || !holds.allows({ name: "own_keys.read", resource })) return denied("keys.read")
  return deps.store.tasks(organizationId, { ...filter, createdBy }, page)
}

/** @throws "not_found", "permission_denied" */
export async function listTaskResults(
  deps: AuthorityDeps,
  caller: Caller,
  id: string,
  { kind }: { readonly kind?: TaskResultKind | undefined },
  page: Page<string>,
): Promise<PageOf<TaskResult, string>> {
  const task = await readTask(deps, caller, id)
  return deps.store.taskResults(caller.organizationId, task.id, kind ?? null, page)
}

/**
 * Ends a task: once this returns, it changes no further key, on whichever node. One that has ended stays as it ended.
 * @throws "not_found", "permission_denied"
 */
export async function cancelTask(deps: AuthorityDeps, caller: Caller, id: string): Promise<Task> {
  const task = await findTask(deps, caller, "write", id)
  if (task.state !== "running") return task
  try {
    await commit(
      deps,
      caller.organizationId,
      [{ kind: "task.end", taskId: id, state: "cancelled", endedAt: deps.clock.now() }],
      // How many keys it has changed by then nobody can know before: each of those has an event of its own.
      [draft(deps, caller, "task.cancelled", { kind: "task", id }, describeTask(task))],
    )
  } catch (error) {
    // It has come to its end meanwhile.
    if (!isFailure(error, "not_found")) throw error
  }
  return findTask(deps, caller, "write", id)
}

/** What the audit trail keeps of a task, named as the native API names it. */
export function describeTask({ filter, action, dryRun }: Task): JsonObject {
  const instants = {
    expires_from: filter.expiresFrom,
    expires_before: filter.expiresBefore,
    last_used_from: filter.lastUsedFrom,
    last_used_before: filter.lastUsedBefore,
  }
  const texts = {
    keyspace_id: filter.keyspaceId,
    state: filter.state,
    tag: filter.tag,
    name_prefix: filter.namePrefix,
  }
  const described: { [member: string]: string } = {}
  for (const [name, text] of Object.entries(texts)) if (text !== undefined) described[name] = text
  for (const [name, at] of Object.entries(instants))
    if (at !== undefined) described[name] = printTimestamp(at)
  const { owner } = filter
  return {
    filter: { ...described, ...(owner ? { owner: { kind: owner.kind, id: owner.id } } : {}) },
    action: describeAction(action),
    dry_run: dryRun,
  }
}

function describeAction(action: TaskAction): JsonObject {
  switch (action.kind) {
    case "revoke":
      return { kind: action.kind, reason: action.revocation.reason, note: action.revocation.note }
    case "disable":
    case "enable":
      return { kind: action.kind }
    case "tag":
      return { kind: action.kind, add: action.add, remove: action.remove }
    case "transfer":
      return { kind: action.kind, owner: { kind: action.owner.kind, id: action.owner.id } }
    case "set_expiry":
      return { kind: action.kind, expires_at: printed(action.expiresAt) }
  }
}

function printed(at: Instant | null): string | null {
  return at === null ? null : printTimestamp(at)
}
