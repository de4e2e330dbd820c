import {
  type Digest,
  fail,
  type Instant,
  type Page,
  type PageOf,
  type Session,
  type TimePosition,
  type User,
} from "@keyward/core"
import type { Kysely } from "kysely"
import { userOf } from "./principal-rows.ts"
import { everyOne } from "./scan.ts"
import type { Schema, SessionRow } from "./schema.ts"

export async function sessionByDigest(
  db: Kysely<Schema>,
  digests: readonly Digest[],
): Promise<{ readonly session: Session; readonly user: User } | null> {
  if (digests.length === 0) return null
  const row = await db
    .selectFrom("sessions")
    .innerJoin("principals", "principals.id", "sessions.user_id")
    .selectAll("principals")
    .select([
      "sessions.id as session_id",
      "sessions.digest",
      "sessions.pepper_version",
      "sessions.address",
      "sessions.user_agent",
      "sessions.created_at as session_created_at",
      "sessions.last_seen_at",
      "sessions.expires_at",
    ])
    .where(
      "sessions.digest",
      "in",
      digests.map(({ digest }) => digest),
    )
    .executeTakeFirst()
  if (!row) return null
  const session = sessionOf({
    ...row,
    id: row.session_id,
    user_id: row.id,
    created_at: row.session_created_at,
  })
  return { session, user: userOf(row) }
}

export async function session(
  db: Kysely<Schema>,
  organizationId: string,
  id: string,
): Promise<Session | null> {
  const row = await db
    .selectFrom("sessions")
    .selectAll()
    .where("organization_id", "=", organizationId)
    .where("id", "=", id)
    .executeTakeFirst()
  return row ? sessionOf(row) : null
}

export async function sessions(
  db: Kysely<Schema>,
  organizationId: string,
  userId: string,
  page: Page<TimePosition>,
): Promise<PageOf<Session, TimePosition>> {
  return everyOne(page, async (after, count) => {
    let query = db
      .selectFrom("sessions")
      .selectAll()
      .where("organization_id", "=", organizationId)
      .where("user_id", "=", userId)
    if (after) {
      query = query.where(({ eb, refTuple, tuple }) =>
        eb(refTuple("created_at", "id"), "<", tuple(after.createdAt, after.id)),
      )
    }
    const rows = await query.orderBy("created_at", "desc").orderBy("id", "desc").limit(count).execute()
    return rows.map(sessionOf)
  })
}

export async function touchSession(
  transaction: Kysely<Schema>,
  organizationId: string,
  id: string,
  lastSeenAt: Instant,
): Promise<void> {
  await transaction
    .updateTable("sessions")
    .set({ last_seen_at: lastSeenAt })
    .where("organization_id", "=", organizationId)
    .where("id", "=", id)
    .where("last_seen_at", "<", lastSeenAt)
    .execute()
}

export async function purgeSessions(
  transaction: Kysely<Schema>,
  expiredBefore: Instant,
  seenBefore: Instant,
  most: number,
): Promise<number> {
  const expired = await purge(transaction, "expires_at", expiredBefore, most)
  return expired + (await purge(transaction, "last_seen_at", seenBefore, most - expired))
}

async function purge(
  transaction: Kysely<Schema>,
  column: "expires_at" | "last_seen_at",
  before: Instant,
  most: number,
): Promise<number> {
  const { numDeletedRows } = await transaction
    .deleteFrom("sessions")
    .where("id", "in", (from) =>
      from.selectFrom("sessions").select("id").where(column, "<", before).orderBy(column).limit(most),
    )
    .executeTakeFirstOrThrow()
  return Number(numDeletedRows)
}

/** @throws "not_found" for a user who is unknown, suspended or removed */
export async function insertSession(transaction: Kysely<Schema>, session: Session): Promise<void> {
  const user = await transaction
    .selectFrom("principals")
    .select("id")
    .where("organization_id", "=", session.organizationId)
    .where("id", "=", session.userId)
    .where("kind", "=", "user")
    .where("suspended_at", "is", null)
    .where("removed_at", "is", null)
    .executeTakeFirst()
  if (!user) fail({ code: "not_found", resource: "user" })
  await transaction.insertInto("sessions").values(sessionRow(session)).execute()
}

export async function deleteSession(
  transaction: Kysely<Schema>,
  organizationId: string,
  id: string,
): Promise<void> {
  const { numDeletedRows } = await transaction
    .deleteFrom("sessions")
    .where("organization_id", "=", organizationId)
    .where("id", "=", id)
    .executeTakeFirstOrThrow()
  if (numDeletedRows === 0n) fail({ code: "not_found", resource: "session" })
}

export async function deleteSessions(
  transaction: Kysely<Schema>,
  organizationId: string,
  userId: string,
  exceptId: string | null,
): Promise<void> {
  let query = transaction
    .deleteFrom("sessions")
    .where("organization_id", "=", organizationId)
    .where("user_id", "=", userId)
  if (exceptId !== null) query = query.where("id", "<>", exceptId)
  await query.execute()
}

function sessionOf(row: SessionRow): Session {
  return {
    id: row.id,
    organizationId: row.organization_id,
    userId: row.user_id,
    digest: row.digest,
    pepperVersion: row.pepper_version,
    address: row.address,
    userAgent: row.user_agent,
    createdAt: row.created_at as Instant,
    lastSeenAt: row.last_seen_at as Instant,
    expiresAt: row.expires_at as Instant,
  }
}

function sessionRow(session: Session): SessionRow {
  return {
    id: session.id,
    organization_id: session.organizationId,
    user_id: session.userId,
    digest: session.digest,
    pepper_version: session.pepperVersion,
    address: session.address,
    user_agent: session.userAgent,
    created_at: session.createdAt,
    last_seen_at: session.lastSeenAt,
    expires_at: session.expiresAt,
  }
}
