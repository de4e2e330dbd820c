import type { Instant } from "@keyward/core"
import type { Kysely } from "kysely"
import type { Schema } from "./schema.ts"

/** One statement, so that of two who ask at once the second sees what the first has taken. */
export async function lease(
  db: Kysely<Schema>,
  name: string,
  holder: string,
  now: Instant,
  until: Instant,
): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await db
    .insertInto("leases")
    .values({ name, holder, ends_at: until })
    .onConflict((conflict) =>
      conflict
        .column("name")
        .doUpdateSet({ holder, ends_at: until })
        .where(({ eb, or }) => or([eb("leases.holder", "=", holder), eb("leases.ends_at", "<=", now)])),
    )
    .executeTakeFirstOrThrow()
  return numInsertedOrUpdatedRows === 1n
}
