import { describe, expect, test } from "vitest"
import type { Owner } from "../../owner.ts"
import type { OwnerState, Principal } from "../../principal.ts"
import type { Store } from "../store.ts"
import {
  commit,
  expectFailure,
  found,
  insertKeys,
  insertPrincipals,
  keyInsert,
  keyUpdate,
  nextId,
  noon,
  principalUpdate,
  revised,
  sampleKey,
  sampleServiceAccount,
  sampleUser,
  updateKey,
  updatePrincipal,
} from "./sample.ts"

export function ownerContract(store: () => Store): void {
  describe("owners of keys", () => {
    test("a key is made for a user or service account who is there, or for whoever else", async () => {
      const founded = await found(store())
      const organizationId = founded.organization.id
      const principals = [sampleUser(organizationId), sampleServiceAccount(organizationId)]
      await insertPrincipals(store(), ...principals)
      const owners: Owner[] = [
        ...principals.map(({ kind, id }) => ({ kind, id })),
        { kind: "external", id: nextId() },
        { kind: "organization", id: organizationId },
      ]
      for (const owner of owners) {
        const key = sampleKey(founded, { owner })
        await insertKeys(store(), key)
        const page = await store().keys(organizationId, { owner }, noon, { limit: 5, after: null })
        expect(page.items).toEqual([key])
      }
    })

    test("a key is neither made for nor given to one who is unknown, removed, or of the other kind", async () => {
      const founded = await found(store())
      const organizationId = founded.organization.id
      const [user, account] = [sampleUser(organizationId), sampleServiceAccount(organizationId)]
      const [goneUser, goneAccount] = [sampleUser(organizationId), sampleServiceAccount(organizationId)]
      await insertPrincipals(store(), user, account, goneUser, goneAccount)
      await updatePrincipal(store(), goneUser, { removedAt: noon })
      await updatePrincipal(store(), goneAccount, { removedAt: noon })
      const key = sampleKey(founded)
      await insertKeys(store(), key)

      const owners = [
        { kind: "user", id: nextId() },
        { kind: "user", id: account.id },
        { kind: "user", id: goneUser.id },
        { kind: "service_account", id: nextId() },
        { kind: "service_account", id: user.id },
        { kind: "service_account", id: goneAccount.id },
      ] as const
      for (const owner of owners) {
        const missing = { code: "not_found", resource: owner.kind } as const
        const inserted = keyInsert(sampleKey(founded, { owner }))
        await expectFailure(commit(store(), organizationId, inserted), missing)
        const given = keyUpdate(revised(key, { owner }))
        await expectFailure(commit(store(), organizationId, given), missing)
      }
      expect(await store().key(organizationId, key.id)).toEqual(key)
      await updateKey(store(), key, { owner: { kind: "user", id: user.id } })
    })

    test("a key whose owner was removed is still changed, and is given to another in the same commit", async () => {
      const founded = await found(store())
      const organizationId = founded.organization.id
      const [gone, heir] = [sampleUser(organizationId), sampleUser(organizationId)]
      await insertPrincipals(store(), gone, heir)
      const owner = { kind: "user", id: gone.id } as const
      const [frozen, given] = [sampleKey(founded, { owner }), sampleKey(founded, { owner })]
      await insertKeys(store(), frozen, given)
      const kept = revised(frozen, { disabledAt: noon })
      const transferred = revised(given, { owner: { kind: "user", id: heir.id } })
      await commit(
        store(),
        organizationId,
        principalUpdate(gone, { removedAt: noon }, 2),
        keyUpdate(kept),
        keyUpdate(transferred),
      )
      expect(await store().key(organizationId, given.id)).toEqual(transferred)
      const again = await updateKey(store(), kept, { name: "frozen" })
      expect(await store().key(organizationId, frozen.id)).toEqual(again)
    })

    test("a subject tells of its owner as they are now, removed or not", async () => {
      const founded = await found(store())
      const organizationId = founded.organization.id
      for (const principal of [
        sampleUser(organizationId, { roles: ["admin", "clerk"] }),
        sampleServiceAccount(organizationId, { roles: ["clerk"] }),
      ]) {
        await insertPrincipals(store(), principal)
        const { kind, id, roles } = principal
        const key = sampleKey(founded, { owner: { kind, id } })
        await insertKeys(store(), key)
        const state = async () => (await store().subject(key.secrets))?.owner
        const active: OwnerState = { id, suspended: false, roles, revision: 1 }
        expect(await state()).toEqual(active)
        const suspended = await updatePrincipal<Principal>(store(), principal, { suspendedAt: noon })
        expect(await state()).toEqual({ ...active, suspended: true, revision: 2 })
        const members = { suspendedAt: null, roles: [] }
        const resumed = await updatePrincipal<Principal>(store(), suspended, members)
        expect(await state()).toEqual({ ...active, roles: [], revision: 3 })
        await updatePrincipal<Principal>(store(), resumed, { removedAt: noon })
        expect(await state()).toEqual({ ...active, roles: [], revision: 4 })
      }
    })

    test("a subject of the organization or an external owner has none, whoever has the same id", async () => {
      const founded = await found(store())
      const user = sampleUser(founded.organization.id)
      await insertPrincipals(store(), user)
      for (const kind of ["organization", "external"] as const) {
        const key = sampleKey(founded, { owner: { kind, id: user.id } })
        await insertKeys(store(), key)
        expect(await store().subject(key.secrets)).toEqual({ key, secretVersion: 1, owner: null })
      }
    })
  })
}
