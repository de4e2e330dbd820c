import {
  type Caller,
  type NewKey,
  type Owner,
  openSession,
  type Principal,
  type Role,
  systemCaller,
  type User,
} from "@keyward/core"
import type { Ask, NativeServer } from "./native-server.ts"

/** Who calls: users of these roles, and a service account that is a member. The order of the columns of the matrix. */
export const callers = ["owner", "admin", "auditor", "member", "desk", "service account"] as const
export type CallerName = (typeof callers)[number]

/** What the organization's own role grants. Neither `own_keys` nor `keys.verify` nor `keys.reveal` are among it. */
const deskPermissions = [
  "keyspaces.read",
  "keys.read",
  "keys.write",
  "members.read",
  "members.write",
  "roles.read",
]

/** By what a caller is known. */
export interface CredentialKind {
  readonly name: "a management key" | "a session"
  /** Who has such a credential: service accounts cannot sign in. */
  readonly callers: readonly CallerName[]
  /** What a request of theirs carries. */
  of(server: NativeServer, principal: Principal): Promise<Pick<Ask, "token" | "headers">>
}

export const credentialKinds: readonly CredentialKind[] = [
  {
    name: "a management key",
    callers,
    async of(server, principal) {
      const { secret } = await server.keyward.authority.createKey(server.system, {
        keyspaceId: server.created.managementKeyspace.id,
        owner: ownerOf(principal),
        name: "Credential",
        permissions: ["*"],
      })
      return { token: secret }
    },
  },
  {
    name: "a session",
    callers: callers.filter((name) => name !== "service account"),
    async of(server, principal) {
      if (principal.kind !== "user") throw new Error("Only users sign in.")
      return { token: (await signedIn(server, principal)).token }
    },
  },
]

function signedIn(server: NativeServer, user: User) {
  const visit = { address: "203.0.113.7", userAgent: "test", requestId: null }
  return openSession(server.keyward.deps, user, visit, {})
}

/** What a call is about. Whoever calls with a target picks what the route needs. */
export interface Target {
  readonly organizationId: string
  readonly keyspaceId: string
  readonly keyId: string
  /** Another key of the same owner, which was deleted. */
  readonly deletedId: string
  /** A task about the keyspace's keys, which whoever owns the key has created. */
  readonly taskId: string
  readonly secret: string
  /** Whom a new key is to act for. */
  readonly owner: Owner
  readonly userId: string
  /** Of the user; null: it is a service account, which has none. */
  readonly email: string | null
  /** Of the user; null likewise. */
  readonly sessionId: string | null
  readonly serviceAccountId: string
  readonly memberId: string
  readonly roleName: string
  /** What roles somebody is to be given. */
  readonly roles: readonly string[]
}

/** What the rows of the matrix share: two organizations, each with a keyspace and a role, and a key that was deleted. */
export interface Stage {
  readonly keyspaceId: string
  readonly foreign: Target
  readonly unknown: Target
}

const unknownId = "01980a5e-7c1f-7a44-9d0c-3f2b5a6c7d8e"

export async function setStage(server: NativeServer): Promise<Stage> {
  const { authority } = server.keyward
  const { organizationId } = await server.neighbour()
  const there = systemCaller(organizationId)
  const keyspace = await authority.createKeyspace(server.system, recoverable)
  await authority.createRole(server.system, { name: "desk", description: "", permissions: deskPermissions })
  const theirs = await authority.createKeyspace(there, { ...recoverable, name: "Theirs too" })
  const role = { name: "their-role", description: "", permissions: ["organizations.read"] }
  await authority.createRole(there, role)
  const user = await authority.createUser(there, { email: "jane@example.org", displayName: "Jane" })
  const account = await authority.createServiceAccount(there, { displayName: "Robot" })
  const key = await authority.createKey(there, { keyspaceId: theirs.id, owner: ownerOf(user), name: "Key" })
  const deleted = await authority.createKey(server.system, { keyspaceId: keyspace.id, name: "Deleted" })
  await authority.deleteKey(server.system, deleted.key.id, null)
  const gone = await authority.createKey(there, { keyspaceId: theirs.id, owner: ownerOf(user), name: "Gone" })
  await authority.deleteKey(there, gone.key.id, null)
  return {
    keyspaceId: keyspace.id,
    foreign: {
      organizationId,
      keyspaceId: theirs.id,
      keyId: key.key.id,
      deletedId: gone.key.id,
      taskId: await taskBy(server, there, user, theirs.id),
      secret: key.secret,
      owner: ownerOf(user),
      userId: user.id,
      email: user.email,
      sessionId: (await signedIn(server, user)).session.id,
      serviceAccountId: account.id,
      memberId: account.id,
      roleName: role.name,
      roles: [],
    },
    unknown: {
      organizationId: unknownId,
      keyspaceId: unknownId,
      keyId: unknownId,
      deletedId: unknownId,
      taskId: unknownId,
      secret: deleted.secret,
      owner: { kind: "user", id: unknownId },
      userId: unknownId,
      email: "nobody@example.com",
      sessionId: unknownId,
      serviceAccountId: unknownId,
      memberId: unknownId,
      roleName: "unknown",
      roles: [],
    },
  }
}

