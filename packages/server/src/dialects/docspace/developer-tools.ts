import {
  type Authority,
  type Caller,
  confined,
  demand,
  isFailure,
  type Keyspace,
  systemCaller,
} from "@keyward/core"

/**
 * The portal's setting "limited access to developer tools", under which only owners and administrators create keys. It is
 * kept where every node reads it and each change is audited: in a role of the organization that nobody needs to have. The
 * setting is on while that role denies `own_keys.write` in the dialect's keyspace.
 */
const roleName = "docspace-developer-tools"
const description =
  "DocSpace's setting on developer tools: while this role denies own_keys.write, only owners and administrators create DocSpace keys."

export async function accessIsLimited(
  authority: Authority,
  { id, organizationId }: Keyspace,
): Promise<boolean> {
  const reader = confined(systemCaller(organizationId), id, { keys: [], organization: ["roles.read"] })
  try {
    return (await authority.role(reader, roleName)).permissions.includes(denialIn(id))
  } catch (error) {
    if (isFailure(error, "not_found")) return false
    throw error
  }
}

/** @throws AuthorityError "permission_denied", "grant_exceeds_caller" */
export async function limitAccess(
  authority: Authority,
  caller: Caller,
  { id }: Keyspace,
  limited: boolean,
): Promise<void> {
  demand(caller, "roles.write", null)
  const permissions = limited ? [denialIn(id)] : []
  try {
    await authority.updateRole(caller, roleName, { permissions })
  } catch (error) {
    if (!isFailure(error, "not_found")) throw error
    await authority.createRole(caller, { name: roleName, description, permissions })
  }
}

function denialIn(keyspaceId: string): string {
  return `!own_keys.write:${keyspaceId}`
}
