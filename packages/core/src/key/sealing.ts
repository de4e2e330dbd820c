import { createCipheriv, createDecipheriv } from "node:crypto"
import type { Entropy } from "../entropy.ts"

/** Whose secret is sealed: bound to the sealed text, so that it cannot be moved to another key. */
export interface SealedFor {
  readonly keyId: string
  readonly secretVersion: number
}

/**
 * Seals recoverable secrets with AES-256-GCM (NIST SP 800-38D) under versioned key-encryption keys, which are 32 bytes
 * each and held outside the database. A sealed text is `v1.<key version>.<nonce>.<ciphertext>.<tag>`, parts in base64url.
 */
export class Sealer {
  readonly currentVersion: number
  readonly #versions: ReadonlyMap<number, Uint8Array>
  readonly #entropy: Entropy

  constructor(versions: ReadonlyMap<number, Uint8Array>, entropy: Entropy) {
    if (versions.size === 0) throw new RangeError("At least one key-encryption key is needed.")
    for (const [version, key] of versions) {
      if (key.length !== 32) throw new RangeError(`Key-encryption key ${version} is not 32 bytes long.`)
    }
    this.currentVersion = Math.max(...versions.keys())
    this.#versions = versions
    this.#entropy = entropy
  }

  seal(text: string, owner: SealedFor): string {
    const nonce = this.#entropy.bytes(12)
    const cipher = createCipheriv("aes-256-gcm", this.#key(this.currentVersion), nonce)
    cipher.setAAD(associated(this.currentVersion, owner))
    const ciphertext = Buffer.concat([cipher.update(text, "utf8"), cipher.final()])
    const parts = [nonce, ciphertext, cipher.getAuthTag()].map((part) =>
      Buffer.from(part).toString("base64url"),
    )
    return ["v1", this.currentVersion, ...parts].join(".")
  }

  /** @throws Error when the text was not sealed for `owner`, was changed, or its key-encryption key is not here */
  open(sealed: string, owner: SealedFor): string {
    const [form, version, nonce, ciphertext, tag, ...rest] = sealed.split(".")
    if (form !== "v1" || !version || !nonce || !ciphertext || !tag || rest.length > 0) {
      throw new Error("Not a sealed secret.")
    }
    const decipher = createDecipheriv(
      "aes-256-gcm",
      this.#key(Number(version)),
      Buffer.from(nonce, "base64url"),
      {
        authTagLength: 16,
      },
    )
    decipher.setAAD(associated(Number(version), owner))
    decipher.setAuthTag(Buffer.from(tag, "base64url"))
    return Buffer.concat([decipher.update(Buffer.from(ciphertext, "base64url")), decipher.final()]).toString(
      "utf8",
    )
  }

  #key(version: number): Uint8Array {
    const key = this.#versions.get(version)
    if (!key) throw new Error(`Key-encryption key ${version} is not configured.`)
    return key
  }
}

function associated(keyVersion: number, owner: SealedFor): Buffer {
  return Buffer.from(`keyward secret ${keyVersion} ${owner.keyId} ${owner.secretVersion}`)
}
