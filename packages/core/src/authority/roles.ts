import { fail, type InputError } from "../failure.ts"
import type { Keyspace, Role } from "../keyspace.ts"
import { type Patch, patchedWith } from "../patch.ts"
import { PermissionSet } from "../permission/set.ts"
import type { Change } from "../store/change.ts"
import { type Caller, demand } from "./caller.ts"
import { type AuthorityDeps, commit, draft, retried } from "./deps.ts"
import { checkGrants } from "./grants.ts"
import { changedMembers } from "./keyspaces.ts"
import { isBuiltInRole } from "./management.ts"
import { managementKeyspace } from "./organizations.ts"
import type { Replays } from "./replays.ts"

/** The organization's roles, the built-in ones first, in a stable order. */
export async function listRoles(deps: AuthorityDeps, caller: Caller): Promise<readonly Role[]> {
  demand(caller, "roles.read", null)
  return (await managementKeyspace(deps, caller.organizationId)).roles
}

/** @throws "not_found", "permission_denied" */
export async function readRole(deps: AuthorityDeps, caller: Caller, name: string): Promise<Role> {
  const role = (await listRoles(deps, caller)).find((each) => each.name === name)
  return role ?? fail({ code: "not_found", resource: "role" })
}

/** Most roles of one organization, the built-in ones included. */
const roleMaximum = 200

/** @throws "already_exists" (also by a role that is deleted), "invalid_input" (more than 200 roles too), "grant_exceeds_caller", "permission_denied" */
export async function createRole(
  deps: AuthorityDeps,
  replays: Replays,
  caller: Caller,
  role: Role,
): Promise<Role> {
  demand(caller, "roles.write", null)
  const alter = async (roles: readonly Role[]) => {
    if (roles.some(({ name }) => name === role.name) || (await wasDeleted(deps, caller, role.name))) {
      return fail({ code: "already_exists", resource: "role", member: "name" })
    }
    if (roles.length >= roleMaximum) {
      const message = `The organization has ${roleMaximum} roles, as many as it may.`
      return fail({
        code: "invalid_input",
        errors: [{ member: "/", message, fix: "Delete another one first." }],
      })
    }
    return role
  }
  return replays.once<Role>(caller, (keep) =>
    change(deps, caller, "role.created", role.name, alter, keep(role)),
  )
}

/**
 * Whoever has the role has the new permissions at once. Nobody changes a role that grants more than they hold.
 * @throws "not_found", "built_in_role", "invalid_input", "grant_exceeds_caller", "permission_denied"
 */
export function updateRole(
  deps: AuthorityDeps,
  caller: Caller,
  name: string,
  patch: Patch<Pick<Role, "description" | "permissions">>,
): Promise<Role> {
  return change(deps, caller, "role.updated", name, (roles) => patchedWith<Role>(own(roles, name), patch))
}

/** Whoever had the role no longer has it. @throws "not_found", "built_in_role", "grant_exceeds_caller", "permission_denied" */
export async function deleteRole(deps: AuthorityDeps, caller: Caller, name: string): Promise<void> {
  await change(deps, caller, "role.deleted", name, (roles) => {
    own(roles, name)
    return null
  })
}

/**
 * Whether a role of this name was deleted. Such a name is not given again: whoever still has it among their roles, or
 * among those of a key, would have the new role at once.
 */
async function wasDeleted(deps: AuthorityDeps, { organizationId }: Caller, name: string): Promise<boolean> {
  const filter = { action: "role.deleted", targetId: name } as const
  let after: number | null = null
  do {
    const { items, next } = await deps.store.auditEvents(organizationId, filter, { limit: 1, after })
    if (items.length > 0) return true
    after = next
  } while (after !== null)
  return false
}

function own(roles: readonly Role[], name: string): Role {
  if (isBuiltInRole(name)) return fail({ code: "built_in_role" })
  return roles.find((role) => role.name === name) ?? fail({ code: "not_found", resource: "role" })
}

/**
 * Makes the next roles of the management keyspace.
 * @param alter the role as it shall be; null: gone
 * @param changes what else is done in the same commit, before that
 */
function change<Next extends Role | null>(
  deps: AuthorityDeps,
  caller: Caller,
  action: "role.created" | "role.updated" | "role.deleted",
  name: string,
  alter: (roles: readonly Role[]) => Next | Promise<Next>,
  changes: readonly Change[] = [],
): Promise<Next> {
  return retried(null, async () => {
    demand(caller, "roles.write", null)
    const management = await managementKeyspace(deps, caller.organizationId)
    const before = management.roles.find((role) => role.name === name)
    const next = await alter(management.roles)
    if (next) refuseInvalid(next, management)
    demandHeld(caller, before, next)
    const keyspace: Keyspace = {
      ...management,
      roles: replaced(management.roles, before, next),
      updatedAt: deps.clock.now(),
      revision: management.revision + 1,
    }
    const details = changedMembers(before ? describe(before) : {}, next ? describe(next) : {})
    const event = draft(deps, caller, action, { kind: "role", id: name }, details)
    await commit(deps, caller.organizationId, [...changes, { kind: "keyspace.update", keyspace }], [event])
    return next
  })
}

/**
 * What a role grants, before and after, its author holds. So it is with what a role denies and will not deny any more:
 * another role of the same people may grant that.
 * @throws "grant_exceeds_caller"
 */
function demandHeld(caller: Caller, before: Role | undefined, next: Role | null): void {
  const released = (before?.permissions ?? []).filter(
    (grant) => grant.startsWith("!") && !next?.permissions.includes(grant),
  )
  const all = [before?.permissions, next?.permissions, released.map((denial) => denial.slice(1))]
  const missing = all.flatMap((grants) => caller.holds.lacking(new PermissionSet(grants ?? [])))
  if (missing.length > 0) fail({ code: "grant_exceeds_caller", missing: [...new Set(missing)] })
}

/** `roles` with `next` in the place of `before`. */
function replaced(roles: readonly Role[], before: Role | undefined, next: Role | null): readonly Role[] {
  if (!before) return next ? [...roles, next] : roles
  return roles.flatMap((role) => (role === before ? (next ?? []) : role))
}

function refuseInvalid(role: Role, management: Keyspace): void {
  const errors: InputError[] = checkGrants(role.permissions, management.permissions, "/permissions")
  if (!/^[a-z][a-z0-9_-]{0,62}$/.test(role.name)) {
    errors.push({
      member: "/name",
      message: "A role's name is 1 to 63 of a-z, 0-9, _ and -, starting with a letter.",
      fix: "Use a name such as key-desk.",
    })
  }
  if (errors.length > 0) fail({ code: "invalid_input", errors })
}

function describe({ description, permissions }: Role) {
  return { description, permissions }
}
