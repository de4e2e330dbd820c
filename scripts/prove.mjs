// Shows by repetition and chaos what no single case can: that nothing is lost when servers are killed, done twice when
// calls are repeated, or broken by whatever is sent, and that every key verifies while our own secrets are rotated.
//   npm run prove              ten rounds with two seeds of its own choosing, which it prints; takes an hour
//   npm run prove -- --short   one round with a seed that is always the same; takes some four minutes
//   PROVE_ROUNDS=100 PROVE_SEEDS=7,8 npm run prove -- tests/crash.test.ts   as many, with these, of these files
import { spawnSync } from "node:child_process"
import { randomInt } from "node:crypto"
import { join } from "node:path"
import process from "node:process"
import { fileURLToPath } from "node:url"

const root = fileURLToPath(new URL("..", import.meta.url))
const short = process.argv.includes("--short")
const named = process.argv.slice(2).filter((argument) => argument !== "--short")
// Whatever is run, what it leaves behind is looked through for secrets.
const files = named.length === 0 ? [] : [...named, "tests/secrets.test.ts"]

const chosen = short
  ? { PROVE_ROUNDS: "1" }
  : { PROVE_ROUNDS: "10", PROVE_SEEDS: [randomInt(1, 1e9), randomInt(1, 1e9)].join(","), ...process.env }
for (const name of ["PROVE_ROUNDS", "PROVE_SEEDS"]) {
  if (chosen[name] !== undefined) process.stdout.write(`${name}=${chosen[name]}\n`)
}

const { PROVE_SEEDS: _others, ...environment } = process.env
const vitest = join(root, "node_modules", "vitest", "vitest.mjs")
const { status } = spawnSync(
  process.execPath,
  [vitest, "run", "--config", "vitest.prove.config.ts", ...files],
  { cwd: root, stdio: "inherit", env: { ...environment, ...chosen } },
)
process.exitCode = status ?? 1
