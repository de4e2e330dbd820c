import { fail } from "../failure.ts"
import type { Key } from "../key/key.ts"
import type { Keyspace } from "../keyspace.ts"
import type { Owner } from "../owner.ts"
import { type Caller, denied, type KeyPermission, mayWithKey, ownOwner } from "./caller.ts"
import type { AuthorityDeps } from "./deps.ts"
import { findKeyspace } from "./keyspace-access.ts"

/**
 * A caller who may do such a thing to no key at all is told so whatever the id; to one who may do it to some, a key that
 * it may not even read does not exist.
 */
export async function findKey(
  caller: Caller,
  permission: KeyPermission,
  find: () => Promise<Key | null>,
): Promise<Key> {
  const { holds } = caller
  const somewhere =
    holds.allowsSomewhere(`keys.${permission}`) ||
    (ownOwner(caller) !== null && holds.allowsSomewhere(`own_keys.${permission}`))
  if (!somewhere) return denied(`keys.${permission}`)
  const key = await find()
  if (!key) return fail({ code: "not_found", resource: "key" })
  demandWithKey(caller, permission, key)
  return key
}

function demandWithKey(caller: Caller, permission: KeyPermission, key: Key): void {
  if (mayWithKey(caller, permission, key)) return
  if (mayWithKey(caller, "read", key)) denied(`keys.${permission}`)
  fail({ code: "not_found", resource: "key" })
}

/**
 * A keyspace in which the caller may write keys: all of them, or their own.
 * @throws "not_found", "permission_denied"
 */
export async function writableKeyspace(deps: AuthorityDeps, caller: Caller, id: string): Promise<Keyspace> {
  const { holds } = caller
  const ofOthers = holds.allows({ name: "keys.write", resource: id })
  const ownOnly = !ofOthers && ownOwner(caller) !== null && holds.allowsSomewhere("own_keys.write")
  const permission = ownOnly ? "own_keys.write" : "keys.write"
  return findKeyspace(deps, caller, permission, id)
}

/**
 * Who may write only their own keys cannot give one away. Told before the owner is looked for, so that nobody learns in
 * this way who there is.
 */
export function demandOwner(caller: Caller, { id }: Keyspace, owner: Owner): void {
  if (!mayWithKey(caller, "write", { keyspaceId: id, owner })) denied("keys.write")
}
