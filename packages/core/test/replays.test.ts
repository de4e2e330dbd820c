import { describe, expect, test } from "vitest"
import { createAuthority } from "../src/authority/authority.ts"
import type { Caller } from "../src/authority/caller.ts"
import { systemCaller } from "../src/authority/organizations.ts"
import { replayLifetimeMs } from "../src/authority/replays.ts"
import { fail } from "../src/failure.ts"
import { Peppers } from "../src/key/digest.ts"
import { Sealer } from "../src/key/sealing.ts"
import type { Replay } from "../src/replay.ts"
import type { Store } from "../src/store/store.ts"
import { callerWith, type House, newUser, openHouse, refused, trailOf } from "./authority-fixture.ts"

/** The caller with an intent; `told` counts how often it was told that the answer is an earlier one. */
function asking(caller: Caller, key = "intent-1", fingerprint = "request-1") {
  const asked = { told: 0, caller }
  const onReplay = () => {
    asked.told++
  }
  asked.caller = { ...caller, idempotency: { key, fingerprint, onReplay } }
  return asked
}

/** Everything that a caller can have created, with what is looked for before in hand. */
const creations: Readonly<
  Record<
    string,
    (house: House) => Promise<(caller: Caller, authority?: House["authority"]) => Promise<object>>
  >
> = {
  "a key":
    async ({ authority, keyspace }) =>
    (caller, by = authority) =>
      by.createKey(caller, { keyspaceId: keyspace.id, name: "First" }),
  "a new secret of a key": async ({ authority, keyspace, admin }) => {
    const { key } = await authority.createKey(admin, { keyspaceId: keyspace.id, name: "First" })
    return (caller, by = authority) => by.rotateKey(caller, key.id, {}, 1)
  },
  "more credits of a key": async ({ authority, keyspace, admin }) => {
    const credits = { remaining: 1, refill: null, onUnavailable: "deny" } as const
    const { key } = await authority.createKey(admin, { keyspaceId: keyspace.id, name: "First", credits })
    return (caller, by = authority) => by.addCredits(caller, key.id, 5)
  },
  "a keyspace":
    async ({ authority }) =>
    (caller, by = authority) =>
      by.createKeyspace(caller, { name: "New", prefix: "new" }),
  "a user":
    async ({ authority }) =>
    (caller, by = authority) =>
      by.createUser(caller, { email: "new@acme.test", displayName: "New" }),
  "a service account":
    async ({ authority }) =>
    (caller, by = authority) =>
      by.createServiceAccount(caller, { displayName: "Robot" }),
  "a role":
    async ({ authority }) =>
    (caller, by = authority) =>
      by.createRole(caller, { name: "desk", description: "", permissions: ["keys.read"] }),
  "an invitation": async (house) => {
    const user = await newUser(house)
    return (caller, by = house.authority) => by.offerLink(caller, user.id, "invitation")
  },
  "a reset link": async (house) => {
    const user = await newUser(house)
    return (caller, by = house.authority) => by.offerLink(caller, user.id, "reset")
  },
}

const written = async (house: House) => (await trailOf(house, house.admin.organizationId)).length

/** The same house, whose store does as `store` says. */
function over(house: House, store: Partial<Store>): House["authority"] {
  return createAuthority({ ...house.deps, store: { ...house.deps.store, ...store } })
}

