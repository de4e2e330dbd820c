import type * as contract from "@keyward/contract"
import {
  balanceAt,
  type Credits,
  heldPermissions,
  type Instant,
  type Key,
  type Keyspace,
  type KeyspaceLimit,
  type KeyspacePolicy,
  keyFormats,
  type Limit,
  type LimitStatus,
  type Organization,
  printTimestamp,
  type RemediedKey,
  type RotationSchedule,
  type Subject,
  stateAt,
  type ViolatingKey,
} from "@keyward/core"
import type { Static } from "typebox"
import type { CreditStatus, Verification } from "../../verification/verifier.ts"

/** How the native API prints what the authority holds: member by member, so that nothing gets out by accident. */
export function printOrganization(organization: Organization): Static<typeof contract.Organization> {
  return {
    id: organization.id,
    alias: organization.alias,
    name: organization.name,
    created_at: printTimestamp(organization.createdAt),
    updated_at: printTimestamp(organization.updatedAt),
    revision: organization.revision,
  }
}

export function printKeyspace(keyspace: Keyspace): Static<typeof contract.Keyspace> {
  return {
    id: keyspace.id,
    organization_id: keyspace.organizationId,
    kind: keyspace.kind,
    name: keyspace.name,
    description: keyspace.description,
    prefix: keyspace.prefix,
    format: keyspace.format,
    retention: keyspace.retention,
    permissions: keyspace.permissions.map(({ name, description }) => ({ name, description })),
    roles: keyspace.roles.map(({ name, description, permissions }) => ({ name, description, permissions })),
    limits: keyspace.limits.map(printKeyspaceLimit),
    policy: printPolicy(keyspace.policy),
    rotation: keyspace.rotation && printSchedule(keyspace.rotation),
    secret_pattern: keyFormats[keyspace.format].scannerPattern(keyspace.prefix),
    created_at: printTimestamp(keyspace.createdAt),
    updated_at: printTimestamp(keyspace.updatedAt),
    revision: keyspace.revision,
  }
}

function printPolicy(policy: KeyspacePolicy): Static<typeof contract.KeyspacePolicy> {
  return {
    max_keys: policy.maxKeys,
    max_keys_per_owner: policy.maxKeysPerOwner,
    counted_keys: policy.countedKeys,
    unique_names: policy.uniqueNames,
    max_lifetime_seconds: policy.maxLifetimeSeconds,
    expiry_required: policy.expiryRequired,
    expiry_within_creator: policy.expiryWithinCreator,
    owners_grant: policy.ownersGrant,
    default_lifetime_seconds: policy.defaultLifetimeSeconds,
    required_tags: policy.requiredTags,
    exclusive_permissions: policy.exclusivePermissions,
    max_overlap_seconds: policy.maxOverlapSeconds,
    idle_seconds: policy.idleSeconds,
    disable_idle: policy.disableIdle,
  }
}

export function printViolatingKey({
  key,
  violations,
}: ViolatingKey): contract.ViolationPage["items"][number] {
  return {
    key_id: key.id,
    name: key.name,
    owner: { kind: key.owner.kind, id: key.owner.id },
    expires_at: orNull(key.expiresAt),
    violations: violations.map(({ rule, message }) => ({ rule, message })),
  }
}

export function printRemediedKey(remedied: RemediedKey): contract.AppliedPolicyPage["items"][number] {
  const { remedy, failure } = remedied
  return {
    ...printViolatingKey(remedied),
    remedy: remedy && {
      name: remedy.name,
      expires_at: orNull(remedy.expiresAt),
      overlap_seconds: remedy.overlapSeconds,
      disabled: remedy.disabled,
    },
    problem: failure,
  }
}

export function printKey(key: Key, now: Instant): Static<typeof contract.Key> {
  return {
    id: key.id,
    alias: key.alias,
    organization_id: key.organizationId,
    keyspace_id: key.keyspaceId,
    owner: { kind: key.owner.kind, id: key.owner.id },
    name: key.name,
    permissions: key.permissions,
    roles: key.roles,
    tags: key.tags,
    metadata: key.metadata,
    limits: key.limits.map(printLimit),
    credits: key.credits && printCredits(key.credits, now),
    allowed_addresses: key.allowedAddresses,
    allowed_origins: key.allowedOrigins,
    not_before: orNull(key.notBefore),
    expires_at: orNull(key.expiresAt),
    rotation: key.rotation && printSchedule(key.rotation),
    rotation_due_at: orNull(key.rotation?.dueAt ?? null),
    enabled: key.disabledAt === null,
    disabled_at: orNull(key.disabledAt),
    delete_protected: key.deleteProtected,
    deleted_at: orNull(key.deletedAt),
    state: stateAt(key, now),
    revoked_at: orNull(key.revokedAt),
    revocation: key.revocation && { reason: key.revocation.reason, note: key.revocation.note },
    created_at: printTimestamp(key.createdAt),
    updated_at: printTimestamp(key.updatedAt),
    last_used_at: orNull(key.lastUsedAt),
    revision: key.revision,
    secrets: key.secrets.map(({ version, hint, createdAt, expiresAt, lastUsedAt, lastUsedFrom }) => ({
      version,
      hint: { start: hint.start, end: hint.end },
      created_at: printTimestamp(createdAt),
      expires_at: orNull(expiresAt),
      last_used_at: orNull(lastUsedAt),
      last_used_from: lastUsedFrom,
    })),
  }
}

