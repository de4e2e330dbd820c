import { type Answer, checkKey, type Query, type Route, readSelf } from "@keyward/contract"
import { readAnswer } from "./answer.ts"
import { KeywardProblem, KeywardUnexpectedAnswer, KeywardUnreachable } from "./failure.ts"
import { type AnyInput, type CallInput, type CallOptions, requestInit, requestTarget } from "./request.ts"
import { auditOf, healthOf, keysOf, keyspacesOf, organizationsOf } from "./resources.ts"
import { type Delay, timerDelay, waitBeforeRepeating } from "./retry.ts"

export type Fetch = (url: string, init: RequestInit) => Promise<Response>

export interface KeywardClientOptions {
  /** Where the server is: `https://keys.example.com`, with a path where it is mounted below one. */
  readonly baseUrl: string
  /** The key that every call presents; null: only what needs no credential can be called. */
  readonly apiKey: string | null
  /** Default: the platform's. */
  readonly fetch?: Fetch
  /** How long one attempt may take, and the longest wait between two; milliseconds, default 10 000. */
  readonly timeoutMs?: number
  /** How often a call is repeated that may be (reading, verifying), after network trouble, 429 or 503; default 2. */
  readonly retries?: number
  /** Default: a timer. */
  readonly delay?: Delay
}

/**
 * Calls a Keyward server; in Node.js and in browsers. Every method rejects with KeywardProblem when the server refuses,
 * KeywardUnreachable when it cannot be reached in time, KeywardUnexpectedAnswer when something else answers, and with
 * the signal's reason when its signal aborts. None of these repeats the API key.
 */
export class KeywardClient {
  readonly #baseUrl: string
  readonly #apiKey: string | null
  readonly #fetch: Fetch
  readonly #timeoutMs: number
  readonly #retries: number
  readonly #delay: Delay

  readonly organizations: ReturnType<typeof organizationsOf>
  readonly keyspaces: ReturnType<typeof keyspacesOf>
  readonly keys: ReturnType<typeof keysOf>
  readonly audit: ReturnType<typeof auditOf>
  readonly health: ReturnType<typeof healthOf>

  /** @throws TypeError on a baseUrl that is no plain http(s) URL, or an apiKey that is no text of a key */
  constructor({
    baseUrl,
    apiKey,
    fetch,
    timeoutMs = 10_000,
    retries = 2,
    delay = timerDelay,
  }: KeywardClientOptions) {
    this.#baseUrl = plainBaseUrl(baseUrl)
    this.#apiKey = apiKey === null ? null : headerText(apiKey)
    this.#fetch = fetch ?? ((url, init) => globalThis.fetch(url, init))
    this.#timeoutMs = timeoutMs
    this.#retries = retries
    this.#delay = delay
    const call = this.call.bind(this)
    this.organizations = organizationsOf(call)
    this.keyspaces = keyspacesOf(call)
    this.keys = keysOf(call)
    this.audit = auditOf(call)
    this.health = healthOf(call)
  }

  /** What the server knows of the API key itself. */
  self(options: CallOptions = {}): Promise<Answer<typeof readSelf>> {
    return this.call(readSelf, options)
  }

  /** Resolves when the API key itself may pass, and rejects with the problem that keeps it from passing. */
  check(query: Query<typeof checkKey> = {}, options: CallOptions = {}): Promise<undefined> {
    return this.call(checkKey, { query, ...options })
  }

  /** Calls a route of the contract. The named methods are this with a route filled in. */
  async call<R extends Route>(route: R, input: CallInput<R>): Promise<Answer<R>> {
    const repetitions = route.method === "GET" || route.repeatable ? this.#retries : 0
    for (let repetition = 1; ; repetition++) {
      try {
        return (await this.#attempt(route, input)) as Answer<R>
      } catch (error) {
        const wait = repetition > repetitions ? null : waitBeforeRepeating(error, repetition, this.#timeoutMs)
        if (wait === null) throw error
        await this.#delay(wait, input.signal)
      }
    }
  }

  async #attempt(route: Route, input: AnyInput): Promise<unknown> {
    const { signal } = input
    signal?.throwIfAborted()
    const url = this.#baseUrl + requestTarget(route, input)
    const init = requestInit(route, input, this.#apiKey)
    const timeout = AbortSignal.timeout(this.#timeoutMs)
    try {
      const response = await this.#fetch(url, {
        ...init,
        signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
      })
      return await readAnswer(route, response, this.#apiKey)
    } catch (error) {
      if (error instanceof KeywardProblem || error instanceof KeywardUnexpectedAnswer) throw error
      signal?.throwIfAborted()
      const why = timeout.aborted ? `did not answer within ${this.#timeoutMs} ms` : "could not be reached"
      throw new KeywardUnreachable(`${this.#baseUrl} ${why} (${route.operationId}).`, { cause: error })
    }
  }
}

function plainBaseUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null
  const plain =
    url && /^https?:$/.test(url.protocol) && !url.username && !url.password && !url.search && !url.hash
  if (!plain)
    throw new TypeError("baseUrl is not an http or https URL without credentials, query and fragment.")
  return url.origin + url.pathname.replace(/\/+$/, "")
}

/** Refuses here what `fetch` would refuse with an error that quotes the header, and with it the key. */
function headerText(apiKey: string): string {
  if (!/^[\x21-\x7e]+$/.test(apiKey))
    throw new TypeError("apiKey is empty or has characters that no key has.")
  return apiKey
}
