import { type Caller, confined, type Subject } from "@keyward/core"
import type { FastifyRequest } from "fastify"
import type { Verification } from "../../verification/verifier.ts"
import { visitOf } from "../../visit.ts"
import type { DialectContext } from "../dialect.ts"
import { presentedKey } from "./credential.ts"
import { outcomes, texts, withinDialect } from "./mapping.ts"
import { Refusal, tooManyAttempts } from "./refusal.ts"
import { demandAntiForgery, type SessionCookies } from "./session.ts"

/**
 * Who calls: the owner of the presented key or the user of the session in the cookie, who may do what their roles allow now,
 * and of that only what concerns the dialect's keyspace.
 * @throws Refusal 401; 429 when the source or the key is over its limit
 * @throws AuthorityError "store_unavailable"
 */
export async function authenticate(
  context: DialectContext,
  cookies: SessionCookies,
  request: FastifyRequest,
): Promise<Caller> {
  const key = presentedKey(request)
  if (key !== null) return callerByKey(context, key, request)
  const token = cookies.read(request)
  if (token !== null) return callerBySession(context, token, request)
  throw new Refusal(401, texts.notLoggedIn)
}

export async function callerByKey(
  { authority, verifier, keyspace }: DialectContext,
  text: string,
  request: FastifyRequest,
): Promise<Caller> {
  const verification = await verifier.verify({
    text,
    visible: ({ key }) => key.organizationId === keyspace.organizationId && key.keyspaceId === keyspace.id,
    guesser: request.ip,
    clientIp: request.ip,
    origin: request.headers.origin ?? null,
  })
  const subject = recognized(verification)
  return confined(await authority.acting(subject, visitOf(request)), keyspace.id, withinDialect)
}

function recognized({ outcome, subject, retryAfterMs }: Verification): Subject {
  if (outcomes[outcome] === "too many attempts") throw tooManyAttempts(retryAfterMs ?? 1000)
  // To the vendor every key is a user's; one of the organization or of an outside owner stands for nobody here.
  if (outcomes[outcome] === "unrecognized" || !subject?.owner) throw new Refusal(401, texts.invalidKey)
  return subject
}

async function callerBySession(
  { authority, guesses, clock, keyspace }: DialectContext,
  token: string,
  request: FastifyRequest,
): Promise<Caller> {
  const wait = guesses.waitOf(request.ip, clock.now())
  if (wait > 0) throw tooManyAttempts(wait)
  const signedIn = await authority.signedIn(token, visitOf(request))
  if (signedIn?.session.organizationId !== keyspace.organizationId) {
    guesses.failed(request.ip, clock.now())
    throw new Refusal(401, texts.notLoggedIn)
  }
  demandAntiForgery(request, token)
  // Nobody waits for it: at worst the session ends a minute early.
  authority
    .touchSession(signedIn.session)
    .catch((error) => request.log.warn({ err: error }, "the last use of a session was not noted"))
  return confined(signedIn.caller, keyspace.id, withinDialect)
}
