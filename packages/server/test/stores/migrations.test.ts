import { execFile } from "node:child_process"
import process from "node:process"
import { promisify } from "node:util"
import { type Instant, later, openPolicy } from "@keyward/core"
import Database from "better-sqlite3"
import pg from "pg"
import { describe, expect, test } from "vitest"
import { openStore } from "../../src/stores/open.ts"
import { openPostgres } from "../../src/stores/postgres/engine.ts"
import { migrate } from "../../src/stores/sql/migrate.ts"
import { migrations } from "../../src/stores/sql/migrations.ts"
import { openSqlite } from "../../src/stores/sqlite/engine.ts"
import { postgresUrl } from "../postgres/database.ts"
import { freshPath } from "./places.ts"

const engines = [
  {
    engine: "sqlite",
    newUrl: async () => `sqlite:${freshPath()}`,
    engineOf: (url: string) => openSqlite({ path: url.slice("sqlite:".length) }),
    async query(url: string, sql: string): Promise<unknown[]> {
      const database = new Database(url.slice("sqlite:".length))
      const statement = database.prepare(sql)
      const rows = statement.reader ? statement.all() : [statement.run()]
      database.close()
      return rows
    },
  },
  {
    engine: "postgres",
    newUrl: postgresUrl,
    engineOf: (url: string) => openPostgres({ url }),
    async query(url: string, sql: string): Promise<unknown[]> {
      const client = new pg.Client({ connectionString: url })
      await client.connect()
      const { rows } = await client.query(sql)
      await client.end()
      return rows
    },
  },
]

const opener = `
const { openStore } = await import(${JSON.stringify(new URL("../../src/stores/open.ts", import.meta.url).href)})
const store = await openStore(process.argv[1])
await store.ensureSetting("opened by " + process.pid, "")
await store.close()
`

