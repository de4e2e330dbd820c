import {
  expiresOtherwise,
  fail,
  type Instant,
  type Key,
  type KeyCaps,
  lastUseOf,
  nextNoticeAt,
} from "@keyward/core"
import type { Kysely } from "kysely"
import { insertBalance, updateBalance } from "./credits.ts"
import { countedColumns, countedKey, demandCaps } from "./key-caps.ts"
import { deletedKey } from "./keys.ts"
import { setNotice } from "./notices.ts"
import { demandOwner } from "./principal-changes.ts"
import { keyRow } from "./rows.ts"
import type { Schema } from "./schema.ts"
import { forgetSecrets, insertSecrets } from "./secrets.ts"

// All of this happens while the organization's chain is held, so nothing changes between a reading and a writing.

export async function insertKey(transaction: Kysely<Schema>, key: Key, policy: KeyCaps): Promise<void> {
  await demandOwner(transaction, key.organizationId, key.owner)
  await demandCaps(transaction, null, key, policy)
  await transaction.insertInto("keys").values(keyRow(key)).execute()
  await insertSecrets(transaction, key, key.secrets)
  await insertTags(transaction, key)
  if (key.credits) await insertBalance(transaction, key, key.credits)
  await insertLastUse(transaction, key, key.lastUsedAt)
  const notice = nextNoticeAt(key, key.createdAt)
  if (notice !== null) await setNotice(transaction, key, notice)
}

export async function updateKey(transaction: Kysely<Schema>, key: Key, policy: KeyCaps): Promise<void> {
  const { id, organization_id, ...members } = keyRow(key)
  const before = await transaction
    .selectFrom("keys")
    .select(["revision", "tags", "created_at", "credits", ...countedColumns])
    .where("organization_id", "=", organization_id)
    .where("id", "=", id)
    .where("deleted_at", "is", null)
    .executeTakeFirst()
  if (!before) return fail({ code: "not_found", resource: "key" })
  if (before.revision !== key.revision - 1) fail({ code: "revision_conflict", resource: "key" })
  if (before.owner_kind !== key.owner.kind || before.owner_id !== key.owner.id) {
    await demandOwner(transaction, organization_id, key.owner)
  }
  const counted = countedKey(before)
  await demandCaps(transaction, counted, key, policy)
  if (expiresOtherwise(counted, key)) await setNotice(transaction, key, nextNoticeAt(key, key.updatedAt))
  await updateBalance(transaction, key, before.credits)
  await transaction
    .updateTable("keys")
    .set(members)
    .where("organization_id", "=", organization_id)
    .where("id", "=", id)
    .execute()

  if (before.revoked_at !== key.revokedAt) {
    await transaction
      .updateTable("secrets")
      .set({ key_revoked_at: key.revokedAt })
      .where("key_id", "=", id)
      .execute()
  }
  const gone = key.deletedAt !== null
  if (gone || before.tags !== members.tags || before.created_at !== members.created_at) {
    await transaction
      .deleteFrom("key_tags")
      .where("organization_id", "=", organization_id)
      .where("key_id", "=", id)
      .execute()
    if (!gone) await insertTags(transaction, key)
  }
  if (gone) {
    await transaction
      .deleteFrom("key_last_uses")
      .where("organization_id", "=", organization_id)
      .where("key_id", "=", id)
      .execute()
  }
}

export async function restoreKey(transaction: Kysely<Schema>, key: Key, policy: KeyCaps): Promise<void> {
  const { id, organizationId } = key
  const before = await deletedKey(transaction, organizationId, id)
  if (!before) return fail({ code: "not_found", resource: "key" })
  if (before.revision !== key.revision - 1) fail({ code: "revision_conflict", resource: "key" })
  await demandOwner(transaction, organizationId, key.owner)
  const restored = { ...before, owner: key.owner, updatedAt: key.updatedAt, deletedAt: null }
  await demandCaps(transaction, before, restored, policy)
  await setNotice(transaction, key, nextNoticeAt(restored, key.updatedAt))
  await transaction
    .updateTable("keys")
    .set({
      owner_kind: key.owner.kind,
      owner_id: key.owner.id,
      deleted_at: null,
      updated_at: key.updatedAt,
      revision: key.revision,
    })
    .where("organization_id", "=", organizationId)
    .where("id", "=", id)
    .execute()
  await insertTags(transaction, before)
  await insertLastUse(transaction, before, lastUseOf(before))
}

async function insertLastUse(
  transaction: Kysely<Schema>,
  { organizationId, id }: Key,
  lastUsedAt: Instant | null,
): Promise<void> {
  if (lastUsedAt === null) return
  await transaction
    .insertInto("key_last_uses")
    .values({ organization_id: organizationId, key_id: id, last_used_at: lastUsedAt })
    .execute()
}

export async function purgeKey(
  transaction: Kysely<Schema>,
  organizationId: string,
  keyId: string,
  deletedBefore: Instant,
): Promise<void> {
  const { numDeletedRows } = await transaction
    .deleteFrom("keys")
    .where("organization_id", "=", organizationId)
    .where("id", "=", keyId)
    .where("deleted_at", "is not", null)
    .where("deleted_at", "<", deletedBefore)
    .executeTakeFirstOrThrow()
  if (numDeletedRows === 0n) fail({ code: "not_found", resource: "key" })
  await transaction
    .deleteFrom("usage")
    .where("organization_id", "=", organizationId)
    .where("key_id", "=", keyId)
    .execute()
  await transaction.deleteFrom("credit_balances").where("key_id", "=", keyId).execute()
  await transaction.deleteFrom("idle_notices").where("key_id", "=", keyId).execute()
  await forgetSecrets(transaction, (secrets) => secrets.where("key_id", "=", keyId))
}

async function insertTags(transaction: Kysely<Schema>, key: Key): Promise<void> {
  if (key.tags.length === 0) return
  await transaction
    .insertInto("key_tags")
    .values(
      key.tags.map((tag) => ({
        organization_id: key.organizationId,
        key_id: key.id,
        tag,
        created_at: key.createdAt,
      })),
    )
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}
