import { describe, expect, test } from "vitest"
import { type Instant, later } from "../../time.ts"
import type { Store } from "../store.ts"
import {
  commit,
  expectFailure,
  found,
  hour,
  insertKeys,
  keyInsert,
  minute,
  noon,
  sampleKey,
  sampleReplay,
} from "./sample.ts"

export function replayContract(store: () => Store): void {
  describe("replays", () => {
    const taken = { code: "already_exists", resource: "replay", member: "intent" } as const

    test("an answer is read as it was written, and others are not there", async () => {
      const { organization } = await found(store())
      const replay = sampleReplay(organization.id, { sealed: "v1.1.Zoë's 🔑" })
      await commit(store(), organization.id, { kind: "replay.insert", replay })
      expect(await store().replay(organization.id, replay.intent)).toEqual(replay)
      expect(await store().replay(organization.id, replay.intent.toUpperCase())).toBeNull()
      expect(await store().replay(organization.id, "")).toBeNull()
    })

    test("an intent is answered once, and what comes with a second answer is not done", async () => {
      const founded = await found(store())
      const organizationId = founded.organization.id
      const replay = sampleReplay(organizationId)
      const key = sampleKey(founded)
      await commit(store(), organizationId, { kind: "replay.insert", replay }, keyInsert(key))
      const again = sampleReplay(organizationId, {
        intent: replay.intent,
        createdAt: later(replay.expiresAt, -1),
      })
      const second = sampleKey(founded)
      const change = { kind: "replay.insert", replay: again } as const
      await expectFailure(commit(store(), organizationId, change, keyInsert(second)), taken)
      await expectFailure(commit(store(), organizationId, keyInsert(second), change), taken)
      expect(await store().key(organizationId, second.id)).toBeNull()
      expect(await store().replay(organizationId, replay.intent)).toEqual(replay)
    })

    test("an answer that has expired gives way to the next", async () => {
      const { organization } = await found(store())
      const first = sampleReplay(organization.id)
      const next = sampleReplay(organization.id, {
        intent: first.intent,
        createdAt: first.expiresAt,
        expiresAt: later(first.expiresAt, hour),
      })
      await commit(store(), organization.id, { kind: "replay.insert", replay: first })
      await commit(store(), organization.id, { kind: "replay.insert", replay: next })
      expect(await store().replay(organization.id, first.intent)).toEqual(next)
    })

    test("an answer is not kept when what it tells of is not done", async () => {
      const founded = await found(store())
      const organizationId = founded.organization.id
      const key = sampleKey(founded)
      await insertKeys(store(), key)
      const replay = sampleReplay(organizationId)
      const sameId = sampleKey(founded, { id: key.id })
      await expectFailure(
        commit(store(), organizationId, { kind: "replay.insert", replay }, keyInsert(sameId)),
        { code: "already_exists", resource: "key", member: "id" },
      )
      expect(await store().replay(organizationId, replay.intent)).toBeNull()
    })

    test("of many who answer one intent at the same time one does", async () => {
      const founded = await found(store())
      const organizationId = founded.organization.id
      const { intent } = sampleReplay(organizationId)
      const keys = Array.from({ length: 8 }, () => sampleKey(founded))
      const results = await Promise.allSettled(
        keys.map((key) => {
          const replay = sampleReplay(organizationId, { intent, sealed: key.id })
          return commit(store(), organizationId, { kind: "replay.insert", replay }, keyInsert(key))
        }),
      )
      expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1)
      for (const result of results) {
        if (result.status === "rejected") expect(result.reason.failure).toEqual(taken)
      }
      const made = (await Promise.all(keys.map(({ id }) => store().key(organizationId, id)))).filter(
        (key) => key !== null,
      )
      expect(made.map(({ id }) => id)).toEqual([(await store().replay(organizationId, intent))?.sealed])
    })

    test("expired answers are purged, the longest expired first, as many as asked for and no others", async () => {
      // Long ago, so that nobody else's answer is among them.
      const past = Date.UTC(2001, 0, 1) as Instant
      const { organization } = await found(store())
      const replays = [-2, -1, -3, 0, 1].map((minutes) =>
        sampleReplay(organization.id, {
          createdAt: later(past, -hour),
          expiresAt: later(past, minutes * minute),
        }),
      )
      for (const replay of replays) {
        await commit(store(), organization.id, { kind: "replay.insert", replay })
      }
      const left = async () => {
        const found = await Promise.all(replays.map(({ intent }) => store().replay(organization.id, intent)))
        return found.flatMap((replay) => (replay ? [(replay.expiresAt - past) / minute] : []))
      }
      const head = await store().auditHead(organization.id)
      expect(await store().purgeReplays(past, 0)).toBe(0)
      expect(await store().purgeReplays(past, 2)).toBe(2)
      expect(await left()).toEqual([-1, 0, 1])
      expect(await store().purgeReplays(past, 2)).toBe(1)
      expect(await store().purgeReplays(past, 2)).toBe(0)
      expect(await left()).toEqual([0, 1])
      expect(await store().auditHead(organization.id)).toEqual(head)
      expect(await store().purgeReplays(later(noon, -hour), 2)).toBe(2)
    })
  })
}
