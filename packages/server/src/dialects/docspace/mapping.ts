import { type DocSpaceEmployeeType, type DocSpaceScope, docspaceKeyBounds } from "@keyward/contract/docspace"
import type { FailureCode, ManagementPermission, Outcome, PermissionDefinition } from "@keyward/core"

/**
 * The dialect on one page: the vendor's scopes as permissions, its kinds of users as what a caller may do, our failures
 * and outcomes as its statuses and texts. Everything else in this folder is how these travel.
 */

/** The catalog of the dialect's keyspace: what a key can be limited to, and what the routes here ask of one. */
export const catalog = [
  { name: "files.read", description: "Read files and folders; the vendor's files:read." },
  { name: "files.write", description: "Change files and folders; the vendor's files:write." },
  { name: "rooms.read", description: "Read rooms; the vendor's rooms:read." },
  { name: "rooms.write", description: "Change rooms; the vendor's rooms:write." },
  { name: "accounts.read", description: "Read people and groups; the vendor's accounts:read." },
  { name: "accounts.write", description: "Add and change people and groups; the vendor's accounts:write." },
  { name: "accounts.self.read", description: "Read one's own profile; the vendor's accounts.self:read." },
  { name: "accounts.self.write", description: "Change one's own profile; the vendor's accounts.self:write." },
  { name: "keys.read", description: "Read API keys; within the vendor's *:read." },
  { name: "keys.write", description: "Create, change and delete API keys; within the vendor's *:write." },
  { name: "settings.read", description: "Read the portal's settings; within the vendor's *:read." },
  { name: "settings.write", description: "Change the portal's settings; within the vendor's *:write." },
] as const satisfies readonly PermissionDefinition[]

export type DocSpacePermission = (typeof catalog)[number]["name"]

/** What each scope opens: the scopes of a section for writing open it for reading too. They are the keyspace's roles. */
export const scopePermissions: Readonly<Record<DocSpaceScope, readonly (DocSpacePermission | "*")[]>> = {
  "*": ["*"],
  "*:read": catalog.map(({ name }) => name).filter((name) => name.endsWith(".read")),
  "*:write": ["*"],
  "accounts:read": ["accounts.read"],
  "accounts:write": ["accounts.read", "accounts.write"],
  "accounts.self:read": ["accounts.self.read"],
  "accounts.self:write": ["accounts.self.read", "accounts.self.write"],
  "files:read": ["files.read"],
  "files:write": ["files.read", "files.write"],
  "rooms:read": ["rooms.read"],
  "rooms:write": ["rooms.read", "rooms.write"],
}

export type Standing = "owner" | "administrator" | "user" | "guest"

/**
 * What the vendor calls a caller who may do all of this: `here` in the dialect's keyspace, `everywhere` in the
 * organization. The first row that fits counts.
 */
export const standings: readonly {
  readonly standing: Standing
  readonly here: readonly ManagementPermission[]
  readonly everywhere: readonly ManagementPermission[]
}[] = [
  { standing: "owner", here: ["keys.read", "keys.write"], everywhere: ["organizations.write"] },
  { standing: "administrator", here: ["keys.read", "keys.write"], everywhere: [] },
  { standing: "user", here: ["own_keys.write"], everywhere: [] },
  { standing: "guest", here: [], everywhere: [] },
]

/** What a caller keeps of their rights for the operations on keys. */
export const confinement = {
  keys: ["keys.read", "keys.write", "own_keys.read", "own_keys.write"],
  organization: ["members.read"],
} as const satisfies Readonly<Record<string, readonly ManagementPermission[]>>

/** The organization's role of those who were added as guests: they see the keys that they own, and create none. */
export const guestRole = {
  name: "docspace-guest",
  description: "A guest of the DocSpace portal: reads the keys that they own themselves.",
  permissions: ["own_keys.read"],
} as const

/** What somebody is who is added, with the organization's roles that they get. */
export const employeeTypes: Readonly<
  Record<DocSpaceEmployeeType, { readonly standing: Standing; readonly roles: readonly string[] }>
