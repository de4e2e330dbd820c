import { existsSync, readdirSync, readFileSync } from "node:fs"
import type { AuditEvent } from "@keyward/contract"
import { type ChainHead, ChainVerifier, Peppers, Sealer, systemEntropy } from "@keyward/core"
import Database from "better-sqlite3"
import { pino } from "pino"
import { describe, expect, onTestFinished, test } from "vitest"
import { createApp } from "../../src/http/app.ts"
import { checkPeppers } from "../../src/installation-secrets.ts"
import { assembleKeyward } from "../../src/keyward.ts"
import { openStore } from "../../src/stores/open.ts"
import { migrations } from "../../src/stores/sql/migrations.ts"
import { connected } from "../postgres/connected.ts"
import { postgresUrl } from "../postgres/database.ts"
import { testClock } from "../test-clock.ts"
import { freshPath } from "./places.ts"

// What verified once still verifies: databases that earlier versions of the program filled, brought up to date by this one.
// vectors/README.md says what an entry is, and how the next one is made.

const corpus = new URL("../../../../vectors/corpus/", import.meta.url)

/** What has to hold of an entry's database. */
interface Expected {
  readonly schema_version: number
  /** By version, base64. */
  readonly peppers: Readonly<Record<string, string>>
  readonly encryption_keys: Readonly<Record<string, string>>
  /** Holds every management permission. */
  readonly management_key: string
  readonly organization_id: string
  readonly audit_head: ChainHead
  readonly presented: readonly {
    readonly reason: string
    readonly at: string
    readonly asked: Readonly<Record<string, unknown>> & { readonly key: string }
    readonly code: string
  }[]
  readonly revealed: readonly { readonly key_id: string; readonly secret: string }[]
  readonly keyspaces: readonly { readonly id: string; readonly has: Readonly<Record<string, unknown>> }[]
}

/** The database of an entry on one engine. */
interface Kept {
  readonly engine: string
  /** Of the entry. */
  readonly file: string
  /** Makes it again. @returns its URL */
  restore(sql: string): Promise<string>
  query(url: string, sql: string): Promise<unknown[]>
}

const sqlite: Kept = {
  engine: "sqlite",
  file: "database.sql",
  async restore(sql) {
    const path = freshPath()
    const database = new Database(path)
    database.exec(sql)
    database.close()
    return `sqlite:${path}`
  },
  async query(url, sql) {
    const database = new Database(url.slice("sqlite:".length), { readonly: true })
    const rows = database.prepare(sql).all()
    database.close()
    return rows
  },
}

const postgres: Kept = {
  engine: "postgres",
  file: "postgres.sql",
  async restore(sql) {
    const url = await postgresUrl()
    await postgres.query(url, sql)
    return url
  },
  query: (url, sql) => connected(url, async (client) => (await client.query(sql)).rows),
}

const entries = readdirSync(corpus).map((entry) => {
  const read = (name: string) => readFileSync(new URL(`${entry}/${name}`, corpus), "utf8")
  const expected: Expected = JSON.parse(read("expected.json"))
  const kept = [sqlite, postgres].filter(({ file }) => existsSync(new URL(`${entry}/${file}`, corpus)))
  return { entry, read, expected, kept }
})

test("each entry has the database of every engine that could be kept when it was made", () => {
  const engines = ({ expected }: (typeof entries)[number]) =>
    expected.schema_version > 11 ? ["sqlite", "postgres"] : ["sqlite"]
  expect(entries.length).toBeGreaterThan(0)
  expect(entries.map(({ kept }) => kept.map(({ engine }) => engine))).toEqual(entries.map(engines))
})

const databases = entries.flatMap(({ kept, ...entry }) => kept.map((one) => ({ ...entry, ...one })))

