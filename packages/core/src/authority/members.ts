import { fail } from "../failure.ts"
import type { Principal } from "../principal.ts"
import { type Caller, demand } from "./caller.ts"
import type { AuthorityDeps } from "./deps.ts"
import { updatePrincipal } from "./principals.ts"

/** A user or service account, whichever has the id. Whoever acts may read themselves. @throws "not_found", "permission_denied" */
export async function readMember(deps: AuthorityDeps, caller: Caller, id: string): Promise<Principal> {
  const { actor } = caller
  const acts = actor.kind === "user" || actor.kind === "service_account"
  if (!acts || actor.id !== id) demand(caller, "members.read", null)
  return found(deps, caller, id)
}

/** The same by the integer that dialects name them by. */
export async function readMemberByAlias(
  deps: AuthorityDeps,
  caller: Caller,
  alias: number,
): Promise<Principal> {
  const principal = await deps.store.principalByAlias(caller.organizationId, alias)
  const { actor } = caller
  const isCaller = principal !== null && principal.kind === actor.kind && principal.id === actor.id
  if (!isCaller) demand(caller, "members.read", null)
  return principal ?? fail({ code: "not_found", resource: "member" })
}

/**
 * @param roles undefined: they stay
 * @throws as `updatePrincipal`
 */
export async function updateMember(
  deps: AuthorityDeps,
  caller: Caller,
  id: string,
  roles: readonly string[] | undefined,
  expectedRevision: number | null,
): Promise<Principal> {
  demand(caller, "members.write", null)
  const { kind } = await found(deps, caller, id)
  return updatePrincipal(deps, caller, kind, id, { roles }, expectedRevision)
}

async function found(deps: AuthorityDeps, caller: Caller, id: string): Promise<Principal> {
  const principal = await deps.store.principal(caller.organizationId, id)
  return principal ?? fail({ code: "not_found", resource: "member" })
}
