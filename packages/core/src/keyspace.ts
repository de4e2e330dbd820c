import type { KeyFormatName } from "./key/format.ts"
import type { Limit } from "./limit/limit.ts"
import type { Instant } from "./time.ts"

/**
 * What a keyspace is for. `standard` keyspaces are the organization's own; the others are built in: `management` keys
 * authenticate callers of the management API, a dialect's keys are issued in its vendor's format.
 */
export type KeyspaceKind = "standard" | "management" | "arthur"

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

/** A family of keys of one organization: one format, one secret retention, one permission catalog, one set of limits. */
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
  /** Apply to each key on its own. */
  readonly limits: readonly Limit[]
  /** Most keys that may be active at once; null: as many as you like. */
  readonly maxActiveKeys: number | null
  readonly createdAt: Instant
  readonly updatedAt: Instant
  readonly revision: number
}
