import { bounds, keyStates, type RemovalPreview as Printed } from "@keyward/contract"
import { type Instant, type RemovalPreview, stateAt } from "@keyward/core"

/** How the native API tells what a removal would do. Keys that the caller may not read are counted, and not named. */
export function printRemovalPreview({ keys, readable }: RemovalPreview, now: Instant): Printed {
  const states = keys.map((key) => stateAt(key, now))
  return {
    keys: readable.slice(0, bounds.removal.shown).map((key) => ({
      id: key.id,
      name: key.name,
      keyspace_id: key.keyspaceId,
      state: stateAt(key, now),
    })),
    total: keys.length,
    counts: keyStates
      .map((state) => ({ state, count: states.filter((each) => each === state).length }))
      .filter(({ count }) => count > 0),
  }
}
