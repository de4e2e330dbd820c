import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { Peppers } from "../src/key/digest.ts"
import { vectors } from "./vectors.ts"

const { cases } = vectors<{
  cases: {
    text: string
    pepper_version: number
    pepper_hex: string
    sha256_hex: string
    digest: string
    reason: string
  }[]
}>("digests")

const pepper = (fill: number) => new Uint8Array(32).fill(fill)

describe("digests", () => {
  test.each(cases)("as other programs compute them: $reason", (given) => {
    const peppers = new Peppers(new Map([[given.pepper_version, Buffer.from(given.pepper_hex, "hex")]]))
    const expected = { pepperVersion: given.pepper_version, digest: given.digest }
    expect(peppers.digest(given.text)).toEqual(expected)
    expect(peppers.digestOfHash(Buffer.from(given.sha256_hex, "hex"))).toEqual(expected)
    expect(peppers.candidates(given.text)).toEqual([expected])
  })

  test("the candidates are of every version, the current first", () => {
    const peppers = new Peppers(
      new Map([
        [2, pepper(2)],
        [11, pepper(11)],
        [1, pepper(1)],
      ]),
    )
    expect(peppers.currentVersion).toBe(11)
    expect(peppers.versions).toEqual([11, 2, 1])
    expect(peppers.candidates("x").map(({ pepperVersion }) => pepperVersion)).toEqual([11, 2, 1])
    expect(peppers.candidates("x")[0]).toEqual(peppers.digest("x"))
  })

  test("what an older pepper stored is still found under a newer one", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const stored = new Peppers(new Map([[1, pepper(1)]])).digest(text)
        const newer = new Peppers(
          new Map([
            [1, pepper(1)],
            [2, pepper(2)],
          ]),
        )
        expect(newer.candidates(text)).toContainEqual(stored)
        expect(newer.digest(text)).not.toEqual(stored)
      }),
    )
  })

  test("a fingerprint tells peppers apart, and is none of the digests", () => {
    const one = new Peppers(new Map([[1, pepper(1)]]))
    const same = new Peppers(new Map([[1, pepper(1)]]))
    const other = new Peppers(new Map([[1, pepper(2)]]))
    expect(one.fingerprint(1)).toBe(same.fingerprint(1))
    expect(one.fingerprint(1)).not.toBe(other.fingerprint(1))
  })

  test("a pepper is copied: to wipe the bytes it was read from changes nothing", () => {
    const bytes = pepper(5)
    const peppers = new Peppers(new Map([[1, bytes]]))
    const before = peppers.digest("x")
    bytes.fill(0)
    expect(peppers.digest("x")).toEqual(before)
  })

  test.each([
    ["no pepper", new Map()],
    ["a pepper of 31 bytes", new Map([[1, new Uint8Array(31)]])],
    ["version 0", new Map([[0, pepper(1)]])],
    ["version 1.5", new Map([[1.5, pepper(1)]])],
  ])("refuses %s", (_, versions) => {
    expect(() => new Peppers(versions)).toThrow(RangeError)
  })
})
