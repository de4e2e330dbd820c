import type { Clock, Entropy, Peppers, Sealer, Store } from "@keyward/core"
import type { Logger } from "pino"
import type { Config } from "./config.ts"
import { currentVersion, refreshMs } from "./current-secrets.ts"
import {
  checkPeppers,
  type InstallationSecrets,
  loadInstallationSecrets,
  readSecretVersions,
  type SecretVersions,
  type Versions,
} from "./installation-secrets.ts"

export interface LiveSecretsParts {
  readonly config: Config
  readonly store: Store
  readonly clock: Clock
  readonly entropy: Entropy
  readonly logger: Logger
}

/**
 * The installation's own secrets as they are now: versions that come into the secrets file, or leave it, and versions that
 * become current, are taken over while the process runs. What cannot be taken over leaves everything as it is.
 */
export class LiveSecrets implements InstallationSecrets {
  readonly peppers: Peppers
  readonly sealer: Sealer
  readonly #parts: LiveSecretsParts
  #taken: SecretVersions | null = null
  #fault: string | null = null
  #following: NodeJS.Timeout | null = null
  #pepperRetired: () => void = () => undefined
  #underWay: Promise<void> | null = null

  constructor(secrets: InstallationSecrets, parts: LiveSecretsParts) {
    this.peppers = secrets.peppers
    this.sealer = secrets.sealer
    this.#parts = parts
  }

  /** Takes over what there is now. @throws ConfigError when it is not what it should be; AuthorityError "store_unavailable" */
  async refresh(): Promise<void> {
    const { config, store, clock, entropy } = this.#parts
    const versions = await readSecretVersions(config, entropy, false)
    const { peppers, encryptionKeys } = versions
    if (!(this.#taken && same(this.#taken.peppers, peppers))) {
      await checkPeppers(store, (await loadInstallationSecrets(config, entropy, false)).peppers)
    }
    const now = clock.now()
    const pepper = await currentVersion(store, "pepper", [...peppers.keys()], now)
    const encryption = await currentVersion(store, "encryption", [...encryptionKeys.keys()], now)
    const changed =
      !this.#taken ||
      pepper !== this.peppers.currentVersion ||
      encryption !== this.sealer.currentVersion ||
      !same(this.#taken.peppers, peppers) ||
      !same(this.#taken.encryptionKeys, encryptionKeys)
    if (!changed) return
    const retired = this.peppers.versions.some((version) => !peppers.has(version))
    this.peppers.follow(peppers, pepper)
    this.sealer.follow(encryptionKeys, encryption)
    this.#taken = versions
    if (retired) this.#pepperRetired()
  }

  /**
   * Refreshes again and again until `close`. A fault is logged once, not each time.
   * @param pepperRetired called when a pepper is here no more: digests under it may have been forgotten
   */
  follow(pepperRetired: () => void): void {
    this.#pepperRetired = pepperRetired
    this.#following = setInterval(() => {
      this.#underWay ??= this.#refreshOrTell().finally(() => {
        this.#underWay = null
      })
    }, refreshMs).unref()
  }

  async close(): Promise<void> {
    if (this.#following) clearInterval(this.#following)
    await this.#underWay
  }

  async #refreshOrTell(): Promise<void> {
    try {
      await this.refresh()
      this.#fault = null
    } catch (error) {
      const fault = error instanceof Error ? error.message : String(error)
      if (fault !== this.#fault) {
        this.#parts.logger.error({ err: error }, "the installation's secrets stay as they were for now")
      }
      this.#fault = fault
    }
  }
}

function same(a: Versions, b: Versions): boolean {
  return (
    a.size === b.size &&
    [...a].every(([version, value]) => {
      const other = b.get(version)
      return other !== undefined && Buffer.compare(value, other) === 0
    })
  )
}
