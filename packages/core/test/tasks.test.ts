import fc from "fast-check"
import { describe, expect, test } from "vitest"
import type { Caller } from "../src/authority/caller.ts"
import { confined } from "../src/authority/caller.ts"
import { runTask } from "../src/authority/run-task.ts"
import { AuthorityError, isFailure } from "../src/failure.ts"
import type { Key } from "../src/key/key.ts"
import { stateAt } from "../src/key/lifecycle.ts"
import { type Task, type TaskAction, type TaskFilter, taggedMaximum } from "../src/task.ts"
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
  trailOf,
} from "./authority-fixture.ts"
import {
  begin,
  cameTo,
  changesKeyForTask,
  done,
  interrupted,
  keyNow,
  newKeys,
  page,
  rebuilt,
  resultsOf,
  revoke,
  run,
  taskNow,
} from "./task-fixture.ts"

const day = 24 * 60 * 60_000

async function revisionsOf(house: House, keys: readonly Key[]): Promise<(number | undefined)[]> {
  return Promise.all(keys.map(async (key) => (await keyNow(house, key))?.revision))
}

async function statesOf(house: House, keys: readonly Key[]) {
  const now = house.clock.now()
  const found = await Promise.all(keys.map((key) => keyNow(house, key)))
  return found.map((key) => key && stateAt(key, now))
}

async function eventsOf(house: House, task: Task) {
  const trail = await trailOf(house, house.admin.organizationId)
  return trail.filter(({ target, details }) => target.id === task.id || details["task_id"] === task.id)
}

