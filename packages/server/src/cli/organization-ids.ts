import type { Store, TimePosition } from "@keyward/core"

/** The ids of all organizations of a store, oldest first. */
export async function* organizationIds(store: Store): AsyncGenerator<string, void, undefined> {
  for (let after: TimePosition | null = null; ; ) {
    const { items, next } = await store.organizations({ limit: 200, after })
    for (const { id } of items) yield id
    if (next === null) return
    after = next
  }
}
