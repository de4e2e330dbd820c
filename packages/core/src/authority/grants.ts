import { fail, type InputError } from "../failure.ts"
import type { Key } from "../key/key.ts"
import type { Keyspace, PermissionDefinition } from "../keyspace.ts"
import { parseGrant, printGrant } from "../permission/grammar.ts"
import { PermissionSet } from "../permission/set.ts"
import { heldPermissions } from "../verification/subject.ts"
import { type Caller, isOwn, keyPermissions } from "./caller.ts"

/**
 * What is wrong with grants written against a catalog. An unknown permission is an error now, when it is written, and
 * not a silent refusal later, when it is asked for.
 * @param member the JSON Pointer of the list
 */
export function checkGrants(
  grants: readonly string[],
  catalog: readonly PermissionDefinition[],
  member: string,
): InputError[] {
  return grants.flatMap((text, at) => {
    const grant = parseGrant(text)
    if (!grant) {
      return {
        member: `${member}/${at}`,
        message:
          "This is not a permission, wildcard (invoices.*), bound permission (invoices.read:inv_42) or denial (!…).",
        fix: "Write it as docs/permissions.md describes.",
      }
    }
    const known = catalog.some(({ name }) =>
      grant.wildcard ? grant.name === "" || name.startsWith(`${grant.name}.`) : name === grant.name,
    )
    if (known) return []
    return {
      member: `${member}/${at}`,
      message: `The keyspace's catalog has no permission that "${printGrant(grant)}" names.`,
      fix: "Use a permission of the catalog, or add it there first.",
    }
  })
}

/**
 * Keeps a caller from giving away more than it holds: what a management key may do, only one who may do it all can
 * create, change or take over. Keys of other keyspaces carry permissions of another catalog, which no caller "holds".
 * @throws "grant_exceeds_caller"
 */
export function demandGrantable(
  caller: Caller,
  keyspace: Keyspace,
  key: { readonly permissions: readonly string[]; readonly roles: readonly string[] },
): void {
  if (keyspace.kind !== "management") return
  const missing = caller.holds.lacking(heldPermissions(key, keyspace))
  if (missing.length > 0) fail({ code: "grant_exceeds_caller", missing })
}

/**
 * The same for a key as it shall be, whose secret the caller may have: to whom a management key acts for somebody else,
 * "own" keys are that one's, so what it may do with those the caller must be allowed with keys in general.
 * @throws "grant_exceeds_caller"
 */
export function demandGivable(caller: Caller, keyspace: Keyspace, key: Key): void {
  demandGrantable(caller, keyspace, key)
  const acts = key.owner.kind === "user" || key.owner.kind === "service_account"
  if (keyspace.kind !== "management" || !acts || isOwn(caller, key.owner)) return
  const held = heldPermissions(key, keyspace)
  const general = keyPermissions.filter((permission) => held.allowsSomewhere(`own_keys.${permission}`))
  const missing = caller.holds.lacking(new PermissionSet(general.map((permission) => `keys.${permission}`)))
  if (missing.length > 0) fail({ code: "grant_exceeds_caller", missing })
}

/** Grants in their one spelling, each once, in the order given. */
export function spelledOnce(grants: readonly string[]): readonly string[] {
  return new PermissionSet(grants).grants
}
