import type { Kysely } from "kysely"
import type { Schema } from "./schema.ts"

export async function setting(db: Kysely<Schema>, name: string): Promise<string | null> {
  const row = await db.selectFrom("settings").select("value").where("name", "=", name).executeTakeFirst()
  return row?.value ?? null
}

export async function ensureSetting(
  transaction: Kysely<Schema>,
  name: string,
  value: string,
): Promise<string> {
  await transaction
    .insertInto("settings")
    .values({ name, value })
    .onConflict((conflict) => conflict.column("name").doNothing())
    .execute()
  return (await setting(transaction, name)) ?? value
}
