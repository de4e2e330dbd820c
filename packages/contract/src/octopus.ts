import { type Static, type TProperties, type TSchema, Type } from "typebox"
import { route } from "./route.ts"
import { nullable, oneOf, secretMark } from "./schema.ts"

/**
 * The API keys of Octopus Deploy, as its published reference and its clients name them, with the routes that the clients
 * ask before they get to a key. The reference's client sends no body and leaves `{userId}` as it is in two paths; what a
 * server makes of that is in `docs/dialects/octopus.md`.
 */

export const octopusDescription = `API keys of Octopus Deploy, for its own clients.

The key is presented in \`X-Octopus-ApiKey\`, in the query parameter \`ApiKey\` or in \`X-NuGet-ApiKey\`: the first of
them that is not empty counts. Paths and the names of query parameters are compared without case, and a slash at the end
makes no difference. A POST with \`X-HTTP-Method-Override: DELETE\` is a DELETE. With the cookies of a sign-in, every
change needs the header \`X-Octopus-Csrf-Token\`.`

/** Longest purpose of a key, in characters. */
export const octopusPurposeLength = 200

/** The largest \`take\`, with which clients ask for everything. */
export const octopusMostTaken = 2_147_483_647

/** How many items a page has when the request does not say. */
export const octopusDefaultTake = 30

const timestamp = (description: string) => Type.String({ format: "date-time", description })
const self = Type.Object({ Self: Type.String({ description: "A path from the root of the host." }) })
const userId = Type.String({ description: "`Users-` and a number; any case." })
const keyId = Type.String({ description: "`apikeys-` and 25 letters and digits; any case." })

export const OctopusError = Type.Object(
  {
    ErrorMessage: Type.String(),
    Errors: Type.Optional(
      Type.Array(Type.String(), {
        description: "What is wrong with the request; only where that is the matter.",
      }),
    ),
    HelpText: Type.Optional(Type.String()),
  },
  { title: "OctopusError" },
)
export type OctopusError = Static<typeof OctopusError>

export const NewApiKey = Type.Object(
  {
    Purpose: Type.String({
      minLength: 1,
      maxLength: octopusPurposeLength,
      pattern: "^(?=[\\s\\S]*\\S)[^\\u0000\\ud800-\\udfff]*$",
      description: "What the key is for: not blank, without NUL and lone surrogates. Two keys may share one.",
    }),
    Expires: Type.Optional(
      nullable(
        timestamp(
          "ISO 8601 with an offset, in the future, and not after the expiry of the key that is presented.",
        ),
        "null or absent: never.",
      ),
    ),
  },
  { title: "NewApiKey", description: "Other members are ignored." },
)
export type NewApiKey = Static<typeof NewApiKey>

const keyMembers = {
  Id: keyId,
  Purpose: Type.String(),
  UserId: userId,
  Created: timestamp("Milliseconds, and the offset with a colon: `2026-11-21T09:30:39.440+00:00`."),
  Expires: nullable(timestamp("As Created."), "null: never."),
  Links: self,
}

export const ApiKeyCreatedResource = Type.Object(
  {
    ...keyMembers,
    ApiKey: Type.String({ [secretMark]: true, description: "The key itself. It cannot be had again." }),
  },
  { title: "ApiKeyCreatedResource" },
)
export type ApiKeyCreatedResource = Static<typeof ApiKeyCreatedResource>

export const ApiKeyResource = Type.Object(
  {
    ...keyMembers,
    ApiKey: Type.Object(
      {
        HasValue: Type.Boolean(),
        NewValue: Type.Null(),
        Hint: Type.String({ description: "The first 8 characters of the key." }),
      },
      { title: "SensitiveValue" },
    ),
  },
  { title: "ApiKeyResource" },
)
export type ApiKeyResource = Static<typeof ApiKeyResource>

