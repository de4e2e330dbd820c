import { globSync, readFileSync } from "node:fs"
import { dirname, join, relative, sep } from "node:path"
import { fileURLToPath } from "node:url"
import { expect, test } from "vitest"

// The arrows of docs/architecture.md: who may import whom. Written once, kept by the tests below.

const root = dirname(dirname(fileURLToPath(import.meta.url)))

const packages: Readonly<Record<string, readonly string[]>> = {
  core: [],
  contract: [],
  sdk: ["contract"],
  server: ["core", "contract", "sdk"],
}

/** Inside the server: the folder or file directly below packages/server/src, and what else of the server it may import. */
const serverParts: Readonly<Record<string, readonly string[]>> = {
  "version.ts": [],
  "url.ts": [],
  "durable-file.ts": [],
  "visit.ts": [],
  "presented-cookie.ts": [],
  "provenance.ts": [],
  "storable.ts": [],
  "given.ts": [],
  "setting.ts": [],
  "dialect-settings.ts": ["setting.ts"],
  "config.ts": ["dialect-settings.ts", "openid", "setting.ts"],
  "logger.ts": ["config.ts"],
  "installation-secrets.ts": ["config.ts", "durable-file.ts"],
  "own-secret-kinds.ts": [],
  "current-secrets.ts": ["own-secret-kinds.ts"],
  "live-secrets.ts": ["config.ts", "current-secrets.ts", "installation-secrets.ts"],
  openid: [],
  verification: [],
  stores: [],
  dialects: [
    "dialect-settings.ts",
    "openid",
    "presented-cookie.ts",
    "provenance.ts",
    "storable.ts",
    "verification",
    "visit.ts",
  ],
  "turns.ts": [],
  "passwords.ts": ["turns.ts"],
  tasks: ["turns.ts"],
  "keyward.ts": ["installation-secrets.ts", "passwords.ts", "tasks", "verification"],
  "own-secrets.ts": ["current-secrets.ts", "installation-secrets.ts", "keyward.ts", "own-secret-kinds.ts"],
  "first-start.ts": ["keyward.ts"],
  "dialect-enabling.ts": ["config.ts", "dialect-settings.ts", "dialects", "keyward.ts"],
  "first-dialects.ts": [
    "config.ts",
    "dialect-enabling.ts",
    "dialect-settings.ts",
    "dialects",
    "first-start.ts",
    "keyward.ts",
  ],
  http: [
    "given.ts",
    "keyward.ts",
    "openid",
    "presented-cookie.ts",
    "provenance.ts",
    "storable.ts",
    "verification",
    "version.ts",
    "visit.ts",
  ],
  "dialect-serving.ts": [
    "config.ts",
    "dialect-enabling.ts",
    "dialect-settings.ts",
    "dialects",
    "http",
    "keyward.ts",
    "openid",
    "version.ts",
  ],
  "server.ts": [
    "config.ts",
    "current-secrets.ts",
    "dialect-serving.ts",
    "dialect-settings.ts",
    "http",
    "installation-secrets.ts",
    "jobs",
    "keyward.ts",
    "live-secrets.ts",
    "openid",
    "stores",
    "url.ts",
  ],
  jobs: ["keyward.ts"],
  cli: [
    "config.ts",
    "dialect-enabling.ts",
    "dialect-settings.ts",
    "dialects",
    "durable-file.ts",
    "first-dialects.ts",
    "first-start.ts",
    "given.ts",
    "installation-secrets.ts",
    "keyward.ts",
    "logger.ts",
    "own-secret-kinds.ts",
    "own-secrets.ts",
    "server.ts",
    "stores",
    "url.ts",
    "version.ts",
  ],
}

const workspaceNames: Readonly<Record<string, string>> = {
  "@keyward/core": "core",
  "@keyward/contract": "contract",
  "@keyward/sdk": "sdk",
  keyward: "server",
}

interface Import {
  readonly from: string
  readonly specifier: string
}

