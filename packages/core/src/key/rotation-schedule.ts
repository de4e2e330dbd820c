import { type Instant, later } from "../time.ts"
import type { Key } from "./key.ts"
import { currentSecret, stateAt } from "./lifecycle.ts"

/** How often a key is to get a new secret. Whole seconds. */
export interface RotationSchedule {
  /** How long after its current secret was made. */
  readonly everySeconds: number
  /** How long the secret before lives on then; less than `everySeconds`. */
  readonly overlapSeconds: number
}

/** A key's schedule, and how far it has come. */
export interface KeyRotation extends RotationSchedule {
  /** When the key is to be rotated next. */
  readonly dueAt: Instant
  /** When the audit trail was told that it is due; null: it was not yet. */
  readonly announcedAt: Instant | null
}

/** @param from when the current secret was made, or its rotation given up */
export function scheduled({ everySeconds, overlapSeconds }: RotationSchedule, from: Instant): KeyRotation {
  return { everySeconds, overlapSeconds, dueAt: later(from, everySeconds * 1000), announcedAt: null }
}

export function isSameSchedule(a: RotationSchedule | null, b: RotationSchedule | null): boolean {
  return a?.everySeconds === b?.everySeconds && a?.overlapSeconds === b?.overlapSeconds
}

/**
 * A key's rotation under another schedule: due when that has it due, which may be long ago. The same schedule changes
 * nothing. null: none.
 */
export function rescheduled(key: Key, schedule: RotationSchedule | null): KeyRotation | null {
  const { rotation } = key
  if (schedule === null) return null
  return isSameSchedule(rotation, schedule)
    ? rotation
    : scheduled(schedule, currentSecret(key)?.createdAt ?? key.createdAt)
}

/** Whether something is to be done about a key's rotation at an instant: it is due, the key is active, and nobody was told. */
export function rotationIsPending(key: Key, now: Instant): boolean {
  const { rotation, deletedAt } = key
  if (rotation === null || rotation.announcedAt !== null || now < rotation.dueAt) return false
  return deletedAt === null && stateAt(key, now) === "active"
}
