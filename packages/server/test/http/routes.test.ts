import { hash } from "node:crypto"
import { commonProblems, nativeRoutes, type ProblemCode, problems, type Route } from "@keyward/contract"
import { managementPermissions, runningTaskMaximum } from "@keyward/core"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { storeUnavailable } from "../intercepted-store.ts"
import { directoryCases } from "./directory-cases.ts"
import { type Ask, type NativeServer, openNative } from "./native-server.ts"
import { type Case, patch, post, type Scene, someone, unique } from "./route-case.ts"
import { sessionCases } from "./session-cases.ts"

/** One case for each route: a route without one fails the test below. */
const cases: Record<(typeof nativeRoutes)[number]["operationId"], Case> = {
  ...directoryCases,
  ...sessionCases,
  listOrganizations: {
    call: () => ["/v1/organizations"],
    answers: (json, scene) =>
      expect(json).toMatchObject({ items: [{ id: scene.organizationId }], next_cursor: null }),
  },
  readOrganization: {
    call: (scene) => [`/v1/organizations/${scene.organizationId}`],
    answers: (json, scene, { headers }) => {
      expect(json).toMatchObject({ id: scene.organizationId, name: "Example", alias: expect.any(Number) })
      expect(headers["etag"]).toBe('"1"')
    },
    foreign: "organization",
  },
  updateOrganization: {
    call: (scene) => [`/v1/organizations/${scene.organizationId}`, patch({ name: "Renamed" })],
    answers: (json, _scene, { headers }) => {
      expect(json).toMatchObject({ name: "Renamed", revision: 2 })
      expect(headers["etag"]).toBe('"2"')
    },
    foreign: "organization",
    problems: {
      async revision_conflict(server, scene) {
        const asked = { ...patch({ name: "x" }), headers: { "if-match": '"2"' } }
        await server.refused(`/v1/organizations/${scene.organizationId}`, "revision_conflict", asked)
      },
    },
  },
  createKeyspace: {
    call: () => ["/v1/keyspaces", post({ name: `Keyspace ${unique()}`, prefix: "acme_live" })],
    answers: (json, _scene, { headers }) => {
      expect(json).toMatchObject({ prefix: "acme_live", kind: "standard", retention: "digest", revision: 1 })
      expect(headers).toMatchObject({ location: `/v1/keyspaces/${json.id}`, etag: '"1"' })
      expect(new RegExp(json.secret_pattern).test(`acme_live_${"a".repeat(38)}`)).toBe(true)
    },
    problems: {
      async already_exists(server) {
        const { json } = await server.refused(
          "/v1/keyspaces",
          "already_exists",
          post({ name: "Invoices", prefix: "x" }),
        )
        expect(json.errors[0].member).toBe("/name")
      },
    },
  },
  listKeyspaces: {
    call: () => ["/v1/keyspaces"],
    answers: (json) =>
      expect(json.items.map((item: { name: string }) => item.name)).toEqual([
        "Keyward management",
        "Invoices",
        "Recoverable",
      ]),
  },
  readKeyspace: {
    call: (scene) => [`/v1/keyspaces/${scene.keyspaceId}`],
    answers: (json, scene, { headers }) => {
      expect(json).toMatchObject({ id: scene.keyspaceId, name: "Invoices" })
      expect(headers["etag"]).toBe('"1"')
    },
    foreign: "keyspace",
  },
  updateKeyspace: {
    call: (scene) => [`/v1/keyspaces/${scene.keyspaceId}`, patch({ description: "Changed" })],
    answers: (json, _scene, { headers }) => {
      expect(json).toMatchObject({ description: "Changed", name: "Invoices", revision: 2 })
      expect(headers["etag"]).toBe('"2"')
    },
    foreign: "keyspace",
    problems: {
      async already_exists(server, scene) {
        await server.refused(
          `/v1/keyspaces/${scene.keyspaceId}`,
          "already_exists",
          patch({ name: "Recoverable" }),
        )
      },
      async built_in_keyspace(server) {
        const { id } = server.created.managementKeyspace
        await server.refused(`/v1/keyspaces/${id}`, "built_in_keyspace", patch({ description: "x" }))
      },
      async revision_conflict(server, scene) {
        const asked = { ...patch({ description: "x" }), headers: { "if-match": '"2"' } }
        await server.refused(`/v1/keyspaces/${scene.keyspaceId}`, "revision_conflict", asked)
      },
    },
  },
  listViolations: {
    call: (scene) => [`/v1/keyspaces/${scene.keyspaceId}/violations`],
    answers: (json) => expect(json).toEqual({ items: [], next_cursor: null }),
    foreign: "keyspace",
  },
  applyPolicy: {
    call: (scene) => [`/v1/keyspaces/${scene.keyspaceId}/violations/apply`, post()],
    answers: (json) => expect(json).toEqual({ items: [], next_cursor: null }),
    foreign: "keyspace",
  },
  createKey: {
    call: (scene) => ["/v1/keys", post({ keyspace_id: scene.keyspaceId, name: "New" })],
    answers: (json, scene, { headers }) => {
      expect(json).toMatchObject({
        name: "New",
        keyspace_id: scene.keyspaceId,
        state: "active",
        enabled: true,
      })
      expect(json.secret).toMatch(/^inv_[0-9A-Za-z]{38}$/)
      expect(headers).toMatchObject({
        location: `/v1/keys/${json.id}`,
        etag: '"1"',
        "cache-control": "no-store",
      })
    },
    foreign: "keyspace",
    problems: {
      async grant_exceeds_caller(server) {
        const token = await server.managementKey(["keys.write"])
        const body = {
          keyspace_id: server.created.managementKeyspace.id,
          name: "More",
          permissions: ["audit.read"],
        }
        const { json } = await server.refused("/v1/keys", "grant_exceeds_caller", { ...post(body), token })
        expect(json.missing_permissions).toEqual(["audit.read"])
      },
      async too_many_keys(server) {
        const body = { keyspace_id: await cappedKeyspace(server, { max_keys: 1 }), name: "One" }
        expect((await server.ask("/v1/keys", post(body))).status).toBe(201)
        await server.refused("/v1/keys", "too_many_keys", post(body))
      },
      async already_exists(server) {
        const body = { keyspace_id: await cappedKeyspace(server, { unique_names: true }), name: "One" }
        expect((await server.ask("/v1/keys", post(body))).status).toBe(201)
        const { json } = await server.refused("/v1/keys", "already_exists", post(body))
        expect(json.errors[0].member).toBe("/name")
      },
    },
  },
  listKeys: {
    call: (scene) => [`/v1/keys?keyspace_id=${scene.keyspaceId}`],
    answers: (json, scene) => {
      expect(json.items).toContainEqual(expect.objectContaining({ id: scene.keyId, name: "Key" }))
      expect(json.next_cursor).toBeNull()
    },
  },
  readKey: {
    call: (scene) => [`/v1/keys/${scene.keyId}`],
    answers: (json, scene, { headers }) => {
      expect(json).toMatchObject({
        id: scene.keyId,
        permissions: ["invoices.read"],
        secrets: [{ version: 1 }],
      })
      expect(headers["etag"]).toBe('"1"')
    },
    foreign: "key",
  },
  updateKey: {
    call: (scene) => [`/v1/keys/${scene.keyId}`, patch({ name: "Renamed" })],
    answers: (json) =>
      expect(json).toMatchObject({ name: "Renamed", permissions: ["invoices.read"], revision: 2 }),
    foreign: "key",
    problems: {
      async key_revoked(server, scene) {
        await server.ask(`/v1/keys/${scene.keyId}/revoke`, post())
        await server.refused(`/v1/keys/${scene.keyId}`, "key_revoked", patch({ name: "Renamed" }))
      },
      grant_exceeds_caller: (server) =>
        exceeding(server, (id) => [`/v1/keys/${id}`, patch({ name: "Mine" })]),
      async too_many_keys(server) {
        const keyspace_id = await cappedKeyspace(server, { max_keys: 1 })
        const off = await server.ask("/v1/keys", post({ keyspace_id, name: "One", enabled: false }))
        await server.ask("/v1/keys", post({ keyspace_id, name: "Two" }))
        await server.refused(`/v1/keys/${off.json.id}`, "too_many_keys", patch({ enabled: true }))
      },
      async already_exists(server) {
        const keyspace_id = await cappedKeyspace(server, { unique_names: true })
        const one = await server.ask("/v1/keys", post({ keyspace_id, name: "One" }))
        await server.ask("/v1/keys", post({ keyspace_id, name: "Two" }))
        await server.refused(`/v1/keys/${one.json.id}`, "already_exists", patch({ name: "Two" }))
      },
      async revision_conflict(server, scene) {
        const asked = { ...patch({ name: "x" }), headers: { "if-match": '"7"' } }
        await server.refused(`/v1/keys/${scene.keyId}`, "revision_conflict", asked)
      },
    },
  },
  deleteKey: {
    call: (scene) => [`/v1/keys/${scene.keyId}`, { method: "DELETE" }],
    answers: (json) => expect(json).toBeUndefined(),
    foreign: "key",
    problems: {
      async delete_protected(server, { keyId }) {
        await server.ask(`/v1/keys/${keyId}`, patch({ delete_protected: true }))
        await server.refused(`/v1/keys/${keyId}`, "delete_protected", { method: "DELETE" })
      },
      grant_exceeds_caller: (server) => exceeding(server, (id) => [`/v1/keys/${id}`, { method: "DELETE" }]),
      async revision_conflict(server, scene) {
        const asked = { method: "DELETE", headers: { "if-match": '"7"' } }
        await server.refused(`/v1/keys/${scene.keyId}`, "revision_conflict", asked)
      },
    },
  },
  restoreKey: {
    call: ({ deletedId }) => [`/v1/keys/${deletedId}/restore`, post()],
    answers: (json, { deletedId }, { headers }) => {
      expect(json).toMatchObject({ id: deletedId, name: "Deleted", state: "active", deleted_at: null })
      expect(headers["etag"]).toBe('"3"')
    },
    foreign: "key",
    problems: {
      async already_exists(server) {
        const keyspaceId = await cappedKeyspace(server, { unique_names: true })
        const deletedId = await deletedKey(server, keyspaceId)
        await server.ask("/v1/keys", post({ keyspace_id: keyspaceId, name: "Deleted" }))
        await server.refused(`/v1/keys/${deletedId}/restore`, "already_exists", post())
      },
      async too_many_keys(server) {
        const keyspaceId = await cappedKeyspace(server, { max_keys: 1 })
        const deletedId = await deletedKey(server, keyspaceId)
        await server.ask("/v1/keys", post({ keyspace_id: keyspaceId, name: "One" }))
        await server.refused(`/v1/keys/${deletedId}/restore`, "too_many_keys", post())
      },
      async grant_exceeds_caller(server) {
        await exceeding(
          server,
          restore,
          await deletedKey(server, server.created.managementKeyspace.id, ["*"]),
        )
      },
      revision_conflict: (server, { deletedId }) => otherRevision(server, deletedId, restore),
    },
  },
  revokeKey: {
    call: (scene) => [
      `/v1/keys/${scene.keyId}/revoke`,
      post({ reason: "compromised", note: "Found in a log." }),
    ],
    answers: (json) => {
      expect(json).toMatchObject({
        state: "revoked",
        revocation: { reason: "compromised", note: "Found in a log." },
        revision: 2,
      })
    },
    foreign: "key",
    problems: {
      grant_exceeds_caller: (server) => exceeding(server, (id) => [`/v1/keys/${id}/revoke`, post()]),
    },
  },
  addKeyCredits: {
    call: ({ countedId }) => [`/v1/keys/${countedId}/credits`, post({ amount: 5 })],
    answers: (json, { countedId }, { headers }) => {
      expect(json).toMatchObject({ id: countedId, revision: 1, credits: { remaining: 15, refills_at: null } })
      expect(headers["etag"]).toBe('"1"')
    },
    foreign: "key",
    problems: {
      key_revoked: (server, { keyId }) => revokedOne(server, keyId, addCredits),
      grant_exceeds_caller: (server) => exceeding(server, addCredits),
    },
  },
  revealKey: {
    call: (scene) => [`/v1/keys/${scene.recoverableId}/reveal`, post({ reason: "The holder lost it." })],
    answers: (json, scene) => {
      expect(json).toEqual({ key_id: scene.recoverableId, secret: expect.stringMatching(/^rec_/) })
    },
    foreign: "key",
    problems: {
      async not_recoverable(server, scene) {
        await server.refused(`/v1/keys/${scene.keyId}/reveal`, "not_recoverable", post({ reason: "x" }))
      },
      grant_exceeds_caller: (server) =>
        exceeding(server, (id) => [`/v1/keys/${id}/reveal`, post({ reason: "x" })]),
    },
  },
  rotateKey: {
    call: ({ keyId }) => [`/v1/keys/${keyId}/rotate`, post({ overlap: "PT0S" })],
    answers: (json, scene, { headers }) => {
      expect(json).toMatchObject({
        id: scene.keyId,
        revision: 2,
        secret: expect.stringMatching(/^inv_/),
        secrets: [
          { version: 1, expires_at: json.updated_at },
          { version: 2, expires_at: null, last_used_from: null },
        ],
      })
      expect(headers).toMatchObject({ etag: '"2"', "cache-control": "no-store" })
    },
    foreign: "key",
    problems: {
      async already_exists(server, { keyId, secret }) {
        const asked = post({ secret_sha256: hash("sha256", secret) })
        const { json } = await server.refused(`/v1/keys/${keyId}/rotate`, "already_exists", asked)
        expect(json.errors).toMatchObject([{ member: "/secret_sha256" }])
      },
      key_revoked: (server, { keyId }) => revokedOne(server, keyId, rotate),
      async rotation_under_way(server, { rotatingId }) {
        await server.refused(`/v1/keys/${rotatingId}/rotate`, "rotation_under_way", post())
      },
      grant_exceeds_caller: (server) => exceeding(server, rotate),
      revision_conflict: (server, { keyId }) => otherRevision(server, keyId, rotate),
    },
  },
  finishRotation: {
    call: ({ rotatingId }) => [`/v1/keys/${rotatingId}/rotation/finish`, post()],
    answers: (json, _scene, { headers }) => {
      expect(json.secrets).toMatchObject([{ expires_at: json.updated_at }, { expires_at: null }])
      expect(headers["etag"]).toBe('"3"')
    },
    foreign: "key",
    problems: rotationProblems("finish"),
  },
  cancelRotation: {
    call: ({ rotatingId }) => [`/v1/keys/${rotatingId}/rotation/cancel`, post()],
    answers: (json, _scene, { headers }) => {
      expect(json.secrets).toMatchObject([{ expires_at: null }, { expires_at: json.updated_at }])
      expect(headers["etag"]).toBe('"3"')
    },
    foreign: "key",
    problems: rotationProblems("cancel"),
  },
  extendRotation: {
    call: ({ rotatingId }) => [`/v1/keys/${rotatingId}/rotation/extend`, post({ overlap: "P1D" })],
    answers: (json, _scene, { headers }) => {
      const [old] = json.secrets
      expect(Date.parse(old.expires_at) - Date.parse(json.updated_at)).toBe(24 * 3_600_000)
      expect(headers["etag"]).toBe('"3"')
    },
    foreign: "key",
    problems: rotationProblems("extend"),
  },
  readKeyUsage: {
    call: (scene) => [`/v1/keys/${scene.keyId}/usage`],
    answers: (json, scene) => expect(json).toMatchObject({ key_id: scene.keyId, items: [] }),
    foreign: "key",
  },
  createTask: {
    call: ({ keyspaceId }) => [
      "/v1/tasks",
      post({ filter: { keyspace_id: keyspaceId, tag: "old" }, action: { kind: "revoke" } }),
    ],
    answers: (json, { keyspaceId, organizationId }, { headers }) => {
      expect(json).toEqual({
        id: expect.any(String),
        organization_id: organizationId,
        filter: { keyspace_id: keyspaceId, tag: "old" },
        action: { kind: "revoke", reason: "unspecified", note: null },
        dry_run: false,
        state: "running",
        created_by: { kind: "user", id: expect.any(String) },
        created_at: expect.any(String),
        ended_at: null,
        counts: { changed: 0, unchanged: 0, refused: 0 },
      })
      expect(headers["location"]).toBe(`/v1/tasks/${json.id}`)
    },
    foreign: "keyspace",
    problems: {
      async too_many_tasks(server, { keyspaceId }) {
        // The scene has one.
        for (let more = 1; more < runningTaskMaximum; more++) await runningTask(server, keyspaceId)
        const body = { filter: { keyspace_id: keyspaceId }, action: { kind: "disable" } }
        const { json } = await server.refused("/v1/tasks", "too_many_tasks", post(body))
        expect(json.detail).toContain(String(runningTaskMaximum))
      },
    },
  },
  listTasks: {
    call: ({ keyspaceId }) => [`/v1/tasks?keyspace_id=${keyspaceId}`],
    answers: (json, { taskId }) => {
      expect(json).toMatchObject({ items: [{ id: taskId, state: "running" }], next_cursor: null })
    },
  },
  readTask: {
    call: ({ taskId }) => [`/v1/tasks/${taskId}`],
    answers: (json, { taskId, keyspaceId }) => {
      expect(json).toMatchObject({ id: taskId, filter: { keyspace_id: keyspaceId }, state: "running" })
    },
    foreign: "task",
  },
  cancelTask: {
    call: ({ taskId }) => [`/v1/tasks/${taskId}/cancel`, post()],
    answers: (json, { taskId }) => {
      expect(json).toMatchObject({ id: taskId, state: "cancelled", ended_at: expect.any(String) })
    },
    foreign: "task",
  },
  listTaskResults: {
    call: ({ taskId }) => [`/v1/tasks/${taskId}/results`],
    answers: (json) => expect(json).toEqual({ items: [], next_cursor: null }),
    foreign: "task",
  },
  verifyKey: {
    call: (scene) => ["/v1/keys/verify", post({ key: scene.secret, permissions: "invoices.read" })],
    answers: (json, scene) => {
      expect(json).toMatchObject({
        valid: true,
        code: "VALID",
        key_id: scene.keyId,
        permissions: ["invoices.read"],
      })
    },
  },
  verifyKeys: {
    call: (scene) => ["/v1/keys/verify-batch", post({ keys: [{ key: scene.secret }, { key: "x" }] })],
    answers: (json) =>
      expect(json.results.map((one: { code: string }) => one.code)).toEqual(["VALID", "MALFORMED"]),
  },
  checkKey: {
    call: (scene) => ["/v1/check?permissions=invoices.read", { token: scene.secret }],
    answers: (_json, scene, { headers }) => {
      expect(headers).toMatchObject({
        "x-keyward-key-id": scene.keyId,
        "x-keyward-keyspace-id": scene.keyspaceId,
        "x-keyward-organization-id": scene.organizationId,
        "x-keyward-owner": "external:user%2F%C3%A9%201",
        "x-keyward-permissions": "invoices.read",
        "cache-control": "no-store",
      })
    },
    problems: {
      async key_forbidden(server, scene) {
        const asked = { token: scene.secret }
        const { json } = await server.refused("/v1/check?permissions=invoices.write", "key_forbidden", asked)
        expect(json.missing_permissions).toEqual(["invoices.write"])
      },
    },
  },
  readSelf: {
    call: (scene) => ["/v1/self", { token: scene.secret }],
    answers: (json, scene) => {
      expect(json).toMatchObject({ key_id: scene.keyId, name: "Key", secret_version: 1 })
    },
  },
  listAuditEvents: {
    call: () => ["/v1/audit?order=oldest"],
    answers: (json) => expect(json.items[0]).toMatchObject({ sequence: 1, action: "organization.created" }),
  },
  readHealth: { call: () => ["/healthz"], answers: (json) => expect(json).toEqual({ status: "ok" }) },
  readReadiness: {
    call: () => ["/readyz"],
    answers: (json) => expect(json).toEqual({ status: "ready" }),
    problems: {
      async store_unavailable(server) {
        server.intercept(storeUnavailable)
        expect((await server.ask("/readyz", { token: null })).status).toBe(503)
      },
    },
  },
}

