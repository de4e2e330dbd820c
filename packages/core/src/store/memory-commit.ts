import { chainEvent, emptyChain } from "../audit/chain.ts"
import type { AuditDraft } from "../audit/event.ts"
import { added, balanceAt, balanceFrom } from "../credit/credits.ts"
import { fail } from "../failure.ts"
import type { Keyspace } from "../keyspace.ts"
import type { Organization } from "../organization.ts"
import type { Replay } from "../replay.ts"
import type { Change, Commit } from "./change.ts"
import { demandOneOrganization } from "./demand.ts"
import {
  changeBalance,
  forgetSecret,
  giveNotice,
  insertKey,
  purgeKey,
  putSecret,
  restoreKey,
  tellIdle,
  updateKey,
} from "./memory-keys.ts"
import { insertPrincipal, updatePrincipal } from "./memory-principals.ts"
import {
  deleteSession,
  deleteSessions,
  insertLink,
  insertSession,
  useLink,
  useLinks,
} from "./memory-sessions.ts"
import { replayName, type Tables, Transaction } from "./memory-tables.ts"
import { endTask, insertTask, putResult } from "./memory-tasks.ts"

/** Makes a commit, or throws and leaves the tables as they were. */
export function commitTo(tables: Tables, commit: Commit): void {
  made(tables, commit)
}

/** Throws where making the commit would; leaves the tables as they were. */
export function rehearseOn(tables: Tables, commit: Commit): void {
  made(tables, commit).undo()
}

function made(tables: Tables, commit: Commit): Transaction {
  demandOneOrganization(commit)
  const transaction = new Transaction(tables, commit.organizationId)
  try {
    for (const change of commit.changes) make(transaction, change)
    append(transaction, commit.events)
    return transaction
  } catch (error) {
    transaction.undo()
    throw error
  }
}

function make(transaction: Transaction, change: Change): void {
  switch (change.kind) {
    case "organization.insert":
      insertOrganization(transaction, change.organization)
      break
    case "organization.update":
      updateOrganization(transaction, change.organization)
      break
    case "principal.insert":
      insertPrincipal(transaction, change.principal)
      break
    case "principal.update":
      updatePrincipal(transaction, change.principal, change.ownedKeys)
      break
    case "session.insert":
      insertSession(transaction, change.session)
      break
    case "session.delete":
      deleteSession(transaction, change.sessionId)
      break
    case "sessions.delete":
      deleteSessions(transaction, change.userId, change.exceptId)
      break
    case "link.insert":
      insertLink(transaction, change.link)
      break
    case "link.use":
      useLink(transaction, change.linkId, change.usedAt)
      break
    case "links.use":
      useLinks(transaction, change.userId, change.usedAt)
      break
    case "replay.insert":
      insertReplay(transaction, change.replay)
      break
    case "keyspace.insert":
      insertKeyspace(transaction, change.keyspace)
      break
    case "keyspace.update":
      updateKeyspace(transaction, change.keyspace)
      break
    case "key.insert":
      insertKey(transaction, change.key, change.policy)
      break
    case "key.update":
      updateKey(transaction, change.key, change.policy)
      break
    case "key.restore":
      restoreKey(transaction, change.key, change.policy)
      break
    case "notice.give":
      giveNotice(transaction, change.keyId, change.dueAt, change.nextAt)
      break
    case "idle.tell":
      tellIdle(transaction, change.keyId, change.since)
      break
    case "key.purge":
      purgeKey(transaction, change.keyId, change.deletedBefore)
      break
    case "secret.put":
      putSecret(transaction, change.keyId, change.secret)
      break
    case "secret.forget":
      forgetSecret(transaction, change.keyId, change.version)
      break
    case "credits.set":
      changeBalance(transaction, change.keyId, ({ refill }) =>
        balanceFrom(change.remaining, refill, change.at),
      )
      break
    case "credits.add":
      changeBalance(transaction, change.keyId, (credits) =>
        added(balanceAt(credits, change.at), change.units),
      )
      break
    case "task.insert":
      insertTask(transaction, change.task, change.runningAtMost)
      break
    case "task.result":
      putResult(transaction, change.taskId, change.result)
      break
    case "task.end":
      endTask(transaction, change.taskId, change.state, change.endedAt)
      break
  }
}

function append(transaction: Transaction, events: readonly AuditDraft[]): void {
  const { organizationId, tables } = transaction
  if (!tables.organizations.has(organizationId)) fail({ code: "not_found", resource: "organization" })
  const chain = [...(tables.chains.get(organizationId) ?? [])]
  for (const event of events) {
    const { sequence, hash } = chain.at(-1) ?? emptyChain
    chain.push(chainEvent({ sequence, hash }, event))
  }
  transaction.set(tables.chains, organizationId, chain)
}

function insertOrganization(transaction: Transaction, organization: Organization): void {
  const { organizations } = transaction.tables
  if (organizations.has(organization.id)) {
    fail({ code: "already_exists", resource: "organization", member: "id" })
  }
  if ([...organizations.values()].some(({ alias }) => alias === organization.alias)) {
    fail({ code: "already_exists", resource: "organization", member: "alias" })
  }
  transaction.set(organizations, organization.id, organization)
}

function updateOrganization(transaction: Transaction, organization: Organization): void {
  const { organizations } = transaction.tables
  const before = organizations.get(organization.id)
  if (!before) fail({ code: "not_found", resource: "organization" })
  if (before?.revision !== organization.revision - 1) {
    fail({ code: "revision_conflict", resource: "organization" })
  }
  transaction.set(organizations, organization.id, organization)
}

function insertReplay(transaction: Transaction, replay: Replay): void {
  const { replays } = transaction.tables
  const name = replayName(replay.organizationId, replay.intent)
  const before = replays.get(name)
  if (before && replay.createdAt < before.expiresAt) {
    fail({ code: "already_exists", resource: "replay", member: "intent" })
  }
  transaction.set(replays, name, replay)
}

function insertKeyspace(transaction: Transaction, keyspace: Keyspace): void {
  const { keyspaces } = transaction.tables
  if (keyspaces.has(keyspace.id)) fail({ code: "already_exists", resource: "keyspace", member: "id" })
  demandFreeName(transaction, keyspace)
  transaction.set(keyspaces, keyspace.id, keyspace)
}

function updateKeyspace(transaction: Transaction, keyspace: Keyspace): void {
  const { keyspaces } = transaction.tables
  const before = keyspaces.get(keyspace.id)
  if (before?.organizationId !== keyspace.organizationId) fail({ code: "not_found", resource: "keyspace" })
  if (before?.revision !== keyspace.revision - 1) fail({ code: "revision_conflict", resource: "keyspace" })
  demandFreeName(transaction, keyspace)
  transaction.set(keyspaces, keyspace.id, keyspace)
}

function demandFreeName({ tables }: Transaction, keyspace: Keyspace): void {
  for (const other of tables.keyspaces.values()) {
    const taken = other.organizationId === keyspace.organizationId && other.name === keyspace.name
    if (taken && other.id !== keyspace.id) {
      fail({ code: "already_exists", resource: "keyspace", member: "name" })
    }
  }
}
