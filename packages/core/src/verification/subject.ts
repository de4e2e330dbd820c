import type { Key, Secret } from "../key/key.ts"
import type { Keyspace } from "../keyspace.ts"
import type { KeyspaceLimit, Limit, LimitScope } from "../limit/limit.ts"
import { isSameOwner, type Owner } from "../owner.ts"
import { Holdings } from "../permission/holdings.ts"
import { type Holder, PermissionSet } from "../permission/set.ts"
import type { OwnerState } from "../principal.ts"
import { type AddressList, addressList } from "./source.ts"

/** A key as the verification meets it: policy compiled once, immutable, safe to keep in a cache. */
export interface Subject {
  readonly key: Key
  readonly secret: Secret
  readonly keyspace: Keyspace
  /** The user or service account that owns the key; null for the organization and external owners. */
  readonly owner: OwnerState | null
  /** What is granted, by the key itself and by its roles. */
  readonly permissions: PermissionSet
  /** The same, within the keyspace's catalog: what is not in it is held by nobody, not even by `*`. */
  readonly holds: Holder
  /** The keyspace's limits and the key's own, which win over the keyspace's of the same name. */
  readonly limits: readonly CountedLimit[]
  /** null: any address. */
  readonly addresses: AddressList | null
}

/** A limit, and what it counts. */
export interface CountedLimit extends Limit {
  /** Names the counter; limits with the same name and counter are consumed of together. */
  readonly counter: string
}

/** What the store knows about a presented secret, in one read. */
export interface StoredSubject {
  readonly key: Key
  /** Which of `key.secrets` was presented. */
  readonly secretVersion: number
  /** The user or service account that owns the key, removed ones too; null for the organization and external owners. */
  readonly owner: OwnerState | null
}

export function compileSubject(stored: StoredSubject, keyspace: Keyspace): Subject {
  const { key } = stored
  const secret = key.secrets.find(({ version }) => version === stored.secretVersion)
  if (!secret) throw new RangeError("The key has no such secret.")
  const own = new Set(key.limits.map(({ name }) => name))
  return {
    key,
    secret,
    keyspace,
    owner: stored.owner,
    ...heldWithin(keyspace, key),
    limits: [
      ...keyspace.limits
        .filter(({ name }) => !own.has(name))
        .map((limit) => ({ ...numbersOf(limit, key.owner), counter: counterOf(key, limit.per ?? "key") })),
      ...key.limits.map((limit) => ({ ...limit, counter: key.id })),
    ],
    addresses: key.allowedAddresses.length === 0 ? null : addressList(key.allowedAddresses),
  }
}

/** The limit as it is for the keys of an owner. */
function numbersOf({ name, count, windowSeconds, overrides = [] }: KeyspaceLimit, owner: Owner): Limit {
  const own = overrides.find((override) => isSameOwner(override.owner, owner))
  return { name, count: own?.count ?? count, windowSeconds: own?.windowSeconds ?? windowSeconds }
}

/** Ids of keys and keyspaces are UUIDs, so none is another's, or holds a space. */
function counterOf({ id, keyspaceId, owner }: Key, per: LimitScope): string {
  switch (per) {
    case "key":
      return id
    case "owner":
      return `${keyspaceId} ${owner.kind} ${owner.id}`
    case "keyspace":
      return keyspaceId
  }
}

/** Most different sets of grants of one keyspace that are remembered. */
const heldMaximum = 1000

/** Most keys of a keyspace hold one of a few sets of grants, which are compiled once and then shared. A keyspace never changes. */
const heldOf = new WeakMap<Keyspace, Map<string, Pick<Subject, "permissions" | "holds">>>()

function heldWithin(keyspace: Keyspace, key: Key): Pick<Subject, "permissions" | "holds"> {
  const kept = heldOf.get(keyspace) ?? new Map<string, Pick<Subject, "permissions" | "holds">>()
  heldOf.set(keyspace, kept)
  const name = JSON.stringify([key.permissions, key.roles])
  const known = kept.get(name)
  if (known) return known
  const catalog = new Set(keyspace.permissions.map((permission) => permission.name))
  const permissions = heldPermissions(key, keyspace)
  const holds: Holder = { allows: (need) => catalog.has(need.name) && permissions.allows(need) }
  if (kept.size === heldMaximum) kept.clear()
  kept.set(name, { permissions, holds })
  return { permissions, holds }
}

/** The key's own grants and those of its roles. */
export function heldPermissions(key: Pick<Key, "permissions" | "roles">, keyspace: Keyspace): PermissionSet {
  const roles = keyspace.roles.filter(({ name }) => key.roles.includes(name))
  return new PermissionSet([...key.permissions, ...roles.flatMap(({ permissions }) => permissions)])
}

/**
 * What a management key may do: what it was granted, and of that only what its owner may do now. A key of the
 * organization or an external owner has nobody above it but who created it.
 */
export function managementHoldings(subject: Subject): Holdings {
  const known = holdingsOf.get(subject)
  if (known) return known
  const { permissions, owner, keyspace } = subject
  const holdings = new Holdings(owner ? [permissions, rolePermissions(owner.roles, keyspace)] : [permissions])
  holdingsOf.set(subject, holdings)
  return holdings
}

/** A subject never changes, and a caller is asked about with each of its requests. */
const holdingsOf = new WeakMap<Subject, Holdings>()

/** What roles of the organization grant together. @param management the organization's management keyspace */
export function rolePermissions(roles: readonly string[], management: Keyspace): PermissionSet {
  return heldPermissions({ permissions: [], roles }, management)
}
