import { type TSchema, Type } from "typebox"

/** The kinds of settings: each is a text, as an environment gives it, with its documentation, default and check. */

export function text(description: string, options: Record<string, unknown>) {
  return Type.String({ description, maxLength: 10_000, ...options })
}

/** A whole number. @param standard the default; "": none, and the empty text is taken */
export function whole(description: string, standard: string, maximum: number, minimum = 0) {
  return Type.String({
    description,
    default: standard,
    pattern: standard === "" ? "^[0-9]{0,10}$" : "^[0-9]{1,10}$",
    "x-range": [minimum, maximum],
  })
}

export function oneOf(description: string, standard: string, values: readonly string[]) {
  return Type.String({
    description: `${description} One of: ${values.join(", ")}.`,
    default: standard,
    pattern: `^(${values.join("|")})$`,
  })
}

/** Whether a number is within the range of its setting; true where there is none. */
export function withinRange(schema: TSchema, value: string): boolean {
  const range: unknown = Reflect.get(schema, "x-range")
  if (!Array.isArray(range) || value === "") return true
  const [minimum, maximum] = range
  return Number(value) >= minimum && Number(value) <= maximum
}

/** The range in words, after a space; empty where there is none. */
export function rangeOf(schema: TSchema): string {
  const range: unknown = Reflect.get(schema, "x-range")
  return Array.isArray(range) ? ` A whole number from ${range[0]} to ${range[1]}.` : ""
}
