import { compareText, type Instant } from "@keyward/core"
import type { Kysely } from "kysely"
import type { Schema } from "./schema.ts"

export async function throttles(
  db: Kysely<Schema>,
  names: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  if (names.length === 0) return new Map()
  const rows = await db.selectFrom("throttles").selectAll().where("name", "in", names).execute()
  return new Map(rows.map(({ name, tat }) => [name, tat]))
}

/** How many rows one push forgets: more than it adds, so the table holds what is not past and soon little else. */
const mostForgotten = 1000

/** Rows are written in the order of their names, so that two processes wait for each other instead of deadlocking. */
export async function pushThrottles(
  transaction: Kysely<Schema>,
  tats: ReadonlyMap<string, number>,
  now: Instant,
): Promise<void> {
  const rows = [...tats]
    .map(([name, tat]) => ({ name, tat }))
    .filter(({ tat }) => tat > now)
    .sort((a, b) => compareText(a.name, b.name))
  if (rows.length > 0) {
    await transaction
      .insertInto("throttles")
      .values(rows)
      .onConflict((conflict) =>
        conflict
          .column("name")
          .doUpdateSet(({ ref }) => ({ tat: ref("excluded.tat") }))
          .whereRef("throttles.tat", "<", "excluded.tat"),
      )
      .execute()
  }
  await transaction
    .deleteFrom("throttles")
    .where("name", "in", (from) =>
      from.selectFrom("throttles").select("name").where("tat", "<=", now).orderBy("tat").limit(mostForgotten),
    )
    .execute()
}
