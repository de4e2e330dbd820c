import { hash } from "node:crypto"
import {
  type Clock,
  decide,
  type Entropy,
  type Instant,
  keyTextMaximum,
  type LimitStatus,
  type Outcome,
  type PermissionQuery,
  recognizeKeyText,
  type Subject,
  type TraceStep,
} from "@keyward/core"
import type { SubjectCache } from "./cache.ts"
import type { GuessThrottle } from "./guess-throttle.ts"
import type { Limiter } from "./limiter.ts"
import type { UsageRecorder } from "./usage-recorder.ts"

/** One presented secret, and under what circumstances. */
export interface VerificationRequest {
  /** The text as presented; anything else than a key text is MALFORMED. */
  readonly text: string
  /** Which keys the caller may know of; every other one is NOT_FOUND to it. */
  readonly visible: (subject: Subject) => boolean
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

export interface VerifierDeps {
  readonly clock: Clock
  readonly entropy: Entropy
  readonly cache: SubjectCache
  readonly limiter: Limiter
  readonly guesses: GuessThrottle
  readonly usage: UsageRecorder
}

/** The order of DESIGN §4: shape and checksum, guess throttle, digest, cache, then core's `decide`, then consume. */
export function createVerifier({ clock, entropy, cache, limiter, guesses, usage }: VerifierDeps): Verifier {
  // The cache's digests are under a key of this process alone, which one hash does; the store's digest under the pepper
  // costs three times as much and is made only when the store is asked.
  const processKey = Buffer.from(entropy.bytes(32)).toString("base64")
  return { verify }

  function verify(request: VerificationRequest): Verification | Promise<Verification> {
    const now = clock.now()
    const wait = request.guesser === null ? 0 : guesses.waitOf(request.guesser, now)
    const digest =
      request.text.length > keyTextMaximum ? "" : hash("sha256", processKey + request.text, "hex")
    const subject = wait > 0 ? undefined : cache.get(digest, now)
    // What is in memory was looked at when it came in, so a key that is known there goes the shortest way.
    if (subject) return conclude(request, subject, now)
    if (!recognizeKeyText(request.text)) {
      countGuess(request, now)
      return withoutSubject("MALFORMED", request, "shape", "This is not the text of a key.")
    }
    if (wait > 0) {
      const why = "Too many secrets that do not exist came from this source."
      return { ...withoutSubject("RATE_LIMITED", request, "guess_throttle", why), retryAfterMs: wait }
    }
    if (subject === null) return conclude(request, null, now)
    return cache.load(digest, request.text).then((loaded) => conclude(request, loaded, clock.now()))
  }

  /** Nothing in here waits, so no other verification comes between asking the limits and consuming of them. */
  function conclude(request: VerificationRequest, subject: Subject | null, now: Instant): Verification {
    if (subject === null || !request.visible(subject)) {
      countGuess(request, now)
      return withoutSubject("NOT_FOUND", request, "lookup", "There is no such key.")
    }
    const trace: TraceStep[] | undefined = request.explain ? [] : undefined
    const keyId = subject.key.id
    const decision = decide(
      subject,
      {
        now,
        permissions: request.permissions ?? null,
        clientIp: request.clientIp ?? null,
        origin: request.origin ?? null,
        cost: request.cost ?? 1,
        consumed: (limitName) => limiter.consumed(keyId, limitName),
      },
      trace,
    )
    if (!request.dryRun) {
      if (decision.consume.length > 0) limiter.consume(keyId, decision.consume, now)
      usage.record(subject, decision.outcome, now, request.clientIp ?? null)
    }
    return {
      outcome: decision.outcome,
      subject,
      missingPermissions: decision.missingPermissions,
      limits: decision.limits,
      retryAfterMs:
        decision.outcome === "RATE_LIMITED"
          ? Math.max(...decision.limits.map(({ retryAfterMs }) => retryAfterMs))
          : null,
      trace: trace ?? null,
    }
  }

  function countGuess(request: VerificationRequest, now: Instant): void {
    if (request.guesser !== null) guesses.failed(request.guesser, now)
  }
}

function withoutSubject(
  outcome: Outcome,
  request: VerificationRequest,
  check: TraceStep["check"],
  detail: string,
): Verification {
  const trace: TraceStep[] | null = request.explain ? [{ check, result: "refused", detail }] : null
  return { outcome, subject: null, missingPermissions: [], limits: [], retryAfterMs: null, trace }
}
