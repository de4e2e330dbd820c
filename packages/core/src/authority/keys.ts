import type { AuditAction, AuditDraft } from "../audit/event.ts"
import { fail } from "../failure.ts"
import type { JsonObject } from "../json.ts"
import { keyFormats } from "../key/format.ts"
import type { Key, Revocation } from "../key/key.ts"
import { currentSecret } from "../key/lifecycle.ts"
import {
  type RotationSchedule,
  rescheduled,
  scheduled as scheduledRotation,
} from "../key/rotation-schedule.ts"
import type { Keyspace } from "../keyspace.ts"
import type { Limit } from "../limit/limit.ts"
import { isSameOwner, type Owner } from "../owner.ts"
import { type Patch, patchedWith } from "../patch.ts"
import type { Change } from "../store/change.ts"
import type { KeyFilter, KeyPosition, Page, PageOf } from "../store/list.ts"
import type { UsageCount } from "../store/store.ts"
import { type Instant, later, printTimestamp } from "../time.ts"
import {
  type Caller,
  demandFound,
  demandHandover,
  denied,
  isOwn,
  type KeyPermission,
  mayWithKey,
  ownOwner,
} from "./caller.ts"

import { checkKey, type FindPrincipal } from "./check-key.ts"
import { demandPolicy } from "./check-policy.ts"
import {
  creditChanges,
  demandCreditsOf,
  describeCredits,
  givenCredits,
  type NewCredits,
  scheduled,
} from "./credits.ts"
import { type AuthorityDeps, commit, draft, retried } from "./deps.ts"
import { demandGivable, demandGrantable, spelledOnce } from "./grants.ts"
import { changedMembers, describeRotation } from "./keyspaces.ts"
import { demandOwnGrants } from "./own-grants.ts"
import type { Replays } from "./replays.ts"
import { type BlindSecret, issueSecret } from "./secrets.ts"

export interface NewKey {
  readonly keyspaceId: string
  readonly name: string
  /** Default: the organization; the caller itself where it may only create keys of its own. */
  readonly owner?: Owner | undefined
  readonly permissions?: readonly string[] | undefined
  readonly roles?: readonly string[] | undefined
  readonly tags?: readonly string[] | undefined
  readonly metadata?: JsonObject | undefined
  readonly limits?: readonly Limit[] | undefined
  /** null: none are counted. */
  readonly credits?: NewCredits | null | undefined
  readonly allowedAddresses?: readonly string[] | undefined
  readonly allowedOrigins?: readonly string[] | undefined
  readonly notBefore?: Instant | null | undefined
  /** null: never. Default: as the keyspace's policy says. */
  readonly expiresAt?: Instant | null | undefined
  /** Default: that of the keyspace. */
  readonly rotation?: RotationSchedule | null | undefined
  /** Default: true. */
  readonly enabled?: boolean | undefined
  /** Default: false. */
  readonly deleteProtected?: boolean | undefined
}

/** A new key whose holder may have made its secret. */
export interface NewBlindKey extends NewKey {
  /** undefined: a secret is drawn all the same. */
  readonly digest: BlindSecret | undefined
}

/** What of a key can change; an absent member stays. */
export type KeyPatch = Patch<Omit<NewKey, "keyspaceId">>

/** A patch, or how to make one of the key as it is: for changes that depend on what is there. Called again on a retry. */
export type KeyChange = KeyPatch | ((before: Key) => KeyPatch)

/** A key that has a new secret. */
export interface CreatedKey<Text extends string | null = string> {
  readonly key: Key
  /** The text to hand to the holder. Shown this once; null where they made it themselves. */
  readonly secret: Text
}

/** Where the secret is always drawn there is always a text to hand out. */
export type TextOf<Input extends NewKey> = Input extends NewBlindKey ? string | null : string

/**
 * @throws "not_found" (keyspace), "invalid_input", "grant_exceeds_caller", "too_many_keys", "already_exists" (name),
 *         "permission_denied"
 */
