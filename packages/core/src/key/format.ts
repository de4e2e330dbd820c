import { crc32 } from "node:zlib"
import type { Entropy } from "../entropy.ts"
import { newId, newRandomId } from "../id.ts"
import type { Instant } from "../time.ts"
import type { SecretHint } from "./key.ts"

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

export type KeyFormatName = "native" | "arthur"

/** Longest text that is looked at, in characters. */
export const keyTextMaximum = 512

const prefixGrammar = /^[a-z][a-z0-9]*(?:_[a-z0-9]+)*$/

/** Whether `text` can be the prefix of a native keyspace: 1 to 32 of `a-z 0-9 _`, starting with a letter, no `_` at an end or doubled. */
export function isKeyPrefix(text: string): boolean {
  return text.length <= 32 && prefixGrammar.test(text)
}

/**
 * `<prefix>_<body><checksum>`: 32 base62 characters of chance (190 bits), then 6 of CRC-32 over all before them, so
 * that a mistyped or cut text never reaches the store. Joined by `_`, so that a double click selects the whole.
 */
export const nativeFormat: KeyFormat = {
  name: "native",
  newKeyId: newId,
  print(prefix, _keyId, entropy) {
    const unchecked = `${prefix}_${base62(32, entropy)}`
    return unchecked + checksum(unchecked)
  },
  recognizes(text) {
    const end = text.length - 6
    const underscore = end - 33
    return (
      underscore > 0 &&
      text.charCodeAt(underscore) === 0x5f &&
      isBase62(text, underscore + 1) &&
      isKeyPrefix(text.slice(0, underscore)) &&
      text.endsWith(checksum(text.slice(0, end)))
    )
  },
  hint: (text) => ({ start: text.slice(0, -34), end: text.slice(-4) }),
  scannerPattern: (prefix) => `\\b${prefix}_[0-9A-Za-z]{38}\\b`,
}

/** The Arthur GenAI Engine's: standard base64, padded, of `<key id>:<32 random bytes in base64url>`; 108 characters. */
export const arthurFormat: KeyFormat = {
  name: "arthur",
  newKeyId: (_now, entropy) => newRandomId(entropy),
  print(_prefix, keyId, entropy) {
    const secret = Buffer.from(entropy.bytes(32)).toString("base64url")
    return Buffer.from(`${keyId}:${secret}`).toString("base64")
  },
  recognizes(text) {
    if (text.length !== 108 || !text.endsWith("=")) return false
    const decoded = Buffer.from(text, "base64")
    return decoded.toString("base64") === text && arthurDecoded.test(decoded.toString("latin1"))
  },
  hint: (text) => ({ start: text.slice(0, 8), end: text.slice(-4) }),
  scannerPattern: () => "\\b[A-Za-z0-9+/]{107}=",
}

const arthurDecoded = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}:[A-Za-z0-9_-]{43}$/

export const keyFormats: Readonly<Record<KeyFormatName, KeyFormat>> = {
  native: nativeFormat,
  arthur: arthurFormat,
}

/** The format whose shape `text` has, or null: such a text is MALFORMED and never looked up. */
export function recognizeKeyText(text: string): KeyFormat | null {
  if (text.length > keyTextMaximum) return null
  for (const format of Object.values(keyFormats)) if (format.recognizes(text)) return format
  return null
}

const base62Alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

/** A source of chance throws away one byte in 32, so that to need this many draws is as likely as to guess a key. */
const draws = 32

/**
 * `length` characters, each of the 62 equally likely: bytes of 248 and above are thrown away, as 248 is 4 × 62.
 * @throws Error when the source of chance is broken
 */
function base62(length: number, entropy: Entropy): string {
  let text = ""
  for (let draw = 0; draw < draws && text.length < length; draw++) {
    for (const byte of entropy.bytes(length - text.length)) {
      if (byte < 248) text += base62Alphabet.charAt(byte % 62)
    }
  }
  if (text.length !== length) throw new Error("The source of randomness is broken.")
  return text
}

/** CRC-32 (ISO 3309) of the text, as 6 base62 characters, most significant first, padded with `0`. */
function checksum(text: string): string {
  let rest = crc32(text)
  let printed = ""
  for (let digit = 0; digit < 6; digit++) {
    printed = base62Alphabet.charAt(rest % 62) + printed
    rest = Math.floor(rest / 62)
  }
  return printed
}

function isBase62(text: string, from: number): boolean {
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at)
    const digit = code >= 0x30 && code <= 0x39
    const letter = (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a)
    if (!digit && !letter) return false
  }
  return true
}
