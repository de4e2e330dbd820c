import { type InputError, parseDuration, parseTimestamp } from "@keyward/core"
import { Ajv2020, type ErrorObject, type ValidateFunction } from "ajv/dist/2020.js"
import type { TSchema } from "typebox"
import { HttpProblem, summary } from "./problem.ts"

/** Most faults that one answer names. */
const faultMaximum = 20

const options = {
  // Tests of the contract see to it that they are schemas; to do so here would compile the meta-schema at each start.
  validateSchema: false,
  allErrors: true,
  strict: false,
  removeAdditional: false,
  useDefaults: true,
  discriminator: true,
  verbose: false,
} as const
/** Bodies mean what they say; queries and paths are text, so numbers and booleans are read from it. */
const bodies = new Ajv2020({ ...options, coerceTypes: false })
const texts = new Ajv2020({ ...options, coerceTypes: "array" })
for (const ajv of [bodies, texts]) {
  ajv.addFormat("date-time", (text: string) => parseTimestamp(text) !== null)
  ajv.addFormat("duration", (text: string) => parseDuration(text) !== null)
}

export type Part = "body" | "query" | "path"

/**
 * A check of one part of a request by its schema.
 * @returns a function that fills in defaults and throws HttpProblem "invalid_input", naming every member that is wrong
 */
export function validator(part: Part, schema: TSchema): (value: unknown) => void {
  const validate: ValidateFunction = (part === "body" ? bodies : texts).compile(schema)
  return (value) => {
    if (validate(value)) return
    throw invalid(inputErrors(part, validate.errors ?? []))
  }
}

export function invalid(errors: readonly InputError[]): HttpProblem {
  return new HttpProblem("invalid_input", { detail: summary(errors), errors })
}

function inputErrors(part: Part, faults: readonly ErrorObject[]): InputError[] {
  // Where one of several forms would do, the report on each form that failed says less than the whole.
  const unions = faults.filter(({ keyword }) => keyword === "anyOf").map(({ instancePath }) => instancePath)
  const telling = faults.filter(
    ({ keyword, instancePath, schemaPath }) =>
      keyword === "anyOf" || !(unions.includes(instancePath) && schemaPath.includes("/anyOf/")),
  )
  const seen = new Set<string>()
  return telling
    .map((fault) => inputError(part, fault))
    .filter(({ member, message }) => !seen.has(member + message) && seen.add(member + message))
    .slice(0, faultMaximum)
}

function inputError(part: Part, fault: ErrorObject): InputError {
  const { keyword, params } = fault
  const at = (pointer: string) =>
    part === "body" ? pointer || "/" : `${part}${pointer.replaceAll("/", ".")}`
  switch (keyword) {
    case "additionalProperties":
      return {
        member: at(`${fault.instancePath}/${shortened(escapePointer(String(params["additionalProperty"])))}`),
        message: "There is no such member here.",
        fix: "Leave it out, or check its spelling in /openapi.json.",
      }
    case "required":
      return {
        member: at(`${fault.instancePath}/${params["missingProperty"]}`),
        message: "The member is missing.",
        fix: "Add it.",
      }
    case "maxLength":
      return {
        member: at(fault.instancePath),
        ...bound(`Longer than ${params["limit"]} characters.`, "Shorten it."),
      }
    case "minLength":
      return {
        member: at(fault.instancePath),
        ...bound(`Shorter than ${params["limit"]} characters.`, "Fill it in."),
      }
    case "maxItems":
      return {
        member: at(fault.instancePath),
        ...bound(`More than ${params["limit"]} items.`, "Send fewer items."),
      }
    case "minItems":
      return {
        member: at(fault.instancePath),
        ...bound(`Fewer than ${params["limit"]} items.`, "Send more items."),
      }
    case "maximum":
    case "minimum":
      return {
        member: at(fault.instancePath),
        ...bound(
          `The number has to be ${params["comparison"]} ${params["limit"]}.`,
          "Send a number within the limit.",
        ),
      }
    case "type":
      return {
        member: at(fault.instancePath),
        ...bound(
          `The value has to be of type ${[params["type"]].flat().join(" or ")}.`,
          "Send a value of that type.",
        ),
      }
    case "enum":
    case "const": {
      const allowed: readonly unknown[] = Array.isArray(params["allowedValues"])
        ? params["allowedValues"]
        : [params["allowedValue"]]
      return {
        member: at(fault.instancePath),
        ...bound("The value is not one of those allowed.", `Use one of: ${allowed.map(String).join(", ")}.`),
      }
    }
    case "discriminator":
      return {
        member: at(`${fault.instancePath}/${params["tag"]}`),
        message: "The member is missing, or not one of the texts that tell what the object is.",
        fix: "See /openapi.json for those that there are.",
      }
    case "format":
      return {
        member: at(fault.instancePath),
        ...(params["format"] === "duration"
          ? bound(
              "This is not an ISO 8601 duration of weeks, or of days, hours, minutes and seconds.",
              "Use a form such as PT1H, P7D or P1DT12H.",
            )
          : bound(
              "This is not an RFC 3339 date-time with an offset.",
              "Use a form such as 2026-07-01T23:30:49Z.",
            )),
      }
    case "pattern":
      return {
        member: at(fault.instancePath),
        ...bound("The text does not have the required form.", `It has to match ${params["pattern"]}.`),
      }
    default:
      return {
        member: at(fault.instancePath),
        ...bound(
          `The value ${fault.message ?? "is not valid"}.`,
          "See /openapi.json for what the member takes.",
        ),
      }
  }
}

function bound(message: string, fix: string) {
  return { message, fix }
}

function escapePointer(name: string): string {
  return name.replaceAll("~", "~0").replaceAll("/", "~1")
}

/** A member's name comes from the client, who may have put anything there. */
function shortened(name: string): string {
  return name.length > 64 ? `${name.slice(0, 64).toWellFormed()}…` : name.toWellFormed()
}
