import { type KeyPosition, type Keyspace, type Store, type TimePosition, tellOfIdleKeys } from "@keyward/core"
import type { Job } from "./job.ts"

const batch = 200

/** Tells the audit trail of the keys that have become idle, and disables them where their policy says so. */
export const idleKeys: Job = {
  name: "idle-keys",
  everyMs: 6 * 60 * 60_000,
  async run({ deps }, stop) {
    for await (const keyspace of keyspacesOf(deps.store)) {
      let after: KeyPosition | null = null
      do {
        if (stop?.aborted) return
        after = await tellOfIdleKeys(deps, keyspace, { limit: batch, after })
      } while (after !== null)
    }
  },
}

/** The keyspaces of all organizations. */
async function* keyspacesOf(store: Store): AsyncGenerator<Keyspace> {
  const organizations = (after: TimePosition | null) => store.organizations({ limit: batch, after })
  for await (const { id } of everyOne(organizations)) {
    yield* everyOne((after) => store.keyspaces(id, { limit: batch, after }))
  }
}

async function* everyOne<Item>(
  list: (
    after: TimePosition | null,
  ) => Promise<{ readonly items: readonly Item[]; next: TimePosition | null }>,
): AsyncGenerator<Item> {
  let after: TimePosition | null = null
  do {
    const { items, next } = await list(after)
    yield* items
    after = next
  } while (after !== null)
}
