import { type ChainHead, emptyChain } from "@keyward/core"
import { parseDatabaseUrl } from "../packages/server/src/stores/database-url.ts"
import { openPostgres } from "../packages/server/src/stores/postgres/engine.ts"
import type { Engine } from "../packages/server/src/stores/sql/engine.ts"
import { openSqlite } from "../packages/server/src/stores/sqlite/engine.ts"
import { registerSecret } from "./evidence.ts"

// What lies in an installation's database, beside whatever serves it.

export async function registerStoredSecrets(databaseUrl: string): Promise<void> {
  await withDatabase(databaseUrl, async ({ db }) => {
    for (const { digest, sealed } of await db.selectFrom("secrets").select(["digest", "sealed"]).execute()) {
      registerSecret("digest", Buffer.from(digest, "base64url"))
      if (sealed !== null) registerSecret("sealed secret", sealed)
    }
    for (const table of ["sessions", "links", "taken_digests"] as const) {
      for (const { digest } of await db.selectFrom(table).select("digest").execute()) {
        registerSecret("digest", Buffer.from(digest, "base64url"))
      }
    }
    for (const { sealed } of await db.selectFrom("replays").select("sealed").execute()) {
      registerSecret("sealed secret", sealed)
    }
    for (const { password_hash } of await db.selectFrom("principals").select("password_hash").execute()) {
      if (password_hash !== null) registerSecret("password hash", password_hash)
    }
  })
}

/** Everything that is kept for the repetition of calls, row by row. */
export function storedReplays(databaseUrl: string): Promise<readonly string[]> {
  return withDatabase(databaseUrl, async ({ db }) => {
    const rows = await db.selectFrom("replays").selectAll().execute()
    return rows.map((row) => JSON.stringify(row))
  })
}

/** Where the database says that an organization's audit chain ends. */
export function recordedHead(databaseUrl: string, organizationId: string): Promise<ChainHead> {
  return withDatabase(databaseUrl, async ({ db }) => {
    const head = await db
      .selectFrom("audit_heads")
      .select(["sequence", "hash"])
      .where("organization_id", "=", organizationId)
      .executeTakeFirst()
    return head ?? emptyChain
  })
}

async function withDatabase<Result>(
  databaseUrl: string,
  work: (engine: Engine) => Promise<Result>,
): Promise<Result> {
  const database = parseDatabaseUrl(databaseUrl)
  const engine = database.engine === "sqlite" ? openSqlite(database) : openPostgres(database)
  try {
    return await work(engine)
  } finally {
    await engine.db.destroy()
  }
}
