import type { Keyspace, Organization, Page, PageOf, TimePosition } from "@keyward/core"
import type { Kysely } from "kysely"
import { keyspaceOf, organizationOf } from "./rows.ts"
import { everyOne } from "./scan.ts"
import type { Schema } from "./schema.ts"

export async function organization(db: Kysely<Schema>, id: string): Promise<Organization | null> {
  const row = await db.selectFrom("organizations").selectAll().where("id", "=", id).executeTakeFirst()
  return row ? organizationOf(row) : null
}

export async function organizations(
  db: Kysely<Schema>,
  page: Page<TimePosition>,
): Promise<PageOf<Organization, TimePosition>> {
  return everyOne(page, async (after, count) => {
    // From the start is after the earliest position there can be: then the index has a range to begin at.
    const { createdAt, id } = after ?? { createdAt: Number.MIN_SAFE_INTEGER, id: "" }
    const rows = await db
      .selectFrom("organizations")
      .selectAll()
      .where(({ eb, refTuple, tuple }) => eb(refTuple("created_at", "id"), ">", tuple(createdAt, id)))
      .orderBy("created_at")
      .orderBy("id")
      .limit(count)
      .execute()
    return rows.map(organizationOf)
  })
}

export async function keyspace(
  db: Kysely<Schema>,
  organizationId: string,
  id: string,
): Promise<Keyspace | null> {
  const row = await db
    .selectFrom("keyspaces")
    .selectAll()
    .where("organization_id", "=", organizationId)
    .where("id", "=", id)
    .executeTakeFirst()
  return row ? keyspaceOf(row) : null
}

export async function keyspaceByName(
  db: Kysely<Schema>,
  organizationId: string,
  name: string,
): Promise<Keyspace | null> {
  const row = await db
    .selectFrom("keyspaces")
    .selectAll()
    .where("organization_id", "=", organizationId)
    .where("name", "=", name)
    .executeTakeFirst()
  return row ? keyspaceOf(row) : null
}

export async function keyspaces(
  db: Kysely<Schema>,
  organizationId: string,
  page: Page<TimePosition>,
): Promise<PageOf<Keyspace, TimePosition>> {
  return everyOne(page, async (after, count) => {
    let query = db.selectFrom("keyspaces").selectAll().where("organization_id", "=", organizationId)
    if (after) {
      query = query.where(({ eb, refTuple, tuple }) =>
        eb(refTuple("created_at", "id"), ">", tuple(after.createdAt, after.id)),
      )
    }
    const rows = await query.orderBy("created_at").orderBy("id").limit(count).execute()
    return rows.map(keyspaceOf)
  })
}