export async function createKey<Input extends NewKey>(
  deps: AuthorityDeps,
  replays: Replays,
  caller: Caller,
  input: Input,
): Promise<CreatedKey<TextOf<Input>>> {
  const keyspace = await keyspaceForNewKey(deps, caller, input.keyspaceId)
  demandOwner(caller, keyspace, input.owner ?? defaultOwner(caller, keyspace))
  if (input.credits !== undefined) demandCreditsOf(caller, keyspace.id)
  return replays.once<CreatedKey<TextOf<Input>>>(
    caller,
    async (keep) => {
      const composed = await composeKey(deps, caller, keyspace, input, principalsOf(deps, caller))
      const { created, change, event } = composed
      await demandOwnGrants(deps, caller, keyspace, null, created.key)
      await commit(deps, caller.organizationId, [...keep(created), change], [event])
      return created
    },
    ({ key }) => demandGivable(caller, keyspace, key),
  )
}

/** A key that is about to be stored, and the event that records it. */
interface ComposedKey<Text extends string | null> {
  readonly created: CreatedKey<Text>
  readonly change: Change
  readonly event: AuditDraft
}

/** @throws "invalid_input", "grant_exceeds_caller" */
export async function composeKey<Input extends NewKey>(
  deps: AuthorityDeps,
  caller: Caller,
  keyspace: Keyspace,
  input: Input,
  findPrincipal: FindPrincipal,
): Promise<ComposedKey<TextOf<Input>>> {
  const { keyspaceId: _, digest, ...members }: NewKey & Partial<NewBlindKey> = input
  const now = deps.clock.now()
  const id = keyFormats[keyspace.format].newKeyId(now, deps.entropy)
  const { secret, text } = await issueSecret(deps, keyspace, id, 1, digest, now)
  const { defaultLifetimeSeconds } = keyspace.policy
  const blank: Key = {
    id,
    alias: await deps.store.newAlias(),
    organizationId: caller.organizationId,
    keyspaceId: keyspace.id,
    owner: defaultOwner(caller, keyspace),
    name: input.name,
    permissions: [],
    roles: [],
    tags: [],
    metadata: {},
    limits: [],
    credits: null,
    allowedAddresses: [],
    allowedOrigins: [],
    notBefore: null,
    expiresAt: defaultLifetimeSeconds === null ? null : later(now, defaultLifetimeSeconds * 1000),
    rotation: keyspace.rotation && scheduledRotation(keyspace.rotation, now),
    disabledAt: null,
    revokedAt: null,
    revocation: null,
    deleteProtected: false,
    deletedAt: null,
    createdAt: now,
    updatedAt: now,
    revision: 1,
    lastUsedAt: null,
    secrets: [secret],
  }
  const key = await patched(findPrincipal, keyspace, blank, members, now)
  await demandPolicy(deps, caller, keyspace, null, key, now)
  demandGivable(caller, keyspace, key)
  const event = draft(deps, caller, "key.created", { kind: "key", id }, describe(key))
  const change: Change = { kind: "key.insert", key, policy: keyspace.policy }
  return { created: { key, secret: text as TextOf<Input> }, change, event }
}

export function readKey(deps: AuthorityDeps, caller: Caller, id: string): Promise<Key> {
  return findKey(caller, "read", () => deps.store.key(caller.organizationId, id))
}

/** The same by the integer that dialects name it by. */
export function readKeyByAlias(deps: AuthorityDeps, caller: Caller, alias: number): Promise<Key> {
  return findKey(caller, "read", () => deps.store.keyByAlias(caller.organizationId, alias))
}

/** A key that was deleted, for those who could have read it. */
export function readDeletedKey(deps: AuthorityDeps, caller: Caller, alias: number): Promise<Key> {
  return findKey(caller, "read", () => deps.store.deletedKeyByAlias(caller.organizationId, alias))
}

/** Callers bound to a keyspace must name it in the filter. Callers who may see only their own keys see those. */
export async function listKeys(
  deps: AuthorityDeps,
  caller: Caller,
  filter: KeyFilter,
  page: Page<KeyPosition>,
): Promise<PageOf<Key, KeyPosition>> {
  const keyspace = filter.keyspaceId ?? null
  if (!caller.holds.allows({ name: "keys.read", resource: keyspace })) {
    const owner = ownOwner(caller)
    const allowed = owner && caller.holds.allows({ name: "own_keys.read", resource: keyspace })
    if (!allowed) return denied("keys.read")
    // The keys of others are as unknown as those that do not exist.
    if (filter.owner && !isOwn(caller, filter.owner)) return { items: [], next: null }
    return deps.store.keys(caller.organizationId, { ...filter, owner }, deps.clock.now(), page)
  }
  return deps.store.keys(caller.organizationId, filter, deps.clock.now(), page)
}

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
  return change(deps, caller, id, expectedRevision, async (before, keyspace, now) => {
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
  })
}

