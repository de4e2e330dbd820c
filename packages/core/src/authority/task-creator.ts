import { stateAt } from "../key/lifecycle.ts"
import { isSameOwner, type Owner } from "../owner.ts"
import { Holdings } from "../permission/holdings.ts"
import { PermissionSet } from "../permission/set.ts"
import type { Task } from "../task.ts"
import { heldPermissions, rolePermissions } from "../verification/subject.ts"
import { type Caller, ownOwner } from "./caller.ts"
import type { AuthorityDeps } from "./deps.ts"
import { managementKeyspace } from "./organizations.ts"

/**
 * Who created a task, as a caller of this moment: they may do what they held as they created it, and of that only what they
 * may do now.
 *
 * - A user or service account has to be there and not suspended, and their roles have to allow it.
 * - Who presented a key needs it to be live and theirs still; where it is a management key, what it is granted has to
 *   allow it too. Another one's permissions say nothing about management: it stood for its owner.
 * - That a session has ended, or a token expired, takes nothing back: it says who it was, not what they may do. What a token
 *   said beyond the roles here, and what an operator's own tool held, stays as it was then, as nobody here knows better.
 *
 * @returns null when they may act no more
 */
export async function creatorOf(
  deps: AuthorityDeps,
  {
    organizationId,
    createdBy: actor,
    requestId,
    holds,
  }: Pick<Task, "organizationId" | "createdBy" | "requestId" | "holds">,
): Promise<Caller | null> {
  const management = await managementKeyspace(deps, organizationId)
  const creator: Caller = {
    organizationId,
    actor,
    holds: new Holdings(holds.map((grants) => new PermissionSet(grants))),
    requestId,
  }
  const within: PermissionSet[] = []
  if (ownOwner(creator)) {
    const principal = await deps.store.principal(organizationId, actor.id)
    if (principal?.kind !== actor.kind || principal.suspendedAt !== null) return null
    within.push(rolePermissions(principal.roles, management))
  }
  if (actor.credential?.kind === "key") {
    const key = await deps.store.key(organizationId, actor.credential.id)
    if (!key || !isOwnerOf(actor, key) || stateAt(key, deps.clock.now()) !== "active") return null
    if (key.keyspaceId === management.id) within.push(heldPermissions(key, management))
  }
  return { ...creator, holds: within.reduce((all, set) => all.within(set), creator.holds) }
}

function isOwnerOf({ kind, id }: Task["createdBy"], { owner }: { readonly owner: Owner }): boolean {
  return kind !== "system" && isSameOwner({ kind, id }, owner)
}
