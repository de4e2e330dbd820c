import type * as contract from "@keyward/contract"
import { type Caller, fail, type PermissionQuery, parseQuery } from "@keyward/core"
import { LRUCache } from "lru-cache"
import type { Static } from "typebox"
import type { VerificationRequest } from "../../verification/verifier.ts"
import { invalid } from "../validation.ts"

/** Queries that were read lately: an API asks for the same few again and again. */
const queries = new LRUCache<string, PermissionQuery>({ max: 1000 })

/**
 * What a caller of `verifyKey` asks, as the verifier takes it.
 * @param permissionsMember where the query stands in the body, should it be wrong
 * @throws HttpProblem "invalid_input"
 */
export function verificationRequest(
  caller: Caller,
  input: Static<typeof contract.VerificationInput>,
  permissionsMember: string,
): VerificationRequest {
  return {
    text: input.key,
    visible: ({ key }) =>
      key.organizationId === caller.organizationId &&
      (input.keyspace_id === undefined || key.keyspaceId === input.keyspace_id) &&
      caller.holds.allows({ name: "keys.verify", resource: key.keyspaceId }),
    guesser: input.client_ip ?? null,
    permissions:
      input.permissions === undefined ? null : permissionQuery(input.permissions, permissionsMember),
    clientIp: input.client_ip ?? null,
    origin: input.origin ?? null,
    cost: input.cost ?? 1,
    explain: input.explain ?? false,
    dryRun: input.dry_run ?? false,
  }
}

/** @throws HttpProblem "invalid_input" */
export function permissionQuery(text: string, member: string): PermissionQuery {
  const known = queries.get(text)
  if (known) return known
  const parsed = parseQuery(text)
  if ("error" in parsed) {
    const fix = "Write permissions joined by and, or and parentheses: invoices.read and (a.b or c.d:item)."
    throw invalid([{ member, message: parsed.error, fix }])
  }
  queries.set(text, parsed)
  return parsed
}

/** @throws AuthorityError "permission_denied" for whoever may verify keys nowhere */
export function demandVerify(caller: Caller): void {
  if (caller.holds.allowsSomewhere("keys.verify")) return
  fail({ code: "permission_denied", missing: ["keys.verify"] })
}
