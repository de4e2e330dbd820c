import { describe, expect, test } from "vitest"
import { isFailure } from "../../failure.ts"
import type { User } from "../../principal.ts"
import type { Store } from "../store.ts"
import {
  commit,
  expectFailure,
  found,
  insertPrincipals,
  noon,
  principalUpdate,
  sampleServiceAccount,
  sampleUser,
  updatePrincipal,
} from "./sample.ts"

/** How somebody ceases to be an owner who can act. */
const ends: Readonly<Record<string, Partial<User>>> = {
  demoted: { roles: ["member"] },
  suspended: { suspendedAt: noon },
  removed: { removedAt: noon },
}

export function lastOwnerContract(store: () => Store): void {
  describe("the last owner", () => {
    test.each(Object.entries(ends))("is not %s, whoever else there is", async (_how, end) => {
      const { organization } = await found(store())
      const owner = sampleUser(organization.id, { roles: ["owner"] })
      await insertPrincipals(
        store(),
        owner,
        sampleUser(organization.id, { roles: ["admin", "owners"] }),
        sampleUser(organization.id, { roles: ["owner"], suspendedAt: noon }),
        sampleServiceAccount(organization.id, { roles: ["owner"] }),
      )
      const gone = sampleUser(organization.id, { roles: ["owner"] })
      await insertPrincipals(store(), gone)
      await updatePrincipal(store(), gone, { removedAt: noon })
      const elsewhere = await found(store())
      await insertPrincipals(store(), sampleUser(elsewhere.organization.id, { roles: ["owner"] }))

      const head = await store().auditHead(organization.id)
      await expectFailure(commit(store(), organization.id, principalUpdate(owner, end)), {
        code: "last_owner",
      })
      expect(await store().principal(organization.id, owner.id)).toEqual(owner)
      expect(await store().auditHead(organization.id)).toEqual(head)
    })

    test.each(Object.entries(ends))("is %s once there is another", async (_how, end) => {
      const { organization } = await found(store())
      const [owner, other] = [1, 2].map(() => sampleUser(organization.id, { roles: ["owner"] }))
      if (!owner || !other) throw new Error("There are two.")
      await insertPrincipals(store(), owner, other)
      const ended = principalUpdate(owner, end)
      await commit(store(), organization.id, ended)
      const still = end.removedAt === undefined ? ended.principal : null
      expect(await store().principal(organization.id, owner.id)).toEqual(still)
    })

    test("changes in all other ways, and hands over within one commit", async () => {
      const { organization } = await found(store())
      const owner = sampleUser(organization.id, { roles: ["owner"] })
      const heir = sampleUser(organization.id)
      await insertPrincipals(store(), owner, heir)
      const renamed = await updatePrincipal(store(), owner, {
        displayName: "Renamed",
        roles: ["member", "owner"],
      })
      const promotion = principalUpdate(heir, { roles: ["owner"] })
      const demotion = principalUpdate(renamed, { roles: [] })
      // Changes are made in their order: at no point may there be none.
      await expectFailure(commit(store(), organization.id, demotion, promotion), { code: "last_owner" })
      await commit(store(), organization.id, promotion, demotion)
      expect(await store().activeUsersWithRole(organization.id, "owner", 5)).toBe(1)
    })

    test("need not be where there never was one", async () => {
      const { organization } = await found(store())
      const user = sampleUser(organization.id, { roles: ["admin"] })
      await insertPrincipals(store(), user)
      await updatePrincipal(store(), user, { suspendedAt: noon })
    })

    test.each(Object.entries(ends))("of two who are %s at the same time one stays", async (_how, end) => {
      for (let round = 0; round < 10; round++) {
        const { organization } = await found(store())
        const owners = [1, 2].map(() => sampleUser(organization.id, { roles: ["owner"] }))
        await insertPrincipals(store(), ...owners)
        const results = await Promise.allSettled(
          owners.map((owner) => commit(store(), organization.id, principalUpdate(owner, end))),
        )
        const refused = results.filter((result) => result.status === "rejected")
        expect(refused).toHaveLength(1)
        expect(isFailure(refused[0]?.reason, "last_owner")).toBe(true)
        expect(await store().activeUsersWithRole(organization.id, "owner", 5)).toBe(1)
      }
    })
  })
}
