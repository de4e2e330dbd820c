import type { Verification } from "../verification/verifier.ts"
import { HttpProblem, type Occurrence, tryAgainIn } from "./problem.ts"
import { rateLimitHeaders } from "./rate-limit-headers.ts"

/** What a refusal of a key, or of a source, for having used up what there is looks like (RFC 6585 §4). */
export function overLimit(
  { outcome, subject, limits, retryAfterMs }: Verification,
  occurrence: Partial<Occurrence> = {},
): HttpProblem {
  // Where no refill is to come there is no time at which to try again.
  const wait: Occurrence =
    retryAfterMs === null ? { detail: "The key's credits are used up." } : tryAgainIn(retryAfterMs)
  const ofKey = outcome === "USAGE_EXCEEDED" ? "credits_spent" : "key_limited"
  return new HttpProblem(subject ? ofKey : "too_many_attempts", {
    ...wait,
    ...occurrence,
    headers: { ...rateLimitHeaders(limits), ...wait.headers, ...occurrence.headers },
  })
}
