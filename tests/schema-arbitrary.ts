import fc from "fast-check"

type Json = null | boolean | number | string | readonly Json[] | JsonObject
export type JsonObject = { readonly [member: string]: Json }

/** Texts that mean something to the server, by the name of the member or parameter that takes them; "": anywhere. */
export type Hints = Readonly<Record<string, readonly string[]>>

/**
 * Values that a JSON Schema of an OpenAPI document describes, as far as it says: what only its description adds (a
 * permission of the catalog, an address) they may get wrong.
 * @param name of the member or parameter that takes them
 */
export function described(
  document: JsonObject,
  given: JsonObject,
  hints: Hints,
  name = "",
): fc.Arbitrary<Json> {
  const schema = resolved(document, given)
  const variants = schema["oneOf"]
  if (Array.isArray(variants)) {
    return fc.oneof(...variants.map((variant: JsonObject) => described(document, variant, hints, name)))
  }
  const types = [schema["type"] ?? "object"].flat()
  return fc.oneof(...types.map((type) => ofType(document, schema, String(type), hints, name)))
}

/** The schema that a reference into `document` names, or the schema itself. */
function resolved(document: JsonObject, schema: JsonObject): JsonObject {
  const reference = schema["$ref"]
  if (typeof reference !== "string") return schema
  return reference
    .split("/")
    .slice(1)
    .reduce((at, name) => at[name] as JsonObject, document)
}

function ofType(
  document: JsonObject,
  schema: JsonObject,
  type: string,
  hints: Hints,
  name: string,
): fc.Arbitrary<Json> {
  const number = (keyword: string, standard: number) => Number(schema[keyword] ?? standard)
  const choices = schema["enum"]
  if (Array.isArray(choices)) return fc.constantFrom<Json>(...choices)
  if (schema["const"] !== undefined) return fc.constant(schema["const"] as Json)
  switch (type) {
    case "null":
      return fc.constant(null)
    case "boolean":
      return fc.boolean()
    case "integer":
      return fc.integer({ min: number("minimum", 0), max: number("maximum", 1_000_000) })
    case "array":
      return fc.array(described(document, schema["items"] as JsonObject, hints, name), {
        minLength: number("minItems", 0),
        maxLength: Math.min(number("maxItems", 5), 5),
      })
    case "string": {
      if (schema["format"] === "date-time") {
        return fc
          .date({ noInvalidDate: true, min: new Date(0), max: new Date(4e12) })
          .map((date) => date.toISOString())
      }
      const named = hints[name]
      return fc.oneof(
        ...(named ? [{ arbitrary: fc.constantFrom(...named), weight: 12 }] : []),
        fc.constantFrom(...(hints[""] ?? [""])),
        fc.string({ minLength: number("minLength", 0), maxLength: Math.min(number("maxLength", 40), 40) }),
        fc.string({ unit: "binary", maxLength: 10 }),
      )
    }
    default:
      return objectOf(document, schema, hints)
  }
}

function objectOf(document: JsonObject, schema: JsonObject, hints: Hints): fc.Arbitrary<Json> {
  const properties = Object.entries((schema["properties"] ?? {}) as Record<string, JsonObject>)
  if (properties.length === 0) {
    return fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 }), {
      noNullPrototype: true,
    }) as fc.Arbitrary<Json>
  }
  const required = (schema["required"] ?? []) as string[]
  const members = properties.map(
    ([name, property]) => [name, described(document, property, hints, name)] as const,
  )
  // Each optional member adds its chance of being wrong, so that most values have few of them.
  const bare = fc.record(Object.fromEntries(members.filter(([name]) => required.includes(name))), {
    noNullPrototype: true,
  })
  const some = fc.subarray(members.filter(([name]) => !required.includes(name)))
  return fc
    .oneof(fc.constant([]), some)
    .chain((optional) => fc.tuple(bare, fc.record(Object.fromEntries(optional), { noNullPrototype: true })))
    .map(([always, sometimes]) => ({ ...always, ...sometimes }))
}

/** A value with one thing in it gone, added, or replaced by anything at all. */
export function mutated(value: Json): fc.Arbitrary<Json> {
  const anything = fc.oneof(
    fc.jsonValue({ maxDepth: 3 }),
    fc.constantFrom<Json>("\u0000", "\ud800", "x".repeat(5000), -1, 1e308, 0.5, "", [], {}, null),
  ) as fc.Arbitrary<Json>
  if (Array.isArray(value)) {
    const added = anything.map((item) => [...value, item])
    if (value.length === 0) return fc.oneof(anything, added)
    const inner = fc
      .nat({ max: value.length - 1 })
      .chain((at) => mutated(value[at]).map((item) => value.with(at, item)))
    return fc.oneof(anything, added, { arbitrary: inner, weight: 3 })
  }
  if (typeof value !== "object" || value === null) return anything
  const members = Object.entries(value as JsonObject)
  const strange = fc.oneof(fc.string(), fc.constantFrom("__proto__", "constructor", "toString", "\u0000"))
  const added = fc
    .tuple(strange, anything)
    .map(([name, member]) => Object.fromEntries([...members, [name, member]]))
  if (members.length === 0) return fc.oneof(anything, added)
  const at = fc.nat({ max: members.length - 1 })
  const gone = at.map((index) => Object.fromEntries(members.toSpliced(index, 1)))
  const inner = fc
    .constantFrom(...members)
    .chain(([name, member]) =>
      mutated(member).map((other): Json => ({ ...Object.fromEntries(members), [name]: other })),
    )
  return fc.oneof(anything, added, gone, { arbitrary: inner, weight: 4 })
}
