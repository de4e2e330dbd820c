import type { ServiceAccount, ServiceAccountPatch } from "@keyward/contract"
import { type Command, Option } from "commander"
import { given } from "../given.ts"
import { clearOption } from "./clear-option.ts"
import { addCreatingOptions, type CreatingOptions, creationOf } from "./creating.ts"
import { asIs, repeated, wholeNumber } from "./option-text.ts"
import { printJson, printMembers } from "./output.ts"
import { addPageOptions, type PageOptions, printPages } from "./pages.ts"
import { addRemoteOptions, connect, type RemoteOptions } from "./remote.ts"
import { addStanding } from "./standing.ts"

export function addServiceAccounts(program: Command): void {
  const accounts = program
    .command("service-accounts")
    .summary("create, change, suspend and remove service accounts")

  const create = accounts
    .command("create")
    .summary("create a service account; keys create --owner service_account:<id> gives it a key")
    .requiredOption("--display-name <name>", "what people see")
  addCreatingOptions(addAccountOptions(create)).action(createServiceAccount)

  const list = accounts
    .command("list")
    .summary("list service accounts, the newest first")
    .option("--role <name>", "only service accounts with this role")
    .addOption(new Option("--suspended", "only those that are suspended").conflicts("active"))
    .option("--active", "only those that are not suspended")
  addPageOptions(list).action(listServiceAccounts)

  addRemoteOptions(accounts.command("show <service-account-id>").summary("show a service account")).action(
    showServiceAccount,
  )

  const update = accounts
    .command("update <service-account-id>")
    .summary("change a service account: what is not named stays, the roles are replaced whole")
    .option("--display-name <name>", "what people see")
  addAccountOptions(update)
    .addOption(clearOption(clearable))
    .option("--if-revision <revision>", "only if the service account is still at this revision", wholeNumber)
  addRemoteOptions(update).action(updateServiceAccount)

  addStanding(accounts, {
    word: "service account",
    of: (client) => client.serviceAccounts,
    print: printServiceAccount,
  })
}

/** What `update --clear` takes. */
const clearable = {
  description: "description",
  role: "roles",
} as const satisfies Readonly<Record<string, keyof ServiceAccountPatch>>

/** What of a service account `create` and `update` take alike. */
interface AccountOptions {
  readonly description?: string
  readonly role?: readonly string[]
}

function addAccountOptions(command: Command): Command {
  return command
    .option("--description <text>", "what it is for")
    .option("--role <name>", "a role of the organization (repeatable)", repeated(asIs))
}

interface CreateOptions extends AccountOptions, CreatingOptions {
  readonly displayName: string
}

async function createServiceAccount(options: CreateOptions): Promise<void> {
  const client = await connect(options)
  const { displayName, description, role } = options
  const account = { display_name: displayName, ...given({ description, roles: role }) }
  await printServiceAccount(await client.serviceAccounts.create(account, creationOf(options)), options)
}

interface ListOptions extends PageOptions {
  readonly role?: string
  readonly suspended?: true
  readonly active?: true
}

async function listServiceAccounts(options: ListOptions): Promise<void> {
  const client = await connect(options)
  const { role, suspended, active } = options
  const filter = given({ role, suspended: suspended ?? (active ? false : undefined) })
  await printPages(
    options,
    (page) => client.serviceAccounts.list({ ...filter, ...page }),
    ["id", "state", "roles", "name"],
    ({ id, state, roles, display_name }) => [id, state, roles.join(","), display_name],
  )
}

async function showServiceAccount(accountId: string, options: RemoteOptions): Promise<void> {
  const client = await connect(options)
  await printServiceAccount(await client.serviceAccounts.read(accountId), options)
}

interface UpdateOptions extends AccountOptions, RemoteOptions {
  readonly displayName?: string
  readonly clear?: object
  readonly ifRevision?: number
}

async function updateServiceAccount(accountId: string, options: UpdateOptions): Promise<void> {
  const client = await connect(options)
  const { displayName, description, role, clear, ifRevision } = options
  const patch = { ...given({ display_name: displayName, description, roles: role }), ...clear }
  await printServiceAccount(
    await client.serviceAccounts.update(accountId, patch, given({ ifRevision })),
    options,
  )
}

function printServiceAccount(account: ServiceAccount, { json }: RemoteOptions): Promise<void> {
  if (json) return printJson(account)
  return printMembers({
    id: account.id,
    alias: account.alias,
    "display name": account.display_name,
    description: account.description,
    roles: account.roles.join(", "),
    state: account.state,
    suspended: account.suspended_at,
    created: account.created_at,
    updated: account.updated_at,
    revision: account.revision,
  })
}
