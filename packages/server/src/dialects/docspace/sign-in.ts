import type { Body } from "@keyward/contract"
import type { authenticateMe } from "@keyward/contract/docspace"
import { isFailure, type OpenedSession } from "@keyward/core"
import type { FastifyReply, FastifyRequest } from "fastify"
import { isForeign } from "../../provenance.ts"
import { isStorable } from "../../storable.ts"
import { visitOf } from "../../visit.ts"
import type { DialectContext } from "../dialect.ts"
import { cookieName } from "./credential.ts"
import { texts } from "./mapping.ts"
import { Refusal } from "./refusal.ts"
import { printInstant } from "./time.ts"

/**
 * Opens a session for whoever knows the password of an account, and has the browser keep its token in the cookie.
 * @throws Refusal 401; 403 after too many attempts, or for the page of another site, which could sign a visitor in as
 *         somebody else
 */
export async function signIn(
  context: DialectContext,
  { userName, password }: Body<typeof authenticateMe>,
  request: FastifyRequest,
  reply: FastifyReply,
) {
  if (isForeign(request)) throw new Refusal(403, texts.accessDenied)
  if (!userName || !password || !isStorable(userName)) throw new Refusal(401, texts.authenticationFailed)
  const { session, token } = await opened(context, userName, password, request)
  // Not sent along by pages of other sites, but when a visitor follows a link.
  const secure = request.protocol === "https" ? "; Secure" : ""
  reply.header("set-cookie", `${cookieName}=${token}; HttpOnly; SameSite=Lax; Path=/${secure}`)
  return { token, expires: printInstant(session.expiresAt), sms: false, tfa: false }
}

async function opened(
  { authority, organization }: DialectContext,
  email: string,
  password: string,
  request: FastifyRequest,
): Promise<OpenedSession> {
  try {
    const visit = visitOf(request)
    return await authority.signIn({ organizationId: organization.id, email, password, visit })
  } catch (error) {
    if (isFailure(error, "sign_in_refused")) throw new Refusal(401, texts.authenticationFailed)
    if (isFailure(error, "too_many_attempts") && "retryAfterMs" in error.failure) {
      const seconds = Math.ceil(error.failure.retryAfterMs / 1000)
      throw new Refusal(403, texts.tooManyAttempts, seconds)
    }
    throw error
  }
}
