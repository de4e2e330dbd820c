import { describe, expect, test } from "vitest"
import { type Instant, later } from "../../time.ts"
import type { EndedPosition } from "../list.ts"
import type { Store } from "../store.ts"
import {
  commit,
  everyPage,
  expectFailure,
  found,
  insertKeys,
  keyInsert,
  minute,
  noon,
  sampleKey,
  sampleSecret,
  updateKey,
} from "./sample.ts"

/** Long ago, so that nobody else's secret has ended by then. */
const past = Date.UTC(2001, 0, 1) as Instant

export function endedSecretContract(store: () => Store): void {
  describe("ended secrets", () => {
    test("a forgotten secret is no more its key's, and stays taken", async () => {
      const founded = await found(store())
      const organizationId = founded.organization.id
      const [first, second] = [sampleSecret({ expiresAt: noon }), sampleSecret({ version: 2 })]
      const key = sampleKey(founded, { secrets: [first, second] })
      await insertKeys(store(), key)
      const forget = (version: number) => ({ kind: "secret.forget", keyId: key.id, version }) as const
      await commit(store(), organizationId, forget(1))
      await commit(store(), organizationId, forget(1))

      expect(await store().key(organizationId, key.id)).toEqual({ ...key, secrets: [second] })
      expect(await store().subject([first])).toBeNull()
      expect((await store().subject([second]))?.secretVersion).toBe(2)
      expect(await store().digestTaken([first])).toBe(true)
      const taken = { code: "already_exists", resource: "secret", member: "digest" } as const
      const again = sampleSecret({ digest: first.digest })
      await expectFailure(
        commit(store(), organizationId, keyInsert(sampleKey(founded, { secrets: [again] }))),
        taken,
      )
      const put = { kind: "secret.put", keyId: key.id, secret: { ...again, version: 3 } } as const
      await expectFailure(commit(store(), organizationId, put), taken)
      await expectFailure(commit(store(), (await found(store())).organization.id, forget(2)), {
        code: "not_found",
        resource: "key",
      })
      expect((await store().key(organizationId, key.id))?.secrets).toEqual([second])
    })

    test("a secret that was forgotten since it was read is not put back", async () => {
      const founded = await found(store())
      const organizationId = founded.organization.id
      const [first, second] = [sampleSecret({ sealed: "v1.s" }), sampleSecret({ version: 2 })]
      const key = sampleKey(founded, { secrets: [first, second] })
      await insertKeys(store(), key)
      await commit(store(), organizationId, { kind: "secret.forget", keyId: key.id, version: 1 })
      const secret = { ...first, sealed: null }
      await commit(store(), organizationId, { kind: "secret.put", keyId: key.id, secret })
      expect((await store().key(organizationId, key.id))?.secrets).toEqual([second])
    })

    test("those that ended before an instant are purged page by page, but for the newest of a key", async () => {
      const [ours, theirs] = [await found(store()), await found(store())]
      const ended = (version: number, minutes: number) =>
        sampleSecret({ version, expiresAt: later(past, minutes * minute) })
      const current = (version: number) => sampleSecret({ version })
      const often = sampleKey(ours, { secrets: [ended(1, -9), ended(2, -5), ended(3, -1), current(4)] })
      const cancelled = sampleKey(ours, { secrets: [ended(1, -4), current(2), ended(3, -8)] })
      const deleted = sampleKey(theirs, { secrets: [ended(1, -7), current(2)], deletedAt: noon })
      const lately = sampleKey(theirs, { secrets: [ended(1, 0), current(2)] })
      await insertKeys(store(), often, cancelled, deleted, lately)

      const list = (after: EndedPosition | null) => store().purgeEndedSecrets(past, { limit: 2, after })
      const first = await list(null)
      const { organization } = ours
      expect(first.items).toEqual([{ organizationId: organization.id, id: often.id }])
      const last = { endedAt: later(past, -8 * minute), keyId: cancelled.id, secretVersion: 3 }
      expect(first.next).toEqual(last)
      const versions = async () => {
        const deletedKey = await store().deletedKey(theirs.organization.id, deleted.id)
        const keys = [
          await store().key(organization.id, often.id),
          await store().key(organization.id, cancelled.id),
          await store().key(theirs.organization.id, lately.id),
          deletedKey,
        ]
        return keys.map((key) => key?.secrets.map(({ version }) => version))
      }
      expect(await versions()).toEqual([
        [2, 3, 4],
        [1, 2, 3],
        [1, 2],
        [1, 2],
      ])
      const rest = await everyPage((after: EndedPosition | null) => list(after ?? first.next))
      expect(rest.map(({ id }) => id)).toEqual([deleted.id, often.id, cancelled.id, often.id])
      expect(await versions()).toEqual([[4], [2, 3], [1, 2], [2]])
      expect(await everyPage(list)).toEqual([])

      expect((await store().key(organization.id, often.id))?.revision).toBe(1)
      expect(await store().digestTaken(often.secrets.slice(0, 1))).toBe(true)
      // Once there is a newer one, it goes too.
      const next = await updateKey(store(), cancelled)
      const put = { kind: "secret.put", keyId: next.id, secret: current(4) } as const
      await commit(store(), organization.id, put)
      expect((await list(null)).items).toEqual([{ organizationId: organization.id, id: cancelled.id }])
      expect(await versions()).toEqual([[4], [2, 4], [1, 2], [2]])
    })
  })
}
