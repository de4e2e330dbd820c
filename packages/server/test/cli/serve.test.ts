import { once } from "node:events"
import { readdir } from "node:fs/promises"
import { request } from "node:http"
import { createConnection } from "node:net"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import {
  call,
  newFolder,
  preloading,
  type Running,
  run,
  runProcess,
  type Settings,
  serve,
} from "./program.ts"

let settings: Settings
// biome-ignore lint/suspicious/noExplicitAny: what init said; the tests say what it must be.
let made: any
const removals: (() => Promise<void>)[] = []

beforeAll(async () => {
  const folder = await newFolder((remove) => removals.push(remove))
  settings = { KEYWARD_DATA_DIR: join(folder, "data") }
  const early = await runProcess(["serve"], settings)
  expect(early).toMatchObject({ code: 2, stdout: "" })
  expect(early.stderr).toContain('"keyward init" makes it')
  const ended = await run(
    ["init", "--json", "--organization-name", "Acme", "--email", "Boss@acme.example"],
    settings,
  )
  expect(ended, ended.stderr).toMatchObject({ code: 0, stderr: "" })
  made = JSON.parse(ended.stdout)
})
afterAll(() => Promise.all(removals.map((remove) => remove())))

describe("init", () => {
  test("shows the credentials and writes them nowhere", async () => {
    expect(made).toEqual({
      organization_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      admin: {
        email: "boss@acme.example",
        password: expect.stringMatching(/^.{20}$/),
        api_key: expect.stringMatching(/^keyward_/),
      },
    })
    expect((await readdir(settings["KEYWARD_DATA_DIR"] ?? "")).sort()).toEqual(["keyward.db", "secrets.json"])
  })

  test("refuses a store that is not empty", async () => {
    const { code, stdout, stderr } = await run(["init", "--json"], settings)
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" })
    expect(JSON.parse(stderr)).toMatchObject({
      detail: expect.stringContaining("has an organization already"),
    })
  })

  test("says in words what to keep, and takes no address that is none", async () => {
    const dataDir = await newFolder()
    const wrong = await run(["init", "--email", "boss"], { KEYWARD_DATA_DIR: dataDir })
    expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining("e-mail address") })
    expect(await readdir(dataDir)).toEqual([])
    const { code, stdout } = await run(["init"], { KEYWARD_DATA_DIR: dataDir })
    expect(code).toBe(0)
    expect(stdout).toMatch(/^API key +keyward_\w+$/m)
    expect(stdout).toContain(`Keep ${join(dataDir, "secrets.json")} safe`)
  })

  test("leaves a store that serve refuses when only the secrets were made", async () => {
    const secrets = {
      KEYWARD_PEPPERS: `1:${Buffer.alloc(32, "p").toString("base64")}`,
      KEYWARD_ENCRYPTION_KEYS: `1:${Buffer.alloc(32, "k").toString("base64")}`,
    }
    const dataDir = await newFolder()
    const ended = await runProcess(["serve", "--json"], {
      KEYWARD_DATA_DIR: dataDir,
      KEYWARD_PORT: "0",
      ...secrets,
    })
    expect(ended.code).toBe(2)
    expect(JSON.parse(ended.stderr)).toMatchObject({ detail: expect.stringContaining('"keyward init"') })
  })
})

describe("serve", () => {
  const apiKey = () => made.admin.api_key

  /** A verification whose body is only half sent: it is under way until `finish` sends the rest. */
  async function halfAsked(server: Running) {
    const body = JSON.stringify({ key: apiKey() })
    const asked = request(`${server.said.base_url}/v1/keys/verify`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${apiKey()}`,
        "content-type": "application/json",
        "content-length": String(body.length),
        expect: "100-continue",
      },
    })
    asked.flushHeaders()
    // The server has the head of the request when it asks for the body.
    await once(asked, "continue")
    asked.write(body.slice(0, 5))
    const answered = once(asked, "response")
    return { answered, finish: () => asked.end(body.slice(5)) }
  }

  async function isRefused(baseUrl: string): Promise<boolean> {
    const { hostname, port } = new URL(baseUrl)
    const socket = createConnection(Number(port), hostname)
    try {
      await once(socket, "connect")
      return false
    } catch {
      return true
    } finally {
      socket.destroy()
    }
  }

  const stopping = (server: Running) =>
    new Promise<void>((resolve) => {
      server.process.stdout?.on("data", (text: string) => {
        if (text.includes('"stopping"')) resolve()
      })
    })

  test("serves what init made, and at the end answers what is under way and writes the usage", async () => {
    const server = await serve(["serve"], { ...settings, KEYWARD_USAGE_FLUSH_MS: "60000" })
    const { answered, finish } = await halfAsked(server)
    const noticed = stopping(server)
    server.process.kill("SIGINT")
    await noticed
    // As from a terminal through npm: the first one's echo.
    server.process.kill("SIGINT")
    while (!(await isRefused(server.said.base_url)));
    finish()
    const [response] = await answered
    expect(response.statusCode).toBe(200)
    const ended = await server.end
    expect(ended).toMatchObject({ code: 0, stderr: "" })
    expect(ended.stdout).not.toContain(apiKey())

    const again = await serve(["serve"], settings)
    const keys = await call(again.said.base_url, "/v1/keys?last_used_from=2020-01-01T00:00:00Z", apiKey())
    expect(await keys.json()).toMatchObject({ items: [{ name: "Administrator" }] })
    expect(await again.stop()).toMatchObject({ code: 0 })
  })

  test("ends at once at a second signal", async () => {
    const server = await serve(["serve"], settings)
    const { answered } = await halfAsked(server)
    const lost = expect(answered).rejects.toThrow()
    const noticed = stopping(server)
    server.process.kill("SIGTERM")
    await noticed
    expect(await server.stop("SIGINT")).toMatchObject({ code: 130 })
    await lost
  })

  test("logs an error that nobody caught, and ends with 1", async () => {
    const code = `process.on("SIGUSR2", () => { Promise.reject(new Error("out of the blue")) })`
    const server = await serve(["serve"], { ...settings, ...preloading(code) })
    const { code: exit, stdout } = await server.stop("SIGUSR2")
    expect(exit).toBe(1)
    const last = JSON.parse(stdout.trim().split("\n").at(-1) ?? "")
    expect(last).toMatchObject({ level: 60, err: { message: "out of the blue" } })
  })
})
