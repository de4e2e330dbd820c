import type { Key } from "../key/key.ts"
import { isSameOwner, type Owner } from "../owner.ts"
import type { Instant } from "../time.ts"
import { countsAt, type Maximum } from "./claims.ts"
import type { TimePosition } from "./list.ts"
import { timePage } from "./memory-pages.ts"
import type { Tables } from "./memory-tables.ts"

export function firstBeyond(
  tables: Tables,
  organizationId: string,
  { keyspaceId, owner, countedKeys, limit }: Maximum,
  now: Instant,
): TimePosition | null {
  const counted = keysOf(tables, organizationId, keyspaceId, owner).filter((key) =>
    countsAt(key, countedKeys, now),
  )
  const key = oldestFirst(counted)[limit]
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
      ({ name }) => name === key.name,
    )
    const before = oldestFirst(namesakes).findIndex((other) => other.id === id)
    if (before > 0) older.set(id, Math.min(most, before))
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

function oldestFirst(keys: readonly Key[]): readonly Key[] {
  return timePage(keys, "ascending", { limit: keys.length, after: null }).items
}
