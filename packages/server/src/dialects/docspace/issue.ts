import type { DocSpaceScope } from "@keyward/contract/docspace"
import { systemCaller } from "@keyward/core"
import type { Credentials, Holder, IssueContext } from "../dialect.ts"
import { granted } from "./api-key.ts"

/** What a key is limited to that is not an administrator's. */
const limitedScopes: readonly DocSpaceScope[] = ["*:read"]

/** An unrestricted key for an administrator, and for anyone else one that only reads; with the sign-in where it is known. */
export async function issue(
  { authority, organization, keyspace }: IssueContext,
  { standing, principal, password }: Holder,
): Promise<Credentials> {
  const { secret } = await authority.createKey(systemCaller(organization.id), {
    keyspaceId: keyspace.id,
    owner: { kind: principal.kind, id: principal.id },
    name: standing === "administrator" ? "Administrator" : "Limited",
    ...granted(standing === "administrator" ? [] : limitedScopes),
  })
  return {
    ...(principal.kind === "user" && password !== null ? { email: principal.email, password } : {}),
    api_key: secret,
  }
}
