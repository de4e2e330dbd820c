import { type DialectName, dialectNames, vendors } from "../../packages/server/src/dialect-settings.ts"
import type { Conformance } from "../../packages/server/src/dialects/dialect.ts"

/** What came of one case of an operation, through a vendor's own client. */
export interface Outcome {
  readonly dialect: DialectName
  readonly operation: string
  /** The package and its version. */
  readonly client: string
  readonly mode: Conformance
  readonly engine: string
  /** The status that the client told, or in a test of our own what it recorded. */
  readonly status: number | string
  /** null: all was as it should be. */
  readonly problem: string | null
}

const begin = "<!-- coverage: written by npm run test:sdks -- --update -->"
const end = "<!-- /coverage -->"

/**
 * A table for each dialect: its operations, by which client, with which statuses in which mode.
 * @returns Markdown
 */
export function coverageTable(outcomes: readonly Outcome[]): string {
  return dialectNames
    .map((dialect) => {
      const own = outcomes.filter((outcome) => outcome.dialect === dialect)
      const rows = [...Map.groupBy(own, ({ operation, client }) => `| \`${operation}\` | ${client} |`)]
        .map(([row, cases]) => `${row} ${cell(cases, "documented")} | ${cell(cases, "observed")} |`)
        .join("\n")
      return `### ${vendors[dialect].title}\n\n| operation | client | documented | observed |\n| --- | --- | --- | --- |\n${rows}`
    })
    .join("\n\n")
}

/** The document with this table in place of the one that it has. @throws Error when it has no place for one */
export function withTable(document: string, table: string): string {
  const [before, rest] = document.split(begin)
  const after = rest?.split(end)[1]
  if (before === undefined || after === undefined) throw new Error(`"${begin}" and "${end}" are not there.`)
  return `${before}${begin}\n\n${table}\n\n${end}${after}`
}

/** What came of the cases in a mode, once if it was the same on every store. */
function cell(cases: readonly Outcome[], mode: Conformance): string {
  const byEngine = Map.groupBy(
    cases.filter((outcome) => outcome.mode === mode),
    ({ engine }) => engine,
  )
  const told = [...byEngine].map(([engine, outcomes]) => ({ engine, text: results(outcomes) }))
  const texts = new Set(told.map(({ text }) => text))
  return texts.size <= 1
    ? [...texts].join("")
    : told.map(({ engine, text }) => `${engine}: ${text}`).join("; ")
}

/** `200; refused 401, 404`, or that something was not as it should be. */
function results(outcomes: readonly Outcome[]): string {
  if (outcomes.some(({ problem }) => problem !== null)) return "**fails**"
  const seen = [...new Set(outcomes.map(({ status }) => status))].toSorted()
  const isRefusal = (status: number | string) => typeof status === "number" && status >= 400
  const refused = seen.filter(isRefusal).join(", ")
  return [...seen.filter((status) => !isRefusal(status)), ...(refused ? [`refused ${refused}`] : [])].join(
    "; ",
  )
}