describe.each(engines)("migrations on $engine", ({ newUrl, engineOf, query }) => {
  test("of processes that open a new database at once, all succeed and one migrates", async () => {
    const url = await newUrl()
    const open = () => promisify(execFile)(process.execPath, ["--input-type=module", "-e", opener, url])
    await Promise.all([open(), open(), open(), open()])
    const versions = await query(url, "select cast(version as text) as version from migrations")
    expect(versions).toEqual(migrations.map((_, at) => ({ version: String(at + 1) })))
    expect(await query(url, "select name from settings")).toHaveLength(4)
  })

  test("the most active keys of a keyspace become a part of its policy", async () => {
    const url = await newUrl()
    const engine = engineOf(url)
    expect(await migrate(engine, 1)).toBe(1)
    await engine.db.destroy()
    for (const [id, most] of [
      ["capped", "7"],
      ["open", "null"],
    ]) {
      await query(
        url,
        `insert into keyspaces (id, organization_id, kind, name, description, format, prefix, retention, permissions,
          roles, limits, max_active_keys, created_at, updated_at, revision) values ('${id}', 'o', 'standard', '${id}', '',
          'native', 'x', 'digest', '[]', '[]', '[]', ${most}, 1, 1, 1)`,
      )
    }
    const store = await openStore(url)
    expect((await store.keyspace("o", "capped"))?.policy).toEqual({ ...openPolicy, maxKeys: 7 })
    expect((await store.keyspace("o", "open"))?.policy).toEqual(openPolicy)
    await store.close()
  })

  test("keys that were there before their expiry was told of are told of from then on", async () => {
    const url = await newUrl()
    const engine = engineOf(url)
    const step = migrations.findIndex(({ name }) => name === "notices of expiry")
    await migrate(engine, step)
    await engine.db.destroy()
    const dayMs = 24 * 3_600_000
    const now = Date.now()
    await query(
      url,
      `insert into keyspaces (id, organization_id, kind, name, description, format, prefix, retention, permissions,
        roles, limits, created_at, updated_at, revision) values ('s', 'o', 'standard', 's', '', 'native', 'x', 'digest',
        '[]', '[]', '[]', 1, 1, 1)`,
    )
    const rows: readonly [id: string, expiresAt: number | null, disabledAt: number | null][] = [
      ["later", now + 40 * dayMs, null],
      ["soon", now + 20 * dayMs, null],
      ["off", now + 40 * dayMs, 1],
      ["over", now - dayMs, null],
      ["never", null, null],
    ]
    for (const [at, [id, expiresAt, disabledAt]] of rows.entries()) {
      await query(
        url,
        `insert into keys (id, organization_id, alias, keyspace_id, owner_kind, owner_id, name, permissions, roles, tags,
          metadata, limits, allowed_addresses, allowed_origins, expires_at, disabled_at, created_at, updated_at, revision)
          values ('${id}', 'o', ${at + 1}, 's', 'external', 'x', '${id}', '[]', '[]', '[]', '{}', '[]', '[]', '[]',
          ${expiresAt}, ${disabledAt}, 1, 1, 1)`,
      )
    }
    const store = await openStore(url)
    const page = { limit: 10, after: null }
    const { items } = await store.keysDueForNotice(later(now as Instant, 30 * dayMs), page)
    expect(items.map(({ id, dueAt }) => [id, dueAt - now])).toEqual([
      ["soon", -10 * dayMs],
      ["later", 10 * dayMs],
    ])
    await store.close()
  })

  test("of keys that were purged nothing is left but their digests, and what a pepper is needed for is known", async () => {
    const url = await newUrl()
    const engine = engineOf(url)
    await migrate(
      engine,
      migrations.findIndex(({ name }) => name === "secrets that are over"),
    )
    await engine.db.destroy()
    await query(
      url,
      `insert into keyspaces (id, organization_id, kind, name, description, format, prefix, retention, permissions,
        roles, limits, created_at, updated_at, revision) values ('s', 'o', 'standard', 's', '', 'native', 'x', 'digest',
        '[]', '[]', '[]', 1, 1, 1)`,
    )
    for (const [at, [id, revokedAt]] of Object.entries({ live: null, revoked: 5, purged: null }).entries()) {
      if (id !== "purged") {
        await query(
          url,
          `insert into keys (id, organization_id, alias, keyspace_id, owner_kind, owner_id, name, permissions, roles, tags,
            metadata, limits, allowed_addresses, allowed_origins, revoked_at, created_at, updated_at, revision)
            values ('${id}', 'o', ${at}, 's', 'external', 'x', '${id}', '[]', '[]', '[]', '{}', '[]', '[]', '[]',
            ${revokedAt}, 1, 1, 1)`,
        )
      }
      await query(
        url,
        `insert into secrets (key_id, version, digest, pepper_version, hint_start, hint_end, created_at)
          values ('${id}', 1, 'digest ${id}', 3, '', '', 1)`,
      )
    }
    const store = await openStore(url)
    const now = 10 as Instant
    expect(await store.storedUnder("secrets", now, 9)).toEqual([{ version: 3, count: 1 }])
    expect(await store.storedUnder("unusable_secrets", now, 9)).toEqual([{ version: 3, count: 2 }])
    expect(await store.digestTaken([{ pepperVersion: 3, digest: "digest purged" }])).toBe(true)
    expect((await store.key("o", "revoked"))?.secrets).toHaveLength(1)
    expect(await query(url, "select digest from taken_digests")).toEqual([{ digest: "digest purged" }])
    expect(await query(url, "select key_id from secrets order by key_id")).toHaveLength(2)
    await store.close()
  })

  test("an up-to-date database is opened as it is", async () => {
    const url = await newUrl()
    const first = await openStore(url)
    await first.ensureSetting("a", "b")
    await first.close()
    const again = await openStore(url)
    expect(await again.setting("a")).toBe("b")
    await again.close()
  })

  test("a database that a newer program has migrated is refused, and stays as it is", async () => {
    const url = await newUrl()
    await (await openStore(url)).close()
    const newer = migrations.length + 1
    await query(url, `insert into migrations (version, name) values (${newer}, 'of the future')`)
    await expect(openStore(url)).rejects.toThrow(
      `The database has version ${newer} of the schema, and this version of Keyward knows none after ${migrations.length}.`,
    )
    expect(await query(url, "select 1 as one from migrations")).toHaveLength(newer)
  })
})