export function printVerification(verification: Verification): contract.Verification {
  const { outcome, subject, limits, credits, retryAfterMs, trace } = verification
  const printed: { -readonly [Member in keyof contract.Verification]: contract.Verification[Member] } = {
    valid: outcome === "VALID",
    code: outcome,
    key_id: subject?.key.id ?? null,
    keyspace_id: subject?.key.keyspaceId ?? null,
    owner: subject ? { kind: subject.key.owner.kind, id: subject.key.owner.id } : null,
    name: subject?.key.name ?? null,
    permissions: subject?.permissions.grants ?? [],
    expires_at: subject ? orNull(subject.key.expiresAt) : null,
    limits: limits.map(printLimitStatus),
  }
  // Members that most answers do not have are added, not left out: this is printed all day.
  if (credits !== null) printed.credits = printCreditStatus(credits)
  if (outcome === "INSUFFICIENT_PERMISSIONS") printed.missing_permissions = verification.missingPermissions
  if (retryAfterMs !== null) printed.retry_after_seconds = seconds(retryAfterMs)
  if (trace !== null) printed.trace = trace
  return printed
}

/** The JSON of `printVerification`; what is the same for each verification of a key that is valid is written once. */
export function verificationJson(verification: Verification): string {
  const { outcome, subject, limits, credits, trace } = verification
  if (outcome !== "VALID" || subject === null || credits !== null || trace !== null)
    return JSON.stringify(printVerification(verification))
  let text = headOf(subject)
  for (let at = 0; at < limits.length; at++) {
    const status = limits[at]
    if (status) text += `${at === 0 ? "" : ","}${limitStatusJson(status)}`
  }
  return `${text}]}`
}

/** Subjects never change. */
const heads = new WeakMap<Subject, string>()

/** What a valid key's answer says before its limits, which stand last. */
function headOf(subject: Subject): string {
  const known = heads.get(subject)
  if (known !== undefined) return known
  const plain = { outcome: "VALID", subject, limits: [], missingPermissions: [], retryAfterMs: null } as const
  const head = JSON.stringify(printVerification({ ...plain, credits: null, trace: null })).slice(
    0,
    -"]}".length,
  )
  heads.set(subject, head)
  return head
}

/** The JSON of `printLimitStatus`: numbers, and a name in which there is nothing to escape (see core's `Limit`). */
function limitStatusJson({ name, count, windowSeconds, remaining, resetMs, retryAfterMs }: LimitStatus) {
  return `{"name":"${name}","count":${count},"window_seconds":${windowSeconds},"remaining":${remaining},"reset_seconds":${seconds(resetMs)},"retry_after_seconds":${seconds(retryAfterMs)}}`
}

export function printSelf(
  { key, secret, keyspace, limits }: Subject,
  credits: CreditStatus | null,
): Static<typeof contract.Self> {
  return {
    key_id: key.id,
    organization_id: key.organizationId,
    keyspace_id: key.keyspaceId,
    owner: { kind: key.owner.kind, id: key.owner.id },
    name: key.name,
    permissions: heldPermissions(key, keyspace).grants,
    limits: limits.map(printLimit),
    credits: credits && printCreditStatus(credits),
    not_before: orNull(key.notBefore),
    expires_at: orNull(key.expiresAt),
    created_at: printTimestamp(key.createdAt),
    secret_version: secret.version,
    secret_expires_at: orNull(secret.expiresAt),
  }
}

/** Whole seconds, rounded up: nobody is told to come back too early. */
function seconds(milliseconds: number): number {
  return Math.ceil(milliseconds / 1000)
}

function printSchedule(schedule: RotationSchedule): Static<typeof contract.RotationSchedule> {
  return { every_seconds: schedule.everySeconds, overlap_seconds: schedule.overlapSeconds }
}

function printLimit({ name, count, windowSeconds }: Limit): Static<typeof contract.Limit> {
  return { name, count, window_seconds: windowSeconds }
}

function printKeyspaceLimit(limit: KeyspaceLimit): Static<typeof contract.KeyspaceLimit> {
  const { per = "key", overrides = [] } = limit
  return {
    ...printLimit(limit),
    per,
    overrides: overrides.map(({ owner, count, windowSeconds }) => ({
      owner: { kind: owner.kind, id: owner.id },
      count,
      window_seconds: windowSeconds,
    })),
  }
}

function printLimitStatus(status: LimitStatus): Static<typeof contract.LimitStatus> {
  return {
    name: status.name,
    count: status.count,
    window_seconds: status.windowSeconds,
    remaining: status.remaining,
    reset_seconds: seconds(status.resetMs),
    retry_after_seconds: seconds(status.retryAfterMs),
  }
}

function printCredits(credits: Credits, now: Instant): Static<typeof contract.Credits> {
  const { remaining, refillsAt } = balanceAt(credits, now)
  const { refill, onUnavailable } = credits
  return {
    remaining,
    refills_at: orNull(refillsAt),
    refill: refill && {
      amount: refill.amount,
      maximum: refill.maximum,
      every: refill.every,
      on: refill.on,
      at: refill.at,
      time_zone: refill.timeZone,
    },
    on_unavailable: onUnavailable,
  }
}

function printCreditStatus({ remaining, refillsAt }: CreditStatus): Static<typeof contract.CreditStatus> {
  return { remaining, refills_at: orNull(refillsAt) }
}

export function orNull(instant: Instant | null): string | null {
  return instant === null ? null : printTimestamp(instant)
}
