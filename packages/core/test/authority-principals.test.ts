import { describe, expect, test } from "vitest"
import type { PrincipalKind } from "../src/principal.ts"
import { later } from "../src/time.ts"
import {
  callerAs,
  callerBy,
  callerWith,
  failureOf,
  type House,
  newUser,
  openHouse,
  refused,
  start,
  trailOf,
} from "./authority-fixture.ts"

const page = { limit: 10, after: null }

async function lastEvent(house: House) {
  return (await trailOf(house, house.admin.organizationId)).at(-1)
}

/** A service account with these roles. */
function newRobot(house: House, ...roles: string[]) {
  return house.authority.createServiceAccount(house.admin, { displayName: "Robot", roles })
}

describe("a new user", () => {
  test("is a member unless said otherwise, and is recorded", async () => {
    const house = await openHouse()
    const caller = callerWith(house, "*")
    const user = await house.authority.createUser(caller, { email: "Jane@Acme.Test", displayName: "Jane" })
    expect(user).toMatchObject({
      kind: "user",
      organizationId: house.admin.organizationId,
      email: "jane@acme.test",
      userName: null,
      roles: ["member"],
      passwordHash: null,
      suspendedAt: null,
      removedAt: null,
      createdAt: start,
      revision: 1,
    })
    expect(user.alias).not.toBe(house.acme.admin.alias)
    expect(await house.authority.user(caller, user.id)).toEqual(user)
    expect(await lastEvent(house)).toMatchObject({
      action: "user.created",
      actor: caller.actor,
      target: { kind: "user", id: user.id },
      details: { email: "jane@acme.test", roles: ["member"] },
    })
  })

  test("takes an e-mail address and a user name that nobody else here has", async () => {
    const house = await openHouse()
    const create = (email: string, userName: string | null = null) =>
      house.authority.createUser(house.admin, { email, displayName: "x", userName })
    const jane = await create("jane@acme.test", "jane")
    expect(await failureOf(create("JANE@acme.test"))).toMatchObject({
      code: "already_exists",
      member: "email",
    })
    expect(await failureOf(create("j@acme.test", "jane"))).toMatchObject({
      code: "already_exists",
      member: "user_name",
    })
    // Taken in the other organization is free here, and so is what a removed user had.
    await create("admin@other.test")
    await house.authority.remove(house.admin, "user", jane.id, { kind: "freeze" })
    await create("jane@acme.test", "jane")
  })

  test.each(["", "jane", "@acme.test", "jane@", "a b@acme.test", "a@b@c", `${"x".repeat(65)}@a.test`])(
    "is refused with the e-mail address %j",
    async (email) => {
      const house = await openHouse()
      expect(
        await failureOf(house.authority.createUser(house.admin, { email, displayName: "x" })),
      ).toMatchObject({ code: "invalid_input", errors: [{ member: "/email" }] })
    },
  )

  test("is refused with a role that there is not", async () => {
    const house = await openHouse()
    const input = { email: "a@a.test", displayName: "x", roles: ["member", "boss"] }
    expect(await failureOf(house.authority.createUser(house.admin, input))).toMatchObject({
      code: "invalid_input",
      errors: [{ member: "/roles/1" }],
    })
  })
})

test("a new service account has no role unless said otherwise, and cannot be read as a user", async () => {
  const house = await openHouse()
  const robot = await newRobot(house)
  expect(robot).toMatchObject({ kind: "service_account", roles: [], description: "", revision: 1 })
  expect(await house.authority.serviceAccount(house.admin, robot.id)).toEqual(robot)
  expect(await failureOf(house.authority.user(house.admin, robot.id))).toEqual({
    code: "not_found",
    resource: "user",
  })
})

test("whoever acts may read themselves, and no other without members.read", async () => {
  const house = await openHouse()
  const user = await newUser(house, "member")
  const robot = await newRobot(house)
  const [member, machine] = [await callerAs(house, user), await callerAs(house, robot)]
  expect(await house.authority.user(member, user.id)).toEqual(user)
  expect(await house.authority.member(member, user.id)).toEqual(user)
  expect(await house.authority.serviceAccount(machine, robot.id)).toEqual(robot)
  const denial = { code: "permission_denied", missing: ["members.read"] }
  expect(await failureOf(house.authority.user(member, house.acme.admin.id))).toEqual(denial)
  expect(await failureOf(house.authority.serviceAccount(member, user.id))).toEqual(denial)
  expect(await failureOf(house.authority.principals(member, {}, page))).toEqual(denial)
})

