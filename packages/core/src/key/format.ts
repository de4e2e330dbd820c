import type { Entropy } from "../entropy.ts"
import type { Instant } from "../time.ts"
import type { SecretHint } from "./key.ts"
import { nativeFormat } from "./native-format.ts"
import { arthurFormat, automoxFormat, docspaceFormat, octopusFormat } from "./vendor-formats.ts"

export { isKeyPrefix, nativeFormat } from "./native-format.ts"
export { arthurFormat, automoxFormat, docspaceFormat, octopusFormat } from "./vendor-formats.ts"

/** The shape of the text that a keyspace's keys are presented as. */
export interface KeyFormat {
  readonly name: KeyFormatName
  /** An id for a new key; a vendor's format may prescribe the UUID version. */
  newKeyId(now: Instant, entropy: Entropy): string
  /** A new secret text. @param prefix the keyspace's; formats without a prefix ignore it. */
  print(prefix: string, keyId: string, entropy: Entropy): string
  /** Whether `text` has this shape, its checksum included. */
  recognizes(text: string): boolean
  /** What of a text may be shown afterwards. */
  hint(text: string): SecretHint
  /** A regular expression (RE2 syntax) with which secret scanners find the texts of a keyspace. */
  scannerPattern(prefix: string): string
}

export type KeyFormatName = "native" | "arthur" | "automox" | "octopus" | "docspace"

/** Longest text that is looked at, in characters. */
export const keyTextMaximum = 512

export const keyFormats: Readonly<Record<KeyFormatName, KeyFormat>> = {
  native: nativeFormat,
  arthur: arthurFormat,
  automox: automoxFormat,
  octopus: octopusFormat,
  docspace: docspaceFormat,
}

/** The format whose shape `text` has, or null: such a text is MALFORMED and never looked up. */
export function recognizeKeyText(text: string): KeyFormat | null {
  if (text.length > keyTextMaximum) return null
  for (const format of Object.values(keyFormats)) if (format.recognizes(text)) return format
  return null
}
