import { describe, expect, test } from "vitest"
import type { Digest } from "../../key/digest.ts"
import type { Key } from "../../key/key.ts"
import { later } from "../../time.ts"
import type { Store } from "../store.ts"
import {
  commit,
  expectFailure,
  type Founded,
  found,
  hour,
  insertKeys,
  keyInsert,
  keyUpdate,
  minute,
  nextId,
  noon,
  revised,
  sampleKey,
  sampleSecret,
  updateKey,
  usedAt,
} from "./sample.ts"

export function keyContract(store: () => Store): void {
  describe("keys and secrets", () => {
    test("a key is read as it was written, every member of it", async () => {
      const founded = await found(store())
      const bare = sampleKey(founded)
      const full = fullKey(founded)
      await insertKeys(store(), bare, full)
      expect(await store().key(founded.organization.id, bare.id)).toEqual(bare)
      expect(await store().key(founded.organization.id, full.id)).toEqual(full)
      expect(await store().key(founded.organization.id, nextId())).toBeNull()
    })

    test("a key is found by its alias", async () => {
      const founded = await found(store())
      const organizationId = founded.organization.id
      const [key, other] = [sampleKey(founded), sampleKey(founded)]
      await insertKeys(store(), key, other)
      expect(await store().keyByAlias(organizationId, key.alias)).toEqual(key)
      expect(await store().keyByAlias(organizationId, 0)).toBeNull()
      expect(await store().deletedKeyByAlias(organizationId, key.alias)).toBeNull()
    })

    test("an updated key is the new one as a whole, except for its secrets and last use", async () => {
      const founded = await found(store())
      const key = fullKey(founded)
      await insertKeys(store(), key)
      const bare = { ...sampleKey(founded), id: key.id, revision: 2 }
      await commit(store(), founded.organization.id, keyUpdate(bare))
      expect(await store().key(founded.organization.id, key.id)).toEqual({
        ...bare,
        secrets: key.secrets,
        lastUsedAt: key.lastUsedAt,
      })
    })

    test("ids, aliases and digests that are taken are refused, whatever became of who took them", async () => {
      const founded = await found(store())
      const organizationId = founded.organization.id
      const key = sampleKey(founded)
      await insertKeys(store(), key)
      const takenId = { code: "already_exists", resource: "key", member: "id" } as const
      const takenDigest = { code: "already_exists", resource: "secret", member: "digest" } as const
      const expectTaken = async () => {
        await expectFailure(
          commit(store(), organizationId, keyInsert(sampleKey(founded, { id: key.id }))),
          takenId,
        )
        await expectFailure(
          commit(store(), organizationId, keyInsert(sampleKey(founded, { alias: key.alias }))),
          { ...takenId, member: "alias" },
        )
        const sameSecret = sampleKey(founded, { secrets: key.secrets })
        await expectFailure(commit(store(), organizationId, keyInsert(sameSecret)), takenDigest)
      }
      await expectTaken()
      await updateKey(store(), key, { deletedAt: noon })
      await expectTaken()
    })

    test("a digest is taken for as long as its secret is known, whatever became of its key", async () => {
      const founded = await found(store())
      const key = sampleKey(founded, { secrets: [sampleSecret(), sampleSecret({ version: 2 })] })
      const [first, second] = key.secrets
      const unknown = { pepperVersion: 1, digest: "of no secret" }
      const taken = (...digests: (Digest | undefined)[]) =>
        store().digestTaken(digests.filter((digest) => digest !== undefined))
      expect(await taken(first, second)).toBe(false)
      await insertKeys(store(), key)
      const answers = async () => [
        await taken(first),
        await taken(unknown, second),
        await taken(unknown),
        await taken(),
      ]
      expect(await answers()).toEqual([true, true, false, false])
      await updateKey(store(), key, { deletedAt: noon })
      expect(await answers()).toEqual([true, true, false, false])
    })

    test("a digest that another key of the same commit takes is refused too", async () => {
      const founded = await found(store())
      const secrets = [sampleSecret()]
      const [a, b] = [sampleKey(founded, { secrets }), sampleKey(founded, { secrets })]
      await expectFailure(commit(store(), founded.organization.id, keyInsert(a), keyInsert(b)), {
        code: "already_exists",
        resource: "secret",
        member: "digest",
      })
      expect(await store().key(founded.organization.id, a.id)).toBeNull()
    })

    test("a deleted key is invisible everywhere", async () => {
      const founded = await found(store())
      const organizationId = founded.organization.id
      const key = fullKey(founded)
      await insertKeys(store(), key)
      await store().recordUsage([used(key, later(noon, hour))])
      const deleted = await updateKey(store(), key, { deletedAt: later(noon, hour) })

      expect(await store().key(organizationId, key.id)).toBeNull()
      expect(await store().keyByAlias(organizationId, key.alias)).toBeNull()
      expect(await store().deletedKeyByAlias(organizationId, key.alias)).toMatchObject({
        id: key.id,
        revision: deleted.revision,
        deletedAt: deleted.deletedAt,
      })
      expect(await store().subject(key.secrets)).toBeNull()
      const lists = [
        {},
        { owner: key.owner },
        { keyspaceId: key.keyspaceId },
        { tag: key.tags[0] ?? "" },
        { namePrefix: key.name },
        { expiresFrom: noon },
        { lastUsedFrom: noon },
      ]
      for (const filter of lists) {
        const page = await store().keys(organizationId, filter, noon, { limit: 10, after: null })
        expect(page, JSON.stringify(filter)).toEqual({ items: [], next: null })
      }
      expect(await store().usage(organizationId, key.id, noon, later(noon, 24 * hour))).toEqual([])

      const gone = { code: "not_found", resource: "key" } as const
      await expectFailure(
        commit(store(), organizationId, keyUpdate(revised(deleted, { deletedAt: null }))),
        gone,
      )
      const secret = sampleSecret({ version: 3 })
      await expectFailure(
        commit(store(), organizationId, { kind: "secret.put", keyId: key.id, secret }),
        gone,
      )
      await store().recordUsage([used(key, later(noon, 2 * hour))])
      const page = await store().keys(organizationId, { lastUsedFrom: noon }, noon, {
        limit: 10,
        after: null,
      })
      expect(page.items).toEqual([])
    })

    test("a subject is found by any of the digests that its secret may be stored as", async () => {
      const founded = await found(store())
      const old = sampleSecret({ version: 1, pepperVersion: 1 })
      const current = sampleSecret({ version: 2, pepperVersion: 2 })
      const key = sampleKey(founded, { secrets: [old, current] })
      await insertKeys(store(), sampleKey(founded), key, sampleKey(founded))
      const unknown = { pepperVersion: 3, digest: "of no secret" }

      const subject = { key, owner: null }
      expect(await store().subject([unknown, old])).toEqual({ ...subject, secretVersion: 1 })
      expect(await store().subject([old, unknown])).toEqual({ ...subject, secretVersion: 1 })
      expect(await store().subject([current])).toEqual({ ...subject, secretVersion: 2 })
      expect(await store().subject([unknown])).toBeNull()
      expect(await store().subject([])).toBeNull()
    })

    test("a secret is added beside the others, in the order of versions", async () => {
      const founded = await found(store())
      const key = sampleKey(founded)
      await insertKeys(store(), key)
      const [second, third] = [sampleSecret({ version: 2 }), sampleSecret({ version: 3 })]
      await commit(
        store(),
        founded.organization.id,
        keyUpdate(revised(key)),
        { kind: "secret.put", keyId: key.id, secret: second },
        { kind: "secret.put", keyId: key.id, secret: third },
      )
      const read = await store().key(founded.organization.id, key.id)
      expect(read?.secrets).toEqual([...key.secrets, second, third])
      expect((await store().subject([third]))?.secretVersion).toBe(3)
    })

    test("a secret that is put again keeps its digest, with the pepper's version, its sealed text and its last use", async () => {
      const founded = await found(store())
      const before = sampleSecret({ sealed: "v1.1.before" })
      const key = sampleKey(founded, { secrets: [before] })
      await insertKeys(store(), key)
      await store().recordUsage([used(key, later(noon, minute))])
      const newer = { pepperVersion: 2, digest: `newer ${before.digest}` }
      await store().redigest(key.id, 1, before, newer)
      const [sealed, resealed] = ["v1.1.before", "v1.2.after"]
      expect(await store().reseal([{ keyId: key.id, secretVersion: 1, sealed, resealed }])).toBe(1)

      const put = sampleSecret({
        ...before,
        hint: { start: "x", end: "y" },
        expiresAt: later(noon, hour),
      })
      await commit(store(), founded.organization.id, { kind: "secret.put", keyId: key.id, secret: put })
      const read = await store().key(founded.organization.id, key.id)
      expect(read?.secrets).toEqual([{ ...put, ...newer, sealed: resealed, lastUsedAt: later(noon, minute) }])
    })

    test("a secret that is put again without its sealed text has none any more", async () => {
      const founded = await found(store())
      const secret = sampleSecret({ sealed: "v1.1.before" })
      const key = sampleKey(founded, { secrets: [secret] })
      await insertKeys(store(), key)
      const put = { ...secret, sealed: null, expiresAt: noon }
      await commit(store(), founded.organization.id, { kind: "secret.put", keyId: key.id, secret: put })
      const read = await store().key(founded.organization.id, key.id)
      expect(read?.secrets).toEqual([put])
    })

    test("a secret cannot be added under a digest that is taken", async () => {
      const founded = await found(store())
      const [key, other] = [sampleKey(founded), sampleKey(founded)]
      await insertKeys(store(), key, other)
      const secret = sampleSecret({ version: 2, digest: other.secrets[0]?.digest ?? "" })
      await expectFailure(
        commit(store(), founded.organization.id, { kind: "secret.put", keyId: key.id, secret }),
        { code: "already_exists", resource: "secret", member: "digest" },
      )
    })

    test("a secret is stored under a newer pepper, and is not found by its old digest any more", async () => {
      const founded = await found(store())
      const key = sampleKey(founded)
      await insertKeys(store(), key)
      const [from = sampleSecret()] = key.secrets
      const to = { pepperVersion: 2, digest: `newer ${from.digest}` }
      await store().redigest(key.id, 1, from, to)

      const read = await store().key(founded.organization.id, key.id)
      expect(read).toEqual({ ...key, secrets: [{ ...from, ...to }] })
      expect(await store().subject([from])).toBeNull()
      expect((await store().subject([to]))?.key.id).toBe(key.id)
    })

    test("a secret that is not stored under the old digest any more stays as it is", async () => {
      const founded = await found(store())
      const [key, other] = [sampleKey(founded), sampleKey(founded)]
      await insertKeys(store(), key, other)
      const [from = sampleSecret()] = key.secrets
      const to = { pepperVersion: 2, digest: `newer ${from.digest}` }
      await store().redigest(key.id, 1, { pepperVersion: 1, digest: "of no secret" }, to)
      await store().redigest(key.id, 2, from, to)
      await store().redigest(other.id, 1, from, to)
      await store().redigest(nextId(), 1, from, to)
      expect(await store().key(founded.organization.id, key.id)).toEqual(key)
      expect(await store().key(founded.organization.id, other.id)).toEqual(other)
    })
  })
}

