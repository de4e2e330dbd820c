import { execFile } from "node:child_process"
import { once } from "node:events"
import { chmod, readFile, rm, stat, writeFile } from "node:fs/promises"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { join } from "node:path"
import { promisify } from "node:util"
import Database from "better-sqlite3"
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest"
import { call, newFolder, type Running, run, type Settings, serve } from "./program.ts"

let server: Running
let settings: Settings
let dataDir: string
let apiKey: string
let organizationId: string
const removals: (() => Promise<void>)[] = []

beforeAll(async () => {
  dataDir = join(await newFolder((remove) => removals.push(remove)), "data")
  settings = { KEYWARD_DATA_DIR: dataDir }
  server = await serve(["dev", "--json"], settings)
  apiKey = server.said.credentials.admin.api_key
  organizationId = server.said.credentials.organization_id
})
afterAll(async () => {
  await server.stop()
  await Promise.all(removals.map((remove) => remove()))
})

/** A copy of the data folder as a backup would restore it, to be changed. */
async function copyOfInstallation(): Promise<string> {
  const folder = await newFolder()
  const { code, stderr } = await run(["backup", join(folder, "keyward.db")], settings)
  expect(code, stderr).toBe(0)
  await promisify(execFile)("cp", [join(dataDir, "secrets.json"), join(dataDir, "credentials.json"), folder])
  return folder
}

function alter(folder: string, sql: string): void {
  const database = new Database(join(folder, "keyward.db"))
  database.exec(sql)
  database.close()
}

async function newKey(name: string): Promise<{ readonly id: string; readonly secret: string }> {
  const body = JSON.stringify({ keyspace_id: server.said.credentials.demo_keyspace_id, name })
  const response = await call(server.said.base_url, "/v1/keys", apiKey, { method: "POST", body })
  return (await response.json()) as { id: string; secret: string }
}

describe("audit verify", () => {
  test("finds the store whole while it is served and grows", async () => {
    const growing = Promise.all(Array.from({ length: 30 }, (_none, at) => newKey(`growing ${at}`)))
    const { code, stdout } = await run(["audit", "verify", "--json"], settings)
    await growing
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({
      ok: true,
      organizations: [{ organization_id: organizationId, broken: null }],
    })
    const text = await run(["audit", "verify", "--organization", organizationId], settings)
    expect(text.stdout).toMatch(new RegExp(`^${organizationId} +\\d+ +whole +\\d+:[0-9a-f]{64}$`, "m"))
    expect(await run(["audit", "verify", "--organization", "nobody"], settings)).toMatchObject({ code: 2 })
  })

  test.each([
    {
      what: "an event that was changed",
      sql: `update audit_events set details = '{"name":"another"}' where sequence = 5`,
      broken: { sequence: 5, reason: "Event 5 was changed after it was written." },
    },
    {
      what: "an event that was removed",
      sql: "delete from audit_events where sequence = 3",
      broken: { sequence: 3, reason: "Event 3 is missing; the next one is number 4." },
    },
    {
      what: "an end that was cut off",
      sql: "delete from audit_events where sequence >= 7",
      broken: {
        sequence: 7,
        reason: expect.stringMatching(/^The chain ends at event 6, but \d+ events were recorded\.$/),
      },
    },
    {
      what: "an end that was cut off, with a record that was changed to match",
      sql: "update audit_heads set sequence = 6",
      broken: { sequence: 7, reason: expect.stringContaining("but 6 events were recorded") },
    },
    {
      what: "an instant that no calendar has",
      sql: "update audit_events set at = 9e15 where sequence = 2",
      broken: { sequence: 2, reason: expect.stringContaining("Event 2 was changed") },
    },
  ])("names $what", async ({ sql, broken }) => {
    const folder = await copyOfInstallation()
    alter(folder, sql)
    const { code, stdout, stderr } = await run(["audit", "verify", "--json"], { KEYWARD_DATA_DIR: folder })
    expect(code, stderr).toBe(5)
    expect(JSON.parse(stdout)).toMatchObject({
      ok: false,
      organizations: [{ organization_id: organizationId, broken }],
    })
  })

  describe("with a file", () => {
    let folder: string
    let lines: string[]

    beforeAll(async () => {
      folder = await newFolder((remove) => removals.push(remove))
      lines = (await run(["audit", "export"], settings)).stdout.trim().split("\n")
    })

    /** Checks a file that holds `text`. */
    async function checked(text: string, ...options: readonly string[]) {
      const file = join(folder, "events.jsonl")
      await writeFile(file, text)
      const { code, stdout, stderr } = await run(
        ["audit", "verify", "--json", "--file", file, ...options],
        {},
      )
      const result = stdout === "" ? JSON.parse(stderr) : JSON.parse(stdout).organizations[0]
      return { exit: code, ...result }
    }

    test("takes events, pages and one whole document", async () => {
      const whole = {
        exit: 0,
        organization_id: organizationId,
        broken: null,
        head: { sequence: lines.length },
      }
      expect(await checked(lines.join("\n"))).toMatchObject(whole)
      const pages = [lines.slice(0, 3), lines.slice(3)].map(
        (items) => `{"items":[${items}],"next_cursor":null}`,
      )
      expect(await checked(pages.join("\n"))).toMatchObject(whole)
      const document = JSON.stringify({ items: lines.map((line) => JSON.parse(line)) }, null, 2)
      expect(await checked(document)).toMatchObject(whole)
      const piped = await run(["audit", "verify", "--file", "-"], {}, lines.join("\n"))
      expect(piped).toMatchObject({ code: 0, stdout: expect.stringContaining(" whole ") })
    })

    test("names what was changed, is missing, or is another organization's", async () => {
      const changed = lines.map((line, at) => (at === 4 ? line.replace("things.read", "things.reap") : line))
      expect(changed).not.toEqual(lines)
      expect(await checked(changed.join("\n"))).toMatchObject({
        exit: 5,
        broken: { sequence: 5 },
        head: { sequence: 4 },
      })
      expect(await checked(lines.toSpliced(1, 1).join("\n"))).toMatchObject({
        exit: 5,
        broken: { sequence: 2 },
      })
      expect(await checked(lines.join("\n"), "--organization", "another")).toMatchObject({
        exit: 5,
        broken: { sequence: 1, reason: "Event 1 belongs to another organization." },
      })
    })

    test("compares with the head that was noted, also when events have followed", async () => {
      const { sequence, hash } = JSON.parse(lines[5] ?? "")
      const noted = ["--head", `${sequence}:${hash}`]
      expect(await checked(lines.join("\n"), ...noted)).toMatchObject({ exit: 0, broken: null })
      expect(await checked(lines.slice(0, 5).join("\n"), ...noted)).toMatchObject({
        exit: 5,
        broken: { sequence: 6 },
      })
      const other = ["--head", `${sequence}:${"0".repeat(64)}`]
      expect(await checked(lines.join("\n"), ...other)).toMatchObject({ exit: 5, broken: { sequence: 6 } })
    })

    test("refuses what holds no events", async () => {
      expect(await checked(`${lines[0]}\nnot JSON\n`)).toMatchObject({
        exit: 5,
        detail: expect.stringContaining("Line 2"),
      })
      const absent = await run(["audit", "verify", "--file", join(folder, "absent")], {})
      expect(absent).toMatchObject({ code: 2, stderr: expect.stringContaining("ENOENT") })
    })
  })
})

