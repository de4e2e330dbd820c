import { type ChildProcess, spawn } from "node:child_process"
import { existsSync } from "node:fs"
import { mkdtemp, readFile, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import process from "node:process"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"
import { KeywardClient } from "@keyward/sdk"
import { ArthurApiKeys } from "@keyward/sdk/arthur"
import { afterAll } from "vitest"
import { credentialsFile } from "../packages/server/src/cli/credentials.ts"
import { compileCache } from "../packages/server/test/compile-cache.ts"
import { postgresUrl } from "../packages/server/test/postgres/database.ts"
import { registerStoredSecrets } from "./database.ts"
import { gather, registerSecret, type SecretKind } from "./evidence.ts"
import { witnessedFetch } from "./witness.ts"

export const engines = ["sqlite", "postgres"] as const
export type EngineName = (typeof engines)[number]

/** What a server process of the program `keyward` was installed as: where its data is, and under which settings it runs. */
export interface Installation {
  readonly dataDir: string
  /** Where its database is. */
  readonly databaseUrl: string
  /** What the first start wrote. */
  credentials(): Promise<Credentials>
  /**
   * Starts a server and waits until it serves.
   * @param command `serve` can be a second one beside `dev`
   * @param storeUrl another way to the same database
   */
  start(command?: "dev" | "serve", storeUrl?: string): Promise<RunningServer>
  /** Runs a command to its end. */
  run(...args: readonly string[]): Promise<Ended>
  /** Begins a start and waits for nothing. */
  begin(): Beginning
  /** Ends its processes, registers what it kept secret and removes it; done for every one when the test file ends. */
  remove(): Promise<void>
}

export interface RunningServer {
  readonly baseUrl: string
  /** Where each dialect is that is mounted, by its name. */
  readonly dialectUrls: Readonly<Record<string, string>>
  readonly firstStart: boolean
  /** What it logged so far, line by line. */
  readonly log: readonly string[]
  /**
   * Calls it and repeats nothing.
   * @param apiKey default: the administrator's
   * @param timeoutMs how long a call may take; default 10 s
   */
  client(apiKey?: string, timeoutMs?: number): KeywardClient
  /** Calls the Arthur dialect with its master key. */
  arthur(): ArthurApiKeys
  /** Calls it with whatever is given. @param path `/v1/keys` */
  call(path: string, init?: RequestInit): Promise<Response>
  /** Ends it by a signal and waits until it is gone. */
  end(signal: "SIGTERM" | "SIGKILL"): Promise<Ended>
}

interface Beginning {
  /** Resolves when it serves; rejects when it ends before. */
  readonly announced: Promise<unknown>
  /** Resolves when the process is gone. */
  readonly ended: Promise<Ended>
  end(signal: "SIGTERM" | "SIGKILL"): Promise<Ended>
}

interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly output: string
}

interface Credentials {
  readonly base_url: string
  readonly organization_id: string
  readonly admin: { readonly email: string; readonly password: string; readonly api_key: string }
  readonly demo_keyspace_id: string
  readonly arthur: { readonly base_url: string; readonly admin_key: string }
}

const noCredentials = { admin: { api_key: "none" }, arthur: { admin_key: "none" } }

const program = fileURLToPath(new URL("../packages/server/src/cli/main.ts", import.meta.url))

/** However the tests end, their end of the pipe closes then, and ends the program. */
const endWithTheTests = `data:text/javascript,${encodeURIComponent(
  'process.stdin.on("close", () => process.kill(process.pid, "SIGKILL")).resume().unref()',
)}`

const installations: Installation[] = []

afterAll(async () => {
  await Promise.all(installations.map((installation) => installation.remove()))
})

/**
 * A new installation in a folder of its own, which goes with the test file. Its servers take free ports and log all
 * that there is to log, and what they print is gathered as evidence.
 * @param settings beside those; the variables of the environment that the tests run in do not count
 */
