import { fail, type InputError, isFailure } from "../failure.ts"
import { newId } from "../id.ts"
import type { JsonObject } from "../json.ts"
import type { Keyspace } from "../keyspace.ts"
import { type Patch, patchedWith } from "../patch.ts"
import type { Principal, PrincipalKind, ServiceAccount, User } from "../principal.ts"
import type { Change } from "../store/change.ts"
import type { Page, PageOf, PrincipalFilter, PrincipalPosition } from "../store/list.ts"
import type { Instant } from "../time.ts"
import { rolePermissions } from "../verification/subject.ts"
import { type Caller, demand } from "./caller.ts"
import { type AuthorityDeps, commit, draft, retried } from "./deps.ts"
import { changedMembers } from "./keyspaces.ts"
import { managementKeyspace } from "./organizations.ts"
import type { Replays } from "./replays.ts"

export interface NewUser {
  readonly email: string
  readonly displayName: string
  readonly userName?: string | null | undefined
  readonly firstName?: string | null | undefined
  readonly lastName?: string | null | undefined
  /** Default: `member`. */
  readonly roles?: readonly string[] | undefined
}

export interface NewServiceAccount {
  readonly displayName: string
  readonly description?: string | undefined
  /** Default: none. */
  readonly roles?: readonly string[] | undefined
}

export type UserPatch = Patch<
  Pick<User, "email" | "displayName" | "userName" | "firstName" | "lastName" | "roles">
>
export type ServiceAccountPatch = Patch<Pick<ServiceAccount, "displayName" | "description" | "roles">>

/** @throws "invalid_input", "already_exists" (email, user_name), "grant_exceeds_caller", "permission_denied" */
export async function createUser(
  deps: AuthorityDeps,
  replays: Replays,
  caller: Caller,
  input: NewUser,
): Promise<User> {
  demand(caller, "members.write", null)
  return replays.once<User>(caller, async (keep) => {
    const user: User = {
      ...(await blank(deps, caller, input.displayName, input.roles ?? ["member"])),
      kind: "user",
      email: input.email.toLowerCase(),
      userName: input.userName ?? null,
      firstName: input.firstName ?? null,
      lastName: input.lastName ?? null,
      passwordHash: null,
    }
    await insert(deps, caller, user, keep(user))
    return user
  })
}

/** @throws "invalid_input", "grant_exceeds_caller", "permission_denied" */
export async function createServiceAccount(
  deps: AuthorityDeps,
  replays: Replays,
  caller: Caller,
  input: NewServiceAccount,
): Promise<ServiceAccount> {
  demand(caller, "members.write", null)
  return replays.once<ServiceAccount>(caller, async (keep) => {
    const account: ServiceAccount = {
      ...(await blank(deps, caller, input.displayName, input.roles ?? [])),
      kind: "service_account",
      description: input.description ?? "",
    }
    await insert(deps, caller, account, keep(account))
    return account
  })
}

/** Whoever acts may read themselves. @throws "not_found", "permission_denied" */
export async function readPrincipal<Kind extends PrincipalKind>(
  deps: AuthorityDeps,
  caller: Caller,
  kind: Kind,
  id: string,
): Promise<Extract<Principal, { kind: Kind }>> {
  const { actor } = caller
  if (actor.kind !== kind || actor.id !== id) demand(caller, "members.read", null)
  return findPrincipal(deps, caller, kind, id)
}

export async function listPrincipals(
  deps: AuthorityDeps,
  caller: Caller,
  filter: PrincipalFilter,
  page: Page<PrincipalPosition>,
): Promise<PageOf<Principal, PrincipalPosition>> {
  demand(caller, "members.read", null)
  return deps.store.principals(caller.organizationId, filter, page)
}

/**
 * Changes who they are and which roles they have.
 * @param expectedRevision which revision is to be changed; null: whichever there is
 * @throws "not_found", "invalid_input", "already_exists", "grant_exceeds_caller" (the principal may do more than the
 *         caller, before or after), "last_owner", "revision_conflict", "permission_denied"
 */
