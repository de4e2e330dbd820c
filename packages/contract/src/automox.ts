import { type Static, Type } from "typebox"
import { route } from "./route.ts"
import { nullable, secretMark } from "./schema.ts"

/**
 * The "API Keys" operations of the Automox console API, as its published reference names them, and the reading of
 * users and organizations that its tools begin with. Paths, members and statuses are the vendor's; where its reference
 * and its server disagree, both answers are declared.
 */

export const automoxDescription = `The API-key operations of the Automox console API, over the keys of one keyspace.

Every call presents a key as \`Authorization: Bearer <key>\` and acts as the user who owns that key. Paths are the vendor's,
relative to its base \`https://console.automox.com/api\`; the same paths are served below \`/api\` too. Refusals are
\`{"errors": ["text"]}\`. Creating a key does not show its secret; \`decrypt\` does, to its owner.`

const id = (description: string) => Type.Integer({ format: "int64", description })
const timestamp = (description: string) => Type.String({ format: "date-time", description })

/** Most items of one page, and how many there are when nothing is asked. */
export const automoxPageMaximum = 500

/** The user whom a key belongs to. */
const ApiKeyUser = Type.Object(
  {
    id: id("0 for a key that belongs to no user, which only Keyward's own API can make."),
    firstname: Type.String(),
    lastname: Type.String(),
    email: Type.String({ description: "Empty for a service account." }),
  },
  { title: "AutomoxApiKeyUser" },
)

export const ApiKey = Type.Object(
  {
    id: id("The key's id, an integer."),
    name: Type.String({ description: "Unique among the keys of its user." }),
    is_enabled: Type.Boolean({
      description: "False also for a key that was revoked; an expiry changes nothing.",
    }),
    expires_at: Type.Optional(
      nullable(
        timestamp("UTC, without a fraction."),
        "UTC, without a fraction. A key that never expires has none; with conformance `observed` it is null.",
      ),
    ),
    created_at: timestamp("UTC, without a fraction: `2026-04-20T15:46:56+0000`."),
    user: ApiKeyUser,
  },
  { title: "AutomoxApiKey" },
)
export type ApiKey = Static<typeof ApiKey>

export const ApiKeyList = Type.Object(
  {
    results: Type.Array(ApiKey),
    size: Type.Integer({ description: "How many there are on all pages together." }),
  },
  { title: "AutomoxApiKeyList" },
)
export type ApiKeyList = Static<typeof ApiKeyList>

export const ApiKeySecret = Type.Object(
  { api_key: Type.String({ [secretMark]: true, description: "What the key's holder presents." }) },
  { title: "AutomoxApiKeySecret" },
)
export type ApiKeySecret = Static<typeof ApiKeySecret>

export const NewApiKey = Type.Object(
  {
    name: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 255,
        pattern: "^[^\\u0000\\ud800-\\udfff]*$",
        description:
          "Space around it is taken off. Only an empty body, or none, may go without: with conformance `documented` the key is then called `API key <n>`.",
      }),
    ),
    expires_at: Type.Optional(
      nullable(
        Type.String(),
        "ISO 8601, with any offset or fraction; without an offset it is UTC. Absent or null: the key never expires.",
      ),
    ),
  },
  { title: "AutomoxNewApiKey", description: "Other members are ignored." },
)
export type NewApiKey = Static<typeof NewApiKey>

export const ApiKeyChange = Type.Object(
  {
    is_enabled: Type.Optional(
      Type.Unsafe<boolean>({
        anyOf: [
          { type: "boolean" },
          { enum: [0, 1] },
          { type: "string", pattern: "^(?:[Tt][Rr][Uu][Ee]|[Ff][Aa][Ll][Ss][Ee])$" },
        ],
        description:
          "A boolean; 0, 1 and the texts true and false are taken too. Only an empty body, or none, may go without: with conformance `documented` the key then stays as it is.",
      }),
    ),
  },
  {
    title: "AutomoxApiKeyChange",
    description: "Other members are ignored: nothing else of a key can change.",
  },
)
export type ApiKeyChange = Static<typeof ApiKeyChange>

export const User = Type.Object(
  {
    id: id("The user's id, an integer."),
    firstname: Type.String(),
    lastname: Type.String(),
    email: Type.String({ description: "Empty for a service account." }),
    orgs: Type.Array(Type.Object({ id: id("The organization's id."), name: Type.String() })),
    rbac_roles: Type.Array(
      Type.Object({
        id: id("The role's id."),
        name: Type.String(),
        organization_id: id("Where it is held."),
      }),
    ),
    tags: Type.Array(Type.String(), { description: "Always empty." }),
    saml_enabled: Type.Boolean({ description: "Always false." }),
  },
  { title: "AutomoxUser" },
)
export type User = Static<typeof User>

export const Organization = Type.Object(
  { id: id("The organization's id, an integer."), name: Type.String() },
  { title: "AutomoxOrganization" },
)
export type Organization = Static<typeof Organization>

export const AutomoxError = Type.Object(
  { errors: Type.Array(Type.String(), { maxItems: 1, description: "One text." }) },
  { title: "AutomoxError" },
)

const userId = id("The user whose keys they are.")
const keyId = id("The key.")
const o = id("The organization of the user and the key. Any but the caller's own is refused with 403.")
const paging = {
  page: Type.Optional(Type.Integer({ minimum: 0, default: 0, description: "Which page, from 0 on." })),
  limit: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: automoxPageMaximum,
      default: automoxPageMaximum,
      description: "Most items of the page.",
    }),
  ),
}

const ofUser = Type.Object({ userId })
const ofKey = Type.Object({ userId, id: keyId })
const inOrganization = Type.Object({ o })
const pageInOrganization = Type.Object({ o, ...paging })
const pageOnly = Type.Object(paging)

