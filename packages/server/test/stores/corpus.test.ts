import { readdirSync, readFileSync } from "node:fs"
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

const entries = readdirSync(corpus)

describe.each(entries)("the database %s of the corpus", (entry) => {
  const read = (name: string) => readFileSync(new URL(`${entry}/${name}`, corpus), "utf8")
  const expected: Expected = JSON.parse(read("expected.json"))

  /** A copy, served by this program. */
  async function open() {
    const path = freshPath()
    const database = new Database(path)
    database.exec(read("database.sql"))
    const found = database.prepare("select max(version) as version from migrations").get()
    expect(found).toEqual({ version: expected.schema_version })
    database.close()

    const store = await openStore(`sqlite:${path}`)
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
    return { ask, moveTo, path, store }
  }

  test("is of a schema that this program knows", async () => {
    const { path } = await open()
    const database = new Database(path, { readonly: true })
    const { length } = migrations
    expect(database.prepare("select max(version) as version from migrations").get()).toEqual({
      version: length,
    })
    expect(database.pragma("integrity_check", { simple: true })).toBe("ok")
    expect(database.pragma("foreign_key_check")).toEqual([])
    database.close()
  })

  test("comes to the same verdicts, also once its secrets are under the newest pepper", async () => {
    const { ask, moveTo, path } = await open()
    for (const round of ["first", "second"]) {
      const codes: string[] = []
      for (const { reason, at, asked } of expected.presented) {
        moveTo(at)
        const { code } = await ask("POST", "/v1/keys/verify", { ...asked, dry_run: true })
        codes.push(`${reason}: ${code}`)
      }
      expect(codes, round).toEqual(expected.presented.map(({ reason, code }) => `${reason}: ${code}`))
    }
    const database = new Database(path, { readonly: true })
    const newest = Math.max(...Object.keys(expected.peppers).map(Number))
    const versions = database.prepare("select distinct pepper_version as version from secrets").all()
    database.close()
    expect(versions).toEqual([{ version: newest }])
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
