import {
  type Authority,
  type Caller,
  confined,
  demand,
  isFailure,
  type Key,
  type Principal,
} from "@keyward/core"
import type { DialectContext } from "../dialect.ts"
import { parseKeyId, parseTaskId, parseUserId } from "./ids.ts"
import { faults, forOneself, vendorPermissions } from "./mapping.ts"
import { invalid, notFound } from "./refusal.ts"

/** What the reference's client leaves in the path of two operations, in place of a user's id. */
const unfilled = "{userId}"

/**
 * The user or service account of an id in a path. `me` is none.
 * @throws Refusal 404; AuthorityError "permission_denied" for others than oneself without UserView
 */
export async function userOf(authority: Authority, caller: Caller, userId: string): Promise<Principal> {
  const alias = parseUserId(userId)
  if (alias === null) throw notFound(userId)
  return named(userId, () => authority.memberByAlias(caller, alias))
}

/** The rest of UserView, for the keys of others: that their owner may be seen has been asked already. */
export function demandView({ keyspace }: DialectContext, caller: Caller, owner: Principal): void {
  if (isSelf(caller, owner)) return
  for (const permission of vendorPermissions.UserView.keys) demand(caller, permission, keyspace.id)
}

/** Who makes a key for somebody. Nobody makes one for another user; so the authority is asked as for oneself, and refuses. */
export function maker({ keyspace }: DialectContext, caller: Caller, owner: Principal): Caller {
  const mayBeOthers = owner.kind === "service_account" || isSelf(caller, owner)
  return mayBeOthers ? caller : confined(caller, keyspace.id, forOneself)
}

/**
 * The key that a path names, with its owner.
 * @throws Refusal 404; 400 when it is another user's; AuthorityError "permission_denied"
 */
export async function keyOf(
  context: DialectContext,
  caller: Caller,
  { userId, id }: { readonly userId: string; readonly id: string },
): Promise<{ readonly key: Key; readonly owner: Principal }> {
  const { authority, settings } = context
  const byKey = userId === unfilled && settings.conformance === "documented"
  const stated = byKey ? null : await userOf(authority, caller, userId)
  if (stated) demandView(context, caller, stated)
  const keyId = parseKeyId(id)
  if (keyId === null) throw notFound(id)
  const key = await named(id, () => authority.key(caller, keyId))
  const owner = stated ?? (await named(id, () => authority.member(caller, key.owner.id)))
  // A revoked key, which the vendor does not know, is as good as deleted.
  if (key.revokedAt !== null) throw notFound(id)
  if (key.owner.kind !== owner.kind || key.owner.id !== owner.id) throw invalid(faults.otherUser)
  return { key, owner }
}

/** The key that a task deleted. @throws Refusal 404; AuthorityError "permission_denied" */
export async function deletedKeyOf(authority: Authority, caller: Caller, taskId: string): Promise<Key> {
  const alias = parseTaskId(taskId)
  if (alias === null) throw notFound(taskId)
  return named(taskId, () => authority.deletedKeyByAlias(caller, alias))
}

function isSelf({ actor }: Caller, { kind, id }: Principal): boolean {
  return actor.kind === kind && actor.id === id
}

/** The refusal of what is not there names what was asked for. */
async function named<Found>(id: string, find: () => Promise<Found>): Promise<Found> {
  try {
    return await find()
  } catch (error) {
    throw isFailure(error, "not_found") ? notFound(id) : error
  }
}
