import { balanceAfterChange, type CreditBalance, type Credits } from "../credit/credits.ts"
import { fail } from "../failure.ts"
import { expiresOtherwise, nextNoticeAt } from "../key/expiry-notice.ts"
import type { Key, Secret } from "../key/key.ts"
import { lastUseOf } from "../key/lifecycle.ts"
import type { KeyCaps } from "../keyspace.ts"
import { isSameOwner, type Owner } from "../owner.ts"
import type { Instant } from "../time.ts"
import { claimsOf, countsAt } from "./claims.ts"
import { owned, type Transaction } from "./memory-tables.ts"

export function insertKey(transaction: Transaction, key: Key, policy: KeyCaps): void {
  const { tables } = transaction
  demandOwner(transaction, key.owner)
  if (tables.keyspaces.get(key.keyspaceId)?.organizationId !== key.organizationId) {
    fail({ code: "not_found", resource: "keyspace" })
  }
  if (tables.keys.has(key.id)) fail({ code: "already_exists", resource: "key", member: "id" })
  demandFreeAlias(transaction, key)
  demandCaps(transaction, null, key, policy)
  for (const secret of key.secrets) takeDigest(transaction, key.id, secret)
  transaction.set(tables.keys, key.id, key)
  setNotice(transaction, key.id, nextNoticeAt(key, key.createdAt))
}

export function updateKey(transaction: Transaction, key: Key, policy: KeyCaps): void {
  const { tables } = transaction
  const before = tables.key(key.organizationId, key.id) ?? fail({ code: "not_found", resource: "key" })
  if (before.revision !== key.revision - 1) fail({ code: "revision_conflict", resource: "key" })
  if (before.owner.kind !== key.owner.kind || before.owner.id !== key.owner.id) {
    demandOwner(transaction, key.owner)
  }
  demandFreeAlias(transaction, key)
  demandCaps(transaction, before, key, policy)
  const { secrets, lastUsedAt } = before
  const balance = balanceAfterChange(before.credits, key.credits, key.updatedAt)
  const credits = key.credits && { ...key.credits, ...balance }
  transaction.set(tables.keys, key.id, { ...key, secrets, lastUsedAt, credits })
  if (expiresOtherwise(before, key)) setNotice(transaction, key.id, nextNoticeAt(key, key.updatedAt))
}

export function giveNotice(
  transaction: Transaction,
  keyId: string,
  dueAt: Instant,
  nextAt: Instant | null,
): void {
  const { tables, organizationId } = transaction
  const due = tables.key(organizationId, keyId) && tables.notices.get(keyId)
  if (due !== dueAt) fail({ code: "not_found", resource: "key" })
  setNotice(transaction, keyId, nextAt)
}

export function tellIdle(transaction: Transaction, keyId: string, since: Instant): void {
  const { tables, organizationId } = transaction
  if (!tables.key(organizationId, keyId)) fail({ code: "not_found", resource: "key" })
  if (tables.idle.get(keyId) === since) {
    fail({ code: "already_exists", resource: "key", member: "idle_since" })
  }
  transaction.set(tables.idle, keyId, since)
}

function setNotice(transaction: Transaction, keyId: string, at: Instant | null): void {
  const { notices } = transaction.tables
  if (at === null) transaction.delete(notices, keyId)
  else transaction.set(notices, keyId, at)
}

export function restoreKey(
  transaction: Transaction,
  { id, owner, updatedAt, revision }: Key,
  policy: KeyCaps,
): void {
  const before = deletedKey(transaction, id)
  if (before.revision !== revision - 1) fail({ code: "revision_conflict", resource: "key" })
  const key = { ...before, owner, deletedAt: null, updatedAt, revision, lastUsedAt: lastUseOf(before) }
  demandOwner(transaction, key.owner)
  demandCaps(transaction, before, key, policy)
  transaction.set(transaction.tables.keys, id, key)
  setNotice(transaction, id, nextNoticeAt(key, updatedAt))
}

export function purgeKey(transaction: Transaction, keyId: string, deletedBefore: Instant): void {
  const { tables } = transaction
  const { deletedAt, secrets } = deletedKey(transaction, keyId)
  if (deletedAt === null || deletedAt >= deletedBefore) fail({ code: "not_found", resource: "key" })
  for (const secret of secrets) keepTaken(transaction, secret)
  transaction.delete(tables.keys, keyId)
  transaction.delete(tables.usage, keyId)
  transaction.delete(tables.idle, keyId)
}

