import { statSync, writeFileSync } from "node:fs"
import { AuthorityError, isFailure } from "@keyward/core"
import Database from "better-sqlite3"
import { expect, test } from "vitest"
import { openSqliteStore } from "../../src/stores/sqlite/open.ts"
import { freshPath } from "./places.ts"

test("the files can be read by their owner alone", async () => {
  const path = freshPath()
  const store = await openSqliteStore({ path })
  await store.ensureSetting("a", "b")
  for (const file of [path, `${path}-wal`, `${path}-shm`]) {
    expect(statSync(file).mode & 0o777, file).toBe(0o600)
  }
  await store.close()
})

test("each commit is on the disk when it returns", async () => {
  const path = freshPath()
  const statements: string[] = []
  const store = await openSqliteStore({ path, onStatement: ({ sql }) => statements.push(sql) })
  const database = new Database(path)
  expect(database.pragma("journal_mode", { simple: true })).toBe("wal")
  database.close()
  await store.ensureSetting("a", "b")
  expect(statements).toContain("begin immediate")
  await store.close()
})

test("a commit waits for another connection's, and the process goes on meanwhile", async () => {
  const path = freshPath()
  const store = await openSqliteStore({ path })
  const other = new Database(path)
  other.exec("begin immediate")
  const waiting = store.ensureSetting("a", "b")
  // The other connection is of this very process: it can end its transaction only if the waiting lets it.
  setImmediate(() => other.exec("commit"))
  expect(await waiting).toBe("b")
  other.close()
  await store.close()
})

test("a commit that waits in vain is told that the store is unavailable, with the reason", async () => {
  const path = freshPath()
  const store = await openSqliteStore({ path, busyTimeoutMs: 20 })
  const other = new Database(path)
  other.exec("begin immediate")
  const error = await store.ensureSetting("a", "b").catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({ failure: { code: "store_unavailable" }, cause: { code: "SQLITE_BUSY" } })
  other.exec("rollback")
  expect(await store.ensureSetting("a", "b")).toBe("b")
  other.close()
  await store.close()
})

test("what is no database, or nowhere, is a store that is unavailable", async () => {
  const path = freshPath()
  writeFileSync(path, "This is a letter, not a database. ".repeat(100))
  const places = [path, `${path}/below a file`, `${path} missing folder/keyward.db`]
  for (const place of places) {
    const error = await openSqliteStore({ path: place }).catch((thrown: unknown) => thrown)
    expect(isFailure(error, "store_unavailable"), place).toBe(true)
    expect(error).toBeInstanceOf(AuthorityError)
    expect((error as AuthorityError).cause).toBeInstanceOf(Error)
  }
})
