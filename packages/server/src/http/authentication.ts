import {
  type Actor,
  type Caller,
  managementHoldings,
  type OwnerKind,
  type Subject,
  sessionTokenPrefix,
} from "@keyward/core"
import type { FastifyRequest } from "fastify"
import { isTokenText } from "../openid/token.ts"
import type { Verification, Verifier } from "../verification/verifier.ts"
import { visitOf } from "../visit.ts"
import type { SessionCookie } from "./cookie.ts"
import type { AuthenticateToken } from "./openid-authentication.ts"
import { overLimit } from "./over-limit.ts"
import { HttpProblem } from "./problem.ts"
import type { SameOrigin } from "./same-origin.ts"
import type { AuthenticateSession } from "./session-authentication.ts"

/** What authentication by a key looks at of a request. */
export type PresentedRequest = Pick<FastifyRequest, "id" | "ip" | "headers">

/** @throws HttpProblem (or rejects with one) unless the request carries a credential that is valid now */
export type Authenticate = (request: FastifyRequest) => Caller | Promise<Caller>

/** Who takes which credential. */
export interface Authenticators {
  readonly authenticateKey: AuthenticateKey
  readonly authenticateSession: AuthenticateSession
  /** Takes bearer tokens that are JWTs; null: nobody does, and they are no keys either. */
  readonly authenticateToken: AuthenticateToken | null
  readonly cookie: SessionCookie
  readonly origin: SameOrigin
}

/**
 * Authenticates callers of the management API: by the bearer token, which is that of a session, a JWT or a management key;
 * otherwise by the key in X-API-Key; otherwise by the cookie of a session, with which only a page of this server can change
 * anything.
 */
export function managementAuthentication(authenticators: Authenticators): Authenticate {
  const { authenticateKey, authenticateSession, authenticateToken, cookie, origin } = authenticators
  return (request) => {
    const bearer = bearerOf(request)
    if (bearer?.startsWith(sessionTokenPrefix)) return authenticateSession(bearer, request)
    if (bearer !== null && authenticateToken && isTokenText(bearer)) return authenticateToken(bearer, request)
    const key = bearer ?? apiKeyOf(request)
    if (key !== null) return authenticateKey(key, request)
    const token = cookie.read(request)
    if (token !== null) {
      if (request.method !== "GET" && request.method !== "HEAD") origin.demand(request)
      return authenticateSession(token, request)
    }
    throw new HttpProblem("credential_missing", {
      detail: "The request carries no credential.",
      headers: { "www-authenticate": "Bearer" },
    })
  }
}

/** Takes management keys. @throws HttpProblem (or rejects with one) unless the key is one that is valid now */
export type AuthenticateKey = (text: string, request: PresentedRequest) => Caller | Promise<Caller>

export function keyAuthentication(verifier: Verifier): AuthenticateKey {
  return (text, request) => {
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

/** The key that a request presents and no other credential before it; null when it is to be authenticated by something else. */
export function soleKeyOf(request: PresentedRequest): string | null {
  const bearer = bearerOf(request)
  if (bearer === null) return apiKeyOf(request)
  return bearer.startsWith(sessionTokenPrefix) || isTokenText(bearer) ? null : bearer
}

function isManagement({ keyspace }: Subject): boolean {
  return keyspace.kind === "management"
}

/** The key that a request presents: as a bearer token or in X-API-Key; null when there is neither. */
export function credentialOf(request: PresentedRequest): string | null {
  return bearerOf(request) ?? apiKeyOf(request)
}

/** The bearer token (RFC 6750 §2.1). An Authorization header of another scheme is not for us. */
function bearerOf({ headers: { authorization } }: PresentedRequest): string | null {
  return authorization !== undefined && /^bearer(\s|$)/i.test(authorization)
    ? authorization.slice(6).trim()
    : null
}

function apiKeyOf({ headers }: PresentedRequest): string | null {
  const apiKey = headers["x-api-key"]
  return typeof apiKey === "string" ? apiKey : null
}

/** The Origin header (RFC 6454 §7); null when there is none. */
export function originOf(request: PresentedRequest): string | null {
  return request.headers.origin ?? null
}

function callerOf(verification: Verification, request: PresentedRequest): Caller {
  const { outcome, subject } = verification
  if (outcome === "VALID" && subject) {
    return {
      organizationId: subject.key.organizationId,
      actor: actorOf(subject, request),
      holds: managementHoldings(subject),
      requestId: request.id,
    }
  }
  if (outcome === "RATE_LIMITED" || outcome === "USAGE_EXCEEDED") throw overLimit(verification)
  throw new HttpProblem("credential_invalid", {
    // Whoever presents the very secret may know why it is refused; for all others nothing is there.
    detail: subject ? `The key was refused: ${outcome}.` : "The credential is not a management key.",
    headers: { "www-authenticate": 'Bearer error="invalid_token"' },
  })
}

function actorOf({ key }: Subject, request: PresentedRequest): Actor {
  const kind: OwnerKind = key.owner.kind
  const { address, userAgent } = visitOf(request)
  return { kind, id: key.owner.id, credential: { kind: "key", id: key.id }, address, userAgent }
}