export async function install(
  engine: EngineName,
  settings: Readonly<Record<string, string>> = {},
): Promise<Installation> {
  const home = await mkdtemp(join(tmpdir(), "keyward-test-"))
  const dataDir = join(home, "data")
  const databaseUrl = engine === "sqlite" ? `sqlite:${join(dataDir, "keyward.db")}` : await postgresUrl()
  const environment = {
    ...withoutSettings(process.env),
    ...compileCache,
    KEYWARD_DATA_DIR: dataDir,
    KEYWARD_PORT: "0",
    KEYWARD_LOG_LEVEL: "trace",
    ...settings,
  }
  const processes = new Set<Program>()

  const execute = (args: readonly string[], storeUrl: string): Program => {
    const running = new Program(
      args,
      { ...environment, KEYWARD_DATABASE_URL: storeUrl },
      home,
      `keyward ${args[0]} on ${engine}`,
    )
    processes.add(running)
    running.ended.then(() => processes.delete(running))
    return running
  }
  const credentials = async (): Promise<Credentials> =>
    JSON.parse(await readFile(credentialsFile(dataDir), "utf8"))

  const remove = async () => {
    await Promise.all([...processes].map((running) => running.end("SIGKILL")))
    try {
      await registerSecretsOf(dataDir, databaseUrl)
    } finally {
      await rm(home, { recursive: true })
    }
  }

  let removed: Promise<void> | null = null
  const installation: Installation = {
    dataDir,
    databaseUrl,
    credentials,
    remove: () => {
      removed ??= remove()
      return removed
    },
    run: (...args) => execute(args, databaseUrl).ended,
    begin: () => execute(["dev", "--json"], databaseUrl),
    async start(command = "dev", storeUrl = databaseUrl) {
      const running = execute(command === "dev" ? ["dev", "--json"] : ["serve"], storeUrl)
      const announced = await running.announced
      // A first start that was cut short may have left none: then a client needs a key that it is given.
      const { admin, arthur } = existsSync(credentialsFile(dataDir)) ? await credentials() : noCredentials
      const baseUrl = announced.base_url
      const dialectUrls = announced.dialect_urls
      return {
        baseUrl,
        dialectUrls,
        firstStart: announced.first_start === true,
        log: running.log,
        client: (apiKey = admin.api_key, timeoutMs = 10_000) =>
          new KeywardClient({ baseUrl, apiKey, fetch: witnessedFetch, retries: 0, timeoutMs }),
        arthur: () =>
          new ArthurApiKeys({
            baseUrl: String(dialectUrls["arthur"]),
            token: arthur.admin_key,
            fetch: witnessedFetch,
          }),
        call: (path, init = {}) => witnessedFetch(baseUrl + path, { method: "GET", ...init }),
        end: (signal) => running.end(signal),
      }
    },
  }
  installations.push(installation)
  return installation
}

/** What a server prints when it serves. */
interface Announcement {
  readonly base_url: string
  readonly dialect_urls: Readonly<Record<string, string>>
  readonly first_start?: boolean
}

class Program {
  readonly log: string[] = []
  readonly announced: Promise<Announcement>
  readonly ended: Promise<Ended>
  readonly #child: ChildProcess

  constructor(args: readonly string[], env: NodeJS.ProcessEnv, cwd: string, source: string) {
    const child = spawn(process.execPath, ["--import", endWithTheTests, program, ...args], {
      env,
      cwd,
      stdio: ["pipe", "pipe", "pipe"],
    })
    this.#child = child
    const announcement = Promise.withResolvers<Announcement>()
    this.announced = announcement.promise
    // A command that is run to its end announces nothing, and nobody waits for it.
    this.announced.catch(() => undefined)
    const output: string[] = []
    createInterface({ input: child.stdout }).on("line", (line) => {
      output.push(line)
      const announced = announcementIn(line)
      if (announced) announcement.resolve(announced)
      // Credentials are shown on the first start, and by `recover`: that is what these are for.
      if (!announced?.first_start && args[0] !== "recover") gather({ source, text: line })
    })
    createInterface({ input: child.stderr }).on("line", (line) => {
      this.log.push(line)
      gather({ source, text: line })
    })
    this.ended = new Promise((resolve, reject) => {
      child.once("error", reject)
      child.once("close", (code, signal) => {
        announcement.reject(new Error(`${source} ended with ${code ?? signal}:\n${this.log.join("\n")}`))
        resolve({ code, signal, output: output.join("\n") })
      })
    })
  }

  end(signal: "SIGTERM" | "SIGKILL"): Promise<Ended> {
    this.#child.kill(signal)
    return this.ended
  }
}

function announcementIn(line: string): Announcement | null {
  return line.startsWith("{") && line.includes('"base_url":') ? JSON.parse(line) : null
}

function withoutSettings(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !name.startsWith("KEYWARD_")))
}

/** Everything that the installation keeps from others, in its files and in its database. */
async function registerSecretsOf(dataDir: string, databaseUrl: string): Promise<void> {
  const { peppers, encryption_keys } = JSON.parse(await readFile(join(dataDir, "secrets.json"), "utf8"))
  for (const pepper of Object.values<string>(peppers)) registerSecret("pepper", Buffer.from(pepper, "base64"))
  for (const key of Object.values<string>(encryption_keys)) {
    registerSecret("key-encryption key", Buffer.from(key, "base64"))
  }
  if (existsSync(credentialsFile(dataDir))) {
    const { admin, ...dialects }: Credentials = JSON.parse(await readFile(credentialsFile(dataDir), "utf8"))
    registerSecret("password", admin.password)
    registerSecret("key text", admin.api_key)
    for (const secret of credentialsOf(dialects)) registerSecret(...secret)
  }
  await registerStoredSecrets(databaseUrl)
}

/** The secrets in the blocks of the dialects, those of the ordinary user among them. */
function credentialsOf(block: object): (readonly [SecretKind, string])[] {
  return Object.entries(block).flatMap(([name, value]) => {
    if (typeof value === "object" && value !== null) return credentialsOf(value)
    if (name === "password") return [["password", String(value)] as const]
    return ["api_key", "admin_key"].includes(name) ? [["key text", String(value)] as const] : []
  })
}
