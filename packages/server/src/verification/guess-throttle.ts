import { decideLimit, type Instant, type Limit, networkOf } from "@keyward/core"
import { LRUCache } from "lru-cache"

/** Most sources that are remembered; the ones not heard of for longest are forgotten first. */
const sourceMaximum = 50_000

/**
 * Slows down whoever presents secrets that do not exist. Only failures count, so a source whose keys are good never
 * notices; once over the limit, every secret from that source is refused before it is looked up.
 */
export class GuessThrottle {
  readonly #limit: Limit | null
  readonly #sources = new LRUCache<string, number>({ max: sourceMaximum })

  /** @param failuresPerMinute per source; 0: no throttle */
  constructor(failuresPerMinute: number) {
    this.#limit =
      failuresPerMinute === 0 ? null : { name: "guesses", count: failuresPerMinute, windowSeconds: 60 }
  }

  /** Milliseconds until the source may try again; 0: now. */
  waitOf(source: string, now: Instant): number {
    if (!this.#limit || this.#sources.size === 0) return 0
    const tat = this.#sources.get(networkOf(source))
    if (tat === undefined) return 0
    return decideLimit(this.#limit, tat, 1, now).status.retryAfterMs
  }

  failed(source: string, now: Instant): void {
    if (!this.#limit) return
    const key = networkOf(source)
    const { accepted, tat } = decideLimit(this.#limit, this.#sources.get(key) ?? null, 1, now)
    if (accepted) this.#sources.set(key, tat)
  }
}
