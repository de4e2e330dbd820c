import {
  type CreditBalance,
  type DeletedKey,
  type Digest,
  type DueKey,
  demandPosition,
  type Instant,
  type Key,
  type KeyFilter,
  type KeyPosition,
  keyMatches,
  keyOrder,
  type Page,
  type PageOf,
  positionOf,
  type Secret,
  type StoredSubject,
} from "@keyward/core"
import type { Kysely } from "kysely"
import { leadOf } from "./key-leads.ts"
import { balanceOf, keyOf, secretOf } from "./rows.ts"
import { scanned } from "./scan.ts"
import type { KeyRow, Schema, SecretRow } from "./schema.ts"

export async function key(db: Kysely<Schema>, organizationId: string, id: string): Promise<Key | null> {
  const rows = await keysWithSecrets(db)
    .where("keys.organization_id", "=", organizationId)
    .where("keys.id", "=", id)
    .execute()
  return assembled(rows)
}

export async function keyByAlias(
  db: Kysely<Schema>,
  organizationId: string,
  alias: number,
): Promise<Key | null> {
  const rows = await keysWithSecrets(db)
    .where("keys.organization_id", "=", organizationId)
    .where("keys.alias", "=", alias)
    .execute()
  return assembled(rows)
}

export async function deletedKey(
  db: Kysely<Schema>,
  organizationId: string,
  id: string,
): Promise<Key | null> {
  const rows = await withSecrets(db)
    .where("keys.organization_id", "=", organizationId)
    .where("keys.id", "=", id)
    .where("keys.deleted_at", "is not", null)
    .execute()
  return assembled(rows)
}

export async function deletedKeyByAlias(
  db: Kysely<Schema>,
  organizationId: string,
  alias: number,
): Promise<Key | null> {
  const rows = await withSecrets(db)
    .where("keys.organization_id", "=", organizationId)
    .where("keys.alias", "=", alias)
    .where("keys.deleted_at", "is not", null)
    .execute()
  return assembled(rows)
}

export async function keysDeletedBefore(
  db: Kysely<Schema>,
  instant: Instant,
  most: number,
): Promise<readonly DeletedKey[]> {
  const rows = await db
    .selectFrom("keys")
    .select(["organization_id", "id", "name"])
    .where("deleted_at", "is not", null)
    .where("deleted_at", "<", instant)
    .orderBy("deleted_at")
    .orderBy("id")
    .limit(most)
    .execute()
  return rows.map(({ organization_id, id, name }) => ({ organizationId: organization_id, id, name }))
}

export async function keysDueForRotation(
  db: Kysely<Schema>,
  now: Instant,
  { limit, after }: Page<DueKey>,
): Promise<PageOf<DueKey, DueKey>> {
  let query = db
    .selectFrom("keys")
    .select(["organization_id", "id", "rotation_pending_from"])
    .where("deleted_at", "is", null)
    .where("revoked_at", "is", null)
    .where("disabled_at", "is", null)
    .where("rotation_pending_from", "is not", null)
    .where("rotation_pending_from", "<=", now)
    .where(({ eb, or }) => or([eb("not_before", "is", null), eb("not_before", "<=", now)]))
    .where(({ eb, or }) => or([eb("expires_at", "is", null), eb("expires_at", ">", now)]))
  if (after) {
    query = query.where(({ eb, refTuple, tuple }) =>
      eb(refTuple("rotation_pending_from", "id"), ">", tuple(after.dueAt, after.id)),
    )
  }
  const rows = await query
    .orderBy("rotation_pending_from")
    .orderBy("id")
    .limit(limit + 1)
    .execute()
  const items = rows.slice(0, limit).map((row) => ({
    organizationId: row.organization_id,
    id: row.id,
    dueAt: row.rotation_pending_from as Instant,
  }))
  return { items, next: rows.length > limit ? (items.at(-1) ?? null) : null }
}

export async function subject(db: Kysely<Schema>, digests: readonly Digest[]): Promise<StoredSubject | null> {
  if (digests.length === 0) return null
  const rows = await keysWithSecrets(db)
    .innerJoin("secrets as presented", "presented.key_id", "keys.id")
    .leftJoin("principals as owners", (join) =>
      join
        .onRef("owners.organization_id", "=", "keys.organization_id")
        .onRef("owners.id", "=", "keys.owner_id")
        .onRef("owners.kind", "=", "keys.owner_kind"),
    )
    .select([
      "presented.version as presented_version",
      "owners.roles as owner_roles",
      "owners.suspended_at as owner_suspended_at",
      "owners.revision as owner_revision",
    ])
    .where(
      "presented.digest",
      "in",
      digests.map(({ digest }) => digest),
    )
    .execute()
  const found = assembled(rows)
  const [row] = rows
  if (!found || !row) return null
  const { owner_roles, owner_revision } = row
  const owner =
    owner_roles === null || owner_revision === null
      ? null
      : {
          id: row.owner_id,
          suspended: row.owner_suspended_at !== null,
          roles: JSON.parse(owner_roles),
          revision: owner_revision,
        }
  return { key: found, secretVersion: row.presented_version, owner }
}

