import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest"
import { registerSecret } from "../../../../tests/evidence.ts"
import { call, newFolder, run, runProcess, type Settings, serve } from "./program.ts"

let settings: Settings
let organizationId: string
let adminKey: string
const removals: (() => Promise<void>)[] = []

beforeAll(async () => {
  const folder = await newFolder((remove) => removals.push(remove))
  settings = { KEYWARD_DATA_DIR: join(folder, "data") }
  const { stdout } = await run(["init", "--json"], settings)
  const made = JSON.parse(stdout)
  organizationId = made.organization_id
  adminKey = made.admin.api_key
})
afterAll(() => Promise.all(removals.map((remove) => remove())))

async function list() {
  const { stdout, stderr } = await run(["dialects", "list", "--json"], settings)
  expect(stderr).toBe("")
  return JSON.parse(stdout).items
}

test("in production a dialect is off until it is enabled, which shows its first credential once", async () => {
  const mounted = { ...settings, KEYWARD_OCTOPUS_MOUNT: "port:0" }
  expect(
    (await list()).map(({ name, enabled, mount }: Record<string, unknown>) => [name, enabled, mount]),
  ).toEqual([
    ["arthur", false, "off"],
    ["automox", false, "off"],
    ["octopus", false, "off"],
    ["docspace", false, "off"],
  ])
  const early = await runProcess(["serve"], { ...mounted, KEYWARD_PORT: "0" })
  expect(early).toMatchObject({ code: 2, stdout: "" })
  expect(early.stderr).toContain("keyward dialects enable octopus")

  const enabled = await run(["dialects", "enable", "octopus", "--json"], mounted)
  expect(enabled).toMatchObject({ code: 0, stderr: "" })
  const shown = JSON.parse(enabled.stdout)
  expect(shown).toEqual({
    dialect: "octopus",
    organization_id: organizationId,
    api_key: expect.stringMatching(/^API-[A-Z0-9]{31}$/),
    user_id: expect.stringMatching(/^Users-\d+$/),
  })
  registerSecret("key text", shown.api_key)
  expect((await list()).find(({ name }: { name: string }) => name === "octopus")).toMatchObject({
    enabled: true,
  })

  const server = await serve(["serve"], mounted)
  onTestFinished(async () => void (await server.stop()))
  const { base_url, dialect_urls } = server.said
  const me = await fetch(`${dialect_urls.octopus}/api/users/me`, {
    headers: { "X-Octopus-ApiKey": shown.api_key },
  })
  expect(await me.json()).toMatchObject({ Id: shown.user_id, EmailAddress: "admin@example.com" })
  const verified = await call(base_url, "/v1/keys/verify", adminKey, {
    method: "POST",
    body: JSON.stringify({ key: shown.api_key }),
  })
  expect(await verified.json()).toMatchObject({ valid: true, owner: { kind: "user" } })
})

describe("enable", () => {
  test("issues to whom it is told, in words too", async () => {
    const { code, stdout } = await run(
      ["dialects", "enable", "automox", "--email", "Admin@example.com"],
      settings,
    )
    expect(code).toBe(0)
    expect(stdout).toMatch(/^api_key +[0-9a-f-]{36}$/m)
    expect(stdout).toContain("Set KEYWARD_AUTOMOX_MOUNT (such as port:4749)")
    registerSecret("key text", String(/^api_key +(.*)$/m.exec(stdout)?.[1]))
  })

  test("knows its users and its dialects", async () => {
    const nobody = await run(["dialects", "enable", "automox", "--email", "nobody@example.com"], settings)
    expect(nobody).toMatchObject({ code: 2, stdout: "", stderr: expect.stringContaining("has no user") })
    const unknown = await run(["dialects", "enable", "github"], settings)
    expect(unknown).toMatchObject({ code: 2, stdout: "", stderr: expect.stringContaining("octopus") })
  })
})
