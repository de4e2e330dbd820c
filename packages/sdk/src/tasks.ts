import type { Query } from "@keyward/contract"
import * as contract from "@keyward/contract"
import type { Call } from "./call.ts"
import { keyedBy } from "./idempotency.ts"
import { itemsOfPages } from "./pages.ts"
import type { CallOptions, CreateOptions } from "./request.ts"
import type { Delay } from "./retry.ts"

/** How the end of a task is waited for. */
export interface WaitOptions extends CallOptions {
  /** How long to wait before the task is read again; milliseconds, default 1 000. */
  readonly pollMs?: number
  /** Told of the task each time that it was read and is still running. */
  readonly onProgress?: (task: contract.Task) => void
}

export function tasksOf(call: Call, delay: Delay) {
  const params = (taskId: string) => ({ params: { task_id: taskId } })
  const list = (query: Query<typeof contract.listTasks> = {}, options: CallOptions = {}) =>
    call(contract.listTasks, { query, ...options })
  const read = (taskId: string, options: CallOptions = {}) =>
    call(contract.readTask, { ...params(taskId), ...options })
  const results = (
    taskId: string,
    query: Query<typeof contract.listTaskResults> = {},
    options: CallOptions = {},
  ) => call(contract.listTaskResults, { ...params(taskId), query, ...options })
  return {
    /** Has many keys changed; the task goes on after the answer. With `dry_run` nothing is changed. */
    create: (task: contract.NewTask, { idempotencyKey, ...options }: CreateOptions = {}) =>
      call(contract.createTask, { headers: keyedBy(idempotencyKey), body: task, ...options }),
    /** One page. */
    list,
    /** All that match, page after page. */
    each: (query: Omit<Query<typeof contract.listTasks>, "cursor"> = {}, options: CallOptions = {}) =>
      itemsOfPages((at) => list({ ...query, ...at }, options)),
    /** How far it has come. */
    read,
    /** When this has resolved no further key is changed; what was changed stays so. */
    cancel: (taskId: string, options: CallOptions = {}) =>
      call(contract.cancelTask, { ...params(taskId), ...options }),
    /** One page of what it came to, key by key. */
    results,
    /** All of it, page after page. */
    eachResult: (
      taskId: string,
      query: Omit<Query<typeof contract.listTaskResults>, "cursor"> = {},
      options: CallOptions = {},
    ) => itemsOfPages((at) => results(taskId, { ...query, ...at }, options)),
    /** Reads the task again and again, and resolves with it when it has ended, however it did. */
    async wait(
      taskId: string,
      { pollMs = 1000, onProgress, ...options }: WaitOptions = {},
    ): Promise<contract.Task> {
      for (;;) {
        const task = await read(taskId, options)
        if (task.state !== "running") return task
        onProgress?.(task)
        await delay(pollMs, options.signal)
      }
    },
  }
}
