// What somebody meets who has just cloned: clones this repository into a new folder, with an empty npm cache, and does
// what the README's first lines say. Run by hand and by CI, with the machine's own Node:
//   node scripts/fresh-clone.mjs          npm start, a first key, a stop, and a second start
//   node scripts/fresh-clone.mjs --test   npm test as well
// Works on what is committed. Prints how long each part took.
import { execFileSync, spawn } from "node:child_process"
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { delimiter, dirname, join } from "node:path"
import process from "node:process"
import { fileURLToPath } from "node:url"

const repository = dirname(dirname(fileURLToPath(import.meta.url)))
const home = mkdtempSync(join(tmpdir(), "keyward-fresh-clone-"))
const clone = join(home, "keyward")

/** As in a terminal of its own: no settings of ours, and no programs of this checkout, whichever way this was started. */
const environment = {
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(keyward|npm)_/i.test(name))),
  PATH: (process.env.PATH ?? "")
    .split(delimiter)
    .filter((folder) => !folder.includes("node_modules"))
    .join(delimiter),
  npm_config_cache: join(home, "npm-cache"),
  KEYWARD_PORT: "0",
}

try {
  const node = execFileSync("node", ["--version"], { env: environment, encoding: "utf8" }).trim()
  report(`with Node.js ${node} and an empty npm cache`)
  await timed("git clone", async () => {
    execFileSync("git", ["clone", "--quiet", repository, clone], { env: environment, stdio: "inherit" })
  })
  await timed("npm start, until it has served and stopped", () => startAndStop())
  await timed("npm start once more, until it has served and stopped", () => startAndStop())
  if (process.argv.includes("--test")) await timed("npm test", () => run("npm", ["test"]))
} finally {
  rmSync(home, { recursive: true, force: true })
}

/** Starts a server, issues a key and verifies it, and stops the server as Ctrl+C does. */
async function startAndStop() {
  const began = performance.now()
  const credentialsFile = join(clone, "data", "credentials.json")
  const server = spawn("npm", ["start"], {
    cwd: clone,
    env: environment,
    stdio: ["ignore", "pipe", "inherit"],
    detached: true,
  })
  const ended = new Promise((resolve) => server.once("exit", (code, signal) => resolve(code ?? signal)))
  const stopTogether = () => process.kill(-server.pid, "SIGKILL")
  process.once("exit", stopTogether)
  try {
    await new Promise((resolve, reject) => {
      let printed = ""
      server.stdout.setEncoding("utf8").on("data", (chunk) => {
        printed += chunk
        if (printed.includes("Ctrl+C stops.")) resolve()
      })
      ended.then((how) => reject(new Error(`npm start ended with ${how}:\n${printed}`)))
    })
    reportTime("  until it served", began)
    await issueAndVerify(JSON.parse(readFileSync(credentialsFile, "utf8")))
    reportTime("  until a key was verified", began)
    process.kill(-server.pid, "SIGINT")
    const how = await ended
    if (!existsSync(credentialsFile)) throw new Error("The credentials are gone after a stop.")
    reportTime(`  until it had stopped (${how})`, began)
  } finally {
    process.off("exit", stopTogether)
    if (server.exitCode === null && server.signalCode === null) stopTogether()
  }
}

async function issueAndVerify({ base_url, admin, demo_keyspace_id }) {
  const call = async (path, body) => {
    const response = await fetch(base_url + path, {
      method: "POST",
      headers: { authorization: `Bearer ${admin.api_key}`, "content-type": "application/json" },
      body: JSON.stringify(body),
    })
    if (!response.ok) throw new Error(`${path} answered ${response.status}.`)
    return response.json()
  }
  const { secret } = await call("/v1/keys", { keyspace_id: demo_keyspace_id, name: "First key" })
  const { code } = await call("/v1/keys/verify", { key: secret })
  if (code !== "VALID") throw new Error(`The first key is ${code}.`)
}

function run(command, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: clone, env: environment, stdio: "inherit" })
    child.once("error", reject)
    child.once("exit", (code) =>
      code === 0 ? resolve() : reject(new Error(`${command} ${args.join(" ")}: ${code}`)),
    )
  })
}

async function timed(what, work) {
  const began = performance.now()
  await work()
  reportTime(what, began)
}

function reportTime(what, began) {
  report(`${what}: ${((performance.now() - began) / 1000).toFixed(1)} s`)
}

function report(line) {
  process.stdout.write(`${line}\n`)
}
