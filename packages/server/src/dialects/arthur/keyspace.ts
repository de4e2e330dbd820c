import { arthurRoles } from "@keyward/contract/arthur"
import {
  type Authority,
  type CreatedKey,
  type Keyspace,
  type NewBuiltInKeyspace,
  type Owner,
  systemCaller,
} from "@keyward/core"
import type { DialectSettings } from "../dialect.ts"
import { catalog, managementPermission, rolePermissions } from "./mapping.ts"

/** The keyspace that the keys issued here live in; its roles are the vendor's. */
export function keyspaceDefinition({ maxActiveKeys }: DialectSettings): NewBuiltInKeyspace {
  return {
    kind: "arthur",
    name: "Arthur GenAI Engine",
    description: "Keys issued through the Arthur GenAI Engine's API.",
    format: "arthur",
    prefix: "",
    permissions: catalog,
    roles: arthurRoles.map((name) => ({
      name,
      description: `The vendor's role ${name}.`,
      permissions: rolePermissions[name],
    })),
    maxActiveKeys,
  }
}

/**
 * Creates the vendor's master key: a management key that can do everything in the dialect's keyspace and nothing
 * elsewhere. For a first start, so there is no caller; it is audited as Keyward's own doing.
 * @param owner default: the organization
 * @returns the key, and its secret, which is shown this once
 */
export function issueMasterKey(
  authority: Authority,
  keyspace: Keyspace,
  managementKeyspaceId: string,
  owner?: Owner,
): Promise<CreatedKey> {
  return authority.createKey(systemCaller(keyspace.organizationId), {
    keyspaceId: managementKeyspaceId,
    name: "Arthur master key",
    permissions: Object.values(managementPermission).map((permission) => `${permission}:${keyspace.id}`),
    ...(owner ? { owner } : {}),
  })
}
