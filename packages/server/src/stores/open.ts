import type { Store } from "@keyward/core"
import { parseDatabaseUrl } from "./database-url.ts"
import { openPostgresStore } from "./postgres/open.ts"
import { openSqliteStore } from "./sqlite/open.ts"

/**
 * Opens the store that a database URL names, brought up to date.
 * @param databaseUrl `sqlite:<path>`, the path absolute or relative to the working directory, or `postgresql://…`
 * @throws RangeError when it is neither
 * @throws AuthorityError "store_unavailable" when the database cannot be opened; its `cause` says why
 * @throws Error when a newer version of the program has migrated the database
 */
export async function openStore(databaseUrl: string): Promise<Store> {
  const database = parseDatabaseUrl(databaseUrl)
  return database.engine === "sqlite" ? openSqliteStore(database) : openPostgresStore(database)
}
