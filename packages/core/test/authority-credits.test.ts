import { expect, test } from "vitest"
import type { NewCredits } from "../src/authority/credits.ts"
import { callerAs, failureOf, newUser, openHouse } from "./authority-fixture.ts"

const credits: NewCredits = { remaining: 10, refill: null, onUnavailable: "deny" }

/** A member with a key of their own that has credits. */
async function creditHouse() {
  const house = await openHouse()
  const user = await newUser(house, "member")
  const keyspaceId = house.recoverable.id
  const owner = { kind: "user", id: user.id } as const
  const { key } = await house.authority.createKey(house.admin, { keyspaceId, name: "Given", owner, credits })
  return { house, member: await callerAs(house, user), keyspaceId, key }
}

const denied = { code: "permission_denied", missing: ["keys.write"] }

test("who may write only their own keys gives them no credits, and frees them of none", async () => {
  const { house, member, keyspaceId, key } = await creditHouse()
  const { authority } = house
  const attempts = [
    () => authority.createKey(member, { keyspaceId, name: "Mine", credits }),
    () => authority.createKey(member, { keyspaceId, name: "Mine", credits: null }),
    () => authority.updateKey(member, key.id, { credits }, null),
    () => authority.updateKey(member, key.id, { credits: null }, null),
    () => authority.addCredits(member, key.id, 1),
  ]
  for (const attempt of attempts) expect(await failureOf(attempt())).toEqual(denied)
  const renamed = await authority.updateKey(member, key.id, { name: "Mine" }, null)
  expect(renamed).toMatchObject({ name: "Mine", credits })
})

test("an addition is for a key that has credits, and is not revoked", async () => {
  const { house, key, keyspaceId } = await creditHouse()
  const { authority, admin } = house
  expect(await authority.addCredits(admin, key.id, 5)).toMatchObject({
    key: { revision: 1, credits: { remaining: 15 } },
  })
  const { key: uncounted } = await authority.createKey(admin, { keyspaceId, name: "Uncounted" })
  expect(await failureOf(authority.addCredits(admin, uncounted.id, 5))).toMatchObject({
    code: "invalid_input",
    errors: [{ member: "/amount" }],
  })
  await authority.revokeKey(admin, key.id, { reason: "superseded", note: null })
  expect(await failureOf(authority.addCredits(admin, key.id, 5))).toEqual({ code: "key_revoked" })
})

test("a patch that does not name what is left takes nothing back that was spent meanwhile", async () => {
  const { house, key } = await creditHouse()
  const { authority, admin, deps } = house
  const { organizationId, id } = key
  await deps.store.spendCredits(organizationId, id, 4, deps.clock.now())
  await authority.updateKey(admin, id, { credits: { refill: null, onUnavailable: "deny" } }, null)
  expect(await authority.key(admin, id)).toMatchObject({ credits: { remaining: 6, onUnavailable: "deny" } })
  expect(await authority.updateKey(admin, id, { credits }, null)).toMatchObject({
    credits: { remaining: 10 },
  })
})
