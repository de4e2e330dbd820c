/**
 * The tables, the same for both engines. Instants are milliseconds; what is written as JSON is never searched by.
 * `migrations.ts` creates them.
 */
export interface Schema {
  organizations: OrganizationRow
  users: UserRow
  keyspaces: KeyspaceRow
  keys: KeyRow
  key_tags: KeyTagRow
  secrets: SecretRow
  key_last_uses: KeyLastUseRow
  usage: UsageRow
  audit_heads: AuditHeadRow
  audit_events: AuditEventRow
  settings: SettingRow
  migrations: MigrationRow
}

/** Every table but `migrations`, in an order in which rows can be copied: what is referred to comes first. */
export const tables = [
  "organizations",
  "users",
  "keyspaces",
  "keys",
  "key_tags",
  "secrets",
  "key_last_uses",
  "usage",
  "audit_heads",
  "audit_events",
  "settings",
] as const satisfies readonly (keyof Schema)[]

export interface OrganizationRow {
  readonly id: string
  readonly name: string
  readonly created_at: number
}

export interface UserRow {
  readonly id: string
  readonly organization_id: string
  readonly email: string
  readonly display_name: string
  readonly password_hash: string | null
  readonly created_at: number
}

export interface KeyspaceRow {
  readonly id: string
  readonly organization_id: string
  readonly kind: string
  readonly name: string
  readonly description: string
  readonly format: string
  readonly prefix: string
  readonly retention: string
  /** JSON, as are `roles` and `limits`. */
  readonly permissions: string
  readonly roles: string
  readonly limits: string
  readonly max_active_keys: number | null
  readonly created_at: number
  readonly updated_at: number
  readonly revision: number
}

export interface KeyRow {
  readonly id: string
  readonly organization_id: string
  readonly keyspace_id: string
  readonly owner_kind: string
  readonly owner_id: string
  readonly name: string
  /** JSON, as are the next six. */
  readonly permissions: string
  readonly roles: string
  readonly tags: string
  readonly metadata: string
  readonly limits: string
  readonly allowed_addresses: string
  readonly allowed_origins: string
  readonly not_before: number | null
  readonly expires_at: number | null
  readonly disabled_at: number | null
  readonly revoked_at: number | null
  readonly revocation_reason: string | null
  readonly revocation_note: string | null
  readonly deleted_at: number | null
  readonly created_at: number
  readonly updated_at: number
  readonly revision: number
}

/** A key's tags once more, to be searched by; none for a deleted key. */
interface KeyTagRow {
  readonly organization_id: string
  readonly key_id: string
  readonly tag: string
  /** The key's, so that one index finds and orders. */
  readonly created_at: number
}

export interface SecretRow {
  readonly key_id: string
  readonly version: number
  readonly digest: string
  readonly pepper_version: number
  readonly hint_start: string
  readonly hint_end: string
  readonly sealed: string | null
  readonly created_at: number
  readonly expires_at: number | null
  readonly last_used_at: number | null
}

/** Beside `keys`, so that recording usage does not rewrite its wide rows. No row: never used. */
export interface KeyLastUseRow {
  readonly organization_id: string
  readonly key_id: string
  readonly last_used_at: number
}

export interface UsageRow {
  readonly organization_id: string
  readonly key_id: string
  readonly hour: number
  readonly outcome: string
  readonly count: number
}

/** One for each organization; whoever commits holds it, which puts an organization's commits in a row. */
interface AuditHeadRow {
  readonly organization_id: string
  readonly sequence: number
  readonly hash: string
}

export interface AuditEventRow {
  readonly organization_id: string
  readonly sequence: number
  readonly id: string
  readonly at: number
  readonly action: string
  /** JSON, as are `target` and `details`. */
  readonly actor: string
  readonly target: string
  /** The id in `target` once more, to be searched by. */
  readonly target_id: string
  readonly details: string
  readonly request_id: string | null
  readonly previous_hash: string
  readonly hash: string
}

interface SettingRow {
  readonly name: string
  readonly value: string
}

interface MigrationRow {
  readonly version: number
  readonly name: string
}
