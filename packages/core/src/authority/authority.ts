import type { AuditEvent } from "../audit/event.ts"
import type { Key, Revocation } from "../key/key.ts"
import type { Keyspace, Role } from "../keyspace.ts"
import type { Organization } from "../organization.ts"
import type { Owner } from "../owner.ts"
import type { Patch } from "../patch.ts"
import type { ViolatingKey } from "../policy/rules.ts"
import type { Principal, PrincipalKind, ServiceAccount, User } from "../principal.ts"
import type { LinkPurpose, Session } from "../session.ts"
import type {
  AuditFilter,
  AuditPage,
  KeyFilter,
  KeyPosition,
  Page,
  PageOf,
  PrincipalFilter,
  PrincipalPosition,
  TimePosition,
} from "../store/list.ts"
import type { UsageCount } from "../store/store.ts"
import type { Task, TaskResult, TaskResultKind } from "../task.ts"
import type { Instant } from "../time.ts"
import type { Subject } from "../verification/subject.ts"
import { acting } from "./acting.ts"
import * as credits from "./add-credits.ts"
import { type Caller, demand } from "./caller.ts"
import * as changeKey from "./change-key.ts"
import * as deletedKeys from "./deleted-keys.ts"
import type { AuthorityDeps } from "./deps.ts"
import type { KeyChange, NewKey } from "./key-input.ts"
import * as keys from "./keys.ts"
import * as keyspaces from "./keyspaces.ts"
import * as links from "./links.ts"
import * as members from "./members.ts"
import * as newKey from "./new-key.ts"
import * as organizations from "./organizations.ts"
import * as passwords from "./passwords.ts"
import * as principals from "./principals.ts"
import * as removal from "./removal.ts"
import { Replays } from "./replays.ts"
import * as roles from "./roles.ts"
import * as rotation from "./rotation.ts"
import * as sessions from "./sessions.ts"
import { authenticate, type SignInAttempt, signIn } from "./sign-in.ts"
import { SignInThrottle } from "./sign-in-throttle.ts"
import * as tasks from "./tasks.ts"
import * as violations from "./violations.ts"
import type { Visit } from "./visit.ts"

/**
 * All that callers can have done, whichever API they speak. Each call is permitted here and nowhere else, and each
 * mutation is recorded in the same transaction. Failures are AuthorityErrors; the modules beside this one say which.
 */
export interface Authority {
  organization(caller: Caller, id: string): Promise<Organization>
  updateOrganization(
    caller: Caller,
    id: string,
    patch: organizations.OrganizationPatch,
    expectedRevision: number | null,
  ): Promise<Organization>

  createUser(caller: Caller, input: principals.NewUser): Promise<User>
  createServiceAccount(caller: Caller, input: principals.NewServiceAccount): Promise<ServiceAccount>
  principals(
    caller: Caller,
    filter: PrincipalFilter,
    page: Page<PrincipalPosition>,
  ): Promise<PageOf<Principal, PrincipalPosition>>
  user(caller: Caller, id: string): Promise<User>
  serviceAccount(caller: Caller, id: string): Promise<ServiceAccount>
  /** A user or service account, whichever has the id. */
  member(caller: Caller, id: string): Promise<Principal>
  memberByAlias(caller: Caller, alias: number): Promise<Principal>
  /** @param roles undefined: they stay */
  updateMember(
    caller: Caller,
    id: string,
    roles: readonly string[] | undefined,
    expectedRevision: number | null,
  ): Promise<Principal>
  updateUser(
    caller: Caller,
    id: string,
    patch: principals.UserPatch,
    expectedRevision: number | null,
  ): Promise<User>
  updateServiceAccount(
    caller: Caller,
    id: string,
    patch: principals.ServiceAccountPatch,
    expectedRevision: number | null,
  ): Promise<ServiceAccount>
  suspend<Kind extends PrincipalKind>(
    caller: Caller,
    kind: Kind,
    id: string,
  ): Promise<Extract<Principal, { kind: Kind }>>
  resume<Kind extends PrincipalKind>(
    caller: Caller,
    kind: Kind,
    id: string,
  ): Promise<Extract<Principal, { kind: Kind }>>
  previewRemoval(
    caller: Caller,
    kind: PrincipalKind,
    id: string,
    policy: removal.RemovalPolicy,
  ): Promise<removal.RemovalPreview>
  remove(caller: Caller, kind: PrincipalKind, id: string, policy: removal.RemovalPolicy): Promise<void>

