import type { Instant } from "@keyward/core"

/**
 * What has been consumed of each key's limits, in this process's memory. A limit whose time has come round again is
 * as if it had never been used and is forgotten, so the size follows the keys in use.
 */
export class Limiter {
  readonly #keys = new Map<string, Map<string, number>>()

  /** The stored TAT of one limit (see core's `limit/gcra.ts`); null: nothing consumed. */
  consumed(keyId: string, limitName: string): number | null {
    return this.#keys.get(keyId)?.get(limitName) ?? null
  }

  /** Stores the TATs of an accepted verification. */
  consume(keyId: string, tats: ReadonlyMap<string, number>, now: Instant): void {
    const limits = this.#keys.get(keyId) ?? new Map<string, number>()
    for (const [name, tat] of tats) limits.set(name, tat)
    // Moved to the end: the front holds whatever was used longest ago.
    this.#keys.delete(keyId)
    this.#keys.set(keyId, limits)
    this.#forgetSpent(now)
  }

  /** How many keys have something consumed. */
  get size(): number {
    return this.#keys.size
  }

  /** Looks at two of the oldest for each one stored, so that forgetting keeps pace and never stalls. */
  #forgetSpent(now: Instant): void {
    let looks = 2
    for (const [keyId, limits] of this.#keys) {
      if (looks-- === 0) return
      if ([...limits.values()].every((tat) => tat <= now)) this.#keys.delete(keyId)
      else {
        this.#keys.delete(keyId)
        this.#keys.set(keyId, limits)
      }
    }
  }
}
