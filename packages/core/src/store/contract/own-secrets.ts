import { describe, expect, test } from "vitest"
import { forgottenDigest } from "../../key/digest.ts"
import type { Key, Secret } from "../../key/key.ts"
import { endedForGood, secretIsUnusable } from "../../key/lifecycle.ts"
import { type Instant, later } from "../../time.ts"
import type { SealedSecret, Store, StoredUnder } from "../store.ts"
import {
  commit,
  everyPage,
  found,
  hour,
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

const revokedThen = { revokedAt: noon, revocation: { reason: "unspecified", note: null } } as const

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

    test("secrets that nobody can use any more are counted apart, and no others", async () => {
      const ours = await found(store())
      const pepperVersion = nextVersion()
      const now = later(noon, 24 * hour)
      const over = endedForGood(now)
      const secret = (expiresAt: Instant | null) => sampleSecret({ pepperVersion, expiresAt })
      const usable: Partial<Key>[] = [
        {},
        { disabledAt: noon },
        { notBefore: later(now, hour) },
        { expiresAt: noon },
        { deletedAt: noon },
        { owner: { kind: "external", id: "anna" } },
      ]
      const keys = [
        ...usable.map((members) => sampleKey(ours, { ...members, secrets: [secret(null)] })),
        sampleKey(ours, { secrets: [secret(later(over, 1))] }),
        sampleKey(ours, { secrets: [secret(over)] }),
        sampleKey(ours, { secrets: [secret(noon)], deletedAt: noon }),
        sampleKey(ours, { ...revokedThen, secrets: [secret(null)] }),
        sampleKey(ours, { ...revokedThen, secrets: [secret(noon)], deletedAt: noon }),
      ]
      await insertKeys(store(), ...keys)
      const counted = keys.map((key) => secretIsUnusable(key, key.secrets[0] ?? sampleSecret(), now))
      expect(counted.filter((unusable) => unusable)).toHaveLength(4)
      const both = async () => [
        await countOf("secrets", pepperVersion, 100, now),
        await countOf("unusable_secrets", pepperVersion, 100, now),
      ]
      expect(await both()).toEqual([7, 4])
      expect(await countOf("unusable_secrets", pepperVersion, 3, now)).toBe(3)
      expect(await countOf("secrets", pepperVersion, 3, now)).toBe(3)
      // Revoked, and purged, later than they were made.
      const [first = sampleKey(ours), , , , deleted = sampleKey(ours)] = keys
      await updateKey(store(), first, revokedThen)
      const purge = { kind: "key.purge", keyId: deleted.id, deletedBefore: later(noon, 1) } as const
      await commit(store(), ours.organization.id, purge)
      expect(await both()).toEqual([5, 6])
      expect(await store().storedUnder("unusable_secrets", now, 100)).not.toContainEqual(
        expect.objectContaining({ version: 0 }),
      )
    })

    test("the digests of secrets that nobody can use any more are forgotten in steps, and no others", async () => {
      const ours = await found(store())
      const organizationId = ours.organization.id
      const [pepperVersion, newer] = [nextVersion(), nextVersion()]
      const now = later(noon, 24 * hour)
      const under = (members: Partial<Secret>) => sampleSecret({ pepperVersion, sealed: "v1.s", ...members })
      const rotated = sampleKey(ours, {
        secrets: [
          under({ expiresAt: noon }),
          under({ version: 2 }),
          under({ version: 3, pepperVersion: newer }),
        ],
      })
      const revoked = sampleKey(ours, { ...revokedThen, secrets: [under({}), under({ version: 2 })] })
      const purged = sampleKey(ours, { deletedAt: noon, secrets: [under({})] })
      const elsewhere = sampleKey(ours, { ...revokedThen, secrets: [under({ pepperVersion: newer })] })
      await insertKeys(store(), rotated, revoked, purged, elsewhere)
      const purge = { kind: "key.purge", keyId: purged.id, deletedBefore: later(noon, 1) } as const
      await commit(store(), organizationId, purge)
      // Presented meanwhile, one of them is under the newer pepper already.
      const [presented = under({}), other = under({})] = revoked.secrets
      const again = { pepperVersion: newer, digest: `again ${presented.digest}` }
      await store().redigest(revoked.id, 1, presented, again)

      expect(await store().forgetUnusable(pepperVersion, now, 2)).toBe(2)
      expect(await countOf("unusable_secrets", pepperVersion, 100, now)).toBe(1)
      expect(await store().forgetUnusable(pepperVersion, now, 2)).toBe(1)
      expect(await store().forgetUnusable(pepperVersion, now, 2)).toBe(0)

      expect(await countOf("secrets", pepperVersion, 100, now)).toBe(1)
      expect(await store().key(organizationId, rotated.id)).toEqual({
        ...rotated,
        secrets: [{ ...rotated.secrets[0], ...forgottenDigest(rotated.id, 1) }, ...rotated.secrets.slice(1)],
      })
      expect(await store().key(organizationId, revoked.id)).toEqual({
        ...revoked,
        secrets: [
          { ...presented, ...again },
          { ...other, ...forgottenDigest(revoked.id, 2) },
        ],
      })
      expect(await store().key(organizationId, elsewhere.id)).toEqual(elsewhere)
      for (const gone of [rotated.secrets[0], other, purged.secrets[0]]) {
        expect(await store().subject([gone ?? other])).toBeNull()
        expect(await store().digestTaken([gone ?? other])).toBe(false)
        await store().redigest(revoked.id, 2, gone ?? other, { pepperVersion: newer, digest: nextId() })
        const anew = sampleKey(ours, { secrets: [sampleSecret({ digest: gone?.digest ?? "" })] })
        await insertKeys(store(), anew)
        expect((await store().subject(anew.secrets))?.key.id).toBe(anew.id)
      }
      // What was forgotten leaves nothing behind when the secret or its key goes.
      await commit(store(), organizationId, { kind: "secret.forget", keyId: rotated.id, version: 1 })
      const deleted = await updateKey(store(), revoked, { deletedAt: noon })
      const purging = { kind: "key.purge", keyId: deleted.id, deletedBefore: later(noon, 1) } as const
      await commit(store(), organizationId, purging)
      expect(
        await store().digestTaken([forgottenDigest(rotated.id, 1), forgottenDigest(revoked.id, 2)]),
      ).toBe(false)
      expect(await store().digestTaken([again])).toBe(true)
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
