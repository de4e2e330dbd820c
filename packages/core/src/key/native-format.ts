import { crc32 } from "node:zlib"
import { newId } from "../id.ts"
import { drawn } from "./draw.ts"
import type { KeyFormat } from "./format.ts"

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
    const unchecked = `${prefix}_${drawn(base62Alphabet, 32, entropy)}`
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

const base62Alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

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
