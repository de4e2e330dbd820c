import { type CountedLimit, decideLimit, type Instant, type Limit } from "@keyward/core"

/** How long a limit that may be forgotten is kept: a key in steady use then keeps its place and is not added again each time. */
const restMs = 1000

/** Holds a part of some limits until it is known whether it is consumed. One of the two is called, once. */
export interface Reservation {
  /** The verification is accepted. */
  keep(): void
  /** It is refused: all is as if it had never asked. */
  giveBack(): void
}

/**
 * What has been consumed of each limit, in this process's memory. A limit whose time has come round again is as if it had
 * never been used and is forgotten, so the size follows the keys in use.
 */
export class Limiter {
  readonly #counters = new Map<string, Consumed[]>()
  /** Goes round and round; an iterator of a Map follows what is added and removed meanwhile. */
  #round = this.#counters.entries()

  /** The stored TAT of one limit (see core's `limit/gcra.ts`); null: nothing consumed. */
  consumed({ counter, name }: CountedLimit): number | null {
    const limits = this.#counters.get(counter)
    return (limits && find(limits, name)?.tat) ?? null
  }

  /**
   * Stores the TATs of an accepted verification.
   * @param accepted one for each of `limits`
   * @param cost     what was asked of each
   */
  consume(limits: readonly CountedLimit[], accepted: readonly Accepted[], cost: number, now: Instant): void {
    for (let at = 0; at < limits.length; at++) {
      const limit = limits[at]
      const decision = accepted[at]
      if (!limit || !decision) continue
      const consumed = this.#of(limit, now)
      consumed.tat = decision.tat
      consumed.since?.uses.push({ limit, cost, now, open: false })
    }
  }

  /** The same for a verification that something else than limits may still refuse. */
  reserve(
    limits: readonly CountedLimit[],
    accepted: readonly Accepted[],
    cost: number,
    now: Instant,
  ): Reservation {
    const reserved = limits.flatMap((limit, at) => {
      const decision = accepted[at]
      if (!decision) return []
      const consumed = this.#of(limit, now)
      const mine = { limit, cost, now, open: true }
      consumed.since ??= { tat: consumed.tat, uses: [] }
      consumed.since.uses.push(mine)
      consumed.tat = decision.tat
      return { consumed, mine }
    })
    return {
      keep() {
        for (const { consumed, mine } of reserved) settle(consumed, mine, true)
      },
      giveBack() {
        for (const { consumed, mine } of reserved) settle(consumed, mine, false)
      },
    }
  }

  /** How many counters have something consumed. */
  get size(): number {
    return this.#counters.size
  }

  #of({ counter, name }: CountedLimit, now: Instant): Consumed {
    const limits = this.#counters.get(counter)
    const known = limits && find(limits, name)
    if (known) return known
    const first = { name, tat: 0, since: null }
    if (limits) limits.push(first)
    else {
      // Before it is there: nothing is consumed of it yet, so it would be forgotten.
      this.#forgetSpent(now)
      this.#counters.set(counter, [first])
    }
    return first
  }

  /** Looks at two counters for each new one, so that forgetting keeps pace and never stalls. */
  #forgetSpent(now: Instant): void {
    for (let look = 0; look < 2; look++) {
      const { value: entry } = this.#round.next()
      if (!entry) {
        this.#round = this.#counters.entries()
        return
      }
      const [counter, limits] = entry
      if (limits.every(({ tat, since }) => since === null && tat + restMs <= now)) {
        this.#counters.delete(counter)
      }
    }
  }
}

/** What is looked at of an accepted decision. */
interface Accepted {
  readonly tat: number
}

/** Of a limit's name; a key has so few that a list is searched faster than a map. */
interface Consumed {
  readonly name: string
  tat: number
  /** While something is reserved: what there was before, and all that was consumed or reserved since, in order. */
  since: { tat: number; uses: Use[] } | null
}

interface Use {
  readonly limit: Limit
  readonly cost: number
  readonly now: Instant
  /** Whether it is not known yet if it is kept. */
  open: boolean
}

function find(limits: readonly Consumed[], name: string): Consumed | undefined {
  for (const limit of limits) if (limit.name === name) return limit
  return undefined
}

/**
 * Without one that is given back, a limit is as it would be had that one never asked. To subtract its cost would give back
 * too much: time that passed since, or another use, may have made it count for less.
 */
function settle(consumed: Consumed, one: Use, kept: boolean): void {
  const { since } = consumed
  if (!since) return
  one.open = false
  if (!kept) {
    since.uses = since.uses.filter((other) => other !== one)
    consumed.tat = since.uses.reduce(consumedBy, since.tat)
  }
  const settled = since.uses.findIndex(({ open }) => open)
  if (settled === -1) {
    consumed.since = null
    return
  }
  since.tat = since.uses.slice(0, settled).reduce(consumedBy, since.tat)
  since.uses = since.uses.slice(settled)
}

function consumedBy(tat: number, { limit, cost, now }: Use): number {
  return decideLimit(limit, tat, cost, now).tat
}
