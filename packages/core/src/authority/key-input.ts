import type { JsonObject } from "../json.ts"
import type { Key } from "../key/key.ts"
import type { RotationSchedule } from "../key/rotation-schedule.ts"
import type { Limit } from "../limit/limit.ts"
import type { Owner } from "../owner.ts"
import type { Patch } from "../patch.ts"
import type { Instant } from "../time.ts"
import type { NewCredits } from "./credits.ts"
import type { BlindSecret } from "./secrets.ts"

/** What callers say of a key that is to be made. */
export interface NewKey {
  readonly keyspaceId: string
  readonly name: string
  /** Default: the organization; the caller itself where it may only create keys of its own. */
  readonly owner?: Owner | undefined
  readonly permissions?: readonly string[] | undefined
  readonly roles?: readonly string[] | undefined
  readonly tags?: readonly string[] | undefined
  readonly metadata?: JsonObject | undefined
  readonly limits?: readonly Limit[] | undefined
  /** null: none are counted. */
  readonly credits?: NewCredits | null | undefined
  readonly allowedAddresses?: readonly string[] | undefined
  readonly allowedOrigins?: readonly string[] | undefined
  readonly notBefore?: Instant | null | undefined
  /** null: never. Default: as the keyspace's policy says. */
  readonly expiresAt?: Instant | null | undefined
  /** Default: that of the keyspace. */
  readonly rotation?: RotationSchedule | null | undefined
  /** Default: true. */
  readonly enabled?: boolean | undefined
  /** Default: false. */
  readonly deleteProtected?: boolean | undefined
}

/** A new key whose holder may have made its secret. */
export interface NewBlindKey extends NewKey {
  /** undefined: a secret is drawn all the same. */
  readonly digest: BlindSecret | undefined
}

/** What of a key can change; an absent member stays. */
export type KeyPatch = Patch<Omit<NewKey, "keyspaceId">>

/** A patch, or how to make one of the key as it is: for changes that depend on what is there. Called again on a retry. */
export type KeyChange = KeyPatch | ((before: Key) => KeyPatch)
