import { type Static, type TSchema, Type } from "typebox"
import { route } from "./route.ts"
import { list, nullable, oneOf, secretMark } from "./schema.ts"

/**
 * The "Api keys" operations of ONLYOFFICE DocSpace, as its published reference names them, and what its clients call
 * before them. Schemas are the vendor's; where its reference and its server disagree, both answers are declared.
 */

export const docspaceDescription = `The "Api keys" operations of ONLYOFFICE DocSpace, with signing in, people and the developer tools setting.

Every answer has an envelope: \`response\`, \`count\`, \`links\`, \`status\` (0 success, 1 error) and \`statusCode\`. A refusal has
\`error\` in place of \`response\`; an invalid request has the faults under \`response.errors\`; 401, a missing scope (403), 404
for no such path, 405 and 429 have no body.

A request authenticates with \`Authorization: Basic\`, with \`Authorization: Bearer\` and an API key, the token of a session or a
JWT, with the header \`ApiKeyBearer\` and an API key, or with the cookie \`asc_auth_key\` and the token of a session. Paths and
names of members may be in any case; \`/api/2/\` is as good as \`/api/2.0/\`; \`?fields=id,name\` leaves only those members of
\`response\`.`

/** What a key can be limited to: everything there is, in the order that the vendor lists it. */
export const docspaceScopes = [
  "*",
  "*:read",
  "*:write",
  "accounts:read",
  "accounts:write",
  "accounts.self:read",
  "accounts.self:write",
  "files:read",
  "files:write",
  "rooms:read",
  "rooms:write",
] as const
export type DocSpaceScope = (typeof docspaceScopes)[number]

/** What of people can be chosen when they are added. */
export const docspaceEmployeeTypes = ["DocSpaceAdmin", "RoomAdmin", "User", "Guest"] as const
export type DocSpaceEmployeeType = (typeof docspaceEmployeeTypes)[number]

/** How long a name is, in characters, and for how many days a key is valid. */
export const docspaceKeyBounds = { nameLength: 30, days: { minimum: 1, maximum: 365 } } as const

const { nameLength, days } = docspaceKeyBounds

const scopes = (description: string) =>
  Type.Optional(nullable(list(nullable(Type.String()), { description }), description))

export const CreateApiKeyRequestDto = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: nameLength, pattern: "\\S", description: "Not blank." }),
    permissions: scopes(
      "Scopes of the list of permissions, in their exact case. Absent, null or empty, or with `*` in it: unrestricted.",
    ),
    expiresInDays: Type.Optional(
      nullable(Type.Integer(days), "Of 24 hours, from now; absent or null: the key does not expire."),
    ),
  },
  { title: "CreateApiKeyRequestDto", description: "Other members are ignored." },
)
export type CreateApiKeyRequestDto = Static<typeof CreateApiKeyRequestDto>

export const UpdateApiKeyRequest = Type.Object(
  {
    name: Type.Optional(
      nullable(Type.String({ maxLength: nameLength }), "Absent, null or empty: unchanged."),
    ),
    permissions: scopes("As on creation. Absent, null or empty: unchanged; exactly `*`: unrestricted."),
    isActive: Type.Optional(
      nullable(Type.Boolean(), "false: refused from now on. Absent or null: unchanged."),
    ),
  },
  { title: "UpdateApiKeyRequest", description: "Other members are ignored." },
)
export type UpdateApiKeyRequest = Static<typeof UpdateApiKeyRequest>

const instant = (description: string) =>
  Type.String({ format: "date-time", description: `${description} UTC, seven digits of fraction.` })

const employee = {
  id: Type.String({ format: "uuid" }),
  displayName: Type.String({ description: "HTML-encoded." }),
  hasAvatar: Type.Boolean(),
  isAnonim: Type.Boolean(),
} as const

export const EmployeeDto = Type.Object(employee, { title: "EmployeeDto" })
export type EmployeeDto = Static<typeof EmployeeDto>

export const EmployeeFullDto = Type.Object(
  {
    ...employee,
    firstName: Type.Optional(Type.String()),
    lastName: Type.Optional(Type.String()),
    userName: Type.Optional(Type.String()),
    email: Type.Optional(Type.String()),
    status: Type.Integer({ description: "1: active." }),
    activationStatus: Type.Integer({ description: "1: activated." }),
    isOwner: Type.Boolean(),
    isAdmin: Type.Boolean({ description: "Also true for an owner." }),
    isRoomAdmin: Type.Boolean(),
    isCollaborator: Type.Boolean({ description: "An ordinary user." }),
    isVisitor: Type.Boolean({ description: "A guest." }),
  },
  { title: "EmployeeFullDto" },
)
export type EmployeeFullDto = Static<typeof EmployeeFullDto>

