import { type Static, Type } from "typebox"
import { route } from "./route.ts"
import { list, nullable, oneOf, secretMark } from "./schema.ts"

/**
 * The "API Keys" operations of the Arthur GenAI Engine, as its published reference names them. Texts, statuses and
 * schemas are the vendor's; where its reference and its server disagree, both answers are declared.
 */

export const arthurDescription = `The "API Keys" operations of the Arthur GenAI Engine, with its health and the caller's own account.

The token comes as \`Authorization: Bearer <token>\` or in the cookie \`ACCESS_TOKEN=Bearer <token>\`, which counts as soon
as it is there. Refusals are \`{"detail": …}\`: a text, or with conformance \`documented\` the list of what is invalid.`

/** The roles that a key can be given. */
export const arthurRoles = [
  "DEFAULT-RULE-ADMIN",
  "TASK-ADMIN",
  "VALIDATION-USER",
  "ORG-AUDITOR",
  "ORG-ADMIN",
] as const
export type ArthurRole = (typeof arthurRoles)[number]

/** A role that the vendor's server knows and this endpoint refuses with 400, which is not the status of an unknown one. */
export const arthurUnassignableRole = "TENANT-USER"

/** What a key is given when the request names no roles. */
export const arthurDefaultRoles = ["VALIDATION-USER"] as const satisfies readonly ArthurRole[]

export const NewApiKeyRequest = Type.Object(
  {
    description: Type.Optional(
      nullable(
        Type.String({ pattern: "^[^\\u0000\\ud800-\\udfff]*$" }),
        "Kept as it is, up to the 64 KiB of a body. NUL and lone surrogates, which no store can keep, are refused.",
      ),
    ),
    roles: Type.Optional(
      nullable(
        list(oneOf([...arthurRoles, arthurUnassignableRole], { description: "A role of the vendor's." }), {
          description: `Absent: VALIDATION-USER; null: none. ${arthurUnassignableRole} cannot be assigned.`,
        }),
      ),
    ),
  },
  { title: "NewApiKeyRequest", description: "Other members are ignored." },
)
export type NewApiKeyRequest = Static<typeof NewApiKeyRequest>

const timestamp = (description: string) => Type.String({ format: "date-time", description })

export const ApiKeyResponse = Type.Object(
  {
    id: Type.String({ format: "uuid", description: "UUID version 4, lower case." }),
    key: Type.Optional(
      Type.String({
        [secretMark]: true,
        description: "The key itself, presented as bearer token. On creation only.",
      }),
    ),
    description: Type.Optional(Type.String()),
    is_active: Type.Boolean(),
    created_at: timestamp("UTC, without a zone, six digits of fraction."),
    deactivated_at: Type.Optional(timestamp("As created_at; absent while active.")),
    message: Type.Optional(
      Type.String({ description: "What to do with the key, on creation; empty elsewhere." }),
    ),
    roles: Type.Array(Type.String()),
  },
  { title: "ApiKeyResponse" },
)
export type ApiKeyResponse = Static<typeof ApiKeyResponse>

export const ArthurError = Type.Object({ detail: Type.String() }, { title: "ArthurError" })

export const ValidationError = Type.Object(
  {
    loc: Type.Array(Type.Union([Type.String(), Type.Integer()])),
    msg: Type.String(),
    type: Type.String(),
    input: Type.Optional(Type.Unknown()),
    ctx: Type.Optional(Type.Record(Type.String(), Type.String())),
  },
  { title: "ValidationError" },
)
export type ValidationError = Static<typeof ValidationError>

export const HTTPValidationError = Type.Object(
  { detail: Type.Array(ValidationError) },
  { title: "HTTPValidationError" },
)

const params = Type.Object({
  api_key_id: Type.String({
    format: "uuid",
    description: "In any case, without dashes, in braces, or as urn:uuid:…",
  }),
})

