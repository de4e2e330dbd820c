import { AuthorityError, type FailureCode } from "../failure.ts"
import type { Key } from "../key/key.ts"
import type { Keyspace, KeyspacePolicy } from "../keyspace.ts"
import type { PolicyRule } from "../policy/rule-names.ts"
import type { ViolatingKey } from "../policy/rules.ts"
import { type Instant, later } from "../time.ts"
import type { Caller } from "./caller.ts"
import { change, keyToChange } from "./change-key.ts"
import type { AuthorityDeps } from "./deps.ts"
import type { FreeNames } from "./free-names.ts"
import { changedMembers } from "./keyspaces.ts"
import { describe } from "./patched-key.ts"

/** What makes a key keep to its policy, or keeps it from being used. At least one member says something. */
export interface Remedy {
  /** Its new name; null: it keeps the one that it has. */
  readonly name: string | null
  /** Its new expiry; null: that stays. */
  readonly expiresAt: Instant | null
  /** The overlap of its rotation schedule, seconds; null: that stays. */
  readonly overlapSeconds: number | null
  /** Whether it is disabled, as only its owner can say what it should be. */
  readonly disabled: boolean
}

/**
 * The least that helps with everything a key breaks. A key that is disabled needs nothing else but a name of its own, which
 * rules about names ask of every key.
 * @returns null where nothing short of deleting the key helps, which is left to people: where keys are counted whether or
 *          not they can be used, and where a revoked key, which stays as it was, has another's name
 */
export async function remedyOf(
  { policy }: Keyspace,
  { key, violations }: ViolatingKey,
  names: FreeNames,
  now: Instant,
): Promise<Remedy | null> {
  const rules = violations.map(({ rule }) => rule)
  const breaks = (...some: PolicyRule[]) => some.some((rule) => rules.includes(rule))
  const late = breaks("max_lifetime_seconds", "expiry_required")
  const expiresAt = late ? latestExpiry(policy, key, now) : null
  const crowds = policy.countedKeys === "active" && breaks("max_keys", "max_keys_per_owner")
  const disabled = crowds || breaks("required_tags", "exclusive_permissions") || (late && expiresAt === null)
  const renamed = breaks("unique_names") && key.revokedAt === null
  const shortened = !disabled && breaks("max_overlap_seconds")
  if (!renamed && !late && !shortened && !disabled) return null
  return {
    name: renamed ? await names.nameFor(key) : null,
    expiresAt: disabled ? null : expiresAt,
    overlapSeconds: shortened ? policy.maxOverlapSeconds : null,
    disabled,
  }
}

/** null: there is none that the key could have. */
function latestExpiry(
  { maxLifetimeSeconds, defaultLifetimeSeconds }: KeyspacePolicy,
  { notBefore }: Key,
  now: Instant,
): Instant | null {
  const lifetime = maxLifetimeSeconds ?? defaultLifetimeSeconds
  const expiresAt = lifetime === null ? null : later(now, lifetime * 1000)
  return expiresAt !== null && (notBefore === null || notBefore < expiresAt) ? expiresAt : null
}

/**
 * Changes a key as it was found; one that somebody else has changed since stays as it is by now.
 * @param dryRun whether to find only what stands in the way
 * @returns why the key stays as it is; null: it does not
 * @throws "store_unavailable"
 */
export async function applyRemedy(
  deps: AuthorityDeps,
  caller: Caller,
  { key, violations }: ViolatingKey,
  remedy: Remedy,
  dryRun: boolean,
): Promise<FailureCode | null> {
  const rules = [...new Set(violations.map(({ rule }) => rule))]
  try {
    if (dryRun) {
      await keyToChange(deps, caller, key.id, key.revision)
      return null
    }
    await change(deps, caller, key.id, key.revision, async (before, _keyspace, now) => {
      const after = remedied(before, remedy, now)
      const details = { ...changedMembers(describe(before), describe(after)), broken_rules: rules }
      return { key: after, action: "key.updated", details }
    })
    return null
  } catch (error) {
    if (!(error instanceof AuthorityError) || error.failure.code === "store_unavailable") throw error
    return error.failure.code
  }
}

function remedied(key: Key, { name, expiresAt, overlapSeconds, disabled }: Remedy, now: Instant): Key {
  return {
    ...key,
    name: name ?? key.name,
    expiresAt: expiresAt ?? key.expiresAt,
    rotation: overlapSeconds === null ? key.rotation : key.rotation && { ...key.rotation, overlapSeconds },
    disabledAt: disabled ? now : key.disabledAt,
  }
}