describe("backup", () => {
  test("copies what is served to a file that can be served, and says what belongs to it", async () => {
    const folder = await newFolder()
    const copy = join(folder, "copy.db")
    const { id, secret } = await newKey("backed up")
    const { code, stdout } = await run(["backup", copy, "--json"], settings)
    expect(code).toBe(0)
    const { size, mode } = await stat(copy)
    expect(JSON.parse(stdout)).toEqual({
      file: copy,
      bytes: size,
      secrets_file: join(dataDir, "secrets.json"),
    })
    expect(mode & 0o777).toBe(0o600)

    await promisify(execFile)("cp", [join(dataDir, "secrets.json"), folder])
    const restored = { KEYWARD_DATA_DIR: folder, KEYWARD_DATABASE_URL: `sqlite:${copy}` }
    const second = await serve(["serve"], restored)
    const verification = await call(second.said.base_url, "/v1/keys/verify", apiKey, {
      method: "POST",
      body: JSON.stringify({ key: secret }),
    })
    expect(await verification.json()).toMatchObject({ valid: true, key_id: id })
    await second.stop()

    const again = await run(["backup", copy], settings)
    expect(again).toMatchObject({ code: 2, stderr: expect.stringContaining("exists already") })
    const words = await run(["backup", join(folder, "words.db")], settings)
    expect(words.stdout).toContain(`Keep ${join(dataDir, "secrets.json")} as well, and apart from it`)
  })

  test("says when it cannot", async () => {
    const folder = await newFolder()
    expect(await run(["backup", join(folder, "none", "copy.db")], settings)).toMatchObject({ code: 2 })
    const absent = await run(["backup", join(folder, "copy.db")], { KEYWARD_DATA_DIR: folder })
    expect(absent).toMatchObject({ code: 4, stderr: expect.stringContaining("KEYWARD_DATABASE_URL") })
  })
})

