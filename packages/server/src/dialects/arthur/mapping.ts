import type { ArthurRole } from "@keyward/contract/arthur"
import type { FailureCode, ManagementPermission, Outcome, PermissionDefinition } from "@keyward/core"

/**
 * The dialect on one page: the vendor's roles as permissions, its permissions as ours, our failures and outcomes as its
 * statuses and texts. Everything else in this folder is how these travel.
 */

export type ArthurPermission = "api_keys.read" | "api_keys.write"

/** The catalog of the dialect's keyspace: what an issued key can be allowed here. */
export const catalog = [
  { name: "api_keys.read", description: "Read and list API keys; the vendor's API_KEY_READ." },
  { name: "api_keys.write", description: "Create and deactivate API keys; the vendor's API_KEY_WRITE." },
] as const satisfies readonly (PermissionDefinition & { readonly name: ArthurPermission })[]

/** What each role may do on these routes. The other permissions of the vendor's roles belong to its product, not to keys. */
export const rolePermissions: Readonly<Record<ArthurRole, readonly ArthurPermission[]>> = {
  "ORG-ADMIN": ["api_keys.read", "api_keys.write"],
  "ORG-AUDITOR": ["api_keys.read"],
  "DEFAULT-RULE-ADMIN": [],
  "TASK-ADMIN": [],
  "VALIDATION-USER": [],
}

/** What each permission of the catalog lets its holder do in the dialect's keyspace. */
export const managementPermission: Readonly<Record<ArthurPermission, ManagementPermission>> = {
  "api_keys.read": "keys.read",
  "api_keys.write": "keys.write",
}

/** How the vendor calls whoever presents the master key: a management key that holds both permissions in the keyspace. */
export const masterKey = { id: "master-key", role: "ADMIN-KEY" } as const

/** Where a JWT says who its holder is. The first two have to be there; the roles are a list of texts, in any case. */
export const tokenClaims = { subject: "sub", email: "email", roles: "realm_access.roles" } as const

/** What each role of a JWT may do: the vendor's table, in which the master key's role is one like the others. */
const tokenRoles: ReadonlyMap<string, readonly ArthurPermission[]> = new Map([
  ...Object.entries(rolePermissions),
  [masterKey.role, catalog.map(({ name }) => name)],
])

/** What the roles of a JWT may do together. A role that is not in the table may do nothing. */
export function permissionsOf(roles: readonly string[]): readonly ArthurPermission[] {
  return [...new Set(roles.flatMap((role) => tokenRoles.get(role.toUpperCase()) ?? []))]
}

export const texts = {
  requiresAuthentication: "Requires authentication",
  badCredentials: "Bad credentials",
  unauthorized: "Unauthorized",
  unableToVerify: "Unable to verify credentials",
  mustBeAuthenticated: "User must be authenticated",
  forbidden: "Forbidden",
  tooManyAttempts: "Too many attempts; wait for the seconds in Retry-After.",
  notFound: "Not Found",
  methodNotAllowed: "Method Not Allowed",
  malformedPath: "The path is not well-formed.",
  /** With a new key, and nowhere else. */
  keyIssued:
    "Store this key now: it is shown this once and cannot be read again. When the maximum number of active keys is reached, deactivate the ones you no longer need by their id.",
} as const

interface Row {
  readonly status: number
  readonly detail: string
  readonly retryAfterSeconds?: number
}

const unexpected: Row = { status: 500, detail: "Something went wrong." }
const unavailable: Row = {
  status: 503,
  detail: "The key store does not answer; try again after the seconds in Retry-After.",
  retryAfterSeconds: 1,
}

/** What each failure of the authority is answered as. `unexpected`: the dialect asks for nothing that can fail so. */
export const failures: Readonly<Record<FailureCode, Row>> = {
  permission_denied: { status: 403, detail: texts.forbidden },
  grant_exceeds_caller: { status: 403, detail: texts.forbidden },
  not_found: { status: 404, detail: "API Key not found" },
  too_many_keys: { status: 400, detail: "Maximum number of active keys reached" },
  store_unavailable: unavailable,
  installation_secret_missing: unavailable,
  /** Many at once changed the same key; nothing was done. */
  revision_conflict: unavailable,
  invalid_input: unexpected,
  already_exists: unexpected,
  key_revoked: unexpected,
  delete_protected: unexpected,
  rotation_under_way: unexpected,
  no_rotation: unexpected,
  not_recoverable: unexpected,
  built_in_keyspace: unexpected,
  built_in_role: unexpected,
  last_owner: unexpected,
  too_many_tasks: unexpected,
  idempotency_key_reused: unexpected,
  idempotency_in_progress: unexpected,
  sign_in_refused: unexpected,
  too_many_attempts: unexpected,
  session_required: unexpected,
  overloaded: unexpected,
}

/** What presenting a key comes to. `unrecognized` is 401, with the text of the route. */
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
