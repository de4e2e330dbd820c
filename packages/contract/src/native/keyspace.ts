import { type Static, Type } from "typebox"
import { bounds } from "../bounds.ts"
import { policyRules, problemCodes } from "../problem.ts"
import { route } from "../route.ts"
import { input, list, nullable, oneOf } from "../schema.ts"
import {
  description,
  etag,
  grants,
  IdempotencyKey,
  IfMatch,
  id,
  idInput,
  KeyspaceLimit,
  KeyspaceLimitInput,
  mergePatchTypes,
  name,
  nextCursor,
  Owner,
  pageQuery,
  RotationSchedule,
  RotationScheduleInput,
  revision,
  timestamp,
} from "./value.ts"

export const keyspaceKinds = ["standard", "management", "arthur", "automox", "octopus", "docspace"] as const
export const keyFormatNames = ["native", "arthur", "automox", "octopus", "docspace"] as const
export const secretRetentions = ["digest", "recoverable"] as const
export const countedKeys = ["active", "all"] as const

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

const policyMembers = {
  maxKeys: "Most keys of the keyspace; null: as many as you like.",
  maxKeysPerOwner: "Most keys of one owner in the keyspace; null: as many as you like.",
  countedKeys:
    "Which keys count against both: `active` ones, with those that are not yet valid, as they become active by waiting; or `all` that are not deleted.",
  uniqueNames: "Whether an owner's keys, of those not deleted, each have a name of their own.",
  maxLifetimeSeconds: "Longest time from now to an `expires_at`, in seconds; null: any.",
  expiryRequired: "Whether a key has to expire at all.",
  expiryWithinCreator: "Whether a key may not outlive the key that it is made, or given a new expiry, with.",
  defaultLifetimeSeconds:
    "How long a new key lasts for which nobody says when it expires, in seconds; null: it never expires.",
  requiredTags:
    "What every key has a tag for: the tag itself (`production`), or how one starts, with a `*` at the end (`team:*`).",
  exclusivePermissions:
    "Sets of permissions of the catalog of which a key holds one at most, by itself or by its roles.",
  maxOverlapSeconds:
    "Longest time for which the secret before lives on when a key is rotated, in seconds; null: any.",
  idleSeconds:
    "After how long without use a key is idle, in seconds, which is told by an event `key.idle`; null: never.",
  disableIdle: "Whether a key that has become idle is disabled.",
  ownersGrant:
    "Whether those who may write only their own keys may grant these any permission of the catalog: right where permissions only narrow what the owner may do anyway.",
} as const

const exclusiveSet = "Permissions of which a key holds one at most."

export type KeyspacePolicy = Static<typeof KeyspacePolicy>
export const KeyspacePolicy = Type.Object(
  {
    max_keys: nullable(Type.Integer(), policyMembers.maxKeys),
    max_keys_per_owner: nullable(Type.Integer(), policyMembers.maxKeysPerOwner),
    counted_keys: oneOf(countedKeys, { description: policyMembers.countedKeys }),
    unique_names: Type.Boolean({ description: policyMembers.uniqueNames }),
    max_lifetime_seconds: nullable(Type.Integer(), policyMembers.maxLifetimeSeconds),
    expiry_required: Type.Boolean({ description: policyMembers.expiryRequired }),
    expiry_within_creator: Type.Boolean({ description: policyMembers.expiryWithinCreator }),
    owners_grant: Type.Boolean({ description: policyMembers.ownersGrant }),
    default_lifetime_seconds: nullable(Type.Integer(), policyMembers.defaultLifetimeSeconds),
    required_tags: list(Type.String(), { description: policyMembers.requiredTags }),
    exclusive_permissions: list(list(Type.String(), { description: exclusiveSet }), {
      description: policyMembers.exclusivePermissions,
    }),
    max_overlap_seconds: nullable(Type.Integer(), policyMembers.maxOverlapSeconds),
    idle_seconds: nullable(Type.Integer(), policyMembers.idleSeconds),
    disable_idle: Type.Boolean({ description: policyMembers.disableIdle }),
  },
  {
    title: "KeyspacePolicy",
    description: "What every key of the keyspace keeps to, whoever makes or changes it, by whichever API.",
  },
)

const keysMaximum = Type.Integer({ minimum: 1, maximum: bounds.keyspace.keys })
const lifetimeMaximum = Type.Integer({ minimum: 1, maximum: bounds.keyspace.lifetimeSeconds })

