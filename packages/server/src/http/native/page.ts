import { bounds } from "@keyward/contract"
import type { KeyOrder, KeyPosition, Page, PageOf, PrincipalPosition, TimePosition } from "@keyward/core"
import { isStorable } from "../../storable.ts"
import { invalid } from "../validation.ts"

/** What `next_cursor` and `cursor` hold: where a page ended, and in what list. Opaque to clients; it grants nothing. */
function printCursor(list: string, position: unknown): string {
  return Buffer.from(JSON.stringify([list, position])).toString("base64url")
}

/**
 * The page that a query asks for.
 * @param list  tells lists and orders apart: a cursor of another one is refused
 * @param isPosition whether what the cursor holds is a position of this list
 */
export function pageOf<Position>(
  query: { readonly limit?: number; readonly cursor?: string },
  list: string,
  isPosition: (value: unknown) => value is Position,
): Page<Position> {
  const limit = query.limit ?? bounds.page.default
  if (query.cursor === undefined) return { limit, after: null }
  const [of, position] = decode(query.cursor)
  if (of === list && isPosition(position)) return { limit, after: position }
  throw invalid([
    {
      member: "query.cursor",
      message: "This is not a cursor of this list.",
      fix: "Pass next_cursor of the page before, with the same filter; or no cursor, for the first page.",
    },
  ])
}

/** A page as the API prints it. */
export function printPage<Item, Printed, Position>(
  { items, next }: PageOf<Item, Position>,
  list: string,
  print: (item: Item) => Printed,
): { items: Printed[]; next_cursor: string | null } {
  return { items: items.map(print), next_cursor: next === null ? null : printCursor(list, next) }
}

function decode(cursor: string): readonly unknown[] {
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, "base64url").toString("utf8"))
    return Array.isArray(value) ? value : []
  } catch {
    // Not JSON: as little a cursor as any other text.
    return []
  }
}

export function isTimePosition(value: unknown): value is TimePosition {
  return hasShape(value, { createdAt: "number", id: "string" })
}

/** Positions in a list of this order. A store compares them with a column: names with text, instants with numbers. */
export function isKeyPosition(order: KeyOrder): (value: unknown) => value is KeyPosition {
  const shape = { order: "string", id: "string", value: order === "name" ? "string" : "number" } as const
  return (value): value is KeyPosition => hasShape(value, shape) && Reflect.get(value, "order") === order
}

export function isPrincipalPosition(
  order: PrincipalPosition["order"],
): (value: unknown) => value is PrincipalPosition {
  const shape = { order: "string", id: "string", value: order === "email" ? "string" : "number" } as const
  return (value): value is PrincipalPosition =>
    hasShape(value, shape) && Reflect.get(value, "order") === order
}

export function isKeyId(value: unknown): value is string {
  return typeof value === "string" && isStorable(value)
}

export function isSequence(value: unknown): value is number {
  return Number.isSafeInteger(value)
}

function hasShape(value: unknown, shape: Readonly<Record<string, "string" | "number">>): value is object {
  return (
    typeof value === "object" &&
    value !== null &&
    Object.entries(shape).every(([name, type]) => {
      const member: unknown = Reflect.get(value, name)
      return (
        typeof member === type &&
        (typeof member === "string" ? isStorable(member) : Number.isSafeInteger(member))
      )
    })
  )
}
