import { mkdirSync, writeFileSync } from "node:fs"
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { openMemoryStore, Peppers, systemEntropy } from "@keyward/core"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { ConfigError, readConfig } from "../src/config.ts"
import { checkPeppers, loadInstallationSecrets } from "../src/installation-secrets.ts"

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "keyward-secrets-"))
})
afterEach(() => rm(folder, { recursive: true }))

const config = (more: Record<string, string> = {}) =>
  readConfig({ KEYWARD_DATA_DIR: join(folder, "data"), ...more })
const path = () => join(folder, "data", "secrets.json")
const load = (create = true, more: Record<string, string> = {}) =>
  loadInstallationSecrets(config(more), systemEntropy, create)
const base64 = (byte: number, length = 32) => Buffer.alloc(length, byte).toString("base64")

describe("the secrets file", () => {
  test("is made once, for its owner's eyes only, and read from then on", async () => {
    const made = await load()
    expect((await stat(path())).mode & 0o777).toBe(0o600)
    expect((await stat(join(folder, "data"))).mode & 0o777).toBe(0o700)
    const before = await readFile(path(), "utf8")
    const read = await load(false)
    expect(await readFile(path(), "utf8")).toBe(before)
    expect(read.peppers.digest("x")).toEqual(made.peppers.digest("x"))
    const owner = { keyId: "k", secretVersion: 1 }
    expect(read.sealer.open(made.sealer.seal("x", owner), owner)).toBe("x")
    expect(await readdir(join(folder, "data"))).toEqual(["secrets.json"])
  })

  test("of two installations never holds the same", async () => {
    const one = await load()
    await rm(path())
    const other = await load()
    expect(one.peppers.digest("x")).not.toEqual(other.peppers.digest("x"))
  })

  test("is not made unless that was asked for", async () => {
    await expect(load(false)).rejects.toThrow(ConfigError)
    await expect(load(false)).rejects.toThrow(path())
    await expect(stat(path())).rejects.toThrow("ENOENT")
  })

  test("is one and the same for two first starts at once", async () => {
    const others = JSON.stringify({ peppers: { 1: base64(1) }, encryption_keys: { 1: base64(2) } })
    // Chance is asked for between the look for the file and the making of it: then the other start makes its own.
    const entropy = {
      bytes(count: number) {
        mkdirSync(join(folder, "data"), { recursive: true })
        writeFileSync(path(), others)
        return systemEntropy.bytes(count)
      },
    }
    const { peppers } = await loadInstallationSecrets(config(), entropy, true)
    expect(peppers.digest("x")).toEqual((await load(false)).peppers.digest("x"))
    expect(await readFile(path(), "utf8")).toBe(others)
    expect(await readdir(join(folder, "data"))).toEqual(["secrets.json"])
  })

  test.each([
    ["nothing", ""],
    ["no JSON", "{"],
    ["no object", "[]"],
    ["null", "null"],
    ["no peppers", JSON.stringify({ encryption_keys: { 1: base64(1) } })],
    ["no version of the pepper", JSON.stringify({ peppers: {}, encryption_keys: { 1: base64(1) } })],
    ["a short pepper", JSON.stringify({ peppers: { 1: base64(1, 31) }, encryption_keys: { 1: base64(1) } })],
    [
      "a long key-encryption key",
      JSON.stringify({ peppers: { 1: base64(1) }, encryption_keys: { 1: base64(1, 33) } }),
    ],
    ["a version 0", JSON.stringify({ peppers: { 0: base64(1) }, encryption_keys: { 1: base64(1) } })],
    [
      "a damaged secret",
      JSON.stringify({ peppers: { 1: `${base64(1, 48)}\u0000!` }, encryption_keys: { 1: base64(1) } }),
    ],
    ["a number", JSON.stringify({ peppers: { 1: 5 }, encryption_keys: { 1: base64(1) } })],
  ])("that holds %s is refused, by its path and not by what is in it", async (_name, content) => {
    await load()
    await writeFile(path(), content)
    const refused = await load().then(
      () => null,
      (error: unknown) => error,
    )
    expect(refused).toBeInstanceOf(ConfigError)
    expect(String(refused)).toContain(path())
    expect(String(refused)).not.toContain(base64(1).slice(0, 20))
    expect(await readFile(path(), "utf8")).toBe(content)
  })

  test("that cannot be read is not made anew", async () => {
    await load()
    await rm(path())
    await mkdir(path())
    await expect(load()).rejects.toThrow(ConfigError)
  })

  test("that cannot be made is told of", async () => {
    await writeFile(join(folder, "data"), "a file where the folder should be")
    await expect(load()).rejects.toThrow(ConfigError)
  })

  test("is not needed where the environment holds it all", async () => {
    const { peppers } = await load(false, {
      KEYWARD_PEPPERS: `7:${base64(1)}`,
      KEYWARD_ENCRYPTION_KEYS: `1:${base64(2)}`,
    })
    expect(peppers.currentVersion).toBe(7)
    await expect(stat(path())).rejects.toThrow("ENOENT")
  })

  test("gives what the environment does not", async () => {
    const made = await load()
    const { peppers, sealer } = await load(false, { KEYWARD_PEPPERS: `2:${base64(1)}` })
    expect(peppers.versions).toEqual([2])
    const owner = { keyId: "k", secretVersion: 1 }
    expect(sealer.open(made.sealer.seal("x", owner), owner)).toBe("x")
  })
})

describe("a store that was filled under a pepper", () => {
  const peppers = (...versions: readonly (readonly [number, number])[]) =>
    new Peppers(new Map(versions.map(([version, byte]) => [version, Buffer.alloc(32, byte)])))

  test("starts under the same one again, and with a newer one beside it, or after it", async () => {
    const store = openMemoryStore()
    await checkPeppers(store, peppers([1, 1]))
    await checkPeppers(store, peppers([1, 1]))
    await checkPeppers(store, peppers([1, 1], [2, 2]))
    await checkPeppers(store, peppers([1, 1], [2, 2]))
    await checkPeppers(store, peppers([2, 2]))
    await checkPeppers(store, peppers([2, 2], [3, 3]))
  })

  test("does not start under another one of the same version", async () => {
    const store = openMemoryStore()
    await checkPeppers(store, peppers([1, 1]))
    const refused = checkPeppers(store, peppers([1, 9]))
    await expect(refused).rejects.toThrow(ConfigError)
    await expect(refused).rejects.toThrow("Pepper version 1")
    await expect(checkPeppers(store, peppers([2, 2], [1, 9]))).rejects.toThrow("Pepper version 1")
  })

  test("does not start under secrets from before the newest one", async () => {
    const store = openMemoryStore()
    await checkPeppers(store, peppers([1, 1]))
    await checkPeppers(store, peppers([1, 1], [20, 2]))
    await expect(checkPeppers(store, peppers([1, 1]))).rejects.toThrow("Pepper version 20 is missing")
  })
})