describe("what a task does to each key", () => {
  /** A key as the action wants it, one that it changes, and one that is revoked. */
  async function three(house: House, wanted: Partial<Key>): Promise<Key[]> {
    const keys = await newKeys(house, {}, {}, {})
    const [asWanted, , revoked] = keys
    if (!asWanted || !revoked) throw new Error("There are three.")
    const { owner, tags, expiresAt, disabledAt } = { ...asWanted, ...wanted }
    const patch = { owner, tags, expiresAt, enabled: disabledAt === null }
    await house.authority.updateKey(house.admin, asWanted.id, patch, null)
    await house.authority.revokeKey(house.admin, revoked.id, { reason: "unspecified", note: null })
    return keys
  }
  const external = { kind: "external", id: "customer" } as const
  const cases: [TaskAction, (house: House) => Partial<Key>, string[]][] = [
    [
      { kind: "disable" },
      ({ clock }) => ({ disabledAt: clock.now() }),
      ["unchanged", "changed", "key_revoked"],
    ],
    [{ kind: "enable" }, () => ({}), ["unchanged", "unchanged", "key_revoked"]],
    [
      { kind: "tag", add: ["a"], remove: ["b"] },
      () => ({ tags: ["c", "a"] }),
      ["unchanged", "changed", "key_revoked"],
    ],
    [
      { kind: "transfer", owner: external },
      () => ({ owner: external }),
      ["unchanged", "changed", "key_revoked"],
    ],
    [
      { kind: "set_expiry", expiresAt: null },
      () => ({ expiresAt: null }),
      ["unchanged", "unchanged", "key_revoked"],
    ],
    [revoke, () => ({}), ["changed", "changed", "unchanged"]],
  ]

  test.each(cases)("%o", async (action, wanted, expected) => {
    const house = await openHouse()
    const keys = await three(house, wanted(house))
    const before = await revisionsOf(house, keys)
    const task = await done(house, house.admin, { action })
    expect(await cameTo(house, task, keys)).toEqual(expected)
    const grown = (await revisionsOf(house, keys)).map(
      (revision, at) => Number(revision) - Number(before[at]),
    )
    expect(grown).toEqual(expected.map((kind) => (kind === "changed" ? 1 : 0)))
    const of = (kind: string) => expected.filter((each) => each === kind).length
    const counts = {
      changed: of("changed"),
      unchanged: of("unchanged"),
      refused: 3 - of("changed") - of("unchanged"),
    }
    expect(task).toMatchObject({ state: "finished", endedAt: house.clock.now(), counts })
  })

  test("the same as the single call: the key, and what the audit trail keeps of it", async () => {
    const house = await openHouse()
    const { authority, admin, clock } = house
    const expiresAt = later(clock.now(), day)
    const single: [TaskAction, (id: string) => Promise<Key>][] = [
      [{ kind: "disable" }, (id) => authority.updateKey(admin, id, { enabled: false }, null)],
      [{ kind: "enable" }, (id) => authority.updateKey(admin, id, { enabled: true }, null)],
      [
        { kind: "tag", add: ["new", "a"], remove: ["b"] },
        (id) => authority.updateKey(admin, id, { tags: ["a", "new"] }, null),
      ],
      [
        { kind: "transfer", owner: { kind: "external", id: "x" } },
        (id) => authority.updateKey(admin, id, { owner: { kind: "external", id: "x" } }, null),
      ],
      [{ kind: "set_expiry", expiresAt }, (id) => authority.updateKey(admin, id, { expiresAt }, null)],
      [revoke, (id) => authority.revokeKey(admin, id, { reason: "compromised", note: "leaked" })],
    ]
    for (const [action, call] of single) {
      const [one, other] = await newKeys(house, { tags: ["a", "b"] }, { tags: ["a", "b"] })
      if (!one || !other) throw new Error("There are two.")
      if (action.kind === "enable") {
        for (const { id } of [one, other]) await authority.updateKey(admin, id, { enabled: false }, null)
      }
      const { id, alias, secrets, ...called } = await call(one.id)
      // The other one alone: what was made before it is in the task's way no longer.
      await authority.deleteKey(admin, id, null)
      const task = await done(house, admin, { action })
      expect(await keyNow(house, other)).toMatchObject(called)
      const trail = await trailOf(house, admin.organizationId)
      const last = (key: string) =>
        trail.findLast(({ action: name, target }) => target.id === key && name !== "key.deleted")
      expect(last(other.id)).toMatchObject({
        action: last(id)?.action,
        actor: last(id)?.actor,
        details: { ...last(id)?.details, task_id: task.id },
      })
      await authority.deleteKey(admin, other.id, null)
    }
  })

  test("unchanged and refused keys make no event; the task has its own, with what it is and what it came to", async () => {
    const house = await openHouse()
    const [active, disabled, revoked] = await newKeys(house, {}, {}, {})
    await house.authority.updateKey(house.admin, disabled?.id ?? "", { enabled: false }, null)
    await house.authority.revokeKey(house.admin, revoked?.id ?? "", { reason: "unspecified", note: null })
    const caller = { ...house.admin, requestId: "request-7" }
    const filter = { keyspaceId: house.keyspace.id, namePrefix: "K" }
    const task = await done(house, caller, { action: { kind: "disable" }, filter })
    const events = await eventsOf(house, task)
    const described = {
      filter: { keyspace_id: house.keyspace.id, name_prefix: "K" },
      action: { kind: "disable" },
      dry_run: false,
    }
    expect(
      events.map(({ action, target, details, requestId }) => [action, target.id, details, requestId]),
    ).toEqual([
      ["task.created", task.id, described, "request-7"],
      ["key.updated", active?.id, { enabled: { before: true, after: false }, task_id: task.id }, "request-7"],
      ["task.finished", task.id, { ...described, counts: { changed: 1, unchanged: 1, refused: 1 } }, null],
    ])
  })

  test("what the store refuses is the key's result: a policy's maximum, a name that is taken", async () => {
    const house = await openHouse()
    const keys = await newKeys(
      house,
      { name: "a" },
      { name: "b" },
      { name: "a", owner: { kind: "external", id: "y" } },
    )
    const policy = { maxKeysPerOwner: 2, uniqueNames: true }
    await house.authority.updateKeyspace(house.admin, house.keyspace.id, { policy }, null)
    // There is room for one more with the new owner, who has a key of the name already.
    await newKeys(house, { name: "b", owner: { kind: "external", id: "x" } })
    const owner = { kind: "external", id: "x" } as const
    const action: TaskAction = { kind: "transfer", owner }
    // Each by itself fits, except the one whose name is taken.
    const apart = await done(house, house.admin, { action, dryRun: true })
    expect(await cameTo(house, apart, keys)).toEqual(["changed", "already_exists", "changed"])
    const task = await done(house, house.admin, { action })
    const failures = (await cameTo(house, task, keys)).toSorted()
    expect(failures.filter((each) => each === "changed")).toHaveLength(1)
    expect(failures).toContain("too_many_keys")
    const full = await done(house, house.admin, { action, dryRun: true })
    expect(await cameTo(house, full, keys)).toContain("too_many_keys")
    const refusals = (await resultsOf(house, task)).filter(({ kind }) => kind === "refused")
    expect(refusals.every(({ failure }) => failure !== null)).toBe(true)
  })

  test("no key gets more tags than a single call could give it", async () => {
    const house = await openHouse()
    const tags = Array.from({ length: taggedMaximum }, (_, at) => `tag ${at}`)
    const keys = await newKeys(house, { tags: tags.slice(1) }, { tags })
    const task = await done(house, house.admin, { action: { kind: "tag", add: ["one more"], remove: [] } })
    expect(await cameTo(house, task, keys)).toEqual(["changed", "invalid_input"])
    const swap: TaskAction = { kind: "tag", add: ["other"], remove: ["tag 1"] }
    expect(await cameTo(house, await done(house, house.admin, { action: swap }), keys)).toEqual([
      "changed",
      "changed",
    ])
  })
})

