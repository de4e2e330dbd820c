import type { AuditEvent } from "../audit/event.ts"
import type { Key } from "../key/key.ts"
import type { Keyspace } from "../keyspace.ts"
import type { Organization } from "../organization.ts"
import type { Principal, User } from "../principal.ts"
import type { Replay } from "../replay.ts"
import type { OneTimeLink, Session } from "../session.ts"
import type { Task, TaskResult } from "../task.ts"
import type { Instant } from "../time.ts"
import { isActiveUserWithRole } from "./filter.ts"
import type { UsageCount } from "./store.ts"

/** What a memory store holds. Rows are replaced, never altered. */
export class Tables {
  readonly organizations = new Map<string, Organization>()
  /** Removed ones included. */
  readonly principals = new Map<string, Principal>()
  readonly sessions = new Map<string, Session>()
  /** Used ones included. */
  readonly links = new Map<string, OneTimeLink>()
  /** When the next notice of a key's expiry is due, by key. */
  readonly notices = new Map<string, Instant>()
  /** Since when a key was idle as that was told of, by key. */
  readonly idle = new Map<string, Instant>()
  /** By organization and intent. */
  readonly replays = new Map<string, Replay>()
  readonly keyspaces = new Map<string, Keyspace>()
  /** Deleted keys included. */
  readonly keys = new Map<string, Key>()
  /** By digest, of all keys. */
  readonly secrets = new Map<string, { readonly keyId: string; readonly version: number }>()
  /** What stays of secrets that are gone: their pepper versions, by digest. */
  readonly takenDigests = new Map<string, number>()
  /** By key, then by hour and outcome. */
  readonly usage = new Map<string, Map<string, UsageCount>>()
  readonly tasks = new Map<string, Task>()
  /** By task, then by key. */
  readonly taskResults = new Map<string, ReadonlyMap<string, TaskResult>>()
  readonly chains = new Map<string, readonly AuditEvent[]>()
  /** TATs by name. */
  readonly throttles = new Map<string, number>()
  readonly settings = new Map<string, string>()
  /** By name. */
  readonly leases = new Map<string, { readonly holder: string; readonly until: Instant }>()
  /** The alias that was given last. */
  lastAlias = 0

  /** The key, unless it is deleted or another organization's. */
  key(organizationId: string, id: string): Key | null {
    const key = this.keys.get(id)
    return key?.organizationId === organizationId && key.deletedAt === null ? key : null
  }

  keysOf(organizationId: string): Key[] {
    return owned(this.keys, organizationId).filter(({ deletedAt }) => deletedAt === null)
  }

  /** Nothing is looked for by the last use of a deleted key. */
  deletedKeysOf(organizationId: string): Key[] {
    return owned(this.keys, organizationId)
      .filter(({ deletedAt }) => deletedAt !== null)
      .map((key) => ({ ...key, lastUsedAt: null }))
  }

  /** The user or service account, unless it is removed or another organization's. */
  principal(organizationId: string, id: string): Principal | null {
    const principal = this.principals.get(id)
    return principal?.organizationId === organizationId && principal.removedAt === null ? principal : null
  }

  principalsOf(organizationId: string): Principal[] {
    return owned(this.principals, organizationId).filter(({ removedAt }) => removedAt === null)
  }

  /** Those who are neither suspended nor removed. */
  activeUsersWithRole(organizationId: string, role: string): User[] {
    return owned(this.principals, organizationId).filter((principal) => isActiveUserWithRole(principal, role))
  }
}

export function replayName(organizationId: string, intent: string): string {
  return `${organizationId} ${intent}`
}

export function owned<Row extends { readonly organizationId: string }>(
  table: ReadonlyMap<string, Row>,
  organizationId: string,
): Row[] {
  return [...table.values()].filter((row) => row.organizationId === organizationId)
}

/** What a commit has done so far, so that it can be undone. */
export class Transaction {
  readonly tables: Tables
  readonly organizationId: string
  readonly #undo: (() => void)[] = []

  constructor(tables: Tables, organizationId: string) {
    this.tables = tables
    this.organizationId = organizationId
  }

  /** Sets a row to a copy of its own, which the caller cannot alter afterwards. */
  set<Row>(table: Map<string, Row>, id: string, row: Row): void {
    this.#remember(table, id)
    table.set(id, structuredClone(row))
  }

  delete<Row>(table: Map<string, Row>, id: string): void {
    this.#remember(table, id)
    table.delete(id)
  }

  undo(): void {
    for (const undo of this.#undo.toReversed()) undo()
  }

  #remember<Row>(table: Map<string, Row>, id: string): void {
    const before = table.get(id)
    this.#undo.push(() => (before === undefined ? table.delete(id) : table.set(id, before)))
  }
}
