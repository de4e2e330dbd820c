import type { nativeRoutes } from "@keyward/contract"
import type { Target } from "./matrix-cast.ts"
import type { Ask } from "./native-server.ts"

/** What each caller is answered, in the order of `callers`; null: there is no such object for them. */
type Statuses = readonly (number | null)[]

/** One route of the native API. An object without a line is not what the route is about. */
export interface Row {
  readonly call: (target: Target) => readonly [path: string, asked?: Ask]
  /** On what is the caller's own, or belongs to the organization as a whole. */
  readonly own: Statuses
  /** The same for whoever signed in, where it is not as with a management key. */
  readonly ownSignedIn?: Statuses
  /** On what is another member's. */
  readonly others?: Statuses
  /** On what is an owner's, or would make one. */
  readonly owners?: Statuses
  /** On what is another organization's, and on what does not exist. */
  readonly missing?: Statuses
}

const post = (body?: unknown): Ask => ({ method: "POST", ...(body === undefined ? {} : { body }) })
const patch = (body: unknown): Ask => ({ method: "PATCH", body })
const freeze = { policy: { kind: "freeze" } }

/** Whoever is suspended, resumed, changed or removed: a user, or a service account (which users are not themselves). */
const changedUser = (done: number): Omit<Row, "call"> => ({
  own: [done, done, 403, 403, done, null],
  others: [done, done, 403, 403, 403, 403],
  owners: [done, 403, 403, 403, 403, 403],
  missing: [404, 404, 403, 403, 404, 403],
})
const changedAccount = (done: number): Omit<Row, "call"> => ({
  ...changedUser(done),
  own: [null, null, null, null, null, 403],
})

/** A key that is changed, revoked or deleted; the owner's is a management key. */
const changedKey = (done: number): Omit<Row, "call"> => ({
  own: [done, done, 403, done, done, done],
  others: [done, done, 403, 404, done, 404],
  owners: [done, 403, 403, 404, 403, 404],
  missing: [404, 404, 403, 404, 404, 404],
})

const readKeyOf: Omit<Row, "call"> = {
  own: [200, 200, 200, 200, 200, 200],
  others: [200, 200, 200, 404, 200, 404],
  owners: [200, 200, 200, 404, 200, 404],
  missing: [404, 404, 404, 404, 404, 404],
}

/** A role that grants what an admin holds, or more: the owner's. */
const changedRole = (done: number): Omit<Row, "call"> => ({
  own: [done, done, 403, 403, 403, 403],
  owners: [done, 403, 403, 403, 403, 403],
  missing: [404, 404, 403, 403, 403, 403],
})

const createdMember: Omit<Row, "call"> = {
  own: [201, 201, 403, 403, 201, 403],
  owners: [201, 403, 403, 403, 403, 403],
}

const listedMembers: Omit<Row, "call"> = { own: [200, 200, 200, 403, 200, 403] }

const endedSessions: Omit<Row, "call"> = {
  own: [204, 204, 403, 403, 403, null],
  ownSignedIn: [204, 204, 204, 204, 204, null],
  others: [204, 204, 403, 403, 403, 403],
  owners: [204, 403, 403, 403, 403, 403],
  missing: [404, 404, 403, 403, 403, 403],
}

/** What a verification answers about a key that is not there is an outcome, and no error. */
const verified: Omit<Row, "call"> = {
  own: [200, 200, 403, 403, 403, 403],
  others: [200, 200, 403, 403, 403, 403],
  missing: [200, 200, 403, 403, 403, 403],
}

const open: Omit<Row, "call"> = { own: [200, 200, 200, 200, 200, 200] }

let last = 0
const unique = () => ++last

