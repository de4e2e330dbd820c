import type { Kysely } from "kysely"
import type { Schema } from "./schema.ts"

/** How many aliases a process takes at a time. What it does not hand out before it ends is a gap. */
const blockSize = 100

/**
 * Hands out aliases from memory, out of blocks that belong to this process alone.
 * @param take takes the next block and returns its first alias
 */
export function aliasesOf(take: () => Promise<number>): () => Promise<number> {
  let next = 0
  let end = 0
  let taking: Promise<void> | null = null

  async function refill(): Promise<void> {
    try {
      next = await take()
      end = next + blockSize
    } finally {
      taking = null
    }
  }

  return async () => {
    // Again when those who waited along were more than the block has.
    while (next === end) {
      taking ??= refill()
      await taking
    }
    return next++
  }
}

/** Takes a block for good: its first alias. */
export async function takeAliases(transaction: Kysely<Schema>): Promise<number> {
  const { value } = await transaction
    .insertInto("counters")
    .values({ name: "alias", value: blockSize })
    .onConflict((conflict) =>
      conflict.column("name").doUpdateSet(({ eb }) => ({ value: eb("counters.value", "+", blockSize) })),
    )
    .returning("value")
    .executeTakeFirstOrThrow()
  return value - blockSize + 1
}
