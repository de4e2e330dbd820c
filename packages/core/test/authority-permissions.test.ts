import { describe, expect, test } from "vitest"
import { createAuthority } from "../src/authority/authority.ts"
import type { Caller } from "../src/authority/caller.ts"
import { draft } from "../src/authority/deps.ts"
import type { ManagementPermission } from "../src/authority/management.ts"
import { managementPermissions } from "../src/authority/management.ts"
import { systemCaller } from "../src/authority/organizations.ts"
import type { ResourceKind } from "../src/failure.ts"
import { newId } from "../src/id.ts"
import type { Session } from "../src/session.ts"
import { type Instant, later } from "../src/time.ts"
import { callerWith, failureOf, type House, openHouse, refused, start } from "./authority-fixture.ts"

const page = { limit: 10, after: null }
const unknownId = "01981d3a-7c00-7000-8000-00000000dead"

/** What a use case is about, here or in the other organization. */
interface Target {
  readonly keyspaceId: string
  readonly keyId: string
  readonly keyAlias: number
  /** Of a key of the same keyspace that is being rotated, and has credits. */
  readonly rotatedId: string
  /** Of a key of the same keyspace that was deleted, as `deletedAlias`. */
  readonly deletedId: string
  /** Of a key of the same keyspace that was deleted. */
  readonly deletedAlias: number
  /** Of a task that is running, about the keys of the keyspace. */
  readonly taskId: string
  readonly userAlias: number
  readonly organizationId: string
  readonly userId: string
  readonly serviceAccountId: string
  readonly roleName: string
  readonly sessionId: string
}
interface UseCase {
  readonly name: string
  readonly needs: ManagementPermission
  /** What is not found when the target is unknown; null: a list, or the organization as a whole. */
  readonly resource: ResourceKind | null
  readonly run: (house: House, caller: Caller, target: Target) => Promise<unknown>
}

/** Both kinds of members go through the same use cases. */
function ofMember(name: string, needs: ManagementPermission, run: UseCase["run"]): UseCase {
  return { name, needs, resource: "user", run }
}

const freeze = { kind: "freeze" } as const

