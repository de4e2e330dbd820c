import { type DueKey, fail, type Instant, type Key, type Page, type PageOf } from "@keyward/core"
import type { Kysely } from "kysely"
import type { Schema } from "./schema.ts"

export async function keysDueForNotice(
  db: Kysely<Schema>,
  now: Instant,
  { limit, after }: Page<DueKey>,
): Promise<PageOf<DueKey, DueKey>> {
  let query = db.selectFrom("expiry_notices").selectAll().where("due_at", "<=", now)
  if (after) {
    query = query.where(({ eb, refTuple, tuple }) =>
      eb(refTuple("due_at", "key_id"), ">", tuple(Number(after.dueAt), after.id)),
    )
  }
  const rows = await query
    .orderBy("due_at")
    .orderBy("key_id")
    .limit(limit + 1)
    .execute()
  const items = rows.slice(0, limit).map(({ organization_id, key_id, due_at }) => ({
    organizationId: organization_id,
    id: key_id,
    dueAt: due_at as Instant,
  }))
  return { items, next: rows.length > limit ? (items.at(-1) ?? null) : null }
}

/** Says when the next notice of a key's expiry is due. @param dueAt null: never */
export async function setNotice(
  transaction: Kysely<Schema>,
  { id, organizationId }: Pick<Key, "id" | "organizationId">,
  dueAt: Instant | null,
): Promise<void> {
  if (dueAt === null) {
    await transaction.deleteFrom("expiry_notices").where("key_id", "=", id).execute()
    return
  }
  await transaction
    .insertInto("expiry_notices")
    .values({ key_id: id, organization_id: organizationId, due_at: dueAt })
    .onConflict((conflict) => conflict.column("key_id").doUpdateSet({ due_at: dueAt }))
    .execute()
}

export async function giveNotice(
  transaction: Kysely<Schema>,
  organizationId: string,
  keyId: string,
  dueAt: Instant,
  nextAt: Instant | null,
): Promise<void> {
  const { numDeletedRows } = await transaction
    .deleteFrom("expiry_notices")
    .where("key_id", "=", keyId)
    .where("organization_id", "=", organizationId)
    .where("due_at", "=", dueAt)
    .executeTakeFirstOrThrow()
  if (numDeletedRows === 0n) fail({ code: "not_found", resource: "key" })
  if (nextAt !== null) await setNotice(transaction, { id: keyId, organizationId }, nextAt)
}

export async function idleNotices(
  db: Kysely<Schema>,
  organizationId: string,
  keyIds: readonly string[],
): Promise<ReadonlyMap<string, Instant>> {
  if (keyIds.length === 0) return new Map()
  const rows = await db
    .selectFrom("idle_notices")
    .select(["key_id", "since"])
    .where("organization_id", "=", organizationId)
    .where("key_id", "in", keyIds)
    .execute()
  return new Map(rows.map(({ key_id, since }) => [key_id, since as Instant]))
}

export async function tellIdle(
  transaction: Kysely<Schema>,
  organizationId: string,
  keyId: string,
  since: Instant,
): Promise<void> {
  const key = await transaction
    .selectFrom("keys")
    .select("id")
    .where("organization_id", "=", organizationId)
    .where("id", "=", keyId)
    .where("deleted_at", "is", null)
    .executeTakeFirst()
  if (!key) fail({ code: "not_found", resource: "key" })
  const { numInsertedOrUpdatedRows } = await transaction
    .insertInto("idle_notices")
    .values({ key_id: keyId, organization_id: organizationId, since })
    .onConflict((conflict) =>
      conflict.column("key_id").doUpdateSet({ since }).where("idle_notices.since", "!=", since),
    )
    .executeTakeFirstOrThrow()
  if (numInsertedOrUpdatedRows === 0n) {
    fail({ code: "already_exists", resource: "key", member: "idle_since" })
  }
}
