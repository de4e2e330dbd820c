// Every figure that the documentation states, in one run: `npm run bench`. With --short, a smaller one that shows only
// that all of it works; its figures mean nothing.
import { mkdtempSync, rmSync } from "node:fs"
import { cpus, tmpdir } from "node:os"
import { join } from "node:path"
import { openStore } from "../packages/server/src/stores/open.ts"
import { coldMisses, type DecisionResult, warmDecisions } from "./decisions.ts"
import { compareHttp } from "./http.ts"
import { pin } from "./pin.ts"
import { openSubject } from "./subject.ts"

const short = process.argv.includes("--short")
const size = short
  ? { rounds: 1, seconds: 1, keys: 5000, misses: 1000, decisions: 5 }
  : { rounds: 7, seconds: 4, keys: 1_000_000, misses: 50_000, decisions: 200 }

const pinned = pin(process.pid, 1)
print(`Node.js ${process.version}, ${cpus()[0]?.model ?? "unknown processor"}, ${cpus().length} cores`)
print(pinned ? "Servers on core 0, load on core 1.\n" : "Processes are not bound to cores.\n")

const http = await compareHttp(size.rounds, size.seconds)
print("| over HTTP, one core | requests/s | processor µs/request |")
print("| --- | ---: | ---: |")
for (const { name, perSecond, cpuMicroseconds } of [http.bare, http.keyward]) {
  print(`| ${name} | ${thousands(perSecond)} | ${cpuMicroseconds.toFixed(1)} |`)
}
const { median, lowest, highest } = http.ratio
const cpuRatio = http.bare.cpuMicroseconds / http.keyward.cpuMicroseconds
print(
  `| **ratio** | **${median.toFixed(2)}** (${lowest.toFixed(2)} to ${highest.toFixed(2)}) | **${cpuRatio.toFixed(2)}** |\n`,
)

const directory = mkdtempSync(join(tmpdir(), "keyward-bench-"))
try {
  const subject = await openSubject(
    await openStore(`sqlite:${join(directory, "cold.db")}`),
    size.keys,
    10_000 + size.misses,
  )
  const cold = await coldMisses(subject, size.misses)
  const warm = await warmDecisions(subject, size.decisions)
  print("| decision | keys | decisions/s | median µs | p99 µs |")
  print("| --- | ---: | ---: | ---: | ---: |")
  for (const result of [warm, cold]) print(row(result))
  print(
    `| **ratio** cold : warm | | | **${(cold.medianMicroseconds / warm.medianMicroseconds).toFixed(0)}** | |`,
  )
  await subject.keyward.close()
} finally {
  rmSync(directory, { recursive: true })
}

function row({ name, keys, perSecond, medianMicroseconds, p99Microseconds }: DecisionResult): string {
  return `| ${name} | ${thousands(keys)} | ${thousands(perSecond)} | ${medianMicroseconds.toFixed(2)} | ${p99Microseconds.toFixed(2)} |`
}

function thousands(value: number): string {
  return Math.round(value).toLocaleString("en")
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}
