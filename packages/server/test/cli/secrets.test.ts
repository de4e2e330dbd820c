import { spawn } from "node:child_process"
import { hash } from "node:crypto"
import { once } from "node:events"
import { readFile } from "node:fs/promises"
import { join } from "node:path"
import process from "node:process"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"
import { later, systemCaller, systemClock } from "@keyward/core"
import { pino } from "pino"
import { expect, onTestFinished, test } from "vitest"
import { readConfig } from "../../src/config.ts"
import { makeCurrent } from "../../src/current-secrets.ts"
import type { Keyward } from "../../src/keyward.ts"
import { addVersion, countedMost } from "../../src/own-secrets.ts"
import { openKeyward } from "../../src/server.ts"
import { newFolder, run } from "./program.ts"

const main = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url))
const keys = 1000

test("sealing anew goes on after kill -9 where it was, and the old key-encryption key is then taken out", async () => {
  const settings = { KEYWARD_DATA_DIR: join(await newFolder(), "data") }
  expect((await run(["init"], settings)).code).toBe(0)
  const config = readConfig(settings)
  const secretsFile = async () => JSON.parse(await readFile(config.secretsFile, "utf8"))
  async function opened<Result>(work: (keyward: Keyward) => Promise<Result>): Promise<Result> {
    const keyward = await openKeyward(config, { logger: pino({ level: "silent" }), createSecrets: false })
    try {
      return await work(keyward)
    } finally {
      await keyward.close()
    }
  }
  const issued = await opened(async (keyward) => {
    const { items } = await keyward.store.organizations({ limit: 1, after: null })
    const system = systemCaller(items[0]?.id ?? "")
    const { id: keyspaceId } = await keyward.authority.createKeyspace(system, {
      name: "Kept",
      prefix: "kept",
      retention: "recoverable",
    })
    const made = []
    for (let at = 0; at < keys; at++) {
      made.push(await keyward.authority.createKey(system, { keyspaceId, name: `Key ${at}` }))
    }
    // As `rotate` does, long enough ago that no server can still use the version before.
    const begun = later(keyward.deps.clock.now(), -3_600_000)
    await addVersion(keyward, "encryption", config.secretsFile, {
      version: 2,
      value: keyward.deps.entropy.bytes(32),
    })
    await makeCurrent(keyward.store, "encryption", 2, begun)
    return made.map(({ key, secret }) => ({ id: key.id, secret, system }))
  })
  const revealAll = () =>
    opened(async ({ authority }) => {
      for (const { id, secret, system } of issued) {
        expect((await authority.revealKey(system, id, "a test")).secret).toBe(secret)
      }
    })
  const under = (version: number) =>
    opened(async ({ store, deps }) => {
      const counts = await store.storedUnder("sealed_secrets", deps.clock.now(), countedMost)
      return counts.find((one) => one.version === version)?.count ?? 0
    })
  const retire = (kind: string) => run(["secrets", "retire", kind, "1", "--json"], settings)

  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith("KEYWARD_"))
  const child = spawn(process.execPath, [main, "secrets", "reseal"], {
    env: { ...Object.fromEntries(inherited), ...settings },
  })
  createInterface({ input: child.stderr }).on("line", () => child.kill("SIGKILL"))
  expect(await once(child, "close")).toEqual([null, "SIGKILL"])
  const left = await under(1)
  expect(left).toBeGreaterThan(0)
  expect(left).toBeLessThan(keys)
  const refused = await retire("encryption")
  expect(refused.code).toBe(3)
  // The one that was killed is waited for, and counted is what it has left behind.
  expect(JSON.parse(refused.stderr).detail).toContain("Another command")
  await opened(async ({ store, deps }) => {
    const [holder, now] = ["somebody", deps.clock.now()]
    const after = later(now, 3_600_000)
    expect(await store.lease("installation secrets", holder, after, after)).toBe(true)
    expect(await store.lease("installation secrets", holder, now, now)).toBe(true)
  })
  expect(JSON.parse((await retire("encryption")).stderr).detail).toContain(`${left} sealed secrets`)
  expect(Object.keys((await secretsFile()).encryption_keys)).toEqual(["1", "2"])

  const again = await run(["secrets", "reseal", "--json"], settings)
  expect(JSON.parse(again.stdout)).toEqual({ version: 2, resealed: left })
  expect([await under(1), await under(2)]).toEqual([0, keys])
  await revealAll()
  expect((await retire("encryption")).code).toBe(0)
  expect(Object.keys((await secretsFile()).encryption_keys)).toEqual(["2"])
  await revealAll()
  expect((await retire("pepper")).code).toBe(3)
}, 60_000)