/** A page of a list. */
function collectionOf<Item extends TSchema>(item: Item, title: string) {
  const page = (description: string) => Type.String({ description })
  return Type.Object(
    {
      ItemType: Type.String(),
      TotalResults: Type.Integer({ description: "How many there are on all pages." }),
      ItemsPerPage: Type.Integer({ description: "`take`." }),
      NumberOfPages: Type.Integer({ description: "1 or more." }),
      LastPageNumber: Type.Integer({ description: "Counted from 0." }),
      Items: Type.Array(item),
      Links: Type.Object({
        Self: Type.String(),
        Template: Type.String(),
        "Page.All": Type.String(),
        "Page.Next": Type.Optional(page("Only while more remains.")),
        "Page.Current": Type.String(),
        "Page.Last": Type.String(),
      }),
    },
    { title },
  )
}

export const ApiKeyCollection = collectionOf(ApiKeyResource, "ResourceCollectionApiKeyResource")
export type ApiKeyCollection = Static<typeof ApiKeyCollection>

/** What a task can be; the reference's client knows no other. */
export const octopusTaskStates = [
  "Queued",
  "Executing",
  "Failed",
  "Canceled",
  "TimedOut",
  "Success",
  "Cancelling",
] as const

export const TaskResource = Type.Object(
  {
    Id: Type.String({ description: "`ServerTasks-` and a number." }),
    SpaceId: Type.Null(),
    Name: Type.String(),
    Description: Type.String(),
    Arguments: Type.Object({}),
    State: oneOf(octopusTaskStates, { description: "Success: it is done." }),
    Completed: Type.String({ description: "When, for people." }),
    QueueTime: timestamp("When it was asked for."),
    QueueTimeExpiry: Type.Null(),
    StartTime: timestamp("When it began."),
    LastUpdatedTime: timestamp("When it last changed."),
    CompletedTime: timestamp("When it was done."),
    ServerNode: Type.String(),
    Duration: Type.String(),
    ErrorMessage: Type.String(),
    HasBeenPickedUpByProcessor: Type.Boolean(),
    IsCompleted: Type.Boolean(),
    FinishedSuccessfully: Type.Boolean(),
    HasPendingInterruptions: Type.Boolean(),
    CanRerun: Type.Boolean(),
    HasWarningsOrErrors: Type.Boolean(),
    Links: self,
  },
  { title: "TaskResource" },
)
export type TaskResource = Static<typeof TaskResource>

export const UserResource = Type.Object(
  {
    Id: userId,
    Username: Type.String({ description: "With which they sign in; a service account cannot." }),
    DisplayName: Type.String(),
    IsActive: Type.Boolean(),
    IsService: Type.Boolean(),
    EmailAddress: nullable(Type.String(), "null: none."),
    CanPasswordBeEdited: Type.Boolean(),
    IsRequestor: Type.Boolean({ description: "Whether it is the caller." }),
    Identities: Type.Array(Type.Object({})),
    Links: Type.Object({
      Self: Type.String(),
      ApiKeys: Type.String(),
      Permissions: Type.String(),
      PermissionsConfiguration: Type.String(),
      Spaces: Type.String(),
      Teams: Type.String(),
    }),
  },
  { title: "UserResource" },
)
export type UserResource = Static<typeof UserResource>

export const UserCollection = collectionOf(UserResource, "ResourceCollectionUserResource")

const SpaceCollection = collectionOf(
  Type.Object({}, { title: "SpaceResource" }),
  "ResourceCollectionSpaceResource",
)

export const RootResource = Type.Object(
  {
    Application: Type.String(),
    Version: Type.String({ description: "The vendor's, whose API this is." }),
    ApiVersion: Type.String(),
    InstallationId: Type.String({ format: "uuid" }),
    HasLongTermSupport: Type.Boolean(),
    Links: Type.Object({
      Self: Type.String(),
      CurrentUser: Type.String(),
      Users: Type.String(),
      Tasks: Type.String(),
      Spaces: Type.String(),
      SpaceHome: Type.String(),
      SignIn: Type.String(),
      SignOut: Type.String(),
    }),
  },
  { title: "RootResource" },
)

const LoginCommand = Type.Object(
  {
    Username: Type.String({
      minLength: 1,
      maxLength: 254,
      pattern: "^[^\\u0000\\ud800-\\udfff]*$",
      description: "The e-mail address.",
    }),
    Password: Type.String({ [secretMark]: true, minLength: 1, maxLength: 1000 }),
  },
  { title: "LoginCommand", description: "Other members are ignored." },
)

