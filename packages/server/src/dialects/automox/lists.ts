import { automoxPageMaximum } from "@keyward/contract/automox"
import type {
  Authority,
  Caller,
  Key,
  KeyPosition,
  Owner,
  Page,
  PageOf,
  Principal,
  PrincipalPosition,
} from "@keyward/core"

/** How many items one reading takes. */
const readAtOnce = 500

/**
 * All keys of one owner, or of the keyspace. The vendor's lists say how many there are in all, and the authority does not
 * count: so each call reads all of them, in time and memory that grow with their number.
 */
export function allKeys(
  authority: Authority,
  caller: Caller,
  keyspaceId: string,
  owner: Owner | undefined,
): Promise<Key[]> {
  return everything((page: Page<KeyPosition>) => authority.keys(caller, { keyspaceId, owner }, page))
}

/** All users and service accounts of the organization. */
export function allMembers(authority: Authority, caller: Caller): Promise<Principal[]> {
  return everything((page: Page<PrincipalPosition>) => authority.principals(caller, {}, page))
}

/** The items of one page, by alias, ascending: an order that stays as it is when items come and go. */
export function pageOf<Item extends { readonly alias: number }>(
  items: readonly Item[],
  { page = 0, limit = automoxPageMaximum }: { readonly page?: number; readonly limit?: number },
): Item[] {
  return items.toSorted((a, b) => a.alias - b.alias).slice(page * limit, (page + 1) * limit)
}

async function everything<Item, Position>(
  read: (page: Page<Position>) => Promise<PageOf<Item, Position>>,
): Promise<Item[]> {
  const items: Item[] = []
  let after: Position | null = null
  do {
    const page: PageOf<Item, Position> = await read({ limit: readAtOnce, after })
    items.push(...page.items)
    after = page.next
  } while (after !== null)
  return items
}
