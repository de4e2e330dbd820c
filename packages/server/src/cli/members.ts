import { type Member, principalKinds } from "@keyward/contract"
import { type Command, Option } from "commander"
import { given } from "../given.ts"
import { wholeNumber } from "./option-text.ts"
import { printJson, printMembers } from "./output.ts"
import { addPageOptions, type PageOptions, printPages } from "./pages.ts"
import { addRemoteOptions, connect, type RemoteOptions } from "./remote.ts"

export function addMembers(program: Command): void {
  const members = program.command("members").summary("see and set who has which roles")

  const list = members
    .command("list")
    .summary("list users and service accounts with their roles, the newest first")
    .addOption(new Option("--kind <kind>", "only users, or only service accounts").choices(principalKinds))
    .option("--role <name>", "only members with this role")
  addPageOptions(list).action(listMembers)

  addRemoteOptions(
    members.command("show <member-id>").summary("show which roles a user or service account has"),
  ).action(showMember)

  const setRoles = members
    .command("set-roles <member-id> [role...]")
    .summary("give a user or service account these roles and no others; none: it may do nothing")
    .option("--if-revision <revision>", "only if the member is still at this revision", wholeNumber)
  addRemoteOptions(setRoles).action(setMemberRoles)
}

interface ListOptions extends PageOptions {
  readonly kind?: Member["kind"]
  readonly role?: string
}

async function listMembers(options: ListOptions): Promise<void> {
  const client = await connect(options)
  const { kind, role } = options
  await printPages(
    options,
    (page) => client.members.list({ ...given({ kind, role }), ...page }),
    ["id", "kind", "state", "roles", "name"],
    ({ id, kind, state, roles, display_name }) => [id, kind, state, roles.join(","), display_name],
  )
}

async function showMember(memberId: string, options: RemoteOptions): Promise<void> {
  const client = await connect(options)
  await printMember(await client.members.read(memberId), options)
}

interface SetOptions extends RemoteOptions {
  readonly ifRevision?: number
}

async function setMemberRoles(
  memberId: string,
  roles: readonly string[],
  options: SetOptions,
): Promise<void> {
  const client = await connect(options)
  const { ifRevision } = options
  await printMember(await client.members.setRoles(memberId, roles, given({ ifRevision })), options)
}

function printMember(member: Member, { json }: RemoteOptions): Promise<void> {
  if (json) return printJson(member)
  return printMembers({
    id: member.id,
    kind: member.kind,
    "display name": member.display_name,
    roles: member.roles.join(", "),
    state: member.state,
    revision: member.revision,
  })
}
