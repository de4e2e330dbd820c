import { purgeDeletedKeys } from "@keyward/core"
import type { Job } from "./job.ts"

/** How many keys one round forgets. */
const atOnce = 100

/** Forgets the keys that can be restored no more. */
export const purgeOfDeletedKeys: Job = {
  name: "purge-deleted-keys",
  everyMs: 60 * 60 * 1000,
  async run({ deps }, stop) {
    let purged: number
    do {
      purged = await purgeDeletedKeys(deps, atOnce)
    } while (purged === atOnce && !stop?.aborted)
  },
}
