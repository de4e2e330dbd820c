import { countedKeys } from "@keyward/contract"
import type { Instant, Key, KeyCaps } from "@keyward/core"
import { sql } from "kysely"
import { describe, expect, test } from "vitest"
import { openPostgres } from "../../src/stores/postgres/engine.ts"
import { firstBeyond, olderNamesakes } from "../../src/stores/sql/beyond-caps.ts"
import type { Engine, Statement } from "../../src/stores/sql/engine.ts"
import { demandCaps } from "../../src/stores/sql/key-caps.ts"
import { migrate } from "../../src/stores/sql/migrate.ts"
import { openSqlite } from "../../src/stores/sqlite/engine.ts"
import { postgresUrl } from "../postgres/database.ts"
import { freshPath } from "./places.ts"
import { executedOnce } from "./statements.ts"

const now = 1_000_000 as Instant

/** A new key of somebody with ten of the 5000 keys that `fill` makes. */
const key: Key = {
  id: "new",
  alias: 1_000_000,
  organizationId: "o",
  keyspaceId: "s",
  owner: { kind: "external", id: "owner 7" },
  name: "new",
  permissions: [],
  roles: [],
  tags: [],
  metadata: {},
  limits: [],
  credits: null,
  allowedAddresses: [],
  allowedOrigins: [],
  notBefore: null,
  expiresAt: null,
  rotation: null,
  disabledAt: null,
  revokedAt: null,
  revocation: null,
  deleteProtected: false,
  deletedAt: null,
  createdAt: now,
  updatedAt: now,
  revision: 1,
  lastUsedAt: null,
  secrets: [],
}

/** One keyspace, 500 owners, every other key for good and every other until some time before or after `now`. */
async function fill({ db }: Engine): Promise<void> {
  await sql`insert into keyspaces (id, organization_id, kind, name, description, format, prefix, retention, permissions,
    roles, limits, created_at, updated_at, revision)
    values ('s', 'o', 'standard', 's', '', 'native', 'x', 'digest', '[]', '[]', '[]', 1, 1, 1)`.execute(db)
  await sql`insert into keys (id, organization_id, alias, keyspace_id, owner_kind, owner_id, name, permissions, roles,
    tags, metadata, limits, allowed_addresses, allowed_origins, expires_at, created_at, updated_at, revision)
    with recursive numbers (n) as (select 1 union all select n + 1 from numbers where n < 5000)
    select 'k' || n, 'o', n, 's', 'external', 'owner ' || (n % 500), 'key ' || n, '[]', '[]', '[]', '{}', '[]', '[]',
      '[]', case when n / 500 % 2 = 0 then 400 * n else null end, 1, 1, 1 from numbers`.execute(db)
}

const engines = [
  {
    engine: "sqlite",
    open: async (onStatement: (statement: Statement) => void) =>
      openSqlite({ path: freshPath(), onStatement }),
    explain: "explain query plan",
    /** By owner: the condition that finds the place in the index. */
    byOwner: /SEARCH keys .*owner_id=\? AND owner_kind=\?/,
  },
  {
    engine: "postgres",
    open: async (onStatement: (statement: Statement) => void) =>
      openPostgres({ url: await postgresUrl(), onStatement }),
    explain: "explain",
    byOwner: /Index Cond: .*owner_id = /,
  },
] as const

/** How the engine would execute a statement. */
async function planOf(
  engine: Engine,
  explain: string,
  { sql: text, parameters }: Statement,
): Promise<string> {
  const { rows } = await engine.db.executeQuery<object>({
    ...sql``.compile(engine.db),
    sql: `${explain} ${text}`,
    parameters,
  })
  return rows.map((row) => Object.values(row).join(" ")).join("\n")
}

describe.each(engines)("caps on $engine", ({ open, explain, byOwner }) => {
  test.each(countedKeys)(
    "read no keys but the owner's where they are about an owner: %s",
    async (counted) => {
      const executed: Statement[] = []
      const engine = await open((statement) => executed.push(statement))
      await migrate(engine)
      await fill(engine)
      await sql`analyze`.execute(engine.db)
      executed.length = 0

      const policy: KeyCaps = { maxKeys: null, maxKeysPerOwner: 100, countedKeys: counted, uniqueNames: true }
      await demandCaps(engine.db, null, key, policy)
      const statements = executedOnce(executed)
      expect(statements.length).toBe(counted === "active" ? 3 : 2)
      for (const statement of statements) {
        expect(await planOf(engine, explain, statement), statement.sql).toMatch(byOwner)
      }
      await engine.db.destroy()
    },
  )

  test("count what counts, and nothing else", async () => {
    const engine = await open(() => undefined)
    await migrate(engine)
    await fill(engine)
    const demand = (policy: Partial<KeyCaps>) =>
      demandCaps(engine.db, null, key, {
        maxKeys: null,
        maxKeysPerOwner: null,
        countedKeys: "active",
        uniqueNames: false,
        ...policy,
      })
    const full = (limit: number, per: string) => ({ failure: { code: "too_many_keys", limit, per } })
    // Of the owner's ten: five for good, and of the others those with 400 n > now.
    await demand({ maxKeysPerOwner: 8 })
    await expect(demand({ maxKeysPerOwner: 7 })).rejects.toMatchObject(full(7, "owner"))
    await demand({ maxKeysPerOwner: 11, countedKeys: "all" })
    await expect(demand({ maxKeysPerOwner: 10, countedKeys: "all" })).rejects.toMatchObject(full(10, "owner"))
    await demand({ maxKeys: 5001, countedKeys: "all" })
    await expect(demand({ maxKeys: 5000, countedKeys: "all" })).rejects.toMatchObject(full(5000, "keyspace"))
    await engine.db.destroy()
  })

  test("what is beyond them is found by age, among what counts alone", async () => {
    const executed: Statement[] = []
    const engine = await open((statement) => executed.push(statement))
    await migrate(engine)
    await fill(engine)
    // Most of what there was is over, as it comes to be where keys are made and revoked by machines.
    await sql`update keys set disabled_at = 1 where alias >= 2000`.execute(engine.db)
    await sql`analyze`.execute(engine.db)
    const plan = async (read: () => Promise<unknown>) => {
      executed.length = 0
      await read()
      const last = executedOnce(executed).at(-1)
      return last ? planOf(engine, explain, last) : ""
    }
    for (const [countedKeys, owner, index] of [
      ["active", null, "keys_that_count_by_age"],
      ["active", key.owner, "keys_of_owner_that_count_by_age"],
      ["all", null, "keys_by_keyspace"],
      ["all", key.owner, "keys_of_owner_by_age"],
    ] as const) {
      const maximum = { keyspaceId: "s", owner, countedKeys, limit: 1 }
      const found = await plan(() => firstBeyond(engine.db, "o", maximum, now))
      expect(found).toMatch(new RegExp(`\\b${index}\\b`))
    }
    expect(await plan(() => olderNamesakes(engine.db, "o", ["k7", "k507"], 5))).toMatch(/\bkeys_of_owner\b/)
    await engine.db.destroy()
  })
})
