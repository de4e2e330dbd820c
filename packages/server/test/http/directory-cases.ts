import type { ProblemCode } from "@keyward/contract"
import { expect } from "vitest"
import type { Ask, NativeServer } from "./native-server.ts"
import { type Case, patch, post, type Scene, unique } from "./route-case.ts"

const freeze = { policy: { kind: "freeze" } }
const stale = { headers: { "if-match": '"7"' } }

/** A caller who may do such a thing, but holds less than the administrator, who is an owner. */
async function exceeding(server: NativeServer, call: (adminId: string) => readonly [string, Ask]) {
  const token = await server.managementKey(["members.write"])
  const [path, asked] = call(server.created.admin.id)
  const { json } = await server.refused(path, "grant_exceeds_caller", { ...asked, token })
  expect(json.missing_permissions).toEqual(["*"])
}

async function exceedingRole(server: NativeServer, call: (name: string) => readonly [string, Ask]) {
  const name = `auditing${unique()}`
  expect((await server.ask("/v1/roles", post({ name, permissions: ["audit.read"] }))).status).toBe(201)
  const token = await server.managementKey(["roles.write"])
  const [path, asked] = call(name)
  const { json } = await server.refused(path, "grant_exceeds_caller", { ...asked, token })
  expect(json.missing_permissions).toEqual(["audit.read"])
}

/** What becomes of users and service accounts alike. */
function standing(path: (scene: Scene) => string, at: (id: string) => string, ofUsers: boolean) {
  const foreign = ofUsers ? "user" : "service_account"
  /** Of an account that the caller may not change, since it may do everything. */
  const raised = async (server: NativeServer): Promise<string> => {
    if (ofUsers) return server.created.admin.id
    const { json } = await server.ask(
      "/v1/service-accounts",
      post({ display_name: "Root", roles: ["owner"] }),
    )
    return json.id
  }
  const problems = (verb: string, body: unknown): NonNullable<Case["problems"]> => ({
    async grant_exceeds_caller(server) {
      const id = await raised(server)
      await exceeding(server, () => [`${at(id)}/${verb}`, post(body)])
    },
    ...(ofUsers && verb !== "resume"
      ? {
          last_owner: async (server: NativeServer) => {
            await server.refused(`${at(server.created.admin.id)}/${verb}`, "last_owner", post(body))
          },
        }
      : {}),
  })
  /** Their one key cannot go to an owner who has as many as they may, or one of the name. */
  const handingOver = (verb: string): NonNullable<Case["problems"]> => {
    const refused = (code: ProblemCode, policy: object) => async (server: NativeServer, scene: Scene) => {
      const keyspace = await server.ask("/v1/keyspaces", post({ name: "Held", prefix: "held", policy }))
      const heir = { kind: "external", id: "heir" }
      for (const owner of [heir, { kind: foreign, id: ofUsers ? scene.userId : scene.serviceAccountId }]) {
        const key = { keyspace_id: keyspace.json.id, name: "Key", owner }
        expect((await server.ask("/v1/keys", post(key))).status).toBe(201)
      }
      const body = { policy: { kind: "transfer", owner: heir } }
      await server.refused(`${path(scene)}/${verb}`, code, post(body))
    }
    return {
      too_many_keys: refused("too_many_keys", { max_keys_per_owner: 1 }),
      already_exists: refused("already_exists", { unique_names: true }),
    }
  }
  return {
    suspend: {
      call: (scene) => [`${path(scene)}/suspend`, post()],
      answers: (json, _scene, { headers }) => {
        expect(json).toMatchObject({ state: "suspended", suspended_at: expect.any(String), revision: 2 })
        expect(headers["etag"]).toBe('"2"')
      },
      foreign,
      problems: problems("suspend", undefined),
    },
    resume: {
      call: (scene) => [`${path(scene)}/resume`, post()],
      answers: (json) => expect(json).toMatchObject({ state: "active", suspended_at: null, revision: 1 }),
      foreign,
      problems: problems("resume", undefined),
    },
    previewRemoval: {
      call: (scene) => [`${path(scene)}/removal-preview`, post(freeze)],
      answers: (json) => expect(json).toEqual({ keys: [], total: 0, counts: [] }),
      foreign,
      problems: { ...problems("removal-preview", freeze), ...handingOver("removal-preview") },
    },
    remove: {
      call: (scene) => [`${path(scene)}/remove`, post(freeze)],
      answers: (json) => expect(json).toBeUndefined(),
      foreign,
      problems: { ...problems("remove", freeze), ...handingOver("remove") },
    },
  } as const satisfies Record<string, Case>
}

const users = standing(
  ({ userId }) => `/v1/users/${userId}`,
  (id) => `/v1/users/${id}`,
  true,
)
const serviceAccounts = standing(
  ({ serviceAccountId }) => `/v1/service-accounts/${serviceAccountId}`,
  (id) => `/v1/service-accounts/${id}`,
  false,
)

