import { access, constants, stat, statfs } from "node:fs/promises"
import process from "node:process"
import type { Config } from "../config.ts"
import { parseDatabaseUrl } from "../stores/database-url.ts"
import { credentialsFile } from "./credentials.ts"
import { type Finding, fail, failed, ok, warn } from "./finding.ts"

const mebibyte = 1024 * 1024
/** Free space below which to warn, and below which to fail; bytes. */
const space = { warn: 1024 * mebibyte, fail: 100 * mebibyte }

/** The data folder, the files in it that hold secrets, and the disk that they are on. */
export async function* examineFiles(config: Config): AsyncGenerator<Finding, void, undefined> {
  const { dataDir, secretsFile, peppers, encryptionKeys } = config
  const folder = await modeOf(dataDir)
  if (folder === null) {
    yield warn("data folder", `${dataDir} does not exist.`, "Check KEYWARD_DATA_DIR, or run keyward init.")
  } else {
    yield await examineFolder(dataDir)
    yield await examineSpace(dataDir)
  }
  if (!(peppers && encryptionKeys)) yield* examinePrivacy("secrets file", secretsFile)
  yield* examinePrivacy("credentials file", credentialsFile(dataDir))
  const database = parseDatabaseUrl(config.databaseUrl)
  if (database.engine === "sqlite") yield* examinePrivacy("database file", database.path)
}

/** Whether the store is a SQLite file that nobody has made. */
export async function databaseIsMissing({ databaseUrl }: Config): Promise<boolean> {
  const database = parseDatabaseUrl(databaseUrl)
  return database.engine === "sqlite" && (await modeOf(database.path)) === null
}

async function examineFolder(path: string): Promise<Finding> {
  try {
    await access(path, constants.R_OK | constants.W_OK | constants.X_OK)
    return ok("data folder", `${path} can be read and written.`)
  } catch {
    return fail("data folder", `${path} cannot be written by this user.`, `Run as its owner, or: chown it.`)
  }
}

async function examineSpace(path: string): Promise<Finding> {
  const { bavail, bsize } = await statfs(path)
  const free = bavail * bsize
  const detail = `${Math.floor(free / mebibyte)} MiB are free for ${path}.`
  const fix = "Free some space: without it no change can be acknowledged."
  if (free < space.fail) return fail("disk space", detail, fix)
  return free < space.warn ? warn("disk space", detail, fix) : ok("disk space", detail)
}

/** A file that is not there is none of this check's business. */
async function* examinePrivacy(check: string, path: string): AsyncGenerator<Finding, void, undefined> {
  try {
    const mode = await modeOf(path)
    // Windows has no such modes.
    if (mode === null || process.platform === "win32") return
    yield (mode & 0o077) === 0
      ? ok(check, `${path} is its owner's alone.`)
      : fail(
          check,
          `${path} can be read or written by others (mode ${mode.toString(8)}).`,
          `chmod 600 ${path}`,
        )
  } catch (error) {
    yield failed(check, error)
  }
}

/** The permission bits; null when there is nothing at the path. */
async function modeOf(path: string): Promise<number | null> {
  try {
    return (await stat(path)).mode & 0o777
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : null
    if (code === "ENOENT" || code === "ENOTDIR") return null
    throw error
  }
}