export function updatePrincipal<Kind extends PrincipalKind>(
  deps: AuthorityDeps,
  caller: Caller,
  kind: Kind,
  id: string,
  patch: Kind extends "user" ? UserPatch : ServiceAccountPatch,
  expectedRevision: number | null,
): Promise<Extract<Principal, { kind: Kind }>> {
  return changePrincipal(deps, caller, kind, id, expectedRevision, async (before, now, management) => {
    const principal = patchedWith<Principal>(before, withLowerCaseEmail(patch))
    const details = changedMembers(describe(before), describe(principal))
    const granted = rolePermissions(principal.roles, management)
    const raised = rolePermissions(before.roles, management).lacking(granted).length > 0
    // A link may have been handed out by someone who could do as much as the user then, but not as much as now.
    const links: Change[] =
      before.kind === "user" && raised ? [{ kind: "links.use", userId: id, usedAt: now }] : []
    return { principal, action: `${before.kind}.updated`, details, changes: links, ownedKeys: null }
  })
}

/** From now on every key of theirs refuses, and they have no session. Repeating it changes nothing. */
export function suspendPrincipal<Kind extends PrincipalKind>(
  deps: AuthorityDeps,
  caller: Caller,
  kind: Kind,
  id: string,
): Promise<Extract<Principal, { kind: Kind }>> {
  return changePrincipal(deps, caller, kind, id, null, async (before, now) => {
    if (before.suspendedAt !== null) return null
    return {
      principal: { ...before, suspendedAt: now },
      action: `${before.kind}.suspended`,
      details: {},
      changes: signOut(before),
      ownedKeys: null,
    }
  })
}

/** Their keys work again as before. Repeating it changes nothing. */
export function resumePrincipal<Kind extends PrincipalKind>(
  deps: AuthorityDeps,
  caller: Caller,
  kind: Kind,
  id: string,
): Promise<Extract<Principal, { kind: Kind }>> {
  return changePrincipal(deps, caller, kind, id, null, async (before) => {
    if (before.suspendedAt === null) return null
    const principal = { ...before, suspendedAt: null }
    return { principal, action: `${before.kind}.resumed`, details: {}, changes: [], ownedKeys: null }
  })
}

/** What a change makes of a principal; null: nothing, it is as it should be. */
interface Changed {
  readonly principal: Principal
  readonly action: `${PrincipalKind}.${"updated" | "suspended" | "resumed" | "removed"}`
  readonly details: JsonObject
  readonly changes: readonly Change[]
  readonly ownedKeys: number | null
}

export function changePrincipal<Kind extends PrincipalKind>(
  deps: AuthorityDeps,
  caller: Caller,
  kind: Kind,
  id: string,
  expectedRevision: number | null,
  alter: (before: Principal, now: Instant, management: Keyspace) => Promise<Changed | null>,
): Promise<Extract<Principal, { kind: Kind }>> {
  return retried(expectedRevision, async () => {
    demand(caller, "members.write", null)
    const before = await findPrincipal(deps, caller, kind, id)
    if (expectedRevision !== null && before.revision !== expectedRevision) {
      return fail({ code: "revision_conflict", resource: kind })
    }
    const management = await managementKeyspace(deps, caller.organizationId)
    demandRoles(caller, before, management)
    const now = deps.clock.now()
    const changed = await alter(before, now, management)
    if (!changed) return before
    const principal = { ...changed.principal, updatedAt: now, revision: before.revision + 1 }
    refuseInvalid(principal, before, management)
    demandRoles(caller, principal, management)
    const event = draft(deps, caller, changed.action, { kind, id }, changed.details)
    const update: Change = { kind: "principal.update", principal, ownedKeys: changed.ownedKeys }
    try {
      await commit(deps, caller.organizationId, [update, ...changed.changes], [event])
    } catch (error) {
      // What was there a moment ago is gone, one of the keys or the heir: it is read again.
      if (!isFailure(error, "not_found")) throw error
      return fail({ code: "revision_conflict", resource: kind }, { cause: error })
    }
    return ofKind(principal, kind)
  })
}

