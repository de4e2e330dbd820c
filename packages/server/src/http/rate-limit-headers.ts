import type { LimitStatus } from "@keyward/core"

/**
 * What is left of a key's limits, for whoever presents it: draft-ietf-httpapi-ratelimit-headers-09, as structured fields
 * (RFC 9651), one item for each limit. `q` units in `w` seconds; `r` of them are left, and in `t` seconds all are there
 * again, rounded up. No headers for a key without limits.
 */
export function rateLimitHeaders(limits: readonly LimitStatus[]): Readonly<Record<string, string>> {
  if (limits.length === 0) return {}
  // A limit's name is made of characters that a string of structured fields holds as they are.
  const policies = limits.map(({ name, count, windowSeconds }) => `"${name}";q=${count};w=${windowSeconds}`)
  const left = limits.map(
    ({ name, remaining, resetMs }) => `"${name}";r=${remaining};t=${Math.ceil(resetMs / 1000)}`,
  )
  return { "ratelimit-policy": policies.join(", "), ratelimit: left.join(", ") }
}
