import { type Authority, type AuthorityDeps, type Caller, isFailure, type User } from "@keyward/core"
import { organizationOf, userOf } from "./bearer.ts"
import type { Identity } from "./identity.ts"
import { TokenRefused } from "./refusal.ts"
import type { SignInSettings } from "./settings.ts"

/**
 * The user that an identity is, found by verified e-mail address; made, where the configuration says so, with the roles
 * that the token maps to. A provider whose roles are mapped and who names none of them does not let its user in.
 * @param callerIn who makes users in an organization, for the audit trail
 * @throws TokenRefused
 */
export async function signInUser(
  deps: AuthorityDeps,
  authority: Authority,
  { createUsers }: Pick<SignInSettings, "createUsers">,
  identity: Identity,
  callerIn: (organizationId: string) => Caller,
): Promise<User> {
  const { email, roles } = identity
  if (email === null) throw new TokenRefused("The provider names no verified e-mail address.")
  if (roles?.length === 0) throw new TokenRefused("None of the provider's roles means anything here.")
  const { organizationId, management } = await organizationOf(deps, identity)
  const known = await userOf(deps, organizationId, identity)
  if (known) return known
  if (!createUsers) throw new TokenRefused("No user has this e-mail address.")
  const given = management.roles.map(({ name }) => name).filter((name) => roles?.includes(name))
  if (given.length === 0) throw new TokenRefused("The organization has none of the mapped roles.")
  const input = {
    email,
    displayName: identity.name ?? email,
    firstName: identity.givenName,
    lastName: identity.familyName,
    roles: given,
  }
  try {
    return await authority.createUser(callerIn(organizationId), input)
  } catch (error) {
    // Another node, or another tab, was faster.
    const faster = isFailure(error, "already_exists") ? await userOf(deps, organizationId, identity) : null
    if (faster) return faster
    throw error
  }
}