export const ApiKeyResponseDto = Type.Object(
  {
    id: Type.String({ format: "uuid" }),
    name: Type.String(),
    key: Type.String({
      [secretMark]: true,
      description: "On creation the key itself, presented as bearer token; elsewhere `sk-***` and its end.",
    }),
    keyPostfix: Type.String({ description: "The last 4 characters of the key." }),
    permissions: Type.Optional(
      Type.Array(Type.String(), {
        description:
          "In the order given; empty: unrestricted. Absent (conformance `observed`): made unrestricted by an update.",
      }),
    ),
    lastUsed: Type.Optional(instant("Absent until the key is used.")),
    createOn: instant("When the key was created."),
    createBy: Type.Optional(EmployeeDto),
    expiresAt: Type.Optional(instant("Absent where the key does not expire.")),
    isActive: Type.Boolean({ description: "Also true for some minutes after the expiry." }),
  },
  { title: "ApiKeyResponseDto" },
)
export type ApiKeyResponseDto = Static<typeof ApiKeyResponseDto>

const around = {
  count: Type.Integer({ description: "How many items `response` has; 1 where it is no list." }),
  links: Type.Array(Type.Object({ href: Type.String(), action: Type.String() })),
  status: Type.Integer({ description: "0: success; 1: error." }),
  statusCode: Type.Integer({ description: "The HTTP status." }),
} as const

/** The success of a value, as the vendor's models name it. */
function wrapper<Schema extends TSchema>(response: Schema, title: string) {
  return Type.Object({ response, ...around }, { title })
}

export const ApiKeyResponseWrapper = wrapper(ApiKeyResponseDto, "ApiKeyResponseWrapper")
export const ApiKeyResponseArrayWrapper = wrapper(Type.Array(ApiKeyResponseDto), "ApiKeyResponseArrayWrapper")
export const STRINGArrayWrapper = wrapper(Type.Array(Type.String()), "STRINGArrayWrapper")
export const BooleanWrapper = wrapper(Type.Boolean(), "BooleanWrapper")
const EmployeeFullWrapper = wrapper(EmployeeFullDto, "EmployeeFullWrapper")

export const DocSpaceError = Type.Object(
  {
    error: Type.Object({
      message: Type.String(),
      type: Type.Null(),
      stack: Type.Null(),
      hresult: Type.Integer(),
    }),
    status: around.status,
    statusCode: around.statusCode,
  },
  { title: "ErrorApiResponse", description: "Why a call was not done." },
)
export type DocSpaceError = Static<typeof DocSpaceError>

export const DocSpaceInvalidRequest = Type.Object(
  {
    response: Type.Object({
      type: Type.String(),
      title: Type.String(),
      status: Type.Integer(),
      errors: Type.Record(Type.String(), Type.Array(Type.String()), {
        description: "By member (`Name`), or by place where the body itself cannot be read (`$`, `$.name`).",
      }),
      traceId: Type.String(),
    }),
    ...around,
  },
  { title: "ValidationErrorApiResponse", description: "As application/problem+json." },
)
export type DocSpaceInvalidRequest = Static<typeof DocSpaceInvalidRequest>

const params = Type.Object({
  keyId: Type.String({
    format: "uuid",
    description:
      "In any case, without dashes, in braces or parentheses; anything else is no such path (404).",
  }),
})
const query = Type.Object({
  fields: Type.Optional(
    Type.String({
      description: "Names of members, between commas: the only ones that `response` is left with.",
    }),
  ),
})

const refused = (description: string) => ({ description, schema: DocSpaceError })
const bare = (description: string) => ({ description, schema: null })

const tooMany = bare("Too many attempts, too many creations, or a key over its limit; see Retry-After")
const everywhere = {
  401: bare("Unauthorized"),
  403: bare("The key's scopes do not reach this"),
  429: tooMany,
  500: refused("Something else went wrong"),
  503: refused("The store does not answer; see Retry-After"),
} as const
const forbidden = {
  403: refused("Access denied; without a body where the key's scopes do not reach this"),
} as const
const invalid = {
  400: {
    description: "Invalid: the faults under `response`, or `error` for what no list of faults has room for",
    schema: Type.Union([DocSpaceInvalidRequest, DocSpaceError]),
  },
  413: refused("The body is longer than 64 KiB"),
  415: refused("The body is no JSON by its content type"),
} as const
const unknownKey = { 404: refused("There is no such key; without a body where the id is no UUID") } as const

const tag = "Api keys"

export const createApiKey = route({
  operationId: "create_api_key",
  method: "POST",
  path: "/api/2.0/keys",
  tag,
  summary: "Create a user API key",
  description: "Creates a user API key with the parameters specified in the request.",
  permission: "keys.write",
  query,
  body: CreateApiKeyRequestDto,
  answers: { 200: { description: "Create a user api key", schema: ApiKeyResponseWrapper } },
  problems: [],
  errors: { ...everywhere, ...forbidden, ...invalid },
})

