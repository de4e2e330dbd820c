import { request as httpRequest } from "node:http"
import { describe, expect, onTestFinished, test } from "vitest"
import { type Config, readConfig } from "../src/config.ts"
import { enableDialect } from "../src/dialect-enabling.ts"
import { ownPaths } from "../src/dialect-settings.ts"
import { createApp } from "../src/http/app.ts"
import { createLogger } from "../src/logger.ts"
import { type Listening, listen } from "../src/server.ts"
import { openTestKeyward, type TestKeyward } from "./test-keyward.ts"

const logger = createLogger("silent")
const mounts = {
  KEYWARD_PORT: "0",
  KEYWARD_ARTHUR_MOUNT: "path:/vendors/arthur",
  KEYWARD_AUTOMOX_MOUNT: "host:automox.test",
}

interface Served extends TestKeyward {
  readonly listening: Listening
  /** @param host what the Host header says; default: the address */
  ask(
    path: string,
    host?: string,
    headers?: Readonly<Record<string, string>>,
  ): Promise<{ status: number; text: string; headers: NodeJS.Dict<string | string[]> }>
}

async function serve(environment: Readonly<Record<string, string>> = mounts): Promise<Served> {
  const config = readConfig(environment)
  const opened = await openTestKeyward()
  await enableAll(opened, config)
  const listening = await listen(opened.keyward, config, logger)
  onTestFinished(() => listening.close())
  const { port } = new URL(listening.baseUrl)
  return {
    ...opened,
    listening,
    ask: (path, host = `127.0.0.1:${port}`, headers = {}) =>
      new Promise((resolve, reject) => {
        const sent = httpRequest({ port, path, headers: { ...headers, host } }, (response) => {
          const chunks: Buffer[] = []
          response.on("data", (chunk: Buffer) => chunks.push(chunk))
          response.on("end", () =>
            resolve({
              status: Number(response.statusCode),
              text: Buffer.concat(chunks).toString(),
              headers: response.headers,
            }),
          )
        })
        sent.on("error", reject)
        sent.end()
      }),
  }
}

async function enableAll({ keyward, created }: TestKeyward, config: Config): Promise<void> {
  for (const name of ["arthur", "automox", "octopus"] as const) {
    await enableDialect(keyward, created.organization, name, config.dialects[name])
  }
}

describe("below a path of the main port", () => {
  test("a dialect meets requests as if it were at the root", async () => {
    const { ask, listening } = await serve()
    expect(listening.dialectUrls.get("arthur")).toBe(`${listening.baseUrl}/vendors/arthur`)
    expect(JSON.parse((await ask("/vendors/arthur/health")).text)).toMatchObject({ message: "ok" })
    expect(await ask("/vendors/arthur/auth/api_keys/")).toMatchObject({
      status: 401,
      text: '{"detail":"Requires authentication"}',
    })
  })

  test.each(["/vendors/arthur", "/vendors/arthur?a=/b", "/vendors/arthur/", "/vendors/arthur/v1/keys"])(
    "%s is the dialect's, whose words answer",
    async (path) => {
      const { ask } = await serve()
      expect(await ask(path)).toMatchObject({ status: 404, text: '{"detail":"Not Found"}' })
    },
  )

  test.each([
    "/vendors/arthur2/health",
    "/vendors",
    "/vendors/Arthur/health",
    "/health",
    "/v1/vendors/arthur",
  ])("%s is not", async (path) => {
    const { ask } = await serve()
    const answer = await ask(path)
    expect(answer.status).toBe(404)
    expect(JSON.parse(answer.text)).toMatchObject({ code: "route_not_found" })
  })
})

describe("at a host of the main port", () => {
  test.each(["automox.test", "automox.test:4747", "AUTOMOX.test"])(
    "Host: %s is the dialect's",
    async (host) => {
      const { ask, listening } = await serve()
      expect(await ask("/v1/keys", host)).toMatchObject({ status: 404 })
      expect(JSON.parse((await ask("/orgs", host)).text)).toEqual({ errors: [expect.any(String)] })
      const { port } = new URL(listening.baseUrl)
      expect(listening.dialectUrls.get("automox")).toBe(`http://automox.test:${port}`)
    },
  )

  test("every other host is the native API's", async () => {
    const { ask } = await serve()
    expect(await ask("/healthz", "other.test")).toMatchObject({ status: 200 })
    expect(await ask("/orgs", "other.test")).toMatchObject({ status: 404 })
  })
})

test("what shares the port leaves the native API as it was, its shortest way included", async () => {
  const { listening, created } = await serve()
  const verified = await fetch(`${listening.baseUrl}/v1/keys/verify`, {
    method: "POST",
    headers: { authorization: `Bearer ${created.adminKey.secret}`, "content-type": "application/json" },
    body: JSON.stringify({ key: created.adminKey.secret }),
  })
  expect(await verified.json()).toMatchObject({ valid: true })
})

test("the documents of all dialects are handed out, whatever is mounted", async () => {
  const { ask } = await serve({ KEYWARD_PORT: "0" })
  for (const name of ["arthur", "automox", "octopus", "docspace"]) {
    const { status, text } = await ask(`/openapi/${name}.json`)
    expect(status).toBe(200)
    expect(JSON.parse(text)).toMatchObject({
      openapi: "3.1.0",
      info: { title: expect.stringContaining("Keyward") },
    })
  }
})

test("what is said of the installation to clients is the same for ever", async () => {
  const { keyward } = await serve({ KEYWARD_PORT: "0", KEYWARD_OCTOPUS_MOUNT: "port:0" })
  const first = await keyward.store.setting("installation_id")
  expect(first).toMatch(/^[0-9a-f-]{36}$/)
  expect(await keyward.store.ensureSetting("installation_id", "another")).toBe(first)
})

test("no dialect takes the place of a path of ours", async () => {
  const { keyward } = await openTestKeyward()
  const app = createApp(keyward, { logger, trustedHops: 0, publicUrl: null })
  await app.ready()
  const routes = app.printRoutes({ commonPrefix: false })
  const first = [...routes.matchAll(/^[├└]── \/([^/ ]+)/gm)].map(([, segment]) => segment)
  expect(first.length).toBeGreaterThan(5)
  expect(first.filter((name) => !ownPaths.includes(String(name)))).toEqual([])
  for (const name of ownPaths) {
    expect(() => readConfig({ KEYWARD_ARTHUR_MOUNT: `path:/${name}/arthur` })).toThrow("KEYWARD_ARTHUR_MOUNT")
  }
})

describe("a dialect that cannot be served keeps the server from starting", () => {
  test("one that is not enabled, with the command that enables it", async () => {
    const { keyward } = await openTestKeyward()
    const config = readConfig(mounts)
    await expect(listen(keyward, config, logger)).rejects.toThrow(/keyward dialects enable arthur/)
  })

  test("one whose organization is unknown", async () => {
    const { keyward } = await openTestKeyward()
    const unknown = "01980a5e-7c1f-7a44-9d0c-3f2b5a6c7d8e"
    const config = readConfig({ ...mounts, KEYWARD_ARTHUR_ORGANIZATION_ID: unknown })
    await expect(listen(keyward, config, logger)).rejects.toThrow(
      `KEYWARD_ARTHUR_ORGANIZATION_ID names no organization of this store: ${unknown}.`,
    )
  })
})
