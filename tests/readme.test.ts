import { execFile } from "node:child_process"
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import process from "node:process"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { expect, test } from "vitest"
import { readConfig } from "../packages/server/src/config.ts"
import { install } from "./server.ts"

const root = fileURLToPath(new URL("..", import.meta.url))
const readme = readFileSync(join(root, "README.md"), "utf8")

test("the first key, in the README's three lines of curl", async () => {
  const [, script = ""] = /^## A first key$.*?^```sh\n(.*?)^```$/ms.exec(readme) ?? []
  expect(script.match(/\bcurl\b/g)).toHaveLength(3)

  const installation = await install("sqlite")
  await installation.start()
  const { organization_id: organizationId, demo_keyspace_id: keyspaceId } = await installation.credentials()
  // As somebody has it in a second terminal, but for where the data is.
  const { stdout, stderr } = await promisify(execFile)("sh", ["-c", script], {
    cwd: root,
    env: { PATH: process.env["PATH"], KEYWARD_DATA_DIR: installation.dataDir },
  })
  expect(stderr).toBe("")
  const [verification, self, ...rest] = jsonValues(stdout)
  expect(verification).toMatchObject({ valid: true, code: "VALID", permissions: ["things.read"] })
  expect(self).toMatchObject({
    key_id: Reflect.get(Object(verification), "key_id"),
    organization_id: organizationId,
    keyspace_id: keyspaceId,
    name: "My first key",
  })
  expect(rest).toEqual([])
})

test("where the README says that it serves, it does", () => {
  const { host, port, dataDir } = readConfig({}, true)
  expect(readme).toContain(`http://${host}:${port}`)
  expect(dataDir).toBe(join(process.cwd(), "data"))
})

test("every page that the README links to is there", () => {
  const links = [...readme.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, path = ""]) => path)
  expect(links.length).toBeGreaterThan(0)
  expect(links.filter((path) => !existsSync(join(root, path)))).toEqual([])
})

/** JSON objects that were printed one after another, with or without a space between. */
function jsonValues(text: string): unknown[] {
  return text
    .trim()
    .split(/(?<=\})\s*(?=\{"(?:valid|key_id)")/)
    .map((value): unknown => JSON.parse(value))
}
