import { type AuthorityDeps, runTask, type Task } from "@keyward/core"
import type { Logger } from "pino"
import { Turns } from "../turns.ts"

/** How many tasks one process works on at a time; the others wait for their turn. */
const atOnce = 4

/** Works on tasks in this process. What another node works on it leaves to that one. */
export class TaskRunner {
  readonly #deps: AuthorityDeps
  readonly #logger: Logger
  readonly #turns = new Turns({ concurrency: atOnce, waiting: Number.POSITIVE_INFINITY })
  readonly #begun = new Map<string, Promise<void>>()
  readonly #closing = new AbortController()

  constructor(deps: AuthorityDeps, logger: Logger) {
    this.#deps = deps
    this.#logger = logger
  }

  /**
   * Works on a task from now on. Nobody has to wait for it: where it fails, the log says so, and a job tries again. Nothing
   * happens to one that is begun already, has ended, or comes once this is closing.
   */
  begin({ organizationId, id }: Pick<Task, "organizationId" | "id">): void {
    if (this.#closing.signal.aborted || this.#begun.has(id)) return
    const work = this.#turns.take(() => this.#work(organizationId, id))
    this.#begun.set(
      id,
      work.finally(() => this.#begun.delete(id)),
    )
  }

  /** Begins nothing more, and waits for what is under way to stop after the key that it is at. The rest is for another run. */
  async close(): Promise<void> {
    this.#closing.abort()
    await Promise.all(this.#begun.values())
  }

  /** Never throws: there is nobody to tell but the log. */
  async #work(organizationId: string, id: string): Promise<void> {
    const { signal } = this.#closing
    if (signal.aborted) return
    try {
      await runTask(this.#deps, organizationId, id, signal)
    } catch (error) {
      this.#logger.error({ err: error, task: id }, "a task was interrupted; it is gone on with later")
    }
  }
}
