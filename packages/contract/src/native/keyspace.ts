import { type Static, Type } from "typebox"
import { bounds } from "../bounds.ts"
import { route } from "../route.ts"
import { input, list, nullable, oneOf } from "../schema.ts"
import {
  description,
  etag,
  grants,
  IfMatch,
  id,
  idInput,
  Limit,
  LimitInput,
  mergePatchTypes,
  name,
  nextCursor,
  pageQuery,
  revision,
  timestamp,
} from "./value.ts"

export const keyspaceKinds = ["standard", "management", "arthur"] as const
export const keyFormatNames = ["native", "arthur", "automox", "octopus", "docspace"] as const
export const secretRetentions = ["digest", "recoverable"] as const

const permissionName = Type.String({
  description: "Dotted, lower case: `invoices.read`.",
  minLength: 1,
  maxLength: bounds.permissionLength,
})

export type PermissionDefinition = Static<typeof PermissionDefinition>
export const PermissionDefinition = Type.Object(
  { name: permissionName, description: description("What it allows, for people.") },
  { title: "PermissionDefinition", description: "An entry of a keyspace's permission catalog." },
)
export type PermissionDefinitionInput = Static<typeof PermissionDefinitionInput>
export const PermissionDefinitionInput = input(
  {
    name: permissionName,
    description: Type.Optional(description("What it allows, for people. Default: empty.")),
  },
  { title: "PermissionDefinitionInput", description: "An entry of a keyspace's permission catalog." },
)

const rolePermissions = grants("What the role grants and denies.")

export type Role = Static<typeof Role>
export const Role = Type.Object(
  {
    name: name("Names the role on keys."),
    description: description("What the role is for, for people."),
    permissions: rolePermissions,
  },
  { title: "Role", description: "A named set of permissions of the keyspace's catalog." },
)
export type RoleInput = Static<typeof RoleInput>
export const RoleInput = input(
  {
    name: name("Names the role on keys; unique in the keyspace."),
    description: Type.Optional(description("What the role is for, for people. Default: empty.")),
    permissions: rolePermissions,
  },
  { title: "RoleInput", description: "A named set of permissions of the keyspace's catalog." },
)

export type Keyspace = Static<typeof Keyspace>
export const Keyspace = Type.Object(
  {
    id: id("The keyspace's id."),
    organization_id: id("The organization that it belongs to."),
    kind: oneOf(keyspaceKinds, {
      description:
        "`standard`: the organization's own. `management`: its keys call this API. Any other: a dialect's, with keys in its vendor's format.",
    }),
    name: name("Its name, unique in the organization."),
    description: description("What it is for, for people."),
    prefix: Type.String({
      description: "What the key texts start with; empty where the format has no prefix. Never changes.",
    }),
    format: oneOf(keyFormatNames, { description: "The shape of its key texts." }),
    retention: oneOf(secretRetentions, {
      description: "`digest`: a secret is shown once. `recoverable`: an audited reveal can show it again.",
    }),
    permissions: list(PermissionDefinition, { description: "The permission catalog." }),
    roles: list(Role, { description: "The roles that its keys can have." }),
    limits: list(Limit, { description: "The limits of each of its keys, each key on its own." }),
    max_active_keys: nullable(
      Type.Integer(),
      "Most keys that may be active at once; null: as many as you like.",
    ),
    secret_pattern: Type.String({
      description: "A regular expression (RE2 syntax) with which secret scanners find its key texts.",
    }),
    created_at: timestamp("When it was created."),
    updated_at: timestamp("When it last changed."),
    revision: revision("keyspace"),
  },
  {
    title: "Keyspace",
    description:
      "A family of keys: one format, one secret retention, one permission catalog, one set of limits.",
  },
)

const catalogBound = { maxItems: bounds.keyspace.permissions }
const maxActiveKeys = nullable(
  Type.Integer({ minimum: 1, maximum: bounds.keyspace.activeKeys }),
  "Most keys that may be active at once; null: as many as you like.",
)

