import { later, taskLifetimeMs } from "@keyward/core"
import type { Job } from "./job.ts"

/** How many results one round forgets. */
const atOnce = 500

/** Forgets the tasks that ended long ago, and what they came to. */
export const purgeTasks: Job = {
  name: "purge-tasks",
  everyMs: 60 * 60 * 1000,
  async run({ store, deps }, stop) {
    let purged: number
    do {
      purged = await store.purgeTask(later(deps.clock.now(), -taskLifetimeMs), atOnce)
    } while (purged > 0 && !stop?.aborted)
  },
}
