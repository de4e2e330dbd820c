import type { Key, LimitStatus, Outcome, PermissionQuery, Subject, TraceStep } from "@keyward/core"

/** One presented secret, and under what circumstances. */
export interface VerificationRequest {
  /** The text as presented; anything else than a key text is MALFORMED. */
  readonly text: string
  /** Which keys the caller may know of; every other one is NOT_FOUND to it. */
  readonly visible: (key: Key) => boolean
  /** Whose guesses these are, usually a network address; null: they are not throttled. */
  readonly guesser: string | null
  readonly permissions?: PermissionQuery | null
  readonly clientIp?: string | null
  readonly origin?: string | null
  /** Whole units, 0 or more; default 1. */
  readonly cost?: number
  /** Whether to collect the trace. */
  readonly explain?: boolean
  /** Whether to decide only: nothing is consumed and nothing recorded. */
  readonly dryRun?: boolean
}

export interface Verification {
  readonly outcome: Outcome
  /** null when the key is MALFORMED, NOT_FOUND, or was not looked for. */
  readonly subject: Subject | null
  readonly missingPermissions: readonly string[]
  readonly limits: readonly LimitStatus[]
  /** Until it is worth trying again, milliseconds; null unless RATE_LIMITED. */
  readonly retryAfterMs: number | null
  /** Only when asked for. */
  readonly trace: readonly TraceStep[] | null
}

export interface Verifier {
  /**
   * Decides on one presented secret. Answers at once when everything needed is in memory, and with a promise otherwise.
   * @throws AuthorityError "store_unavailable" (or rejects with it) when the store had to be asked and did not answer
   */
  verify(request: VerificationRequest): Verification | Promise<Verification>
}
