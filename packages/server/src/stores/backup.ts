import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync } from "node:fs"
import { dirname } from "node:path"
import Database from "better-sqlite3"
import { parseDatabaseUrl } from "./database-url.ts"
import { copyPostgres } from "./postgres/copy.ts"

/**
 * Writes everything a database holds to one new SQLite file, which `sqlite:<destination>` opens: as it was at one instant,
 * while others go on reading and committing. The file is complete when it appears, on the disk, and its owner's alone.
 * @param databaseUrl as `openStore` takes it
 * @throws Error when the destination exists already, the database cannot be read, or a newer program has migrated it
 */
export async function backupStore(databaseUrl: string, destination: string): Promise<void> {
  const database = parseDatabaseUrl(databaseUrl)
  if (existsSync(destination)) throw new Error(`${destination} exists already.`)
  const partial = `${destination}.partial`
  try {
    // Exclusively: two backups to one place would write over each other.
    closeSync(openSync(partial, "wx", 0o600))
  } catch (cause) {
    throw new Error(`${partial} cannot be made; is another backup writing it?`, { cause })
  }
  try {
    if (database.engine === "sqlite") await backupSqlite(database.path, partial)
    else await copyPostgres(database.url, partial)
    sync(partial)
    if (existsSync(destination)) throw new Error(`${destination} exists already.`)
    renameSync(partial, destination)
    sync(dirname(destination))
  } catch (error) {
    for (const ending of ["", "-wal", "-shm", "-journal"]) rmSync(partial + ending, { force: true })
    throw error
  }
}

async function backupSqlite(path: string, destination: string): Promise<void> {
  const source = new Database(path, { readonly: true, fileMustExist: true })
  try {
    // In one step: SQLite starts over when somebody commits between two, and under steady commits would never end.
    await source.backup(destination, { progress: () => 0x7fff_ffff })
  } finally {
    source.close()
  }
}

function sync(path: string): void {
  const descriptor = openSync(path, "r")
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}
