import type { User, UserPatch } from "@keyward/contract"
import { type Command, Option } from "commander"
import { given } from "../given.ts"
import { clearOption } from "./clear-option.ts"
import { addCreatingOptions, type CreatingOptions, creationOf } from "./creating.ts"
import { addLinks } from "./links.ts"
import { asIs, repeated, wholeNumber } from "./option-text.ts"
import { printJson, printMembers } from "./output.ts"
import { addPageOptions, type PageOptions, printPages } from "./pages.ts"
import { addRemoteOptions, connect, type RemoteOptions } from "./remote.ts"
import { addStanding } from "./standing.ts"

export function addUsers(program: Command): void {
  const users = program.command("users").summary("create, invite, change, suspend and remove users")

  const create = users
    .command("create")
    .summary("create a user, who has no password yet")
    .requiredOption("--email <address>", "their e-mail address, unique in the organization")
    .requiredOption("--display-name <name>", "what people see")
  addCreatingOptions(addPersonOptions(create)).action(createUser)

  const list = users
    .command("list")
    .summary("list users: the newest first, or by e-mail address")
    .option("--role <name>", "only users with this role")
    .addOption(new Option("--suspended", "only users who are suspended").conflicts("active"))
    .option("--active", "only users who are not suspended")
    .option("--email-prefix <text>", "only users whose e-mail address starts so")
  addPageOptions(list).action(listUsers)

  addRemoteOptions(users.command("show <user-id>").summary("show a user")).action(showUser)

  const update = users
    .command("update <user-id>")
    .summary("change a user: what is not named stays, the roles are replaced whole")
    .option("--email <address>", "their e-mail address, unique in the organization")
    .option("--display-name <name>", "what people see")
  addPersonOptions(update)
    .addOption(clearOption(clearable))
    .option("--if-revision <revision>", "only if the user is still at this revision", wholeNumber)
  addRemoteOptions(update).action(updateUser)

  addLinks(users)
  addStanding(users, { word: "user", of: (client) => client.users, print: printUser })
}

/** What `update --clear` takes. */
const clearable = {
  "user-name": "user_name",
  "first-name": "first_name",
  "last-name": "last_name",
  role: "roles",
} as const satisfies Readonly<Record<string, keyof UserPatch>>

/** What of a user `create` and `update` take alike. */
interface PersonOptions {
  readonly userName?: string
  readonly firstName?: string
  readonly lastName?: string
  readonly role?: readonly string[]
}

function addPersonOptions(command: Command): Command {
  return command
    .option("--user-name <name>", "another name to know them by, unique in the organization")
    .option("--first-name <name>", "their first name")
    .option("--last-name <name>", "their last name")
    .option("--role <name>", "a role of the organization (repeatable)", repeated(asIs))
}

function personOf({ userName, firstName, lastName, role }: PersonOptions) {
  return given({ user_name: userName, first_name: firstName, last_name: lastName, roles: role })
}

interface CreateOptions extends PersonOptions, CreatingOptions {
  readonly email: string
  readonly displayName: string
}

async function createUser(options: CreateOptions): Promise<void> {
  const client = await connect(options)
  const { email, displayName } = options
  const user = { email, display_name: displayName, ...personOf(options) }
  await printUser(await client.users.create(user, creationOf(options)), options)
}

interface ListOptions extends PageOptions {
  readonly role?: string
  readonly suspended?: true
  readonly active?: true
  readonly emailPrefix?: string
}

async function listUsers(options: ListOptions): Promise<void> {
  const client = await connect(options)
  const { role, suspended, active, emailPrefix } = options
  const filter = given({
    role,
    suspended: suspended ?? (active ? false : undefined),
    email_prefix: emailPrefix,
  })
  await printPages(
    options,
    (page) => client.users.list({ ...filter, ...page }),
    ["id", "state", "email", "roles", "name"],
    ({ id, state, email, roles, display_name }) => [id, state, email, roles.join(","), display_name],
  )
}

async function showUser(userId: string, options: RemoteOptions): Promise<void> {
  const client = await connect(options)
  await printUser(await client.users.read(userId), options)
}

interface UpdateOptions extends PersonOptions, RemoteOptions {
  readonly email?: string
  readonly displayName?: string
  readonly clear?: object
  readonly ifRevision?: number
}

async function updateUser(userId: string, options: UpdateOptions): Promise<void> {
  const client = await connect(options)
  const { email, displayName, clear, ifRevision } = options
  const patch = { ...given({ email, display_name: displayName }), ...personOf(options), ...clear }
  await printUser(await client.users.update(userId, patch, given({ ifRevision })), options)
}

function printUser(user: User, { json }: RemoteOptions): Promise<void> {
  if (json) return printJson(user)
  return printMembers({
    id: user.id,
    alias: user.alias,
    email: user.email,
    "display name": user.display_name,
    "user name": user.user_name,
    "first name": user.first_name,
    "last name": user.last_name,
    roles: user.roles.join(", "),
    state: user.state,
    suspended: user.suspended_at,
    "has password": user.has_password,
    created: user.created_at,
    updated: user.updated_at,
    revision: user.revision,
  })
}
