import { createCipheriv, createDecipheriv, createSecretKey, hkdfSync, type KeyObject } from "node:crypto"
import type { Entropy } from "../entropy.ts"
import { fail } from "../failure.ts"

/** Whose secret is sealed: bound to the sealed text, so that it cannot be moved to another key. */
export interface SealedFor {
  readonly keyId: string
  readonly secretVersion: number
}

/** Seals for one purpose alone. */
export interface PurposeSealer {
  seal(text: string): string
  /**
   * @throws Error when the text was not sealed for this purpose, or was changed
   * @throws "installation_secret_missing" when its key-encryption key is not here
   */
  open(sealed: string): string
}

/**
 * Seals recoverable secrets with AES-256-GCM (NIST SP 800-38D) under versioned key-encryption keys, which are 32 bytes
 * each and held outside the database. A sealed text is `v1.<key version>.<nonce>.<ciphertext>.<tag>`, parts in base64url:
 * a nonce of 12 bytes, a tag of 16. The associated data is `keyward secret <key version> <key id> <secret version>`.
 * For anything else than secrets there is a sealer of its own: see `forPurpose`.
 */
export class Sealer {
  #currentVersion: number
  #versions: ReadonlyMap<number, KeyObject>
  readonly #entropy: Entropy

  /**
   * @param versions raw key-encryption keys by version, at least one, each of 32 bytes
   * @param currentVersion under which new texts are sealed; default: the highest
   */
  constructor(
    versions: ReadonlyMap<number, Uint8Array>,
    entropy: Entropy,
    currentVersion = Math.max(...versions.keys()),
  ) {
    this.#versions = encryptionKeys(versions, currentVersion)
    this.#currentVersion = currentVersion
    this.#entropy = entropy
  }

  /** Takes these in place of the versions so far: whoever holds the sealer, or one for a purpose, uses them from now on. */
  follow(versions: ReadonlyMap<number, Uint8Array>, currentVersion: number): void {
    this.#versions = encryptionKeys(versions, currentVersion)
    this.#currentVersion = currentVersion
  }

  get currentVersion(): number {
    return this.#currentVersion
  }

  seal(text: string, owner: SealedFor): string {
    return this.#seal(text, (version) => associated(version, owner))
  }

  /**
   * @throws Error when the text was not sealed for `owner`, or was changed
   * @throws "installation_secret_missing" when its key-encryption key is not here
   */
  open(sealed: string, owner: SealedFor): string {
    return this.#open(sealed, (version) => associated(version, owner))
  }

  /**
   * A sealer under keys that are derived from these (HKDF-SHA-256, RFC 5869, with the purpose as `info`): what is sealed
   * for one purpose does not open for another, and however much strangers can have sealed, it wears out no key that
   * secrets are under. The associated data is `keyward <purpose>`.
   */
  forPurpose(purpose: string): PurposeSealer {
    const sealer = () => {
      const derived = [...this.#versions].map(([version, key]): [number, Uint8Array] => [
        version,
        new Uint8Array(hkdfSync("sha256", key, "", `keyward ${purpose}`, 32)),
      ])
      return new Sealer(new Map(derived), this.#entropy, this.#currentVersion)
    }
    const data = () => Buffer.from(`keyward ${purpose}`)
    return {
      seal: (text) => sealer().#seal(text, data),
      open: (sealed) => sealer().#open(sealed, data),
    }
  }

  #seal(text: string, associatedData: (keyVersion: number) => Buffer): string {
    const nonce = this.#entropy.bytes(12)
    const cipher = createCipheriv("aes-256-gcm", this.#key(this.#currentVersion), nonce)
    cipher.setAAD(associatedData(this.#currentVersion))
    const ciphertext = Buffer.concat([cipher.update(text, "utf8"), cipher.final()])
    const parts = [nonce, ciphertext, cipher.getAuthTag()].map((part) =>
      Buffer.from(part).toString("base64url"),
    )
    return ["v1", this.#currentVersion, ...parts].join(".")
  }

  #open(sealed: string, associatedData: (keyVersion: number) => Buffer): string {
    const [, version, ...printed] = sealedPattern.exec(sealed) ?? []
    const [nonce, ciphertext, tag] = printed.map((part) => Buffer.from(part, "base64url"))
    // Base64url leaves bits to spare at the end of a part; only the one spelling in which they are zero is ours.
    const ours = [nonce, ciphertext, tag].every((part, at) => part?.toString("base64url") === printed[at])
    if (!nonce || !ciphertext || !tag || !ours) throw new Error("Not a sealed secret.")
    const keyVersion = Number(version)
    const decipher = createDecipheriv("aes-256-gcm", this.#key(keyVersion), nonce, { authTagLength: 16 })
    decipher.setAAD(associatedData(keyVersion))
    decipher.setAuthTag(tag)
    return Buffer.concat([decipher.update(ciphertext), decipher.final()]).toString("utf8")
  }

  #key(version: number): KeyObject {
    const key = this.#versions.get(version)
    return key ?? fail({ code: "installation_secret_missing", secret: "encryption", version })
  }
}

const sealedPattern = /^v1\.([1-9]\d{0,15})\.([\w-]{16})\.([\w-]*)\.([\w-]{22})$/

/** Which version of the key-encryption key a text is sealed under; null for what is no sealed text. */
export function sealedUnder(sealed: string): number | null {
  const [, version] = /^v1\.([1-9]\d{0,15})\./.exec(sealed) ?? []
  return version === undefined ? null : Number(version)
}

function encryptionKeys(
  versions: ReadonlyMap<number, Uint8Array>,
  currentVersion: number,
): ReadonlyMap<number, KeyObject> {
  if (versions.size === 0) throw new RangeError("At least one key-encryption key is needed.")
  for (const [version, key] of versions) {
    if (!Number.isSafeInteger(version) || version < 1) {
      throw new RangeError("A version of the key-encryption key is 1 or more.")
    }
    if (key.length !== 32) throw new RangeError(`Key-encryption key ${version} is not 32 bytes long.`)
  }
  if (!versions.has(currentVersion)) throw new RangeError(`There is no key-encryption key ${currentVersion}.`)
  return new Map([...versions].map(([version, key]) => [version, createSecretKey(key)]))
}

function associated(keyVersion: number, owner: SealedFor): Buffer {
  return Buffer.from(`keyward secret ${keyVersion} ${owner.keyId} ${owner.secretVersion}`)
}
