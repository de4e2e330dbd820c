import { createHmac, createSecretKey, hash, type KeyObject } from "node:crypto"

/** How a secret is found: its digest under one version of the pepper. */
export interface Digest {
  readonly pepperVersion: number
  /** HMAC-SHA-256 of the SHA-256 of the text, base64url, 43 characters. */
  readonly digest: string
}

/**
 * What stands in place of a secret's digest once that was forgotten, so that its pepper can be retired. It is no hash, so no
 * text is ever found by it, and it is of version 0, which no pepper has.
 */
export function forgottenDigest(keyId: string, secretVersion: number): Digest {
  return { pepperVersion: 0, digest: `forgotten ${keyId} ${secretVersion}` }
}

/**
 * The versions of the pepper: 32 random bytes each, held outside the database, so that a stolen database alone
 * cannot be searched for a secret. New digests use the current version; the others still find what was made under them.
 */
export class Peppers {
  #currentVersion: number
  /** The current one first. */
  #versions: ReadonlyMap<number, KeyObject>

  /**
   * @param versions raw peppers by version, at least one, each of 32 bytes or more
   * @param currentVersion default: the highest
   */
  constructor(versions: ReadonlyMap<number, Uint8Array>, currentVersion = Math.max(...versions.keys())) {
    this.#versions = pepperKeys(versions, currentVersion)
    this.#currentVersion = currentVersion
  }

  /** Takes these in place of the versions so far: whoever holds the peppers uses them from now on. */
  follow(versions: ReadonlyMap<number, Uint8Array>, currentVersion: number): void {
    this.#versions = pepperKeys(versions, currentVersion)
    this.#currentVersion = currentVersion
  }

  get currentVersion(): number {
    return this.#currentVersion
  }

  /** The digest of a new secret. */
  digest(text: string): Digest {
    return this.digestOfHash(hash("sha256", text, "buffer"))
  }

  /** The same for a secret of which only the SHA-256 (32 bytes) is known: an import, or one its holder never sent. */
  digestOfHash(sha256: Uint8Array): Digest {
    return { pepperVersion: this.currentVersion, digest: this.#keyed(this.currentVersion, sha256) }
  }

  /** What `text` may be stored as: under the current version first, then under each other one. */
  candidates(text: string): Digest[] {
    return this.candidatesOfHash(hash("sha256", text, "buffer"))
  }

  /** The same for a secret of which only the SHA-256 (32 bytes) is known. */
  candidatesOfHash(sha256: Uint8Array): Digest[] {
    return [...this.#versions.keys()].map((pepperVersion) => ({
      pepperVersion,
      digest: this.#keyed(pepperVersion, sha256),
    }))
  }

  /** A value that tells whether two processes hold the same pepper of a version, and nothing else about it. */
  fingerprint(version: number): string {
    return createHmac("sha256", this.#pepper(version))
      .update("keyward pepper fingerprint")
      .digest("base64url")
  }

  /** The current one first. */
  get versions(): number[] {
    return [...this.#versions.keys()]
  }

  #keyed(version: number, sha256: Uint8Array): string {
    return createHmac("sha256", this.#pepper(version)).update(sha256).digest("base64url")
  }

  #pepper(version: number): KeyObject {
    const pepper = this.#versions.get(version)
    if (!pepper) throw new RangeError(`There is no pepper version ${version}.`)
    return pepper
  }
}

function pepperKeys(
  versions: ReadonlyMap<number, Uint8Array>,
  currentVersion: number,
): ReadonlyMap<number, KeyObject> {
  if (versions.size === 0) throw new RangeError("At least one pepper version is needed.")
  for (const [version, pepper] of versions) {
    if (!Number.isSafeInteger(version) || version < 1) throw new RangeError("A pepper version is 1 or more.")
    if (pepper.length < 32) throw new RangeError(`Pepper version ${version} is shorter than 32 bytes.`)
  }
  if (!versions.has(currentVersion)) throw new RangeError(`There is no pepper version ${currentVersion}.`)
  const rank = (version: number) => (version === currentVersion ? Number.POSITIVE_INFINITY : version)
  const ordered = [...versions].sort(([a], [b]) => rank(b) - rank(a))
  return new Map(ordered.map(([version, pepper]) => [version, createSecretKey(pepper)]))
}
