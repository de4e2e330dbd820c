import type { AddressInfo } from "node:net"
import {
  type Clock,
  type Entropy,
  ensureBuiltInKeyspace,
  type Organization,
  systemClock,
  systemEntropy,
} from "@keyward/core"
import type { FastifyInstance } from "fastify"
import type { Logger } from "pino"
import { type Config, ConfigError } from "./config.ts"
import { dialects } from "./dialects/index.ts"
import { createApp, createListener } from "./http/app.ts"
import { checkPeppers, loadInstallationSecrets } from "./installation-secrets.ts"
import { assembleKeyward, type Keyward } from "./keyward.ts"
import { assembleOpenId } from "./openid/openid.ts"
import { openStore } from "./stores/open.ts"
import { claimServing, type Serving } from "./stores/serving.ts"
import { localUrl } from "./url.ts"
import { version } from "./version.ts"

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
  const store = await openStore(config.databaseUrl)
  const serving = options.serve ? claimServing(config.databaseUrl) : nothingServed
  try {
    if (!serving) {
      throw new ConfigError(
        "Another process serves this SQLite database. Stop that one, or use PostgreSQL (KEYWARD_DATABASE_URL), which takes several servers.",
      )
    }
    await checkPeppers(store, secrets.peppers)
    const keyward = assembleKeyward({
      ...secrets,
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
    return {
      ...keyward,
      async close() {
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
  /** Where the Arthur dialect is; null: switched off. */
  readonly arthurUrl: string | null
  /** Stops taking requests, answers those under way, and closes the authority. */
  close(): Promise<void>
}

/** How often a server that is closing ends the connections that have gone idle; milliseconds. */
const sweepMs = 50

/** Serves an authority: the native API, and each dialect that is switched on, on a port of its own. */
export async function listen(keyward: Keyward, config: Config, logger: Logger): Promise<Listening> {
  const settings = { logger, trustedHops: config.trustedHops, publicUrl: config.publicUrl }
  const listeners: FastifyInstance[] = []
  try {
    const openId = config.openId && assembleOpenId(config.openId, keyward.deps, logger)
    const baseUrl = await start(createApp(keyward, { ...settings, openId }), config.port)
    const arthurUrl = config.arthur.port === null ? null : await start(await arthurApp(), config.arthur.port)
    return { baseUrl, arthurUrl, close }
  } catch (error) {
    await close()
    throw error
  }

  async function arthurApp(): Promise<FastifyInstance> {
    const { arthur } = dialects
    const organization = await organizationOf(keyward, config.arthur.organizationId)
    const definition = arthur.keyspace({ maxActiveKeys: config.arthur.maxKeys })
    const app = createListener({ ...settings, instance: arthur.instance })
    app.register(
      arthur.routes({
        authority: keyward.authority,
        verifier: keyward.verifier,
        keyspace: await ensureBuiltInKeyspace(keyward.deps, organization.id, definition),
        conformance: config.arthur.conformance,
        allowedOrigins: config.arthur.allowedOrigins,
        clock: keyward.deps.clock,
        version,
      }),
    )
    return app
  }

  async function start(app: FastifyInstance, port: number): Promise<string> {
    listeners.push(app)
    await app.listen({ host: config.host, port })
    const address = app.server.address() as AddressInfo
    return localUrl(address.address, address.port)
  }

  async function close(): Promise<void> {
    // A connection whose last answer was under way when the closing began would be kept alive for more that never come.
    const sweep = setInterval(() => {
      for (const { server } of listeners) server.closeIdleConnections()
    }, sweepMs)
    try {
      await Promise.all(listeners.map((app) => app.close()))
    } finally {
      clearInterval(sweep)
    }
    await keyward.close()
  }
}

/** @throws ConfigError when there is no such organization, or none at all */
async function organizationOf({ store }: Keyward, id: string | null): Promise<Organization> {
  if (id === null) {
    const { items } = await store.organizations({ limit: 1, after: null })
    const [oldest] = items
    if (oldest) return oldest
    throw new ConfigError('There is no organization yet; "keyward init" creates the first one.')
  }
  const organization = await store.organization(id)
  if (organization) return organization
  throw new ConfigError(`KEYWARD_ARTHUR_ORGANIZATION_ID names no organization of this store: ${id}.`)
}
