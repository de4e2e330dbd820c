import process from "node:process"
import { createInterface } from "node:readline"
import type { CreditStatus, Verification } from "@keyward/contract"
import type { Command } from "commander"
import { given } from "../given.ts"
import { exitCodes } from "./exit-code.ts"
import { CommandFailure } from "./failure.ts"
import { wholeNumber } from "./option-text.ts"
import { type Cell, printJson, printLine, printMembers, printNote, printTable } from "./output.ts"
import { addRemoteOptions, connect, type RemoteOptions, readKeyFile } from "./remote.ts"

interface VerifyOptions extends RemoteOptions {
  readonly keyFile?: string
  readonly permissions?: string
  readonly keyspace?: string
  readonly clientIp?: string
  readonly origin?: string
  readonly cost?: number
  readonly explain?: true
  readonly dryRun?: true
}

export function addVerify(keys: Command): void {
  const verify = keys
    .command("verify")
    .summary("is this a live key, and may it do this? Exit code 0 only for VALID")
    .description(
      `Verifies a key that is read from standard input (its first line) or a file, never from the command line, which other processes can read. Exit code ${exitCodes.ok.code} only when the outcome is VALID, ${exitCodes.notValid.code} for any other.`,
    )
    .option("--key-file <file>", "holds the key; default: standard input")
    .option("--permissions <query>", "what it must hold: 'invoices.read and (invoices.write or admin)'")
    .option("--keyspace <id>", "only keys of this keyspace")
    .option("--client-ip <address>", "the client's address")
    .option("--origin <origin>", "the client's origin")
    .option("--cost <units>", "units that it consumes of each limit; default 1", wholeNumber)
    .option("--explain", "show the decision step by step")
    .option("--dry-run", "decide only: consume and record nothing")
  addRemoteOptions(verify).action(verifyKey)
}

async function verifyKey(options: VerifyOptions): Promise<void> {
  const client = await connect(options)
  const { keyFile, permissions, keyspace, clientIp, origin, cost, explain, dryRun, json } = options
  const key = keyFile === undefined ? await firstLine() : await readKeyFile(keyFile)
  if (key === "") {
    throw new CommandFailure(
      "usage",
      "There is no key to verify.",
      "Give it on standard input, or with --key-file.",
    )
  }
  const verification = await client.keys.verify({
    key,
    ...given({
      permissions,
      keyspace_id: keyspace,
      client_ip: clientIp,
      origin,
      cost,
      explain,
      dry_run: dryRun,
    }),
  })
  if (!verification.valid) process.exitCode = exitCodes.notValid.code
  if (json) return printJson(verification)
  await printMembers(membersOf(verification))
  const { trace } = verification
  if (trace) {
    await printLine("")
    await printTable(
      ["check", "result", "detail"],
      trace.map(({ check, result, detail }) => [check, result, detail]),
    )
  }
}

async function firstLine(): Promise<string> {
  if (process.stdin.isTTY) printNote("Enter the key:")
  for await (const line of createInterface({ input: process.stdin })) return line.trim()
  return ""
}

function membersOf(verification: Verification): Readonly<Record<string, Cell>> {
  const { code, key_id: keyId, name, owner, permissions, expires_at: expires, limits } = verification
  return {
    outcome: code,
    ...(keyId === null
      ? {}
      : {
          key: keyId,
          name,
          owner: owner && `${owner.kind}:${owner.id}`,
          permissions: permissions.join(" "),
          expires,
        }),
    ...Object.fromEntries(
      limits.map(({ name, remaining, count, window_seconds }) => [
        `limit ${name}`,
        `${remaining} of ${count} left, per ${window_seconds} s`,
      ]),
    ),
    ...(verification.credits ? { credits: printCredits(verification.credits) } : {}),
    ...(verification.missing_permissions ? { missing: verification.missing_permissions.join(" ") } : {}),
    ...(verification.retry_after_seconds === undefined
      ? {}
      : { "retry after": `${verification.retry_after_seconds} s` }),
  }
}

function printCredits({ remaining, refills_at: refillsAt }: CreditStatus): string {
  if (remaining === null) return "not counted: the store does not answer"
  return refillsAt === null ? `${remaining} left` : `${remaining} left, more at ${refillsAt}`
}
