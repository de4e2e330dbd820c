import { type Problem, type ProblemCode, problems } from "@keyward/contract"
import { AuthorityError, type Failure, type InputError } from "@keyward/core"
import type { FastifyReply, FastifyRequest } from "fastify"

/** What an occurrence of a problem says beyond its row in the catalogue. */
export interface Occurrence {
  readonly detail: string
  readonly fix?: string
  readonly errors?: readonly InputError[]
  readonly missingPermissions?: readonly string[]
  readonly headers?: Readonly<Record<string, string>>
}

/** Thrown by the HTTP edge itself; what the authority throws is an AuthorityError. */
export class HttpProblem extends Error {
  readonly code: ProblemCode
  readonly occurrence: Occurrence
  constructor(code: ProblemCode, occurrence: Occurrence) {
    super(code)
    this.name = "HttpProblem"
    this.code = code
    this.occurrence = occurrence
  }
}

/** Seconds after which a client may ask a store that was unavailable again. */
const storeRetrySeconds = "1"

/** Answers with a problem document (RFC 9457). */
export function sendProblem(
  request: FastifyRequest,
  reply: FastifyReply,
  code: ProblemCode,
  occurrence: Occurrence,
) {
  const { status, title, fix } = problems[code]
  const problem: Problem = {
    type: `/problems/${code}`,
    title,
    status,
    detail: occurrence.detail,
    code,
    request_id: request.id,
    fix: occurrence.fix ?? fix,
    errors: (occurrence.errors ?? []).map(({ member, message, fix }) => ({ member, message, fix })),
    ...(occurrence.missingPermissions ? { missing_permissions: [...occurrence.missingPermissions] } : {}),
  }
  return reply
    .code(status)
    .headers({ ...occurrence.headers, "cache-control": "no-store" })
    .type("application/problem+json")
    .serializer(JSON.stringify)
    .send(problem)
}

/** The one place where errors become HTTP. What is not known becomes 500 without a detail, as messages may hold secrets. */
export function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply) {
  const [code, occurrence] = problemOf(error)
  if (code === "internal_error") request.log.error({ err: error }, "a request failed unexpectedly")
  if (code === "store_unavailable") request.log.warn({ err: error }, "the store did not answer")
  return sendProblem(request, reply, code, occurrence)
}

function problemOf(error: unknown): [ProblemCode, Occurrence] {
  if (error instanceof HttpProblem) return [error.code, error.occurrence]
  if (error instanceof AuthorityError) return [error.failure.code, occurrenceOf(error.failure)]
  if (error instanceof Error && "code" in error && typeof error.code === "string") {
    const known = frameworkProblems[error.code]
    if (known) return known
    // Whatever else Fastify or node:http refuse about a request before a handler saw it.
    if ("statusCode" in error && error.statusCode === 400) {
      return ["bad_request", { detail: "The request is not well-formed." }]
    }
  }
  return ["internal_error", { detail: "Something went wrong that is not your fault." }]
}

const frameworkProblems: Readonly<Record<string, [ProblemCode, Occurrence]>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: [
    "body_too_large",
    { detail: "The body is over the limit: 64 KiB, or 1 MiB for /v1/keys/verify-batch." },
  ],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: [
    "unsupported_media_type",
    { detail: "The body's content type is not one that is read here." },
  ],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: [
    "bad_request",
    { detail: "The body is not as long as Content-Length says." },
  ],
  FST_ERR_CTP_EMPTY_JSON_BODY: ["malformed_json", { detail: "The body is empty." }],
  FST_ERR_BAD_URL: ["bad_request", { detail: "The path is not well-formed." }],
}

function occurrenceOf(failure: Failure): Occurrence {
  switch (failure.code) {
    case "invalid_input":
      return { detail: summary(failure.errors), errors: failure.errors }
    case "permission_denied":
      return {
        detail: `The call needs ${failure.missing.join(", ")}, which this credential does not hold there.`,
        missingPermissions: failure.missing,
      }
    case "grant_exceeds_caller":
      return {
        detail: `Nobody can grant, or change the key of someone with, more than they hold: ${failure.missing.join(", ")}.`,
        missingPermissions: failure.missing,
      }
    case "not_found":
      return { detail: `There is no such ${failure.resource}.` }
    case "already_exists":
      return {
        detail: `Another ${failure.resource} has this ${failure.member}.`,
        errors: [
          { member: `/${failure.member}`, message: "The value is taken.", fix: "Choose another one." },
        ],
      }
    case "revision_conflict":
      return { detail: `The ${failure.resource} was changed in the meantime.` }
    case "key_revoked":
      return { detail: "The key is revoked." }
    case "not_recoverable":
      return { detail: "The key's secret was not kept, only its digest." }
    case "built_in_keyspace":
      return { detail: "The keyspace belongs to Keyward itself and is defined by the program." }
    case "too_many_keys":
      return { detail: `The keyspace already has ${failure.limit} active keys, as many as it may.` }
    case "store_unavailable":
      return { detail: "The store does not answer.", headers: { "retry-after": storeRetrySeconds } }
  }
}

/** @returns a sentence that says how much is wrong, and the first thing that is */
export function summary(errors: readonly InputError[]): string {
  const [first] = errors
  if (!first) return "The input is not valid."
  const more = errors.length === 1 ? "" : ` (and ${errors.length - 1} more)`
  return `${first.member}: ${first.message}${more}`
}