export const listApiKeys = route({
  operationId: "get_api_keys",
  method: "GET",
  path: "/api/2.0/keys",
  tag,
  summary: "Get current user's API keys",
  description:
    "Returns a list of all API keys for the current user; with conformance `observed`, of everyone's for an administrator. Newest first.",
  permission: "keys.read",
  query,
  answers: { 200: { description: "List of api keys for user", schema: ApiKeyResponseArrayWrapper } },
  problems: [],
  errors: { ...everywhere, ...forbidden },
})

export const listScopes = route({
  operationId: "get_all_permissions",
  method: "GET",
  path: "/api/2.0/keys/permissions",
  tag,
  summary: "Get API key permissions",
  description: "Returns a list of all available permissions for the API key.",
  permission: "keys.read",
  query,
  answers: {
    200: { description: "List of all available permissions for key", schema: STRINGArrayWrapper },
  },
  problems: [],
  errors: everywhere,
})

export const readOwnApiKey = route({
  operationId: "get_api_key",
  method: "GET",
  path: "/api/2.0/keys/@self",
  tag,
  summary: "Get current user's API key",
  description: "Returns the API key that the request presents, whatever its scopes.",
  permission: null,
  query,
  answers: { 200: { description: "The presented api key", schema: ApiKeyResponseWrapper } },
  problems: [],
  errors: {
    400: refused("The request presents another credential than an API key"),
    401: everywhere[401],
    429: tooMany,
    500: everywhere[500],
    503: everywhere[503],
  },
})

export const updateApiKey = route({
  operationId: "update_api_key",
  method: "PUT",
  path: "/api/2.0/keys/{keyId}",
  tag,
  summary: "Update an API key",
  description:
    "Updates an existing API key changing its name, permissions, and status. `false`: somebody else's, or expired; nothing changed.",
  permission: "keys.write",
  repeatable: true,
  params,
  query,
  body: UpdateApiKeyRequest,
  answers: { 200: { description: "Update optional params for user api keys", schema: BooleanWrapper } },
  problems: [],
  errors: { ...everywhere, ...forbidden, ...invalid, ...unknownKey },
})

export const deleteApiKey = route({
  operationId: "delete_api_key",
  method: "DELETE",
  path: "/api/2.0/keys/{keyId}",
  tag,
  summary: "Delete a user API key",
  description: "Deletes a user API key by its ID. `false`: somebody else's; nothing changed.",
  permission: "keys.write",
  params,
  query,
  answers: { 200: { description: "Delete a user api key", schema: BooleanWrapper } },
  problems: [],
  errors: { ...everywhere, ...forbidden, ...unknownKey },
})

const text = (description: string) => Type.Optional(nullable(Type.String(), description))

export const AuthRequestDto = Type.Object(
  {
    userName: text("The e-mail address."),
    password: Type.Optional(nullable(Type.String({ [secretMark]: true }))),
  },
  { title: "AuthRequestDto", description: "Other members are ignored, `passwordHash` too." },
)

const AuthenticationTokenWrapper = wrapper(
  Type.Object(
    {
      token: Type.String({ [secretMark]: true, description: "Of the session; also in the cookie." }),
      expires: instant("The end of the session."),
      sms: Type.Boolean(),
      tfa: Type.Boolean(),
    },
    { title: "AuthenticationTokenDto" },
  ),
  "AuthenticationTokenWrapper",
)

export const authenticateMe = route({
  operationId: "authenticate_me",
  method: "POST",
  path: "/api/2.0/authentication",
  tag: "Authentication",
  summary: "Authenticate a user",
  description: "Signs in with e-mail address and password, and sets the cookie `asc_auth_key`.",
  query,
  body: AuthRequestDto,
  answers: { 200: { description: "Authentication data", schema: AuthenticationTokenWrapper } },
  problems: [],
  errors: {
    ...invalid,
    401: refused("User or password is missing or wrong"),
    403: refused("Too many attempts, or the page of another site asks"),
    500: everywhere[500],
    503: everywhere[503],
  },
})

export const isAuthenticated = route({
  operationId: "get_is_authentificated",
  method: "GET",
  path: "/api/2.0/authentication",
  tag: "Authentication",
  summary: "Check authentication",
  description: "Whether the request presents a credential that is good.",
  query,
  answers: { 200: { description: "Whether the caller is signed in", schema: BooleanWrapper } },
  problems: [],
  errors: { 429: tooMany, 500: everywhere[500], 503: everywhere[503] },
})

export const readSelfProfile = route({
  operationId: "get_self_profile",
  method: "GET",
  path: "/api/2.0/people/@self",
  tag: "People",
  summary: "Get my profile",
  permission: "accounts.self.read",
  query,
  answers: { 200: { description: "Whoever calls", schema: EmployeeFullWrapper } },
  problems: [],
  errors: everywhere,
})

