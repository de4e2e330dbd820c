import type { Entropy } from "../entropy.ts"

/** With an alphabet of 62 or 36 at most one byte in 32 is thrown away, so to need this many draws is as likely as to guess a key. */
const draws = 32

/**
 * `length` characters, each of the alphabet's equally likely: bytes beyond the last whole multiple of its size are thrown away.
 * @throws Error when the source of chance is broken
 */
export function drawn(alphabet: string, length: number, entropy: Entropy): string {
  const usable = 256 - (256 % alphabet.length)
  let text = ""
  for (let draw = 0; draw < draws && text.length < length; draw++) {
    for (const byte of entropy.bytes(length - text.length)) {
      if (byte < usable) text += alphabet.charAt(byte % alphabet.length)
    }
  }
  if (text.length !== length) throw new Error("The source of randomness is broken.")
  return text
}
