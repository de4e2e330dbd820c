import type { Caller } from "@keyward/core"
import type { FastifyRequest } from "fastify"
import type { Keyward } from "../keyward.ts"
import { visitOf } from "../visit.ts"
import { HttpProblem, tryAgainIn } from "./problem.ts"

/** @throws HttpProblem unless the token is that of a live session */
export type AuthenticateSession = (token: string, request: FastifyRequest) => Promise<Caller>

/** Authenticates callers of the management API by the tokens of sessions. */
export function sessionAuthentication({ authority, guesses, deps }: Keyward): AuthenticateSession {
  return async (token, request) => {
    const wait = guesses.waitOf(request.ip, deps.clock.now())
    if (wait > 0) throw new HttpProblem("too_many_attempts", tryAgainIn(wait))
    const signedIn = await authority.signedIn(token, visitOf(request))
    if (!signedIn) {
      guesses.failed(request.ip, deps.clock.now())
      throw new HttpProblem("credential_invalid", {
        detail: "There is no such session, or it is over.",
        fix: "Sign in again.",
        headers: { "www-authenticate": 'Bearer error="invalid_token"' },
      })
    }
    // Nobody waits for it: at worst the session ends a minute early.
    authority
      .touchSession(signedIn.session)
      .catch((error) => request.log.warn({ err: error }, "the last use of a session was not noted"))
    return signedIn.caller
  }
}
