import type { Body, Headers as HeadersOf, Params, Query, Route } from "@keyward/contract"

/** How a call is made, whatever it calls. */
export interface CallOptions {
  /** Ends the call, and the waiting between its repetitions, with the signal's reason. */
  readonly signal?: AbortSignal
}

/** How a call is made that creates something. */
export interface CreateOptions extends CallOptions {
  /**
   * Your own name for what you intend, such as a UUID that was noted down beforehand: with it the call can be repeated
   * for 24 hours, by another process too, and creates nothing twice. Absent: a client that repeats calls makes one for
   * each call, so that its own repetitions create nothing twice.
   */
  readonly idempotencyKey?: string
}

/** A part of a call: required where the route needs something in it, absent where the route has no such part. */
type Part<Name extends string, Value> = [Value] extends [undefined]
  ? unknown
  : Record<never, never> extends Value
    ? { readonly [N in Name]?: Value }
    : { readonly [N in Name]: Value }

/** What a route takes. */
export type CallInput<R extends Route> = CallOptions &
  Part<"params", Params<R>> &
  Part<"query", Query<R>> &
  Part<"headers", HeadersOf<R>> &
  Part<"body", Body<R>>

/** The same for a route that is not known to the compiler. */
export interface AnyInput extends CallOptions {
  readonly params?: Readonly<Record<string, unknown>>
  readonly query?: Readonly<Record<string, unknown>>
  readonly headers?: Readonly<Record<string, unknown>>
  readonly body?: unknown
}

/** The path and query of a call. @throws TypeError on a path parameter that would lead to another path */
export function requestTarget(route: Route, { params = {}, query = {} }: AnyInput): string {
  const path = route.path.replaceAll(/\{(\w+)\}/g, (_braced, name: string) => {
    const text = String(params[name] ?? "")
    // URL parsers drop these as path segments, also when they are percent-encoded.
    if (text === "" || text === "." || text === "..") {
      throw new TypeError(`${route.operationId} needs ${name}, and "${text}" cannot be one.`)
    }
    return encodeURIComponent(text)
  })
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) if (value !== undefined) search.set(name, String(value))
  return search.size === 0 ? path : `${path}?${search}`
}

/** @param credential headers; null: none are sent; nor are they where the route does not ask for one */
export function requestInit(
  route: Route,
  input: AnyInput,
  credential: Readonly<Record<string, string>> | null,
): RequestInit {
  const headers: Record<string, string> = { accept: "application/json, application/problem+json" }
  for (const [name, value] of Object.entries(input.headers ?? {})) {
    if (value !== undefined) headers[name.toLowerCase()] = String(value)
  }
  if (route.permission !== undefined || route.byHolder) Object.assign(headers, credential)
  if (route.body) headers["content-type"] = route.bodyTypes?.[0] ?? "application/json"
  return {
    method: route.method,
    headers,
    // A redirect would carry the body, and in a browser's view the key, to wherever it points.
    redirect: "manual",
    credentials: "omit",
    ...(route.body ? { body: JSON.stringify(input.body ?? {}) } : {}),
  }
}