describe("which keys", () => {
  test("those that match and were there as the task was made, however many", async () => {
    const house = await openHouse()
    const keys = await newKeys(house, ...Array.from({ length: 110 }, (_, at) => ({ name: `old ${at}` })))
    const elsewhere = await newKeys(house, { keyspaceId: house.recoverable.id }, { name: "another" })
    house.clock.advance(5)
    const task = await begin(house, house.admin, {
      filter: { keyspaceId: house.keyspace.id, namePrefix: "old" },
    })
    house.clock.advance(5)
    const younger = await newKeys(house, { name: "old, but younger" })
    await run(house, task)
    expect(new Set(await cameTo(house, task, keys))).toEqual(new Set(["changed"]))
    expect(await cameTo(house, task, [...elsewhere, ...younger])).toEqual([undefined, undefined, undefined])
    expect(await taskNow(house, task)).toMatchObject({ state: "finished", counts: { changed: 110 } })
    expect(await statesOf(house, [...elsewhere, ...younger])).toEqual(["active", "active", "active"])
  })

  test("by each part of the filter, also where the action or use moves a key in the lists of that part", async () => {
    const house = await openHouse()
    const now = house.clock.now()
    const keys = await newKeys(
      house,
      { name: "a", tags: ["x"], expiresAt: later(now, day) },
      { name: "b", owner: { kind: "external", id: "y" }, expiresAt: later(now, 2 * day) },
      { name: "a2", expiresAt: later(now, 3 * day) },
    )
    const organizationId = house.admin.organizationId
    const lastUsed = new Map([[1, { at: later(now, 7), from: null }]])
    for (const { id } of keys.slice(1)) {
      await house.deps.store.recordUsage([{ organizationId, keyId: id, lastUsed, counts: [] }])
    }
    const cases = [
      [{ tag: "x" }, [0]],
      [{ owner: { kind: "external", id: "y" } }, [1]],
      [{ namePrefix: "a" }, [0, 2]],
      [{ expiresFrom: later(now, 2 * day) }, [1, 2]],
      [{ expiresBefore: later(now, 3 * day) }, [0, 1]],
      [{ lastUsedFrom: later(now, 7), keyspaceId: house.keyspace.id }, [1, 2]],
      [{ lastUsedBefore: later(now, 7) }, []],
      [{ state: "active", keyspaceId: house.keyspace.id }, [0, 1, 2]],
      [{ state: "disabled" }, []],
    ] as const
    for (const [filter, expected] of cases) {
      const task = await done(house, house.admin, { filter, dryRun: true, action: { kind: "disable" } })
      const found = await cameTo(house, task, keys)
      expect(found).toEqual(
        keys.map((_, at) => (expected.some((each) => each === at) ? "changed" : undefined)),
      )
    }
    // Each once, though a later expiry puts it behind the others again.
    const expiresAt = later(now, 30 * day)
    const action: TaskAction = { kind: "set_expiry", expiresAt }
    const task = await done(house, house.admin, { filter: { expiresFrom: now }, action })
    expect(task.counts).toEqual({ changed: 3, unchanged: 0, refused: 0 })
  })

  test("one that somebody changes as it is come to, so that it matches no more, is left as it is", async () => {
    const house = await openHouse()
    const { authority, admin } = house
    const [changed, deleted, kept] = await newKeys(house, { tags: ["x"] }, { tags: ["x"] }, { tags: ["x"] })
    if (!changed || !deleted || !kept) throw new Error("There are three.")
    const task = await begin(house, admin, { filter: { tag: "x" } })
    const { store } = house.deps
    let read = false
    const busy = rebuilt(house, {
      async keys(...given) {
        const found = await store.keys(...given)
        if (!read) {
          read = true
          await authority.updateKey(admin, changed.id, { tags: [] }, null)
          await authority.deleteKey(admin, deleted.id, null)
        }
        return found
      },
    })
    await run(busy, task)
    expect(await cameTo(house, task, [changed, deleted, kept])).toEqual([undefined, undefined, "changed"])
    expect(await statesOf(house, [changed])).toEqual(["active"])
  })

  test("one that somebody changes in between is changed as it is then", async () => {
    const house = await openHouse()
    const keys = await newKeys(house, { tags: ["a"] })
    const id = keys[0]?.id ?? ""
    const task = await begin(house, house.admin, { action: { kind: "tag", add: ["b"], remove: [] } })
    const rename = () => house.authority.updateKey(house.admin, id, { name: "Renamed", tags: ["c"] }, null)
    await run(interrupted(house, 0, rename), task)
    expect(await keyNow(house, keys[0] as Key)).toMatchObject({
      name: "Renamed",
      tags: ["c", "b"],
      revision: 3,
    })
    expect(await cameTo(house, task, keys)).toEqual(["changed"])
  })
})

