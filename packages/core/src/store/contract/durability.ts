import { describe, expect, test } from "vitest"
import { later } from "../../time.ts"
import type { Store } from "../store.ts"
import {
  commit,
  found,
  insertKeys,
  insertPrincipals,
  noon,
  principalUpdate,
  sampleKey,
  sampleLink,
  sampleReplay,
  sampleSession,
  sampleUser,
  updateKey,
  updatePrincipal,
} from "./sample.ts"
import type { Capabilities } from "./suite.ts"

export function durabilityContract(open: () => Promise<Store>, reopen: Capabilities["reopen"]): void {
  describe.skipIf(!reopen)("after a restart", () => {
    test.for(["closed", "not closed"] as const)(
      "what was acknowledged is there, the store %s",
      async (how) => {
        if (!reopen) return
        const store = await open()
        const founded = await found(store)
        const organizationId = founded.organization.id
        const [kept, renamed, deleted] = [sampleKey(founded), sampleKey(founded), sampleKey(founded)]
        await insertKeys(store, kept, renamed, deleted)
        const name = await updateKey(store, renamed, { name: "renamed" })
        await updateKey(store, deleted, { deletedAt: noon })
        const counts = [{ hour: noon, outcome: "VALID", count: 2 }] as const
        await store.recordUsage([{ organizationId, keyId: name.id, lastUsed: new Map(), counts }])
        const user = sampleUser(organizationId, { roles: ["owner"] })
        await insertPrincipals(store, user)
        const changed = await updatePrincipal(store, user, { displayName: "Changed" })
        const [session, ended, link] = [sampleSession(user), sampleSession(user), sampleLink(user)]
        const replay = sampleReplay(organizationId)
        await commit(
          store,
          organizationId,
          { kind: "session.insert", session },
          { kind: "session.insert", session: ended },
          { kind: "link.insert", link },
          { kind: "replay.insert", replay },
        )
        await commit(
          store,
          organizationId,
          { kind: "session.delete", sessionId: ended.id },
          { kind: "link.use", linkId: link.id, usedAt: noon },
        )
        await store.touchSession(organizationId, session.id, later(noon, 1))
        await store.pushThrottles(new Map([["account", noon + 0.5]]), noon)
        await store.ensureSetting("pepper", "fingerprint")
        const head = await store.auditHead(organizationId)
        if (how === "closed") await store.close()

        const again = await reopen(store)
        try {
          expect(await again.key(organizationId, kept.id)).toEqual(kept)
          expect(await again.key(organizationId, name.id)).toEqual(name)
          expect(await again.key(organizationId, deleted.id)).toBeNull()
          expect(await again.usage(organizationId, name.id, noon, later(noon, 1))).toEqual(counts)
          const seen = { ...session, lastSeenAt: later(noon, 1) }
          expect(await again.principal(organizationId, user.id)).toEqual(changed)
          expect(await again.activeUsersWithRole(organizationId, "owner", 2)).toBe(1)
          expect(await again.sessionByDigest([session])).toEqual({ session: seen, user: changed })
          expect(await again.session(organizationId, ended.id)).toBeNull()
          expect(await again.linkByDigest([link])).toEqual({ ...link, usedAt: noon })
          expect(await again.replay(organizationId, replay.intent)).toEqual(replay)
          expect(await again.throttles(["account"])).toEqual(new Map([["account", noon + 0.5]]))
          expect(await again.setting("pepper")).toBe("fingerprint")
          expect(await again.auditHead(organizationId)).toEqual(head)
        } finally {
          await again.close()
          await store.close()
        }
      },
    )

    test("two stores over one database see each other's commits at once, and never overrun each other", async () => {
      if (!reopen) return
      const store = await open()
      const founded = await found(store)
      const other = await reopen(store)
      try {
        const stores = [store, other]
        await Promise.all(
          Array.from({ length: 20 }, async (_, at) => {
            const [writer = store, reader = store] = at % 2 ? stores : stores.toReversed()
            const key = sampleKey(founded)
            await insertKeys(writer, key)
            expect(await reader.key(key.organizationId, key.id)).toEqual(key)
          }),
        )
        expect((await store.auditHead(founded.organization.id)).sequence).toBe(21)

        const owners = stores.map(() => sampleUser(founded.organization.id, { roles: ["owner"] }))
        await insertPrincipals(store, ...owners)
        const removals = await Promise.allSettled(
          owners.map((owner, at) =>
            commit(stores[at] ?? store, founded.organization.id, principalUpdate(owner, { removedAt: noon })),
          ),
        )
        expect(removals.filter(({ status }) => status === "fulfilled")).toHaveLength(1)
        expect(await other.activeUsersWithRole(founded.organization.id, "owner", 2)).toBe(1)
      } finally {
        await other.close()
        await store.close()
      }
    })
  })
}
