import { fail } from "../failure.ts"
import { Holdings } from "../permission/holdings.ts"
import { rolePermissions, type Subject } from "../verification/subject.ts"
import type { Caller } from "./caller.ts"
import type { AuthorityDeps } from "./deps.ts"
import { managementKeyspace } from "./organizations.ts"
import type { Visit } from "./visit.ts"

/**
 * The owner of a key as a caller, who may do what their roles allow now: what a key amounts to where it stands for its
 * owner, as with the vendors of the dialects. Whether the key is live, its verification has said.
 * @throws "permission_denied" where the owner is neither a user nor a service account
 */
export async function acting(deps: AuthorityDeps, { key, owner }: Subject, visit: Visit): Promise<Caller> {
  const { kind } = key.owner
  if (!owner || (kind !== "user" && kind !== "service_account")) {
    return fail({ code: "permission_denied", missing: [] })
  }
  const management = await managementKeyspace(deps, key.organizationId)
  const { address, userAgent, requestId } = visit
  return {
    organizationId: key.organizationId,
    actor: { kind, id: owner.id, credential: { kind: "key", id: key.id }, address, userAgent },
    holds: new Holdings([rolePermissions(owner.roles, management)]),
    requestId,
  }
}
