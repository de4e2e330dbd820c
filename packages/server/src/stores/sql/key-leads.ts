import { type KeyFilter, type KeyPosition, keyOrder } from "@keyward/core"
import { type Kysely, sql } from "kysely"
import type { KeyRow, Schema } from "./schema.ts"
import { afterPrefix } from "./text.ts"

type ListedKeyRow = KeyRow & { last_used_at: number | null }

/** Reads the next rows after a position, in the filter's order, at most `count`. */
export type Lead = (after: KeyPosition | null, count: number) => Promise<ListedKeyRow[]>

/**
 * The index that leads a list of keys: the one of the filter's order that narrows the most. What else the filter says is
 * for the caller to apply. Each lead is one statement that reads its index in order and stops.
 */
export function leadOf(db: Kysely<Schema>, organizationId: string, filter: KeyFilter): Lead {
  switch (keyOrder(filter)) {
    case "name":
      return byName(db, organizationId, filter.namePrefix ?? "")
    case "expires_at":
      return byExpiry(db, organizationId, filter)
    case "last_used_at":
      return byLastUse(db, organizationId, filter)
    case "deleted_at":
      return byDeletion(db, organizationId, filter)
    case "created_at":
      return filter.tag !== undefined && filter.owner === undefined
        ? byTag(db, organizationId, filter.tag)
        : byAge(db, organizationId, filter)
  }
}

function byAge(db: Kysely<Schema>, organizationId: string, { owner, keyspaceId }: KeyFilter): Lead {
  return (after, count) => {
    let query = undeleted(db).where("keys.organization_id", "=", organizationId)
    if (owner) query = query.where("owner_id", "=", owner.id).where("owner_kind", "=", owner.kind)
    else if (keyspaceId !== undefined) query = query.where("keyspace_id", "=", keyspaceId)
    if (after) {
      query = query.where(({ eb, refTuple, tuple }) =>
        eb(refTuple("keys.created_at", "keys.id"), "<", tuple(Number(after.value), after.id)),
      )
    }
    return query.orderBy("keys.created_at", "desc").orderBy("keys.id", "desc").limit(count).execute()
  }
}

function byDeletion(
  db: Kysely<Schema>,
  organizationId: string,
  { owner, keyspaceId, deletedFrom }: KeyFilter,
): Lead {
  return (after, count) => {
    // The last use of a deleted key is not kept apart.
    let query = db
      .selectFrom("keys")
      .selectAll("keys")
      .select(sql<null>`null`.as("last_used_at"))
      .where("keys.organization_id", "=", organizationId)
      .where("deleted_at", "is not", null)
    if (owner) query = query.where("owner_id", "=", owner.id).where("owner_kind", "=", owner.kind)
    else if (keyspaceId !== undefined) query = query.where("keyspace_id", "=", keyspaceId)
    if (deletedFrom !== undefined) query = query.where("deleted_at", ">=", deletedFrom)
    if (after) {
      query = query.where(({ eb, refTuple, tuple }) =>
        eb(refTuple("keys.deleted_at", "keys.id"), "<", tuple(Number(after.value), after.id)),
      )
    }
    return query.orderBy("keys.deleted_at", "desc").orderBy("keys.id", "desc").limit(count).execute()
  }
}

function byTag(db: Kysely<Schema>, organizationId: string, tag: string): Lead {
  return (after, count) => {
    let query = undeleted(db)
      .innerJoin("key_tags", "key_tags.key_id", "keys.id")
      .where("key_tags.organization_id", "=", organizationId)
      .where("key_tags.tag", "=", tag)
    if (after) {
      query = query.where(({ eb, refTuple, tuple }) =>
        eb(refTuple("key_tags.created_at", "key_tags.key_id"), "<", tuple(Number(after.value), after.id)),
      )
    }
    return query
      .orderBy("key_tags.created_at", "desc")
      .orderBy("key_tags.key_id", "desc")
      .limit(count)
      .execute()
  }
}

function byName(db: Kysely<Schema>, organizationId: string, prefix: string): Lead {
  const end = afterPrefix(prefix)
  return (after, count) => {
    let query = undeleted(db)
      .where("keys.organization_id", "=", organizationId)
      .where("keys.name", ">=", prefix)
    if (end !== null) query = query.where("keys.name", "<", end)
    if (after) {
      query = query.where(({ eb, refTuple, tuple }) =>
        eb(refTuple("keys.name", "keys.id"), ">", tuple(String(after.value), after.id)),
      )
    }
    return query.orderBy("keys.name").orderBy("keys.id").limit(count).execute()
  }
}

function byExpiry(
  db: Kysely<Schema>,
  organizationId: string,
  { expiresFrom, expiresBefore }: KeyFilter,
): Lead {
  return (after, count) => {
    let query = undeleted(db)
      .where("keys.organization_id", "=", organizationId)
      .where("keys.expires_at", "is not", null)
    if (expiresFrom !== undefined) query = query.where("keys.expires_at", ">=", expiresFrom)
    if (expiresBefore !== undefined) query = query.where("keys.expires_at", "<", expiresBefore)
    if (after) {
      query = query.where(({ eb, refTuple, tuple }) =>
        eb(refTuple("keys.expires_at", "keys.id"), ">", tuple(Number(after.value), after.id)),
      )
    }
    return query.orderBy("keys.expires_at").orderBy("keys.id").limit(count).execute()
  }
}

function byLastUse(
  db: Kysely<Schema>,
  organizationId: string,
  { lastUsedFrom, lastUsedBefore }: KeyFilter,
): Lead {
  return (after, count) => {
    let query = db
      .selectFrom("key_last_uses")
      .innerJoin("keys", "keys.id", "key_last_uses.key_id")
      .selectAll("keys")
      .select("key_last_uses.last_used_at")
      .where("keys.deleted_at", "is", null)
      .where("key_last_uses.organization_id", "=", organizationId)
    if (lastUsedFrom !== undefined) query = query.where("last_used_at", ">=", lastUsedFrom)
    if (lastUsedBefore !== undefined) query = query.where("last_used_at", "<", lastUsedBefore)
    if (after) {
      query = query.where(({ eb, refTuple, tuple }) =>
        eb(
          refTuple("key_last_uses.last_used_at", "key_last_uses.key_id"),
          ">",
          tuple(Number(after.value), after.id),
        ),
      )
    }
    return query.orderBy("key_last_uses.last_used_at").orderBy("key_last_uses.key_id").limit(count).execute()
  }
}

function undeleted(db: Kysely<Schema>) {
  return db
    .selectFrom("keys")
    .leftJoin("key_last_uses", "key_last_uses.key_id", "keys.id")
    .selectAll("keys")
    .select("key_last_uses.last_used_at")
    .where("keys.deleted_at", "is", null)
}
