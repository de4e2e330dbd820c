import {
  fail,
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
  const { next, rows } = what === "sealed_secrets" || what === "replays" ? sealed[what] : digested[what]
  const counts: VersionCount[] = []
  for (let version = await next(db, null); version !== null; version = await next(db, version)) {
    const counted = sql<{ count: number }>`
      select count(*) as count from (select 1 from ${rows(version, now)} limit ${most}) as counted`
    const count = (await counted.execute(db)).rows[0]?.count ?? 0
    if (count > 0) counts.push({ version, count })
  }
  return counts.sort((a, b) => a.version - b.version)
}

interface Place {
  /** The first version under which there is anything; after another one, in the order of the index. */
  next(db: Kysely<Schema>, after: number | null): Promise<number | null>
  /** The rows of a version that count, from the table on. */
  rows(version: number, now: Instant): RawBuilder<unknown>
}

const digested = {
  secrets: digestPlace("secrets", () => sql``),
  sessions: digestPlace("sessions", (now) => sql`and expires_at > ${now}`),
  links: digestPlace("links", (now) => sql`and used_at is null and expires_at > ${now}`),
}

const sealed = {
  sealed_secrets: sealedPlace("secrets", sql`and sealed is not null`),
  replays: sealedPlace("replays", sql``),
}

function digestPlace(
  table: "secrets" | "sessions" | "links",
  counts: (now: Instant) => RawBuilder<unknown>,
): Place {
  const unused = table === "links" ? sql`and used_at is null` : sql``
  return {
    async next(db, after) {
      const found = await sql<{ version: number }>`
        select pepper_version as version from ${sql.table(table)} where pepper_version > ${after ?? 0} ${unused}
        order by pepper_version limit 1`.execute(db)
      return found.rows[0]?.version ?? null
    },
    rows: (version, now) => sql`${sql.table(table)} where pepper_version = ${version} ${counts(now)}`,
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