/** Every route: a route without a row does not compile, and fails the test. */
export const matrix: Record<(typeof nativeRoutes)[number]["operationId"], Row> = {
  listOrganizations: { call: () => ["/v1/organizations"], own: [200, 200, 200, 200, 403, 200] },
  readOrganization: {
    call: ({ organizationId }) => [`/v1/organizations/${organizationId}`],
    own: [200, 200, 200, 200, 403, 200],
    missing: [404, 404, 404, 404, 403, 404],
  },
  updateOrganization: {
    call: ({ organizationId }) => [`/v1/organizations/${organizationId}`, patch({ name: "Renamed" })],
    own: [200, 403, 403, 403, 403, 403],
    missing: [404, 403, 403, 403, 403, 403],
  },

  createUser: {
    call: ({ roles }) => [
      "/v1/users",
      post({ email: `new${unique()}@example.com`, display_name: "New", roles }),
    ],
    ...createdMember,
  },
  listUsers: { call: () => ["/v1/users"], ...listedMembers },
  readUser: {
    call: ({ userId }) => [`/v1/users/${userId}`],
    own: [200, 200, 200, 200, 200, null],
    others: [200, 200, 200, 403, 200, 403],
    owners: [200, 200, 200, 403, 200, 403],
    missing: [404, 404, 404, 403, 404, 403],
  },
  updateUser: {
    call: ({ userId }) => [`/v1/users/${userId}`, patch({ display_name: "Renamed" })],
    ...changedUser(200),
  },
  suspendUser: { call: ({ userId }) => [`/v1/users/${userId}/suspend`, post()], ...changedUser(200) },
  resumeUser: { call: ({ userId }) => [`/v1/users/${userId}/resume`, post()], ...changedUser(200) },
  previewUserRemoval: {
    call: ({ userId }) => [`/v1/users/${userId}/removal-preview`, post(freeze)],
    ...changedUser(200),
  },
  removeUser: { call: ({ userId }) => [`/v1/users/${userId}/remove`, post(freeze)], ...changedUser(204) },

  createServiceAccount: {
    call: ({ roles }) => ["/v1/service-accounts", post({ display_name: "New", roles })],
    ...createdMember,
  },
  listServiceAccounts: { call: () => ["/v1/service-accounts"], ...listedMembers },
  readServiceAccount: {
    call: ({ serviceAccountId }) => [`/v1/service-accounts/${serviceAccountId}`],
    own: [null, null, null, null, null, 200],
    others: [200, 200, 200, 403, 200, 403],
    owners: [200, 200, 200, 403, 200, 403],
    missing: [404, 404, 404, 403, 404, 403],
  },
  updateServiceAccount: {
    call: ({ serviceAccountId }) => [
      `/v1/service-accounts/${serviceAccountId}`,
      patch({ display_name: "Renamed" }),
    ],
    ...changedAccount(200),
  },
  suspendServiceAccount: {
    call: ({ serviceAccountId }) => [`/v1/service-accounts/${serviceAccountId}/suspend`, post()],
    ...changedAccount(200),
  },
  resumeServiceAccount: {
    call: ({ serviceAccountId }) => [`/v1/service-accounts/${serviceAccountId}/resume`, post()],
    ...changedAccount(200),
  },
  previewServiceAccountRemoval: {
    call: ({ serviceAccountId }) => [
      `/v1/service-accounts/${serviceAccountId}/removal-preview`,
      post(freeze),
    ],
    ...changedAccount(200),
  },
  removeServiceAccount: {
    call: ({ serviceAccountId }) => [`/v1/service-accounts/${serviceAccountId}/remove`, post(freeze)],
    ...changedAccount(204),
  },

  inviteUser: {
    call: ({ userId }) => [`/v1/users/${userId}/invitation`, post()],
    ...changedUser(201),
  },
  offerPasswordReset: {
    call: ({ userId }) => [`/v1/users/${userId}/password-reset`, post()],
    ...changedUser(201),
  },
  // A link is its own credential: whoever presents none that is good is told the same.
  acceptLink: {
    call: () => ["/v1/links/accept", post({ token: "no link", password: "correct horse" })],
    own: [404, 404, 404, 404, 404, 404],
    missing: [404, 404, 404, 404, 404, 404],
  },

  signIn: {
    call: ({ email }) => ["/v1/sessions", post({ email, password: "wrong", transport: "bearer" })],
    own: [401, 401, 401, 401, 401, null],
    others: [401, 401, 401, 401, 401, 401],
    missing: [401, 401, 401, 401, 401, 401],
  },
  listSessions: {
    call: ({ userId }) => [`/v1/sessions?user_id=${userId}`],
    own: [200, 200, 200, 403, 403, null],
    ownSignedIn: [200, 200, 200, 200, 200, null],
    others: [200, 200, 200, 403, 403, 403],
    owners: [200, 200, 200, 403, 403, 403],
    missing: [404, 404, 404, 403, 403, 403],
  },
  // A key has no session: these are for whoever signed in.
  readCurrentSession: {
    call: () => ["/v1/sessions/current"],
    own: [403, 403, 403, 403, 403, 403],
    ownSignedIn: [200, 200, 200, 200, 200, null],
  },
  signOut: {
    call: () => ["/v1/sessions/current", { method: "DELETE" }],
    own: [403, 403, 403, 403, 403, 403],
    ownSignedIn: [204, 204, 204, 204, 204, null],
  },
  endSession: {
    call: ({ sessionId }) => [`/v1/sessions/${sessionId}`, { method: "DELETE" }],
    ...endedSessions,
  },
  endSessions: {
    call: ({ userId }) => [`/v1/sessions?user_id=${userId}`, { method: "DELETE" }],
    ...endedSessions,
  },
  changePassword: {
    call: () => [
      "/v1/password",
      post({ current_password: "there is none yet", new_password: "correct horse" }),
    ],
    own: [403, 403, 403, 403, 403, 403],
    ownSignedIn: [422, 422, 422, 422, 422, null],
  },

  listMembers: { call: () => ["/v1/members"], ...listedMembers },
  readMember: {
    call: ({ memberId }) => [`/v1/members/${memberId}`],
    own: [200, 200, 200, 200, 200, 200],
    others: [200, 200, 200, 403, 200, 403],
    owners: [200, 200, 200, 403, 200, 403],
    missing: [404, 404, 404, 403, 404, 403],
  },
  updateMember: {
    call: ({ memberId, roles }) => [`/v1/members/${memberId}`, patch({ roles })],
    ...changedUser(200),
    own: [200, 200, 403, 403, 200, 403],
  },

  createRole: {
    call: ({ roles }) => [
      "/v1/roles",
      post({ name: `new-${unique()}`, permissions: roles.includes("owner") ? ["*"] : ["keys.read"] }),
    ],
    own: [201, 201, 403, 403, 403, 403],
    owners: [201, 403, 403, 403, 403, 403],
  },
  listRoles: { call: () => ["/v1/roles"], ...listedMembers },
  readRole: {
    call: ({ roleName }) => [`/v1/roles/${roleName}`],
    own: [200, 200, 200, 403, 200, 403],
    owners: [200, 200, 200, 403, 200, 403],
    missing: [404, 404, 404, 403, 404, 403],
  },
  updateRole: {
    call: ({ roleName }) => [`/v1/roles/${roleName}`, patch({ description: "Changed" })],
    ...changedRole(200),
  },
  deleteRole: {
    call: ({ roleName }) => [`/v1/roles/${roleName}`, { method: "DELETE" }],
    ...changedRole(204),
  },

  createKeyspace: {
    call: () => ["/v1/keyspaces", post({ name: `New ${unique()}`, prefix: "new" })],
    own: [201, 201, 403, 403, 403, 403],
  },
  listKeyspaces: { call: () => ["/v1/keyspaces"], ...open },
  readKeyspace: {
    call: ({ keyspaceId }) => [`/v1/keyspaces/${keyspaceId}`],
    own: [200, 200, 200, 200, 200, 200],
    missing: [404, 404, 404, 404, 404, 404],
  },
  updateKeyspace: {
    call: ({ keyspaceId }) => [`/v1/keyspaces/${keyspaceId}`, patch({ description: "Changed" })],
    own: [200, 200, 403, 403, 403, 403],
    missing: [404, 404, 403, 403, 403, 403],
  },

  listViolations: {
    call: ({ keyspaceId }) => [`/v1/keyspaces/${keyspaceId}/violations`],
    own: [200, 200, 200, 403, 200, 403],
    missing: [404, 404, 404, 403, 404, 403],
  },
  applyPolicy: {
    call: ({ keyspaceId }) => [`/v1/keyspaces/${keyspaceId}/violations/apply?dry_run=true`, post()],
    own: [200, 200, 403, 403, 200, 403],
    missing: [404, 404, 403, 403, 404, 403],
  },
  createKey: {
    call: ({ keyspaceId, owner }) => ["/v1/keys", post({ keyspace_id: keyspaceId, owner, name: "New" })],
    own: [201, 201, 403, 201, 201, 201],
    others: [201, 201, 403, 403, 201, 403],
    missing: [404, 404, 403, 404, 404, 404],
  },
  listKeys: {
    call: ({ keyspaceId }) => [`/v1/keys?keyspace_id=${keyspaceId}`],
    own: [200, 200, 200, 200, 200, 200],
    missing: [200, 200, 200, 200, 200, 200],
  },
  readKey: { call: ({ keyId }) => [`/v1/keys/${keyId}`], ...readKeyOf },
  updateKey: {
    call: ({ keyId }) => [`/v1/keys/${keyId}`, patch({ name: "Renamed" })],
    ...changedKey(200),
  },
  deleteKey: { call: ({ keyId }) => [`/v1/keys/${keyId}`, { method: "DELETE" }], ...changedKey(204) },
  restoreKey: { call: ({ deletedId }) => [`/v1/keys/${deletedId}/restore`, post()], ...changedKey(200) },
  revokeKey: { call: ({ keyId }) => [`/v1/keys/${keyId}/revoke`, post()], ...changedKey(200) },
  revealKey: {
    call: ({ keyId }) => [`/v1/keys/${keyId}/reveal`, post({ reason: "The holder lost it." })],
    own: [200, 200, 403, 200, 403, 200],
    others: [200, 200, 403, 404, 403, 404],
    // A management key's secret was not kept.
    owners: [409, 403, 403, 404, 403, 404],
    missing: [404, 404, 403, 404, 403, 404],
  },
  rotateKey: { call: ({ keyId }) => [`/v1/keys/${keyId}/rotate`, post()], ...changedKey(200) },
  // None of the keys is being rotated.
  finishRotation: { call: ({ keyId }) => [`/v1/keys/${keyId}/rotation/finish`, post()], ...changedKey(409) },
  cancelRotation: { call: ({ keyId }) => [`/v1/keys/${keyId}/rotation/cancel`, post()], ...changedKey(409) },
  extendRotation: {
    call: ({ keyId }) => [`/v1/keys/${keyId}/rotation/extend`, post({ overlap: "PT1H" })],
    ...changedKey(409),
  },
  // None of the keys has credits. Whoever may write only their own keys gives themselves none.
  addKeyCredits: {
    call: ({ keyId }) => [`/v1/keys/${keyId}/credits`, post({ amount: 5 })],
    ...changedKey(422),
    own: [422, 422, 403, 403, 422, 403],
  },
  createTask: {
    call: ({ keyspaceId, owner }) => [
      "/v1/tasks",
      post({ filter: { keyspace_id: keyspaceId, owner }, action: { kind: "disable" }, dry_run: true }),
    ],
    own: [201, 201, 403, 201, 201, 201],
    others: [201, 201, 403, 403, 201, 403],
    missing: [404, 404, 403, 404, 404, 404],
  },
  listTasks: {
    call: ({ keyspaceId }) => [`/v1/tasks?keyspace_id=${keyspaceId}`],
    own: [200, 200, 200, 200, 200, 200],
    missing: [200, 200, 200, 200, 200, 200],
  },
  readTask: { call: ({ taskId }) => [`/v1/tasks/${taskId}`], ...readKeyOf },
  cancelTask: {
    call: ({ taskId }) => [`/v1/tasks/${taskId}/cancel`, post()],
    ...changedKey(200),
    // To cancel gives nobody what an owner's keys have.
    owners: [200, 200, 403, 404, 200, 404],
  },
  listTaskResults: { call: ({ taskId }) => [`/v1/tasks/${taskId}/results`], ...readKeyOf },
  readKeyUsage: { call: ({ keyId }) => [`/v1/keys/${keyId}/usage`], ...readKeyOf },

  verifyKey: { call: ({ secret }) => ["/v1/keys/verify", post({ key: secret })], ...verified },
  verifyKeys: {
    call: ({ secret }) => ["/v1/keys/verify-batch", post({ keys: [{ key: secret }] })],
    ...verified,
  },
  // These two are about the credential itself, and a management key is in none of these keyspaces.
  checkKey: {
    call: ({ keyspaceId }) => [`/v1/check?keyspace_id=${keyspaceId}`],
    own: [401, 401, 401, 401, 401, 401],
    missing: [401, 401, 401, 401, 401, 401],
  },
  readSelf: {
    call: () => ["/v1/self"],
    own: [200, 200, 200, 200, 200, 200],
    ownSignedIn: [401, 401, 401, 401, 401, null],
  },

  listAuditEvents: {
    call: ({ keyId }) => [`/v1/audit?target_id=${keyId}`],
    own: [200, 200, 200, 403, 403, 403],
    others: [200, 200, 200, 403, 403, 403],
    missing: [200, 200, 200, 403, 403, 403],
  },
  readHealth: { call: () => ["/healthz"], ...open },
  readReadiness: { call: () => ["/readyz"], ...open },
}
