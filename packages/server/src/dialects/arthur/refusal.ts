import type { ValidationError } from "@keyward/contract/arthur"
import { AuthorityError } from "@keyward/core"
import type { FastifyError, FastifyReply, FastifyRequest } from "fastify"
import type { Conformance } from "../dialect.ts"
import { failures, texts } from "./mapping.ts"
import { fastapiErrors, notAnObject, printErrors } from "./validation.ts"

/** A request that the dialect does not serve, in the vendor's words. */
export class Refusal extends Error {
  readonly status: number
  readonly detail: string
  /** null: no Retry-After. */
  readonly retryAfterSeconds: number | null

  constructor(status: number, detail: string, retryAfterSeconds: number | null = null) {
    super(detail)
    this.status = status
    this.detail = detail
    this.retryAfterSeconds = retryAfterSeconds
  }
}

/** As Retry-After says it: whole seconds, and never too few. */
export function secondsOf(milliseconds: number): number {
  return Math.ceil(milliseconds / 1000)
}

/** A body or path that is not what the route declares. */
export class InvalidRequest extends Error {
  readonly errors: readonly ValidationError[]

  constructor(errors: readonly ValidationError[]) {
    super("invalid request")
    this.errors = errors
  }
}

/** Turns whatever a step threw into the vendor's answer: the one place where that happens. */
export function errorHandler(conformance: Conformance) {
  return (error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const invalid = invalidity(error)
    if (invalid) {
      return conformance === "documented"
        ? reply.code(422).send({ detail: invalid })
        : reply.code(400).send({ detail: printErrors(invalid) })
    }
    const { status, detail, retryAfterSeconds } = asRefusal(error)
    if (status >= 500) request.log.error({ err: error }, "request failed")
    if (retryAfterSeconds !== null) reply.header("retry-after", retryAfterSeconds)
    return reply.code(status).send({ detail })
  }
}

/** Answers what Fastify refuses before any route or hook of ours is asked: a path that does not decode. */
export function frameworkError(_error: FastifyError, _request: FastifyRequest, reply: FastifyReply): void {
  // As bytes: to text of this type Fastify would add a charset, and no hook of ours takes it off here.
  const body = Buffer.from(JSON.stringify({ detail: texts.malformedPath }))
  reply.code(400).header("content-type", "application/json").send(body)
}

/** What is wrong with the body or path, if that is what the error says. */
function invalidity(error: unknown): readonly ValidationError[] | null {
  if (error instanceof InvalidRequest) return error.errors
  if (!isFastifyError(error)) return null
  if (error.validation) return fastapiErrors(error.validation, error.validationContext)
  // A content type that is no content type is as little JSON as any other.
  return error.code === "FST_ERR_CTP_INVALID_MEDIA_TYPE" ? [{ loc: ["body"], ...notAnObject }] : null
}

function asRefusal(error: unknown): Pick<Refusal, "status" | "detail" | "retryAfterSeconds"> {
  if (error instanceof Refusal) return error
  if (error instanceof AuthorityError) return { retryAfterSeconds: null, ...failures[error.failure.code] }
  const { statusCode = 500, message } = isFastifyError(error) ? error : { message: "" }
  if (statusCode >= 400 && statusCode < 500) {
    return { status: statusCode, detail: message, retryAfterSeconds: null }
  }
  return { retryAfterSeconds: null, ...failures.invalid_input }
}

function isFastifyError(error: unknown): error is FastifyError {
  return error instanceof Error && "code" in error && String(error.code).startsWith("FST_ERR_")
}
