import { AuthorityError, type FailureCode } from "../failure.ts"
import type { Key } from "../key/key.ts"
import type { Keyspace } from "../keyspace.ts"
import { type Violation, violationsOf } from "../policy/rules.ts"
import { positionOf } from "../store/filter.ts"
import { type KeyPosition, keyScanMaximum, type Page, type PageOf } from "../store/list.ts"
import { type Instant, later, printTimestamp } from "../time.ts"
import { type Caller, demandFound } from "./caller.ts"
import { change } from "./change-key.ts"
import type { AuthorityDeps } from "./deps.ts"
import type { ManagementPermission } from "./management.ts"

/** A key that breaks rules of its keyspace's policy. */
export interface ViolatingKey {
  readonly key: Key
  /** One or more. */
  readonly violations: readonly Violation[]
}

/** What makes a key keep to its policy, or keeps it from being used: a new expiry; null: that it is disabled. */
export type Remedy = { readonly expiresAt: Instant } | null

/** A key to which its policy was, or would be, applied. */
export interface RemediedKey extends ViolatingKey {
  readonly remedy: Remedy
  /** Why it was not; null: it was, or would be. */
  readonly failure: FailureCode | null
}

/** How many keys are looked at at a time. */
const chunk = 200

/**
 * The keys of a keyspace that break its policy as it is now, the newest first. Bounded as `Store.keys` is: a page may end
 * early. Rules about several keys at once, `expiry_within_creator` and the overlap are no matter of one key that is there.
 * @throws "not_found" (keyspace), "permission_denied"
 */
export async function listViolations(
  deps: AuthorityDeps,
  caller: Caller,
  keyspaceId: string,
  page: Page<KeyPosition>,
): Promise<PageOf<ViolatingKey, KeyPosition>> {
  const keyspace = await findKeyspace(deps, caller, "keys.read", keyspaceId)
  return violatingKeys(deps, keyspace, page)
}

/**
 * Applies a keyspace's policy to a page of the keys that break it. A key whose expiry is all that is wrong expires as late
 * as the policy allows; any other is disabled, as nobody but its owner can say what it should be instead. Each change is
 * an event in the audit trail; a key that cannot be changed does not keep the others from it.
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
  const { items, next } = await violatingKeys(deps, keyspace, page)
  const remedied: RemediedKey[] = []
  for (const { key, violations } of items) {
    const remedy = remedyOf(keyspace, key, violations, deps.clock.now())
    const failure = dryRun ? null : await remedyKey(deps, caller, key.id)
    remedied.push({ key, violations, remedy, failure })
  }
  return { items: remedied, next }
}

async function violatingKeys(
  { store, clock }: AuthorityDeps,
  keyspace: Keyspace,
  { limit, after }: Page<KeyPosition>,
): Promise<PageOf<ViolatingKey, KeyPosition>> {
  const { id: keyspaceId, organizationId } = keyspace
  const now = clock.now()
  const found: ViolatingKey[] = []
  let position = after
  for (let looked = 0; looked < keyScanMaximum; looked += chunk) {
    const part = await store.keys(organizationId, { keyspaceId }, now, { limit: chunk, after: position })
    for (const key of part.items) {
      const violations = violationsOf(keyspace, key, now)
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

function remedyOf(
  { policy }: Keyspace,
  { notBefore }: Key,
  violations: readonly Violation[],
  now: Instant,
): Remedy {
  const lifetime = policy.maxLifetimeSeconds ?? policy.defaultLifetimeSeconds
  if (lifetime === null || violations.some(({ member }) => member !== "/expires_at")) return null
  const expiresAt = later(now, lifetime * 1000)
  return notBefore === null || notBefore < expiresAt ? { expiresAt } : null
}

/** @returns why the key stays as it is; null: it breaks no rule any more */
async function remedyKey(deps: AuthorityDeps, caller: Caller, id: string): Promise<FailureCode | null> {
  try {
    await change(deps, caller, id, null, async (before, keyspace, now) => {
      // As it is by now, which may be as it should be.
      const violations = violationsOf(keyspace, before, now)
      if (violations.length === 0) return null
      const remedy = remedyOf(keyspace, before, violations, now)
      const rules = [...new Set(violations.map(({ rule }) => rule))]
      const action = "key.updated"
      if (!remedy) {
        const details = { enabled: { before: true, after: false }, broken_rules: rules }
        return { key: { ...before, disabledAt: now }, action, details }
      }
      const [old, next] = [before.expiresAt, remedy.expiresAt].map((at) => at && printTimestamp(at))
      const details = { expires_at: { before: old ?? null, after: next ?? null }, broken_rules: rules }
      return { key: { ...before, ...remedy }, action, details }
    })
    return null
  } catch (error) {
    if (!(error instanceof AuthorityError) || error.failure.code === "store_unavailable") throw error
    return error.failure.code
  }
}

function findKeyspace(
  { store }: AuthorityDeps,
  caller: Caller,
  permission: ManagementPermission,
  id: string,
): Promise<Keyspace> {
  return demandFound(
    caller,
    permission,
    "keyspace",
    () => store.keyspace(caller.organizationId, id),
    (keyspace) => keyspace.id,
  )
}
