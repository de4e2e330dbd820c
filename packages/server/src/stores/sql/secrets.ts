import {
  type EndedPosition,
  fail,
  type Instant,
  type Key,
  type Page,
  type PageOf,
  type Secret,
} from "@keyward/core"
import type { DeleteQueryBuilder, DeleteResult, Kysely } from "kysely"
import { secretRow } from "./rows.ts"
import type { Schema } from "./schema.ts"

/** @throws "already_exists" when one of the digests stayed taken; the engine itself refuses those that a secret has */
export async function insertSecrets(
  transaction: Kysely<Schema>,
  key: Pick<Key, "id" | "revokedAt">,
  secrets: readonly Secret[],
): Promise<void> {
  const taken = await transaction
    .selectFrom("taken_digests")
    .select("digest")
    .where(
      "digest",
      "in",
      secrets.map(({ digest }) => digest),
    )
    .limit(1)
    .executeTakeFirst()
  if (taken) fail({ code: "already_exists", resource: "secret", member: "digest" })
  await transaction
    .insertInto("secrets")
    .values(secrets.map((secret) => secretRow(key, secret)))
    .execute()
}

export async function putSecret(
  transaction: Kysely<Schema>,
  organizationId: string,
  keyId: string,
  secret: Secret,
): Promise<void> {
  const key = await keyOfSecret(transaction, organizationId, keyId)
  const present = await transaction
    .selectFrom("secrets")
    .select("version")
    .where("key_id", "=", keyId)
    .where("version", ">=", secret.version)
    .orderBy("version")
    .limit(1)
    .executeTakeFirst()
  if (!present) return insertSecrets(transaction, key, [secret])
  const { hint_start, hint_end, created_at, expires_at, sealed } = secretRow(key, secret)
  await transaction
    // None, where there is but a newer version: this one was forgotten since the caller read it.
    .updateTable("secrets")
    // Digest and pepper version, and the sealed text, may have been made anew since the caller read them.
    .set({ hint_start, hint_end, created_at, expires_at, ...(sealed === null ? { sealed } : {}) })
    .where("key_id", "=", keyId)
    .where("version", "=", secret.version)
    .execute()
}

export async function forgetSecret(
  transaction: Kysely<Schema>,
  organizationId: string,
  keyId: string,
  version: number,
): Promise<void> {
  const { id } = await keyOfSecret(transaction, organizationId, keyId)
  await forgetSecrets(transaction, (secrets) =>
    secrets.where("key_id", "=", id).where("version", "=", version),
  )
}

export async function purgeEndedSecrets(
  transaction: Kysely<Schema>,
  endedBefore: Instant,
  { limit, after }: Page<EndedPosition>,
): Promise<PageOf<Pick<Key, "organizationId" | "id">, EndedPosition>> {
  let query = transaction
    .selectFrom("secrets")
    .innerJoin("keys", "keys.id", "secrets.key_id")
    .select(["keys.organization_id", "secrets.key_id", "secrets.version", "secrets.expires_at"])
    .select(({ exists, selectFrom }) =>
      exists(
        selectFrom("secrets as newer")
          .select("newer.version")
          .whereRef("newer.key_id", "=", "secrets.key_id")
          .whereRef("newer.version", ">", "secrets.version"),
      ).as("has_newer"),
    )
    .where("secrets.expires_at", "is not", null)
    .where("secrets.expires_at", "<", endedBefore)
  if (after) {
    query = query.where(({ eb, refTuple, tuple }) =>
      eb(
        refTuple("secrets.expires_at", "secrets.key_id", "secrets.version"),
        ">",
        tuple<number | null, string, number>(after.endedAt, after.keyId, after.secretVersion),
      ),
    )
  }
  const found = await query
    .orderBy("secrets.expires_at")
    .orderBy("secrets.key_id")
    .orderBy("secrets.version")
    .limit(limit + 1)
    .execute()
  const rows = found.slice(0, limit)
  const purged = new Map<string, Pick<Key, "organizationId" | "id">>()
  for (const { organization_id, key_id, version, has_newer } of rows) {
    if (!has_newer) continue
    await forgetSecrets(transaction, (secrets) =>
      secrets.where("key_id", "=", key_id).where("version", "=", version),
    )
    purged.set(key_id, { organizationId: organization_id, id: key_id })
  }
  const last = found.length > limit ? rows.at(-1) : undefined
  return {
    items: [...purged.values()],
    next: last
      ? { endedAt: last.expires_at as Instant, keyId: last.key_id, secretVersion: last.version }
      : null,
  }
}

type Deletion = DeleteQueryBuilder<Schema, "secrets", DeleteResult>

/** Forgets all of some secrets but their digests, which stay taken; of a digest that was forgotten there is nothing to keep. */
export async function forgetSecrets(
  transaction: Kysely<Schema>,
  which: (secrets: Deletion) => Deletion,
): Promise<void> {
  const gone = await which(transaction.deleteFrom("secrets"))
    .returning(["digest", "pepper_version"])
    .execute()
  const taken = gone.filter(({ pepper_version }) => pepper_version > 0)
  if (taken.length > 0) await transaction.insertInto("taken_digests").values(taken).execute()
}

/** @throws "not_found" */
async function keyOfSecret(
  transaction: Kysely<Schema>,
  organizationId: string,
  keyId: string,
): Promise<Pick<Key, "id" | "revokedAt">> {
  const key = await transaction
    .selectFrom("keys")
    .select(["id", "revoked_at"])
    .where("organization_id", "=", organizationId)
    .where("id", "=", keyId)
    .where("deleted_at", "is", null)
    .executeTakeFirst()
  if (!key) return fail({ code: "not_found", resource: "key" })
  return { id: key.id, revokedAt: key.revoked_at as Instant | null }
}
