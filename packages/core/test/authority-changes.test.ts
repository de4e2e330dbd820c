import { describe, expect, test } from "vitest"
import { ChainVerifier, printAuditEvent } from "../src/audit/chain.ts"
import { createAuthority } from "../src/authority/authority.ts"
import type { ChangeNotice } from "../src/authority/deps.ts"
import { createOrganization, ensureBuiltInKeyspace, systemCaller } from "../src/authority/organizations.ts"
import { fail } from "../src/failure.ts"
import { openPolicy } from "../src/keyspace.ts"
import { openMemoryStore } from "../src/store/memory.ts"
import type { Store } from "../src/store/store.ts"
import { type Instant, later } from "../src/time.ts"
import { callerWith, failureOf, newDeps, openHouse, refused, start, trailOf } from "./authority-fixture.ts"

const revocation = { reason: "compromised", note: "leaked" } as const

async function houseWithKey() {
  const house = await openHouse()
  const caller = callerWith(house, "*")
  const { key, secret } = await house.authority.createKey(caller, {
    keyspaceId: house.keyspace.id,
    name: "First",
    permissions: ["invoices.*:*", "invoices.*", "!invoices.write"],
    roles: ["reader", "reader"],
    tags: ["b", "a", "b"],
  })
  return { house, caller, key, secret }
}

describe("a new key", () => {
  test("has its grants in one spelling, nothing twice, and belongs to the organization by default", async () => {
    const { house, key, secret } = await houseWithKey()
    expect(key).toMatchObject({
      permissions: ["invoices.*", "!invoices.write"],
      roles: ["reader"],
      tags: ["b", "a"],
      owner: { kind: "organization", id: house.admin.organizationId },
      revision: 1,
      createdAt: start,
      expiresAt: null,
      disabledAt: null,
    })
    expect(secret.startsWith("acme_live_")).toBe(true)
    const found = await house.deps.store.subject(house.deps.peppers.candidates(secret))
    expect(found).toMatchObject({ key: { id: key.id }, secretVersion: 1 })
  })
  test("can be born disabled", async () => {
    const { house, caller } = await houseWithKey()
    const input = { keyspaceId: house.keyspace.id, name: "x", enabled: false }
    expect((await house.authority.createKey(caller, input)).key.disabledAt).toBe(start)
  })

  const bad: [string, object, string][] = [
    [
      "a permission that the catalog has not",
      { permissions: ["invoices.read", "invoices.pay"] },
      "/permissions/1",
    ],
    ["a wildcard over nothing", { permissions: ["refunds.*"] }, "/permissions/0"],
    ["a denial of nothing", { permissions: ["!refunds.pay"] }, "/permissions/0"],
    ["no grant at all", { permissions: ["Invoices Read"] }, "/permissions/0"],
    ["a role that the keyspace has not", { roles: ["writer"] }, "/roles/0"],
    ["an unknown user", { owner: { kind: "user", id: "nobody" } }, "/owner/id"],
    ["an unknown service account", { owner: { kind: "service_account", id: "nobody" } }, "/owner/id"],
    ["another organization", { owner: { kind: "organization", id: "other" } }, "/owner/id"],
    ["an address that is none", { allowedAddresses: ["10.0.0.0/8", "10.0.0.0/99"] }, "/allowed_addresses/1"],
    ["an origin that is none", { allowedOrigins: ["https://a.test/"] }, "/allowed_origins/0"],
    ["an expiry that is now", { expiresAt: start }, "/expires_at"],
    [
      "an expiry before it is valid",
      { notBefore: later(start, 9), expiresAt: later(start, 9) },
      "/not_before",
    ],
    ["a limit's name twice", { limits: [limit("x"), limit("x")] }, "/limits/1/name"],
    ["a limit of nothing", { limits: [{ ...limit("x"), count: 0 }] }, "/limits/0"],
    ["a limit in no time", { limits: [{ ...limit("x"), windowSeconds: 0 }] }, "/limits/0"],
    ["a limit in halves", { limits: [{ ...limit("x"), count: 1.5 }] }, "/limits/0"],
    ["a limit of no number", { limits: [{ ...limit("x"), count: Number.NaN }] }, "/limits/0"],
    ["a limit above what can be told apart", { limits: [{ ...limit("x"), count: 60_000_001 }] }, "/limits/0"],
    ["half a surrogate pair, which no database stores as it is", { name: "\ud800" }, ""],
    ["an infinity in the metadata", { metadata: { n: JSON.parse("1e999") } }, ""],
  ]
  test.each(bad)("with %s is refused, and the member is named", async (_, members, member) => {
    const { house, caller } = await houseWithKey()
    const before = await trailOf(house, house.admin.organizationId)
    const failure = await failureOf(
      house.authority.createKey(caller, { keyspaceId: house.keyspace.id, name: "x", ...members }),
    )
    expect(failure).toMatchObject({ code: "invalid_input", errors: [{ member }] })
    expect(await trailOf(house, house.admin.organizationId)).toEqual(before)
  })
  test("all that is wrong is named at once", async () => {
    const { house, caller } = await houseWithKey()
    const failure = await failureOf(
      house.authority.createKey(caller, {
        keyspaceId: house.keyspace.id,
        name: "x",
        permissions: ["nope"],
        roles: ["nope"],
        expiresAt: 0 as Instant,
        owner: { kind: "user", id: "nobody" },
      }),
    )
    expect(failure.code === "invalid_input" && failure.errors.map(({ member }) => member)).toEqual([
      "/permissions/0",
      "/roles/0",
      "/expires_at",
      "/owner/id",
    ])
  })
  test("a user of another organization is no owner; one of the own is", async () => {
    const { house, caller } = await houseWithKey()
    const owned = (id: string) =>
      house.authority.createKey(caller, {
        keyspaceId: house.keyspace.id,
        name: "x",
        owner: { kind: "user", id },
      })
    await refused(owned(house.other.admin.id), "invalid_input")
    expect((await owned(house.acme.admin.id)).key.owner.id).toBe(house.acme.admin.id)
  })
})

