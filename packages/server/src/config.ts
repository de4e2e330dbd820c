import { resolve } from "node:path"
import type { SessionLifetime } from "@keyward/core"
import { type Static, type TSchema, Type } from "typebox"
import { Value } from "typebox/value"
import { type DialectName, type DialectPlace, dialectSettings, resolveDialects } from "./dialect-settings.ts"
import { type OpenIdSettings, resolveOpenId } from "./openid/settings.ts"
import { oneOf, rangeOf, text, whole, withinRange } from "./setting.ts"

/**
 * Every name of the configuration, with what it means: the only source of defaults, checks and documentation.
 * Values are texts, as an environment gives them; `x-secret` ones are masked wherever the configuration is shown.
 */
const settings = {
  KEYWARD_HOST: text("Address that the server listens on.", { default: "127.0.0.1", minLength: 1 }),
  KEYWARD_PORT: whole("Port that the server listens on; 0 takes any free one.", "4747", 65_535),
  KEYWARD_DATA_DIR: text("Folder for the SQLite file, secrets.json and credentials.json.", {
    default: "./data",
  }),
  KEYWARD_DATABASE_URL: text(
    "Where everything lives: sqlite:<path> or postgres://… Default: keyward.db in the data folder.",
    { default: "", pattern: "^(|sqlite:.+|postgres(ql)?://.+)$", "x-secret": "url" },
  ),
  KEYWARD_SECRETS_FILE: text(
    "File with the peppers and key-encryption keys, made on the first start. Default: secrets.json in the data folder.",
    { default: "" },
  ),
  KEYWARD_PEPPERS: text(
    "Peppers in place of the file's: <version>:<base64 of 32 bytes or more>, comma-separated.",
    { default: "", "x-secret": true },
  ),
  KEYWARD_ENCRYPTION_KEYS: text(
    "Key-encryption keys in place of the file's: <version>:<base64 of 32 bytes>, comma-separated.",
    { default: "", "x-secret": true },
  ),
  KEYWARD_TRUSTED_HOPS: whole(
    "How many proxies stand before the server. The client's address is taken that many hops back in X-Forwarded-For; 0 believes no header.",
    "0",
    16,
  ),
  KEYWARD_PUBLIC_URL: text(
    "Where browsers reach this server, such as https://keys.example.com: the only origin whose pages may use its cookies. With https, cookies are kept to TLS. Default: whatever host a request names.",
    { default: "", maxLength: 1000 },
  ),
  KEYWARD_SESSION_IDLE_MINUTES: whole(
    "How long a session lasts without being used, in minutes; counted to within a minute.",
    "60",
    10_080,
    5,
  ),
  KEYWARD_SESSION_HOURS: whole("How long a session lasts at most, in hours.", "12", 720, 1),
  KEYWARD_CACHE_KEYS: whole(
    "Most keys kept in memory for verification; about 4 KiB each, more with long lists.",
    "100000",
    10_000_000,
    1,
  ),
  KEYWARD_REVOCATION_BOUND_MS: whole(
    "Where other processes can change the store (PostgreSQL): how long a cached key is trusted, in milliseconds.",
    "1000",
    60_000,
  ),
  KEYWARD_GUESS_LIMIT: whole(
    "Secrets that do not exist which one source may present per minute before it is made to wait; 0: any number.",
    "300",
    1_000_000,
  ),
  KEYWARD_USAGE_FLUSH_MS: whole(
    "How often usage and last uses are written, in milliseconds.",
    "5000",
    60_000,
    100,
  ),
  KEYWARD_LOG_LEVEL: oneOf("How much is logged.", "info", [
    "fatal",
    "error",
    "warn",
    "info",
    "debug",
    "trace",
    "silent",
  ]),
  ...dialectSettings,
  KEYWARD_OPENID_ISSUER: text(
    "OpenID provider, exactly as it writes its issuer: https://login.example.com/realms/main. Empty: none.",
    { default: "", maxLength: 1000 },
  ),
  KEYWARD_OPENID_AUDIENCE: text(
    "Audience that the provider's bearer tokens must be for; empty: no bearer tokens are taken.",
    { default: "", maxLength: 1000 },
  ),
  KEYWARD_OPENID_ALGORITHMS: text(
    "Signature algorithms that are accepted, comma-separated; never a symmetric one, never none.",
    { default: "RS256,ES256,EdDSA" },
  ),
  KEYWARD_OPENID_CLOCK_SKEW_SECONDS: whole(
    "How far the provider's clock may be from this one, in seconds.",
    "30",
    300,
  ),
  KEYWARD_OPENID_TIMEOUT_MS: whole(
    "How long the provider may take to answer one request, in milliseconds.",
    "5000",
    60_000,
    10,
  ),
  KEYWARD_OPENID_ORGANIZATION_ID: text("Organization that tokens are for. Default: the oldest one.", {
    default: "",
    pattern: "^(|[0-9a-f-]{36})$",
  }),
  KEYWARD_OPENID_ORGANIZATION_CLAIM: text(
    "Claim that holds the id of the organization a token is for, in place of KEYWARD_OPENID_ORGANIZATION_ID.",
    { default: "", maxLength: 500 },
  ),
  KEYWARD_OPENID_ROLES_CLAIM: text(
    "Claim with the roles of whoever holds the token, as a dotted path: realm_access.roles.",
    { default: "", maxLength: 500 },
  ),
  KEYWARD_OPENID_ROLE_MAP: text(
    "What that claim's values mean here: keyward-admins=admin,ops=auditor. A value that is not named means nothing.",
    { default: "" },
  ),
  KEYWARD_OPENID_CLIENT_ID: text(
    "This server's client id at the provider, for sign-in in the browser; empty: no such sign-in.",
    { default: "", maxLength: 1000 },
  ),
  KEYWARD_OPENID_CLIENT_SECRET: text("Its client secret; empty: a public client, with PKCE alone.", {
    default: "",
    maxLength: 1000,
    "x-secret": true,
  }),
  KEYWARD_OPENID_SCOPES: text("Scopes that a sign-in asks for, space-separated.", {
    default: "openid email profile",
    maxLength: 1000,
  }),
  KEYWARD_OPENID_CREATE_USERS: oneOf(
    "Whether who signs in and is not known yet becomes a user, with the roles their token maps to.",
    "false",
    ["true", "false"],
  ),
  KEYWARD_URL: text(
    "Server that remote commands talk to. Default: that of credentials.json, or this host and port.",
    {
      default: "",
      pattern: "^(|https?://.+)$",
      "x-secret": "url",
    },
  ),
  KEYWARD_API_KEY: text(
    "Management key that remote commands present. Default: the one in credentials.json.",
    {
      default: "",
      "x-secret": true,
    },
  ),
}
const Settings = Type.Object(settings)
type SettingName = keyof typeof settings

