import { type Static, Type } from "typebox"
import { type Route, takesIdempotencyKey } from "./route.ts"
import { list, oneOf } from "./schema.ts"

/**
 * The problem catalogue of the native API (RFC 9457): one row for each code, and no code without a row. `title` is the
 * same for every occurrence; `fix` is what to do when the occurrence itself has nothing better to say.
 */
export const problems = {
  invalid_input: { status: 422, title: "Invalid input", fix: "Correct the members named in `errors`." },
  malformed_json: { status: 400, title: "Malformed JSON", fix: "Send one well-formed JSON value in UTF-8." },
  unsupported_media_type: {
    status: 415,
    title: "Unsupported media type",
    fix: "Send Content-Type: application/json.",
  },
  body_too_large: {
    status: 413,
    title: "Body too large",
    fix: "Send a smaller body; the limit is in `detail`.",
  },
  bad_request: { status: 400, title: "Bad request", fix: "Send a well-formed HTTP request." },
  route_not_found: { status: 404, title: "No such route", fix: "See /openapi.json for the routes." },
  method_not_allowed: {
    status: 405,
    title: "Method not allowed",
    fix: "Use a method named in the Allow header.",
  },
  credential_missing: {
    status: 401,
    title: "Credential missing",
    fix: "Sign in, or send a management key as Authorization: Bearer <key> or X-API-Key: <key>.",
  },
  credential_invalid: {
    status: 401,
    title: "Credential invalid",
    fix: "Send a management key that is active; ask your administrator for a new one if this one is not.",
  },
  sign_in_refused: {
    status: 401,
    title: "Sign-in refused",
    fix: "Check the e-mail address and the password, or ask an administrator for a reset link.",
  },
  too_many_attempts: {
    status: 429,
    title: "Too many failed attempts",
    fix: "Wait for the seconds in Retry-After before presenting another credential.",
  },
  overloaded: {
    status: 503,
    title: "Too many sign-ins at once",
    fix: "Repeat the call after the seconds in Retry-After.",
  },
  session_required: {
    status: 403,
    title: "Session required",
    fix: "Sign in (POST /v1/sessions) and make the call with that session.",
  },
  cross_site_request: {
    status: 403,
    title: "Cross-site request",
    fix: "Make the call from a page of this server, or with a bearer token or key in place of the cookie.",
  },
  permission_denied: {
    status: 403,
    title: "Permission denied",
    fix: "Use a key that holds the permissions in `missing_permissions`.",
  },
  grant_exceeds_caller: {
    status: 403,
    title: "Grant exceeds caller",
    fix: "Leave out the permissions in `missing_permissions`, or use a key that holds them.",
  },
  not_found: {
    status: 404,
    title: "Not found",
    fix: "Check the id; list the collection to see what there is.",
  },
  already_exists: {
    status: 409,
    title: "Already exists",
    fix: "Choose another value for the member in `errors`.",
  },
  revision_conflict: {
    status: 412,
    title: "Changed by someone else",
    fix: "Read the object again and repeat the change with its new ETag.",
  },
  key_revoked: { status: 409, title: "Key revoked", fix: "Create a new key; a revoked one stays as it was." },
  delete_protected: {
    status: 409,
    title: "Protected against deletion",
    fix: "Take the protection off (PATCH with `delete_protected: false`), or revoke the key first.",
  },
  rotation_under_way: {
    status: 409,
    title: "Rotation under way",
    fix: "Finish or cancel the rotation, or wait until the secret before has ended.",
  },
  no_rotation: {
    status: 409,
    title: "No rotation under way",
    fix: "Read the key: its secrets say which of them still live. Rotate it to begin a rotation.",
  },
  not_recoverable: {
    status: 409,
    title: "Secret not recoverable",
    fix: "Only keyspaces with retention `recoverable` keep secrets; create a new key.",
  },
  built_in_keyspace: {
    status: 409,
    title: "Built-in keyspace",
    fix: "Create a keyspace of your own and change that.",
  },
  built_in_role: {
    status: 409,
    title: "Built-in role",
    fix: "Create a role of your own with the permissions that you need.",
  },
  last_owner: {
    status: 409,
    title: "Last owner",
    fix: "Make another user an owner first.",
  },
  too_many_keys: {
    status: 409,
    title: "Too many keys",
    fix: "Delete keys first, or revoke some where only active ones count, or have the keyspace's policy allow more.",
  },
  too_many_tasks: {
    status: 409,
    title: "Too many tasks",
    fix: "Wait until one of the tasks that run has ended, or cancel one.",
  },
  idempotency_key_reused: {
    status: 409,
    title: "Idempotency key reused",
    fix: "Send another Idempotency-Key for another request; repeat a request with the very same body.",
  },
  idempotency_in_progress: {
    status: 409,
    title: "Still in progress",
    fix: "Repeat the call, the same in all, after the seconds in Retry-After.",
  },
  key_refused: {
    status: 401,
    title: "Key refused",
    fix: "Present a key that is active and allowed from where you are.",
  },
  key_forbidden: {
    status: 403,
    title: "Key not allowed to do this",
    fix: "Use a key with the missing permissions.",
  },
  key_limited: { status: 429, title: "Key over its limit", fix: "Wait for the seconds in Retry-After." },
  credits_spent: {
    status: 429,
    title: "Credits used up",
    fix: "Wait for the refill, for the seconds in Retry-After; without that header none is to come: have credits added to the key.",
  },
  store_unavailable: {
    status: 503,
    title: "Store unavailable",
    fix: "Repeat the call after the seconds in Retry-After.",
  },
  installation_secret_missing: {
    status: 503,
    title: "A secret of the installation is missing",
    fix: 'Repeat the call after the seconds in Retry-After, as another server may have it. Operator: give every server the version named in `detail` ("keyward secrets list", docs/secrets.md).',
  },
  openid_unavailable: {
    status: 503,
    title: "OpenID provider unavailable",
    fix: "Repeat the call after the seconds in Retry-After, or use a management key.",
  },
  internal_error: { status: 500, title: "Internal error", fix: "Report the request_id to the operator." },
} as const satisfies Record<string, { readonly status: number; readonly title: string; readonly fix: string }>