> = {
  DocSpaceAdmin: { standing: "administrator", roles: ["admin"] },
  RoomAdmin: { standing: "user", roles: ["member"] },
  User: { standing: "user", roles: ["member"] },
  Guest: { standing: "guest", roles: [guestRole.name] },
}

export const texts = {
  accessDenied: "Access denied",
  authenticationFailed: "User authentication failed",
  tooManyAttempts: "Too many login attempts. Please try again later",
  noApiKey: "The request presents no API key.",
  unknownScopes: "Permissions are not valid.",
  unsupportedMediaType: "Unsupported Media Type",
  providerUnavailable: "The OpenID provider does not answer; try again after the seconds in Retry-After.",
  unexpected: "Something went wrong.",
  invalidTitle: "One or more validation errors occurred.",
  bodyRequired: "A non-empty request body is required.",
  notJson: "The body is not well-formed JSON in UTF-8. Path: $.",
  notConverted: (place: string) => `The JSON value could not be converted. Path: ${place}.`,
  missing: (type: string, names: string) =>
    `JSON deserialization for type '${type}' was missing required properties including: ${names}.`,
  fieldRequired: (name: string) => `The ${name} field is required.`,
  fieldInvalid: (name: string) => `The field ${name} is invalid.`,
} as const

/** What is said of a member that breaks a rule, by the keyword of its schema; `fieldInvalid` of every other. */
export const faultTexts: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  name: {
    maxLength: `Incorrect name. Length must be less than ${docspaceKeyBounds.nameLength}`,
    minLength: texts.fieldRequired("Name"),
    pattern: texts.fieldRequired("Name"),
    type: texts.fieldRequired("Name"),
  },
  expiresInDays: {
    minimum: "Incorrect number of days. Value must be between 1 and 365",
    maximum: "Incorrect number of days. Value must be between 1 and 365",
  },
}

/** What the vendor's server calls the body of an operation; `inDto` of every other. */
export const bodyNames: Readonly<Record<string, string>> = { create_api_key: "apiKey" }

/** What comes before the name of a member in its faults: the vendor wraps the body of an update. */
export const faultPrefixes: Readonly<Record<string, string>> = { update_api_key: "Changed." }

interface Row {
  readonly status: number
  /** null: no body. */
  readonly message: string | null
  readonly retryAfterSeconds?: number
}

const unexpected: Row = { status: 500, message: texts.unexpected }
const accessDenied: Row = { status: 403, message: texts.accessDenied }
const unavailable: Row = {
  status: 503,
  message: "The key store does not answer; try again after the seconds in Retry-After.",
  retryAfterSeconds: 1,
}

/** What each failure of the authority is answered as. `unexpected`: the dialect asks for nothing that can fail so. */
export const failures: Readonly<Record<FailureCode, Row>> = {
  permission_denied: accessDenied,
  grant_exceeds_caller: accessDenied,
  not_found: { status: 404, message: "The required resource was not found." },
  /** What is wrong is told in place of this. */
  invalid_input: { status: 400, message: "The request is not valid." },
  already_exists: { status: 400, message: "It exists already." },
  too_many_keys: { status: 400, message: "The number of API keys has reached its limit." },
  /** The vendor has no such protection; it was put on by the native API, and is taken off by it. */
  delete_protected: { status: 403, message: "The API key is protected against deletion." },
  store_unavailable: unavailable,
  installation_secret_missing: unavailable,
  /** Many at once changed the same thing; nothing was done. */
  revision_conflict: unavailable,
  /** More passwords wait to be verified than the machine is given to do. */
  overloaded: {
    status: 503,
    message: "Too many logins at once. Please try again later",
    retryAfterSeconds: 1,
  },
  /** As HTTP Basic has it; signing in has an envelope. */
  sign_in_refused: { status: 401, message: null },
  too_many_attempts: { status: 429, message: null },
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
  session_required: unexpected,
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
  USAGE_EXCEEDED: "unrecognized",
}
