import { type DueKey, giveExpiryNotice } from "@keyward/core"
import type { Job } from "./job.ts"

const batch = 200

/** Tells the audit trail of keys that are close to their expiry. */
export const expiryNotices: Job = {
  name: "expiry-notices",
  everyMs: 10 * 60_000,
  async run({ deps }, stop) {
    let after: DueKey | null = null
    do {
      const due = await deps.store.keysDueForNotice(deps.clock.now(), { limit: batch, after })
      for (const key of due.items) {
        if (stop?.aborted) return
        await giveExpiryNotice(deps, key)
      }
      after = due.next
    } while (after !== null)
  },
}