describe.each(Object.entries(creations))("%s", (_what, prepare) => {
  test("is made once for each intent, and told of as it was the first time", async () => {
    const house = await openHouse()
    const create = await prepare(house)
    const [first, second] = [asking(callerWith(house, "*")), asking(callerWith(house, "*"))]
    const before = await written(house)
    const created = await create(first.caller)
    expect(await written(house)).toBe(before + 1)
    house.clock.advance(replayLifetimeMs - 1)
    expect(await create(second.caller)).toEqual(created)
    expect(await written(house)).toBe(before + 1)
    expect([first.told, second.told]).toEqual([0, 1])
  })

  test("is another intent's where something else is asked for", async () => {
    const house = await openHouse()
    const create = await prepare(house)
    await create(asking(callerWith(house, "*")).caller)
    const before = await written(house)
    const other = asking(callerWith(house, "*"), "intent-1", "request-2")
    await refused(create(other.caller), "idempotency_key_reused")
    expect(await written(house)).toBe(before)
    expect(other.told).toBe(0)
  })

  test("is told of again only to who may have it made", async () => {
    const house = await openHouse()
    const create = await prepare(house)
    await create(asking(callerWith(house, "*")).caller)
    await refused(create(asking(callerWith(house, "audit.read")).caller), "permission_denied")
  })

  test("is made once when several nodes are asked at once, and all tell the same", async () => {
    const house = await openHouse()
    const create = await prepare(house)
    const before = await written(house)
    const nodes = [1, 2, 3].map(() => createAuthority(house.deps))
    const asked = nodes.map(() => asking(callerWith(house, "*")))
    const answers = await Promise.all(nodes.map((node, at) => create(asked[at]?.caller ?? house.admin, node)))
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1)
    expect(await written(house)).toBe(before + 1)
    expect(asked.map(({ told }) => told).toSorted()).toEqual([0, 1, 1])
  })

  test("is there for the next time when the answer was lost after the commit, and is not when it was before", async () => {
    for (const commits of [true, false]) {
      const house = await openHouse()
      const create = await prepare(house)
      const before = await written(house)
      let away = false
      const unavailable = () => fail({ code: "store_unavailable" })
      const breaking = over(house, {
        async commit(commit) {
          if (commits) await house.deps.store.commit(commit)
          away = true
          return unavailable()
        },
        replay: async (...of) => (away ? unavailable() : house.deps.store.replay(...of)),
      })
      await refused(create(asking(callerWith(house, "*")).caller, breaking), "store_unavailable")
      expect(await written(house)).toBe(before + (commits ? 1 : 0))
      const again = asking(callerWith(house, "*"))
      await create(again.caller)
      expect(again.told).toBe(commits ? 1 : 0)
      expect(await written(house)).toBe(before + 1)
    }
  })

  test("is kept sealed, and for nobody to move to another intent", async () => {
    const house = await openHouse()
    const create = await prepare(house)
    const kept: Replay[] = []
    const watched = over(house, {
      async commit(commit) {
        for (const change of commit.changes) if (change.kind === "replay.insert") kept.push(change.replay)
        await house.deps.store.commit(commit)
      },
    })
    const created = await create(asking(callerWith(house, "*")).caller, watched)
    const [replay] = kept
    if (!replay || kept.length > 1) throw new Error("There is one.")
    const stored = replay.intent + replay.sealed
    for (const text of textsOf(created)) expect(stored.includes(text)).toBe(false)
    expect(stored).not.toContain("intent-1")
    expect(stored).not.toContain("request-1")

    const thief = asking({ ...callerWith(house, "*"), actor: { ...house.admin.actor, id: "thief" } })
    const moved = over(house, { replay: async (_id, intent) => ({ ...replay, intent }) })
    await expect(create(thief.caller, moved)).rejects.toThrow("another intent")
    expect(thief.told).toBe(0)
  })
})

/** What of an answer would tell something where it stands in the clear. */
function textsOf(value: unknown): string[] {
  if (typeof value === "string") return value.length > 3 ? [value] : []
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsOf) : []
}