const recoverable = { name: "Recoverable", prefix: "rec", retention: "recoverable" } as const

export const callees = ["own", "others", "owners"] as const
/**
 * Whose things are called upon: the caller's own; those of another user or service account, who is a member; those of an
 * owner, or what grants as much.
 */
export type Callee = (typeof callees)[number]

export function newCaller(server: NativeServer, name: CallerName): Promise<Principal> {
  return name === "service account" ? accountWith(server, ["member"]) : userWith(server, [name])
}

/** Made anew, to be changed or removed. */
export async function newTarget(
  server: NativeServer,
  stage: Stage,
  caller: Principal,
  callee: Callee,
): Promise<Target> {
  if (callee === "own") return targetOf(server, stage, caller, caller, "organizations.read")
  const role = callee === "owners" ? "owner" : "member"
  const user = await userWith(server, [role])
  const account = await accountWith(server, [role])
  if (callee === "others") return targetOf(server, stage, user, account, "organizations.read")
  const { authority } = server.keyward
  const ofOwner = {
    keyspaceId: server.created.managementKeyspace.id,
    owner: ownerOf(user),
    name: "Of an owner",
    permissions: ["*"],
  }
  const { key, secret } = await authority.createKey(server.system, ofOwner)
  const deletedId = await deletedKey(server, ofOwner)
  const target = await targetOf(server, stage, user, account, "organizations.write")
  return { ...target, keyId: key.id, deletedId, secret, roles: ["owner"] }
}

async function deletedKey({ keyward, system }: NativeServer, input: NewKey): Promise<string> {
  const { key } = await keyward.authority.createKey(system, input)
  await keyward.authority.deleteKey(system, key.id, null)
  return key.id
}

/** @returns the id of a task that is running, and comes to nothing */
async function taskBy(
  { keyward }: NativeServer,
  system: Caller,
  { kind, id }: Principal,
  keyspaceId: string,
): Promise<string> {
  const caller = { ...system, actor: { ...system.actor, kind, id } }
  const task = await keyward.authority.createTask(caller, {
    filter: { keyspaceId, namePrefix: "There is none of this name" },
    action: { kind: "disable" },
    dryRun: false,
  })
  return task.id
}

let made = 0

async function targetOf(
  server: NativeServer,
  { keyspaceId }: Stage,
  user: Principal,
  account: Principal,
  permission: string,
): Promise<Target> {
  const { authority } = server.keyward
  const owner = ownerOf(user)
  const { key, secret } = await authority.createKey(server.system, { keyspaceId, owner, name: "Key" })
  return {
    organizationId: server.created.organization.id,
    keyspaceId,
    keyId: key.id,
    deletedId: await deletedKey(server, { keyspaceId, owner, name: "Deleted" }),
    taskId: await taskBy(server, server.system, user, keyspaceId),
    secret,
    owner,
    userId: user.id,
    email: user.kind === "user" ? user.email : null,
    sessionId: user.kind === "user" ? (await signedIn(server, user)).session.id : null,
    serviceAccountId: account.id,
    memberId: user.id,
    roleName: await roleGranting(server, permission),
    roles: [],
  }
}

/** A role that grants just this; a new one when the last was deleted. */
async function roleGranting(server: NativeServer, permission: string): Promise<string> {
  const { authority } = server.keyward
  const grantsIt = ({ permissions }: Role) => permissions.length === 1 && permissions[0] === permission
  const existing = (await authority.roles(server.system)).find(grantsIt)
  if (existing) return existing.name
  const role = { name: `role-${++made}`, description: "", permissions: [permission] }
  return (await authority.createRole(server.system, role)).name
}

function userWith(server: NativeServer, roles: readonly string[]): Promise<Principal> {
  const email = `cast${++made}@example.com`
  return server.keyward.authority.createUser(server.system, { email, displayName: "Cast", roles })
}

function accountWith(server: NativeServer, roles: readonly string[]): Promise<Principal> {
  return server.keyward.authority.createServiceAccount(server.system, { displayName: "Cast", roles })
}

export function ownerOf({ kind, id }: Principal): Owner {
  return { kind, id }
}
