import { type Caller, confined, type Subject } from "@keyward/core"
import type { FastifyRequest } from "fastify"
import type { Verification } from "../../verification/verifier.ts"
import { visitOf } from "../../visit.ts"
import type { DialectContext } from "../dialect.ts"
import { type AutomoxRole, outcomes, roleOf, texts } from "./mapping.ts"
import { Refusal } from "./refusal.ts"

/** Who calls: the owner of the presented key, with the vendor's role that their permissions amount to. */
export interface AutomoxCaller {
  readonly role: AutomoxRole
  /** May do at most what the role may: with the dialect's keys alone, so that no others exist to it. */
  readonly caller: Caller
}

/**
 * Verifies the presented key; whoever owns it calls.
 * @throws Refusal 401, or 429 when the source or the key is over its limit
 * @throws AuthorityError "permission_denied" for a key that is nobody's; "store_unavailable"
 */
export async function authenticate(context: DialectContext, request: FastifyRequest): Promise<AutomoxCaller> {
  const { authority, verifier, keyspace } = context
  const verification = await verifier.verify({
    text: presentedKey(request.headers.authorization),
    visible: (subject) =>
      subject.key.organizationId === keyspace.organizationId && subject.keyspace.id === keyspace.id,
    guesser: request.ip,
    clientIp: request.ip,
    origin: request.headers.origin ?? null,
  })
  const owner = await authority.acting(recognized(verification), visitOf(request))
  const role = roleOf(owner.holds, keyspace.id)
  return { role, caller: confined(owner, keyspace.id, role.may) }
}

/** The text after the scheme, which is compared without case (RFC 9110 §11.1). @throws Refusal 401 */
function presentedKey(authorization = ""): string {
  const [scheme = "", key, ...rest] = authorization.trim().split(/\s+/)
  if (scheme.toLowerCase() !== "bearer" || !key || rest.length > 0) throw new Refusal(401, texts.unauthorized)
  return key
}

function recognized({ outcome, subject, retryAfterMs }: Verification): Subject {
  if (outcomes[outcome] === "too many requests") {
    throw new Refusal(429, texts.tooManyRequests, Math.ceil((retryAfterMs ?? 1000) / 1000))
  }
  if (outcomes[outcome] === "unrecognized" || !subject) throw new Refusal(401, texts.unauthorized)
  return subject
}
