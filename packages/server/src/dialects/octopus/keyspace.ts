import { later, type NewBuiltInKeyspace, openPolicy, systemCaller } from "@keyward/core"
import type { Credentials, DialectSettings, Holder, IssueContext } from "../dialect.ts"
import { printUserId } from "./ids.ts"

/**
 * The keyspace that the keys issued here live in. It has neither permissions nor roles: a key does what its owner may do. No
 * key outlasts the one that it is made with; where a longest lifetime is set, the vendor's server wants every key to expire.
 */
export function keyspaceDefinition({ conformance, maxLifetimeDays }: DialectSettings): NewBuiltInKeyspace {
  return {
    kind: "octopus",
    name: "Octopus Deploy",
    description: "Keys issued through the API of Octopus Deploy.",
    format: "octopus",
    prefix: "",
    retention: "digest",
    permissions: [],
    roles: [],
    policy: {
      ...openPolicy,
      expiryWithinCreator: true,
      maxLifetimeSeconds: maxLifetimeDays === null ? null : maxLifetimeDays * 24 * 60 * 60,
      expiryRequired: conformance === "observed" && maxLifetimeDays !== null,
    },
  }
}

/** A first key for a person, which lasts as long as a key may. */
export async function issue(context: IssueContext, { standing, principal }: Holder): Promise<Credentials> {
  const user_id = printUserId(principal.alias)
  // A machine gets its keys from an administrator, through the API.
  if (standing === "service") return { user_id }
  const { authority, organization, keyspace, clock } = context
  const { expiryRequired, maxLifetimeSeconds } = keyspace.policy
  const { secret } = await authority.createKey(systemCaller(organization.id), {
    keyspaceId: keyspace.id,
    name: "First key",
    owner: { kind: principal.kind, id: principal.id },
    expiresAt:
      expiryRequired && maxLifetimeSeconds !== null ? later(clock.now(), maxLifetimeSeconds * 1000) : null,
  })
  return { api_key: secret, user_id }
}
