import type { Command } from "commander"
import { describeConfig } from "../config.ts"
import { type OutputOptions, printJson, printLine } from "./output.ts"

export function addConfig(program: Command): void {
  program
    .command("config")
    .summary("print every setting, with its value and what it means")
    .description(
      "Local. Prints the configuration as the environment's KEYWARD_ variables make it, secrets masked. A name that does not exist, or a value that a setting does not take, is named, as at the start of a server.",
    )
    .option("--json", "print a list of {name, value, default, description}")
    .action(showConfig)
}

async function showConfig({ json }: OutputOptions): Promise<void> {
  const settings = describeConfig()
  if (json) return printJson(settings)
  const paragraphs = settings.map(({ name, value, default: standard, description }) => {
    const instead = standard === "" || standard === value ? "" : ` (default: ${standard})`
    return `${name}=${value}${instead}\n    ${description}`
  })
  await printLine(paragraphs.join("\n"))
}
