import { seededEntropy } from "../packages/core/test/chance.ts"

/** Choices that can be repeated: the same seed, the same choices. */
export class Chance {
  readonly #bytes: (count: number) => Uint8Array

  constructor(seed: number) {
    this.#bytes = seededEntropy(seed).bytes
  }

  /** A whole number from 0 to `end`, which is not one of them. */
  below(end: number): number {
    const [a = 0, b = 0, c = 0] = this.#bytes(3)
    return ((a << 16) | (b << 8) | c) % end
  }

  /** @throws RangeError when there is nothing to choose from */
  oneOf<Item>(items: readonly Item[]): Item {
    const item = items[this.below(items.length)]
    if (item === undefined) throw new RangeError("There is nothing to choose from.")
    return item
  }
}
