import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { Sealer } from "../src/key/sealing.ts"
import { scriptedEntropy, seededEntropy } from "./chance.ts"
import { vectors } from "./vectors.ts"

const { cases } = vectors<{
  cases: {
    key_version: number
    key_hex: string
    nonce_hex: string
    key_id: string
    secret_version: number
    text: string
    sealed: string
    reason: string
  }[]
}>("sealing")

const bytes = (fill: number) => new Uint8Array(32).fill(fill)
const owner = { keyId: "01981d3a-7c00-7000-8000-000000000001", secretVersion: 1 }

describe("sealing", () => {
  test.each(cases)("as other programs seal and open: $reason", (given) => {
    const nonce = [...Buffer.from(given.nonce_hex, "hex")]
    const keys = new Map([[given.key_version, Buffer.from(given.key_hex, "hex")]])
    const sealer = new Sealer(keys, scriptedEntropy(nonce))
    const sealedFor = { keyId: given.key_id, secretVersion: given.secret_version }
    expect(sealer.seal(given.text, sealedFor)).toBe(given.sealed)
    expect(sealer.open(given.sealed, sealedFor)).toBe(given.text)
  })

  test("what is sealed is opened, by its owner and by nobody else", () => {
    const sealer = new Sealer(new Map([[1, bytes(1)]]), seededEntropy(1))
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.uuid(), fc.nat(), (text, keyId, secretVersion) => {
        const sealed = sealer.seal(text, { keyId, secretVersion })
        expect(sealer.open(sealed, { keyId, secretVersion })).toBe(text)
        expect(() => sealer.open(sealed, { keyId, secretVersion: secretVersion + 1 })).toThrow()
        expect(() => sealer.open(sealed, { keyId: owner.keyId, secretVersion })).toThrow()
      }),
    )
  })

  test("any one character changed, in any part, is refused", () => {
    const keys = new Map([1, 2, 3, 11].map((version) => [version, bytes(1)]))
    const sealer = new Sealer(keys, seededEntropy(2))
    const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_.+/= "
    // Of every length modulo 3, since base64url leaves 0, 2 or 4 bits to spare.
    for (const text of ["abc", "abcd", "abcde"]) {
      const sealed = sealer.seal(text, owner)
      for (let at = 0; at < sealed.length; at++) {
        for (const other of alphabet) {
          if (other === sealed[at]) continue
          const changed = sealed.slice(0, at) + other + sealed.slice(at + 1)
          expect(() => sealer.open(changed, owner), changed).toThrow()
        }
      }
    }
  })

  test.each([
    ["v1", "empty parts"],
    ["v1.1.AAAAAAAAAAAAAAAA.AAAA", "no tag"],
    ["v1.1.AAAAAAAAAAAAAAAA.AAAA.AAAA", "a tag of 3 bytes"],
    ["v1.1.AAAA.AAAA.AAAAAAAAAAAAAAAAAAAAAA", "a nonce of 3 bytes"],
    ["v2.1.AAAAAAAAAAAAAAAA.AAAA.AAAAAAAAAAAAAAAAAAAAAA", "another form"],
    ["v1.9.AAAAAAAAAAAAAAAA.AAAA.AAAAAAAAAAAAAAAAAAAAAA", "a key-encryption key that is not here"],
    ["v1.01.AAAAAAAAAAAAAAAA.AAAA.AAAAAAAAAAAAAAAAAAAAAA", "a version with a leading zero"],
  ])("refuses %s: %s", (sealed) => {
    expect(() => new Sealer(new Map([[1, bytes(1)]]), seededEntropy(3)).open(sealed, owner)).toThrow()
  })

  test("a new key-encryption key seals, and the old ones still open", () => {
    const before = new Sealer(new Map([[1, bytes(1)]]), seededEntropy(4)).seal("secret", owner)
    const sealer = new Sealer(
      new Map([
        [2, bytes(2)],
        [1, bytes(1)],
      ]),
      seededEntropy(5),
    )
    expect(sealer.open(before, owner)).toBe("secret")
    expect(sealer.seal("secret", owner)).toMatch(/^v1\.2\./)
  })
  test("the version is bound too: a text does not open under another key's name, even of the same bytes", () => {
    const keys = new Map([
      [1, bytes(1)],
      [2, bytes(1)],
    ])
    const sealer = new Sealer(keys, seededEntropy(6))
    const sealed = sealer.seal("secret", owner)
    expect(() => sealer.open(sealed.replace("v1.2.", "v1.1."), owner)).toThrow()
  })
  test("the key is copied: to wipe the bytes it was read from changes nothing", () => {
    const key = bytes(7)
    const keys = new Map([[1, key]])
    const sealer = new Sealer(keys, seededEntropy(7))
    const sealed = sealer.seal("secret", owner)
    key.fill(0)
    keys.clear()
    expect(sealer.open(sealed, owner)).toBe("secret")
  })
  test.each([
    ["no key", new Map()],
    ["a key of 31 bytes", new Map([[1, new Uint8Array(31)]])],
    ["version 0", new Map([[0, bytes(1)]])],
  ])("refuses %s", (_, keys) => {
    expect(() => new Sealer(keys, seededEntropy(8))).toThrow(RangeError)
  })

  test("what is sealed for a purpose opens for that purpose alone, under any key-encryption key that is still here", () => {
    const old = new Sealer(new Map([[1, bytes(1)]]), seededEntropy(1))
    const both = new Sealer(new Map([1, 2].map((version) => [version, bytes(version)])), seededEntropy(2))
    const sealed = old.forPurpose("sign-in").seal("text")
    expect(both.forPurpose("sign-in").open(sealed)).toBe("text")
    expect(() => both.forPurpose("sign-out").open(sealed)).toThrow()
    expect(() => both.open(sealed, owner)).toThrow()
    expect(() => both.forPurpose("sign-in").open(both.seal("text", owner))).toThrow()
    const other = new Sealer(new Map([[1, bytes(3)]]), seededEntropy(3))
    expect(() => other.forPurpose("sign-in").open(sealed)).toThrow()
  })
})