  roles(caller: Caller): Promise<readonly Role[]>
  role(caller: Caller, name: string): Promise<Role>
  createRole(caller: Caller, role: Role): Promise<Role>
  updateRole(
    caller: Caller,
    name: string,
    patch: Patch<Pick<Role, "description" | "permissions">>,
  ): Promise<Role>
  deleteRole(caller: Caller, name: string): Promise<void>

  /** Opens a session for whoever knows an account's password. */
  signIn(attempt: SignInAttempt): Promise<sessions.OpenedSession>
  /** Who knows an account's password, for one request alone. */
  authenticate(attempt: SignInAttempt): Promise<Caller>
  /** The owner of a presented key, whose verification said that it is live. */
  acting(subject: Subject, visit: Visit): Promise<Caller>
  /** Whose session a presented token is; null: it is that of no live one. */
  signedIn(token: string, visit: Visit): Promise<sessions.SignedIn | null>
  /** Notes that a session is in use, at most once a minute. Nobody needs to wait for it. */
  touchSession(session: Session): Promise<void>
  currentSession(caller: Caller): Promise<Session>
  /** @param userId null: the caller's own */
  sessions(
    caller: Caller,
    userId: string | null,
    page: Page<TimePosition>,
  ): Promise<PageOf<Session, TimePosition>>
  signOut(caller: Caller): Promise<void>
  endSession(caller: Caller, id: string): Promise<void>
  /** All but the one that the caller presented. @param userId null: the caller's own */
  endSessions(caller: Caller, userId: string | null): Promise<void>
  changePassword(caller: Caller, current: string, next: string): Promise<void>
  /** A link with which a user can set a password. */
  offerLink(caller: Caller, userId: string, purpose: LinkPurpose): Promise<links.OfferedLink>
  /** Sets the password of the user whom a link was made for. */
  acceptLink(token: string, password: string, visit: Visit): Promise<void>

  createKeyspace(caller: Caller, input: keyspaces.NewKeyspace): Promise<Keyspace>
  keyspace(caller: Caller, id: string): Promise<Keyspace>
  keyspaces(caller: Caller, page: Page<TimePosition>): Promise<PageOf<Keyspace, TimePosition>>
  updateKeyspace(
    caller: Caller,
    id: string,
    patch: keyspaces.KeyspacePatch,
    expectedRevision: number | null,
  ): Promise<Keyspace>

  /** The keys that break the keyspace's policy, the newest first. */
  violations(
    caller: Caller,
    keyspaceId: string,
    page: Page<KeyPosition>,
  ): Promise<PageOf<ViolatingKey, KeyPosition>>
  /** Makes a page of them keep to it, or disables them. @param dryRun whether to tell only what would be done */
  applyPolicy(
    caller: Caller,
    keyspaceId: string,
    dryRun: boolean,
    page: Page<KeyPosition>,
  ): Promise<PageOf<violations.RemediedKey, KeyPosition>>

