import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import process from "node:process"
import { createInterface } from "node:readline"
import { Readable, Writable } from "node:stream"
import { fileURLToPath } from "node:url"
import { onTestFinished } from "vitest"
import { run as runCommand } from "../../src/cli/program.ts"
import { compileCache } from "../compile-cache.ts"

const main = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url))

export type Settings = Readonly<Record<string, string>>

/** How a run of the program ended, and what it said. */
export interface Ended {
  /** null: a signal ended it. */
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

/** A folder of its own for a test, removed when `whenDone` says. */
export async function newFolder(
  whenDone: (remove: () => Promise<void>) => void = onTestFinished,
): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "keyward-cli-"))
  whenDone(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** Whoever has what this process lends to a command. */
let borrower: Promise<unknown> = Promise.resolve()

/**
 * Runs a command in this process, in an environment with no KEYWARD_ variables but these: all that main.ts has it run, but
 * for the half second that Node.js takes to start. One after another, as a process has one environment and one output.
 * For what ends by itself; what serves, and what is about a process, is for `runProcess`.
 */
export function run(args: readonly string[], settings: Settings, stdin = ""): Promise<Ended> {
  const ended = borrower.then(() => runHere(args, settings, stdin))
  borrower = ended.catch(() => undefined)
  return ended
}

async function runHere(args: readonly string[], settings: Settings, stdin: string): Promise<Ended> {
  const said = { stdout: "", stderr: "" }
  const collecting = (stream: keyof typeof said) =>
    new Writable({
      decodeStrings: false,
      write(text, _encoding, done) {
        said[stream] += text
        done()
      },
    })
  const takeBack = lend({
    env: environment(settings),
    stdin: Readable.from([Buffer.from(stdin)]),
    stdout: collecting("stdout"),
    stderr: collecting("stderr"),
  })
  try {
    return { code: await runCommand(args), signal: null, ...said }
  } finally {
    process.exitCode = undefined
    takeBack()
  }
}

/** Puts these in place of what the process has. @returns a function that puts back what there was */
function lend(lent: Readonly<Record<string, unknown>>): () => void {
  const own = Object.keys(lent).map((name) => [name, Object.getOwnPropertyDescriptor(process, name)] as const)
  for (const [name, value] of Object.entries(lent)) {
    Object.defineProperty(process, name, { configurable: true, enumerable: true, writable: true, value })
  }
  return () => {
    for (const [name, descriptor] of own) if (descriptor) Object.defineProperty(process, name, descriptor)
  }
}

/** Runs the real program to its end, in an environment with no KEYWARD_ variables but these. */
export async function runProcess(args: readonly string[], settings: Settings, stdin = ""): Promise<Ended> {
  const child = startProcess(args, settings)
  child.stdin?.on("error", ignoreClosed)
  child.stdin?.end(stdin)
  return ended(child)
}

/** A server that the program runs. */
export interface Running {
  readonly process: ChildProcess
  /** The line by which it said that it serves, as JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: whatever it said; the tests say what it must be.
  readonly said: any
  /** From its start until it said so; milliseconds. */
  readonly startMs: number
  readonly end: Promise<Ended>
  stop(signal?: NodeJS.Signals): Promise<Ended>
}

/** Starts `dev --json` or `serve` and waits until it serves. */
export async function serve(args: readonly string[], settings: Settings): Promise<Running> {
  const began = performance.now()
  const child = startProcess(args, { KEYWARD_PORT: "0", ...settings })
  const end = ended(child)
  const said = await firstWord(child, end)
  return {
    process: child,
    said,
    startMs: performance.now() - began,
    end,
    stop(signal = "SIGTERM") {
      child.kill(signal)
      return end
    },
  }
}

/** Starts the real program. */
export function startProcess(args: readonly string[], settings: Settings): ChildProcess {
  return spawn(process.execPath, [main, ...args], {
    env: { ...compileCache, ...environment(settings) },
  })
}

function environment(settings: Settings): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith("KEYWARD_"))
  return { ...Object.fromEntries(inherited), ...settings }
}

async function ended(child: ChildProcess): Promise<Ended> {
  const said = { stdout: "", stderr: "" }
  for (const stream of ["stdout", "stderr"] as const) {
    child[stream]?.setEncoding("utf8").on("data", (text: string) => {
      said[stream] += text
    })
  }
  const [code, signal] = await once(child, "close")
  return { code, signal, ...said }
}

/** The first line of standard output that has the URL that is served. */
async function firstWord(child: ChildProcess, end: Promise<Ended>): Promise<unknown> {
  return new Promise((resolve, reject) => {
    if (!child.stdout) return reject(new Error("No standard output."))
    createInterface({ input: child.stdout }).on("line", (line) => {
      if (line.includes('"base_url"')) resolve(JSON.parse(line))
    })
    end.then((how) => reject(new Error(`It ended before it served: ${JSON.stringify(how)}`)), reject)
  })
}

/** The program may end without reading its input. */
function ignoreClosed(error: NodeJS.ErrnoException): void {
  if (error.code !== "EPIPE") throw error
}

/** Settings for a child that runs `code` before the program. */
export function preloading(code: string): Settings {
  return { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(code)}` }
}

/** Calls the native API. */
export function call(
  baseUrl: string,
  path: string,
  apiKey: string,
  init: RequestInit = {},
): Promise<Response> {
  return fetch(baseUrl + path, {
    ...init,
    headers: { authorization: `Bearer ${apiKey}`, "content-type": "application/json" },
  })
}
