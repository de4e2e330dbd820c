import { expiryNotices } from "./expiry-notices.ts"
import { idleKeys } from "./idle-keys.ts"
import type { Job } from "./job.ts"
import { purgeOfDeletedKeys } from "./purge-deleted-keys.ts"
import { purgeOfEndedSecrets } from "./purge-ended-secrets.ts"
import { purgeReplays } from "./purge-replays.ts"
import { purgeTasks } from "./purge-tasks.ts"
import { runTasks } from "./run-tasks.ts"
import { scheduledRotation } from "./scheduled-rotation.ts"

/** All that a server does without being asked. */
export const jobs: readonly Job[] = [
  expiryNotices,
  idleKeys,
  purgeOfDeletedKeys,
  purgeOfEndedSecrets,
  purgeReplays,
  purgeTasks,
  runTasks,
  scheduledRotation,
]
