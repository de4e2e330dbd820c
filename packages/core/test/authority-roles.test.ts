import { describe, expect, test } from "vitest"
import { createAuthority } from "../src/authority/authority.ts"
import { builtInRoles } from "../src/authority/management.ts"
import { callerAs, callerWith, failureOf, newUser, openHouse, refused, trailOf } from "./authority-fixture.ts"

const desk = { name: "desk", description: "Hands out keys.", permissions: ["keys.read", "keys.write"] }

test("the built-in roles are there from the start, and what the organization makes comes after them", async () => {
  const house = await openHouse()
  expect(await house.authority.roles(house.admin)).toEqual(builtInRoles)
  expect(await house.authority.createRole(house.admin, desk)).toEqual(desk)
  expect(await house.authority.roles(house.admin)).toEqual([...builtInRoles, desk])
  expect(await house.authority.role(house.admin, "desk")).toEqual(desk)
  const event = (await trailOf(house, house.admin.organizationId)).at(-1)
  expect(event).toMatchObject({ action: "role.created", target: { kind: "role", id: "desk" } })
  // Another organization's roles are its own.
  const foreign = { ...house.admin, organizationId: house.other.organization.id }
  expect(await failureOf(house.authority.role(foreign, "desk"))).toEqual({
    code: "not_found",
    resource: "role",
  })
})

test.each(builtInRoles.map(({ name }) => name))("the built-in role %s stays as it is", async (name) => {
  const house = await openHouse()
  const { authority, admin } = house
  await refused(authority.updateRole(admin, name, { permissions: [] }), "built_in_role")
  await refused(authority.deleteRole(admin, name), "built_in_role")
  await refused(authority.createRole(admin, { ...desk, name }), "already_exists")
  expect(await authority.roles(admin)).toEqual(builtInRoles)
})