/** The part of a list that is asked for, and what narrows the list. */
function listQuery<Filters extends TProperties>(filters: Filters) {
  return Type.Object({
    skip: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: octopusMostTaken,
        description: "How many to leave out; default 0.",
      }),
    ),
    take: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: octopusMostTaken,
        description: `Most items of the page; default ${octopusDefaultTake}.`,
      }),
    ),
    ...filters,
  })
}

const ids = Type.Optional(Type.String({ description: "Only these, separated by commas." }))

const refused = (description: string) => ({ description, schema: OctopusError })
const everywhere = {
  401: refused("No credential, or one that is not valid"),
  429: refused("Too many attempts; see Retry-After"),
  500: refused("Something else went wrong"),
  503: refused("The store does not answer; see Retry-After"),
} as const
const invalid = { 400: refused("There is a problem with the request, named in `Errors`") } as const
const forbidden = { 403: refused("The caller may not") } as const
const unknown = { 404: refused("There is no such thing") } as const
const tooLong = { 413: refused("The body is longer than 64 KiB") } as const

const ofUser = Type.Object({ userId })
const ofKey = Type.Object({ userId, id: keyId })

export const createApiKey = route({
  operationId: "custom_action_response_descriptor_octopus_server_web_api_actions_create_api_key_action",
  method: "POST",
  path: "/api/users/{userId}/apikeys",
  tag: "ApiKeys",
  summary: "Generate a new API key for a user",
  description:
    "The key returned in the result must be saved by the caller, as it cannot be retrieved again. For oneself, or for a service account. Without a body (conformance `documented`) the key gets a default purpose; with `observed` that is refused.",
  permission: null,
  params: ofUser,
  body: NewApiKey,
  answers: { 200: { description: "The key, with its secret, once", schema: ApiKeyCreatedResource } },
  problems: [],
  errors: { ...everywhere, ...invalid, ...forbidden, ...unknown, ...tooLong },
})

export const listApiKeys = route({
  operationId: "custom_query_response_descriptor_octopus_server_web_api_actions_index_api_keys_responder",
  method: "GET",
  path: "/api/users/{userId}/apikeys",
  tag: "ApiKeys",
  summary: "List all API keys of a user, the most recent first",
  permission: null,
  params: ofUser,
  query: listQuery({
    partialPurpose: Type.Optional(
      Type.String({ description: "Only keys whose purpose contains this, in any case." }),
    ),
  }),
  answers: { 200: { description: "A page of the keys", schema: ApiKeyCollection } },
  problems: [],
  errors: { ...everywhere, ...invalid, ...forbidden, ...unknown },
})

export const getApiKey = route({
  operationId: "load_response_descriptor_users_api_key_api_key_resource",
  method: "GET",
  path: "/api/users/{userId}/apikeys/{id}",
  tag: "ApiKeys",
  summary: "Get an API key by id",
  permission: null,
  params: ofKey,
  answers: { 200: { description: "The key, without its secret", schema: ApiKeyResource } },
  problems: [],
  errors: { ...everywhere, ...invalid, ...forbidden, ...unknown },
})

export const deleteApiKey = route({
  operationId: "delete_on_background_response_descriptor_users_api_key_api_key_resource",
  method: "DELETE",
  path: "/api/users/{userId}/apikeys/{id}",
  tag: "ApiKeys",
  summary: "Revoke an existing API key",
  description:
    "The key is refused from now on. The task is done when the answer comes. A request without an Accept header is answered without a body.",
  permission: null,
  params: ofKey,
  answers: { 200: { description: "The task that did it", schema: TaskResource } },
  problems: [],
  errors: { ...everywhere, ...invalid, ...forbidden, ...unknown },
})

export const getRoot = route({
  operationId: "get_root",
  method: "GET",
  path: "/api",
  tag: "Home",
  summary: "Where everything is",
  description: "Needs no credential; one that is presented has to be valid.",
  answers: { 200: { description: "The links that clients start from", schema: RootResource } },
  problems: [],
  errors: everywhere,
})

