import { type Answer, type Route, takesIdempotencyKey } from "@keyward/contract"
import { type Envelope, readAnswer } from "./answer.ts"
import { exchange, type ServerOptions, serverOf } from "./exchange.ts"
import { withIdempotencyKey } from "./idempotency.ts"
import type { CallInput } from "./request.ts"
import { type Delay, patiently, timerDelay } from "./retry.ts"

/**
 * Makes a call of a route, and repeats it where that can do nothing twice. All methods of all clients are this with a
 * route filled in. It rejects with the envelope's refusal when the server refuses, KeywardUnreachable when it cannot be
 * reached in time, KeywardUnexpectedAnswer when something else answers, and with the signal's reason when that aborts.
 */
export type Call = <R extends Route>(route: R, input: CallInput<R>) => Promise<Answer<R>>

export interface CallingOptions extends ServerOptions {
  /** How long one attempt may take, and the longest wait between two; milliseconds, default 10 000. */
  readonly timeoutMs?: number | undefined
  /** How often a call is repeated that may be, after network trouble, 429 or 503; default 2. */
  readonly retries?: number | undefined
  /** Default: a timer. */
  readonly delay?: Delay | undefined
}

/**
 * How a server is called whose answers are in this envelope.
 * @throws TypeError on a baseUrl that is no plain http(s) URL, or an apiKey that is no text of a key
 */
export function callOf(options: CallingOptions, envelope: Envelope): Call {
  const { retries = 2, delay = timerDelay } = options
  const server = serverOf(options)
  return async <R extends Route>(route: R, input: CallInput<R>) => {
    const asked = retries > 0 ? withIdempotencyKey(route, input) : input
    const attempt = async () =>
      readAnswer(route, await exchange(server, route, asked), server.apiKey, envelope) as Answer<R>
    const repetitions = isRepeatable(route) ? retries : 0
    return patiently(attempt, { repetitions, longestWaitMs: server.timeoutMs, delay }, input.signal)
  }
}

function isRepeatable(route: Route): boolean {
  return route.method === "GET" || route.repeatable === true || takesIdempotencyKey(route)
}
