import { createHash } from "node:crypto"
import { bounds, idempotencyKeyHeader, type Route } from "@keyward/contract"
import { type Caller, canonicalJson, type Json } from "@keyward/core"
import type { FastifyReply, FastifyRequest } from "fastify"
import { invalid } from "./validation.ts"

const keyForm = new RegExp(`^[\\x21-\\x7e]{1,${bounds.idempotencyKeyLength}}$`)

/**
 * The caller, with what it names its intent (draft-ietf-httpapi-idempotency-key-header-07). The text counts as it
 * stands: one in quotes, as the draft writes it, is another one without.
 * @param body the request's, checked
 * @returns the caller as it is where it names nothing
 * @throws HttpProblem "invalid_input" for a header that is no such text, or is there twice
 */
export function withIntent(
  caller: Caller,
  route: Route,
  request: FastifyRequest,
  reply: FastifyReply,
  body: unknown,
): Caller {
  const key = request.headers[idempotencyKeyHeader.toLowerCase()]
  if (key === undefined) return caller
  if (typeof key !== "string" || !keyForm.test(key)) {
    throw invalid([
      {
        member: `header.${idempotencyKeyHeader}`,
        message: `The header is one text of 1 to ${bounds.idempotencyKeyLength} visible ASCII characters.`,
        fix: "Send a new UUID, and the same one again when the call is repeated.",
      },
    ])
  }
  return {
    ...caller,
    idempotency: {
      key,
      fingerprint: fingerprintOf(route, request.params as Json, (body ?? null) as Json),
      onReplay: () => void reply.header("idempotency-replayed", "true"),
    },
  }
}

/** SHA-256, in base64url, of what a request asks for, however its JSON is written. */
function fingerprintOf({ method, path }: Route, params: Json, body: Json): string {
  return createHash("sha256")
    .update(printed([method, path, params, body]))
    .digest("base64url")
}

/** @throws HttpProblem "invalid_input" where the body is well-formed JSON that nobody could print again */
function printed(asked: Json): string {
  try {
    return canonicalJson(asked)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw invalid([
      {
        member: "/",
        message: "A number is larger than any that can be kept, or the nesting is too deep.",
        fix: "Send numbers that a double can hold, and a flatter value.",
      },
    ])
  }
}
