import { describe, expect, test } from "vitest"
import { isFailure } from "../../failure.ts"
import { later } from "../../time.ts"
import type { Store } from "../store.ts"
import {
  commit,
  expectFailure,
  found,
  hour,
  insertPrincipals,
  minute,
  nextId,
  noon,
  sampleLink,
  sampleServiceAccount,
  sampleUser,
  updatePrincipal,
} from "./sample.ts"

export function linkContract(store: () => Store): void {
  describe("one-time links", () => {
    async function offered() {
      const { organization } = await found(store())
      const user = sampleUser(organization.id)
      const link = sampleLink(user)
      await insertPrincipals(store(), user)
      await commit(store(), organization.id, { kind: "link.insert", link })
      return { organizationId: organization.id, user, link }
    }
    const usedAt = later(noon, minute)

    test("a link is read as it was written, by any digest that it may be stored as", async () => {
      const { organizationId, user, link } = await offered()
      const reset = sampleLink(user, {
        purpose: "reset",
        pepperVersion: 3,
        createdAt: later(noon, -hour),
        usedAt,
      })
      await commit(store(), organizationId, { kind: "link.insert", link: reset })
      const unknown = { pepperVersion: 2, digest: "of no link" }
      for (const one of [link, reset]) {
        expect(await store().linkByDigest([unknown, one])).toEqual(one)
        expect(await store().linkByDigest([one, unknown])).toEqual(one)
      }
      expect(await store().linkByDigest([unknown])).toBeNull()
      expect(await store().linkByDigest([])).toBeNull()
    })

    test("a link is used once, and stays to be told as used", async () => {
      const { organizationId, link } = await offered()
      const use = { kind: "link.use", linkId: link.id, usedAt } as const
      await commit(store(), organizationId, use)
      expect(await store().linkByDigest([link])).toEqual({ ...link, usedAt })
      const missing = { code: "not_found", resource: "link" } as const
      await expectFailure(commit(store(), organizationId, { ...use, usedAt: later(noon, hour) }), missing)
      expect(await store().linkByDigest([link])).toEqual({ ...link, usedAt })
      await expectFailure(commit(store(), organizationId, { ...use, linkId: nextId() }), missing)
    })

    test("of many who use one link at the same time one does", async () => {
      const { organizationId, link } = await offered()
      const uses = Array.from({ length: 8 }, (_, at) =>
        commit(store(), organizationId, { kind: "link.use", linkId: link.id, usedAt: later(noon, at) }),
      )
      const results = await Promise.allSettled(uses)
      const made = results.flatMap(({ status }, at) => (status === "fulfilled" ? [at] : []))
      expect(made).toHaveLength(1)
      for (const result of results) {
        if (result.status === "rejected") expect(isFailure(result.reason, "not_found")).toBe(true)
      }
      expect((await store().linkByDigest([link]))?.usedAt).toBe(later(noon, made[0] ?? -1))
    })

    test("all links of a user that are not used are used up, and nobody else's", async () => {
      const { organizationId, user, link } = await offered()
      const used = sampleLink(user, { usedAt: noon })
      const other = sampleUser(organizationId)
      const others = sampleLink(other)
      await insertPrincipals(store(), other)
      for (const one of [used, others]) {
        await commit(store(), organizationId, { kind: "link.insert", link: one })
      }
      await commit(store(), organizationId, { kind: "links.use", userId: user.id, usedAt })
      expect(await store().linkByDigest([link])).toEqual({ ...link, usedAt })
      expect(await store().linkByDigest([used])).toEqual(used)
      expect(await store().linkByDigest([others])).toEqual(others)
      await commit(store(), organizationId, { kind: "links.use", userId: nextId(), usedAt })
    })

    test("only a user who is there is offered a link, a suspended one too", async () => {
      const { organization } = await found(store())
      const account = sampleServiceAccount(organization.id)
      const [suspended, removed] = [
        sampleUser(organization.id, { suspendedAt: noon }),
        sampleUser(organization.id),
      ]
      await insertPrincipals(store(), account, suspended, removed)
      await updatePrincipal(store(), removed, { removedAt: noon })
      const nobodies = [removed, sampleUser(organization.id), sampleUser(organization.id, { id: account.id })]
      for (const user of nobodies) {
        const link = sampleLink(user)
        await expectFailure(commit(store(), organization.id, { kind: "link.insert", link }), {
          code: "not_found",
          resource: "user",
        })
        expect(await store().linkByDigest([link])).toBeNull()
      }
      await commit(store(), organization.id, { kind: "link.insert", link: sampleLink(suspended) })
    })

    test("ids and digests that are taken are refused, those of used links too", async () => {
      const { organizationId, user, link } = await offered()
      await commit(store(), organizationId, { kind: "link.use", linkId: link.id, usedAt })
      for (const member of ["id", "digest"] as const) {
        const same = sampleLink(user, { [member]: link[member] })
        await expectFailure(commit(store(), organizationId, { kind: "link.insert", link: same }), {
          code: "already_exists",
          resource: "link",
          member,
        })
      }
    })
  })
}
