import { describe, expect, test } from "vitest"
import type { Caller } from "../src/authority/caller.ts"
import type { NewKey } from "../src/authority/key-input.ts"
import { type Instant, later } from "../src/time.ts"
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
} from "./authority-fixture.ts"

const page = { limit: 10, after: null }
const unknownId = "01981d3a-7c00-7000-8000-00000000dead"
const revocation = { reason: "superseded", note: null } as const

/** A member with a key of each keyspace, and the key of another member. */
async function memberHouse() {
  const house = await openHouse()
  const user = await newUser(house, "member")
  const neighbour = await newUser(house, "member")
  const give = async (owner: { readonly id: string }, input: Partial<NewKey> = {}) => {
    const { key } = await house.authority.createKey(house.admin, {
      keyspaceId: house.recoverable.id,
      name: "Given",
      owner: { kind: "user", id: owner.id },
      ...input,
    })
    return key
  }
  return {
    house,
    give,
    user,
    neighbour,
    member: await callerAs(house, user),
    own: await give(user, { permissions: ["invoices.read"] }),
    theirs: await give(neighbour, { permissions: ["invoices.read"] }),
  }
}

/** Every use case on one key. */
const onKey: readonly [string, (house: House, caller: Caller, id: string) => Promise<unknown>][] = [
  ["read", ({ authority }, caller, id) => authority.key(caller, id)],
  ["usage", ({ authority }, caller, id) => authority.keyUsage(caller, id, 0 as Instant, start)],
  ["update", ({ authority }, caller, id) => authority.updateKey(caller, id, { name: "Mine" }, null)],
  ["disable", ({ authority }, caller, id) => authority.updateKey(caller, id, { enabled: false }, null)],
  ["reveal", ({ authority }, caller, id) => authority.revealKey(caller, id, "forgotten")],
  ["revoke", ({ authority }, caller, id) => authority.revokeKey(caller, id, revocation)],
  ["delete", ({ authority }, caller, id) => authority.deleteKey(caller, id, null)],
]

describe("a member", () => {
  test.each(onKey)("may %s a key of their own", async (_name, run) => {
    const { house, member, own } = await memberHouse()
    await run(house, member, own.id)
  })

  test.each(onKey)("to %s another's key is to ask for one that does not exist", async (_name, run) => {
    const { house, member, theirs, give } = await memberHouse()
    const organizations = await give({ id: "" }, { owner: undefined })
    const unknown = await failureOf(run(house, member, unknownId))
    expect(unknown).toEqual({ code: "not_found", resource: "key" })
    for (const { id } of [theirs, organizations, house.acme.adminKey.key]) {
      expect(await failureOf(run(house, member, id))).toEqual(unknown)
    }
  })

  test("lists their own keys and no others, whatever the filter", async () => {
    const { house, member, user, neighbour, own } = await memberHouse()
    const listed = async (filter: object) =>
      (await house.authority.keys(member, filter, page)).items.map(({ id }) => id)
    expect(await listed({})).toEqual([own.id])
    expect(await listed({ keyspaceId: house.recoverable.id })).toEqual([own.id])
    expect(await listed({ keyspaceId: house.keyspace.id })).toEqual([])
    expect(await listed({ owner: { kind: "user", id: user.id } })).toEqual([own.id])
    for (const owner of [
      { kind: "user", id: neighbour.id },
      { kind: "user", id: unknownId },
      { kind: "service_account", id: user.id },
      { kind: "external", id: user.id },
      { kind: "organization", id: house.admin.organizationId },
    ]) {
      expect(await listed({ owner })).toEqual([])
    }
  })

  test("owns the keys that they create", async () => {
    const { house, member, user } = await memberHouse()
    const input = { keyspaceId: house.keyspace.id, name: "Mine" }
    const self = { kind: "user", id: user.id } as const
    expect((await house.authority.createKey(member, input)).key.owner).toEqual(self)
    expect((await house.authority.createKey(member, { ...input, owner: self })).key.owner).toEqual(self)
  })

  test("creates keys for nobody else, and learns nothing of who there is", async () => {
    const { house, member, own, neighbour } = await memberHouse()
    const input = { keyspaceId: house.keyspace.id, name: "For another" }
    const answer = { code: "permission_denied", missing: ["keys.write"] }
    for (const owner of [
      { kind: "user", id: neighbour.id },
      { kind: "user", id: unknownId },
      { kind: "service_account", id: unknownId },
      { kind: "organization", id: house.admin.organizationId },
      { kind: "external", id: "customer" },
    ] as const) {
      expect(await failureOf(house.authority.createKey(member, { ...input, owner }))).toEqual(answer)
      expect(await failureOf(house.authority.updateKey(member, own.id, { owner }, null))).toEqual(answer)
    }
    expect((await house.deps.store.key(house.admin.organizationId, own.id))?.revision).toBe(1)
  })

  test("issues themselves management keys within their role", async () => {
    const { house, member } = await memberHouse()
    const create = (...permissions: string[]) =>
      house.authority.createKey(member, {
        keyspaceId: house.acme.managementKeyspace.id,
        name: "Mine",
        permissions,
      })
    const { key } = await create("own_keys.*", "keyspaces.read")
    const caller = await callerBy(house, key)
    expect((await house.authority.keys(caller, {}, page)).items.map(({ id }) => id)).toContain(key.id)
    await refused(
      house.authority.createUser(caller, { email: "a@a.test", displayName: "A" }),
      "permission_denied",
    )
    for (const beyond of ["*", "keys.read", "keys.*", "members.read", "audit.read"]) {
      expect(await failureOf(create(beyond))).toEqual({ code: "grant_exceeds_caller", missing: [beyond] })
    }
  })
})

