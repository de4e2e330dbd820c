import { describe, expect, test } from "vitest"
import { emptyChain } from "../../audit/chain.ts"
import type { Failure, ResourceKind } from "../../failure.ts"
import type { Key } from "../../key/key.ts"
import { openPolicy } from "../../keyspace.ts"
import type { User } from "../../principal.ts"
import type { Replay } from "../../replay.ts"
import type { OneTimeLink, Session } from "../../session.ts"
import type { Task } from "../../task.ts"
import { later } from "../../time.ts"
import type { Change } from "../change.ts"
import type { Store } from "../store.ts"
import {
  commit,
  expectFailure,
  type Founded,
  found,
  hour,
  insertKeys,
  insertPrincipals,
  keyInsert,
  keyUpdate,
  noon,
  principalUpdate,
  revised,
  sampleCredits,
  sampleDraft,
  sampleKey,
  sampleKeyspace,
  sampleLink,
  sampleReplay,
  sampleResult,
  sampleSecret,
  sampleServiceAccount,
  sampleSession,
  sampleTask,
  sampleUser,
  taskInsert,
  updateKey,
  usedAt,
} from "./sample.ts"

/** What one organization has, and the other one asks for. */
interface Theirs extends Founded {
  readonly user: User
  readonly session: Session
  readonly link: OneTimeLink
  readonly replay: Replay
  readonly key: Key
}

type Case = (store: Store, ours: Founded, theirs: Theirs) => Promise<void>

const page = { limit: 10, after: null } as const
const nothing = { items: [], next: null }

/**
 * One case for each method of the port that takes an organization, and the reason for each that takes none: a method
 * added to the port does not compile until it has its line here.
 */
