import { readFile } from "node:fs/promises"
import { type Entropy, Peppers, Sealer, type Store } from "@keyward/core"
import { type Config, ConfigError } from "./config.ts"
import { createPrivateFile, replacePrivateFile } from "./durable-file.ts"

/** What this installation keeps outside its database: without it, a stolen database says nothing about any secret. */
export interface InstallationSecrets {
  readonly peppers: Peppers
  readonly sealer: Sealer
}

export type Versions = ReadonlyMap<number, Uint8Array>

/** The raw values, by version; at least one of each. */
export interface SecretVersions {
  readonly peppers: Versions
  readonly encryptionKeys: Versions
}

/**
 * Takes the peppers and key-encryption keys from the environment, or from the secrets file.
 * @param create whether to make the file, with fresh secrets, when there is none
 * @throws ConfigError when there is nothing to take them from, or the file is not what it should be
 */
export async function loadInstallationSecrets(
  config: Config,
  entropy: Entropy,
  create: boolean,
): Promise<InstallationSecrets> {
  const { peppers, encryptionKeys } = await readSecretVersions(config, entropy, create)
  return { peppers: new Peppers(peppers), sealer: new Sealer(encryptionKeys, entropy) }
}

/** The same as they are written. @throws ConfigError as `loadInstallationSecrets` */
export async function readSecretVersions(
  config: Config,
  entropy: Entropy,
  create: boolean,
): Promise<SecretVersions> {
  const fromFile =
    config.peppers && config.encryptionKeys ? null : await readOrMake(config.secretsFile, entropy, create)
  return {
    peppers: config.peppers ?? fromFile?.peppers ?? new Map(),
    encryptionKeys: config.encryptionKeys ?? fromFile?.encryptionKeys ?? new Map(),
  }
}

/**
 * Replaces the secrets file by one with other versions: whole or not at all, readable by its owner alone.
 * @param change what becomes of those that are in it; at least one of each stays
 */
export async function changeSecretsFile(
  path: string,
  change: (versions: SecretVersions) => SecretVersions,
): Promise<void> {
  const { peppers, encryptionKeys } = change(parse(path, await readFile(path, "utf8")))
  await replacePrivateFile(path, printSecrets(peppers, encryptionKeys))
}

/**
 * Makes sure that the store was filled under these peppers: with others, every key would look unknown.
 * @throws ConfigError naming the version that differs or is missing
 */
export async function checkPeppers(store: Store, peppers: Peppers): Promise<void> {
  for (const version of peppers.versions) {
    const fingerprint = peppers.fingerprint(version)
    const stands = await store.ensureSetting(`pepper_fingerprint_${version}`, fingerprint)
    if (stands !== fingerprint) {
      throw new ConfigError(
        `Pepper version ${version} is not the one that this database was filled with. ` +
          "Start with the secrets file (or KEYWARD_PEPPERS) that belongs to it.",
      )
    }
  }
  // Which version followed which is kept too, so that it shows when somebody falls back to secrets from before.
  const ascending = peppers.versions.toSorted((a, b) => a - b)
  for (const [at, version] of ascending.entries()) {
    const next = ascending[at + 1]
    const follows = `pepper_after_${version}`
    const stands =
      next === undefined ? await store.setting(follows) : await store.ensureSetting(follows, `${next}`)
    if (next === undefined && stands !== null) {
      throw new ConfigError(
        `Pepper version ${stands} is missing, under which this database was filled after version ${version}. ` +
          "Start with the newer secrets file (or KEYWARD_PEPPERS).",
      )
    }
  }
}

async function readOrMake(path: string, entropy: Entropy, create: boolean) {
  const content = await readIfThere(path)
  if (content !== null) return parse(path, content)
  if (!create) {
    throw new ConfigError(
      `There is no secrets file at ${path}. "keyward init" makes it; or set KEYWARD_PEPPERS and KEYWARD_ENCRYPTION_KEYS.`,
    )
  }
  const text = printSecrets(new Map([[1, entropy.bytes(32)]]), new Map([[1, entropy.bytes(32)]]))
  try {
    await createPrivateFile(path, text)
    return parse(path, text)
  } catch (error) {
    if (!isSystemError(error, "EEXIST")) {
      throw new ConfigError(`The secrets file ${path} cannot be made.`, { cause: error })
    }
    // Of two first starts at once, one makes the file and the other takes what it holds.
    return parse(path, await readFile(path, "utf8"))
  }
}

async function readIfThere(path: string): Promise<string | null> {
  try {
    return await readFile(path, "utf8")
  } catch (error) {
    if (isSystemError(error, "ENOENT")) return null
    throw new ConfigError(`The secrets file ${path} cannot be read.`, { cause: error })
  }
}

function printSecrets(peppers: Versions, encryptionKeys: Versions): string {
  const printed = (versions: Versions) =>
    Object.fromEntries(
      [...versions].map(([version, bytes]) => [version, Buffer.from(bytes).toString("base64")]),
    )
  const file = { peppers: printed(peppers), encryption_keys: printed(encryptionKeys) }
  return `${JSON.stringify(file, null, 2)}\n`
}

function parse(path: string, content: string): SecretVersions {
  try {
    const { peppers, encryption_keys: encryptionKeys } = JSON.parse(content)
    return {
      peppers: versions(peppers, (bytes) => bytes >= 32),
      encryptionKeys: versions(encryptionKeys, (bytes) => bytes === 32),
    }
  } catch {
    // The parser's own message could quote the file, so it goes no further.
    throw new ConfigError(
      `The secrets file ${path} is not {"peppers": {"1": <base64>}, "encryption_keys": {"1": <base64>}}.`,
    )
  }
}

function isSystemError(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code
}

function versions(encoded: unknown, lengthIsGood: (bytes: number) => boolean): Versions {
  if (typeof encoded !== "object" || encoded === null) throw new TypeError("not an object")
  const entries = Object.entries(encoded).map(([version, value]): [number, Uint8Array] => {
    const text = String(value)
    const bytes = Buffer.from(text, "base64")
    // What is not base64 is skipped by the decoder; then a damaged file would pass for another secret.
    const whole = bytes.toString("base64") === text && lengthIsGood(bytes.length)
    if (!/^[1-9]\d{0,8}$/.test(version) || !whole) throw new TypeError("not a version")
    return [Number(version), bytes]
  })
  if (entries.length === 0) throw new TypeError("empty")
  return new Map(entries)
}
