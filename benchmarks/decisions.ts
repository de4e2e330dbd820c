import type { Subject } from "./subject.ts"

/** What one decision costs when everything is in memory, and when the store has to be asked. */
export interface DecisionResult {
  readonly name: string
  readonly keys: number
  readonly perSecond: number
  readonly medianMicroseconds: number
  readonly p99Microseconds: number
}

/** Verifies keys that were verified before. @param rounds of 10,000 decisions each */
export async function warmDecisions({ keyward, secrets }: Subject, rounds: number): Promise<DecisionResult> {
  const { verifier } = keyward
  const warm = secrets.slice(0, 10_000)
  for (const text of warm) assertValid((await verifier.verify(asked(text))).outcome)
  const perRound: number[] = []
  for (let round = 0; round < rounds; round++) {
    const began = performance.now()
    for (const text of warm) {
      const verification = verifier.verify(asked(text))
      if (verification instanceof Promise)
        throw new Error("A decision that should have been in memory was not.")
      assertValid(verification.outcome)
    }
    perRound.push(((performance.now() - began) * 1000) / warm.length)
  }
  return summarize("in-process decision, warm", warm.length, perRound)
}

/** Verifies keys that were never verified before, one after another, in an order that no index has. */
export async function coldMisses({ keyward, secrets }: Subject, count: number): Promise<DecisionResult> {
  const stride = Math.max(1, Math.floor(secrets.length / count))
  const each: number[] = []
  for (let at = 0; at < count; at++) {
    const text = secrets[(at * stride * 7919) % secrets.length] ?? ""
    const began = performance.now()
    const { outcome } = await keyward.verifier.verify(asked(text))
    each.push((performance.now() - began) * 1000)
    assertValid(outcome)
  }
  return summarize("cold miss, SQLite", secrets.length, each)
}

function asked(text: string) {
  return { text, visible: () => true, guesser: null }
}

function assertValid(outcome: string): void {
  if (outcome !== "VALID") throw new Error(`The benchmark measured the wrong thing: ${outcome}.`)
}

function summarize(name: string, keys: number, microseconds: readonly number[]): DecisionResult {
  const sorted = [...microseconds].sort((a, b) => a - b)
  const at = (share: number) =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
  const mean = sorted.reduce((sum, value) => sum + value, 0) / sorted.length
  return { name, keys, perSecond: 1e6 / mean, medianMicroseconds: at(0.5), p99Microseconds: at(0.99) }
}
