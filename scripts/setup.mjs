// Makes a clone ready to run: installs what the lock file names, when the installation is missing or older.
// Plain JavaScript without dependencies, because it runs before anything is installed, on the machine's own Node.
import { spawnSync } from "node:child_process"
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import process from "node:process"
import { fileURLToPath } from "node:url"

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const lock = join(root, "package-lock.json")
const installed = join(root, "node_modules")
const stamp = join(installed, ".keyward-setup")
const bundledNode = join(installed, ".bin", process.platform === "win32" ? "node.cmd" : "node")

const [major] = process.versions.node.split(".").map(Number)
if (major < 20) fail(`Keyward needs Node.js 20 or newer to set itself up; this is ${process.versions.node}.`)

// The stamp holds the lock file it was made from: a checkout that moves the lock file back in time counts too.
const wanted = readFileSync(lock, "utf8")
const current = existsSync(stamp) && readFileSync(stamp, "utf8") === wanted && existsSync(bundledNode)
if (!current) {
  if (existsSync(stamp)) rmSync(stamp)
  process.stderr.write("Installing what the lock file names (once, and again when it changes) …\n")
  // The machine's Node may be older than the one the lock file brings; the engine warnings about that are noise.
  // With scripts, npm would compile whatever has sources to compile, for which a machine needs a compiler and the headers
  // of Node.js; the packages bring their binaries. Those whose scripts are needed are named in package.json.
  run("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"])
  const { allowScripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"))
  const scripted = Object.keys(allowScripts).filter((name) => existsSync(join(installed, name)))
  run("npm", ["rebuild", "--loglevel=error", ...scripted])
  if (!existsSync(bundledNode) || statSync(bundledNode).size === 0) {
    fail(
      "npm finished, but the lock file's own Node.js is missing. Are install scripts switched off (ignore-scripts)?",
    )
  }
  writeFileSync(stamp, wanted)
}

function run(command, args) {
  const { status, error } = spawnSync(command, args, {
    cwd: root,
    stdio: ["ignore", "inherit", "inherit"],
    shell: process.platform === "win32",
  })
  if (error) fail(`${command} could not be started: ${error.message}`)
  if (status !== 0) fail(`${command} ${args.join(" ")} ended with status ${status}.`)
}

function fail(message) {
  process.stderr.write(`${message}\n`)
  process.exit(1)
}
