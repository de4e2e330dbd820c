import { spawnSync } from "node:child_process"
import { createHash, randomUUID } from "node:crypto"
import { existsSync, readFileSync, renameSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import process from "node:process"

/**
 * A Python interpreter that has what a requirements file lists. It is installed once, in a folder for temporary files that
 * is named by what the file says.
 * @returns the path of the interpreter, or why there is none
 */
export function pythonWith(
  requirements: string,
): { readonly python: string } | { readonly unavailable: string } {
  const digest = createHash("sha256").update(readFileSync(requirements)).digest("hex").slice(0, 16)
  const environment = join(tmpdir(), `keyward-sdks-${digest}`)
  if (!existsSync(environment)) {
    // Made elsewhere and moved into place as a whole: one that was cut short, or that another run makes too, is nobody's.
    const making = `${environment}-${randomUUID()}`
    const failure =
      run("python3", ["-m", "venv", making]) ??
      run(interpreterOf(making), ["-m", "pip", "install", "--quiet", "--no-deps", "-r", requirements])
    if (failure !== null) {
      rmSync(making, { recursive: true, force: true })
      return { unavailable: failure }
    }
    moveInto(making, environment)
  }
  return { python: interpreterOf(environment) }
}

function interpreterOf(environment: string): string {
  return process.platform === "win32"
    ? join(environment, "Scripts", "python.exe")
    : join(environment, "bin", "python")
}

function moveInto(made: string, place: string): void {
  try {
    renameSync(made, place)
  } catch (error) {
    rmSync(made, { recursive: true, force: true })
    if (!existsSync(place)) throw error
  }
}

/** @returns null when it ended well, otherwise what it said */
function run(command: string, args: readonly string[]): string | null {
  const { status, error, stdout, stderr } = spawnSync(command, args, { encoding: "utf8" })
  if (error) return `${command} could not be started: ${error.message}`
  return status === 0 ? null : `${command} ${args.join(" ")}:\n${stdout}${stderr}`.trim()
}