describe("the permissions of a keyspace's catalog", () => {
  const exceeds = (...missing: string[]) => ({ code: "grant_exceeds_caller", missing })

  test("an owner can take from a key of theirs, and not add to it", async () => {
    const { house, member, give, user } = await memberHouse()
    const { id } = await give(user, { permissions: ["invoices.*"], roles: [] })
    const update = (patch: object) => house.authority.updateKey(member, id, patch, null)
    for (const beyond of ["*", "payments.read"]) {
      expect(await failureOf(update({ permissions: ["invoices.*", beyond] }))).toEqual(exceeds(beyond))
    }
    await update({ permissions: ["invoices.read"] })
    await update({ permissions: ["invoices.read", "!invoices.write"], name: "Narrow" })
    // What was given up is not theirs to take back.
    expect(await failureOf(update({ permissions: ["invoices.*"] }))).toEqual(exceeds("invoices.*"))
  })

  test("roles count as what they grant", async () => {
    const { house, member, give, user } = await memberHouse()
    const bare = await give(user, { keyspaceId: house.keyspace.id })
    const add = () => house.authority.updateKey(member, bare.id, { roles: ["reader"] }, null)
    expect(await failureOf(add())).toEqual(exceeds("invoices.read"))
    await give(user, { keyspaceId: house.keyspace.id, permissions: ["invoices.read"] })
    expect((await add()).roles).toEqual(["reader"])
  })

  test("a denial stays with what is handed on", async () => {
    const { house, member, give, user } = await memberHouse()
    await give(user, { keyspaceId: house.keyspace.id, permissions: ["*", "!payments.read"] })
    const create = (...permissions: string[]) =>
      house.authority.createKey(member, { keyspaceId: house.keyspace.id, name: "Mine", permissions })
    expect(await failureOf(create("*"))).toEqual(exceeds("*"))
    expect((await create("*", "!payments.read")).key.permissions).toEqual(["*", "!payments.read"])
    await create("invoices.*")
  })

  test("an owner hands on what an active key of theirs in the same keyspace has, and for no longer", async () => {
    const { house, member, give, user, own, theirs } = await memberHouse()
    const create = (input: Partial<NewKey> = {}) =>
      house.authority.createKey(member, {
        keyspaceId: house.recoverable.id,
        name: "Mine",
        permissions: ["invoices.read"],
        ...input,
      })
    await create()
    expect(await failureOf(create({ keyspaceId: house.keyspace.id }))).toEqual(exceeds("invoices.read"))
    expect(theirs.permissions).toEqual(["invoices.read"])

    // One that lasts for a day hands on for a day.
    for (const key of (await house.authority.keys(member, {}, page)).items) {
      await house.authority.revokeKey(house.admin, key.id, revocation)
    }
    expect(await failureOf(create())).toEqual(exceeds("invoices.read"))
    expect(own.permissions).toEqual(["invoices.read"])
    const tomorrow = later(start, 86_400_000)
    const brief = await give(user, { permissions: ["invoices.read"], expiresAt: tomorrow })
    expect(await failureOf(create())).toEqual(exceeds("invoices.read"))
    expect(await failureOf(create({ expiresAt: later(tomorrow, 1) }))).toEqual(exceeds("invoices.read"))
    await create({ expiresAt: tomorrow })
    const extend = { expiresAt: null }
    expect(await failureOf(house.authority.updateKey(member, brief.id, extend, null))).toEqual(
      exceeds("invoices.read"),
    )
    await house.authority.updateKey(member, brief.id, { expiresAt: later(start, 1) }, null)
    house.clock.advance(86_400_000)
    expect(await failureOf(create())).toEqual(exceeds("invoices.read"))
  })

  test("are found among many keys of one's own", async () => {
    const { house, member, give, user } = await memberHouse()
    await give(user, { keyspaceId: house.keyspace.id, permissions: ["payments.read"] })
    for (let at = 0; at < 250; at++) await give(user, { keyspaceId: house.keyspace.id })
    await house.authority.createKey(member, {
      keyspaceId: house.keyspace.id,
      name: "Mine",
      permissions: ["payments.read"],
    })
  })

  test("are given by whoever may write all keys of the keyspace", async () => {
    const { house, user } = await memberHouse()
    const caller: Caller = {
      ...(await callerAs(house, { kind: "user", id: user.id })),
      holds: callerWith(house, `keys.write:${house.keyspace.id}`, "own_keys.write").holds,
    }
    const input = { name: "x", permissions: ["*"] }
    const given = await house.authority.createKey(caller, { ...input, keyspaceId: house.keyspace.id })
    expect(given.key.owner).toEqual({ kind: "organization", id: house.admin.organizationId })
    // Elsewhere the caller may write only keys of their own.
    const own = await house.authority.createKey(caller, { name: "x", keyspaceId: house.recoverable.id })
    expect(own.key.owner).toEqual({ kind: "user", id: user.id })
    expect(
      await failureOf(house.authority.createKey(caller, { ...input, keyspaceId: house.recoverable.id })),
    ).toEqual(exceeds("*"))
  })
})

