import { appendFileSync } from "node:fs"
import process from "node:process"

/** How a client of the vendor's got on with an operation against Keyward. */
export interface Coverage {
  readonly dialect: string
  readonly operation: string
  /** The package and its version. */
  readonly client: string
  /** `passed, by generic calls`: the client has no method of its own for it, but calls any path with its transport. */
  readonly result: "passed" | "passed, by generic calls" | "not offered"
}

/**
 * Leaves a line for the coverage table of `docs/dialects.md`, in the file that `COVERAGE_FILE` names; without one, nothing.
 * To be called after the operation has been found to have done what it should.
 */
export function recordCoverage(coverage: Coverage): void {
  const file = process.env["COVERAGE_FILE"]
  if (file) appendFileSync(file, `${JSON.stringify(coverage)}\n`)
}