/** `import … from "x"` and `export … from "x"`, `import "x"`, `import("x")`. */
const importForms =
  /^(?:import|export)\b[^"'=;()]*\bfrom\s*"([^"]+)"|^import\s+"([^"]+)"|\bimport\(\s*"([^"]+)"\s*\)/gm

function importsBelow(folder: string): Import[] {
  return globSync("**/*.ts", { cwd: join(root, folder) }).flatMap((file) => {
    const text = readFileSync(join(root, folder, file), "utf8")
    const specifiers = text.matchAll(importForms)
    return [...specifiers].map(([, from, bare, dynamic]) => ({
      from: join(folder, file),
      specifier: from ?? bare ?? dynamic ?? "",
    }))
  })
}

function workspaceOf(specifier: string): string | undefined {
  const name = Object.keys(workspaceNames).find(
    (name) => specifier === name || specifier.startsWith(`${name}/`),
  )
  return name && workspaceNames[name]
}

/** Where a relative import leads, from the root of the repository. */
function target({ from, specifier }: Import): string {
  return relative(root, join(root, dirname(from), specifier))
}

test.each(Object.entries(packages))("%s imports only what lies below it", (name, allowed) => {
  const imports = importsBelow(`packages/${name}/src`)
  expect(imports.length).toBeGreaterThan(0)
  const stray = imports.filter((entry) => {
    const workspace = workspaceOf(entry.specifier)
    if (workspace) return !allowed.includes(workspace)
    return entry.specifier.startsWith(".") && !target(entry).startsWith(`packages/${name}${sep}`)
  })
  expect(stray).toEqual([])
})

test("core depends on nothing but Node.js itself", () => {
  const foreign = importsBelow("packages/core/src").filter(({ from, specifier }) => {
    const ownSuite = from.includes(join("store", "contract"))
    return !specifier.startsWith(".") && !specifier.startsWith("node:") && !ownSuite
  })
  expect(foreign).toEqual([])
})

test.each(Object.entries(serverParts))(
  "inside the server, %s imports only what lies below it",
  (part, allowed) => {
    const stray = importsBelow("packages/server/src")
      .filter(({ from }) => partOf(from) === part)
      .filter(({ specifier }) => specifier.startsWith("."))
      .filter((entry) => partOf(target(entry)) !== part && !allowed.includes(partOf(target(entry))))
      .filter((entry) => !target(entry).endsWith("package.json"))
    expect(stray).toEqual([])
  },
)

test("every part of the server has its arrows written down", () => {
  const parts = new Set(
    globSync("**/*.ts", { cwd: join(root, "packages/server/src") }).map((file) => file.split(sep)[0]),
  )
  expect([...parts].filter((part) => part !== "index.ts" && !(String(part) in serverParts))).toEqual([])
})

test("a dialect imports neither another dialect nor a store", () => {
  const stray = importsBelow("packages/server/src/dialects")
    .filter(({ specifier }) => specifier.startsWith("."))
    .filter((entry) => {
      const [, , , , dialect = "", ...inside] = entry.from.split(sep)
      const ownFolder = join("packages/server/src/dialects", dialect)
      const isDialect = inside.length > 0
      const leads = target(entry)
      const toADialect = leads.split(sep).length > 5 && leads.startsWith(join("packages/server/src/dialects"))
      return (
        leads.startsWith(join("packages/server/src/stores")) ||
        (isDialect && toADialect && !leads.startsWith(ownFolder))
      )
    })
  expect(stray).toEqual([])
})

test("only config.ts reads the environment", () => {
  const readers = ["core", "contract", "sdk", "server"]
    .flatMap((name) =>
      globSync("**/*.ts", { cwd: join(root, `packages/${name}/src`) }).map(
        (file) => `packages/${name}/src/${file}`,
      ),
    )
    .filter((file) =>
      /process\.env\b|\benv\b.*from "node:process"/.test(readFileSync(join(root, file), "utf8")),
    )
  expect(readers).toEqual(["packages/server/src/config.ts"])
})

function partOf(file: string): string {
  return relative("packages/server/src", file).split(sep)[0] ?? ""
}
