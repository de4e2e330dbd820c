import { fail } from "../failure.ts"
import type { Principal } from "../principal.ts"
import { isActiveUserWithRole } from "./filter.ts"
import { owned, type Transaction } from "./memory-tables.ts"
import { ownerRole } from "./store.ts"

export function insertPrincipal(transaction: Transaction, principal: Principal): void {
  const { principals } = transaction.tables
  if (principals.has(principal.id)) {
    fail({ code: "already_exists", resource: principal.kind, member: "id" })
  }
  demandUnique(transaction, principal)
  transaction.set(principals, principal.id, principal)
}

export function updatePrincipal(
  transaction: Transaction,
  principal: Principal,
  ownedKeys: number | null,
): void {
  const { tables } = transaction
  const { organizationId, kind, id } = principal
  const before = tables.principal(organizationId, id) ?? fail({ code: "not_found", resource: kind })
  if (before.kind !== kind) fail({ code: "not_found", resource: kind })
  if (before.revision !== principal.revision - 1) fail({ code: "revision_conflict", resource: kind })
  if (ownedKeys !== null) {
    const keys = tables.keysOf(organizationId).filter(({ owner }) => owner.kind === kind && owner.id === id)
    if (keys.length !== ownedKeys) fail({ code: "revision_conflict", resource: kind })
  }
  demandUnique(transaction, principal)
  transaction.set(tables.principals, id, principal)
  const ceases = isActiveUserWithRole(before, ownerRole) && !isActiveUserWithRole(principal, ownerRole)
  if (ceases && tables.activeUsersWithRole(organizationId, ownerRole).length === 0) {
    fail({ code: "last_owner" })
  }
}

function demandUnique({ tables }: Transaction, principal: Principal): void {
  const resource = principal.kind
  for (const other of owned(tables.principals, principal.organizationId)) {
    if (other.id === principal.id) continue
    if (other.alias === principal.alias) fail({ code: "already_exists", resource, member: "alias" })
    if (principal.kind !== "user" || principal.removedAt !== null) continue
    if (other.kind !== "user" || other.removedAt !== null) continue
    if (other.email === principal.email) fail({ code: "already_exists", resource, member: "email" })
    if (principal.userName !== null && other.userName === principal.userName) {
      fail({ code: "already_exists", resource, member: "user_name" })
    }
  }
}
