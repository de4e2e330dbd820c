import { describe, expect, test } from "vitest"
import type { Change } from "../change.ts"
import type { Store } from "../store.ts"
import {
  commit,
  expectFailure,
  found,
  insertKeys,
  keyInsert,
  keyUpdate,
  nextId,
  principalUpdate,
  revised,
  sampleDraft,
  sampleKey,
  sampleKeyspace,
  sampleLink,
  sampleOrganization,
  sampleSecret,
  sampleSession,
  sampleUser,
  updateKey,
} from "./sample.ts"

export function commitContract(store: () => Store): void {
  describe("commits", () => {
    test("a commit whose last change fails leaves nothing, the audit chain included", async () => {
      const founded = await found(store())
      const organizationId = founded.organization.id
      const key = sampleKey(founded, { tags: ["a"] })
      await insertKeys(store(), key)
      const head = await store().auditHead(organizationId)

      const user = sampleUser(organizationId)
      const keyspace = sampleKeyspace(organizationId)
      const added = sampleKey(founded)
      const session = sampleSession(user)
      const renamed = { ...founded.organization, name: "new", revision: 2 }
      const changes: Change[] = [
        { kind: "organization.update", organization: renamed },
        { kind: "principal.insert", principal: user },
        { kind: "session.insert", session },
        { kind: "link.insert", link: sampleLink(user) },
        principalUpdate(user, { displayName: "new" }),
        { kind: "sessions.delete", userId: user.id, exceptId: null },
        { kind: "keyspace.insert", keyspace },
        { kind: "keyspace.update", keyspace: { ...founded.keyspace, description: "new", revision: 2 } },
        keyInsert(added),
        keyUpdate(revised(key, { name: "new", tags: ["b"] })),
        { kind: "secret.put", keyId: key.id, secret: sampleSecret({ version: 2 }) },
        keyInsert(sampleKey(founded, { secrets: key.secrets })),
      ]
      await expectFailure(commit(store(), organizationId, ...changes), {
        code: "already_exists",
        resource: "secret",
        member: "digest",
      })

      expect(await store().organization(organizationId)).toEqual(founded.organization)
      expect(await store().principal(organizationId, user.id)).toBeNull()
      expect(await store().session(organizationId, session.id)).toBeNull()
      expect(await store().keyspace(organizationId, keyspace.id)).toBeNull()
      expect(await store().keyspace(organizationId, founded.keyspace.id)).toEqual(founded.keyspace)
      expect(await store().key(organizationId, added.id)).toBeNull()
      expect(await store().key(organizationId, key.id)).toEqual(key)
      expect(await store().subject([{ pepperVersion: 1, digest: added.secrets[0]?.digest ?? "" }])).toBeNull()
      expect(await store().auditHead(organizationId)).toEqual(head)
      const tagged = await store().keys(organizationId, { tag: "b" }, key.createdAt, {
        limit: 5,
        after: null,
      })
      expect(tagged.items).toEqual([])
      // What was not taken is free again.
      await commit(store(), organizationId, { kind: "principal.insert", principal: user }, keyInsert(added))
    })

    test("changes are made in order: one may build on the one before", async () => {
      const founded = await found(store())
      const organizationId = founded.organization.id
      const keyspace = sampleKeyspace(organizationId)
      const key = sampleKey({ ...founded, keyspace })
      const renamed = revised(key, { name: "renamed" })
      await commit(
        store(),
        organizationId,
        { kind: "keyspace.insert", keyspace },
        keyInsert(key),
        keyUpdate(renamed),
        keyUpdate(revised(renamed, { name: "again" })),
      )
      expect(await store().key(organizationId, key.id)).toMatchObject({ name: "again", revision: 3 })
    })

    test("a rehearsal refuses what the commit would, and makes nothing", async () => {
      const founded = await found(store())
      const organizationId = founded.organization.id
      const key = sampleKey(founded, { tags: ["a"] })
      await insertKeys(store(), key)
      const added = sampleKey(founded)
      const head = await store().auditHead(organizationId)
      const changes = [keyInsert(added, { maxKeys: 2 }), keyUpdate(revised(key, { tags: ["b"] }))]
      const rehearse = (...more: Change[]) =>
        store().rehearse({
          organizationId,
          changes: [...changes, ...more],
          events: [sampleDraft(organizationId)],
        })
      await rehearse()
      const full = { code: "too_many_keys", limit: 2, per: "keyspace" } as const
      await expectFailure(rehearse(keyInsert(sampleKey(founded), { maxKeys: 2 })), full)
      expect(await store().key(organizationId, added.id)).toBeNull()
      expect(await store().key(organizationId, key.id)).toEqual(key)
      expect(await store().auditHead(organizationId)).toEqual(head)
      await store().commit({ organizationId, changes, events: [sampleDraft(organizationId)] })
    })

    test("an update from any revision but the stored one is a conflict and changes nothing", async () => {
      const founded = await found(store())
      const organizationId = founded.organization.id
      const key = sampleKey(founded)
      await insertKeys(store(), key)
      const second = await updateKey(store(), key, { name: "second" })

      const conflict = { code: "revision_conflict", resource: "key" } as const
      for (const revision of [1, 2, 4]) {
        const stale = { ...second, name: "stale", revision }
        await expectFailure(commit(store(), organizationId, keyUpdate(stale)), conflict)
      }
      expect(await store().key(organizationId, key.id)).toEqual(second)

      for (const revision of [1, 3]) {
        const stale = { ...founded.keyspace, name: "stale", revision }
        await expectFailure(commit(store(), organizationId, { kind: "keyspace.update", keyspace: stale }), {
          code: "revision_conflict",
          resource: "keyspace",
        })
      }
      expect(await store().keyspace(organizationId, founded.keyspace.id)).toEqual(founded.keyspace)
    })

    test("what does not exist cannot be updated", async () => {
      const founded = await found(store())
      const organizationId = founded.organization.id
      const key = revised(sampleKey(founded))
      await expectFailure(commit(store(), organizationId, keyUpdate(key)), {
        code: "not_found",
        resource: "key",
      })
      const keyspace = { ...sampleKeyspace(organizationId), revision: 2 }
      await expectFailure(commit(store(), organizationId, { kind: "keyspace.update", keyspace }), {
        code: "not_found",
        resource: "keyspace",
      })
      const secret = sampleSecret({ version: 2 })
      await expectFailure(commit(store(), organizationId, { kind: "secret.put", keyId: key.id, secret }), {
        code: "not_found",
        resource: "key",
      })
    })

    test("nothing is committed for an organization that does not exist", async () => {
      const unknown = nextId()
      await expectFailure(
        commit(store(), unknown, { kind: "principal.insert", principal: sampleUser(unknown) }),
        {
          code: "not_found",
          resource: "organization",
        },
      )
      const organization = { ...sampleOrganization({ id: unknown }), revision: 2 }
      await expectFailure(commit(store(), unknown, { kind: "organization.update", organization }), {
        code: "not_found",
        resource: "organization",
      })
      await expectFailure(commit(store(), unknown), { code: "not_found", resource: "organization" })
    })

    test("a key needs its keyspace", async () => {
      const founded = await found(store())
      const key = sampleKey(founded, { keyspaceId: nextId() })
      await expectFailure(commit(store(), founded.organization.id, keyInsert(key)), {
        code: "not_found",
        resource: "keyspace",
      })
    })

    test("events without changes are recorded, in the order given", async () => {
      const { organization } = await found(store())
      const head = await store().auditHead(organization.id)
      const events = [1, 2, 3].map((at) => sampleDraft(organization.id, { details: { at } }))
      await store().commit({ organizationId: organization.id, changes: [], events })
      const page = await store().auditEvents(
        organization.id,
        {},
        { limit: 10, after: head.sequence, ascending: true },
      )
      expect(page.items.map(({ id }) => id)).toEqual(events.map(({ id }) => id))
    })

    test("what is stored is the store's own: altering what was given or read changes nothing", async () => {
      const founded = await found(store())
      const metadata = { team: "billing" }
      const key = sampleKey(founded, { metadata })
      await insertKeys(store(), key)
      metadata.team = "altered"
      const read = await store().key(founded.organization.id, key.id)
      Object.assign(read?.metadata ?? {}, { team: "altered" })
      const again = await store().key(founded.organization.id, key.id)
      expect(again?.metadata).toEqual({ team: "billing" })
    })
  })
}
