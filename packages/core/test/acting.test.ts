import { describe, expect, test } from "vitest"
import { type Caller, confined } from "../src/authority/caller.ts"
import type { Owner } from "../src/owner.ts"
import { compileSubject, type Subject } from "../src/verification/subject.ts"
import { callerAs, callerWith, type House, newUser, openHouse, refused } from "./authority-fixture.ts"
import { home, openLobby, password, visitFrom } from "./sign-in-fixture.ts"

const page = { limit: 10, after: null }

/** A key of the owner in the house's keyspace, as a verification meets it now. */
async function subjectOf(house: House, owner: Owner): Promise<Subject> {
  const { authority, admin, keyspace, deps } = house
  const { key } = await authority.createKey(admin, { keyspaceId: keyspace.id, name: "Theirs", owner })
  const stored = await deps.store.subject(key.secrets)
  if (!stored) throw new Error("There is no such key.")
  return compileSubject(stored, keyspace)
}

async function actingAs(house: House, owner: Owner): Promise<Caller> {
  return house.authority.acting(await subjectOf(house, owner), visitFrom(home))
}

describe("the owner of a presented key", () => {
  test("may do what their roles allow, and is named with the key in the audit trail", async () => {
    const house = await openHouse()
    const admin = await newUser(house, "admin")
    const subject = await subjectOf(house, { kind: "user", id: admin.id })
    const caller = await house.authority.acting(subject, visitFrom(home))
    expect(caller).toMatchObject({
      organizationId: house.acme.organization.id,
      actor: {
        kind: "user",
        id: admin.id,
        credential: { kind: "key", id: subject.key.id },
        address: home,
      },
      requestId: "request-1",
    })
    expect((await house.authority.keyspaces(caller, page)).items).not.toEqual([])
    await refused(
      house.authority.updateOrganization(caller, caller.organizationId, { name: "x" }, null),
      "permission_denied",
    )
  })

  test("without a role may do nothing", async () => {
    const house = await openHouse()
    const nobody = await newUser(house)
    const caller = await actingAs(house, { kind: "user", id: nobody.id })
    await refused(house.authority.keyspaces(caller, page), "permission_denied")
  })

  test.each([
    ["the organization", ({ acme }: House): Owner => ({ kind: "organization", id: acme.organization.id })],
    ["an external owner", (): Owner => ({ kind: "external", id: "customer-1" })],
  ])("is nobody who acts where it is %s", async (_name, ownerOf) => {
    const house = await openHouse()
    await refused(actingAs(house, ownerOf(house)), "permission_denied")
  })
})

describe("a confined caller", () => {
  test("does only what it is confined to, and only in that keyspace", async () => {
    const house = await openHouse()
    const { authority, keyspace, recoverable } = house
    const within = { keys: ["keys.read"], organization: ["members.read"] } as const
    const caller = confined(house.admin, keyspace.id, within)
    const there = await authority.createKey(house.admin, { keyspaceId: keyspace.id, name: "There" })
    const elsewhere = await authority.createKey(house.admin, {
      keyspaceId: recoverable.id,
      name: "Elsewhere",
    })

    expect((await authority.key(caller, there.key.id)).id).toBe(there.key.id)
    expect((await authority.principals(caller, {}, page)).items).toHaveLength(1)
    await refused(authority.key(caller, elsewhere.key.id), "not_found")
    await refused(authority.createKey(caller, { keyspaceId: keyspace.id, name: "New" }), "permission_denied")
    await refused(authority.keyspaces(caller, page), "permission_denied")
  })

  test("can do no more than before", async () => {
    const house = await openHouse()
    const { authority, keyspace } = house
    const all = { keys: ["keys.read", "keys.write"], organization: ["members.read"] } as const
    const caller = confined(callerWith(house, "keys.read"), keyspace.id, all)
    await refused(authority.createKey(caller, { keyspaceId: keyspace.id, name: "New" }), "permission_denied")
    await refused(authority.principals(caller, {}, page), "permission_denied")
    expect(confined(callerWith(house), keyspace.id, all).holds.allowsSomewhere("keys.read")).toBe(false)
  })
})

