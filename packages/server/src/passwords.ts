import { type Entropy, fail, type PasswordHasher } from "@keyward/core"
import { hash, parseOptions, verify } from "@node-rs/argon2"

/** What one hash costs: the parameters of argon2id (RFC 9106 §3.1). */
export interface PasswordCost {
  readonly memoryKib: number
  readonly passes: number
  readonly lanes: number
}

export interface PasswordSettings {
  readonly cost: PasswordCost
  /** How many are hashed at a time. Each takes a thread of the pool that files and names are also waiting for. */
  readonly concurrency: number
  /** How many may wait for their turn; whoever comes after them is refused. */
  readonly waiting: number
}

/** The cost is OWASP's (Password Storage Cheat Sheet): 19 MiB, 2 passes, 1 lane. */
export const passwordSettings: PasswordSettings = {
  cost: { memoryKib: 19_456, passes: 2, lanes: 1 },
  concurrency: 2,
  waiting: 32,
}

/** When it is worth trying again after a refusal: by then those who wait have had their turn. */
const overloadedRetryMs = 2000

/**
 * Hashes passwords with argon2id (the package's default algorithm), on threads of their own and a bounded number at a time,
 * so that nobody can keep the server from its other work by signing in.
 */
export class Passwords implements PasswordHasher {
  readonly #entropy: Entropy
  readonly #settings: PasswordSettings
  /** A hash that no password has: what an account without one is compared with, at the same cost. */
  readonly #decoy: string
  #running = 0
  readonly #waiting: (() => void)[] = []

  constructor(entropy: Entropy, settings: PasswordSettings = passwordSettings) {
    this.#entropy = entropy
    this.#settings = settings
    const { memoryKib, passes, lanes } = settings.cost
    const [salt, digest] = [entropy.bytes(16), entropy.bytes(32)].map(unpadded)
    this.#decoy = `$argon2id$v=19$m=${memoryKib},t=${passes},p=${lanes}$${salt}$${digest}`
  }

  hash(password: string): Promise<string> {
    const { memoryKib, passes, lanes } = this.#settings.cost
    const salt = Buffer.from(this.#entropy.bytes(16))
    return this.#inTurn(() =>
      hash(composed(password), { memoryCost: memoryKib, timeCost: passes, parallelism: lanes, salt }),
    )
  }

  /** A stored text that is no hash of argon2 is as good as none. */
  verify(stored: string | null, password: string): Promise<boolean> {
    const against = stored !== null && isArgon2(stored) ? stored : this.#decoy
    return this.#inTurn(() => verify(against, composed(password)))
  }

  isOutdated(stored: string): boolean {
    const { memoryKib, passes, lanes } = this.#settings.cost
    if (!stored.startsWith("$argon2id$")) return true
    const { memoryCost, timeCost, parallelism } = parseOptions(stored)
    return memoryCost !== memoryKib || timeCost !== passes || parallelism !== lanes
  }

  async #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#running >= this.#settings.concurrency) {
      if (this.#waiting.length >= this.#settings.waiting) {
        return fail({ code: "overloaded", retryAfterMs: overloadedRetryMs })
      }
      // Whoever is done hands its place over, so nobody who comes later can take it.
      await new Promise<void>((resolve) => this.#waiting.push(resolve))
    } else this.#running++
    try {
      return await work()
    } finally {
      const next = this.#waiting.shift()
      if (next) next()
      else this.#running--
    }
  }
}

/** The same characters in one form, whichever keyboard they came from (NIST SP 800-63B §3.1.1.2, RFC 8265 §4.2.1). */
function composed(password: string): string {
  return password.normalize("NFC")
}

function isArgon2(stored: string): boolean {
  return /^\$argon2(id|i|d)\$v=\d+\$m=\d+,t=\d+,p=\d+\$[^$]+\$[^$]+$/.test(stored)
}

/** Base64 as the PHC string format has it. */
function unpadded(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64").replace(/=+$/, "")
}
