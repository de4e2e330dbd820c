import {
  type Actor,
  type AuthorityDeps,
  Holdings,
  isFailure,
  type Keyspace,
  managementKeyspace,
  type Organization,
  rolePermissions,
  type User,
} from "@keyward/core"
import { externalId, type Identity, identityOf } from "./identity.ts"
import type { Provider } from "./provider.ts"
import { TokenRefused } from "./refusal.ts"
import type { OpenIdSettings } from "./settings.ts"
import { proveToken } from "./token.ts"

/** Who holds a bearer token, and what they may do. */
interface Bearer {
  readonly organizationId: string
  readonly actor: Pick<Actor, "kind" | "id" | "credential">
  readonly holds: Holdings
  /** All that the token says, proved; for dialects whose vendors read more out of one. */
  readonly claims: Readonly<Record<string, unknown>>
}

/** @throws TokenRefused, ProviderUnavailable, AuthorityError "store_unavailable" */
export type IdentifyBearer = (token: string) => Promise<Bearer>

/** @returns null when bearer tokens are not taken: no audience is configured */
export function bearerIdentification(
  deps: AuthorityDeps,
  settings: OpenIdSettings,
  provider: Provider,
): IdentifyBearer | null {
  const { audience } = settings
  if (audience === null) return null
  return async (token) => {
    const proved = await proveToken(token, { ...settings, audience }, provider, deps.clock)
    const identity = identityOf(proved, settings)
    const { organizationId, management } = await organizationOf(deps, identity)
    const user = await userOf(deps, organizationId, identity)
    const id = externalId(identity)
    return {
      organizationId,
      actor: {
        ...(user ? { kind: "user", id: user.id } : { kind: "external", id }),
        credential: { kind: "token", id },
      },
      holds: holdingsOf(identity, user, management),
      claims: proved.claims,
    }
  }
}

/**
 * Two sources say what a known user may do, the directory and the token's roles, and they hold what both allow: neither
 * can raise anyone by itself, and taking a role away at either place takes it away. Without mapped roles the directory
 * alone says. Somebody who is no user has the token's roles alone, and without any nothing.
 */
function holdingsOf({ roles }: Identity, user: User | null, management: Keyspace): Holdings {
  const sources = [user?.roles ?? null, roles].filter((source) => source !== null)
  return new Holdings(sources.map((source) => rolePermissions(source, management)))
}

/** @throws TokenRefused when the organization does not exist */
export async function organizationOf(
  deps: AuthorityDeps,
  identity: Pick<Identity, "organizationId">,
): Promise<{ readonly organizationId: string; readonly management: Keyspace }> {
  const organizationId = identity.organizationId ?? (await oldestOrganization(deps)).id
  try {
    return { organizationId, management: await managementKeyspace(deps, organizationId) }
  } catch (cause) {
    if (isFailure(cause, "not_found")) throw new TokenRefused("There is no such organization.", { cause })
    throw cause
  }
}

async function oldestOrganization({ store }: AuthorityDeps): Promise<Organization> {
  const { items } = await store.organizations({ limit: 1, after: null })
  const [oldest] = items
  if (!oldest) throw new TokenRefused("There is no organization yet.")
  return oldest
}

/**
 * The user with the verified e-mail address; null: there is none.
 * @throws TokenRefused when they are suspended or removed
 */
export async function userOf(
  { store }: AuthorityDeps,
  organizationId: string,
  { email }: Identity,
): Promise<User | null> {
  if (email === null) return null
  const user = await store.userByEmail(organizationId, email)
  if (!user && (await store.userWasRemoved(organizationId, email))) {
    throw new TokenRefused("The user was removed.")
  }
  if (user && user.suspendedAt !== null) throw new TokenRefused("The user is suspended.")
  return user
}
