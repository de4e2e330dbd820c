import { setImmediate as nextTurn } from "node:timers/promises"
import type { NewTask, Task, TaskResult } from "@keyward/contract"
import { afterEach, beforeEach, expect, test } from "vitest"
import { type NativeServer, openNative } from "./native-server.ts"
import { patch, post } from "./route-case.ts"

let server: NativeServer
let keyspaceId: string

async function open(settings: Parameters<typeof openNative>[0] = {}): Promise<void> {
  server = await openNative(settings)
  keyspaceId = (await server.ask("/v1/keyspaces", post({ name: "Invoices", prefix: "inv" }))).json.id
}

beforeEach(() => open())
afterEach(() => server.close())

async function newKey(members: object = {}): Promise<string> {
  server.clock.advance(1)
  const { status, json, text } = await server.ask(
    "/v1/keys",
    post({ keyspace_id: keyspaceId, name: "Key", ...members }),
  )
  expect(status, text).toBe(201)
  return json.id
}

async function created(task: NewTask): Promise<Task> {
  const { status, json, text } = await server.ask("/v1/tasks", post(task))
  expect(status, text).toBe(201)
  return json
}

async function read(id: string): Promise<Task> {
  return (await server.ask(`/v1/tasks/${id}`)).json
}

async function results(id: string, query = ""): Promise<readonly TaskResult[]> {
  return (await server.ask(`/v1/tasks/${id}/results${query}`)).json.items
}

async function enabled(...ids: readonly string[]): Promise<boolean[]> {
  return Promise.all(ids.map(async (id) => (await server.ask(`/v1/keys/${id}`)).json.enabled))
}

/** One key for each result that disabling it can have, and one that nobody asks for. */
async function oneOfEach() {
  const changed = await newKey({ tags: ["old"] })
  const unchanged = await newKey({ tags: ["old"], enabled: false })
  const refused = await newKey({ tags: ["old"] })
  await server.ask(`/v1/keys/${refused}/revoke`, post())
  return { changed, unchanged, refused, other: await newKey({ tags: ["new"] }) }
}

const disableOld = (dry_run: boolean): NewTask => ({
  filter: { keyspace_id: keyspaceId, tag: "old" },
  action: { kind: "disable" },
  dry_run,
})

test.each([true, false])("is begun by itself, and tells what it came to; dry run: %s", async (dryRun) => {
  await server.close()
  await open({ runsTasks: true })
  const { changed, unchanged, refused, other } = await oneOfEach()
  const task = await created(disableOld(dryRun))
  expect(task).toMatchObject({ state: "running", dry_run: dryRun, ended_at: null })
  let ended = await read(task.id)
  while (ended.state === "running") {
    await nextTurn()
    ended = await read(task.id)
  }
  expect(ended).toEqual({
    ...task,
    state: "finished",
    ended_at: expect.any(String),
    counts: { changed: 1, unchanged: 1, refused: 1 },
  })
  expect(await enabled(changed, other)).toEqual([dryRun, true])

  // As the call for this key alone is refused.
  const single = await server.refused(`/v1/keys/${refused}`, "key_revoked", patch({ enabled: false }))
  const { code, detail, fix, errors } = single.json
  const at = expect.any(String)
  expect(await results(task.id)).toEqual([
    { key_id: changed, result: "changed", problem: null, at },
    { key_id: unchanged, result: "unchanged", problem: null, at },
    { key_id: refused, result: "refused", problem: { code, detail, fix, errors }, at },
  ])
  const { items } = (await server.ask(`/v1/audit?target_id=${changed}&action=key.updated`)).json
  expect(items.map(({ details }: { details: object }) => details)).toEqual(
    dryRun ? [] : [expect.objectContaining({ task_id: task.id })],
  )
})

test("a task that is cancelled changes nothing more, and stays as it ended", async () => {
  const id = await newKey({ tags: ["old"] })
  const task = await created(disableOld(false))
  server.clock.advance(1000)
  const cancelled = (await server.ask(`/v1/tasks/${task.id}/cancel`, post())).json
  expect(cancelled).toMatchObject({ state: "cancelled", counts: { changed: 0, unchanged: 0, refused: 0 } })
  server.clock.advance(1000)
  await server.workOnTasks()
  expect((await server.ask(`/v1/tasks/${task.id}/cancel`, post())).json).toEqual(cancelled)
  expect(await read(task.id)).toEqual(cancelled)
  expect(await enabled(id)).toEqual([true])
})