/** @returns the id of a keyspace of this policy */
async function cappedKeyspace(server: NativeServer, policy: object): Promise<string> {
  return (await server.ask("/v1/keyspaces", post({ name: "Capped", prefix: "c", policy }))).json.id
}

/** What every change of a rotation that is under way refuses. */
function rotationProblems(change: "finish" | "cancel" | "extend"): NonNullable<Case["problems"]> {
  const asked = change === "extend" ? post({ overlap: "PT1H" }) : post()
  const call = (id: string) => [`/v1/keys/${id}/rotation/${change}`, asked] as const
  return {
    key_revoked: (server, { rotatingId }) => revokedOne(server, rotatingId, call),
    async no_rotation(server, { keyId }) {
      const [path] = call(keyId)
      await server.refused(path, "no_rotation", asked)
    },
    grant_exceeds_caller: (server) => exceeding(server, call),
    revision_conflict: (server, { rotatingId }) => otherRevision(server, rotatingId, call),
  }
}

type CallOnKey = (id: string) => readonly [string, Ask]

const rotate: CallOnKey = (id) => [`/v1/keys/${id}/rotate`, post()]
const addCredits: CallOnKey = (id) => [`/v1/keys/${id}/credits`, post({ amount: 5 })]
const restore: CallOnKey = (id) => [`/v1/keys/${id}/restore`, post()]

