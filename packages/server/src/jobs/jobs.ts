import type { Job } from "./job.ts"

/** All that a server does without being asked. */
export const jobs: readonly Job[] = []
