import { systemCaller } from "@keyward/core"
import type { Credentials, Holder, IssueContext } from "../dialect.ts"
import { createUnnamedKey } from "./unnamed-key.ts"

/** A key of theirs, which acts as they do, whoever they are, and the ids that every call names. */
export async function issue(
  { authority, organization, keyspace }: IssueContext,
  { principal }: Holder,
): Promise<Credentials> {
  const owner = { kind: principal.kind, id: principal.id }
  const { secret } = await createUnnamedKey(authority, systemCaller(organization.id), keyspace.id, owner)
  return { api_key: secret, user_id: principal.alias, organization_id: organization.alias }
}
