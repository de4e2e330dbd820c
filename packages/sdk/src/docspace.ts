import {
  type ApiKeyResponseDto,
  type CreateApiKeyRequestDto,
  createApiKey,
  deleteApiKey,
  listApiKeys,
  listScopes,
  readOwnApiKey,
  type UpdateApiKeyRequest,
  updateApiKey,
} from "@keyward/contract/docspace"
import { type Envelope, isObject } from "./answer.ts"
import { type Call, type CallingOptions, callOf } from "./call.ts"
import type { Received, ServerOptions } from "./exchange.ts"
import type { CallOptions } from "./request.ts"
import { retryAfterSeconds } from "./retry.ts"

interface DocSpaceServerOptions extends Pick<CallingOptions, "fetch" | "timeoutMs" | "delay"> {
  /** Where the portal is: Keyward's DocSpace dialect, or `https://your-docspace.onlyoffice.com`. */
  readonly baseUrl: string
  /** How often a call is repeated that may be (all but create and delete), after network trouble, 429 or 503; default 2. */
  readonly retries?: number
}

/** Who calls: by an API key, the token of a session or a JWT; or by an e-mail address and its password (HTTP Basic). */
export type DocSpaceApiKeysOptions = DocSpaceServerOptions &
  ({ readonly apiKey: string } | { readonly email: string; readonly password: string })

/** The server understood the call and refused it. */
export class DocSpaceRefusal extends Error {
  /** The HTTP status. */
  readonly status: number
  /** What the server says; empty where it says nothing, as with 401 and a missing scope (403). */
  readonly detail: string
  /** Each fault of an invalid request by where it is (`Name`, `$.permissions`); otherwise empty. */
  readonly faults: Readonly<Record<string, readonly string[]>>
  /** When it is worth trying again; null: the server does not say. */
  readonly retryAfterSeconds: number | null

  constructor(status: number, detail: string, faults: DocSpaceRefusal["faults"], retryAfter: number | null) {
    super(detail === "" ? `${status}` : `${status}: ${detail}`)
    this.name = "DocSpaceRefusal"
    this.status = status
    this.detail = detail
    this.faults = faults
    this.retryAfterSeconds = retryAfter
  }
}

/**
 * The "Api keys" operations of ONLYOFFICE DocSpace, against Keyward in either conformance mode and against the vendor's
 * own server. Every method gives what the envelope holds, and rejects with DocSpaceRefusal when the server refuses,
 * KeywardUnreachable when it cannot be reached in time, KeywardUnexpectedAnswer when something else answers, and with the
 * signal's reason when its signal aborts. None of these repeats the credential.
 */
export class DocSpaceApiKeys {
  readonly #call: Call

  /** @throws TypeError on a baseUrl that is no plain http(s) URL, or an apiKey that is no text of a credential */
  constructor(options: DocSpaceApiKeysOptions) {
    this.#call = callOf({ ...options, ...credentialOf(options) }, envelope)
  }

  /** A new key. Its `key`, the bearer token to hand on, is shown this once. */
  async createApiKey(body: CreateApiKeyRequestDto, options: CallOptions = {}): Promise<ApiKeyResponseDto> {
    return (await this.#call(createApiKey, { body, ...options })).response
  }

  /**
   * One's own keys, newest first, also those that are inactive or have expired; for an administrator, where the server is
   * as the vendor's (conformance `observed`), everyone's.
   */
  async getApiKeys(options: CallOptions = {}): Promise<ApiKeyResponseDto[]> {
    return (await this.#call(listApiKeys, options)).response
  }

  /** All scopes that a key can be limited to. */
  async getAllPermissions(options: CallOptions = {}): Promise<string[]> {
    return (await this.#call(listScopes, options)).response
  }

  /** The key with which the call is made. */
  async getApiKey(options: CallOptions = {}): Promise<ApiKeyResponseDto> {
    return (await this.#call(readOwnApiKey, options)).response
  }

  /** @returns false when nothing was changed: the key is somebody else's, or has expired */
  async updateApiKey(keyId: string, body: UpdateApiKeyRequest, options: CallOptions = {}): Promise<boolean> {
    return (await this.#call(updateApiKey, { params: { keyId }, body, ...options })).response
  }

  /** Ends a key for good. @returns false when nothing was changed: the key is somebody else's */
  async deleteApiKey(keyId: string, options: CallOptions = {}): Promise<boolean> {
    return (await this.#call(deleteApiKey, { params: { keyId }, ...options })).response
  }
}

function credentialOf(options: DocSpaceApiKeysOptions): Pick<ServerOptions, "apiKey" | "present"> {
  if ("apiKey" in options) return { apiKey: options.apiKey }
  // UTF-8, as the vendor's server reads it (RFC 7617 §2.1).
  const bytes = new TextEncoder().encode(`${options.email}:${options.password}`)
  return {
    apiKey: btoa(String.fromCharCode(...bytes)),
    present: (pair) => ({ authorization: `Basic ${pair}` }),
  }
}

const envelope: Envelope = { refusal, isAnswer: (body) => isObject(body) && "response" in body }

/** null for what is not in the vendor's envelope. */
function refusal(body: unknown, { status, headers, text }: Received): DocSpaceRefusal | null {
  if (status < 400) return null
  const retryAfter = retryAfterSeconds(headers)
  if (text === "") return new DocSpaceRefusal(status, "", {}, retryAfter)
  if (!isObject(body)) return null
  const { error, response } = body
  if (isObject(error) && typeof error["message"] === "string") {
    return new DocSpaceRefusal(status, error["message"], {}, retryAfter)
  }
  if (!isObject(response) || !isFaults(response["errors"])) return null
  const faults = response["errors"]
  const told = Object.entries(faults).map(([where, texts]) => `${where}: ${texts.join(" ")}`)
  return new DocSpaceRefusal(status, told.join("; "), faults, retryAfter)
}

function isFaults(value: unknown): value is DocSpaceRefusal["faults"] {
  return (
    isObject(value) &&
    Object.values(value).every(
      (texts) => Array.isArray(texts) && texts.every((text) => typeof text === "string"),
    )
  )
}
