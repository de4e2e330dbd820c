import type { Digest } from "./key/digest.ts"
import type { Instant } from "./time.ts"

/** A sign-in that lasts. The token that the user holds is opaque; only its digest is kept. */
export interface Session {
  readonly id: string
  readonly organizationId: string
  readonly userId: string
  /** Like a secret's digest: keyed, under a version of the pepper. Unique over all sessions. */
  readonly digest: string
  readonly pepperVersion: number
  /** Where the sign-in came from. */
  readonly address: string | null
  readonly userAgent: string | null
  readonly createdAt: Instant
  /** To within a minute; ends the session when it is too long ago. */
  readonly lastSeenAt: Instant
  /** The absolute end, however busy it is. */
  readonly expiresAt: Instant
}

/** How long sessions last: without use, and at most. Milliseconds. */
export interface SessionLifetime {
  readonly idleMs: number
  readonly absoluteMs: number
}

/** Whether a session still counts: an instant of expiry is already expired. */
export function sessionIsLive(session: Session, { idleMs }: SessionLifetime, now: Instant): boolean {
  return now < session.expiresAt && now < session.lastSeenAt + idleMs
}

export type LinkPurpose = "invitation" | "reset"

/** A one-time link that an administrator hands to a user, who sets a password with it. Only its digest is kept. */
export interface OneTimeLink extends Digest {
  readonly id: string
  readonly organizationId: string
  readonly userId: string
  readonly purpose: LinkPurpose
  readonly createdAt: Instant
  readonly expiresAt: Instant
  /** null: not used yet. */
  readonly usedAt: Instant | null
}
