import { fail } from "../failure.ts"
import type { Key } from "../key/key.ts"
import type { Keyspace } from "../keyspace.ts"
import { PermissionSet } from "../permission/set.ts"
import type { KeyPosition } from "../store/list.ts"
import { heldPermissions } from "../verification/subject.ts"
import type { Caller } from "./caller.ts"
import type { AuthorityDeps } from "./deps.ts"

/**
 * Keeps those who may write only their own keys from raising themselves. What a keyspace's permissions are worth, only
 * the organization's own API knows; so they are given by whoever may write all keys of the keyspace, and an owner hands
 * on to a key of theirs at most what one of their active keys there has, or the key itself had, and for no longer.
 * Unless the keyspace's policy is `ownersGrant`: there, permissions only narrow what the owner may do anyway.
 * @param before the key as it is; null for a new one
 * @throws "grant_exceeds_caller"
 */
export async function demandOwnGrants(
  deps: AuthorityDeps,
  caller: Caller,
  keyspace: Keyspace,
  before: Key | null,
  key: Key,
): Promise<void> {
  // What a management key is granted, the caller itself has to hold (`demandGrantable`).
  if (keyspace.kind === "management" || keyspace.policy.ownersGrant) return
  if (caller.holds.allows({ name: "keys.write", resource: keyspace.id })) return
  const given = heldPermissions(key, keyspace)
  const denials = given.grants.filter((grant) => grant.startsWith("!"))
  let missing = given.grants.filter((grant) => !grant.startsWith("!"))
  const without = (other: Key) => {
    if (!lastsAsLong(other, key)) return
    const held = heldPermissions(other, keyspace)
    missing = missing.filter((grant) => held.lacking(new PermissionSet([grant, ...denials])).length > 0)
  }
  if (before) without(before)
  const filter = { keyspaceId: keyspace.id, owner: key.owner, state: "active" } as const
  let after: KeyPosition | null = null
  while (missing.length > 0) {
    const page = { limit: 200, after }
    const { items, next } = await deps.store.keys(key.organizationId, filter, deps.clock.now(), page)
    for (const other of items) without(other)
    if (next === null) break
    after = next
  }
  if (missing.length > 0) fail({ code: "grant_exceeds_caller", missing })
}

function lastsAsLong(other: Key, key: Key): boolean {
  return other.expiresAt === null || (key.expiresAt !== null && key.expiresAt <= other.expiresAt)
}
