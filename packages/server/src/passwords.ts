import type { Entropy, PasswordHasher } from "@keyward/core"
import { hash, parseOptions, verify } from "@node-rs/argon2"
import { type TurnSettings, Turns } from "./turns.ts"

/** What one hash costs: the parameters of argon2id (RFC 9106 §3.1). */
export interface PasswordCost {
  readonly memoryKib: number
  readonly passes: number
  readonly lanes: number
}

export interface PasswordSettings {
  readonly cost: PasswordCost
  /** Each that is under way takes a thread of the pool that files and names are also waiting for. */
  readonly turns: TurnSettings
}

/** The cost is OWASP's (Password Storage Cheat Sheet): 19 MiB, 2 passes, 1 lane. */
export const passwordSettings: PasswordSettings = {
  cost: { memoryKib: 19_456, passes: 2, lanes: 1 },
  turns: { concurrency: 2, waiting: 32 },
}

/**
 * Hashes passwords with argon2id (the package's default algorithm), on threads of their own and a bounded number at a time,
 * so that nobody can keep the server from its other work by signing in.
 */
export class Passwords implements PasswordHasher {
  readonly #entropy: Entropy
  readonly #cost: PasswordCost
  /** A hash that no password has: what an account without one is compared with, at the same cost. */
  readonly #decoy: string
  readonly #turns: Turns

  constructor(entropy: Entropy, { cost, turns }: PasswordSettings = passwordSettings) {
    this.#entropy = entropy
    this.#cost = cost
    this.#turns = new Turns(turns)
    const { memoryKib, passes, lanes } = cost
    const [salt, digest] = [entropy.bytes(16), entropy.bytes(32)].map(unpadded)
    this.#decoy = `$argon2id$v=19$m=${memoryKib},t=${passes},p=${lanes}$${salt}$${digest}`
  }

  hash(password: string): Promise<string> {
    const { memoryKib, passes, lanes } = this.#cost
    const salt = Buffer.from(this.#entropy.bytes(16))
    return this.#turns.take(() =>
      hash(composed(password), { memoryCost: memoryKib, timeCost: passes, parallelism: lanes, salt }),
    )
  }

  /** A stored text that is no hash of argon2 is as good as none. */
  verify(stored: string | null, password: string): Promise<boolean> {
    const against = stored !== null && isArgon2(stored) ? stored : this.#decoy
    return this.#turns.take(() => verify(against, composed(password)))
  }

  isOutdated(stored: string): boolean {
    const { memoryKib, passes, lanes } = this.#cost
    if (!stored.startsWith("$argon2id$")) return true
    const { memoryCost, timeCost, parallelism } = parseOptions(stored)
    return memoryCost !== memoryKib || timeCost !== passes || parallelism !== lanes
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