async function revokedOne(server: NativeServer, keyId: string, call: CallOnKey): Promise<void> {
  await server.ask(`/v1/keys/${keyId}/revoke`, post())
  const [path, asked] = call(keyId)
  await server.refused(path, "key_revoked", asked)
}

async function otherRevision(server: NativeServer, keyId: string, call: CallOnKey): Promise<void> {
  const [path, asked] = call(keyId)
  await server.refused(path, "revision_conflict", { ...asked, headers: { "if-match": '"9"' } })
}

/** @returns the id of a key that was deleted */
async function countedKey(server: NativeServer, keyspace_id: string): Promise<string> {
  const asked = { keyspace_id, name: "Counted", credits: { remaining: 10 } }
  return (await server.ask("/v1/keys", post(asked))).json.id
}

/** @returns the id of a new task, which nobody works on */
async function runningTask(
  server: NativeServer,
  keyspaceId: string,
  token: string = server.admin,
): Promise<string> {
  const body = { filter: { keyspace_id: keyspaceId }, action: { kind: "disable" } }
  return (await server.ask("/v1/tasks", { ...post(body), token })).json.id
}

async function deletedKey(
  server: NativeServer,
  keyspace_id: string,
  permissions: readonly string[] = [],
): Promise<string> {
  const { json } = await server.ask("/v1/keys", post({ keyspace_id, name: "Deleted", permissions }))
  await server.ask(`/v1/keys/${json.id}`, { method: "DELETE" })
  return json.id
}

