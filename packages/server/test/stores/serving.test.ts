import { spawnSync } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import process from "node:process"
import { fileURLToPath } from "node:url"
import { afterAll, expect, test } from "vitest"
import { claimServing } from "../../src/stores/serving.ts"

const directory = mkdtempSync(join(tmpdir(), "keyward-serving-"))
const url = `sqlite:${join(directory, "keyward.db")}`
const module = fileURLToPath(new URL("../../src/stores/serving.ts", import.meta.url))

afterAll(() => rmSync(directory, { recursive: true }))

/** Whether a process of its own could claim the file; it dies with the claim, without giving it back. */
function claimedElsewhere(): string {
  const script = `import { claimServing } from ${JSON.stringify(module)}
    process.stdout.write(claimServing(${JSON.stringify(url)}) ? "claimed" : "refused"); process.kill(process.pid, "SIGKILL")`
  return spawnSync(process.execPath, ["--input-type=module-typescript", "-e", script], { encoding: "utf8" })
    .stdout
}

test("one process serves a SQLite file, until it gives it back or dies", () => {
  expect(claimedElsewhere()).toBe("claimed")
  const serving = claimServing(url)
  expect(serving).not.toBeNull()
  expect(claimServing(url)).toBeNull()
  expect(claimedElsewhere()).toBe("refused")
  serving?.release()
  expect(claimedElsewhere()).toBe("claimed")
})

test("PostgreSQL is for many servers", () => {
  const many = [claimServing("postgres://127.0.0.1/keyward"), claimServing("postgres://127.0.0.1/keyward")]
  expect(many).not.toContain(null)
})