function limit(name: string) {
  return { name, count: 10, windowSeconds: 60 }
}

describe("an update", () => {
  test("changes what it names and nothing else", async () => {
    const { house, caller, key } = await houseWithKey()
    house.clock.advance(5)
    const updated = await house.authority.updateKey(
      caller,
      key.id,
      { name: "Second", expiresAt: later(start, 1000) },
      null,
    )
    expect(updated).toEqual({
      ...key,
      name: "Second",
      expiresAt: later(start, 1000),
      updatedAt: later(start, 5),
      revision: 2,
    })
    expect(await house.authority.key(caller, key.id)).toEqual(updated)
  })
  test("what did not change is not held against it: an expired key of a shrunken catalog can be renamed", async () => {
    const { house, caller, key } = await houseWithKey()
    await house.authority.updateKey(caller, key.id, { expiresAt: later(start, 10) }, null)
    house.clock.advance(10)
    const catalog = { permissions: [{ name: "payments.read", description: "" }], roles: [] }
    await house.authority.updateKeyspace(caller, house.keyspace.id, catalog, null)
    expect((await house.authority.updateKey(caller, key.id, { name: "x" }, null)).name).toBe("x")
    await refused(
      house.authority.updateKey(caller, key.id, { permissions: ["invoices.read"] }, null),
      "invalid_input",
    )
  })
  test("disabling keeps its first instant; enabling ends it", async () => {
    const { house, caller, key } = await houseWithKey()
    await house.authority.updateKey(caller, key.id, { enabled: false }, null)
    house.clock.advance(5)
    expect((await house.authority.updateKey(caller, key.id, { enabled: false }, null)).disabledAt).toBe(start)
    expect((await house.authority.updateKey(caller, key.id, { enabled: true }, null)).disabledAt).toBeNull()
  })
  test("of a revoked key is refused, whatever it is", async () => {
    const { house, caller, key } = await houseWithKey()
    await house.authority.revokeKey(caller, key.id, revocation)
    for (const patch of [{ name: "x" }, { enabled: true }, { expiresAt: null }]) {
      await refused(house.authority.updateKey(caller, key.id, patch, null), "key_revoked")
    }
  })
  test("a named revision that is not the present one is a conflict, and nothing is changed", async () => {
    const { house, caller, key } = await houseWithKey()
    const second = await house.authority.updateKey(caller, key.id, { name: "Second" }, 1)
    await refused(house.authority.updateKey(caller, key.id, { name: "Third" }, 1), "revision_conflict")
    await refused(house.authority.deleteKey(caller, key.id, 1), "revision_conflict")
    expect(await house.authority.key(caller, key.id)).toEqual(second)
    await refused(
      house.authority.updateKeyspace(caller, house.keyspace.id, { name: "x" }, 7),
      "revision_conflict",
    )
  })
  test("without a named revision, changes at the same time all come to pass, one after another", async () => {
    const { house, caller, key } = await houseWithKey()
    const tags = ["a", "b", "c", "d"]
    await Promise.all([
      house.authority.updateKey(caller, key.id, { name: "Second" }, null),
      house.authority.updateKey(caller, key.id, { tags }, null),
      house.authority.updateKey(caller, key.id, (before) => ({ metadata: { was: before.revision } }), null),
    ])
    const after = await house.authority.key(caller, key.id)
    expect(after).toMatchObject({ name: "Second", tags, revision: 4 })
    expect(after.metadata["was"]).toBeGreaterThanOrEqual(1)
  })
  test("with a named revision, of changes at the same time exactly one wins", async () => {
    const { house, caller, key } = await houseWithKey()
    const racing = ["A", "B", "C"].map((name) => house.authority.updateKey(caller, key.id, { name }, 1))
    const results = await Promise.allSettled(racing)
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1)
    expect((await house.authority.key(caller, key.id)).revision).toBe(2)
  })
})

