import {
  added,
  balanceAt,
  balanceFrom,
  type Change,
  type Commit,
  demandOneOrganization,
  fail,
  type Keyspace,
  type Organization,
} from "@keyward/core"
import type { Kysely } from "kysely"
import { appendEvents, holdChain, startChain } from "./audit.ts"
import { changeBalance } from "./credits.ts"
import { type Engine, transact } from "./engine.ts"
import { insertKey, purgeKey, restoreKey, updateKey } from "./key-changes.ts"
import { insertLink, useLink, useLinks } from "./links.ts"
import { giveNotice, tellIdle } from "./notices.ts"
import { insertPrincipal, updatePrincipal } from "./principal-changes.ts"
import { insertReplay } from "./replays.ts"
import { keyspaceRow, organizationRow } from "./rows.ts"
import type { Schema } from "./schema.ts"
import { forgetSecret, putSecret } from "./secrets.ts"
import { deleteSession, deleteSessions, insertSession } from "./sessions.ts"
import { endTask, insertTask, putResult } from "./tasks.ts"

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

/** Makes a commit and takes it back. */
export async function rehearseCommit(engine: Engine, commit: Commit): Promise<void> {
  const rehearsed = new Error("This rolls the transaction back.")
  try {
    await transact(engine, async (transaction) => {
      await makeCommit(transaction, commit)
      throw rehearsed
    })
  } catch (error) {
    if (error !== rehearsed) throw error
  }
}

async function make(transaction: Kysely<Schema>, organizationId: string, change: Change): Promise<void> {
  switch (change.kind) {
    case "organization.insert":
      await transaction.insertInto("organizations").values(organizationRow(change.organization)).execute()
      break
    case "organization.update":
      await updateOrganization(transaction, change.organization)
      break
    case "principal.insert":
      await insertPrincipal(transaction, change.principal)
      break
    case "principal.update":
      await updatePrincipal(transaction, change.principal, change.ownedKeys)
      break
    case "session.insert":
      await insertSession(transaction, change.session)
      break
    case "session.delete":
      await deleteSession(transaction, organizationId, change.sessionId)
      break
    case "sessions.delete":
      await deleteSessions(transaction, organizationId, change.userId, change.exceptId)
      break
    case "link.insert":
      await insertLink(transaction, change.link)
      break
    case "link.use":
      await useLink(transaction, organizationId, change.linkId, change.usedAt)
      break
    case "links.use":
      await useLinks(transaction, organizationId, change.userId, change.usedAt)
      break
    case "replay.insert":
      await insertReplay(transaction, change.replay)
      break
    case "keyspace.insert":
      await transaction.insertInto("keyspaces").values(keyspaceRow(change.keyspace)).execute()
      break
    case "keyspace.update":
      await updateKeyspace(transaction, change.keyspace)
      break
    case "key.insert":
      await insertKey(transaction, change.key, change.policy)
      break
    case "key.update":
      await updateKey(transaction, change.key, change.policy)
      break
    case "key.restore":
      await restoreKey(transaction, change.key, change.policy)
      break
    case "notice.give":
      await giveNotice(transaction, organizationId, change.keyId, change.dueAt, change.nextAt)
      break
    case "idle.tell":
      await tellIdle(transaction, organizationId, change.keyId, change.since)
      break
    case "key.purge":
      await purgeKey(transaction, organizationId, change.keyId, change.deletedBefore)
      break
    case "secret.put":
      await putSecret(transaction, organizationId, change.keyId, change.secret)
      break
    case "secret.forget":
      await forgetSecret(transaction, organizationId, change.keyId, change.version)
      break
    case "credits.set":
      await changeBalance(transaction, organizationId, change.keyId, ({ refill }) =>
        balanceFrom(change.remaining, refill, change.at),
      )
      break
    case "credits.add":
      await changeBalance(transaction, organizationId, change.keyId, (credits) =>
        added(balanceAt(credits, change.at), change.units),
      )
      break
    case "task.insert":
      await insertTask(transaction, change.task, change.runningAtMost)
      break
    case "task.result":
      await putResult(transaction, organizationId, change.taskId, change.result)
      break
    case "task.end":
      await endTask(transaction, organizationId, change.taskId, change.state, change.endedAt)
      break
  }
}

async function updateOrganization(transaction: Kysely<Schema>, organization: Organization): Promise<void> {
  const { id, ...members } = organizationRow(organization)
  const before = await transaction
    .selectFrom("organizations")
    .select("revision")
    .where("id", "=", id)
    .executeTakeFirst()
  if (!before) return fail({ code: "not_found", resource: "organization" })
  if (before.revision !== organization.revision - 1) {
    fail({ code: "revision_conflict", resource: "organization" })
  }
  await transaction.updateTable("organizations").set(members).where("id", "=", id).execute()
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
