import { describe, expect, test } from "vitest"
import { type KeyspacePolicy, openPolicy } from "../../keyspace.ts"
import { later } from "../../time.ts"
import type { TimePosition } from "../list.ts"
import type { Store } from "../store.ts"
import {
  commit,
  everyPage,
  expectFailure,
  found,
  minute,
  nextId,
  noon,
  sampleKeyspace,
  sampleOrganization,
} from "./sample.ts"

const fullPolicy: KeyspacePolicy = {
  maxKeys: 7,
  maxKeysPerOwner: 2,
  countedKeys: "all",
  uniqueNames: true,
  maxLifetimeSeconds: 86_400,
  expiryRequired: true,
  expiryWithinCreator: true,
  ownersGrant: true,
  defaultLifetimeSeconds: 60,
  requiredTags: ["team:*", "Zoë's 🔑"],
  exclusivePermissions: [["a", "b"]],
  maxOverlapSeconds: 0,
  idleSeconds: 7,
  disableIdle: true,
}

export function organizationContract(store: () => Store): void {
  describe("organizations and keyspaces", () => {
    test("an organization is read as it was written", async () => {
      const organization = sampleOrganization({ name: "Zoë & Søn 🔑" })
      await commit(store(), organization.id, { kind: "organization.insert", organization })
      expect(await store().organization(organization.id)).toEqual(organization)
      expect(await store().organization(nextId())).toBeNull()
    })

    test("organizations are listed oldest first, ties by id, and every one of them once", async () => {
      const newer = sampleOrganization({ createdAt: later(noon, minute) })
      const [a, b] = [sampleOrganization(), sampleOrganization()]
      for (const organization of [newer, b, a]) {
        await commit(store(), organization.id, { kind: "organization.insert", organization })
      }
      const listed = await everyPage((after: TimePosition | null) =>
        store().organizations({ limit: 3, after }),
      )
      const ids = listed.map(({ id }) => id)
      expect(new Set(ids).size).toBe(ids.length)
      expect(ids.filter((id) => [a.id, b.id, newer.id].includes(id))).toEqual([a.id, b.id, newer.id])
    })

    test("an updated organization is the new one as a whole, made from the revision before", async () => {
      const { organization } = await found(store())
      const { id } = organization
      const renamed = { ...organization, name: "Renamed", updatedAt: later(noon, minute), revision: 2 }
      await commit(store(), id, { kind: "organization.update", organization: renamed })
      expect(await store().organization(id)).toEqual(renamed)

      for (const revision of [1, 2, 4]) {
        const stale = { ...renamed, name: "stale", revision }
        await expectFailure(commit(store(), id, { kind: "organization.update", organization: stale }), {
          code: "revision_conflict",
          resource: "organization",
        })
      }
      expect(await store().organization(id)).toEqual(renamed)
    })

    test("a keyspace is read as it was written, by id and by name", async () => {
      const { organization } = await found(store())
      const keyspace = sampleKeyspace(organization.id, {
        kind: "management",
        description: "Keys of the back office.",
        retention: "recoverable",
        permissions: [{ name: "invoices.read", description: "Read invoices" }],
        roles: [{ name: "clerk", description: "", permissions: ["invoices.read", "!invoices.delete"] }],
        limits: [{ name: "per_minute", count: 60, windowSeconds: 60 }],
        policy: fullPolicy,
      })
      await commit(store(), organization.id, { kind: "keyspace.insert", keyspace })
      expect(await store().keyspace(organization.id, keyspace.id)).toEqual(keyspace)
      expect(await store().keyspaceByName(organization.id, keyspace.name)).toEqual(keyspace)
      expect(await store().keyspace(organization.id, nextId())).toBeNull()
      expect(await store().keyspaceByName(organization.id, "none")).toBeNull()
    })

    test("keyspaces are listed oldest first, ties by id", async () => {
      const { organization, keyspace } = await found(store())
      const newer = sampleKeyspace(organization.id, { createdAt: later(noon, minute) })
      const [a, b] = [sampleKeyspace(organization.id), sampleKeyspace(organization.id)]
      for (const one of [newer, b, a]) {
        await commit(store(), organization.id, { kind: "keyspace.insert", keyspace: one })
      }
      for (const limit of [1, 2, 10]) {
        const listed = await everyPage((after: TimePosition | null) =>
          store().keyspaces(organization.id, { limit, after }),
        )
        expect(listed.map(({ id }) => id)).toEqual([keyspace.id, a.id, b.id, newer.id])
      }
    })

    test("an updated keyspace is the new one as a whole", async () => {
      const { organization, keyspace } = await found(store())
      const renamed = { ...keyspace, name: "Renamed", policy: { ...openPolicy, maxKeys: 3 }, revision: 2 }
      await commit(store(), organization.id, { kind: "keyspace.update", keyspace: renamed })
      expect(await store().keyspaceByName(organization.id, "Renamed")).toEqual(renamed)
      expect(await store().keyspaceByName(organization.id, keyspace.name)).toBeNull()
    })

    test("names that are taken are refused, with the member", async () => {
      const { organization, keyspace } = await found(store())
      const other = sampleKeyspace(organization.id)
      await commit(store(), organization.id, { kind: "keyspace.insert", keyspace: other })

      const taken = { code: "already_exists", resource: "keyspace", member: "name" } as const
      const sameName = sampleKeyspace(organization.id, { name: keyspace.name })
      await expectFailure(
        commit(store(), organization.id, { kind: "keyspace.insert", keyspace: sameName }),
        taken,
      )
      const renamed = { ...other, name: keyspace.name, revision: 2 }
      await expectFailure(
        commit(store(), organization.id, { kind: "keyspace.update", keyspace: renamed }),
        taken,
      )
    })

    test("two organizations may each have a keyspace of one name", async () => {
      const [a, b] = [await found(store()), await found(store())]
      for (const { organization } of [a, b]) {
        const keyspace = sampleKeyspace(organization.id, { name: "Production" })
        await commit(store(), organization.id, { kind: "keyspace.insert", keyspace })
        expect(await store().keyspaceByName(organization.id, "Production")).toEqual(keyspace)
      }
    })

    test("ids and aliases that are taken are refused", async () => {
      const { organization, keyspace } = await found(store())
      for (const member of ["id", "alias"] as const) {
        const same = sampleOrganization({ [member]: organization[member] })
        await expectFailure(commit(store(), same.id, { kind: "organization.insert", organization: same }), {
          code: "already_exists",
          resource: "organization",
          member,
        })
      }
      expect(await store().organization(organization.id)).toEqual(organization)
      const sameKeyspace = { ...keyspace, name: "Other" }
      await expectFailure(
        commit(store(), organization.id, { kind: "keyspace.insert", keyspace: sameKeyspace }),
        { code: "already_exists", resource: "keyspace", member: "id" },
      )
    })
  })
}
