import { readFile } from "node:fs/promises"
import { fileURLToPath } from "node:url"
import type { Command } from "commander"
import { expect, test } from "vitest"
import { printExitCodes } from "../../src/cli/exit-code.ts"
import { createProgram } from "../../src/cli/program.ts"

const page = fileURLToPath(new URL("../../../../docs/cli.md", import.meta.url))
const mark =
  "<!-- Below: the program's own help, checked by reference.test.ts; `vitest run reference -u` writes it anew. -->\n"

/** Every command that does something, by its words. */
function commandsOf(command: Command, words: string): [string, Command][] {
  const below = command.commands.flatMap((one) => commandsOf(one, `${words} ${one.name()}`))
  return command.commands.length === 0 ? [[words, command]] : below
}

const commands = commandsOf(createProgram(), "keyward")

test("docs/cli.md has the help of every command and the exit codes", async () => {
  const [written = ""] = (await readFile(page, "utf8")).split(mark)
  const helps = commands.map(([words, command]) => {
    const help = command.helpInformation().trimEnd()
    return `## ${words}\n\n\`\`\`text\n${help}\n\`\`\`\n`
  })
  const exitCodes = `## Exit codes\n\n\`\`\`text\n${printExitCodes()}\n\`\`\`\n`
  await expect(`${written}${mark}\n${[exitCodes, ...helps].join("\n")}`).toMatchFileSnapshot(page)
})

test("every command prints JSON when asked, and none takes a key as an argument", () => {
  expect(commands.length).toBeGreaterThan(20)
  for (const [words, command] of commands) {
    const flags = command.options.map(({ long }) => long)
    expect(flags, words).toContain("--json")
    const names = [...flags, ...command.registeredArguments.map((argument) => argument.name())]
    expect(
      names.filter((name) => /^(--)?(api-?key|key|secret|password)$/.test(name ?? "")),
      words,
    ).toEqual([])
  }
})
