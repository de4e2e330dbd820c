import { Type } from "typebox"
import { bounds } from "../bounds.ts"
import { route } from "../route.ts"
import { input } from "../schema.ts"
import { NewUser, User, UserPage, UserPatch } from "./principal.ts"
import { standingRoutes } from "./standing.ts"
import { etag, IdempotencyKey, IfMatch, idInput, mergePatchTypes, name, pageQuery } from "./value.ts"

const tag = "Users"
const path = "/v1/users/{user_id}"
const params = Type.Object({ user_id: idInput("The user's id.") })

export const createUser = route({
  operationId: "createUser",
  method: "POST",
  path: "/v1/users",
  tag,
  summary: "Create a user",
  description: "Nobody gives roles that grant more than they hold themselves.",
  permission: "members.write",
  headers: IdempotencyKey,
  body: NewUser,
  answers: { 201: { description: "The new user.", schema: User, headers: etag } },
  problems: ["already_exists", "grant_exceeds_caller"],
})

export const listUsers = route({
  operationId: "listUsers",
  method: "GET",
  path: "/v1/users",
  tag,
  summary: "List users",
  description: "The newest first; with `email_prefix` by e-mail address, ascending.",
  permission: "members.read",
  query: input({
    role: Type.Optional(name("Only users with this role.")),
    suspended: Type.Optional(
      Type.Boolean({ description: "Only users who are suspended, or only users who are not." }),
    ),
    email_prefix: Type.Optional(
      Type.String({
        description: "Only users whose e-mail address starts so, in any case.",
        minLength: 1,
        maxLength: bounds.emailLength,
      }),
    ),
    ...pageQuery,
  }),
  answers: { 200: { description: "A page of users.", schema: UserPage } },
  problems: [],
})

export const readUser = route({
  operationId: "readUser",
  method: "GET",
  path,
  tag,
  summary: "Read a user",
  description: "Users may read themselves without the permission.",
  permission: "members.read",
  params,
  answers: { 200: { description: "The user.", schema: User, headers: etag } },
  problems: ["not_found"],
})

export const updateUser = route({
  operationId: "updateUser",
  method: "PATCH",
  path,
  tag,
  summary: "Change a user",
  description: "Nobody changes a user who may do more than they, nor gives roles that do.",
  permission: "members.write",
  params,
  headers: IfMatch,
  body: UserPatch,
  bodyTypes: mergePatchTypes,
  answers: { 200: { description: "The changed user.", schema: User, headers: etag } },
  problems: ["not_found", "already_exists", "grant_exceeds_caller", "last_owner", "revision_conflict"],
})

export const {
  suspend: suspendUser,
  resume: resumeUser,
  previewRemoval: previewUserRemoval,
  remove: removeUser,
} = standingRoutes({ noun: "User", word: "user", tag, path, params, schema: User })