describe("revoking and deleting", () => {
  test("revoked twice keeps the first instant and reason, and one event", async () => {
    const { house, caller, key } = await houseWithKey()
    const first = await house.authority.revokeKey(caller, key.id, revocation)
    expect(first).toMatchObject({ revokedAt: start, revocation, revision: 2 })
    const events = await trailOf(house, house.admin.organizationId)
    house.clock.advance(5)
    const again = await house.authority.revokeKey(caller, key.id, { reason: "superseded", note: null })
    expect(again).toEqual(first)
    expect(await trailOf(house, house.admin.organizationId)).toEqual(events)
  })
  test("of two revocations at the same time both tell the same instant", async () => {
    const { house, caller, key } = await houseWithKey()
    const [one, two] = await Promise.all([
      house.authority.revokeKey(caller, key.id, revocation),
      house.authority.revokeKey(caller, key.id, { reason: "superseded", note: null }),
    ])
    expect(one).toEqual(two)
  })
  test("a deleted key is unknown to every use case, and its secret finds nothing", async () => {
    const { house, caller, key, secret } = await houseWithKey()
    await house.authority.deleteKey(caller, key.id, null)
    await refused(house.authority.key(caller, key.id), "not_found")
    await refused(house.authority.updateKey(caller, key.id, { name: "x" }, null), "not_found")
    await refused(house.authority.revokeKey(caller, key.id, revocation), "not_found")
    await refused(house.authority.deleteKey(caller, key.id, null), "not_found")
    expect(await house.deps.store.subject(house.deps.peppers.candidates(secret))).toBeNull()
  })
})

describe("secrets", () => {
  test("of a recoverable keyspace can be read again, after the reading is in the trail", async () => {
    const { house, caller } = await houseWithKey()
    const created = await house.authority.createKey(caller, { keyspaceId: house.recoverable.id, name: "x" })
    expect(created.key.secrets[0]?.sealed).not.toContain(created.secret)
    const revealed = await house.authority.revealKey(caller, created.key.id, "lost")
    expect(revealed.secret).toBe(created.secret)
    const [event] = (await trailOf(house, house.admin.organizationId)).slice(-1)
    expect(event).toMatchObject({
      action: "key.revealed",
      target: { id: created.key.id },
      details: { reason: "lost", secret_version: 1 },
    })
  })
  test("are not shown when the reading cannot be recorded", async () => {
    const { house, caller } = await houseWithKey()
    const { key } = await house.authority.createKey(caller, { keyspaceId: house.recoverable.id, name: "x" })
    const down: Store = { ...house.deps.store, commit: async () => fail({ code: "store_unavailable" }) }
    const authority = createAuthority({ ...house.deps, store: down })
    await refused(authority.revealKey(caller, key.id, "lost"), "store_unavailable")
  })
  test("of other keyspaces cannot", async () => {
    const { house, caller, key } = await houseWithKey()
    expect(key.secrets[0]?.sealed).toBeNull()
    await refused(house.authority.revealKey(caller, key.id, "lost"), "not_recoverable")
  })
})

