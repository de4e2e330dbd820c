import { stat } from "node:fs/promises"
import { resolve } from "node:path"
import type { Command } from "commander"
import { readConfig } from "../config.ts"
import { CommandFailure } from "./failure.ts"
import { type OutputOptions, printJson, printLine } from "./output.ts"

export function addBackup(program: Command): void {
  program
    .command("backup <destination>")
    .summary("copy the store, also while a server serves it")
    .description(
      "Local. Writes everything that the store holds, as it was at one instant, to a new SQLite file, also while a server serves the store. The secrets file is not part of it: keep that as well, and apart from it. Without the secrets file the copy is of no use, to you or to a thief.",
    )
    .option("--json", "print the result as JSON")
    .action(backup)
}

async function backup(destination: string, { json }: OutputOptions): Promise<void> {
  const { databaseUrl, secretsFile, peppers, encryptionKeys } = readConfig()
  const path = resolve(destination)
  if (await isThere(path)) {
    throw new CommandFailure("usage", `${path} exists already.`, "Name a file that does not exist yet.")
  }
  const { backupStore } = await import("../stores/backup.ts")
  try {
    await backupStore(databaseUrl, path)
  } catch (error) {
    if (!(error instanceof Error)) throw error
    const ours = error.cause instanceof Error && "syscall" in error.cause
    throw new CommandFailure(
      ours ? "usage" : "unavailable",
      `The store was not copied: ${error.message}`,
      ours
        ? "Name a file in a folder that exists and can be written."
        : "Check KEYWARD_DATABASE_URL, and whether the database is up.",
      { cause: error },
    )
  }
  const { size } = await stat(path)
  const secrets = peppers && encryptionKeys ? null : secretsFile
  if (json) return printJson({ file: path, bytes: size, secrets_file: secrets })
  await printLine(`The store is copied to ${path} (${size} bytes).`)
  await printLine(
    `Keep ${secrets ?? "the values of KEYWARD_PEPPERS and KEYWARD_ENCRYPTION_KEYS"} as well, and apart from it: without, no key of the copy can be verified.`,
  )
  await printLine(`To serve the copy: KEYWARD_DATABASE_URL=sqlite:${path}`)
}

async function isThere(path: string): Promise<boolean> {
  try {
    await stat(path)
    return true
  } catch {
    return false
  }
}