export type ProblemCode = keyof typeof problems
export const problemCodes = Object.keys(problems) as readonly ProblemCode[]

/** The rules of a keyspace's policy that a key can break, by their members. */
export const policyRules = [
  "max_keys",
  "max_keys_per_owner",
  "unique_names",
  "max_lifetime_seconds",
  "expiry_required",
  "expiry_within_creator",
  "required_tags",
  "exclusive_permissions",
  "max_overlap_seconds",
] as const

export const problemMediaType = "application/problem+json"

/** The `type` of a problem (RFC 9457 §3.1.1): a reference that is relative to the server that answered. */
export function problemType(code: ProblemCode): string {
  return `/problems/${code}`
}

export const Problem = Type.Object(
  {
    type: Type.String({ description: "`/problems/` and the code, relative to this server." }),
    title: Type.String({ description: "What kind of problem it is; the same for every occurrence." }),
    status: Type.Integer({ description: "The HTTP status.", minimum: 400, maximum: 599 }),
    detail: Type.String({ description: "What went wrong this time." }),
    code: oneOf(problemCodes, { description: "What clients switch on." }),
    request_id: Type.String({ description: "Names this request in logs and the audit trail." }),
    fix: Type.String({ description: "What to do about it." }),
    errors: list(
      Type.Object({
        member: Type.String({
          description:
            "Where: a JSON Pointer into the body (`/permissions/3`), or `query.limit`, `path.key_id`, `header.If-Match`.",
        }),
        message: Type.String({ description: "What is wrong there, with the limit where there is one." }),
        fix: Type.String({ description: "What to send instead." }),
        rule: Type.Optional(
          oneOf(policyRules, {
            description: "Only where the keyspace's policy is the matter: which of its rules is broken.",
          }),
        ),
      }),
      { description: "Each thing that is wrong with the input; empty where the input is not the matter." },
    ),
    missing_permissions: Type.Optional(
      list(Type.String(), {
        description: "Only where permissions are the matter: those that would be needed.",
      }),
    ),
  },
  { title: "Problem", description: "Why a call was not done (RFC 9457). Nothing is half-done." },
)
export type Problem = Static<typeof Problem>

/** The problems that a route of the native API can answer because of what it is: what it takes and whom it lets in. */
export function commonProblems(route: Route): ProblemCode[] {
  // A parameter that no route has is refused by every one.
  const codes: ProblemCode[] = ["bad_request", "invalid_input"]
  if (route.body) codes.push("malformed_json", "unsupported_media_type", "body_too_large")
  if (route.byHolder) codes.push("credential_missing", "key_refused")
  if (route.permission !== undefined) {
    codes.push("credential_missing", "credential_invalid", "openid_unavailable")
  }
  if (route.permission) codes.push("permission_denied")
  if (route.permission !== undefined && route.method !== "GET") codes.push("cross_site_request")
  if (route.byHolder || route.permission !== undefined) {
    codes.push("key_limited", "credits_spent", "too_many_attempts", "store_unavailable")
    codes.push("installation_secret_missing")
  }
  if (takesIdempotencyKey(route)) codes.push("idempotency_key_reused", "idempotency_in_progress")
  return [...codes, "internal_error"]
}
