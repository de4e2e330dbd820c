import type { JsonObject } from "../json.ts"
import type { Instant } from "../time.ts"

/** Who did something, by what credential, from where. */
export interface Actor {
  /** `system`: Keyward itself, at first start or in a job. */
  readonly kind: "user" | "service_account" | "organization" | "external" | "system"
  readonly id: string
  /** By what the call was authenticated; null where it was not, or did not need to be. */
  readonly credential: Credential | null
  /** The address the call came from; null where it did not come over the network. */
  readonly address: string | null
  readonly userAgent: string | null
}

/** A key or a session by its id, a token of an OpenID provider by its issuer and subject. */
export interface Credential {
  readonly kind: "key" | "session" | "token"
  readonly id: string
}

export const auditActions = [
  "installation.secret_added",
  "installation.secret_activated",
  "installation.secrets_resealed",
  "installation.digests_forgotten",
  "installation.secret_retired",
  "organization.created",
  "organization.updated",
  "user.created",
  "user.updated",
  "user.suspended",
  "user.resumed",
  "user.removed",
  "user.invited",
  "user.reset_offered",
  "user.password_set",
  "service_account.created",
  "service_account.updated",
  "service_account.suspended",
  "service_account.resumed",
  "service_account.removed",
  "role.created",
  "role.updated",
  "role.deleted",
  "session.created",
  "session.refused",
  "session.ended",
  "keyspace.created",
  "keyspace.updated",
  "key.created",
  "key.updated",
  "key.credits_added",
  "key.rotated",
  "key.rotation_finished",
  "key.rotation_cancelled",
  "key.rotation_extended",
  "key.rotation_due",
  "key.revoked",
  "key.expiring",
  "key.idle",
  "key.deleted",
  "key.restored",
  "key.purged",
  "key.revealed",
  "task.created",
  "task.cancelled",
  "task.finished",
  "task.stopped",
] as const
export type AuditAction = (typeof auditActions)[number]

export const auditTargets = [
  "organization",
  "user",
  "service_account",
  "role",
  "session",
  "keyspace",
  "key",
  "task",
] as const
export type AuditTarget = (typeof auditTargets)[number]

/** What is recorded of one mutation or reveal, before it has its place in the chain. Never holds a secret or digest. */
export interface AuditDraft {
  readonly id: string
  readonly organizationId: string
  readonly at: Instant
  readonly action: AuditAction
  readonly actor: Actor
  readonly target: { readonly kind: AuditTarget; readonly id: string }
  /** What changed, as the native API names it. */
  readonly details: JsonObject
  readonly requestId: string | null
}

/** An event in its organization's chain. */
export interface AuditEvent extends AuditDraft {
  /** 1, 2, 3 … without gaps, per organization. */
  readonly sequence: number
  /** The hash of the event before; `genesisHash` for the first. */
  readonly previousHash: string
  /** See `audit/chain.ts`. */
  readonly hash: string
}
