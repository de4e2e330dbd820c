import { type Static, Type } from "typebox"
import { bounds } from "../bounds.ts"
import { input, list, nullable, oneOf, oneOfObjects } from "../schema.ts"
import { keyStates } from "./key.ts"
import { alias, description, id, name, nextCursor, OwnerInput, revision, timestamp } from "./value.ts"

export const principalKinds = ["user", "service_account"] as const
export const principalStates = ["active", "suspended"] as const

/** Members that an answer about a user or service account has. */
const common = (of: string) => ({
  id: id(`The ${of}'s id. It never changes.`),
  alias: alias(of),
  organization_id: id("The organization that they belong to."),
  display_name: name("What people see."),
  roles: list(Type.String(), {
    description: "The membership: names of roles of the organization. Empty: may do nothing.",
  }),
  state: oneOf(principalStates, {
    description: "`suspended`: every key of theirs is refused, and they have no session.",
  }),
  suspended_at: nullable(timestamp("When they were suspended; null: they are not.")),
  created_at: timestamp("When they were created."),
  updated_at: timestamp("When they last changed."),
  revision: revision(of),
})

export type User = Static<typeof User>
export const User = Type.Object(
  {
    ...common("user"),
    email: Type.String({ description: "Their e-mail address, in lower case; unique in the organization." }),
    user_name: nullable(Type.String(), "Another name to know them by, unique as it is written; null: none."),
    first_name: nullable(Type.String(), "Their first name; null: not known."),
    last_name: nullable(Type.String(), "Their last name; null: not known."),
    has_password: Type.Boolean({ description: "Whether a password is set with which they can sign in." }),
  },
  { title: "User", description: "A person who can sign in." },
)

export type ServiceAccount = Static<typeof ServiceAccount>
export const ServiceAccount = Type.Object(
  { ...common("service account"), description: description("What it is for, for people.") },
  { title: "ServiceAccount", description: "A machine identity, which cannot sign in." },
)

/** Text of one line: no control characters, which would be invisible to whoever compares it. */
const line = (of: string, maxLength: number) =>
  Type.String({ description: of, minLength: 1, maxLength, pattern: "^\\P{Cc}+$" })

/** Names of roles, as a caller gives them to somebody. */
export const roleNames = (of: string) =>
  list(Type.String({ minLength: 1, maxLength: bounds.nameLength }), {
    description: of,
    maxItems: bounds.memberRoles,
  })

const displayName = name("What people see.")
const email = line(
  "Their e-mail address; kept in lower case, unique in the organization.",
  bounds.emailLength,
)
const userName = nullable(
  line("", bounds.nameLength),
  "Another name to know them by, unique in the organization as it is written; null: none.",
)
const firstName = nullable(name(""), "Their first name; null: not known.")
const lastName = nullable(name(""), "Their last name; null: not known.")

export type NewUser = Static<typeof NewUser>
export const NewUser = input(
  {
    email,
    display_name: displayName,
    user_name: Type.Optional(userName),
    first_name: Type.Optional(firstName),
    last_name: Type.Optional(lastName),
    roles: Type.Optional(roleNames("Names of roles of the organization. Default: `member`.")),
  },
  { title: "NewUser", description: "A user to be created, who has no password yet." },
)

const mergePatch =
  "A JSON Merge Patch (RFC 7396): an absent member stays, null clears, a list is replaced whole."

export type UserPatch = Static<typeof UserPatch>
export const UserPatch = input(
  {
    email: Type.Optional(email),
    display_name: Type.Optional(displayName),
    user_name: Type.Optional(userName),
    first_name: Type.Optional(firstName),
    last_name: Type.Optional(lastName),
    roles: Type.Optional(nullable(roleNames("All roles; null: none."))),
  },
  { title: "UserPatch", description: mergePatch },
)

export type NewServiceAccount = Static<typeof NewServiceAccount>
export const NewServiceAccount = input(
  {
    display_name: displayName,
    description: Type.Optional(description("What it is for, for people. Default: empty.")),
    roles: Type.Optional(roleNames("Names of roles of the organization. Default: none.")),
  },
  { title: "NewServiceAccount" },
)

export type ServiceAccountPatch = Static<typeof ServiceAccountPatch>
export const ServiceAccountPatch = input(
  {
    display_name: Type.Optional(displayName),
    description: Type.Optional(nullable(description("What it is for, for people; null: empty."))),
    roles: Type.Optional(nullable(roleNames("All roles; null: none."))),
  },
  { title: "ServiceAccountPatch", description: mergePatch },
)

export type UserPage = Static<typeof UserPage>
export const UserPage = Type.Object(
  {
    items: list(User, { description: "Users, in the order that the filter implies." }),
    next_cursor: nextCursor,
  },
  { title: "UserPage" },
)

export type ServiceAccountPage = Static<typeof ServiceAccountPage>
export const ServiceAccountPage = Type.Object(
  {
    items: list(ServiceAccount, { description: "Service accounts, the newest first." }),
    next_cursor: nextCursor,
  },
  { title: "ServiceAccountPage" },
)

export type RemovalPolicy = Static<typeof RemovalPolicy>
export const RemovalPolicy = oneOfObjects(
  [
    input({
      kind: oneOf(["transfer"], { description: "The keys go to another owner." }),
      owner: OwnerInput,
    }),
    input({ kind: oneOf(["freeze"], { description: "The keys are disabled." }) }),
    input({
      kind: oneOf(["expire"], { description: "The keys expire, unless they do so earlier anyway." }),
      days: Type.Integer({
        description: "After how many days of 24 hours; 0: at once.",
        minimum: 0,
        maximum: bounds.removal.days,
      }),
    }),
  ],
  { by: "kind", title: "RemovalPolicy", description: "What becomes of the keys of someone who is removed." },
)

export type Removal = Static<typeof Removal>
export const Removal = input({ policy: RemovalPolicy }, { title: "Removal" })

export type RemovalPreview = Static<typeof RemovalPreview>
export const RemovalPreview = Type.Object(
  {
    keys: list(
      Type.Object({
        id: id("The key's id."),
        name: name("Its name."),
        keyspace_id: id("The keyspace that it belongs to."),
        state: oneOf(keyStates, { description: "What the key is now." }),
      }),
      {
        description: `The keys that the policy changes, as they are now; the first ${bounds.removal.shown} of them.`,
      },
    ),
    total: Type.Integer({ description: "How many keys the policy changes.", minimum: 0 }),
    counts: list(
      Type.Object({
        state: oneOf(keyStates, { description: "What keys are now." }),
        count: Type.Integer({ description: "How many of them the policy changes.", minimum: 1 }),
      }),
      { description: "The same by state; a state that no key is in is left out." },
    ),
  },
  { title: "RemovalPreview", description: "What a removal would do. Nothing is done yet." },
)
