import process from "node:process"
import type { BrokenLink, ChainHead } from "@keyward/core"
import { type Command, InvalidArgumentError, Option } from "commander"
import { readConfig } from "../config.ts"
import { exitCodes } from "./exit-code.ts"
import { CommandFailure } from "./failure.ts"
import { type OutputOptions, printJson, printTable } from "./output.ts"

interface VerifyOptions extends OutputOptions {
  readonly file?: string
  readonly organization?: string
  readonly head?: ChainHead
}

/** What came out for one organization's chain. */
export interface CheckedChain {
  /** null: the file has no event that would tell. */
  readonly organizationId: string | null
  /** The last event that the chain holds up to. */
  readonly head: ChainHead
  /** null: the chain is whole. */
  readonly broken: BrokenLink | null
}

export function addAuditVerify(audit: Command): void {
  audit
    .command("verify")
    .summary("check that no audit event was changed, moved or removed; local")
    .description(
      `Local. Follows the hash chain of each organization in the configured store, also while a server serves it, and compares its end with the recorded one; or follows a file of exported events. Names the first broken link of each chain. Exit code ${exitCodes.ok.code} when all are whole, ${exitCodes.found.code} when one is broken. Note the head that it prints somewhere else: given to a later run over an export, it shows whether the end of the chain was cut off.`,
    )
    .option(
      "--file <file>",
      "events as `keyward audit export` or the API prints them, oldest first; - for standard input",
    )
    .option("--organization <id>", "only the chain of this organization")
    .addOption(
      new Option(
        "--head <sequence:hash>",
        "with --file: the head that was noted, up to which the events must reach",
      ).argParser(headOf),
    )
    .option("--json", "print the result as JSON")
    .action(verifyAudit)
}

async function verifyAudit({ file, organization, head, json }: VerifyOptions): Promise<void> {
  if (head && file === undefined) {
    throw new CommandFailure(
      "usage",
      "--head goes with --file.",
      "The store records the heads of its chains itself.",
    )
  }
  const { checkFile, checkStore } = await import("./chain-check.ts")
  const checked =
    file === undefined
      ? await checkStore(readConfig(), organization ?? null)
      : [await checkFile(file, organization ?? null, head ?? null)]
  const ok = checked.every(({ broken }) => broken === null)
  if (!ok) process.exitCode = exitCodes.found.code
  if (json) {
    return printJson({
      ok,
      organizations: checked.map(({ organizationId, head, broken }) => ({
        organization_id: organizationId,
        head,
        broken,
      })),
    })
  }
  await printTable(
    ["organization", "events", "result", "head"],
    checked.map(({ organizationId, head, broken }) => [
      organizationId,
      head.sequence,
      broken === null ? "whole" : `broken at ${broken.sequence}: ${broken.reason}`,
      `${head.sequence}:${head.hash}`,
    ]),
  )
}

function headOf(text: string): ChainHead {
  const [, sequence, hash] = /^(\d{1,15}):([0-9a-f]{64})$/.exec(text) ?? []
  if (hash !== undefined) return { sequence: Number(sequence), hash }
  throw new InvalidArgumentError("It takes <sequence>:<hash>, as an earlier run has printed it.")
}