describe("by the integer that a dialect names it by", () => {
  test("a key is read by who may read it, and not once it is deleted", async () => {
    const house = await openHouse()
    const { authority, admin, keyspace } = house
    const user = await newUser(house, "member")
    const stranger = await callerAs(house, await newUser(house, "member"))
    const { key } = await authority.createKey(admin, {
      keyspaceId: keyspace.id,
      name: "Theirs",
      owner: { kind: "user", id: user.id },
    })
    const member = await callerAs(house, user)
    expect(await authority.keyByAlias(member, key.alias)).toEqual(key)
    await refused(authority.keyByAlias(stranger, key.alias), "not_found")
    await refused(authority.keyByAlias(callerWith(house, "audit.read"), key.alias), "permission_denied")
    await refused(authority.deletedKeyByAlias(member, key.alias), "not_found")

    await authority.deleteKey(admin, key.id, null)
    await refused(authority.keyByAlias(member, key.alias), "not_found")
    const deletedAt = house.clock.now()
    expect(await authority.deletedKeyByAlias(member, key.alias)).toMatchObject({ id: key.id, deletedAt })
    await refused(authority.deletedKeyByAlias(stranger, key.alias), "not_found")
  })

  test("whoever acts reads themselves, and others with members.read alone", async () => {
    const house = await openHouse()
    const { authority } = house
    const user = await newUser(house, "member")
    const member = await callerAs(house, user)
    expect(await authority.memberByAlias(member, user.alias)).toEqual(user)
    await refused(authority.memberByAlias(member, house.acme.admin.alias), "permission_denied")
    await refused(authority.memberByAlias(member, 987_654), "permission_denied")
    const reader = callerWith(house, "members.read")
    expect(await authority.memberByAlias(reader, user.alias)).toEqual(user)
    await refused(authority.memberByAlias(reader, house.other.admin.alias), "not_found")
  })
})

describe("a password for one request", () => {
  const attempt = (given: Partial<{ email: string; password: string }> = {}) => ({
    organizationId: null,
    email: "ada@acme.test",
    password,
    visit: visitFrom(home),
    ...given,
  })

  test("makes a caller with the user's roles, and no session", async () => {
    const { authority, ada, deps, keyspace } = await openLobby()
    const caller = await authority.authenticate(attempt())
    expect(caller.actor).toMatchObject({ kind: "user", id: ada.id, credential: null })
    expect(caller.holds.allows({ name: "own_keys.write", resource: keyspace.id })).toBe(true)
    expect(caller.holds.allows({ name: "keys.write", resource: keyspace.id })).toBe(false)
    expect((await deps.store.sessions(ada.organizationId, ada.id, page)).items).toEqual([])
  })

  test("is refused, counted and recorded like a sign-in", async () => {
    const { authority, admin, ada, hasher } = await openLobby()
    for (let turn = 0; turn < 5; turn++) {
      await refused(authority.authenticate(attempt({ password: "wrong" })), "sign_in_refused")
    }
    const before = hasher.verified.length
    await refused(authority.authenticate(attempt()), "too_many_attempts")
    expect(hasher.verified).toHaveLength(before)
    const { items } = await authority.auditEvents(admin, { action: "session.refused" }, page)
    expect(items.map(({ target, details }) => [target.id, details["reason"]])).toEqual(
      Array.from({ length: 5 }, () => [ada.id, "wrong_password"]),
    )
  })

  test("of a suspended user is refused", async () => {
    const { authority, admin, ada } = await openLobby()
    await authority.suspend(admin, "user", ada.id)
    await refused(authority.authenticate(attempt()), "sign_in_refused")
  })
})
