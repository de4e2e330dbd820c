import type { Command } from "commander"
import { given } from "../given.ts"
import { printJson, printLine } from "./output.ts"
import { addPageOptions, type PageOptions, printPages } from "./pages.ts"
import { addRemoteOptions, connect, type RemoteOptions } from "./remote.ts"

export function addSessions(program: Command): void {
  const sessions = program.command("sessions").summary("list and end the sessions of users")

  const list = sessions
    .command("list")
    .summary("list live sessions, the newest first")
    .option("--user <id>", "whose; default: one's own, which takes the token of a session as the key")
  addPageOptions(list).action(listSessions)

  addRemoteOptions(sessions.command("end <session-id>").summary("end a session")).action(endSession)

  const endAll = sessions
    .command("end-all")
    .summary("end all sessions of a user")
    .option("--user <id>", "whose; default: one's own, but for the one in use")
  addRemoteOptions(endAll).action(endSessions)
}

async function listSessions(options: PageOptions & { readonly user?: string }): Promise<void> {
  const client = await connect(options)
  const filter = given({ user_id: options.user })
  await printPages(
    options,
    (page) => client.sessions.list({ ...filter, ...page }),
    ["id", "current", "last seen", "expires", "address", "user agent"],
    ({ id, current, last_seen_at, expires_at, address, user_agent }) => [
      id,
      current,
      last_seen_at,
      expires_at,
      address,
      user_agent,
    ],
  )
}

async function endSession(sessionId: string, options: RemoteOptions): Promise<void> {
  const client = await connect(options)
  await client.sessions.end(sessionId)
  await (options.json ? printJson({ session_id: sessionId, ended: true }) : printLine(`Ended ${sessionId}.`))
}

async function endSessions(options: RemoteOptions & { readonly user?: string }): Promise<void> {
  const client = await connect(options)
  const { user, json } = options
  await client.sessions.endAll(given({ user_id: user }))
  await (json
    ? printJson({ user_id: user ?? null, ended: true })
    : printLine(user ? `Ended all sessions of ${user}.` : "Ended all other sessions."))
}
