import { type Change, type Commit, demandOneOrganization, fail, type Keyspace } from "@keyward/core"
import type { Kysely } from "kysely"
import { appendEvents, holdChain, startChain } from "./audit.ts"
import { insertKey, putSecret, updateKey } from "./key-changes.ts"
import { keyspaceRow, organizationRow, userRow } from "./rows.ts"
import type { Schema } from "./schema.ts"

/** Makes a commit within a transaction. Holding the chain comes first: from there on this commit is alone in its organization. */
export async function makeCommit(transaction: Kysely<Schema>, commit: Commit): Promise<void> {
  demandOneOrganization(commit)
  const { organizationId, changes, events } = commit
  if (changes.some(({ kind }) => kind === "organization.insert"))
    await startChain(transaction, organizationId)
  const head = await holdChain(transaction, organizationId)
  for (const change of changes) await make(transaction, organizationId, change)
  await appendEvents(transaction, organizationId, head, events)
}

async function make(transaction: Kysely<Schema>, organizationId: string, change: Change): Promise<void> {
  switch (change.kind) {
    case "organization.insert":
      await transaction.insertInto("organizations").values(organizationRow(change.organization)).execute()
      break
    case "user.insert":
      await transaction.insertInto("users").values(userRow(change.user)).execute()
      break
    case "keyspace.insert":
      await transaction.insertInto("keyspaces").values(keyspaceRow(change.keyspace)).execute()
      break
    case "keyspace.update":
      await updateKeyspace(transaction, change.keyspace)
      break
    case "key.insert":
      await insertKey(transaction, change.key, change.maxActiveKeys)
      break
    case "key.update":
      await updateKey(transaction, change.key)
      break
    case "secret.put":
      await putSecret(transaction, organizationId, change.keyId, change.secret)
      break
  }
}

async function updateKeyspace(transaction: Kysely<Schema>, keyspace: Keyspace): Promise<void> {
  const { id, organization_id, ...members } = keyspaceRow(keyspace)
  const before = await transaction
    .selectFrom("keyspaces")
    .select("revision")
    .where("organization_id", "=", organization_id)
    .where("id", "=", id)
    .executeTakeFirst()
  if (!before) return fail({ code: "not_found", resource: "keyspace" })
  if (before.revision !== keyspace.revision - 1) fail({ code: "revision_conflict", resource: "keyspace" })
  await transaction
    .updateTable("keyspaces")
    .set(members)
    .where("organization_id", "=", organization_id)
    .where("id", "=", id)
    .execute()
}
