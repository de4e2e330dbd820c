import {
  type Keyspace,
  type KeyspacePatch,
  type LimitInput,
  type NewKeyspace,
  type PermissionDefinitionInput,
  type RoleInput,
  secretRetentions,
} from "@keyward/contract"
import { type Command, InvalidArgumentError, Option } from "commander"
import { clearOption } from "./clear-option.ts"
import { given, limitOf, printLimit, repeated, wholeNumber } from "./option-text.ts"
import { type Cell, printJson, printLine, printMembers, printTable } from "./output.ts"
import { addPageOptions, type PageOptions, printPages } from "./pages.ts"
import { addRemoteOptions, connect, type RemoteOptions } from "./remote.ts"

export function addKeyspaces(program: Command): void {
  const keyspaces = program.command("keyspaces").summary("create and change keyspaces")

  const create = keyspaces
    .command("create")
    .summary("create a keyspace")
    .requiredOption("--name <name>", "its name, unique in the organization")
    .requiredOption("--prefix <prefix>", "what its key texts start with, such as acme_live; never changes")
    .addOption(
      new Option("--retention <retention>", "whether a secret can be read again; never changes")
        .choices(secretRetentions)
        .default("digest"),
    )
  addRemoteOptions(addPolicyOptions(create)).action(createKeyspace)

  addPageOptions(keyspaces.command("list").summary("list the keyspaces, oldest first")).action(listKeyspaces)

  addRemoteOptions(keyspaces.command("show <keyspace-id>").summary("show a keyspace")).action(showKeyspace)

  const update = keyspaces
    .command("update <keyspace-id>")
    .summary("change a keyspace: what is not named stays, a list is replaced whole")
    .option("--name <name>", "its name, unique in the organization")
  addPolicyOptions(update)
    .addOption(clearOption(clearable))
    .option("--if-revision <revision>", "only if the keyspace is still at this revision", wholeNumber)
  addRemoteOptions(update).action(updateKeyspace)
}

/** What `update --clear` takes. */
const clearable = {
  description: "description",
  permission: "permissions",
  role: "roles",
  limit: "limits",
  "max-active-keys": "max_active_keys",
} as const satisfies Readonly<Record<string, keyof KeyspacePatch>>

/** What of a keyspace `create` and `update` take alike. */
interface PolicyOptions {
  readonly description?: string
  readonly permission?: readonly PermissionDefinitionInput[]
  readonly role?: readonly RoleInput[]
  readonly limit?: readonly LimitInput[]
  readonly maxActiveKeys?: number
}

function addPolicyOptions(command: Command): Command {
  return command
    .option("--description <text>", "what it is for")
    .option(
      "--permission <name[=description]>",
      "a permission of its catalog (repeatable)",
      repeated(permissionOf),
    )
    .option("--role <name=grant,grant…>", "a role and what it grants (repeatable)", repeated(roleOf))
    .option("--limit <name=count/seconds>", "a limit of each of its keys (repeatable)", repeated(limitOf))
    .option("--max-active-keys <count>", "most keys that may be active at once", wholeNumber)
}

function policyOf({ description, permission, role, limit, maxActiveKeys }: PolicyOptions) {
  return given({
    description,
    permissions: permission,
    roles: role,
    limits: limit,
    max_active_keys: maxActiveKeys,
  })
}

interface CreateOptions extends PolicyOptions, RemoteOptions {
  readonly name: string
  readonly prefix: string
  readonly retention: NonNullable<NewKeyspace["retention"]>
}

async function createKeyspace(options: CreateOptions): Promise<void> {
  const client = await connect(options)
  const { name, prefix, retention } = options
  await printKeyspace(
    await client.keyspaces.create({ name, prefix, retention, ...policyOf(options) }),
    options,
  )
}

async function listKeyspaces(options: PageOptions): Promise<void> {
  const client = await connect(options)
  await printPages(
    options,
    (page) => client.keyspaces.list(page),
    ["id", "kind", "retention", "prefix", "name"],
    ({ id, kind, retention, prefix, name }) => [id, kind, retention, prefix, name],
  )
}

async function showKeyspace(keyspaceId: string, options: RemoteOptions): Promise<void> {
  const client = await connect(options)
  await printKeyspace(await client.keyspaces.read(keyspaceId), options)
}

interface UpdateOptions extends PolicyOptions, RemoteOptions {
  readonly name?: string
  readonly clear?: object
  readonly ifRevision?: number
}

async function updateKeyspace(keyspaceId: string, options: UpdateOptions): Promise<void> {
  const client = await connect(options)
  const { name, clear, ifRevision } = options
  const patch = { ...given({ name }), ...policyOf(options), ...clear }
  await printKeyspace(await client.keyspaces.update(keyspaceId, patch, given({ ifRevision })), options)
}

async function printKeyspace(keyspace: Keyspace, { json }: RemoteOptions): Promise<void> {
  if (json) return printJson(keyspace)
  const members: Readonly<Record<string, Cell>> = {
    id: keyspace.id,
    name: keyspace.name,
    description: keyspace.description,
    kind: keyspace.kind,
    prefix: keyspace.prefix,
    format: keyspace.format,
    retention: keyspace.retention,
    limits: keyspace.limits.map(printLimit).join(", "),
    "max active keys": keyspace.max_active_keys,
    "secret pattern": keyspace.secret_pattern,
    created: keyspace.created_at,
    updated: keyspace.updated_at,
    revision: keyspace.revision,
  }
  await printMembers(members)
  await printLine("")
  await printTable(
    ["permission", "description"],
    keyspace.permissions.map(({ name, description }) => [name, description]),
  )
  if (keyspace.roles.length === 0) return
  await printLine("")
  await printTable(
    ["role", "grants"],
    keyspace.roles.map(({ name, permissions }) => [name, permissions.join(" ")]),
  )
}

function permissionOf(text: string): PermissionDefinitionInput {
  const [, name = text, description] = /^([^=]+)=(.*)$/s.exec(text) ?? []
  return { name, ...given({ description }) }
}

function roleOf(text: string): RoleInput {
  const [, name, grants] = /^([^=]+)=(.+)$/s.exec(text) ?? []
  if (name !== undefined && grants !== undefined) return { name, permissions: grants.split(",") }
  throw new InvalidArgumentError("It takes <name>=<grant>,<grant>…, such as reader=invoices.read.")
}