export type LogLevel = "fatal" | "error" | "warn" | "info" | "debug" | "trace" | "silent"

/** The resolved configuration: nothing later asks whether something is set. */
export interface Config {
  readonly host: string
  readonly port: number
  readonly dataDir: string
  readonly databaseUrl: string
  readonly secretsFile: string
  /** Versions and values from the environment; null: from `secretsFile`. */
  readonly peppers: ReadonlyMap<number, Uint8Array> | null
  readonly encryptionKeys: ReadonlyMap<number, Uint8Array> | null
  readonly trustedHops: number
  /** Where browsers reach the server, without a slash at the end; null: not set. */
  readonly publicUrl: string | null
  readonly sessionLifetime: SessionLifetime
  readonly cacheKeys: number
  readonly revocationBoundMs: number
  readonly guessLimit: number
  readonly usageFlushMs: number
  readonly logLevel: LogLevel
  readonly dialects: Readonly<Record<DialectName, DialectPlace>>
  /** null: no provider is configured. */
  readonly openId: OpenIdSettings | null
  /** null: not set. */
  readonly url: string | null
  readonly apiKey: string | null
}

/** A configuration that cannot be used; the message names each variable and what it takes. */
export class ConfigError extends Error {
  override readonly name = "ConfigError"
}

type Environment = Readonly<Record<string, string | undefined>>

/**
 * Reads the `KEYWARD_` variables, checks each, and resolves the defaults. `development` is what `keyward dev` adds.
 * @throws ConfigError naming every unknown variable and every bad value
 */
export function readConfig(environment: Environment = process.env, development = false): Config {
  const values = readValues(environment)
  const dataDir = resolve(values.KEYWARD_DATA_DIR)
  const publicUrl = publicUrlOf(values.KEYWARD_PUBLIC_URL)
  return Object.freeze({
    host: values.KEYWARD_HOST,
    port: Number(values.KEYWARD_PORT),
    dataDir,
    databaseUrl: values.KEYWARD_DATABASE_URL || `sqlite:${resolve(dataDir, "keyward.db")}`,
    secretsFile: values.KEYWARD_SECRETS_FILE
      ? resolve(values.KEYWARD_SECRETS_FILE)
      : resolve(dataDir, "secrets.json"),
    peppers: versioned("KEYWARD_PEPPERS", values.KEYWARD_PEPPERS, (bytes) => bytes >= 32),
    encryptionKeys: versioned(
      "KEYWARD_ENCRYPTION_KEYS",
      values.KEYWARD_ENCRYPTION_KEYS,
      (bytes) => bytes === 32,
    ),
    trustedHops: Number(values.KEYWARD_TRUSTED_HOPS),
    publicUrl,
    sessionLifetime: Object.freeze({
      idleMs: Number(values.KEYWARD_SESSION_IDLE_MINUTES) * 60_000,
      absoluteMs: Number(values.KEYWARD_SESSION_HOURS) * 60 * 60_000,
    }),
    cacheKeys: Number(values.KEYWARD_CACHE_KEYS),
    revocationBoundMs: Number(values.KEYWARD_REVOCATION_BOUND_MS),
    guessLimit: Number(values.KEYWARD_GUESS_LIMIT),
    usageFlushMs: Number(values.KEYWARD_USAGE_FLUSH_MS),
    logLevel: values.KEYWARD_LOG_LEVEL as LogLevel,
    dialects: dialectsOf(values, development),
    openId: openIdOf(values, publicUrl),
    url: values.KEYWARD_URL || null,
    apiKey: values.KEYWARD_API_KEY || null,
  })
}

