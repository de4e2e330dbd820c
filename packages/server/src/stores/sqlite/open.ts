import type { Store } from "@keyward/core"
import { openSqlStore } from "../sql/store.ts"
import { openSqlite, type SqliteOptions } from "./engine.ts"

/** Opens a SQLite file as a store. @throws what `openSqlStore` and `openSqlite` throw */
export async function openSqliteStore(options: SqliteOptions): Promise<Store> {
  return openSqlStore(openSqlite(options))
}
