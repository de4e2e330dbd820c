import type { Instant } from "./time.ts"

/** Who acts: a person who can sign in, or a machine identity that cannot. */
export type Principal = User | ServiceAccount
export type PrincipalKind = Principal["kind"]

interface PrincipalMembers {
  readonly id: string
  readonly organizationId: string
  /** An integer for dialects that need one; unique in the installation, never given twice. */
  readonly alias: number
  /** 1 to 255 characters. */
  readonly displayName: string
  /** The membership: names of roles of the organization, built-in or custom. Empty: may do nothing. */
  readonly roles: readonly string[]
  /** null: not suspended. While it is set, every key of theirs refuses and they have no session. */
  readonly suspendedAt: Instant | null
  /** null: not removed. A removed principal is invisible, but its row stays: the audit trail names it. */
  readonly removedAt: Instant | null
  readonly createdAt: Instant
  readonly updatedAt: Instant
  /** Starts at 1 and grows by one with each change. */
  readonly revision: number
}

/** A person who can sign in. */
export interface User extends PrincipalMembers {
  readonly kind: "user"
  /** Lower case; unique in the organization among those not removed. */
  readonly email: string
  /** null: none. Unique in the organization among those not removed, as written. */
  readonly userName: string | null
  readonly firstName: string | null
  readonly lastName: string | null
  /** A PHC string (argon2id), or null while no password is set. Never leaves the server. */
  readonly passwordHash: string | null
}

/** A machine identity, which cannot sign in. */
export interface ServiceAccount extends PrincipalMembers {
  readonly kind: "service_account"
  readonly description: string
}

/** What a verification has to know of the owner of a key. */
export interface OwnerState {
  readonly id: string
  readonly suspended: boolean
  readonly roles: readonly string[]
  readonly revision: number
}
