import type { LimitStatus } from "@keyward/core"

/**
 * What is left of a key's limits, for whoever presents it: draft-ietf-httpapi-ratelimit-headers-11, as structured fields
 * (RFC 9651), one item for each limit. `q` units in `w` seconds; of them `r` are left, to last for `t` seconds. No headers
 * for a key without limits.
 */
export function rateLimitHeaders(limits: readonly LimitStatus[]): Readonly<Record<string, string>> {
  if (limits.length === 0) return {}
  // A limit's name is made of characters that a string of structured fields holds as they are.
  const policies = limits.map(({ name, count, windowSeconds }) => `"${name}";q=${count};w=${windowSeconds}`)
  const left = limits.map(
    (limit) => `"${limit.name}";r=${limit.remaining};t=${Math.ceil(effectiveWindowMs(limit) / 1000)}`,
  )
  return { "ratelimit-policy": policies.join(", "), ratelimit: left.join(", ") }
}

/**
 * For how long what is left is to last (§4.1.2), milliseconds, more than 0. As long as as many units take to come back:
 * a client that spreads what is left over that time is never refused, and one that uses it up at once was promised no more
 * (§8.5). Where nothing is left, until a unit is: no later than `Retry-After` (§6).
 */
function effectiveWindowMs({ count, windowSeconds, remaining, resetMs }: LimitStatus): number {
  const unitMs = (windowSeconds * 1000) / count
  return remaining > 0 ? remaining * unitMs : Math.max(1, Math.floor(resetMs - (count - 1) * unitMs))
}
