import { expect } from "vitest"
import type { AuditDraft } from "../../audit/event.ts"
import type { Credits } from "../../credit/credits.ts"
import { AuthorityError, type Failure } from "../../failure.ts"
import type { Key, Secret } from "../../key/key.ts"
import { type Keyspace, type KeyspacePolicy, openPolicy } from "../../keyspace.ts"
import type { Organization } from "../../organization.ts"
import type { Principal, ServiceAccount, User } from "../../principal.ts"
import type { Replay } from "../../replay.ts"
import type { OneTimeLink, Session } from "../../session.ts"
import type { Task, TaskResult } from "../../task.ts"
import { type Instant, later } from "../../time.ts"
import type { Change } from "../change.ts"
import type { PageOf } from "../list.ts"
import type { LastUse, Store } from "../store.ts"

/** When everything here happens, unless a case says otherwise. */
export const noon = Date.UTC(2026, 5, 1, 12) as Instant
export const minute = 60_000
export const hour = 60 * minute

let counter = 0

/** Another id each time, in ascending order. */
export function nextId(): string {
  counter++
  return `00000000-0000-7000-8000-${counter.toString(16).padStart(12, "0")}`
}

/** Another alias each time, beyond what fits 32 bits and far from those that the store gives. */
function nextAlias(): number {
  counter++
  return 5_000_000_000 + counter
}

/** An organization with one keyspace, as most cases need it. */
export interface Founded {
  readonly organization: Organization
  readonly keyspace: Keyspace
}

export async function found(store: Store): Promise<Founded> {
  const organization = sampleOrganization()
  const keyspace = sampleKeyspace(organization.id)
  await commit(
    store,
    organization.id,
    { kind: "organization.insert", organization },
    { kind: "keyspace.insert", keyspace },
  )
  return { organization, keyspace }
}

/** Commits changes with one event. */
export function commit(store: Store, organizationId: string, ...changes: Change[]): Promise<void> {
  return store.commit({ organizationId, changes, events: [sampleDraft(organizationId)] })
}

export async function insertKeys(store: Store, ...keys: Key[]): Promise<void> {
  for (const key of keys) await commit(store, key.organizationId, keyInsert(key))
}

/** @param policy default: nothing is limited */
export function keyInsert(key: Key, policy: Partial<KeyspacePolicy> = {}): Change {
  return { kind: "key.insert", key, policy: { ...openPolicy, ...policy } }
}

/** @param policy default: nothing is limited */
export function keyUpdate(key: Key, policy: Partial<KeyspacePolicy> = {}): Change {
  return { kind: "key.update", key, policy: { ...openPolicy, ...policy } }
}

/** The next revision of a key, with some members changed. */
export function revised(key: Key, members: Partial<Key> = {}): Key {
  return { ...key, ...members, updatedAt: later(key.updatedAt, minute), revision: key.revision + 1 }
}

export async function updateKey(store: Store, key: Key, members: Partial<Key> = {}): Promise<Key> {
  const next = revised(key, members)
  await commit(store, key.organizationId, keyUpdate(next))
  return next
}

/**
 * @param policy default: nothing is limited
 * @param owner default: the same
 */
export async function restoreKey(
  store: Store,
  deleted: Key,
  policy: Partial<KeyspacePolicy> = {},
  owner = deleted.owner,
): Promise<Key> {
  const key = revised(deleted, { deletedAt: null, owner })
  const change: Change = { kind: "key.restore", key, policy: { ...openPolicy, ...policy } }
  await commit(store, key.organizationId, change)
  return key
}

export async function insertPrincipals(store: Store, ...principals: Principal[]): Promise<void> {
  for (const principal of principals) {
    await commit(store, principal.organizationId, { kind: "principal.insert", principal })
  }
}

/** The next revision of a user or service account, with some members changed, as a change. */
export function principalUpdate<Who extends Principal>(
  principal: Who,
  members: Partial<Who> = {},
  ownedKeys: number | null = null,
): Extract<Change, { kind: "principal.update" }> & { readonly principal: Who } {
  const { updatedAt, revision } = principal
  const next = { ...principal, ...members, updatedAt: later(updatedAt, minute), revision: revision + 1 }
  return { kind: "principal.update", principal: next, ownedKeys }
}

export async function updatePrincipal<Who extends Principal>(
  store: Store,
  principal: Who,
  members: Partial<Who> = {},
): Promise<Who> {
  const change = principalUpdate(principal, members)
  await commit(store, principal.organizationId, change)
  return change.principal
}

export function sampleOrganization(members: Partial<Organization> = {}): Organization {
  return {
    id: nextId(),
    alias: nextAlias(),
    name: "Example",
    createdAt: noon,
    updatedAt: noon,
    revision: 1,
    ...members,
  }
}

export function sampleUser(organizationId: string, members: Partial<User> = {}): User {
  const id = nextId()
  return {
    kind: "user",
    id,
    organizationId,
    alias: nextAlias(),
    email: `${id}@example.com`,
    userName: null,
    displayName: "Ada",
    firstName: null,
    lastName: null,
    passwordHash: null,
    roles: [],
    suspendedAt: null,
    removedAt: null,
    createdAt: noon,
    updatedAt: noon,
    revision: 1,
    ...members,
  }
}

export function sampleServiceAccount(
  organizationId: string,
  members: Partial<ServiceAccount> = {},
): ServiceAccount {
  return {
    kind: "service_account",
    id: nextId(),
    organizationId,
    alias: nextAlias(),
    displayName: "Deployment",
    description: "",
    roles: [],
    suspendedAt: null,
    removedAt: null,
    createdAt: noon,
    updatedAt: noon,
    revision: 1,
    ...members,
  }
}

