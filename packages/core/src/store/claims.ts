import type { Key } from "../key/key.ts"
import type { KeyCaps } from "../keyspace.ts"
import { isSameOwner, type Owner } from "../owner.ts"
import type { Instant } from "../time.ts"

/** What of a key decides how it counts. */
export type CountedKey = Pick<Key, "name" | "owner" | "expiresAt" | "disabledAt" | "revokedAt" | "deletedAt">

/** What a change of a key takes up that a policy caps: to be there as the change is made. */
export interface Claims {
  /** When the change is made. */
  readonly now: Instant
  /** Fewer than `limit` other keys count against each of these, or "too_many_keys". */
  readonly rooms: readonly { readonly per: "keyspace" | "owner"; readonly limit: number }[]
  /** Whether no other key of the owner may have the key's name, or "already_exists". */
  readonly name: boolean
}

/**
 * What a new or changed key claims. Only what the change adds is claimed, so that a policy that was tightened, or a cap
 * that is exceeded already, stands in the way of no other change: a key that counted before, of the same owner, claims
 * no room, and a name that stays claims nothing.
 * @param before the key as it is; null for a new one
 */
export function claimsOf(before: CountedKey | null, key: Key, policy: KeyCaps): Claims {
  const now = before ? key.updatedAt : key.createdAt
  const counts = countsAt(key, policy.countedKeys, now)
  const enters = counts && !(before && countsAt(before, policy.countedKeys, now))
  const given = before !== null && !isSameOwner(before.owner, key.owner)
  const rooms: Claims["rooms"][number][] = []
  if (policy.maxKeys !== null && enters) rooms.push({ per: "keyspace", limit: policy.maxKeys })
  if (policy.maxKeysPerOwner !== null && (enters || (counts && given))) {
    rooms.push({ per: "owner", limit: policy.maxKeysPerOwner })
  }
  const named = before === null || before.deletedAt !== null || given || before.name !== key.name
  return { now, rooms, name: policy.uniqueNames && named && key.deletedAt === null }
}

/**
 * Whether a key counts against the maxima of a policy at an instant. Where active keys are counted, one that is not yet
 * valid counts as well: it becomes active by itself, and no maximum is to be exceeded by waiting. One that stopped by
 * itself, as it expired, counts no longer, and again once it is given a later expiry.
 */
export function countsAt(key: CountedKey, counted: KeyCaps["countedKeys"], now: Instant): boolean {
  if (key.deletedAt !== null) return false
  if (counted === "all") return true
  const over = key.expiresAt !== null && now >= key.expiresAt
  return key.revokedAt === null && key.disabledAt === null && !over
}

/** A maximum of keys: which keys are counted against it, and how many there may be. */
export interface Maximum {
  readonly keyspaceId: string
  /** null: the keys of the keyspace, whoever owns them. */
  readonly owner: Owner | null
  readonly countedKeys: KeyCaps["countedKeys"]
  readonly limit: number
}
