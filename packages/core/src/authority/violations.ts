import type { FailureCode } from "../failure.ts"
import type { Keyspace } from "../keyspace.ts"
import { type ViolatingKey, violationsOf } from "../policy/rules.ts"
import { positionOf } from "../store/filter.ts"
import { type KeyPosition, keyScanMaximum, type Page, type PageOf } from "../store/list.ts"
import type { Instant } from "../time.ts"
import type { Caller } from "./caller.ts"
import { CapRules } from "./cap-violations.ts"
import type { AuthorityDeps } from "./deps.ts"
import { FreeNames } from "./free-names.ts"
import { findKeyspace } from "./keyspace-access.ts"
import { applyRemedy, type Remedy, remedyOf } from "./remedy.ts"

/** A key to which its policy was, or would be, applied. */
export interface RemediedKey extends ViolatingKey {
  /** null: there is none, and the key stays as it is. */
  readonly remedy: Remedy | null
  /** Why there is a remedy and the key stays as it is all the same; null: it does not. */
  readonly failure: FailureCode | null
}

/** How many keys are looked at at a time. */
const chunk = 200

/**
 * The keys of a keyspace that break its policy as it is now, the newest first. Bounded as `Store.keys` is: a page may end
 * early. `expiry_within_creator` is no matter of a key that is there, as it is about who made it.
 * @throws "not_found" (keyspace), "permission_denied"
 */
export async function listViolations(
  deps: AuthorityDeps,
  caller: Caller,
  keyspaceId: string,
  page: Page<KeyPosition>,
): Promise<PageOf<ViolatingKey, KeyPosition>> {
  const keyspace = await findKeyspace(deps, caller, "keys.read", keyspaceId)
  return violatingKeys(deps, keyspace, deps.clock.now(), page)
}

/**
 * Applies a keyspace's policy to a page of the keys that break it, each by the least that helps (`remedyOf`). Each change is
 * an event in the audit trail; a key that cannot be changed does not keep the others from it. From the newest to the oldest:
 * whether a key has a place or a name of its own is a matter of older ones alone, so what is done about one key makes no
 * difference to what comes after it, and a dry run tells just what the run does.
 * @param dryRun whether to tell only what would be done
 * @throws "not_found" (keyspace), "permission_denied", "store_unavailable" after which some may have been changed
 */
export async function applyPolicy(
  deps: AuthorityDeps,
  caller: Caller,
  keyspaceId: string,
  dryRun: boolean,
  page: Page<KeyPosition>,
): Promise<PageOf<RemediedKey, KeyPosition>> {
  const keyspace = await findKeyspace(deps, caller, "keys.write", keyspaceId)
  const now = deps.clock.now()
  const { items, next } = await violatingKeys(deps, keyspace, now, page)
  const names = new FreeNames(deps.store)
  const remedied: RemediedKey[] = []
  for (const found of items) {
    const remedy = await remedyOf(keyspace, found, names, now)
    const failure = remedy && (await applyRemedy(deps, caller, found, remedy, dryRun))
    remedied.push({ ...found, remedy, failure })
  }
  return { items: remedied, next }
}

async function violatingKeys(
  { store }: AuthorityDeps,
  keyspace: Keyspace,
  now: Instant,
  { limit, after }: Page<KeyPosition>,
): Promise<PageOf<ViolatingKey, KeyPosition>> {
  const { id: keyspaceId, organizationId } = keyspace
  const caps = new CapRules(store, keyspace, now)
  const found: ViolatingKey[] = []
  let position = after
  for (let looked = 0; looked < keyScanMaximum; looked += chunk) {
    const part = await store.keys(organizationId, { keyspaceId }, now, { limit: chunk, after: position })
    const broken = await caps.brokenBy(part.items)
    for (const key of part.items) {
      const violations = [...(broken.get(key.id) ?? []), ...violationsOf(keyspace, key, now)]
      if (violations.length > 0) {
        if (found.length === limit) return { items: found, next: position }
        found.push({ key, violations })
      }
      position = positionOf(key, "created_at")
    }
    if (part.next === null) return { items: found, next: null }
    position = part.next
  }
  return { items: found, next: position }
}