/** @returns the id of a new key that is being rotated */
async function rotatingKey(server: NativeServer, keyspaceId: string): Promise<string> {
  const { json } = await server.ask("/v1/keys", post({ keyspace_id: keyspaceId, name: "Rotating" }))
  await server.ask(`/v1/keys/${json.id}/rotate`, post())
  return json.id
}

/** A caller who may write and reveal keys, but holds less than a management key can. */
async function exceeding(
  server: NativeServer,
  call: CallOnKey,
  keyId = server.created.adminKey.key.id,
): Promise<void> {
  const token = await server.managementKey(["keys.write", "keys.reveal", "keys.read"])
  const [path, asked] = call(keyId)
  const { json } = await server.refused(path, "grant_exceeds_caller", { ...asked, token })
  expect(json.missing_permissions).toEqual(["*"])
}

async function sceneOf(server: NativeServer): Promise<Scene> {
  // Lists are in the order of time.
  server.clock.advance(1000)
  const permissions = ["invoices.read", "invoices.write"].map((name) => ({ name }))
  const keyspace = await server.ask("/v1/keyspaces", post({ name: "Invoices", prefix: "inv", permissions }))
  const owner = { kind: "external", id: "user/é 1" }
  const members = { name: "Key", permissions: ["invoices.read"], owner }
  const key = await server.ask("/v1/keys", post({ keyspace_id: keyspace.json.id, ...members }))
  server.clock.advance(1000)
  const recoverable = await server.ask(
    "/v1/keyspaces",
    post({ name: "Recoverable", prefix: "rec", retention: "recoverable" }),
  )
  const kept = await server.ask("/v1/keys", post({ keyspace_id: recoverable.json.id, name: "Kept" }))
  return {
    organizationId: server.created.organization.id,
    keyspaceId: keyspace.json.id,
    keyId: key.json.id,
    secret: key.json.secret,
    recoverableId: kept.json.id,
    deletedId: await deletedKey(server, keyspace.json.id),
    rotatingId: await rotatingKey(server, recoverable.json.id),
    countedId: await countedKey(server, recoverable.json.id),
    taskId: await runningTask(server, keyspace.json.id),
    ...(await someone(server)),
  }
}

