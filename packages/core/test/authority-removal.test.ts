import { describe, expect, test } from "vitest"
import { createAuthority } from "../src/authority/authority.ts"
import type { NewKey } from "../src/authority/key-input.ts"
import type { RemovalPolicy } from "../src/authority/removal.ts"
import type { Key } from "../src/key/key.ts"
import { stateAt } from "../src/key/lifecycle.ts"
import type { Owner } from "../src/owner.ts"
import type { Commit } from "../src/store/change.ts"
import type { Store } from "../src/store/store.ts"
import { later } from "../src/time.ts"
import {
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

const dayMs = 86_400_000
const freeze = { kind: "freeze" } as const

/** A user with three keys: one for good, one until tomorrow, one that is revoked. */
async function leaver() {
  const house = await openHouse()
  const user = await newUser(house, "member")
  const owner: Owner = { kind: "user", id: user.id }
  const create = async (input: Partial<NewKey> = {}) => {
    const given = { keyspaceId: house.keyspace.id, name: "Key", owner, permissions: ["invoices.read"] }
    return (await house.authority.createKey(house.admin, { ...given, ...input })).key
  }
  const lasting = await create()
  const brief = await create({ expiresAt: later(start, dayMs) })
  const revoked = await create()
  await house.authority.revokeKey(house.admin, revoked.id, { reason: "compromised", note: null })
  const remove = (policy: RemovalPolicy) => house.authority.remove(house.admin, "user", user.id, policy)
  const preview = (policy: RemovalPolicy) =>
    house.authority.previewRemoval(house.admin, "user", user.id, policy)
  const now = async ({ id }: Key) => house.authority.key(house.admin, id)
  return { house, user, owner, create, lasting, brief, revoked, remove, preview, now }
}

const ids = (keys: readonly { readonly id: string }[]) => keys.map(({ id }) => id).sort()

describe("a removal", () => {
  test("makes the user unknown, keeps their row, and is recorded with what became of the keys", async () => {
    const { house, user, remove, lasting, brief } = await leaver()
    await remove(freeze)
    const { authority, admin } = house
    for (const call of [
      authority.user(admin, user.id),
      authority.updateUser(admin, user.id, { displayName: "x" }, null),
      authority.suspend(admin, "user", user.id),
      authority.resume(admin, "user", user.id),
      authority.previewRemoval(admin, "user", user.id, freeze),
      remove(freeze),
    ]) {
      expect(await failureOf(call)).toEqual({ code: "not_found", resource: "user" })
    }
    const listed = (await authority.principals(admin, {}, { limit: 10, after: null })).items
    expect(ids(listed)).not.toContain(user.id)
    const event = (await trailOf(house, admin.organizationId)).at(-1)
    expect(event).toMatchObject({
      action: "user.removed",
      target: { kind: "user", id: user.id },
      details: { policy: { kind: "freeze" }, keys: expect.arrayContaining([lasting.id, brief.id]) },
    })
    expect(event?.details["keys"]).toHaveLength(2)
  })

  test("freezes what is not revoked", async () => {
    const { remove, preview, now, lasting, brief, revoked, owner } = await leaver()
    const told = await preview(freeze)
    expect(ids(told.keys)).toEqual(ids([lasting, brief]))
    expect(await now(lasting)).toEqual(lasting)
    await remove(freeze)
    for (const key of [lasting, brief]) {
      expect(await now(key)).toMatchObject({ disabledAt: start, owner, permissions: ["invoices.read"] })
    }
    expect(await now(revoked)).toMatchObject({ disabledAt: null, revokedAt: start })
  })

  test("expires keys after so many days, or when they would have anyway", async () => {
    const { remove, preview, now, lasting, brief, revoked } = await leaver()
    const policy = { kind: "expire", days: 30 } as const
    expect(ids((await preview(policy)).keys)).toEqual(ids([lasting, brief]))
    await remove(policy)
    expect((await now(lasting)).expiresAt).toBe(start + 30 * dayMs)
    expect((await now(brief)).expiresAt).toBe(start + dayMs)
    expect((await now(revoked)).expiresAt).toBeNull()
  })

  test("expires them at once after no days", async () => {
    const { remove, now, lasting } = await leaver()
    await remove({ kind: "expire", days: 0 })
    expect(stateAt(await now(lasting), start)).toBe("expired")
  })

  test.each(["user", "service_account", "organization", "external"] as const)(
    "transfers all keys to another owner: %s",
    async (kind) => {
      const { house, remove, preview, now, lasting, brief, revoked } = await leaver()
      const heirs = {
        user: async () => (await newUser(house)).id,
        service_account: async () =>
          (await house.authority.createServiceAccount(house.admin, { displayName: "Heir" })).id,
        organization: async () => house.admin.organizationId,
        external: async () => "customer-7",
      }
      const owner = { kind, id: await heirs[kind]() }
      const policy = { kind: "transfer", owner } as const
      expect(ids((await preview(policy)).keys)).toEqual(ids([lasting, brief, revoked]))
      await remove(policy)
      for (const key of [lasting, brief, revoked]) expect((await now(key)).owner).toEqual(owner)
    },
  )

  test("transfers to nobody who is not there", async () => {
    const { house, user, remove, preview } = await leaver()
    const gone = await newUser(house)
    await house.authority.remove(house.admin, "user", gone.id, freeze)
    const suspended = await newUser(house)
    await house.authority.suspend(house.admin, "user", suspended.id)
    const robot = await house.authority.createServiceAccount(house.admin, { displayName: "Robot" })
    for (const owner of [
      { kind: "user", id: user.id },
      { kind: "user", id: gone.id },
      { kind: "user", id: suspended.id },
      { kind: "user", id: robot.id },
      { kind: "user", id: house.other.admin.id },
      { kind: "service_account", id: gone.id },
      { kind: "organization", id: house.other.organization.id },
    ] as const) {
      for (const call of [preview, remove]) {
        expect(await failureOf(call({ kind: "transfer", owner }))).toMatchObject({
          code: "invalid_input",
          errors: [{ member: "/policy/owner/id" }],
        })
      }
    }
  })
})

describe("who may remove", () => {
  test("previews without keys.read tell how many keys, and name none", async () => {
    const { house, user, lasting, brief } = await leaver()
    const caller = callerWith(house, "members.write", "organizations.read", "keyspaces.read", "own_keys.*")
    const told = await house.authority.previewRemoval(caller, "user", user.id, freeze)
    expect([told.keys.length, told.readable]).toEqual([2, []])
    const reader = { ...caller, holds: callerWith(house, "*").holds }
    const all = await house.authority.previewRemoval(reader, "user", user.id, freeze)
    expect(ids(all.readable)).toEqual(ids([lasting, brief]))
  })

  test("keys are transferred only by one who may change them, and reveal them where that is possible", async () => {
    const { house, user, create } = await leaver()
    const heir = { kind: "external", id: "customer" } as const
    const policy = { kind: "transfer", owner: heir } as const
    const with_ = (...grants: string[]) =>
      callerWith(house, "members.write", "organizations.read", "keyspaces.read", "own_keys.*", ...grants)
    const tried = async (...grants: string[]) => {
      const caller = with_(...grants)
      const failure = await failureOf(house.authority.remove(caller, "user", user.id, policy))
      expect(await failureOf(house.authority.previewRemoval(caller, "user", user.id, policy))).toEqual(
        failure,
      )
      return failure
    }
    const missing = (permission: string) => ({ code: "permission_denied", missing: [permission] })
    expect(await tried()).toEqual(missing("keys.write"))
    expect(await tried(`keys.write:${house.recoverable.id}`)).toEqual(missing("keys.write"))
    await create({ keyspaceId: house.recoverable.id })
    expect(await tried("keys.write")).toEqual(missing("keys.reveal"))
    await house.authority.remove(with_("keys.write", "keys.reveal"), "user", user.id, policy)
  })

  test("a management key is transferred only by one who may do all that it was granted", async () => {
    const house = await openHouse()
    const user = await newUser(house, "member")
    const { key } = await house.authority.createKey(house.admin, {
      keyspaceId: house.acme.managementKeyspace.id,
      name: "Everything",
      owner: { kind: "user", id: user.id },
      permissions: ["*"],
    })
    // Within a member's role it can do little; without an owner it could do everything.
    const admin = callerWith(house, "members.*", "keys.*", "own_keys.*", "organizations.read", "keyspaces.*")
    const policy = { kind: "transfer", owner: { kind: "external", id: "me" } } as const
    expect(await failureOf(house.authority.remove(admin, "user", user.id, policy))).toEqual({
      code: "grant_exceeds_caller",
      missing: ["*"],
    })
    await house.authority.remove(admin, "user", user.id, freeze)
    expect((await callerBy(house, key)).holds.allows({ name: "keys.write", resource: null })).toBe(false)
  })
})

describe("a removal that others get in the way of", () => {
  /** The house over a store that does something else just before it commits the removal, the first time. */
  async function raced(meanwhile: (house: House) => Promise<unknown>) {
    const opened = await leaver()
    const { house } = opened
    let calls = 0
    const removes = ({ changes }: Commit) =>
      changes.some((change) => change.kind === "principal.update" && change.principal.removedAt !== null)
    const store: Store = {
      ...house.deps.store,
      async commit(commit) {
        if (removes(commit) && ++calls === 1) await meanwhile(house)
        return house.deps.store.commit(commit)
      },
    }
    const authority = createAuthority({ ...house.deps, store })
    const remove = (policy: RemovalPolicy) => authority.remove(house.admin, "user", opened.user.id, policy)
    return { ...opened, remove, calls: () => calls }
  }

  test("deals with a key that was created meanwhile", async () => {
    let created: Key | null = null
    const { remove, now, calls } = await raced(async ({ authority, admin, keyspace }) => {
      const [user] = (await authority.principals(admin, { role: "member" }, { limit: 1, after: null })).items
      const owner = user && { kind: user.kind, id: user.id }
      created = (await authority.createKey(admin, { keyspaceId: keyspace.id, name: "Late", owner })).key
    })
    await remove(freeze)
    expect(calls()).toBe(2)
    if (!created) throw new Error("Nothing was created.")
    expect((await now(created)).disabledAt).toBe(start)
  })

  test("is not misled by one that was created while another was deleted", async () => {
    let created: Key | null = null
    const { house, remove, now, revoked, owner } = await raced(async ({ authority, admin, keyspace }) => {
      await authority.deleteKey(admin, revoked.id, null)
      created = (await authority.createKey(admin, { keyspaceId: keyspace.id, name: "Late", owner })).key
    })
    await remove(freeze)
    if (!created) throw new Error("Nothing was created.")
    expect((await now(created)).disabledAt).toBe(start)
    await refused(house.authority.key(house.admin, revoked.id), "not_found")
  })

  test("keeps what a key was changed to meanwhile", async () => {
    const { remove, now, lasting } = await raced(({ authority, admin }) =>
      authority.updateKey(admin, lasting.id, { name: "Renamed" }, null),
    )
    await remove(freeze)
    expect(await now(lasting)).toMatchObject({ name: "Renamed", disabledAt: start })
  })

  test("says that the heir is gone when they are", async () => {
    let heir = ""
    const { house, remove, lasting, now } = await raced(({ authority, admin }) =>
      authority.remove(admin, "user", heir, freeze),
    )
    heir = (await newUser(house)).id
    const policy = { kind: "transfer", owner: { kind: "user", id: heir } } as const
    expect(await failureOf(remove(policy))).toMatchObject({
      code: "invalid_input",
      errors: [{ member: "/policy/owner/id" }],
    })
    expect(await now(lasting)).toEqual(lasting)
  })

  test("nobody gets a new key once they are removed, however early it was asked for", async () => {
    const { house, user } = await leaver()
    const { deps, authority, admin, keyspace } = house
    const store: Store = {
      ...deps.store,
      async commit(commit) {
        if (commit.changes.some(({ kind }) => kind === "key.insert")) {
          await authority.remove(admin, "user", user.id, freeze)
        }
        return deps.store.commit(commit)
      },
    }
    const late = createAuthority({ ...deps, store }).createKey(admin, {
      keyspaceId: keyspace.id,
      name: "Late",
      owner: { kind: "user", id: user.id },
    })
    await refused(late, "not_found")
  })
})
