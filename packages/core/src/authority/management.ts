import type { PermissionDefinition, Role } from "../keyspace.ts"

/**
 * The permission catalog of the built-in management keyspace: all that a caller of the management API can be allowed.
 * Each about keys and keyspaces may be bound to one keyspace by its id (`keys.verify:018f…`).
 */
export const managementPermissions = [
  { name: "organizations.read", description: "Read the organization." },
  { name: "organizations.write", description: "Change the organization." },
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
  { name: "own_keys.read", description: "Read and list the keys that one owns oneself." },
  {
    name: "own_keys.write",
    description:
      "Create, change, revoke and delete keys that one owns oneself, with no permissions that one's keys of the keyspace do not have already, unless its policy lets owners grant.",
  },
  { name: "own_keys.reveal", description: "Read the secret of a recoverable key that one owns oneself." },
  { name: "members.read", description: "Read users, service accounts and their roles." },
  {
    name: "members.write",
    description:
      "Create, change, invite, suspend and remove users and service accounts, and give them roles.",
  },
  { name: "roles.read", description: "Read the organization's roles." },
  { name: "roles.write", description: "Create, change and delete the organization's own roles." },
  { name: "sessions.read", description: "Read the sessions of other users." },
  { name: "sessions.write", description: "End the sessions of other users." },
  { name: "audit.read", description: "Read the audit trail." },
] as const satisfies readonly PermissionDefinition[]

export type ManagementPermission = (typeof managementPermissions)[number]["name"]

/**
 * The organization roles that there always are, as named sets of management permissions. The one table:
 * `docs/roles.md` is printed from it. An organization's own roles stand beside them.
 */
export const builtInRoles = [
  {
    name: "owner",
    description: "Everything. There is always at least one.",
    permissions: ["*"],
  },
  {
    name: "admin",
    description: "Everything but what concerns owners and the organization itself.",
    permissions: [
      "organizations.read",
      "keyspaces.*",
      "keys.*",
      "own_keys.*",
      "members.*",
      "roles.*",
      "sessions.*",
      "audit.read",
    ],
  },
  {
    name: "auditor",
    description: "Reads everything, and neither changes nor reveals anything.",
    permissions: [
      "organizations.read",
      "keyspaces.read",
      "keys.read",
      "own_keys.read",
      "members.read",
      "roles.read",
      "sessions.read",
      "audit.read",
    ],
  },
  {
    name: "member",
    description: "Sees and manages the keys that they own themselves.",
    permissions: ["organizations.read", "keyspaces.read", "own_keys.*"],
  },
] as const satisfies readonly Role[]

export type BuiltInRole = (typeof builtInRoles)[number]["name"]

export function isBuiltInRole(name: string): name is BuiltInRole {
  return builtInRoles.some((role) => role.name === name)
}

/** What the texts of management keys start with. */
export const managementPrefix = "keyward"

/** The name of an organization's management keyspace, whose roles are the organization's. */
export const managementName = "Keyward management"
