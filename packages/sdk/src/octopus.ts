import type { Body, Query } from "@keyward/contract"
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
import { type Envelope, isObject } from "./answer.ts"
import { type Call, type CallingOptions, callOf } from "./call.ts"
import type { Received } from "./exchange.ts"
import type { CallOptions } from "./request.ts"
import { retryAfterSeconds } from "./retry.ts"

export interface OctopusApiKeysOptions extends Pick<CallingOptions, "fetch" | "timeoutMs" | "delay"> {
  /** Where the server is: Keyward's Octopus dialect, or an Octopus Server. Without `/api`. */
  readonly baseUrl: string
  /** The key of a user or service account: `API-…`. */
  readonly apiKey: string
  /** How often a call that only reads is repeated after network trouble, 429 or 503; default 2. */
  readonly retries?: number
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
  readonly #call: Call

  /** @throws TypeError on a baseUrl that is no plain http(s) URL, or an apiKey that is no text of a key */
  constructor(options: OctopusApiKeysOptions) {
    this.#call = callOf({ ...options, present: (apiKey) => ({ "x-octopus-apikey": apiKey }) }, envelope)
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
    return this.#call(deleteApiKey, { params: { userId, id }, ...options })
  }
}

const envelope: Envelope = {
  refusal,
  // A server that deletes at once says nothing of it.
  isAnswer: (body, { text }, { method }) => isObject(body) || (method === "DELETE" && text === ""),
}

/** null for what is not in the vendor's envelope. */
function refusal(body: unknown, { status, headers }: Received): OctopusRefusal | null {
  if (status < 400 || !isObject(body)) return null
  const { ErrorMessage, Errors, HelpText } = body
  if (typeof ErrorMessage !== "string") return null
  return new OctopusRefusal(status, {
    errorMessage: ErrorMessage,
    errors: Array.isArray(Errors) ? Errors.map(String) : [],
    helpText: typeof HelpText === "string" ? HelpText : null,
    retryAfterSeconds: retryAfterSeconds(headers),
  })
}
