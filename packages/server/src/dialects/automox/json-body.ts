import { texts } from "./mapping.ts"
import { Refusal } from "./refusal.ts"

const utf8 = new TextDecoder("utf-8", { fatal: true })

/**
 * What a body says. Its content type is not asked: the vendor's clients name JSON where there is no body, and curl names
 * a form where there is JSON.
 * @param body the bytes; undefined when none came
 * @returns undefined for a missing or empty body
 * @throws Refusal 400 when it is not JSON
 */
export function readJsonBody(body: unknown): unknown {
  if (!Buffer.isBuffer(body) || body.length === 0) return undefined
  try {
    return JSON.parse(utf8.decode(body))
  } catch {
    throw new Refusal(400, texts.malformedJson)
  }
}

/** Whether a body says nothing: there is none, or it is an empty object, which some clients send in its place. */
export function isNothing(body: unknown): boolean {
  if (body === undefined) return true
  return typeof body === "object" && body !== null && !Array.isArray(body) && Object.keys(body).length === 0
}
