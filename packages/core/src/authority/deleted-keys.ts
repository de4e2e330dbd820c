import { fail } from "../failure.ts"
import type { Key } from "../key/key.ts"
import { lastUseOf } from "../key/lifecycle.ts"
import type { Change } from "../store/change.ts"
import type { KeyFilter, KeyPosition, Page, PageOf } from "../store/list.ts"
import { type Instant, later } from "../time.ts"
import type { Caller, KeyPermission } from "./caller.ts"
import { type AuthorityDeps, commit, draft, retried } from "./deps.ts"
import { demandGivable } from "./grants.ts"
import { findKey, keyspaceOf } from "./key-access.ts"
import { listKeys } from "./keys.ts"
import { systemCaller } from "./organizations.ts"
import { demandOwnGrants } from "./own-grants.ts"

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
 * @throws "not_found" when it was purged or is due to be; "too_many_keys", "already_exists" (name), "invalid_input" when the
 *         owner was removed, "grant_exceeds_caller", "revision_conflict", "permission_denied"
 */
export function restoreKey(
  deps: AuthorityDeps,
  caller: Caller,
  id: string,
  expectedRevision: number | null,
): Promise<Key> {
  return retried(expectedRevision, async () => {
    const before = await findDeletedKey(deps, caller, "write", id)
    if (expectedRevision !== null && before.revision !== expectedRevision) {
      return fail({ code: "revision_conflict", resource: "key" })
    }
    const keyspace = await keyspaceOf(deps, before)
    demandGivable(caller, keyspace, before)
    await demandOwnGrants(deps, caller, keyspace, null, before)
    await demandOwnerThere(deps, before)
    const restored = { deletedAt: null, updatedAt: deps.clock.now(), revision: before.revision + 1 }
    const key = { ...before, ...restored, lastUsedAt: lastUseOf(before) }
    const event = draft(deps, caller, "key.restored", { kind: "key", id }, { name: key.name })
    const change: Change = { kind: "key.restore", key, policy: keyspace.policy }
    await commit(deps, caller.organizationId, [change], [event])
    return key
  })
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

async function demandOwnerThere({ store }: AuthorityDeps, { organizationId, owner }: Key): Promise<void> {
  if (owner.kind !== "user" && owner.kind !== "service_account") return
  if (await store.principal(organizationId, owner.id)) return
  const message = "The key's owner was removed, and a key has an owner."
  const fix = "Create a new key for somebody else; this one stays deleted."
  fail({ code: "invalid_input", errors: [{ member: "path.key_id", message, fix }] })
}
