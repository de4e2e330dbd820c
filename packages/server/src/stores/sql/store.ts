import { fail, type Store } from "@keyward/core"
import { type Kysely, sql } from "kysely"
import { aliasesOf, takeAliases } from "./aliases.ts"
import * as audit from "./audit.ts"
import { firstBeyond, olderNamesakes, takenNames } from "./beyond-caps.ts"
import { makeCommit, rehearseCommit } from "./commit.ts"
import * as credits from "./credits.ts"
import { type Engine, transact, translated } from "./engine.ts"
import * as keys from "./keys.ts"
import { lease } from "./leases.ts"
import * as links from "./links.ts"
import { demandKnownVersion, migrate } from "./migrate.ts"
import { idleNotices, keysDueForNotice } from "./notices.ts"
import * as organizations from "./organizations.ts"
import * as ownSecrets from "./own-secrets.ts"
import * as principals from "./principals.ts"
import * as replays from "./replays.ts"
import type { Schema } from "./schema.ts"
import * as secrets from "./secrets.ts"
import * as sessions from "./sessions.ts"
import * as settings from "./settings.ts"
import * as tasks from "./tasks.ts"
import * as throttles from "./throttles.ts"
import * as usages from "./usage.ts"

/**
 * Brings an engine's database up to date and puts the store over it. Closes the engine where that fails.
 * @throws AuthorityError "store_unavailable" when the database does not answer
 * @throws Error when a newer version of the program has migrated it
 */
export async function openSqlStore(engine: Engine): Promise<Store> {
  try {
    demandKnownVersion(await translated(engine, () => migrate(engine)))
  } catch (error) {
    await engine.db.destroy()
    throw error
  }
  return sqlStore(engine)
}