/** Ends a key for good. Repeating it changes nothing: the first instant and reason stand. */
export function revokeKey(
  deps: AuthorityDeps,
  caller: Caller,
  id: string,
  revocation: Revocation,
): Promise<Key> {
  return change(deps, caller, id, null, async (before, _keyspace, now) => {
    if (before.revokedAt !== null) return null
    const key = { ...before, revokedAt: now, revocation }
    return { key, action: "key.revoked", details: { reason: revocation.reason, note: revocation.note } }
  })
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

/**
 * Reads the secret of a key in a recoverable keyspace again. The reading is in the audit trail before the answer is given.
 * @throws "not_found", "not_recoverable", "grant_exceeds_caller", "permission_denied"
 */
export async function revealKey(
  deps: AuthorityDeps,
  caller: Caller,
  id: string,
  reason: string,
): Promise<{ readonly key: Key; readonly secret: string }> {
  const key = await findKey(caller, "reveal", () => deps.store.key(caller.organizationId, id))
  const keyspace = await keyspaceOf(deps, key)
  demandGrantable(caller, keyspace, key)
  const secret = currentSecret(key)
  if (!secret?.sealed) return fail({ code: "not_recoverable" })
  const text = deps.sealer.open(secret.sealed, { keyId: id, secretVersion: secret.version })
  const details = { reason, secret_version: secret.version }
  const event = draft(deps, caller, "key.revealed", { kind: "key", id }, details)
  await commit(deps, caller.organizationId, [], [event])
  return { key, secret: text }
}

/** Hours from `from` (inclusive) to `to` (exclusive). */
export async function keyUsage(
  deps: AuthorityDeps,
  caller: Caller,
  id: string,
  from: Instant,
  to: Instant,
): Promise<readonly UsageCount[]> {
  const key = await findKey(caller, "read", () => deps.store.key(caller.organizationId, id))
  return deps.store.usage(caller.organizationId, key.id, from, to)
}

/** What a change makes of a key; null: nothing, it is as it should be. */
type Changed = {
  /** With those secrets replaced that become others. */
  readonly key: Key
  readonly action: AuditAction
  readonly details: JsonObject
  /** What else is changed with the key. */
  readonly also?: readonly Change[]
}

/** Reads a key, lets `alter` make the next one of it, and commits that with its audit event. */
export function change(
  deps: AuthorityDeps,
  caller: Caller,
  id: string,
  expectedRevision: number | null,
  alter: (before: Key, keyspace: Keyspace, now: Instant) => Promise<Changed | null>,
): Promise<Key> {
  return retried(expectedRevision, async () => {
    const { before, keyspace, now } = await keyToChange(deps, caller, id, expectedRevision)
    const changed = await alter(before, keyspace, now)
    if (!changed) return before
    const key = { ...changed.key, updatedAt: now, revision: before.revision + 1 }
    const event = draft(deps, caller, changed.action, { kind: "key", id }, changed.details)
    const update: Change = { kind: "key.update", key, policy: keyspace.policy }
    await commit(
      deps,
      caller.organizationId,
      [update, ...secretPuts(before, key), ...(changed.also ?? [])],
      [event],
    )
    return key
  })
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

/** The changes that store those secrets of a key that are new, or not as they were. */
export function secretPuts(before: Key, key: Key): Change[] {
  const others = key.secrets.filter((secret) => !before.secrets.includes(secret))
  return others.map((secret) => ({ kind: "secret.put", keyId: key.id, secret }))
}

/**
 * A caller who may do such a thing to no key at all is told so whatever the id; to one who may do it to some, a key that
 * it may not even read does not exist.
 */
export async function findKey(
  caller: Caller,
  permission: KeyPermission,
  find: () => Promise<Key | null>,
): Promise<Key> {
  const { holds } = caller
  const somewhere =
    holds.allowsSomewhere(`keys.${permission}`) ||
    (ownOwner(caller) !== null && holds.allowsSomewhere(`own_keys.${permission}`))
  if (!somewhere) return denied(`keys.${permission}`)
  const key = await find()
  if (!key) return fail({ code: "not_found", resource: "key" })
  demandWithKey(caller, permission, key)
  return key
}

function demandWithKey(caller: Caller, permission: KeyPermission, key: Key): void {
  if (mayWithKey(caller, permission, key)) return
  if (mayWithKey(caller, "read", key)) denied(`keys.${permission}`)
  fail({ code: "not_found", resource: "key" })
}

/**
 * Who may write only their own keys cannot give one away. Told before the owner is looked for, so that nobody learns in
 * this way who there is.
 */
function demandOwner(caller: Caller, { id }: Keyspace, owner: Owner): void {
  if (!mayWithKey(caller, "write", { keyspaceId: id, owner })) denied("keys.write")
}

async function keyspaceForNewKey(deps: AuthorityDeps, caller: Caller, id: string): Promise<Keyspace> {
  const { holds } = caller
  const ofOthers = holds.allows({ name: "keys.write", resource: id })
  const ownOnly = !ofOthers && ownOwner(caller) !== null && holds.allowsSomewhere("own_keys.write")
  const permission = ownOnly ? "own_keys.write" : "keys.write"
  return demandFound(
    caller,
    permission,
    "keyspace",
    () => deps.store.keyspace(caller.organizationId, id),
    (keyspace) => keyspace.id,
  )
}

function defaultOwner(caller: Caller, { id }: Keyspace): Owner {
  const ofOthers = caller.holds.allows({ name: "keys.write", resource: id })
  const own = ofOthers ? null : ownOwner(caller)
  return own ?? { kind: "organization", id: caller.organizationId }
}

function principalsOf(deps: AuthorityDeps, { organizationId }: Caller): FindPrincipal {
  return (id) => deps.store.principal(organizationId, id)
}

export async function keyspaceOf(deps: AuthorityDeps, key: Key): Promise<Keyspace> {
  const keyspace = await deps.store.keyspace(key.organizationId, key.keyspaceId)
  return keyspace ?? fail({ code: "not_found", resource: "keyspace" })
}

/** `key` with what `patch` names, checked as a whole. */
async function patched(
  findPrincipal: FindPrincipal,
  keyspace: Keyspace,
  key: Key,
  { enabled, credits, rotation, ...members }: KeyPatch,
  now: Instant,
): Promise<Key> {
  const disabledAt = enabled === undefined ? key.disabledAt : enabled ? null : (key.disabledAt ?? now)
  const next = {
    ...patchedWith<Key>(key, members),
    disabledAt,
    rotation: rotation === undefined ? key.rotation : rescheduled(key, rotation),
    credits: credits === undefined ? key.credits : givenCredits(key.credits, credits),
  }
  await checkKey(findPrincipal, keyspace, key, next, now)
  return {
    ...next,
    credits: credits === undefined ? key.credits : scheduled(next.credits, now),
    permissions: spelledOnce(next.permissions),
    roles: [...new Set(next.roles)],
    tags: [...new Set(next.tags)],
  }
}

/** What the audit trail keeps of a key, named as the native API names it. */
function describe(key: Key): JsonObject {
  return {
    keyspace_id: key.keyspaceId,
    owner: { kind: key.owner.kind, id: key.owner.id },
    name: key.name,
    permissions: key.permissions,
    roles: key.roles,
    tags: key.tags,
    metadata: key.metadata,
    limits: key.limits.map(({ name, count, windowSeconds }) => ({
      name,
      count,
      window_seconds: windowSeconds,
    })),
    credits: describeCredits(key.credits),
    allowed_addresses: key.allowedAddresses,
    allowed_origins: key.allowedOrigins,
    not_before: key.notBefore === null ? null : printTimestamp(key.notBefore),
    expires_at: key.expiresAt === null ? null : printTimestamp(key.expiresAt),
    rotation: describeRotation(key.rotation),
    enabled: key.disabledAt === null,
    delete_protected: key.deleteProtected,
  }
}
