import type { PasswordHasher } from "../src/authority/password-hasher.ts"

/** A hasher for tests, which hides nothing and counts its work. What it stores names the recipe it was made by. */
export interface CountingHasher extends PasswordHasher {
  /** What each verification so far compared with; null: the decoy. */
  readonly verified: (string | null)[]
  recipe: string
}

export function countingHasher(): CountingHasher {
  const verified: (string | null)[] = []
  return {
    verified,
    recipe: "v1",
    async hash(password) {
      return `${this.recipe}:${password}`
    },
    async verify(stored, password) {
      verified.push(stored)
      return stored !== null && stored.split(":").slice(1).join(":") === password
    },
    isOutdated(stored) {
      return !stored.startsWith(`${this.recipe}:`)
    },
  }
}
