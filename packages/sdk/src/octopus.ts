import type { Answer, Body, Query, Route } from "@keyward/contract"
import {
  type ApiKeyCollection,
  type ApiKeyCreatedResource,
  type ApiKeyResource,
  createApiKey,
  deleteApiKey,
  getApiKey,
  getCurrentUser,
  listApiKeys,
  type TaskResource,
  type UserResource,
} from "@keyward/contract/octopus"
import { parseJson, unexpectedAnswer, withoutKey } from "./answer.ts"
import { exchange, type Fetch, type Received, type Server, serverOf } from "./exchange.ts"
import type { AnyInput, CallInput, CallOptions } from "./request.ts"
import { type Delay, patiently, retryAfterSeconds, timerDelay } from "./retry.ts"

export interface OctopusApiKeysOptions {
  /** Where the server is: Keyward's Octopus dialect, or an Octopus Server. Without `/api`. */
  readonly baseUrl: string
  /** The key of a user or service account: `API-…`. */
  readonly apiKey: string
  /** Default: the platform's. */
  readonly fetch?: Fetch
  /** How long one attempt may take, and the longest wait between two; milliseconds, default 10 000. */
  readonly timeoutMs?: number
  /** How often a call that only reads is repeated after network trouble, 429 or 503; default 2. */
  readonly retries?: number
  /** Default: a timer. */
  readonly delay?: Delay
}

/** The server understood the call and refused it, in the vendor's envelope. */
export class OctopusRefusal extends Error {
  /** The HTTP status. */
  readonly status: number
  /** What the server says of it as a whole. */
  readonly errorMessage: string
  /** Each thing that is wrong with the request; empty where the request is not the matter. */
  readonly errors: readonly string[]
  /** What may help; null: the server does not say. */
  readonly helpText: string | null
  /** When it is worth trying again; null: the server does not say. */
  readonly retryAfterSeconds: number | null

  constructor(
    status: number,
    told: Pick<OctopusRefusal, "errorMessage" | "errors" | "helpText" | "retryAfterSeconds">,
  ) {
    super(`${status}: ${[told.errorMessage, ...told.errors].join(" ")}`)
    this.name = "OctopusRefusal"
    this.status = status
    this.errorMessage = told.errorMessage
    this.errors = told.errors
    this.helpText = told.helpText
    this.retryAfterSeconds = told.retryAfterSeconds
  }
}

/**
 * API keys of Octopus Deploy, against Keyward in either conformance mode and against the vendor's own server. Every method
 * rejects with OctopusRefusal when the server refuses, KeywardUnreachable when it cannot be reached in time,
 * KeywardUnexpectedAnswer when something else answers, and with the signal's reason when its signal aborts. None of these
 * repeats the key that was presented.
 */
export class OctopusApiKeys {
  readonly #server: Server
  readonly #retries: number
  readonly #delay: Delay

  /** @throws TypeError on a baseUrl that is no plain http(s) URL, or an apiKey that is no text of a key */
  constructor({ retries = 2, delay = timerDelay, ...server }: OctopusApiKeysOptions) {
    this.#server = serverOf({ ...server, present: (apiKey) => ({ "x-octopus-apikey": apiKey }) })
    this.#retries = retries
    this.#delay = delay
  }

  /** Who the key belongs to: its `Id` is the `userId` of the other calls. */
  getCurrentUser(options: CallOptions = {}): Promise<UserResource> {
    return this.#call(getCurrentUser, options)
  }

  /** A new key. Its `ApiKey`, the text to hand on, is shown this once. */
  createApiKey(
    userId: string,
    body: Body<typeof createApiKey>,
    options: CallOptions = {},
  ): Promise<ApiKeyCreatedResource> {
    return this.#call(createApiKey, { params: { userId }, body, ...options })
  }

  /** A page of the keys of a user, the most recent first. There is more while `Links["Page.Next"]` is there. */
  listApiKeys(
    userId: string,
    query: Query<typeof listApiKeys> = {},
    options: CallOptions = {},
  ): Promise<ApiKeyCollection> {
    return this.#call(listApiKeys, { params: { userId }, query, ...options })
  }

  getApiKey(userId: string, id: string, options: CallOptions = {}): Promise<ApiKeyResource> {
    return this.#call(getApiKey, { params: { userId, id }, ...options })
  }

  /** Revokes a key. @returns the task that did it; undefined from a server that does not say */
  deleteApiKey(userId: string, id: string, options: CallOptions = {}): Promise<TaskResource | undefined> {
    return this.#call<typeof deleteApiKey, undefined>(deleteApiKey, { params: { userId, id }, ...options })
  }

  /** @typeParam Else what else a server may answer than what the route declares */
  #call<R extends Route, Else = never>(route: R, input: CallInput<R>): Promise<Answer<R> | Else> {
    const patience = {
      repetitions: route.method === "GET" ? this.#retries : 0,
      longestWaitMs: this.#server.timeoutMs,
      delay: this.#delay,
    }
    return patiently(() => this.#attempt(route, input), patience, input.signal) as Promise<Answer<R> | Else>
  }

  async #attempt(route: Route, input: AnyInput): Promise<unknown> {
    const received = await exchange(this.#server, route, input)
    const { status, text } = received
    const isSuccess = status in route.answers
    if (isSuccess && route.method === "DELETE" && text === "") return undefined
    const body = parseJson(text, (value) => (isSuccess ? value : withoutKey(value, this.#server.apiKey)))
    if (isSuccess && typeof body === "object" && body !== null) return body
    throw refusal(body, received) ?? unexpectedAnswer(route, received, this.#server.apiKey)
  }
}

/** null for what is not in the vendor's envelope. */
function refusal(body: unknown, { status, headers }: Received): OctopusRefusal | null {
  if (status < 400 || typeof body !== "object" || body === null || !("ErrorMessage" in body)) return null
  const { ErrorMessage, Errors, HelpText } = body as Record<string, unknown>
  if (typeof ErrorMessage !== "string") return null
  return new OctopusRefusal(status, {
    errorMessage: ErrorMessage,
    errors: Array.isArray(Errors) ? Errors.map(String) : [],
    helpText: typeof HelpText === "string" ? HelpText : null,
    retryAfterSeconds: retryAfterSeconds(headers),
  })
}
