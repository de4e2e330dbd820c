import type { Instant, Principal, User } from "@keyward/core"
import type { PrincipalRow } from "./schema.ts"

// As in `rows.ts`: the rows are ours, so reading them back asserts their types.

export function principalOf(row: PrincipalRow): Principal {
  if (row.kind === "user") return userOf(row)
  return { ...membersOf(row), kind: "service_account", description: row.description ?? "" }
}

/** @param row of a user */
export function userOf(row: PrincipalRow): User {
  return {
    ...membersOf(row),
    kind: "user",
    email: row.email ?? "",
    userName: row.user_name,
    firstName: row.first_name,
    lastName: row.last_name,
    passwordHash: row.password_hash,
  }
}

function membersOf(row: PrincipalRow) {
  return {
    id: row.id,
    organizationId: row.organization_id,
    alias: row.alias,
    displayName: row.display_name,
    roles: JSON.parse(row.roles) as string[],
    suspendedAt: row.suspended_at as Instant | null,
    removedAt: row.removed_at as Instant | null,
    createdAt: row.created_at as Instant,
    updatedAt: row.updated_at as Instant,
    revision: row.revision,
  }
}

export function principalRow(principal: Principal): PrincipalRow {
  const user = principal.kind === "user" ? principal : null
  return {
    id: principal.id,
    organization_id: principal.organizationId,
    kind: principal.kind,
    alias: principal.alias,
    display_name: principal.displayName,
    roles: JSON.stringify(principal.roles),
    email: user?.email ?? null,
    user_name: user?.userName ?? null,
    first_name: user?.firstName ?? null,
    last_name: user?.lastName ?? null,
    password_hash: user?.passwordHash ?? null,
    description: principal.kind === "service_account" ? principal.description : null,
    suspended_at: principal.suspendedAt,
    removed_at: principal.removedAt,
    created_at: principal.createdAt,
    updated_at: principal.updatedAt,
    revision: principal.revision,
  }
}
