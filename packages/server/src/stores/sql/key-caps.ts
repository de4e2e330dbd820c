import { type CountedKey, claimsOf, fail, type Instant, type Key, type KeyCaps } from "@keyward/core"
import type { Kysely, SelectQueryBuilder } from "kysely"
import type { KeyRow, Schema } from "./schema.ts"

/** What of a key's row decides how it counts. */
export const countedColumns = [
  "name",
  "owner_kind",
  "owner_id",
  "expires_at",
  "disabled_at",
  "revoked_at",
  "deleted_at",
] as const satisfies readonly (keyof KeyRow)[]

export function countedKey(row: Pick<KeyRow, (typeof countedColumns)[number]>): CountedKey {
  return {
    name: row.name,
    owner: { kind: row.owner_kind as Key["owner"]["kind"], id: row.owner_id },
    expiresAt: row.expires_at as Instant | null,
    disabledAt: row.disabled_at as Instant | null,
    revokedAt: row.revoked_at as Instant | null,
    deletedAt: row.deleted_at as Instant | null,
  }
}

/**
 * Comes before the row is written: no key that counts now is the one that is changed.
 * @param before the key as it is; null for a new one
 * @throws "too_many_keys", "already_exists" (name)
 */
export async function demandCaps(
  transaction: Kysely<Schema>,
  before: CountedKey | null,
  key: Key,
  policy: KeyCaps,
): Promise<void> {
  const claims = claimsOf(before, key, policy)
  for (const { per, limit } of claims.rooms) {
    const others = per === "owner" ? ofOwner(transaction, key) : ofKeyspace(transaction, key)
    const counted =
      policy.countedKeys === "all"
        ? await countTo(limit, transaction, others)
        : await countActive(limit, transaction, others, claims.now)
    if (counted >= limit) fail({ code: "too_many_keys", limit, per })
  }
  if (!claims.name) return
  const namesake = await ofOwner(transaction, key)
    .where("name", "=", key.name)
    .where("id", "!=", key.id)
    .limit(1)
    .executeTakeFirst()
  if (namesake) fail({ code: "already_exists", resource: "key", member: "name" })
}

type Keys = SelectQueryBuilder<Schema, "keys", { id: string }>

export function ofKeyspace(
  db: Kysely<Schema>,
  { organizationId, keyspaceId }: Pick<Key, "organizationId" | "keyspaceId">,
): Keys {
  return db
    .selectFrom("keys")
    .select("id")
    .where("organization_id", "=", organizationId)
    .where("keyspace_id", "=", keyspaceId)
    .where("deleted_at", "is", null)
}

export function ofOwner(db: Kysely<Schema>, key: Pick<Key, "organizationId" | "keyspaceId" | "owner">): Keys {
  return ofKeyspace(db, key).where("owner_id", "=", key.owner.id).where("owner_kind", "=", key.owner.kind)
}

/** Those that were neither revoked nor disabled, expired or not. */
export function going(keys: Keys): Keys {
  return keys.where("revoked_at", "is", null).where("disabled_at", "is", null)
}

/** As `countsAt` counts them. One query for each of two ranges of an index, so that what has expired costs nothing. */
export async function countActive(
  most: number,
  db: Kysely<Schema>,
  keys: Keys,
  now: Instant,
): Promise<number> {
  const lasting = await countTo(most, db, going(keys).where("expires_at", "is", null))
  return lasting + (await countTo(most - lasting, db, going(keys).where("expires_at", ">", now)))
}

/** How many there are, counted to `most` and no further. */
async function countTo(most: number, db: Kysely<Schema>, keys: Keys): Promise<number> {
  if (most <= 0) return 0
  const { count } = await db
    .selectFrom(keys.limit(most).as("counted"))
    .select(({ fn }) => fn.countAll<number>().as("count"))
    .executeTakeFirstOrThrow()
  return count
}
