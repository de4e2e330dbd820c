import type { OctopusError } from "@keyward/contract/octopus"
import { AuthorityError, type Failure } from "@keyward/core"
import type { FastifyError, FastifyReply, FastifyRequest } from "fastify"
import { failures, faults, missingOf, texts, vendorPermissions } from "./mapping.ts"
import { faultsOf } from "./validation.ts"

/** A request that the dialect does not serve, in the vendor's words. */
export class Refusal extends Error {
  readonly status: number
  readonly body: OctopusError
  /** null: no Retry-After. */
  readonly retryAfterSeconds: number | null

  constructor(
    status: number,
    ErrorMessage: string,
    more: Omit<OctopusError, "ErrorMessage"> & { readonly retryAfterSeconds?: number } = {},
  ) {
    super(ErrorMessage)
    const { retryAfterSeconds = null, ...members } = more
    this.status = status
    this.body = { ErrorMessage, ...members }
    this.retryAfterSeconds = retryAfterSeconds
  }
}

/** A request that is not as it has to be: each thing that is wrong with it, in a sentence. */
export function invalid(...errors: readonly string[]): Refusal {
  return new Refusal(400, texts.invalidRequest, { Errors: [...errors] })
}

export function notFound(id: string): Refusal {
  return new Refusal(404, texts.resourceNotFound(id))
}

/** @param milliseconds until it is worth trying again */
export function tooManyAttempts(milliseconds: number): Refusal {
  return new Refusal(429, texts.tooManyAttempts, { retryAfterSeconds: wholeSeconds(milliseconds) })
}

/** Turns whatever a step threw into the vendor's answer: the one place where that happens. */
export function errorHandler(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { status, body, retryAfterSeconds } = asRefusal(error)
  if (status >= 500) request.log.error({ err: error }, "request failed")
  if (retryAfterSeconds !== null) reply.header("retry-after", retryAfterSeconds)
  return reply.code(status).send(body)
}

/** Answers what Fastify refuses before any route or hook of ours is asked: a path that does not decode. */
export function frameworkError(_error: FastifyError, _request: FastifyRequest, reply: FastifyReply): void {
  const { status, body } = invalid(faults.malformedPath)
  reply.code(status).send(body)
}

function asRefusal(error: unknown): Refusal {
  if (error instanceof Refusal) return error
  if (error instanceof AuthorityError) return refusalOf(error.failure)
  if (!isFastifyError(error)) return unexpected()
  if (error.validation) return invalid(...faultsOf(error.validation))
  const { statusCode = 500, message } = error
  return statusCode >= 400 && statusCode < 500 ? new Refusal(statusCode, message) : unexpected()
}

function unexpected(): Refusal {
  const { status, message } = failures.already_exists
  return new Refusal(status, message)
}

function refusalOf(failure: Failure): Refusal {
  const { status, message, retryAfterSeconds } = failures[failure.code]
  const wait = retryAfterSeconds === undefined ? {} : { retryAfterSeconds }
  switch (failure.code) {
    case "permission_denied": {
      const permission = missingOf(failure.missing)
      const HelpText = vendorPermissions[permission].help
      return new Refusal(status, texts.permissionMissing(permission), { HelpText })
    }
    case "invalid_input": {
      const told = failure.errors.map((error) =>
        error.member === "/expires_at" ? `${faults.expiry} ${error.fix}` : `${error.message} ${error.fix}`,
      )
      return invalid(...new Set(told))
    }
    case "too_many_attempts":
    case "overloaded":
      return new Refusal(status, message, { retryAfterSeconds: wholeSeconds(failure.retryAfterMs) })
    default:
      return new Refusal(status, message, wait)
  }
}

function wholeSeconds(milliseconds: number): number {
  return Math.ceil(milliseconds / 1000)
}

function isFastifyError(error: unknown): error is FastifyError {
  return error instanceof Error && "code" in error && String(error.code).startsWith("FST_ERR_")
}
