import { describe, expect, test } from "vitest"
import type { Principal, ServiceAccount, User } from "../../principal.ts"
import { later } from "../../time.ts"
import type { Store } from "../store.ts"
import {
  commit,
  expectFailure,
  found,
  insertKeys,
  insertPrincipals,
  minute,
  nextId,
  noon,
  principalUpdate,
  sampleKey,
  sampleServiceAccount,
  sampleUser,
  updateKey,
  updatePrincipal,
} from "./sample.ts"

export function principalContract(store: () => Store): void {
  describe("users and service accounts", () => {
    test("they are read as they were written, every member of them, by id, alias and e-mail address", async () => {
      const { organization } = await found(store())
      const principals = [
        sampleUser(organization.id),
        fullUser(organization.id),
        sampleServiceAccount(organization.id),
        fullServiceAccount(organization.id),
      ]
      await insertPrincipals(store(), ...principals)
      for (const principal of principals) {
        expect(await store().principal(organization.id, principal.id)).toEqual(principal)
        expect(await store().principalByAlias(organization.id, principal.alias)).toEqual(principal)
        if (principal.kind === "user") {
          expect(await store().userByEmail(organization.id, principal.email)).toEqual(principal)
        }
      }
      expect(await store().principal(organization.id, nextId())).toBeNull()
      expect(await store().principalByAlias(organization.id, 0)).toBeNull()
      expect(await store().userByEmail(organization.id, "nobody@example.com")).toBeNull()
    })

    test("an updated one is the new one as a whole", async () => {
      const { organization } = await found(store())
      const [user, account] = [fullUser(organization.id), fullServiceAccount(organization.id)]
      await insertPrincipals(store(), user, account)
      const bareUser = { ...sampleUser(organization.id), id: user.id, alias: user.alias, revision: 2 }
      const bareAccount = {
        ...sampleServiceAccount(organization.id),
        id: account.id,
        alias: account.alias,
        revision: 2,
      }
      for (const principal of [bareUser, bareAccount]) {
        await commit(store(), organization.id, { kind: "principal.update", principal, ownedKeys: null })
        expect(await store().principal(organization.id, principal.id)).toEqual(principal)
      }
      expect(await store().userByEmail(organization.id, user.email)).toBeNull()
      expect(await store().userByEmail(organization.id, bareUser.email)).toEqual(bareUser)
    })

    test("an update from any revision but the stored one is a conflict, and of an unknown one is none", async () => {
      const { organization } = await found(store())
      for (const sample of [sampleUser(organization.id), sampleServiceAccount(organization.id)]) {
        await insertPrincipals(store(), sample)
        const second = await updatePrincipal<Principal>(store(), sample, { displayName: "second" })
        for (const revision of [1, 2, 4]) {
          const change = principalUpdate<Principal>(second, { displayName: "stale" })
          const principal = { ...change.principal, revision }
          await expectFailure(commit(store(), organization.id, { ...change, principal }), {
            code: "revision_conflict",
            resource: sample.kind,
          })
        }
        expect(await store().principal(organization.id, sample.id)).toEqual(second)
        await expectFailure(
          commit(store(), organization.id, principalUpdate<Principal>(second, { id: nextId() })),
          { code: "not_found", resource: sample.kind },
        )
      }
    })

    test("nobody becomes one of the other kind", async () => {
      const { organization } = await found(store())
      const account = sampleServiceAccount(organization.id)
      await insertPrincipals(store(), account)
      const user = sampleUser(organization.id, { id: account.id, alias: account.alias })
      await expectFailure(commit(store(), organization.id, principalUpdate(user)), {
        code: "not_found",
        resource: "user",
      })
      expect(await store().principal(organization.id, account.id)).toEqual(account)
    })

    test("a removed one is invisible, and stays removed", async () => {
      const { organization } = await found(store())
      for (const sample of [fullUser(organization.id), fullServiceAccount(organization.id)]) {
        await insertPrincipals(store(), sample)
        const removed = await updatePrincipal<Principal>(store(), sample, { removedAt: noon })
        expect(await store().principal(organization.id, sample.id)).toBeNull()
        expect(await store().principalByAlias(organization.id, sample.alias)).toBeNull()
        for (const filter of [{}, { kind: sample.kind }, { role: "clerk" }, { emailPrefix: "" }]) {
          const page = await store().principals(organization.id, filter, { limit: 9, after: null })
          expect(page).toEqual({ items: [], next: null })
        }
        await expectFailure(
          commit(store(), organization.id, principalUpdate<Principal>(removed, { removedAt: null })),
          { code: "not_found", resource: sample.kind },
        )
        if (sample.kind === "user") {
          expect(await store().userByEmail(organization.id, sample.email)).toBeNull()
          expect(await store().userWasRemoved(organization.id, sample.email)).toBe(true)
        }
      }
    })

    test("e-mail addresses and user names are unique among those not removed", async () => {
      const { organization } = await found(store())
      const ada = sampleUser(organization.id, { email: "ada@example.com", userName: "ada" })
      const bob = sampleUser(organization.id, { userName: "Ada" })
      const [nameless, another] = [sampleUser(organization.id), sampleUser(organization.id)]
      await insertPrincipals(store(), ada, bob, nameless, another)
      for (const [members, member] of [
        [{ email: "ada@example.com" }, "email"],
        [{ userName: "ada" }, "user_name"],
      ] as const) {
        const taken = { code: "already_exists", resource: "user", member } as const
        await expectFailure(insertPrincipals(store(), sampleUser(organization.id, members)), taken)
        await expectFailure(commit(store(), organization.id, principalUpdate(bob, members)), taken)
      }
      expect(await store().principal(organization.id, bob.id)).toEqual(bob)

      await updatePrincipal(store(), ada, { removedAt: noon })
      const next = sampleUser(organization.id, { email: "ada@example.com", userName: "ada" })
      await insertPrincipals(store(), next)
      expect(await store().userByEmail(organization.id, "ada@example.com")).toEqual(next)
      // Those who go leave no trace that would be in the way of the next ones to go.
      await updatePrincipal(store(), next, { removedAt: noon })
      const last = await updatePrincipal(store(), bob, { email: "ada@example.com", userName: "ada" })
      expect(await store().userByEmail(organization.id, "ada@example.com")).toEqual(last)
    })

    test("two organizations may each have a user of one address and user name", async () => {
      const [a, b] = [await found(store()), await found(store())]
      for (const { organization } of [a, b]) {
        const user = sampleUser(organization.id, { email: "ada@example.com", userName: "ada" })
        await insertPrincipals(store(), user)
        expect(await store().userByEmail(organization.id, "ada@example.com")).toEqual(user)
      }
    })

    test("ids and aliases that are taken are refused, those of a removed one too", async () => {
      const { organization } = await found(store())
      const user = sampleUser(organization.id)
      await insertPrincipals(store(), user)
      for (const member of ["id", "alias"] as const) {
        const same = sampleUser(organization.id, { [member]: user[member] })
        const taken = { code: "already_exists", resource: "user", member } as const
        await expectFailure(insertPrincipals(store(), same), taken)
      }
      await updatePrincipal(store(), user, { removedAt: noon })
      for (const member of ["id", "alias"] as const) {
        const same = sampleUser(organization.id, { [member]: user[member] })
        const taken = { code: "already_exists", resource: "user", member } as const
        await expectFailure(insertPrincipals(store(), same), taken)
      }
    })

    test("users with a role who are neither suspended nor removed are counted, to the most asked for", async () => {
      const { organization } = await found(store())
      const count = (most = 10) => store().activeUsersWithRole(organization.id, "clerk", most)
      const users = [1, 2, 3, 4].map(() => sampleUser(organization.id, { roles: ["clerk", "member"] }))
      await insertPrincipals(
        store(),
        ...users,
        sampleUser(organization.id, { roles: ["member"] }),
        sampleUser(organization.id, { roles: ["clerk"], suspendedAt: noon }),
        sampleServiceAccount(organization.id, { roles: ["clerk"] }),
      )
      expect(await count()).toBe(4)
      expect(await Promise.all([0, 1, 3, 4, 5].map(count))).toEqual([0, 1, 3, 4, 4])
      expect(await store().activeUsersWithRole(organization.id, "nobody's", 3)).toBe(0)

      const [a, b, c] = users
      if (!a || !b || !c) throw new Error("There are four.")
      const suspended = await updatePrincipal(store(), a, { suspendedAt: noon })
      expect(await count()).toBe(3)
      await updatePrincipal(store(), b, { removedAt: noon })
      expect(await count()).toBe(2)
      const demoted = await updatePrincipal(store(), c, { roles: ["member"] })
      expect(await count()).toBe(1)
      await updatePrincipal(store(), suspended, { suspendedAt: null })
      await updatePrincipal(store(), demoted, { roles: ["member", "clerk"] })
      expect(await count()).toBe(3)
    })

    test("one who is known to own another number of keys than they do is not updated", async () => {
      const founded = await found(store())
      const organizationId = founded.organization.id
      for (const principal of [sampleUser(organizationId), sampleServiceAccount(organizationId)]) {
        await insertPrincipals(store(), principal)
        const { kind, id } = principal
        const owned = [1, 2, 3].map(() => sampleKey(founded, { owner: { kind, id } }))
        await insertKeys(store(), ...owned, sampleKey(founded, { owner: { kind: "external", id } }))
        const [deleted] = owned
        if (deleted) await updateKey(store(), deleted, { deletedAt: noon })

        for (const ownedKeys of [0, 1, 3]) {
          const change = principalUpdate<Principal>(principal, { removedAt: noon }, ownedKeys)
          await expectFailure(commit(store(), organizationId, change), {
            code: "revision_conflict",
            resource: kind,
          })
        }
        expect(await store().principal(organizationId, id)).toEqual(principal)
        await commit(store(), organizationId, principalUpdate<Principal>(principal, { removedAt: noon }, 2))
        expect(await store().principal(organizationId, id)).toBeNull()
      }
    })
  })
}

function fullUser(organizationId: string): User {
  return sampleUser(organizationId, {
    displayName: "Zoë 🔑 \u202e",
    userName: "Zoë",
    firstName: "Zoë",
    lastName: "O'Neill",
    passwordHash: "$argon2id$v=19$…",
    roles: ["clerk", "auditor"],
    suspendedAt: later(noon, 1),
    createdAt: later(noon, -minute),
    updatedAt: later(noon, 2),
  })
}

function fullServiceAccount(organizationId: string): ServiceAccount {
  return sampleServiceAccount(organizationId, {
    displayName: "Nightly “build”",
    description: "Runs at night.\nStops at dawn.",
    roles: ["clerk"],
    suspendedAt: later(noon, 1),
    createdAt: later(noon, -minute),
    updatedAt: later(noon, 2),
  })
}
