import process from "node:process"
import type { Command } from "commander"
import { exitCodes } from "./exit-code.ts"
import type { Finding } from "./finding.ts"
import { type OutputOptions, printJson, printLine } from "./output.ts"

export function addDoctor(program: Command): void {
  program
    .command("doctor")
    .summary("check that this installation is as it should be")
    .description(
      `Local. Checks the configuration, the files and who can read them, the disk, the store, the peppers and key-encryption keys, the ends of the audit chains, the clock and the ports, also while a server runs; changes nothing but a store that has to be migrated. Each line is ok, warn or fail, with what to do. Exit code ${exitCodes.found.code} when one is fail. It does not follow the audit chains: \`keyward audit verify\` does.`,
    )
    .option("--json", "print the findings as JSON")
    .action(doctor)
}

async function doctor({ json }: OutputOptions): Promise<void> {
  const { examine } = await import("./examination.ts")
  const findings: Finding[] = []
  for await (const finding of examine()) {
    findings.push(finding)
    if (!json) await printLine(inWords(finding))
  }
  const ok = findings.every(({ result }) => result !== "fail")
  if (!ok) process.exitCode = exitCodes.found.code
  if (json) await printJson({ ok, findings })
}

function inWords({ check, result, detail, fix }: Finding): string {
  return `${result.padEnd(4)}  ${check}: ${detail}${fix === null ? "" : `\n      Fix: ${fix}`}`
}