test("repeated with its idempotency key it is the same task, and works once", async () => {
  const id = await newKey({ tags: ["old"] })
  const asked = { ...post(disableOld(false)), headers: { "idempotency-key": "intent-1" } }
  const first = await server.ask("/v1/tasks", asked)
  await server.workOnTasks()
  const again = await server.ask("/v1/tasks", asked)
  expect(again.headers["idempotency-replayed"]).toBe("true")
  expect(again.text).toBe(first.text)
  await server.workOnTasks()
  expect((await server.ask(`/v1/keys/${id}`)).json).toMatchObject({ enabled: false, revision: 2 })
  expect((await server.ask("/v1/tasks")).json.items).toHaveLength(1)
})

test("results and tasks come in pages, and by what is asked for", async () => {
  const { changed, unchanged, refused } = await oneOfEach()
  const one = await created(disableOld(false))
  await server.workOnTasks()
  server.clock.advance(1000)
  const two = await created({ filter: { tag: "new" }, action: { kind: "enable" } })

  const first = (await server.ask(`/v1/tasks/${one.id}/results?limit=2`)).json
  expect(first.items.map(({ key_id }: TaskResult) => key_id)).toEqual([changed, unchanged])
  const rest = await results(one.id, `?limit=2&cursor=${first.next_cursor}`)
  expect(rest.map(({ key_id }) => key_id)).toEqual([refused])
  for (const [result, id] of Object.entries({ changed, unchanged, refused })) {
    expect((await results(one.id, `?result=${result}`)).map(({ key_id }) => key_id)).toEqual([id])
  }

  const ids = async (query: string) =>
    (await server.ask(`/v1/tasks${query}`)).json.items.map(({ id }: Task) => id)
  const newest = (await server.ask("/v1/tasks?limit=1")).json
  expect(newest.items.map(({ id }: Task) => id)).toEqual([two.id])
  expect(await ids(`?limit=1&cursor=${newest.next_cursor}`)).toEqual([one.id])
  expect(await ids("?state=running")).toEqual([two.id])
  expect(await ids("?state=finished")).toEqual([one.id])
  expect(await ids(`?keyspace_id=${keyspaceId}`)).toEqual([one.id])

  const { json } = await server.refused(`/v1/tasks?cursor=${first.next_cursor}`, "invalid_input")
  expect(json.errors).toMatchObject([{ member: "query.cursor" }])
})

test("another organization's keys are not among those that match, nor its tasks in the list", async () => {
  const theirs = await server.neighbour()
  const asked = { ...patch({ tags: ["old"] }), token: theirs.admin }
  expect((await server.ask(`/v1/keys/${theirs.keyId}`, asked)).status).toBe(200)
  const ours = await newKey({ tags: ["old"] })
  const task = await created({ filter: { tag: "old" }, action: { kind: "revoke" } })
  await server.workOnTasks()
  expect((await results(task.id)).map(({ key_id }) => key_id)).toEqual([ours])
  expect((await server.ask(`/v1/keys/${theirs.keyId}`, { token: theirs.admin })).json.state).toBe("active")
  expect((await server.ask("/v1/tasks", { token: theirs.admin })).json.items).toEqual([])
})

const later = "2090-01-01T01:00:00+01:00"
const everyAction = [
  [{ kind: "revoke" }, { kind: "revoke", reason: "unspecified", note: null }, { state: "revoked" }],
  [
    { kind: "revoke", reason: "owner_left", note: "She left." },
    { kind: "revoke", reason: "owner_left", note: "She left." },
    { revocation: { reason: "owner_left", note: "She left." } },
  ],
  [{ kind: "disable" }, { kind: "disable" }, { enabled: false }],
  [{ kind: "enable" }, { kind: "enable" }, { enabled: true }],
  [
    { kind: "tag", add: ["b"], remove: ["old"] },
    { kind: "tag", add: ["b"], remove: ["old"] },
    { tags: ["a", "b"] },
  ],
  [{ kind: "tag", add: ["b"] }, { kind: "tag", add: ["b"], remove: [] }, { tags: ["a", "old", "b"] }],
  [
    { kind: "transfer", owner: { kind: "external", id: "team/7" } },
    { kind: "transfer", owner: { kind: "external", id: "team/7" } },
    { owner: { kind: "external", id: "team/7" } },
  ],
  [
    { kind: "set_expiry", expires_at: later },
    { kind: "set_expiry", expires_at: "2090-01-01T00:00:00.000Z" },
    { expires_at: "2090-01-01T00:00:00.000Z" },
  ],
  [{ kind: "set_expiry", expires_at: null }, { kind: "set_expiry", expires_at: null }, { expires_at: null }],
] as const

