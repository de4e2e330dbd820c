import process from "node:process"
import type { Command } from "commander"
import { type Config, ConfigError, readConfig } from "../config.ts"
import { dialectNames, vendors } from "../dialect-settings.ts"
import type { Keyward } from "../keyward.ts"
import type { Listening } from "../server.ts"
import { localUrl } from "../url.ts"
import { version } from "../version.ts"
import {
  type Credentials,
  credentialsFile,
  moveCredentials,
  readCredentials,
  writeCredentials,
} from "./credentials.ts"
import { printFirstSteps } from "./first-steps.ts"
import { type OutputOptions, printJson, printLine, printMembers } from "./output.ts"

export function addDev(program: Command): void {
  program
    .command("dev")
    .summary("serve on this machine, with everything made on the first start")
    .description(
      "Serves from the data folder (KEYWARD_DATA_DIR, default ./data). The first start makes the secrets, an organization with its administrator, a keyspace to try things out in, and credentials for every dialect; it shows the credentials this once and keeps them in credentials.json in the data folder, for the remote commands. Ends like `keyward serve`. Logs are JSON lines on standard error.",
    )
    .option("--json", "print one line of JSON when it serves: where, and on the first start the credentials")
    .action(dev)
}

interface Prepared {
  readonly firstStart: boolean
  /** null: the file is gone. */
  readonly credentials: Credentials | null
}

async function dev({ json }: OutputOptions): Promise<void> {
  const config = readConfig(undefined, true)
  const [{ createLogger }, { isEmpty }, { makeDataDir }, { serveUntilStopped }] = await Promise.all([
    import("../logger.ts"),
    import("../first-start.ts"),
    import("./installation.ts"),
    import("./serving.ts"),
  ])
  await makeDataDir(config)
  await serveUntilStopped<Prepared>({
    config,
    logger: createLogger(config.logLevel, process.stderr),
    createSecrets: true,
    async prepare(keyward) {
      return (await isEmpty(keyward))
        ? { firstStart: true, credentials: await makeInstallation(keyward, config) }
        : { firstStart: false, credentials: await credentialsOf(keyward, config) }
    },
    async announce(addresses, { firstStart, credentials }) {
      const moved = credentials && (await moveCredentials(config.dataDir, credentials, addresses))
      await (json ? announceJson : announce)(config, addresses, { firstStart, credentials: moved })
    },
  })
}

/** The credentials are on the disk before anything is served: whoever can use this installation has them. */
async function makeInstallation(keyward: Keyward, config: Config): Promise<Credentials> {
  const { createDemoKeyspace, createFirstOrganization } = await import("../first-start.ts")
  const { organizationId, admin } = await createFirstOrganization(keyward, {
    organizationName: "Organization",
    email: "admin@example.com",
  })
  const demonstration = await createDemoKeyspace(keyward, organizationId)
  const credentials = {
    base_url: localUrl(config.host, config.port),
    organization_id: organizationId,
    admin: { email: admin.email, password: admin.password, api_key: admin.apiKey },
    demo_keyspace_id: demonstration.id,
  }
  // Should this be cut short from here on, the next start goes on with the dialects.
  await writeCredentials(config.dataDir, credentials)
  return withDialects(keyward, config, credentials)
}

/** Adds the credentials for every dialect, and writes them down. */
async function withDialects(
  keyward: Keyward,
  config: Config,
  credentials: Credentials,
): Promise<Credentials> {
  const { issueFirstCredentials } = await import("../first-dialects.ts")
  const { organization_id: organizationId, admin } = credentials
  const organization = await keyward.store.organization(organizationId)
  const principal = await keyward.store.userByEmail(organizationId, admin.email)
  // The administrator of the first start is gone: whoever took over enables the dialects that they want.
  if (!organization || !principal) return credentials
  const { password } = admin
  const issued = await issueFirstCredentials(keyward, config, organization, {
    standing: "administrator",
    principal,
    password,
  })
  const all: Credentials = { ...credentials }
  for (const [name, { administrator, limited, service }] of issued) {
    all[name] = {
      // Where it is to be reached is told once it is served.
      base_url: null,
      ...administrator,
      limited,
      ...(service ? { service } : {}),
    }
  }
  await writeCredentials(config.dataDir, all)
  return all
}

/** @throws ConfigError when the file is another installation's */
async function credentialsOf(keyward: Keyward, config: Config): Promise<Credentials | null> {
  const { dataDir } = config
  const credentials = await readCredentials(dataDir)
  if (credentials === null) {
    const { enableDialects } = await import("../first-dialects.ts")
    await enableDialects(keyward, config)
    return null
  }
  if (!(await keyward.store.organization(credentials.organization_id))) {
    throw new ConfigError(
      `${credentialsFile(dataDir)} belongs to another store. Move it away, or start with the KEYWARD_DATABASE_URL that it belongs to.`,
    )
  }
  // The first start was one of an older version, which had fewer dialects.
  return dialectNames.every((name) => credentials[name])
    ? credentials
    : withDialects(keyward, config, credentials)
}

async function announceJson(
  { dataDir }: Config,
  { baseUrl, dialectUrls }: Listening,
  { firstStart, credentials }: Prepared,
): Promise<void> {
  await printJson({
    base_url: baseUrl,
    dialect_urls: Object.fromEntries(dialectUrls),
    credentials_file: credentials && credentialsFile(dataDir),
    first_start: firstStart,
    ...(firstStart ? { credentials } : {}),
  })
}

async function announce(
  { dataDir }: Config,
  { baseUrl, dialectUrls }: Listening,
  { firstStart, credentials }: Prepared,
): Promise<void> {
  await printLine(`Keyward ${version} serves at ${baseUrl} (API reference: ${baseUrl}/reference)`)
  for (const [name, url] of dialectUrls) await printLine(`The ${vendors[name].title} dialect is at ${url}`)
  const file = credentialsFile(dataDir)
  if (credentials === null) {
    return printLine(
      `\nThe credentials of the first start are not in ${file}, and are not shown again. With a management key that you kept, set KEYWARD_API_KEY; without one, "keyward recover" makes a new one. Or stop, delete the data folder and start anew: that loses every key in it.`,
    )
  }
  if (firstStart) {
    await printLine(`\nThis is the first start. The credentials, shown this once and kept in ${file}:\n`)
    await printMembers({
      organization: credentials.organization_id,
      administrator: credentials.admin.email,
      password: credentials.admin.password,
      "API key": credentials.admin.api_key,
      ...keysOfDialects(credentials),
      "demonstration keyspace": credentials.demo_keyspace_id,
    })
  } else await printLine(`\nThe credentials are in ${file}`)
  await printLine(`\nTo issue a key and verify it:\n\n${printFirstSteps(credentials, file)}\n\nCtrl+C stops.`)
}

/** The administrator's key for each dialect; what else somebody needs there is in the file. */
function keysOfDialects(credentials: Credentials): Record<string, string> {
  return Object.fromEntries(
    dialectNames.flatMap((name) => {
      const block = credentials[name]
      const { title } = vendors[name]
      return [
        ...(block?.["admin_key"] ? [[`${title} admin key`, String(block["admin_key"])]] : []),
        ...(block?.["api_key"] ? [[`${title} API key`, String(block["api_key"])]] : []),
      ]
    }),
  )
}
