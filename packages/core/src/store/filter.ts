import type { AuditEvent } from "../audit/event.ts"
import type { Key } from "../key/key.ts"
import { stateAt } from "../key/lifecycle.ts"
import type { Principal, User } from "../principal.ts"
import type { Task, TaskListFilter } from "../task.ts"
import type { Instant } from "../time.ts"
import type {
  AuditFilter,
  KeyFilter,
  KeyOrder,
  KeyPosition,
  PrincipalFilter,
  PrincipalOrder,
  PrincipalPosition,
} from "./list.ts"

/** Whether a key matches every part of a filter. The one meaning of each part, for every store. */
export function keyMatches(key: Key, filter: KeyFilter, now: Instant): boolean {
  return (
    (filter.keyspaceId === undefined || key.keyspaceId === filter.keyspaceId) &&
    (filter.owner === undefined ||
      (key.owner.kind === filter.owner.kind && key.owner.id === filter.owner.id)) &&
    (filter.state === undefined || stateAt(key, now) === filter.state) &&
    (filter.tag === undefined || key.tags.includes(filter.tag)) &&
    (filter.namePrefix === undefined || key.name.startsWith(filter.namePrefix)) &&
    within(key.expiresAt, filter.expiresFrom, filter.expiresBefore) &&
    within(key.lastUsedAt, filter.lastUsedFrom, filter.lastUsedBefore) &&
    within(key.deletedAt, filter.deletedFrom, undefined)
  )
}

/** Whether an event matches every part of a filter. The one meaning of each part, for every store. */
export function eventMatches(event: AuditEvent, filter: AuditFilter): boolean {
  return (
    (filter.action === undefined || event.action === filter.action) &&
    (filter.targetId === undefined || event.target.id === filter.targetId) &&
    within(event.at, filter.from, filter.before)
  )
}

/** Whether a task matches every part of a filter. The one meaning of each part, for every store. */
export function taskMatches(task: Task, { keyspaceId, state, createdBy }: TaskListFilter): boolean {
  return (
    (keyspaceId === undefined || task.filter.keyspaceId === keyspaceId) &&
    (state === undefined || task.state === state) &&
    (createdBy === undefined ||
      (task.createdBy.kind === createdBy.kind && task.createdBy.id === createdBy.id))
  )
}

/** Where a key stands in an order: what the next page continues from. */
export function positionOf(key: Key, order: KeyOrder): KeyPosition {
  const value = {
    created_at: key.createdAt,
    name: key.name,
    expires_at: key.expiresAt ?? 0,
    last_used_at: key.lastUsedAt ?? 0,
    deleted_at: key.deletedAt ?? 0,
  }[order]
  return { order, value, id: key.id }
}

function within(instant: Instant | null, from: Instant | undefined, before: Instant | undefined): boolean {
  if (from === undefined && before === undefined) return true
  return (
    instant !== null && (from === undefined || instant >= from) && (before === undefined || instant < before)
  )
}

/** Whether a user or service account matches every part of a filter. The one meaning of each part, for every store. */
export function principalMatches(principal: Principal, filter: PrincipalFilter): boolean {
  return (
    (filter.kind === undefined || principal.kind === filter.kind) &&
    (filter.role === undefined || principal.roles.includes(filter.role)) &&
    (filter.suspended === undefined || (principal.suspendedAt !== null) === filter.suspended) &&
    (filter.emailPrefix === undefined ||
      (principal.kind === "user" && principal.email.startsWith(filter.emailPrefix)))
  )
}

/** Whether this is a user with the role who is neither suspended nor removed. */
export function isActiveUserWithRole(principal: Principal, role: string): principal is User {
  const { kind, suspendedAt, removedAt, roles } = principal
  return kind === "user" && suspendedAt === null && removedAt === null && roles.includes(role)
}

/** Where a user or service account stands in an order: what the next page continues from. */
export function principalPositionOf(principal: Principal, order: PrincipalOrder): PrincipalPosition {
  const email = principal.kind === "user" ? principal.email : ""
  return { order, value: order === "email" ? email : principal.createdAt, id: principal.id }
}
