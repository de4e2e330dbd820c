import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { isPermission, parseGrant, parseNeed, printGrant, printNeed } from "../src/permission/grammar.ts"
import { grantText, needText } from "./permission-texts.ts"
import { vectors } from "./vectors.ts"

interface Case {
  text: string
  reason: string
}
const cases = vectors<{
  permissions: { valid: Case[]; invalid: Case[] }
  grants: { valid: (Case & { printed: string })[]; invalid: Case[] }
  needs: { valid: Case[]; invalid: Case[] }
}>("permissions")

describe("permissions", () => {
  test.each(cases.permissions.valid)("$text: $reason", ({ text }) => {
    expect(isPermission(text)).toBe(true)
    expect(parseNeed(text)).toEqual({ name: text, resource: null })
  })
  test.each(cases.permissions.invalid)("not $text: $reason", ({ text }) => {
    expect(isPermission(text)).toBe(false)
  })
})

describe("grants", () => {
  test.each(cases.grants.valid)("$text: $reason", ({ text, printed }) => {
    const grant = parseGrant(text)
    expect(grant && printGrant(grant)).toBe(printed)
  })
  test.each(cases.grants.invalid)("not $text: $reason", ({ text }) => {
    expect(parseGrant(text)).toBeNull()
  })
  test("what is printed is parsed back, and has one spelling", () => {
    fc.assert(
      fc.property(grantText, (text) => {
        const grant = parseGrant(text)
        if (!grant) throw new Error("The generator made no grant.")
        expect(parseGrant(printGrant(grant))).toEqual(grant)
        expect(printGrant(grant)).toBe(text.replace(/:\*$/, ""))
      }),
    )
  })
})

describe("needs", () => {
  test.each(cases.needs.valid)("$text: $reason", ({ text }) => {
    const need = parseNeed(text)
    expect(need && printNeed(need)).toBe(text)
  })
  test.each(cases.needs.invalid)("not $text: $reason", ({ text }) => {
    expect(parseNeed(text)).toBeNull()
  })
  test("a need is a grant too: to grant what is needed is to write it down", () => {
    fc.assert(
      fc.property(needText, (text) => {
        expect(parseGrant(text)).toEqual({ ...parseNeed(text), deny: false, wildcard: false })
      }),
    )
  })
})
