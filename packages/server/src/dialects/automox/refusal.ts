import { AuthorityError } from "@keyward/core"
import type { FastifyError, FastifyReply, FastifyRequest } from "fastify"
import { failures, invalid, texts, unexpected } from "./mapping.ts"

/** A request that the dialect does not serve, in the vendor's words. */
export class Refusal extends Error {
  readonly status: number
  /** null: no Retry-After. */
  readonly retryAfterSeconds: number | null

  constructor(status: number, text: string, retryAfterSeconds: number | null = null) {
    super(text)
    this.status = status
    this.retryAfterSeconds = retryAfterSeconds
  }
}

/** The refusal of a parameter or member of the body that is not as it has to be. @param member "": the body as a whole */
export function invalidMember(member: string): Refusal {
  return new Refusal(400, invalid[member] ?? texts.badRequest)
}

/** Turns whatever a step threw into the vendor's answer: the one place where that happens. */
export function refuse(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { status, message, retryAfterSeconds } = asRefusal(error)
  if (status >= 500) request.log.error({ err: error }, "request failed")
  if (retryAfterSeconds !== null) reply.header("retry-after", retryAfterSeconds)
  return reply.code(status).send(envelope(message))
}

/** Answers what no route is for. */
export function refuseUnknownRoute(_request: FastifyRequest, reply: FastifyReply): FastifyReply {
  return reply.code(404).send(envelope(texts.notFound))
}

/** Answers what Fastify refuses before any route or hook of ours is asked: a path that does not decode, which is no route. */
export function refuseUndecodablePath(
  _error: FastifyError,
  _request: FastifyRequest,
  reply: FastifyReply,
): void {
  // As bytes: to text of this type Fastify would add a charset, and no hook of ours takes it off here.
  const body = Buffer.from(JSON.stringify(envelope(texts.notFound)))
  reply.code(404).header("content-type", "application/json").send(body)
}

function envelope(text: string) {
  return { errors: [text] }
}

function asRefusal(error: unknown): Refusal {
  if (error instanceof Refusal) return error
  if (error instanceof AuthorityError) return refusalOf(error)
  if (!isFastifyError(error)) return refusalIn(unexpected)
  if (error.validation) return invalidMember(memberAtFault(error.validation))
  if (error.statusCode === 413) return new Refusal(413, texts.tooLong)
  const isTheirs = error.statusCode !== undefined && error.statusCode < 500
  return isTheirs ? new Refusal(400, texts.badRequest) : refusalIn(unexpected)
}

function refusalOf({ failure }: AuthorityError): Refusal {
  if (failure.code !== "invalid_input") return refusalIn(failures[failure.code])
  const [first] = failure.errors
  return invalidMember(first?.member.slice(1) ?? "")
}

function refusalIn({ status, text, retryAfterSeconds }: typeof unexpected): Refusal {
  return new Refusal(status, text, retryAfterSeconds ?? null)
}

/** The parameter or member that the first error is about; "": the whole. */
export function memberAtFault(
  errors: readonly { readonly instancePath?: string; readonly params?: Record<string, unknown> }[],
): string {
  const [first] = errors
  return String(first?.params?.["missingProperty"] ?? first?.instancePath?.slice(1) ?? "")
}

function isFastifyError(error: unknown): error is FastifyError {
  return error instanceof Error && "code" in error && String(error.code).startsWith("FST_ERR_")
}
