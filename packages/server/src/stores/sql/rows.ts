import {
  type AuditEvent,
  type CreditBalance,
  type CreditPolicy,
  type Credits,
  type Instant,
  type Key,
  type Keyspace,
  type Organization,
  openPolicy,
  type Secret,
} from "@keyward/core"
import type {
  AuditEventRow,
  CreditBalanceRow,
  KeyRow,
  KeyspaceRow,
  OrganizationRow,
  SecretRow,
} from "./schema.ts"

// The rows are ours, written from these same types, so reading them back asserts their types instead of checking them.

export function organizationOf(row: OrganizationRow): Organization {
  return {
    id: row.id,
    alias: row.alias,
    name: row.name,
    createdAt: row.created_at as Instant,
    updatedAt: row.updated_at as Instant,
    revision: row.revision,
  }
}

export function organizationRow(organization: Organization): OrganizationRow {
  return {
    id: organization.id,
    alias: organization.alias,
    name: organization.name,
    created_at: organization.createdAt,
    updated_at: organization.updatedAt,
    revision: organization.revision,
  }
}

export function keyspaceOf(row: KeyspaceRow): Keyspace {
  return {
    id: row.id,
    organizationId: row.organization_id,
    kind: row.kind as Keyspace["kind"],
    name: row.name,
    description: row.description,
    format: row.format as Keyspace["format"],
    prefix: row.prefix,
    retention: row.retention as Keyspace["retention"],
    permissions: JSON.parse(row.permissions),
    roles: JSON.parse(row.roles),
    limits: JSON.parse(row.limits),
    policy: { ...openPolicy, ...JSON.parse(row.policy) },
    rotation: row.rotation === null ? null : JSON.parse(row.rotation),
    createdAt: row.created_at as Instant,
    updatedAt: row.updated_at as Instant,
    revision: row.revision,
  }
}

export function keyspaceRow(keyspace: Keyspace): KeyspaceRow {
  return {
    id: keyspace.id,
    organization_id: keyspace.organizationId,
    kind: keyspace.kind,
    name: keyspace.name,
    description: keyspace.description,
    format: keyspace.format,
    prefix: keyspace.prefix,
    retention: keyspace.retention,
    permissions: JSON.stringify(keyspace.permissions),
    roles: JSON.stringify(keyspace.roles),
    limits: JSON.stringify(keyspace.limits),
    policy: JSON.stringify(keyspace.policy),
    rotation: keyspace.rotation && JSON.stringify(keyspace.rotation),
    created_at: keyspace.createdAt,
    updated_at: keyspace.updatedAt,
    revision: keyspace.revision,
  }
}

/** @param balance of a key that has credits; null: there is none */
export function keyOf(
  row: KeyRow & { last_used_at: number | null },
  balance: CreditBalance | null,
  secrets: readonly Secret[],
): Key {
  return {
    id: row.id,
    organizationId: row.organization_id,
    alias: row.alias,
    keyspaceId: row.keyspace_id,
    owner: { kind: row.owner_kind as Key["owner"]["kind"], id: row.owner_id },
    name: row.name,
    permissions: JSON.parse(row.permissions),
    roles: JSON.parse(row.roles),
    tags: JSON.parse(row.tags),
    metadata: JSON.parse(row.metadata),
    limits: JSON.parse(row.limits),
    credits: creditsOf(row.credits, balance),
    allowedAddresses: JSON.parse(row.allowed_addresses),
    allowedOrigins: JSON.parse(row.allowed_origins),
    notBefore: row.not_before as Instant | null,
    expiresAt: row.expires_at as Instant | null,
    rotation: row.rotation === null ? null : JSON.parse(row.rotation),
    disabledAt: row.disabled_at as Instant | null,
    revokedAt: row.revoked_at as Instant | null,
    revocation:
      row.revocation_reason === null
        ? null
        : {
            reason: row.revocation_reason as NonNullable<Key["revocation"]>["reason"],
            note: row.revocation_note,
          },
    deleteProtected: row.delete_protected === 1,
    deletedAt: row.deleted_at as Instant | null,
    createdAt: row.created_at as Instant,
    updatedAt: row.updated_at as Instant,
    revision: row.revision,
    lastUsedAt: row.last_used_at as Instant | null,
    secrets,
  }
}