const useCases: readonly UseCase[] = [
  {
    name: "organization",
    needs: "organizations.read",
    resource: "organization",
    run: ({ authority }, caller, { organizationId }) => authority.organization(caller, organizationId),
  },
  {
    name: "updateOrganization",
    needs: "organizations.write",
    resource: "organization",
    run: ({ authority }, caller, { organizationId }) =>
      authority.updateOrganization(caller, organizationId, { name: "New" }, null),
  },
  {
    name: "createUser",
    needs: "members.write",
    resource: null,
    run: ({ authority }, caller) =>
      authority.createUser(caller, { email: "new@acme.test", displayName: "New", roles: [] }),
  },
  {
    name: "createServiceAccount",
    needs: "members.write",
    resource: null,
    run: ({ authority }, caller) => authority.createServiceAccount(caller, { displayName: "New" }),
  },
  {
    name: "principals",
    needs: "members.read",
    resource: null,
    run: ({ authority }, caller) => authority.principals(caller, {}, page),
  },
  ofMember("user", "members.read", ({ authority }, caller, { userId }) => authority.user(caller, userId)),
  {
    name: "serviceAccount",
    needs: "members.read",
    resource: "service_account",
    run: ({ authority }, caller, { serviceAccountId }) => authority.serviceAccount(caller, serviceAccountId),
  },
  {
    name: "member",
    needs: "members.read",
    resource: "member",
    run: ({ authority }, caller, { userId }) => authority.member(caller, userId),
  },
  {
    name: "memberByAlias",
    needs: "members.read",
    resource: "member",
    run: ({ authority }, caller, { userAlias }) => authority.memberByAlias(caller, userAlias),
  },
  {
    name: "updateMember",
    needs: "members.write",
    resource: "member",
    run: ({ authority }, caller, { userId }) => authority.updateMember(caller, userId, [], null),
  },
  ofMember("updateUser", "members.write", ({ authority }, caller, { userId }) =>
    authority.updateUser(caller, userId, { displayName: "x" }, null),
  ),
  {
    name: "updateServiceAccount",
    needs: "members.write",
    resource: "service_account",
    run: ({ authority }, caller, { serviceAccountId }) =>
      authority.updateServiceAccount(caller, serviceAccountId, { description: "x" }, null),
  },
  ofMember("suspend", "members.write", ({ authority }, caller, { userId }) =>
    authority.suspend(caller, "user", userId),
  ),
  ofMember("resume", "members.write", ({ authority }, caller, { userId }) =>
    authority.resume(caller, "user", userId),
  ),
  ofMember("previewRemoval", "members.write", ({ authority }, caller, { userId }) =>
    authority.previewRemoval(caller, "user", userId, freeze),
  ),
  ofMember("remove", "members.write", ({ authority }, caller, { userId }) =>
    authority.remove(caller, "user", userId, freeze),
  ),
  ofMember("offerLink", "members.write", ({ authority }, caller, { userId }) =>
    authority.offerLink(caller, userId, "invitation"),
  ),
  ofMember("sessions", "sessions.read", ({ authority }, caller, { userId }) =>
    authority.sessions(caller, userId, page),
  ),
  ofMember("endSessions", "sessions.write", ({ authority }, caller, { userId }) =>
    authority.endSessions(caller, userId),
  ),
  {
    name: "endSession",
    needs: "sessions.write",
    resource: "session",
    run: ({ authority }, caller, { sessionId }) => authority.endSession(caller, sessionId),
  },
  {
    name: "roles",
    needs: "roles.read",
    resource: null,
    run: ({ authority }, caller) => authority.roles(caller),
  },
  {
    name: "role",
    needs: "roles.read",
    resource: "role",
    run: ({ authority }, caller, { roleName }) => authority.role(caller, roleName),
  },
  {
    name: "createRole",
    needs: "roles.write",
    resource: null,
    run: ({ authority }, caller) =>
      authority.createRole(caller, { name: "new", description: "", permissions: [] }),
  },
  {
    name: "updateRole",
    needs: "roles.write",
    resource: "role",
    run: ({ authority }, caller, { roleName }) =>
      authority.updateRole(caller, roleName, { description: "x" }),
  },
  {
    name: "deleteRole",
    needs: "roles.write",
    resource: "role",
    run: ({ authority }, caller, { roleName }) => authority.deleteRole(caller, roleName),
  },
  {
    name: "createKeyspace",
    needs: "keyspaces.write",
    resource: null,
    run: ({ authority }, caller) => authority.createKeyspace(caller, { name: "New", prefix: "new" }),
  },
  {
    name: "keyspace",
    needs: "keyspaces.read",
    resource: "keyspace",
    run: ({ authority }, caller, { keyspaceId }) => authority.keyspace(caller, keyspaceId),
  },
  {
    name: "keyspaces",
    needs: "keyspaces.read",
    resource: null,
    run: ({ authority }, caller) => authority.keyspaces(caller, page),
  },
  {
    name: "updateKeyspace",
    needs: "keyspaces.write",
    resource: "keyspace",
    run: ({ authority }, caller, { keyspaceId }) =>
      authority.updateKeyspace(caller, keyspaceId, { description: "x" }, null),
  },
  {
    name: "createKey",
    needs: "keys.write",
    resource: "keyspace",
    run: ({ authority }, caller, { keyspaceId }) => authority.createKey(caller, { keyspaceId, name: "New" }),
  },
  {
    name: "key",
    needs: "keys.read",
    resource: "key",
    run: ({ authority }, caller, { keyId }) => authority.key(caller, keyId),
  },
  {
    name: "keyByAlias",
    needs: "keys.read",
    resource: "key",
    run: ({ authority }, caller, { keyAlias }) => authority.keyByAlias(caller, keyAlias),
  },
  {
    name: "deletedKeyByAlias",
    needs: "keys.read",
    resource: "key",
    run: ({ authority }, caller, { deletedAlias }) => authority.deletedKeyByAlias(caller, deletedAlias),
  },
  {
    name: "keys",
    needs: "keys.read",
    resource: null,
    run: ({ authority }, caller) => authority.keys(caller, {}, page),
  },
  {
    name: "updateKey",
    needs: "keys.write",
    resource: "key",
    run: ({ authority }, caller, { keyId }) => authority.updateKey(caller, keyId, { name: "x" }, null),
  },
  {
    name: "revokeKey",
    needs: "keys.write",
    resource: "key",
    run: ({ authority }, caller, { keyId }) =>
      authority.revokeKey(caller, keyId, { reason: "unspecified", note: null }),
  },
  {
    name: "deleteKey",
    needs: "keys.write",
    resource: "key",
    run: ({ authority }, caller, { keyId }) => authority.deleteKey(caller, keyId, null),
  },
  {
    name: "revealKey",
    needs: "keys.reveal",
    resource: "key",
    run: ({ authority }, caller, { keyId }) => authority.revealKey(caller, keyId, "a test"),
  },
  {
    name: "rotateKey",
    needs: "keys.write",
    resource: "key",
    run: ({ authority }, caller, { keyId }) => authority.rotateKey(caller, keyId, {}, null),
  },
  ...(["finishRotation", "cancelRotation"] as const).map(
    (name): UseCase => ({
      name,
      needs: "keys.write",
      resource: "key",
      run: ({ authority }, caller, { rotatedId }) => authority[name](caller, rotatedId, null),
    }),
  ),
  {
    name: "extendRotation",
    needs: "keys.write",
    resource: "key",
    run: ({ authority }, caller, { rotatedId }) =>
      authority.extendRotation(caller, rotatedId, 7_200_000, null),
  },
  {
    name: "addCredits",
    needs: "keys.write",
    resource: "key",
    run: ({ authority }, caller, { rotatedId }) => authority.addCredits(caller, rotatedId, 1),
  },
  {
    name: "deletedKeys",
    needs: "keys.read",
    resource: null,
    run: ({ authority }, caller) => authority.deletedKeys(caller, {}, page),
  },
  {
    name: "deletedKey",
    needs: "keys.read",
    resource: "key",
    run: ({ authority }, caller, { deletedId }) => authority.deletedKey(caller, deletedId),
  },
  {
    name: "restoreKey",
    needs: "keys.write",
    resource: "key",
    run: ({ authority }, caller, { deletedId }) => authority.restoreKey(caller, deletedId, null),
  },
  {
    name: "violations",
    needs: "keys.read",
    resource: "keyspace",
    run: ({ authority }, caller, { keyspaceId }) => authority.violations(caller, keyspaceId, page),
  },
  {
    name: "applyPolicy",
    needs: "keys.write",
    resource: "keyspace",
    run: ({ authority }, caller, { keyspaceId }) => authority.applyPolicy(caller, keyspaceId, false, page),
  },
  {
    name: "createTask",
    needs: "keys.write",
    resource: "keyspace",
    run: ({ authority }, caller, { keyspaceId }) =>
      authority.createTask(caller, { filter: { keyspaceId }, action: { kind: "disable" }, dryRun: false }),
  },
  {
    name: "tasks",
    needs: "keys.read",
    resource: null,
    run: ({ authority }, caller) => authority.tasks(caller, {}, page),
  },
  {
    name: "task",
    needs: "keys.read",
    resource: "task",
    run: ({ authority }, caller, { taskId }) => authority.task(caller, taskId),
  },
  {
    name: "taskResults",
    needs: "keys.read",
    resource: "task",
    run: ({ authority }, caller, { taskId }) => authority.taskResults(caller, taskId, {}, page),
  },
  {
    name: "cancelTask",
    needs: "keys.write",
    resource: "task",
    run: ({ authority }, caller, { taskId }) => authority.cancelTask(caller, taskId),
  },
  {
    name: "keyUsage",
    needs: "keys.read",
    resource: "key",
    run: ({ authority }, caller, { keyId }) => authority.keyUsage(caller, keyId, 0 as Instant, start),
  },
  {
    name: "auditEvents",
    needs: "audit.read",
    resource: null,
    run: ({ authority }, caller) => authority.auditEvents(caller, {}, page),
  },
]

