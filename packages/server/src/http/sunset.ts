import { type Instant, isClose, type Subject } from "@keyward/core"

/**
 * The header `Sunset` (RFC 8594 §3: an HTTP-date, which is to the second; never one that is too late), for whoever
 * verified a key that is close to its end: when what was presented stops working, which is the secret, as the key has
 * another by now, or the key itself. null: that is not close.
 */
export function sunset({ key, secret }: Subject, now: Instant): string | null {
  const end = Math.min(key.expiresAt ?? Infinity, secret.expiresAt ?? Infinity) as Instant
  return end !== Infinity && isClose(end, now) ? new Date(end).toUTCString() : null
}