const refusal = (description: string) => ({ description, schema: AutomoxError })
const refusals = {
  400: refusal("Bad Request"),
  401: refusal("Access token is missing or invalid"),
  403: refusal("You do not have permission to perform this action."),
  404: refusal("Entity not found"),
  413: refusal("The body is longer than 64 KiB"),
  429: refusal("Too many requests; see Retry-After"),
  500: refusal("Something went wrong"),
  503: refusal("Service unavailable; see Retry-After"),
} as const

const done = <Schema>(schema: Schema) => ({ 200: { description: "Successful Operation", schema } }) as const

export const createUserApiKey = route({
  operationId: "create_user_api_key",
  method: "POST",
  path: "/users/{userId}/api_keys",
  tag: "API Keys",
  summary: "Creates an API key for a user",
  description: "For oneself only. At most 10 keys of a user by default, enabled or not, expired or not.",
  permission: "own_keys.write",
  params: ofUser,
  query: inOrganization,
  body: NewApiKey,
  bodyOptional: true,
  answers: done(ApiKey),
  problems: [],
  errors: refusals,
})

export const getUserApiKeys = route({
  operationId: "get_user_api_keys",
  method: "GET",
  path: "/users/{userId}/api_keys",
  tag: "API Keys",
  summary: "Retrieves a list of API key objects for a user",
  description: "By id, ascending. One's own, or those of others for a Full Administrator.",
  permission: "own_keys.read",
  params: ofUser,
  query: pageInOrganization,
  answers: done(ApiKeyList),
  problems: [],
  errors: refusals,
})

export const getUserApiKey = route({
  operationId: "get_user_api_key",
  method: "GET",
  path: "/users/{userId}/api_keys/{id}",
  tag: "API Keys",
  summary: "Retrieves an API key object by ID",
  permission: "own_keys.read",
  params: ofKey,
  query: inOrganization,
  answers: done(ApiKey),
  problems: [],
  errors: refusals,
})

export const updateUserApiKey = route({
  operationId: "update_user_api_key",
  method: "PUT",
  path: "/users/{userId}/api_keys/{id}",
  tag: "API Keys",
  summary: "Update an API Key by ID",
  description: "Enables or disables the key; the state that it has already is no error.",
  permission: "own_keys.write",
  repeatable: true,
  params: ofKey,
  query: inOrganization,
  body: ApiKeyChange,
  bodyOptional: true,
  answers: done(ApiKey),
  problems: [],
  errors: refusals,
})

export const deleteUserApiKey = route({
  operationId: "delete_user_api_key",
  method: "DELETE",
  path: "/users/{userId}/api_keys/{id}",
  tag: "API Keys",
  summary: "Deletes an API Key by ID",
  description: "For good; its name is free again.",
  permission: "own_keys.write",
  params: ofKey,
  query: inOrganization,
  answers: { 204: { description: "Successful Operation", schema: null } },
  problems: [],
  errors: refusals,
})

export const decryptUserApiKey = route({
  operationId: "decrypt_user_api_key",
  method: "POST",
  path: "/users/{userId}/api_keys/{id}/decrypt",
  tag: "API Keys",
  summary: "Retrieves the API Key secret by ID",
  description: "For oneself only. Each reading is audited.",
  permission: "own_keys.reveal",
  repeatable: true,
  params: ofKey,
  query: inOrganization,
  answers: done(ApiKeySecret),
  problems: [],
  errors: refusals,
})

export const getOrganizationApiKeys = route({
  operationId: "get_organization_api_keys",
  method: "GET",
  path: "/orgs/{id}/api_keys",
  tag: "API Keys",
  summary: "List All API Keys for Organization",
  description: "You must have Full Administrator privileges for this endpoint",
  permission: "keys.read",
  params: Type.Object({ id: id("The organization.") }),
  query: pageOnly,
  answers: done(ApiKeyList),
  problems: [],
  errors: refusals,
})

export const getSelf = route({
  operationId: "get_self",
  method: "GET",
  path: "/users/self",
  tag: "Users",
  summary: "Retrieves the user whose key is presented",
  permission: null,
  answers: done(User),
  problems: [],
  errors: refusals,
})

export const getUsers = route({
  operationId: "get_users",
  method: "GET",
  path: "/users",
  tag: "Users",
  summary: "List all users with access to a given organization",
  description: "By id, ascending. For a Full Administrator.",
  permission: "members.read",
  query: pageInOrganization,
  answers: done(Type.Array(User)),
  problems: [],
  errors: refusals,
})

export const getUserById = route({
  operationId: "get_user_by_id",
  method: "GET",
  path: "/users/{userId}",
  tag: "Users",
  summary: "Retrieves a user by ID",
  description: "Oneself, or others for a Full Administrator.",
  permission: null,
  params: ofUser,
  query: inOrganization,
  answers: done(User),
  problems: [],
  errors: refusals,
})

export const getOrganizations = route({
  operationId: "get_organizations",
  method: "GET",
  path: "/orgs",
  tag: "Organizations",
  summary: "List the organizations of the caller",
  permission: "organizations.read",
  query: pageOnly,
  answers: done(Type.Array(Organization)),
  problems: [],
  errors: refusals,
})

/** Everything that the dialect serves; the seven operations of the reference come first. */
export const automoxRoutes = [
  createUserApiKey,
  getUserApiKeys,
  getUserApiKey,
  updateUserApiKey,
  deleteUserApiKey,
  decryptUserApiKey,
  getOrganizationApiKeys,
  getSelf,
  getUsers,
  getUserById,
  getOrganizations,
] as const
