import { readFile } from "node:fs/promises"
import { fileURLToPath } from "node:url"
import { nativeRoutes, type Route } from "@keyward/contract"
import { builtInRoles, managementPermissions, PermissionSet } from "@keyward/core"
import { expect, test } from "vitest"

const page = fileURLToPath(new URL("../../../../docs/roles.md", import.meta.url))
const mark =
  "<!-- Below: printed from the program, checked by roles-page.test.ts; `vitest run roles-page -u` writes it anew. -->\n"

const routes: readonly Route[] = nativeRoutes

function row(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`
}

function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  return `${[row(headings), row(headings.map(() => "---")), ...rows.map(row)].join("\n")}\n`
}

test("docs/roles.md has the table of the built-in roles", async () => {
  const [written = ""] = (await readFile(page, "utf8")).split(mark)
  const roles = table(
    ["role", "what it is for", "grants"],
    builtInRoles.map(({ name, description, permissions }) => [
      `\`${name}\``,
      description,
      permissions.map((grant) => `\`${grant}\``).join(" "),
    ]),
  )
  const permissions = table(
    ["permission", ...builtInRoles.map(({ name }) => name), "what it allows", "routes that ask for it"],
    managementPermissions.map(({ name, description }) => [
      `\`${name}\``,
      ...builtInRoles.map((role) =>
        new PermissionSet(role.permissions).allows({ name, resource: null }) ? "yes" : "",
      ),
      description,
      routes
        .filter(({ permission }) => permission === name)
        .map(({ operationId }) => operationId)
        .join(", "),
    ]),
  )
  await expect(`${written}${mark}\n${roles}\n${permissions}`).toMatchFileSnapshot(page)
})
