import type { Caller, Clock } from "@keyward/core"
import type { FastifyRequest } from "fastify"
import type { IdentifyBearer } from "../openid/bearer.ts"
import { ProviderUnavailable, TokenRefused } from "../openid/refusal.ts"
import type { GuessThrottle } from "../verification/guess-throttle.ts"
import { visitOf } from "../visit.ts"
import { HttpProblem, tryAgainIn } from "./problem.ts"

/** @throws HttpProblem unless the token is the provider's, for us, and valid now */
export type AuthenticateToken = (token: string, request: FastifyRequest) => Promise<Caller>

/** Authenticates callers of the management API by bearer tokens of the OpenID provider. */
export function tokenAuthentication(
  identify: IdentifyBearer,
  guesses: GuessThrottle,
  clock: Clock,
): AuthenticateToken {
  return async (token, request) => {
    const bearer = await proved(
      () => identify(token),
      request,
      guesses,
      clock,
      () => {
        throw new HttpProblem("credential_invalid", {
          // Why would help whoever forges; the log says it at level debug.
          detail: "The token was refused.",
          fix: "Present a token of the configured provider that is for this server and has not expired.",
          headers: { "www-authenticate": 'Bearer error="invalid_token"' },
        })
      },
    )
    const { address, userAgent, requestId } = visitOf(request)
    return { ...bearer, actor: { ...bearer.actor, address, userAgent }, requestId }
  }
}

/**
 * What the provider proves, under the throttle of guesses: a source whose proofs fail too often has to wait.
 * @param refuse how a failed proof is answered
 * @throws HttpProblem "too_many_attempts", "openid_unavailable"; what `refuse` throws
 */
export async function proved<Proof>(
  prove: () => Promise<Proof>,
  request: FastifyRequest,
  guesses: GuessThrottle,
  clock: Clock,
  refuse: () => never,
): Promise<Proof> {
  const wait = guesses.waitOf(request.ip, clock.now())
  if (wait > 0) throw new HttpProblem("too_many_attempts", tryAgainIn(wait))
  try {
    return await prove()
  } catch (error) {
    if (error instanceof ProviderUnavailable) {
      const { detail, headers } = tryAgainIn(error.retryAfterMs)
      throw new HttpProblem("openid_unavailable", {
        detail: `The OpenID provider does not answer. ${detail}`,
        ...(headers ? { headers } : {}),
      })
    }
    if (!(error instanceof TokenRefused)) throw error
    guesses.failed(request.ip, clock.now())
    request.log.debug({ err: error }, "what an OpenID provider should have proved was refused")
    return refuse()
  }
}
