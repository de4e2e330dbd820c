import { isFailure } from "../failure.ts"
import type { Key } from "../key/key.ts"
import type { Keyspace } from "../keyspace.ts"
import type { Change } from "../store/change.ts"
import type { KeyPosition, Page } from "../store/list.ts"
import { type Instant, later, printTimestamp } from "../time.ts"
import { type AuthorityDeps, commit, draft } from "./deps.ts"
import { systemCaller } from "./organizations.ts"

/**
 * Looks at a page of a keyspace's keys, and tells, in the audit trail, which have become idle; those are disabled where the
 * policy says so. Each is told of once, until it has been used again: so one that somebody enables again stays enabled.
 * @returns where the next page is; null: there is none
 */
export async function tellOfIdleKeys(
  deps: AuthorityDeps,
  keyspace: Keyspace,
  page: Page<KeyPosition>,
): Promise<KeyPosition | null> {
  const { id: keyspaceId, organizationId, policy } = keyspace
  if (policy.idleSeconds === null) return null
  const now = deps.clock.now()
  const idleFrom = later(now, -policy.idleSeconds * 1000)
  const filter = { keyspaceId, state: "active" } as const
  const { items, next } = await deps.store.keys(organizationId, filter, now, page)
  const idle = items.filter((key) => idleSince(key) <= idleFrom)
  const told = await deps.store.idleNotices(
    organizationId,
    idle.map(({ id }) => id),
  )
  for (const key of idle) {
    if (told.get(key.id) !== idleSince(key)) await tell(deps, keyspace, key)
  }
  return next
}

/** The last use, or what there was before the first: from when on the key could have been used. */
function idleSince({ lastUsedAt, createdAt, notBefore }: Key): Instant {
  return Math.max(lastUsedAt ?? createdAt, notBefore ?? createdAt) as Instant
}

async function tell(deps: AuthorityDeps, { policy }: Keyspace, key: Key): Promise<void> {
  const { id, organizationId, name } = key
  const since = idleSince(key)
  const now = deps.clock.now()
  const disabled = { ...key, disabledAt: now, updatedAt: now, revision: key.revision + 1 }
  const changes: Change[] = [{ kind: "idle.tell", keyId: id, since }]
  if (policy.disableIdle) changes.push({ kind: "key.update", key: disabled, policy })
  const details = {
    name,
    idle_since: printTimestamp(since),
    ...(policy.disableIdle && { enabled: { before: true, after: false } }),
  }
  const event = draft(deps, systemCaller(organizationId), "key.idle", { kind: "key", id }, details)
  try {
    await commit(deps, organizationId, changes, [event])
  } catch (error) {
    // Another node has told it, or somebody has changed the key: the next time will see.
    const codes = ["already_exists", "revision_conflict", "not_found"] as const
    if (!codes.some((code) => isFailure(error, code))) throw error
  }
}
