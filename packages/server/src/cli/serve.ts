import type { Command } from "commander"
import { ConfigError, readConfig } from "../config.ts"

export function addServe(program: Command): void {
  program
    .command("serve")
    .summary("serve, in production")
    .description(
      "Serves what `keyward init` has made, by the KEYWARD_ settings, until SIGTERM or SIGINT: then it stops accepting, answers what is under way, writes the usage and closes. A second signal ends it at once. Logs are JSON lines on standard output.",
    )
    .option("--json", "tell of a start that failed in JSON; the logs are JSON anyway")
    .action(serve)
}

async function serve(): Promise<void> {
  const config = readConfig()
  const [{ createLogger }, { isEmpty }, { serveUntilStopped }] = await Promise.all([
    import("../logger.ts"),
    import("../first-start.ts"),
    import("./serving.ts"),
  ])
  const logger = createLogger(config.logLevel)
  await serveUntilStopped({
    config,
    logger,
    createSecrets: false,
    async prepare(keyward) {
      if (await isEmpty(keyward)) {
        throw new ConfigError(
          'The store has no organization yet. Run "keyward init" with the same settings once; it shows the credentials.',
        )
      }
    },
    async announce({ baseUrl, dialectUrls }) {
      logger.info({ base_url: baseUrl, dialect_urls: Object.fromEntries(dialectUrls) }, "serving")
    },
  })
}
