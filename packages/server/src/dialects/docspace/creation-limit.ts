import type { Instant } from "@keyward/core"
import type { FastifyReply } from "fastify"
import { LRUCache } from "lru-cache"
import { tooManyAttempts } from "./refusal.ts"

const windowMs = 15 * 60 * 1000

/** Most users and addresses that are remembered; the ones not heard of for longest are forgotten first. */
const sourceMaximum = 50_000

/**
 * The vendor's limit of creations: so many in any 15 minutes for each user, and for each address of those who are not
 * recognised, whatever became of the requests. What is refused here does not count. Each node counts for itself.
 */
export class CreationLimit {
  readonly #most: number | null
  readonly #creations = new LRUCache<string, readonly Instant[]>({ max: sourceMaximum })

  /** @param most null: any number */
  constructor(most: number | null) {
    this.#most = most
  }

  /** @throws Refusal 429, having said in the answer's headers what the limit is and when it ends */
  count(source: string, now: Instant, reply: FastifyReply): void {
    if (this.#most === null) return
    const recent = (this.#creations.get(source) ?? []).filter((at) => now < at + windowMs)
    if (recent.length < this.#most) {
      this.#creations.set(source, [...recent, now])
      return
    }
    const resetAt = Math.min(...recent) + windowMs
    reply.headers({
      "x-ratelimit-limit": this.#most,
      "x-ratelimit-remaining": 0,
      "x-ratelimit-reset": Math.ceil(resetAt / 1000),
    })
    throw tooManyAttempts(resetAt - now)
  }
}
