import { ensureBuiltInKeyspace, managementKeyspace, type Organization, type Principal } from "@keyward/core"
import { ConfigError } from "./config.ts"
import type { DialectName, DialectPlace } from "./dialect-settings.ts"
import type { IssueContext } from "./dialects/dialect.ts"
import { dialects } from "./dialects/index.ts"
import type { Keyward } from "./keyward.ts"

/** The organization that a dialect serves. @throws ConfigError when there is no such organization, or none at all */
export async function organizationOf(
  { store }: Keyward,
  name: DialectName,
  { organizationId }: DialectPlace,
): Promise<Organization> {
  if (organizationId === null) {
    const { items } = await store.organizations({ limit: 1, after: null })
    const [oldest] = items
    if (oldest) return oldest
    throw new ConfigError('There is no organization yet; "keyward init" creates the first one.')
  }
  const organization = await store.organization(organizationId)
  if (organization) return organization
  throw new ConfigError(
    `KEYWARD_${name.toUpperCase()}_ORGANIZATION_ID names no organization of this store: ${organizationId}.`,
  )
}

/** Enables a dialect for an organization: makes its keyspace, where there is none yet. Repeating it changes nothing. */
export async function enableDialect(
  { authority, deps }: Keyward,
  organization: Organization,
  name: DialectName,
  { settings }: DialectPlace,
): Promise<IssueContext> {
  return {
    authority,
    organization,
    keyspace: await ensureBuiltInKeyspace(deps, organization.id, dialects[name].keyspace(settings)),
    managementKeyspaceId: (await managementKeyspace(deps, organization.id)).id,
    clock: deps.clock,
  }
}

/** Whether a dialect is enabled for an organization. */
export async function isEnabled(
  { store }: Pick<Keyward, "store">,
  organization: Organization,
  name: DialectName,
  { settings }: DialectPlace,
): Promise<boolean> {
  const definition = dialects[name].keyspace(settings)
  return (await store.keyspaceByName(organization.id, definition.name)) !== null
}

/** The oldest user who may do everything, neither suspended nor removed; null: there is none. */
export async function oldestOwner({ store }: Keyward, { id }: Organization): Promise<Principal | null> {
  const filter = { kind: "user", role: "owner", suspended: false } as const
  let after = null
  let oldest: Principal | null = null
  do {
    // The newest come first.
    const page = await store.principals(id, filter, { limit: 200, after })
    oldest = page.items.at(-1) ?? oldest
    after = page.next
  } while (after !== null)
  return oldest
}
