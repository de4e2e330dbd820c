import type { Key, Secret } from "../key/key.ts"
import type { Keyspace } from "../keyspace.ts"
import type { Limit } from "../limit/limit.ts"
import { type Holder, PermissionSet } from "../permission/set.ts"
import { type AddressList, addressList } from "./source.ts"

/** A key as the verification meets it: policy compiled once, immutable, safe to keep in a cache. */
export interface Subject {
  readonly key: Key
  readonly secret: Secret
  readonly keyspace: Keyspace
  /** Whether the owner is suspended: then every key of theirs refuses. */
  readonly ownerSuspended: boolean
  /** What is granted, by the key itself and by its roles. */
  readonly permissions: PermissionSet
  /** The same, within the keyspace's catalog: what is not in it is held by nobody, not even by `*`. */
  readonly holds: Holder
  /** The keyspace's limits and the key's own, which win over the keyspace's of the same name. */
  readonly limits: readonly Limit[]
  /** null: any address. */
  readonly addresses: AddressList | null
}

/** What the store knows about a presented secret, in one read. */
export interface StoredSubject {
  readonly key: Key
  /** Which of `key.secrets` was presented. */
  readonly secretVersion: number
  readonly ownerSuspended: boolean
}

export function compileSubject(stored: StoredSubject, keyspace: Keyspace): Subject {
  const { key } = stored
  const secret = key.secrets.find(({ version }) => version === stored.secretVersion)
  if (!secret) throw new RangeError("The key has no such secret.")
  const own = new Set(key.limits.map(({ name }) => name))
  const catalog = new Set(keyspace.permissions.map(({ name }) => name))
  const permissions = heldPermissions(key, keyspace)
  return {
    key,
    secret,
    keyspace,
    ownerSuspended: stored.ownerSuspended,
    permissions,
    holds: { allows: (need) => catalog.has(need.name) && permissions.allows(need) },
    limits: [...keyspace.limits.filter(({ name }) => !own.has(name)), ...key.limits],
    addresses: key.allowedAddresses.length === 0 ? null : addressList(key.allowedAddresses),
  }
}

/** The key's own grants and those of its roles. */
export function heldPermissions(key: Pick<Key, "permissions" | "roles">, keyspace: Keyspace): PermissionSet {
  const roles = keyspace.roles.filter(({ name }) => key.roles.includes(name))
  return new PermissionSet([...key.permissions, ...roles.flatMap(({ permissions }) => permissions)])
}
