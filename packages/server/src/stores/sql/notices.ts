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
