import type { Problem } from "@keyward/contract"

/** The server understood the call and refused it, in its own words (RFC 9457). */
export class KeywardProblem extends Error {
  /** The HTTP status. */
  readonly status: number
  /** What to switch on: a `ProblemCode`, or one that only a newer server knows. */
  readonly code: string
  readonly title: string
  readonly detail: string
  /** What to do about it. */
  readonly fix: string
  /** Each thing that is wrong with the input; empty where the input is not the matter. */
  readonly errors: Problem["errors"]
  /** Names the request in the server's log and audit trail. */
  readonly requestId: string
  /** Empty where permissions are not the matter. */
  readonly missingPermissions: readonly string[]
  /** When it is worth trying again; null: the server does not say. */
  readonly retryAfterSeconds: number | null

  constructor(problem: Omit<Problem, "code"> & { readonly code: string }, retryAfterSeconds: number | null) {
    super(`${problem.code} (${problem.status}): ${problem.detail}`)
    this.name = "KeywardProblem"
    this.status = problem.status
    this.code = problem.code
    this.title = problem.title
    this.detail = problem.detail
    this.fix = problem.fix
    this.errors = problem.errors
    this.requestId = problem.request_id
    this.missingPermissions = problem.missing_permissions ?? []
    this.retryAfterSeconds = retryAfterSeconds
  }
}

/** No whole answer came: the network failed (`cause` says how), or it took longer than `timeoutMs`. */
export class KeywardUnreachable extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = "KeywardUnreachable"
  }
}

/** Something answered that does not speak this API: a proxy in between, or another server. */
export class KeywardUnexpectedAnswer extends Error {
  readonly status: number
  /** When it is worth trying again; null: the answer does not say. */
  readonly retryAfterSeconds: number | null

  constructor(message: string, status: number, retryAfterSeconds: number | null) {
    super(message)
    this.name = "KeywardUnexpectedAnswer"
    this.status = status
    this.retryAfterSeconds = retryAfterSeconds
  }
}
