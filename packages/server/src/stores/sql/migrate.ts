import { CompiledQuery } from "kysely"
import type { Engine } from "./engine.ts"
import { migrations } from "./migrations.ts"

/**
 * Brings a database to a version of the schema: all steps or none. Of several processes that try at once, one does it
 * and the others wait.
 * @param target default: the newest version
 * @returns the version that the database has now; more than `target` when it had that before
 */
export function migrate(engine: Engine, target = migrations.length): Promise<number> {
  return engine.db.transaction().execute(async (transaction) => {
    await engine.lockMigrations(transaction)
    const run = (sql: string) => transaction.executeQuery(CompiledQuery.raw(sql))
    await run(
      `create table if not exists migrations (version bigint not null primary key, name ${engine.text} not null)`,
    )
    const latest = await transaction
      .selectFrom("migrations")
      .select("version")
      .orderBy("version", "desc")
      .limit(1)
      .executeTakeFirst()
    let version = latest?.version ?? 0
    for (const { name, statements } of migrations.slice(version, target)) {
      for (const statement of statements(engine.text)) await run(statement)
      version++
      await transaction.insertInto("migrations").values({ version, name }).execute()
    }
    return version
  })
}

/** A database is ahead of the program: what a newer version wrote is not to be guessed at. */
export class NewerDatabaseError extends Error {
  override readonly name = "NewerDatabaseError"
}

/** @throws NewerDatabaseError */
export function demandKnownVersion(version: number): void {
  if (version <= migrations.length) return
  throw new NewerDatabaseError(
    `The database has version ${version} of the schema, and this version of Keyward knows none after ` +
      `${migrations.length}. Start the version of Keyward that migrated the database, or a newer one.`,
  )
}
