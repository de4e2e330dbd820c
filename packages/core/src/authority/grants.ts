import { fail, type InputError } from "../failure.ts"
import type { Keyspace, PermissionDefinition } from "../keyspace.ts"
import { parseGrant, printGrant } from "../permission/grammar.ts"
import { PermissionSet } from "../permission/set.ts"
import { heldPermissions } from "../verification/subject.ts"
import type { Caller } from "./caller.ts"

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

/** Grants in their one spelling, each once, in the order given. */
export function spelledOnce(grants: readonly string[]): readonly string[] {
  return new PermissionSet(grants).grants
}
