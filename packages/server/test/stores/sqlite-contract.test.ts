import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Store } from "@keyward/core"
import { type StatementWatch, storeContract } from "@keyward/core/store-contract"
import Database from "better-sqlite3"
import { afterAll } from "vitest"
import type { Statement } from "../../src/stores/sql/engine.ts"
import { tables } from "../../src/stores/sql/schema.ts"
import { openSqliteStore } from "../../src/stores/sqlite/open.ts"
import { executedOnce } from "./statements.ts"

const folder = mkdtempSync(join(tmpdir(), "keyward-sqlite-"))
const opened = new Map<Store, { readonly path: string; readonly executed: Statement[] }>()
afterAll(() => rmSync(folder, { recursive: true }))

storeContract(
  "sqlite",
  async () => {
    const path = join(folder, `${opened.size}.db`)
    const executed: Statement[] = []
    const store = await openSqliteStore({ path, onStatement: (statement) => executed.push(statement) })
    opened.set(store, { path, executed })
    return store
  },
  {
    reopen: (store) => openSqliteStore({ path: placeOf(store).path }),
    watch: (store) => watch(placeOf(store)),
  },
)

function placeOf(store: Store) {
  const place = opened.get(store)
  if (!place) throw new Error("This store was opened elsewhere.")
  return place
}

function watch({
  path,
  executed,
}: {
  readonly path: string
  readonly executed: Statement[]
}): StatementWatch {
  return {
    forget: () => executed.splice(0),
    async plans() {
      const database = new Database(path, { readonly: true })
      try {
        return executedOnce(executed).map(({ sql, parameters }) => {
          const plan = database
            .prepare<unknown[], { detail: string }>(`explain query plan ${sql}`)
            .all(parameters)
          return { sql, faults: plan.map(({ detail }) => detail).filter(isFault) }
        })
      } finally {
        database.close()
      }
    },
  }
}

/** What a plan is made of where a table is read from end to end, or its rows are sorted. */
function isFault(detail: string): boolean {
  const [verb, table = ""] = detail.split(" ")
  const scan = verb === "SCAN" && (tables as readonly string[]).includes(table)
  return scan || detail.startsWith("USE TEMP B-TREE")
}
