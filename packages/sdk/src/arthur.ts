import type { Body } from "@keyward/contract"
import {
  type ApiKeyResponse,
  createApiKey,
  deactivateApiKey,
  getApiKey,
  listActiveApiKeys,
} from "@keyward/contract/arthur"
import { isObject } from "./answer.ts"
import { type Call, type CallingOptions, callOf } from "./call.ts"
import type { Received } from "./exchange.ts"
import type { CallOptions } from "./request.ts"
import { retryAfterSeconds } from "./retry.ts"

export interface ArthurApiKeysOptions extends Pick<CallingOptions, "fetch" | "timeoutMs" | "delay"> {
  /** Where the server is: Keyward's Arthur dialect, or an Arthur GenAI Engine. */
  readonly baseUrl: string
  /** The master key, or another one that may manage keys. */
  readonly token: string
  /** How often a call is repeated that may be (all but create), after network trouble, 429 or 503; default 2. */
  readonly retries?: number
}

/** One thing that is wrong with a request, as FastAPI tells it. */
export interface ArthurFault {
  /** Where: `["body", "roles", 0]`. */
  readonly loc: readonly (string | number)[]
  readonly msg: string
  readonly type: string
}

/** The server understood the call and refused it, in the vendor's envelope. */
export class ArthurRefusal extends Error {
  /** The HTTP status. A request that is invalid is 422 to a server of the published reference, and 400 to others. */
  readonly status: number
  /** In one text, whatever the envelope held. */
  readonly detail: string
  /** Each fault of an invalid request, where the server lists them; otherwise empty. */
  readonly faults: readonly ArthurFault[]
  /** When it is worth trying again; null: the server does not say. */
  readonly retryAfterSeconds: number | null

  constructor(status: number, detail: string, faults: readonly ArthurFault[], retryAfter: number | null) {
    super(`${status}: ${detail}`)
    this.name = "ArthurRefusal"
    this.status = status
    this.detail = detail
    this.faults = faults
    this.retryAfterSeconds = retryAfter
  }
}

/**
 * The "API Keys" operations of the Arthur GenAI Engine, against Keyward in either conformance mode and against the
 * vendor's own server. Every method rejects with ArthurRefusal when the server refuses, KeywardUnreachable when it
 * cannot be reached in time, KeywardUnexpectedAnswer when something else answers, and with the signal's reason when its
 * signal aborts. None of these repeats the token.
 */
export class ArthurApiKeys {
  readonly #call: Call

  /** @throws TypeError on a baseUrl that is no plain http(s) URL, or a token that is no text of a key */
  constructor({ token, ...options }: ArthurApiKeysOptions) {
    this.#call = callOf({ ...options, apiKey: token }, { refusal })
  }

  /** A new key. Its `key`, the bearer token to hand on, is shown this once. */
  createApiKey(body: Body<typeof createApiKey> = {}, options: CallOptions = {}): Promise<ApiKeyResponse> {
    return this.#call(createApiKey, { body, ...options })
  }

  /** All active keys, at once. */
  getAllActiveApiKeys(options: CallOptions = {}): Promise<ApiKeyResponse[]> {
    return this.#call(listActiveApiKeys, options)
  }

  /** A key, active or not. */
  getApiKey(id: string, options: CallOptions = {}): Promise<ApiKeyResponse> {
    return this.#call(getApiKey, { params: { api_key_id: id }, ...options })
  }

  /** Ends a key for good. @returns the key as it is now; undefined from a server that does not say (204) */
  deactivateApiKey(id: string, options: CallOptions = {}): Promise<ApiKeyResponse | undefined> {
    return this.#call(deactivateApiKey, { params: { api_key_id: id }, ...options })
  }
}

/** null for what is not in the vendor's envelope. */
function refusal(body: unknown, { status, headers }: Received): ArthurRefusal | null {
  if (status < 400 || !isObject(body)) return null
  const { detail } = body
  const retryAfter = retryAfterSeconds(headers)
  if (typeof detail === "string") return new ArthurRefusal(status, detail, [], retryAfter)
  if (!Array.isArray(detail) || !detail.every(isFault)) return null
  const told = detail.map(({ loc, msg }) => `${loc.join(".")}: ${msg}`).join("; ")
  return new ArthurRefusal(status, told, detail, retryAfter)
}

function isFault(value: unknown): value is ArthurFault {
  if (!isObject(value)) return false
  const { loc, msg, type } = value
  return Array.isArray(loc) && typeof msg === "string" && typeof type === "string"
}