describe("an intent", () => {
  const newKey = (house: House, caller: Caller, authority = house.authority) =>
    authority.createKey(caller, { keyspaceId: house.keyspace.id, name: "First" })

  test("is named by a caller's key for a day, and by it another one from then on", async () => {
    const house = await openHouse()
    const { key } = await newKey(house, asking(callerWith(house, "*")).caller)
    house.clock.advance(replayLifetimeMs)
    const next = asking(callerWith(house, "*"), "intent-1", "request-2")
    const { key: other } = await newKey(house, next.caller)
    expect(other.id).not.toBe(key.id)
    expect(next.told).toBe(0)
    expect((await newKey(house, next.caller)).key).toEqual(other)
  })

  test("is another one by another key, and without a key there is none", async () => {
    const house = await openHouse()
    const caller = callerWith(house, "*")
    const callers = [asking(caller).caller, asking(caller, "Intent-1").caller, caller, caller]
    const ids = []
    for (const each of callers) ids.push((await newKey(house, each)).key.id)
    expect(new Set(ids).size).toBe(4)
  })

  test("is a caller's own: equal keys of others name others, by credential too", async () => {
    const house = await openHouse()
    const caller = callerWith(house, "*")
    const { actor } = caller
    const callers: readonly Caller[] = [
      caller,
      { ...caller, actor: { ...actor, id: "somebody else" } },
      { ...caller, actor: { ...actor, kind: "user" } },
      { ...caller, actor: { ...actor, credential: { kind: "key", id: "k1" } } },
      { ...caller, actor: { ...actor, credential: { kind: "key", id: "k2" } } },
      { ...caller, actor: { ...actor, credential: { kind: "session", id: "k1" } } },
    ]
    const secrets = []
    for (const each of callers) secrets.push((await newKey(house, asking(each).caller)).secret)
    const foreign = systemCaller(house.other.organization.id)
    for (const each of [foreign, { ...foreign, actor }]) {
      const input = { keyspaceId: house.foreign.id, name: "First" }
      secrets.push((await house.authority.createKey(asking(each).caller, input)).secret)
    }
    expect(new Set(secrets).size).toBe(8)
    // Where from, and as part of which request, makes no difference.
    const elsewhere = { ...caller, requestId: "2", actor: { ...actor, address: null, userAgent: null } }
    expect((await newKey(house, asking(elsewhere).caller)).secret).toBe(secrets[0])
  })

  test("is refused while it is under way on the same node, with when to ask again", async () => {
    const house = await openHouse()
    const reached = Promise.withResolvers<void>()
    const go = Promise.withResolvers<void>()
    const slow = over(house, {
      async commit(commit) {
        reached.resolve()
        await go.promise
        await house.deps.store.commit(commit)
      },
    })
    const first = newKey(house, asking(callerWith(house, "*")).caller, slow)
    await reached.promise
    for (const fingerprint of ["request-1", "request-2"]) {
      const again = asking(callerWith(house, "*"), "intent-1", fingerprint)
      await expect(newKey(house, again.caller, slow)).rejects.toMatchObject({
        failure: { code: "idempotency_in_progress", retryAfterMs: 1000 },
      })
    }
    await newKey(house, asking(callerWith(house, "*"), "intent-2").caller)
    go.resolve()
    const { secret } = await first
    expect((await newKey(house, asking(callerWith(house, "*")).caller, slow)).secret).toBe(secret)
  })

  test("is open again when it was refused", async () => {
    const house = await openHouse()
    const { authority, keyspace } = house
    const create = (roles: string[]) =>
      authority.createKey(asking(callerWith(house, "*")).caller, {
        keyspaceId: keyspace.id,
        name: "First",
        roles,
      })
    await refused(create(["no such role"]), "invalid_input")
    expect((await create(["reader"])).key.roles).toEqual(["reader"])
  })

  test("was met, whatever would stand in its way by now", async () => {
    const house = await openHouse()
    const { authority, admin, keyspace } = house
    await authority.updateKeyspace(admin, keyspace.id, { policy: { maxKeys: 1, uniqueNames: true } }, null)
    const { key, secret } = await newKey(house, asking(callerWith(house, "*")).caller)
    await refused(newKey(house, callerWith(house, "*")), "too_many_keys")
    await authority.updateKeyspace(admin, keyspace.id, { policy: { expiryRequired: true } }, null)
    await authority.revokeKey(admin, key.id, { reason: "unspecified", note: null })
    await authority.deleteKey(admin, key.id, null)
    expect(await newKey(house, asking(callerWith(house, "*")).caller)).toEqual({ key, secret })
  })

  test("is answered again only to who might still give away as much", async () => {
    const house = await openHouse()
    const create = (...held: string[]) =>
      house.authority.createKey(asking(callerWith(house, ...held)).caller, {
        keyspaceId: house.acme.managementKeyspace.id,
        name: "Auditor",
        permissions: ["audit.read"],
      })
    const { key } = await create("keys.write", "audit.read")
    await refused(create("keys.write"), "grant_exceeds_caller")
    const rotate = (...held: string[]) =>
      house.authority.rotateKey(asking(callerWith(house, ...held), "intent-2").caller, key.id, {}, null)
    await rotate("keys.write", "audit.read")
    await refused(rotate("keys.write"), "grant_exceeds_caller")
  })

  test("is known by the same name under another pepper, and opens under an older key-encryption key", async () => {
    const house = await openHouse()
    const { secret } = await newKey(house, asking(callerWith(house, "*")).caller)
    const bytes = (...versions: number[]) =>
      new Map(versions.map((version) => [version, new Uint8Array(32).fill(version + 1)]))
    const renewed = createAuthority({
      ...house.deps,
      peppers: new Peppers(bytes(3)),
      sealer: new Sealer(bytes(1, 2), house.deps.entropy),
    })
    const again = asking(callerWith(house, "*"))
    expect((await newKey(house, again.caller, renewed)).secret).toBe(secret)
    expect(again.told).toBe(1)
  })
})
