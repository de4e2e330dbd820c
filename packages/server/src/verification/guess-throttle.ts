import { decideLimit, type Instant, type Limit, networkOf } from "@keyward/core"
import { LRUCache } from "lru-cache"

/** Most sources that are remembered; the ones not heard of for longest are forgotten first. */
const sourceMaximum = 50_000

/**
 * Slows down whoever presents secrets that do not exist. Only failures count, so a source whose keys are good never
 * notices; once over the limit, every secret from that source is refused before it is looked up.
 */
export class GuessThrottle {
  readonly #limit: Limit
  /** Null: nothing is throttled. Its room is taken at once, which is why it is not there for nothing. */
  readonly #sources: LRUCache<string, number> | null

  /** @param failuresPerMinute per source; 0: no throttle */
  constructor(failuresPerMinute: number) {
    this.#limit = { name: "guesses", count: failuresPerMinute, windowSeconds: 60 }
    this.#sources = failuresPerMinute === 0 ? null : new LRUCache({ max: sourceMaximum })
  }

  /** Milliseconds until the source may try again; 0: now. */
  waitOf(source: string, now: Instant): number {
    if (!this.#sources || this.#sources.size === 0) return 0
    const tat = this.#sources.get(networkOf(source))
    if (tat === undefined) return 0
    return decideLimit(this.#limit, tat, 1, now).status.retryAfterMs
  }

  failed(source: string, now: Instant): void {
    if (!this.#sources) return
    const key = networkOf(source)
    const { accepted, tat } = decideLimit(this.#limit, this.#sources.get(key) ?? null, 1, now)
    if (accepted) this.#sources.set(key, tat)
  }
}
