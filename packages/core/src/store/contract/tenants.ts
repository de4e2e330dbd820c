import { describe, expect, test } from "vitest"
import { emptyChain } from "../../audit/chain.ts"
import type { Failure } from "../../failure.ts"
import type { Key } from "../../key/key.ts"
import type { User } from "../../organization.ts"
import { later } from "../../time.ts"
import type { Change, Store } from "../store.ts"
import {
  commit,
  expectFailure,
  type Founded,
  found,
  hour,
  insertKeys,
  keyInsert,
  noon,
  revised,
  sampleDraft,
  sampleKey,
  sampleKeyspace,
  sampleSecret,
  sampleUser,
} from "./sample.ts"

/** What one organization has, and the other one asks for. */
interface Theirs extends Founded {
  readonly user: User
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
    const missing = (resource: "user" | "keyspace" | "key" | "organization"): Failure => ({
      code: "not_found",
      resource,
    })
    const keyspace = { ...theirs.keyspace, name: "ours now", revision: 2 }
    const cases: readonly [Change, Failure][] = [
      [{ kind: "organization.insert", organization: theirs.organization }, missing("organization")],
      [{ kind: "user.insert", user: sampleUser(theirs.organization.id) }, missing("user")],
      [{ kind: "keyspace.insert", keyspace: sampleKeyspace(theirs.organization.id) }, missing("keyspace")],
      [{ kind: "keyspace.update", keyspace }, missing("keyspace")],
      [{ kind: "keyspace.update", keyspace: { ...keyspace, organizationId } }, missing("keyspace")],
      [keyInsert(sampleKey(theirs)), missing("key")],
      [keyInsert(sampleKey({ ...ours, keyspace: theirs.keyspace })), missing("keyspace")],
      [{ kind: "key.update", key: revised(theirs.key) }, missing("key")],
      [{ kind: "key.update", key: revised(theirs.key, { organizationId }) }, missing("key")],
      [{ kind: "secret.put", keyId: theirs.key.id, secret: sampleSecret({ version: 2 }) }, missing("key")],
      [{ kind: "secret.put", keyId: theirs.key.id, secret: sampleSecret({ sealed: "x" }) }, missing("key")],
    ]
    for (const [change, failure] of cases) {
      await expectFailure(commit(store, organizationId, change), failure)
    }
    const events = [sampleDraft(theirs.organization.id)]
    await expectFailure(store.commit({ organizationId, changes: [], events }), missing("organization"))
    expect(await store.key(theirs.organization.id, theirs.key.id)).toEqual(theirs.key)
    expect(await store.keyspace(theirs.organization.id, theirs.keyspace.id)).toEqual(theirs.keyspace)
  },
  user: async (store, ours, theirs) => {
    expect(await store.user(theirs.organization.id, theirs.user.id)).toEqual(theirs.user)
    expect(await store.user(ours.organization.id, theirs.user.id)).toBeNull()
  },
  userByEmail: async (store, ours, theirs) => {
    expect(await store.userByEmail(theirs.organization.id, theirs.user.email)).toEqual(theirs.user)
    expect(await store.userByEmail(ours.organization.id, theirs.user.email)).toBeNull()
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
  recordUsage: async (store, ours, { key }) => {
    const lastUsed = new Map([[1, later(noon, 2 * hour)]])
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
  subject: "establishes or has no organization",
  redigest: "establishes or has no organization",
  engine: "establishes or has no organization",
  setting: "establishes or has no organization",
  ensureSetting: "establishes or has no organization",
  ping: "establishes or has no organization",
  close: "establishes or has no organization",
}

export function tenantContract(store: () => Store): void {
  describe("tenants are invisible to each other", () => {
    const cases = Object.entries(isolation).filter(
      (entry): entry is [string, Case] => typeof entry[1] !== "string",
    )

    test.each(cases)("%s", async (_method, isolated) => {
      const theirs = await found(store())
      const organizationId = theirs.organization.id
      const user = sampleUser(organizationId)
      const key = sampleKey(theirs, {
        tags: ["theirs"],
        owner: { kind: "external", id: "shared" },
        expiresAt: later(noon, hour),
        lastUsedAt: noon,
      })
      await commit(store(), organizationId, { kind: "user.insert", user })
      await insertKeys(store(), key)
      await isolated(store(), await found(store()), { ...theirs, user, key })
    })

    test("there is a line here for each method that the store really has", () => {
      expect(Object.keys(isolation).toSorted()).toEqual(Object.keys(store()).toSorted())
    })
  })
}
