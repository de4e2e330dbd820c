import { setImmediate as othersTurn } from "node:timers/promises"
import { octopusDefaultTake, octopusMostTaken } from "@keyward/contract/octopus"
import type { Key, Page, PageOf } from "@keyward/core"

/** Most items that are read at once, however many are asked for. */
const readAtOnce = 200

/** Everything there is, a bounded part at a time. */
export async function* partsOf<Item, Position>(
  read: (page: Page<Position>) => Promise<PageOf<Item, Position>>,
): AsyncGenerator<readonly Item[]> {
  let after: Position | null = null
  do {
    const { items, next }: PageOf<Item, Position> = await read({ limit: readAtOnce, after })
    yield items
    after = next
    // SQLite answers without letting go of the thread, and a list may be long.
    await othersTurn()
  } while (after !== null)
}

/** The same keys, newest first also within a millisecond, which the authority's order leaves to chance. */
export async function* newestFirst(parts: AsyncIterable<readonly Key[]>): AsyncGenerator<readonly Key[]> {
  let held: readonly Key[] = []
  for await (const part of parts) {
    const keys = [...held, ...part]
    const last = keys.at(-1)?.createdAt
    // The millisecond that a part ends in may go on in the next one.
    held = keys.filter(({ createdAt }) => createdAt === last)
    yield sorted(keys.filter(({ createdAt }) => createdAt !== last))
  }
  yield sorted(held)
}

function sorted(keys: readonly Key[]): readonly Key[] {
  return keys.toSorted((a, b) => b.createdAt - a.createdAt || b.alias - a.alias)
}

/** What part of a list is asked for. */
export interface Range {
  readonly skip: number
  readonly take: number
}

export function rangeOf(query: { readonly skip?: number; readonly take?: number }): Range {
  return { skip: query.skip ?? 0, take: query.take ?? octopusDefaultTake }
}

/** Counts what is listed and keeps what lies in the range. */
export async function gather<Item>(
  parts: AsyncIterable<readonly Item[]>,
  isListed: (item: Item) => boolean,
  { skip, take }: Range,
): Promise<{ readonly total: number; readonly items: readonly Item[] }> {
  const items: Item[] = []
  let total = 0
  for await (const part of parts) {
    for (const item of part) {
      if (!isListed(item)) continue
      if (total >= skip && items.length < take) items.push(item)
      total++
    }
  }
  return { total, items }
}

interface Listed<Item> {
  /** The name of the resource, less "Resource". */
  readonly itemType: string
  readonly path: string
  /** What follows the path in the template, such as `{?skip,take}`. */
  readonly template: string
  /** What narrows the list: every link to a page repeats it. */
  readonly filters?: Readonly<Record<string, string | undefined>>
  readonly range: Range
  readonly total: number
  readonly items: readonly Item[]
}

/** A page of a list as the vendor prints it. */
export function printCollection<Item>({ filters = {}, range, total, ...listed }: Listed<Item>) {
  const { skip, take } = range
  const pages = Math.max(1, Math.ceil(total / take))
  const link = (part: Range) => {
    const query = new URLSearchParams({ skip: String(part.skip), take: String(part.take) })
    for (const [name, value] of Object.entries(filters)) if (value !== undefined) query.set(name, value)
    return `${listed.path}?${query}`
  }
  return {
    ItemType: listed.itemType,
    TotalResults: total,
    ItemsPerPage: take,
    NumberOfPages: pages,
    LastPageNumber: pages - 1,
    Items: [...listed.items],
    Links: {
      Self: link(range),
      Template: listed.path + listed.template,
      "Page.All": link({ skip: 0, take: octopusMostTaken }),
      // Clients read on for as long as there is one.
      ...(skip + take < total ? { "Page.Next": link({ skip: skip + take, take }) } : {}),
      "Page.Current": link(range),
      "Page.Last": link({ skip: (pages - 1) * take, take }),
    },
  }
}
