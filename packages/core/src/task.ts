import type { Actor } from "./audit/event.ts"
import type { Failure } from "./failure.ts"
import type { Revocation } from "./key/key.ts"
import type { Owner } from "./owner.ts"
import type { KeyFilter, KeyPosition } from "./store/list.ts"
import type { Instant } from "./time.ts"

/**
 * `running` from the moment that it is accepted, also while no node works on it just now; `finished` when every key was
 * looked at; `cancelled` by a caller; `stopped` because its creator may act no more: the user or service account
 * is removed or suspended, or the presented key is no longer live.
 */
export const taskStates = ["running", "finished", "cancelled", "stopped"] as const
export type TaskState = (typeof taskStates)[number]

/** What a task changes: keys that match. At least one member is there. */
export type TaskFilter = Omit<KeyFilter, "deletedFrom">

/** What a task does to each key. */
export type TaskAction =
  | { readonly kind: "revoke"; readonly revocation: Revocation }
  | { readonly kind: "disable" }
  | { readonly kind: "enable" }
  /** At least one tag in all, and none in both. */
  | { readonly kind: "tag"; readonly add: readonly string[]; readonly remove: readonly string[] }
  | { readonly kind: "transfer"; readonly owner: Owner }
  /** @property expiresAt null: never */
  | { readonly kind: "set_expiry"; readonly expiresAt: Instant | null }

/** Of a dry run: what the task would come to. */
export const taskResultKinds = ["changed", "unchanged", "refused"] as const
export type TaskResultKind = (typeof taskResultKinds)[number]

/** What a task came to with one key. */
export interface TaskResult {
  readonly keyId: string
  readonly kind: TaskResultKind
  /** Why it was refused; null unless it was. */
  readonly failure: Failure | null
  readonly at: Instant
}

export type TaskCounts = Readonly<Record<TaskResultKind, number>>

/** A change of many keys that goes on after the call that asked for it was answered. */
export interface Task {
  readonly id: string
  readonly organizationId: string
  readonly filter: TaskFilter
  readonly action: TaskAction
  /** Whether it only tells what it would come to. */
  readonly dryRun: boolean
  readonly createdBy: Actor
  /** Of the request that asked for it; null outside of one. */
  readonly requestId: string | null
  readonly createdAt: Instant
  /** What the creator held as they created it: lists of grants, each of which has to allow what is done. */
  readonly holds: readonly (readonly string[])[]
  readonly state: TaskState
  /** null exactly while it is running. */
  readonly endedAt: Instant | null
  /** How many results it has, by kind. */
  readonly counts: TaskCounts
  /** How far it has come: it goes by the time of the keys' creation, the newest first. */
  readonly position: KeyPosition
}

/** What a list of tasks is narrowed to; an absent part does not narrow. */
export interface TaskListFilter {
  /** The keyspace that the task's own filter names. */
  readonly keyspaceId?: string | undefined
  readonly state?: TaskState | undefined
  readonly createdBy?: Pick<Actor, "kind" | "id"> | undefined
}

/** Most tasks of an organization that are running at a time. */
export const runningTaskMaximum = 10

/** Most tags that a key has once a task has added some: as many as a single call can give it. */
export const taggedMaximum = 50

/** How long a task is kept with its results after it ended, milliseconds. */
export const taskLifetimeMs = 30 * 24 * 60 * 60 * 1000

/** The lease that whoever works on a task holds. */
export function taskLease(id: string): string {
  return `task ${id}`
}