function sqlStore(engine: Engine): Store {
  const underWay = new Set<Promise<unknown>>()
  let closing: Promise<void> | null = null

  async function answer<Result>(work: () => Promise<Result>): Promise<Result> {
    if (closing) fail({ code: "store_unavailable" }, { cause: new Error("The store is closed.") })
    const answering = translated(engine, work)
    underWay.add(answering)
    return answering.finally(() => underWay.delete(answering))
  }
  const read = <Result>(query: (db: Kysely<Schema>) => Promise<Result>) => answer(() => query(engine.db))
  const write = <Result>(work: (transaction: Kysely<Schema>) => Promise<Result>) =>
    answer(() => transact(engine, work))
  const nextAlias = aliasesOf(() => transact(engine, takeAliases))

  return {
    engine: engine.name,
    commit: (commit) => write((transaction) => makeCommit(transaction, commit)),
    rehearse: (commit) => answer(() => rehearseCommit(engine, commit)),

    organization: (id) => read((db) => organizations.organization(db, id)),
    organizations: (page) => read((db) => organizations.organizations(db, page)),

    principal: (organizationId, id) => read((db) => principals.principal(db, organizationId, id)),
    principalByAlias: (organizationId, alias) =>
      read((db) => principals.principalByAlias(db, organizationId, alias)),
    userByEmail: (organizationId, email) => read((db) => principals.userByEmail(db, organizationId, email)),
    userWasRemoved: (organizationId, email) =>
      read((db) => principals.userWasRemoved(db, organizationId, email)),
    principals: (organizationId, filter, page) =>
      read((db) => principals.principals(db, organizationId, filter, page)),
    activeUsersWithRole: (organizationId, role, most) =>
      read((db) => principals.activeUsersWithRole(db, organizationId, role, most)),
    newAlias: () => answer(nextAlias),

    sessionByDigest: (digests) => read((db) => sessions.sessionByDigest(db, digests)),
    session: (organizationId, id) => read((db) => sessions.session(db, organizationId, id)),
    sessions: (organizationId, userId, page) =>
      read((db) => sessions.sessions(db, organizationId, userId, page)),
    touchSession: (organizationId, id, lastSeenAt) =>
      write((transaction) => sessions.touchSession(transaction, organizationId, id, lastSeenAt)),
    purgeSessions: (expiredBefore, seenBefore, most) =>
      write((transaction) => sessions.purgeSessions(transaction, expiredBefore, seenBefore, most)),
    linkByDigest: (digests) => read((db) => links.linkByDigest(db, digests)),
    replay: (organizationId, intent) => read((db) => replays.replay(db, organizationId, intent)),
    purgeReplays: (expiredBefore, most) =>
      write((transaction) => replays.purgeReplays(transaction, expiredBefore, most)),
    throttles: (names) => read((db) => throttles.throttles(db, names)),
    pushThrottles: (tats, now) => write((transaction) => throttles.pushThrottles(transaction, tats, now)),

    keyspace: (organizationId, id) => read((db) => organizations.keyspace(db, organizationId, id)),
    keyspaceByName: (organizationId, name) =>
      read((db) => organizations.keyspaceByName(db, organizationId, name)),
    keyspaces: (organizationId, page) => read((db) => organizations.keyspaces(db, organizationId, page)),

    key: (organizationId, id) => read((db) => keys.key(db, organizationId, id)),
    keyByAlias: (organizationId, alias) => read((db) => keys.keyByAlias(db, organizationId, alias)),
    deletedKey: (organizationId, id) => read((db) => keys.deletedKey(db, organizationId, id)),
    idleNotices: (organizationId, keyIds) => read((db) => idleNotices(db, organizationId, keyIds)),
    keysDueForNotice: (now, page) => read((db) => keysDueForNotice(db, now, page)),
    keysDueForRotation: (now, page) => read((db) => keys.keysDueForRotation(db, now, page)),
    keysDeletedBefore: (instant, most) => read((db) => keys.keysDeletedBefore(db, instant, most)),
    purgeUsage: (organizationId, keyId, most) =>
      write((transaction) => usages.purgeUsage(transaction, organizationId, keyId, most)),
    deletedKeyByAlias: (organizationId, alias) =>
      read((db) => keys.deletedKeyByAlias(db, organizationId, alias)),
    keys: (organizationId, filter, now, page) =>
      read((db) => keys.keys(db, organizationId, filter, now, page)),
    firstBeyond: (organizationId, maximum, now) =>
      read((db) => firstBeyond(db, organizationId, maximum, now)),
    olderNamesakes: (organizationId, keyIds, most) =>
      read((db) => olderNamesakes(db, organizationId, keyIds, most)),
    takenNames: (organizationId, keyspaceId, owner, names) =>
      read((db) => takenNames(db, organizationId, keyspaceId, owner, names)),
    subject: (digests) => read((db) => keys.subject(db, digests)),
    digestTaken: (digests) => read((db) => keys.digestTaken(db, digests)),
    redigest: (keyId, version, from, to) => read((db) => keys.redigest(db, keyId, version, from, to)),

    purgeEndedSecrets: (endedBefore, page) =>
      write((transaction) => secrets.purgeEndedSecrets(transaction, endedBefore, page)),

    storedUnder: (what, now, most) => read((db) => ownSecrets.storedUnder(db, what, now, most)),
    sealedSecrets: (keyVersion, page) => read((db) => ownSecrets.sealedSecrets(db, keyVersion, page)),
    reseal: (sealed) => write((transaction) => ownSecrets.reseal(transaction, sealed)),
    forgetUnusable: (pepperVersion, now, most) =>
      write((transaction) => ownSecrets.forgetUnusable(transaction, pepperVersion, now, most)),

    spendCredits: (organizationId, keyId, units, now) =>
      write((transaction) => credits.spendCredits(transaction, organizationId, keyId, units, now)),
    creditBalance: (organizationId, keyId, now) =>
      read((db) => credits.creditBalance(db, organizationId, keyId, now)),
    recordUsage: (usage) => write((transaction) => usages.recordUsage(transaction, usage)),
    usage: (organizationId, keyId, from, to) =>
      read((db) => usages.usage(db, organizationId, keyId, from, to)),

    task: (organizationId, id) => read((db) => tasks.task(db, organizationId, id)),
    tasks: (organizationId, filter, page) => read((db) => tasks.tasks(db, organizationId, filter, page)),
    runningTasks: (page) => read((db) => tasks.runningTasks(db, page)),
    advanceTask: (organizationId, id, position, results) =>
      write((transaction) => tasks.advanceTask(transaction, organizationId, id, position, results)),
    taskResults: (organizationId, id, kind, page) =>
      read((db) => tasks.taskResults(db, organizationId, id, kind, page)),
    purgeTask: (endedBefore, most) => write((transaction) => tasks.purgeTask(transaction, endedBefore, most)),

    auditEvents: (organizationId, filter, page) =>
      read((db) => audit.auditEvents(db, organizationId, filter, page)),
    auditHead: (organizationId) => read((db) => audit.auditHead(db, organizationId)),

    lease: (name, holder, now, until) => write((transaction) => lease(transaction, name, holder, now, until)),

    setting: (name) => read((db) => settings.setting(db, name)),
    ensureSetting: (name, value) => write((transaction) => settings.ensureSetting(transaction, name, value)),

    ping: () =>
      read(async (db) => {
        await sql`select 1`.execute(db)
      }),
    close() {
      closing ??= Promise.allSettled(underWay).then(() => engine.db.destroy())
      return closing
    },
  }
}
