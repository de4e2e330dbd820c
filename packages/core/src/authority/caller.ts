import type { Actor } from "../audit/event.ts"
import { fail } from "../failure.ts"
import type { Key } from "../key/key.ts"
import { isSameOwner, type Owner } from "../owner.ts"
import type { Holdings } from "../permission/holdings.ts"
import { PermissionSet } from "../permission/set.ts"
import type { ManagementPermission } from "./management.ts"

/** Who asks the authority for something: already authenticated, not yet permitted. */
export interface Caller {
  readonly organizationId: string
  readonly actor: Actor
  /** Management permissions. One that is bound to a resource is bound to the keyspace of that id. */
  readonly holds: Holdings
  /** Of the request that this is part of, for the audit trail; null outside of one. */
  readonly requestId: string | null
  /** Absent: a creating call that is repeated creates again. */
  readonly idempotency?: Idempotency
}

/** By what a creating call of a caller is known when it is repeated. */
export interface Idempotency {
  /** The caller's own name for what they intend. Another caller's is another one. */
  readonly key: string
  /** Differs where something else is asked for under the same key. */
  readonly fingerprint: string
  /** Told when the answer is that of an earlier call. */
  readonly onReplay?: () => void
}

/** What a confined caller may still do, as far as it could before. */
export interface Confinement {
  /** With keys, of one keyspace alone. */
  readonly keys: readonly ManagementPermission[]
  /** In the organization as a whole. */
  readonly organization: readonly ManagementPermission[]
}

/** The same caller, who may do at most this from now on. Everything else does not exist to it. */
export function confined(caller: Caller, keyspaceId: string, { keys, organization }: Confinement): Caller {
  const bound = keys.map((permission) => `${permission}:${keyspaceId}`)
  return { ...caller, holds: caller.holds.within(new PermissionSet([...bound, ...organization])) }
}

/**
 * @param keyspaceId which keyspace the call is about; null: the organization as a whole
 * @throws "permission_denied" unless the caller holds the permission there
 */
export function demand(caller: Caller, permission: ManagementPermission, keyspaceId: string | null): void {
  if (!caller.holds.allows({ name: permission, resource: keyspaceId })) denied(permission)
}

/**
 * Whether the caller may do this to a key: to every key of its keyspace, or because it is the caller's own.
 * @param permission `write` stands for `keys.write`, or `own_keys.write` where the caller owns the key
 */
export function mayWithKey(
  caller: Caller,
  permission: KeyPermission,
  { keyspaceId, owner }: { readonly keyspaceId: string; readonly owner: Owner },
): boolean {
  if (caller.holds.allows({ name: `keys.${permission}`, resource: keyspaceId })) return true
  return isOwn(caller, owner) && caller.holds.allows({ name: `own_keys.${permission}`, resource: keyspaceId })
}

export const keyPermissions = ["read", "write", "reveal"] as const
export type KeyPermission = (typeof keyPermissions)[number]

/** The owner whose keys are the caller's own; null: it has none, as nobody is the organization or an external id. */
export function ownOwner({ actor: { kind, id } }: Caller): Owner | null {
  return kind === "user" || kind === "service_account" ? { kind, id } : null
}

export function isOwn(caller: Caller, owner: Owner): boolean {
  const own = ownOwner(caller)
  return own !== null && isSameOwner(own, owner)
}

/**
 * Guards giving a key to another owner, who may read its secret again if that was kept: so only one who may reveal it
 * can have it revealed, to themselves or to anyone else.
 * @throws "permission_denied"
 */
export function demandHandover(caller: Caller, { keyspaceId, secrets }: Key): void {
  if (secrets.some(({ sealed }) => sealed !== null)) demand(caller, "keys.reveal", keyspaceId)
}

/** @throws "permission_denied" */
export function denied(permission: string): never {
  return fail({ code: "permission_denied", missing: [permission] })
}
