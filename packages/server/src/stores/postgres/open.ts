import type { Store } from "@keyward/core"
import { openSqlStore } from "../sql/store.ts"
import { openPostgres, type PostgresOptions } from "./engine.ts"

/** Opens a PostgreSQL database as a store. @throws what `openSqlStore` throws */
export async function openPostgresStore(options: PostgresOptions): Promise<Store> {
  return openSqlStore(openPostgres(options))
}
