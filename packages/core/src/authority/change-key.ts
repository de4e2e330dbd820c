import type { AuditAction } from "../audit/event.ts"
import { fail } from "../failure.ts"
import type { JsonObject } from "../json.ts"
import type { Key, Revocation } from "../key/key.ts"
import type { Keyspace } from "../keyspace.ts"
import { isSameOwner } from "../owner.ts"
import type { Change, Commit } from "../store/change.ts"
import type { Instant } from "../time.ts"
import { type Caller, demandHandover } from "./caller.ts"
import { demandPolicy } from "./check-policy.ts"
import { creditChanges, demandCreditsOf } from "./credits.ts"
import { type AuthorityDeps, commit, draft, retried } from "./deps.ts"
import { demandGivable, demandGrantable } from "./grants.ts"
import { demandOwner, findKey } from "./key-access.ts"
import type { KeyChange } from "./key-input.ts"
import { keyspaceOf } from "./keyspace-access.ts"
import { changedMembers } from "./keyspaces.ts"
import { demandOwnGrants } from "./own-grants.ts"
import { describe, patched, principalsOf } from "./patched-key.ts"

/**
 * @param expectedRevision which revision is to be changed; null: whichever there is
 * @throws "not_found", "key_revoked", "invalid_input", "grant_exceeds_caller", "too_many_keys" and "already_exists" (name)
 *         where the change makes the key count, or moves or renames it, "revision_conflict", "permission_denied"
 */
export function updateKey(
  deps: AuthorityDeps,
  caller: Caller,
  id: string,
  patch: KeyChange,
  expectedRevision: number | null,
): Promise<Key> {
  return change(deps, caller, id, expectedRevision, updating(deps, caller, patch))
}

/** What an update makes of a key. @throws as `updateKey` */
export function updating(deps: AuthorityDeps, caller: Caller, patch: KeyChange): Alter {
  return async (before, keyspace, now) => {
    if (before.revokedAt !== null) return fail({ code: "key_revoked" })
    const members = typeof patch === "function" ? patch(before) : patch
    demandOwner(caller, keyspace, members.owner ?? before.owner)
    if (members.credits !== undefined) demandCreditsOf(caller, keyspace.id)
    if (members.owner && !isSameOwner(members.owner, before.owner)) demandHandover(caller, before)
    const key = await patched(principalsOf(deps, caller), keyspace, before, members, now)
    await demandPolicy(deps, caller, keyspace, before, key, now)
    demandGivable(caller, keyspace, key)
    await demandOwnGrants(deps, caller, keyspace, before, key)
    return {
      key,
      action: "key.updated",
      details: changedMembers(describe(before), describe(key)),
      also: creditChanges(key, members.credits, now),
    }
  }
}

/** Ends a key for good. Repeating it changes nothing: the first instant and reason stand. */
export function revokeKey(
  deps: AuthorityDeps,
  caller: Caller,
  id: string,
  revocation: Revocation,
): Promise<Key> {
  return change(deps, caller, id, null, revoking(revocation))
}

/** What a revocation makes of a key; nothing of one that is revoked. */
export function revoking(revocation: Revocation): Alter {
  return async (before, _keyspace, now) => {
    if (before.revokedAt !== null) return null
    const key = { ...before, revokedAt: now, revocation }
    return { key, action: "key.revoked", details: { reason: revocation.reason, note: revocation.note } }
  }
}

/**
 * From now on the key is unknown to everyone, until it is restored or purged.
 * @throws "delete_protected", unless the key is revoked, as what is over needs no protection
 */
export async function deleteKey(
  deps: AuthorityDeps,
  caller: Caller,
  id: string,
  expectedRevision: number | null,
): Promise<void> {
  await change(deps, caller, id, expectedRevision, async (before, _keyspace, now) => {
    if (before.deleteProtected && before.revokedAt === null) return fail({ code: "delete_protected" })
    return { key: { ...before, deletedAt: now }, action: "key.deleted", details: { name: before.name } }
  })
}

/** What a change makes of a key; null: nothing, it is as it should be. */
interface Changed {
  /** With those secrets replaced that become others. */
  readonly key: Key
  readonly action: AuditAction
  readonly details: JsonObject
  /** What else is changed with the key. */
  readonly also?: readonly Change[]
}

/** Makes the next one of a key as it is. */
export type Alter = (before: Key, keyspace: Keyspace, now: Instant) => Promise<Changed | null>

/** Reads a key, lets `alter` make the next one of it, and commits that with its audit event. */
export function change(
  deps: AuthorityDeps,
  caller: Caller,
  id: string,
  expectedRevision: number | null,
  alter: Alter,
): Promise<Key> {
  return retried(expectedRevision, async () => {
    const { key, commit: planned } = await plan(deps, caller, id, expectedRevision, alter)
    if (planned) await commit(deps, planned.organizationId, planned.changes, planned.events)
    return key
  })
}

/** A change of a key that is thought through, and not made. */
export interface PlannedChange {
  /** As it is to be. */
  readonly key: Key
  /** What makes it so; null: it is so already. */
  readonly commit: Commit | null
}

/** Reads a key, lets `alter` make the next one of it, and says what is to be committed. @throws as `keyToChange` */
export async function plan(
  deps: AuthorityDeps,
  caller: Caller,
  id: string,
  expectedRevision: number | null,
  alter: Alter,
): Promise<PlannedChange> {
  const { before, keyspace, now } = await keyToChange(deps, caller, id, expectedRevision)
  const changed = await alter(before, keyspace, now)
  if (!changed) return { key: before, commit: null }
  const key = { ...changed.key, updatedAt: now, revision: before.revision + 1 }
  const event = draft(deps, caller, changed.action, { kind: "key", id }, changed.details)
  const update: Change = { kind: "key.update", key, policy: keyspace.policy }
  const changes = [update, ...secretChanges(before, key), ...(changed.also ?? [])]
  return { key, commit: { organizationId: caller.organizationId, changes, events: [event] } }
}

/**
 * A key that the caller may change, as it is now.
 * @throws "not_found", "revision_conflict", "grant_exceeds_caller", "permission_denied"
 */
export async function keyToChange(
  deps: AuthorityDeps,
  caller: Caller,
  id: string,
  expectedRevision: number | null,
): Promise<{ readonly before: Key; readonly keyspace: Keyspace; readonly now: Instant }> {
  const before = await findKey(caller, "write", () => deps.store.key(caller.organizationId, id))
  if (expectedRevision !== null && before.revision !== expectedRevision) {
    return fail({ code: "revision_conflict", resource: "key" })
  }
  const keyspace = await keyspaceOf(deps, before)
  demandGrantable(caller, keyspace, before)
  return { before, keyspace, now: deps.clock.now() }
}

/** The changes that store those secrets of a key that are new, or not as they were, and forget those that it has no more. */
export function secretChanges(before: Key, key: Key): Change[] {
  const others = key.secrets.filter((secret) => !before.secrets.includes(secret))
  const kept = new Set(key.secrets.map(({ version }) => version))
  const gone = before.secrets.filter(({ version }) => !kept.has(version))
  return [
    ...others.map((secret) => ({ kind: "secret.put", keyId: key.id, secret }) as const),
    ...gone.map(({ version }) => ({ kind: "secret.forget", keyId: key.id, version }) as const),
  ]
}
