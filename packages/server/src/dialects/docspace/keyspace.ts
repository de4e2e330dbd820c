import { docspaceScopes } from "@keyward/contract/docspace"
import { type NewBuiltInKeyspace, openPolicy } from "@keyward/core"
import { catalog, scopePermissions } from "./mapping.ts"

/**
 * The keyspace that the keys issued here live in; its roles are the vendor's scopes. A scope only narrows what the owner
 * of a key may do, so owners give their keys whichever they like.
 */
export function keyspaceDefinition(): NewBuiltInKeyspace {
  return {
    kind: "docspace",
    name: "ONLYOFFICE DocSpace",
    description: "Keys issued through ONLYOFFICE DocSpace's API.",
    format: "docspace",
    prefix: "",
    retention: "digest",
    permissions: catalog,
    roles: docspaceScopes.map((name) => ({
      name,
      description: `The vendor's scope ${name}.`,
      permissions: scopePermissions[name],
    })),
    policy: { ...openPolicy, ownersGrant: true },
  }
}
