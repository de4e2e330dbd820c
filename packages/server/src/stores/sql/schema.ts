/**
 * The tables, the same for both engines. Instants are milliseconds; what is written as JSON is never searched by.
 * `migrations.ts` creates them.
 */
export interface Schema {
  organizations: OrganizationRow
  principals: PrincipalRow
  principal_roles: PrincipalRoleRow
  sessions: SessionRow
  links: LinkRow
  replays: ReplayRow
  keyspaces: KeyspaceRow
  keys: KeyRow
  key_tags: KeyTagRow
  secrets: SecretRow
  taken_digests: TakenDigestRow
  key_last_uses: KeyLastUseRow
  credit_balances: CreditBalanceRow
  expiry_notices: ExpiryNoticeRow
  idle_notices: IdleNoticeRow
  usage: UsageRow
  tasks: TaskRow
  task_results: TaskResultRow
  audit_heads: AuditHeadRow
  audit_events: AuditEventRow
  throttles: ThrottleRow
  counters: CounterRow
  leases: LeaseRow
  settings: SettingRow
  migrations: MigrationRow
}

/** Every table but `migrations`, in an order in which rows can be copied: what is referred to comes first. */
export const tables = [
  "organizations",
  "principals",
  "principal_roles",
  "sessions",
  "links",
  "replays",
  "keyspaces",
  "keys",
  "key_tags",
  "secrets",
  "taken_digests",
  "key_last_uses",
  "expiry_notices",
  "idle_notices",
  "credit_balances",
  "usage",
  "tasks",
  "task_results",
  "audit_heads",
  "audit_events",
  "throttles",
  "counters",
  "leases",
  "settings",
] as const satisfies readonly (keyof Schema)[]

export interface OrganizationRow {
  readonly id: string
  readonly alias: number
  readonly name: string
  readonly created_at: number
  readonly updated_at: number
  readonly revision: number
}

/** A user or service account; what the other kind has is null. Removed ones stay. */
export interface PrincipalRow {
  readonly id: string
  readonly organization_id: string
  readonly kind: string
  readonly alias: number
  readonly display_name: string
  /** JSON. */
  readonly roles: string
  /** null for a service account, and for no user. */
  readonly email: string | null
  readonly user_name: string | null
  readonly first_name: string | null
  readonly last_name: string | null
  readonly password_hash: string | null
  /** null for a user. */
  readonly description: string | null
  readonly suspended_at: number | null
  readonly removed_at: number | null
  readonly created_at: number
  readonly updated_at: number
  readonly revision: number
}

/** The roles of a user or service account once more, to be searched by and counted; none for a removed one. */
interface PrincipalRoleRow {
  readonly organization_id: string
  readonly principal_id: string
  readonly role: string
  /** The principal's, as are the next two, so that one index finds, orders and counts. */
  readonly kind: string
  readonly suspended_at: number | null
  readonly created_at: number
}

export interface SessionRow {
  readonly id: string
  readonly organization_id: string
  readonly user_id: string
  readonly digest: string
  readonly pepper_version: number
  readonly address: string | null
  readonly user_agent: string | null
  readonly created_at: number
  readonly last_seen_at: number
  readonly expires_at: number
}

export interface LinkRow {
  readonly id: string
  readonly organization_id: string
  readonly user_id: string
  readonly purpose: string
  readonly digest: string
  readonly pepper_version: number
  readonly created_at: number
  readonly expires_at: number
  readonly used_at: number | null
}

export interface ReplayRow {
  readonly organization_id: string
  readonly intent: string
  readonly sealed: string
  readonly created_at: number
  readonly expires_at: number
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
  /** JSON; a member that is absent is that of `openPolicy`. */
  readonly policy: string
  /** JSON. */
  readonly rotation: string | null
  readonly created_at: number
  readonly updated_at: number
  readonly revision: number
}

export interface KeyRow {
  readonly id: string
  readonly organization_id: string
  readonly alias: number
  readonly keyspace_id: string
  readonly owner_kind: string
  readonly owner_id: string
  readonly name: string
  /** JSON, as are the next seven. */
  readonly permissions: string
  readonly roles: string
  readonly tags: string
  readonly metadata: string
  readonly limits: string
  /** JSON, without the balance; null: none are counted. */
  readonly credits: string | null
  readonly allowed_addresses: string
  readonly allowed_origins: string
  readonly not_before: number | null
  readonly expires_at: number | null
  readonly disabled_at: number | null
  readonly revoked_at: number | null
  readonly revocation_reason: string | null
  readonly revocation_note: string | null
  /** 1: protected. */
  readonly delete_protected: number
  readonly deleted_at: number | null
  /** JSON. */
  readonly rotation: string | null
  /** When the rotation is due, to be searched by; null: there is none, or it was told that it is due. */
  readonly rotation_pending_from: number | null
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
  readonly last_used_from: string | null
  /** The key's `revoked_at`, so that one index counts what a pepper is needed for. */
  readonly key_revoked_at: number | null
}

/** What stays of a secret that is gone, of a purged key too. */
interface TakenDigestRow {
  readonly digest: string
  readonly pepper_version: number
}

/** Beside `keys`, so that recording usage does not rewrite its wide rows. No row: never used. */
export interface KeyLastUseRow {
  readonly organization_id: string
  readonly key_id: string
  readonly last_used_at: number
}

/** Beside `keys` too, so that spending writes no wide row. One for each key that has credits. */
export interface CreditBalanceRow {
  readonly organization_id: string
  readonly key_id: string
  readonly remaining: number
  readonly refills_at: number | null
}

/** The next notice of a key's expiry. No row: there is none to come. */
interface ExpiryNoticeRow {
  readonly key_id: string
  readonly organization_id: string
  readonly due_at: number
}

/** Since when a key was idle as that was last told of. No row: it never was. */
interface IdleNoticeRow {
  readonly key_id: string
  readonly organization_id: string
  readonly since: number
}

export interface UsageRow {
  readonly organization_id: string
  readonly key_id: string
  readonly hour: number
  readonly outcome: string
  readonly count: number
}

export interface TaskRow {
  readonly id: string
  readonly organization_id: string
  /** That in `filter` once more, to be searched by. */
  readonly keyspace_id: string | null
  /** JSON, as are `action`, `created_by`, `holds` and `position`. */
  readonly filter: string
  readonly action: string
  /** 1: it is one. */
  readonly dry_run: number
  readonly created_by: string
  readonly request_id: string | null
  readonly created_at: number
  readonly holds: string
  readonly state: string
  /** null: it is running. */
  readonly ended_at: number | null
  /** How many results there are of this kind, as are the next two. */
  readonly changed: number
  readonly unchanged: number
  readonly refused: number
  readonly position: string
}

export interface TaskResultRow {
  readonly organization_id: string
  readonly task_id: string
  readonly key_id: string
  readonly kind: string
  /** JSON; null unless it was refused. */
  readonly failure: string | null
  readonly at: number
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

interface ThrottleRow {
  readonly name: string
  /** Milliseconds with a fraction. */
  readonly tat: number
}

/** A number that only grows. */
interface CounterRow {
  readonly name: string
  readonly value: number
}

/** Who does something that one of several nodes is to do, and until when nobody else does. */
interface LeaseRow {
  readonly name: string
  readonly holder: string
  readonly ends_at: number
}

interface SettingRow {
  readonly name: string
  readonly value: string
}

interface MigrationRow {
  readonly version: number
  readonly name: string
}
