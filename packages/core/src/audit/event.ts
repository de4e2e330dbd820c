import type { JsonObject } from "../json.ts"
import type { Instant } from "../time.ts"

/** Who did something, by what credential, from where. */
export interface Actor {
  /** `system`: Keyward itself, at first start or in a job. */
  readonly kind: "user" | "service_account" | "organization" | "external" | "system"
  readonly id: string
  /** The key that authenticated the call; null where none did. */
  readonly keyId: string | null
  /** The address the call came from; null where it did not come over the network. */
  readonly address: string | null
  readonly userAgent: string | null
}

export const auditActions = [
  "organization.created",
  "user.created",
  "keyspace.created",
  "keyspace.updated",
  "key.created",
  "key.updated",
  "key.revoked",
  "key.deleted",
  "key.revealed",
] as const
export type AuditAction = (typeof auditActions)[number]

/** What is recorded of one mutation or reveal, before it has its place in the chain. Never holds a secret or digest. */
export interface AuditDraft {
  readonly id: string
  readonly organizationId: string
  readonly at: Instant
  readonly action: AuditAction
  readonly actor: Actor
  readonly target: { readonly kind: "organization" | "user" | "keyspace" | "key"; readonly id: string }
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