function used(key: Key, at: Key["createdAt"]) {
  const counts = [{ hour: noon, outcome: "VALID", count: 1 }] as const
  return { organizationId: key.organizationId, keyId: key.id, lastUsed: usedAt(at), counts }
}

/** A key with something in every member. */
function fullKey(founded: Founded): Key {
  return sampleKey(founded, {
    owner: { kind: "external", id: "customer/42 \\ 'quoted' \"twice\"" },
    name: "Zoë's 🔑 \u202e key",
    permissions: ["invoices.*", "!invoices.delete"],
    roles: ["clerk"],
    tags: ["production", "eu-west"],
    metadata: { nested: { list: [1, 2.5, -3, null, true, "\u0000 and \ud83d\udd11"] }, "": "empty name" },
    limits: [{ name: "burst", count: 10, windowSeconds: 1 }],
    allowedAddresses: ["203.0.113.0/24", "2001:db8::/32"],
    allowedOrigins: ["https://*.example.com"],
    notBefore: later(noon, -hour),
    expiresAt: later(noon, 24 * hour),
    rotation: {
      everySeconds: 86_400,
      overlapSeconds: 0,
      dueAt: later(noon, hour),
      announcedAt: later(noon, 9),
    },
    disabledAt: later(noon, 1),
    revokedAt: later(noon, 2),
    revocation: { reason: "compromised", note: "found in a log" },
    createdAt: later(noon, -2 * hour),
    updatedAt: later(noon, 3),
    lastUsedAt: later(noon, -minute),
    secrets: [
      sampleSecret({ lastUsedAt: later(noon, -minute), expiresAt: later(noon, hour) }),
      sampleSecret({ version: 2, pepperVersion: 3, sealed: "v1.1.nonce.text.tag" }),
    ],
  })
}
