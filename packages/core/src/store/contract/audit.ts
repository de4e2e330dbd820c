import { describe, expect, test } from "vitest"
import { chainEvent, emptyChain } from "../../audit/chain.ts"
import type { AuditDraft } from "../../audit/event.ts"
import { later } from "../../time.ts"
import type { AuditFilter } from "../list.ts"
import type { Store } from "../store.ts"
import { found, minute, nextId, noon, sampleDraft } from "./sample.ts"

export function auditContract(store: () => Store): void {
  describe("audit", () => {
    test("an event is read as it was written, in its place of the chain", async () => {
      const { organization } = await found(store())
      const start = await store().auditHead(organization.id)
      const draft = sampleDraft(organization.id, {
        action: "key.revealed",
        actor: {
          kind: "user",
          id: "u",
          credential: { kind: "key", id: "key 1" },
          address: "2001:db8::1",
          userAgent: "curl/8 🔑",
        },
        target: { kind: "key", id: nextId() },
        details: { b: 1, a: [null, true, { "": "\u0000" }], "\u{1f511}": 0.1 },
        requestId: "req-1",
      })
      await record([draft])
      const page = await store().auditEvents(organization.id, {}, { limit: 1, after: null })
      const event = chainEvent(start, draft)
      expect(page.items).toEqual([event])
      expect(await store().auditHead(organization.id)).toEqual({ sequence: event.sequence, hash: event.hash })
    })

    test("an organization without events, or an unknown one, has an empty chain", async () => {
      expect(await store().auditHead(nextId())).toEqual(emptyChain)
      expect(await store().auditEvents(nextId(), {}, { limit: 5, after: null })).toEqual({
        items: [],
        next: null,
      })
    })

    test("events come newest first, or in order when the page asks", async () => {
      const { organization } = await found(store())
      await record([1, 2, 3].map(() => sampleDraft(organization.id)))
      const sequences = async (ascending: boolean, limit: number, after: number | null) => {
        const page = await store().auditEvents(organization.id, {}, { limit, after, ascending })
        return [page.items.map(({ sequence }) => sequence), page.next]
      }
      expect(await sequences(false, 3, null)).toEqual([[4, 3, 2], 2])
      expect(await sequences(false, 3, 2)).toEqual([[1], null])
      expect(await sequences(true, 3, null)).toEqual([[1, 2, 3], 3])
      expect(await sequences(true, 3, 3)).toEqual([[4], null])
      expect(await sequences(true, 4, null)).toEqual([[1, 2, 3, 4], null])
    })

    test("each filter, alone and with others, finds what matches it", async () => {
      const { organization } = await found(store())
      const [one, two] = [nextId(), nextId()]
      const drafts = [
        { at: 0, action: "key.created", target: one },
        { at: 1, action: "key.created", target: two },
        { at: 2, action: "key.revoked", target: one },
        // The clocks of two nodes differ: the chain is in the order of commits, not of instants.
        { at: 1, action: "key.revoked", target: two },
        { at: 3, action: "key.deleted", target: one },
      ] as const
      await record(
        drafts.map(({ at, action, target }) =>
          sampleDraft(organization.id, {
            at: later(noon, (10 + at) * minute),
            action,
            target: { kind: "key", id: target },
          }),
        ),
      )
      const instant = (at: number) => later(noon, (10 + at) * minute)
      const cases: readonly [AuditFilter, readonly number[]][] = [
        [{ action: "key.created" }, [2, 3]],
        [{ targetId: one }, [2, 4, 6]],
        [{ from: instant(2) }, [4, 6]],
        [{ before: instant(2), from: instant(0) }, [2, 3, 5]],
        [{ from: instant(1), before: instant(3) }, [3, 4, 5]],
        [{ action: "key.revoked", targetId: two }, [5]],
        [{ action: "key.revoked", from: instant(2) }, [4]],
        [{ targetId: one, action: "key.created", before: instant(0) }, []],
        [{ targetId: nextId() }, []],
      ]
      for (const [filter, expected] of cases) {
        for (const ascending of [true, false]) {
          const page = await store().auditEvents(organization.id, filter, {
            limit: 9,
            after: null,
            ascending,
          })
          const sequences = page.items.map(({ sequence }) => sequence)
          const ordered = ascending ? expected : expected.toReversed()
          expect(sequences, JSON.stringify(filter)).toEqual(ordered)
          expect(page.next).toBeNull()
        }
      }
    })

    async function record(events: readonly AuditDraft[]): Promise<void> {
      const organizationId = events[0]?.organizationId ?? ""
      await store().commit({ organizationId, changes: [], events })
    }
  })
}