let server: NativeServer
let scene: Scene
beforeEach(async () => {
  server = await openNative()
  scene = await sceneOf(server)
})
afterEach(() => server.close())

const routes: readonly Route[] = nativeRoutes
const table = routes.map((route) => ({
  route,
  one: cases[route.operationId as keyof typeof cases],
  name: route.operationId,
}))
const withPermission = table.flatMap(({ route, ...rest }) =>
  typeof route.permission === "string" ? [{ ...rest, route, permission: route.permission }] : [],
)

describe.each(table)("$name", ({ route, one }) => {
  test("succeeds as it is declared", async () => {
    const [path, asked] = one.call(scene)
    const reply = await server.ask(path, asked)
    expect(route.answers[reply.status], reply.text).toBeDefined()
    one.answers(reply.json, scene, reply)
  })

  test("has a case for each of its own problems", () => {
    const inCommon: ProblemCode[] = [...commonProblems(route), "not_found"]
    const own = route.problems.filter((code) => !inCommon.includes(code))
    expect(
      Object.keys(one.problems ?? {})
        .filter((code) => code !== "store_unavailable")
        .sort(),
    ).toEqual(own.filter((code) => code !== "store_unavailable").sort())
    expect(route.problems.includes("not_found")).toBe(one.foreign !== undefined)
  })

  for (const [code, bringAbout] of Object.entries(one.problems ?? {})) {
    test(`can answer ${code}`, () => bringAbout(server, scene))
  }

  test("says that the store does not answer, and never anything else", async () => {
    // Nothing is in memory: another server over the same store, on which not even the caller is known yet.
    const cold = await openNative({ store: server.keyward.store })
    cold.intercept(storeUnavailable)
    const [path, asked = {}] = one.call(scene)
    const token = asked.token === undefined ? server.admin : asked.token
    const reply = await cold.ask(path, { ...asked, token })
    const needsStore = route.operationId !== "readHealth"
    expect(reply.status).toBe(needsStore ? 503 : 200)
    if (needsStore) expect(reply.json.code).toBe("store_unavailable")
  })

  test("says so too when the store fails after the caller is known", async () => {
    const [path, asked] = one.call(scene)
    await server.ask("/v1/keyspaces")
    const before = await server.written()
    server.intercept(storeUnavailable)
    const reply = await server.ask(path, asked)
    server.intercept(null)
    const asksStore = route.operationId !== "readHealth"
    expect([200, 503]).toContain(reply.status)
    expect(reply.status, reply.text).toBe(asksStore ? 503 : 200)
    expect(await server.written()).toBe(before)
  })

  test("answers HEAD like GET, and every other method with 405", async () => {
    const [path, asked = {}] = one.call(scene)
    const [bare = ""] = path.split("?")
    const methods = routes.filter((other) => other.path === route.path).map(({ method }) => method as string)
    if (methods.includes("GET")) {
      const [readPath, readAsked = {}] = route.method === "GET" ? [path, asked] : [bare, {}]
      const get = await server.ask(readPath, { ...readAsked, method: "GET" })
      const head = await server.ask(readPath, { ...readAsked, method: "HEAD" })
      expect([head.status, head.text]).toEqual([get.status, ""])
    }
    for (const method of ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]) {
      if (methods.includes(method) || (method === "HEAD" && methods.includes("GET"))) continue
      const reply = await server.ask(bare, { method, token: null })
      expect(reply.status).toBe(405)
      const allowed = reply.headers["allow"]?.split(", ").filter((name) => name !== "HEAD")
      expect(allowed?.sort()).toEqual(methods.sort())
    }
  })

  test("refuses a parameter that it does not have", async () => {
    const [path, asked] = one.call(scene)
    const unknown = `${path}${path.includes("?") ? "&" : "?"}colour=blue`
    const { json } = await server.refused(unknown, "invalid_input", asked)
    expect(json.errors).toEqual([expect.objectContaining({ member: "query.colour" })])
  })
})

