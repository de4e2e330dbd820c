import { forgottenDigest } from "../key/digest.ts"
import type { Key, Secret } from "../key/key.ts"
import { secretIsUnusable } from "../key/lifecycle.ts"
import type { Instant } from "../time.ts"
import type { EndedPosition, Page, PageOf } from "./list.ts"
import { forgetVersions } from "./memory-keys.ts"
import { firstOf } from "./memory-pages.ts"
import { type Tables, Transaction } from "./memory-tables.ts"
import { compareText } from "./order.ts"

interface Held {
  readonly key: Key
  readonly secret: Secret
}

/** The secrets of all keys that have a digest. */
export function secretsWithDigest(tables: Tables): Held[] {
  return secretsOf(tables).filter(({ secret }) => secret.pepperVersion > 0)
}

export function purgeEndedSecrets(
  tables: Tables,
  endedBefore: Instant,
  { limit, after }: Page<EndedPosition>,
): PageOf<Pick<Key, "organizationId" | "id">, EndedPosition> {
  const ended = secretsOf(tables)
    .flatMap(({ key, secret: { version, expiresAt } }) =>
      expiresAt !== null && expiresAt < endedBefore
        ? [{ key, endedAt: expiresAt, keyId: key.id, secretVersion: version }]
        : [],
    )
    .filter((one) => after === null || compareEnds(one, after) > 0)
    .sort(compareEnds)
  const { items, next } = firstOf(ended, limit, ({ endedAt, keyId, secretVersion }) => ({
    endedAt,
    keyId,
    secretVersion,
  }))
  const over = items.filter(({ key, secretVersion }) => secretVersion !== key.secrets.at(-1)?.version)
  const purged = [...Map.groupBy(over, ({ key }) => key)].map(([key, theirs]) => {
    const versions = theirs.map(({ secretVersion }) => secretVersion)
    forgetVersions(new Transaction(tables, key.organizationId), key, versions)
    return { organizationId: key.organizationId, id: key.id }
  })
  return { items: purged, next }
}

export function forgetUnusable(tables: Tables, pepperVersion: number, now: Instant, most: number): number {
  const taken = [...tables.takenDigests]
    .filter(([, version]) => version === pepperVersion)
    .map(
      ([digest]) =>
        () =>
          tables.takenDigests.delete(digest),
    )
  const held = secretsWithDigest(tables)
    .filter(({ key, secret }) => secret.pepperVersion === pepperVersion && secretIsUnusable(key, secret, now))
    .map(({ key: { id }, secret: { digest, version } }) => () => {
      tables.secrets.delete(digest)
      const key = tables.keys.get(id)
      if (!key) return
      const secrets = key.secrets.map((one) =>
        one.version === version ? { ...one, ...forgottenDigest(id, version) } : one,
      )
      tables.keys.set(id, { ...key, secrets })
    })
  const forgotten = [...taken, ...held].slice(0, most)
  for (const forget of forgotten) forget()
  return forgotten.length
}

function secretsOf(tables: Tables): Held[] {
  return [...tables.keys.values()].flatMap((key) => key.secrets.map((secret) => ({ key, secret })))
}

function compareEnds(a: EndedPosition, b: EndedPosition): number {
  return a.endedAt - b.endedAt || compareText(a.keyId, b.keyId) || a.secretVersion - b.secretVersion
}
