import type { Key } from "../key/key.ts"
import { isSameOwner, type Owner } from "../owner.ts"
import type { Instant } from "../time.ts"
import { countsAt, type Maximum } from "./claims.ts"
import type { TimePosition } from "./list.ts"
import type { Tables } from "./memory-tables.ts"
import { compareText } from "./order.ts"

export function firstBeyond(
  tables: Tables,
  organizationId: string,
  { keyspaceId, owner, countedKeys, limit }: Maximum,
  now: Instant,
): TimePosition | null {
  const counted = keysOf(tables, organizationId, keyspaceId, owner).filter((key) =>
    countsAt(key, countedKeys, now),
  )
  const key = counted.toSorted((a, b) => (isOlder(a, b) ? -1 : 1))[limit]
  return key ? { createdAt: key.createdAt, id: key.id } : null
}

export function olderNamesakes(
  tables: Tables,
  organizationId: string,
  keyIds: readonly string[],
  most: number,
): Map<string, number> {
  const older = new Map<string, number>()
  for (const id of keyIds) {
    const key = tables.key(organizationId, id)
    if (!key) continue
    const namesakes = keysOf(tables, organizationId, key.keyspaceId, key.owner).filter(
      (other) => other.name === key.name && isOlder(other, key),
    )
    if (namesakes.length > 0) older.set(id, Math.min(most, namesakes.length))
  }
  return older
}

export function takenNames(
  tables: Tables,
  organizationId: string,
  keyspaceId: string,
  owner: Owner,
  names: readonly string[],
): Set<string> {
  const theirs = keysOf(tables, organizationId, keyspaceId, owner).map(({ name }) => name)
  return new Set(theirs.filter((name) => names.includes(name)))
}

/** @param owner null: whoever owns them */
function keysOf(tables: Tables, organizationId: string, keyspaceId: string, owner: Owner | null): Key[] {
  return tables
    .keysOf(organizationId)
    .filter((key) => key.keyspaceId === keyspaceId && (owner === null || isSameOwner(key.owner, owner)))
}

function isOlder(a: TimePosition, b: TimePosition): boolean {
  return a.createdAt === b.createdAt ? compareText(a.id, b.id) < 0 : a.createdAt < b.createdAt
}
