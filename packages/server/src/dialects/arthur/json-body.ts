import type { FastifyRequest } from "fastify"
import { InvalidRequest } from "./refusal.ts"
import { malformedJson } from "./validation.ts"

const utf8 = new TextDecoder("utf-8", { fatal: true })
const jsonType = /^application\/(?:[\w.!#$&^-]+\+)?json\s*(?:;|$)/i

/**
 * What a body says, for the schema to judge: a missing one is null, and one of another content type is just a text, as
 * FastAPI has it. Only routes that have a body read it; the others do not care what came with a request.
 * @param body the bytes; undefined when none came
 * @throws InvalidRequest when it calls itself JSON and is none
 */
export function readJsonBody({ headers, body }: Pick<FastifyRequest, "headers" | "body">): unknown {
  if (!Buffer.isBuffer(body) || body.length === 0) return null
  if (!jsonType.test(headers["content-type"] ?? "")) return body.toString("utf8")
  try {
    return JSON.parse(utf8.decode(body))
  } catch {
    throw new InvalidRequest([malformedJson()])
  }
}
