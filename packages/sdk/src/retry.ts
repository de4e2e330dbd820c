import { KeywardUnreachable } from "./failure.ts"

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

/** How a call is repeated that may be. */
export interface Patience {
  /** Most repetitions; 0: none. */
  readonly repetitions: number
  /** The longest wait between two attempts that is worth it, milliseconds. */
  readonly longestWaitMs: number
  readonly delay: Delay
}

/**
 * Makes a call, and makes it again while that may help and patience lasts.
 * @throws what the last attempt threw; the signal's reason when that aborts the waiting
 */
export async function patiently<Result>(
  attempt: () => Promise<Result>,
  { repetitions, longestWaitMs, delay }: Patience,
  signal: AbortSignal | undefined,
): Promise<Result> {
  for (let repetition = 1; ; repetition++) {
    try {
      return await attempt()
    } catch (error) {
      const wait = repetition > repetitions ? null : waitBeforeRepeating(error, repetition, longestWaitMs)
      if (wait === null) throw error
      await delay(wait, signal)
    }
  }
}

/** The wait before the first repetition after network trouble; it doubles with each further one. */
const firstBackoffMs = 100

/**
 * How long to wait before a call that may be repeated is repeated: as long as the server says when it is overloaded, its
 * store is away (429, 503) or it is at the same call still (409), and a little after network trouble.
 * @param repetition 1 for the first repetition
 * @param longestMs  the longest wait that is worth it; what would take longer is the caller's to decide
 * @returns milliseconds; null: do not repeat it
 */
function waitBeforeRepeating(error: unknown, repetition: number, longestMs: number): number | null {
  const wait = wantedWait(error, repetition)
  return wait === null || wait > longestMs ? null : wait
}

function wantedWait(error: unknown, repetition: number): number | null {
  if (error instanceof KeywardUnreachable) return firstBackoffMs * 2 ** (repetition - 1)
  if (!isAnswered(error) || ![409, 429, 503].includes(error.status)) return null
  return error.retryAfterSeconds === null ? null : error.retryAfterSeconds * 1000
}

/** What every error tells that stands for an answer, in whichever API's words. */
interface Answered {
  readonly status: number
  readonly retryAfterSeconds: number | null
}

function isAnswered(error: unknown): error is Error & Answered {
  return error instanceof Error && "status" in error && "retryAfterSeconds" in error
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
