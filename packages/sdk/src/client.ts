import { type Answer, checkKey, type Problem, type Query, readSelf } from "@keyward/contract"
import { isObject } from "./answer.ts"
import { type Call, type CallingOptions, callOf } from "./call.ts"
import { membersOf, rolesOf, serviceAccountsOf, usersOf } from "./directory.ts"
import type { Received } from "./exchange.ts"
import { KeywardProblem } from "./failure.ts"
import type { CallOptions } from "./request.ts"
import { auditOf, healthOf, keysOf, keyspacesOf, organizationsOf } from "./resources.ts"
import { retryAfterSeconds, timerDelay } from "./retry.ts"
import { linksOf, sessionsOf } from "./sessions.ts"
import { tasksOf } from "./tasks.ts"

export interface KeywardClientOptions extends CallingOptions {
  /**
   * How often a call is repeated that may be (reading, verifying, creating), after network trouble, 429 or 503; default 2.
   * A call that creates is made with an idempotency key then, so that it creates nothing twice.
   */
  readonly retries?: number
}

/**
 * Calls a Keyward server; in Node.js and in browsers. Every method rejects with KeywardProblem when the server refuses,
 * KeywardUnreachable when it cannot be reached in time, KeywardUnexpectedAnswer when something else answers, and with
 * the signal's reason when its signal aborts. None of these repeats the API key.
 */
export class KeywardClient {
  /** Calls a route of the contract. The named methods are this with a route filled in. */
  readonly call: Call

  readonly organizations: ReturnType<typeof organizationsOf>
  readonly users: ReturnType<typeof usersOf>
  readonly serviceAccounts: ReturnType<typeof serviceAccountsOf>
  readonly members: ReturnType<typeof membersOf>
  readonly sessions: ReturnType<typeof sessionsOf>
  readonly links: ReturnType<typeof linksOf>
  readonly roles: ReturnType<typeof rolesOf>
  readonly keyspaces: ReturnType<typeof keyspacesOf>
  readonly keys: ReturnType<typeof keysOf>
  readonly tasks: ReturnType<typeof tasksOf>
  readonly audit: ReturnType<typeof auditOf>
  readonly health: ReturnType<typeof healthOf>

  /** @throws TypeError on a baseUrl that is no plain http(s) URL, or an apiKey that is no text of a key */
  constructor(options: KeywardClientOptions) {
    const call = callOf(options, { refusal: problem })
    this.call = call
    this.organizations = organizationsOf(call)
    this.users = usersOf(call)
    this.serviceAccounts = serviceAccountsOf(call)
    this.members = membersOf(call)
    this.sessions = sessionsOf(call)
    this.links = linksOf(call)
    this.roles = rolesOf(call)
    this.keyspaces = keyspacesOf(call)
    this.keys = keysOf(call)
    this.tasks = tasksOf(call, options.delay ?? timerDelay)
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
}

/** null for what is no problem document of this API. */
function problem(body: unknown, { status, headers }: Received): KeywardProblem | null {
  return isProblem(body) && body.status === status
    ? new KeywardProblem(body, retryAfterSeconds(headers))
    : null
}

function isProblem(body: unknown): body is Problem {
  if (!isObject(body)) return false
  const { code, title, detail, fix, request_id, errors } = body
  return (
    [code, title, detail, fix, request_id].every((member) => typeof member === "string") &&
    Array.isArray(errors)
  )
}