describe("the audit trail", () => {
  test("has exactly one event for each change and each reading, with actor and details, and no secret", async () => {
    const { house, caller, key } = await houseWithKey()
    const { authority } = house
    const { length } = await trailOf(house, house.admin.organizationId)
    const made = await authority.createKey(caller, { keyspaceId: house.recoverable.id, name: "Recoverable" })
    await authority.revealKey(caller, made.key.id, "lost")
    await authority.updateKey(caller, key.id, { name: "Second" }, null)
    await authority.updateKeyspace(caller, house.keyspace.id, { description: "x" }, null)
    await authority.createKeyspace(caller, { name: "New", prefix: "new" })
    await authority.revokeKey(caller, key.id, revocation)
    await authority.deleteKey(caller, key.id, null)
    await authority.key(caller, made.key.id)
    await authority.keys(caller, {}, { limit: 10, after: null })

    const trail = await trailOf(house, house.admin.organizationId)
    const events = trail.slice(length)
    expect(events.map(({ action }) => action)).toEqual([
      "key.created",
      "key.revealed",
      "key.updated",
      "keyspace.updated",
      "keyspace.created",
      "key.revoked",
      "key.deleted",
    ])
    for (const event of events) {
      expect(event).toMatchObject({ actor: caller.actor, requestId: "request-1", at: start })
    }
    expect(events[2]?.details).toEqual({ name: { before: "First", after: "Second" } })
    expect(events[3]?.details).toEqual({ description: { before: "", after: "x" } })
    expect(events[5]?.details).toEqual({ reason: "compromised", note: "leaked" })

    const verifier = new ChainVerifier()
    for (const event of trail) expect(verifier.next(printAuditEvent(event))).toBeNull()
    expect(verifier.end(await house.deps.store.auditHead(house.admin.organizationId))).toBeNull()
  })

  test("holds no secret, digest, sealed text or password hash of anything in the house", async () => {
    const { house, caller, key, secret } = await houseWithKey()
    const made = await house.authority.createKey(caller, { keyspaceId: house.recoverable.id, name: "x" })
    await house.authority.revealKey(caller, made.key.id, "lost")
    await house.authority.updateKey(caller, made.key.id, { name: "y" }, null)
    await house.authority.revokeKey(caller, key.id, revocation)
    const trail = JSON.stringify(await trailOf(house, house.admin.organizationId))
    const keys = [key, made.key, house.acme.adminKey.key]
    const hidden = [
      ...keys.flatMap(({ secrets }) => secrets.flatMap(({ digest, sealed }) => [digest, sealed ?? digest])),
      ...[secret, made.secret, house.acme.adminKey.secret].flatMap((text) => [text, text.slice(-38)]),
      house.acme.admin.passwordHash ?? "",
    ]
    for (const text of hidden) {
      expect(text.length).toBeGreaterThan(16)
      expect(trail).not.toContain(text)
    }
  })

  test("has nothing of what was refused", async () => {
    const { house, key } = await houseWithKey()
    const before = await trailOf(house, house.admin.organizationId)
    const reader = callerWith(house, "keys.read")
    await refused(house.authority.deleteKey(reader, key.id, null), "permission_denied")
    await refused(house.authority.updateKey(house.admin, key.id, { roles: ["x"] }, null), "invalid_input")
    expect(await trailOf(house, house.admin.organizationId)).toEqual(before)
  })
})

