import type { Job } from "./job.ts"
import { purgeReplays } from "./purge-replays.ts"

/** All that a server does without being asked. */
export const jobs: readonly Job[] = [purgeReplays]