  createKey<Input extends NewKey>(
    caller: Caller,
    input: Input,
  ): Promise<newKey.CreatedKey<newKey.TextOf<Input>>>
  key(caller: Caller, id: string): Promise<Key>
  keyByAlias(caller: Caller, alias: number): Promise<Key>
  deletedKeyByAlias(caller: Caller, alias: number): Promise<Key>
  keys(caller: Caller, filter: KeyFilter, page: Page<KeyPosition>): Promise<PageOf<Key, KeyPosition>>
  updateKey(caller: Caller, id: string, patch: KeyChange, expectedRevision: number | null): Promise<Key>
  /** Gives a key a new secret; the one so far lives on for a while. */
  rotateKey(
    caller: Caller,
    id: string,
    input: rotation.Rotation,
    expectedRevision: number | null,
  ): Promise<newKey.CreatedKey<string | null>>
  finishRotation(caller: Caller, id: string, expectedRevision: number | null): Promise<Key>
  cancelRotation(caller: Caller, id: string, expectedRevision: number | null): Promise<Key>
  /** @param overlapMs from now */
  extendRotation(caller: Caller, id: string, overlapMs: number, expectedRevision: number | null): Promise<Key>
  /** Adds to what a key has to spend. */
  addCredits(caller: Caller, id: string, units: number): Promise<credits.CreditedKey>
  revokeKey(caller: Caller, id: string, revocation: Revocation): Promise<Key>
  deleteKey(caller: Caller, id: string, expectedRevision: number | null): Promise<void>
  /** The deleted keys that can be restored, the last deleted first. */
  deletedKeys(caller: Caller, filter: KeyFilter, page: Page<KeyPosition>): Promise<PageOf<Key, KeyPosition>>
  deletedKey(caller: Caller, id: string): Promise<Key>
  /** @param owner whom the key is given to with that; absent: whose it was */
  restoreKey(caller: Caller, id: string, expectedRevision: number | null, owner?: Owner): Promise<Key>
  revealKey(
    caller: Caller,
    id: string,
    reason: string,
  ): Promise<{ readonly key: Key; readonly secret: string }>
  keyUsage(caller: Caller, id: string, from: Instant, to: Instant): Promise<readonly UsageCount[]>

  /** Has many keys changed, after this has returned. */
  createTask(caller: Caller, input: tasks.NewTask): Promise<Task>
  task(caller: Caller, id: string): Promise<Task>
  /** The newest first. */
  tasks(
    caller: Caller,
    filter: tasks.ListedTasks,
    page: Page<TimePosition>,
  ): Promise<PageOf<Task, TimePosition>>
  /** Of one that has ended: nothing happens. */
  cancelTask(caller: Caller, id: string): Promise<Task>
  /** What a task came to with each key so far, by the key's id. */
  taskResults(
    caller: Caller,
    id: string,
    filter: { readonly kind?: TaskResultKind | undefined },
    page: Page<string>,
  ): Promise<PageOf<TaskResult, string>>

  auditEvents(caller: Caller, filter: AuditFilter, page: AuditPage): Promise<PageOf<AuditEvent, number>>
}

