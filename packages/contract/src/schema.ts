import { type Static, type TObject, type TProperties, type TSchema, type TUnsafe, Type } from "typebox"

/**
 * Marks a member that holds a secret. Whoever logs, records or prints a body leaves these members out
 * (`secretMembers` lists them all).
 */
export const secretMark = "x-secret"

/** The keywords that are not JSON Schema's own: ours, and OpenAPI's. A strict validator must be told of them. */
export const schemaKeywords: readonly string[] = [secretMark, "discriminator"]

/** An object that a caller sends: a member that is not declared is a mistake, not a wish. */
export function input<Properties extends TProperties>(
  properties: Properties,
  options: { readonly title?: string; readonly description?: string } = {},
): TObject<Properties> {
  return Type.Object(properties, { ...options, additionalProperties: false })
}

/** One of these texts. */
export function oneOf<const Text extends string>(
  texts: readonly Text[],
  options: { readonly description: string; readonly default?: NoInfer<Text> },
): TUnsafe<Text> {
  return Type.Unsafe({ type: "string", enum: texts, ...options })
}

/** One of these objects, told apart by one of their members, in which each allows another text. */
export function oneOfObjects<const Variants extends readonly TObject[]>(
  variants: Variants,
  told: { readonly by: string; readonly title: string; readonly description: string },
): TUnsafe<Static<Variants[number]>> {
  const { by, title, description } = told
  return Type.Unsafe({
    type: "object",
    oneOf: variants,
    discriminator: { propertyName: by },
    title,
    description,
  })
}

/** A list; its items cannot be reassigned in the type, so that what is read-only elsewhere can be sent as it is. */
export function list<Item extends TSchema>(
  item: Item,
  options: { readonly description: string; readonly minItems?: number; readonly maxItems?: number },
): TUnsafe<readonly Static<Item>[]> {
  return Type.Unsafe({ type: "array", items: item, ...options })
}

/**
 * The same or null. Written as a list of types and not as a choice of schemas, because serialisers print the first
 * without having to try. A title is left out: it names the schema that has no null.
 */
export function nullable<Schema extends TSchema>(
  schema: Schema,
  description?: string,
): TUnsafe<Static<Schema> | null> {
  const { title: _named, ...rest } = { ...schema } as Record<string, unknown>
  return Type.Unsafe({
    ...rest,
    type: [rest["type"], "null"],
    ...(Array.isArray(rest["enum"]) ? { enum: [...rest["enum"], null] } : {}),
    ...(description === undefined ? {} : { description }),
  })
}
