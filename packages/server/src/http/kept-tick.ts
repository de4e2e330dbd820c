import { executionAsyncResource } from "node:async_hooks"

/**
 * One entry of the queue of `process.nextTick`, kept for as long as the process lives, so that V8 keeps the hidden class
 * of its kind. In Node.js 24 that class is collected once a few full collections have found nothing queued, and
 * `nextTick`, which remembers the class it saw first, is six times slower from then on; every request over HTTP calls it
 * several times. It helps only before that has happened, so it is to be imported before all else.
 */
export const keptTick = new Promise<object>((resolve) => {
  process.nextTick(() => resolve(executionAsyncResource()))
})
