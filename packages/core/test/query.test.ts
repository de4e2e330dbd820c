import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { printNeed } from "../src/permission/grammar.ts"
import { missingFor, type PermissionQuery, parseQuery } from "../src/permission/query.ts"
import { PermissionSet } from "../src/permission/set.ts"
import { allowText, grantText, needText } from "./permission-texts.ts"
import { vectors } from "./vectors.ts"

const cases = vectors<{
  valid: { query: string; held: string[]; missing: string[]; reason: string }[]
  invalid: { query: string; character: number | null; reason: string }[]
}>("queries")

function parsed(text: string): PermissionQuery {
  const query = parseQuery(text)
  if ("error" in query) throw new Error(query.error)
  return query
}

/** Writes a query down, with parentheses around each part that has parts. */
function print(query: PermissionQuery): string {
  if (query.kind === "need") return printNeed(query.need)
  return query.parts
    .map((part) => (part.kind === "need" ? print(part) : `(${print(part)})`))
    .join(` ${query.kind} `)
}

const { query: anyQuery } = fc.letrec<{ query: PermissionQuery; parts: PermissionQuery[] }>((tie) => ({
  query: fc.oneof(
    { maxDepth: 3 },
    needText.map(parsed),
    fc.record({ kind: fc.constantFrom("and" as const, "or" as const), parts: tie("parts") }),
  ),
  parts: fc.array(tie("query"), { minLength: 2, maxLength: 3 }),
}))

describe("queries", () => {
  test.each(cases.valid)("$query, held $held: $reason", ({ query, held, missing }) => {
    expect(missingFor(parsed(query), new PermissionSet(held))).toEqual(missing)
  })
  test.each(cases.invalid)("refuses $query: $reason", ({ query, character }) => {
    const refused = parseQuery(query)
    if (!("error" in refused)) throw new Error("It was taken for a query.")
    if (character !== null) expect(refused.error).toContain(` at character ${character}`)
    // A query is an input like any other: the message quotes nothing of it.
    expect(refused.error.length).toBeLessThan(80)
  })

  test("what is printed is parsed back", () => {
    fc.assert(
      fc.property(anyQuery, (query) => {
        const text = print(query)
        fc.pre(text.length <= 1000)
        expect(parseQuery(text)).toEqual(query)
      }),
    )
  })
  test("any text is a query or refused with a sentence, and never an exception", () => {
    const scrap = fc.constantFrom("a", "and", "or", "(", ")", " ", "a.b:r", "*", "!", "AND", "\u00a0", "é")
    fc.assert(
      fc.property(fc.array(scrap, { maxLength: 20 }), (scraps) => {
        const query = parseQuery(scraps.join(""))
        if ("error" in query) expect(query.error).toMatch(/\.$/)
      }),
    )
  })

  const holds = (query: PermissionQuery, held: PermissionSet): boolean => {
    if (query.kind === "need") return held.allows(query.need)
    return query.kind === "and"
      ? query.parts.every((part) => holds(part, held))
      : query.parts.some((part) => holds(part, held))
  }
  test("nothing is missing exactly when the query holds", () => {
    fc.assert(
      fc.property(anyQuery, fc.array(grantText, { maxLength: 6 }), (query, grants) => {
        const held = new PermissionSet(grants)
        expect(missingFor(query, held).length === 0).toBe(holds(query, held))
      }),
      { numRuns: 2000 },
    )
  })
  test("to grant exactly what is missing is enough, where nothing is denied", () => {
    fc.assert(
      fc.property(anyQuery, fc.array(allowText, { maxLength: 4 }), (query, grants) => {
        const missing = missingFor(query, new PermissionSet(grants))
        expect(missingFor(query, new PermissionSet([...grants, ...missing]))).toEqual([])
      }),
      { numRuns: 2000 },
    )
  })
})