test("an old pepper is taken out once all that needs it was used, and what nobody can use is forgotten", async () => {
  const settings = { KEYWARD_DATA_DIR: join(await newFolder(), "data") }
  expect((await run(["init"], settings)).code).toBe(0)
  const config = readConfig(settings)
  const peppers = async () => Object.keys(JSON.parse(await readFile(config.secretsFile, "utf8")).peppers)
  /** As another process does, at an instant so far from now. */
  async function opened<Result>(
    awayMs: number,
    work: (keyward: Keyward) => Promise<Result>,
  ): Promise<Result> {
    const clock = { now: () => later(systemClock.now(), awayMs) }
    const keyward = await openKeyward(config, {
      logger: pino({ level: "silent" }),
      createSecrets: false,
      clock,
    })
    try {
      return await work(keyward)
    } finally {
      await keyward.close()
    }
  }
  const verdict = async ({ verifier }: Keyward, text: string | null) =>
    (await verifier.verify({ text: text ?? "", visible: () => true, guesser: null })).outcome
  const hour = 3_600_000
  const made = await opened(-2 * hour, async (keyward) => {
    const { authority, deps, store } = keyward
    const { items } = await store.organizations({ limit: 1, after: null })
    const system = systemCaller(items[0]?.id ?? "")
    // What the installation came with is not used any more.
    for (const { id } of (await authority.keys(system, {}, { limit: 200, after: null })).items) {
      await authority.revokeKey(system, id, { reason: "superseded", note: null })
    }
    const { id: keyspaceId } = await authority.createKeyspace(system, { name: "Things", prefix: "thing" })
    const create = async (name: string, enabled = true) => {
      const { key, secret } = await authority.createKey(system, { keyspaceId, name, enabled })
      return { id: key.id, secret }
    }
    const [used, disabled, revoked] = [
      await create("Used"),
      await create("Disabled", false),
      await create("Revoked"),
    ]
    await authority.revokeKey(system, revoked.id, { reason: "compromised", note: null })
    const { secret: rotated } = await authority.rotateKey(system, used.id, { overlapMs: 0 }, null)
    await addVersion(keyward, "pepper", config.secretsFile, { version: 2, value: deps.entropy.bytes(32) })
    return { system, keyspaceId, used, disabled, revoked, rotated }
  })
  const { system, keyspaceId, used, disabled, revoked, rotated } = made
  const serving = await openKeyward(config, {
    logger: pino({ level: "silent" }),
    createSecrets: false,
    serve: true,
  })
  onTestFinished(() => serving.close())
  // In its memory from before the rotation on, so that it does not come under the newer pepper by this.
  expect(await verdict(serving, revoked.secret)).toBe("REVOKED")
  await opened(-hour, async ({ store, deps }) => {
    await makeCurrent(store, "pepper", 2, deps.clock.now())
  })
  const retire = async (...more: string[]) => {
    const { code, stdout, stderr } = await run(
      ["secrets", "retire", "pepper", "1", ...more, "--json"],
      settings,
    )
    return { exit: code, ...JSON.parse(code === 0 ? stdout : stderr.slice(stderr.indexOf("{"))) }
  }

  // Neither was used, and both may come to be.
  const needed = await retire("--forget-unusable")
  expect(needed.exit).toBe(3)
  expect(needed.detail).toMatch(
    /2 secrets that may be used, \d secrets that nobody can use any more, 0 sessions, 0 links/,
  )
  await opened(0, async (keyward) => {
    expect(await verdict(keyward, rotated)).toBe("VALID")
    await keyward.authority.updateKey(system, disabled.id, { enabled: true }, null)
    expect(await verdict(keyward, disabled.secret)).toBe("VALID")
    await expect
      .poll(() => keyward.store.storedUnder("secrets", keyward.deps.clock.now(), 9))
      .toEqual([{ version: 2, count: 2 }])
  })
  const asked = await retire()
  expect(asked).toMatchObject({ exit: 3, fix: expect.stringContaining("--forget-unusable") })
  expect(await peppers()).toEqual(["1", "2"])

  const retired = await retire("--forget-unusable")
  expect(retired).toMatchObject({
    exit: 0,
    retired: true,
    forgotten: Number(/of (\d) secrets/.exec(asked.detail)?.[1]),
  })
  expect(await peppers()).toEqual(["2"])
  await opened(0, async (keyward) => {
    const { authority, store } = keyward
    expect([await verdict(keyward, rotated), await verdict(keyward, disabled.secret)]).toEqual([
      "VALID",
      "VALID",
    ])
    expect([await verdict(keyward, used.secret), await verdict(keyward, revoked.secret)]).toEqual([
      "NOT_FOUND",
      "NOT_FOUND",
    ])
    expect((await authority.key(system, revoked.id)).secrets).toHaveLength(1)
    const { items } = await store.auditEvents(system.organizationId, {}, { limit: 5, after: null })
    expect(
      items.map(({ action, details }) => [action, details["version"], details["unusable_secrets"]]),
    ).toEqual(
      expect.arrayContaining([
        ["installation.digests_forgotten", 1, retired.forgotten],
        ["installation.secret_retired", 1, undefined],
      ]),
    )
  })
  // The server has learned of it, and remembers nothing that is not so any more.
  await expect.poll(() => verdict(serving, revoked.secret), { timeout: 10_000 }).toBe("NOT_FOUND")
  expect(await verdict(serving, rotated)).toBe("VALID")
  const digest = { sha256: hash("sha256", revoked.secret, "buffer") }
  await serving.authority.createKey(system, { keyspaceId, name: "Anew", digest })
  expect(await verdict(serving, revoked.secret)).toBe("VALID")
  const usage = await run(["secrets", "retire", "encryption", "1", "--forget-unusable"], settings)
  expect(usage.code).toBe(2)
}, 60_000)

