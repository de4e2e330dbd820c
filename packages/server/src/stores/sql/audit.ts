import {
  type AuditDraft,
  type AuditEvent,
  type AuditFilter,
  type AuditPage,
  type ChainHead,
  chainEvent,
  emptyChain,
  eventMatches,
  fail,
  type PageOf,
} from "@keyward/core"
import type { Kysely } from "kysely"
import { auditEventOf, auditEventRow } from "./rows.ts"
import { scanned } from "./scan.ts"
import type { Schema } from "./schema.ts"

export async function auditHead(db: Kysely<Schema>, organizationId: string): Promise<ChainHead> {
  const head = await db
    .selectFrom("audit_heads")
    .select(["sequence", "hash"])
    .where("organization_id", "=", organizationId)
    .executeTakeFirst()
  return head ?? emptyChain
}

/**
 * Where the chain ends, held until the transaction does: whoever else commits for the organization waits here.
 * @throws "not_found" for an unknown organization
 */
export async function holdChain(transaction: Kysely<Schema>, organizationId: string): Promise<ChainHead> {
  const head = await transaction
    .updateTable("audit_heads")
    .set(({ ref }) => ({ sequence: ref("sequence") }))
    .where("organization_id", "=", organizationId)
    .returning(["sequence", "hash"])
    .executeTakeFirst()
  return head ?? fail({ code: "not_found", resource: "organization" })
}

/** The chain of a new organization; one that has a chain keeps it. */
export async function startChain(transaction: Kysely<Schema>, organizationId: string): Promise<void> {
  await transaction
    .insertInto("audit_heads")
    .values({ organization_id: organizationId, ...emptyChain })
    .onConflict((conflict) => conflict.column("organization_id").doNothing())
    .execute()
}

/** Puts events at the end of a chain that is held. */
export async function appendEvents(
  transaction: Kysely<Schema>,
  organizationId: string,
  start: ChainHead,
  drafts: readonly AuditDraft[],
): Promise<void> {
  const events: AuditEvent[] = []
  let head = start
  for (const draft of drafts) {
    const event = chainEvent(head, draft)
    events.push(event)
    head = { sequence: event.sequence, hash: event.hash }
  }
  if (events.length === 0) return
  await transaction.insertInto("audit_events").values(events.map(auditEventRow)).execute()
  await transaction
    .updateTable("audit_heads")
    .set(head)
    .where("organization_id", "=", organizationId)
    .execute()
}

export async function auditEvents(
  db: Kysely<Schema>,
  organizationId: string,
  filter: AuditFilter,
  { limit, after, ascending = false }: AuditPage,
): Promise<PageOf<AuditEvent, number>> {
  return scanned<AuditEvent, number>({
    limit,
    after,
    fetch: async (position, count) => {
      let query = db.selectFrom("audit_events").selectAll().where("organization_id", "=", organizationId)
      if (filter.targetId !== undefined) query = query.where("target_id", "=", filter.targetId)
      else if (filter.action !== undefined) query = query.where("action", "=", filter.action)
      if (position !== null) query = query.where("sequence", ascending ? ">" : "<", position)
      const rows = await query
        .orderBy("sequence", ascending ? "asc" : "desc")
        .limit(count)
        .execute()
      return rows.map(auditEventOf)
    },
    matches: (event) => eventMatches(event, filter),
    position: ({ sequence }) => sequence,
  })
}
