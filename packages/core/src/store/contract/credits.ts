import { describe, expect, test } from "vitest"
import { creditMaximum } from "../../credit/credits.ts"
import type { Key } from "../../key/key.ts"
import { type Instant, later } from "../../time.ts"
import type { Store } from "../store.ts"
import {
  commit,
  expectFailure,
  found,
  hour,
  insertKeys,
  keyUpdate,
  minute,
  nextId,
  noon,
  revised,
  sampleCredits,
  sampleKey,
  updateKey,
} from "./sample.ts"

const midnight = later(noon, 12 * hour)

export function creditContract(store: () => Store): void {
  describe("credits", () => {
    async function stored(members: Parameters<typeof sampleCredits>[0] = {}): Promise<Key> {
      const key = sampleKey(await found(store()), { credits: sampleCredits(members) })
      await insertKeys(store(), key)
      return key
    }
    const spend = ({ organizationId, id }: Key, units: number, now: Instant = noon) =>
      store().spendCredits(organizationId, id, units, now)
    const read = ({ organizationId, id }: Key) => store().key(organizationId, id)

    test("are taken all or none, and their use is no change of the key", async () => {
      const key = await stored({ remaining: 5 })
      const balance = (remaining: number) => ({ remaining, refillsAt: midnight })
      expect(await spend(key, 3)).toEqual({ accepted: true, balance: balance(2) })
      expect(await spend(key, 3)).toEqual({ accepted: false, balance: balance(2) })
      expect(await spend(key, 2)).toEqual({ accepted: true, balance: balance(0) })
      expect(await spend(key, 1)).toEqual({ accepted: false, balance: balance(0) })
      expect(await spend(key, 0)).toEqual({ accepted: true, balance: balance(0) })
      expect(await read(key)).toEqual({ ...key, credits: { ...key.credits, remaining: 0 } })
    })

    test("of many that spend at once, as many are accepted as there are credits", async () => {
      const key = await stored({ remaining: 7 })
      const spendings = await Promise.all(Array.from({ length: 20 }, () => spend(key, 1)))
      const accepted = spendings.filter((spending) => spending?.accepted)
      expect(accepted.map((spending) => spending?.balance.remaining).toSorted()).toEqual([
        0, 1, 2, 3, 4, 5, 6,
      ])
    })

    test("a refill that is due comes first, and once, however many spend at its instant", async () => {
      const key = await stored({ remaining: 2 })
      expect(await spend(key, 3, later(midnight, -1))).toMatchObject({ accepted: false })
      const spendings = await Promise.all(Array.from({ length: 15 }, () => spend(key, 1, midnight)))
      expect(spendings.filter((spending) => spending?.accepted)).toHaveLength(10)
      const refillsAt = later(midnight, 24 * hour)
      expect((await read(key))?.credits).toMatchObject({ remaining: 0, refillsAt })
    })

    test("a balance tells of refills that are due, and gives none", async () => {
      const key = await stored({ remaining: 2 })
      const balance = (now: Instant) => store().creditBalance(key.organizationId, key.id, now)
      expect(await balance(noon)).toEqual({ remaining: 2, refillsAt: midnight })
      expect(await balance(midnight)).toEqual({ remaining: 10, refillsAt: later(midnight, 24 * hour) })
      expect(await read(key)).toEqual(key)
    })

    test("without a refill what is spent is spent", async () => {
      const key = await stored({ remaining: 1, refill: null, refillsAt: null })
      expect(await spend(key, 1)).toMatchObject({ accepted: true })
      const spending = await spend(key, 1, later(noon, 10_000 * hour))
      expect(spending).toEqual({ accepted: false, balance: { remaining: 0, refillsAt: null } })
    })

    test("a key without credits has nothing to spend, nor has one that is unknown or deleted", async () => {
      const founded = await found(store())
      const [without, deleted] = [
        sampleKey(founded),
        sampleKey(founded, { credits: sampleCredits({ remaining: 5 }) }),
      ]
      await insertKeys(store(), without, deleted)
      await updateKey(store(), deleted, { deletedAt: noon })
      for (const id of [without.id, deleted.id, nextId()]) {
        expect(await store().spendCredits(founded.organization.id, id, 1, noon)).toBeNull()
        expect(await store().spendCredits(founded.organization.id, id, 99, noon)).toBeNull()
        expect(await store().creditBalance(founded.organization.id, id, noon)).toBeNull()
        for (const change of [
          { kind: "credits.set", keyId: id, remaining: 1, at: noon },
          { kind: "credits.add", keyId: id, units: 1, at: noon },
        ] as const) {
          await expectFailure(commit(store(), founded.organization.id, change), {
            code: "not_found",
            resource: "key",
          })
        }
      }
    })

    test("a change of the key leaves what is left, whatever it read", async () => {
      const key = await stored()
      await spend(key, 4)
      const named = await updateKey(store(), key, { name: "renamed" })
      expect(await read(named)).toEqual({ ...named, credits: { ...key.credits, remaining: 6 } })
    })

    test("another schedule starts at the change, after what was due by the one before", async () => {
      const key = await stored({ remaining: 3 })
      const refill = { amount: 1, maximum: 50, every: "month", on: 1, at: "06:30", timeZone: "UTC" } as const
      const changed = {
        ...revised(key, { credits: sampleCredits({ refill }) }),
        updatedAt: later(midnight, minute),
      }
      await commit(store(), key.organizationId, keyUpdate(changed))
      const refillsAt = Date.UTC(2026, 6, 1, 6, 30) as Instant
      expect((await read(key))?.credits).toEqual({ remaining: 10, refillsAt, refill, onUnavailable: "deny" })
      const kept = await updateKey(store(), changed, { credits: sampleCredits({ refill: null }) })
      expect((await read(kept))?.credits).toMatchObject({ remaining: 10, refill: null, refillsAt: null })
    })

    test("come and go with a change of the key", async () => {
      const founded = await found(store())
      const key = sampleKey(founded)
      await insertKeys(store(), key)
      const given = await updateKey(store(), key, { credits: sampleCredits({ remaining: 4 }) })
      expect(await spend(given, 1)).toMatchObject({ accepted: true, balance: { remaining: 3 } })
      const freed = await updateKey(store(), given, { credits: null })
      expect(await read(freed)).toEqual(freed)
      expect(await spend(freed, 1)).toBeNull()
      const again = await updateKey(store(), freed, { credits: sampleCredits({ remaining: 9 }) })
      expect(await read(again)).toEqual(again)
    })

    test("are set and added to, which is no change of the key either", async () => {
      const key = await stored({ remaining: 2 })
      const at = later(midnight, 1)
      const balanceAfter = async (...changes: Parameters<typeof commit>[2][]) => {
        await commit(store(), key.organizationId, ...changes)
        const after = await read(key)
        expect(after?.revision).toBe(key.revision)
        return { remaining: after?.credits?.remaining, refillsAt: after?.credits?.refillsAt }
      }
      const refillsAt = later(midnight, 24 * hour)
      expect(await balanceAfter({ kind: "credits.add", keyId: key.id, units: 100, at })).toEqual({
        remaining: 110,
        refillsAt,
      })
      expect(await balanceAfter({ kind: "credits.set", keyId: key.id, remaining: 0, at })).toEqual({
        remaining: 0,
        refillsAt,
      })
      await Promise.all([
        ...Array.from({ length: 10 }, () =>
          commit(store(), key.organizationId, { kind: "credits.add", keyId: key.id, units: 10, at }),
        ),
        ...Array.from({ length: 10 }, () => spend(key, 1, at)),
      ])
      const spentMeanwhile = 100 - ((await read(key))?.credits?.remaining ?? 0)
      expect(spentMeanwhile).toBeGreaterThanOrEqual(0)
      expect(spentMeanwhile).toBeLessThanOrEqual(10)
    })

    test("are never more than the most there can be", async () => {
      const key = await stored({ remaining: creditMaximum })
      const change = { kind: "credits.add", keyId: key.id, units: 1, at: noon } as const
      await expect(commit(store(), key.organizationId, change)).rejects.toMatchObject({
        failure: { code: "invalid_input" },
      })
      expect(await spend(key, creditMaximum)).toMatchObject({ accepted: true, balance: { remaining: 0 } })
    })

    test("are in every list", async () => {
      const founded = await found(store())
      const keys = [
        sampleKey(founded, { credits: sampleCredits({ remaining: 3 }) }),
        sampleKey(founded),
        sampleKey(founded, { credits: sampleCredits({ remaining: 8 }) }),
      ]
      await insertKeys(store(), ...keys)
      const page = await store().keys(founded.organization.id, {}, noon, { limit: 5, after: null })
      expect(page.items.map(({ credits }) => credits?.remaining)).toEqual([8, undefined, 3])
      const digests = keys.flatMap(({ secrets }) => secrets.slice(0, 1))
      expect((await store().subject(digests.slice(0, 1)))?.key.credits).toEqual(keys[0]?.credits)
    })
  })
}
