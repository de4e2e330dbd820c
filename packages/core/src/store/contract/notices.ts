import { describe, expect, test } from "vitest"
import type { Key } from "../../key/key.ts"
import { type Instant, later } from "../../time.ts"
import type { Change } from "../change.ts"
import type { DueKey } from "../list.ts"
import type { Store } from "../store.ts"
import {
  commit,
  everyPage,
  expectFailure,
  found,
  hour,
  insertKeys,
  minute,
  noon,
  restoreKey,
  sampleKey,
  updateKey,
} from "./sample.ts"

const day = 24 * hour
const gone = { code: "not_found", resource: "key" } as const

/** Each case at another time long ago, so that what others leave behind is not due yet. */
let cases = 0
function another(): Instant {
  cases++
  return later(noon, (cases - 100) * 100 * day)
}

export function noticeContract(store: () => Store): void {
  describe("notices of expiry", () => {
    const due = async (now: Instant, limit = 100) => {
      const list = (after: DueKey | null) => store().keysDueForNotice(now, { limit, after })
      return everyPage<DueKey, DueKey>(list)
    }
    /** When the notice of a key is due; null: never. Whatever else is due is another case's. */
    const dueAt = async ({ id, expiresAt }: Key) =>
      (await due(expiresAt ?? noon)).find((one) => one.id === id)?.dueAt ?? null
    const give = (key: Key, at: Instant, nextAt: Instant | null = null): Promise<void> => {
      const change: Change = { kind: "notice.give", keyId: key.id, dueAt: at, nextAt }
      return commit(store(), key.organizationId, change)
    }

    test("are due for keys of all organizations, from the instant on, by when they are, page by page", async () => {
      const start = another()
      const [ours, theirs] = [await found(store()), await found(store())]
      const expiring = (days: number) => ({
        createdAt: start,
        updatedAt: start,
        expiresAt: later(start, days * day),
      })
      const [c, a, b] = [
        sampleKey(ours, expiring(33)),
        sampleKey(theirs, expiring(31)),
        sampleKey(ours, expiring(31)),
      ]
      await insertKeys(store(), c, a, b, sampleKey(ours, { createdAt: start }), sampleKey(ours, expiring(1)))
      const told = ({ organizationId, id, expiresAt }: Key) => {
        return { organizationId, id, dueAt: later(expiresAt ?? noon, -30 * day) }
      }
      expect(await due(later(start, day - 1))).toEqual([])
      expect(await due(later(start, day))).toEqual([a, b].map(told))
      expect(await due(later(start, 3 * day))).toEqual([a, b, c].map(told))
      expect(await due(later(start, 3 * day), 1)).toEqual([a, b, c].map(told))
      for (const key of [a, b, c]) await give(key, told(key).dueAt)
      expect(await due(later(start, 9 * day))).toEqual([])
    })

    test("each is given once, and then the next is due", async () => {
      const start = another()
      const ours = await found(store())
      const expiresAt = later(start, 40 * day)
      const key = sampleKey(ours, { createdAt: start, updatedAt: start, expiresAt })
      await insertKeys(store(), key)
      const [first, second] = [later(expiresAt, -30 * day), later(expiresAt, -14 * day)]
      await expectFailure(give(key, second), gone)
      const given = await Promise.allSettled(Array.from({ length: 5 }, () => give(key, first, second)))
      expect(given.filter(({ status }) => status === "fulfilled")).toHaveLength(1)
      expect(await dueAt(key)).toBe(second)
      // What is due has nothing to do with the key's revision.
      expect(await store().key(key.organizationId, key.id)).toEqual(key)
      await give(key, second)
      expect(await dueAt(key)).toBeNull()
      await expectFailure(give(key, second), gone)
    })

    test("begin anew with another expiry, and only with what is still to come of it", async () => {
      const start = another()
      const key = sampleKey(await found(store()), {
        createdAt: start,
        updatedAt: start,
        expiresAt: later(start, 20 * day),
      })
      await insertKeys(store(), key)
      expect(await dueAt(key)).toBe(later(start, 6 * day))
      const renamed = await updateKey(store(), key, { name: "Renamed" })
      expect(await dueAt(renamed)).toBe(later(start, 6 * day))
      const longer = await updateKey(store(), renamed, { expiresAt: later(start, 90 * day) })
      expect(await dueAt(longer)).toBe(later(start, 60 * day))
      const shorter = await updateKey(store(), longer, { expiresAt: later(start, 60 * minute) })
      expect(await dueAt(shorter)).toBeNull()
      const never = await updateKey(store(), shorter, { expiresAt: null })
      expect(await dueAt(never)).toBeNull()
    })

    test("are due for no key that is disabled, revoked or deleted, and again for one that is not any more", async () => {
      const start = another()
      const expiresAt = later(start, 40 * day)
      const key = sampleKey(await found(store()), { createdAt: start, updatedAt: start, expiresAt })
      await insertKeys(store(), key)
      const off = await updateKey(store(), key, { disabledAt: start })
      expect(await dueAt(off)).toBeNull()
      const on = await updateKey(store(), off, { disabledAt: null })
      expect(await dueAt(on)).toBe(later(start, 10 * day))
      const deleted = await updateKey(store(), on, { deletedAt: later(start, hour) })
      expect(await dueAt(deleted)).toBeNull()
      await expectFailure(give(deleted, later(start, 10 * day)), gone)
      const restored = await restoreKey(store(), deleted)
      expect(await dueAt(restored)).toBe(later(start, 10 * day))
      const revocation = { reason: "superseded", note: null } as const
      const revoked = await updateKey(store(), restored, { revokedAt: start, revocation })
      expect(await dueAt(revoked)).toBeNull()
    })
  })

  describe("notices of idleness", () => {
    test("are told once of each instant since when a key is idle, however many try", async () => {
      const ours = await found(store())
      const [key, other] = [sampleKey(ours), sampleKey(ours)]
      const { organizationId } = key
      await insertKeys(store(), key, other)
      const tell = (since: Instant) =>
        commit(store(), organizationId, { kind: "idle.tell", keyId: key.id, since })
      const told = () => store().idleNotices(organizationId, [key.id, other.id])
      const again = { code: "already_exists", resource: "key", member: "idle_since" } as const
      expect(await told()).toEqual(new Map())
      expect(await store().idleNotices(organizationId, [])).toEqual(new Map())
      const tries = await Promise.allSettled(Array.from({ length: 5 }, () => tell(noon)))
      expect(tries.filter(({ status }) => status === "fulfilled")).toHaveLength(1)
      await expectFailure(tell(noon), again)
      expect(await told()).toEqual(new Map([[key.id, noon]]))
      await tell(later(noon, day))
      expect(await told()).toEqual(new Map([[key.id, later(noon, day)]]))
      // It is no change of the key.
      expect(await store().key(organizationId, key.id)).toEqual(key)
    })

    test("are told of no key that is deleted, and go with one that is purged", async () => {
      const key = sampleKey(await found(store()))
      const { organizationId } = key
      await insertKeys(store(), key)
      const tell: Change = { kind: "idle.tell", keyId: key.id, since: noon }
      await commit(store(), organizationId, tell)
      await updateKey(store(), key, { deletedAt: noon })
      await expectFailure(commit(store(), organizationId, { ...tell, since: later(noon, day) }), gone)
      const deletedBefore = later(noon, 1)
      await commit(store(), organizationId, { kind: "key.purge", keyId: key.id, deletedBefore })
      expect(await store().idleNotices(organizationId, [key.id])).toEqual(new Map())
    })
  })
}
