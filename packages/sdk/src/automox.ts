import type { Body, Params, Query } from "@keyward/contract"
import {
  type ApiKey,
  type ApiKeyList,
  type ApiKeySecret,
  createUserApiKey,
  decryptUserApiKey,
  deleteUserApiKey,
  getOrganizationApiKeys,
  getUserApiKey,
  getUserApiKeys,
  updateUserApiKey,
} from "@keyward/contract/automox"
import { isObject } from "./answer.ts"
import { type Call, type CallingOptions, callOf } from "./call.ts"
import type { Received } from "./exchange.ts"
import type { CallOptions } from "./request.ts"
import { retryAfterSeconds } from "./retry.ts"

export interface AutomoxApiKeysOptions extends Pick<CallingOptions, "fetch" | "timeoutMs" | "delay"> {
  /** Where the server is: Keyward's Automox dialect, or `https://console.automox.com/api`. */
  readonly baseUrl: string
  /** The key of the user who calls. */
  readonly apiKey: string
  /** How often a call is repeated that may be (all but create and delete), after network trouble, 429 or 503; default 2. */
  readonly retries?: number
}

/** The server understood the call and refused it, in the vendor's envelope. */
export class AutomoxRefusal extends Error {
  /** The HTTP status. A name that is taken and a reached limit of keys are 400. */
  readonly status: number
  /** What the server says about it; usually one text. */
  readonly errors: readonly string[]
  /** When it is worth trying again; null: the server does not say. */
  readonly retryAfterSeconds: number | null

  constructor(status: number, errors: readonly string[], retryAfter: number | null) {
    super(`${status}: ${errors.join(" ")}`)
    this.name = "AutomoxRefusal"
    this.status = status
    this.errors = errors
    this.retryAfterSeconds = retryAfter
  }
}

/**
 * The "API Keys" operations of the Automox console API, against Keyward in either conformance mode and against the
 * vendor. Users, keys and organizations are named by their integer ids. Every method rejects with AutomoxRefusal when
 * the server refuses, KeywardUnreachable when it cannot be reached in time, KeywardUnexpectedAnswer when something else
 * answers, and with the signal's reason when its signal aborts. None of these repeats the API key.
 */
export class AutomoxApiKeys {
  readonly #call: Call

  /** @throws TypeError on a baseUrl that is no plain http(s) URL, or an apiKey that is no text of a key */
  constructor(options: AutomoxApiKeysOptions) {
    this.#call = callOf(options, { refusal })
  }

  /**
   * A new key of one's own; `decryptUserApiKey` reads its secret.
   * @param asked without a name, Keyward chooses one in its mode `documented`; other servers refuse
   */
  createUserApiKey(
    userId: number,
    { o, ...body }: Query<typeof createUserApiKey> & Body<typeof createUserApiKey>,
    options: CallOptions = {},
  ): Promise<ApiKey> {
    return this.#call(createUserApiKey, { params: { userId }, query: { o }, body, ...options })
  }

  /** One page of a user's keys. `size` counts those of all pages. */
  getUserApiKeys(
    userId: number,
    query: Query<typeof getUserApiKeys>,
    options: CallOptions = {},
  ): Promise<ApiKeyList> {
    return this.#call(getUserApiKeys, { params: { userId }, query, ...options })
  }

  getUserApiKey(
    userId: number,
    id: number,
    query: Query<typeof getUserApiKey>,
    options: CallOptions = {},
  ): Promise<ApiKey> {
    return this.#call(getUserApiKey, { params: { userId, id }, query, ...options })
  }

  /** Enables or disables a key. */
  updateUserApiKey(
    userId: number,
    id: number,
    { o, ...body }: Query<typeof updateUserApiKey> & Body<typeof updateUserApiKey>,
    options: CallOptions = {},
  ): Promise<ApiKey> {
    return this.#call(updateUserApiKey, { params: { userId, id }, query: { o }, body, ...options })
  }

  /** Ends a key for good. */
  deleteUserApiKey(
    userId: number,
    id: number,
    query: Query<typeof deleteUserApiKey>,
    options: CallOptions = {},
  ): Promise<undefined> {
    return this.#call(deleteUserApiKey, { params: { userId, id }, query, ...options })
  }

  /** The secret of a key of one's own. */
  decryptUserApiKey(
    userId: number,
    id: number,
    query: Query<typeof decryptUserApiKey>,
    options: CallOptions = {},
  ): Promise<ApiKeySecret> {
    return this.#call(decryptUserApiKey, { params: { userId, id }, query, ...options })
  }

  /** One page of all keys of an organization, for its administrators. */
  getOrganizationApiKeys(
    id: Params<typeof getOrganizationApiKeys>["id"],
    query: Query<typeof getOrganizationApiKeys> = {},
    options: CallOptions = {},
  ): Promise<ApiKeyList> {
    return this.#call(getOrganizationApiKeys, { params: { id }, query, ...options })
  }
}

/** null for what is not in the vendor's envelope. */
function refusal(body: unknown, { status, headers }: Received): AutomoxRefusal | null {
  if (status < 400 || !isObject(body)) return null
  const { errors } = body
  if (!Array.isArray(errors) || !errors.every((text) => typeof text === "string")) return null
  return new AutomoxRefusal(status, errors, retryAfterSeconds(headers))
}
