import { fail } from "../failure.ts"
import type { Key } from "../key/key.ts"
import { currentSecret } from "../key/lifecycle.ts"
import type { KeyFilter, KeyPosition, Page, PageOf } from "../store/list.ts"
import type { UsageCount } from "../store/store.ts"
import type { Instant } from "../time.ts"
import { type Caller, denied, isOwn, ownOwner } from "./caller.ts"
import { type AuthorityDeps, commit, draft } from "./deps.ts"
import { demandGrantable } from "./grants.ts"
import { findKey } from "./key-access.ts"
import { keyspaceOf } from "./keyspace-access.ts"

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
 * Reads the secret of a key in a recoverable keyspace again. The reading is in the audit trail before the answer is given.
 * @throws "not_found", "not_recoverable", "grant_exceeds_caller", "permission_denied", and "installation_secret_missing"
 *         where the key-encryption key is not here; then nothing is recorded, as nothing was read
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
