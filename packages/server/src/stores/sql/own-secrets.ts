import {
  endedForGood,
  fail,
  forgottenDigest,
  type Instant,
  type Page,
  type PageOf,
  type Resealed,
  type SealedSecret,
  type StoredUnder,
  sealedUnder,
  type VersionCount,
} from "@keyward/core"
import { type Kysely, type RawBuilder, sql } from "kysely"
import type { Schema } from "./schema.ts"

/** What comes before everything that is sealed. */
const sealedAtAll = "v1."

/** As the indexes have it: the version and the nonce. */
const start = sql<string>`substr(sealed, 1, 29)`

export async function storedUnder(
  db: Kysely<Schema>,
  what: StoredUnder,
  now: Instant,
  most: number,
): Promise<VersionCount[]> {
  const counts = new Map<number, number>()
  for (const { next, rows } of places[what](now)) {
    for (let version = await next(db, null); version !== null; version = await next(db, version)) {
      const before = counts.get(version) ?? 0
      const counted = await sql<{ count: number }>`
        select count(*) as count from (select 1 from ${rows(version)} limit ${most - before}) as counted`.execute(
        db,
      )
      const count = before + (counted.rows[0]?.count ?? 0)
      if (count > 0) counts.set(version, count)
    }
  }
  return [...counts].map(([version, count]) => ({ version, count })).sort((a, b) => a.version - b.version)
}

/** Where something is found under one version after the other, by one index. */
interface Place {
  /** The first version under which there is anything; after another one, in the order of the index. */
  next(db: Kysely<Schema>, after: number | null): Promise<number | null>
  /** The rows of a version that count, from the table on. */
  rows(version: number): RawBuilder<unknown>
}

const places: Readonly<Record<StoredUnder, (now: Instant) => readonly Place[]>> = {
  secrets: (now) => [
    digestPlace("secrets", mayLive, sql`expires_at is null`),
    digestPlace("secrets", mayLive, sql`expires_at > ${endedForGood(now)}`),
  ],
  unusable_secrets: (now) => unusable(now).map(({ table, some, counts }) => digestPlace(table, some, counts)),
  sessions: (now) => [digestPlace("sessions", null, sql`expires_at > ${now}`)],
  links: (now) => [digestPlace("links", sql`used_at is null`, sql`expires_at > ${now}`)],
  sealed_secrets: () => [sealedPlace("secrets", sql`and sealed is not null`)],
  replays: () => [sealedPlace("replays", sql``)],
}

// `secretIsUnusable` in terms of these tables, each part by an index of its own; nobody can use what is merely taken either.
const mayLive = sql`key_revoked_at is null`

interface Unusable {
  readonly table: "secrets" | "taken_digests"
  /** What the index is of; null: every row. */
  readonly some: RawBuilder<unknown> | null
  /** Which of its rows count; null: all. */
  readonly counts: RawBuilder<unknown> | null
}

function unusable(now: Instant): readonly Unusable[] {
  return [
    { table: "secrets", some: mayLive, counts: sql`expires_at <= ${endedForGood(now)}` },
    { table: "secrets", some: sql`key_revoked_at is not null`, counts: null },
    { table: "taken_digests", some: null, counts: null },
  ]
}

function digestPlace(
  table: "secrets" | "taken_digests" | "sessions" | "links",
  some: RawBuilder<unknown> | null,
  counts: RawBuilder<unknown> | null,
): Place {
  const both = sql.join(
    [some, counts].map((part) => (part ? sql`and ${part}` : sql``)),
    sql` `,
  )
  return {
    async next(db, after) {
      const found = await sql<{ version: number }>`
        select pepper_version as version from ${sql.table(table)}
        where pepper_version > ${after ?? 0} ${some ? sql`and ${some}` : sql``}
        order by pepper_version limit 1`.execute(db)
      return found.rows[0]?.version ?? null
    },
    rows: (version) => sql`${sql.table(table)} where pepper_version = ${version} ${both}`,
  }
}

