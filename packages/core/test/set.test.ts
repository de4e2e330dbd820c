import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { type Need, parseNeed } from "../src/permission/grammar.ts"
import { PermissionSet } from "../src/permission/set.ts"
import { allowText, denyText, grantText, needText } from "./permission-texts.ts"
import { vectors } from "./vectors.ts"

const cases = vectors<{
  allows: { grants: string[]; need: string; allowed: boolean; reason: string }[]
  lacking: { held: string[]; given: string[]; lacking: string[]; reason: string }[]
}>("permissions")

function need(text: string): Need {
  const parsed = parseNeed(text)
  if (!parsed) throw new Error(`${text} is not a need.`)
  return parsed
}
const runs = { numRuns: 2000 }
const grants = fc.array(grantText, { maxLength: 5 })
const needs = needText.map(need)

describe("allows", () => {
  test.each(cases.allows)("$grants, $need: $allowed, $reason", ({ grants, need: asked, allowed }) => {
    expect(new PermissionSet(grants).allows(need(asked))).toBe(allowed)
  })

  test("nothing is held without a grant", () => {
    fc.assert(
      fc.property(fc.array(denyText), needs, (denials, asked) => {
        expect(new PermissionSet(denials).allows(asked)).toBe(false)
      }),
      runs,
    )
  })
  test("deny beats allow: a denial of the very need refuses it, whatever else is granted and in any order", () => {
    fc.assert(
      fc.property(grants, needText, fc.nat(), (held, asked, at) => {
        const with_ = held.toSpliced(at % (held.length + 1), 0, `!${asked}`)
        expect(new PermissionSet(with_).allows(need(asked))).toBe(false)
      }),
      runs,
    )
  })
  test("another grant never takes away, another denial never gives", () => {
    fc.assert(
      fc.property(grants, allowText, denyText, needs, (held, allow, deny, asked) => {
        const before = new PermissionSet(held).allows(asked)
        if (before) expect(new PermissionSet([...held, allow]).allows(asked)).toBe(true)
        if (!before) expect(new PermissionSet([...held, deny]).allows(asked)).toBe(false)
      }),
      runs,
    )
  })
  test("whoever holds a permission as such holds it for each resource", () => {
    fc.assert(
      fc.property(grants, needs, (held, { name }) => {
        const set = new PermissionSet(held)
        if (!set.allows({ name, resource: null })) return
        for (const resource of ["r", "s", "unheard-of"]) expect(set.allows({ name, resource })).toBe(true)
      }),
      runs,
    )
  })
  test("what is allowed for some resource is allowed somewhere", () => {
    fc.assert(
      fc.property(grants, needs, (held, asked) => {
        const set = new PermissionSet(held)
        if (set.allows(asked)) expect(set.allowsSomewhere(asked.name)).toBe(true)
      }),
      runs,
    )
  })
  test("what is denied for every resource is allowed nowhere", () => {
    const somewhere = (...held: string[]) => new PermissionSet(held).allowsSomewhere("a.b")
    expect(somewhere("a.*:r")).toBe(true)
    expect(somewhere("*", "!a.b:r")).toBe(true)
    expect(somewhere("*", "!a.b")).toBe(false)
    expect(somewhere("a.b:r", "!a.*")).toBe(false)
    expect(somewhere("a.c")).toBe(false)
  })
  test("the answer is the grammar's, read grant by grant", () => {
    // The rule once more, without an index: slow, plain, and of another make.
    const covers = (grant: string, { name, resource }: Need) => {
      const [pattern = "", where = "*"] = grant.replace("!", "").split(":")
      const named = pattern.endsWith("*") ? name.startsWith(pattern.slice(0, -1)) : name === pattern
      if (!named) return false
      return where === "*" || where === resource || (grant.startsWith("!") && resource === null)
    }
    fc.assert(
      fc.property(grants, needs, (held, asked) => {
        const covering = held.filter((grant) => covers(grant, asked))
        const expected = covering.length > 0 && covering.every((grant) => !grant.startsWith("!"))
        expect(new PermissionSet(held).allows(asked)).toBe(expected)
      }),
      { numRuns: 5000 },
    )
  })
  test("what is stored and no grant is an error, not silently nothing", () => {
    expect(() => new PermissionSet(["invoices.read", "Invoices"])).toThrow(RangeError)
  })
})

describe("lacking", () => {
  test.each(cases.lacking)("$held gives $given: lacks $lacking, $reason", ({ held, given, lacking }) => {
    expect(new PermissionSet(held).lacking(new PermissionSet(given))).toEqual(lacking)
  })

  // Every need that these names and resources can make.
  const segments = ["a", "b", "ab"]
  const names = segments.flatMap((one) => [
    one,
    ...segments.flatMap((two) => [`${one}.${two}`, ...segments.map((three) => `${one}.${two}.${three}`)]),
  ])
  const everyNeed = names.flatMap((name) => [null, "r", "s", "t"].map((resource) => ({ name, resource })))

  test("SOUND: when nothing is lacking, whatever the given set allows, the giver is allowed too", () => {
    let nothingLacking = 0
    fc.assert(
      fc.property(grants, grants, (own, other) => {
        const held = new PermissionSet(own)
        const given = new PermissionSet(other)
        if (held.lacking(given).length > 0) return
        nothingLacking++
        for (const asked of everyNeed) {
          if (given.allows(asked)) expect(held.allows(asked), JSON.stringify(asked)).toBe(true)
        }
      }),
      { numRuns: 6000 },
    )
    expect(nothingLacking).toBeGreaterThan(500)
  })
  test("SOUND for a giver who starts from everything and is denied something", () => {
    const denials = fc.array(denyText, { maxLength: 3 })
    fc.assert(
      fc.property(denials, grants, (own, other) => {
        const held = new PermissionSet(["*", ...own])
        const given = new PermissionSet(other)
        if (held.lacking(given).length > 0) return
        for (const asked of everyNeed) {
          if (given.allows(asked)) expect(held.allows(asked), JSON.stringify(asked)).toBe(true)
        }
      }),
      { numRuns: 4000 },
    )
  })
  test("complete without denials: one who holds each grant as it stands lacks nothing; nor does `*`", () => {
    fc.assert(
      fc.property(fc.array(allowText), fc.array(allowText), (own, more) => {
        expect(new PermissionSet([...own, ...more]).lacking(new PermissionSet(own))).toEqual([])
        expect(new PermissionSet(["*"]).lacking(new PermissionSet(own))).toEqual([])
      }),
      runs,
    )
  })
  test("everyone may give away exactly what they are, denials included", () => {
    fc.assert(
      fc.property(grants, (own) => {
        expect(new PermissionSet(own).lacking(new PermissionSet(own))).toEqual([])
      }),
      runs,
    )
  })
})

test("grants are listed in one spelling, each once, in order", () => {
  expect(new PermissionSet(["a.b:*", "a.*", "a.b", "!a", "a.*:*"]).grants).toEqual(["a.b", "a.*", "!a"])
})