export const MemberRequestDto = Type.Object(
  {
    email: Type.String({ minLength: 1, maxLength: 254 }),
    password: Type.Optional(
      nullable(Type.String({ [secretMark]: true }), "Absent or null: they are invited through Keyward."),
    ),
    firstName: text("At most 127 characters."),
    lastName: text("At most 127 characters."),
    type: Type.Optional(
      oneOf(docspaceEmployeeTypes, { description: "Absent: User, or Guest where guests are added." }),
    ),
  },
  { title: "MemberRequestDto", description: "Other members are ignored." },
)
export type MemberRequestDto = Static<typeof MemberRequestDto>

const adding = {
  method: "POST",
  tag: "People",
  permission: "accounts.write",
  query,
  body: MemberRequestDto,
  answers: { 200: { description: "The new one", schema: EmployeeFullWrapper } },
  problems: [],
  errors: { ...everywhere, ...forbidden, ...invalid },
} as const

export const addMember = route({
  ...adding,
  operationId: "add_member",
  path: "/api/2.0/people",
  summary: "Add a user",
})

export const addActiveMember = route({
  ...adding,
  operationId: "add_member_as_activated",
  path: "/api/2.0/people/active",
  summary: "Add an activated user",
})

export const TenantDevToolsAccessSettings = Type.Object(
  {
    limitedAccessForUsers: Type.Boolean({
      description: "Whether only owners and administrators create API keys.",
    }),
  },
  { title: "TenantDevToolsAccessSettings" },
)
const TenantDevToolsAccessSettingsWrapper = wrapper(
  TenantDevToolsAccessSettings,
  "TenantDevToolsAccessSettingsWrapper",
)

export const readDevToolsAccess = route({
  operationId: "get_tenant_access_dev_tools_settings",
  method: "GET",
  path: "/api/2.0/settings/devtoolsaccess",
  tag: "Settings",
  summary: "Get the Developer Tools access settings",
  permission: "settings.read",
  query,
  answers: { 200: { description: "The setting", schema: TenantDevToolsAccessSettingsWrapper } },
  problems: [],
  errors: everywhere,
})

export const setDevToolsAccess = route({
  operationId: "set_tenant_dev_tools_access_settings",
  method: "POST",
  path: "/api/2.0/settings/devtoolsaccess",
  tag: "Settings",
  summary: "Set the Developer Tools access settings",
  permission: "settings.write",
  query,
  body: TenantDevToolsAccessSettings,
  answers: { 200: { description: "The setting as it is now", schema: TenantDevToolsAccessSettingsWrapper } },
  problems: [],
  errors: { ...everywhere, ...forbidden, ...invalid },
})

/** Everything that the dialect serves; the six operations of the reference come first. */
export const docspaceRoutes = [
  createApiKey,
  listApiKeys,
  listScopes,
  readOwnApiKey,
  updateApiKey,
  deleteApiKey,
  authenticateMe,
  isAuthenticated,
  readSelfProfile,
  addMember,
  addActiveMember,
  readDevToolsAccess,
  setDevToolsAccess,
] as const

export const PortalRegistration = Type.Object(
  {
    email: Type.String({ minLength: 1, maxLength: 254 }),
    password: Type.String({ [secretMark]: true }),
    portalName: Type.Optional(Type.String({ maxLength: 100 })),
    firstName: text("At most 127 characters."),
    lastName: text("At most 127 characters."),
  },
  { title: "PortalRegistration", description: "Other members are ignored." },
)
export type PortalRegistration = Static<typeof PortalRegistration>

export const registerPortal = route({
  operationId: "register_portal",
  method: "POST",
  path: "/apisystem/portal/register",
  tag: "Portal",
  summary: "Register a portal",
  body: PortalRegistration,
  answers: {
    200: {
      description: "The organization that is served, with one more owner",
      schema: Type.Object({ tenant: Type.Object({ domain: Type.String(), ownerId: Type.String() }) }),
    },
  },
  problems: [],
  errors: { ...invalid, 500: everywhere[500], 503: everywhere[503] },
})

export const deletePortal = route({
  operationId: "delete_portal_immediately",
  method: "DELETE",
  path: "/api/2.0/portal/deleteportalimmediately",
  tag: "Portal",
  summary: "Delete a portal immediately",
  permission: null,
  query,
  answers: {
    200: { description: "Whoever registered it is removed, with their keys", schema: BooleanWrapper },
  },
  problems: [],
  errors: { ...everywhere, ...forbidden },
})

/** What the vendor's test suite begins and ends with; served where the operator lets anybody do so. */
export const docspacePortalRoutes = [registerPortal, deletePortal] as const
