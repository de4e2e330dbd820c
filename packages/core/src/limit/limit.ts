import type { Owner } from "../owner.ts"

/** At most `count` units in any `windowSeconds`, on average and with a burst of `count`. */
export interface Limit {
  /** 1 to 64 of `a-z 0-9 _ -`; names the limit in answers and lets a key's limit replace its keyspace's. */
  readonly name: string
  /** 1 or more, and at most `limitRateMaximum` for each second of the window. */
  readonly count: number
  /** 1 second to 31 days. */
  readonly windowSeconds: number
}

/** Who consumes a limit of a keyspace together: nobody but the key, all keys of its owner in the keyspace, or all of the keyspace. */
export const limitScopes = ["key", "owner", "keyspace"] as const
export type LimitScope = (typeof limitScopes)[number]

/** A limit that a keyspace sets. */
export interface KeyspaceLimit extends Limit {
  /** Absent: `key`. */
  readonly per?: LimitScope
  /** Other numbers for some owners' keys, each owner once; none with `keyspace`. Absent: none. */
  readonly overrides?: readonly LimitOverride[]
}

export interface LimitOverride extends Pick<Limit, "count" | "windowSeconds"> {
  readonly owner: Owner
}

/** Units a second: a limit above it is none, and finer than the clock can tell apart. */
export const limitRateMaximum = 1_000_000

/** What is left of one limit, for the answer. */
export interface LimitStatus {
  readonly name: string
  readonly count: number
  readonly windowSeconds: number
  /** Whole units that a next verification could still consume now. */
  readonly remaining: number
  /** Until `remaining` is `count` again, if nothing more is consumed; milliseconds, rounded up. */
  readonly resetMs: number
  /**
   * Until the refused cost would be accepted, if nothing more is consumed; milliseconds, 0 when it was accepted. A cost
   * above `count` can never be: then it is `resetMs`, when the most that can be asked for, `count`, is accepted.
   */
  readonly retryAfterMs: number
}
