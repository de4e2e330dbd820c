import { newId, newRandomId } from "../id.ts"
import { drawn } from "./draw.ts"
import type { KeyFormat } from "./format.ts"

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

/** Automox's: a UUID version 4 in lower case, 122 bits of chance. It tells nothing about the key's own id. */
export const automoxFormat: KeyFormat = {
  name: "automox",
  newKeyId: newId,
  print: (_prefix, _keyId, entropy) => newRandomId(entropy),
  recognizes: (text) => uuidVersion4.test(text),
  hint: (text) => ({ start: "", end: text.slice(-4) }),
  scannerPattern: () => "\\b[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\\b",
}

const uuidVersion4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

/** Octopus Deploy's: `API-` and 31 characters of A–Z and 0–9, 160 bits of chance. */
export const octopusFormat: KeyFormat = {
  name: "octopus",
  newKeyId: newId,
  print: (_prefix, _keyId, entropy) => `API-${drawn("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", 31, entropy)}`,
  recognizes: (text) => octopusText.test(text),
  // As much as the vendor shows of a key, which leaves 139 bits unknown.
  hint: (text) => ({ start: text.slice(0, 8), end: "" }),
  scannerPattern: () => "\\bAPI-[A-Z0-9]{31}\\b",
}

const octopusText = /^API-[A-Z0-9]{31}$/

/** ONLYOFFICE DocSpace's: `sk-` and 32 random bytes as lower-case hex digits. */
export const docspaceFormat: KeyFormat = {
  name: "docspace",
  newKeyId: (_now, entropy) => newRandomId(entropy),
  print: (_prefix, _keyId, entropy) => `sk-${Buffer.from(entropy.bytes(32)).toString("hex")}`,
  recognizes: (text) => docspaceText.test(text),
  hint: (text) => ({ start: "sk-", end: text.slice(-4) }),
  scannerPattern: () => "\\bsk-[0-9a-f]{64}\\b",
}

const docspaceText = /^sk-[0-9a-f]{64}$/
