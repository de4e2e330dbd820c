import process from "node:process"
import type { Logger } from "pino"
import { type Config, ConfigError } from "../config.ts"
import type { Keyward } from "../keyward.ts"
import { type Listening, listen } from "../server.ts"
import { exitCodes } from "./exit-code.ts"
import { openInstallation } from "./installation.ts"
import { stopSignal } from "./stop-signal.ts"

export interface Service<Prepared> {
  readonly config: Config
  readonly logger: Logger
  /** Whether to make the secrets file when there is none. */
  readonly createSecrets: boolean
  /** Done before anything listens. */
  prepare(keyward: Keyward): Promise<Prepared>
  /** Told where it serves. */
  announce(listening: Listening, prepared: Prepared): Promise<void>
}

/**
 * Serves until SIGTERM or SIGINT; then stops accepting, answers what is under way, writes the usage and closes the store.
 * @throws ConfigError naming the setting that keeps it from serving
 */
export async function serveUntilStopped<Prepared>(service: Service<Prepared>): Promise<void> {
  const { config, logger, createSecrets } = service
  endOnUncaught(logger)
  // Before the store is touched: a first start that is interrupted finishes what it began, and then stops.
  const stopped = stopSignal()
  const keyward = await openInstallation(config, { logger, createSecrets, serve: true })
  const prepared = await prepareOrClose(service, keyward)
  const listening = await listenOrExplain(keyward, config, logger)
  try {
    await service.announce(listening, prepared)
    const signal = await stopped
    logger.info({ signal }, "stopping")
  } finally {
    await listening.close()
  }
}

async function prepareOrClose<Prepared>(service: Service<Prepared>, keyward: Keyward): Promise<Prepared> {
  try {
    return await service.prepare(keyward)
  } catch (error) {
    await keyward.close()
    throw error
  }
}

async function listenOrExplain(keyward: Keyward, config: Config, logger: Logger): Promise<Listening> {
  try {
    return await listen(keyward, config, logger)
  } catch (error) {
    throw explainListening(error, config)
  }
}

/** Which setting names the address that cannot be listened on. */
function explainListening(error: unknown, { host, port, dialects }: Config): unknown {
  if (!(error instanceof Error) || !("code" in error)) return error
  const taken = "port" in error ? Number(error.port) : port
  const names = [
    ...(taken === port ? ["KEYWARD_PORT"] : []),
    ...Object.entries(dialects)
      .filter(([, { mount }]) => mount?.kind === "port" && mount.port === taken)
      .map(([name]) => `KEYWARD_${name.toUpperCase()}_MOUNT`),
  ].join(" and ")
  switch (error.code) {
    case "EADDRINUSE":
      return new ConfigError(
        `Port ${taken} (${names}) is in use by another program. Stop that one, or choose another port; 0 takes any free one.`,
        { cause: error },
      )
    case "EACCES":
      return new ConfigError(
        `Port ${taken} (${names}) is not for this user to listen on. Choose one above 1023.`,
        { cause: error },
      )
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
    case "EAI_AGAIN":
    case "EINVAL":
      return new ConfigError(`KEYWARD_HOST "${host}" is not an address of this machine.`, { cause: error })
    default:
      return error
  }
}

/** What nobody caught leaves the process in a state that nobody knows. */
function endOnUncaught(logger: Logger): void {
  const end = (error: unknown) => {
    logger.fatal({ err: error }, "an error that nobody caught; ending")
    process.exit(exitCodes.unexpected.code)
  }
  process.on("uncaughtException", end)
  process.on("unhandledRejection", end)
}
