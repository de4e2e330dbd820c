import { later, newRandomId } from "@keyward/core"
import type { Logger } from "pino"
import type { Keyward } from "../keyward.ts"

/**
 * Something that is done again and again without a caller. It may be cut off at any point, and two nodes may come to do it
 * at once where one was believed dead, so whatever must happen once is recorded in the commit that does it.
 */
export interface Job {
  /** Unique; names the job's lease and its lines in the log. */
  readonly name: string
  /** How long after one run began the next is due, on whichever node. */
  readonly everyMs: number
  /**
   * Does what there is to do by the keyward's clock, in batches of bounded size.
   * @param stop aborted when the server closes: what is left is for the next run
   */
  run(keyward: Keyward, stop?: AbortSignal): Promise<void>
}

export interface RunningJobs {
  /** Begins nothing more, and waits for the runs under way, which are told to stop. */
  close(): Promise<void>
}

/** How often a job is looked at: whether it is due, and while it runs, to say that it still does. */
const lookMs = 30_000
/** How long a run that says nothing counts as going on. */
const silentMs = 4 * lookMs

/**
 * Runs jobs when they are due, for the first time when they have been looked at once. Each run has a lease in the store,
 * which lasts until the next run is due: so of all nodes one does it. A run that fails is logged, and gives its lease back.
 */
export function startJobs(keyward: Keyward, jobs: readonly Job[], logger: Logger): RunningJobs {
  const stopping = new AbortController()
  const underWay = new Map<Job, Promise<void>>()
  const timers = jobs.map((job) =>
    setInterval(
      () => {
        if (underWay.has(job)) return
        const run = runIfDue(keyward, job, logger, stopping.signal)
        underWay.set(
          job,
          run.finally(() => underWay.delete(job)),
        )
      },
      Math.min(job.everyMs, lookMs),
    ).unref(),
  )
  return {
    async close() {
      for (const timer of timers) clearInterval(timer)
      stopping.abort()
      await Promise.all(underWay.values())
    },
  }
}

/** Never throws: there is nobody to tell but the log. */
async function runIfDue(keyward: Keyward, job: Job, logger: Logger, stop: AbortSignal): Promise<void> {
  const { store, clock, entropy } = keyward.deps
  const begun = clock.now()
  const holder = newRandomId(entropy)
  const holdUntil = (until = later(clock.now(), silentMs)) =>
    store.lease(`job ${job.name}`, holder, clock.now(), until)
  const failed = (error: unknown) =>
    logger.error({ err: error, job: job.name }, "a job failed; it is tried again")
  const runs = async () => {
    let prolonged: Promise<unknown> = Promise.resolve()
    const prolonging = setInterval(() => {
      prolonged = holdUntil().catch(failed)
    }, lookMs)
    try {
      await job.run(keyward, stop)
      return !stop.aborted
    } catch (error) {
      failed(error)
      return false
    } finally {
      clearInterval(prolonging)
      // It would otherwise come after what the run leaves behind, and undo it.
      await prolonged
    }
  }
  try {
    if (await holdUntil()) await holdUntil((await runs()) ? later(begun, job.everyMs) : clock.now())
  } catch (error) {
    failed(error)
  }
}
