import { maxHeaderSize } from "node:http"
import type { Socket } from "node:net"
import {
  type Problem,
  type ProblemCode,
  problemMediaType,
  problems,
  problemType,
  type TaskProblem,
} from "@keyward/contract"
import { AuthorityError, type Failure, type InputError } from "@keyward/core"
import type { ConnectionError, FastifyReply, FastifyRequest } from "fastify"

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

/** The same where this server lacks a secret that another may have; it looks for new ones itself every two seconds. */
const secretRetrySeconds = "2"

/** Answers with a problem document (RFC 9457). */
export function sendProblem(
  request: FastifyRequest,
  reply: FastifyReply,
  code: ProblemCode,
  occurrence: Occurrence,
) {
  const problem = problemDocument(code, occurrence, request.id)
  return (
    reply
      .code(problem.status)
      // A request that the framework refuses before its hooks run has no X-Request-Id yet.
      .headers({ ...occurrence.headers, "cache-control": "no-store", "x-request-id": request.id })
      .type(problemMediaType)
      .serializer(JSON.stringify)
      .send(problem)
  )
}

/** Answers what node:http could not read as a request, and so no route, hook or error handler ever sees. */
export function answerUnreadable(nextRequestId: () => string) {
  return (error: ConnectionError, socket: Socket): void => {
    if (error.code === "ECONNRESET" || !socket.writable) return
    const detail = unreadable[error.code] ?? "The request is not well-formed HTTP."
    const problem = problemDocument("bad_request", { detail }, nextRequestId())
    const body = JSON.stringify(problem)
    const head = [
      `HTTP/1.1 ${problem.status} ${problem.title}`,
      `Content-Type: ${problemMediaType}`,
      `Content-Length: ${Buffer.byteLength(body)}`,
      `X-Request-Id: ${problem.request_id}`,
      "Cache-Control: no-store",
      "Connection: close",
    ]
    socket.end(`${head.join("\r\n")}\r\n\r\n${body}`)
  }
}

const unreadable: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: `The request line and headers are over the limit of ${maxHeaderSize} bytes.`,
  ERR_HTTP_REQUEST_TIMEOUT: "The request took too long to arrive.",
}

function problemDocument(code: ProblemCode, occurrence: Occurrence, requestId: string): Problem {
  const { status, title } = problems[code]
  const { detail, fix, ...rest } = printOccurrence(code, occurrence)
  return { type: problemType(code), title, status, detail, code, request_id: requestId, fix, ...rest }
}

/** Why a task left a key as it was: what of the problem of a single call is about the key. */
export function printFailure(failure: Failure): TaskProblem {
  const { code } = failure
  return { code, ...printOccurrence(code, occurrenceOf(failure)) }
}

function printOccurrence(code: ProblemCode, occurrence: Occurrence): Omit<TaskProblem, "code"> {
  const { detail, fix = problems[code].fix, errors = [], missingPermissions } = occurrence
  return {
    detail,
    fix,
    errors: errors.map(({ member, message, fix, rule }) => ({ member, message, fix, ...(rule && { rule }) })),
    ...(missingPermissions ? { missing_permissions: [...missingPermissions] } : {}),
  }
}

/** The one place where errors become HTTP. What is not known becomes 500 without a detail, as messages may hold secrets. */
export function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply) {
  const [code, occurrence] = problemOf(error, request)
  if (code === "internal_error") request.log.error({ err: error }, "a request failed unexpectedly")
  if (code === "store_unavailable") request.log.warn({ err: error }, "the store did not answer")
  if (code === "installation_secret_missing") {
    request.log.error({ err: error }, `${occurrence.detail} Give it the same secrets as the others have`)
  }
  return sendProblem(request, reply, code, occurrence)
}

