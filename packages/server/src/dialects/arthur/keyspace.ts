import { arthurRoles } from "@keyward/contract/arthur"
import { type NewBuiltInKeyspace, openPolicy } from "@keyward/core"
import type { DialectSettings } from "../dialect.ts"
import { catalog, rolePermissions } from "./mapping.ts"

/** The keyspace that the keys issued here live in; its roles are the vendor's. */
export function keyspaceDefinition({ maxKeys }: DialectSettings): NewBuiltInKeyspace {
  return {
    kind: "arthur",
    name: "Arthur GenAI Engine",
    description: "Keys issued through the Arthur GenAI Engine's API.",
    format: "arthur",
    prefix: "",
    retention: "digest",
    permissions: catalog,
    roles: arthurRoles.map((name) => ({
      name,
      description: `The vendor's role ${name}.`,
      permissions: rolePermissions[name],
    })),
    policy: { ...openPolicy, maxKeys },
  }
}
