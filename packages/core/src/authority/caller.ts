import type { Actor } from "../audit/event.ts"
import { fail } from "../failure.ts"
import type { PermissionSet } from "../permission/set.ts"
import type { ManagementPermission } from "./management.ts"

/** Who asks the authority for something: already authenticated, not yet permitted. */
export interface Caller {
  readonly organizationId: string
  readonly actor: Actor
  /** Management permissions. One that is bound to a resource is bound to the keyspace of that id. */
  readonly holds: PermissionSet
  /** Of the request that this is part of, for the audit trail; null outside of one. */
  readonly requestId: string | null
}

/**
 * @param keyspaceId which keyspace the call is about; null: the organization as a whole
 * @throws "permission_denied" unless the caller holds the permission there
 */
export function demand(caller: Caller, permission: ManagementPermission, keyspaceId: string | null): void {
  if (!caller.holds.allows({ name: permission, resource: keyspaceId })) denied(permission)
}

/**
 * Guards what is looked up before its keyspace is known. A caller who may do such a thing nowhere is told so whatever
 * the id; to one who may do it elsewhere, what it may not even read does not exist.
 * @param found   what the store answered
 * @throws "permission_denied" or "not_found"
 */
export async function demandFound<Found>(
  caller: Caller,
  permission: ManagementPermission,
  resource: "key" | "keyspace",
  find: () => Promise<Found | null>,
  keyspaceOf: (found: Found) => string,
): Promise<Found> {
  if (!caller.holds.allowsSomewhere(permission)) denied(permission)
  const found = await find()
  if (!found) return fail({ code: "not_found", resource })
  const keyspaceId = keyspaceOf(found)
  if (caller.holds.allows({ name: permission, resource: keyspaceId })) return found
  const readable = caller.holds.allows({ name: `${resource}s.read`, resource: keyspaceId })
  return readable ? denied(permission) : fail({ code: "not_found", resource })
}

function denied(permission: string): never {
  return fail({ code: "permission_denied", missing: [permission] })
}
