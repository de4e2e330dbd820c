import { CompiledQuery, Kysely, PostgresDialect, sql } from "kysely"
import pg from "pg"
import type { Engine, Fault, Statement } from "../sql/engine.ts"
import type { Schema } from "../sql/schema.ts"

export interface PostgresOptions {
  /** `postgresql://user@host:5432/database`, with any parameter that libpq knows. */
  readonly url: string
  /** Default 10. */
  readonly maxConnections?: number
  /** How long to wait for a connection. Default 5 s. */
  readonly connectTimeoutMs?: number
  /** How long a statement may take before the server ends it. Default 10 s. */
  readonly statementTimeoutMs?: number
  /** Told of each statement that was executed. */
  readonly onStatement?: (statement: Statement) => void
}

export function openPostgres({
  url,
  maxConnections = 10,
  connectTimeoutMs = 5_000,
  statementTimeoutMs = 10_000,
  onStatement,
}: PostgresOptions): Engine {
  const pool = new pg.Pool({
    connectionString: url,
    application_name: "keyward",
    max: maxConnections,
    connectionTimeoutMillis: connectTimeoutMs,
    statement_timeout: statementTimeoutMs,
    // For a server that went away without a word: the statement's own time, and a little for the way.
    query_timeout: statementTimeoutMs + 2_000,
    idle_in_transaction_session_timeout: statementTimeoutMs,
    keepAlive: true,
    types: { getTypeParser },
  })
  // A connection that breaks while idle, or between two statements of a transaction, says so in an event, which would end
  // the process if nobody listened. The pool drops the connection; a transaction learns of it by its next statement.
  pool.on("error", () => undefined)
  pool.on("connect", (client) => client.on("error", () => undefined))
  const db = new Kysely<Schema>({
    dialect: new PostgresDialect({
      pool,
      async onCreateConnection(connection) {
        // What is acknowledged is durable. Settings that wait for more than the local disk stay.
        await connection.executeQuery(
          CompiledQuery.raw(
            "select set_config('synchronous_commit', 'on', false) where current_setting('synchronous_commit') = 'off'",
          ),
        )
      },
    }),
    ...(onStatement && { log: ({ query }) => onStatement(query) }),
  })
  return {
    name: "postgres",
    db,
    text: 'text collate "C"',
    async lockMigrations(transaction) {
      await sql`select pg_advisory_xact_lock(${migrationLock})`.execute(transaction)
    },
    understand,
  }
}

/** "keywrd" in ASCII, so that no other program means the same lock. */
const migrationLock = Number.parseInt(Buffer.from("keywrd").toString("hex"), 16)

const INT8 = 20

/** Our integers are instants and counters, all far below 2^53, so they are read as numbers. */
export function getTypeParser(oid: number, format?: "text" | "binary"): (value: string) => unknown {
  return oid === INT8 ? Number : pg.types.getTypeParser(oid, format ?? "text")
}

/** @see https://www.postgresql.org/docs/current/errcodes-appendix.html */
function understand(error: unknown): Fault {
  if (!(error instanceof pg.DatabaseError)) return { kind: "unavailable" }
  switch (error.code) {
    case "23505":
      return { kind: "taken", what: error.constraint ?? "" }
    case "23503":
      return { kind: "dangling" }
    case "40001":
    case "40P01":
      return { kind: "collision" }
    default:
      return { kind: "unavailable" }
  }
}