export function keyRow(key: Key): KeyRow {
  return {
    id: key.id,
    organization_id: key.organizationId,
    alias: key.alias,
    keyspace_id: key.keyspaceId,
    owner_kind: key.owner.kind,
    owner_id: key.owner.id,
    name: key.name,
    permissions: JSON.stringify(key.permissions),
    roles: JSON.stringify(key.roles),
    tags: JSON.stringify(key.tags),
    metadata: JSON.stringify(key.metadata),
    limits: JSON.stringify(key.limits),
    credits: key.credits && JSON.stringify(policyOf(key.credits)),
    allowed_addresses: JSON.stringify(key.allowedAddresses),
    allowed_origins: JSON.stringify(key.allowedOrigins),
    not_before: key.notBefore,
    expires_at: key.expiresAt,
    rotation: key.rotation && JSON.stringify(key.rotation),
    rotation_pending_from: key.rotation?.announcedAt === null ? key.rotation.dueAt : null,
    disabled_at: key.disabledAt,
    revoked_at: key.revokedAt,
    revocation_reason: key.revocation?.reason ?? null,
    revocation_note: key.revocation?.note ?? null,
    delete_protected: key.deleteProtected ? 1 : 0,
    deleted_at: key.deletedAt,
    created_at: key.createdAt,
    updated_at: key.updatedAt,
    revision: key.revision,
  }
}

/** A key with credits always has a balance. */
export function creditsOf(policy: string | null, balance: CreditBalance | null): Credits | null {
  if (policy === null || balance === null) return null
  return { ...(JSON.parse(policy) as CreditPolicy), ...balance }
}

export function balanceOf(row: Pick<CreditBalanceRow, "remaining" | "refills_at">): CreditBalance {
  return { remaining: row.remaining, refillsAt: row.refills_at as Instant | null }
}

function policyOf({ refill, onUnavailable }: Credits): CreditPolicy {
  return { refill, onUnavailable }
}

export function secretOf(row: Omit<SecretRow, "key_revoked_at">): Secret {
  return {
    version: row.version,
    digest: row.digest,
    pepperVersion: row.pepper_version,
    hint: { start: row.hint_start, end: row.hint_end },
    sealed: row.sealed,
    createdAt: row.created_at as Instant,
    expiresAt: row.expires_at as Instant | null,
    lastUsedAt: row.last_used_at as Instant | null,
    lastUsedFrom: row.last_used_from,
  }
}

export function secretRow(key: Pick<Key, "id" | "revokedAt">, secret: Secret): SecretRow {
  return {
    key_id: key.id,
    version: secret.version,
    digest: secret.digest,
    pepper_version: secret.pepperVersion,
    hint_start: secret.hint.start,
    hint_end: secret.hint.end,
    sealed: secret.sealed,
    created_at: secret.createdAt,
    expires_at: secret.expiresAt,
    last_used_at: secret.lastUsedAt,
    last_used_from: secret.lastUsedFrom,
    key_revoked_at: key.revokedAt,
  }
}

export function auditEventOf(row: AuditEventRow): AuditEvent {
  return {
    id: row.id,
    organizationId: row.organization_id,
    at: row.at as Instant,
    action: row.action as AuditEvent["action"],
    actor: JSON.parse(row.actor),
    target: JSON.parse(row.target),
    details: JSON.parse(row.details),
    requestId: row.request_id,
    sequence: row.sequence,
    previousHash: row.previous_hash,
    hash: row.hash,
  }
}

export function auditEventRow(event: AuditEvent): AuditEventRow {
  return {
    organization_id: event.organizationId,
    sequence: event.sequence,
    id: event.id,
    at: event.at,
    action: event.action,
    actor: JSON.stringify(event.actor),
    target: JSON.stringify(event.target),
    target_id: event.target.id,
    details: JSON.stringify(event.details),
    request_id: event.requestId,
    previous_hash: event.previousHash,
    hash: event.hash,
  }
}