describe("cancelling", () => {
  test("once it returned, not even the key that is being changed is changed, and every count is exact", async () => {
    for (let changed = 0; changed < 5; changed++) {
      const house = await openHouse()
      const keys = await newKeys(house, {}, {}, {}, {}, {})
      const task = await begin(house, house.admin)
      let cancelled: Task | null = null
      const cancel = async () => {
        cancelled = await house.authority.cancelTask(house.admin, task.id)
      }
      await run(interrupted(house, changed, cancel), task)
      const counts = { changed, unchanged: 0, refused: 0 }
      expect(cancelled).toMatchObject({ state: "cancelled", counts })
      expect(await taskNow(house, task)).toEqual(cancelled)
      const states = await statesOf(house, keys)
      expect(states.filter((state) => state === "revoked")).toHaveLength(changed)
      expect(await resultsOf(house, task)).toHaveLength(changed)
      const actions = (await eventsOf(house, task)).map(({ action }) => action)
      expect(actions.at(0)).toBe("task.created")
      expect(actions.at(-1)).toBe("task.cancelled")
      // It stays as it ended, and nobody works on it again.
      await run(house, task)
      expect(await house.authority.cancelTask(house.admin, task.id)).toEqual(cancelled)
      expect(await statesOf(house, keys)).toEqual(states)
    }
  })

  test("one that has finished stays finished", async () => {
    const house = await openHouse()
    await newKeys(house, {})
    const task = await done(house, house.admin)
    expect(await house.authority.cancelTask(house.admin, task.id)).toEqual(task)
  })
})

describe("going on after an interruption", () => {
  type Break = (house: House, at: number) => { readonly house: House; readonly broke: () => boolean }

  /** The store fails at one of its calls that write, before or after it has done what was asked. */
  const failing =
    (when: "before" | "after"): Break =>
    (house, at) => {
      const { store } = house.deps
      let calls = 0
      const fragile = async <Answer>(call: () => Promise<Answer>): Promise<Answer> => {
        const fails = calls++ === at
        const unavailable = new AuthorityError({ code: "store_unavailable" })
        if (fails && when === "before") throw unavailable
        const answer = await call()
        if (fails) throw unavailable
        return answer
      }
      const broken = rebuilt(house, {
        commit: (commit) => fragile(() => store.commit(commit)),
        advanceTask: (...given) => fragile(() => store.advanceTask(...given)),
      })
      return { house: broken, broke: () => calls > at }
    }

  async function scene(): Promise<{ house: House; caller: Caller; keys: Key[] }> {
    const house = await openHouse()
    const admin = await newUser(house, "owner")
    const { key } = await house.authority.createKey(house.admin, {
      keyspaceId: house.acme.managementKeyspace.id,
      name: "Mine",
      owner: { kind: "user", id: admin.id },
      permissions: ["*"],
      tags: ["x"],
    })
    const caller = await callerBy(house, key)
    const others = await newKeys(house, ...Array.from({ length: 4 }, () => ({ tags: ["x"] })))
    await house.authority.revokeKey(house.admin, others[1]?.id ?? "", { reason: "unspecified", note: null })
    return { house, caller, keys: [...others, key] }
  }

  test.each([
    ["before", revoke, ["changed", "unchanged", "changed", "changed", "changed"]],
    ["after", revoke, ["changed", "unchanged", "changed", "changed", "changed"]],
    ["after", { kind: "disable" }, ["changed", "key_revoked", "changed", "changed", "changed"]],
  ] as const)("the store fails %s any of its writes: %o", async (when, action, expected) => {
    let at = 0
    for (let broke = true; broke; at++) {
      const { house, caller, keys } = await scene()
      const task = await begin(house, caller, { filter: { tag: "x" }, action })
      const breaking = failing(when)(house, at)
      const first = run(breaking.house, task)
      broke = await first.then(
        () => false,
        (error: unknown) => {
          expect(error).toMatchObject({ failure: { code: "store_unavailable" } })
          return true
        },
      )
      expect(breaking.broke()).toBe(broke)
      await run(house, task)
      expect(await cameTo(house, task, keys)).toEqual(expected)
      expect(await taskNow(house, task)).toMatchObject({ state: "finished", counts: countsOf(expected) })
      const actions = (await eventsOf(house, task)).map((event) => [event.action, event.target.id])
      // Each changed key has one event, and the one by which the task was asked for comes last.
      expect(new Set(actions.map(String)).size).toBe(actions.length)
      expect(actions.at(-2)?.[1]).toBe(keys.at(-1)?.id)
      expect(actions.at(-1)?.[0]).toBe("task.finished")
    }
    expect(at).toBeGreaterThan(5)
  })

  function countsOf(expected: readonly string[]) {
    const changed = expected.filter((each) => each === "changed").length
    const unchanged = expected.filter((each) => each === "unchanged").length
    return { changed, unchanged, refused: expected.length - changed - unchanged }
  }

  test("a stop comes after the key that is being changed, and the lease is given back", async () => {
    const house = await openHouse()
    const keys = await newKeys(house, {}, {}, {})
    const task = await begin(house, house.admin)
    const stopping = new AbortController()
    const stopped = interrupted(house, 1, async () => stopping.abort())
    await runTask(stopped.deps, task.organizationId, task.id, stopping.signal)
    expect(await taskNow(house, task)).toMatchObject({ state: "running", counts: { changed: 2 } })
    await run(house, task)
    expect(await cameTo(house, task, keys)).toEqual(["changed", "changed", "changed"])
  })

  test("what somebody undid in between is not done again", async () => {
    const house = await openHouse()
    const keys = await newKeys(house, {}, {})
    const task = await begin(house, house.admin, { action: { kind: "disable" } })
    const { house: broken } = failing("before")(house, 2)
    await expect(run(broken, task)).rejects.toThrow("store_unavailable")
    for (const { id } of keys) await house.authority.updateKey(house.admin, id, { enabled: true }, null)
    await run(house, task)
    expect(await statesOf(house, keys)).toEqual(["active", "active"])
    expect(await taskNow(house, task)).toMatchObject({
      state: "finished",
      counts: { changed: 2, unchanged: 0 },
    })
  })

  test("nobody works on what another one works on; two who believe to be alone change each key once", async () => {
    const house = await openHouse()
    const keys = await newKeys(house, ...Array.from({ length: 20 }, () => ({})))
    const held = await begin(house, house.admin)
    const { store, clock } = house.deps
    await store.lease(`task ${held.id}`, "another node", clock.now(), later(clock.now(), 60_000))
    await run(house, held)
    expect((await taskNow(house, held))?.counts.changed).toBe(0)
    house.clock.advance(60_000)
    const deceived = rebuilt(house, { lease: async () => true })
    await Promise.all([run(deceived, held), run(deceived, held), run(house, held)])
    expect(new Set(await revisionsOf(house, keys))).toEqual(new Set([2]))
    expect(await taskNow(house, held)).toMatchObject({
      state: "finished",
      counts: { changed: 20, unchanged: 0, refused: 0 },
    })
    const events = await eventsOf(house, held)
    expect(events.map(({ action }) => action).filter((action) => action === "task.finished")).toHaveLength(1)
    expect(events).toHaveLength(22)
  })
})

