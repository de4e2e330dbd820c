import { type Peppers, systemClock, systemEntropy } from "@keyward/core"
import { type Config, readConfig } from "../config.ts"
import { loadInstallationSecrets } from "../installation-secrets.ts"
import { databaseIsMissing, examineFiles } from "./examine-files.ts"
import { examinePorts } from "./examine-ports.ts"
import { examineSealing, examineStore } from "./examine-store.ts"
import { type Finding, fail, failed, ok } from "./finding.ts"
import { openInstallationStore } from "./installation.ts"

type Findings = AsyncGenerator<Finding, void, undefined>

/** Every check of `keyward doctor`, in order; what depends on something that failed is left out. */
export async function* examine(): Findings {
  let config: Config
  try {
    config = readConfig()
  } catch (error) {
    return yield failed("configuration", error)
  }
  yield ok("configuration", "Every KEYWARD_ setting is known and takes its value.")
  yield* examineFiles(config)
  yield* examineSecretsAndStore(config)
  yield* examinePorts(config)
}

async function* examineSecretsAndStore(config: Config): Findings {
  let peppers: Peppers | null = null
  try {
    const secrets = await loadInstallationSecrets(config, systemEntropy, false)
    peppers = secrets.peppers
    yield examineSealing(secrets.sealer)
  } catch (error) {
    yield failed("secrets", error)
  }
  // To open it would make it.
  if (await databaseIsMissing(config)) {
    return yield fail(
      "store",
      "There is none yet.",
      '"keyward init" makes it, or "keyward dev" to try things out.',
    )
  }
  try {
    const store = await openInstallationStore(config)
    try {
      yield* examineStore(store, peppers, systemClock)
    } finally {
      await store.close()
    }
  } catch (error) {
    yield failed("store", error)
  }
}
