import { execFile } from "node:child_process"
import { once } from "node:events"
import { globSync } from "node:fs"
import { fileURLToPath, pathToFileURL } from "node:url"
import { promisify } from "node:util"
import { expect, test } from "vitest"
import { newFolder, runProcess, startProcess } from "./program.ts"

// What is about the program as a process of its own. Its commands are tested in this process; see program.ts.

const sources = fileURLToPath(new URL("../../src/cli", import.meta.url))

test("Node.js loads each of its modules as it is, also those that only some commands need", async () => {
  const modules = globSync("*.ts", { cwd: sources }).filter((name) => name !== "main.ts")
  expect(modules).toContain("program.ts")
  const imports = modules.map((name) => `await import("${pathToFileURL(`${sources}/${name}`)}")`)
  const loaded = await promisify(execFile)(process.execPath, [
    "--input-type=module",
    "-e",
    imports.join("\n"),
  ])
  expect(loaded).toEqual({ stdout: "", stderr: "" })
})

test("it reads its input, writes to its output and its error output, and ends with the code", async () => {
  const settings = { KEYWARD_DATA_DIR: await newFolder() }
  const nothing = await runProcess(["audit", "verify", "--file", "-"], settings, "no event\n")
  expect(nothing).toMatchObject({ code: 5, signal: null, stdout: "" })
  expect(nothing.stderr).toMatch(/^keyward: The file is not an audit event.*\nFix: .+\n$/)
  const config = await runProcess(["config", "--json"], settings)
  expect(config).toMatchObject({ code: 0, stderr: "" })
  expect(JSON.parse(config.stdout)).toContainEqual(expect.objectContaining({ name: "KEYWARD_PORT" }))
})

test("whoever has read enough of its output closes it, and that is no failure", async () => {
  const child = startProcess(["config"], {})
  child.stdout?.destroy()
  expect(await once(child, "exit")).toEqual([0, null])
})
