import {
  type Authority,
  type AuthorityDeps,
  type Clock,
  createAuthority,
  type Entropy,
  type Peppers,
  type SessionLifetime,
  type Store,
  type StoredSubject,
} from "@keyward/core"
import type { Logger } from "pino"
import type { InstallationSecrets } from "./installation-secrets.ts"
import { type PasswordSettings, Passwords } from "./passwords.ts"
import { TaskRunner } from "./tasks/task-runner.ts"
import { SubjectCache } from "./verification/cache.ts"
import { GuessThrottle } from "./verification/guess-throttle.ts"
import { Limiter } from "./verification/limiter.ts"
import { UsageRecorder } from "./verification/usage-recorder.ts"
import { createVerifier, type Verifier } from "./verification/verifier.ts"

/** One running authority: what every API, native or dialect, is served from. */
export interface Keyward {
  readonly store: Store
  readonly authority: Authority
  /** For what is done without a caller: the first start, built-in keyspaces. */
  readonly deps: AuthorityDeps
  readonly verifier: Verifier
  readonly guesses: GuessThrottle
  /** What works on the tasks that `authority.createTask` makes, until `close`. */
  readonly taskRunner: TaskRunner
  /** Has everything read again that is in memory of keys, for what no change notice tells of. */
  forgetCached(): void
  /** Writes the usage gathered since the last time; `close` does so too. */
  flushUsage(): Promise<void>
  /** Stops working on tasks, flushes usage and closes the store. */
  close(): Promise<void>
}

export interface KeywardParts extends InstallationSecrets {
  readonly store: Store
  readonly clock: Clock
  readonly entropy: Entropy
  readonly logger: Logger
  readonly sessionLifetime: SessionLifetime
  /** Absent: what `passwords.ts` says. */
  readonly passwords?: PasswordSettings
  readonly cacheKeys: number
  /** See `CacheSettings.trustedForMs`. */
  readonly trustedForMs: number | null
  readonly guessLimit: number
  /** How often usage is written; null: only by `flushUsage` and `close`. */
  readonly usageFlushMs: number | null
}

export function assembleKeyward(parts: KeywardParts): Keyward {
  const { store, clock, entropy, peppers, sealer, logger } = parts
  const cache = new SubjectCache(
    {
      subject: (text) => findSubject(store, peppers, text, logger),
      keyspace: (organizationId, id) => store.keyspace(organizationId, id),
    },
    clock,
    { maximumKeys: parts.cacheKeys, trustedForMs: parts.trustedForMs },
  )
  const guesses = new GuessThrottle(parts.guessLimit)
  const usage = new UsageRecorder(store, (error) =>
    logger.error({ err: error }, "usage could not be written; kept"),
  )
  const deps: AuthorityDeps = {
    store,
    clock,
    entropy,
    peppers,
    sealer,
    passwords: new Passwords(entropy, parts.passwords),
    sessionLifetime: parts.sessionLifetime,
    changes: cache,
  }
  const flushing = parts.usageFlushMs === null ? null : setInterval(() => usage.flush(), parts.usageFlushMs)
  flushing?.unref()
  const taskRunner = new TaskRunner(deps, logger)
  return {
    store,
    deps,
    guesses,
    taskRunner,
    authority: createAuthority(deps),
    verifier: createVerifier({ clock, entropy, store, cache, limiter: new Limiter(), guesses, usage }),
    forgetCached: () => cache.clear(),
    flushUsage: () => usage.flush(),
    async close() {
      await taskRunner.close()
      if (flushing) clearInterval(flushing)
      await usage.flush()
      await store.close()
    },
  }
}

/** Finds a secret under whichever pepper it is stored, and stores it under the current one from then on. */
async function findSubject(
  store: Store,
  peppers: Peppers,
  text: string,
  logger: Logger,
): Promise<StoredSubject | null> {
  const candidates = peppers.candidates(text)
  const stored = await store.subject(candidates)
  const secret = stored?.key.secrets.find(({ version }) => version === stored.secretVersion)
  const [current] = candidates
  const used = candidates.find(({ pepperVersion }) => pepperVersion === secret?.pepperVersion)
  // Only ever forward: another node may know already that a newer one is current.
  if (stored && current && used && used.pepperVersion < current.pepperVersion) {
    store
      .redigest(stored.key.id, stored.secretVersion, used, current)
      .catch((error) => logger.warn({ err: error }, "a secret stays under its old pepper for now"))
  }
  return stored
}
