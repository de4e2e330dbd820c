import { hash } from "node:crypto"
import {
  type Clock,
  type CountedLimit,
  type CreditPolicy,
  type CreditSpending,
  type Decision,
  decide,
  decideLimit,
  type Entropy,
  type Instant,
  isFailure,
  type Key,
  keyTextMaximum,
  type LimitStatus,
  type Outcome,
  type PermissionQuery,
  recognizeKeyText,
  type Store,
  type Subject,
  spent,
  type TraceStep,
  withoutCredits,
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
  /** null when the key has none, or they were not asked. */
  readonly credits: CreditStatus | null
  /** Until it is worth trying again, milliseconds; null unless RATE_LIMITED, or USAGE_EXCEEDED and a refill is to come. */
  readonly retryAfterMs: number | null
  /** Only when asked for. */
  readonly trace: readonly TraceStep[] | null
}

/** What is left of a key's credits. */
export interface CreditStatus {
  /** Whole units; null: not known, as the store did not answer, and nothing was counted. */
  readonly remaining: number | null
  /** The next refill; null: there is none, or it is not known. */
  readonly refillsAt: Instant | null
}

export interface Verifier {
  /**
   * Decides on one presented secret. Answers at once when everything needed is in memory, and with a promise otherwise: also
   * for a key with credits, which the store counts.
   * @throws AuthorityError "store_unavailable" (or rejects with it) when the store had to be asked and did not answer
   */
  verify(request: VerificationRequest): Verification | Promise<Verification>
}

export interface VerifierDeps {
  readonly clock: Clock
  readonly entropy: Entropy
  readonly store: Pick<Store, "spendCredits" | "creditBalance">
  readonly cache: SubjectCache
  readonly limiter: Limiter
  readonly guesses: GuessThrottle
  readonly usage: UsageRecorder
}

/** The order of DESIGN §4: shape and checksum, guess throttle, digest, cache, then core's `decide`, then consume. */
export function createVerifier(deps: VerifierDeps): Verifier {
  const { clock, entropy, store, cache, limiter, guesses, usage } = deps
  // The cache's digests are under a key of this process alone, which one hash does; the store's digest under the pepper
  // costs three times as much and is made only when the store is asked.
  const processKey = Buffer.from(entropy.bytes(32)).toString("base64")
  const consumed = (limit: CountedLimit) => limiter.consumed(limit)
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
  function conclude(
    request: VerificationRequest,
    subject: Subject | null,
    now: Instant,
  ): Verification | Promise<Verification> {
    if (subject === null || !request.visible(subject)) {
      countGuess(request, now)
      return withoutSubject("NOT_FOUND", request, "lookup", "There is no such key.")
    }
    const trace: TraceStep[] | undefined = request.explain ? [] : undefined
    const decision = decide(
      subject,
      {
        now,
        permissions: request.permissions ?? null,
        clientIp: request.clientIp ?? null,
        origin: request.origin ?? null,
        cost: request.cost ?? 1,
        consumed,
      },
      trace,
    )
    const { credits } = subject.key
    if (credits !== null && decision.outcome === "VALID") {
      return spend(request, subject, credits, decision, now, trace)
    }
    if (!request.dryRun) {
      if (decision.consume.length > 0) {
        limiter.consume(subject.limits, decision.consume, request.cost ?? 1, now)
      }
      usage.record(subject, decision.outcome, now, request.clientIp ?? null)
    }
    return {
      outcome: decision.outcome,
      subject,
      missingPermissions: decision.missingPermissions,
      limits: decision.limits,
      credits: null,
      retryAfterMs:
        decision.outcome === "RATE_LIMITED"
          ? Math.max(...decision.limits.map(({ retryAfterMs }) => retryAfterMs))
          : null,
      trace: trace ?? null,
    }
  }

  /**
   * The rest of a verification that everything else accepts. What it consumes of the limits is reserved while the store is
   * asked, so that no other verification takes it meanwhile, and given back if there are too few credits.
   */
  async function spend(
    request: VerificationRequest,
    subject: Subject,
    policy: CreditPolicy,
    decision: Decision,
    now: Instant,
    trace: TraceStep[] | undefined,
  ): Promise<Verification> {
    const { limits, key } = subject
    const { cost = 1, dryRun = false } = request
    const reserved = dryRun ? null : limiter.reserve(limits, decision.consume, cost, now)
    const concluded = (outcome: Outcome, members: Partial<Verification>): Verification => {
      if (!dryRun) usage.record(subject, outcome, now, request.clientIp ?? null)
      const plain = { missingPermissions: [], credits: null, retryAfterMs: null, trace: trace ?? null }
      return { outcome, subject, limits: decision.limits, ...plain, ...members }
    }
    let spending: CreditSpending | null
    try {
      spending = await (dryRun || cost === 0 ? wouldSpend(key, cost, now) : takeCredits(key, cost, now))
    } catch (error) {
      if (policy.onUnavailable === "deny" || !isFailure(error, "store_unavailable")) {
        reserved?.giveBack()
        throw error
      }
      reserved?.keep()
      const detail = "The store does not answer, and the key's credits allow use that is not counted."
      trace?.push({ check: "credits", result: "skipped", detail })
      return concluded("VALID", { credits: { remaining: null, refillsAt: null } })
    }
    if (spending === null || spending.accepted) {
      reserved?.keep()
      trace?.push(
        spending
          ? { check: "credits", result: "passed", detail: "The key has as many credits as it costs." }
          : withoutCredits,
      )
      return concluded("VALID", { credits: spending?.balance ?? null })
    }
    reserved?.giveBack()
    trace?.push({ check: "credits", result: "refused", detail: "The key has fewer credits than it costs." })
    const { refillsAt } = spending.balance
    return concluded("USAGE_EXCEEDED", {
      limits: limits.map((limit) => decideLimit(limit, limiter.consumed(limit), 0, now).status),
      credits: spending.balance,
      retryAfterMs: refillsAt && Math.max(0, refillsAt - now),
    })
  }

  function takeCredits(
    { organizationId, id }: Key,
    cost: number,
    now: Instant,
  ): Promise<CreditSpending | null> {
    return store.spendCredits(organizationId, id, cost, now)
  }

  /** What spending would come to; nothing is taken. */
  async function wouldSpend(
    { organizationId, id }: Key,
    cost: number,
    now: Instant,
  ): Promise<CreditSpending | null> {
    const balance = await store.creditBalance(organizationId, id, now)
    return balance && spent(balance, cost)
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
  return {
    outcome,
    subject: null,
    missingPermissions: [],
    limits: [],
    credits: null,
    retryAfterMs: null,
    trace,
  }
}
