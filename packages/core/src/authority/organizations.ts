import { fail, isFailure } from "../failure.ts"
import { newId } from "../id.ts"
import type { KeyFormatName } from "../key/format.ts"
import {
  type Keyspace,
  type KeyspaceKind,
  type KeyspacePolicy,
  openPolicy,
  type PermissionDefinition,
  type Role,
  type SecretRetention,
} from "../keyspace.ts"
import type { Organization } from "../organization.ts"
import { type Patch, patchedWith } from "../patch.ts"
import { Holdings } from "../permission/holdings.ts"
import { PermissionSet } from "../permission/set.ts"
import type { User } from "../principal.ts"
import { type Caller, demand } from "./caller.ts"
import { type AuthorityDeps, commit, draft, retried } from "./deps.ts"
import { changedMembers, describeKeyspace } from "./keyspaces.ts"
import { builtInRoles, managementName, managementPermissions, managementPrefix } from "./management.ts"
import { type CreatedKey, composeKey } from "./new-key.ts"

/** The caller of what Keyward does of its own accord, such as the first start. Holds everything. */
export function systemCaller(organizationId: string): Caller {
  return {
    organizationId,
    actor: { kind: "system", id: "keyward", credential: null, address: null, userAgent: null },
    holds: new Holdings([new PermissionSet(["*"])]),
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
  const organization: Organization = {
    id: newId(now, deps.entropy),
    alias: await deps.store.newAlias(),
    name: input.name,
    createdAt: now,
    updatedAt: now,
    revision: 1,
  }
  const caller = systemCaller(organization.id)
  const managementKeyspace = builtInKeyspace(deps, organization.id, {
    kind: "management",
    name: managementName,
    description: "Keys that authenticate callers of Keyward's own management API.",
    format: "native",
    prefix: managementPrefix,
    retention: "digest",
    permissions: managementPermissions,
    roles: builtInRoles,
    policy: openPolicy,
  })
  const admin: User = {
    kind: "user",
    id: newId(now, deps.entropy),
    organizationId: organization.id,
    alias: await deps.store.newAlias(),
    userName: null,
    firstName: null,
    lastName: null,
    roles: ["owner"],
    suspendedAt: null,
    removedAt: null,
    createdAt: now,
    updatedAt: now,
    revision: 1,
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
      { kind: "principal.insert", principal: admin },
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

export type OrganizationPatch = Patch<Pick<Organization, "name">>

/**
 * @param expectedRevision which revision is to be changed; null: whichever there is
 * @throws "not_found" for any organization but the caller's own, "revision_conflict", "permission_denied"
 */
export function updateOrganization(
  deps: AuthorityDeps,
  caller: Caller,
  id: string,
  patch: OrganizationPatch,
  expectedRevision: number | null,
): Promise<Organization> {
  return retried(expectedRevision, async () => {
    demand(caller, "organizations.write", null)
    const before = id === caller.organizationId ? await deps.store.organization(id) : null
    if (!before) return fail({ code: "not_found", resource: "organization" })
    if (expectedRevision !== null && before.revision !== expectedRevision) {
      return fail({ code: "revision_conflict", resource: "organization" })
    }
    const now = deps.clock.now()
    const organization = {
      ...patchedWith<Organization>(before, patch),
      updatedAt: now,
      revision: before.revision + 1,
    }
    const details = changedMembers({ name: before.name }, { name: organization.name })
    const event = draft(deps, caller, "organization.updated", { kind: "organization", id }, details)
    await commit(deps, id, [{ kind: "organization.update", organization }], [event])
    return organization
  })
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
  /** Stays as the keyspace was made with: what was not kept cannot be shown again. */
  readonly retention: SecretRetention
  readonly permissions: readonly PermissionDefinition[]
  readonly roles: readonly Role[]
  readonly policy: KeyspacePolicy
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
    const { description, permissions, roles, policy } = definition
    const wanted = { ...existing, description, permissions, roles, policy }
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
    limits: [],
    rotation: null,
    createdAt: now,
    updatedAt: now,
    revision: 1,
    ...definition,
  }
}