/** What needs no permission: proving who one is, and what a signed-in user does with their own session and password. */
const unpermitted = [
  "acceptLink",
  "acting",
  "authenticate",
  "changePassword",
  "currentSession",
  "signIn",
  "signOut",
  "signedIn",
  "touchSession",
]

async function prepare() {
  const house = await openHouse()
  const own = await house.authority.createKey(house.admin, { keyspaceId: house.recoverable.id, name: "Own" })
  const foreignAdmin = systemCaller(house.other.organization.id)
  const foreign = await house.authority.createKey(foreignAdmin, {
    keyspaceId: house.foreign.id,
    name: "Theirs",
  })
  const member = async (caller: Caller) => {
    const { authority } = house
    const user = await authority.createUser(caller, { email: "m@m.test", displayName: "M", roles: [] })
    const { id } = await authority.createServiceAccount(caller, { displayName: "S" })
    const session: Session = {
      id: newId(start, house.deps.entropy),
      organizationId: caller.organizationId,
      userId: user.id,
      digest: `digest of ${user.id}`,
      pepperVersion: 1,
      address: null,
      userAgent: null,
      createdAt: start,
      lastSeenAt: start,
      expiresAt: later(start, 1000),
    }
    await house.deps.store.commit({
      organizationId: caller.organizationId,
      changes: [{ kind: "session.insert", session }],
      events: [draft(house.deps, caller, "session.created", { kind: "session", id: session.id }, {})],
    })
    return { userId: user.id, userAlias: user.alias, serviceAccountId: id, sessionId: session.id }
  }
  const deleted = async (caller: Caller, keyspaceId: string) => {
    const { key } = await house.authority.createKey(caller, { keyspaceId, name: "Gone" })
    await house.authority.deleteKey(caller, key.id, null)
    return { deletedId: key.id, deletedAlias: key.alias }
  }
  const rotated = async (caller: Caller, keyspaceId: string) => {
    const { key } = await house.authority.createKey(caller, {
      keyspaceId,
      name: "Rotated",
      credits: { remaining: 5, refill: null, onUnavailable: "deny" },
    })
    await house.authority.rotateKey(caller, key.id, {}, null)
    return key.id
  }
  const task = async (caller: Caller, keyspaceId: string) => {
    const input = { filter: { keyspaceId }, action: { kind: "disable" }, dryRun: false } as const
    return (await house.authority.createTask(caller, input)).id
  }
  const role = (name: string) => ({ name, description: "", permissions: [] })
  await house.authority.createRole(house.admin, role("ours"))
  await house.authority.createRole(foreignAdmin, role("theirs"))
  const target: Target = {
    ...(await member(house.admin)),
    roleName: "ours",
    keyspaceId: house.recoverable.id,
    keyId: own.key.id,
    keyAlias: own.key.alias,
    rotatedId: await rotated(house.admin, house.recoverable.id),
    ...(await deleted(house.admin, house.recoverable.id)),
    taskId: await task(house.admin, house.recoverable.id),
    organizationId: house.acme.organization.id,
  }
  const theirs: Target = {
    ...(await member(foreignAdmin)),
    roleName: "theirs",
    keyspaceId: house.foreign.id,
    keyId: foreign.key.id,
    keyAlias: foreign.key.alias,
    rotatedId: await rotated(foreignAdmin, house.foreign.id),
    ...(await deleted(foreignAdmin, house.foreign.id)),
    taskId: await task(foreignAdmin, house.foreign.id),
    organizationId: house.other.organization.id,
  }
  const nothing: Target = {
    keyspaceId: unknownId,
    keyId: unknownId,
    keyAlias: 987_654,
    rotatedId: unknownId,
    deletedId: unknownId,
    deletedAlias: 987_654,
    taskId: unknownId,
    userAlias: 987_654,
    organizationId: unknownId,
    userId: unknownId,
    serviceAccountId: unknownId,
    roleName: "unknown",
    sessionId: unknownId,
  }
  return { house, target, theirs, nothing }
}

