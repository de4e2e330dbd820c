import type { Instant } from "./time.ts"

/** What a creating call was answered that named an idempotency key, kept so that its repetition is answered the same. */
export interface Replay {
  readonly organizationId: string
  /** Names the intent: the SHA-256, in base64url, of who asked and of their idempotency key. Unique in the organization. */
  readonly intent: string
  /** What was asked, and what was answered, secrets included: sealed. See `authority/replays.ts`. */
  readonly sealed: string
  readonly createdAt: Instant
  /** From here on the same idempotency key names a new intent. */
  readonly expiresAt: Instant
}
