import pg from "pg"
import { expect, test } from "vitest"
import { postgresUrl } from "./database.ts"

test("each call gets an empty database of its own, in UTF-8", async () => {
  const urls = await Promise.all([postgresUrl(), postgresUrl()])
  expect(new Set(urls).size).toBe(2)
  for (const connectionString of urls) {
    const client = new pg.Client({ connectionString })
    await client.connect()
    const tables = await client.query("select 1 from information_schema.tables where table_schema = 'public'")
    const encoding = await client.query("show server_encoding")
    await client.end()
    expect(tables.rows).toEqual([])
    expect(encoding.rows).toEqual([{ server_encoding: "UTF8" }])
  }
})
