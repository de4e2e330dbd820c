import { readdirSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { expect, test } from "vitest"
import { nativeRoutes, problemCodes, problemPage, problems } from "../src/index.ts"

const folder = fileURLToPath(new URL("../../../docs/problems/", import.meta.url))

test("docs/problems has the page of each code; `vitest run problem-page -u` writes them anew", async () => {
  for (const code of problemCodes) {
    await expect(problemPage(code)).toMatchFileSnapshot(`${folder}${code}.md`)
  }
  const rows = problemCodes.map((code) => {
    const { status, title } = problems[code]
    return `| [\`${code}\`](${code}.md) | ${status} | ${title} |`
  })
  const index = `# Problems

Whatever the native API refuses, it refuses with a problem (RFC 9457, \`application/problem+json\`). Clients switch on \`code\`;
\`type\` leads to the page about it, on the server that answered.

| code | status | title |
| --- | --- | --- |
${rows.join("\n")}
`
  await expect(index).toMatchFileSnapshot(`${folder}README.md`)
})

test("there is no page of a code that is no more", () => {
  const pages = [...problemCodes.map((code) => `${code}.md`), "README.md"]
  expect(readdirSync(folder).toSorted()).toEqual(pages.toSorted())
})

test("a page says where its problem occurs: in calls that declare it, or that are of a kind", () => {
  expect(problemPage("delete_protected")).toMatch(/- `DELETE \/v1\/keys\/\{key_id\}`\n$/)
  expect(problemPage("internal_error")).toContain("In answer to any call.")
  expect(problemPage("method_not_allowed")).toContain("not by this method")
  const declared = nativeRoutes.flatMap(({ problems }): readonly string[] => problems)
  for (const code of problemCodes.filter((code) => declared.includes(code))) {
    expect(problemPage(code), code).toContain(code === "route_not_found" ? "nothing" : "- `")
  }
})
