import { describe, expect, test } from "vitest"
import type { Key } from "../../key/key.ts"
import type { KeyRotation } from "../../key/rotation-schedule.ts"
import { type Instant, later } from "../../time.ts"
import type { DueKey } from "../list.ts"
import type { Store } from "../store.ts"
import { everyPage, found, hour, insertKeys, minute, noon, sampleKey, updateKey } from "./sample.ts"

/** Before everything else in the suite, so that what other cases leave behind is not due yet. */
const past = later(noon, -1000 * hour)

export function dueKeyContract(store: () => Store): void {
  describe("keys whose rotation is due", () => {
    const dueAt = (instant: Instant, announcedAt: Instant | null = null): KeyRotation => ({
      everySeconds: 3600,
      overlapSeconds: 60,
      dueAt: instant,
      announcedAt,
    })
    const due = (now: Instant, limit = 100) =>
      everyPage<DueKey, DueKey>((after) => store().keysDueForRotation(now, { limit, after }))
    const told = ({ organizationId, id, rotation }: Key) => ({ organizationId, id, dueAt: rotation?.dueAt })

    test("are those of all organizations, by when they are due, page by page", async () => {
      const [ours, theirs] = [await found(store()), await found(store())]
      const at = (minutes: number) => ({ rotation: dueAt(later(past, minutes * minute)) })
      const [c, a, b, later2] = [
        sampleKey(ours, at(3)),
        sampleKey(theirs, at(1)),
        sampleKey(ours, at(1)),
        sampleKey(ours, at(4)),
      ]
      await insertKeys(store(), c, a, b, later2, sampleKey(ours))
      const now = later(past, 3 * minute)
      expect(await due(now)).toEqual([a, b, c].map(told))
      expect(await due(now, 1)).toEqual([a, b, c].map(told))
      expect(await due(later(past, minute - 1))).toEqual([])
      for (const key of [a, b, c, later2]) await updateKey(store(), key, { rotation: null })
      expect(await due(later(past, 9 * minute))).toEqual([])
    })

    test("are not those that were announced, nor any that is not active", async () => {
      const ours = await found(store())
      const now = later(past, hour)
      const rotation = dueAt(past)
      const others: readonly Partial<Key>[] = [
        { rotation: dueAt(past, past) },
        { disabledAt: past },
        { revokedAt: past, revocation: { reason: "compromised", note: null } },
        { expiresAt: now },
        { notBefore: later(now, 1) },
      ]
      const active = sampleKey(ours, { rotation, expiresAt: later(now, 1), notBefore: now })
      const deleted = sampleKey(ours, { rotation })
      await insertKeys(
        store(),
        active,
        deleted,
        ...others.map((members) => sampleKey(ours, { rotation, ...members })),
      )
      await updateKey(store(), deleted, { deletedAt: past })
      expect(await due(now)).toEqual([told(active)])
      const announced = await updateKey(store(), active, { rotation: dueAt(past, now) })
      expect(await due(now)).toEqual([])
      expect(await store().key(active.organizationId, active.id)).toEqual(announced)
    })
  })
}
