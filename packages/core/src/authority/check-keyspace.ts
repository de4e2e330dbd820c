import { fail, type InputError } from "../failure.ts"
import { isKeyPrefix } from "../key/format.ts"
import { isSameSchedule } from "../key/rotation-schedule.ts"
import type { Keyspace } from "../keyspace.ts"
import { isPermission } from "../permission/grammar.ts"
import { overlapViolations } from "../policy/rules.ts"
import { checkKeyspaceLimits, repeatedNames } from "./check-limits.ts"
import { checkRotation } from "./check-rotation.ts"
import { checkGrants } from "./grants.ts"

/**
 * Refuses a keyspace that contradicts itself.
 * @param before the keyspace as it is; null for a new one
 * @throws "invalid_input", naming every member that is wrong
 */
export function demandValid(before: Keyspace | null, keyspace: Keyspace): void {
  const errors: InputError[] = []
  if (!isKeyPrefix(keyspace.prefix)) {
    errors.push({
      member: "/prefix",
      message:
        "A prefix is 1 to 32 of a-z, 0-9 and _, starts with a letter, and has no _ at its end or doubled.",
      fix: "Use a prefix such as acme_live.",
    })
  }
  keyspace.permissions.forEach(({ name }, at) => {
    if (isPermission(name)) return
    errors.push({
      member: `/permissions/${at}/name`,
      message:
        "A permission is dotted lower-case names of a-z, 0-9, _ and -, each starting with a letter; no wildcards.",
      fix: "Use a name such as invoices.read.",
    })
  })
  errors.push(...repeatedNames(keyspace.permissions, "/permissions"))
  errors.push(...repeatedNames(keyspace.roles, "/roles"))
  errors.push(...checkKeyspaceLimits(keyspace.limits, "/limits"))
  errors.push(...checkOwnSchedule(before, keyspace))
  keyspace.roles.forEach((role, at) => {
    errors.push(...checkGrants(role.permissions, keyspace.permissions, `/roles/${at}/permissions`))
  })
  errors.push(...checkPolicy(keyspace))
  if (errors.length > 0) fail({ code: "invalid_input", errors })
}

/**
 * Holds the schedule that new keys get to the policy that they keep to, when either changes. What was stored before the two
 * were held together stands in the way of no other change.
 */
function checkOwnSchedule(before: Keyspace | null, { rotation, policy }: Keyspace): InputError[] {
  if (!isSameSchedule(before?.rotation ?? null, rotation)) {
    return checkRotation(rotation, policy, "/rotation")
  }
  if (before?.policy.maxOverlapSeconds === policy.maxOverlapSeconds) return []
  return overlapViolations(policy, rotation?.overlapSeconds, "/policy/max_overlap_seconds").map((error) => ({
    ...error,
    message: `The keyspace's own schedule, which new keys get, has the secret before live on for ${rotation?.overlapSeconds} seconds.`,
    fix: `Allow as much, or send a rotation with an overlap_seconds of at most ${policy.maxOverlapSeconds} with it.`,
  }))
}

/** A policy that no key could keep to, or whose rules can never be broken, is a mistake. */
function checkPolicy({ policy, permissions }: Keyspace): InputError[] {
  const errors: InputError[] = []
  const { maxLifetimeSeconds, defaultLifetimeSeconds } = policy
  if (
    maxLifetimeSeconds !== null &&
    defaultLifetimeSeconds !== null &&
    defaultLifetimeSeconds > maxLifetimeSeconds
  ) {
    errors.push({
      member: "/policy/default_lifetime_seconds",
      message: "A new key would by default last longer than any key may (max_lifetime_seconds).",
      fix: `Use at most ${maxLifetimeSeconds}.`,
    })
  }
  policy.requiredTags.forEach((required, at) => {
    if (required !== "*" && !required.slice(0, -1).includes("*")) return
    errors.push({
      member: `/policy/required_tags/${at}`,
      message: "A * stands at the end of how a tag starts, and nowhere else.",
      fix: "Use a tag, such as production, or how one starts, such as team:*.",
    })
  })
  const catalog = new Set(permissions.map(({ name }) => name))
  policy.exclusivePermissions.forEach((set, at) => {
    const unknown = set.findIndex((permission) => !catalog.has(permission))
    if (unknown !== -1) {
      errors.push({
        member: `/policy/exclusive_permissions/${at}/${unknown}`,
        message: `The keyspace's catalog has no permission "${set[unknown]}".`,
        fix: "Use a permission of the catalog, without a wildcard, or add it there first.",
      })
    }
    if (new Set(set).size > 1) return
    errors.push({
      member: `/policy/exclusive_permissions/${at}`,
      message: "A set of which a key holds one at most has two permissions or more.",
      fix: "Add those that may not stand together, or leave the set out.",
    })
  })
  return errors
}