describe.each(databases)("the $engine database $entry of the corpus", (database) => {
  const { expected, read, engine, file, restore, query } = database

  /** A copy, served by this program. */
  async function open() {
    const url = await restore(read(file))
    const found = await query(url, "select cast(max(version) as integer) as version from migrations")
    expect(found).toEqual([{ version: expected.schema_version }])

    const store = await openStore(url)
    const peppers = new Peppers(bytesOf(expected.peppers))
    await checkPeppers(store, peppers)
    const logger = pino({ level: "silent" })
    const clock = testClock(expected.presented[0]?.at)
    const keyward = assembleKeyward({
      ...{ store, clock, peppers, logger, entropy: systemEntropy },
      sealer: new Sealer(bytesOf(expected.encryption_keys), systemEntropy),
      sessionLifetime: { idleMs: 1000, absoluteMs: 1000 },
      // So few that the store is asked again in the second round.
      ...{ cacheKeys: 1, trustedForMs: null, guessLimit: 0, usageFlushMs: null },
    })
    const app = createApp(keyward, { logger, trustedHops: 0, publicUrl: null })
    onTestFinished(async () => {
      await app.close()
      await keyward.close()
    })
    const ask = async (method: "GET" | "POST", url: string, payload?: object) => {
      const headers = { authorization: `Bearer ${expected.management_key}` }
      const answer = await app.inject({ method, url, headers, ...(payload && { payload }) })
      expect(answer.statusCode, answer.body).toBe(200)
      return answer.json()
    }
    const moveTo = (instant: string) => clock.advance(Date.parse(instant) - clock.now())
    return { ask, moveTo, url, store }
  }

  test("is of a schema that this program knows", async () => {
    const { url } = await open()
    const version = migrations.length
    expect(await query(url, "select cast(max(version) as integer) as version from migrations")).toEqual([
      { version },
    ])
    if (engine !== "sqlite") return
    expect(await query(url, "pragma integrity_check")).toEqual([{ integrity_check: "ok" }])
    expect(await query(url, "pragma foreign_key_check")).toEqual([])
  })

  test("comes to the same verdicts, also once its secrets are under the newest pepper", async () => {
    const { ask, moveTo, url } = await open()
    for (const round of ["first", "second"]) {
      const codes: string[] = []
      for (const { reason, at, asked } of expected.presented) {
        moveTo(at)
        const { code } = await ask("POST", "/v1/keys/verify", { ...asked, dry_run: true })
        codes.push(`${reason}: ${code}`)
      }
      expect(codes, round).toEqual(expected.presented.map(({ reason, code }) => `${reason}: ${code}`))
    }
    const newest = Math.max(...Object.keys(expected.peppers).map(Number))
    const under = "select distinct cast(pepper_version as integer) as version from secrets"
    expect(await query(url, under)).toEqual([{ version: newest }])
  })

  test("has secrets that are read again", async () => {
    const { ask } = await open()
    for (const { key_id, secret } of expected.revealed) {
      const revealed = await ask("POST", `/v1/keys/${key_id}/reveal`, { reason: "corpus" })
      expect(revealed).toEqual({ key_id, secret })
    }
  })

  test("has keyspaces with the rules that they had", async () => {
    const { ask } = await open()
    for (const { id, has } of expected.keyspaces)
      expect(await ask("GET", `/v1/keyspaces/${id}`)).toMatchObject(has)
  })

  test("has a whole audit chain, which goes on", async () => {
    const { ask, store } = await open()
    const follow = async (end: ChainHead | null) => {
      const chain = new ChainVerifier()
      let cursor: string | null = null
      do {
        const query: string = cursor === null ? "" : `&cursor=${encodeURIComponent(cursor)}`
        const page = await ask("GET", `/v1/audit?order=oldest&limit=200${query}`)
        for (const event of page.items as AuditEvent[]) expect(chain.next(event)).toBeNull()
        cursor = page.next_cursor
      } while (cursor !== null)
      expect(chain.end(end ?? (await store.auditHead(expected.organization_id)))).toBeNull()
    }
    await follow(expected.audit_head)
    const [first] = expected.revealed
    await ask("POST", `/v1/keys/${first?.key_id}/reveal`, { reason: "corpus" })
    await follow(null)
  })
})

function bytesOf(encoded: Readonly<Record<string, string>>): ReadonlyMap<number, Uint8Array> {
  return new Map(
    Object.entries(encoded).map(([version, text]) => [Number(version), Buffer.from(text, "base64")]),
  )
}
