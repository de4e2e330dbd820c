import Database from "better-sqlite3"
import pg from "pg"
import { demandKnownVersion, migrate } from "../sql/migrate.ts"
import { tables } from "../sql/schema.ts"
import { openSqlite } from "../sqlite/engine.ts"
import { getTypeParser } from "./engine.ts"

/** How many rows are in memory at a time. */
const chunk = 1000

/**
 * Copies a PostgreSQL database, as it is at one instant, to an empty SQLite file with the same version of the schema.
 * @throws Error when the database cannot be read, or a newer version of the program has migrated it
 */
export async function copyPostgres(url: string, destination: string): Promise<void> {
  const client = new pg.Client({
    connectionString: url,
    application_name: "keyward backup",
    connectionTimeoutMillis: 5_000,
    types: { getTypeParser },
  })
  await client.connect()
  try {
    // One snapshot for all the tables; it takes no lock that others wait for.
    await client.query("begin isolation level repeatable read read only")
    const version = await versionOf(client)
    demandKnownVersion(version)
    const engine = openSqlite({ path: destination })
    try {
      await migrate(engine, version)
    } finally {
      await engine.db.destroy()
    }
    const target = new Database(destination)
    try {
      for (const table of tables) await copyTable(client, target, table)
    } finally {
      target.close()
    }
    await client.query("commit")
  } finally {
    await client.end()
  }
}

async function versionOf(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ version: number }>("select max(version) as version from migrations")
  return rows[0]?.version ?? 0
}

async function copyTable(client: pg.Client, target: Database.Database, table: string): Promise<void> {
  await client.query(`declare copied no scroll cursor for select * from ${table}`)
  for (;;) {
    const { rows } = await client.query<Record<string, unknown>>(`fetch ${chunk} from copied`)
    const [first] = rows
    if (!first) break
    const columns = Object.keys(first)
    const insert = target.prepare(
      `insert into ${table} (${columns.join(", ")}) values (${columns.map((name) => `@${name}`).join(", ")})`,
    )
    target.transaction(() => {
      for (const row of rows) insert.run(row)
    })()
  }
  await client.query("close copied")
}