/** One line of `keyward config`. */
export interface DescribedSetting {
  readonly name: string
  /** As it is used, defaults resolved; masked where it is a secret, and empty where nothing is set and there is no default. */
  readonly value: string
  readonly default: string
  readonly description: string
}

/** @throws ConfigError as `readConfig` does */
export function describeConfig(environment: Environment = process.env): DescribedSetting[] {
  const { dataDir, databaseUrl, secretsFile } = readConfig(environment)
  const values: Readonly<Record<SettingName, string>> = {
    ...readValues(environment),
    KEYWARD_DATA_DIR: dataDir,
    KEYWARD_DATABASE_URL: databaseUrl,
    KEYWARD_SECRETS_FILE: secretsFile,
  }
  return Object.entries(settings).map(([name, schema]) => ({
    name,
    value: masked(values[name as SettingName], Reflect.get(schema, "x-secret")),
    default: String(Reflect.get(schema, "default")),
    description: String(Reflect.get(schema, "description")),
  }))
}

function readValues(environment: Environment): Static<typeof Settings> {
  const given = Object.entries(environment).filter(([name]) => name.startsWith("KEYWARD_"))
  const faults = given
    .filter(([name]) => !(name in settings))
    .map(([name]) => `${name} is not a setting of Keyward; "keyward config" lists them all.`)
  const values: Record<string, string> = {}
  for (const [name, schema] of Object.entries<TSchema>(settings)) {
    const value = environment[name] ?? String(Reflect.get(schema, "default"))
    values[name] = value
    if (!Value.Check(schema, value) || !withinRange(schema, value)) {
      const shown = Reflect.get(schema, "x-secret") ? "" : ` "${value}"`
      faults.push(
        `${name}${shown} is not what it takes. ${String(Reflect.get(schema, "description"))}${rangeOf(schema)}`,
      )
    }
  }
  if (faults.length > 0) throw new ConfigError(faults.join("\n"))
  return Value.Parse(Settings, values)
}

function dialectsOf(values: Static<typeof Settings>, development: boolean): Config["dialects"] {
  const anyPort = values.KEYWARD_PORT === "0"
  const { dialects, faults } = resolveDialects(
    values,
    development ? ({ defaultPort }) => (anyPort ? 0 : defaultPort) : null,
  )
  if (faults.length > 0) throw new ConfigError(faults.join("\n"))
  return Object.freeze(dialects)
}

function openIdOf(values: Static<typeof Settings>, publicUrl: string | null): OpenIdSettings | null {
  const { settings, faults } = resolveOpenId(values, publicUrl)
  if (faults.length > 0) throw new ConfigError(faults.join("\n"))
  return settings
}

/** null for the empty text. */
function publicUrlOf(value: string): string | null {
  if (value === "") return null
  const url = URL.canParse(value) ? new URL(value) : null
  const plain =
    url && /^https?:$/.test(url.protocol) && !url.username && !url.password && !url.search && !url.hash
  if (plain) return url.href.replace(/\/+$/, "")
  throw new ConfigError(
    `KEYWARD_PUBLIC_URL: "${value}" is not a URL such as https://keys.example.com, without credentials, query and fragment.`,
  )
}

/** `1:<base64>,2:<base64>`; null for the empty text. */
function versioned(
  name: string,
  list: string,
  lengthIsGood: (bytes: number) => boolean,
): ReadonlyMap<number, Uint8Array> | null {
  if (list === "") return null
  const entries = list.split(",").map((entry): [number, Uint8Array] => {
    const [, version, encoded] = /^([1-9]\d{0,8}):([A-Za-z0-9+/]+={0,2})$/.exec(entry.trim()) ?? []
    const bytes = Buffer.from(encoded ?? "", "base64")
    if (!version || !lengthIsGood(bytes.length)) {
      throw new ConfigError(
        `${name} has an entry that is not <version>:<base64> of the right length; see "keyward config".`,
      )
    }
    return [Number(version), bytes]
  })
  const versions = new Map(entries)
  if (versions.size < entries.length) throw new ConfigError(`${name} has one version twice; name each once.`)
  return versions
}

function masked(value: string, secret: unknown): string {
  if (value === "" || !secret) return value
  if (secret !== "url") return "********"
  // A password may hold an @ that nobody encoded, so the last one ends it; libpq takes it as a parameter too.
  return value.replace(/(:\/\/[^:/@]*):.*@/, "$1:********@").replaceAll(/([?&]password=)[^&]*/g, "$1********")
}