describe("the change listener", () => {
  test("is told of each change with its revision before the call returns", async () => {
    const { house, caller, key } = await houseWithKey()
    const organizationId = house.admin.organizationId
    const heard = async (call: Promise<unknown>) => {
      house.notices.length = 0
      let atReturn: ChangeNotice[] = []
      await call.then(() => {
        atReturn = [...house.notices]
      })
      return atReturn
    }
    const notice = (revision: number) => [{ kind: "key", organizationId, id: key.id, revision }]
    expect(await heard(house.authority.updateKey(caller, key.id, { name: "x" }, null))).toEqual(notice(2))
    expect(await heard(house.authority.revokeKey(caller, key.id, revocation))).toEqual(notice(3))
    expect(await heard(house.authority.deleteKey(caller, key.id, null))).toEqual(notice(4))
    expect(
      await heard(house.authority.updateKeyspace(caller, house.keyspace.id, { name: "x" }, null)),
    ).toEqual([{ kind: "keyspace", organizationId, id: house.keyspace.id, revision: 2 }])
  })

  const broken: [string, () => never][] = [
    ["the store became unavailable", () => fail({ code: "store_unavailable" })],
    [
      "the store broke in a way that nobody translated",
      () => {
        throw new Error("socket hang up")
      },
    ],
  ]
  test.each(broken)("is told that nothing is certain when, during the commit, %s", async (_, break_) => {
    const { house, caller, key } = await houseWithKey()
    const store: Store = {
      ...house.deps.store,
      async commit(commit) {
        // The worst case: it is written, and the answer is lost.
        await house.deps.store.commit(commit)
        break_()
      },
    }
    const authority = createAuthority({ ...house.deps, store })
    house.notices.length = 0
    await expect(authority.revokeKey(caller, key.id, revocation)).rejects.toThrow()
    expect(house.notices).toEqual([
      { kind: "key", organizationId: house.admin.organizationId, id: key.id, revision: null },
    ])
  })
  test("hears nothing of a change that was refused", async () => {
    const { house, caller } = await houseWithKey()
    house.notices.length = 0
    const taken = { name: house.keyspace.name, prefix: "x" }
    await refused(house.authority.createKeyspace(caller, taken), "already_exists")
    expect(house.notices).toEqual([])
  })
})

describe("keyspaces", () => {
  test("have a cap on active keys; expired, disabled and revoked ones do not count", async () => {
    const house = await openHouse()
    const { id } = await house.authority.createKeyspace(house.admin, {
      name: "Capped",
      prefix: "cap",
      policy: { maxKeys: 2 },
    })
    const create = (members = {}) =>
      house.authority.createKey(house.admin, { keyspaceId: id, name: "x", ...members })
    const one = await create()
    await create({ expiresAt: later(start, 10) })
    expect(await failureOf(create())).toEqual({ code: "too_many_keys", limit: 2, per: "keyspace" })
    await house.authority.revokeKey(house.admin, one.key.id, revocation)
    const two = await create()
    await refused(create(), "too_many_keys")
    await house.authority.updateKey(house.admin, two.key.id, { enabled: false }, null)
    await create()
    await refused(create(), "too_many_keys")
    house.clock.advance(10)
    await create()
  })
  test("that are built in cannot be changed", async () => {
    const house = await openHouse()
    const { id } = house.acme.managementKeyspace
    await refused(house.authority.updateKeyspace(house.admin, id, { name: "x" }, null), "built_in_keyspace")
  })
  test("cannot take a name that is taken, on creation or later", async () => {
    const house = await openHouse()
    const { name } = house.keyspace
    await refused(house.authority.createKeyspace(house.admin, { name, prefix: "x" }), "already_exists")
    await refused(
      house.authority.updateKeyspace(house.admin, house.recoverable.id, { name }, null),
      "already_exists",
    )
  })

  const named = (name: string) => ({ name, description: "" })
  const bad: [string, object, string][] = [
    ["a prefix that is none", { prefix: "Acme" }, "/prefix"],
    ["a permission that is none", { permissions: [named("a"), named("a.*")] }, "/permissions/1/name"],
    ["a permission that is a word of queries", { permissions: [named("or")] }, "/permissions/0/name"],
    ["a permission twice", { permissions: [named("a"), named("a")] }, "/permissions/1/name"],
    ["a role twice", { roles: [role("r"), role("r")] }, "/roles/1/name"],
    ["a role of an unknown permission", { roles: [role("r", "a")] }, "/roles/0/permissions/0"],
    ["a limit's name twice", { limits: [limit("x"), limit("x")] }, "/limits/1/name"],
    ["a limit of nothing", { limits: [{ ...limit("x"), count: 0 }] }, "/limits/0"],
  ]
  test.each(bad)("with %s are refused", async (_, members, member) => {
    const house = await openHouse()
    const failure = await failureOf(
      house.authority.createKeyspace(house.admin, { name: "x", prefix: "x", ...members }),
    )
    expect(failure).toMatchObject({ code: "invalid_input", errors: [{ member }] })
  })
  test("a catalog cannot lose what a role still grants", async () => {
    const house = await openHouse()
    await refused(
      house.authority.updateKeyspace(house.admin, house.keyspace.id, { permissions: [] }, null),
      "invalid_input",
    )
  })
})

