import {
  type Caller,
  type CreatedOrganization,
  createOrganization,
  openMemoryStore,
  Peppers,
  Sealer,
  type Store,
  systemCaller,
  systemEntropy,
} from "@keyward/core"
import { pino } from "pino"
import { assembleKeyward, type Keyward, type KeywardParts } from "../src/keyward.ts"
import { type PasswordSettings, passwordSettings } from "../src/passwords.ts"
import { type TestClock, testClock } from "./test-clock.ts"

/** A whole authority over a store in memory, with a clock that the test moves, and what it logs from `warn` on. */
export interface TestKeyward {
  readonly keyward: Keyward
  readonly clock: TestClock
  readonly peppers: Peppers
  /** The first organization. */
  readonly created: CreatedOrganization
  readonly system: Caller
  readonly log: string[]
}

export interface TestSettings
  extends Partial<Pick<KeywardParts, "cacheKeys" | "trustedForMs" | "guessLimit" | "peppers" | "passwords">> {
  /** Default: a store in memory. */
  readonly store?: Store
  readonly clock?: TestClock
}

export const sessionLifetime = { idleMs: 60 * 60_000, absoluteMs: 12 * 60 * 60_000 }

/** As bounded as in earnest, at a fraction of the cost. */
export const cheapPasswords: PasswordSettings = {
  ...passwordSettings,
  cost: { memoryKib: 64, passes: 1, lanes: 1 },
}

export async function openTestKeyward(settings: TestSettings = {}): Promise<TestKeyward> {
  const clock = settings.clock ?? testClock()
  const log: string[] = []
  const peppers = settings.peppers ?? new Peppers(secretBytes(1))
  const keyward = assembleKeyward({
    store: settings.store ?? openMemoryStore(),
    clock,
    entropy: systemEntropy,
    peppers,
    sealer: new Sealer(secretBytes(1), systemEntropy),
    logger: pino({ level: "warn" }, { write: (line: string) => void log.push(line) }),
    sessionLifetime,
    passwords: settings.passwords ?? cheapPasswords,
    cacheKeys: settings.cacheKeys ?? 1_000,
    trustedForMs: settings.trustedForMs ?? null,
    guessLimit: settings.guessLimit ?? 0,
    usageFlushMs: null,
  })
  const created = await createOrganization(keyward.deps, {
    name: "Example",
    admin: { email: "admin@example.com", displayName: "Admin", passwordHash: "unused" },
  })
  return { keyward, clock, peppers, created, system: systemCaller(created.organization.id), log }
}

/** Peppers or key-encryption keys of these versions, each of 32 bytes. */
export function secretBytes(...versions: readonly number[]): ReadonlyMap<number, Uint8Array> {
  return new Map(versions.map((version) => [version, new Uint8Array(32).fill(version)]))
}
