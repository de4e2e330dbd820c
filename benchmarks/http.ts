import { type ChildProcess, fork } from "node:child_process"
import { fileURLToPath } from "node:url"
import { load, type Measured, prepare } from "./load.ts"
import { pin } from "./pin.ts"

interface HttpResult {
  readonly name: string
  readonly perSecond: number
  readonly cpuMicroseconds: number
}

export interface HttpComparison {
  readonly bare: HttpResult
  readonly keyward: HttpResult
  /** Keyward's throughput over the bare handler's, by pair of runs: the median, the lowest and the highest. */
  readonly ratio: { readonly median: number; readonly lowest: number; readonly highest: number }
}

/** Runs both servers on one core and the load on the other, in turn, and compares them pair by pair. */
export async function compareHttp(rounds: number, seconds: number): Promise<HttpComparison> {
  const keyward = start("serve-keyward.ts")
  const bare = start("serve-bare.ts")
  try {
    const ready = (await messageOf(keyward)) as { url: string; adminKey: string; secrets: string[] }
    const requests = ready.secrets.map((key) =>
      prepare("/v1/keys/verify", { key, permissions: "things.read" }, ready.adminKey),
    )
    const answer = await verifiedAnswer(ready)
    bare.send(answer)
    const { url: bareUrl } = (await messageOf(bare)) as { url: string }
    await assertSameAnswer(bareUrl, answer)

    const options = { connections: 32, seconds }
    await load(ready.url, requests, { ...options, seconds: 2 })
    await load(bareUrl, requests, { ...options, seconds: 2 })
    const pairs: { bare: Measured & { cpu: number }; keyward: Measured & { cpu: number } }[] = []
    for (let round = 0; round < rounds; round++) {
      pairs.push({
        bare: await measured(bare, () => load(bareUrl, requests, options)),
        keyward: await measured(keyward, () => load(ready.url, requests, options)),
      })
    }
    const ratios = pairs.map((pair) => rate(pair.keyward) / rate(pair.bare)).sort((a, b) => a - b)
    return {
      bare: summarize(
        "bare node:http",
        pairs.map((pair) => pair.bare),
      ),
      keyward: summarize(
        "POST /v1/keys/verify",
        pairs.map((pair) => pair.keyward),
      ),
      ratio: {
        median: median(ratios),
        lowest: ratios[0] ?? Number.NaN,
        highest: ratios.at(-1) ?? Number.NaN,
      },
    }
  } finally {
    keyward.disconnect()
    bare.disconnect()
  }
}

/** The first answer is the proof that the right thing is measured. */
async function verifiedAnswer({
  url,
  adminKey,
  secrets,
}: {
  url: string
  adminKey: string
  secrets: string[]
}) {
  const answers = await Promise.all(
    secrets.slice(0, 50).map(async (key) => {
      const response = await fetch(`${url}/v1/keys/verify`, {
        method: "POST",
        headers: { authorization: `Bearer ${adminKey}`, "content-type": "application/json" },
        body: JSON.stringify({ key, permissions: "things.read" }),
      })
      return (await response.json()) as { valid: boolean; code: string; key_id: string }
    }),
  )
  const wrong = answers.find(({ valid, code }) => !valid || code !== "VALID")
  if (wrong) throw new Error(`The benchmark would measure the wrong thing: ${wrong.code}.`)
  if (new Set(answers.map(({ key_id }) => key_id)).size !== answers.length)
    throw new Error("Keys are mixed up.")
  const [first] = answers
  if (!first) throw new Error("There is nothing to verify.")
  return first
}

async function assertSameAnswer(url: string, answer: unknown): Promise<void> {
  const response = await fetch(url, { method: "POST", body: "{}" })
  const given = await response.text()
  if (given !== JSON.stringify(answer)) throw new Error("The bare handler answers something else.")
}

function start(script: string): ChildProcess {
  const child = fork(fileURLToPath(new URL(script, import.meta.url)), { stdio: "inherit" })
  pin(child.pid ?? 0, 0)
  return child
}

function messageOf(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const ended = (code: number | null) =>
      reject(new Error(`A server of the benchmark ended with status ${code}.`))
    child.once("exit", ended)
    child.once("message", (message) => {
      child.off("exit", ended)
      resolve(message)
    })
  })
}

async function measured(
  child: ChildProcess,
  run: () => Promise<Measured>,
): Promise<Measured & { cpu: number }> {
  const before = await cpuOf(child)
  const result = await run()
  return { ...result, cpu: (await cpuOf(child)) - before }
}

/** Microseconds of processor time that a server has used so far. */
async function cpuOf(child: ChildProcess): Promise<number> {
  const answer = messageOf(child)
  child.send("cpu")
  const { cpu } = (await answer) as { cpu: NodeJS.CpuUsage }
  return cpu.user + cpu.system
}

function summarize(name: string, runs: readonly (Measured & { cpu: number })[]): HttpResult {
  return {
    name,
    perSecond: median(runs.map(rate)),
    cpuMicroseconds: median(runs.map(({ cpu, requests }) => cpu / requests)),
  }
}

function rate({ requests, seconds }: Measured): number {
  return requests / seconds
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}
