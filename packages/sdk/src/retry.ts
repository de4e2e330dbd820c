import { KeywardProblem, KeywardUnexpectedAnswer, KeywardUnreachable } from "./failure.ts"

/** Resolves after so many milliseconds; rejects with the signal's reason when that aborts first. */
export type Delay = (milliseconds: number, signal: AbortSignal | undefined) => Promise<void>

export const timerDelay: Delay = (milliseconds, signal) =>
  new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason)
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", abort)
      resolve()
    }, milliseconds)
    function abort() {
      clearTimeout(timer)
      reject(signal?.reason)
    }
    signal?.addEventListener("abort", abort, { once: true })
  })

/** The wait before the first repetition after network trouble; it doubles with each further one. */
const firstBackoffMs = 100

/**
 * How long to wait before a call that may be repeated is repeated: as long as the server says when it is overloaded or
 * its store is away (429, 503), and a little after network trouble.
 * @param repetition 1 for the first repetition
 * @param longestMs  the longest wait that is worth it; what would take longer is the caller's to decide
 * @returns milliseconds; null: do not repeat it
 */
export function waitBeforeRepeating(error: unknown, repetition: number, longestMs: number): number | null {
  const wait = wantedWait(error, repetition)
  return wait === null || wait > longestMs ? null : wait
}

function wantedWait(error: unknown, repetition: number): number | null {
  if (error instanceof KeywardUnreachable) return firstBackoffMs * 2 ** (repetition - 1)
  const answered = error instanceof KeywardProblem || error instanceof KeywardUnexpectedAnswer
  if (!answered || (error.status !== 429 && error.status !== 503) || error.retryAfterSeconds === null)
    return null
  return error.retryAfterSeconds * 1000
}

/**
 * The seconds that a Retry-After header (RFC 9110 §10.2.3) asks for; null when it is absent or says nothing sensible.
 * A date counts from the answer's own Date header, so that the two clocks need not agree.
 */
export function retryAfterSeconds(headers: Headers): number | null {
  const text = headers.get("retry-after")
  if (text === null) return null
  if (/^\d{1,9}$/.test(text)) return Number(text)
  const seconds = (Date.parse(text) - Date.parse(headers.get("date") ?? "")) / 1000
  return Number.isFinite(seconds) ? Math.max(0, Math.ceil(seconds)) : null
}
