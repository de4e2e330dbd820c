import type { OfferedLink } from "@keyward/contract"
import type { Command } from "commander"
import { printJson, printLine, printMembers } from "./output.ts"
import { addRemoteOptions, connect, type RemoteOptions } from "./remote.ts"

/** The commands below `users` that make links with which users set their passwords. */
export function addLinks(users: Command): void {
  const invite = users
    .command("invite <user-id>")
    .summary("make a link with which a new user sets a password; good once, for 72 hours")
  addRemoteOptions(invite).action(async (userId: string, options: RemoteOptions) => {
    const client = await connect(options)
    await printLink(await client.links.invite(userId), options)
  })

  const reset = users
    .command("reset-password <user-id>")
    .summary("make a link with which a user sets a new password; good once, for an hour")
  addRemoteOptions(reset).action(async (userId: string, options: RemoteOptions) => {
    const client = await connect(options)
    await printLink(await client.links.offerReset(userId), options)
  })
}

async function printLink(link: OfferedLink, { json }: RemoteOptions): Promise<void> {
  if (json) return printJson(link)
  const { url_path: path, token, expires_at: expires } = link
  await printMembers({ path, token, expires })
  await printLine(
    "\nThe link is shown this once. Put the address of the server before the path, and hand it to the user on a way that nobody else reads.",
  )
}
