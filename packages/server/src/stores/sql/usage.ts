import { compareText, type Instant, type KeyUsage, type Outcome, type UsageCount } from "@keyward/core"
import { type Kysely, sql } from "kysely"
import type { KeyLastUseRow, Schema, UsageRow } from "./schema.ts"

/** How many rows one statement writes: well below the engines' limits on parameters. */
const batch = 1000

export async function usage(
  db: Kysely<Schema>,
  organizationId: string,
  keyId: string,
  from: Instant,
  to: Instant,
): Promise<readonly UsageCount[]> {
  const rows = await db
    .selectFrom("usage")
    .select(["hour", "outcome", "count"])
    .where("organization_id", "=", organizationId)
    .where("key_id", "=", keyId)
    .where("hour", ">=", from)
    .where("hour", "<", to)
    .where(({ exists, selectFrom }) =>
      exists(
        selectFrom("keys")
          .select("id")
          .where("organization_id", "=", organizationId)
          .where("id", "=", keyId)
          .where("deleted_at", "is", null),
      ),
    )
    .orderBy("hour")
    .orderBy("outcome")
    .execute()
  return rows.map(({ hour, outcome, count }) => ({
    hour: hour as Instant,
    outcome: outcome as Outcome,
    count,
  }))
}

export async function purgeUsage(
  transaction: Kysely<Schema>,
  organizationId: string,
  keyId: string,
  most: number,
): Promise<number> {
  const deleted = await transaction
    .selectFrom("keys")
    .select("id")
    .where("organization_id", "=", organizationId)
    .where("id", "=", keyId)
    .where("deleted_at", "is not", null)
    .executeTakeFirst()
  if (!deleted) return 0
  const { numDeletedRows } = await transaction
    .deleteFrom("usage")
    .where("organization_id", "=", organizationId)
    .where("key_id", "=", keyId)
    .where(({ eb, refTuple, selectFrom }) =>
      eb(
        refTuple("hour", "outcome"),
        "in",
        selectFrom("usage")
          .select(["hour", "outcome"])
          .where("organization_id", "=", organizationId)
          .where("key_id", "=", keyId)
          .orderBy("hour")
          .orderBy("outcome")
          .limit(most)
          .$asTuple("hour", "outcome"),
      ),
    )
    .executeTakeFirstOrThrow()
  return Number(numDeletedRows)
}

/**
 * Rows are written in the order of their keys, last uses of keys first, so that two processes that record at the same
 * time wait for each other instead of deadlocking.
 */
export async function recordUsage(transaction: Kysely<Schema>, recorded: readonly KeyUsage[]): Promise<void> {
  const known = await knownKeys(transaction, recorded)
  const usages = known.toSorted((a, b) => compareText(a.keyId, b.keyId))

  for (const rows of batches(lastUsesOf(usages))) {
    await transaction
      .insertInto("key_last_uses")
      .values(rows)
      .onConflict((conflict) =>
        conflict
          .column("key_id")
          .doUpdateSet(({ ref }) => ({ last_used_at: ref("excluded.last_used_at") }))
          .whereRef("key_last_uses.last_used_at", "<", "excluded.last_used_at"),
      )
      .execute()
  }

  const versions = usages.flatMap(({ keyId, lastUsed }) =>
    [...lastUsed].map(([version, { at, from }]) => ({ keyId, version, at, from })),
  )
  for (const rows of batches(versions)) {
    const values = rows.map(
      ({ keyId, version, at, from }) =>
        sql`(cast(${keyId} as text), cast(${version} as bigint), cast(${at} as bigint), cast(${from} as text))`,
    )
    await sql`with used (key_id, version, at, address) as (values ${sql.join(values)})
      update secrets set last_used_at = used.at, last_used_from = used.address from used
      where secrets.key_id = used.key_id and secrets.version = used.version
        and (secrets.last_used_at is null or secrets.last_used_at < used.at)`.execute(transaction)
  }

  for (const rows of batches(countsOf(usages))) {
    await transaction
      .insertInto("usage")
      .values(rows)
      .onConflict((conflict) =>
        conflict
          .columns(["organization_id", "key_id", "hour", "outcome"])
          .doUpdateSet((eb) => ({ count: eb("usage.count", "+", eb.ref("excluded.count")) })),
      )
      .execute()
  }
}

/** What was recorded of keys that are there, in their organization and not deleted. */
async function knownKeys(transaction: Kysely<Schema>, recorded: readonly KeyUsage[]): Promise<KeyUsage[]> {
  const known: KeyUsage[] = []
  for (const part of batches(recorded)) {
    const rows = await transaction
      .selectFrom("keys")
      .select(["id", "organization_id"])
      .where(
        "id",
        "in",
        part.map(({ keyId }) => keyId),
      )
      .where("deleted_at", "is", null)
      .execute()
    const organizations = new Map(rows.map((row) => [row.id, row.organization_id]))
    known.push(...part.filter(({ keyId, organizationId }) => organizations.get(keyId) === organizationId))
  }
  return known
}

function lastUsesOf(usages: readonly KeyUsage[]): KeyLastUseRow[] {
  return [...Map.groupBy(usages, ({ keyId }) => keyId)].flatMap(([keyId, [first, ...more]]) => {
    const uses = [first, ...more].flatMap((one) => [...(one?.lastUsed.values() ?? [])])
    const instants = uses.map(({ at }) => at)
    if (!first || instants.length === 0) return []
    const latest = instants.reduce((a, b) => (a > b ? a : b))
    return { organization_id: first.organizationId, key_id: keyId, last_used_at: latest }
  })
}

/** One row for each counter: a statement cannot touch a row twice. */
function countsOf(usages: readonly KeyUsage[]): UsageRow[] {
  const rows = usages.flatMap(({ organizationId, keyId, counts }) =>
    counts.map(({ hour, outcome, count }) => ({
      organization_id: organizationId,
      key_id: keyId,
      hour,
      outcome,
      count,
    })),
  )
  const merged = new Map<string, UsageRow>()
  for (const row of rows) {
    const name = `${row.key_id} ${row.hour} ${row.outcome}`
    merged.set(name, { ...row, count: row.count + (merged.get(name)?.count ?? 0) })
  }
  return [...merged.values()]
}

function batches<Item>(items: readonly Item[]): Item[][] {
  return Array.from({ length: Math.ceil(items.length / batch) }, (_, at) =>
    items.slice(at * batch, (at + 1) * batch),
  )
}
