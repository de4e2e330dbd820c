import { confined, Holdings, PermissionSet } from "@keyward/core"
import type { FastifyRequest } from "fastify"
import type { IdentifyBearer } from "../../openid/bearer.ts"
import { claimAt } from "../../openid/identity.ts"
import { visitOf } from "../../visit.ts"
import { proveBearer } from "../bearer.ts"
import type { DialectContext } from "../dialect.ts"
import type { ArthurCaller } from "./caller.ts"
import { managementPermission, permissionsOf, texts, tokenClaims } from "./mapping.ts"
import { Refusal, secondsOf } from "./refusal.ts"

/**
 * The caller with this JWT of the configured provider. The role table says what the roles in it allow. A user of the
 * organization acts as themselves, and what they may do here at all is what they may do in Keyward: never more than both
 * say. Somebody who is no user has the table alone.
 * @throws Refusal 401 for a token that proves nothing, lacks a claim or is for another organization; 429; 500 when the
 *         provider does not answer
 * @throws AuthorityError "store_unavailable"
 */
export async function callerByToken(
  context: DialectContext,
  identify: IdentifyBearer,
  token: string,
  request: FastifyRequest,
): Promise<ArthurCaller> {
  const { keyspace } = context
  const proof = await proveBearer(context, identify, token, request)
  switch (proof.outcome) {
    case "too many attempts":
      throw new Refusal(429, texts.tooManyAttempts, secondsOf(proof.retryAfterMs))
    case "provider unavailable":
      throw new Refusal(500, texts.unableToVerify, secondsOf(proof.retryAfterMs))
    case "refused":
      throw new Refusal(401, texts.badCredentials)
  }
  const { organizationId, actor, holds, claims } = proof.bearer
  const subject = claimAt(claims, tokenClaims.subject)
  const email = claimAt(claims, tokenClaims.email)
  const elsewhere = organizationId !== keyspace.organizationId
  if (elsewhere || typeof subject !== "string" || typeof email !== "string" || email === "") {
    throw new Refusal(401, texts.badCredentials)
  }
  const roles = textsOf(claimAt(claims, tokenClaims.roles))
  const allowed = permissionsOf(roles).map((permission) => managementPermission[permission])
  const byTable = new Holdings([new PermissionSet(allowed.map((name) => `${name}:${keyspace.id}`))])
  const { address, userAgent, requestId } = visitOf(request)
  return {
    by: "token",
    userId: subject,
    roles,
    caller: confined(
      {
        organizationId,
        actor: { ...actor, address, userAgent },
        holds: actor.kind === "user" ? holds : byTable,
        requestId,
      },
      keyspace.id,
      { keys: allowed, organization: [] },
    ),
  }
}

/** The texts of a list; none where the claim is no list. */
function textsOf(claim: unknown): readonly string[] {
  return Array.isArray(claim) ? claim.filter((each): each is string => typeof each === "string") : []
}
