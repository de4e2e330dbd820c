import type * as contract from "@keyward/contract"
import {
  isBuiltInRole,
  type Principal,
  printTimestamp,
  type Role,
  type ServiceAccount,
  type User,
} from "@keyward/core"
import { orNull } from "./print.ts"

/** How the native API prints whoever acts. A password's hash is told of by whether there is one. */
export function printUser(user: User): contract.User {
  return {
    ...printCommon(user),
    email: user.email,
    user_name: user.userName,
    first_name: user.firstName,
    last_name: user.lastName,
    has_password: user.passwordHash !== null,
  }
}

export function printServiceAccount(account: ServiceAccount): contract.ServiceAccount {
  return { ...printCommon(account), description: account.description }
}

export function printMember(principal: Principal): contract.Member {
  return {
    kind: principal.kind,
    id: principal.id,
    display_name: principal.displayName,
    roles: principal.roles,
    state: stateOf(principal),
    revision: principal.revision,
  }
}

export function printRole({ name, description, permissions }: Role): contract.OrganizationRole {
  return { name, description, permissions, built_in: isBuiltInRole(name) }
}

function printCommon(principal: Principal) {
  return {
    id: principal.id,
    alias: principal.alias,
    organization_id: principal.organizationId,
    display_name: principal.displayName,
    roles: principal.roles,
    state: stateOf(principal),
    suspended_at: orNull(principal.suspendedAt),
    created_at: printTimestamp(principal.createdAt),
    updated_at: printTimestamp(principal.updatedAt),
    revision: principal.revision,
  }
}

function stateOf({ suspendedAt }: Principal): contract.Member["state"] {
  return suspendedAt === null ? "active" : "suspended"
}