describe("a task does what whoever asked for it may do at that moment", () => {
  /** What becomes of three keys when something happens before the second one is changed. */
  async function midway(
    who: (house: House) => Promise<Caller>,
    happens: (house: House, caller: Caller) => Promise<unknown>,
  ) {
    const house = await openHouse()
    const caller = await who(house)
    const keys = await newKeys(house, {}, {}, {})
    const task = await begin(house, caller)
    // Before the second key is come to: as the first one is changed.
    const { store } = house.deps
    let happened = false
    const changing = rebuilt(house, {
      async commit(commit) {
        await store.commit(commit)
        if (happened || !changesKeyForTask(commit)) return
        happened = true
        await happens(house, caller)
      },
    })
    await run(changing, task)
    const ended = await taskNow(house, task)
    const came = (await cameTo(house, task, keys)).toSorted()
    return { state: ended?.state, counts: ended?.counts, came, house, task }
  }

  const anAdmin = async (house: House) => callerAs(house, await newUser(house, "admin"))
  const aKeyOf = async (house: House, owner: Key["owner"] | undefined, ...permissions: string[]) => {
    const { key } = await house.authority.createKey(house.admin, {
      keyspaceId: house.acme.managementKeyspace.id,
      name: "Presented",
      permissions,
      ...(owner ? { owner } : {}),
    })
    return callerBy(house, key)
  }
  const adminsKey = async (house: House) => {
    const { kind, id } = await newUser(house, "admin")
    return aKeyOf(house, { kind, id }, "keys.*")
  }
  const credentialOf = ({ actor }: Caller) => actor.credential?.id ?? ""

  const stopped = { state: "stopped", counts: { changed: 1, unchanged: 0, refused: 0 } }
  const allRefused = (code: string) => ({
    state: "finished",
    counts: { changed: 1, unchanged: 0, refused: 2 },
    came: ["changed", code, code],
  })

  test.each<[string, Parameters<typeof midway>, object]>([
    [
      "a role is taken away",
      [
        anAdmin,
        ({ authority, admin }, { actor }) => authority.updateMember(admin, actor.id, ["auditor"], null),
      ],
      allRefused("permission_denied"),
    ],
    [
      "the role is taken away of who presented a key",
      [
        adminsKey,
        ({ authority, admin }, { actor }) => authority.updateMember(admin, actor.id, ["member"], null),
      ],
      allRefused("permission_denied"),
    ],
    [
      "a user is suspended",
      [anAdmin, ({ authority, admin }, { actor }) => authority.suspend(admin, "user", actor.id)],
      stopped,
    ],
    [
      "a user is removed",
      [
        anAdmin,
        ({ authority, admin }, { actor }) => authority.remove(admin, "user", actor.id, { kind: "freeze" }),
      ],
      stopped,
    ],
    [
      "the presented key is revoked",
      [
        adminsKey,
        ({ authority, admin }, caller) =>
          authority.revokeKey(admin, credentialOf(caller), { reason: "unspecified", note: null }),
      ],
      stopped,
    ],
    [
      "the presented key is disabled",
      [
        (house) => aKeyOf(house, undefined, "keys.*"),
        ({ authority, admin }, caller) =>
          authority.updateKey(admin, credentialOf(caller), { enabled: false }, null),
      ],
      stopped,
    ],
    [
      "the presented key expires",
      [
        async (house) => {
          const caller = await adminsKey(house)
          const expiresAt = later(house.clock.now(), 1000)
          await house.authority.updateKey(house.admin, credentialOf(caller), { expiresAt }, null)
          return caller
        },
        async ({ clock }) => clock.advance(1000),
      ],
      stopped,
    ],
    [
      "the presented key is deleted",
      [adminsKey, ({ authority, admin }, caller) => authority.deleteKey(admin, credentialOf(caller), null)],
      stopped,
    ],
    [
      "the presented key is given to somebody else",
      [
        adminsKey,
        ({ authority, admin }, caller) =>
          authority.updateKey(admin, credentialOf(caller), { owner: { kind: "external", id: "x" } }, null),
      ],
      stopped,
    ],
    [
      "the presented key may do less",
      [
        (house) => aKeyOf(house, undefined, "keys.*"),
        ({ authority, admin }, caller) =>
          authority.updateKey(admin, credentialOf(caller), { permissions: ["keys.read"] }, null),
      ],
      allRefused("permission_denied"),
    ],
    [
      "nothing that matters",
      [
        adminsKey,
        async ({ authority, admin }, { actor }) => authority.updateMember(admin, actor.id, ["owner"], null),
      ],
      { state: "finished", counts: { changed: 3, unchanged: 0, refused: 0 } },
    ],
  ])("%s", async (_what, [who, happens], expected) => {
    expect(await midway(who, happens)).toMatchObject(expected)
  })

  test("a task that was stopped tells so in the audit trail, and is not gone on with", async () => {
    const { house, task } = await midway(anAdmin, ({ authority, admin }, { actor }) =>
      authority.suspend(admin, "user", actor.id),
    )
    const event = (await eventsOf(house, task)).at(-1)
    expect(event).toMatchObject({
      action: "task.stopped",
      target: { kind: "task", id: task.id },
      details: { counts: { changed: 1 } },
    })
    await house.authority.resume(house.admin, "user", task.createdBy.id)
    await run(house, task)
    expect((await taskNow(house, task))?.counts.changed).toBe(1)
  })

  test("what they hold by now, and did not as they asked, helps nothing", async () => {
    const house = await openHouse()
    const user = await newUser(house, "member")
    const owner = { kind: "user", id: user.id } as const
    const management = house.acme.managementKeyspace.id
    const { key } = await house.authority.createKey(house.admin, {
      keyspaceId: management,
      name: "Own",
      owner,
      permissions: ["keys.*", "own_keys.*"],
    })
    const caller = await callerAs(house, user)
    const task = await begin(house, caller, { filter: { keyspaceId: management } })
    // It would take every permission that the key has to revoke it.
    await house.authority.updateMember(house.admin, user.id, ["owner"], null)
    await run(house, task)
    expect(await cameTo(house, task, [key])).toEqual(["grant_exceeds_caller"])
  })

  test("whoever may write only their own keys changes those, and gives none away", async () => {
    const house = await openHouse()
    const [ada, bob] = [await newUser(house, "member"), await newUser(house, "member")]
    const own = { kind: "user", id: ada.id } as const
    const others = { kind: "user", id: bob.id } as const
    const keys = await newKeys(house, { owner: own }, { owner: others }, {})
    const caller = await callerAs(house, ada)
    const task = await done(house, caller, { filter: { keyspaceId: house.keyspace.id } })
    expect(task.filter.owner).toEqual(own)
    expect(await cameTo(house, task, keys)).toEqual(["changed", undefined, undefined])
    await refused(begin(house, caller, { filter: { owner: others } }), "permission_denied")
    // The same whether there is somebody of that id or not.
    for (const id of [bob.id, "nobody"]) {
      const action: TaskAction = { kind: "transfer", owner: { kind: "user", id } }
      await refused(begin(house, caller, { action }), "permission_denied")
    }
    const { authority } = house
    expect(await authority.task(caller, task.id)).toEqual(task)
    expect((await authority.tasks(caller, {}, page)).items).toEqual([task])
    expect((await authority.taskResults(caller, task.id, {}, page)).items).toHaveLength(1)
    const another = await callerAs(house, bob)
    await refused(authority.task(another, task.id), "not_found")
    await refused(authority.taskResults(another, task.id, {}, page), "not_found")
    await refused(authority.cancelTask(another, task.id), "not_found")
    expect((await authority.tasks(another, {}, page)).items).toEqual([])
  })

  test("it has finished when it has come to each key, though whoever asked may act no more by then", async () => {
    const house = await openHouse()
    const caller = await adminsKey(house)
    await newKeys(house, {})
    const task = await begin(house, caller)
    await run(
      interrupted(house, 0, async () => {
        // The change is thought through by now; what it was done with is over before the task is.
        await house.authority.updateKey(house.admin, credentialOf(caller), { enabled: false }, null)
      }),
      task,
    )
    expect(await taskNow(house, task)).toMatchObject({ state: "finished", counts: { changed: 1 } })
  })

  test("a caller confined to a keyspace names it, and reaches and sees nothing beside it", async () => {
    const house = await openHouse()
    const keys = await newKeys(house, {}, { keyspaceId: house.recoverable.id })
    const caller = confined(house.admin, house.keyspace.id, {
      keys: ["keys.read", "keys.write", "keyspaces.read"],
      organization: [],
    })
    await refused(begin(house, caller, { filter: { namePrefix: "K" } }), "permission_denied")
    await refused(begin(house, caller, { filter: { keyspaceId: house.recoverable.id } }), "not_found")
    const everything = await done(house, house.admin, { filter: { namePrefix: "K" }, dryRun: true })
    await refused(house.authority.task(caller, everything.id), "not_found")
    await refused(house.authority.tasks(caller, {}, page), "permission_denied")
    const task = await done(house, caller)
    expect(await cameTo(house, task, keys)).toEqual(["changed", undefined])
    const filter = { keyspaceId: house.keyspace.id }
    expect((await house.authority.tasks(caller, filter, page)).items).toEqual([task])
  })

  test("the key by which it was asked for comes last, and in the commit that ends it", async () => {
    const house = await openHouse()
    const management = house.acme.managementKeyspace.id
    const caller = await aKeyOf(house, undefined, "*")
    const [other] = await newKeys(house, { keyspaceId: management })
    const task = await begin(house, caller, { filter: { keyspaceId: management } })
    await run(house, task)
    const ended = await taskNow(house, task)
    expect(ended).toMatchObject({ state: "finished", counts: { changed: 3, unchanged: 0, refused: 0 } })
    const events = await eventsOf(house, task)
    expect(events.slice(-2).map(({ action, target }) => [action, target.id])).toEqual([
      ["key.revoked", credentialOf(caller)],
      ["task.finished", task.id],
    ])
    expect(events.at(-1)?.details["counts"]).toEqual(ended?.counts)
    expect(await statesOf(house, other ? [other] : [])).toEqual(["revoked"])
  })
})

