import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { isDeepStrictEqual } from "node:util"
import { type Static, Type } from "typebox"
import { Value } from "typebox/value"
import { ConfigError } from "../config.ts"
import { dialectNames } from "../dialect-settings.ts"
import { replacePrivateFile } from "../durable-file.ts"
import type { Listening } from "../server.ts"

/** What somebody reaches one dialect with. The members are the vendor's; `limited` is an ordinary user's. */
const Block = Type.Intersect([
  Type.Object({
    /** null: the dialect is switched off. */
    base_url: Type.Union([Type.String(), Type.Null()]),
  }),
  Type.Record(Type.String(), Type.Unknown()),
])

/** What `keyward dev` writes on its first start. Members that others have added are kept. */
const Credentials = Type.Object({
  base_url: Type.String(),
  organization_id: Type.String(),
  admin: Type.Object({ email: Type.String(), password: Type.String(), api_key: Type.String() }),
  demo_keyspace_id: Type.String(),
  arthur: Type.Optional(Block),
  automox: Type.Optional(Block),
  octopus: Type.Optional(Block),
  docspace: Type.Optional(Block),
})
export type Credentials = Static<typeof Credentials>

export function credentialsFile(dataDir: string): string {
  return join(dataDir, "credentials.json")
}

/** @returns null when there is none. @throws ConfigError when it is not what `keyward dev` writes */
export async function readCredentials(dataDir: string): Promise<Credentials | null> {
  const path = credentialsFile(dataDir)
  const content = await readIfThere(path)
  if (content === null) return null
  const credentials = parseJson(content)
  if (Value.Check(Credentials, credentials)) return credentials
  throw new ConfigError(`${path} is not as "keyward dev" wrote it. Put it right, or move it away.`)
}

export function writeCredentials(dataDir: string, credentials: Credentials): Promise<void> {
  return replacePrivateFile(credentialsFile(dataDir), `${JSON.stringify(credentials, null, 2)}\n`)
}

/** The same credentials for where the server is now; in the file too, when that is elsewhere than before. */
export async function moveCredentials(
  dataDir: string,
  credentials: Credentials,
  { baseUrl, dialectUrls }: Pick<Listening, "baseUrl" | "dialectUrls">,
): Promise<Credentials> {
  const moved: Credentials = { ...credentials, base_url: baseUrl }
  for (const name of dialectNames) {
    const block = credentials[name]
    if (block) moved[name] = { ...block, base_url: dialectUrls.get(name) ?? null }
  }
  if (!isDeepStrictEqual(moved, credentials)) await writeCredentials(dataDir, moved)
  return moved
}

async function readIfThere(path: string): Promise<string | null> {
  try {
    return await readFile(path, "utf8")
  } catch (error) {
    if (error instanceof Error && "code" in error && ["ENOENT", "ENOTDIR"].includes(String(error.code))) {
      return null
    }
    throw new ConfigError(`${path} cannot be read.`, { cause: error })
  }
}

/** undefined for text that is no JSON; the parser's own message could quote the file. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
