import { describe, expect, test } from "vitest"
import { ChainVerifier, printAuditEvent } from "../../audit/chain.ts"
import { isFailure } from "../../failure.ts"
import { later } from "../../time.ts"
import type { Change } from "../change.ts"
import type { Store } from "../store.ts"
import {
  commit,
  everyPage,
  found,
  insertKeys,
  insertPrincipals,
  keyInsert,
  keyUpdate,
  noon,
  principalUpdate,
  revised,
  sampleDraft,
  sampleKey,
  sampleUser,
  usedAt,
} from "./sample.ts"

export function concurrencyContract(store: () => Store): void {
  describe("many at once", () => {
    test("of many updates from one revision exactly one is made", async () => {
      const founded = await found(store())
      const key = sampleKey(founded)
      await insertKeys(store(), key)
      const attempts = Array.from({ length: 20 }, (_, at) =>
        commit(store(), key.organizationId, keyUpdate(revised(key, { name: `attempt ${at}` }))),
      )
      const results = await Promise.allSettled(attempts)
      const made = results.flatMap(({ status }, at) => (status === "fulfilled" ? [at] : []))
      expect(made).toHaveLength(1)
      for (const result of results) {
        if (result.status === "rejected") expect(isFailure(result.reason, "revision_conflict")).toBe(true)
      }
      const stored = await store().key(key.organizationId, key.id)
      expect(stored).toMatchObject({ revision: 2, name: `attempt ${made[0]}` })
    })

    test("of many users inserted or renamed to one address at once one has it", async () => {
      const { organization } = await found(store())
      const email = `${organization.id}@example.com`
      const known = Array.from({ length: 10 }, () => sampleUser(organization.id))
      await insertPrincipals(store(), ...known)
      const changes: Change[] = [
        ...known.map((user) => principalUpdate(user, { email })),
        ...known.map(() => {
          return { kind: "principal.insert", principal: sampleUser(organization.id, { email }) } as const
        }),
      ]
      const results = await Promise.allSettled(
        changes.map((change) => commit(store(), organization.id, change)),
      )
      expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1)
      for (const result of results) {
        if (result.status === "rejected") {
          const failure = { code: "already_exists", resource: "user", member: "email" }
          expect(result.reason).toMatchObject({ failure })
        }
      }
      const list = await store().principals(
        organization.id,
        { emailPrefix: email },
        { limit: 5, after: null },
      )
      expect(list.items).toHaveLength(1)
    })

    test("a key is not made for one who is removed at the same time with another number of keys", async () => {
      for (let round = 0; round < 10; round++) {
        const founded = await found(store())
        const organizationId = founded.organization.id
        const user = sampleUser(organizationId)
        await insertPrincipals(store(), user)
        const key = sampleKey(founded, { owner: { kind: "user", id: user.id } })
        const results = await Promise.allSettled([
          commit(store(), organizationId, principalUpdate(user, { removedAt: noon }, 0)),
          commit(store(), organizationId, keyInsert(key)),
        ])
        const [removal, insertion] = results.map((result) =>
          result.status === "rejected" ? result.reason.failure.code : "done",
        )
        const told = `${removal}, ${insertion}`
        expect(["done, not_found", "revision_conflict, done"]).toContain(told)
      }
    })

    test("the audit chain of concurrent commits has no gap and verifies", async () => {
      const founded = await found(store())
      const organizationId = founded.organization.id
      const commits = Array.from({ length: 30 }, (_, at) => {
        const events = [1, 2].map((part) => sampleDraft(organizationId, { details: { at, part } }))
        return store().commit({ organizationId, changes: [keyInsert(sampleKey(founded))], events })
      })
      await Promise.all(commits)
      const events = await everyPage((after: number | null) =>
        store().auditEvents(organizationId, {}, { limit: 25, after, ascending: true }),
      )
      expect(events.map(({ sequence }) => sequence)).toEqual(Array.from({ length: 61 }, (_, at) => at + 1))
      const verifier = new ChainVerifier()
      for (const event of events) expect(verifier.next(printAuditEvent(event))).toBeNull()
      expect(verifier.end(await store().auditHead(organizationId))).toBeNull()
    })

    test("usage that is recorded from several sides at once adds up", async () => {
      const founded = await found(store())
      const keys = Array.from({ length: 10 }, () => sampleKey(founded))
      await commit(store(), founded.organization.id, ...keys.map((key) => keyInsert(key)))
      const recordings = Array.from({ length: 20 }, (_, at) => {
        const order = at % 2 ? keys : keys.toReversed()
        return store().recordUsage(
          order.map((key) => ({
            organizationId: key.organizationId,
            keyId: key.id,
            lastUsed: usedAt(later(noon, at)),
            counts: [{ hour: noon, outcome: "VALID", count: 3 }],
          })),
        )
      })
      await Promise.all(recordings)
      for (const key of keys) {
        const counts = await store().usage(key.organizationId, key.id, noon, later(noon, 1))
        expect(counts).toEqual([{ hour: noon, outcome: "VALID", count: 60 }])
        expect(await store().key(key.organizationId, key.id)).toMatchObject({ lastUsedAt: later(noon, 19) })
      }
    })

    test("a reading that begins after a commit was acknowledged sees it", async () => {
      const founded = await found(store())
      await Promise.all(
        Array.from({ length: 20 }, async () => {
          const key = sampleKey(founded)
          await insertKeys(store(), key)
          expect(await store().key(key.organizationId, key.id)).toEqual(key)
          expect((await store().subject(key.secrets))?.key).toEqual(key)
        }),
      )
    })
  })
}