export function createAuthority(deps: AuthorityDeps): Authority {
  const throttle = new SignInThrottle(deps)
  const replays = new Replays(deps)
  return {
    organization: (caller, id) => organizations.readOrganization(deps, caller, id),
    updateOrganization: (caller, id, patch, revision) =>
      organizations.updateOrganization(deps, caller, id, patch, revision),
    createUser: (caller, input) => principals.createUser(deps, replays, caller, input),
    createServiceAccount: (caller, input) => principals.createServiceAccount(deps, replays, caller, input),
    principals: (caller, filter, page) => principals.listPrincipals(deps, caller, filter, page),
    user: (caller, id) => principals.readPrincipal(deps, caller, "user", id),
    serviceAccount: (caller, id) => principals.readPrincipal(deps, caller, "service_account", id),
    member: (caller, id) => members.readMember(deps, caller, id),
    memberByAlias: (caller, alias) => members.readMemberByAlias(deps, caller, alias),
    updateMember: (caller, id, roles, revision) => members.updateMember(deps, caller, id, roles, revision),
    updateUser: (caller, id, patch, revision) =>
      principals.updatePrincipal(deps, caller, "user", id, patch, revision),
    updateServiceAccount: (caller, id, patch, revision) =>
      principals.updatePrincipal(deps, caller, "service_account", id, patch, revision),
    suspend: (caller, kind, id) => principals.suspendPrincipal(deps, caller, kind, id),
    resume: (caller, kind, id) => principals.resumePrincipal(deps, caller, kind, id),
    previewRemoval: (caller, kind, id, policy) => removal.previewRemoval(deps, caller, kind, id, policy),
    remove: (caller, kind, id, policy) => removal.removePrincipal(deps, caller, kind, id, policy),
    roles: (caller) => roles.listRoles(deps, caller),
    role: (caller, name) => roles.readRole(deps, caller, name),
    createRole: (caller, role) => roles.createRole(deps, replays, caller, role),
    updateRole: (caller, name, patch) => roles.updateRole(deps, caller, name, patch),
    deleteRole: (caller, name) => roles.deleteRole(deps, caller, name),
    signIn: (attempt) => signIn(deps, throttle, attempt),
    authenticate: (attempt) => authenticate(deps, throttle, attempt),
    acting: (subject, visit) => acting(deps, subject, visit),
    signedIn: (token, visit) => sessions.signedIn(deps, token, visit),
    touchSession: sessions.sessionTouches(deps),
    currentSession: (caller) => sessions.readCurrentSession(deps, caller),
    sessions: (caller, userId, page) => sessions.listSessions(deps, caller, userId, page),
    signOut: (caller) => sessions.signOut(deps, caller),
    endSession: (caller, id) => sessions.endSession(deps, caller, id),
    endSessions: (caller, userId) => sessions.endSessions(deps, caller, userId),
    changePassword: (caller, current, next) =>
      passwords.changePassword(deps, throttle, caller, current, next),
    offerLink: (caller, userId, purpose) => links.offerLink(deps, replays, caller, userId, purpose),
    acceptLink: (token, password, visit) => links.acceptLink(deps, throttle, token, password, visit),
    createKeyspace: (caller, input) => keyspaces.createKeyspace(deps, replays, caller, input),
    keyspace: (caller, id) => keyspaces.readKeyspace(deps, caller, id),
    keyspaces: (caller, page) => keyspaces.listKeyspaces(deps, caller, page),
    updateKeyspace: (caller, id, patch, revision) =>
      keyspaces.updateKeyspace(deps, caller, id, patch, revision),
    violations: (caller, keyspaceId, page) => violations.listViolations(deps, caller, keyspaceId, page),
    applyPolicy: (caller, keyspaceId, dryRun, page) =>
      violations.applyPolicy(deps, caller, keyspaceId, dryRun, page),
    createKey: (caller, input) => newKey.createKey(deps, replays, caller, input),
    key: (caller, id) => keys.readKey(deps, caller, id),
    keyByAlias: (caller, alias) => keys.readKeyByAlias(deps, caller, alias),
    deletedKeyByAlias: (caller, alias) => keys.readDeletedKey(deps, caller, alias),
    keys: (caller, filter, page) => keys.listKeys(deps, caller, filter, page),
    updateKey: (caller, id, patch, revision) => changeKey.updateKey(deps, caller, id, patch, revision),
    rotateKey: (caller, id, input, revision) =>
      rotation.rotateKey(deps, replays, caller, id, input, revision),
    finishRotation: (caller, id, revision) => rotation.finishRotation(deps, caller, id, revision),
    cancelRotation: (caller, id, revision) => rotation.cancelRotation(deps, caller, id, revision),
    extendRotation: (caller, id, overlapMs, revision) =>
      rotation.extendRotation(deps, caller, id, overlapMs, revision),
    addCredits: (caller, id, units) => credits.addCredits(deps, replays, caller, id, units),
    revokeKey: (caller, id, revocation) => changeKey.revokeKey(deps, caller, id, revocation),
    deleteKey: (caller, id, revision) => changeKey.deleteKey(deps, caller, id, revision),
    deletedKeys: (caller, filter, page) => deletedKeys.listDeletedKeys(deps, caller, filter, page),
    deletedKey: (caller, id) => deletedKeys.readDeletedKey(deps, caller, id),
    restoreKey: (caller, id, revision, owner) => deletedKeys.restoreKey(deps, caller, id, revision, owner),
    revealKey: (caller, id, reason) => keys.revealKey(deps, caller, id, reason),
    keyUsage: (caller, id, from, to) => keys.keyUsage(deps, caller, id, from, to),
    createTask: (caller, input) => tasks.createTask(deps, replays, caller, input),
    task: (caller, id) => tasks.readTask(deps, caller, id),
    tasks: (caller, filter, page) => tasks.listTasks(deps, caller, filter, page),
    cancelTask: (caller, id) => tasks.cancelTask(deps, caller, id),
    taskResults: (caller, id, filter, page) => tasks.listTaskResults(deps, caller, id, filter, page),
    auditEvents: async (caller, filter, page) => {
      demand(caller, "audit.read", null)
      return deps.store.auditEvents(caller.organizationId, filter, page)
    },
  }
}
