import type { Caller } from "@keyward/core"
import type { FastifyRequest } from "fastify"
import { isTokenText } from "../../openid/token.ts"
import type { DialectContext } from "../dialect.ts"
import { callerByKey } from "./key-caller.ts"
import { texts } from "./mapping.ts"
import { presentedToken } from "./token.ts"
import { callerByToken } from "./token-caller.ts"

/** Who calls, in the vendor's words and in ours. */
export interface ArthurCaller {
  /** `key`: one that was issued here; `management`: a management key, such as the master key; `token`: a JWT. */
  readonly by: "key" | "management" | "token"
  readonly userId: string
  readonly roles: readonly string[]
  /** Holds at most `keys.read` and `keys.write`, and only in the dialect's keyspace: other keys do not exist to it. */
  readonly caller: Caller
}

/**
 * Verifies what is presented: a JWT where a provider is configured, otherwise a key.
 * @param unrecognized the text of the 401 for what is neither, where no provider is configured
 * @throws Refusal 401; 429 when the source or the key is over its limit; 500 when the provider does not answer
 * @throws AuthorityError "store_unavailable"
 */
export function authenticate(
  context: DialectContext,
  request: FastifyRequest,
  unrecognized: string,
): Promise<ArthurCaller> {
  const token = presentedToken(request.headers)
  return context.identifyBearer && isTokenText(token)
    ? callerByToken(context, context.identifyBearer, token, request)
    : callerByKey(context, token, request, refusalText(context, token, unrecognized))
}

/**
 * The text of the 401 for a token that is not recognised. With a provider, the vendor's server takes it for a bad JWT; but
 * for the text `undefined`, which a page sends that has no token yet.
 */
export function refusalText(
  { identifyBearer }: DialectContext,
  token: string,
  withoutProvider: string,
): string {
  return identifyBearer && token !== "undefined" ? texts.badCredentials : withoutProvider
}
