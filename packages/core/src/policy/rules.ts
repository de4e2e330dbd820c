import type { InputError } from "../failure.ts"
import type { Key } from "../key/key.ts"
import { stateAt } from "../key/lifecycle.ts"
import type { Keyspace, KeyspacePolicy } from "../keyspace.ts"
import { type Instant, later, printTimestamp } from "../time.ts"
import { heldPermissions } from "../verification/subject.ts"
import type { PolicyRule } from "./rule-names.ts"

/** A rule that is broken, and where. */
export type Violation = InputError & { readonly rule: PolicyRule }

/** A key that breaks rules of its keyspace's policy. */
export interface ViolatingKey {
  /** As it was found. */
  readonly key: Key
  /** One or more. */
  readonly violations: readonly Violation[]
}

/**
 * The rules that a key breaks as it is, of those that can be said of one key alone. A key that is disabled, revoked or
 * expired breaks none: nobody can use it. `expiry_within_creator` is none of them: it is about who makes or extends a key.
 */
export function violationsOf(keyspace: Keyspace, key: Key, now: Instant): readonly Violation[] {
  const state = stateAt(key, now)
  if (state !== "active" && state !== "not_yet_valid") return []
  return [
    ...expiryViolations(keyspace.policy, key, null, now),
    ...tagViolations(keyspace.policy, key),
    ...permissionViolations(keyspace, key),
    ...overlapViolations(keyspace.policy, key.rotation?.overlapSeconds, "/rotation/overlap_seconds"),
  ]
}

/** @param creator when the key expires with which this one is made or changed; null: that is no matter */
export function expiryViolations(
  policy: KeyspacePolicy,
  { expiresAt }: Pick<Key, "expiresAt">,
  creator: Instant | null,
  now: Instant,
): readonly Violation[] {
  const { maxLifetimeSeconds } = policy
  const longest = maxLifetimeSeconds === null ? null : later(now, maxLifetimeSeconds * 1000)
  const bounds = [longest, creator].filter((bound) => bound !== null)
  const fix =
    bounds.length === 0
      ? "Send an instant at which it expires."
      : `Send an instant no later than ${printTimestamp(Math.min(...bounds) as Instant)}.`
  const violation = (rule: PolicyRule, message: string) => ({ rule, member: "/expires_at", message, fix })
  const violations: Violation[] = []
  if (policy.expiryRequired && expiresAt === null) {
    violations.push(violation("expiry_required", "A key of this keyspace has to expire (expiry_required)."))
  }
  if (longest !== null && expiresAt !== null && expiresAt > longest) {
    const message = `A key of this keyspace lasts at most ${maxLifetimeSeconds} seconds from now (max_lifetime_seconds).`
    violations.push(violation("max_lifetime_seconds", message))
  }
  if (creator !== null && (expiresAt === null || expiresAt > creator)) {
    const message =
      "A key of this keyspace may not outlive the key that it is made with (expiry_within_creator)."
    violations.push(violation("expiry_within_creator", message))
  }
  return violations
}

export function tagViolations(
  { requiredTags }: KeyspacePolicy,
  { tags }: Pick<Key, "tags">,
): readonly Violation[] {
  const missing = requiredTags.filter((required) => !tags.some((tag) => isTagFor(required, tag)))
  return missing.map((required) => ({
    rule: "required_tags",
    member: "/tags",
    message: `A key of this keyspace has a tag for "${required}" (required_tags).`,
    fix: required.endsWith("*")
      ? `Add a tag that starts with "${required.slice(0, -1)}".`
      : `Add the tag "${required}".`,
  }))
}

function isTagFor(required: string, tag: string): boolean {
  return required.endsWith("*") ? tag.startsWith(required.slice(0, -1)) : tag === required
}

/** What a permission is bound to makes no difference: to hold it for one resource is to hold it. */
export function permissionViolations(
  keyspace: Keyspace,
  key: Pick<Key, "permissions" | "roles">,
): readonly Violation[] {
  const { exclusivePermissions } = keyspace.policy
  if (exclusivePermissions.length === 0) return []
  const held = heldPermissions(key, keyspace)
  return exclusivePermissions.flatMap((set): Violation[] => {
    const together = set.filter((permission) => held.allowsSomewhere(permission))
    if (together.length < 2) return []
    return [
      {
        rule: "exclusive_permissions",
        member: "/permissions",
        message: `No key of this keyspace holds ${together.join(" and ")} together (exclusive_permissions).`,
        fix: "Grant one of them to this key, by itself or by its roles, and make another key for the other.",
      },
    ]
  })
}

/**
 * @param overlapSeconds how long the secret before is to live on after a rotation; undefined: there is no rotation
 * @param member where that is said
 */
export function overlapViolations(
  { maxOverlapSeconds }: KeyspacePolicy,
  overlapSeconds: number | undefined,
  member: string,
): readonly Violation[] {
  if (maxOverlapSeconds === null || overlapSeconds === undefined || overlapSeconds <= maxOverlapSeconds) {
    return []
  }
  return [
    {
      rule: "max_overlap_seconds",
      member,
      message: `In this keyspace the secret before lives on for at most ${maxOverlapSeconds} seconds after a rotation (max_overlap_seconds).`,
      fix: "Send a shorter overlap.",
    },
  ]
}
