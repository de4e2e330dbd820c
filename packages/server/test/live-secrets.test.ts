import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { openMemoryStore, systemEntropy } from "@keyward/core"
import { pino } from "pino"
import { afterEach, beforeEach, expect, test } from "vitest"
import { ConfigError, readConfig } from "../src/config.ts"
import { makeCurrent } from "../src/current-secrets.ts"
import { changeSecretsFile, loadInstallationSecrets } from "../src/installation-secrets.ts"
import { LiveSecrets } from "../src/live-secrets.ts"
import { testClock } from "./test-clock.ts"
import { secretBytes } from "./test-keyward.ts"

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "keyward-live-"))
})
afterEach(() => rm(folder, { recursive: true }))

async function open() {
  const config = readConfig({ KEYWARD_DATA_DIR: folder })
  const [store, clock, entropy] = [openMemoryStore(), testClock(), systemEntropy]
  const secrets = await loadInstallationSecrets(config, entropy, true)
  const logger = pino({ level: "silent" })
  const live = new LiveSecrets(secrets, { config, store, clock, entropy, logger })
  await live.refresh()
  const change = (byte: number) =>
    changeSecretsFile(config.secretsFile, ({ peppers, encryptionKeys }) => ({
      peppers: new Map([...peppers, ...secretBytes(byte)]),
      encryptionKeys: new Map([...encryptionKeys, ...secretBytes(byte)]),
    }))
  return { config, store, clock, live, change }
}

test("a version that comes into the file is verified and opened under at once, and is current from its instant on", async () => {
  const { store, clock, live, change } = await open()
  const { peppers, sealer } = live
  const replies = sealer.forPurpose("something")
  const before = replies.seal("x")
  await change(2)
  await live.refresh()
  expect([peppers.versions, peppers.currentVersion, sealer.currentVersion]).toEqual([[1, 2], 1, 1])
  const from = clock.now()
  for (const kind of ["pepper", "encryption"] as const) await makeCurrent(store, kind, 2, from)
  await live.refresh()
  expect([peppers.versions, peppers.currentVersion, sealer.currentVersion]).toEqual([[2, 1], 2, 2])
  expect(peppers.digest("x").pepperVersion).toBe(2)
  expect(replies.seal("x")).toMatch(/^v1\.2\./)
  expect(replies.open(before)).toBe("x")
})

test("what is not as it should be leaves everything as it was", async () => {
  const { config, live, change } = await open()
  await change(2)
  await live.refresh()
  const good = await readFile(config.secretsFile, "utf8")
  const digests = live.peppers.candidates("x")
  const { encryption_keys, peppers } = JSON.parse(good)
  const another = { encryption_keys, peppers: { ...peppers, 1: peppers[2] } }
  const older = { encryption_keys, peppers: { 1: peppers[1] } }
  for (const bad of ["", good.slice(0, -9), JSON.stringify(another), JSON.stringify(older)]) {
    await writeFile(config.secretsFile, bad)
    await expect(live.refresh()).rejects.toThrow(ConfigError)
    expect(live.peppers.candidates("x")).toEqual(digests)
  }
  await writeFile(config.secretsFile, good)
  await live.refresh()
  expect(live.peppers.candidates("x")).toEqual(digests)
})

test("it is told when a pepper is here no more, and of nothing else", async () => {
  const { config, clock, live, store, change } = await open()
  let told = 0
  live.follow(() => told++)
  await change(2)
  await makeCurrent(store, "pepper", 2, clock.now())
  await live.refresh()
  const without = (kind: "peppers" | "encryptionKeys") =>
    changeSecretsFile(config.secretsFile, (versions) => ({
      ...versions,
      [kind]: new Map([...versions[kind]].filter(([version]) => version !== 1)),
    }))
  await without("encryptionKeys")
  await live.refresh()
  expect(told).toBe(0)
  await without("peppers")
  await live.refresh()
  await live.refresh()
  expect([told, live.peppers.versions]).toEqual([1, [2]])
  await live.close()
})
