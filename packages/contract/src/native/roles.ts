import { type Static, Type } from "typebox"
import { bounds } from "../bounds.ts"
import { route } from "../route.ts"
import { input, list, nullable } from "../schema.ts"
import { description, grants, IdempotencyKey, mergePatchTypes, name, nextCursor } from "./value.ts"

const permissions = grants("What the role grants and denies, from the catalog of management permissions.")

export type OrganizationRole = Static<typeof OrganizationRole>
export const OrganizationRole = Type.Object(
  {
    name: name("Its name. It never changes."),
    description: description("What it is for, for people."),
    permissions,
    built_in: Type.Boolean({
      description: "Whether the program defines it. Such a role cannot be changed or deleted.",
    }),
  },
  {
    title: "OrganizationRole",
    description: "A named set of management permissions, for users and service accounts.",
  },
)

export type NewOrganizationRole = Static<typeof NewOrganizationRole>
export const NewOrganizationRole = input(
  {
    name: Type.String({
      description: "1 to 63 of a-z, 0-9, _ and -, starting with a letter; unique. Cannot be changed later.",
      pattern: "^[a-z][a-z0-9_-]{0,62}$",
    }),
    description: Type.Optional(description("What it is for, for people. Default: empty.")),
    permissions,
  },
  { title: "NewOrganizationRole" },
)

export type OrganizationRolePatch = Static<typeof OrganizationRolePatch>
export const OrganizationRolePatch = input(
  {
    description: Type.Optional(nullable(description("What it is for, for people; null: empty."))),
    permissions: Type.Optional(nullable(grants("All that it grants and denies; null: nothing."))),
  },
  {
    title: "OrganizationRolePatch",
    description:
      "A JSON Merge Patch (RFC 7396): an absent member stays, null clears, a list is replaced whole.",
  },
)

export type OrganizationRolePage = Static<typeof OrganizationRolePage>
export const OrganizationRolePage = Type.Object(
  {
    items: list(OrganizationRole, { description: "The built-in roles first." }),
    next_cursor: nextCursor,
  },
  { title: "OrganizationRolePage" },
)

const tag = "Roles"
const path = "/v1/roles/{role_name}"
const params = Type.Object({
  role_name: Type.String({ description: "The role's name.", minLength: 1, maxLength: bounds.nameLength }),
})

export const createRole = route({
  operationId: "createRole",
  method: "POST",
  path: "/v1/roles",
  tag,
  summary: "Create a role",
  description: "Nobody makes a role that grants more than they hold themselves.",
  permission: "roles.write",
  headers: IdempotencyKey,
  body: NewOrganizationRole,
  answers: { 201: { description: "The new role.", schema: OrganizationRole } },
  problems: ["already_exists", "grant_exceeds_caller"],
})

export const listRoles = route({
  operationId: "listRoles",
  method: "GET",
  path: "/v1/roles",
  tag,
  summary: "List the organization's roles",
  description: "All of them at once.",
  permission: "roles.read",
  answers: { 200: { description: "The roles.", schema: OrganizationRolePage } },
  problems: [],
})

export const readRole = route({
  operationId: "readRole",
  method: "GET",
  path,
  tag,
  summary: "Read a role",
  permission: "roles.read",
  params,
  answers: { 200: { description: "The role.", schema: OrganizationRole } },
  problems: ["not_found"],
})

export const updateRole = route({
  operationId: "updateRole",
  method: "PATCH",
  path,
  tag,
  summary: "Change a role",
  description:
    "Whoever has it follows at once. Nobody changes a role that grants more than they hold, nor makes it do so.",
  permission: "roles.write",
  params,
  body: OrganizationRolePatch,
  bodyTypes: mergePatchTypes,
  answers: { 200: { description: "The changed role.", schema: OrganizationRole } },
  problems: ["not_found", "built_in_role", "grant_exceeds_caller"],
})

export const deleteRole = route({
  operationId: "deleteRole",
  method: "DELETE",
  path,
  tag,
  summary: "Delete a role",
  description: "Whoever has it has one role less, at once.",
  permission: "roles.write",
  params,
  answers: { 204: { description: "The role is deleted.", schema: null } },
  problems: ["not_found", "built_in_role", "grant_exceeds_caller"],
})
