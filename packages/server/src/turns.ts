import { fail } from "@keyward/core"

/** How much is done at a time, and how much may wait for its turn. */
export interface TurnSettings {
  readonly concurrency: number
  /** Whoever comes when so many wait already is refused. */
  readonly waiting: number
}

/** When it is worth trying again after a refusal, milliseconds: by then those who wait have had their turn. */
const retryAfterMs = 2000

/** Work that is done a bounded number at a time, first come, first served. */
export class Turns {
  readonly #settings: TurnSettings
  #underWay = 0
  readonly #waiting: (() => void)[] = []

  constructor(settings: TurnSettings) {
    this.#settings = settings
  }

  /** @throws "overloaded", at once, when too many wait already */
  async take<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#underWay < this.#settings.concurrency) this.#underWay++
    else if (this.#waiting.length >= this.#settings.waiting) return fail({ code: "overloaded", retryAfterMs })
    // Whoever is done hands its place over, so nobody who comes later can take it.
    else await new Promise<void>((resolve) => this.#waiting.push(resolve))
    try {
      return await work()
    } finally {
      const next = this.#waiting.shift()
      if (next) next()
      else this.#underWay--
    }
  }
}
