import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { nextNoticeAt } from "../../key/expiry-notice.ts"
import { type KeyCaps, openPolicy } from "../../keyspace.ts"
import type { TaskListFilter } from "../../task.ts"
import { later } from "../../time.ts"
import type { Change } from "../change.ts"
import { keyOrder, type PrincipalFilter, principalOrder } from "../list.ts"
import type { Store } from "../store.ts"
import {
  commit,
  type Founded,
  found,
  hour,
  insertKeys,
  keyInsert,
  keyUpdate,
  minute,
  noon,
  principalUpdate,
  revised,
  sampleCredits,
  sampleKey,
  sampleLink,
  sampleReplay,
  sampleResult,
  sampleSecret,
  sampleSession,
  sampleTask,
  sampleUser,
  taskInsert,
  usedAt,
} from "./sample.ts"
import type { Capabilities, StatementWatch } from "./suite.ts"

const first = { limit: 5, after: null } as const

const capped = { maxKeys: 5000, maxKeysPerOwner: 5000, uniqueNames: true } as const

const revokedThen = { revokedAt: noon, revocation: { reason: "unspecified", note: null } } as const

const digests = [1, 2].map((pepperVersion) => ({ pepperVersion, digest: `x ${pepperVersion}` }))

/** Everything that a store is asked for, each on its own. A list is read from its start and from a position of it. */
const askedFor: Readonly<Record<string, (store: Store, ours: Founded) => Promise<unknown>>> = {
  organization: (store, { organization }) => store.organization(organization.id),
  organizations: async (store) => {
    await store.organizations(first)
    await store.organizations({ limit: 5, after: { createdAt: noon, id: "x" } })
  },
  principal: (store, { organization }) => store.principal(organization.id, "x"),
  principalByAlias: (store, { organization }) => store.principalByAlias(organization.id, 1),
  userByEmail: (store, { organization }) => store.userByEmail(organization.id, "x"),
  userWasRemoved: (store, { organization }) => store.userWasRemoved(organization.id, "x"),
  "principals: all": people({}),
  "principals: kind": people({ kind: "service_account" }),
  "principals: role": people({ role: "x" }),
  "principals: suspended": people({ suspended: true }),
  "principals: e-mail prefix": people({ emailPrefix: "x" }),
  "principals: empty e-mail prefix": people({ emailPrefix: "" }),
  "principals: everything": people({ kind: "user", role: "x", suspended: false, emailPrefix: "x" }),
  activeUsersWithRole: (store, { organization }) => store.activeUsersWithRole(organization.id, "x", 2),
  newAlias: async (store) => {
    for (let aliases = 0; aliases < 200; aliases++) await store.newAlias()
  },
  sessionByDigest: (store) => store.sessionByDigest(digests),
  session: (store, { organization }) => store.session(organization.id, "x"),
  sessions: async (store, { organization }) => {
    await store.sessions(organization.id, "x", first)
    await store.sessions(organization.id, "x", { limit: 5, after: { createdAt: noon, id: "x" } })
  },
  touchSession: (store, { organization }) => store.touchSession(organization.id, "x", noon),
  purgeSessions: (store) => store.purgeSessions(noon, noon, 5),
  linkByDigest: (store) => store.linkByDigest(digests),
  replay: (store, { organization }) => store.replay(organization.id, "x"),
  purgeReplays: (store) => store.purgeReplays(noon, 5),
  throttles: (store) => store.throttles(["x", "y"]),
  pushThrottles: (store) => store.pushThrottles(new Map([["x", noon + 1]]), noon),
  keyspace: (store, { organization, keyspace }) => store.keyspace(organization.id, keyspace.id),
  keyspaceByName: (store, { organization, keyspace }) => store.keyspaceByName(organization.id, keyspace.name),
  keyspaces: async (store, { organization }) => {
    await store.keyspaces(organization.id, first)
    await store.keyspaces(organization.id, { limit: 5, after: { createdAt: noon, id: "x" } })
  },
  key: (store, { organization }) => store.key(organization.id, "x"),
  "keys: all": lists({}),
  "keys: keyspace": lists({ keyspaceId: "x" }),
  "keys: owner": lists({ owner: { kind: "external", id: "x" } }),
  "keys: state": lists({ state: "active" }),
  "keys: tag": lists({ tag: "x" }),
  "keys: name prefix": lists({ namePrefix: "x" }),
  "keys: empty name prefix": lists({ namePrefix: "" }),
  "keys: expires from": lists({ expiresFrom: noon }),
  "keys: expires before": lists({ expiresBefore: noon }),
  "keys: expires between": lists({ expiresFrom: noon, expiresBefore: later(noon, hour) }),
  "keys: last used from": lists({ lastUsedFrom: noon }),
  "keys: last used before": lists({ lastUsedBefore: noon }),
  "keys: everything": lists({
    keyspaceId: "x",
    owner: { kind: "external", id: "x" },
    state: "active",
    tag: "x",
  }),
  keyByAlias: (store, { organization }) => store.keyByAlias(organization.id, 1),
  "keys: deleted": lists({ deletedFrom: noon }),
  "keys: deleted, of a keyspace": lists({ deletedFrom: noon, keyspaceId: "x" }),
  "keys: deleted, of an owner": lists({ deletedFrom: noon, owner: { kind: "external", id: "x" } }),
  deletedKey: (store, { organization }) => store.deletedKey(organization.id, "x"),
  deletedKeyByAlias: (store, { organization }) => store.deletedKeyByAlias(organization.id, 1),
  idleNotices: (store, { organization }) => store.idleNotices(organization.id, ["x", "y"]),
  keysDueForNotice: async (store) => {
    await store.keysDueForNotice(noon, first)
    const after = { organizationId: "x", id: "x", dueAt: noon }
    await store.keysDueForNotice(noon, { limit: 5, after })
  },
  keysDueForRotation: async (store) => {
    await store.keysDueForRotation(noon, first)
    const after = { organizationId: "x", id: "x", dueAt: noon }
    await store.keysDueForRotation(noon, { limit: 5, after })
  },
  keysDeletedBefore: (store) => store.keysDeletedBefore(noon, 5),
  purgeUsage: async (store, ours) => {
    const key = sampleKey(ours)
    await insertKeys(store, key)
    await commit(store, key.organizationId, keyUpdate(revised(key, { deletedAt: noon })))
    await store.purgeUsage(key.organizationId, key.id, 5)
  },
  "firstBeyond: active keys": beyond("active"),
  "firstBeyond: all keys": beyond("all"),
  olderNamesakes: (store, { organization }) => store.olderNamesakes(organization.id, ["x", "y"], 5),
  takenNames: (store, { organization, keyspace }) =>
    store.takenNames(organization.id, keyspace.id, { kind: "external", id: "x" }, ["x", "y"]),
  subject: (store) => store.subject(digests),
  digestTaken: (store) => store.digestTaken(digests),
  redigest: (store) =>
    store.redigest("x", 1, { pepperVersion: 1, digest: "x" }, { pepperVersion: 2, digest: "y" }),
  "storedUnder: secrets": (store) => store.storedUnder("secrets", noon, 5),
  "storedUnder: unusable secrets": (store) => store.storedUnder("unusable_secrets", noon, 5),
  "storedUnder: sessions": (store) => store.storedUnder("sessions", noon, 5),
  "storedUnder: links": (store) => store.storedUnder("links", noon, 5),
  "storedUnder: sealed secrets": (store) => store.storedUnder("sealed_secrets", noon, 5),
  "storedUnder: replays": (store) => store.storedUnder("replays", noon, 5),
  sealedSecrets: async (store) => {
    await store.sealedSecrets(1, { limit: 5, after: null })
    await store.sealedSecrets(1, { limit: 5, after: "v1.1.x" })
  },
  reseal: (store) => store.reseal([{ keyId: "x", secretVersion: 1, sealed: "x", resealed: "y" }]),
  purgeEndedSecrets: async (store) => {
    const { next } = await store.purgeEndedSecrets(later(noon, hour), { limit: 1, after: null })
    await store.purgeEndedSecrets(later(noon, hour), { limit: 5, after: next })
  },
  forgetUnusable: async (store, ours) => {
    const secrets = [sampleSecret({ expiresAt: noon }), sampleSecret({ version: 2 })]
    const [over, revoked, purged] = [
      sampleKey(ours, { secrets }),
      sampleKey(ours, revokedThen),
      sampleKey(ours, { deletedAt: noon }),
    ]
    await insertKeys(store, over, revoked, purged)
    const purge = { kind: "key.purge", keyId: purged.id, deletedBefore: later(noon, 1) } as const
    await commit(store, ours.organization.id, purge)
    await store.forgetUnusable(1, later(noon, hour), 5)
  },
  usage: (store, { organization }) => store.usage(organization.id, "x", noon, later(noon, hour)),
  spendCredits: async (store, ours) => {
    const key = sampleKey(ours, { credits: sampleCredits({ remaining: 1 }) })
    await insertKeys(store, key)
    for (let spending = 0; spending < 2; spending++) {
      await store.spendCredits(ours.organization.id, key.id, 1, noon)
    }
  },
  creditBalance: (store, { organization }) => store.creditBalance(organization.id, "x", noon),
  recordUsage: async (store, ours) => {
    const key = sampleKey(ours)
    await insertKeys(store, key)
    const counts = [{ hour: noon, outcome: "VALID", count: 1 }] as const
    const lastUsed = usedAt(noon)
    await store.recordUsage([{ organizationId: key.organizationId, keyId: key.id, lastUsed, counts }])
  },
  task: (store, { organization }) => store.task(organization.id, "x"),
  "tasks: all": taskLists({}),
  "tasks: keyspace": taskLists({ keyspaceId: "x" }),
  "tasks: state": taskLists({ state: "running" }),
  "tasks: everything": taskLists({
    keyspaceId: "x",
    state: "running",
    createdBy: { kind: "user", id: "x" },
  }),
  runningTasks: async (store) => {
    await store.runningTasks(first)
    await store.runningTasks({ limit: 5, after: { createdAt: noon, id: "x" } })
  },
  taskResults: async (store, { organization }) => {
    for (const after of [null, "x"]) {
      for (const kind of [null, "refused"] as const) {
        await store.taskResults(organization.id, "x", kind, { limit: 5, after })
      }
    }
  },
  "a task, from its beginning until it is purged": async (store, ours) => {
    const task = sampleTask(ours)
    const { organizationId, id, position } = task
    await commit(store, organizationId, taskInsert(task))
    await store.advanceTask(organizationId, id, position, [sampleResult(), sampleResult()])
    await commit(
      store,
      organizationId,
      { kind: "task.result", taskId: id, result: sampleResult() },
      { kind: "task.end", taskId: id, state: "finished", endedAt: later(noon, -hour) },
    )
    await store.purgeTask(noon, 2)
    await store.purgeTask(noon, 2)
  },
  auditHead: (store, { organization }) => store.auditHead(organization.id),
  "audit events: all": events({}),
  "audit events: action": events({ action: "key.created" }),
  "audit events: target": events({ targetId: "x" }),
  "audit events: between": events({ from: noon, before: later(noon, hour) }),
  lease: async (store) => {
    await store.lease("x", "y", noon, later(noon, hour))
    await store.lease("x", "z", noon, later(noon, hour))
  },
  setting: (store) => store.setting("x"),
  ensureSetting: (store) => store.ensureSetting("x", "y"),
  "commit: caps on active keys": caps("active"),
  "commit: caps on all keys": caps("all"),
  "commit: every change": async (store) => {
    const ours = await found(store)
    const key = sampleKey(ours, { tags: ["a"], expiresAt: later(noon, 1000 * hour) })
    const organizationId = ours.organization.id
    const [user, other] = [1, 2].map(() => sampleUser(organizationId, { roles: ["owner"] }))
    if (!user || !other) throw new Error("There are two.")
    const owner = { kind: "user", id: user.id } as const
    const changed = revised(key, { tags: ["b"], name: "changed", owner, credits: sampleCredits() })
    const deleted = revised(changed, { deletedAt: noon })
    const restored = revised(deleted, { deletedAt: null })
    const nextNotice = nextNoticeAt(restored, restored.updatedAt) ?? noon
    const [session, link] = [sampleSession(user), sampleLink(user)]
    await commit(
      store,
      organizationId,
      { kind: "organization.update", organization: { ...ours.organization, revision: 2 } },
      { kind: "principal.insert", principal: user },
      { kind: "principal.insert", principal: other },
      principalUpdate(other, { suspendedAt: noon }, 0),
      { kind: "session.insert", session },
      { kind: "session.delete", sessionId: session.id },
      { kind: "sessions.delete", userId: user.id, exceptId: null },
      { kind: "sessions.delete", userId: user.id, exceptId: "x" },
      { kind: "link.insert", link },
      { kind: "link.use", linkId: link.id, usedAt: noon },
      { kind: "links.use", userId: user.id, usedAt: noon },
      { kind: "replay.insert", replay: sampleReplay(organizationId) },
      { kind: "keyspace.update", keyspace: { ...ours.keyspace, revision: 2 } },
      keyInsert(key, capped),
      keyUpdate(changed),
      { kind: "credits.set", keyId: key.id, remaining: 5, at: noon },
      { kind: "credits.add", keyId: key.id, units: 5, at: noon },
      { kind: "secret.put", keyId: key.id, secret: sampleSecret({ version: 2 }) },
      { kind: "secret.put", keyId: key.id, secret: sampleSecret({ version: 2, expiresAt: noon }) },
      { kind: "secret.forget", keyId: key.id, version: 1 },
      keyUpdate(deleted),
      { kind: "key.restore", key: restored, policy: { ...openPolicy, ...capped } },
      { kind: "idle.tell", keyId: key.id, since: noon },
      { kind: "notice.give", keyId: key.id, dueAt: nextNotice, nextAt: later(nextNotice, hour) },
      keyUpdate(revised(restored, { deletedAt: noon })),
      { kind: "key.purge", keyId: key.id, deletedBefore: later(noon, 1) },
    )
    const revoked = sampleKey(ours)
    await commit(store, organizationId, keyInsert(revoked), keyUpdate(revised(revoked, revokedThen)))
  },
}