const isolation: { readonly [Method in keyof Store]: Case | "establishes or has no organization" } = {
  commit: async (store, ours, theirs) => {
    const organizationId = ours.organization.id
    const missing = (resource: ResourceKind): Failure => ({
      code: "not_found",
      resource,
    })
    const keyspace = { ...theirs.keyspace, name: "ours now", revision: 2 }
    const cases: readonly [Change, Failure][] = [
      [{ kind: "organization.insert", organization: theirs.organization }, missing("organization")],
      [
        { kind: "organization.update", organization: { ...theirs.organization, revision: 2 } },
        missing("organization"),
      ],
      [{ kind: "principal.insert", principal: sampleUser(theirs.organization.id) }, missing("user")],
      [
        { kind: "principal.insert", principal: sampleServiceAccount(theirs.organization.id) },
        missing("service_account"),
      ],
      [principalUpdate(theirs.user), missing("user")],
      [principalUpdate(theirs.user, { organizationId }), missing("user")],
      [{ kind: "session.insert", session: sampleSession(theirs.user) }, missing("session")],
      [{ kind: "session.insert", session: sampleSession(theirs.user, { organizationId }) }, missing("user")],
      [{ kind: "session.delete", sessionId: theirs.session.id }, missing("session")],
      [{ kind: "link.insert", link: sampleLink(theirs.user) }, missing("link")],
      [{ kind: "link.insert", link: sampleLink(theirs.user, { organizationId }) }, missing("user")],
      [{ kind: "link.use", linkId: theirs.link.id, usedAt: noon }, missing("link")],
      [{ kind: "replay.insert", replay: sampleReplay(theirs.organization.id) }, missing("replay")],
      [{ kind: "keyspace.insert", keyspace: sampleKeyspace(theirs.organization.id) }, missing("keyspace")],
      [{ kind: "keyspace.update", keyspace }, missing("keyspace")],
      [{ kind: "keyspace.update", keyspace: { ...keyspace, organizationId } }, missing("keyspace")],
      [keyInsert(sampleKey(theirs)), missing("key")],
      [keyInsert(sampleKey({ ...ours, keyspace: theirs.keyspace })), missing("keyspace")],
      [keyInsert(sampleKey(ours, { owner: { kind: "user", id: theirs.user.id } })), missing("user")],
      [keyUpdate(revised(theirs.key)), missing("key")],
      [keyUpdate(revised(theirs.key, { organizationId })), missing("key")],
      [{ kind: "secret.put", keyId: theirs.key.id, secret: sampleSecret({ version: 2 }) }, missing("key")],
      [{ kind: "secret.put", keyId: theirs.key.id, secret: sampleSecret({ sealed: "x" }) }, missing("key")],
      [{ kind: "credits.set", keyId: theirs.key.id, remaining: 9, at: noon }, missing("key")],
      [{ kind: "credits.add", keyId: theirs.key.id, units: 9, at: noon }, missing("key")],
    ]
    for (const [change, failure] of cases) {
      await expectFailure(commit(store, organizationId, change), failure)
    }
    // These refer to nothing of ours, and so change nothing.
    const userId = theirs.user.id
    await commit(
      store,
      organizationId,
      { kind: "sessions.delete", userId, exceptId: null },
      { kind: "links.use", userId, usedAt: noon },
    )
    const events = [sampleDraft(theirs.organization.id)]
    await expectFailure(store.commit({ organizationId, changes: [], events }), missing("organization"))
    expect(await store.organization(theirs.organization.id)).toEqual(theirs.organization)
    expect(await store.principal(theirs.organization.id, userId)).toEqual(theirs.user)
    expect(await store.session(theirs.organization.id, theirs.session.id)).toEqual(theirs.session)
    expect(await store.linkByDigest([theirs.link])).toEqual(theirs.link)
    expect(await store.key(theirs.organization.id, theirs.key.id)).toEqual(theirs.key)
    expect(await store.keyspace(theirs.organization.id, theirs.keyspace.id)).toEqual(theirs.keyspace)
  },
  rehearse: async (store, ours, theirs) => {
    const organizationId = ours.organization.id
    for (const key of [revised(theirs.key), revised(theirs.key, { organizationId })]) {
      await expectFailure(store.rehearse({ organizationId, changes: [keyUpdate(key)], events: [] }), {
        code: "not_found",
        resource: "key",
      })
    }
  },
  principal: async (store, ours, theirs) => {
    expect(await store.principal(theirs.organization.id, theirs.user.id)).toEqual(theirs.user)
    expect(await store.principal(ours.organization.id, theirs.user.id)).toBeNull()
  },
  principalByAlias: async (store, ours, theirs) => {
    expect(await store.principalByAlias(theirs.organization.id, theirs.user.alias)).toEqual(theirs.user)
    expect(await store.principalByAlias(ours.organization.id, theirs.user.alias)).toBeNull()
  },
  userByEmail: async (store, ours, theirs) => {
    expect(await store.userByEmail(theirs.organization.id, theirs.user.email)).toEqual(theirs.user)
    expect(await store.userByEmail(ours.organization.id, theirs.user.email)).toBeNull()
  },
  userWasRemoved: async (store, ours, theirs) => {
    const gone = sampleUser(theirs.organization.id)
    await insertPrincipals(store, gone)
    await commit(store, theirs.organization.id, principalUpdate<User>(gone, { removedAt: noon }))
    expect(await store.userWasRemoved(theirs.organization.id, gone.email)).toBe(true)
    expect(await store.userWasRemoved(ours.organization.id, gone.email)).toBe(false)
  },
  principals: async (store, ours, { organization, user }) => {
    const filters = [
      {},
      { kind: "user" },
      { role: "clerk" },
      { suspended: false },
      { emailPrefix: "" },
    ] as const
    for (const filter of filters) {
      expect((await store.principals(organization.id, filter, page)).items).toEqual([user])
      expect(await store.principals(ours.organization.id, filter, page)).toEqual(nothing)
    }
  },
  activeUsersWithRole: async (store, ours, theirs) => {
    expect(await store.activeUsersWithRole(theirs.organization.id, "clerk", 5)).toBe(1)
    expect(await store.activeUsersWithRole(ours.organization.id, "clerk", 5)).toBe(0)
  },
  session: async (store, ours, { organization, session }) => {
    expect(await store.session(organization.id, session.id)).toEqual(session)
    expect(await store.session(ours.organization.id, session.id)).toBeNull()
  },
  sessions: async (store, ours, { organization, session }) => {
    expect((await store.sessions(organization.id, session.userId, page)).items).toEqual([session])
    expect(await store.sessions(ours.organization.id, session.userId, page)).toEqual(nothing)
  },
  touchSession: async (store, ours, { organization, session }) => {
    await store.touchSession(ours.organization.id, session.id, later(noon, hour))
    expect(await store.session(organization.id, session.id)).toEqual(session)
  },
  keyspace: async (store, ours, theirs) => {
    expect(await store.keyspace(ours.organization.id, theirs.keyspace.id)).toBeNull()
  },
  keyspaceByName: async (store, ours, theirs) => {
    expect(await store.keyspaceByName(ours.organization.id, theirs.keyspace.name)).toBeNull()
  },
  keyspaces: async (store, ours) => {
    expect(await store.keyspaces(ours.organization.id, page)).toEqual({ items: [ours.keyspace], next: null })
  },
  key: async (store, ours, theirs) => {
    expect(await store.key(theirs.organization.id, theirs.key.id)).toEqual(theirs.key)
    expect(await store.key(ours.organization.id, theirs.key.id)).toBeNull()
  },
  keyByAlias: async (store, ours, theirs) => {
    expect(await store.keyByAlias(theirs.organization.id, theirs.key.alias)).toEqual(theirs.key)
    expect(await store.keyByAlias(ours.organization.id, theirs.key.alias)).toBeNull()
  },
  deletedKey: async (store, ours, theirs) => {
    const deleted = await updateKey(store, theirs.key, { deletedAt: noon })
    expect((await store.deletedKey(theirs.organization.id, deleted.id))?.id).toBe(deleted.id)
    expect(await store.deletedKey(ours.organization.id, deleted.id)).toBeNull()
    const filter = { deletedFrom: noon }
    expect(await store.keys(ours.organization.id, filter, noon, page)).toEqual(nothing)
    const restored = revised(deleted, { deletedAt: null })
    const changes: Change[] = [
      { kind: "key.restore", key: restored, policy: openPolicy },
      {
        kind: "key.restore",
        key: { ...restored, organizationId: ours.organization.id },
        policy: openPolicy,
      },
      { kind: "key.purge", keyId: deleted.id, deletedBefore: later(noon, 1) },
      { kind: "notice.give", keyId: deleted.id, dueAt: noon, nextAt: null },
    ]
    for (const change of changes) {
      const failure = { code: "not_found", resource: "key" } as const
      await expectFailure(commit(store, ours.organization.id, change), failure)
    }
    expect((await store.deletedKey(theirs.organization.id, deleted.id))?.revision).toBe(deleted.revision)
  },
  purgeUsage: async (store, ours, { organization, key }) => {
    const counts = [{ hour: noon, outcome: "VALID", count: 1 }] as const
    const lastUsed = usedAt(noon)
    await store.recordUsage([{ organizationId: organization.id, keyId: key.id, lastUsed, counts }])
    await updateKey(store, key, { deletedAt: noon })
    expect(await store.purgeUsage(ours.organization.id, key.id, 5)).toBe(0)
    expect(await store.purgeUsage(organization.id, key.id, 5)).toBe(1)
  },
  keysDeletedBefore: "establishes or has no organization",
  idleNotices: async (store, ours, { organization, key }) => {
    const change: Change = { kind: "idle.tell", keyId: key.id, since: noon }
    const failure = { code: "not_found", resource: "key" } as const
    await expectFailure(commit(store, ours.organization.id, change), failure)
    await commit(store, organization.id, change)
    expect(await store.idleNotices(organization.id, [key.id])).toEqual(new Map([[key.id, noon]]))
    expect(await store.idleNotices(ours.organization.id, [key.id])).toEqual(new Map())
  },
  firstBeyond: async (store, ours, { organization, key }) => {
    const maximum = { keyspaceId: key.keyspaceId, owner: null, countedKeys: "all", limit: 0 } as const
    const position = { createdAt: key.createdAt, id: key.id }
    expect(await store.firstBeyond(organization.id, maximum, noon)).toEqual(position)
    expect(await store.firstBeyond(ours.organization.id, maximum, noon)).toBeNull()
  },
  olderNamesakes: async (store, ours, theirs) => {
    const { key, organization } = theirs
    const other = sampleKey(theirs, { name: key.name, owner: key.owner })
    await insertKeys(store, other)
    expect(await store.olderNamesakes(organization.id, [other.id], 5)).toEqual(new Map([[other.id, 1]]))
    expect(await store.olderNamesakes(ours.organization.id, [other.id], 5)).toEqual(new Map())
  },
  takenNames: async (store, ours, { organization, key: { keyspaceId, owner, name } }) => {
    const taken = ({ id }: { readonly id: string }) => store.takenNames(id, keyspaceId, owner, [name])
    expect(await taken(organization)).toEqual(new Set([name]))
    expect(await taken(ours.organization)).toEqual(new Set())
  },
  keysDueForNotice: "establishes or has no organization",
  keysDueForRotation: "establishes or has no organization",
  deletedKeyByAlias: async (store, ours, theirs) => {
    const deleted = await updateKey(store, theirs.key, { deletedAt: noon })
    expect(await store.deletedKeyByAlias(theirs.organization.id, deleted.alias)).toEqual({
      ...deleted,
      lastUsedAt: null,
    })
    expect(await store.deletedKeyByAlias(ours.organization.id, deleted.alias)).toBeNull()
  },
  keys: async (store, ours, { organization, key }) => {
    const filters = [
      {},
      { keyspaceId: key.keyspaceId },
      { owner: key.owner },
      { tag: "theirs" },
      { namePrefix: "" },
      { expiresFrom: noon },
      { lastUsedFrom: noon },
      { state: "active" },
    ] as const
    for (const filter of filters) {
      expect((await store.keys(organization.id, filter, noon, page)).items).toEqual([key])
      expect(await store.keys(ours.organization.id, filter, noon, page)).toEqual(nothing)
    }
  },
  spendCredits: async (store, ours, { key }) => {
    expect(await store.spendCredits(ours.organization.id, key.id, 1, noon)).toBeNull()
    expect(await store.key(key.organizationId, key.id)).toEqual(key)
  },
  creditBalance: async (store, ours, { key }) => {
    expect(await store.creditBalance(key.organizationId, key.id, noon)).toMatchObject({ remaining: 10 })
    expect(await store.creditBalance(ours.organization.id, key.id, noon)).toBeNull()
  },
  recordUsage: async (store, ours, { key }) => {
    const lastUsed = usedAt(later(noon, 2 * hour))
    const counts = [{ hour: noon, outcome: "VALID", count: 5 }] as const
    await store.recordUsage([{ organizationId: ours.organization.id, keyId: key.id, lastUsed, counts }])
    expect(await store.key(key.organizationId, key.id)).toEqual(key)
    for (const organizationId of [key.organizationId, ours.organization.id]) {
      const usage = await store.usage(organizationId, key.id, noon, later(noon, hour))
      expect(usage.map(({ count }) => count)).not.toContain(5)
    }
  },
  usage: async (store, ours, { key }) => {
    const counts = [{ hour: noon, outcome: "DISABLED", count: 1 }] as const
    await store.recordUsage([
      { organizationId: key.organizationId, keyId: key.id, lastUsed: new Map(), counts },
    ])
    expect(await store.usage(key.organizationId, key.id, noon, later(noon, hour))).toEqual(counts)
    expect(await store.usage(ours.organization.id, key.id, noon, later(noon, hour))).toEqual([])
  },
  task: async (store, ours, theirs) => {
    const task = await insertedTask(store, theirs)
    expect(await store.task(theirs.organization.id, task.id)).toEqual(task)
    expect(await store.task(ours.organization.id, task.id)).toBeNull()
    const organizationId = ours.organization.id
    const missing: Failure = { code: "not_found", resource: "task" }
    const changes: Change[] = [
      taskInsert(sampleTask(theirs)),
      { kind: "task.result", taskId: task.id, result: sampleResult() },
      { kind: "task.end", taskId: task.id, state: "cancelled", endedAt: noon },
    ]
    for (const change of changes) await expectFailure(commit(store, organizationId, change), missing)
    expect(await store.task(theirs.organization.id, task.id)).toEqual(task)
  },
  tasks: async (store, ours, theirs) => {
    const task = await insertedTask(store, theirs)
    const { keyspaceId } = task.filter
    for (const filter of [{}, { keyspaceId }, { state: "running" }, { createdBy: task.createdBy }] as const) {
      expect((await store.tasks(theirs.organization.id, filter, page)).items).toEqual([task])
      expect(await store.tasks(ours.organization.id, filter, page)).toEqual(nothing)
    }
  },
  advanceTask: async (store, ours, theirs) => {
    const task = await insertedTask(store, theirs)
    const position = { order: "created_at", value: noon, id: "x" } as const
    expect(await store.advanceTask(ours.organization.id, task.id, position, [sampleResult()])).toBe(false)
    expect(await store.task(theirs.organization.id, task.id)).toEqual(task)
    expect(await store.taskResults(theirs.organization.id, task.id, null, page)).toEqual(nothing)
  },
  taskResults: async (store, ours, theirs) => {
    const task = await insertedTask(store, theirs)
    const result = sampleResult()
    await store.advanceTask(theirs.organization.id, task.id, task.position, [result])
    for (const kind of [null, result.kind]) {
      expect((await store.taskResults(theirs.organization.id, task.id, kind, page)).items).toEqual([result])
      expect(await store.taskResults(ours.organization.id, task.id, kind, page)).toEqual(nothing)
    }
  },
  runningTasks: "establishes or has no organization",
  purgeTask: "establishes or has no organization",
  auditEvents: async (store, ours, theirs) => {
    const events = await store.auditEvents(ours.organization.id, {}, page)
    expect(events.items).toHaveLength(1)
    expect(events.items[0]?.organizationId).toBe(ours.organization.id)
    const filter = { targetId: theirs.organization.id }
    expect(await store.auditEvents(ours.organization.id, filter, page)).toEqual(nothing)
  },
  auditHead: async (store, ours, theirs) => {
    const [mine, other] = [ours, theirs].map(({ organization }) => store.auditHead(organization.id))
    expect((await mine)?.sequence).toBe(1)
    expect((await other)?.sequence).toBeGreaterThan(1)
    expect(await mine).not.toEqual(emptyChain)
  },
  organization: "establishes or has no organization",
  organizations: "establishes or has no organization",
  newAlias: "establishes or has no organization",
  sessionByDigest: "establishes or has no organization",
  purgeSessions: "establishes or has no organization",
  linkByDigest: "establishes or has no organization",
  replay: async (store, ours, theirs) => {
    expect(await store.replay(ours.organization.id, theirs.replay.intent)).toBeNull()
    // An intent of the same name is another one.
    const replay = sampleReplay(ours.organization.id, { intent: theirs.replay.intent })
    await commit(store, ours.organization.id, { kind: "replay.insert", replay })
    expect(await store.replay(ours.organization.id, replay.intent)).toEqual(replay)
    expect(await store.replay(theirs.organization.id, replay.intent)).toEqual(theirs.replay)
  },
  purgeReplays: "establishes or has no organization",
  throttles: "establishes or has no organization",
  pushThrottles: "establishes or has no organization",
  subject: "establishes or has no organization",
  digestTaken: "establishes or has no organization",
  redigest: "establishes or has no organization",
  engine: "establishes or has no organization",
  storedUnder: "establishes or has no organization",
  sealedSecrets: "establishes or has no organization",
  reseal: "establishes or has no organization",
  purgeEndedSecrets: "establishes or has no organization",
  forgetUnusable: "establishes or has no organization",
  lease: "establishes or has no organization",
  setting: "establishes or has no organization",
  ensureSetting: "establishes or has no organization",
  ping: "establishes or has no organization",
  close: "establishes or has no organization",
}