export async function digestTaken(db: Kysely<Schema>, digests: readonly Digest[]): Promise<boolean> {
  if (digests.length === 0) return false
  const among = digests.map(({ digest }) => digest)
  const row = await db
    .selectFrom("secrets")
    .select("digest")
    .where("digest", "in", among)
    .unionAll(db.selectFrom("taken_digests").select("digest").where("digest", "in", among))
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

export async function redigest(
  db: Kysely<Schema>,
  keyId: string,
  version: number,
  from: Digest,
  to: Digest,
): Promise<void> {
  await db
    .updateTable("secrets")
    .set({ digest: to.digest, pepper_version: to.pepperVersion })
    .where("key_id", "=", keyId)
    .where("version", "=", version)
    .where("digest", "=", from.digest)
    .execute()
}

export async function keys(
  db: Kysely<Schema>,
  organizationId: string,
  filter: KeyFilter,
  now: Instant,
  { limit, after }: Page<KeyPosition>,
): Promise<PageOf<Key, KeyPosition>> {
  const order = keyOrder(filter)
  demandPosition(order, after)
  const lead = leadOf(db, organizationId, filter)
  const { items, next } = await scanned<Key, KeyPosition>({
    limit,
    after,
    fetch: async (position, count) => (await lead(position, count)).map((row) => keyOf(row, uncounted, [])),
    matches: (found) => keyMatches(found, filter, now),
    position: (found) => positionOf(found, order),
  })
  const ids = items.map(({ id }) => id)
  const secrets = await secretsOf(db, ids)
  const balances = await balancesOf(db, items)
  const whole = items.map((item) => ({
    ...item,
    secrets: secrets.get(item.id) ?? [],
    credits: item.credits && { ...item.credits, ...balances.get(item.id) },
  }))
  return { items: whole, next }
}

/** The balance of a key on its way into a list, until the one that it has is read for the whole page. */
const uncounted: CreditBalance = { remaining: 0, refillsAt: null }

async function balancesOf(db: Kysely<Schema>, keys: readonly Key[]): Promise<Map<string, CreditBalance>> {
  const ids = keys.filter(({ credits }) => credits !== null).map(({ id }) => id)
  if (ids.length === 0) return new Map()
  const rows = await db.selectFrom("credit_balances").selectAll().where("key_id", "in", ids).execute()
  return new Map(rows.map((row) => [row.key_id, balanceOf(row)]))
}

async function secretsOf(db: Kysely<Schema>, keyIds: readonly string[]): Promise<Map<string, Secret[]>> {
  if (keyIds.length === 0) return new Map()
  const rows = await db.selectFrom("secrets").selectAll().where("key_id", "in", keyIds).execute()
  const ordered = rows.toSorted((a, b) => a.version - b.version)
  const byKey = Map.groupBy(ordered, (row) => row.key_id)
  return new Map([...byKey].map(([keyId, found]) => [keyId, found.map(secretOf)]))
}

function keysWithSecrets(db: Kysely<Schema>) {
  return withSecrets(db).where("keys.deleted_at", "is", null)
}

/** Keys, deleted ones too, one row for each of their secrets. */
function withSecrets(db: Kysely<Schema>) {
  return db
    .selectFrom("keys")
    .innerJoin("secrets", "secrets.key_id", "keys.id")
    .leftJoin("key_last_uses", "key_last_uses.key_id", "keys.id")
    .leftJoin("credit_balances", "credit_balances.key_id", "keys.id")
    .selectAll("keys")
    .select([
      "key_last_uses.last_used_at",
      "credit_balances.remaining as credits_remaining",
      "credit_balances.refills_at as credits_refill_at",
      "secrets.version as secret_version",
      "secrets.digest as secret_digest",
      "secrets.pepper_version as secret_pepper_version",
      "secrets.hint_start as secret_hint_start",
      "secrets.hint_end as secret_hint_end",
      "secrets.sealed as secret_sealed",
      "secrets.created_at as secret_created_at",
      "secrets.expires_at as secret_expires_at",
      "secrets.last_used_at as secret_last_used_at",
      "secrets.last_used_from as secret_last_used_from",
    ])
}

type WithSecret = KeyRow & {
  last_used_at: number | null
  credits_remaining: number | null
  credits_refill_at: number | null
} & {
  [Column in Exclude<keyof SecretRow, "key_id" | "key_revoked_at"> as `secret_${Column}`]: SecretRow[Column]
}

/** The one key that all the rows are of. */
function assembled(rows: readonly WithSecret[]): Key | null {
  const [first] = rows
  if (!first) return null
  const secrets = rows.map((row) =>
    secretOf({
      key_id: row.id,
      version: row.secret_version,
      digest: row.secret_digest,
      pepper_version: row.secret_pepper_version,
      hint_start: row.secret_hint_start,
      hint_end: row.secret_hint_end,
      sealed: row.secret_sealed,
      created_at: row.secret_created_at,
      expires_at: row.secret_expires_at,
      last_used_at: row.secret_last_used_at,
      last_used_from: row.secret_last_used_from,
    }),
  )
  const { credits_remaining: remaining, credits_refill_at: refills_at } = first
  return keyOf(
    first,
    remaining === null ? null : balanceOf({ remaining, refills_at }),
    secrets.toSorted((a, b) => a.version - b.version),
  )
}
