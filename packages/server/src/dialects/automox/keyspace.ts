import { type NewBuiltInKeyspace, openPolicy } from "@keyward/core"
import type { DialectSettings } from "../dialect.ts"

/**
 * The keyspace that the keys issued here live in. Its keys have no permissions: each acts as its owner. Their secrets
 * are kept, sealed, as `decrypt` shows them again.
 */
export function keyspaceDefinition({ maxKeys }: DialectSettings): NewBuiltInKeyspace {
  return {
    kind: "automox",
    name: "Automox",
    description: "Keys issued through the Automox API.",
    format: "automox",
    prefix: "",
    retention: "recoverable",
    permissions: [],
    roles: [],
    policy: { ...openPolicy, maxKeysPerOwner: maxKeys, countedKeys: "all", uniqueNames: true },
  }
}