const unauthorized = { description: "No credential, or one that is not recognised", schema: ArthurError }
const everywhere = {
  401: unauthorized,
  403: { description: "The caller's roles do not allow it", schema: ArthurError },
  429: { description: "Too many attempts; see Retry-After", schema: ArthurError },
  500: { description: "Something else went wrong", schema: ArthurError },
  503: { description: "The store does not answer; see Retry-After", schema: ArthurError },
} as const
const validation = {
  400: {
    description: "Refused; with conformance `observed`, also what fails validation",
    schema: ArthurError,
  },
  422: { description: "Validation Error (conformance `documented`)", schema: HTTPValidationError },
} as const
const tooLong = { 413: { description: "The body is longer than 64 KiB", schema: ArthurError } } as const
const unknownKey = { 404: { description: "There is no such key", schema: ArthurError } } as const

export const createApiKey = route({
  operationId: "create_api_key_auth_api_keys_post",
  method: "POST",
  path: "/auth/api_keys/",
  tag: "API Keys",
  summary: "Create Api Key",
  description: `Generates a new API key. Up to 1000 active keys can exist at the same time by default. Contact your system administrator if you need more. Allowed roles are: ${arthurRoles.join(", ")}.`,
  permission: "keys.write",
  body: NewApiKeyRequest,
  answers: { 200: { description: "Successful Response", schema: ApiKeyResponse } },
  problems: [],
  errors: {
    ...everywhere,
    ...validation,
    ...tooLong,
  },
})

export const listActiveApiKeys = route({
  operationId: "get_all_active_api_keys_auth_api_keys_get",
  method: "GET",
  path: "/auth/api_keys/",
  tag: "API Keys",
  summary: "Get All Active Api Keys",
  permission: "keys.read",
  answers: { 200: { description: "Successful Response", schema: Type.Array(ApiKeyResponse) } },
  problems: [],
  errors: everywhere,
})

export const getApiKey = route({
  operationId: "get_api_key_auth_api_keys_api_key_id_get",
  method: "GET",
  path: "/auth/api_keys/{api_key_id}",
  tag: "API Keys",
  summary: "Get Api Key",
  permission: "keys.read",
  params,
  answers: { 200: { description: "Successful Response", schema: ApiKeyResponse } },
  problems: [],
  errors: { ...everywhere, ...validation, ...unknownKey },
})

export const deactivateApiKey = route({
  operationId: "deactivate_api_key_auth_api_keys_deactivate_api_key_id_delete",
  method: "DELETE",
  path: "/auth/api_keys/deactivate/{api_key_id}",
  tag: "API Keys",
  summary: "Deactivate Api Key",
  permission: "keys.write",
  repeatable: true,
  params,
  answers: {
    200: { description: "Successful Response (conformance `documented`)", schema: ApiKeyResponse },
    204: { description: "Successful Response (conformance `observed`)", schema: null },
  },
  problems: [],
  errors: { ...everywhere, ...validation, ...tooLong, ...unknownKey },
})

export const getHealth = route({
  operationId: "health_health_get",
  method: "GET",
  path: "/health",
  tag: "Health",
  summary: "Health",
  answers: {
    200: {
      description: "The server is up",
      schema: Type.Object(
        { message: Type.String(), build_version: Type.String() },
        { title: "HealthResponse" },
      ),
    },
  },
  problems: [],
  errors: { 500: everywhere[500] },
})

export const getCurrentUser = route({
  operationId: "get_current_user_users_me_get",
  method: "GET",
  path: "/users/me",
  tag: "User Management",
  summary: "Who the presented key is",
  permission: null,
  answers: {
    200: {
      description: "Successful Response",
      schema: Type.Object(
        {
          user_id: Type.String({ description: "The key's id; `master-key` for a master key." }),
          roles: Type.Array(Type.String()),
          org_scope: Type.Null(),
          org: Type.Null(),
        },
        { title: "CurrentUser" },
      ),
    },
  },
  problems: [],
  errors: { 401: unauthorized, 429: everywhere[429], 500: everywhere[500], 503: everywhere[503] },
})

/** Everything that the dialect serves; the four operations of the reference come first. */
export const arthurRoutes = [
  createApiKey,
  listActiveApiKeys,
  getApiKey,
  deactivateApiKey,
  getHealth,
  getCurrentUser,
] as const