describe("nobody raises themselves or others beyond what they hold", () => {
  test.each(["admin", "auditor", "member"])("as %s", async (role) => {
    const house = await openHouse()
    const user = await newUser(house, role)
    const caller = await callerAs(house, user)
    const { authority } = house
    const attempts = [
      authority.updateUser(caller, user.id, { roles: ["owner"] }, null),
      authority.updateMember(caller, user.id, ["owner"], null),
      authority.createUser(caller, { email: "o@acme.test", displayName: "O", roles: ["owner"] }),
      authority.createServiceAccount(caller, { displayName: "O", roles: ["owner"] }),
      authority.updateUser(caller, house.acme.admin.id, { email: "mine@acme.test" }, null),
      authority.suspend(caller, "user", house.acme.admin.id),
      authority.resume(caller, "user", house.acme.admin.id),
      authority.previewRemoval(caller, "user", house.acme.admin.id, { kind: "freeze" }),
      authority.remove(caller, "user", house.acme.admin.id, { kind: "freeze" }),
    ]
    const expected =
      role === "admin"
        ? { code: "grant_exceeds_caller", missing: ["*"] }
        : { code: "permission_denied", missing: ["members.write"] }
    for (const attempt of attempts) expect(await failureOf(attempt)).toEqual(expected)
  })

  test("an admin makes admins, auditors and members, and changes them", async () => {
    const house = await openHouse()
    const admin = await callerAs(house, await newUser(house, "admin"))
    for (const role of ["admin", "auditor", "member"]) {
      const created = await house.authority.createUser(admin, {
        email: `new-${role}@acme.test`,
        displayName: role,
        roles: [role],
      })
      const changed = await house.authority.updateUser(admin, created.id, { roles: ["member", role] }, null)
      expect(changed.roles).toEqual(["member", role])
    }
  })

  test("a denial among their own roles cannot be put off", async () => {
    const house = await openHouse()
    const brake = { name: "brake", description: "", permissions: ["!keys.reveal"] }
    await house.authority.createRole(house.admin, brake)
    const user = await newUser(house, "admin", "brake")
    const caller = await callerAs(house, user)
    expect(await failureOf(house.authority.updateUser(caller, user.id, { roles: ["admin"] }, null))).toEqual({
      code: "grant_exceeds_caller",
      missing: ["keys.*"],
    })
  })
})

test("a reset link that was handed out does not outlast a raise", async () => {
  const house = await openHouse()
  const user = await newUser(house, "member")
  const { link } = await house.authority.offerLink(house.admin, user.id, "reset")
  const usedAt = async () => (await house.deps.store.linkByDigest([link]))?.usedAt
  await house.authority.updateUser(house.admin, user.id, { displayName: "New", roles: ["member"] }, null)
  await house.authority.updateUser(house.admin, user.id, { roles: [] }, null)
  expect(await usedAt()).toBeNull()
  await house.authority.updateUser(house.admin, user.id, { roles: ["admin"] }, null)
  expect(await usedAt()).toBe(start)
})

describe("a change", () => {
  test("is recorded with what was and what is, and named by the revision it was made from", async () => {
    const house = await openHouse()
    const user = await newUser(house, "member")
    const change = { displayName: "Jane", email: "JANE@acme.test" }
    const changed = await house.authority.updateUser(house.admin, user.id, change, 1)
    expect(changed).toMatchObject({ displayName: "Jane", email: "jane@acme.test", revision: 2 })
    expect(await lastEvent(house)).toMatchObject({
      action: "user.updated",
      details: {
        display_name: { before: user.displayName, after: "Jane" },
        email: { before: user.email, after: "jane@acme.test" },
      },
    })
    await refused(house.authority.updateUser(house.admin, user.id, change, 1), "revision_conflict")
  })

  test("two at once are both made", async () => {
    const house = await openHouse()
    const user = await newUser(house, "member")
    await Promise.all([
      house.authority.updateUser(house.admin, user.id, { displayName: "Jane" }, null),
      house.authority.updateUser(house.admin, user.id, { firstName: "Jane" }, null),
    ])
    expect(await house.authority.user(house.admin, user.id)).toMatchObject({
      displayName: "Jane",
      firstName: "Jane",
      revision: 3,
    })
  })
})

