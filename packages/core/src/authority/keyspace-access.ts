import { fail } from "../failure.ts"
import type { Key } from "../key/key.ts"
import type { Keyspace } from "../keyspace.ts"
import { type Caller, denied } from "./caller.ts"
import type { AuthorityDeps } from "./deps.ts"
import type { ManagementPermission } from "./management.ts"

/**
 * A keyspace with which the caller may do such a thing. One who may do it nowhere is told so whatever the id; to one who may
 * do it elsewhere, what it may not even read does not exist.
 * @throws "permission_denied" or "not_found"
 */
export async function findKeyspace(
  { store }: AuthorityDeps,
  caller: Caller,
  permission: ManagementPermission,
  id: string,
): Promise<Keyspace> {
  const { holds, organizationId } = caller
  if (!holds.allowsSomewhere(permission)) denied(permission)
  const keyspace = await store.keyspace(organizationId, id)
  if (!keyspace) return fail({ code: "not_found", resource: "keyspace" })
  if (holds.allows({ name: permission, resource: id })) return keyspace
  const readable = holds.allows({ name: "keyspaces.read", resource: id })
  return readable ? denied(permission) : fail({ code: "not_found", resource: "keyspace" })
}

/** That of a key. */
export async function keyspaceOf({ store }: AuthorityDeps, key: Key): Promise<Keyspace> {
  const keyspace = await store.keyspace(key.organizationId, key.keyspaceId)
  return keyspace ?? fail({ code: "not_found", resource: "keyspace" })
}