export async function findPrincipal<Kind extends PrincipalKind>(
  deps: AuthorityDeps,
  caller: Caller,
  kind: Kind,
  id: string,
): Promise<Extract<Principal, { kind: Kind }>> {
  const principal = await deps.store.principal(caller.organizationId, id)
  if (principal?.kind !== kind) return fail({ code: "not_found", resource: kind })
  return ofKind(principal, kind)
}

function ofKind<Kind extends PrincipalKind>(
  principal: Principal,
  kind: Kind,
): Extract<Principal, { kind: Kind }> {
  if (principal.kind !== kind) throw new RangeError(`This is no ${kind}.`)
  return principal as Extract<Principal, { kind: Kind }>
}

/** @param changes what else is done in the same commit, before that */
async function insert(
  deps: AuthorityDeps,
  caller: Caller,
  principal: Principal,
  changes: readonly Change[],
): Promise<void> {
  const management = await managementKeyspace(deps, caller.organizationId)
  refuseInvalid(principal, null, management)
  demandRoles(caller, principal, management)
  const target = { kind: principal.kind, id: principal.id }
  const event = draft(deps, caller, `${principal.kind}.created`, target, describe(principal))
  await commit(deps, caller.organizationId, [...changes, { kind: "principal.insert", principal }], [event])
}

async function blank(deps: AuthorityDeps, caller: Caller, displayName: string, roles: readonly string[]) {
  const now = deps.clock.now()
  return {
    id: newId(now, deps.entropy),
    organizationId: caller.organizationId,
    alias: await deps.store.newAlias(),
    displayName,
    roles: [...new Set(roles)],
    suspendedAt: null,
    removedAt: null,
    createdAt: now,
    updatedAt: now,
    revision: 1,
  }
}

/** Nobody makes, changes or removes someone who may do more than they. @throws "grant_exceeds_caller" */
export function demandRoles(caller: Caller, principal: Principal, management: Keyspace): void {
  const missing = caller.holds.lacking(rolePermissions(principal.roles, management))
  if (missing.length > 0) fail({ code: "grant_exceeds_caller", missing })
}

function refuseInvalid(principal: Principal, before: Principal | null, management: Keyspace): void {
  const errors: InputError[] = []
  principal.roles.forEach((role, at) => {
    if (before?.roles.includes(role) || management.roles.some(({ name }) => name === role)) return
    errors.push({
      member: `/roles/${at}`,
      message: `The organization has no role "${role}".`,
      fix: "Use owner, admin, auditor, member or a role that the organization made.",
    })
  })
  if (principal.kind === "user" && !emailForm.test(principal.email)) {
    errors.push({
      member: "/email",
      message: "This is not an e-mail address.",
      fix: "Use a form such as jane@example.com.",
    })
  }
  if (errors.length > 0) fail({ code: "invalid_input", errors })
}

/** What RFC 5321 allows in practice: one @, no spaces, something with a dot or a plain host after it. At most 254 characters. */
const emailForm = /^(?=.{3,254}$)[^\s@"(),:;<>[\\\]]{1,64}@[^\s@"(),:;<>[\\\]]+$/

function withLowerCaseEmail<P extends { readonly email?: string | undefined } | ServiceAccountPatch>(
  patch: P,
): P {
  return "email" in patch && patch.email !== undefined
    ? { ...patch, email: patch.email.toLowerCase() }
    : patch
}

export function signOut(principal: Principal): Change[] {
  if (principal.kind !== "user") return []
  return [{ kind: "sessions.delete", userId: principal.id, exceptId: null }]
}

/** What the audit trail keeps of a user or service account. */
function describe(principal: Principal): JsonObject {
  const { displayName, roles } = principal
  const common = { display_name: displayName, roles }
  if (principal.kind === "service_account") return { ...common, description: principal.description }
  const { email, userName, firstName, lastName } = principal
  return { ...common, email, user_name: userName, first_name: firstName, last_name: lastName }
}
