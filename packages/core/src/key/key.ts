import type { Credits } from "../credit/credits.ts"
import type { JsonObject } from "../json.ts"
import type { Limit } from "../limit/limit.ts"
import type { Owner } from "../owner.ts"
import type { Instant } from "../time.ts"
import type { KeyRotation } from "./rotation-schedule.ts"

/** Identity and policy. The id never changes, not by rotation either; what the holder presents is a secret. */
export interface Key {
  readonly id: string
  /** An integer for dialects that need one; unique in the installation, never given twice. */
  readonly alias: number
  readonly organizationId: string
  readonly keyspaceId: string
  readonly owner: Owner
  /** 1 to 255 characters; unique only where the keyspace's policy says so, among the keys of its owner. */
  readonly name: string
  /** Grants and denials as the permission grammar prints them (`permission/grammar.ts`). */
  readonly permissions: readonly string[]
  /** Names of roles of the keyspace. */
  readonly roles: readonly string[]
  readonly tags: readonly string[]
  readonly metadata: JsonObject
  /** Beside the keyspace's limits; one of the same name takes the place of the keyspace's. */
  readonly limits: readonly Limit[]
  /** null: none are counted. Their balance, `remaining` and `refillsAt`, is not part of the revision. */
  readonly credits: Credits | null
  /** Client addresses and CIDR ranges that may use the key; empty means any. */
  readonly allowedAddresses: readonly string[]
  /** Origins that may use the key (`https://app.example.com`); empty means any. */
  readonly allowedOrigins: readonly string[]
  /** null: valid from the start. */
  readonly notBefore: Instant | null
  /** When it is to get a new secret; null: nobody said so. */
  readonly rotation: KeyRotation | null
  /** null: never expires. At the instant itself the key is already expired. */
  readonly expiresAt: Instant | null
  /** null: enabled. */
  readonly disabledAt: Instant | null
  readonly revokedAt: Instant | null
  /** Set exactly when `revokedAt` is. */
  readonly revocation: Revocation | null
  /** Whether the key cannot be deleted until this is taken off. */
  readonly deleteProtected: boolean
  /**
   * null: not deleted. A deleted key is unknown to everything but its restoration, and some time later it is purged; what
   * stays then is the digests of its secrets, so that these can never come to life again.
   */
  readonly deletedAt: Instant | null
  readonly createdAt: Instant
  readonly updatedAt: Instant
  /** Starts at 1 and grows by one with each change; the cache's guard against the past. */
  readonly revision: number
  /** The last accepted verification, to within a few seconds; null: never used. Not part of the revision. */
  readonly lastUsedAt: Instant | null
  /** Oldest first: the current one, while a rotation is under way the one before, and those that ended and are not forgotten. */
  readonly secrets: readonly Secret[]
}

/** One version of what the holder of a key presents. */
export interface Secret {
  /** 1 for the first secret of a key, then 2, 3 …; no number is given twice, and those of secrets that were forgotten are missing. */
  readonly version: number
  /** The keyed hash by which the secret is found, or `forgottenDigest` (`key/digest.ts`). Unique over all keys. */
  readonly digest: string
  /** 0: the digest was forgotten. */
  readonly pepperVersion: number
  /** What may be shown of the text, so that a person recognises it. */
  readonly hint: SecretHint
  /** The text, sealed (`key/sealing.ts`); null unless the keyspace is recoverable. */
  readonly sealed: string | null
  readonly createdAt: Instant
  /** When this version stops working; null: with the key, as the one does that was neither rotated away nor cancelled. */
  readonly expiresAt: Instant | null
  readonly lastUsedAt: Instant | null
  /** The client's address at the last accepted verification, as the caller named it; null: none yet, or not known. */
  readonly lastUsedFrom: string | null
}

export interface SecretHint {
  readonly start: string
  readonly end: string
}

/** RFC 5280 §5.3.1 names most of these for certificates. */
export const revocationReasons = [
  "unspecified",
  "compromised",
  "superseded",
  "owner_left",
  "policy_violation",
  "privilege_withdrawn",
] as const
export type RevocationReason = (typeof revocationReasons)[number]

export interface Revocation {
  readonly reason: RevocationReason
  readonly note: string | null
}
