import type { Instant } from "@keyward/core"

/**
 * What has been consumed of each key's limits, in this process's memory. A limit whose time has come round again is
 * as if it had never been used and is forgotten, so the size follows the keys in use.
 */
export class Limiter {
  readonly #keys = new Map<string, Map<string, number>>()
  /** Goes round and round; an iterator of a Map follows what is added and removed meanwhile. */
  #round = this.#keys.entries()

  /** The stored TAT of one limit (see core's `limit/gcra.ts`); null: nothing consumed. */
  consumed(keyId: string, limitName: string): number | null {
    return this.#keys.get(keyId)?.get(limitName) ?? null
  }

  /** Stores the TATs of an accepted verification. */
  consume(keyId: string, tats: ReadonlyMap<string, number>, now: Instant): void {
    const limits = this.#keys.get(keyId)
    if (limits) {
      for (const [name, tat] of tats) limits.set(name, tat)
      return
    }
    this.#keys.set(keyId, new Map(tats))
    this.#forgetSpent(now)
  }

  /** How many keys have something consumed. */
  get size(): number {
    return this.#keys.size
  }

  /** Looks at two keys for each new one, so that forgetting keeps pace and never stalls. */
  #forgetSpent(now: Instant): void {
    for (let look = 0; look < 2; look++) {
      const { value: entry } = this.#round.next()
      if (!entry) {
        this.#round = this.#keys.entries()
        return
      }
      const [keyId, limits] = entry
      if (isSpent(limits, now)) this.#keys.delete(keyId)
    }
  }
}

function isSpent(limits: ReadonlyMap<string, number>, now: Instant): boolean {
  for (const tat of limits.values()) if (tat > now) return false
  return true
}
