import type { AddressInfo } from "node:net"
import { type Clock, type Entropy, systemClock, systemEntropy } from "@keyward/core"
import type { FastifyInstance } from "fastify"
import type { Logger } from "pino"
import { type Config, ConfigError } from "./config.ts"
import { refusingUnknownPeppers } from "./current-secrets.ts"
import { serveDialects } from "./dialect-serving.ts"
import type { DialectName, Mount } from "./dialect-settings.ts"
import { createApp } from "./http/app.ts"
import { loadInstallationSecrets } from "./installation-secrets.ts"
import { type RunningJobs, startJobs } from "./jobs/job.ts"
import { jobs } from "./jobs/jobs.ts"
import { assembleKeyward, type Keyward } from "./keyward.ts"
import { LiveSecrets } from "./live-secrets.ts"
import { assembleOpenId } from "./openid/openid.ts"
import { openStore } from "./stores/open.ts"
import { claimServing, type Serving } from "./stores/serving.ts"
import { localUrl } from "./url.ts"

export interface OpenOptions {
  readonly logger: Logger
  /** Whether to make the secrets file when there is none. */
  readonly createSecrets: boolean
  /** Whether to serve it: a SQLite database can be served by one process only. Default: false. */
  readonly serve?: boolean
  readonly clock?: Clock
  readonly entropy?: Entropy
}

/**
 * Opens the authority that a configuration describes: store, migrations, secrets.
 * @throws ConfigError, also when it is to be served and another process does; or AuthorityError "store_unavailable"
 */
export async function openKeyward(config: Config, options: OpenOptions): Promise<Keyward> {
  const { logger, clock = systemClock, entropy = systemEntropy } = options
  const secrets = await loadInstallationSecrets(config, entropy, options.createSecrets)
  const store = refusingUnknownPeppers(await openStore(config.databaseUrl))
  const serving = options.serve ? claimServing(config.databaseUrl) : nothingServed
  try {
    if (!serving) {
      throw new ConfigError(
        "Another process serves this SQLite database. Stop that one, or use PostgreSQL (KEYWARD_DATABASE_URL), which takes several servers.",
      )
    }
    const live = new LiveSecrets(secrets, { config, store, clock, entropy, logger })
    await live.refresh()
    const keyward = assembleKeyward({
      peppers: live.peppers,
      sealer: live.sealer,
      store,
      clock,
      entropy,
      logger,
      sessionLifetime: config.sessionLifetime,
      cacheKeys: config.cacheKeys,
      // A SQLite file is served by one process, through which every change passes.
      trustedForMs: store.engine === "postgres" ? config.revocationBoundMs : null,
      guessLimit: config.guessLimit,
      usageFlushMs: config.usageFlushMs,
    })
    // What was revoked may be unknown by now, and its text another key's.
    if (options.serve) live.follow(() => keyward.forgetCached())
    return {
      ...keyward,
      async close() {
        await live.close()
        await keyward.close()
        serving.release()
      },
    }
  } catch (error) {
    await store.close()
    serving?.release()
    throw error
  }
}

const nothingServed: Serving = { release: () => undefined }

export interface Listening {
  /** Where the native API is, without a slash at the end. */
  readonly baseUrl: string
  /** Where each dialect is that is mounted, likewise. */
  readonly dialectUrls: ReadonlyMap<DialectName, string>
  /** Stops taking requests, answers those under way, and closes the authority. */
  close(): Promise<void>
}

/** How often a server that is closing ends the connections that have gone idle; milliseconds. */
const sweepMs = 50

/** Serves an authority: the native API, and each dialect that is mounted. Does its jobs as long as it serves. */
export async function listen(keyward: Keyward, config: Config, logger: Logger): Promise<Listening> {
  const settings = { logger, trustedHops: config.trustedHops, publicUrl: config.publicUrl }
  const apps: FastifyInstance[] = []
  let running: RunningJobs | null = null
  try {
    const openId = config.openId && assembleOpenId(config.openId, keyward.deps, logger)
    const dialects = await serveDialects(keyward, config, settings, openId)
    apps.push(...dialects.map(({ app }) => app))
    const mounted = dialects.flatMap(({ mount, app }) =>
      mount.kind === "port" ? [] : [{ place: mount, app }],
    )
    const main = createApp(keyward, { ...settings, openId, mounted })
    apps.unshift(main)
    const baseUrl = await start(main, config.port)
    const dialectUrls = new Map<DialectName, string>()
    for (const { name, mount, app } of dialects) {
      dialectUrls.set(
        name,
        mount.kind === "port" ? await start(app, mount.port) : urlOfMount(mount, baseUrl, config.publicUrl),
      )
    }
    running = startJobs(keyward, jobs, logger)
    return { baseUrl, dialectUrls, close }
  } catch (error) {
    await close()
    throw error
  }

  async function start(app: FastifyInstance, port: number): Promise<string> {
    await app.listen({ host: config.host, port })
    const address = app.server.address() as AddressInfo
    return localUrl(address.address, address.port)
  }

  async function close(): Promise<void> {
    // A connection whose last answer was under way when the closing began would be kept alive for more that never come.
    const sweep = setInterval(() => {
      for (const { server } of apps) server.closeIdleConnections()
    }, sweepMs)
    try {
      await Promise.all(apps.map((app) => app.close()))
    } finally {
      clearInterval(sweep)
      await running?.close()
    }
    await keyward.close()
  }
}

/** Where clients reach what shares the main port. */
function urlOfMount(
  mount: Exclude<Mount, { kind: "port" }>,
  baseUrl: string,
  publicUrl: string | null,
): string {
  if (mount.kind === "path") return (publicUrl ?? baseUrl) + mount.path
  const url = new URL(publicUrl ?? baseUrl)
  url.hostname = mount.host
  return url.origin
}
