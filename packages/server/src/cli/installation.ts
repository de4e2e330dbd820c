import { mkdir } from "node:fs/promises"
import type { Store } from "@keyward/core"
import { AuthorityError } from "@keyward/core"
import { type Config, ConfigError } from "../config.ts"
import type { Keyward } from "../keyward.ts"
import { type OpenOptions, openKeyward } from "../server.ts"
import { openStore } from "../stores/open.ts"
import { NewerDatabaseError } from "../stores/sql/migrate.ts"

/** Makes the data folder, for its owner alone, when there is none. @throws ConfigError when that cannot be */
export async function makeDataDir({ dataDir }: Config): Promise<void> {
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o700 })
  } catch (error) {
    throw explainOpening(error)
  }
}

/** `openKeyward`, which here fails with the name of the setting that is the matter. @throws ConfigError, AuthorityError */
export async function openInstallation(config: Config, options: OpenOptions): Promise<Keyward> {
  try {
    return await openKeyward(config, options)
  } catch (error) {
    throw explainOpening(error)
  }
}

/** The store alone, for what needs no secrets. @throws ConfigError, AuthorityError "store_unavailable" */
export async function openInstallationStore({ databaseUrl }: Config): Promise<Store> {
  try {
    return await openStore(databaseUrl)
  } catch (error) {
    throw explainOpening(error)
  }
}

function explainOpening(error: unknown): unknown {
  if (error instanceof NewerDatabaseError || error instanceof RangeError) {
    return new ConfigError(`KEYWARD_DATABASE_URL: ${error.message}`, { cause: error })
  }
  const fault = error instanceof AuthorityError ? error.cause : error
  const said = fileFault(fault)
  return said === null ? error : new ConfigError(said, { cause: error })
}

/** What the file system refused; null for any other error. */
function fileFault(error: unknown): string | null {
  if (!(error instanceof Error) || !("code" in error) || !("path" in error)) return null
  const why = fileFaults[String(error.code)]
  return why === undefined
    ? null
    : `${String(error.path)} ${why}. Choose another folder with KEYWARD_DATA_DIR (or KEYWARD_DATABASE_URL and KEYWARD_SECRETS_FILE).`
}

const fileFaults: Readonly<Record<string, string>> = {
  EACCES: "may not be written by this user",
  EPERM: "may not be written by this user",
  EROFS: "is on a file system that cannot be written",
  ENOSPC: "is on a file system that is full",
  EDQUOT: "is on a file system that is full for this user",
  ENOENT: "is in a folder that does not exist",
  ENOTDIR: "cannot be, as a part of its path is a file and no folder",
  EISDIR: "is a folder, where a file should be",
  EEXIST: "is there already, made by something else at this moment or no folder",
}
