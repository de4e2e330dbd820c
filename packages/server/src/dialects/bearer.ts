import type { Clock } from "@keyward/core"
import type { FastifyRequest } from "fastify"
import type { IdentifyBearer } from "../openid/bearer.ts"
import { ProviderUnavailable, TokenRefused } from "../openid/refusal.ts"
import type { GuessThrottle } from "../verification/guess-throttle.ts"

/** Who holds a JWT of the configured provider, as the provider and the directory have it. */
type Bearer = Awaited<ReturnType<IdentifyBearer>>

/** What presenting a JWT comes to. How each is answered is the vendor's. */
export type Proof =
  | { readonly outcome: "proved"; readonly bearer: Bearer }
  /** It proves nothing; why is in the log alone. */
  | { readonly outcome: "refused" }
  /** Nothing is said about the token: the source has to wait, or the provider does not answer. */
  | { readonly outcome: "too many attempts" | "provider unavailable"; readonly retryAfterMs: number }

/**
 * Has a JWT proved, under the throttle of guesses that also slows down whoever presents keys that do not exist.
 * @throws AuthorityError "store_unavailable"
 */
export async function proveBearer(
  { guesses, clock }: { readonly guesses: GuessThrottle; readonly clock: Clock },
  identify: IdentifyBearer,
  token: string,
  request: FastifyRequest,
): Promise<Proof> {
  const wait = guesses.waitOf(request.ip, clock.now())
  if (wait > 0) return { outcome: "too many attempts", retryAfterMs: wait }
  try {
    return { outcome: "proved", bearer: await identify(token) }
  } catch (error) {
    if (error instanceof ProviderUnavailable) {
      return { outcome: "provider unavailable", retryAfterMs: error.retryAfterMs }
    }
    if (!(error instanceof TokenRefused)) throw error
    guesses.failed(request.ip, clock.now())
    request.log.debug({ err: error }, "a bearer token was refused")
    return { outcome: "refused" }
  }
}
