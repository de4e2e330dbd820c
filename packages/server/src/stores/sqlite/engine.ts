import { closeSync, openSync } from "node:fs"
import { setTimeout as delay } from "node:timers/promises"
import { fail } from "@keyward/core"
import Database from "better-sqlite3"
import {
  CompiledQuery,
  type DatabaseConnection,
  Kysely,
  SqliteAdapter,
  type SqliteDatabase,
  SqliteDriver,
  SqliteIntrospector,
  SqliteQueryCompiler,
  type SqliteStatement,
} from "kysely"
import { LRUCache } from "lru-cache"
import type { Engine, Fault, Statement } from "../sql/engine.ts"
import type { Schema } from "../sql/schema.ts"

export interface SqliteOptions {
  /** A file; made when there is none, readable by its owner alone. */
  readonly path: string
  /** How long a commit waits for another process's to end. Default 5 s. */
  readonly busyTimeoutMs?: number
  /** Told of each statement that was executed. */
  readonly onStatement?: (statement: Statement) => void
}

/** @throws AuthorityError "store_unavailable" when the file cannot be opened */
export function openSqlite({ path, busyTimeoutMs = 5_000, onStatement }: SqliteOptions): Engine {
  const database = openFile(path, busyTimeoutMs)
  const db = new Kysely<Schema>({
    dialect: {
      createAdapter: () => new SqliteAdapter(),
      createDriver: () => new ImmediateDriver(database, busyTimeoutMs),
      createIntrospector: (kysely) => new SqliteIntrospector(kysely),
      createQueryCompiler: () => new SqliteQueryCompiler(),
    },
    ...(onStatement && { log: ({ query }) => onStatement(query) }),
  })
  return {
    name: "sqlite",
    db,
    text: "text",
    // Every transaction holds the database's one write lock from its start.
    lockMigrations: async () => undefined,
    understand,
  }
}

function openFile(path: string, timeout: number): Database.Database {
  try {
    // SQLite gives its own files beside this one (-wal, -shm) the same mode.
    closeSync(openSync(path, "a", 0o600))
    const database = new Database(path, { timeout })
    try {
      database.pragma("journal_mode = WAL")
      // Each commit is on the disk when it returns; WAL alone would lose the last ones with the power.
      database.pragma("synchronous = FULL")
      database.pragma("foreign_keys = ON")
      return database
    } catch (error) {
      database.close()
      throw error
    }
  } catch (error) {
    return fail({ code: "store_unavailable" }, { cause: error })
  }
}

/**
 * Begins each transaction by taking the database's one write lock: every transaction of ours writes, and one that asked
 * for the lock later could not wait for it. Waits without holding up the process, within which the lock's holder may be.
 */
class ImmediateDriver extends SqliteDriver {
  readonly #database: Database.Database
  readonly #patienceMs: number

  constructor(database: Database.Database, patienceMs: number) {
    super({ database: remembering(database) })
    this.#database = database
    this.#patienceMs = patienceMs
  }

  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    const end = performance.now() + this.#patienceMs
    for (;;) {
      this.#database.pragma("busy_timeout = 0")
      try {
        await connection.executeQuery(CompiledQuery.raw("begin immediate"))
        return
      } catch (error) {
        if (!isBusy(error) || performance.now() > end) throw error
      } finally {
        this.#database.pragma(`busy_timeout = ${this.#patienceMs}`)
      }
      await delay(2)
    }
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof Database.SqliteError && error.code.startsWith("SQLITE_BUSY")
}

/** Keeps what was prepared: that makes a commit quicker by a third, and a lookup three times as quick. */
function remembering(database: Database.Database): SqliteDatabase {
  const prepared = new LRUCache<string, SqliteStatement>({ max: 200 })
  return {
    prepare(text) {
      const known = prepared.get(text)
      if (known) return known
      const statement = database.prepare(text)
      prepared.set(text, statement)
      return statement
    },
    close: () => database.close(),
  }
}

function understand(error: unknown): Fault {
  if (!(error instanceof Database.SqliteError)) return { kind: "unavailable" }
  switch (error.code) {
    case "SQLITE_CONSTRAINT_UNIQUE":
    case "SQLITE_CONSTRAINT_PRIMARYKEY":
      // "UNIQUE constraint failed: users.organization_id, users.email"
      return { kind: "taken", what: error.message.split(/[ ,]+/).at(-1) ?? "" }
    case "SQLITE_CONSTRAINT_FOREIGNKEY":
      return { kind: "dangling" }
    default:
      return { kind: "unavailable" }
  }
}
