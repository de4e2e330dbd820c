import { type Keyspace, newRandomId, type Organization } from "@keyward/core"
import type { FastifyInstance } from "fastify"
import { type Config, ConfigError } from "./config.ts"
import { enableDialect, isEnabled, organizationOf } from "./dialect-enabling.ts"
import { type DialectName, type DialectPlace, dialectNames, type Mount, vendors } from "./dialect-settings.ts"
import { dialects } from "./dialects/index.ts"
import { createListener, type ListenerSettings } from "./http/app.ts"
import type { Keyward } from "./keyward.ts"
import type { OpenId } from "./openid/openid.ts"
import { version } from "./version.ts"

/** A dialect that is switched on, ready to be asked. */
export interface ServedDialect {
  readonly name: DialectName
  readonly mount: Mount
  readonly app: FastifyInstance
}

/**
 * Makes the application of each dialect that is mounted.
 * @throws ConfigError for one that is not enabled for its organization, or whose organization does not exist
 */
export async function serveDialects(
  keyward: Keyward,
  config: Config,
  settings: ListenerSettings,
  openId: OpenId | null,
): Promise<ServedDialect[]> {
  const served: ServedDialect[] = []
  for (const name of dialectNames) {
    const place = config.dialects[name]
    if (!place.mount) continue
    const app = await dialectApp(keyward, name, place, settings, openId)
    await app.ready()
    served.push({ name, mount: place.mount, app })
  }
  return served
}

async function dialectApp(
  keyward: Keyward,
  name: DialectName,
  place: DialectPlace,
  listener: ListenerSettings,
  openId: OpenId | null,
): Promise<FastifyInstance> {
  const { authority, verifier, guesses, store, deps } = keyward
  const organization = await organizationOf(keyward, name, place)
  const keyspace = await enabledKeyspace(keyward, organization, name, place)
  const app = createListener({ ...listener, instance: dialects[name].instance })
  app.register(
    dialects[name].routes({
      authority,
      verifier,
      guesses,
      organization,
      keyspace,
      settings: place.settings,
      identifyBearer: openId?.identifyBearer ?? null,
      clock: deps.clock,
      entropy: deps.entropy,
      installationId: await store.ensureSetting("installation_id", newRandomId(deps.entropy)),
      version,
    }),
  )
  return app
}

/** The dialect's keyspace, by the definition of the running program, which may be newer. */
async function enabledKeyspace(
  keyward: Keyward,
  organization: Organization,
  name: DialectName,
  place: DialectPlace,
): Promise<Keyspace> {
  if (await isEnabled(keyward, organization, name, place)) {
    return (await enableDialect(keyward, organization, name, place)).keyspace
  }
  throw new ConfigError(
    `KEYWARD_${name.toUpperCase()}_MOUNT: the ${vendors[name].title} dialect is not enabled for the organization "${organization.name}". Run "keyward dialects enable ${name}" first; it shows the first credential.`,
  )
}
