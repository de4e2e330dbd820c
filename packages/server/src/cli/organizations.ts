import type { Organization } from "@keyward/contract"
import type { Command } from "commander"
import { given } from "../given.ts"
import { wholeNumber } from "./option-text.ts"
import { printJson, printMembers, printTable } from "./output.ts"
import { addRemoteOptions, connect, type RemoteOptions } from "./remote.ts"

export function addOrganizations(program: Command): void {
  const organizations = program.command("organizations").summary("show and rename the organization")

  addRemoteOptions(
    organizations.command("list").summary("list the organization that the management key belongs to"),
  ).action(listOrganizations)

  addRemoteOptions(
    organizations.command("show [organization-id]").summary("show the organization; default: one's own"),
  ).action(showOrganization)

  const update = organizations
    .command("update <organization-id>")
    .summary("change the organization")
    .option("--name <name>", "its name")
    .option("--if-revision <revision>", "only if the organization is still at this revision", wholeNumber)
  addRemoteOptions(update).action(updateOrganization)
}

async function listOrganizations(options: RemoteOptions): Promise<void> {
  const client = await connect(options)
  const items = await client.organizations.list()
  if (options.json) return printJson({ items, next_cursor: null })
  await printTable(
    ["id", "alias", "name"],
    items.map(({ id, alias, name }) => [id, alias, name]),
  )
}

async function showOrganization(id: string | undefined, options: RemoteOptions): Promise<void> {
  const client = await connect(options)
  const organizations =
    id === undefined ? await client.organizations.list() : [await client.organizations.read(id)]
  for (const organization of organizations) await printOrganization(organization, options)
}

interface UpdateOptions extends RemoteOptions {
  readonly name?: string
  readonly ifRevision?: number
}

async function updateOrganization(organizationId: string, options: UpdateOptions): Promise<void> {
  const client = await connect(options)
  const { name, ifRevision } = options
  const changed = await client.organizations.update(organizationId, given({ name }), given({ ifRevision }))
  await printOrganization(changed, options)
}

function printOrganization(organization: Organization, { json }: RemoteOptions): Promise<void> {
  if (json) return printJson(organization)
  return printMembers({
    id: organization.id,
    alias: organization.alias,
    name: organization.name,
    created: organization.created_at,
    updated: organization.updated_at,
    revision: organization.revision,
  })
}
