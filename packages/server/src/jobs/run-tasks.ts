import type { TimePosition } from "@keyward/core"
import type { Job } from "./job.ts"

const batch = 100

/** Begins the tasks that no node works on: those whose node is gone, or was interrupted. */
export const runTasks: Job = {
  name: "run-tasks",
  everyMs: 30_000,
  async run({ store, taskRunner }, stop) {
    let after: TimePosition | null = null
    do {
      const { items, next } = await store.runningTasks({ limit: batch, after })
      for (const task of items) taskRunner.begin(task)
      after = next
    } while (after !== null && !stop?.aborted)
  },
}
