import { schemaKeywords } from "@keyward/contract"
import type { ValidationError } from "@keyward/contract/arthur"
import { Ajv, type ErrorObject } from "ajv"
import type { FastifySchemaCompiler, FastifySchemaValidationError } from "fastify"
import type { TSchema } from "typebox"
import { parseKeyId } from "./key-id.ts"

/** Most errors that one answer lists: a body of 64 KiB can hold tens of thousands. */
const mostErrors = 100

const ajv = new Ajv({ allErrors: true, verbose: true, allowUnionTypes: true, keywords: [...schemaKeywords] })
ajv.addFormat("uuid", { type: "string", validate: (text: string) => parseKeyId(text) !== null })

/**
 * Compiles the declared schemas. Nothing is coerced, filled in or taken away, and every error is found; what counts as
 * a UUID is what the vendor's server takes for one.
 */
export const validatorCompiler: FastifySchemaCompiler<TSchema> = ({ schema }) => ajv.compile(schema)

/** The errors of a validation as FastAPI and pydantic name them. */
export function fastapiErrors(
  errors: readonly FastifySchemaValidationError[],
  part: string | undefined,
): ValidationError[] {
  const root = part === "params" ? "path" : "body"
  const found = errors as readonly ErrorObject[]
  // What is no text is none of the texts either: pydantic says only the second.
  const enums = new Set(
    found.filter(({ keyword }) => keyword === "enum").map(({ instancePath }) => instancePath),
  )
  return found
    .filter(({ keyword, instancePath }) => keyword !== "type" || !enums.has(instancePath))
    .slice(0, mostErrors)
    .map((error) => fastapiError(error, root))
}

/** The error of a body that is not well-formed JSON. */
export function malformedJson(): ValidationError {
  const why = "The body is not well-formed JSON in UTF-8"
  return { loc: ["body"], msg: "JSON decode error", type: "json_invalid", ctx: { error: why } }
}

/** What is wrong with a body that is something else than an object. */
export const notAnObject = {
  msg: "Input should be a valid dictionary or object to extract fields from",
  type: "model_attributes_type",
} as const

/** The errors as one readable text. */
export function printErrors(errors: readonly ValidationError[]): string {
  const lines = errors.map(({ loc, msg, type }) => `\n  ${loc.join(".")}: ${msg} [${type}]`)
  return `${errors.length} validation error${errors.length === 1 ? "" : "s"}:${lines.join("")}`
}

function fastapiError({ keyword, instancePath, params, data }: ErrorObject, root: string): ValidationError {
  const loc = [root, ...instancePath.split("/").slice(1).map(pointed)]
  const echoed = echo(data)
  switch (keyword) {
    case "type":
      return { loc, ...wrongType(params.type, data), ...echoed }
    case "enum": {
      const expected = quoted(params.allowedValues)
      return { loc, msg: `Input should be ${expected}`, type: "enum", ...echoed, ctx: { expected } }
    }
    case "pattern": {
      const { pattern } = params
      const msg = `String should match pattern '${pattern}'`
      return { loc, msg, type: "string_pattern_mismatch", ...echoed, ctx: { pattern } }
    }
    case "format": {
      const error = "expected 32 hexadecimal digits, with or without dashes"
      return {
        loc,
        msg: `Input should be a valid UUID, ${error}`,
        type: "uuid_parsing",
        ...echoed,
        ctx: { error },
      }
    }
    default:
      throw new RangeError(`The schemas use no keyword "${keyword}".`)
  }
}

/** @param declared the type or types of the schema */
function wrongType(declared: unknown, input: unknown): Pick<ValidationError, "msg" | "type"> {
  const types = [declared].flat()
  if (types.includes("array")) return { msg: "Input should be a valid list", type: "list_type" }
  if (types.includes("string")) return { msg: "Input should be a valid string", type: "string_type" }
  return input === null ? { msg: "Field required", type: "missing" } : notAnObject
}

/** The value at fault, where it is a single one: lists and objects may be nested deeper than any printer goes. */
function echo(input: unknown): Pick<ValidationError, "input"> {
  return typeof input === "object" && input !== null ? {} : { input }
}

/** One step of a JSON Pointer: an index, or the name of a member. The schemas name none that needs unescaping. */
function pointed(step: string): string | number {
  return /^\d+$/.test(step) ? Number(step) : step
}

/** `'A', 'B' or 'C'`. */
function quoted(values: readonly string[]): string {
  const texts = values.map((value) => `'${value}'`)
  return [texts.slice(0, -1).join(", "), texts.at(-1)].filter(Boolean).join(" or ")
}
