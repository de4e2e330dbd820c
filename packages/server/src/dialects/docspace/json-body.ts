import type { Route } from "@keyward/contract"
import type { FastifyRequest } from "fastify"
import { isStorable } from "../../storable.ts"
import { texts } from "./mapping.ts"
import { Refusal } from "./refusal.ts"
import { notConverted, unreadable } from "./validation.ts"

const utf8 = new TextDecoder("utf-8", { fatal: true })
const jsonType = /^(?:application|text)\/(?:[\w.!#$&^-]+\+)?json\s*(?:;|$)/i

/** A schema of the contract, as far as it matters here. */
interface Declared {
  readonly type?: unknown
  readonly properties?: Readonly<Record<string, Declared>>
}

/**
 * What a body says, for the schema to judge: the declared members under their declared names, in whichever case they came
 * (the last one counts), and whole numbers that came as texts as numbers.
 * @throws Refusal 415 for another content type, InvalidRequest for what cannot be read
 */
export function readJsonBody(
  { headers, body }: Pick<FastifyRequest, "headers" | "body">,
  route: Route,
): unknown {
  if (!Buffer.isBuffer(body) || body.length === 0) throw unreadable(route, "", texts.bodyRequired)
  if (!jsonType.test(headers["content-type"] ?? "")) throw new Refusal(415, texts.unsupportedMediaType)
  const value = parsed(body, route)
  if (value === null) throw unreadable(route, "", texts.bodyRequired)
  if (typeof value !== "object" || Array.isArray(value)) throw notConverted(route, "$")
  const properties = (route.body as Declared | undefined)?.properties ?? {}
  const names = new Map(Object.keys(properties).map((name) => [name.toLowerCase(), name]))
  const members: Record<string, unknown> = {}
  for (const [spelling, member] of Object.entries(value)) {
    const name = names.get(spelling.toLowerCase())
    if (name === undefined) continue
    members[name] = isWhole(properties[name]) ? numberOf(member) : member
    // Neither NUL nor half of a surrogate pair can be kept.
    if (!isKeepable(member)) throw notConverted(route, `$.${name}`)
  }
  return members
}

function parsed(body: Buffer, route: Route): unknown {
  try {
    return JSON.parse(utf8.decode(body))
  } catch (cause) {
    if (cause instanceof SyntaxError || cause instanceof TypeError) {
      throw unreadable(route, "$", texts.notJson)
    }
    throw cause
  }
}

function isWhole(schema: Declared | undefined): boolean {
  return [schema?.type].flat().includes("integer")
}

function numberOf(value: unknown): unknown {
  return typeof value === "string" && /^-?\d{1,10}$/.test(value) ? Number(value) : value
}

/** Members are texts, lists of texts, numbers and booleans; whatever is nested deeper, the schema refuses. */
function isKeepable(value: unknown): boolean {
  return [value].flat().every((text) => typeof text !== "string" || isStorable(text))
}