function sealedPlace(table: "secrets" | "replays", present: RawBuilder<unknown>): Place {
  return {
    async next(db, after) {
      const found = await sql<{ start: string }>`
        select ${start} as start from ${sql.table(table)}
        where ${start} >= ${after === null ? sealedAtAll : sealedBefore(after)} and ${start} < 'v1.:' ${present}
        order by ${start} limit 1`.execute(db)
      const [first] = found.rows
      return first ? sealedUnder(first.start) : null
    },
    rows: (version) =>
      sql`${sql.table(table)}
        where ${start} >= ${sealedFrom(version)} and ${start} < ${sealedBefore(version)} ${present}`,
  }
}

/** Everything that is sealed under a version, and nothing else, is not before this one ... */
function sealedFrom(version: number): string {
  return `${sealedAtAll}${version}.`
}

/** ... and before this: `/` comes after `.`, and before the digits of a longer version. */
function sealedBefore(version: number): string {
  return `${sealedAtAll}${version}/`
}

export async function sealedSecrets(
  db: Kysely<Schema>,
  keyVersion: number,
  { limit, after }: Page<string>,
): Promise<PageOf<SealedSecret, string>> {
  const rows = await db
    .selectFrom("secrets")
    .select(["key_id", "version", "sealed"])
    .where("sealed", "is not", null)
    .where(start, ">", (after ?? sealedFrom(keyVersion)).slice(0, 29))
    .where(start, "<", sealedBefore(keyVersion))
    .orderBy(start)
    .limit(limit + 1)
    .execute()
  const items = rows.slice(0, limit).map(({ key_id, version, sealed }) => ({
    keyId: key_id,
    secretVersion: version,
    sealed: sealed ?? fail({ code: "store_unavailable" }),
  }))
  return { items, next: rows.length > limit ? (items.at(-1)?.sealed ?? null) : null }
}

export async function reseal(transaction: Kysely<Schema>, secrets: readonly Resealed[]): Promise<number> {
  let count = 0n
  for (const { keyId, secretVersion, sealed, resealed } of secrets) {
    const { numUpdatedRows } = await transaction
      .updateTable("secrets")
      .set({ sealed: resealed })
      .where("key_id", "=", keyId)
      .where("version", "=", secretVersion)
      .where("sealed", "=", sealed)
      .executeTakeFirstOrThrow()
    count += numUpdatedRows
  }
  return Number(count)
}

export async function forgetUnusable(
  transaction: Kysely<Schema>,
  pepperVersion: number,
  now: Instant,
  most: number,
): Promise<number> {
  let forgotten = 0
  for (const { table, some, counts } of unusable(now)) {
    const { rows } = digestPlace(table, some, counts)
    const forget = table === "secrets" ? forgetDigests : dropDigests
    forgotten += await forget(transaction, rows(pepperVersion), most - forgotten)
  }
  return forgotten
}

async function forgetDigests(
  transaction: Kysely<Schema>,
  rows: RawBuilder<unknown>,
  most: number,
): Promise<number> {
  const found = await sql<{ key_id: string; version: number; digest: string }>`
    select key_id, version, digest from ${rows} limit ${most}`.execute(transaction)
  let count = 0n
  for (const { key_id, version, digest } of found.rows) {
    const forgotten = forgottenDigest(key_id, version)
    const { numUpdatedRows } = await transaction
      .updateTable("secrets")
      .set({ digest: forgotten.digest, pepper_version: forgotten.pepperVersion })
      .where("key_id", "=", key_id)
      .where("version", "=", version)
      // It may have been presented, and be under a newer pepper since.
      .where("digest", "=", digest)
      .executeTakeFirstOrThrow()
    count += numUpdatedRows
  }
  return Number(count)
}

async function dropDigests(
  transaction: Kysely<Schema>,
  rows: RawBuilder<unknown>,
  most: number,
): Promise<number> {
  const { numAffectedRows } = await sql`
    delete from taken_digests where digest in (select digest from ${rows} limit ${most})`.execute(transaction)
  return Number(numAffectedRows ?? 0)
}