describe.each(table.filter(({ route }) => route.permission !== undefined || route.byHolder))(
  "$name without the right credential",
  ({ route, one }) => {
    const refusal = (status: string) => (route.byHolder ? "key_refused" : status) as ProblemCode

    test("is refused before anything is read", async () => {
      const [path, asked] = one.call(scene)
      const none = await server.refused(path, "credential_missing", {
        ...asked,
        token: null,
        raw: "{not json",
      })
      expect(none.headers["www-authenticate"]).toBe("Bearer")
      for (const token of ["nonsense", "", `inv_${"a".repeat(38)}`]) {
        const { headers } = await server.refused(path, refusal("credential_invalid"), { ...asked, token })
        expect(headers["www-authenticate"]).toBe('Bearer error="invalid_token"')
      }
    })

    test.skipIf(one.bySession)("takes it as a bearer token or in X-API-Key", async () => {
      const [path, asked = {}] = one.call(scene)
      const key = asked.token ?? server.admin
      const reply = await server.ask(path, { ...asked, token: null, headers: { "x-api-key": key } })
      expect(route.answers[reply.status], reply.text).toBeDefined()
      const again = await server.ask(...one.call(await sceneOf2()))
      expect(route.answers[again.status], again.text).toBeDefined()
    })

    test("a key that is revoked, disabled or expired is no credential", async () => {
      for (const end of ["revoke", "disable", "expire", "delete"]) {
        const { key, secret } = await credential(route)
        const [path, asked] = one.call(scene)
        const { authority } = server.keyward
        if (end === "revoke") {
          await authority.revokeKey(server.system, key.id, { reason: "unspecified", note: null })
        } else if (end === "disable")
          await authority.updateKey(server.system, key.id, { enabled: false }, null)
        else if (end === "delete") await authority.deleteKey(server.system, key.id, null)
        else server.clock.advance(60_000)
        await server.refused(path, refusal("credential_invalid"), { ...asked, token: secret })
      }
    })

    test("a key over its limit has to wait", async () => {
      const { secret } = await credential(route, { limits: [{ name: "one", count: 1, windowSeconds: 60 }] })
      const [path, asked] = one.call(scene)
      await server.ask(path, { ...asked, token: secret })
      // To ask who one is consumes nothing.
      if (route.operationId === "readSelf") {
        expect((await server.ask(path, { token: secret })).status).toBe(200)
      } else {
        const { headers } = await server.refused(path, "key_limited", { ...asked, token: secret })
        expect(headers["retry-after"]).toBe("60")
      }
    })
  },
)

