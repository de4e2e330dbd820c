import { AuthorityError, isFailure } from "@keyward/core"
import type { FastifyError, FastifyReply, FastifyRequest } from "fastify"
import { errorEnvelope, invalidEnvelope } from "./envelope.ts"
import { failures, texts } from "./mapping.ts"

/** A request that the dialect does not serve, in the vendor's words. */
export class Refusal extends Error {
  readonly status: number
  /** null: no body. */
  readonly detail: string | null
  /** null: no Retry-After. */
  readonly retryAfterSeconds: number | null

  constructor(status: number, detail: string | null, retryAfterSeconds: number | null = null) {
    super(detail ?? `${status}`)
    this.status = status
    this.detail = detail
    this.retryAfterSeconds = retryAfterSeconds
  }
}

/** Texts about each fault, by where it is: a member (`Name`), or a place in the body that cannot be read (`$.name`). */
export type Faults = Record<string, string[]>

/** A body that is not what the route declares. */
export class InvalidRequest extends Error {
  readonly faults: Faults

  constructor(faults: Faults) {
    super("invalid request")
    this.faults = faults
  }
}

/** Unknown, or not allowed to be used: whatever the reason, the same. */
export function unauthorized(): Refusal {
  return new Refusal(401, null)
}

/** Whether whoever asked was not recognized. */
export function isUnauthorized(error: unknown): boolean {
  return (error instanceof Refusal && error.status === 401) || isFailure(error, "sign_in_refused")
}

export function tooManyAttempts(retryAfterMs: number): Refusal {
  return new Refusal(429, null, Math.max(1, Math.ceil(retryAfterMs / 1000)))
}

/** Turns whatever a step threw into the vendor's answer: the one place where that happens. */
export function errorHandler(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (error instanceof InvalidRequest) {
    reply.code(400).type("application/problem+json; charset=utf-8")
    return reply.send(JSON.stringify(invalidEnvelope(request, error.faults)))
  }
  const { status, detail, retryAfterSeconds } = asRefusal(error)
  if (status >= 500) request.log.error({ err: error }, "request failed")
  if (retryAfterSeconds !== null) reply.header("retry-after", retryAfterSeconds)
  reply.code(status)
  return detail === null ? reply.send() : reply.send(errorEnvelope(status, detail))
}

/** Answers what Fastify refuses before any route or hook of ours is asked: a path that does not decode is no path. */
export function frameworkError(_error: FastifyError, _request: FastifyRequest, reply: FastifyReply): void {
  reply.code(404).send()
}

function asRefusal(error: unknown): Pick<Refusal, "status" | "detail" | "retryAfterSeconds"> {
  if (error instanceof Refusal) return error
  if (error instanceof AuthorityError) return failed(error)
  const { statusCode = 500, message } = isFastifyError(error) ? error : { message: "" }
  return statusCode >= 400 && statusCode < 500
    ? { status: statusCode, detail: message, retryAfterSeconds: null }
    : { status: 500, detail: texts.unexpected, retryAfterSeconds: null }
}

function failed({ failure }: AuthorityError): Pick<Refusal, "status" | "detail" | "retryAfterSeconds"> {
  const { status, message, retryAfterSeconds = null } = failures[failure.code]
  if (failure.code === "invalid_input") {
    const detail = failure.errors.map((each) => each.message).join(" ")
    return { status, detail, retryAfterSeconds }
  }
  const wait = "retryAfterMs" in failure ? Math.ceil(failure.retryAfterMs / 1000) : retryAfterSeconds
  return { status, detail: message, retryAfterSeconds: wait }
}

function isFastifyError(error: unknown): error is FastifyError {
  return error instanceof Error && "code" in error && String(error.code).startsWith("FST_ERR_")
}
