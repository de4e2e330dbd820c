import type { Route } from "@keyward/contract"
import { KeywardUnreachable } from "./failure.ts"
import { type AnyInput, requestInit, requestTarget } from "./request.ts"

export type Fetch = (url: string, init: RequestInit) => Promise<Response>

/** Where calls go, and with what credential. */
export interface ServerOptions {
  /** Where the server is: `https://keys.example.com`, with a path where it is mounted below one. */
  readonly baseUrl: string
  /** The key, or token of a session, that every call presents; null: only what needs no credential can be called. */
  readonly apiKey: string | null
  /** The headers that present the key; default: as a bearer token. */
  readonly present?: ((apiKey: string) => Readonly<Record<string, string>>) | undefined
  /** Default: the platform's. */
  readonly fetch?: Fetch | undefined
  /** How long one attempt may take, in milliseconds; default 10 000. */
  readonly timeoutMs?: number | undefined
}

/** The same, checked and with the defaults filled in. */
export interface Server {
  readonly baseUrl: string
  readonly apiKey: string | null
  /** The headers that present the key; null: there is none. */
  readonly credential: Readonly<Record<string, string>> | null
  readonly fetch: Fetch
  readonly timeoutMs: number
}

/** What came back, whole. */
export interface Received {
  readonly status: number
  readonly headers: Headers
  readonly text: string
}

/** @throws TypeError on a baseUrl that is no plain http(s) URL, or an apiKey that is no text of a key */
export function serverOf(options: ServerOptions): Server {
  const { baseUrl, apiKey, present = asBearer, fetch, timeoutMs = 10_000 } = options
  return {
    baseUrl: plainBaseUrl(baseUrl),
    apiKey,
    credential: apiKey === null ? null : present(headerText(apiKey)),
    fetch: fetch ?? ((url, init) => globalThis.fetch(url, init)),
    timeoutMs,
  }
}

/**
 * Makes one attempt at a call.
 * @throws KeywardUnreachable when no whole answer comes in time; the signal's reason when that aborts
 */
export async function exchange(server: Server, route: Route, input: AnyInput): Promise<Received> {
  const { signal } = input
  signal?.throwIfAborted()
  const url = server.baseUrl + requestTarget(route, input)
  const init = requestInit(route, input, server.credential)
  const timeout = AbortSignal.timeout(server.timeoutMs)
  try {
    const response = await server.fetch(url, {
      ...init,
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    })
    return { status: response.status, headers: response.headers, text: await response.text() }
  } catch (error) {
    signal?.throwIfAborted()
    const why = timeout.aborted ? `did not answer within ${server.timeoutMs} ms` : "could not be reached"
    throw new KeywardUnreachable(`${server.baseUrl} ${why} (${route.operationId}).`, { cause: error })
  }
}

function asBearer(apiKey: string) {
  return { authorization: `Bearer ${apiKey}` }
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