/** A key that a route takes as its credential, until in a minute. */
function credential(route: Route, more: object = {}) {
  const keyspaceId = route.byHolder ? scene.keyspaceId : server.created.managementKeyspace.id
  const expiresAt = (server.clock.now() + 60_000) as ReturnType<typeof server.clock.now>
  const permissions = route.byHolder ? ["invoices.read"] : ["*"]
  return server.keyward.authority.createKey(server.system, {
    keyspaceId,
    name: "Credential",
    permissions,
    expiresAt,
    ...more,
  })
}

/** The scene with keys and people that nothing has been done to yet. */
async function sceneOf2(): Promise<Scene> {
  const owner = { kind: "external", id: "user/é 1" }
  const members = { name: "Key", permissions: ["invoices.read"], owner }
  const key = await server.ask("/v1/keys", post({ keyspace_id: scene.keyspaceId, ...members }))
  const kept = await server.ask(`/v1/keys/${scene.recoverableId}`)
  return {
    ...scene,
    keyId: key.json.id,
    secret: key.json.secret,
    deletedId: await deletedKey(server, scene.keyspaceId),
    rotatingId: await rotatingKey(server, kept.json.keyspace_id),
    countedId: await countedKey(server, kept.json.keyspace_id),
    ...(await someone(server)),
  }
}

/** Whether the call is about something in a keyspace, to which a permission can be bound. */
function isOfKeyspace({ foreign }: Case): boolean {
  return foreign === "key" || foreign === "keyspace" || foreign === "task"
}

describe.each(withPermission)("$name needs $permission", ({ route, one, permission }) => {
  test("that one alone is enough", async () => {
    const token = await server.managementKey([permission])
    const [path, asked] = one.call(scene)
    const reply = await server.ask(path, { ...asked, token })
    expect(route.answers[reply.status], reply.text).toBeDefined()
  })

  test("all others are not", async () => {
    const own = managementPermissions.filter(({ name }) => name === `own_${permission}`)
    const denials = [permission, ...own.map(({ name }) => name)].map((name) => `!${name}`)
    const token = await server.managementKey(["*", ...denials])
    const [path, asked] = one.call(scene)
    const { json } = await server.refused(path, "permission_denied", { ...asked, token })
    expect(json.missing_permissions).toEqual([permission])
  })

  test("bound to another keyspace it is not, nor does anything there exist", async () => {
    const other = await server.ask("/v1/keyspaces", post({ name: "Other", prefix: "other" }))
    const token = await server.managementKey([`${permission}:${other.json.id}`])
    const [path, asked] = one.call(scene)
    const reply = await server.ask(path, { ...asked, token })
    if (route.tag === "Verification") {
      const [verification] = reply.json.results ?? [reply.json]
      expect(verification).toMatchObject({ valid: false, code: "NOT_FOUND", key_id: null })
    } else if (isOfKeyspace(one)) expect(reply.json.code).toBe("not_found")
    else expect(reply.json).toMatchObject({ code: "permission_denied", missing_permissions: [permission] })
  })

  test("bound to the keyspace it is, where the call is about one", async () => {
    const aboutOne = isOfKeyspace(one) || route.tag === "Verification"
    const recoverable = await server.ask(`/v1/keys/${scene.recoverableId}`)
    const bound = [scene.keyspaceId, recoverable.json.keyspace_id].map((id) => `${permission}:${id}`)
    const token = await server.managementKey(bound)
    const [path, asked] = one.call(scene)
    const reply = await server.ask(path, { ...asked, token })
    const filtered = ["listKeys", "listTasks"].includes(route.operationId)
    expect(reply.status < 400, reply.text).toBe(aboutOne || filtered)
    if (aboutOne && route.tag === "Verification") expect(JSON.stringify(reply.json)).toContain('"VALID"')
  })
})

