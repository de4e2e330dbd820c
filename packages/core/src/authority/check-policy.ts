import { fail } from "../failure.ts"

import type { Key } from "../key/key.ts"
import type { Keyspace, KeyspacePolicy } from "../keyspace.ts"
import { expiryViolations, overlapViolations, permissionViolations, tagViolations } from "../policy/rules.ts"
import type { Instant } from "../time.ts"
import type { Caller } from "./caller.ts"
import type { AuthorityDeps } from "./deps.ts"

/**
 * Holds a key to its keyspace's policy. What did not change is not held against a change.
 * @param before the key as it is; null for a new one
 * @throws "invalid_input", naming each rule that is broken and what all of them allow
 */
export async function demandPolicy(
  deps: AuthorityDeps,
  caller: Caller,
  keyspace: Keyspace,
  before: Key | null,
  key: Key,
  now: Instant,
): Promise<void> {
  const { policy } = keyspace
  const others = (...members: ("expiresAt" | "tags" | "permissions" | "roles")[]) =>
    before === null ||
    members.some((member) => JSON.stringify(before[member]) !== JSON.stringify(key[member]))
  const errors = []
  if (others("expiresAt")) {
    const creator = policy.expiryWithinCreator ? await creatorExpiry(deps, caller, now) : null
    errors.push(...expiryViolations(policy, key, creator, now))
  }
  if (others("tags")) errors.push(...tagViolations(policy, key))
  if (others("permissions", "roles")) errors.push(...permissionViolations(keyspace, key))
  if (errors.length > 0) fail({ code: "invalid_input", errors })
}

/**
 * @param overlapMs for how long in all the secret before is to live on
 * @throws "invalid_input" where that is longer than the policy allows
 */
export function demandOverlap(policy: KeyspacePolicy, overlapMs: number): void {
  const errors = overlapViolations(policy, overlapMs / 1000, "/overlap")
  if (errors.length > 0) fail({ code: "invalid_input", errors })
}

/** When the key that the caller presented expires, as it is now; null: never, or the caller presented no key. */
async function creatorExpiry(deps: AuthorityDeps, caller: Caller, now: Instant): Promise<Instant | null> {
  const { credential } = caller.actor
  if (credential?.kind !== "key") return null
  const key = await deps.store.key(caller.organizationId, credential.id)
  // It was deleted meanwhile: what outlives it outlives this moment.
  return key ? key.expiresAt : now
}
