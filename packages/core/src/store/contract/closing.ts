import { describe, expect, test } from "vitest"
import type { Store } from "../store.ts"
import { expectFailure, found, insertKeys, nextId, noon, sampleDraft, sampleKey } from "./sample.ts"

const page = { limit: 1, after: null } as const

/** A call of each method: a method added to the port does not compile until it has its line here. */
const calls: {
  readonly [Method in Exclude<keyof Store, "engine" | "close">]: (store: Store) => Promise<unknown>
} = {
  commit: (store) => store.commit({ organizationId: "o", changes: [], events: [sampleDraft("o")] }),
  rehearse: (store) => store.rehearse({ organizationId: "o", changes: [], events: [] }),
  organization: (store) => store.organization("o"),
  organizations: (store) => store.organizations(page),
  principal: (store) => store.principal("o", "p"),
  principalByAlias: (store) => store.principalByAlias("o", 1),
  userByEmail: (store) => store.userByEmail("o", "e"),
  userWasRemoved: (store) => store.userWasRemoved("o", "e"),
  principals: (store) => store.principals("o", {}, page),
  activeUsersWithRole: (store) => store.activeUsersWithRole("o", "r", 1),
  newAlias: (store) => store.newAlias(),
  sessionByDigest: (store) => store.sessionByDigest([]),
  session: (store) => store.session("o", "s"),
  sessions: (store) => store.sessions("o", "u", page),
  touchSession: (store) => store.touchSession("o", "s", noon),
  purgeSessions: (store) => store.purgeSessions(noon, noon, 1),
  linkByDigest: (store) => store.linkByDigest([]),
  replay: (store) => store.replay("o", "i"),
  purgeReplays: (store) => store.purgeReplays(noon, 1),
  throttles: (store) => store.throttles([]),
  pushThrottles: (store) => store.pushThrottles(new Map(), noon),
  keyspace: (store) => store.keyspace("o", "k"),
  keyspaceByName: (store) => store.keyspaceByName("o", "n"),
  keyspaces: (store) => store.keyspaces("o", page),
  key: (store) => store.key("o", "k"),
  keyByAlias: (store) => store.keyByAlias("o", 1),
  deletedKey: (store) => store.deletedKey("o", "k"),
  deletedKeyByAlias: (store) => store.deletedKeyByAlias("o", 1),
  idleNotices: (store) => store.idleNotices("o", ["k"]),
  keysDueForNotice: (store) => store.keysDueForNotice(noon, { limit: 1, after: null }),
  keysDueForRotation: (store) => store.keysDueForRotation(noon, { limit: 1, after: null }),
  keysDeletedBefore: (store) => store.keysDeletedBefore(noon, 1),
  purgeUsage: (store) => store.purgeUsage("o", "k", 1),
  keys: (store) => store.keys("o", {}, noon, page),
  firstBeyond: (store) =>
    store.firstBeyond("o", { keyspaceId: "k", owner: null, countedKeys: "all", limit: 1 }, noon),
  olderNamesakes: (store) => store.olderNamesakes("o", ["k"], 1),
  takenNames: (store) => store.takenNames("o", "k", { kind: "external", id: "x" }, ["n"]),
  subject: (store) => store.subject([]),
  digestTaken: (store) => store.digestTaken([{ pepperVersion: 1, digest: "a" }]),
  redigest: (store) =>
    store.redigest("k", 1, { pepperVersion: 1, digest: "a" }, { pepperVersion: 2, digest: "b" }),
  spendCredits: (store) => store.spendCredits("o", "k", 1, noon),
  creditBalance: (store) => store.creditBalance("o", "k", noon),
  recordUsage: (store) => store.recordUsage([]),
  usage: (store) => store.usage("o", "k", noon, noon),
  task: (store) => store.task("o", "t"),
  tasks: (store) => store.tasks("o", {}, page),
  runningTasks: (store) => store.runningTasks(page),
  advanceTask: (store) => store.advanceTask("o", "t", { order: "created_at", value: noon, id: "" }, []),
  taskResults: (store) => store.taskResults("o", "t", null, page),
  purgeTask: (store) => store.purgeTask(noon, 1),
  auditEvents: (store) => store.auditEvents("o", {}, page),
  auditHead: (store) => store.auditHead("o"),
  storedUnder: (store) => store.storedUnder("secrets", noon, 1),
  sealedSecrets: (store) => store.sealedSecrets(1, page),
  reseal: (store) => store.reseal([]),
  purgeEndedSecrets: (store) => store.purgeEndedSecrets(noon, page),
  forgetUnusable: (store) => store.forgetUnusable(1, noon, 1),
  lease: (store) => store.lease("l", "h", noon, noon),
  setting: (store) => store.setting("s"),
  ensureSetting: (store) => store.ensureSetting("s", "v"),
  ping: (store) => store.ping(),
}

export function closingContract(open: () => Promise<Store>): void {
  describe("a closed store", () => {
    test("refuses every method, and being closed again does nothing", async () => {
      const store = await open()
      // Of the next aliases it has a block in hand.
      await store.newAlias()
      await store.close()
      await expect(store.close()).resolves.toBeUndefined()
      for (const call of Object.values(calls)) await expectFailure(call(store), { code: "store_unavailable" })
    })

    test("has waited for what was under way", async () => {
      const store = await open()
      const founded = await found(store)
      const commits = Array.from({ length: 10 }, () => insertKeys(store, sampleKey(founded)))
      const reads = Array.from({ length: 10 }, () => store.key(founded.organization.id, nextId()))
      await store.close()
      await expect(Promise.all([...commits, ...reads])).resolves.toHaveLength(20)
    })
  })
}
