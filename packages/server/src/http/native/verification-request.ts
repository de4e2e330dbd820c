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
    // Asked of the keyspace, not of the key: it is one and the same for all its keys, and so at hand.
    visible: ({ keyspace }) =>
      keyspace.organizationId === caller.organizationId &&
      (input.keyspace_id === undefined || keyspace.id === input.keyspace_id) &&
      mayVerify(caller, keyspace.id),
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
  if (rightsOf(caller).somewhere) return
  fail({ code: "permission_denied", missing: ["keys.verify"] })
}

/** Whether the caller may verify the keys of a keyspace of its own organization. */
function mayVerify(caller: Caller, keyspaceId: string): boolean {
  const { inKeyspace } = rightsOf(caller)
  const known = inKeyspace.get(keyspaceId)
  if (known !== undefined) return known
  const allowed = caller.holds.allows({ name: "keys.verify", resource: keyspaceId })
  inKeyspace.set(keyspaceId, allowed)
  return allowed
}

interface VerifyRights {
  /** Whether keys may be verified at all. */
  readonly somewhere: boolean
  /** What was found of each keyspace that was asked for: at most those of one organization. */
  readonly inKeyspace: Map<string, boolean>
}

/** Holdings never change, they are replaced; and one caller verifies all day. */
const rights = new WeakMap<Caller["holds"], VerifyRights>()

function rightsOf({ holds }: Caller): VerifyRights {
  const known = rights.get(holds)
  if (known) return known
  const found = { somewhere: holds.allowsSomewhere("keys.verify"), inKeyspace: new Map<string, boolean>() }
  rights.set(holds, found)
  return found
}
