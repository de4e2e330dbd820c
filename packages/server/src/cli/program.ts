import process from "node:process"
import { Command, CommanderError } from "commander"
import { version } from "../version.ts"
import { addAudit } from "./audit.ts"
import { addBackup } from "./backup.ts"
import { addConfig } from "./config.ts"
import { addDev } from "./dev.ts"
import { addDialects } from "./dialects.ts"
import { addDoctor } from "./doctor.ts"
import { exitCodes, printExitCodes } from "./exit-code.ts"
import { tellFailure } from "./failure.ts"
import { addInit } from "./init.ts"
import { addKeys } from "./keys.ts"
import { addKeyspaces } from "./keyspaces.ts"
import { addMembers } from "./members.ts"
import { addOrganizations } from "./organizations.ts"
import { printNote } from "./output.ts"
import { addRecover } from "./recover.ts"
import { addRoles } from "./roles.ts"
import { addSecrets } from "./secrets.ts"
import { addServe } from "./serve.ts"
import { addServiceAccounts } from "./service-accounts.ts"
import { addSessions } from "./sessions.ts"
import { addTasks } from "./tasks.ts"
import { addUsers } from "./users.ts"

/** Columns of the help texts; fixed, so that docs/cli.md does not depend on somebody's terminal. */
const helpWidth = 100

/** The whole command line. Commands load what is heavy when they are run, not when they are described. */
export function createProgram(): Command {
  const program = new Command("keyward")
    .description("Issue API keys, verify them, and prove afterwards what happened.")
    .version(version)
    .exitOverride()
    .configureOutput({
      getOutHelpWidth: () => helpWidth,
      getErrHelpWidth: () => helpWidth,
      // `run` tells of it, in text or JSON.
      outputError: () => undefined,
    })
    .configureHelp({ showGlobalOptions: false })
    .addHelpText("after", `\n${printExitCodes()}`)

  program.commandsGroup("Run a server:")
  addDev(program)
  addInit(program)
  addServe(program)
  program.commandsGroup("Look after an installation (local: these open its store themselves):")
  addConfig(program)
  addDoctor(program)
  addBackup(program)
  addRecover(program)
  addSecrets(program)
  addDialects(program)
  program.commandsGroup("Talk to a server:")
  addKeyspaces(program)
  addKeys(program)
  addTasks(program)
  addOrganizations(program)
  addUsers(program)
  addServiceAccounts(program)
  addMembers(program)
  addRoles(program)
  addSessions(program)
  addAudit(program)
  return program
}

/** @returns the exit code */
export async function run(args: readonly string[]): Promise<number> {
  try {
    await createProgram().parseAsync([...args], { from: "user" })
    return Number(process.exitCode ?? exitCodes.ok.code)
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return exitCodes.ok.code
    // Help that was shown in place of a missing subcommand says it all.
    if (error instanceof CommanderError && error.code === "commander.help") return exitCodes.usage.code
    const { ending, document } = tellFailure(error)
    printNote(args.includes("--json") ? JSON.stringify(document) : inWords(document))
    return exitCodes[ending].code
  }
}

function inWords({ detail, fix, errors, request_id: requestId }: Readonly<Record<string, unknown>>): string {
  const faults = Array.isArray(errors) ? errors : []
  return [
    `keyward: ${detail}`,
    ...faults.map(({ member, message, fix }) => `  ${member}: ${message} ${fix}`),
    `Fix: ${fix}`,
    ...(typeof requestId === "string" ? [`Request: ${requestId}`] : []),
  ].join("\n")
}
