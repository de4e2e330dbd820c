import {
  balanceAfterChange,
  balanceAt,
  type CreditBalance,
  type CreditSpending,
  type Credits,
  fail,
  type Instant,
  type Key,
  spent,
} from "@keyward/core"
import type { Kysely } from "kysely"
import { balanceOf, creditsOf } from "./rows.ts"
import type { Schema } from "./schema.ts"

/** Whoever alters a balance holds its row until the transaction ends, so that no two alter the same one. */

export async function spendCredits(
  transaction: Kysely<Schema>,
  organizationId: string,
  keyId: string,
  units: number,
  now: Instant,
): Promise<CreditSpending | null> {
  // Nearly always no refill is due and there is enough: one statement says so and takes it.
  const taken = await transaction
    .updateTable("credit_balances")
    .set((eb) => ({ remaining: eb("remaining", "-", units) }))
    .where("organization_id", "=", organizationId)
    .where("key_id", "=", keyId)
    .where("remaining", ">=", units)
    .where(({ eb, or }) => or([eb("refills_at", "is", null), eb("refills_at", ">", now)]))
    .where(({ exists, selectFrom }) =>
      exists(
        selectFrom("keys")
          .select("id")
          .where("organization_id", "=", organizationId)
          .where("id", "=", keyId)
          .where("deleted_at", "is", null),
      ),
    )
    .returning(["remaining", "refills_at"])
    .executeTakeFirst()
  if (taken) return { accepted: true, balance: balanceOf(taken) }
  const held = await holdCredits(transaction, organizationId, keyId)
  if (!held) return null
  const spending = spent(balanceAt(held, now), units)
  await setBalance(transaction, organizationId, keyId, spending.balance)
  return spending
}

export async function creditBalance(
  db: Kysely<Schema>,
  organizationId: string,
  keyId: string,
  now: Instant,
): Promise<CreditBalance | null> {
  const credits = await creditsOfKey(db, organizationId, keyId)
  return credits && balanceAt(credits, now)
}

/** @throws "not_found" for a key without credits */
export async function changeBalance(
  transaction: Kysely<Schema>,
  organizationId: string,
  keyId: string,
  change: (credits: Credits) => CreditBalance,
): Promise<void> {
  const held = await holdCredits(transaction, organizationId, keyId)
  if (!held) return fail({ code: "not_found", resource: "key" })
  await setBalance(transaction, organizationId, keyId, change(held))
}

export async function insertBalance(
  transaction: Kysely<Schema>,
  { organizationId, id }: Key,
  { remaining, refillsAt }: CreditBalance,
): Promise<void> {
  await transaction
    .insertInto("credit_balances")
    .values({ organization_id: organizationId, key_id: id, remaining, refills_at: refillsAt })
    .execute()
}

/** For a key that is about to be updated. @param before the row's column as it is */
export async function updateBalance(
  transaction: Kysely<Schema>,
  key: Key,
  before: string | null,
): Promise<void> {
  if (before === null) {
    if (key.credits) await insertBalance(transaction, key, key.credits)
    return
  }
  const held = await holdCredits(transaction, key.organizationId, key.id)
  const balance = balanceAfterChange(held, key.credits, key.updatedAt)
  if (balance) await setBalance(transaction, key.organizationId, key.id, balance)
  else await deleteBalance(transaction, key.organizationId, key.id)
}

async function deleteBalance(transaction: Kysely<Schema>, organizationId: string, id: string): Promise<void> {
  await transaction
    .deleteFrom("credit_balances")
    .where("organization_id", "=", organizationId)
    .where("key_id", "=", id)
    .execute()
}

async function setBalance(
  transaction: Kysely<Schema>,
  organizationId: string,
  keyId: string,
  { remaining, refillsAt }: CreditBalance,
): Promise<void> {
  await transaction
    .updateTable("credit_balances")
    .set({ remaining, refills_at: refillsAt })
    .where("organization_id", "=", organizationId)
    .where("key_id", "=", keyId)
    .execute()
}

/** The credits of a key as they are until the transaction ends. An update that changes nothing holds the row on each engine. */
async function holdCredits(
  transaction: Kysely<Schema>,
  organizationId: string,
  keyId: string,
): Promise<Credits | null> {
  await transaction
    .updateTable("credit_balances")
    .set((eb) => ({ remaining: eb.ref("remaining") }))
    .where("organization_id", "=", organizationId)
    .where("key_id", "=", keyId)
    .execute()
  return creditsOfKey(transaction, organizationId, keyId)
}

async function creditsOfKey(
  db: Kysely<Schema>,
  organizationId: string,
  keyId: string,
): Promise<Credits | null> {
  const row = await db
    .selectFrom("credit_balances")
    .innerJoin("keys", "keys.id", "credit_balances.key_id")
    .select(["keys.credits", "credit_balances.remaining", "credit_balances.refills_at"])
    .where("keys.organization_id", "=", organizationId)
    .where("keys.id", "=", keyId)
    .where("keys.deleted_at", "is", null)
    .executeTakeFirst()
  return row ? creditsOf(row.credits, balanceOf(row)) : null
}