test("what the environment holds is shown once, to be added, and becomes current when the operator says so", async () => {
  const one = (fill: string) => `1:${Buffer.alloc(32, fill).toString("base64")}`
  const settings = {
    KEYWARD_DATA_DIR: join(await newFolder(), "data"),
    KEYWARD_PEPPERS: one("p"),
    KEYWARD_ENCRYPTION_KEYS: one("e"),
  }
  expect((await run(["init"], settings)).code).toBe(0)
  const staged = JSON.parse((await run(["secrets", "rotate", "pepper", "--json"], settings)).stdout)
  expect(staged).toMatchObject({ version: 2, variable: "KEYWARD_PEPPERS", current_from: null })
  const both = { ...settings, KEYWARD_PEPPERS: `${settings.KEYWARD_PEPPERS},${staged.add}` }
  const listed = async () => {
    const { items } = JSON.parse((await run(["secrets", "list", "--json"], both)).stdout)
    return items.filter(({ kind }: { kind: string }) => kind === "pepper")
  }
  expect(await listed()).toMatchObject([
    { current: true },
    { version: 2, current: false, current_from: null },
  ])
  // Nothing is added to what is on its way.
  const again = await run(["secrets", "rotate", "pepper", "--json"], both)
  expect(JSON.parse(again.stdout)).toMatchObject({ version: 2, add: null })
  expect((await run(["secrets", "activate", "pepper"], both)).code).toBe(0)
  expect(await listed()).toMatchObject([
    { current: true },
    { current: false, current_from: expect.any(String) },
  ])
}, 60_000)
