import { randomUUID } from "node:crypto"
import { appendFileSync, readdirSync, readFileSync } from "node:fs"
import { basename, join } from "node:path"
import { expect, inject } from "vitest"
import "./evidence-setup.ts"

// Tests register the secrets that they come by and leave what a program logged or answered. secrets.test.ts runs after
// all of them and looks for the one in the other.

export type SecretKind =
  | "key text"
  | "password"
  | "pepper"
  | "key-encryption key"
  | "digest"
  | "sealed secret"
  | "password hash"

/** Something that only those may see to whom it was handed. */
export interface KnownSecret {
  readonly kind: SecretKind
  readonly bytes: Uint8Array
}

/** Something that others than the holder of a secret may see. */
export interface Exhibit {
  /** Where it is from, so that a finding can be followed; never with a secret in it. */
  readonly source: string
  readonly text: string
}

/** One file for each worker and kind, so that no two write to the same. */
const writer = randomUUID()

/** @param secret its bytes; a text stands for its UTF-8 */
export function registerSecret(kind: SecretKind, secret: string | Uint8Array): void {
  const bytes = Buffer.from(secret)
  append("secrets", { kind, base64: bytes.toString("base64") })
}

/** @param exhibit whole lines: what stands half in one exhibit and half in the next is not found */
export function gather({ source, text }: Exhibit): void {
  const file = basename(expect.getState().testPath ?? "a test")
  append("exhibits", { source: `${source} (${file})`, text })
}

export function knownSecrets(): KnownSecret[] {
  return read("secrets").map(({ kind, base64 }) => ({ kind, bytes: Buffer.from(base64, "base64") }))
}

export function exhibits(): Exhibit[] {
  return read("exhibits")
}

function append(kind: string, line: object): void {
  appendFileSync(join(inject("evidence"), `${writer}.${kind}`), `${JSON.stringify(line)}\n`, { mode: 0o600 })
}

function read(kind: string) {
  const folder = inject("evidence")
  return readdirSync(folder)
    .filter((name) => name.endsWith(`.${kind}`))
    .flatMap((name) => readFileSync(join(folder, name), "utf8").split("\n"))
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line))
}