export const directoryCases = {
  createUser: {
    call: () => [
      "/v1/users",
      post({ email: `Jane${unique()}@Example.com`, display_name: "Jane Doe", first_name: "Jane", roles: [] }),
    ],
    answers: (json, scene, { headers }) => {
      expect(json).toMatchObject({
        organization_id: scene.organizationId,
        email: expect.stringMatching(/^jane\d+@example\.com$/),
        display_name: "Jane Doe",
        user_name: null,
        first_name: "Jane",
        last_name: null,
        roles: [],
        state: "active",
        suspended_at: null,
        has_password: false,
        revision: 1,
      })
      expect(headers).toMatchObject({ location: `/v1/users/${json.id}`, etag: '"1"' })
    },
    problems: {
      async already_exists(server, scene) {
        const { json } = await server.ask(`/v1/users/${scene.userId}`)
        const taken: [string, object][] = [
          ["/email", { email: json.email.toUpperCase() }],
          ["/user_name", { email: "other@example.com", user_name: json.user_name }],
        ]
        for (const [member, body] of taken) {
          const refused = await server.refused(
            "/v1/users",
            "already_exists",
            post({ display_name: "x", ...body }),
          )
          expect(refused.json.errors[0].member).toBe(member)
        }
      },
      grant_exceeds_caller: (server) =>
        exceeding(server, () => [
          "/v1/users",
          post({ email: "e@example.com", display_name: "x", roles: ["owner"] }),
        ]),
    },
  },
  listUsers: {
    call: () => ["/v1/users?email_prefix=Admin&suspended=false&role=owner"],
    answers: (json) =>
      expect(json).toMatchObject({ items: [{ email: "admin@example.com" }], next_cursor: null }),
  },
  readUser: {
    call: (scene) => [`/v1/users/${scene.userId}`],
    answers: (json, scene, { headers }) => {
      expect(json).toMatchObject({ id: scene.userId, display_name: "User" })
      expect(headers["etag"]).toBe('"1"')
    },
    foreign: "user",
  },
  updateUser: {
    call: (scene) => [
      `/v1/users/${scene.userId}`,
      patch({ display_name: "Jane", last_name: "Doe", user_name: null }),
    ],
    answers: (json) =>
      expect(json).toMatchObject({
        display_name: "Jane",
        first_name: null,
        last_name: "Doe",
        user_name: null,
        revision: 2,
      }),
    foreign: "user",
    problems: {
      async already_exists(server, scene) {
        const asked = patch({ email: "admin@example.com" })
        const { json } = await server.refused(`/v1/users/${scene.userId}`, "already_exists", asked)
        expect(json.errors[0].member).toBe("/email")
      },
      grant_exceeds_caller: (server) =>
        exceeding(server, (id) => [`/v1/users/${id}`, patch({ display_name: "Mine" })]),
      async last_owner(server) {
        const path = `/v1/users/${server.created.admin.id}`
        await server.refused(path, "last_owner", patch({ roles: ["admin"] }))
      },
      async revision_conflict(server, scene) {
        const asked = { ...patch({ display_name: "x" }), ...stale }
        await server.refused(`/v1/users/${scene.userId}`, "revision_conflict", asked)
      },
    },
  },
  suspendUser: users.suspend,
  resumeUser: users.resume,
  previewUserRemoval: users.previewRemoval,
  removeUser: users.remove,

  createServiceAccount: {
    call: () => ["/v1/service-accounts", post({ display_name: "Build robot", description: "Builds." })],
    answers: (json, _scene, { headers }) => {
      expect(json).toMatchObject({ display_name: "Build robot", description: "Builds.", roles: [] })
      expect(headers).toMatchObject({ location: `/v1/service-accounts/${json.id}`, etag: '"1"' })
    },
    problems: {
      grant_exceeds_caller: (server) =>
        exceeding(server, () => ["/v1/service-accounts", post({ display_name: "x", roles: ["owner"] })]),
    },
  },
  listServiceAccounts: {
    call: () => ["/v1/service-accounts?suspended=false"],
    answers: (json, scene) =>
      expect(json).toMatchObject({ items: [{ id: scene.serviceAccountId }], next_cursor: null }),
  },
  readServiceAccount: {
    call: (scene) => [`/v1/service-accounts/${scene.serviceAccountId}`],
    answers: (json, scene) => expect(json).toMatchObject({ id: scene.serviceAccountId, state: "active" }),
    foreign: "service_account",
  },
  updateServiceAccount: {
    call: (scene) => [`/v1/service-accounts/${scene.serviceAccountId}`, patch({ description: null })],
    answers: (json) => expect(json).toMatchObject({ display_name: "Robot", description: "", revision: 2 }),
    foreign: "service_account",
    problems: {
      async grant_exceeds_caller(server, scene) {
        const path = `/v1/service-accounts/${scene.serviceAccountId}`
        await exceeding(server, () => [path, patch({ roles: ["owner"] })])
      },
      async revision_conflict(server, scene) {
        const asked = { ...patch({ display_name: "x" }), ...stale }
        await server.refused(`/v1/service-accounts/${scene.serviceAccountId}`, "revision_conflict", asked)
      },
    },
  },
  suspendServiceAccount: serviceAccounts.suspend,
  resumeServiceAccount: serviceAccounts.resume,
  previewServiceAccountRemoval: serviceAccounts.previewRemoval,
  removeServiceAccount: serviceAccounts.remove,

  listMembers: {
    call: () => ["/v1/members?kind=user&role=owner"],
    answers: (json) => {
      expect(json).toMatchObject({ items: [{ kind: "user", display_name: "Admin", roles: ["owner"] }] })
    },
  },
  readMember: {
    call: (scene) => [`/v1/members/${scene.serviceAccountId}`],
    answers: (json, scene, { headers }) => {
      expect(json).toEqual({
        kind: "service_account",
        id: scene.serviceAccountId,
        display_name: "Robot",
        roles: [],
        state: "active",
        revision: 1,
      })
      expect(headers["etag"]).toBe('"1"')
    },
    foreign: "service_account",
  },
  updateMember: {
    call: (scene) => [`/v1/members/${scene.userId}`, patch({ roles: [] })],
    answers: (json) => expect(json).toMatchObject({ kind: "user", roles: [], revision: 2 }),
    foreign: "user",
    problems: {
      grant_exceeds_caller: (server) =>
        exceeding(server, (id) => [`/v1/members/${id}`, patch({ roles: [] })]),
      async last_owner(server) {
        await server.refused(`/v1/members/${server.created.admin.id}`, "last_owner", patch({ roles: null }))
      },
      async revision_conflict(server, scene) {
        const asked = { ...patch({ roles: [] }), ...stale }
        await server.refused(`/v1/members/${scene.userId}`, "revision_conflict", asked)
      },
    },
  },

  createRole: {
    call: () => [
      "/v1/roles",
      post({ name: `key-desk${unique()}`, description: "Hands out keys.", permissions: ["roles.write"] }),
    ],
    answers: (json, _scene, { headers }) => {
      expect(json).toMatchObject({
        description: "Hands out keys.",
        permissions: ["roles.write"],
        built_in: false,
      })
      expect(headers["location"]).toBe(`/v1/roles/${json.name}`)
    },
    problems: {
      async already_exists(server) {
        const { json } = await server.refused(
          "/v1/roles",
          "already_exists",
          post({ name: "owner", permissions: [] }),
        )
        expect(json.errors[0].member).toBe("/name")
      },
      async grant_exceeds_caller(server) {
        const token = await server.managementKey(["roles.write"])
        const body = { name: "more", permissions: ["audit.read"] }
        await server.refused("/v1/roles", "grant_exceeds_caller", { ...post(body), token })
      },
    },
  },
  listRoles: {
    call: () => ["/v1/roles"],
    answers: (json, scene) => {
      const names = json.items.map((role: { name: string }) => role.name)
      expect(names).toEqual(["owner", "admin", "auditor", "member", scene.roleName])
      expect(json.items.map((role: { built_in: boolean }) => role.built_in)).toEqual([
        true,
        true,
        true,
        true,
        false,
      ])
    },
  },
  readRole: {
    call: (scene) => [`/v1/roles/${scene.roleName}`],
    answers: (json, scene) =>
      expect(json).toEqual({
        name: scene.roleName,
        description: "",
        permissions: ["roles.write"],
        built_in: false,
      }),
    foreign: "role",
  },
  updateRole: {
    call: (scene) => [`/v1/roles/${scene.roleName}`, patch({ description: "Changed", permissions: null })],
    answers: (json) => expect(json).toMatchObject({ description: "Changed", permissions: [] }),
    foreign: "role",
    problems: {
      async built_in_role(server) {
        await server.refused("/v1/roles/member", "built_in_role", patch({ permissions: ["*"] }))
      },
      grant_exceeds_caller: (server) =>
        exceedingRole(server, (name) => [`/v1/roles/${name}`, patch({ permissions: null })]),
    },
  },
  deleteRole: {
    call: (scene) => [`/v1/roles/${scene.roleName}`, { method: "DELETE" }],
    answers: (json) => expect(json).toBeUndefined(),
    foreign: "role",
    problems: {
      async built_in_role(server) {
        await server.refused("/v1/roles/owner", "built_in_role", { method: "DELETE" })
      },
      grant_exceeds_caller: (server) =>
        exceedingRole(server, (name) => [`/v1/roles/${name}`, { method: "DELETE" }]),
    },
  },
} satisfies Record<string, Case>
