import process from "node:process"
import Table from "cli-table3"

/** A value as a table shows it. */
export type Cell = string | number | boolean | null

/** What every command takes. */
export interface OutputOptions {
  /** Whether to print JSON, one document a line, in place of text for people. */
  readonly json?: true
}

/** Resolves when the line has left the program, so that a slow reader slows the writer down. */
export function printLine(text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(`${text}\n`, (error) => (error ? reject(error) : resolve()))
  })
}

export function printJson(document: unknown): Promise<void> {
  return printLine(JSON.stringify(document))
}

export function printNote(text: string): void {
  process.stderr.write(`${text}\n`)
}

/** Rows under headings, aligned, without a frame: as good for people as for `awk`. */
export function printTable(headings: readonly string[], rows: readonly (readonly Cell[])[]): Promise<void> {
  return printLine(layOut([headings.map((heading) => heading.toUpperCase()), ...rows]))
}

/** One thing, a member a line. */
export function printMembers(members: Readonly<Record<string, Cell>>): Promise<void> {
  return printLine(layOut(Object.entries(members)))
}

function layOut(rows: readonly (readonly Cell[])[]): string {
  const table = new Table({
    chars: Object.fromEntries(frame.map((part) => [part, ""])),
    style: { head: [], border: [], "padding-left": 0, "padding-right": 2 },
  })
  table.push(...rows.map((row) => row.map(shown)))
  return table
    .toString()
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n")
}

const frame = [
  "top",
  "top-mid",
  "top-left",
  "top-right",
  "bottom",
  "bottom-mid",
  "bottom-left",
  "bottom-right",
  "left",
  "left-mid",
  "mid",
  "mid-mid",
  "right",
  "right-mid",
  "middle",
] as const

function shown(cell: Cell): string {
  return cell === null || cell === "" ? "-" : withoutControls(String(cell))
}

/** Names and notes are other people's text: a terminal must not obey what is in them. */
function withoutControls(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, (control) => {
    const code = control.charCodeAt(0).toString(16).padStart(4, "0")
    return `\\u${code}`
  })
}
