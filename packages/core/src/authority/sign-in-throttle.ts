import { hash } from "node:crypto"
import { fail } from "../failure.ts"
import { decideLimit } from "../limit/gcra.ts"
import type { Limit } from "../limit/limit.ts"
import type { Store } from "../store/store.ts"
import { type Clock, type Instant, later } from "../time.ts"
import { networkOf } from "../verification/source.ts"

/**
 * How many failures are let through. Each is a GCRA, so whoever is over a limit waits for one unit of it at most (30, 60
 * and 20 seconds), and not until a window has passed.
 */
export const signInLimits = {
  /** Of one source, whatever the account. */
  source: { name: "source", count: 30, windowSeconds: 900 },
  /** Of one source with one account. */
  pair: { name: "pair", count: 5, windowSeconds: 300 },
  /** Of all unfamiliar sources together with one account. */
  account: { name: "account", count: 30, windowSeconds: 600 },
} as const satisfies Record<string, Limit>

/** How long a source from which somebody signed in to an account stays familiar to it. */
const familiarMs = 30 * 24 * 60 * 60 * 1000

/** What the attempts under way in this process know of one limit. The store knows the rest, a moment later. */
interface Meter {
  /** The TAT after every failure that is known. */
  tat: number | null
  /** Attempts that were let through and have not come to an end: each may be a failure yet. */
  pending: number
  /** Attempts that use this meter, those that still read the store included. */
  users: number
}

interface Counted {
  readonly name: string
  readonly limit: Limit
  readonly meter: Meter
}

/**
 * Slows down guessing of passwords, in a way that nobody can lock out another with. Only failures count; whether an
 * account exists makes no difference. Failures of sources that are unfamiliar to an account also count together, against
 * guessing from many addresses; a source from which the account was signed in to lately is not asked for those.
 *
 * The TATs are in the store and survive a restart. Within a process the limits are exact, however many attempts are made
 * at once; processes that share a store may each let through what the others have under way.
 */
export class SignInThrottle {
  readonly #store: Pick<Store, "throttles" | "pushThrottles">
  readonly #clock: Clock
  readonly #meters = new Map<string, Meter>()

  constructor({ store, clock }: { readonly store: Store; readonly clock: Clock }) {
    this.#store = store
    this.#clock = clock
  }

  /**
   * Makes one attempt at an account.
   * @param account what the attempt names, whether it exists or not; see `accountOf`
   * @param address where it comes from; null: not over the network, which counts as one source
   * @param tries   null: it failed, which is counted before this returns; what it throws counts as no attempt
   * @throws "too_many_attempts", before anything is tried
   */
  async attempt<Result>(
    account: string,
    address: string | null,
    tries: () => Promise<Result | null>,
  ): Promise<Result | null> {
    const source = sourceOf(address)
    const familiar = familiarName(account, address)
    const counted = [
      this.#enter(`sign-in source ${source}`, signInLimits.source),
      this.#enter(`sign-in pair ${account} ${source}`, signInLimits.pair),
      this.#enter(`sign-in account ${account}`, signInLimits.account),
    ]
    try {
      const stored = await this.#store.throttles([familiar, ...counted.map(({ name }) => name)])
      for (const { name, meter } of counted) meter.tat = latest(meter.tat, stored.get(name) ?? null)
      const now = this.#clock.now()
      const isFamiliar = (stored.get(familiar) ?? 0) > now
      const applied = counted.filter(({ limit }) => !isFamiliar || limit !== signInLimits.account)
      const wait = Math.max(...applied.map((each) => waitOf(each, now)))
      if (wait > 0) return fail({ code: "too_many_attempts", retryAfterMs: wait })
      const result = await this.#counting(applied, tries)
      if (result !== null) await this.becomeFamiliar(account, address)
      return result
    } finally {
      for (const each of counted) this.#leave(each)
    }
  }

  /** Notes that whoever is there has proved to be the account's user. */
  becomeFamiliar(account: string, address: string | null): Promise<void> {
    return this.#push(new Map([[familiarName(account, address), later(this.#clock.now(), familiarMs)]]))
  }

  /** Nothing waits between the look at the limits and the first line here, so no two attempts take the same place. */
  async #counting<Result>(
    applied: readonly Counted[],
    tries: () => Promise<Result | null>,
  ): Promise<Result | null> {
    for (const { meter } of applied) meter.pending++
    let result: Result | null
    try {
      result = await tries()
    } finally {
      for (const { meter } of applied) meter.pending--
    }
    if (result !== null) return result
    const now = this.#clock.now()
    for (const { limit, meter } of applied) meter.tat = decideLimit(limit, meter.tat, 1, now).tat
    await this.#push(new Map(applied.map(({ name, meter }) => [name, meter.tat ?? now])))
    return null
  }

  #push(tats: ReadonlyMap<string, number>): Promise<void> {
    return this.#store.pushThrottles(tats, this.#clock.now())
  }

  #enter(name: string, limit: Limit): Counted {
    const meter = this.#meters.get(name) ?? { tat: null, pending: 0, users: 0 }
    this.#meters.set(name, meter)
    meter.users++
    return { name, limit, meter }
  }

  #leave({ name, meter }: Counted): void {
    meter.users--
    if (meter.users === 0) this.#meters.delete(name)
  }
}

/** Names an account whether or not there is one. Hashed, as people type passwords where an e-mail address belongs. */
export function accountOf(organizationId: string | null, email: string): string {
  return hash("sha256", `${organizationId} ${email.toLowerCase()}`, "base64url")
}

function familiarName(account: string, address: string | null): string {
  return `sign-in familiar ${account} ${sourceOf(address)}`
}

function sourceOf(address: string | null): string {
  return address === null ? "local" : networkOf(address)
}

/** Milliseconds until one more attempt fits if all that are pending fail; 0: it fits. */
function waitOf({ limit, meter }: Counted, now: Instant): number {
  const pending = decideLimit(limit, meter.tat, meter.pending, now)
  const decision = pending.accepted ? decideLimit(limit, pending.tat, 1, now) : pending
  const unit = (limit.windowSeconds * 1000) / limit.count
  return decision.accepted ? 0 : Math.min(decision.status.retryAfterMs, unit)
}

function latest(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.max(a, b)
}