function role(name: string, ...permissions: string[]) {
  return { name, description: "", permissions }
}

describe("an organization", () => {
  test("begins with its management keyspace, its administrator and a key that may do everything", async () => {
    const house = await openHouse()
    const { organization, admin, managementKeyspace, adminKey } = house.acme
    expect(adminKey.key).toMatchObject({
      organizationId: organization.id,
      keyspaceId: managementKeyspace.id,
      owner: { kind: "user", id: admin.id },
      permissions: ["*"],
    })
    expect(adminKey.secret.startsWith("keyward_")).toBe(true)
    expect(await house.deps.store.principal(organization.id, admin.id)).toEqual(admin)
    const actions = (await trailOf(house, organization.id)).slice(0, 4).map(({ action }) => action)
    expect(actions).toEqual(["organization.created", "keyspace.created", "user.created", "key.created"])
  })
  test("is made whole or not at all: no organization is left to which nobody has a key", async () => {
    const memory = openMemoryStore()
    let commits = 0
    const store: Store = {
      ...memory,
      async commit(commit) {
        if (++commits > 1) fail({ code: "store_unavailable" })
        await memory.commit(commit)
      },
    }
    const admin = { email: "a@a.test", displayName: "A", passwordHash: "h" }
    const { adminKey, organization } = await createOrganization(newDeps(store).deps, { name: "acme", admin })
    expect(await memory.key(organization.id, adminKey.key.id)).toEqual(adminKey.key)
  })
})

describe("a built-in keyspace", () => {
  const definition = {
    kind: "arthur",
    name: "Arthur",
    description: "d",
    format: "arthur",
    prefix: "",
    permissions: [{ name: "a", description: "first" }],
    roles: [role("r", "a")],
    retention: "digest",
    policy: { ...openPolicy, maxKeys: 100 },
  } as const

  test("is made once, however often it is asked for, also all at once", async () => {
    const house = await openHouse()
    const id = house.admin.organizationId
    const before = (await trailOf(house, id)).length
    const ensure = () => ensureBuiltInKeyspace(house.deps, id, definition)
    const made = await Promise.all([ensure(), ensure(), ensure()])
    expect(new Set([...made, await ensure()].map((keyspace) => keyspace.id)).size).toBe(1)
    expect(await trailOf(house, id)).toHaveLength(before + 1)
    const { key, secret } = await house.authority.createKey(house.admin, {
      keyspaceId: made[0]?.id ?? "",
      name: "x",
    })
    expect(Buffer.from(secret, "base64").toString()).toMatch(new RegExp(`^${key.id}:`))
  })
  test("is brought up to date when its definition has changed, once", async () => {
    const house = await openHouse()
    const id = house.admin.organizationId
    const first = await ensureBuiltInKeyspace(house.deps, id, definition)
    const newer = { ...definition, permissions: [...definition.permissions, { name: "b", description: "" }] }
    const ensured = await Promise.all([1, 2, 3].map(() => ensureBuiltInKeyspace(house.deps, id, newer)))
    for (const one of ensured) {
      expect(one).toMatchObject({ id: first.id, revision: 2, permissions: newer.permissions })
    }
    const [event] = (await trailOf(house, id)).slice(-1)
    expect(event).toMatchObject({
      action: "keyspace.updated",
      actor: systemCaller(id).actor,
      details: { permissions: { before: definition.permissions, after: newer.permissions } },
    })
  })
  test("stays as it is when the store gives members back in another order", async () => {
    const house = await openHouse()
    const id = house.admin.organizationId
    await ensureBuiltInKeyspace(house.deps, id, definition)
    const { deps } = house
    const store: Store = {
      ...deps.store,
      async keyspaceByName(organizationId, name) {
        const found = await deps.store.keyspaceByName(organizationId, name)
        return (
          found && {
            ...found,
            permissions: found.permissions.map(({ name, description }) => ({ description, name })),
          }
        )
      },
    }
    expect((await ensureBuiltInKeyspace({ ...deps, store }, id, definition)).revision).toBe(1)
  })
  test("does not take over a keyspace of the organization's own that has its name", async () => {
    const house = await openHouse()
    await house.authority.createKeyspace(house.admin, { name: "Arthur", prefix: "x" })
    await refused(ensureBuiltInKeyspace(house.deps, house.admin.organizationId, definition), "already_exists")
  })
})
