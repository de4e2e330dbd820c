import { type Instant, later } from "../time.ts"
import type { Key } from "./key.ts"

const dayMs = 24 * 60 * 60 * 1000

/** How many days before a key expires its expiry is told of. */
export const noticeDays = [30, 14, 7, 1] as const

type Ending = Pick<Key, "expiresAt" | "disabledAt" | "revokedAt" | "deletedAt">

/**
 * When the next notice of a key's expiry is due: the first after an instant. null: none is, as the key does not expire,
 * nobody can use it, or the last one is over.
 */
export function nextNoticeAt(
  { expiresAt, disabledAt, revokedAt, deletedAt }: Ending,
  after: Instant,
): Instant | null {
  if (expiresAt === null || disabledAt !== null || revokedAt !== null || deletedAt !== null) return null
  const due = noticeDays.map((days) => later(expiresAt, -days * dayMs))
  return due.find((at) => at > after) ?? null
}

/** Whether a change has anything to do with what notices are due. */
export function expiresOtherwise(before: Ending, key: Ending): boolean {
  return (
    before.expiresAt !== key.expiresAt ||
    before.disabledAt !== key.disabledAt ||
    before.revokedAt !== key.revokedAt ||
    before.deletedAt !== key.deletedAt
  )
}

/** Whole days until an instant, rounded up; 0 when it is past. */
export function daysUntil(instant: Instant, now: Instant): number {
  return Math.max(0, Math.ceil((instant - now) / dayMs))
}

/** Whether an instant of expiry is so close that its holder is told with each answer. */
export function isClose(expiresAt: Instant, now: Instant): boolean {
  return expiresAt <= later(now, noticeDays[0] * dayMs)
}
