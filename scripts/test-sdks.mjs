// Runs every operation of every dialect through the vendors' own clients, unmodified, as they come from the registries:
// those from PyPI against `keyward dev` in both conformance modes on both stores, those from npm by their test.
//   npm run test:sdks                 fails where an operation does, or where the table of docs/dialects.md says otherwise
//   npm run test:sdks -- --update     writes that table
//   npm run test:sdks -- --required   fails where the clients cannot be had, in place of skipping; so it does when CI is set
import { spawn } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import process from "node:process"
import { createInterface } from "node:readline"
import { text } from "node:stream/consumers"
import { fileURLToPath } from "node:url"
import { createDatabase } from "../packages/server/test/postgres/create-database.ts"
import { startPostgres } from "../packages/server/test/postgres/server.ts"
import { coverageTable, withTable } from "../tests/sdks/coverage-table.ts"
import { pythonWith } from "../tests/sdks/environment.ts"

const root = fileURLToPath(new URL("..", import.meta.url))
const sdks = join(root, "tests", "sdks")
const document = join(root, "docs", "dialects.md")
const recordingTests = ["packages/server/test/dialects/octopus/clients.test.ts"]
const update = process.argv.includes("--update")
const required = process.argv.includes("--required") || Boolean(process.env.CI)

const engines = ["sqlite", "postgres"]
const modes = ["documented", "observed"]
/** Small enough to be reached, and larger than what the other cases need. */
const limits = { arthur: 20, automox: 10, docspace: 30 }

const environment = pythonWith(join(sdks, "requirements.txt"))
if ("unavailable" in environment) {
  process.stderr.write(
    `The vendors' clients cannot be installed, so nothing is shown:\n${environment.unavailable}\n`,
  )
  process.exit(required ? 1 : 0)
}

const home = mkdtempSync(join(tmpdir(), "keyward-sdks-run-"))
const postgres = await startPostgres()
try {
  const outcomes = [...(await throughPython()), ...(await throughNode())]
  process.exitCode = report(outcomes)
} finally {
  await postgres.stop()
  rmSync(home, { recursive: true, force: true })
}

/** Prints what was not as it should be. @returns the exit code */
function report(outcomes) {
  const problems = outcomes.filter(({ problem }) => problem !== null)
  for (const { dialect, operation, mode, engine, status, problem } of problems) {
    process.stderr.write(`${dialect} ${operation} (${mode}, ${engine}, ${status}): ${problem}\n`)
  }
  process.stdout.write(`${outcomes.length - problems.length} of ${outcomes.length} cases passed.\n`)
  const written = readFileSync(document, "utf8")
  const measured = withTable(written, coverageTable(outcomes))
  if (update) writeFileSync(document, measured)
  else if (written !== measured) {
    process.stderr.write(
      "docs/dialects.md tells otherwise than what was measured; npm run test:sdks -- --update writes it.\n",
    )
    return 1
  }
  return problems.length > 0 ? 1 : 0
}

/** The clients from PyPI, in one process, against a server for each mode on each store. */
async function throughPython() {
  const places = engines.flatMap((engine) => modes.map((mode) => ({ engine, mode })))
  const servers = await Promise.all(places.map(startServer))
  try {
    const told = await ran(environment.python, [join(sdks, "run.py")], {
      env: { ...process.env, PYTHONDONTWRITEBYTECODE: "1" },
      input: JSON.stringify({ limits, servers: servers.map(({ place }) => place) }),
    })
    return linesOf(told)
  } finally {
    await Promise.all(servers.map(({ stop }) => stop()))
  }
}

/** The clients from npm: each result holds for both modes and both stores, over which the tests run. */
async function throughNode() {
  const file = join(home, "coverage.jsonl")
  const vitest = join(root, "node_modules", "vitest", "vitest.mjs")
  await ran(process.execPath, [vitest, "run", "--project", "tests", ...recordingTests], {
    env: { ...process.env, COVERAGE_FILE: file },
  })
  return linesOf(readFileSync(file, "utf8"))
    .filter(({ client }) => client !== "@keyward/sdk")
    .flatMap(({ result, ...recorded }) =>
      modes.map((mode) => ({ ...recorded, mode, engine: "both", status: result, problem: null })),
    )
}

/** A server with everything made on its first start; what it says of itself is shown when it does not come up. */
async function startServer({ engine, mode }) {
  const dataDir = join(home, `${engine}-${mode}`)
  if (engine === "postgres") await createDatabase(postgres.url("postgres"), mode)
  const program = join(root, "packages", "server", "src", "cli", "main.ts")
  const server = spawn(process.execPath, [program, "dev", "--json"], {
    env: {
      ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("KEYWARD_"))),
      ...Object.fromEntries(
        ["ARTHUR", "AUTOMOX", "OCTOPUS", "DOCSPACE"].map((name) => [`KEYWARD_${name}_CONFORMANCE`, mode]),
      ),
      KEYWARD_PORT: "0",
      KEYWARD_DATA_DIR: dataDir,
      KEYWARD_LOG_LEVEL: "warn",
      KEYWARD_ARTHUR_MAX_KEYS: String(limits.arthur),
      KEYWARD_AUTOMOX_MAX_KEYS: String(limits.automox),
      KEYWARD_DOCSPACE_CREATIONS_PER_QUARTER_HOUR: String(limits.docspace),
      ...(engine === "postgres" ? { KEYWARD_DATABASE_URL: postgres.url(mode) } : {}),
    },
    stdio: ["ignore", "pipe", "inherit"],
  })
  const killed = () => server.kill("SIGKILL")
  process.once("exit", killed)
  const ended = new Promise((resolve) => server.once("exit", resolve))
  await Promise.race([
    new Promise((resolve) => createInterface({ input: server.stdout }).once("line", resolve)),
    ended.then((code) => Promise.reject(new Error(`keyward dev ended with ${code}.`))),
  ])
  return {
    place: { engine, mode, credentials: join(dataDir, "credentials.json") },
    async stop() {
      server.kill("SIGTERM")
      await ended
      process.off("exit", killed)
    },
  }
}

/** Runs a program to its end. @returns what it printed @throws Error unless it ends well */
async function ran(command, args, { env, input = "" }) {
  const child = spawn(command, args, { cwd: root, env, stdio: ["pipe", "pipe", "inherit"] })
  const ended = new Promise((resolve, reject) => child.once("exit", resolve).once("error", reject))
  child.stdin.end(input)
  const printed = await text(child.stdout)
  const code = await ended
  if (code !== 0) throw new Error(`${command} ${args.join(" ")} ended with ${code}:\n${printed}`)
  return printed
}

function linesOf(printed) {
  return printed
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line))
}
