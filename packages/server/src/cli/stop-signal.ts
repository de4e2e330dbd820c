import process from "node:process"

/** For how long the same signal again is the first one's echo; milliseconds. */
const echoMs = 1000

/**
 * Resolves at the first SIGTERM or SIGINT. From now on these do not end the process by themselves; a second one does, at
 * once. Not the same one within a second: npm passes on to its child what the terminal has sent both of them.
 */
export function stopSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let first: { readonly signal: NodeJS.Signals; readonly at: number } | null = null
    const stop = (signal: NodeJS.Signals) => {
      const now = performance.now()
      if (first === null) {
        first = { signal, at: now }
        resolve(signal)
      } else if (signal !== first.signal || now - first.at > echoMs) {
        process.exit(signal === "SIGINT" ? 130 : 143)
      }
    }
    process.on("SIGTERM", stop)
    process.on("SIGINT", stop)
  })
}
