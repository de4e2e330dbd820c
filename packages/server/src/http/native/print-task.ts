import type * as contract from "@keyward/contract"
import {
  type Instant,
  printTimestamp,
  type Task,
  type TaskAction,
  type TaskFilter,
  type TaskResult,
} from "@keyward/core"
import { given } from "../../given.ts"
import { printFailure } from "../problem.ts"
import { orNull } from "./print.ts"

/** How the native API prints a task; how far it has come is told in numbers alone. */
export function printTask(task: Task): contract.Task {
  const { changed, unchanged, refused } = task.counts
  return {
    id: task.id,
    organization_id: task.organizationId,
    filter: printFilter(task.filter),
    action: printAction(task.action),
    dry_run: task.dryRun,
    state: task.state,
    created_by: { kind: task.createdBy.kind, id: task.createdBy.id },
    created_at: printTimestamp(task.createdAt),
    ended_at: orNull(task.endedAt),
    counts: { changed, unchanged, refused },
  }
}

export function printTaskResult({ keyId, kind, failure, at }: TaskResult): contract.TaskResult {
  return {
    key_id: keyId,
    result: kind,
    problem: failure && printFailure(failure),
    at: printTimestamp(at),
  }
}

/** The members that were named. */
function printFilter(filter: TaskFilter): contract.TaskFilter {
  const { owner } = filter
  const timestamp = (instant: Instant | undefined) =>
    instant === undefined ? undefined : printTimestamp(instant)
  return given({
    keyspace_id: filter.keyspaceId,
    owner: owner && { kind: owner.kind, id: owner.id },
    state: filter.state,
    tag: filter.tag,
    name_prefix: filter.namePrefix,
    expires_from: timestamp(filter.expiresFrom),
    expires_before: timestamp(filter.expiresBefore),
    last_used_from: timestamp(filter.lastUsedFrom),
    last_used_before: timestamp(filter.lastUsedBefore),
  })
}

function printAction(action: TaskAction): contract.TaskAction {
  switch (action.kind) {
    case "revoke":
      return { kind: "revoke", reason: action.revocation.reason, note: action.revocation.note }
    case "tag":
      return { kind: "tag", add: action.add, remove: action.remove }
    case "transfer":
      return { kind: "transfer", owner: { kind: action.owner.kind, id: action.owner.id } }
    case "set_expiry":
      return { kind: "set_expiry", expires_at: orNull(action.expiresAt) }
    default:
      return { kind: action.kind }
  }
}
