import { emptyChain } from "../audit/chain.ts"
import { fail } from "../failure.ts"
import type { Key } from "../key/key.ts"
import type { Instant } from "../time.ts"
import { demandPosition } from "./demand.ts"
import { eventMatches, keyMatches, positionOf } from "./filter.ts"
import { commitTo, Tables } from "./memory-tables.ts"
import { compareText, compareValues } from "./order.ts"
import {
  type KeyOrder,
  type KeyPosition,
  type KeyUsage,
  keyOrder,
  type Page,
  type PageOf,
  type Store,
  type TimePosition,
} from "./store.ts"

/**
 * A store that lives as long as the process: for tests and trials. It reads whole tables, so its cost grows with them.
 * Nothing in it waits, so each call is atomic by itself.
 */
export function openMemoryStore(): Store {
  const tables = new Tables()
  let closed = false

  /** Answers with a copy, so that nobody alters what is stored. */
  async function answer<Result>(read: () => Result): Promise<Result> {
    if (closed) fail({ code: "store_unavailable" }, { cause: new Error("The store is closed.") })
    return structuredClone(read())
  }

  return {
    engine: "memory",
    commit: (commit) => answer(() => commitTo(tables, commit)),

    organization: (id) => answer(() => tables.organizations.get(id) ?? null),
    organizations: (page) => answer(() => timePage([...tables.organizations.values()], page)),

    user: (organizationId, id) => answer(() => belonging(tables.users.get(id), organizationId)),
    userByEmail: (organizationId, email) =>
      answer(() => owned(tables.users, organizationId).find((user) => user.email === email) ?? null),

    keyspace: (organizationId, id) => answer(() => belonging(tables.keyspaces.get(id), organizationId)),
    keyspaceByName: (organizationId, name) =>
      answer(() => owned(tables.keyspaces, organizationId).find((one) => one.name === name) ?? null),
    keyspaces: (organizationId, page) =>
      answer(() => timePage(owned(tables.keyspaces, organizationId), page)),

    key: (organizationId, id) => answer(() => tables.key(organizationId, id)),
    keys: (organizationId, filter, now, page) =>
      answer(() => {
        demandPosition(filter, page.after)
        const matching = tables.keysOf(organizationId).filter((key) => keyMatches(key, filter, now))
        return keyPage(matching, keyOrder(filter), page)
      }),

    subject: (digests) =>
      answer(() => {
        for (const { digest } of digests) {
          const secret = tables.secrets.get(digest)
          const key = secret && tables.keys.get(secret.keyId)
          if (secret && key?.deletedAt === null) {
            return { key, secretVersion: secret.version, ownerSuspended: false }
          }
        }
        return null
      }),
    redigest: (keyId, secretVersion, from, to) =>
      answer(() => {
        const stored = tables.secrets.get(from.digest)
        const key = tables.keys.get(keyId)
        if (!key || stored?.keyId !== keyId || stored.version !== secretVersion) return
        if (tables.secrets.has(to.digest)) {
          fail({ code: "already_exists", resource: "secret", member: "digest" })
        }
        tables.secrets.delete(from.digest)
        tables.secrets.set(to.digest, stored)
        const secrets = key.secrets.map((secret) =>
          secret.version === secretVersion ? { ...secret, ...to } : secret,
        )
        tables.keys.set(keyId, { ...key, secrets })
      }),

    recordUsage: (usage) =>
      answer(() => {
        for (const one of usage) {
          const key = tables.key(one.organizationId, one.keyId)
          if (key) record(tables, key, one)
        }
      }),
    usage: (organizationId, keyId, from, to) =>
      answer(() => {
        const counts = tables.key(organizationId, keyId) ? tables.usage.get(keyId) : undefined
        return [...(counts?.values() ?? [])]
          .filter(({ hour }) => hour >= from && hour < to)
          .sort((a, b) => a.hour - b.hour || compareText(a.outcome, b.outcome))
      }),

    auditEvents: (organizationId, filter, { limit, after, ascending = false }) =>
      answer(() => {
        const matching = (tables.chains.get(organizationId) ?? []).filter((event) =>
          eventMatches(event, filter),
        )
        const ordered = ascending ? matching : matching.toReversed()
        const rest = ordered.filter(
          ({ sequence }) => after === null || (ascending ? sequence > after : sequence < after),
        )
        return pageOf(rest, limit, ({ sequence }) => sequence)
      }),
    auditHead: (organizationId) =>
      answer(() => {
        const { sequence, hash } = tables.chains.get(organizationId)?.at(-1) ?? emptyChain
        return { sequence, hash }
      }),

    setting: (name) => answer(() => tables.settings.get(name) ?? null),
    ensureSetting: (name, value) =>
      answer(() => {
        const standing = tables.settings.get(name) ?? value
        tables.settings.set(name, standing)
        return standing
      }),

    ping: () => answer(() => undefined),
    async close() {
      closed = true
    },
  }
}

function owned<Row extends { readonly organizationId: string }>(
  table: ReadonlyMap<string, Row>,
  organizationId: string,
): Row[] {
  return [...table.values()].filter((row) => row.organizationId === organizationId)
}

function belonging<Row extends { readonly organizationId: string }>(
  row: Row | undefined,
  organizationId: string,
): Row | null {
  return row?.organizationId === organizationId ? row : null
}

function record(tables: Tables, key: Key, { lastUsed, counts }: KeyUsage): void {
  const secrets = key.secrets.map((secret) => ({
    ...secret,
    lastUsedAt: latest(secret.lastUsedAt, lastUsed.get(secret.version)),
  }))
  const lastUsedAt = secrets.reduce((last, secret) => latest(last, secret.lastUsedAt), key.lastUsedAt)
  tables.keys.set(key.id, { ...key, secrets, lastUsedAt })
  const known = tables.usage.get(key.id) ?? new Map()
  tables.usage.set(key.id, known)
  for (const { hour, outcome, count } of counts) {
    const name = `${hour} ${outcome}`
    known.set(name, { hour, outcome, count: count + (known.get(name)?.count ?? 0) })
  }
}

function latest(a: Instant | null, b: Instant | null | undefined): Instant | null {
  return b != null && (a === null || b > a) ? b : a
}

function timePage<Item extends TimePosition>(
  items: readonly Item[],
  { limit, after }: Page<TimePosition>,
): PageOf<Item, TimePosition> {
  const compare = (a: TimePosition, b: TimePosition) => a.createdAt - b.createdAt || compareText(a.id, b.id)
  const rest = items.filter((item) => after === null || compare(item, after) > 0).sort(compare)
  return pageOf(rest, limit, ({ createdAt, id }) => ({ createdAt, id }))
}

function keyPage(
  keys: readonly Key[],
  order: KeyOrder,
  { limit, after }: Page<KeyPosition>,
): PageOf<Key, KeyPosition> {
  const direction = order === "created_at" ? -1 : 1
  const compare = (a: KeyPosition, b: KeyPosition) =>
    direction * (compareValues(a.value, b.value) || compareText(a.id, b.id))
  const rest = keys
    .map((key) => ({ key, position: positionOf(key, order) }))
    .filter(({ position }) => after === null || compare(position, after) > 0)
    .sort((a, b) => compare(a.position, b.position))
    .map(({ key }) => key)
  return pageOf(rest, limit, (key) => positionOf(key, order))
}

function pageOf<Item, Position>(
  rest: readonly Item[],
  limit: number,
  position: (item: Item) => Position,
): PageOf<Item, Position> {
  const items = rest.slice(0, limit)
  const last = items.at(-1)
  return { items, next: last && rest.length > limit ? position(last) : null }
}
