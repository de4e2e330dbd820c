import { readFile } from "node:fs/promises"
import { KeywardClient } from "@keyward/sdk"
import type { Command } from "commander"
import { readConfig } from "../config.ts"
import { localUrl } from "../url.ts"
import { readCredentials } from "./credentials.ts"
import { CommandFailure } from "./failure.ts"
import type { OutputOptions } from "./output.ts"

/** What every command that talks to a server takes. */
export interface RemoteOptions extends OutputOptions {
  readonly url?: string
  readonly apiKeyFile?: string
}

export function addRemoteOptions(command: Command): Command {
  return command
    .option("--url <url>", "the server; default: KEYWARD_URL, or the one of credentials.json")
    .option(
      "--api-key-file <file>",
      "holds the management key; default: KEYWARD_API_KEY, or the one of credentials.json",
    )
    .option("--json", "print what the server answers, one JSON document a line")
}

/**
 * A client of the server that is named. The management key comes from the environment or a file, never from the command
 * line, which every process of the machine can read.
 */
export async function connect({ url, apiKeyFile }: RemoteOptions): Promise<KeywardClient> {
  const config = readConfig()
  const namedUrl = (url ?? config.url)?.replace(/\/+$/, "")
  const namedKey = apiKeyFile === undefined ? config.apiKey : await readKeyFile(apiKeyFile)
  const known = namedUrl === undefined || namedKey === null ? await readCredentials(config.dataDir) : null
  const baseUrl = namedUrl ?? known?.base_url ?? localUrl(config.host, config.port)
  // The key of credentials.json goes to the server that it is for, and to no other.
  const apiKey = namedKey ?? (known?.base_url === baseUrl ? known.admin.api_key : null)
  if (apiKey === null) {
    throw new CommandFailure(
      "usage",
      `There is no management key for ${baseUrl}.`,
      "Set KEYWARD_API_KEY, or name a file that holds the key with --api-key-file.",
    )
  }
  try {
    return new KeywardClient({ baseUrl, apiKey })
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    throw new CommandFailure(
      "usage",
      error.message,
      "Check --url (KEYWARD_URL) and the management key (KEYWARD_API_KEY, --api-key-file).",
    )
  }
}

/** The text of a file without the line break at its end. */
export async function readKeyFile(path: string): Promise<string> {
  try {
    return (await readFile(path, "utf8")).trim()
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "unknown"
    throw new CommandFailure("usage", `${path} cannot be read (${code}).`, "Name a file that can be read.")
  }
}