describe("doctor", () => {
  /** The findings by their check. */
  async function examined(more: Settings) {
    const { code, stdout, stderr } = await run(["doctor", "--json"], more)
    expect(stderr).toBe("")
    const { ok, findings } = JSON.parse(stdout)
    expect(code).toBe(ok ? 0 : 5)
    const named: [string, { result: string; detail: string; fix: string | null }][] = findings.map(
      ({ check, ...finding }: { check: string; result: string; detail: string; fix: string | null }) => [
        check,
        finding,
      ],
    )
    return { ok, ...Object.fromEntries(named) }
  }

  test("finds nothing while the server runs, and knows it by its ports", async () => {
    const ports = {
      main: new URL(server.said.base_url).port,
      arthur: new URL(server.said.dialect_urls.arthur).port,
      octopus: new URL(server.said.dialect_urls.octopus).port,
    }
    const { code, stdout } = await run(["doctor"], {
      ...settings,
      KEYWARD_PORT: ports.main,
      KEYWARD_ARTHUR_MOUNT: `port:${ports.arthur}`,
      KEYWARD_OCTOPUS_MOUNT: `port:${ports.octopus}`,
    })
    expect(stdout.split("\n").filter((line) => line !== "" && !line.startsWith("ok "))).toEqual([])
    for (const port of Object.values(ports)) {
      expect(stdout).toContain(`ok    port ${port}: Keyward serves at it.`)
    }
    expect(code).toBe(0)
  })

  test("finds what others can read, an altered chain and a clock that is behind, and says what to do", async () => {
    const folder = await copyOfInstallation()
    await chmod(join(folder, "secrets.json"), 0o644)
    await chmod(join(folder, "credentials.json"), 0o640)
    alter(folder, "update audit_heads set hash = 'other'; update audit_events set at = at + 86400000")
    const squatter = createServer((_request, response) => response.end('{"status":"up"}')).listen(
      0,
      "127.0.0.1",
    )
    await once(squatter, "listening")
    onTestFinished(() => void squatter.close())
    const { port } = squatter.address() as AddressInfo
    const found = await examined({ KEYWARD_DATA_DIR: folder, KEYWARD_PORT: String(port) })
    expect(found).toMatchObject({
      ok: false,
      "secrets file": { result: "fail", fix: `chmod 600 ${join(folder, "secrets.json")}` },
      "credentials file": { result: "fail", fix: `chmod 600 ${join(folder, "credentials.json")}` },
      "database file": { result: "ok", fix: null },
      sealing: { result: "ok" },
      store: { result: "ok" },
      "pepper 1": { result: "ok" },
      "audit chains": { result: "fail", detail: expect.stringContaining(organizationId) },
      clock: { result: "fail" },
      [`port ${port}`]: { result: "fail", fix: expect.stringContaining("KEYWARD_PORT") },
    })
  })

  test("finds other peppers, and secrets that are gone", async () => {
    const folder = await copyOfInstallation()
    const free = { KEYWARD_DATA_DIR: folder, KEYWARD_PORT: "0" }
    const pepper = `1:${Buffer.alloc(32, "other").toString("base64")}`
    expect(await examined({ ...free, KEYWARD_PEPPERS: pepper })).toMatchObject({
      "pepper 1": { result: "fail", fix: expect.stringContaining("KEYWARD_PEPPERS") },
    })
    await rm(join(folder, "secrets.json"))
    expect(await examined(free)).toMatchObject({
      ok: false,
      secrets: { result: "fail" },
      store: { result: "ok" },
    })
  })

  test("makes nothing where there is nothing", async () => {
    const folder = await newFolder()
    const found = await examined({ KEYWARD_DATA_DIR: join(folder, "data"), KEYWARD_PORT: "0" })
    expect(found).toMatchObject({ ok: false, "data folder": { result: "warn" }, store: { result: "fail" } })
    await expect(stat(join(folder, "data"))).rejects.toThrow("ENOENT")
    expect(await examined({ KEYWARD_PROT: "1" })).toEqual({
      ok: false,
      configuration: {
        result: "fail",
        detail: expect.stringContaining("KEYWARD_PROT"),
        fix: expect.any(String),
      },
    })
  })
})

describe("config", () => {
  test("prints every setting as it resolves, without a secret", async () => {
    const given = {
      KEYWARD_DATA_DIR: dataDir,
      KEYWARD_DATABASE_URL: "postgres://me:hunt@er2@db.example.com/keyward?password=hunter3&sslmode=require",
      KEYWARD_API_KEY: "keyward_secret",
      KEYWARD_PEPPERS: `1:${Buffer.alloc(32, "p").toString("base64")}`,
      KEYWARD_PORT: "8080",
    }
    const { code, stdout } = await run(["config", "--json"], given)
    expect(code).toBe(0)
    const settings: { name: string; value: string; default: string; description: string }[] =
      JSON.parse(stdout)
    const values = Object.fromEntries(settings.map(({ name, value }) => [name, value]))
    expect(values).toMatchObject({
      KEYWARD_HOST: "127.0.0.1",
      KEYWARD_PORT: "8080",
      KEYWARD_DATABASE_URL: "postgres://me:********@db.example.com/keyward?password=********&sslmode=require",
      KEYWARD_SECRETS_FILE: join(dataDir, "secrets.json"),
      KEYWARD_PEPPERS: "********",
      KEYWARD_API_KEY: "********",
    })
    expect(settings.find(({ name }) => name === "KEYWARD_PORT")).toMatchObject({
      default: "4747",
      description: expect.stringContaining("Port that the server listens on"),
    })
    const text = await run(["config"], given)
    expect(text.stdout).toContain("KEYWARD_PORT=8080 (default: 4747)\n    Port that the server listens on")
    expect(text.stdout).not.toMatch(/hunt|er2|keyward_secret/)
  })
})

test("nothing of all this has changed what the first start wrote", async () => {
  const credentials = JSON.parse(await readFile(join(dataDir, "credentials.json"), "utf8"))
  expect(credentials).toEqual(server.said.credentials)
})
