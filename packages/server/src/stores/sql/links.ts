import { type Digest, fail, type Instant, type OneTimeLink } from "@keyward/core"
import type { Kysely } from "kysely"
import { demandOwner } from "./principal-changes.ts"
import type { LinkRow, Schema } from "./schema.ts"

export async function linkByDigest(
  db: Kysely<Schema>,
  digests: readonly Digest[],
): Promise<OneTimeLink | null> {
  if (digests.length === 0) return null
  const row = await db
    .selectFrom("links")
    .selectAll()
    .where(
      "digest",
      "in",
      digests.map(({ digest }) => digest),
    )
    .executeTakeFirst()
  return row ? linkOf(row) : null
}

/** @throws "not_found" for a user who is unknown or removed */
export async function insertLink(transaction: Kysely<Schema>, link: OneTimeLink): Promise<void> {
  await demandOwner(transaction, link.organizationId, { kind: "user", id: link.userId })
  await transaction.insertInto("links").values(linkRow(link)).execute()
}

export async function useLink(
  transaction: Kysely<Schema>,
  organizationId: string,
  id: string,
  usedAt: Instant,
): Promise<void> {
  const { numUpdatedRows } = await transaction
    .updateTable("links")
    .set({ used_at: usedAt })
    .where("organization_id", "=", organizationId)
    .where("id", "=", id)
    .where("used_at", "is", null)
    .executeTakeFirstOrThrow()
  if (numUpdatedRows === 0n) fail({ code: "not_found", resource: "link" })
}

export async function useLinks(
  transaction: Kysely<Schema>,
  organizationId: string,
  userId: string,
  usedAt: Instant,
): Promise<void> {
  await transaction
    .updateTable("links")
    .set({ used_at: usedAt })
    .where("organization_id", "=", organizationId)
    .where("user_id", "=", userId)
    .where("used_at", "is", null)
    .execute()
}

function linkOf(row: LinkRow): OneTimeLink {
  return {
    id: row.id,
    organizationId: row.organization_id,
    userId: row.user_id,
    purpose: row.purpose as OneTimeLink["purpose"],
    digest: row.digest,
    pepperVersion: row.pepper_version,
    createdAt: row.created_at as Instant,
    expiresAt: row.expires_at as Instant,
    usedAt: row.used_at as Instant | null,
  }
}

function linkRow(link: OneTimeLink): LinkRow {
  return {
    id: link.id,
    organization_id: link.organizationId,
    user_id: link.userId,
    purpose: link.purpose,
    digest: link.digest,
    pepper_version: link.pepperVersion,
    created_at: link.createdAt,
    expires_at: link.expiresAt,
    used_at: link.usedAt,
  }
}