test.each(everyAction)("does %j", async (action, printed, becomes) => {
  const id = await newKey({ tags: ["a", "old"], expires_at: "2080-01-01T00:00:00Z" })
  const task = await created({ filter: { tag: "old" }, action })
  expect(task.action).toEqual(printed)
  await server.workOnTasks()
  const { state, counts } = await read(task.id)
  const changes = action.kind !== "enable"
  expect([state, counts]).toEqual([
    "finished",
    { changed: Number(changes), unchanged: Number(!changes), refused: 0 },
  ])
  expect((await server.ask(`/v1/keys/${id}`)).json).toMatchObject(becomes)
})

test("every part of the filter narrows, and is told as it was asked for", async () => {
  const owner = { kind: "external", id: "acme" } as const
  const instants = {
    expires_from: "2031-01-01T01:00:00+01:00",
    expires_before: "2032-01-01T00:00:00Z",
    last_used_from: "1970-01-01T00:00:00Z",
    last_used_before: "2090-01-01T00:00:00.5Z",
  }
  const filter = { keyspace_id: keyspaceId, owner, state: "active", tag: "old", name_prefix: "K" } as const
  const task = await created({ filter: { ...filter, ...instants }, action: { kind: "disable" } })
  expect(task.filter).toEqual({
    ...filter,
    expires_from: "2031-01-01T00:00:00.000Z",
    expires_before: "2032-01-01T00:00:00.000Z",
    last_used_from: "1970-01-01T00:00:00.000Z",
    last_used_before: "2090-01-01T00:00:00.500Z",
  })
  expect((await read(task.id)).filter).toEqual(task.filter)
  await server.workOnTasks()

  const members = { owner, tags: ["old"], expires_at: "2031-06-01T00:00:00Z" }
  const match = await newKey(members)
  const beside = [
    await newKey({ ...members, owner: { kind: "external", id: "ACME" } }),
    await newKey({ ...members, tags: ["older"] }),
    await newKey({ ...members, name: "k" }),
    await newKey({ ...members, expires_at: "2032-01-01T00:00:00Z" }),
    await newKey({ ...members, not_before: "2031-05-01T00:00:00Z" }),
  ]
  const { expires_from, expires_before } = instants
  const narrow = await created({
    filter: { ...filter, expires_from, expires_before },
    action: { kind: "disable" },
  })
  await server.workOnTasks()
  expect((await results(narrow.id)).map(({ key_id }) => key_id)).toEqual([match])
  expect(await enabled(match, ...beside)).toEqual([false, true, true, true, true, true])
})

test("bad input names the member", async () => {
  const disable = { kind: "disable" }
  const filter = { tag: "old" }
  const tags = Array.from({ length: 51 }, (_, at) => `tag ${at}`)
  const bad: readonly (readonly [body: object, member: string])[] = [
    [{ action: disable }, "/filter"],
    [{ filter: {}, action: disable }, "/filter"],
    [{ filter }, "/action"],
    [{ filter: { ...filter, deleted: true }, action: disable }, "/filter/deleted"],
    [{ filter: { state: "gone" }, action: disable }, "/filter/state"],
    [{ filter: { expires_from: "tomorrow" }, action: disable }, "/filter/expires_from"],
    [{ filter: { last_used_before: "2030-01-01T00:00:00" }, action: disable }, "/filter/last_used_before"],
    [{ filter: { owner: { kind: "external" } }, action: disable }, "/filter/owner/id"],
    [{ filter: { name_prefix: "" }, action: disable }, "/filter/name_prefix"],
    [{ filter, action: {} }, "/action/kind"],
    [{ filter, action: { kind: "delete" } }, "/action/kind"],
    [{ filter, action: { ...disable, reason: "compromised" } }, "/action/reason"],
    [{ filter, action: { kind: "revoke", reason: "bored" } }, "/action/reason"],
    [{ filter, action: { kind: "tag" } }, "/action"],
    [{ filter, action: { kind: "tag", add: ["x"], remove: ["x"] } }, "/action/add/0"],
    [{ filter, action: { kind: "tag", add: tags } }, "/action/add"],
    [{ filter, action: { kind: "tag", remove: [""] } }, "/action/remove/0"],
    [{ filter, action: { kind: "transfer" } }, "/action/owner"],
    [{ filter, action: { kind: "transfer", owner: { kind: "user", id: "none" } } }, "/action/owner/id"],
    [{ filter, action: { kind: "set_expiry" } }, "/action/expires_at"],
    [{ filter, action: { kind: "set_expiry", expires_at: "2001-01-01T00:00:00Z" } }, "/action/expires_at"],
    [{ filter, action: disable, dry_run: "yes" }, "/dry_run"],
    [{ filter, action: disable, keys: [] }, "/keys"],
  ]
  for (const [body, member] of bad) {
    const { json } = await server.refused("/v1/tasks", "invalid_input", post(body))
    const members = json.errors.map((error: { member: string }) => error.member)
    expect(members, JSON.stringify(body)).toEqual([member])
  }
})
