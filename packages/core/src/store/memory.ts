import { emptyChain } from "../audit/chain.ts"
import { balanceAt, spent } from "../credit/credits.ts"
import { fail } from "../failure.ts"
import type { Digest } from "../key/digest.ts"
import type { Key } from "../key/key.ts"
import { secretIsUnusable } from "../key/lifecycle.ts"
import { rotationIsPending } from "../key/rotation-schedule.ts"
import { sealedUnder } from "../key/sealing.ts"
import type { OwnerState } from "../principal.ts"
import type { Instant } from "../time.ts"
import { demandPosition } from "./demand.ts"
import {
  eventMatches,
  keyMatches,
  positionOf,
  principalMatches,
  principalPositionOf,
  taskMatches,
} from "./filter.ts"
import { type DueKey, isDescending, keyOrder, type Page, type PageOf, principalOrder } from "./list.ts"
import { firstBeyond, olderNamesakes, takenNames } from "./memory-caps.ts"
import { commitTo, rehearseOn } from "./memory-commit.ts"
import { firstOf, page as pageOf, timePage } from "./memory-pages.ts"
import { forgetUnusable, purgeEndedSecrets, secretsWithDigest } from "./memory-secrets.ts"
import { owned, replayName, Tables } from "./memory-tables.ts"
import { advanceTask, purgeTask, taskResultsOf } from "./memory-tasks.ts"
import { compareText } from "./order.ts"
import type { KeyUsage, SealedSecret, Store, StoredUnder } from "./store.ts"

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
    rehearse: (commit) => answer(() => rehearseOn(tables, commit)),

    organization: (id) => answer(() => tables.organizations.get(id) ?? null),
    organizations: (page) => answer(() => timePage([...tables.organizations.values()], "ascending", page)),

    principal: (organizationId, id) => answer(() => tables.principal(organizationId, id)),
    principalByAlias: (organizationId, alias) =>
      answer(() => tables.principalsOf(organizationId).find((one) => one.alias === alias) ?? null),
    userByEmail: (organizationId, email) =>
      answer(() => {
        const found = tables
          .principalsOf(organizationId)
          .find((one) => one.kind === "user" && one.email === email)
        return found?.kind === "user" ? found : null
      }),
    userWasRemoved: (organizationId, email) =>
      answer(() =>
        owned(tables.principals, organizationId).some(
          (one) => one.kind === "user" && one.email === email && one.removedAt !== null,
        ),
      ),
    principals: (organizationId, filter, page) =>
      answer(() => {
        const order = principalOrder(filter)
        demandPosition(order, page.after)
        const matching = tables.principalsOf(organizationId).filter((one) => principalMatches(one, filter))
        const direction = order === "email" ? "ascending" : "descending"
        return pageOf(matching, direction, (one) => principalPositionOf(one, order), page)
      }),
    activeUsersWithRole: (organizationId, role, most) =>
      answer(() => Math.min(most, tables.activeUsersWithRole(organizationId, role).length)),

    newAlias: () =>
      answer(() => {
        tables.lastAlias++
        return tables.lastAlias
      }),

    sessionByDigest: (digests) =>
      answer(() => {
        const session = byDigest(tables.sessions, digests)
        const user = session && tables.principals.get(session.userId)
        return session && user?.kind === "user" ? { session, user } : null
      }),
    session: (organizationId, id) => answer(() => belonging(tables.sessions.get(id), organizationId)),
    sessions: (organizationId, userId, page) =>
      answer(() => {
        const theirs = owned(tables.sessions, organizationId).filter((one) => one.userId === userId)
        return timePage(theirs, "descending", page)
      }),
    touchSession: (organizationId, id, lastSeenAt) =>
      answer(() => {
        const session = belonging(tables.sessions.get(id), organizationId)
        if (session && session.lastSeenAt < lastSeenAt) tables.sessions.set(id, { ...session, lastSeenAt })
      }),
    purgeSessions: (expiredBefore, seenBefore, most) =>
      answer(() => {
        const ended = [...tables.sessions.values()]
          .filter((one) => one.expiresAt < expiredBefore || one.lastSeenAt < seenBefore)
          .slice(0, most)
        for (const { id } of ended) tables.sessions.delete(id)
        return ended.length
      }),

    linkByDigest: (digests) => answer(() => byDigest(tables.links, digests)),

    replay: (organizationId, intent) =>
      answer(() => tables.replays.get(replayName(organizationId, intent)) ?? null),
    purgeReplays: (expiredBefore, most) =>
      answer(() => {
        const expired = [...tables.replays]
          .filter(([, { expiresAt }]) => expiresAt < expiredBefore)
          .sort(([, a], [, b]) => a.expiresAt - b.expiresAt)
          .slice(0, most)
        for (const [name] of expired) tables.replays.delete(name)
        return expired.length
      }),

    throttles: (names) =>
      answer(() => new Map([...tables.throttles].filter(([name]) => names.includes(name)))),
    pushThrottles: (tats, now) =>
      answer(() => {
        for (const [name, tat] of tats) {
          tables.throttles.set(name, Math.max(tat, tables.throttles.get(name) ?? tat))
        }
        for (const [name, tat] of tables.throttles) if (tat <= now) tables.throttles.delete(name)
      }),

    keyspace: (organizationId, id) => answer(() => belonging(tables.keyspaces.get(id), organizationId)),
    keyspaceByName: (organizationId, name) =>
      answer(() => owned(tables.keyspaces, organizationId).find((one) => one.name === name) ?? null),
    keyspaces: (organizationId, page) =>
      answer(() => timePage(owned(tables.keyspaces, organizationId), "ascending", page)),

    key: (organizationId, id) => answer(() => tables.key(organizationId, id)),
    keyByAlias: (organizationId, alias) =>
      answer(() => tables.keysOf(organizationId).find((key) => key.alias === alias) ?? null),
    deletedKey: (organizationId, id) =>
      answer(() => tables.deletedKeysOf(organizationId).find((key) => key.id === id) ?? null),
    deletedKeyByAlias: (organizationId, alias) =>
      answer(() => tables.deletedKeysOf(organizationId).find((key) => key.alias === alias) ?? null),
    keysDeletedBefore: (instant, most) =>
      answer(() =>
        [...tables.keys.values()]
          .filter(({ deletedAt }) => deletedAt !== null && deletedAt < instant)
          .sort((a, b) => Number(a.deletedAt) - Number(b.deletedAt) || compareText(a.id, b.id))
          .slice(0, most)
          .map(({ organizationId, id, name }) => ({ organizationId, id, name })),
      ),
    purgeUsage: (organizationId, keyId, most) =>
      answer(() => {
        const deleted = tables.deletedKeysOf(organizationId).some(({ id }) => id === keyId)
        const counts = (deleted && tables.usage.get(keyId)) || new Map()
        const purged = [...counts.keys()].slice(0, most)
        for (const name of purged) counts.delete(name)
        return purged.length
      }),
    keys: (organizationId, filter, now, page) =>
      answer(() => {
        const order = keyOrder(filter)
        demandPosition(order, page.after)
        const keys =
          order === "deleted_at" ? tables.deletedKeysOf(organizationId) : tables.keysOf(organizationId)
        const matching = keys.filter((key) => keyMatches(key, filter, now))
        const direction = isDescending(order) ? "descending" : "ascending"
        return pageOf(matching, direction, (key) => positionOf(key, order), page)
      }),

    firstBeyond: (organizationId, maximum, now) =>
      answer(() => firstBeyond(tables, organizationId, maximum, now)),
    olderNamesakes: (organizationId, keyIds, most) =>
      answer(() => olderNamesakes(tables, organizationId, keyIds, most)),
    takenNames: (organizationId, keyspaceId, owner, names) =>
      answer(() => takenNames(tables, organizationId, keyspaceId, owner, names)),

    keysDueForRotation: (now, page) =>
      answer(() => {
        const due = [...tables.keys.values()].filter((key) => rotationIsPending(key, now))
        return duePage(
          due.map((key) => ({ ...key, dueAt: key.rotation?.dueAt ?? now })),
          page,
        )
      }),
    idleNotices: (organizationId, keyIds) =>
      answer(() => {
        const theirs = keyIds.filter((id) => tables.key(organizationId, id))
        return new Map([...tables.idle].filter(([id]) => theirs.includes(id)))
      }),
    keysDueForNotice: (now, page) =>
      answer(() => {
        const due = [...tables.keys.values()].flatMap((key) => {
          const dueAt = tables.notices.get(key.id)
          return dueAt !== undefined && dueAt <= now ? [{ ...key, dueAt }] : []
        })
        return duePage(due, page)
      }),

    subject: (digests) =>
      answer(() => {
        for (const { digest } of digests) {
          const secret = tables.secrets.get(digest)
          const key = secret && tables.keys.get(secret.keyId)
          if (secret && key?.deletedAt === null) {
            return { key, secretVersion: secret.version, owner: ownerOf(tables, key) }
          }
        }
        return null
      }),
    digestTaken: (digests) =>
      answer(() =>
        digests.some(({ digest }) => tables.secrets.has(digest) || tables.takenDigests.has(digest)),
      ),
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

    purgeEndedSecrets: (endedBefore, page) => answer(() => purgeEndedSecrets(tables, endedBefore, page)),
    forgetUnusable: (pepperVersion, now, most) =>
      answer(() => forgetUnusable(tables, pepperVersion, now, most)),
    storedUnder: (what, now, most) =>
      answer(() => {
        const counted = Map.groupBy(versionsOf(tables, what, now), (version) => version)
        return [...counted]
          .map(([version, every]) => ({ version, count: Math.min(most, every.length) }))
          .sort((a, b) => a.version - b.version)
      }),
    sealedSecrets: (keyVersion, { limit, after }) =>
      answer(() => {
        const sealed = sealedSecretsOf(tables)
          .filter((one) => sealedUnder(one.sealed) === keyVersion && (after === null || one.sealed > after))
          .sort((a, b) => compareText(a.sealed, b.sealed))
        return firstOf(sealed, limit, (one) => one.sealed)
      }),
    reseal: (secrets) =>
      answer(() => {
        let count = 0
        for (const { keyId, secretVersion, sealed, resealed } of secrets) {
          const key = tables.keys.get(keyId)
          const before = key?.secrets.find(({ version }) => version === secretVersion)
          if (!key || before?.sealed !== sealed) continue
          const after = { ...before, sealed: resealed }
          tables.keys.set(keyId, {
            ...key,
            secrets: key.secrets.map((one) => (one === before ? after : one)),
          })
          count++
        }
        return count
      }),

    spendCredits: (organizationId, keyId, units, now) =>
      answer(() => {
        const key = tables.key(organizationId, keyId)
        if (!key?.credits) return null
        const spending = spent(balanceAt(key.credits, now), units)
        tables.keys.set(keyId, { ...key, credits: { ...key.credits, ...spending.balance } })
        return spending
      }),
    creditBalance: (organizationId, keyId, now) =>
      answer(() => {
        const credits = tables.key(organizationId, keyId)?.credits
        return credits ? balanceAt(credits, now) : null
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

    task: (organizationId, id) => answer(() => belonging(tables.tasks.get(id), organizationId)),
    tasks: (organizationId, filter, page) =>
      answer(() => {
        const matching = owned(tables.tasks, organizationId).filter((task) => taskMatches(task, filter))
        return timePage(matching, "descending", page)
      }),
    runningTasks: (page) =>
      answer(() => {
        const running = [...tables.tasks.values()].filter(({ state }) => state === "running")
        return timePage(running, "ascending", page)
      }),
    advanceTask: (organizationId, id, position, results) =>
      answer(() => advanceTask(tables, organizationId, id, position, results)),
    taskResults: (organizationId, id, kind, { limit, after }) =>
      answer(() => {
        const rest = taskResultsOf(tables, organizationId, id).filter(
          (one) => (kind === null || one.kind === kind) && (after === null || one.keyId > after),
        )
        return firstOf(rest, limit, ({ keyId }) => keyId)
      }),
    purgeTask: (endedBefore, most) => answer(() => purgeTask(tables, endedBefore, most)),

    auditEvents: (organizationId, filter, { limit, after, ascending = false }) =>
      answer(() => {
        const matching = (tables.chains.get(organizationId) ?? []).filter((event) =>
          eventMatches(event, filter),
        )
        const ordered = ascending ? matching : matching.toReversed()
        const rest = ordered.filter(
          ({ sequence }) => after === null || (ascending ? sequence > after : sequence < after),
        )
        return firstOf(rest, limit, ({ sequence }) => sequence)
      }),
    auditHead: (organizationId) =>
      answer(() => {
        const { sequence, hash } = tables.chains.get(organizationId)?.at(-1) ?? emptyChain
        return { sequence, hash }
      }),

    lease: (name, holder, now, until) =>
      answer(() => {
        const held = tables.leases.get(name)
        if (held && held.holder !== holder && now < held.until) return false
        tables.leases.set(name, { holder, until })
        return true
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

/** The version of each, of those that count. */
function versionsOf(tables: Tables, what: StoredUnder, now: Instant): number[] {
  switch (what) {
    case "secrets":
      return secretsWithDigest(tables)
        .filter(({ key, secret }) => !secretIsUnusable(key, secret, now))
        .map(({ secret }) => secret.pepperVersion)
    case "unusable_secrets":
      return secretsWithDigest(tables)
        .filter(({ key, secret }) => secretIsUnusable(key, secret, now))
        .map(({ secret }) => secret.pepperVersion)
        .concat(...tables.takenDigests.values())
    case "sessions":
      return [...tables.sessions.values()]
        .filter(({ expiresAt }) => expiresAt > now)
        .map(({ pepperVersion }) => pepperVersion)
    case "links":
      return [...tables.links.values()]
        .filter(({ usedAt, expiresAt }) => usedAt === null && expiresAt > now)
        .map(({ pepperVersion }) => pepperVersion)
    case "sealed_secrets":
      return sealedSecretsOf(tables).flatMap(({ sealed }) => sealedUnder(sealed) ?? [])
    case "replays":
      return [...tables.replays.values()].flatMap(({ sealed }) => sealedUnder(sealed) ?? [])
  }
}

function sealedSecretsOf(tables: Tables): SealedSecret[] {
  return [...tables.keys.values()].flatMap(({ id, secrets }) =>
    secrets.flatMap(({ version, sealed }) =>
      sealed === null ? [] : [{ keyId: id, secretVersion: version, sealed }],
    ),
  )
}

function belonging<Row extends { readonly organizationId: string }>(
  row: Row | undefined,
  organizationId: string,
): Row | null {
  return row?.organizationId === organizationId ? row : null
}

function byDigest<Row extends Digest>(
  table: ReadonlyMap<string, Row>,
  digests: readonly Digest[],
): Row | null {
  const found = [...table.values()].find((row) => digests.some(({ digest }) => digest === row.digest))
  return found ?? null
}

function duePage(due: readonly DueKey[], { limit, after }: Page<DueKey>): PageOf<DueKey, DueKey> {
  const told = ({ organizationId, id, dueAt }: DueKey): DueKey => ({ organizationId, id, dueAt })
  const valued = (key: DueKey) => ({ ...told(key), value: key.dueAt })
  const { items, next } = pageOf(due, "ascending", valued, { limit, after: after && valued(after) })
  return { items: items.map(told), next: next && told(next) }
}

/** null unless a user or service account owns the key. */
function ownerOf(tables: Tables, { organizationId, owner }: Key): OwnerState | null {
  const principal = tables.principals.get(owner.id)
  if (principal?.organizationId !== organizationId || principal.kind !== owner.kind) return null
  const { id, suspendedAt, roles, revision } = principal
  return { id, suspended: suspendedAt !== null, roles, revision }
}

function record(tables: Tables, key: Key, { lastUsed, counts }: KeyUsage): void {
  const secrets = key.secrets.map((secret) => {
    const use = lastUsed.get(secret.version)
    if (!use || (secret.lastUsedAt !== null && secret.lastUsedAt >= use.at)) return secret
    return { ...secret, lastUsedAt: use.at, lastUsedFrom: use.from }
  })
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
