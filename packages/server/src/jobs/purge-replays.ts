import type { Job } from "./job.ts"

const batch = 500

/** Deletes what is kept for the repetition of creating calls, once it is no good for that: there are secrets in it. */
export const purgeReplays: Job = {
  name: "purge-replays",
  everyMs: 10 * 60_000,
  async run({ store, deps }, stop) {
    let purged: number
    do purged = await store.purgeReplays(deps.clock.now(), batch)
    while (purged === batch && !stop?.aborted)
  },
}
