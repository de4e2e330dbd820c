import type { Authority, Clock, Keyspace, NewBuiltInKeyspace } from "@keyward/core"
import type { FastifyPluginAsync, FastifyServerOptions } from "fastify"
import type { Conformance } from "../config.ts"
import type { Verifier } from "../verification/verifier.ts"

/**
 * One vendor's key-management API, served over the same authority. A dialect has a Fastify instance, and a port, to
 * itself: nothing that it sets there reaches another. `docs/dialects.md` says how one is built.
 */
export interface Dialect {
  readonly name: string
  /** The port that `keyward dev` serves it on. */
  readonly defaultPort?: number
  /** Whether its paths only work from the root of a host, without a prefix. */
  readonly needsRoot: boolean
  /** What the Fastify instance must be made with, as no plugin can set it afterwards. */
  readonly instance: Pick<FastifyServerOptions, "routerOptions" | "frameworkErrors">
  /** The keyspace that the dialect's keys live in, for `ensureBuiltInKeyspace`. */
  keyspace(settings: DialectSettings): NewBuiltInKeyspace
  routes(context: DialectContext): FastifyPluginAsync
}

export interface DialectSettings {
  /** Most keys of the dialect that may be active at once; null: as many as you like. */
  readonly maxActiveKeys: number | null
}

/** What a dialect is served from. */
export interface DialectContext {
  readonly authority: Authority
  readonly verifier: Verifier
  /** The dialect's own. Its organization is the one that the dialect serves. */
  readonly keyspace: Keyspace
  readonly conformance: Conformance
  /** Origins whose pages may call beside the vendor's own, as `isOriginPattern` takes them. */
  readonly allowedOrigins: readonly string[]
  readonly clock: Clock
  /** Keyward's own version. */
  readonly version: string
}
