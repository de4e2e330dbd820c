import { type Route, schemaKeywords } from "@keyward/contract"
import { Ajv, type ErrorObject } from "ajv"
import { bodyNames, faultPrefixes, faultTexts, texts } from "./mapping.ts"
import { type Faults, InvalidRequest } from "./refusal.ts"

/** Most faults that one answer lists: a body of 64 KiB can hold tens of thousands. */
const mostFaults = 100

const ajv = new Ajv({ allErrors: true, verbose: true, allowUnionTypes: true, keywords: [...schemaKeywords] })

/**
 * Compiles the schema of a route's body; every fault is found.
 * @returns a check that throws InvalidRequest
 */
export function bodyCheck(route: Route): (body: unknown) => void {
  const validate = ajv.compile(route.body ?? {})
  return (body) => {
    if (!validate(body)) throw invalidBody(route, validate.errors ?? [])
  }
}

/** A body that cannot be read at some place, as .NET tells it: with a second fault, that the body is missing. */
export function unreadable(route: Route, place: string, text: string): InvalidRequest {
  const name = bodyNames[route.operationId] ?? "inDto"
  return new InvalidRequest({ [place]: [text], [name]: [texts.fieldRequired(name)] })
}

/** A value of another type than the one that is declared there. */
export function notConverted(route: Route, place: string): InvalidRequest {
  return unreadable(route, place, texts.notConverted(place))
}

/**
 * What a validation found, as ASP.NET tells it: a body whose types are wrong was not read at all, which is told first and
 * alone; otherwise each member with what is wrong with it.
 */
function invalidBody(route: Route, errors: readonly ErrorObject[]): InvalidRequest {
  const missing = errors.filter(({ keyword }) => keyword === "required")
  if (missing.length > 0) {
    const names = missing.map(({ params }) => `'${params.missingProperty}'`).join(", ")
    return unreadable(route, "$", texts.missing(titleOf(route), names))
  }
  const unread = errors.find((error) => isTyping(error) && !isNullName(error))
  if (unread) return notConverted(route, placeOf(unread))
  const prefix = faultPrefixes[route.operationId] ?? ""
  const faults: Faults = {}
  for (const { keyword, instancePath } of errors.slice(0, mostFaults)) {
    const member = instancePath.slice(1)
    const name = member.charAt(0).toUpperCase() + member.slice(1)
    const text = faultTexts[member]?.[keyword] ?? texts.fieldInvalid(name)
    faults[prefix + name] = [...new Set([...(faults[prefix + name] ?? []), text])]
  }
  return new InvalidRequest(faults)
}

function isTyping({ keyword }: ErrorObject): boolean {
  return keyword === "type" || keyword === "enum"
}

/** A name may be null to .NET, which then misses it. */
function isNullName({ instancePath, data }: ErrorObject): boolean {
  return instancePath === "/name" && data === null
}

/** `/permissions/0` as `$.permissions[0]`. */
function placeOf({ instancePath }: ErrorObject): string {
  return instancePath
    .split("/")
    .slice(1)
    .reduce((place, step) => place + (/^\d+$/.test(step) ? `[${step}]` : `.${step}`), "$")
}

function titleOf({ body = {} }: Route): string {
  return "title" in body ? String(body.title) : "body"
}
