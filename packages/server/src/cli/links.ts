import type { OfferedLink } from "@keyward/contract"
import type { Command } from "commander"
import { addCreatingOptions, type CreatingOptions, creationOf } from "./creating.ts"
import { printJson, printLine, printMembers } from "./output.ts"
import { connect, type RemoteOptions } from "./remote.ts"

/** The commands below `users` that make links with which users set their passwords. */
export function addLinks(users: Command): void {
  const invite = users
    .command("invite <user-id>")
    .summary("make a link with which a new user sets a password; good once, for 72 hours")
  addCreatingOptions(invite).action(async (userId: string, options: CreatingOptions) => {
    const client = await connect(options)
    await printLink(await client.links.invite(userId, creationOf(options)), options)
  })

  const reset = users
    .command("reset-password <user-id>")
    .summary("make a link with which a user sets a new password; good once, for an hour")
  addCreatingOptions(reset).action(async (userId: string, options: CreatingOptions) => {
    const client = await connect(options)
    await printLink(await client.links.offerReset(userId, creationOf(options)), options)
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