export const getCurrentUser = route({
  operationId: "get_current_user",
  method: "GET",
  path: "/api/users/me",
  tag: "Users",
  summary: "Who the caller is",
  permission: null,
  answers: { 200: { description: "The caller", schema: UserResource } },
  problems: [],
  errors: everywhere,
})

export const listUsers = route({
  operationId: "list_users",
  method: "GET",
  path: "/api/users",
  tag: "Users",
  summary: "List users and service accounts",
  permission: null,
  query: listQuery({
    filter: Type.Optional(
      Type.String({
        description: "Only those whose name, user name or e-mail address contains this, in any case.",
      }),
    ),
    ids,
  }),
  answers: { 200: { description: "A page of them", schema: UserCollection } },
  problems: [],
  errors: { ...everywhere, ...invalid, ...forbidden },
})

export const getAllUsers = route({
  operationId: "get_all_users",
  method: "GET",
  path: "/api/users/all",
  tag: "Users",
  summary: "All users and service accounts",
  permission: null,
  query: Type.Object({ ids }),
  answers: { 200: { description: "All of them", schema: Type.Array(UserResource) } },
  problems: [],
  errors: { ...everywhere, ...forbidden },
})

export const getUser = route({
  operationId: "get_user",
  method: "GET",
  path: "/api/users/{userId}",
  tag: "Users",
  summary: "Get a user or service account by id",
  permission: null,
  params: ofUser,
  answers: { 200: { description: "The user", schema: UserResource } },
  problems: [],
  errors: { ...everywhere, ...forbidden, ...unknown },
})

export const listUserSpaces = route({
  operationId: "list_user_spaces",
  method: "GET",
  path: "/api/users/{userId}/spaces",
  tag: "Spaces",
  summary: "The spaces of a user, of which there are none",
  permission: null,
  params: ofUser,
  answers: { 200: { description: "No spaces", schema: Type.Array(Type.Object({})) } },
  problems: [],
  errors: { ...everywhere, ...forbidden, ...unknown },
})

export const listSpaces = route({
  operationId: "list_spaces",
  method: "GET",
  path: "/api/spaces",
  tag: "Spaces",
  summary: "List spaces, of which there are none",
  permission: null,
  query: listQuery({}),
  answers: { 200: { description: "No spaces", schema: SpaceCollection } },
  problems: [],
  errors: { ...everywhere, ...invalid },
})

export const getTask = route({
  operationId: "get_task",
  method: "GET",
  path: "/api/tasks/{id}",
  tag: "Tasks",
  summary: "Get a task by id",
  description: "The tasks are those that revoked a key.",
  permission: null,
  params: Type.Object({ id: Type.String({ description: "`ServerTasks-` and a number; any case." }) }),
  answers: { 200: { description: "The task", schema: TaskResource } },
  problems: [],
  errors: { ...everywhere, ...forbidden, ...unknown },
})

export const signIn = route({
  operationId: "sign_in",
  method: "POST",
  path: "/api/users/login",
  tag: "Users",
  summary: "Sign in with a password",
  description:
    "Sets two cookies: `OctopusIdentificationToken_<installation>`, which no script can read, and `Octopus-Csrf-Token_<installation>`, whose value every change with the first one has to repeat in `X-Octopus-Csrf-Token`.",
  body: LoginCommand,
  answers: { 200: { description: "Who is signed in now", schema: UserResource } },
  problems: [],
  errors: { ...everywhere, ...invalid, ...forbidden, ...tooLong },
})

export const signOut = route({
  operationId: "sign_out",
  method: "POST",
  path: "/api/users/logout",
  tag: "Users",
  summary: "End the session of the cookies",
  permission: null,
  answers: { 200: { description: "It is over", schema: null } },
  problems: [],
  errors: { ...everywhere, ...invalid },
})

/** Everything that the dialect serves; the four operations of the reference come first. */
export const octopusRoutes = [
  createApiKey,
  listApiKeys,
  getApiKey,
  deleteApiKey,
  getRoot,
  getCurrentUser,
  listUsers,
  getAllUsers,
  getUser,
  listUserSpaces,
  listSpaces,
  getTask,
  signIn,
  signOut,
] as const
