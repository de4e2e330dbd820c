import { schemaKeywords } from "@keyward/contract"
import { Ajv } from "ajv"
import type { FastifySchemaCompiler, FastifySchemaValidationError } from "fastify"
import type { TSchema } from "typebox"
import { faults } from "./mapping.ts"
import { parseDate } from "./timestamp.ts"

const ajv = new Ajv({ allErrors: true, allowUnionTypes: true, keywords: [...schemaKeywords] })
ajv.addFormat("date-time", { type: "string", validate: (text: string) => parseDate(text) !== null })

/** Compiles the declared schemas. Nothing is coerced, filled in or taken away, and every fault is found. */
export const validatorCompiler: FastifySchemaCompiler<TSchema> = ({ schema }) => ajv.compile(schema)

/** What a validation found, one sentence for each member that is at fault. */
export function faultsOf(errors: readonly FastifySchemaValidationError[]): string[] {
  const members = errors.map(({ instancePath, params }) => {
    const { missingProperty } = params as { readonly missingProperty?: string }
    return instancePath.split("/")[1] ?? missingProperty ?? ""
  })
  return [...new Set(members)].map((member) =>
    member in faults.members ? faults.members[member as keyof typeof faults.members] : faults.body,
  )
}