test("an auditor reads every key, and neither writes nor reveals one, their own included", async () => {
  const { house, give, theirs } = await memberHouse()
  const user = await newUser(house, "auditor")
  const auditor = await callerAs(house, user)
  const own = await give(user)
  for (const { id } of [own, theirs]) {
    expect((await house.authority.key(auditor, id)).id).toBe(id)
    for (const [name, run] of onKey) {
      if (name === "read" || name === "usage") continue
      const missing = [name === "reveal" ? "keys.reveal" : "keys.write"]
      expect(await failureOf(run(house, auditor, id))).toEqual({ code: "permission_denied", missing })
    }
  }
  const input = { keyspaceId: house.keyspace.id, name: "x" }
  await refused(house.authority.createKey(auditor, input), "permission_denied")
})

test("own_keys permissions reach nothing for a caller who owns nothing", async () => {
  const { house, give } = await memberHouse()
  const caller = callerWith(house, "own_keys.*")
  const key = await give({ id: "" }, { owner: { kind: "external", id: caller.actor.id } })
  for (const [name, run] of onKey) {
    const missing = [
      `keys.${name === "read" || name === "usage" ? "read" : name === "reveal" ? name : "write"}`,
    ]
    expect(await failureOf(run(house, caller, key.id))).toEqual({ code: "permission_denied", missing })
  }
  await refused(house.authority.keys(caller, {}, page), "permission_denied")
  const input = { keyspaceId: house.keyspace.id, name: "x" }
  await refused(house.authority.createKey(caller, input), "permission_denied")
})

describe("a management key that acts for somebody else", () => {
  test.each([
    ["own_keys.reveal", "keys.reveal"],
    ["own_keys.write", "keys.write"],
    ["own_keys.read", "keys.read"],
  ])("is given %s only by one who holds %s", async (own, general) => {
    const { house, neighbour, user } = await memberHouse()
    const holder = (...grants: string[]): Caller => ({
      ...callerWith(house, ...grants),
      actor: { ...callerWith(house).actor, kind: "user", id: user.id },
    })
    const writing = `keys.write:${house.acme.managementKeyspace.id}`
    const create = (caller: Caller, owner: string) =>
      house.authority.createKey(caller, {
        keyspaceId: house.acme.managementKeyspace.id,
        name: "Another's",
        owner: { kind: "user", id: owner },
        permissions: [own],
      })
    const weak = holder(writing, own)
    expect(await failureOf(create(weak, neighbour.id))).toEqual({
      code: "grant_exceeds_caller",
      missing: [general],
    })
    await create(holder(writing, own, general), neighbour.id)
    const mine = await create(weak, user.id)
    const hand = { owner: { kind: "user", id: neighbour.id } } as const
    await refused(house.authority.updateKey(weak, mine.key.id, hand, null), "grant_exceeds_caller")
  })
})
