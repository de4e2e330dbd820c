import type { Store } from "@keyward/core"
import { type StatementWatch, storeContract } from "@keyward/core/store-contract"
import pg from "pg"
import { openPostgresStore } from "../../src/stores/postgres/open.ts"
import type { Statement } from "../../src/stores/sql/engine.ts"
import { postgresUrl } from "../postgres/database.ts"
import { executedOnce } from "./statements.ts"

const opened = new Map<Store, { readonly url: string; readonly executed: Statement[] }>()

storeContract(
  "postgres",
  async () => {
    const url = await postgresUrl()
    const executed: Statement[] = []
    const store = await openPostgresStore({ url, onStatement: (statement) => executed.push(statement) })
    opened.set(store, { url, executed })
    return store
  },
  {
    reopen: (store) => openPostgresStore({ url: placeOf(store).url }),
    watch: (store) => watch(placeOf(store)),
  },
)

function placeOf(store: Store) {
  const place = opened.get(store)
  if (!place) throw new Error("This store was opened elsewhere.")
  return place
}

/** Tables of a few rows are read whole because that is quicker; forbidding it shows whether an index could serve. */
function watch({ url, executed }: { readonly url: string; readonly executed: Statement[] }): StatementWatch {
  return {
    forget: () => executed.splice(0),
    async plans() {
      const client = new pg.Client({ connectionString: url })
      await client.connect()
      try {
        await client.query(
          "analyze; set enable_seqscan = off; set enable_sort = off; set enable_bitmapscan = off",
        )
        const plans = []
        for (const { sql, parameters } of executedOnce(executed)) {
          const { rows } = await client.query(`explain (format json) ${sql}`, [...parameters])
          plans.push({ sql, faults: faultsOf(rows[0]["QUERY PLAN"][0].Plan) })
        }
        return plans
      } finally {
        await client.end()
      }
    },
  }
}

interface PlanNode {
  readonly "Node Type": string
  readonly "Relation Name"?: string
  readonly "Index Cond"?: string
  readonly Plans?: readonly PlanNode[]
}

function faultsOf(node: PlanNode): string[] {
  const type = node["Node Type"]
  const what = `${type} on ${node["Relation Name"] ?? "rows"}`
  const unbounded = /^Index (Only )?Scan$/.test(type) && node["Index Cond"] === undefined
  const faults =
    type === "Seq Scan" || type === "Sort" ? [what] : unbounded ? [`${what} from end to end`] : []
  return [...faults, ...(node.Plans ?? []).flatMap(faultsOf)]
}
