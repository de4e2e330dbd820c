import { fail } from "../failure.ts"
import { newId } from "../id.ts"
import { canonicalJson, type Json } from "../json.ts"
import type { RotationSchedule } from "../key/rotation-schedule.ts"
import {
  type Keyspace,
  type KeyspacePolicy,
  openPolicy,
  type PermissionDefinition,
  type Role,
  type SecretRetention,
} from "../keyspace.ts"
import type { KeyspaceLimit } from "../limit/limit.ts"
import { type Patch, patchedWith } from "../patch.ts"
import type { Change } from "../store/change.ts"
import type { Page, PageOf, TimePosition } from "../store/list.ts"
import { type Caller, demand } from "./caller.ts"
import { demandValid } from "./check-keyspace.ts"
import { type AuthorityDeps, commit, draft, retried } from "./deps.ts"
import { findKeyspace } from "./keyspace-access.ts"
import type { Replays } from "./replays.ts"

export interface NewKeyspace {
  readonly name: string
  readonly description?: string | undefined
  readonly prefix: string
  /** Default: `digest`. */
  readonly retention?: SecretRetention | undefined
  readonly permissions?: readonly PermissionDefinition[] | undefined
  readonly roles?: readonly Role[] | undefined
  readonly limits?: readonly KeyspaceLimit[] | undefined
  /** Default of each member: that of `openPolicy`. */
  readonly policy?: Patch<KeyspacePolicy> | undefined
  /** Default: none. */
  readonly rotation?: RotationSchedule | null | undefined
}

/** What of a keyspace can change; an absent member stays, of the policy too. */
export type KeyspacePatch = Patch<
  Pick<Keyspace, "name" | "description" | "permissions" | "roles" | "limits" | "rotation"> & {
    policy: Patch<KeyspacePolicy>
  }
>

/** @throws "invalid_input", "already_exists" (name), "permission_denied" */
export async function createKeyspace(
  deps: AuthorityDeps,
  replays: Replays,
  caller: Caller,
  input: NewKeyspace,
): Promise<Keyspace> {
  demand(caller, "keyspaces.write", null)
  return replays.once<Keyspace>(caller, async (keep) => {
    const keyspace = composeKeyspace(deps, caller, input)
    const target = { kind: "keyspace", id: keyspace.id } as const
    const event = draft(deps, caller, "keyspace.created", target, describeKeyspace(keyspace))
    const insert: Change = { kind: "keyspace.insert", keyspace }
    await commit(deps, caller.organizationId, [...keep(keyspace), insert], [event])
    return keyspace
  })
}

/** @throws "invalid_input" */
function composeKeyspace(deps: AuthorityDeps, caller: Caller, input: NewKeyspace): Keyspace {
  const now = deps.clock.now()
  const keyspace: Keyspace = {
    id: newId(now, deps.entropy),
    organizationId: caller.organizationId,
    kind: "standard",
    name: input.name,
    description: input.description ?? "",
    format: "native",
    prefix: input.prefix,
    retention: input.retention ?? "digest",
    permissions: input.permissions ?? [],
    roles: input.roles ?? [],
    limits: input.limits ?? [],
    policy: patchedWith(openPolicy, input.policy ?? {}),
    rotation: input.rotation ?? null,
    createdAt: now,
    updatedAt: now,
    revision: 1,
  }
  demandValid(null, keyspace)
  return keyspace
}

export function readKeyspace(deps: AuthorityDeps, caller: Caller, id: string): Promise<Keyspace> {
  return findKeyspace(deps, caller, "keyspaces.read", id)
}

export async function listKeyspaces(
  deps: AuthorityDeps,
  caller: Caller,
  page: Page<TimePosition>,
): Promise<PageOf<Keyspace, TimePosition>> {
  demand(caller, "keyspaces.read", null)
  return deps.store.keyspaces(caller.organizationId, page)
}

/**
 * @param expectedRevision which revision is to be changed; null: whichever there is
 * @throws "not_found", "built_in_keyspace", "invalid_input", "already_exists", "revision_conflict", "permission_denied"
 */
export function updateKeyspace(
  deps: AuthorityDeps,
  caller: Caller,
  id: string,
  patch: KeyspacePatch,
  expectedRevision: number | null,
): Promise<Keyspace> {
  return retried(expectedRevision, async () => {
    const before = await findKeyspace(deps, caller, "keyspaces.write", id)
    if (expectedRevision !== null && before.revision !== expectedRevision) {
      return fail({ code: "revision_conflict", resource: "keyspace" })
    }
    // The catalog and roles of a built-in keyspace are the program's own; changing them could raise every key in it.
    if (before.kind !== "standard") return fail({ code: "built_in_keyspace" })
    const { policy = {}, ...members } = patch
    const keyspace: Keyspace = {
      ...patchedWith<Keyspace>(before, members),
      policy: patchedWith(before.policy, policy),
      updatedAt: deps.clock.now(),
      revision: before.revision + 1,
    }
    demandValid(before, keyspace)
    const event = draft(
      deps,
      caller,
      "keyspace.updated",
      { kind: "keyspace", id },
      changedMembers(describeKeyspace(before), describeKeyspace(keyspace)),
    )
    await commit(deps, caller.organizationId, [{ kind: "keyspace.update", keyspace }], [event])
    return keyspace
  })
}

/** What the audit trail keeps of a keyspace. */
export function describeKeyspace(keyspace: Keyspace) {
  return {
    name: keyspace.name,
    description: keyspace.description,
    prefix: keyspace.prefix,
    retention: keyspace.retention,
    permissions: keyspace.permissions.map(({ name, description }) => ({ name, description })),
    roles: keyspace.roles.map(({ name, description, permissions }) => ({ name, description, permissions })),
    limits: keyspace.limits.map(({ name, count, windowSeconds, per, overrides = [] }) => ({
      name,
      count,
      window_seconds: windowSeconds,
      per: per ?? "key",
      overrides: overrides.map(({ owner, count, windowSeconds }) => ({
        owner: { kind: owner.kind, id: owner.id },
        count,
        window_seconds: windowSeconds,
      })),
    })),
    policy: describePolicy(keyspace.policy),
    rotation: describeRotation(keyspace.rotation),
  }
}

/** What the audit trail keeps of a schedule. */
export function describeRotation(schedule: RotationSchedule | null) {
  return schedule && { every_seconds: schedule.everySeconds, overlap_seconds: schedule.overlapSeconds }
}

function describePolicy(policy: KeyspacePolicy) {
  return {
    max_keys: policy.maxKeys,
    max_keys_per_owner: policy.maxKeysPerOwner,
    counted_keys: policy.countedKeys,
    unique_names: policy.uniqueNames,
    max_lifetime_seconds: policy.maxLifetimeSeconds,
    default_lifetime_seconds: policy.defaultLifetimeSeconds,
    expiry_required: policy.expiryRequired,
    expiry_within_creator: policy.expiryWithinCreator,
    owners_grant: policy.ownersGrant,
    required_tags: policy.requiredTags,
    exclusive_permissions: policy.exclusivePermissions,
    max_overlap_seconds: policy.maxOverlapSeconds,
    idle_seconds: policy.idleSeconds,
    disable_idle: policy.disableIdle,
  }
}

/** The members that differ, each with its value before and after. In which order a store gives back members is its own affair. */
export function changedMembers(before: { [member: string]: Json }, after: { [member: string]: Json }) {
  const changed: { [member: string]: Json } = {}
  for (const [member, value] of Object.entries(after)) {
    const old = before[member] ?? null
    if (canonicalJson(old) !== canonicalJson(value)) changed[member] = { before: old, after: value }
  }
  return changed
}