export type NewKeyspace = Static<typeof NewKeyspace>
export const NewKeyspace = input(
  {
    name: name("Its name, unique in the organization."),
    description: Type.Optional(description("What it is for, for people. Default: empty.")),
    prefix: Type.String({
      description:
        "What its key texts start with (`acme_live`): 1 to 32 of a-z, 0-9 and _, starting with a letter, no _ at the end or doubled. Cannot be changed later.",
      pattern: "^(?=.{1,32}$)[a-z][a-z0-9]*(?:_[a-z0-9]+)*$",
    }),
    retention: Type.Optional(
      oneOf(secretRetentions, {
        description:
          "`digest` (the default): a secret is shown once. `recoverable`: it is stored sealed, and an audited reveal can show it again. Cannot be changed later.",
      }),
    ),
    permissions: Type.Optional(
      list(PermissionDefinitionInput, {
        description: "The permission catalog: what its keys can be granted. Default: empty.",
        ...catalogBound,
      }),
    ),
    roles: Type.Optional(
      list(RoleInput, {
        description: "The roles that its keys can have. Default: none.",
        maxItems: bounds.keyspace.roles,
      }),
    ),
    limits: Type.Optional(
      list(LimitInput, {
        description: "The limits of each of its keys, each key on its own. Default: none.",
        maxItems: bounds.keyspace.limits,
      }),
    ),
    max_active_keys: Type.Optional(maxActiveKeys),
  },
  { title: "NewKeyspace" },
)

export type KeyspacePatch = Static<typeof KeyspacePatch>
export const KeyspacePatch = input(
  {
    name: Type.Optional(name("Its name, unique in the organization.")),
    description: Type.Optional(nullable(description("What it is for, for people; null: empty."))),
    permissions: Type.Optional(
      nullable(
        list(PermissionDefinitionInput, {
          description: "The whole new catalog; null: empty.",
          ...catalogBound,
        }),
      ),
    ),
    roles: Type.Optional(
      nullable(list(RoleInput, { description: "All roles; null: none.", maxItems: bounds.keyspace.roles })),
    ),
    limits: Type.Optional(
      nullable(
        list(LimitInput, { description: "All limits; null: none.", maxItems: bounds.keyspace.limits }),
      ),
    ),
    max_active_keys: Type.Optional(maxActiveKeys),
  },
  {
    title: "KeyspacePatch",
    description:
      "A JSON Merge Patch (RFC 7396): an absent member stays, null clears, a list is replaced whole.",
  },
)

export type KeyspacePage = Static<typeof KeyspacePage>
export const KeyspacePage = Type.Object(
  { items: list(Keyspace, { description: "Keyspaces, oldest first." }), next_cursor: nextCursor },
  { title: "KeyspacePage" },
)

const params = Type.Object({ keyspace_id: idInput("The keyspace's id.") })

export const createKeyspace = route({
  operationId: "createKeyspace",
  method: "POST",
  path: "/v1/keyspaces",
  tag: "Keyspaces",
  summary: "Create a keyspace",
  permission: "keyspaces.write",
  body: NewKeyspace,
  bodyMaximum: bounds.largeBodyBytes,
  answers: { 201: { description: "The new keyspace.", schema: Keyspace, headers: etag } },
  problems: ["already_exists"],
})

export const listKeyspaces = route({
  operationId: "listKeyspaces",
  method: "GET",
  path: "/v1/keyspaces",
  tag: "Keyspaces",
  summary: "List the keyspaces",
  permission: "keyspaces.read",
  query: input(pageQuery),
  answers: { 200: { description: "A page of keyspaces, oldest first.", schema: KeyspacePage } },
  problems: [],
})

export const readKeyspace = route({
  operationId: "readKeyspace",
  method: "GET",
  path: "/v1/keyspaces/{keyspace_id}",
  tag: "Keyspaces",
  summary: "Read a keyspace",
  permission: "keyspaces.read",
  params,
  answers: { 200: { description: "The keyspace.", schema: Keyspace, headers: etag } },
  problems: ["not_found"],
})

export const updateKeyspace = route({
  operationId: "updateKeyspace",
  method: "PATCH",
  path: "/v1/keyspaces/{keyspace_id}",
  tag: "Keyspaces",
  summary: "Change a keyspace",
  description:
    "Its keys follow at once. Built-in keyspaces cannot be changed, and a permission that a role names cannot leave the catalog.",
  permission: "keyspaces.write",
  params,
  headers: IfMatch,
  body: KeyspacePatch,
  bodyTypes: mergePatchTypes,
  bodyMaximum: bounds.largeBodyBytes,
  answers: { 200: { description: "The changed keyspace.", schema: Keyspace, headers: etag } },
  problems: ["not_found", "already_exists", "built_in_keyspace", "revision_conflict"],
})
