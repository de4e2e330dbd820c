import type { Entropy } from "../src/entropy.ts"

/** Chance that can be replayed: a 32-bit generator (mulberry32) from a seed. For tests; nothing here is unpredictable. */
export function seededEntropy(seed: number): Entropy {
  let state = seed | 0
  return {
    bytes: (count) =>
      Uint8Array.from({ length: count }, () => {
        state = (state + 0x6d2b79f5) | 0
        let mixed = Math.imul(state ^ (state >>> 15), state | 1)
        mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
        return (mixed ^ (mixed >>> 14)) & 0xff
      }),
  }
}

/** Hands out the given bytes in order, and fails when there are no more. */
export function scriptedEntropy(script: readonly number[]): Entropy {
  let next = 0
  return {
    bytes(count) {
      if (next + count > script.length) throw new RangeError("The script is at its end.")
      next += count
      return Uint8Array.from(script.slice(next - count, next))
    },
  }
}
