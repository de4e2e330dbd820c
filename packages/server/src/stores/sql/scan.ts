import { keyScanMaximum, type Page, type PageOf, type TimePosition } from "@keyward/core"

/** How many rows at a time are looked at once the first ones did not fill the page. */
const chunk = 500

export interface Scan<Row, Position> {
  readonly limit: number
  readonly after: Position | null
  /** The next rows after a position, in order, at most `count`. */
  readonly fetch: (after: Position | null, count: number) => Promise<readonly Row[]>
  readonly matches: (row: Row) => boolean
  readonly position: (row: Row) => Position
}

/**
 * One page of the rows that match, out of those that an index leads to. Looks at `keyScanMaximum` rows at most, so a page
 * can end early; its `next` is then the last row looked at.
 */
export async function scanned<Row, Position>(scan: Scan<Row, Position>): Promise<PageOf<Row, Position>> {
  const items: Row[] = []
  let position = scan.after
  let looked = 0
  while (looked < keyScanMaximum) {
    // One more than the page holds tells whether anything comes after it.
    const count = Math.min(looked === 0 ? scan.limit + 1 : chunk, keyScanMaximum - looked)
    const rows = await scan.fetch(position, count)
    for (const row of rows) {
      if (items.length === scan.limit) return { items, next: position }
      position = scan.position(row)
      if (scan.matches(row)) items.push(row)
    }
    looked += rows.length
    if (rows.length < count) return { items, next: null }
  }
  return { items, next: position }
}

/** A page of a list that is not filtered. */
export function everyOne<Item extends TimePosition>(
  { limit, after }: Page<TimePosition>,
  fetch: (after: TimePosition | null, count: number) => Promise<readonly Item[]>,
): Promise<PageOf<Item, TimePosition>> {
  return scanned<Item, TimePosition>({
    limit,
    after,
    fetch,
    matches: () => true,
    position: ({ createdAt, id }) => ({ createdAt, id }),
  })
}
