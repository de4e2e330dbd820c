import { fail, type Instant, type Replay } from "@keyward/core"
import type { Kysely } from "kysely"
import type { ReplayRow, Schema } from "./schema.ts"

export async function replay(
  db: Kysely<Schema>,
  organizationId: string,
  intent: string,
): Promise<Replay | null> {
  const row = await db
    .selectFrom("replays")
    .selectAll()
    .where("organization_id", "=", organizationId)
    .where("intent", "=", intent)
    .executeTakeFirst()
  return row ? replayOf(row) : null
}

/** @throws "already_exists" when there is one of the intent that is not expired */
export async function insertReplay(transaction: Kysely<Schema>, replay: Replay): Promise<void> {
  const row = replayRow(replay)
  const { numInsertedOrUpdatedRows } = await transaction
    .insertInto("replays")
    .values(row)
    .onConflict((conflict) =>
      conflict
        .columns(["organization_id", "intent"])
        .doUpdateSet(row)
        .where("replays.expires_at", "<=", replay.createdAt),
    )
    .executeTakeFirstOrThrow()
  if (numInsertedOrUpdatedRows === 0n) {
    fail({ code: "already_exists", resource: "replay", member: "intent" })
  }
}

export async function purgeReplays(
  transaction: Kysely<Schema>,
  expiredBefore: Instant,
  most: number,
): Promise<number> {
  const { numDeletedRows } = await transaction
    .deleteFrom("replays")
    .where(({ eb, refTuple, selectFrom }) =>
      eb(
        refTuple("organization_id", "intent"),
        "in",
        selectFrom("replays")
          .select(["organization_id", "intent"])
          .where("expires_at", "<", expiredBefore)
          .orderBy("expires_at")
          .limit(most)
          .$asTuple("organization_id", "intent"),
      ),
    )
    .executeTakeFirstOrThrow()
  return Number(numDeletedRows)
}

function replayOf(row: ReplayRow): Replay {
  return {
    organizationId: row.organization_id,
    intent: row.intent,
    sealed: row.sealed,
    createdAt: row.created_at as Instant,
    expiresAt: row.expires_at as Instant,
  }
}

function replayRow(replay: Replay): ReplayRow {
  return {
    organization_id: replay.organizationId,
    intent: replay.intent,
    sealed: replay.sealed,
    created_at: replay.createdAt,
    expires_at: replay.expiresAt,
  }
}
