import { type Organization, systemCaller, type User } from "@keyward/core"
import type { Config } from "./config.ts"
import { enableDialect, organizationOf } from "./dialect-enabling.ts"
import { type DialectName, dialectNames } from "./dialect-settings.ts"
import type { Credentials, Holder } from "./dialects/dialect.ts"
import { dialects } from "./dialects/index.ts"
import { newPassword } from "./first-start.ts"
import type { Keyward } from "./keyward.ts"

/** What somebody tries a dialect out with. */
export interface FirstCredentials {
  /** The administrator's, who may do everything. */
  readonly administrator: Credentials
  /** Those of an ordinary user, who may do little. */
  readonly limited: Credentials
  /** Those of a machine; null where the vendor knows none. */
  readonly service: Credentials | null
}

const ordinaryEmail = "user@example.com"
const machineName = "Machine"

/** Enables every dialect for an organization, and issues credentials for each to people and a machine to try them out with. */
export async function issueFirstCredentials(
  keyward: Keyward,
  config: Config,
  organization: Organization,
  administrator: Holder,
): Promise<ReadonlyMap<DialectName, FirstCredentials>> {
  const ordinary = await ordinaryUser(keyward, organization)
  const machine = await machineAccount(keyward, organization)
  const issued = new Map<DialectName, FirstCredentials>()
  for (const { name, issue } of Object.values(dialects)) {
    const context = await enableDialect(keyward, organization, name, config.dialects[name])
    issued.set(name, {
      administrator: await issue(context, administrator),
      limited: await issue(context, ordinary),
      service: name === "octopus" ? await issue(context, machine) : null,
    })
  }
  return issued
}

/** Enables every dialect that is mounted, and issues nothing. */
export async function enableDialects(keyward: Keyward, config: Config): Promise<void> {
  for (const name of dialectNames) {
    const place = config.dialects[name]
    if (!place.mount) continue
    await enableDialect(keyward, await organizationOf(keyward, name, place), name, place)
  }
}

/** A user who may do what every member may, with a new password. */
async function ordinaryUser(
  { authority, store, deps }: Keyward,
  { id: organizationId }: Organization,
): Promise<Holder> {
  const system = systemCaller(organizationId)
  const known: User | null = await store.userByEmail(organizationId, ordinaryEmail)
  const user =
    known ??
    (await authority.createUser(system, {
      email: ordinaryEmail,
      displayName: "Ordinary User",
      firstName: "Ordinary",
      lastName: "User",
      roles: ["member"],
    }))
  const password = newPassword(deps.entropy)
  const { token } = await authority.offerLink(system, user.id, known ? "reset" : "invitation")
  await authority.acceptLink(token, password, { address: null, userAgent: null, requestId: null })
  const principal = await authority.user(system, user.id)
  return { standing: "ordinary", principal, password }
}

async function machineAccount({ authority }: Keyward, { id: organizationId }: Organization): Promise<Holder> {
  const system = systemCaller(organizationId)
  const { items } = await authority.principals(
    system,
    { kind: "service_account" },
    { limit: 100, after: null },
  )
  const known = items.find(({ displayName }) => displayName === machineName)
  const principal =
    known ??
    (await authority.createServiceAccount(system, {
      displayName: machineName,
      description: "A machine to try dialects out with.",
      // Without a role its keys would work, but it could not see to them.
      roles: ["member"],
    }))
  return { standing: "service", principal, password: null }
}
