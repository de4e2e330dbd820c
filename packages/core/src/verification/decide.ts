import { type KeyState, secretIsLive, stateAt } from "../key/lifecycle.ts"
import { decideLimit, type LimitDecision } from "../limit/gcra.ts"
import type { LimitStatus } from "../limit/limit.ts"
import { missingFor, type PermissionQuery } from "../permission/query.ts"
import type { Instant } from "../time.ts"
import type { Outcome } from "./outcome.ts"
import { originAllowed } from "./source.ts"
import type { CountedLimit, Subject } from "./subject.ts"

/** Under what circumstances a key is presented. */
export interface Circumstances {
  readonly now: Instant
  /** null: asks only whether the key is live. */
  readonly permissions: PermissionQuery | null
  /** The client's IP address; null: not known, which a key with a list of addresses refuses. */
  readonly clientIp: string | null
  /** The client's origin; null: not known, which a key with a list of origins refuses. */
  readonly origin: string | null
  /** What this verification consumes of each limit, whole units, 0 or more. */
  readonly cost: number
  /** The stored TAT of a limit (see `limit/gcra.ts`); null: nothing consumed yet. */
  readonly consumed: (limit: CountedLimit) => number | null
}

export const verificationChecks = [
  "shape",
  "guess_throttle",
  "lookup",
  "state",
  "owner",
  "client_ip",
  "origin",
  "permissions",
  "limits",
  "credits",
] as const
export type Check = (typeof verificationChecks)[number]

/** One step of the decision, in the order in which it was taken. The first that refuses is the last. */
export interface TraceStep {
  readonly check: Check
  readonly result: "passed" | "refused" | "skipped"
  readonly detail: string
}

export interface Decision {
  readonly outcome: Outcome
  /** For INSUFFICIENT_PERMISSIONS: grants that would have been enough. Otherwise empty. */
  readonly missingPermissions: readonly string[]
  /** One for each limit once the limits were asked; empty before. */
  readonly limits: readonly LimitStatus[]
  /** For each of the subject's limits which TAT to store: empty unless VALID, because a refused verification consumes nothing. */
  readonly consume: readonly LimitDecision[]
}

const refusedState: Readonly<Record<Exclude<KeyState, "active">, Outcome>> = {
  revoked: "REVOKED",
  disabled: "DISABLED",
  not_yet_valid: "NOT_YET_VALID",
  expired: "EXPIRED",
}

/** What every verification comes to that passes and has no limits to consume of. */
const unlimited: Decision = { outcome: "VALID", missingPermissions: [], limits: [], consume: [] }

/**
 * Decides whether a key that was found may do what is asked. Pure: nothing is read, consumed or recorded. Of a key with
 * credits VALID is not the last word: the store decides on those (`store.spendCredits`), as they are everybody's.
 * The order of the lines is the order of DESIGN §4: state, owner, client address, origin, permissions, limits.
 * @param trace receives each step, for callers who ask to have the decision explained
 */
export function decide(subject: Subject, asked: Circumstances, trace?: TraceStep[]): Decision {
  const { key, secret } = subject

  const state = stateAt(key, asked.now)
  if (state !== "active")
    return refuse("state", refusedState[state], `The key is ${state.replaceAll("_", " ")}.`)
  if (!secretIsLive(secret, asked.now))
    return refuse("state", "EXPIRED", "This version of the secret has expired.")
  trace?.push({ check: "state", result: "passed", detail: "The key is active." })

  if (subject.owner?.suspended) return refuse("owner", "OWNER_SUSPENDED", "The key's owner is suspended.")
  trace?.push({ check: "owner", result: "passed", detail: "The key's owner is not suspended." })

  if (subject.addresses !== null) {
    const allowed = asked.clientIp !== null && subject.addresses.includes(asked.clientIp)
    if (!allowed) {
      const why =
        asked.clientIp === null ? "no client address was given" : "the client's address is not among them"
      return refuse("client_ip", "IP_NOT_ALLOWED", `The key is bound to addresses, and ${why}.`)
    }
  }
  trace?.push(passedOrSkipped("client_ip", subject.addresses !== null, "addresses"))

  if (key.allowedOrigins.length > 0) {
    const allowed = asked.origin !== null && originAllowed(asked.origin, key.allowedOrigins)
    if (!allowed) {
      const why = asked.origin === null ? "no origin was given" : "the client's origin is not among them"
      return refuse("origin", "ORIGIN_NOT_ALLOWED", `The key is bound to origins, and ${why}.`)
    }
  }
  trace?.push(passedOrSkipped("origin", key.allowedOrigins.length > 0, "origins"))

  if (asked.permissions !== null) {
    const missing = missingFor(asked.permissions, subject.holds)
    if (missing.length > 0) {
      return refuse("permissions", "INSUFFICIENT_PERMISSIONS", `Missing: ${missing.join(", ")}.`, missing)
    }
  }
  trace?.push({
    check: "permissions",
    result: asked.permissions === null ? "skipped" : "passed",
    detail: asked.permissions === null ? "No permission was asked for." : "The key holds what was asked for.",
  })

  if (subject.limits.length === 0) {
    trace?.push({ check: "limits", result: "skipped", detail: "The key has no limits." })
    if (key.credits === null) trace?.push(withoutCredits)
    return unlimited
  }
  // All or nothing: every limit is asked, and only if all accept is anything consumed.
  const decisions = subject.limits.map((limit) =>
    decideLimit(limit, asked.consumed(limit), asked.cost, asked.now),
  )
  if (decisions.some(({ accepted }) => !accepted)) {
    const unspent = subject.limits.map((limit, at) => {
      const refusal = decisions[at]
      if (refusal && !refusal.accepted) return refusal.status
      return decideLimit(limit, asked.consumed(limit), 0, asked.now).status
    })
    const names = decisions.filter(({ accepted }) => !accepted).map(({ status }) => status.name)
    return refuse("limits", "RATE_LIMITED", `Used up: ${names.join(", ")}.`, [], unspent)
  }
  trace?.push({ check: "limits", result: "passed", detail: "Every limit accepts the cost." })
  if (key.credits === null) trace?.push(withoutCredits)
  const limits = decisions.map(({ status }) => status)
  return { outcome: "VALID", missingPermissions: [], limits, consume: decisions }

  function refuse(
    check: Check,
    outcome: Outcome,
    detail: string,
    missing: readonly string[] = [],
    limits: readonly LimitStatus[] = [],
  ): Decision {
    trace?.push({ check, result: "refused", detail })
    return { outcome, missingPermissions: missing, limits, consume: [] }
  }
}

/** The last step of a key whose use is not counted. */
export const withoutCredits: TraceStep = {
  check: "credits",
  result: "skipped",
  detail: "The key has no credits to count.",
}

function passedOrSkipped(check: Check, bound: boolean, what: string): TraceStep {
  return bound
    ? { check, result: "passed", detail: `The client is among the key's ${what}.` }
    : { check, result: "skipped", detail: `The key is not bound to ${what}.` }
}