export function sampleSession(user: User, members: Partial<Session> = {}): Session {
  const id = nextId()
  return {
    id,
    organizationId: user.organizationId,
    userId: user.id,
    digest: `session ${id}`,
    pepperVersion: 1,
    address: null,
    userAgent: null,
    createdAt: noon,
    lastSeenAt: noon,
    expiresAt: later(noon, 24 * hour),
    ...members,
  }
}

export function sampleLink(user: User, members: Partial<OneTimeLink> = {}): OneTimeLink {
  const id = nextId()
  return {
    id,
    organizationId: user.organizationId,
    userId: user.id,
    purpose: "invitation",
    digest: `link ${id}`,
    pepperVersion: 1,
    createdAt: noon,
    expiresAt: later(noon, hour),
    usedAt: null,
    ...members,
  }
}

export function sampleReplay(organizationId: string, members: Partial<Replay> = {}): Replay {
  const id = nextId()
  return {
    organizationId,
    intent: `intent ${id}`,
    sealed: `sealed ${id}`,
    createdAt: noon,
    expiresAt: later(noon, hour),
    ...members,
  }
}

/** A task that revokes every key of a keyspace. */
export function sampleTask({ organization, keyspace }: Founded, members: Partial<Task> = {}): Task {
  return {
    id: nextId(),
    organizationId: organization.id,
    filter: { keyspaceId: keyspace.id },
    action: { kind: "revoke", revocation: { reason: "compromised", note: null } },
    dryRun: false,
    createdBy: { kind: "system", id: "keyward", credential: null, address: null, userAgent: null },
    requestId: null,
    createdAt: noon,
    holds: [["*"]],
    state: "running",
    endedAt: null,
    counts: { changed: 0, unchanged: 0, refused: 0 },
    position: { order: "created_at", value: later(noon, 1), id: "" },
    ...members,
  }
}

export function sampleResult(members: Partial<TaskResult> = {}): TaskResult {
  return { keyId: nextId(), kind: "changed", failure: null, at: noon, ...members }
}

/** @param runningAtMost default: so many that it says nothing */
export function taskInsert(task: Task, runningAtMost = 1000): Change {
  return { kind: "task.insert", task, runningAtMost }
}

export function sampleKeyspace(organizationId: string, members: Partial<Keyspace> = {}): Keyspace {
  const id = nextId()
  return {
    id,
    organizationId,
    kind: "standard",
    name: `Keyspace ${id}`,
    description: "",
    format: "native",
    prefix: "acme_live",
    retention: "digest",
    permissions: [],
    roles: [],
    limits: [],
    policy: openPolicy,
    rotation: null,
    createdAt: noon,
    updatedAt: noon,
    revision: 1,
    ...members,
  }
}

export function sampleKey({ organization, keyspace }: Founded, members: Partial<Key> = {}): Key {
  const id = nextId()
  return {
    id,
    alias: nextAlias(),
    organizationId: organization.id,
    keyspaceId: keyspace.id,
    owner: { kind: "organization", id: organization.id },
    name: "Key",
    permissions: [],
    roles: [],
    tags: [],
    metadata: {},
    limits: [],
    credits: null,
    allowedAddresses: [],
    allowedOrigins: [],
    notBefore: null,
    expiresAt: null,
    rotation: null,
    disabledAt: null,
    revokedAt: null,
    revocation: null,
    deleteProtected: false,
    deletedAt: null,
    createdAt: noon,
    updatedAt: noon,
    revision: 1,
    lastUsedAt: null,
    secrets: [sampleSecret()],
    ...members,
  }
}

/** As many as a key starts with, and as many more each midnight in UTC. */
export function sampleCredits(members: Partial<Credits> = {}): Credits {
  return {
    remaining: 10,
    refillsAt: later(noon, 12 * hour),
    refill: { amount: 10, maximum: 10, every: "day", on: 1, at: "00:00", timeZone: "UTC" },
    onUnavailable: "deny",
    ...members,
  }
}

export function sampleSecret(members: Partial<Secret> = {}): Secret {
  return {
    version: 1,
    digest: `digest ${nextId()}`,
    pepperVersion: 1,
    hint: { start: "acme_live_ab", end: "yz" },
    sealed: null,
    createdAt: noon,
    expiresAt: null,
    lastUsedAt: null,
    lastUsedFrom: null,
    ...members,
  }
}

/** The last use of a key's first secret, from an unknown address. */
export function usedAt(at: Instant): ReadonlyMap<number, LastUse> {
  return new Map([[1, { at, from: null }]])
}

export function sampleDraft(organizationId: string, members: Partial<AuditDraft> = {}): AuditDraft {
  return {
    id: nextId(),
    organizationId,
    at: noon,
    action: "key.updated",
    actor: { kind: "system", id: "keyward", credential: null, address: null, userAgent: null },
    target: { kind: "organization", id: organizationId },
    details: {},
    requestId: null,
    ...members,
  }
}

export async function expectFailure(work: Promise<unknown>, failure: Failure): Promise<void> {
  const error = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(AuthorityError)
  expect(error).toMatchObject({ failure })
}

/** Everything that a list holds, page by page. */
export async function everyPage<Item, Position>(
  list: (after: Position | null) => Promise<PageOf<Item, Position>>,
): Promise<Item[]> {
  const items: Item[] = []
  let after: Position | null = null
  do {
    const page: PageOf<Item, Position> = await list(after)
    items.push(...page.items)
    after = page.next
  } while (after !== null)
  return items
}
