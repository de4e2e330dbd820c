import type { KeyFormatName } from "./key/format.ts"
import type { RotationSchedule } from "./key/rotation-schedule.ts"
import type { KeyspaceLimit } from "./limit/limit.ts"
import type { Instant } from "./time.ts"

/**
 * What a keyspace is for. `standard` keyspaces are the organization's own; the others are built in: `management` keys
 * authenticate callers of the management API, a dialect's keys are issued in its vendor's format.
 */
export const keyspaceKinds = ["standard", "management", "arthur", "automox", "octopus", "docspace"] as const
export type KeyspaceKind = (typeof keyspaceKinds)[number]

/** Whether a secret can be read again: never (`digest`), or by an audited reveal (`recoverable`). */
export type SecretRetention = "digest" | "recoverable"

/** One entry of a permission catalog. */
export interface PermissionDefinition {
  /** Dotted, lower case: `invoices.read`. */
  readonly name: string
  readonly description: string
}

/** A named set of permissions of the keyspace's catalog. */
export interface Role {
  readonly name: string
  readonly description: string
  /** Grants and denials, like a key's own. */
  readonly permissions: readonly string[]
}

/** Which keys count against a maximum: those that are active or will be by waiting, or all that are not deleted. */
export const countedKeys = ["active", "all"] as const

/**
 * What every key of a keyspace keeps to, whoever makes or changes it, and whichever API is spoken. A change of the
 * policy leaves the keys as they are: what is made or changed from then on keeps to it, and to the others it can be applied.
 */
export interface KeyspacePolicy {
  /** Most keys of the keyspace; null: as many as you like. */
  readonly maxKeys: number | null
  /** Most keys of one owner in the keyspace; null: as many as you like. */
  readonly maxKeysPerOwner: number | null
  /** Which keys count against both; `countsAt` says more. */
  readonly countedKeys: (typeof countedKeys)[number]
  /** Whether an owner's keys, of those not deleted, each have a name of their own. */
  readonly uniqueNames: boolean
  /** Longest time from now to an instant of expiry, seconds; null: any. */
  readonly maxLifetimeSeconds: number | null
  /** How long a new key lasts for which nobody says when it expires, seconds; null: it never expires. */
  readonly defaultLifetimeSeconds: number | null
  /** Whether a key has to expire at all. */
  readonly expiryRequired: boolean
  /** Whether a key may not outlive the key that it is made, or given a new expiry, with. */
  readonly expiryWithinCreator: boolean
  /** Whether an owner may give a key of theirs any permission of the catalog: right where permissions only narrow what the owner may do. */
  readonly ownersGrant: boolean
  /** What every key has a tag for: the tag itself, or how one starts, with a `*` at the end (`team:*`). */
  readonly requiredTags: readonly string[]
  /** Sets of permissions of which a key holds one at most, by itself or by its roles. */
  readonly exclusivePermissions: readonly (readonly string[])[]
  /** Longest time for which the secret before lives on when a key is rotated, seconds; null: any. */
  readonly maxOverlapSeconds: number | null
  /** After how long without use a key is idle, seconds; null: never. */
  readonly idleSeconds: number | null
  /** Whether a key that is idle is disabled. */
  readonly disableIdle: boolean
}

/** Nothing is limited. */
export const openPolicy: KeyspacePolicy = {
  maxKeys: null,
  maxKeysPerOwner: null,
  countedKeys: "active",
  uniqueNames: false,
  maxLifetimeSeconds: null,
  defaultLifetimeSeconds: null,
  expiryRequired: false,
  expiryWithinCreator: false,
  ownersGrant: false,
  requiredTags: [],
  exclusivePermissions: [],
  maxOverlapSeconds: null,
  idleSeconds: null,
  disableIdle: false,
}

/** What of a policy depends on other keys than the one that is changed, so that the store keeps it. */
export type KeyCaps = Pick<KeyspacePolicy, "maxKeys" | "maxKeysPerOwner" | "countedKeys" | "uniqueNames">

/** A family of keys of one organization: one format, one secret retention, one permission catalog, one set of limits, one policy. */
export interface Keyspace {
  readonly id: string
  readonly organizationId: string
  readonly kind: KeyspaceKind
  /** 1 to 255 characters; unique in the organization. */
  readonly name: string
  readonly description: string
  readonly format: KeyFormatName
  /** What native key texts start with (`acme_live`); empty where the format has none. Never changes. */
  readonly prefix: string
  readonly retention: SecretRetention
  readonly permissions: readonly PermissionDefinition[]
  readonly roles: readonly Role[]
  /** Of each key on its own, unless they say otherwise. */
  readonly limits: readonly KeyspaceLimit[]
  readonly policy: KeyspacePolicy
  /** The schedule of new keys, unless they are given one of their own; null: none. */
  readonly rotation: RotationSchedule | null
  readonly createdAt: Instant
  readonly updatedAt: Instant
  readonly revision: number
}
