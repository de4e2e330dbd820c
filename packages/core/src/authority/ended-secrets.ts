import type { EndedPosition, Page } from "../store/list.ts"
import { later } from "../time.ts"
import { restorableMs } from "./deleted-keys.ts"
import type { AuthorityDeps } from "./deps.ts"

/**
 * How long a secret that ended is still known as its key's, so that whoever goes on presenting it is told EXPIRED and shows
 * among the key's last uses; milliseconds. As long as a deleted key can be restored: both are the time in which somebody is
 * bound to notice, and nobody has to remember two.
 */
export const keptEndedMs = restorableMs

/**
 * Forgets secrets of all organizations that ended longer ago than that: presented, they are unknown from then on. Their
 * digests stay taken, as those of purged keys do. In the audit trail is when they came and when they ended, and nobody can
 * do anything now that they could not before, so there is no event for it.
 * @returns where the next page begins; null: there is none
 */
export async function purgeEndedSecrets(
  { store, clock, changes }: AuthorityDeps,
  page: Page<EndedPosition>,
): Promise<EndedPosition | null> {
  const { items, next } = await store.purgeEndedSecrets(later(clock.now(), 1 - keptEndedMs), page)
  // No revision tells that a key in a cache still has them.
  for (const { organizationId, id } of items) {
    changes.changed({ kind: "key", organizationId, id, revision: null })
  }
  return next
}