describe("asking for a task", () => {
  test("what says nothing, or cannot be, is refused at once", async () => {
    const house = await openHouse()
    const { admin, clock } = house
    const cases: [Parameters<typeof begin>[2], string[]][] = [
      [{ filter: {} }, ["/filter"]],
      [{ filter: { keyspaceId: undefined, tag: undefined } }, ["/filter"]],
      [{ action: { kind: "tag", add: [], remove: [] } }, ["/action"]],
      [{ action: { kind: "tag", add: ["a", "b"], remove: ["b"] } }, ["/action/add/1"]],
      [{ action: { kind: "set_expiry", expiresAt: clock.now() } }, ["/action/expires_at"]],
      [{ action: { kind: "transfer", owner: { kind: "user", id: "nobody" } } }, ["/action/owner/id"]],
      [
        { action: { kind: "transfer", owner: { kind: "organization", id: house.other.organization.id } } },
        ["/action/owner/id"],
      ],
    ]
    for (const [input, members] of cases) {
      const failure = await failureOf(begin(house, admin, input))
      expect(failure.code === "invalid_input" && failure.errors.map(({ member }) => member)).toEqual(members)
    }
    for (const keyspaceId of [house.foreign.id, "nowhere"]) {
      expect(await failureOf(begin(house, admin, { filter: { keyspaceId } }))).toEqual({
        code: "not_found",
        resource: "keyspace",
      })
    }
    await refused(begin(house, callerWith(house, "keys.read")), "permission_denied")
    expect((await house.authority.tasks(admin, {}, page)).items).toEqual([])
  })

  test("another organization's task is as unknown as one that does not exist", async () => {
    const house = await openHouse()
    const { authority } = house
    const task = await begin(house, house.admin)
    const foreign = { ...house.admin, organizationId: house.other.organization.id }
    for (const id of [task.id, "nothing"]) {
      for (const call of [
        authority.task(foreign, id),
        authority.taskResults(foreign, id, {}, page),
        authority.cancelTask(foreign, id),
      ]) {
        expect(await failureOf(call)).toEqual({ code: "not_found", resource: "task" })
      }
    }
    expect((await authority.tasks(foreign, {}, page)).items).toEqual([])
    expect(await taskNow(house, task)).toEqual(task)
  })

  test("of twenty that are asked for at the same time ten are running", async () => {
    const house = await openHouse()
    const asked = await Promise.allSettled(Array.from({ length: 20 }, () => begin(house, house.admin)))
    expect(asked.filter(({ status }) => status === "fulfilled")).toHaveLength(10)
    const running = (await house.authority.tasks(house.admin, { state: "running" }, page)).items
    expect(running).toHaveLength(10)
    expect(await failureOf(begin(house, house.admin))).toEqual({ code: "too_many_tasks", limit: 10 })
    await house.authority.cancelTask(house.admin, running[0]?.id ?? "")
    await begin(house, house.admin)
  })

  test("a repetition is answered with the same task", async () => {
    const house = await openHouse()
    let replayed = 0
    const caller = {
      ...house.admin,
      idempotency: { key: "once", fingerprint: "a", onReplay: () => void replayed++ },
    }
    const task = await begin(house, caller)
    await run(house, task)
    expect(await begin(house, caller)).toEqual(task)
    expect(replayed).toBe(1)
    expect((await house.authority.tasks(house.admin, {}, page)).items).toHaveLength(1)
  })
})

