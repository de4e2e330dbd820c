import type { Confinement, FailureCode, Holder, Outcome } from "@keyward/core"

/**
 * The dialect on one page: the vendor's roles as permissions of ours, our failures and outcomes as its statuses and
 * texts. Everything else in this folder is how these travel.
 */

/** A role of the vendor's. */
export interface AutomoxRole {
  readonly id: number
  readonly name: string
  /** What somebody with the role may do here at most. */
  readonly may: Confinement
}

/** What everybody may do with keys of their own; it is all that creating and decrypting ask for, so nobody does it for others. */
export const ownKeys: Confinement = {
  keys: ["own_keys.read", "own_keys.write", "own_keys.reveal"],
  organization: ["organizations.read"],
}

/** Sees, enables, disables and deletes the keys of everybody. The vendor's administrators of a zone can do the same there. */
const fullAdministrator: AutomoxRole = {
  id: 1,
  name: "Full Administrator",
  may: {
    keys: ["keys.read", "keys.write", ...ownKeys.keys],
    organization: ["members.read", "roles.read", ...ownKeys.organization],
  },
}

/** What somebody holds who is one, by whichever roles of the organization. */
const administratorHolds: Confinement = {
  keys: ["keys.read", "keys.write"],
  organization: ["members.read"],
}

/** Everybody else, as far as keys go. */
const readOnly: AutomoxRole = {
  id: 2,
  name: "Read Only",
  may: ownKeys,
}

/** Which role what somebody holds amounts to: the organization's own roles count as the built-in ones do. */
export function roleOf(holds: Holder, keyspaceId: string): AutomoxRole {
  const { keys, organization } = administratorHolds
  const isAdministrator =
    keys.every((name) => holds.allows({ name, resource: keyspaceId })) &&
    organization.every((name) => holds.allows({ name, resource: null }))
  return isAdministrator ? fullAdministrator : readOnly
}

/** Why a secret is read, for the audit trail. */
export const decryptReason = "Decrypted through the Automox API."

/** What a key is called whose name nobody chose. */
export function generatedName(n: number): string {
  return `API key ${n}`
}

export const texts = {
  unauthorized: "Unauthorized",
  forbidden: "You do not have permission to perform this action.",
  notFound: "Not found.",
  tooManyRequests: "Too Many Requests!",
  tooLong: "The body is longer than 64 KiB.",
  badRequest: "Bad Request",
  malformedJson: "The body is not well-formed JSON in UTF-8.",
  nameRequired: "The name field is required.",
  isEnabledRequired: "The is_enabled field is required.",
} as const

/** What is said of a parameter or member that is not as it has to be, by its name; "": the body as a whole. */
export const invalid: Readonly<Record<string, string>> = {
  "": "The body has to be a JSON object.",
  o: "The parameter o is required: the id of the organization, an integer.",
  page: "The parameter page has to be an integer, 0 or more.",
  limit: "The parameter limit has to be an integer from 1 to 500.",
  name: "The name has to be a text of 1 to 255 characters.",
  expires_at: "The expires_at field has to be an ISO 8601 date and time in the future.",
  is_enabled: "The is_enabled field has to be true or false.",
}

interface Row {
  readonly status: number
  readonly text: string
  readonly retryAfterSeconds?: number
}

/** What is nobody's fault but ours. */
export const unexpected: Row = { status: 500, text: "Something went wrong." }
const unavailable: Row = { status: 503, text: "Service Unavailable", retryAfterSeconds: 1 }

/** What each failure of the authority is answered as. `unexpected`: the dialect asks for nothing that can fail so. */
export const failures: Readonly<Record<FailureCode, Row>> = {
  permission_denied: { status: 403, text: texts.forbidden },
  grant_exceeds_caller: { status: 403, text: texts.forbidden },
  not_found: { status: 404, text: texts.notFound },
  /** With the text of `invalid` where the member has one. */
  invalid_input: { status: 400, text: texts.badRequest },
  already_exists: { status: 400, text: "The name has already been taken." },
  too_many_keys: { status: 400, text: "The maximum number of API keys has been reached." },
  /** The vendor has no such end of a key; it can be deleted, and nothing else. */
  key_revoked: { status: 400, text: "The API key has been revoked and cannot be enabled again." },
  /** The vendor has no such protection; it was put on by the native API, and is taken off by it. */
  delete_protected: { status: 400, text: "The API key is protected against deletion." },
  not_recoverable: { status: 404, text: texts.notFound },
  store_unavailable: unavailable,
  installation_secret_missing: unavailable,
  /** Many at once changed the same key; nothing was done. */
  revision_conflict: unavailable,
  built_in_keyspace: unexpected,
  built_in_role: unexpected,
  rotation_under_way: unexpected,
  no_rotation: unexpected,
  last_owner: unexpected,
  too_many_tasks: unexpected,
  idempotency_key_reused: unexpected,
  idempotency_in_progress: unexpected,
  sign_in_refused: unexpected,
  too_many_attempts: unexpected,
  session_required: unexpected,
  overloaded: unexpected,
}

/** What presenting a key comes to. `unrecognized` is 401. */
export const outcomes: Readonly<Record<Outcome, "recognized" | "unrecognized" | "too many requests">> = {
  VALID: "recognized",
  NOT_FOUND: "unrecognized",
  MALFORMED: "unrecognized",
  DISABLED: "unrecognized",
  REVOKED: "unrecognized",
  EXPIRED: "unrecognized",
  NOT_YET_VALID: "unrecognized",
  OWNER_SUSPENDED: "unrecognized",
  IP_NOT_ALLOWED: "unrecognized",
  ORIGIN_NOT_ALLOWED: "unrecognized",
  INSUFFICIENT_PERMISSIONS: "unrecognized",
  RATE_LIMITED: "too many requests",
  USAGE_EXCEEDED: "too many requests",
}
