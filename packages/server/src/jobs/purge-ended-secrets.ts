import { type EndedPosition, purgeEndedSecrets } from "@keyward/core"
import type { Job } from "./job.ts"

/** How many secrets one round looks at. */
const atOnce = 200

/** Forgets the secrets that ended long ago. */
export const purgeOfEndedSecrets: Job = {
  name: "purge-ended-secrets",
  everyMs: 6 * 60 * 60_000,
  async run({ deps }, stop) {
    let after: EndedPosition | null = null
    do after = await purgeEndedSecrets(deps, { limit: atOnce, after })
    while (after !== null && !stop?.aborted)
  },
}
