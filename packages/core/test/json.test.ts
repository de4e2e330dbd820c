import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { canonicalJson, type Json } from "../src/json.ts"

describe("canonical JSON (RFC 8785)", () => {
  test("the example of §3.2.2 and §3.2.3", () => {
    const value: Json = JSON.parse(
      '{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],' +
        '"string":"\\u20ac$\\u000F\\u000aA\'\\u0042\\u0022\\u005c\\\\\\"\\/","literals":[null,true,false]}',
    )
    expect(canonicalJson(value)).toBe(
      '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],' +
        '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    )
  })
  test("members are sorted by UTF-16 code units (§3.2.3), which is not by code point", () => {
    const value = {
      "\u20ac": "Euro Sign",
      "\r": "Carriage Return",
      "\ufb33": "Hebrew Letter Dalet With Dagesh",
      "1": "One",
      "\ud83d\ude00": "Emoji: Grinning Face",
      "\u0080": "Control",
      "\u00f6": "Latin Small Letter O With Diaeresis",
    }
    expect(Object.values(JSON.parse(`[${canonicalJson(value)}]`)[0])).toHaveLength(7)
    expect([...canonicalJson(value).matchAll(/:"(\w+)/g)].map(([, first]) => first)).toEqual([
      "Carriage",
      "One",
      "Control",
      "Latin",
      "Euro",
      "Emoji",
      "Hebrew",
    ])
  })
  // Appendix B, as IEEE 754 bits.
  test.each([
    ["0000000000000000", "0"],
    ["8000000000000000", "0"],
    ["0000000000000001", "5e-324"],
    ["8000000000000001", "-5e-324"],
    ["7fefffffffffffff", "1.7976931348623157e+308"],
    ["4340000000000000", "9007199254740992"],
    ["c340000000000000", "-9007199254740992"],
    ["4430000000000000", "295147905179352830000"],
    ["44b52d02c7e14af5", "9.999999999999997e+22"],
    ["44b52d02c7e14af6", "1e+23"],
    ["444b1ae4d6e2ef4e", "999999999999999700000"],
    ["444b1ae4d6e2ef50", "1e+21"],
    ["3eb0c6f7a0b5ed8c", "9.999999999999997e-7"],
    ["3eb0c6f7a0b5ed8d", "0.000001"],
    ["41b3de4355555557", "333333333.33333343"],
    ["becbf647612f3696", "-0.0000033333333333333333"],
  ])("the number %s is %s", (bits, printed) => {
    expect(canonicalJson(Buffer.from(bits, "hex").readDoubleBE())).toBe(printed)
  })
  test.each([[Number.NaN], [Number.POSITIVE_INFINITY], ["\ud800"], ["a\udc00b"]])("refuses %j", (value) => {
    expect(() => canonicalJson(value)).toThrow(RangeError)
    expect(() => canonicalJson({ nested: [value] })).toThrow(RangeError)
  })
  test("refuses half a surrogate pair in a member's name", () => {
    expect(() => canonicalJson({ "\ud800": 1 })).toThrow(RangeError)
  })

  test("reads back as what it was, is canonical already, and does not depend on the order of members", () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: "grapheme" }), (value) => {
        const text = canonicalJson(value as Json)
        expect(JSON.stringify(JSON.parse(text)).length).toBe(text.length)
        expect(canonicalJson(JSON.parse(text))).toBe(text)
        if (value !== null && typeof value === "object" && !Array.isArray(value)) {
          expect(canonicalJson(Object.fromEntries(Object.entries(value as object).reverse()))).toBe(text)
        }
      }),
    )
  })
})