export type KeyspacePolicyInput = Static<typeof KeyspacePolicyInput>
export const KeyspacePolicyInput = input(
  {
    max_keys: Type.Optional(nullable(keysMaximum, policyMembers.maxKeys)),
    max_keys_per_owner: Type.Optional(nullable(keysMaximum, policyMembers.maxKeysPerOwner)),
    counted_keys: Type.Optional(
      nullable(oneOf(countedKeys, { description: `${policyMembers.countedKeys} Default: \`active\`.` })),
    ),
    unique_names: optionalRule(policyMembers.uniqueNames),
    max_lifetime_seconds: Type.Optional(nullable(lifetimeMaximum, policyMembers.maxLifetimeSeconds)),
    expiry_required: optionalRule(policyMembers.expiryRequired),
    expiry_within_creator: optionalRule(policyMembers.expiryWithinCreator),
    owners_grant: optionalRule(policyMembers.ownersGrant),
    default_lifetime_seconds: Type.Optional(nullable(lifetimeMaximum, policyMembers.defaultLifetimeSeconds)),
    required_tags: Type.Optional(
      nullable(
        list(Type.String({ minLength: 1, maxLength: bounds.tagLength }), {
          description: `${policyMembers.requiredTags} Default: none.`,
          maxItems: bounds.keyspace.requiredTags,
        }),
      ),
    ),
    exclusive_permissions: Type.Optional(
      nullable(
        list(
          list(permissionName, { description: exclusiveSet, maxItems: bounds.keyspace.exclusivePermissions }),
          {
            description: `${policyMembers.exclusivePermissions} Default: none.`,
            maxItems: bounds.keyspace.exclusiveSets,
          },
        ),
      ),
    ),
    idle_seconds: Type.Optional(
      nullable(
        Type.Integer({
          minimum: bounds.keyspace.idleMinimumSeconds,
          maximum: bounds.keyspace.lifetimeSeconds,
        }),
        policyMembers.idleSeconds,
      ),
    ),
    disable_idle: optionalRule(policyMembers.disableIdle),
    max_overlap_seconds: Type.Optional(
      nullable(
        Type.Integer({ minimum: 0, maximum: bounds.overlap.seconds }),
        policyMembers.maxOverlapSeconds,
      ),
    ),
  },
  {
    title: "KeyspacePolicyInput",
    description:
      "What every key of the keyspace keeps to. Each member is merged by itself: absent, it stays (in a new keyspace: as by default); null is the default. Keys that there are already stay as they are.",
  },
)

function optionalRule(description: string) {
  return Type.Optional(nullable(Type.Boolean({ description: `${description} Default: false.` })))
}

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
    limits: list(KeyspaceLimit, { description: "The limits of its keys." }),
    policy: KeyspacePolicy,
    rotation: nullable(
      RotationSchedule,
      "The schedule of new keys, unless they get one of their own; null: none.",
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
      "A family of keys: one format, one secret retention, one permission catalog, one set of limits, one policy.",
  },
)

const newKeySchedule = nullable(
  RotationScheduleInput,
  "The schedule of keys that are created from then on, unless they get one of their own; null: none.",
)

const catalogBound = { maxItems: bounds.keyspace.permissions }

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
      list(KeyspaceLimitInput, {
        description: "The limits of its keys. Default: none.",
        maxItems: bounds.keyspace.limits,
      }),
    ),
    policy: Type.Optional(KeyspacePolicyInput),
    rotation: Type.Optional(newKeySchedule),
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
        list(KeyspaceLimitInput, {
          description: "All limits; null: none.",
          maxItems: bounds.keyspace.limits,
        }),
      ),
    ),
    policy: Type.Optional(nullable(KeyspacePolicyInput)),
    rotation: Type.Optional(newKeySchedule),
  },
  {
    title: "KeyspacePatch",
    description:
      "A JSON Merge Patch (RFC 7396): an absent member stays, null clears, a list is replaced whole, the policy is merged.",
  },
)

export type KeyspacePage = Static<typeof KeyspacePage>
export const KeyspacePage = Type.Object(
  { items: list(Keyspace, { description: "Keyspaces, oldest first." }), next_cursor: nextCursor },
  { title: "KeyspacePage" },
)

const params = Type.Object({ keyspace_id: idInput("The keyspace's id.") })

const violation = Type.Object(
  {
    rule: oneOf(policyRules, { description: "Which rule of the policy is broken, by its member." }),
    message: Type.String({ description: "What is wrong." }),
  },
  { title: "Violation" },
)