function deletedKey({ tables, organizationId }: Transaction, id: string): Key {
  const deleted = tables.deletedKeysOf(organizationId).find((key) => key.id === id)
  return deleted ?? fail({ code: "not_found", resource: "key" })
}

/** @throws "not_found" for a key without credits */
export function changeBalance(
  transaction: Transaction,
  keyId: string,
  change: (credits: Credits) => CreditBalance,
): void {
  const { tables, organizationId } = transaction
  const key = tables.key(organizationId, keyId) ?? fail({ code: "not_found", resource: "key" })
  const before = key.credits ?? fail({ code: "not_found", resource: "key" })
  transaction.set(tables.keys, keyId, { ...key, credits: { ...before, ...change(before) } })
}

export function putSecret(transaction: Transaction, keyId: string, secret: Secret): void {
  const { tables, organizationId } = transaction
  const key = tables.key(organizationId, keyId) ?? fail({ code: "not_found", resource: "key" })
  const before = key.secrets.find(({ version }) => version === secret.version)
  if (!before && key.secrets.some(({ version }) => version > secret.version)) return
  if (!before) takeDigest(transaction, keyId, secret)
  const { digest, pepperVersion, lastUsedAt, lastUsedFrom, ...kept } = before ?? secret
  const sealed = secret.sealed === null ? null : kept.sealed
  const secrets = key.secrets
    .filter(({ version }) => version !== secret.version)
    .concat({ ...secret, digest, pepperVersion, sealed, lastUsedAt, lastUsedFrom })
    .sort((a, b) => a.version - b.version)
  transaction.set(tables.keys, keyId, { ...key, secrets })
}

export function forgetSecret(transaction: Transaction, keyId: string, version: number): void {
  const { tables, organizationId } = transaction
  const key = tables.key(organizationId, keyId) ?? fail({ code: "not_found", resource: "key" })
  forgetVersions(transaction, key, [version])
}

/** Takes versions out of a key's secrets; their digests stay taken. */
export function forgetVersions(transaction: Transaction, key: Key, versions: readonly number[]): void {
  const [gone = [], secrets = []] = [true, false].map((wanted) =>
    key.secrets.filter(({ version }) => versions.includes(version) === wanted),
  )
  for (const secret of gone) keepTaken(transaction, secret)
  transaction.set(transaction.tables.keys, key.id, { ...key, secrets })
}

/** Of a digest that was forgotten there is nothing to keep. */
function keepTaken(transaction: Transaction, { digest, pepperVersion }: Secret): void {
  const { secrets, takenDigests } = transaction.tables
  transaction.delete(secrets, digest)
  if (pepperVersion > 0) transaction.set(takenDigests, digest, pepperVersion)
}

function takeDigest(transaction: Transaction, keyId: string, { digest, version }: Secret): void {
  const { secrets, takenDigests } = transaction.tables
  if (secrets.has(digest) || takenDigests.has(digest)) {
    fail({ code: "already_exists", resource: "secret", member: "digest" })
  }
  transaction.set(secrets, digest, { keyId, version })
}

function demandOwner({ tables, organizationId }: Transaction, { kind, id }: Owner): void {
  if (kind !== "user" && kind !== "service_account") return
  if (tables.principal(organizationId, id)?.kind !== kind) fail({ code: "not_found", resource: kind })
}

/** @throws "too_many_keys", "already_exists" (name) */
function demandCaps({ tables }: Transaction, before: Key | null, key: Key, policy: KeyCaps): void {
  const claims = claimsOf(before, key, policy)
  const others = tables
    .keysOf(key.organizationId)
    .filter(({ keyspaceId, id }) => keyspaceId === key.keyspaceId && id !== key.id)
  const ofOwner = others.filter(({ owner }) => isSameOwner(owner, key.owner))
  for (const { per, limit } of claims.rooms) {
    const counted = (per === "owner" ? ofOwner : others).filter((other) =>
      countsAt(other, policy.countedKeys, claims.now),
    )
    if (counted.length >= limit) fail({ code: "too_many_keys", limit, per })
  }
  if (claims.name && ofOwner.some(({ name }) => name === key.name)) {
    fail({ code: "already_exists", resource: "key", member: "name" })
  }
}

function demandFreeAlias({ tables }: Transaction, key: Key): void {
  for (const other of owned(tables.keys, key.organizationId)) {
    if (other.alias === key.alias && other.id !== key.id) {
      fail({ code: "already_exists", resource: "key", member: "alias" })
    }
  }
}
