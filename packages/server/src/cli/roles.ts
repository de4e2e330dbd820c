import type { OrganizationRole, OrganizationRolePatch } from "@keyward/contract"
import type { Command } from "commander"
import { given } from "../given.ts"
import { clearOption } from "./clear-option.ts"
import { addCreatingOptions, type CreatingOptions, creationOf } from "./creating.ts"
import { asIs, repeated } from "./option-text.ts"
import { printJson, printLine, printMembers, printTable } from "./output.ts"
import { addRemoteOptions, connect, type RemoteOptions } from "./remote.ts"

export function addRoles(program: Command): void {
  const roles = program.command("roles").summary("see the organization's roles, and make roles of its own")

  addRemoteOptions(roles.command("list").summary("list the roles, the built-in ones first")).action(listRoles)

  addRemoteOptions(roles.command("show <name>").summary("show a role")).action(showRole)

  const create = roles.command("create <name>").summary("create a role")
  addCreatingOptions(addRoleOptions(create)).action(createRole)

  const update = roles
    .command("update <name>")
    .summary("change a role: what is not named stays, the permissions are replaced whole")
  addRemoteOptions(addRoleOptions(update).addOption(clearOption(clearable))).action(updateRole)

  addRemoteOptions(
    roles.command("delete <name>").summary("delete a role, which nobody has from then on"),
  ).action(deleteRole)
}

/** What `update --clear` takes. */
const clearable = {
  description: "description",
  permission: "permissions",
} as const satisfies Readonly<Record<string, keyof OrganizationRolePatch>>

interface RoleOptions extends RemoteOptions {
  readonly description?: string
  readonly permission?: readonly string[]
}

function addRoleOptions(command: Command): Command {
  return command
    .option("--description <text>", "what it is for")
    .option(
      "--permission <grant>",
      "a management permission that it grants, or denies with a leading ! (repeatable)",
      repeated(asIs),
    )
}

async function listRoles(options: RemoteOptions): Promise<void> {
  const client = await connect(options)
  const items = await client.roles.list()
  if (options.json) return printJson({ items, next_cursor: null })
  await printTable(
    ["name", "built in", "description"],
    items.map(({ name, built_in, description }) => [name, built_in, description]),
  )
}

async function showRole(name: string, options: RemoteOptions): Promise<void> {
  const client = await connect(options)
  await printRole(await client.roles.read(name), options)
}

async function createRole(name: string, options: RoleOptions & CreatingOptions): Promise<void> {
  const client = await connect(options)
  const { description, permission = [] } = options
  const role = { name, permissions: permission, ...given({ description }) }
  await printRole(await client.roles.create(role, creationOf(options)), options)
}

async function updateRole(name: string, options: RoleOptions & { readonly clear?: object }): Promise<void> {
  const client = await connect(options)
  const { description, permission, clear } = options
  const patch = { ...given({ description, permissions: permission }), ...clear }
  await printRole(await client.roles.update(name, patch), options)
}

async function deleteRole(name: string, options: RemoteOptions): Promise<void> {
  const client = await connect(options)
  await client.roles.delete(name)
  await (options.json ? printJson({ name, deleted: true }) : printLine(`Deleted ${name}.`))
}

function printRole(role: OrganizationRole, { json }: RemoteOptions): Promise<void> {
  if (json) return printJson(role)
  return printMembers({
    name: role.name,
    description: role.description,
    "built in": role.built_in,
    permissions: role.permissions.join(" "),
  })
}