describe("a role of the organization's own", () => {
  test.each([
    ["a permission of no catalog", { permissions: ["keys.read", "keys.steal"] }, "/permissions/1"],
    ["a permission of another keyspace's catalog", { permissions: ["invoices.read"] }, "/permissions/0"],
    ["a wildcard over nothing", { permissions: ["invoices.*"] }, "/permissions/0"],
    ["no grant at all", { permissions: ["Keys Read"] }, "/permissions/0"],
    ["no name", { name: "" }, "/name"],
    ["a name in capitals", { name: "Desk" }, "/name"],
    ["a name that is too long", { name: "x".repeat(64) }, "/name"],
  ])("is refused with %s", async (_name, members, member) => {
    const house = await openHouse()
    const failure = await failureOf(house.authority.createRole(house.admin, { ...desk, ...members }))
    expect(failure).toMatchObject({ code: "invalid_input", errors: [{ member }] })
    expect(await house.authority.roles(house.admin)).toEqual(builtInRoles)
  })

  test("is changed for all who have it at once", async () => {
    const house = await openHouse()
    await house.authority.createRole(house.admin, desk)
    const user = await newUser(house, "desk")
    const mayRead = async () =>
      (await callerAs(house, user)).holds.allows({ name: "audit.read", resource: null })
    expect(await mayRead()).toBe(false)
    const change = { permissions: ["audit.read"] }
    expect(await house.authority.updateRole(house.admin, "desk", change)).toEqual({ ...desk, ...change })
    expect(await mayRead()).toBe(true)
    const event = (await trailOf(house, house.admin.organizationId)).at(-1)
    expect(event).toMatchObject({
      action: "role.updated",
      details: { permissions: { before: desk.permissions, after: ["audit.read"] } },
    })
    await house.authority.deleteRole(house.admin, "desk")
    expect(await mayRead()).toBe(false)
    await refused(house.authority.role(house.admin, "desk"), "not_found")
    await refused(house.authority.updateRole(house.admin, "desk", {}), "not_found")
    await refused(house.authority.deleteRole(house.admin, "desk"), "not_found")
  })

  test("that is deleted leaves its name to nobody", async () => {
    const house = await openHouse()
    await house.authority.createRole(house.admin, desk)
    const user = await newUser(house, "desk")
    await house.authority.deleteRole(house.admin, "desk")
    expect(await failureOf(house.authority.createRole(house.admin, desk))).toEqual({
      code: "already_exists",
      resource: "role",
      member: "name",
    })
    expect((await house.authority.user(house.admin, user.id)).roles).toEqual(["desk"])
    // It is no role any more, so nobody is given it; who has it can be changed otherwise.
    await refused(
      house.authority.createUser(house.admin, { email: "a@a.test", displayName: "A", roles: ["desk"] }),
      "invalid_input",
    )
    await house.authority.updateUser(house.admin, user.id, { displayName: "Still here" }, null)
    await house.authority.updateUser(house.admin, user.id, { roles: ["desk", "member"] }, null)
    await house.authority.updateUser(house.admin, user.id, { roles: ["member"] }, null)
    await refused(
      house.authority.updateUser(house.admin, user.id, { roles: ["desk"] }, null),
      "invalid_input",
    )
  })

  test("is neither made, widened, narrowed nor deleted by one who does not hold it", async () => {
    const house = await openHouse()
    const { authority } = house
    await authority.createRole(house.admin, desk)
    const caller = callerWith(house, "roles.write", "keys.read")
    const exceeds = { code: "grant_exceeds_caller", missing: ["keys.write"] }
    expect(await failureOf(authority.createRole(caller, { ...desk, name: "mine" }))).toEqual(exceeds)
    expect(await failureOf(authority.updateRole(caller, "desk", { permissions: [] }))).toEqual(exceeds)
    expect(await failureOf(authority.updateRole(caller, "desk", { description: "x" }))).toEqual(exceeds)
    expect(await failureOf(authority.deleteRole(caller, "desk"))).toEqual(exceeds)
    await authority.createRole(caller, { ...desk, name: "mine", permissions: ["keys.read"] })
    const widen = authority.updateRole(caller, "mine", { permissions: ["keys.*"] })
    expect(await failureOf(widen)).toEqual({ code: "grant_exceeds_caller", missing: ["keys.*"] })
  })

  test("gives up a denial only by one who holds what it denies: it may be their own", async () => {
    const house = await openHouse()
    const { authority } = house
    await authority.createRole(house.admin, {
      ...desk,
      name: "brake",
      permissions: ["!keys.reveal", "!audit.*"],
    })
    const caller = await callerAs(house, await newUser(house, "admin", "brake"))
    const exceeds = (...missing: string[]) => ({ code: "grant_exceeds_caller", missing })
    const both = exceeds("keys.reveal", "audit.*")
    expect(await failureOf(authority.deleteRole(caller, "brake"))).toEqual(both)
    expect(await failureOf(authority.updateRole(caller, "brake", { permissions: [] }))).toEqual(both)
    const one = { permissions: ["!audit.*"] }
    expect(await failureOf(authority.updateRole(caller, "brake", one))).toEqual(exceeds("keys.reveal"))
    await authority.updateRole(house.admin, "brake", one)
  })

  test("of two made at once with one name, there is one; with two names, there are both", async () => {
    const house = await openHouse()
    const authority = createAuthority(house.deps)
    const same = await Promise.allSettled([
      authority.createRole(house.admin, desk),
      authority.createRole(house.admin, desk),
    ])
    expect(same.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"])
    await Promise.all(["a", "b"].map((name) => authority.createRole(house.admin, { ...desk, name })))
    const names = (await authority.roles(house.admin)).map(({ name }) => name)
    expect(names.slice(builtInRoles.length).sort()).toEqual(["a", "b", "desk"])
  })
})

test("an organization has at most 200 roles", async () => {
  const house = await openHouse()
  for (let at = builtInRoles.length; at < 200; at++) {
    await house.authority.createRole(house.admin, { ...desk, name: `desk-${at}` })
  }
  await refused(house.authority.createRole(house.admin, desk), "invalid_input")
})
