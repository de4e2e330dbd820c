import type { Instant } from "./time.ts"

/** The tenant. Everything else belongs to exactly one. */
export interface Organization {
  readonly id: string
  readonly name: string
  readonly createdAt: Instant
}

/** A person who can sign in. */
export interface User {
  readonly id: string
  readonly organizationId: string
  /** Lower case; unique in the organization. */
  readonly email: string
  readonly displayName: string
  /** A PHC string (argon2id), or null while no password is set. Never leaves the server. */
  readonly passwordHash: string | null
  readonly createdAt: Instant
}
