import type { FastifyRequest } from "fastify"
import type { Conformance } from "../dialect.ts"
import { defaultPurpose, faults } from "./mapping.ts"
import { invalid } from "./refusal.ts"

const utf8 = new TextDecoder("utf-8", { fatal: true })

/**
 * What a body says, whatever its content type: the vendor's scripts send JSON under that of a form.
 * @param body the bytes; undefined when none came
 * @returns null for no body, and for the JSON text `null`
 * @throws Refusal 400 for what is no JSON
 */
export function readJsonBody({ body }: Pick<FastifyRequest, "body">): unknown {
  if (!Buffer.isBuffer(body) || body.length === 0) return null
  try {
    return JSON.parse(utf8.decode(body))
  } catch {
    throw invalid(faults.malformedBody)
  }
}

/**
 * What a creation asks for. The reference's client has no way to send a body, so to be told nothing is to be asked for a key
 * without a purpose of its own; the vendor's server refuses that.
 */
export function readNewApiKey(request: Pick<FastifyRequest, "body">, conformance: Conformance): unknown {
  const body = readJsonBody(request)
  if (body !== null) return body
  if (conformance === "observed") throw invalid(faults.noBody)
  return { Purpose: defaultPurpose }
}
