import { fail, isActiveUserWithRole, type Owner, ownerRole, type Principal } from "@keyward/core"
import type { Kysely } from "kysely"
import { principalOf, principalRow } from "./principal-rows.ts"
import { activeUsersWithRole } from "./principals.ts"
import type { Schema } from "./schema.ts"

// All of this happens while the organization's chain is held, so nothing changes between a reading and a writing.

export async function insertPrincipal(transaction: Kysely<Schema>, principal: Principal): Promise<void> {
  await transaction.insertInto("principals").values(principalRow(principal)).execute()
  await insertRoles(transaction, principal)
}

export async function updatePrincipal(
  transaction: Kysely<Schema>,
  principal: Principal,
  ownedKeys: number | null,
): Promise<void> {
  const { id, organization_id, ...members } = principalRow(principal)
  const row = await transaction
    .selectFrom("principals")
    .selectAll()
    .where("organization_id", "=", organization_id)
    .where("id", "=", id)
    .where("kind", "=", principal.kind)
    .where("removed_at", "is", null)
    .executeTakeFirst()
  if (!row) return fail({ code: "not_found", resource: principal.kind })
  const before = principalOf(row)
  const conflict = { code: "revision_conflict", resource: principal.kind } as const
  if (before.revision !== principal.revision - 1) fail(conflict)
  if (ownedKeys !== null && (await countKeys(transaction, principal, ownedKeys + 1)) !== ownedKeys) {
    fail(conflict)
  }
  await transaction
    .updateTable("principals")
    .set(members)
    .where("organization_id", "=", organization_id)
    .where("id", "=", id)
    .execute()
  await transaction
    .deleteFrom("principal_roles")
    .where("organization_id", "=", organization_id)
    .where("principal_id", "=", id)
    .execute()
  await insertRoles(transaction, principal)

  const ceases = isActiveUserWithRole(before, ownerRole) && !isActiveUserWithRole(principal, ownerRole)
  if (ceases && (await activeUsersWithRole(transaction, organization_id, ownerRole, 1)) === 0) {
    fail({ code: "last_owner" })
  }
}

/** @throws "not_found" for a user or service account that is unknown or removed */
export async function demandOwner(
  transaction: Kysely<Schema>,
  organizationId: string,
  { kind, id }: Owner,
): Promise<void> {
  if (kind !== "user" && kind !== "service_account") return
  const owner = await transaction
    .selectFrom("principals")
    .select("id")
    .where("organization_id", "=", organizationId)
    .where("id", "=", id)
    .where("kind", "=", kind)
    .where("removed_at", "is", null)
    .executeTakeFirst()
  if (!owner) fail({ code: "not_found", resource: kind })
}

/** How many keys that are not deleted a user or service account owns, counted to `most` and no further. */
async function countKeys(
  transaction: Kysely<Schema>,
  { organizationId, kind, id }: Principal,
  most: number,
): Promise<number> {
  const counted = await transaction
    .selectFrom((from) =>
      from
        .selectFrom("keys")
        .select("id")
        .where("organization_id", "=", organizationId)
        .where("owner_id", "=", id)
        .where("owner_kind", "=", kind)
        .where("deleted_at", "is", null)
        .limit(most)
        .as("owned"),
    )
    .select(({ fn }) => fn.countAll<number>().as("count"))
    .executeTakeFirstOrThrow()
  return counted.count
}

async function insertRoles(transaction: Kysely<Schema>, principal: Principal): Promise<void> {
  if (principal.roles.length === 0 || principal.removedAt !== null) return
  await transaction
    .insertInto("principal_roles")
    .values(
      principal.roles.map((role) => ({
        organization_id: principal.organizationId,
        principal_id: principal.id,
        role,
        kind: principal.kind,
        suspended_at: principal.suspendedAt,
        created_at: principal.createdAt,
      })),
    )
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}
