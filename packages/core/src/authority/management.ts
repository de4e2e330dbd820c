import type { PermissionDefinition } from "../keyspace.ts"

/**
 * The permission catalog of the built-in management keyspace: all that a caller of the management API can be allowed.
 * Each may be bound to one keyspace by its id (`keys.verify:018f…`).
 */
export const managementPermissions = [
  { name: "organizations.read", description: "Read the organization." },
  { name: "keyspaces.read", description: "Read keyspaces, their permission catalogs and roles." },
  {
    name: "keyspaces.write",
    description: "Create and change keyspaces, their permission catalogs and roles.",
  },
  { name: "keys.read", description: "Read and list keys and their usage; never their secrets." },
  { name: "keys.write", description: "Create, change, revoke and delete keys." },
  {
    name: "keys.reveal",
    description: "Read the secret of a recoverable key again. Every reading is audited.",
  },
  { name: "keys.verify", description: "Ask whether a presented secret is a live key, and what it may do." },
  { name: "audit.read", description: "Read the audit trail." },
] as const satisfies readonly PermissionDefinition[]

export type ManagementPermission = (typeof managementPermissions)[number]["name"]

/** What the texts of management keys start with. */
export const managementPrefix = "keyward"

/** The name of an organization's management keyspace. */
export const managementName = "Keyward management"
