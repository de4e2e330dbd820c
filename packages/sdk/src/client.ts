import {
  type Answer,
  checkKey,
  type Query,
  type Route,
  readSelf,
  takesIdempotencyKey,
} from "@keyward/contract"
import { readAnswer } from "./answer.ts"
import { membersOf, rolesOf, serviceAccountsOf, usersOf } from "./directory.ts"
import { exchange, type Server, type ServerOptions, serverOf } from "./exchange.ts"
import { withIdempotencyKey } from "./idempotency.ts"
import type { AnyInput, CallInput, CallOptions } from "./request.ts"
import { auditOf, healthOf, keysOf, keyspacesOf, organizationsOf } from "./resources.ts"
import { type Delay, patiently, timerDelay } from "./retry.ts"
import { linksOf, sessionsOf } from "./sessions.ts"

export interface KeywardClientOptions extends ServerOptions {
  /** How long one attempt may take, and the longest wait between two; milliseconds, default 10 000. */
  readonly timeoutMs?: number
  /**
   * How often a call is repeated that may be (reading, verifying, creating), after network trouble, 429 or 503; default 2.
   * A call that creates is made with an idempotency key then, so that it creates nothing twice.
   */
  readonly retries?: number
  /** Default: a timer. */
  readonly delay?: Delay
}

/**
 * Calls a Keyward server; in Node.js and in browsers. Every method rejects with KeywardProblem when the server refuses,
 * KeywardUnreachable when it cannot be reached in time, KeywardUnexpectedAnswer when something else answers, and with
 * the signal's reason when its signal aborts. None of these repeats the API key.
 */
export class KeywardClient {
  readonly #server: Server
  readonly #retries: number
  readonly #delay: Delay

  readonly organizations: ReturnType<typeof organizationsOf>
  readonly users: ReturnType<typeof usersOf>
  readonly serviceAccounts: ReturnType<typeof serviceAccountsOf>
  readonly members: ReturnType<typeof membersOf>
  readonly sessions: ReturnType<typeof sessionsOf>
  readonly links: ReturnType<typeof linksOf>
  readonly roles: ReturnType<typeof rolesOf>
  readonly keyspaces: ReturnType<typeof keyspacesOf>
  readonly keys: ReturnType<typeof keysOf>
  readonly audit: ReturnType<typeof auditOf>
  readonly health: ReturnType<typeof healthOf>

  /** @throws TypeError on a baseUrl that is no plain http(s) URL, or an apiKey that is no text of a key */
  constructor({ retries = 2, delay = timerDelay, ...server }: KeywardClientOptions) {
    this.#server = serverOf(server)
    this.#retries = retries
    this.#delay = delay
    const call = this.call.bind(this)
    this.organizations = organizationsOf(call)
    this.users = usersOf(call)
    this.serviceAccounts = serviceAccountsOf(call)
    this.members = membersOf(call)
    this.sessions = sessionsOf(call)
    this.links = linksOf(call)
    this.roles = rolesOf(call)
    this.keyspaces = keyspacesOf(call)
    this.keys = keysOf(call)
    this.audit = auditOf(call)
    this.health = healthOf(call)
  }

  /** What the server knows of the API key itself. */
  self(options: CallOptions = {}): Promise<Answer<typeof readSelf>> {
    return this.call(readSelf, options)
  }

  /** Resolves when the API key itself may pass, and rejects with the problem that keeps it from passing. */
  check(query: Query<typeof checkKey> = {}, options: CallOptions = {}): Promise<undefined> {
    return this.call(checkKey, { query, ...options })
  }

  /** Calls a route of the contract. The named methods are this with a route filled in. */
  async call<R extends Route>(route: R, input: CallInput<R>): Promise<Answer<R>> {
    const asked = this.#retries > 0 ? withIdempotencyKey(route, input) : input
    const repeatable = route.method === "GET" || route.repeatable || takesIdempotencyKey(route)
    const patience = {
      repetitions: repeatable ? this.#retries : 0,
      longestWaitMs: this.#server.timeoutMs,
      delay: this.#delay,
    }
    return patiently(() => this.#attempt(route, asked), patience, input.signal) as Promise<Answer<R>>
  }

  async #attempt(route: Route, input: AnyInput): Promise<unknown> {
    return readAnswer(route, await exchange(this.#server, route, input), this.#server.apiKey)
  }
}