const all = managementPermissions.map(({ name }) => name)

test("every use case of the authority is in the table", async () => {
  const { house } = await prepare()
  expect(Object.keys(createAuthority(house.deps)).sort()).toEqual(
    [...useCases.map(({ name }) => name), ...unpermitted].sort(),
  )
})

/** What is about one keyspace, to which the permission for it can be bound. */
const bindable: readonly (ResourceKind | null)[] = ["key", "keyspace", "task"]
const isBindable = ({ resource }: UseCase) => bindable.includes(resource)

describe.each(useCases)("$name needs $needs", (useCase) => {
  const { needs, resource, run } = useCase
  test("with exactly that it works", async () => {
    const { house, target } = await prepare()
    await run(house, callerWith(house, needs), target)
  })

  test("with everything but that it is permission_denied, whether the target exists or not", async () => {
    const { house, target, theirs, nothing } = await prepare()
    const caller = callerWith(house, ...all.filter((name) => name !== needs))
    for (const one of [target, theirs, nothing]) {
      expect(await failureOf(run(house, caller, one))).toEqual({
        code: "permission_denied",
        missing: [needs],
      })
    }
  })

  test("denied, it is refused even to one who holds everything else", async () => {
    const { house, target } = await prepare()
    await expect(run(house, callerWith(house, "*", `!${needs}`), target)).rejects.toThrow("permission_denied")
  })

  test("the other organization's and an unknown one get the same answer", async () => {
    const { house, theirs, nothing } = await prepare()
    if (resource === null) return
    const answer = await failureOf(run(house, house.admin, theirs))
    expect(answer).toEqual({ code: "not_found", resource })
    expect(await failureOf(run(house, house.admin, nothing))).toEqual(answer)
  })

  test("bound to the keyspace it works there, and for the organization as a whole it is refused", async () => {
    const { house, target } = await prepare()
    const bound = callerWith(house, `${needs}:${target.keyspaceId}`)
    if (!isBindable(useCase)) {
      await refused(run(house, bound, target), "permission_denied")
    } else {
      await run(house, bound, target)
    }
  })

  test("bound to another keyspace: not_found, or permission_denied for one who may read the target", async () => {
    const { house, target, nothing } = await prepare()
    const elsewhere = `${needs}:${house.keyspace.id}`
    if (!isBindable(useCase) || resource === null) {
      await refused(run(house, callerWith(house, elsewhere), target), "permission_denied")
      return
    }
    expect(await failureOf(run(house, callerWith(house, elsewhere), target))).toEqual({
      code: "not_found",
      resource,
    })
    expect(await failureOf(run(house, callerWith(house, elsewhere), nothing))).toEqual({
      code: "not_found",
      resource,
    })
    const reading = resource === "keyspace" ? "keyspaces.read" : "keys.read"
    if (reading === needs) return
    const reader = callerWith(house, elsewhere, reading)
    expect(await failureOf(run(house, reader, target))).toEqual({
      code: "permission_denied",
      missing: [needs],
    })
  })

  test("a denial for the keyspace refuses there, and for the organization as a whole", async () => {
    const { house, target } = await prepare()
    const denied = callerWith(house, "*", `!${needs}:${target.keyspaceId}`)
    await expect(run(house, denied, target)).rejects.toThrow(/^(permission_denied|not_found)$/)
  })
})

