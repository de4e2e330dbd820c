import Database from "better-sqlite3"
import { parseDatabaseUrl } from "./database-url.ts"

/** That this process, and no other, serves a database. */
export interface Serving {
  release(): void
}

/**
 * Claims a SQLite file for serving: what is in a server's memory is trusted because every change passes through that
 * server. The claim is a lock of the operating system on a file beside it, so it ends with the process, however that
 * ends. PostgreSQL is for many servers, and needs none.
 * @returns null when another process serves the file
 */
export function claimServing(databaseUrl: string): Serving | null {
  const database = parseDatabaseUrl(databaseUrl)
  if (database.engine !== "sqlite") return { release: () => undefined }
  const claim = new Database(`${database.path}-serving`, { timeout: 0 })
  try {
    claim.pragma("locking_mode = EXCLUSIVE")
    claim.exec("BEGIN EXCLUSIVE")
  } catch (error) {
    claim.close()
    if (error instanceof Database.SqliteError && error.code.startsWith("SQLITE_BUSY")) return null
    throw error
  }
  return { release: () => claim.close() }
}
