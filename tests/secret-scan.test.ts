import { hash, randomBytes } from "node:crypto"
import { inspect } from "node:util"
import { describe, expect, test } from "vitest"
import { SecretScan } from "./secret-scan.ts"

const keyText = "acme_live_pV2x9Qd7LmZk3RfTyB8nWc5HsJg4XaEu0Ro1Ie"
const pepper = randomBytes(32)
const scan = new SecretScan([
  { kind: "key text", bytes: Buffer.from(keyText) },
  { kind: "key text", bytes: Buffer.from(keyText.replace("acme", "other")) },
  { kind: "pepper", bytes: pepper },
])

const plantedTexts: readonly (readonly [string, string])[] = [
  ["in a sentence", `the key "${keyText}" was refused`],
  ["alone", keyText],
  ["within a longer word", `x${keyText}x`],
  ["as base64, padded", Buffer.from(keyText).toString("base64")],
  ["as the SHA-256 that the digest is made from", hash("sha256", keyText, "hex")],
  ["as that SHA-256 in base64url", hash("sha256", keyText, "base64url")],
]
const plantedBytes: readonly (readonly [string, string])[] = [
  ["hexadecimal", pepper.toString("hex")],
  ["hexadecimal in upper case", pepper.toString("hex").toUpperCase()],
  ["base64", pepper.toString("base64")],
  ["base64url", pepper.toString("base64url")],
  ["a Buffer in JSON", JSON.stringify(pepper)],
  ["a Uint8Array in JSON", JSON.stringify(new Uint8Array(pepper))],
  ["a Buffer that is inspected", inspect(pepper)],
  ["a Buffer that is taken for text", String(pepper)],
  ["the same in JSON", JSON.stringify({ pepper: String(pepper) })],
]

describe("a scan finds what was planted", () => {
  test.each(plantedTexts)("a key text %s", (_how, text) => {
    expect([...scan.findings({ source: "log", text })]).toEqual([{ kind: "key text", source: "log" }])
  })

  test.each(plantedBytes)("a pepper as %s", (_how, text) => {
    expect([...scan.findings({ source: "log", text: `{"msg":${text}}` })]).toEqual([
      { kind: "pepper", source: "log" },
    ])
  })

  test("each of several, with its place", () => {
    const text = `${keyText} ${pepper.toString("hex")}`
    expect([...scan.findings({ source: "answer", text })].map(({ kind }) => kind)).toEqual([
      "key text",
      "pepper",
    ])
  })
})

test("it says nothing of the secret itself", () => {
  const [finding] = scan.findings({ source: "log", text: keyText })
  expect(JSON.stringify(finding)).not.toContain(keyText.slice(-8))
})

test("what only resembles a secret is none", () => {
  for (const text of [keyText.slice(0, -1), keyText.slice(1), keyText.toLowerCase(), "acme_live_", ""]) {
    expect([...scan.findings({ source: "log", text })]).toEqual([])
  }
})

test("a secret that any text might hold cannot be looked for", () => {
  expect(() => new SecretScan([{ kind: "password", bytes: Buffer.from("short") }])).toThrow(RangeError)
})