/** "Costs the same at any size": no statement reads a table from end to end, or sorts. */
export function planContract(open: () => Promise<Store>, watch: Capabilities["watch"]): void {
  describe.skipIf(!watch)("every statement stays on an index", () => {
    let store: Store
    let statements: StatementWatch
    let ours: Founded

    beforeAll(async () => {
      if (!watch) return
      store = await open()
      statements = watch(store)
      ours = await found(store)
      // Enough that reading a table from end to end would be the slower way.
      const keys = Array.from({ length: 2_000 }, (_, at) =>
        sampleKey(ours, {
          owner: { kind: "external", id: `owner ${at % 100}` },
          name: `key ${at}`,
          tags: [`tag ${at % 100}`],
          expiresAt: later(noon, at * minute),
          lastUsedAt: later(noon, at * minute),
          credits: sampleCredits(),
          secrets: [
            sampleSecret({ expiresAt: later(noon, at) }),
            sampleSecret({ version: 2, sealed: `v1.1.${at}` }),
          ],
        }),
      )
      const users = Array.from({ length: 500 }, (_, at) =>
        sampleUser(ours.organization.id, { roles: [`role ${at % 10}`], createdAt: later(noon, at) }),
      )
      await commit(
        store,
        ours.organization.id,
        ...keys.map((key) => keyInsert(key)),
        ...users.map((principal) => ({ kind: "principal.insert", principal }) as const),
        ...users.map((user) => ({ kind: "session.insert", session: sampleSession(user) }) as const),
        ...users.map((user) => ({ kind: "link.insert", link: sampleLink(user) }) as const),
        ...users.map(
          (_, at) =>
            ({
              kind: "replay.insert",
              replay: sampleReplay(ours.organization.id, { expiresAt: later(noon, at) }),
            }) as const,
        ),
      )
      const tasks = Array.from({ length: 500 }, (_, at) => sampleTask(ours, { createdAt: later(noon, at) }))
      await commit(
        store,
        ours.organization.id,
        ...tasks.map((task) => taskInsert(task)),
        ...tasks.slice(10).map(({ id }, at): Change => {
          return { kind: "task.end", taskId: id, state: "finished", endedAt: later(noon, at) }
        }),
      )
      for (const { id, position } of tasks.slice(0, 10)) {
        const results = Array.from({ length: 50 }, () => sampleResult())
        await store.advanceTask(ours.organization.id, id, position, results)
      }
      await store.pushThrottles(new Map(users.map(({ email }, at) => [email, noon + at])), noon)
    })
    afterAll(() => store?.close())

    test.each(Object.entries(askedFor))("%s", async (_what, ask) => {
      statements.forget()
      await ask(store, ours)
      const plans = await statements.plans()
      expect(plans.length).toBeGreaterThan(0)
      expect(plans.filter(({ faults }) => faults.length > 0)).toEqual([])
    })
  })
}

