import { fail, type InputError } from "../failure.ts"
import type { Key } from "../key/key.ts"
import { lastUseOf } from "../key/lifecycle.ts"
import { isSameOwner, type Owner } from "../owner.ts"
import type { Change } from "../store/change.ts"
import type { KeyFilter, KeyPosition, Page, PageOf } from "../store/list.ts"
import { type Instant, later } from "../time.ts"
import { type Caller, demandHandover, type KeyPermission } from "./caller.ts"
import { type FindPrincipal, ownerErrors } from "./check-key.ts"
import { type AuthorityDeps, commit, draft, retried } from "./deps.ts"
import { demandGivable } from "./grants.ts"
import { demandOwner, findKey } from "./key-access.ts"
import { listKeys } from "./keys.ts"
import { keyspaceOf } from "./keyspace-access.ts"
import { systemCaller } from "./organizations.ts"
import { demandOwnGrants } from "./own-grants.ts"
import { principalsOf } from "./patched-key.ts"

/** How long a deleted key can be restored, milliseconds. */
export const restorableMs = 30 * 24 * 60 * 60 * 1000

/** What was deleted then or later can be restored; what was deleted before is purged. */
function restorableFrom(now: Instant): Instant {
  return later(now, 1 - restorableMs)
}

/** The keys that can be restored, the last deleted first. Permitted as a list of keys is. */
export function listDeletedKeys(
  deps: AuthorityDeps,
  caller: Caller,
  filter: KeyFilter,
  page: Page<KeyPosition>,
): Promise<PageOf<Key, KeyPosition>> {
  const deletedFrom = restorableFrom(deps.clock.now())
  return listKeys(deps, caller, { ...filter, deletedFrom }, page)
}

/** A key that can be restored. @throws "not_found", "permission_denied" */
export function readDeletedKey(deps: AuthorityDeps, caller: Caller, id: string): Promise<Key> {
  return findDeletedKey(deps, caller, "read", id)
}

/**
 * Takes back the deletion of a key: it is as it was, secrets, state and usage included. It comes to its keyspace and its
 * owner as a new one would, so whoever may write only their own keys can restore what they could create.
 * @param expectedRevision which revision is to be restored; null: whichever there is
 * @param owner whom it is given to with that, as by a change of the owner; absent: whose it was
 * @throws "not_found" when it was purged or is due to be; "too_many_keys", "already_exists" (name), "invalid_input" when the
 *         owner was removed or is unknown, "grant_exceeds_caller", "revision_conflict", "permission_denied"
 */
export function restoreKey(
  deps: AuthorityDeps,
  caller: Caller,
  id: string,
  expectedRevision: number | null,
  owner?: Owner,
): Promise<Key> {
  return retried(expectedRevision, async () => {
    const before = await findDeletedKey(deps, caller, "write", id)
    if (expectedRevision !== null && before.revision !== expectedRevision) {
      return fail({ code: "revision_conflict", resource: "key" })
    }
    const keyspace = await keyspaceOf(deps, before)
    const restored = { deletedAt: null, updatedAt: deps.clock.now(), revision: before.revision + 1 }
    const key = { ...before, ...restored, owner: owner ?? before.owner, lastUsedAt: lastUseOf(before) }
    const given = !isSameOwner(key.owner, before.owner)
    if (given) {
      demandOwner(caller, keyspace, key.owner)
      demandHandover(caller, before)
    }
    demandGivable(caller, keyspace, key)
    await demandOwnGrants(deps, caller, keyspace, null, key)
    const find = principalsOf(deps, caller)
    const errors = given ? await ownerErrors(find, key, "/owner/id") : await removedOwner(find, key)
    if (errors.length > 0) fail({ code: "invalid_input", errors })
    const details = {
      name: key.name,
      ...(given && { owner: { before: { ...before.owner }, after: { ...key.owner } } }),
    }
    const event = draft(deps, caller, "key.restored", { kind: "key", id }, details)
    const change: Change = { kind: "key.restore", key, policy: keyspace.policy }
    await commit(deps, caller.organizationId, [change], [event])
    return key
  })
}

/** What is wrong where a key's owner was removed after it was deleted. */
async function removedOwner(findPrincipal: FindPrincipal, { owner }: Key): Promise<InputError[]> {
  const kept = (owner.kind !== "user" && owner.kind !== "service_account") || (await findPrincipal(owner.id))
  if (kept) return []
  const message = "The key's owner was removed, and a key has an owner."
  const fix = "Name an owner whom the key is given to."
  return [{ member: "/owner", message, fix }]
}

/** How many hours and outcomes of usage one transaction forgets. */
const usageAtOnce = 5000

/**
 * Forgets keys of all organizations that can be restored no more, the longest deleted first; all that stays is their audit
 * trail and the digests of their secrets.
 * @param most how many
 * @returns how many it were; fewer than `most`: there are no more
 */
export async function purgeDeletedKeys(deps: AuthorityDeps, most: number): Promise<number> {
  const deletedBefore = restorableFrom(deps.clock.now())
  const keys = await deps.store.keysDeletedBefore(deletedBefore, most)
  for (const [organizationId, theirs] of Map.groupBy(keys, (key) => key.organizationId)) {
    for (const { id } of theirs) await purgeUsage(deps, organizationId, id)
    const events = theirs.map(({ id, name }) =>
      draft(deps, systemCaller(organizationId), "key.purged", { kind: "key", id }, { name }),
    )
    const purges = theirs.map(({ id }) => ({ kind: "key.purge", keyId: id, deletedBefore }) as const)
    await commit(deps, organizationId, purges, events)
  }
  return keys.length
}

async function purgeUsage({ store }: AuthorityDeps, organizationId: string, id: string): Promise<void> {
  let purged: number
  do {
    purged = await store.purgeUsage(organizationId, id, usageAtOnce)
  } while (purged === usageAtOnce)
}

function findDeletedKey(
  { store, clock }: AuthorityDeps,
  caller: Caller,
  permission: KeyPermission,
  id: string,
): Promise<Key> {
  return findKey(caller, permission, async () => {
    const key = await store.deletedKey(caller.organizationId, id)
    return key?.deletedAt != null && key.deletedAt >= restorableFrom(clock.now()) ? key : null
  })
}
