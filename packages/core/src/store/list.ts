import type { AuditAction } from "../audit/event.ts"
import type { Key } from "../key/key.ts"
import type { KeyState } from "../key/lifecycle.ts"
import type { Owner } from "../owner.ts"
import type { PrincipalKind } from "../principal.ts"
import type { Instant } from "../time.ts"

/** Which part of a list. */
export interface Page<Position> {
  /** 1 or more. */
  readonly limit: number
  /** Where the page before ended; null: from the start. A position stays good when rows are added or removed. */
  readonly after: Position | null
}

export interface PageOf<Item, Position> {
  readonly items: readonly Item[]
  /** null: there is nothing after this page. */
  readonly next: Position | null
}

export interface TimePosition {
  readonly createdAt: Instant
  readonly id: string
}

/** What a list of keys is narrowed to; an absent part does not narrow. Instants are inclusive below and exclusive above. */
export interface KeyFilter {
  readonly keyspaceId?: string | undefined
  readonly owner?: Owner | undefined
  readonly state?: KeyState | undefined
  readonly tag?: string | undefined
  /** Compared exactly, case included. */
  readonly namePrefix?: string | undefined
  readonly expiresFrom?: Instant | undefined
  readonly expiresBefore?: Instant | undefined
  readonly lastUsedFrom?: Instant | undefined
  readonly lastUsedBefore?: Instant | undefined
  /** Present: only keys that were deleted then or later. Absent: only keys that are not deleted. */
  readonly deletedFrom?: Instant | undefined
}

/** Most rows that one page of a list of keys looks at. */
export const keyScanMaximum = 2000

/** A key of which something is due, and where it stands among them. */
export interface DueKey extends Pick<Key, "organizationId" | "id"> {
  readonly dueAt: Instant
}

/** Where an ended secret stands among those of all keys. */
export interface EndedPosition {
  readonly endedAt: Instant
  readonly keyId: string
  readonly secretVersion: number
}

/** By what a list is ordered; ties by id, the same way. */
export type KeyOrder = "created_at" | "name" | "expires_at" | "last_used_at" | "deleted_at"

/** Whether a list in this order starts with what comes last: the newest, the last deleted. */
export function isDescending(order: KeyOrder): boolean {
  return order === "created_at" || order === "deleted_at"
}

/**
 * Deleted keys come in the order in which they were deleted, the last one first. Of others, a name prefix orders by name, a
 * range by what it ranges over; otherwise the newest come first.
 */
export function keyOrder(filter: KeyFilter): KeyOrder {
  if (filter.deletedFrom !== undefined) return "deleted_at"
  if (filter.namePrefix !== undefined) return "name"
  if (filter.expiresFrom !== undefined || filter.expiresBefore !== undefined) return "expires_at"
  if (filter.lastUsedFrom !== undefined || filter.lastUsedBefore !== undefined) return "last_used_at"
  return "created_at"
}

export interface KeyPosition {
  readonly order: KeyOrder
  readonly value: string | number
  readonly id: string
}

/** What a list of users and service accounts is narrowed to; an absent part does not narrow. */
export interface PrincipalFilter {
  readonly kind?: PrincipalKind | undefined
  readonly role?: string | undefined
  readonly suspended?: boolean | undefined
  /** Compared exactly with the lower-case e-mail address; service accounts have none. */
  readonly emailPrefix?: string | undefined
}

export type PrincipalOrder = "created_at" | "email"

/** An e-mail prefix orders by e-mail address, ascending; otherwise the newest come first. Ties by id. */
export function principalOrder(filter: PrincipalFilter): PrincipalOrder {
  return filter.emailPrefix === undefined ? "created_at" : "email"
}

export interface PrincipalPosition {
  readonly order: PrincipalOrder
  readonly value: string | number
  readonly id: string
}

export interface AuditFilter {
  readonly action?: AuditAction | undefined
  readonly targetId?: string | undefined
  readonly from?: Instant | undefined
  readonly before?: Instant | undefined
}

export interface AuditPage {
  readonly limit: number
  /** The sequence at which the page before ended; null: from the start. */
  readonly after: number | null
  readonly ascending?: boolean
}
