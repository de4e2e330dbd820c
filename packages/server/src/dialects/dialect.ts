import type {
  Authority,
  Clock,
  Entropy,
  Keyspace,
  NewBuiltInKeyspace,
  Organization,
  Principal,
} from "@keyward/core"
import type { FastifyPluginAsync, FastifyServerOptions } from "fastify"
import type { DialectName, DialectSettings } from "../dialect-settings.ts"
import type { IdentifyBearer } from "../openid/bearer.ts"
import type { GuessThrottle } from "../verification/guess-throttle.ts"
import type { Verifier } from "../verification/verifier.ts"

export type { Conformance, DialectSettings } from "../dialect-settings.ts"

/**
 * One vendor's key-management API, served over the same authority. A dialect has a Fastify instance to itself, wherever
 * it is mounted: nothing that it sets there reaches another. `docs/dialects.md` says how one is built.
 */
export interface Dialect {
  readonly name: DialectName
  /** What the Fastify instance must be made with, as no plugin can set it afterwards. */
  readonly instance: Pick<FastifyServerOptions, "routerOptions" | "frameworkErrors" | "rewriteUrl">
  /** The keyspace that the dialect's keys live in, for `ensureBuiltInKeyspace`. */
  keyspace(settings: DialectSettings): NewBuiltInKeyspace
  /**
   * Issues credentials to somebody, named as the vendor's clients need them: shown once by `keyward dialects enable`, kept
   * by `keyward dev`.
   */
  issue(context: IssueContext, holder: Holder): Promise<Credentials>
  routes(context: DialectContext): FastifyPluginAsync
}

export type Credentials = Readonly<Record<string, string | number>>

/** What credentials are issued from. */
export interface IssueContext {
  readonly authority: Authority
  readonly organization: Organization
  /** The dialect's own. */
  readonly keyspace: Keyspace
  readonly managementKeyspaceId: string
  readonly clock: Clock
}

/** Whom credentials are issued to. */
export interface Holder {
  /** What the credentials shall be good for: everything in the dialect, what anybody may do, or what a machine does. */
  readonly standing: "administrator" | "ordinary" | "service"
  readonly principal: Principal
  /** null: not known, or none. */
  readonly password: string | null
}

/** What a dialect is served from. */
export interface DialectContext {
  readonly authority: Authority
  readonly verifier: Verifier
  /** Counts failed attempts of a source that are not the verifier's, such as unknown tokens. */
  readonly guesses: GuessThrottle
  /** The organization that the dialect serves, as it was when the serving began. */
  readonly organization: Organization
  /** The dialect's own. */
  readonly keyspace: Keyspace
  readonly settings: DialectSettings
  /** Takes the JWTs of the configured OpenID provider; null: none are taken. */
  readonly identifyBearer: IdentifyBearer | null
  readonly clock: Clock
  readonly entropy: Entropy
  /** A UUID, the same for ever. */
  readonly installationId: string
  /** Keyward's own version. */
  readonly version: string
}
