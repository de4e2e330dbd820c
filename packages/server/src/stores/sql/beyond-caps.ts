import type { Instant, Maximum, Owner, TimePosition } from "@keyward/core"
import { type Kysely, sql } from "kysely"
import { countActive, going, ofKeyspace, ofOwner } from "./key-caps.ts"
import type { Schema } from "./schema.ts"

/** Later than any instant of expiry. */
const never = Number.MAX_SAFE_INTEGER

export async function firstBeyond(
  db: Kysely<Schema>,
  organizationId: string,
  { keyspaceId, owner, countedKeys, limit }: Maximum,
  now: Instant,
): Promise<TimePosition | null> {
  const place = { organizationId, keyspaceId }
  let keys = owner ? ofOwner(db, { ...place, owner }) : ofKeyspace(db, place)
  if (countedKeys === "active") {
    // By age the keys that have expired cannot be passed over, so that is done only where the maximum is exceeded.
    if ((await countActive(limit + 1, db, keys, now)) <= limit) return null
    // One condition on one index: as two, it would be looked up as two ranges and sorted.
    keys = going(keys).where(sql<boolean>`coalesce(expires_at, ${never}) > ${now}`)
  }
  const row = await keys
    .select("created_at")
    .orderBy("created_at")
    .orderBy("id")
    .limit(1)
    .offset(limit)
    .executeTakeFirst()
  return row ? { createdAt: row.created_at as Instant, id: row.id } : null
}

export async function olderNamesakes(
  db: Kysely<Schema>,
  organizationId: string,
  keyIds: readonly string[],
  most: number,
): Promise<Map<string, number>> {
  if (keyIds.length === 0) return new Map()
  const rows = await db
    .selectFrom("keys")
    .select("keys.id")
    .select(({ selectFrom }) =>
      selectFrom(
        selectFrom("keys as older")
          .select("older.id")
          .whereRef("older.organization_id", "=", "keys.organization_id")
          .whereRef("older.keyspace_id", "=", "keys.keyspace_id")
          .whereRef("older.owner_id", "=", "keys.owner_id")
          .whereRef("older.owner_kind", "=", "keys.owner_kind")
          .whereRef("older.name", "=", "keys.name")
          .where("older.deleted_at", "is", null)
          .where(({ eb, refTuple }) =>
            eb(refTuple("older.created_at", "older.id"), "<", refTuple("keys.created_at", "keys.id")),
          )
          .limit(most)
          .as("namesakes"),
      )
        .select(({ fn }) => fn.countAll<number>().as("count"))
        .as("count"),
    )
    .where("keys.organization_id", "=", organizationId)
    .where("keys.id", "in", keyIds)
    .where("keys.deleted_at", "is", null)
    .execute()
  return new Map(rows.flatMap(({ id, count }) => (count ? [[id, count] as const] : [])))
}

export async function takenNames(
  db: Kysely<Schema>,
  organizationId: string,
  keyspaceId: string,
  owner: Owner,
  names: readonly string[],
): Promise<Set<string>> {
  if (names.length === 0) return new Set()
  const rows = await ofOwner(db, { organizationId, keyspaceId, owner })
    .select("name")
    .where("name", "in", names)
    .execute()
  return new Set(rows.map(({ name }) => name))
}
