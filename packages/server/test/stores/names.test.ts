import { compareText } from "@keyward/core"
import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { parseDatabaseUrl } from "../../src/stores/database-url.ts"
import { afterPrefix } from "../../src/stores/sql/text.ts"

describe("the name of a database", () => {
  test.each([
    ["sqlite:keyward.db", { engine: "sqlite", path: "keyward.db" }],
    ["sqlite:/var/lib/keyward/keyward.db", { engine: "sqlite", path: "/var/lib/keyward/keyward.db" }],
    ["sqlite:./a b?c", { engine: "sqlite", path: "./a b?c" }],
    ["postgres://u:p@host/db", { engine: "postgres", url: "postgres://u:p@host/db" }],
    ["postgresql:///db?host=/run", { engine: "postgres", url: "postgresql:///db?host=/run" }],
  ])("%s", (text, database) => {
    expect(parseDatabaseUrl(text)).toEqual(database)
  })

  test.each(["", "sqlite:", "keyward.db", "mysql://u:hunter2@host/db", "postgres:db", " sqlite:x"])(
    "refuses %j without quoting it",
    (text) => {
      expect(() => parseDatabaseUrl(text)).toThrow(RangeError)
      expect(() => parseDatabaseUrl(text)).not.toThrow("hunter2")
    },
  )
})

describe("the end of a prefix", () => {
  const text = fc.string({ unit: "binary", maxLength: 4 })

  test("comes after every text with the prefix, and before or at every later one", () => {
    fc.assert(
      fc.property(text, text, (prefix, other) => {
        const end = afterPrefix(prefix)
        const within = compareText(other, prefix) >= 0 && (end === null || compareText(other, end) < 0)
        expect(within).toBe(other.startsWith(prefix))
        expect(compareText(prefix + other, end ?? "\u{10ffff}".repeat(20))).toBeLessThan(0)
      }),
      { numRuns: 2_000 },
    )
  })

  test.each([
    ["a", "b"],
    ["ab\u{10ffff}", "ac"],
    ["\ud7ff", "\ue000"],
    ["\uffff", "\u{10000}"],
    ["\u{10ffff}", null],
    ["", null],
  ])("of %j is %j", (prefix, end) => {
    expect(afterPrefix(prefix)).toBe(end)
  })
})
