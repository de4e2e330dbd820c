import fc from "fast-check"
import { describe, expect, test } from "vitest"
import {
  arthurFormat,
  automoxFormat,
  docspaceFormat,
  isKeyPrefix,
  type KeyFormatName,
  keyFormats,
  nativeFormat,
  octopusFormat,
  recognizeKeyText,
} from "../src/key/format.ts"
import type { Instant } from "../src/time.ts"
import { scriptedEntropy, seededEntropy } from "./chance.ts"
import { vectors } from "./vectors.ts"

const cases = vectors<{
  valid: { text: string; format: KeyFormatName; prefix: string; start: string; end: string; reason: string }[]
  invalid: { text: string; reason: string }[]
}>("key-texts")

const word = fc.stringMatching(/^[a-z0-9]{1,9}$/)
const prefix = fc
  .tuple(fc.stringMatching(/^[a-z][a-z0-9]{0,5}$/), fc.array(word, { maxLength: 2 }))
  .map(([first, rest]) => [first, ...rest].join("_"))
const nativeText = fc
  .tuple(prefix, fc.integer())
  .map(([start, seed]) => nativeFormat.print(start, "", seededEntropy(seed)))

describe("vectors", () => {
  test.each(cases.valid)("recognizes $format: $reason", ({ text, format, prefix, start, end }) => {
    expect(recognizeKeyText(text)?.name).toBe(format)
    expect(keyFormats[format].hint(text)).toEqual({ start, end })
    expect(text).toMatch(new RegExp(keyFormats[format].scannerPattern(prefix)))
  })
  test.each(cases.invalid)("refuses $text: $reason", ({ text }) => {
    expect(recognizeKeyText(text)).toBeNull()
  })
})

describe("native", () => {
  test("what is printed is recognized, found by a scanner in running text, and nothing else's", () => {
    fc.assert(
      fc.property(prefix, fc.integer(), (start, seed) => {
        const text = nativeFormat.print(start, "", seededEntropy(seed))
        expect(recognizeKeyText(text)).toBe(nativeFormat)
        expect(text).toHaveLength(start.length + 1 + 32 + 6)
        const found = `token="${text}", next`.match(new RegExp(nativeFormat.scannerPattern(start)))
        expect(found?.[0]).toBe(text)
      }),
    )
  })

  test("a scanner for one prefix does not find the keys of another that ends the same", () => {
    const text = nativeFormat.print("acme_live", "", seededEntropy(1))
    expect(text).not.toMatch(new RegExp(nativeFormat.scannerPattern("live")))
  })

  test("any one character changed is refused", () => {
    fc.assert(
      fc.property(nativeText, fc.nat(), fc.string({ minLength: 1, maxLength: 1 }), (text, n, other) => {
        const at = n % text.length
        fc.pre(other !== text[at])
        expect(nativeFormat.recognizes(text.slice(0, at) + other + text.slice(at + 1))).toBe(false)
      }),
    )
  })
  test("every look-alike of every character is refused", () => {
    const text = nativeFormat.print("acme_live", "", seededEntropy(2))
    const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_"
    const changed = [...text].flatMap((own, at) =>
      [...alphabet]
        .filter((other) => other !== own)
        .map((other) => text.slice(0, at) + other + text.slice(at + 1)),
    )
    expect(changed).toHaveLength(text.length * (alphabet.length - 1))
    expect(changed.filter((other) => nativeFormat.recognizes(other))).toEqual([])
  })
  // CRC-32 finds every burst of up to 32 bits, so every swap of neighbours before the checksum. A swap that reaches
  // into the checksum, and an insertion into or a deletion from the prefix, pass with a chance of one in four milliards.
  test("any two neighbours swapped are refused", () => {
    fc.assert(
      fc.property(nativeText, fc.nat(), (text, n) => {
        const at = n % (text.length - 1)
        const swapped = `${text.slice(0, at)}${text[at + 1]}${text[at]}${text.slice(at + 2)}`
        fc.pre(swapped !== text)
        expect(nativeFormat.recognizes(swapped)).toBe(false)
      }),
    )
  })
  test("any insertion and any deletion is refused", () => {
    fc.assert(
      fc.property(nativeText, fc.nat(), fc.constantFrom(..."_09AZaz-"), (text, n, extra) => {
        const at = n % (text.length + 1)
        expect(nativeFormat.recognizes(text.slice(0, at) + extra + text.slice(at))).toBe(false)
        if (at < text.length) {
          expect(nativeFormat.recognizes(text.slice(0, at) + text.slice(at + 1))).toBe(false)
        }
      }),
    )
  })

  test("each character is equally likely for a given stream of bytes: 248 of 256, four for each of 62", () => {
    const counts = new Map<string, number>()
    for (let byte = 0; byte < 256; byte++) {
      // The byte under test, one to take its place if it is thrown away, and zeros.
      const script = [byte, ...Array<number>(31).fill(0), 0]
      const body = nativeFormat.print("k", "", scriptedEntropy(script)).slice(2, 34)
      const first = byte < 248 ? body[0] : undefined
      if (first === undefined) expect(body).toBe("0".repeat(32))
      else counts.set(first, (counts.get(first) ?? 0) + 1)
    }
    expect(counts.size).toBe(62)
    expect(new Set(counts.values())).toEqual(new Set([4]))
  })

  test("a broken source of chance is an error, not an endless loop", () => {
    const stuck = { bytes: (count: number) => new Uint8Array(count).fill(255) }
    const empty = { bytes: () => new Uint8Array(0) }
    const generous = { bytes: (count: number) => new Uint8Array(count + 1) }
    for (const broken of [stuck, empty, generous]) {
      expect(() => nativeFormat.print("k", "", broken)).toThrow("randomness")
    }
  })
  test("three bytes of four thrown away are no reason to give up", () => {
    let turn = 0
    const poor = {
      bytes: (count: number) => Uint8Array.from({ length: count }, () => (turn++ % 4 ? 255 : 7)),
    }
    expect(nativeFormat.print("k", "", poor).slice(2, 34)).toBe("7".repeat(32))
  })

  test.each(["", "_", "a_", "_a", "a__b", "1a", "A", "a-b", "a".repeat(33), "a\n", "ä"])(
    "%j is no prefix",
    (text) => {
      expect(isKeyPrefix(text)).toBe(false)
    },
  )
})

