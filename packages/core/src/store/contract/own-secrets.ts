import { describe, expect, test } from "vitest"
import { type Instant, later } from "../../time.ts"
import type { SealedSecret, Store, StoredUnder } from "../store.ts"
import {
  commit,
  everyPage,
  found,
  insertKeys,
  minute,
  nextId,
  noon,
  sampleKey,
  sampleLink,
  sampleReplay,
  sampleSecret,
  sampleSession,
  sampleUser,
  updateKey,
} from "./sample.ts"

/** A version that no other case has. */
let latest = 1000
const nextVersion = () => latest++

export function ownSecretContract(store: () => Store): void {
  describe("versions of the installation's own secrets", () => {
    const countOf = async (what: StoredUnder, version: number, most = 100, now: Instant = noon) =>
      (await store().storedUnder(what, now, most)).find((one) => one.version === version)?.count ?? 0
    const sealedText = (version: number) => `v1.${version}.${nextId().slice(-16)}.text.tag`

    test("secrets are counted under each version of the pepper, to a most", async () => {
      const ours = await found(store())
      const [older, newer] = [nextVersion(), nextVersion()]
      const secrets = () =>
        [older, older, newer].map((pepperVersion, at) => sampleSecret({ pepperVersion, version: at + 1 }))
      const keys = [sampleKey(ours, { secrets: secrets() }), sampleKey(ours, { secrets: secrets() })]
      await insertKeys(store(), ...keys)
      expect(await countOf("secrets", older)).toBe(4)
      expect(await countOf("secrets", older, 3)).toBe(3)
      expect(await countOf("secrets", newer)).toBe(2)
      const versions = (await store().storedUnder("secrets", noon, 1)).map(({ version }) => version)
      expect(versions).toEqual(versions.toSorted((a, b) => a - b))
      // Deleted keys can be restored.
      for (const key of keys) await updateKey(store(), key, { deletedAt: noon })
      expect(await countOf("secrets", older)).toBe(4)
      const [first = sampleSecret()] = keys[0]?.secrets ?? []
      await store().redigest(keys[0]?.id ?? "", 1, first, {
        pepperVersion: newer,
        digest: `again ${first.digest}`,
      })
      expect([await countOf("secrets", older), await countOf("secrets", newer)]).toEqual([3, 3])
    })

    test("sessions and links count until they expire, links until they are used", async () => {
      const { organization } = await found(store())
      const user = sampleUser(organization.id)
      const pepperVersion = nextVersion()
      const [one, other] = [1, 2].map((at) => ({ pepperVersion, expiresAt: later(noon, at * minute) }))
      const links = [sampleLink(user, one), sampleLink(user, other), sampleLink(user, other)]
      await commit(
        store(),
        organization.id,
        { kind: "principal.insert", principal: user },
        { kind: "session.insert", session: sampleSession(user, one) },
        { kind: "session.insert", session: sampleSession(user, other) },
        ...links.map((link) => ({ kind: "link.insert", link }) as const),
        { kind: "link.use", linkId: links[2]?.id ?? "", usedAt: noon },
      )
      const at = (minutes: number, what: StoredUnder) =>
        countOf(what, pepperVersion, 100, later(noon, minutes * minute))
      expect([await at(0, "sessions"), await at(1, "sessions"), await at(2, "sessions")]).toEqual([2, 1, 0])
      expect([await at(0, "links"), await at(1, "links"), await at(2, "links")]).toEqual([2, 1, 0])
    })

    test("sealed texts are counted under their version, and not under one that begins alike", async () => {
      const ours = await found(store())
      const version = nextVersion()
      const longer = version * 10
      const sealed = [version, version, longer].map((one, at) =>
        sampleSecret({ version: at + 1, sealed: sealedText(one) }),
      )
      await insertKeys(store(), sampleKey(ours, { secrets: [...sealed, sampleSecret({ version: 4 })] }))
      for (const one of [version, longer, longer]) {
        const replay = sampleReplay(ours.organization.id, { sealed: sealedText(one) + "x".repeat(5000) })
        await commit(store(), ours.organization.id, { kind: "replay.insert", replay })
      }
      const both = async (what: StoredUnder) => [await countOf(what, version), await countOf(what, longer)]
      expect(await both("sealed_secrets")).toEqual([2, 1])
      expect(await both("replays")).toEqual([1, 2])
      expect(await countOf("sealed_secrets", version, 1)).toBe(1)
    })

    test("what is sealed under a version is listed page by page, and sealed anew once", async () => {
      const ours = await found(store())
      const [from, to] = [nextVersion(), nextVersion()]
      const keys = Array.from({ length: 5 }, () =>
        sampleKey(ours, { secrets: [sampleSecret({ sealed: sealedText(from) })] }),
      )
      await insertKeys(
        store(),
        ...keys,
        sampleKey(ours, { secrets: [sampleSecret({ sealed: sealedText(to) })] }),
      )
      await updateKey(store(), keys[4] ?? sampleKey(ours), { deletedAt: noon })
      const all = () =>
        everyPage<SealedSecret, string>((after) => store().sealedSecrets(from, { limit: 2, after }))
      const listed = await all()
      expect(listed.map(({ sealed }) => sealed).toSorted()).toEqual(
        keys.flatMap(({ secrets }) => secrets.map(({ sealed }) => sealed)).toSorted(),
      )
      const anew = listed.map((one) => ({ ...one, resealed: sealedText(to) }))
      expect(
        await store().reseal([...anew.slice(0, 2), { ...anew[4], sealed: "changed" } as (typeof anew)[0]]),
      ).toBe(2)
      expect(await all()).toEqual(listed.slice(2))
      expect(await store().reseal(anew)).toBe(3)
      expect(await store().reseal(anew)).toBe(0)
      expect(await all()).toEqual([])
      const [first] = anew
      const read = await store().key(ours.organization.id, first?.keyId ?? "")
      const deleted = await store().deletedKey(ours.organization.id, first?.keyId ?? "")
      expect((read ?? deleted)?.secrets[0]?.sealed).toBe(first?.resealed)
      expect((await store().key(ours.organization.id, keys[0]?.id ?? ""))?.revision).toBe(1)
    })
  })
}
