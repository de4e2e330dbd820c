import type { FailureCode, ManagementPermission, Outcome } from "@keyward/core"

/**
 * The dialect on one page: the vendor's permissions as ours, our failures and outcomes as its statuses and texts.
 * Everything else in this folder is how these travel.
 */

export type VendorPermission = "UserView" | "UserEdit"

/**
 * What each of the vendor's permissions is here. Both are about other users: with keys of one's own it takes `own_keys.read`
 * and `own_keys.write`, as every built-in role but auditor has them.
 */
export const vendorPermissions = {
  UserView: {
    organization: ["members.read"],
    keys: ["keys.read"],
    help: "This action requires permission to view users. None of your teams have this permission.",
  },
  UserEdit: {
    organization: [],
    keys: ["keys.write"],
    help: "This action requires permission to edit users. None of your teams have this permission.",
  },
} as const satisfies Readonly<
  Record<
    VendorPermission,
    {
      readonly organization: readonly ManagementPermission[]
      readonly keys: readonly ManagementPermission[]
      readonly help: string
    }
  >
>

/** The most that whoever calls can do here, in the dialect's keyspace and in the organization. */
export const withinDialect = {
  keys: [...ownKeys(), ...vendorPermissions.UserView.keys, ...vendorPermissions.UserEdit.keys],
  organization: [...vendorPermissions.UserView.organization, ...vendorPermissions.UserEdit.organization],
}

/** The most that somebody can do for themselves alone. */
export const forOneself = { keys: ownKeys(), organization: [] }

function ownKeys(): ManagementPermission[] {
  return ["own_keys.read", "own_keys.write"]
}

/** Which of the vendor's permissions is missing where these of ours are. */
export function missingOf(missing: readonly string[]): VendorPermission {
  return missing.some((permission) => permission.endsWith("keys.write")) ? "UserEdit" : "UserView"
}

/** What the vendor's server would say of itself, by which its clients judge what it can do. */
export const server = { application: "Octopus Deploy", version: "2022.4.8000", apiVersion: "3.0.0" } as const

export const texts = {
  notLoggedIn: "You must be logged in to request this resource. Please provide a valid API key or log in.",
  invalidKey:
    "The API key you provided was not valid. Please double-check your API key and try again. For instructions on finding your API key, please visit: https://octopus.com/docs/octopus-rest-api/how-to-create-an-api-key",
  antiForgery:
    "A required anti-forgery token was not supplied or was invalid. Send the value of the cookie Octopus-Csrf-Token_… in the header X-Octopus-Csrf-Token, or use an API key.",
  foreignPage: "The request comes from a page of another site.",
  signInRefused: "Invalid username or password.",
  permissionMissing: (permission: VendorPermission) =>
    `You do not have permission to perform this action. Please contact your Octopus administrator. Missing permission: ${permission}`,
  invalidRequest: "There was a problem with your request.",
  resourceNotFound: (id: string) => `The resource '${id}' was not found.`,
  routeNotFound: "The resource you requested was not found.",
  methodNotAllowed: "The method is not allowed.",
  tooManyAttempts: "Too many attempts; try again after the seconds in Retry-After.",
} as const

/** What is wrong with a request, one sentence for each part of it that can be. */
export const faults = {
  noBody: "No request body was supplied",
  malformedBody: "The request body is not well-formed JSON in UTF-8.",
  malformedPath: "The path is not well-formed.",
  otherUser: "This ApiKey does not belong to the specified user.",
  expiry:
    "Expires must be in the future, and no later than the expiry of the API key that you use or the longest lifetime that this server allows.",
  members: {
    Purpose: "Purpose is mandatory: a text of 1 to 200 characters that is not blank.",
    Expires:
      "Expires must be null, or a date and time with an offset, such as 2026-11-21T09:30:39.440+00:00.",
    skip: "skip must be a whole number from 0 to 2147483647.",
    take: "take must be a whole number from 1 to 2147483647.",
    Username: "Username is mandatory.",
    Password: "Password is mandatory.",
  },
  body: "The request body must be a JSON object.",
} as const

/** The purpose of a key that was asked for without a body, as the reference's client does. */
export const defaultPurpose = "Created without a purpose"

interface Row {
  readonly status: number
  readonly message: string
  readonly retryAfterSeconds?: number
}

const unexpected: Row = { status: 500, message: "Something went wrong." }
const unavailable: Row = {
  status: 503,
  message: "The key store does not answer; try again after the seconds in Retry-After.",
  retryAfterSeconds: 1,
}

/**
 * What each failure of the authority is answered as; those with a permission, an id or a wait in them have it said where
 * they are answered (`refusal.ts`). `unexpected`: the dialect asks for nothing that can fail so.
 */
export const failures: Readonly<Record<FailureCode, Row>> = {
  permission_denied: { status: 403, message: texts.permissionMissing("UserEdit") },
  grant_exceeds_caller: { status: 403, message: texts.permissionMissing("UserEdit") },
  not_found: { status: 404, message: texts.routeNotFound },
  invalid_input: { status: 400, message: texts.invalidRequest },
  sign_in_refused: { status: 401, message: texts.signInRefused },
  too_many_attempts: { status: 429, message: texts.tooManyAttempts },
  session_required: { status: 401, message: texts.notLoggedIn },
  overloaded: {
    ...unavailable,
    message: "Too many sign-ins at once; try again after the seconds in Retry-After.",
  },
  store_unavailable: unavailable,
  installation_secret_missing: unavailable,
  /** Many at once changed the same key; nothing was done. */
  revision_conflict: unavailable,
  /** The vendor has no such protection; it was put on by the native API, and is taken off by it. */
  delete_protected: { status: 400, message: "The API key is protected against deletion." },
  too_many_keys: unexpected,
  already_exists: unexpected,
  key_revoked: unexpected,
  rotation_under_way: unexpected,
  no_rotation: unexpected,
  not_recoverable: unexpected,
  built_in_keyspace: unexpected,
  built_in_role: unexpected,
  last_owner: unexpected,
  too_many_tasks: unexpected,
  idempotency_key_reused: unexpected,
  idempotency_in_progress: unexpected,
}

/** What presenting a key comes to. `unrecognized` is 401. */
export const outcomes: Readonly<Record<Outcome, "recognized" | "unrecognized" | "too many attempts">> = {
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
  RATE_LIMITED: "too many attempts",
  USAGE_EXCEEDED: "too many attempts",
}
