import { execFileSync, spawnSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { describe, expect, test } from "vitest"
import { canonicalJson, type JsonObject } from "../src/json.ts"
import { recognizeKeyText } from "../src/key/format.ts"
import { parseNeed } from "../src/permission/grammar.ts"
import { missingFor, parseQuery } from "../src/permission/query.ts"
import { PermissionSet } from "../src/permission/set.ts"
import { vectors } from "./vectors.ts"

/** What the documentation says is run as it stands. */
function document(name: string): string {
  return readFileSync(new URL(`../../../docs/${name}.md`, import.meta.url), "utf8")
}
/** The rows of the table with these headings, each cell as the texts in its back-quotes or else as it is. */
function rows(text: string, ...headings: string[]): { words: string[]; text: string }[][] {
  const [, after = ""] = text.split(`| ${headings.join(" | ")} |\n`)
  const lines = after.split("\n").slice(1)
  const table = lines.slice(
    0,
    lines.findIndex((line) => !line.startsWith("|")),
  )
  return table.map((line) =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => ({
        words: [...cell.matchAll(/`([^`]+)`/g)].map(([, word = ""]) => word),
        text: cell.trim(),
      })),
  )
}
const python = (text: string) => /```python\n([\s\S]*?)```/.exec(text)?.[1] ?? ""
const run = (program: string, input: string) =>
  execFileSync("python3", ["-c", program], { input, encoding: "utf8", stdio: ["pipe", "pipe", "ignore"] })

const withoutPython = spawnSync("python3", ["--version"]).status !== 0

describe("permissions.md", () => {
  const text = document("permissions")
  test.each(rows(text, "grants", "need", "held"))("$0.words, $1.words: $2.text", (grants, asked, held) => {
    const need = parseNeed(asked?.words[0] ?? "")
    if (!need) throw new Error("Not a need.")
    expect(new PermissionSet(grants?.words ?? []).allows(need) ? "yes" : "no").toBe(held?.text)
  })
  test.each(rows(text, "grants", "query", "missing"))(
    "$0.words, $1.words: $2.words",
    (grants, asked, missing) => {
      const query = parseQuery(asked?.words[0] ?? "")
      if ("error" in query) throw new Error(query.error)
      expect(missingFor(query, new PermissionSet(grants?.words ?? []))).toEqual(missing?.words)
    },
  )
  test("has both tables, and the grammar of the source", () => {
    expect(rows(text, "grants", "need", "held")).toHaveLength(15)
    expect(rows(text, "grants", "query", "missing")).toHaveLength(4)
    const source = readFileSync(new URL("../src/permission/grammar.ts", import.meta.url), "utf8")
    const rules = [...source.matchAll(/^ \* {3}(\w+ +=.*?)(?: +;.*)?$/gm)].map(([, rule = ""]) => rule)
    expect(rules).toHaveLength(6)
    for (const rule of rules) expect(text).toContain(rule)
  })
})

describe("key-format.md", () => {
  const text = document("key-format")
  test("its example is a key", () => {
    expect(recognizeKeyText(/`(acme_live_\w+)`/.exec(text)?.[1] ?? "")?.name).toBe("native")
  })
  test.skipIf(withoutPython)("its program agrees with every vector", () => {
    const { valid, invalid } = vectors<{
      valid: { text: string; format: string }[]
      invalid: { text: string }[]
    }>("key-texts")
    const native = [...valid.filter(({ format }) => format === "native"), ...invalid].map((one) => one.text)
    const program = `${python(text)}\nimport json, sys\nprint(json.dumps([recognizes(key) for key in json.load(sys.stdin)]))`
    expect(JSON.parse(run(program, JSON.stringify(native)))).toEqual(
      native.map((one) => recognizeKeyText(one) !== null),
    )
  })
})

describe("audit-chain.md", () => {
  const program = python(document("audit-chain"))
  const { chain } = vectors<{ chain: JsonObject[] }>("audit-chains")
  test.skipIf(withoutPython)("its program follows a good chain to its head", () => {
    const output = run(program, chain.map((event) => `${canonicalJson(event)}\n`).join(""))
    expect(output).toBe(`5 ${chain.at(-1)?.["hash"]}\n`)
  })
  test.skipIf(withoutPython)("its program stops at a changed event", () => {
    const forged = chain.map((event, at) => (at === 2 ? { ...event, request_id: "forged" } : event))
    expect(() => run(program, forged.map((event) => `${JSON.stringify(event)}\n`).join(""))).toThrow()
  })
})
