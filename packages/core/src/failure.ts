import type { PolicyRule } from "./policy/rule-names.ts"

/** One thing that is wrong with an input, and what would be right. Never quotes a secret. */
export interface InputError {
  /** Where: a JSON Pointer into the body (`/permissions/3`), or `query.limit`, `path.id`, `header.If-Match`. */
  readonly member: string
  /** What is wrong, with the limit where there is one. */
  readonly message: string
  /** What to send instead. */
  readonly fix: string
  /** Which rule of the keyspace's policy is broken, as the native API names it; absent: it is no matter of the policy. */
  readonly rule?: PolicyRule
}

export type ResourceKind =
  | "organization"
  | "user"
  | "service_account"
  /** A user or service account, whichever has the id. */
  | "member"
  | "role"
  | "session"
  | "link"
  | "keyspace"
  | "key"
  | "secret"
  | "replay"
  | "task"

/**
 * Why the authority did not do what it was asked. A refused key is not among these: a verification has an outcome;
 * a failure is what prevented an answer or a change. `packages/contract` has a row for each code.
 */
export type Failure =
  | { readonly code: "invalid_input"; readonly errors: readonly InputError[] }
  | { readonly code: "permission_denied"; readonly missing: readonly string[] }
  /** The caller may make such a change, but not give away these permissions, which it does not hold itself. */
  | { readonly code: "grant_exceeds_caller"; readonly missing: readonly string[] }
  /** Unknown, or another organization's: the same failure, so that nobody can tell which. */
  | { readonly code: "not_found"; readonly resource: ResourceKind }
  | { readonly code: "already_exists"; readonly resource: ResourceKind; readonly member: string }
  | { readonly code: "revision_conflict"; readonly resource: ResourceKind }
  /** A revoked key stays as it was. */
  | { readonly code: "key_revoked" }
  /** A key that is protected stays until it is not. */
  | { readonly code: "delete_protected" }
  /** The secret before the newest still lives, and a key has two at most. */
  | { readonly code: "rotation_under_way" }
  /** There is nothing to finish, cancel or extend. */
  | { readonly code: "no_rotation" }
  | { readonly code: "not_recoverable" }
  | { readonly code: "built_in_keyspace" }
  | { readonly code: "built_in_role" }
  /** The last owner who is neither suspended nor removed stays one. */
  | { readonly code: "last_owner" }
  /** Whoever may not be told why: unknown account, wrong password, suspended, no password set. */
  | { readonly code: "sign_in_refused" }
  | { readonly code: "too_many_attempts"; readonly retryAfterMs: number }
  /** Only a signed-in user can do this, with the session itself. */
  | { readonly code: "session_required" }
  /** More passwords wait to be verified than the machine is given to do. */
  | { readonly code: "overloaded"; readonly retryAfterMs: number }
  /** The keyspace's policy allows no more keys: in all, or of the key's owner. */
  | { readonly code: "too_many_keys"; readonly limit: number; readonly per: "keyspace" | "owner" }
  /** So many tasks of the organization are running already. */
  | { readonly code: "too_many_tasks"; readonly limit: number }
  /** The caller's idempotency key names another intent. */
  | { readonly code: "idempotency_key_reused" }
  /** The call that named the idempotency key first is not answered yet. */
  | { readonly code: "idempotency_in_progress"; readonly retryAfterMs: number }
  | { readonly code: "store_unavailable" }
  /**
   * This process lacks a version of one of the installation's own secrets, under which something is sealed, or may be stored:
   * what is asked for may well be there, so that no other answer would be true.
   */
  | {
      readonly code: "installation_secret_missing"
      readonly secret: "pepper" | "encryption"
      readonly version: number
    }

export type FailureCode = Failure["code"]

/**
 * The one error the authority and the stores throw on purpose.
 * `cause` may hold an engine's own error for the log; the message is made of the code alone and is safe to show.
 */
export class AuthorityError extends Error {
  readonly failure: Failure
  constructor(failure: Failure, options?: ErrorOptions) {
    super(failure.code, options)
    this.name = "AuthorityError"
    this.failure = failure
  }
}

export function fail(failure: Failure, options?: ErrorOptions): never {
  throw new AuthorityError(failure, options)
}

/** Whether `error` is an AuthorityError with this code. */
export function isFailure(error: unknown, code: FailureCode): error is AuthorityError {
  return error instanceof AuthorityError && error.failure.code === code
}