async function insertedTask(store: Store, theirs: Theirs): Promise<Task> {
  const task = sampleTask(theirs)
  await commit(store, task.organizationId, taskInsert(task))
  return task
}

export function tenantContract(store: () => Store): void {
  describe("tenants are invisible to each other", () => {
    const cases = Object.entries(isolation).filter(
      (entry): entry is [string, Case] => typeof entry[1] !== "string",
    )

    test.each(cases)("%s", async (_method, isolated) => {
      const theirs = await found(store())
      const organizationId = theirs.organization.id
      const user = sampleUser(organizationId, { roles: ["clerk"] })
      const [session, link] = [sampleSession(user), sampleLink(user)]
      const replay = sampleReplay(user.organizationId)
      const key = sampleKey(theirs, {
        tags: ["theirs"],
        owner: { kind: "external", id: "shared" },
        expiresAt: later(noon, hour),
        lastUsedAt: noon,
        credits: sampleCredits(),
      })
      await insertPrincipals(store(), user)
      await commit(
        store(),
        organizationId,
        { kind: "session.insert", session },
        { kind: "link.insert", link },
        { kind: "replay.insert", replay },
      )
      await insertKeys(store(), key)
      await isolated(store(), await found(store()), { ...theirs, user, session, link, replay, key })
    })

    test("there is a line here for each method that the store really has", () => {
      expect(Object.keys(isolation).toSorted()).toEqual(Object.keys(store()).toSorted())
    })
  })
}
