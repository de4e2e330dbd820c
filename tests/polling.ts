import type { VerificationInput } from "@keyward/contract"
import { type KeywardClient, KeywardProblem } from "@keyward/sdk"

/** An answer to a verification, with when it was asked for and when it came: milliseconds since 1970. */
export interface Answer {
  readonly askedAt: number
  readonly answeredAt: number
  /** The outcome, or the code of the problem that stood in its place. */
  readonly code: string
}

/** Verifies a secret again and again, each time as soon as the answer before is there. */
export class Polling {
  readonly answers: Answer[] = []
  readonly #ended: Promise<void>
  #onAnswer: () => void = () => undefined
  #stopping = false

  constructor(client: KeywardClient, secret: string, permissions?: string) {
    this.#ended = this.#poll(client, { key: secret, ...(permissions === undefined ? {} : { permissions }) })
  }

  /**
   * Waits for an answer after which something is so.
   * @throws whatever it was answered that is neither an outcome nor a problem
   */
  async until(holds: (answers: readonly Answer[]) => boolean): Promise<void> {
    const held = new Promise<void>((resolve) => {
      this.#onAnswer = () => {
        if (holds(this.answers)) resolve()
      }
    })
    await Promise.race([held, this.#ended])
  }

  /** @throws as `until` does */
  async stop(): Promise<readonly Answer[]> {
    this.#stopping = true
    await this.#ended
    return this.answers
  }

  async #poll(client: KeywardClient, presented: VerificationInput): Promise<void> {
    while (!this.#stopping) {
      const askedAt = Date.now()
      const code = await client.keys.verify(presented).then(
        ({ code }) => code,
        (error: unknown) => {
          if (error instanceof KeywardProblem) return error.code
          throw error
        },
      )
      this.answers.push({ askedAt, answeredAt: Date.now(), code })
      this.#onAnswer()
    }
  }
}
