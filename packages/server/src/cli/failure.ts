import { type ProblemCode, problemCodes, problems, problemType } from "@keyward/contract"
import { AuthorityError } from "@keyward/core"
import { KeywardProblem, KeywardUnexpectedAnswer, KeywardUnreachable } from "@keyward/sdk"
import { CommanderError } from "commander"
import { ConfigError } from "../config.ts"
import type { Ending } from "./exit-code.ts"

/** A command could not do what it was asked, for a reason that its user can act on. */
export class CommandFailure extends Error {
  override readonly name = "CommandFailure"
  readonly ending: Ending
  readonly fix: string
  constructor(ending: Ending, detail: string, fix: string, options?: ErrorOptions) {
    super(detail, options)
    this.ending = ending
    this.fix = fix
  }
}

/** An error as the program tells of it. */
export interface ToldFailure {
  readonly ending: Ending
  /** With `--json`, on standard error: the server's problem document, or one of the same members as far as there are any. */
  readonly document: Readonly<Record<string, unknown>> & { readonly detail: string; readonly fix: string }
}

/** What to say of an error. Only one that nobody foresaw is shown with its stack. */
export function tellFailure(error: unknown): ToldFailure {
  if (error instanceof KeywardProblem) return tellProblem(error)
  if (error instanceof CommandFailure) return told(error.ending, error.message, error.fix)
  if (error instanceof ConfigError) {
    return told("usage", error.message, 'See "keyward config" for what each setting takes.')
  }
  if (error instanceof CommanderError) {
    return told("usage", error.message.replace(/^error: /, ""), 'See "keyward --help".')
  }
  if (error instanceof KeywardUnreachable) {
    return told(
      "unavailable",
      error.message,
      "Is the server running? Name another with --url or KEYWARD_URL.",
    )
  }
  if (error instanceof KeywardUnexpectedAnswer) {
    return told("unavailable", error.message, "Name the server with --url or KEYWARD_URL.")
  }
  if (error instanceof AuthorityError) return tellRefusal(error)
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return told("unexpected", detail, "Please report this.")
}

function told(ending: Ending, detail: string, fix: string): ToldFailure {
  return { ending, document: { code: ending, detail, fix } }
}

function tellProblem(problem: KeywardProblem): ToldFailure {
  const { status, code, title, detail, fix, errors, requestId, missingPermissions } = problem
  return {
    ending: code === "store_unavailable" ? "unavailable" : "refused",
    document: {
      ...(isProblemCode(code) ? { type: problemType(code) } : {}),
      title,
      status,
      detail,
      code,
      request_id: requestId,
      fix,
      errors,
      ...(missingPermissions.length > 0 ? { missing_permissions: missingPermissions } : {}),
    },
  }
}

/** What the authority refuses to a local command, in the words of the catalogue. */
function tellRefusal({ failure, cause }: AuthorityError): ToldFailure {
  const { code } = failure
  const { title, fix } = problems[code]
  if (code === "store_unavailable") {
    const why = cause instanceof Error ? ` (${cause.message})` : ""
    return told(
      "unavailable",
      `The store does not answer${why}.`,
      "Check KEYWARD_DATABASE_URL, and whether the database is up.",
    )
  }
  if (code === "invalid_input") {
    return { ending: "usage", document: { code, title, detail: `${title}.`, fix, errors: failure.errors } }
  }
  return { ending: "refused", document: { code, title, detail: `${title}.`, fix } }
}

function isProblemCode(code: string): code is ProblemCode {
  return problemCodes.some((known) => known === code)
}
