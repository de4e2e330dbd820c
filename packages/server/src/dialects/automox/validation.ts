import { schemaKeywords } from "@keyward/contract"
import { Ajv } from "ajv"
import type { FastifySchemaCompiler } from "fastify"
import type { Static, TSchema } from "typebox"
import { invalidMember, memberAtFault } from "./refusal.ts"

const ajv = new Ajv({ keywords: [...schemaKeywords], formats: { int64: true } })

/**
 * Compiles the schemas of path and query. A body is judged later, when it is clear that there is something to change:
 * in the vendor's order of refusals it comes last.
 */
export const validatorCompiler: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) =>
  httpPart === "body" ? () => true : ajv.compile(schema)

/**
 * The same for what is not Fastify's to check.
 * @returns a function that gives back what it is given if it is as the schema has it; throws Refusal 400 otherwise
 */
export function checkOf<Schema extends TSchema>(schema: Schema): (value: unknown) => Static<Schema> {
  const validate = ajv.compile<Static<Schema>>(schema)
  return (value) => {
    if (validate(value)) return value
    throw invalidMember(memberAtFault(validate.errors ?? []))
  }
}

/** The parameters of a path or query with those as numbers that are integers. What is none stays text, which no schema takes. */
export function withIntegers(parameters: unknown): Readonly<Record<string, unknown>> {
  const told = Object.entries(parameters as Readonly<Record<string, unknown>>)
  return Object.fromEntries(
    told.map(([name, text]) => [name, typeof text === "string" && isInteger(text) ? Number(text) : text]),
  )
}

/** Whether it is an integer that can be the id of something: what is larger, or negative, names nothing. */
export function isId(text: string): boolean {
  return /^\d{1,15}$/.test(text)
}

function isInteger(text: string): boolean {
  return /^-?\d+$/.test(text)
}
