import type { Page, PageOf, TimePosition } from "./list.ts"
import { compareText, compareValues } from "./order.ts"

type Direction = "ascending" | "descending"

/** A page of items in the order of their positions. */
export function page<Item, Position extends { readonly value: string | number; readonly id: string }>(
  items: readonly Item[],
  direction: Direction,
  position: (item: Item) => Position,
  { limit, after }: Page<Position>,
): PageOf<Item, Position> {
  const sign = direction === "ascending" ? 1 : -1
  const compare = (a: Position, b: Position) =>
    sign * (compareValues(a.value, b.value) || compareText(a.id, b.id))
  const rest = items
    .map((item) => ({ item, at: position(item) }))
    .filter(({ at }) => after === null || compare(at, after) > 0)
    .sort((a, b) => compare(a.at, b.at))
    .map(({ item }) => item)
  return firstOf(rest, limit, position)
}

/** The same for a list that is ordered by time alone. */
export function timePage<Item extends TimePosition>(
  items: readonly Item[],
  direction: Direction,
  { limit, after }: Page<TimePosition>,
): PageOf<Item, TimePosition> {
  const valued = ({ createdAt, id }: TimePosition) => ({ createdAt, value: createdAt, id })
  const found = page(items, direction, valued, { limit, after: after && valued(after) })
  return { items: found.items, next: found.next && { createdAt: found.next.createdAt, id: found.next.id } }
}

/** A page of what comes after the page before. */
export function firstOf<Item, Position>(
  rest: readonly Item[],
  limit: number,
  position: (item: Item) => Position,
): PageOf<Item, Position> {
  const items = rest.slice(0, limit)
  const last = items.at(-1)
  return { items, next: last && rest.length > limit ? position(last) : null }
}
