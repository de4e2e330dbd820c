import { type Actor, type Caller, managementHoldings, type OwnerKind, type Subject } from "@keyward/core"
import type { FastifyRequest } from "fastify"
import { isTokenText } from "../openid/token.ts"
import type { Verification, Verifier } from "../verification/verifier.ts"
import type { AuthenticateToken } from "./openid-authentication.ts"
import { HttpProblem } from "./problem.ts"

/** @throws HttpProblem (or rejects with one) unless the request carries a management key that is valid now */
export type Authenticate = (request: FastifyRequest) => Caller | Promise<Caller>

/**
 * Authenticates callers of the management API by keys of the management keyspaces.
 * @param authenticateToken who takes bearer tokens that are JWTs; null: nobody, and they are no keys either
 */
export function managementAuthentication(
  verifier: Verifier,
  authenticateToken: AuthenticateToken | null,
): Authenticate {
  return (request) => {
    const text = credentialOf(request)
    if (text === null) {
      throw new HttpProblem("credential_missing", {
        detail: "The request carries no credential.",
        headers: { "www-authenticate": "Bearer" },
      })
    }
    if (authenticateToken && isTokenText(text)) return authenticateToken(text, request)
    const address = request.ip
    const verification = verifier.verify({
      text,
      visible: isManagement,
      guesser: address,
      clientIp: address,
      origin: originOf(request),
    })
    return verification instanceof Promise
      ? verification.then((decided) => callerOf(decided, request))
      : callerOf(verification, request)
  }
}

function isManagement({ keyspace }: Subject): boolean {
  return keyspace.kind === "management"
}

/**
 * The key that a request presents: as a bearer token (RFC 6750 §2.1) or in X-API-Key; null when there is neither. An
 * Authorization header of another scheme is not for us.
 */
export function credentialOf(request: FastifyRequest): string | null {
  const { authorization } = request.headers
  if (authorization !== undefined && /^bearer(\s|$)/i.test(authorization))
    return authorization.slice(6).trim()
  const apiKey = request.headers["x-api-key"]
  return typeof apiKey === "string" ? apiKey : null
}

/** The Origin header (RFC 6454 §7); null when there is none. */
export function originOf(request: FastifyRequest): string | null {
  return request.headers.origin ?? null
}

function callerOf(verification: Verification, request: FastifyRequest): Caller {
  const { outcome, subject } = verification
  if (outcome === "VALID" && subject) {
    return {
      organizationId: subject.key.organizationId,
      actor: actorOf(subject, request),
      holds: managementHoldings(subject),
      requestId: request.id,
    }
  }
  const retryAfter = String(Math.ceil((verification.retryAfterMs ?? 1000) / 1000))
  if (outcome === "RATE_LIMITED") {
    const code = subject ? "key_limited" : "too_many_attempts"
    throw new HttpProblem(code, {
      detail: `Try again in ${retryAfter} s.`,
      headers: { "retry-after": retryAfter },
    })
  }
  throw new HttpProblem("credential_invalid", {
    // Whoever presents the very secret may know why it is refused; for all others nothing is there.
    detail: subject ? `The key was refused: ${outcome}.` : "The credential is not a management key.",
    headers: { "www-authenticate": 'Bearer error="invalid_token"' },
  })
}

function actorOf({ key }: Subject, request: FastifyRequest): Actor {
  const kind: OwnerKind = key.owner.kind
  return {
    kind,
    id: key.owner.id,
    credential: { kind: "key", id: key.id },
    address: request.ip,
    userAgent: request.headers["user-agent"]?.slice(0, 500) ?? null,
  }
}
