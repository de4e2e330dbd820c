import type { Instant } from "@keyward/core"

/** How long a limit that may be forgotten is kept: a key in steady use then keeps its place and is not added again each time. */
const restMs = 1000

/**
 * What has been consumed of each key's limits, in this process's memory. A limit whose time has come round again is
 * as if it had never been used and is forgotten, so the size follows the keys in use.
 */
export class Limiter {
  readonly #keys = new Map<string, Consumed[]>()
  /** Goes round and round; an iterator of a Map follows what is added and removed meanwhile. */
  #round = this.#keys.entries()

  /** The stored TAT of one limit (see core's `limit/gcra.ts`); null: nothing consumed. */
  consumed(keyId: string, limitName: string): number | null {
    const limits = this.#keys.get(keyId)
    return (limits && find(limits, limitName)?.tat) ?? null
  }

  /** Stores the TATs of an accepted verification. */
  consume(keyId: string, accepted: readonly Accepted[], now: Instant): void {
    const limits = this.#keys.get(keyId)
    if (!limits) {
      this.#keys.set(
        keyId,
        accepted.map(({ status, tat }) => ({ name: status.name, tat })),
      )
      this.#forgetSpent(now)
      return
    }
    for (const { status, tat } of accepted) {
      const known = find(limits, status.name)
      if (known) known.tat = tat
      else limits.push({ name: status.name, tat })
    }
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
      if (limits.every(({ tat }) => tat + restMs <= now)) this.#keys.delete(keyId)
    }
  }
}

/** What is looked at of an accepted decision. */
interface Accepted {
  readonly status: { readonly name: string }
  readonly tat: number
}

/** Of a limit's name; a key has so few that a list is searched faster than a map. */
interface Consumed {
  readonly name: string
  tat: number
}

function find(limits: readonly Consumed[], name: string): Consumed | undefined {
  for (const limit of limits) if (limit.name === name) return limit
  return undefined
}