const violatingKey = {
  key_id: id("The key's id."),
  name: name("Its name."),
  owner: Owner,
  expires_at: nullable(timestamp("When it expires; null: never.")),
  violations: list(violation, { description: "Each rule that it breaks." }),
}

export type ViolationPage = Static<typeof ViolationPage>
export const ViolationPage = Type.Object(
  {
    items: list(Type.Object(violatingKey, { title: "ViolatingKey" }), {
      description: "Keys that break the policy, the newest first.",
    }),
    next_cursor: nextCursor,
  },
  { title: "ViolationPage" },
)

const remedy = Type.Object(
  {
    name: nullable(name("Its new name, the one that it had with a number; null: that stays.")),
    expires_at: nullable(timestamp("When it expires from then on; null: that stays.")),
    overlap_seconds: nullable(Type.Integer(), "The overlap of its rotation schedule; null: that stays."),
    disabled: Type.Boolean({
      description: "Whether it is disabled, as only its owner can say what it should be.",
    }),
  },
  { title: "PolicyRemedy", description: "The least that helps with all the rules that a key breaks." },
)

export type AppliedPolicyPage = Static<typeof AppliedPolicyPage>
export const AppliedPolicyPage = Type.Object(
  {
    items: list(
      Type.Object(
        {
          ...violatingKey,
          remedy: nullable(
            remedy,
            "What is done; null: nothing, as nothing short of deleting the key helps, and that is left to you.",
          ),
          problem: nullable(
            oneOf(problemCodes, { description: "Why the remedy was not applied." }),
            "Why the remedy was not applied; null: it was, or would be, or there is none.",
          ),
        },
        { title: "RemediedKey" },
      ),
      { description: "What was done about each key that broke the policy, or would be." },
    ),
    next_cursor: nextCursor,
  },
  { title: "AppliedPolicyPage" },
)

export const createKeyspace = route({
  operationId: "createKeyspace",
  method: "POST",
  path: "/v1/keyspaces",
  tag: "Keyspaces",
  summary: "Create a keyspace",
  permission: "keyspaces.write",
  headers: IdempotencyKey,
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
    "Its keys follow at once, but for the policy, which changes of keys are held to from then on. Built-in keyspaces cannot be changed, and a permission that a role names cannot leave the catalog.",
  permission: "keyspaces.write",
  params,
  headers: IfMatch,
  body: KeyspacePatch,
  bodyTypes: mergePatchTypes,
  bodyMaximum: bounds.largeBodyBytes,
  answers: { 200: { description: "The changed keyspace.", schema: Keyspace, headers: etag } },
  problems: ["not_found", "already_exists", "built_in_keyspace", "revision_conflict"],
})

export const listViolations = route({
  operationId: "listViolations",
  method: "GET",
  path: "/v1/keyspaces/{keyspace_id}/violations",
  tag: "Keyspaces",
  summary: "List the keys that break the policy",
  description:
    "Of the rules about expiry, tags, permissions and rotation schedules, those that could be used, now or by waiting. Of the maxima, the newest beyond them of those that count. Of unique names, all of an owner's keys of one name but the oldest. Not looked at is what holds only as a key is made or given another expiry (`expiry_within_creator`). A page may be shorter than asked, even empty, and still have a `next_cursor`.",
  permission: "keys.read",
  params,
  query: input(pageQuery),
  answers: { 200: { description: "A page of keys.", schema: ViolationPage } },
  problems: ["not_found"],
})

export const applyPolicy = route({
  operationId: "applyPolicy",
  method: "POST",
  path: "/v1/keyspaces/{keyspace_id}/violations/apply",
  tag: "Keyspaces",
  summary: "Apply the policy to the keys that break it",
  description:
    "By the least that helps: another expiry, another name, a shorter overlap; where that is not enough the key is disabled, as it is beyond a maximum of active keys. Each key that is changed is an event of its own. Done for one page of keys; `next_cursor` leads to the next. What was done already is done if the call fails, and repeating it does the rest.",
  permission: "keys.write",
  params,
  query: input({
    dry_run: Type.Optional(
      Type.Boolean({ description: "true: only tell what would be done.", default: false }),
    ),
    ...pageQuery,
  }),
  answers: { 200: { description: "A page of keys.", schema: AppliedPolicyPage } },
  problems: ["not_found"],
})
