import { chainEvent, emptyChain } from "../audit/chain.ts"
import type { AuditDraft, AuditEvent } from "../audit/event.ts"
import { fail } from "../failure.ts"
import type { Key, Secret } from "../key/key.ts"
import { stateAt } from "../key/lifecycle.ts"
import type { Keyspace } from "../keyspace.ts"
import type { Organization, User } from "../organization.ts"
import { demandOneOrganization } from "./demand.ts"
import type { Change, Commit, UsageCount } from "./store.ts"

/** What a memory store holds. Rows are replaced, never altered. */
export class Tables {
  readonly organizations = new Map<string, Organization>()
  readonly users = new Map<string, User>()
  readonly keyspaces = new Map<string, Keyspace>()
  /** Deleted keys included, as their digests stay taken. */
  readonly keys = new Map<string, Key>()
  /** By digest, of all keys. */
  readonly secrets = new Map<string, { readonly keyId: string; readonly version: number }>()
  /** By key, then by hour and outcome. */
  readonly usage = new Map<string, Map<string, UsageCount>>()
  readonly chains = new Map<string, readonly AuditEvent[]>()
  readonly settings = new Map<string, string>()

  /** The key, unless it is deleted or another organization's. */
  key(organizationId: string, id: string): Key | null {
    const key = this.keys.get(id)
    return key?.organizationId === organizationId && key.deletedAt === null ? key : null
  }

  keysOf(organizationId: string): Key[] {
    return [...this.keys.values()].filter(
      (key) => key.organizationId === organizationId && key.deletedAt === null,
    )
  }
}

/** Makes a commit, or throws and leaves the tables as they were. */
export function commitTo(tables: Tables, commit: Commit): void {
  demandOneOrganization(commit)
  const transaction = new Transaction(tables, commit.organizationId)
  try {
    for (const change of commit.changes) transaction.make(change)
    transaction.append(commit.events)
  } catch (error) {
    transaction.undo()
    throw error
  }
}

class Transaction {
  readonly #tables: Tables
  readonly #organizationId: string
  readonly #undo: (() => void)[] = []

  constructor(tables: Tables, organizationId: string) {
    this.#tables = tables
    this.#organizationId = organizationId
  }

  make(change: Change): void {
    switch (change.kind) {
      case "organization.insert":
        this.#insertOrganization(change.organization)
        break
      case "user.insert":
        this.#insertUser(change.user)
        break
      case "keyspace.insert":
        this.#insertKeyspace(change.keyspace)
        break
      case "keyspace.update":
        this.#updateKeyspace(change.keyspace)
        break
      case "key.insert":
        this.#insertKey(change.key, change.maxActiveKeys)
        break
      case "key.update":
        this.#updateKey(change.key)
        break
      case "secret.put":
        this.#putSecret(change.keyId, change.secret)
        break
    }
  }

  append(events: readonly AuditDraft[]): void {
    const { organizations, chains } = this.#tables
    if (!organizations.has(this.#organizationId)) fail({ code: "not_found", resource: "organization" })
    const chain = [...(chains.get(this.#organizationId) ?? [])]
    for (const event of events) {
      const { sequence, hash } = chain.at(-1) ?? emptyChain
      chain.push(chainEvent({ sequence, hash }, event))
    }
    this.#set(chains, this.#organizationId, chain)
  }

  undo(): void {
    for (const undo of this.#undo.toReversed()) undo()
  }

  #insertOrganization(organization: Organization): void {
    const { organizations } = this.#tables
    if (organizations.has(organization.id)) {
      fail({ code: "already_exists", resource: "organization", member: "id" })
    }
    this.#set(organizations, organization.id, organization)
  }

  #insertUser(user: User): void {
    const { users } = this.#tables
    if (users.has(user.id)) fail({ code: "already_exists", resource: "user", member: "id" })
    for (const other of users.values()) {
      if (other.organizationId === user.organizationId && other.email === user.email) {
        fail({ code: "already_exists", resource: "user", member: "email" })
      }
    }
    this.#set(users, user.id, user)
  }

  #insertKeyspace(keyspace: Keyspace): void {
    const { keyspaces } = this.#tables
    if (keyspaces.has(keyspace.id)) fail({ code: "already_exists", resource: "keyspace", member: "id" })
    this.#demandFreeName(keyspace)
    this.#set(keyspaces, keyspace.id, keyspace)
  }

  #updateKeyspace(keyspace: Keyspace): void {
    const { keyspaces } = this.#tables
    const before = keyspaces.get(keyspace.id)
    if (before?.organizationId !== keyspace.organizationId) fail({ code: "not_found", resource: "keyspace" })
    if (before?.revision !== keyspace.revision - 1) fail({ code: "revision_conflict", resource: "keyspace" })
    this.#demandFreeName(keyspace)
    this.#set(keyspaces, keyspace.id, keyspace)
  }

  #demandFreeName(keyspace: Keyspace): void {
    for (const other of this.#tables.keyspaces.values()) {
      const taken = other.organizationId === keyspace.organizationId && other.name === keyspace.name
      if (taken && other.id !== keyspace.id) {
        fail({ code: "already_exists", resource: "keyspace", member: "name" })
      }
    }
  }

  #insertKey(key: Key, maxActiveKeys: number | null): void {
    const { keyspaces, keys } = this.#tables
    if (keyspaces.get(key.keyspaceId)?.organizationId !== key.organizationId) {
      fail({ code: "not_found", resource: "keyspace" })
    }
    if (keys.has(key.id)) fail({ code: "already_exists", resource: "key", member: "id" })
    if (maxActiveKeys !== null) {
      const active = this.#tables
        .keysOf(key.organizationId)
        .filter((other) => other.keyspaceId === key.keyspaceId && stateAt(other, key.createdAt) === "active")
      if (active.length >= maxActiveKeys) fail({ code: "too_many_keys", limit: maxActiveKeys })
    }
    for (const secret of key.secrets) this.#takeDigest(key.id, secret)
    this.#set(keys, key.id, key)
  }

  #updateKey(key: Key): void {
    const before =
      this.#tables.key(key.organizationId, key.id) ?? fail({ code: "not_found", resource: "key" })
    if (before.revision !== key.revision - 1) fail({ code: "revision_conflict", resource: "key" })
    const { secrets, lastUsedAt } = before
    this.#set(this.#tables.keys, key.id, { ...key, secrets, lastUsedAt })
  }

  #putSecret(keyId: string, secret: Secret): void {
    const key = this.#tables.key(this.#organizationId, keyId) ?? fail({ code: "not_found", resource: "key" })
    const before = key.secrets.find(({ version }) => version === secret.version)
    if (!before) this.#takeDigest(keyId, secret)
    const { digest, pepperVersion, lastUsedAt } = before ?? secret
    const secrets = key.secrets
      .filter(({ version }) => version !== secret.version)
      .concat({ ...secret, digest, pepperVersion, lastUsedAt })
      .sort((a, b) => a.version - b.version)
    this.#set(this.#tables.keys, keyId, { ...key, secrets })
  }

  #takeDigest(keyId: string, { digest, version }: Secret): void {
    if (this.#tables.secrets.has(digest))
      fail({ code: "already_exists", resource: "secret", member: "digest" })
    this.#set(this.#tables.secrets, digest, { keyId, version })
  }

  /** Sets a row to a copy of its own, which the caller cannot alter afterwards. */
  #set<Row>(table: Map<string, Row>, id: string, row: Row): void {
    const before = table.get(id)
    this.#undo.push(() => (before === undefined ? table.delete(id) : table.set(id, before)))
    table.set(id, structuredClone(row))
  }
}
