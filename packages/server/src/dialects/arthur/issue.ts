import type { ArthurRole } from "@keyward/contract/arthur"
import { type CreatedKey, systemCaller } from "@keyward/core"
import type { Credentials, Holder, IssueContext } from "../dialect.ts"
import { managementPermission } from "./mapping.ts"

/** What an ordinary key is: the vendor's default, which may do nothing with keys. */
const ordinaryRole: ArthurRole = "VALIDATION-USER"

/** An administrator gets a master key, anyone else an ordinary key of the dialect's. */
export async function issue(context: IssueContext, holder: Holder): Promise<Credentials> {
  if (holder.standing === "administrator") return { admin_key: (await masterKey(context, holder)).secret }
  return { api_key: (await ordinaryKey(context, holder)).secret }
}

/**
 * The vendor's master key: a management key that can do everything in the dialect's keyspace and nothing elsewhere, as
 * long as its owner may.
 */
function masterKey(context: IssueContext, { principal }: Holder): Promise<CreatedKey> {
  const { authority, organization, keyspace, managementKeyspaceId } = context
  return authority.createKey(systemCaller(organization.id), {
    keyspaceId: managementKeyspaceId,
    name: "Arthur master key",
    owner: { kind: principal.kind, id: principal.id },
    permissions: Object.values(managementPermission).map((permission) => `${permission}:${keyspace.id}`),
  })
}

function ordinaryKey(
  { authority, organization, keyspace }: IssueContext,
  { principal }: Holder,
): Promise<CreatedKey> {
  return authority.createKey(systemCaller(organization.id), {
    keyspaceId: keyspace.id,
    name: "Arthur key",
    owner: { kind: principal.kind, id: principal.id },
    roles: [ordinaryRole],
  })
}
