import { type DueKey, rotateDueKey } from "@keyward/core"
import type { Job } from "./job.ts"

const batch = 200

/** Rotates the keys whose schedule says so, or tells the audit trail that they are to be rotated. */
export const scheduledRotation: Job = {
  name: "scheduled-rotation",
  everyMs: 5 * 60_000,
  async run({ store, deps }, stop) {
    const errors: unknown[] = []
    let after: DueKey | null = null
    do {
      const { items, next } = await store.keysDueForRotation(deps.clock.now(), { limit: batch, after })
      for (const key of items) {
        if (stop?.aborted) break
        // One key that cannot be rotated keeps no other from it.
        await rotateDueKey(deps, key).catch((error: unknown) => errors.push(error))
      }
      after = next
    } while (after !== null && !stop?.aborted)
    if (errors.length > 0)
      throw new AggregateError(errors, `Keys that could not be rotated: ${errors.length}.`)
  },
}