describe("the last owner", () => {
  const ways: readonly [string, (house: House, id: string) => Promise<unknown>][] = [
    ["suspended", ({ authority, admin }, id) => authority.suspend(admin, "user", id)],
    ["removed", ({ authority, admin }, id) => authority.remove(admin, "user", id, { kind: "freeze" })],
    ["demoted", ({ authority, admin }, id) => authority.updateUser(admin, id, { roles: ["admin"] }, null)],
    ["demoted as a member", ({ authority, admin }, id) => authority.updateMember(admin, id, [], null)],
  ]
  test.each(ways)("is not %s", async (_name, end) => {
    const house = await openHouse()
    const before = await house.authority.user(house.admin, house.acme.admin.id)
    expect(await failureOf(end(house, before.id))).toEqual({ code: "last_owner" })
    expect(await house.authority.user(house.admin, before.id)).toEqual(before)
    // A service account, and an owner who is suspended, could not sign in to help.
    await newRobot(house, "owner")
    const suspended = await newUser(house, "owner")
    await house.authority.suspend(house.admin, "user", suspended.id)
    expect(await failureOf(end(house, before.id))).toEqual({ code: "last_owner" })
    await house.authority.resume(house.admin, "user", suspended.id)
    await end(house, before.id)
  })

  test.each(ways)("two owners who are %s at once do not both go", async (_name, end) => {
    const house = await openHouse()
    const second = await newUser(house, "owner")
    const outcomes = await Promise.allSettled([end(house, house.acme.admin.id), end(house, second.id)])
    expect(outcomes.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"])
    expect(await house.deps.store.activeUsersWithRole(house.admin.organizationId, "owner", 2)).toBe(1)
  })
})

describe("suspending", () => {
  test.each<PrincipalKind>(["user", "service_account"])(
    "a %s refuses their keys, and resuming restores them",
    async (kind) => {
      const house = await openHouse()
      const { id } = kind === "user" ? await newUser(house, "member") : await newRobot(house, "member")
      const { secret } = await house.authority.createKey(house.admin, {
        keyspaceId: house.keyspace.id,
        name: "Key",
        owner: { kind, id },
      })
      const owner = async () => (await house.deps.store.subject(house.deps.peppers.candidates(secret)))?.owner
      expect(await owner()).toMatchObject({ id, suspended: false })
      const suspended = await house.authority.suspend(house.admin, kind, id)
      expect(suspended).toMatchObject({ suspendedAt: start, revision: 2 })
      expect(await owner()).toMatchObject({ suspended: true, revision: 2 })
      expect(house.notices.at(-1)).toMatchObject({ kind: "principal", id, revision: 2 })
      expect(await lastEvent(house)).toMatchObject({ action: `${kind}.suspended`, target: { kind, id } })
      expect(await house.authority.resume(house.admin, kind, id)).toMatchObject({
        suspendedAt: null,
        revision: 3,
      })
      expect(await owner()).toMatchObject({ suspended: false })
      expect(await lastEvent(house)).toMatchObject({ action: `${kind}.resumed` })
    },
  )

  test("twice is to suspend once: the first instant stands, and nothing is written", async () => {
    const house = await openHouse()
    const user = await newUser(house, "member")
    await house.authority.resume(house.admin, "user", user.id)
    await house.authority.suspend(house.admin, "user", user.id)
    const written = (await trailOf(house, house.admin.organizationId)).length
    house.clock.advance(1000)
    expect(await house.authority.suspend(house.admin, "user", user.id)).toMatchObject({
      suspendedAt: start,
      revision: 2,
    })
    expect(await trailOf(house, house.admin.organizationId)).toHaveLength(written)
  })

  test.each(["suspend", "remove"] as const)("or removing a user ends their sessions: %s", async (verb) => {
    const house = await openHouse()
    const [user, other] = [await newUser(house, "member"), await newUser(house, "member")]
    for (const { id } of [user, other]) await openSession(house, id)
    if (verb === "suspend") await house.authority.suspend(house.admin, "user", user.id)
    else await house.authority.remove(house.admin, "user", user.id, { kind: "freeze" })
    const sessions = async (id: string) =>
      (await house.deps.store.sessions(house.admin.organizationId, id, page)).items.length
    expect([await sessions(user.id), await sessions(other.id)]).toEqual([0, 1])
  })
})

/** A session as a sign-in leaves one. */
async function openSession({ deps, admin }: House, userId: string): Promise<void> {
  await deps.store.commit({
    organizationId: admin.organizationId,
    changes: [
      {
        kind: "session.insert",
        session: {
          id: `session of ${userId}`,
          organizationId: admin.organizationId,
          userId,
          digest: `digest of ${userId}`,
          pepperVersion: 1,
          address: null,
          userAgent: null,
          createdAt: start,
          lastSeenAt: start,
          expiresAt: later(start, 1000),
        },
      },
    ],
    events: [
      {
        id: `event of ${userId}`,
        organizationId: admin.organizationId,
        at: start,
        action: "session.created",
        actor: admin.actor,
        target: { kind: "session", id: userId },
        details: {},
        requestId: null,
      },
    ],
  })
}

describe("a management key does what it was granted and what its owner's roles allow now", () => {
  async function keyOf(house: House, roles: readonly string[], permissions: readonly string[]) {
    const user = await newUser(house, ...roles)
    const { key } = await house.authority.createKey(house.admin, {
      keyspaceId: house.acme.managementKeyspace.id,
      name: "Key",
      owner: { kind: "user", id: user.id },
      permissions,
    })
    return { user, key }
  }
  const audit = { name: "audit.read", resource: null }
  const organization = { name: "organizations.write", resource: null }

  test("so a demoted owner's key of everything does no more than their role", async () => {
    const house = await openHouse()
    const { user, key } = await keyOf(house, ["owner"], ["*"])
    expect((await callerBy(house, key)).holds.allows(organization)).toBe(true)
    await house.authority.updateUser(house.admin, user.id, { roles: ["admin"] }, null)
    const demoted = await callerBy(house, key)
    expect([demoted.holds.allows(organization), demoted.holds.allows(audit)]).toEqual([false, true])
    await refused(
      house.authority.updateUser(demoted, user.id, { roles: ["owner"] }, null),
      "grant_exceeds_caller",
    )
    await house.authority.updateUser(house.admin, user.id, { roles: [] }, null)
    expect((await callerBy(house, key)).holds.allows(audit)).toBe(false)
  })

  test("so a promoted owner's key does no more than it was granted", async () => {
    const house = await openHouse()
    const { user, key } = await keyOf(house, ["auditor"], ["audit.read"])
    await house.authority.updateUser(house.admin, user.id, { roles: ["owner"] }, null)
    const promoted = await callerBy(house, key)
    expect([promoted.holds.allows(organization), promoted.holds.allows(audit)]).toEqual([false, true])
  })

  test("so narrowing or deleting a role narrows the keys of whoever has it", async () => {
    const house = await openHouse()
    const role = { name: "reviewer", description: "", permissions: ["audit.read", "members.read"] }
    await house.authority.createRole(house.admin, role)
    const { key } = await keyOf(house, ["reviewer"], ["*"])
    const members = { name: "members.read", resource: null }
    const allowed = async () => {
      const { holds } = await callerBy(house, key)
      return [holds.allows(audit), holds.allows(members)]
    }
    expect(await allowed()).toEqual([true, true])
    await house.authority.updateRole(house.admin, "reviewer", { permissions: ["members.read"] })
    expect(await allowed()).toEqual([false, true])
    await house.authority.deleteRole(house.admin, "reviewer")
    expect(await allowed()).toEqual([false, false])
  })
})
