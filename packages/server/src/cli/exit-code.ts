/** What the program's exit code says. docs/cli.md and `--help` print this list. */
export const exitCodes = {
  ok: { code: 0, meaning: "done" },
  unexpected: { code: 1, meaning: "something that should not happen; please report it" },
  usage: { code: 2, meaning: "the command line or the configuration is not right" },
  refused: {
    code: 3,
    meaning: "the server refused, or a task that was waited for left keys as they are (the problem says why)",
  },
  unavailable: { code: 4, meaning: "the server cannot be reached, or the store does not answer" },
  found: { code: 5, meaning: "the check found something: a broken audit chain, a failed check of doctor" },
  notValid: { code: 6, meaning: "keys verify: the outcome is not VALID" },
} as const

export type Ending = keyof typeof exitCodes

export function printExitCodes(): string {
  const lines = Object.values(exitCodes).map(({ code, meaning }) => `  ${code}  ${meaning}`)
  return ["Exit codes:", ...lines].join("\n")
}