describe.each(table.filter(({ one }) => one.foreign !== undefined))("$name", ({ one }) => {
  test("answers alike for what is another organization's and what does not exist", async () => {
    const theirs = await server.neighbour()
    const others = await someone(server, theirs.admin)
    // Only a link's token says by itself which organization it is of: whoever has it, has it.
    const ids = {
      recoverableId: theirs.keyId,
      rotatingId: theirs.keyId,
      deletedId: theirs.keyId,
      countedId: theirs.keyId,
      taskId: await runningTask(server, theirs.keyspaceId, theirs.admin),
    }
    const foreign: Scene = { ...theirs, ...others, ...ids, linkToken: "unknown" }
    const unknownId = "01980a5e-7c1f-7a44-9d0c-3f2b5a6c7d8e"
    const unknown: Scene = {
      organizationId: unknownId,
      keyspaceId: unknownId,
      keyId: unknownId,
      secret: theirs.secret,
      recoverableId: unknownId,
      deletedId: unknownId,
      rotatingId: unknownId,
      countedId: unknownId,
      taskId: unknownId,
      userId: unknownId,
      serviceAccountId: unknownId,
      roleName: "unknown",
      guestId: unknownId,
      email: "unknown@example.com",
      sessionId: unknownId,
      sessionToken: "unknown",
      linkToken: "unknown",
    }
    const answers = []
    for (const where of [foreign, unknown]) {
      const [path, asked] = one.call(where)
      const { status, headers, json } = await server.refused(path, "not_found", asked)
      answers.push({
        status,
        headers: { ...headers, date: "", "x-request-id": "" },
        json: { ...json, request_id: "" },
      })
      expect(Object.keys(headers)).toEqual(Object.keys(headers))
    }
    expect(answers[0]).toEqual(answers[1])
  })
})

test("verification, check and lists do not tell another organization's key from none", async () => {
  const theirs = await server.neighbour()
  const verify = async (key: string) =>
    (await server.ask("/v1/keys/verify", post({ key, explain: true, permissions: "invoices.read" }))).json
  const unknown = `their_${"a".repeat(32)}`
  const checked = await server.keyward.authority.createKey(server.system, {
    keyspaceId: scene.keyspaceId,
    name: "x",
  })
  await server.ask(`/v1/keys/${checked.key.id}`, { method: "DELETE" })
  expect(await verify(theirs.secret)).toEqual(await verify(checked.secret))
  expect((await verify(theirs.secret)).code).toBe("NOT_FOUND")
  expect((await verify(unknown)).code).toBe("MALFORMED")
  const list = async (id: string) => (await server.ask(`/v1/keys?keyspace_id=${id}`)).json
  expect(await list(theirs.keyspaceId)).toEqual(await list("unknown"))
  const audit = async (id: string) => (await server.ask(`/v1/audit?target_id=${id}`)).json
  expect(await audit(theirs.keyId)).toEqual(await audit("unknown"))
  const query = `?keyspace_id=${theirs.keyspaceId}`
  await server.refused(`/v1/check${query}`, "key_refused", { token: scene.secret })
})

test("a created key's secret is in that one answer and nowhere else", async () => {
  const { json } = await server.ask("/v1/keys", post({ keyspace_id: scene.keyspaceId, name: "Told once" }))
  const texts: string[] = []
  for (const { one } of table) {
    const [path, asked] = one.call({ ...scene, keyId: json.id, secret: json.secret })
    const { text, headers } = await server.ask(path, asked)
    texts.push(text, JSON.stringify(headers))
  }
  const all = texts.join("\n") + server.log.join("\n")
  expect(all).not.toContain(json.secret)
  const stored = await server.keyward.store.key(scene.organizationId, scene.keyId)
  expect(all).not.toContain(stored?.secrets[0]?.digest ?? json.secret)
})

test("every problem of the catalogue can be told", () => {
  const told = new Set(routes.flatMap((route) => [...route.problems, ...commonProblems(route)]))
  const everywhere = ["route_not_found", "method_not_allowed"]
  expect([...told, ...everywhere].sort()).toEqual(Object.keys(problems).sort())
})