describe("a dry run", () => {
  const number = fc.nat(1000)
  interface Scene {
    readonly by: number
    readonly filter: number
    readonly action: number
    readonly keys: readonly (readonly number[])[]
  }
  const scenes = fc.record<Scene>({
    by: number,
    filter: number,
    action: number,
    keys: fc.array(fc.array(number, { minLength: 6, maxLength: 6 }), { minLength: 1, maxLength: 6 }),
  })

  /** Somebody, keys of theirs and of others as they can be, and what is asked for. */
  async function set({ by, filter, action, keys }: Scene) {
    const house = await openHouse()
    const { authority, admin, clock } = house
    const user = await newUser(house, pick(["owner", "admin", "member"], by))
    const own = { kind: "user", id: user.id } as const
    const owners = [own, { kind: "external", id: "x" } as const]
    const management = house.acme.managementKeyspace.id
    const keyspaces = [house.keyspace.id, house.recoverable.id, management]
    const { key: presented } = await authority.createKey(admin, {
      keyspaceId: management,
      name: "Presented",
      owner: own,
      permissions: [pick(["*", "own_keys.*", "keys.*"], by)],
      tags: ["a"],
    })
    for (const [where = 0, owner = 0, tags = 0, expiry = 0, state = 0, permission = 0] of keys) {
      const keyspaceId = pick(keyspaces, where)
      const grants = keyspaceId === management ? ["keys.*", "members.read", "*"] : ["invoices.read"]
      const { key } = await authority.createKey(admin, {
        keyspaceId,
        name: pick(["One", "Two"], where),
        owner: pick(owners, owner),
        permissions: [pick(grants, permission)],
        tags: pick([[], ["a"], ["a", "b"], ["b"]], tags),
        expiresAt: pick([null, later(clock.now(), day), later(clock.now(), 2 * day)], expiry),
      })
      if (state % 3 === 1) await authority.updateKey(admin, key.id, { enabled: false }, null)
      if (state % 3 === 2) await authority.revokeKey(admin, key.id, { reason: "unspecified", note: null })
    }
    const filters: TaskFilter[] = [
      { namePrefix: "" },
      { keyspaceId: house.keyspace.id },
      { tag: "a" },
      { state: "active" },
      { owner: own },
      { expiresBefore: later(clock.now(), 2 * day) },
    ]
    const actions: TaskAction[] = [
      revoke,
      { kind: "disable" },
      { kind: "enable" },
      { kind: "tag", add: ["b"], remove: ["a"] },
      { kind: "transfer", owner: pick(owners, by) },
      { kind: "set_expiry", expiresAt: later(clock.now(), day) },
    ]
    const caller = by % 2 === 0 ? await callerAs(house, own) : await callerBy(house, presented)
    return { house, caller, input: { filter: pick(filters, filter), action: pick(actions, action) } }
  }

  const kept = async ({ deps, admin }: House) => {
    const { items } = await deps.store.keys(admin.organizationId, {}, deps.clock.now(), page)
    return { keys: items, head: await deps.store.auditHead(admin.organizationId) }
  }

  test("changes nothing, and tells what the run then does, whoever asks for whatever", async () => {
    const tally = new Set<string>()
    await fc.assert(
      fc.asyncProperty(scenes, async (scene) => {
        const { house, caller, input } = await set(scene)
        const dryRun = await begin(house, caller, { ...input, dryRun: true }).catch((error: unknown) => {
          // Whoever may write only their own keys can give none away.
          if (!isFailure(error, "permission_denied")) throw error
          return null
        })
        if (!dryRun) return
        const before = await kept(house)
        house.notices.length = 0
        await run(house, dryRun)
        const after = await kept(house)
        expect(after.keys).toEqual(before.keys)
        expect(house.notices).toEqual([])
        // The end of the task is all that there is to tell.
        expect(after.head.sequence).toBe(before.head.sequence + 1)
        const told = await resultsOf(house, dryRun)
        const task = await done(house, caller, input)
        expect(await resultsOf(house, task)).toEqual(told)
        expect(task.counts).toEqual((await taskNow(house, dryRun))?.counts)
        for (const { kind, failure } of told) tally.add(`${input.action.kind}: ${failure?.code ?? kind}`)
      }),
      { numRuns: 80, seed: 20_261_121 },
    )
    // It was about something.
    for (const kind of ["revoke", "disable", "enable", "tag", "transfer", "set_expiry"]) {
      expect(tally).toContain(`${kind}: changed`)
      expect(tally).toContain(`${kind}: unchanged`)
    }
    expect(tally).toContain("disable: key_revoked")
    expect([...tally].some((each) => each.endsWith("grant_exceeds_caller"))).toBe(true)
  }, 60_000)
})

function pick<Item>(from: readonly Item[], at: number): Item {
  const item = from[at % from.length]
  if (item === undefined) throw new RangeError("There is nothing to choose from.")
  return item
}
