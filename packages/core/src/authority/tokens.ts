import type { Entropy } from "../entropy.ts"

/** What the tokens of sessions and of one-time links start with, so that a scanner, and a person, can tell what they see. */
export const sessionTokenPrefix = "kws_"
export const linkTokenPrefix = "kwl_"

/** A prefix and 32 random bytes, base64url: 47 characters. Shown once; stored as a digest. */
export function newToken(prefix: string, entropy: Entropy): string {
  return prefix + Buffer.from(entropy.bytes(32)).toString("base64url")
}

/** Whether the text has the form of such a token. */
export function isToken(prefix: string, text: string): boolean {
  return text.startsWith(prefix) && /^[A-Za-z0-9_-]{43}$/.test(text.slice(prefix.length))
}
