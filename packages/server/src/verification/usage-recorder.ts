import type { Instant, KeyUsage, LastUse, Outcome, Store, Subject, UsageCount } from "@keyward/core"

const hourMs = 3_600_000

/**
 * Last uses and hourly counters of verifications, gathered in memory and written in batches: no verification waits for
 * a write. The size follows the keys in use since the last flush, so nothing has to be dropped.
 */
export class UsageRecorder {
  readonly #store: Pick<Store, "recordUsage">
  readonly #onFailure: (error: unknown) => void
  #keys = new Map<string, Gathered>()
  #flushing: Promise<void> = Promise.resolve()

  /** @param onFailure told when a flush failed; what it held is kept for the next */
  constructor(store: Pick<Store, "recordUsage">, onFailure: (error: unknown) => void) {
    this.#store = store
    this.#onFailure = onFailure
  }

  /** @param from the client's address; null: not known */
  record({ key, secret }: Subject, outcome: Outcome, now: Instant, from: string | null): void {
    let gathered = this.#keys.get(key.id)
    if (!gathered) {
      gathered = { organizationId: key.organizationId, lastUsed: [], counts: new Map(), recent: null }
      this.#keys.set(key.id, gathered)
    }
    if (outcome === "VALID") moveForward(gathered.lastUsed, secret.version, now, from)
    const { recent } = gathered
    if (recent?.outcome === outcome && recent.hour <= now && now < recent.hour + hourMs) {
      recent.count++
      return
    }
    gathered.recent = counterOf(gathered, outcome, (now - (now % hourMs)) as Instant)
    gathered.recent.count++
  }

  /** Writes what was gathered; after an earlier flush, so that two never write at once. */
  flush(): Promise<void> {
    this.#flushing = this.#flushing.then(() => this.#write())
    return this.#flushing
  }

  async #write(): Promise<void> {
    if (this.#keys.size === 0) return
    const keys = this.#keys
    this.#keys = new Map()
    try {
      await this.#store.recordUsage([...keys].map(([keyId, gathered]) => asUsage(keyId, gathered)))
    } catch (error) {
      this.#putBack(keys)
      this.#onFailure(error)
    }
  }

  #putBack(keys: Map<string, Gathered>): void {
    for (const [keyId, since] of this.#keys) {
      const before = keys.get(keyId)
      if (!before) {
        keys.set(keyId, since)
        continue
      }
      for (const { version, at, from } of since.lastUsed) moveForward(before.lastUsed, version, at, from)
      for (const [outcome, counted] of since.counts) {
        before.counts.set(outcome, merged(before.counts.get(outcome) ?? [], counted))
      }
    }
    this.#keys = keys
  }
}

interface Gathered {
  readonly organizationId: string
  /** One for each version of the secret that was used: so few that a list is searched faster than a map. */
  readonly lastUsed: VersionUse[]
  /** By outcome, one for each hour, ascending. */
  readonly counts: Map<Outcome, Counter[]>
  /** The counter that was counted last, which most often is the one that is counted next. */
  recent: Counter | null
}

interface VersionUse extends LastUse {
  readonly version: number
  at: Instant
  from: string | null
}

interface Counter extends UsageCount {
  count: number
}

function counterOf({ counts }: Gathered, outcome: Outcome, hour: Instant): Counter {
  const counted = counts.get(outcome) ?? []
  counts.set(outcome, counted)
  const last = counted.at(-1)
  if (last?.hour === hour) return last
  const counter = { hour, outcome, count: 0 }
  counted.push(counter)
  return counter
}

function asUsage(keyId: string, { organizationId, lastUsed, counts }: Gathered): KeyUsage {
  return {
    organizationId,
    keyId,
    lastUsed: new Map(lastUsed.map(({ version, at, from }) => [version, { at, from }])),
    counts: [...counts.values()].flat(),
  }
}

/** A clock that was set back does not take a last use back. */
function moveForward(lastUsed: VersionUse[], version: number, at: Instant, from: string | null): void {
  for (const use of lastUsed) {
    if (use.version !== version) continue
    if (at > use.at) {
      use.at = at
      use.from = from
    }
    return
  }
  lastUsed.push({ version, at, from })
}

function merged(before: Counter[], since: readonly Counter[]): Counter[] {
  for (const counter of since) {
    const same = before.find(({ hour }) => hour === counter.hour)
    if (same) same.count += counter.count
    else before.push(counter)
  }
  return before
}
