import { type Instant, later } from "../time.ts"
import type { Key, Secret } from "./key.ts"

export const keyStates = ["active", "not_yet_valid", "disabled", "expired", "revoked"] as const
export type KeyState = (typeof keyStates)[number]

/**
 * What a key is at an instant. The order of the lines is the precedence: revocation outlives everything.
 * An instant of expiry is already expired (RFC 7519 §4.1.4: "on or after"); an instant of `notBefore` is valid (§4.1.5).
 */
export function stateAt(
  key: Pick<Key, "revokedAt" | "disabledAt" | "expiresAt" | "notBefore">,
  now: Instant,
): KeyState {
  if (key.revokedAt !== null) return "revoked"
  if (key.disabledAt !== null) return "disabled"
  if (key.notBefore !== null && now < key.notBefore) return "not_yet_valid"
  if (key.expiresAt !== null && now >= key.expiresAt) return "expired"
  return "active"
}

/** Whether this version of the secret still counts at an instant; the key's own state is another question. */
export function secretIsLive(secret: Pick<Secret, "expiresAt">, now: Instant): boolean {
  return secret.expiresAt === null || now < secret.expiresAt
}

/**
 * How long after its end a secret may still come back, milliseconds: what was decided while it lived (its rotation was
 * cancelled) may be stored a little later, and clocks differ a little.
 */
const settlingMs = 10 * 60 * 1000

/** A secret that ended at this instant or before has ended for good. */
export function endedForGood(now: Instant): Instant {
  return later(now, -settlingMs)
}

/**
 * Whether nobody can ever be let in by this secret again. That is so when its key is revoked, as nothing takes that back,
 * and when it ended for good itself. It is not so for a key that is disabled, not yet valid, expired, deleted or of a
 * suspended or removed owner: it may be enabled, given more time, restored, given to somebody else. The stores count and
 * forget by this rule (`storedUnder`, `forgetUnusable`). Of a purged key, and of a secret that was forgotten, there is no
 * more than a digest that is taken, which nobody can use either.
 */
export function secretIsUnusable(
  { revokedAt }: Pick<Key, "revokedAt">,
  { expiresAt }: Pick<Secret, "expiresAt">,
  now: Instant,
): boolean {
  return revokedAt !== null || (expiresAt !== null && expiresAt <= endedForGood(now))
}

/** The secret that lasts as long as the key, which a holder is to present. */
export function currentSecret({ secrets }: Pick<Key, "secrets">): Secret | undefined {
  return secrets.findLast(({ expiresAt }) => expiresAt === null)
}

/** The last use of any of a key's secrets; null: none was used. */
export function lastUseOf({ secrets }: Pick<Key, "secrets">): Instant | null {
  const uses = secrets.flatMap(({ lastUsedAt }) => lastUsedAt ?? [])
  return uses.length === 0 ? null : (Math.max(...uses) as Instant)
}

/** Both of these secrets count. */
export interface RotationUnderWay {
  readonly newer: Secret
  readonly older: Secret
}

/** The rotation that a key is in at an instant; null: the secrets before the current one are over. */
export function rotationOf(key: Pick<Key, "secrets">, now: Instant): RotationUnderWay | null {
  const newer = currentSecret(key)
  if (!newer) return null
  const older = key.secrets.findLast(
    ({ version, expiresAt }) => version < newer.version && secretIsLive({ expiresAt }, now),
  )
  return older ? { newer, older } : null
}