test("a list of keys is narrowed to what the caller may read, by naming the keyspace", async () => {
  const { house, target } = await prepare()
  const bound = callerWith(house, `keys.read:${target.keyspaceId}`)
  const listed = await house.authority.keys(bound, { keyspaceId: target.keyspaceId }, page)
  expect(new Set(listed.items.map(({ keyspaceId }) => keyspaceId))).toEqual(new Set([target.keyspaceId]))
  expect(listed.items.map(({ id }) => id)).toContain(target.keyId)
  await refused(house.authority.keys(bound, { keyspaceId: house.keyspace.id }, page), "permission_denied")
  await refused(house.authority.keys(bound, {}, page), "permission_denied")
  // Another organization's keyspace, and one of which nobody has heard, are equally empty.
  for (const keyspaceId of [house.foreign.id, unknownId]) {
    expect((await house.authority.keys(house.admin, { keyspaceId }, page)).items).toEqual([])
  }
})

test("no list shows another organization's", async () => {
  const { house, theirs } = await prepare()
  const keyspaces = await house.authority.keyspaces(house.admin, page)
  expect(keyspaces.items.map(({ organizationId }) => organizationId)).not.toContain(theirs.organizationId)
  const keys = await house.authority.keys(house.admin, {}, page)
  expect(keys.items.map(({ organizationId }) => organizationId)).not.toContain(theirs.organizationId)
  const events = await house.authority.auditEvents(house.admin, {}, { limit: 1000, after: null })
  expect(events.items.map(({ organizationId }) => organizationId)).not.toContain(theirs.organizationId)
})
