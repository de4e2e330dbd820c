import { expect } from "vitest"
import type { AuditDraft } from "../../audit/event.ts"
import { AuthorityError, type Failure } from "../../failure.ts"
import type { Key, Secret } from "../../key/key.ts"
import type { Keyspace } from "../../keyspace.ts"
import type { Organization, User } from "../../organization.ts"
import { type Instant, later } from "../../time.ts"
import type { Change, PageOf, Store } from "../store.ts"

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

export function keyInsert(key: Key, maxActiveKeys: number | null = null): Change {
  return { kind: "key.insert", key, maxActiveKeys }
}

/** The next revision of a key, with some members changed. */
export function revised(key: Key, members: Partial<Key> = {}): Key {
  return { ...key, ...members, updatedAt: later(key.updatedAt, minute), revision: key.revision + 1 }
}

export async function updateKey(store: Store, key: Key, members: Partial<Key> = {}): Promise<Key> {
  const next = revised(key, members)
  await commit(store, key.organizationId, { kind: "key.update", key: next })
  return next
}

export function sampleOrganization(members: Partial<Organization> = {}): Organization {
  return { id: nextId(), name: "Example", createdAt: noon, ...members }
}

export function sampleUser(organizationId: string, members: Partial<User> = {}): User {
  const id = nextId()
  return {
    id,
    organizationId,
    email: `${id}@example.com`,
    displayName: "Ada",
    passwordHash: null,
    createdAt: noon,
    ...members,
  }
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
    maxActiveKeys: null,
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
    organizationId: organization.id,
    keyspaceId: keyspace.id,
    owner: { kind: "organization", id: organization.id },
    name: "Key",
    permissions: [],
    roles: [],
    tags: [],
    metadata: {},
    limits: [],
    allowedAddresses: [],
    allowedOrigins: [],
    notBefore: null,
    expiresAt: null,
    disabledAt: null,
    revokedAt: null,
    revocation: null,
    deletedAt: null,
    createdAt: noon,
    updatedAt: noon,
    revision: 1,
    lastUsedAt: null,
    secrets: [sampleSecret()],
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
    ...members,
  }
}

export function sampleDraft(organizationId: string, members: Partial<AuditDraft> = {}): AuditDraft {
  return {
    id: nextId(),
    organizationId,
    at: noon,
    action: "key.updated",
    actor: { kind: "system", id: "keyward", keyId: null, address: null, userAgent: null },
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
