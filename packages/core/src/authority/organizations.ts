import { fail, isFailure } from "../failure.ts"
import { newId } from "../id.ts"
import type { KeyFormatName } from "../key/format.ts"
import type { Keyspace, KeyspaceKind, PermissionDefinition, Role } from "../keyspace.ts"
import type { Organization, User } from "../organization.ts"
import { PermissionSet } from "../permission/set.ts"
import { type Caller, demand } from "./caller.ts"
import { type AuthorityDeps, commit, draft, retried } from "./deps.ts"
import { type CreatedKey, composeKey } from "./keys.ts"
import { changedMembers, describeKeyspace } from "./keyspaces.ts"
import { managementName, managementPermissions, managementPrefix } from "./management.ts"

/** The caller of what Keyward does of its own accord, such as the first start. Holds everything. */
export function systemCaller(organizationId: string): Caller {
  return {
    organizationId,
    actor: { kind: "system", id: "keyward", keyId: null, address: null, userAgent: null },
    holds: new PermissionSet(["*"]),
    requestId: null,
  }
}

export interface NewOrganization {
  readonly name: string
  readonly admin: { readonly email: string; readonly displayName: string; readonly passwordHash: string }
}

export interface CreatedOrganization {
  readonly organization: Organization
  readonly admin: User
  readonly managementKeyspace: Keyspace
  /** The administrator's management key. Its secret is shown this once. */
  readonly adminKey: CreatedKey
}

/** An organization with its management keyspace, its first administrator, and a key with which that one can do everything. */
export async function createOrganization(
  deps: AuthorityDeps,
  input: NewOrganization,
): Promise<CreatedOrganization> {
  const now = deps.clock.now()
  const organization: Organization = { id: newId(now, deps.entropy), name: input.name, createdAt: now }
  const caller = systemCaller(organization.id)
  const managementKeyspace = builtInKeyspace(deps, organization.id, {
    kind: "management",
    name: managementName,
    description: "Keys that authenticate callers of Keyward's own management API.",
    format: "native",
    prefix: managementPrefix,
    permissions: managementPermissions,
    roles: [],
    maxActiveKeys: null,
  })
  const admin: User = {
    id: newId(now, deps.entropy),
    organizationId: organization.id,
    createdAt: now,
    ...input.admin,
  }
  // One commit: a start that is cut short leaves no organization behind to which nobody has a key.
  const adminKey = await composeKey(
    deps,
    caller,
    managementKeyspace,
    {
      keyspaceId: managementKeyspace.id,
      owner: { kind: "user", id: admin.id },
      name: "Administrator",
      permissions: ["*"],
    },
    async () => admin,
  )
  await commit(
    deps,
    organization.id,
    [
      { kind: "organization.insert", organization },
      { kind: "keyspace.insert", keyspace: managementKeyspace },
      { kind: "user.insert", user: admin },
      adminKey.change,
    ],
    [
      draft(
        deps,
        caller,
        "organization.created",
        { kind: "organization", id: organization.id },
        { name: input.name },
      ),
      draft(
        deps,
        caller,
        "keyspace.created",
        { kind: "keyspace", id: managementKeyspace.id },
        { kind: "management" },
      ),
      draft(deps, caller, "user.created", { kind: "user", id: admin.id }, { email: admin.email }),
      adminKey.event,
    ],
  )
  return { organization, admin, managementKeyspace, adminKey: adminKey.created }
}

/** @throws "not_found" for any organization but the caller's own, "permission_denied" */
export async function readOrganization(
  deps: AuthorityDeps,
  caller: Caller,
  id: string,
): Promise<Organization> {
  demand(caller, "organizations.read", null)
  const organization = id === caller.organizationId ? await deps.store.organization(id) : null
  return organization ?? fail({ code: "not_found", resource: "organization" })
}

/** @throws "not_found" for an organization that does not exist */
export async function managementKeyspace(deps: AuthorityDeps, organizationId: string): Promise<Keyspace> {
  const keyspace = await deps.store.keyspaceByName(organizationId, managementName)
  return keyspace ?? fail({ code: "not_found", resource: "organization" })
}

export interface NewBuiltInKeyspace {
  readonly kind: Exclude<KeyspaceKind, "standard">
  readonly name: string
  readonly description: string
  readonly format: KeyFormatName
  readonly prefix: string
  readonly permissions: readonly PermissionDefinition[]
  readonly roles: readonly Role[]
  readonly maxActiveKeys: number | null
}

/**
 * A dialect's keyspace of an organization, made the first time it is asked for. When its definition in the program
 * has changed since, it is brought up to date.
 */
export function ensureBuiltInKeyspace(
  deps: AuthorityDeps,
  organizationId: string,
  definition: NewBuiltInKeyspace,
): Promise<Keyspace> {
  const caller = systemCaller(organizationId)
  return retried(null, async () => {
    const existing = await deps.store.keyspaceByName(organizationId, definition.name)
    if (!existing) return insertBuiltInKeyspace(deps, caller, definition)
    if (existing.kind !== definition.kind) {
      return fail({ code: "already_exists", resource: "keyspace", member: "name" })
    }
    const { description, permissions, roles, maxActiveKeys } = definition
    const wanted = { ...existing, description, permissions, roles, maxActiveKeys }
    const changed = changedMembers(describeKeyspace(existing), describeKeyspace(wanted))
    if (Object.keys(changed).length === 0) return existing
    const keyspace = { ...wanted, updatedAt: deps.clock.now(), revision: existing.revision + 1 }
    const event = draft(deps, caller, "keyspace.updated", { kind: "keyspace", id: keyspace.id }, changed)
    await commit(deps, organizationId, [{ kind: "keyspace.update", keyspace }], [event])
    return keyspace
  })
}

async function insertBuiltInKeyspace(
  deps: AuthorityDeps,
  caller: Caller,
  definition: NewBuiltInKeyspace,
): Promise<Keyspace> {
  const { organizationId } = caller
  const keyspace = builtInKeyspace(deps, organizationId, definition)
  const { kind, name } = definition
  const event = draft(deps, caller, "keyspace.created", { kind: "keyspace", id: keyspace.id }, { kind, name })
  try {
    await commit(deps, organizationId, [{ kind: "keyspace.insert", keyspace }], [event])
    return keyspace
  } catch (error) {
    // Somebody else asked for it at the same time and was faster: theirs is the keyspace.
    if (isFailure(error, "already_exists")) return ensureBuiltInKeyspace(deps, organizationId, definition)
    throw error
  }
}

function builtInKeyspace(
  deps: AuthorityDeps,
  organizationId: string,
  definition: NewBuiltInKeyspace,
): Keyspace {
  const now = deps.clock.now()
  return {
    id: newId(now, deps.entropy),
    organizationId,
    retention: "digest",
    limits: [],
    createdAt: now,
    updatedAt: now,
    revision: 1,
    ...definition,
  }
}
