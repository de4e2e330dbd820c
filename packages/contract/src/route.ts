import type { Static, TObject, TSchema } from "typebox"
import type { ProblemCode } from "./problem.ts"

/**
 * One operation of an HTTP API, declared once: the server validates and serialises by it, the SDK is typed by it, and
 * OpenAPI prints it. Paths name their parameters as OpenAPI does: `/v1/keys/{key_id}`.
 */
export interface Route {
  readonly operationId: string
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE"
  readonly path: string
  readonly tag: string
  readonly summary: string
  readonly description?: string
  /** The management permission that a caller needs; null: any authenticated caller; absent: none authenticates. */
  readonly permission?: string | null
  /** Whether the route is for the holder of any key, of whatever keyspace, who authenticates with that key. */
  readonly byHolder?: true
  /** Whether a success has the header `Sunset` where the key that it is about is close to its end. */
  readonly tellsOfEnd?: true
  /** Whether a client may repeat the call when it cannot know whether the first one arrived. Every GET may be. */
  readonly repeatable?: true
  readonly params?: TObject
  readonly query?: TObject
  readonly headers?: TObject
  readonly body?: TSchema
  /** Whether the call may be made without a body, as some vendors' may. */
  readonly bodyOptional?: true
  /** Content types of the body; default `application/json`. */
  readonly bodyTypes?: readonly string[]
  /** Most bytes of a body; default `bounds.bodyBytes`. */
  readonly bodyMaximum?: number
  /** What a success answers, by status; null: no body. */
  readonly answers: {
    readonly [status: number]: {
      readonly description: string
      readonly schema: TSchema | null
      /** Headers of this answer beside those that every answer has. */
      readonly headers?: { readonly [name: string]: TSchema }
    }
  }
  /** Which problems it can answer, beside those of `commonProblems`. */
  readonly problems: readonly ProblemCode[]
  /** A dialect's refusals, by status, in its vendor's envelope; null: no body. Native routes have `problems` instead. */
  readonly errors?: {
    readonly [status: number]: { readonly description: string; readonly schema: TSchema | null }
  }
}

/** The header with which a creating call can be repeated; see `IdempotencyKey` of the native API. */
export const idempotencyKeyHeader = "Idempotency-Key"

/** Whether repeating a call of the route with the same Idempotency-Key does nothing twice. */
export function takesIdempotencyKey({ headers }: Pick<Route, "headers">): boolean {
  return headers?.properties[idempotencyKeyHeader] !== undefined
}

/** Keeps the literal types of a declaration, for the clients that are typed by it. */
export function route<const Declared extends Route>(declared: Declared): Declared {
  return declared
}

type Part<R extends Route, Name extends "params" | "query" | "headers" | "body"> = R extends {
  readonly [N in Name]: infer Schema extends TSchema
}
  ? Static<Schema>
  : undefined

export type Params<R extends Route> = Part<R, "params">
export type Query<R extends Route> = Part<R, "query">
export type Headers<R extends Route> = Part<R, "headers">
export type Body<R extends Route> = Part<R, "body">

/** What the route answers on success; `undefined` where the answer has no body. */
export type Answer<R extends Route> = {
  [Status in keyof R["answers"]]: R["answers"][Status] extends {
    readonly schema: infer Schema extends TSchema
  }
    ? Static<Schema>
    : undefined
}[keyof R["answers"]]