function lists(filter: Parameters<Store["keys"]>[1]) {
  return async (store: Store, { organization }: Founded) => {
    await store.keys(organization.id, filter, noon, first)
    const order = keyOrder(filter)
    const value = order === "name" ? "x" : noon
    await store.keys(organization.id, filter, noon, { limit: 5, after: { order, value, id: "x" } })
  }
}

function people(filter: PrincipalFilter) {
  return async (store: Store, { organization }: Founded) => {
    await store.principals(organization.id, filter, first)
    const order = principalOrder(filter)
    const value = order === "email" ? "x" : noon
    await store.principals(organization.id, filter, { limit: 5, after: { order, value, id: "x" } })
  }
}

function taskLists(filter: TaskListFilter) {
  return async (store: Store, { organization }: Founded) => {
    await store.tasks(organization.id, filter, first)
    await store.tasks(organization.id, filter, { limit: 5, after: { createdAt: noon, id: "x" } })
  }
}

/** A new key, one that is enabled again, and one that is given away and renamed, each held to every cap. */
function caps(countedKeys: KeyCaps["countedKeys"]) {
  return async (store: Store, { organization, keyspace }: Founded) => {
    const policy = { ...capped, countedKeys }
    const key = sampleKey(
      { organization, keyspace },
      { disabledAt: noon, owner: { kind: "external", id: "x" } },
    )
    const enabled = revised(key, { disabledAt: null, expiresAt: later(noon, hour) })
    const given = revised(enabled, { name: "y", owner: { kind: "external", id: "y" } })
    await commit(
      store,
      organization.id,
      keyInsert(key, policy),
      keyUpdate(enabled, policy),
      keyUpdate(given, policy),
      keyUpdate(revised(given, { deletedAt: noon }), policy),
    )
  }
}

/** Maxima that are exceeded, of the keyspace and of one of its owners. */
function beyond(countedKeys: KeyCaps["countedKeys"]) {
  return async (store: Store, { organization, keyspace }: Founded) => {
    for (const owner of [null, { kind: "external", id: "owner 7" } as const]) {
      const maximum = { keyspaceId: keyspace.id, owner, countedKeys, limit: 5 }
      expect(await store.firstBeyond(organization.id, maximum, noon)).not.toBeNull()
    }
  }
}

function events(filter: Parameters<Store["auditEvents"]>[1]) {
  return async (store: Store, { organization }: Founded) => {
    for (const ascending of [true, false]) {
      await store.auditEvents(organization.id, filter, { limit: 5, after: null, ascending })
      await store.auditEvents(organization.id, filter, { limit: 5, after: 3, ascending })
    }
  }
}