function problemOf(error: unknown, request: FastifyRequest): [ProblemCode, Occurrence] {
  if (error instanceof HttpProblem) return [error.code, error.occurrence]
  if (error instanceof AuthorityError) return [error.failure.code, occurrenceOf(error.failure)]
  if (error instanceof Error && "code" in error && typeof error.code === "string") {
    if (error.code === "FST_ERR_CTP_BODY_TOO_LARGE") {
      return [
        "body_too_large",
        { detail: `The body is over the limit of ${request.routeOptions.bodyLimit} bytes.` },
      ]
    }
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
  FST_ERR_CTP_INVALID_MEDIA_TYPE: [
    "unsupported_media_type",
    { detail: "The body's content type is not one that is read here." },
  ],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: [
    "bad_request",
    { detail: "The body is not as long as Content-Length says." },
  ],
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
          {
            // Of a secret, callers send a digest of their own.
            member: failure.resource === "secret" ? "/secret_sha256" : `/${failure.member}`,
            message: "The value is taken.",
            fix: "Choose another one.",
            // Aliases and ids of keys are given by us, so what a caller can choose is the name.
            ...(failure.resource === "key" && failure.member === "name" && { rule: "unique_names" }),
          },
        ],
      }
    case "revision_conflict":
      return { detail: `The ${failure.resource} was changed in the meantime.` }
    case "key_revoked":
      return { detail: "The key is revoked." }
    case "delete_protected":
      return { detail: "The key is protected against deletion." }
    case "rotation_under_way":
      return { detail: "The secret before the newest still lives." }
    case "no_rotation":
      return { detail: "The key has one secret that lives." }
    case "not_recoverable":
      return { detail: "The key's secret was not kept, only its digest." }
    case "built_in_keyspace":
      return { detail: "The keyspace belongs to Keyward itself and is defined by the program." }
    case "built_in_role":
      return { detail: "The role is one of those that there always are." }
    case "last_owner":
      return { detail: "The organization would have no owner left who is neither suspended nor removed." }
    case "sign_in_refused":
      return {
        detail: "There is no such account, the password is wrong, or the account may not sign in.",
        headers: { "www-authenticate": "Bearer" },
      }
    case "session_required":
      return { detail: "Only a user who is signed in can do this, with the session itself." }
    case "idempotency_key_reused":
      return { detail: "The Idempotency-Key came with another request before." }
    case "too_many_attempts":
    case "overloaded":
    case "idempotency_in_progress":
      return tryAgainIn(failure.retryAfterMs)
    case "too_many_keys":
      return tooManyKeys(failure)
    case "too_many_tasks":
      return { detail: `${failure.limit} tasks are running already, as many as there may be.` }
    case "store_unavailable":
      return { detail: "The store does not answer.", headers: { "retry-after": storeRetrySeconds } }
    case "installation_secret_missing": {
      const name = failure.secret === "pepper" ? "pepper" : "key-encryption key"
      return {
        detail: `This server does not have version ${failure.version} of the ${name}.`,
        headers: { "retry-after": secretRetrySeconds },
      }
    }
  }
}

function tooManyKeys({ per, limit }: Extract<Failure, { code: "too_many_keys" }>): Occurrence {
  const message = `The ${per} already has ${limit} keys that count, as many as the keyspace's policy allows.`
  const { fix } = problems.too_many_keys
  const error =
    per === "owner"
      ? ({ member: "/owner", rule: "max_keys_per_owner" } as const)
      : ({ member: "/keyspace_id", rule: "max_keys" } as const)
  return { detail: message, errors: [{ ...error, message, fix }] }
}

/** Never too early: whole seconds, rounded up. */
export function tryAgainIn(milliseconds: number): Occurrence {
  const seconds = String(Math.ceil(milliseconds / 1000))
  return { detail: `Try again in ${seconds} s.`, headers: { "retry-after": seconds } }
}

/** @returns a sentence that says how much is wrong, and the first thing that is */
export function summary(errors: readonly InputError[]): string {
  const [first] = errors
  if (!first) return "The input is not valid."
  const more = errors.length === 1 ? "" : ` (and ${errors.length - 1} more)`
  return `${first.member}: ${first.message}${more}`
}