describe("arthur", () => {
  const now = 0 as Instant
  test("what is printed is recognized and holds the key's id", () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const entropy = seededEntropy(seed)
        const id = arthurFormat.newKeyId(now, entropy)
        const text = arthurFormat.print("", id, entropy)
        expect(recognizeKeyText(text)).toBe(arthurFormat)
        expect(Buffer.from(text, "base64").toString().split(":")[0]).toBe(id)
        expect(`Bearer ${text}`.match(new RegExp(arthurFormat.scannerPattern("")))?.[0]).toBe(text)
      }),
    )
  })
  test("its ids are version 4, as the vendor's", () => {
    expect(arthurFormat.newKeyId(now, seededEntropy(3))[14]).toBe("4")
  })
})

describe.each([
  [automoxFormat, 36],
  [octopusFormat, 35],
  [docspaceFormat, 67],
] as const)("$name", (format, length) => {
  test("what is printed is recognized as its own, found by a scanner, and as long as the vendor's", () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const entropy = seededEntropy(seed)
        const id = format.newKeyId(0 as Instant, entropy)
        const text = format.print("", id, entropy)
        expect(recognizeKeyText(text)).toBe(format)
        expect(text).toHaveLength(length)
        expect(`{"key": "${text}"}`.match(new RegExp(format.scannerPattern("")))?.[0]).toBe(text)
        // Nothing in a list or a log that names the key helps to guess what it is presented as.
        expect(text.replaceAll("-", "")).not.toContain(id.replaceAll("-", "").slice(8))
      }),
    )
  })
  test("a hint leaves at least 90 bits unknown", () => {
    const text = format.print("", "", seededEntropy(5))
    const { start, end } = format.hint(text)
    expect(text.startsWith(start) && text.endsWith(end)).toBe(true)
    const bitsPerCharacter = format === octopusFormat ? Math.log2(36) : 4
    expect((length - start.length - end.length - 6) * bitsPerCharacter).toBeGreaterThan(90)
  })
})
