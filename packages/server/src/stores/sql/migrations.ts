/** One step of the schema. Steps are only ever added: what has run somewhere does not change any more. */
export interface Migration {
  readonly name: string
  /** @param text the engine's type of text that compares by bytes, which is by code point */
  readonly statements: (text: string) => readonly string[]
}

/**
 * In order; the first is version 1. Constraints are named `table.column` after the column that must be unique, which is
 * what SQLite's own messages say, so that `engine.ts` reads both engines' errors alike.
 */
export const migrations: readonly Migration[] = [
  {
    name: "first",
    statements: (text) => [
      `create table organizations (
        id ${text} not null constraint "organizations.id" primary key,
        alias bigint not null constraint "organizations.alias" unique,
        name ${text} not null,
        created_at bigint not null,
        updated_at bigint not null,
        revision bigint not null
      )`,
      "create index organizations_by_age on organizations (created_at, id)",

      `create table principals (
        id ${text} not null constraint "principals.id" primary key,
        organization_id ${text} not null,
        kind ${text} not null,
        alias bigint not null,
        display_name ${text} not null,
        roles ${text} not null,
        email ${text},
        user_name ${text},
        first_name ${text},
        last_name ${text},
        password_hash ${text},
        description ${text},
        suspended_at bigint,
        removed_at bigint,
        created_at bigint not null,
        updated_at bigint not null,
        revision bigint not null,
        constraint "principals.alias" unique (organization_id, alias)
      )`,
      // Who is removed is in none of these, so their address and user name are free again.
      'create unique index "principals.email" on principals (organization_id, email) where removed_at is null',
      'create unique index "principals.user_name" on principals (organization_id, user_name) where removed_at is null',
      "create index principals_by_age on principals (organization_id, created_at, id) where removed_at is null",
      "create index principals_by_kind on principals (organization_id, kind, created_at, id) where removed_at is null",
      "create index principals_by_email on principals (organization_id, email, id) where removed_at is null and email is not null",
      "create index principals_removed on principals (organization_id, email) where removed_at is not null and email is not null",

      `create table principal_roles (
        organization_id ${text} not null,
        principal_id ${text} not null,
        role ${text} not null,
        kind ${text} not null,
        suspended_at bigint,
        created_at bigint not null,
        primary key (organization_id, principal_id, role)
      )`,
      "create index principal_roles_by_age on principal_roles (organization_id, role, created_at, principal_id)",
      "create index principal_roles_that_act on principal_roles (organization_id, role, kind) where suspended_at is null",

      `create table sessions (
        id ${text} not null constraint "sessions.id" primary key,
        organization_id ${text} not null,
        user_id ${text} not null,
        digest ${text} not null constraint "sessions.digest" unique,
        pepper_version bigint not null,
        address ${text},
        user_agent ${text},
        created_at bigint not null,
        last_seen_at bigint not null,
        expires_at bigint not null
      )`,
      "create index sessions_by_age on sessions (organization_id, user_id, created_at, id)",
      "create index sessions_by_expiry on sessions (expires_at)",
      "create index sessions_by_last_use on sessions (last_seen_at)",

      `create table links (
        id ${text} not null constraint "links.id" primary key,
        organization_id ${text} not null,
        user_id ${text} not null,
        purpose ${text} not null,
        digest ${text} not null constraint "links.digest" unique,
        pepper_version bigint not null,
        created_at bigint not null,
        expires_at bigint not null,
        used_at bigint
      )`,
      "create index links_by_user on links (organization_id, user_id) where used_at is null",

      `create table keyspaces (
        id ${text} not null constraint "keyspaces.id" primary key,
        organization_id ${text} not null,
        kind ${text} not null,
        name ${text} not null,
        description ${text} not null,
        format ${text} not null,
        prefix ${text} not null,
        retention ${text} not null,
        permissions ${text} not null,
        roles ${text} not null,
        limits ${text} not null,
        max_active_keys bigint,
        created_at bigint not null,
        updated_at bigint not null,
        revision bigint not null,
        constraint "keyspaces.name" unique (organization_id, name),
        constraint "keyspaces.organization" unique (organization_id, id)
      )`,
      "create index keyspaces_by_age on keyspaces (organization_id, created_at, id)",

      `create table keys (
        id ${text} not null constraint "keys.id" primary key,
        organization_id ${text} not null,
        alias bigint not null,
        keyspace_id ${text} not null,
        owner_kind ${text} not null,
        owner_id ${text} not null,
        name ${text} not null,
        permissions ${text} not null,
        roles ${text} not null,
        tags ${text} not null,
        metadata ${text} not null,
        limits ${text} not null,
        allowed_addresses ${text} not null,
        allowed_origins ${text} not null,
        not_before bigint,
        expires_at bigint,
        disabled_at bigint,
        revoked_at bigint,
        revocation_reason ${text},
        revocation_note ${text},
        deleted_at bigint,
        created_at bigint not null,
        updated_at bigint not null,
        revision bigint not null,
        constraint "keys.alias" unique (organization_id, alias),
        foreign key (organization_id, keyspace_id) references keyspaces (organization_id, id)
      )`,
      // Deleted keys are in none of these, so they cost the lists nothing.
      "create index keys_by_age on keys (organization_id, created_at, id) where deleted_at is null",
      "create index keys_by_keyspace on keys (organization_id, keyspace_id, created_at, id) where deleted_at is null",
      "create index keys_by_owner on keys (organization_id, owner_id, owner_kind, created_at, id) where deleted_at is null",
      "create index keys_by_name on keys (organization_id, name, id) where deleted_at is null",
      "create index keys_by_expiry on keys (organization_id, expires_at, id) where deleted_at is null and expires_at is not null",
      // What may count against a keyspace's maximum, by when it stops to.
      `create index keys_that_count on keys (organization_id, keyspace_id, expires_at)
        where deleted_at is null and revoked_at is null and disabled_at is null`,

      `create table key_tags (
        organization_id ${text} not null,
        key_id ${text} not null,
        tag ${text} not null,
        created_at bigint not null,
        primary key (organization_id, key_id, tag)
      )`,
      "create index key_tags_by_age on key_tags (organization_id, tag, created_at, key_id)",

      `create table secrets (
        key_id ${text} not null,
        version bigint not null,
        digest ${text} not null constraint "secrets.digest" unique,
        pepper_version bigint not null,
        hint_start ${text} not null,
        hint_end ${text} not null,
        sealed ${text},
        created_at bigint not null,
        expires_at bigint,
        last_used_at bigint,
        constraint "secrets.version" primary key (key_id, version)
      )`,

      `create table key_last_uses (
        organization_id ${text} not null,
        key_id ${text} not null primary key,
        last_used_at bigint not null
      )`,
      "create index key_last_uses_by_age on key_last_uses (organization_id, last_used_at, key_id)",

      `create table usage (
        organization_id ${text} not null,
        key_id ${text} not null,
        hour bigint not null,
        outcome ${text} not null,
        count bigint not null,
        primary key (organization_id, key_id, hour, outcome)
      )`,

      `create table audit_heads (
        organization_id ${text} not null primary key,
        sequence bigint not null,
        hash ${text} not null
      )`,

      `create table audit_events (
        organization_id ${text} not null,
        sequence bigint not null,
        id ${text} not null,
        at bigint not null,
        action ${text} not null,
        actor ${text} not null,
        target ${text} not null,
        target_id ${text} not null,
        details ${text} not null,
        request_id ${text},
        previous_hash ${text} not null,
        hash ${text} not null,
        primary key (organization_id, sequence)
      )`,
      "create index audit_events_by_action on audit_events (organization_id, action, sequence)",
      "create index audit_events_by_target on audit_events (organization_id, target_id, sequence)",

      `create table throttles (
        name ${text} not null primary key,
        tat double precision not null
      )`,
      "create index throttles_by_tat on throttles (tat)",

      `create table counters (
        name ${text} not null primary key,
        value bigint not null
      )`,

      `create table settings (
        name ${text} not null primary key,
        value ${text} not null
      )`,
    ],
  },
  {
    name: "policies",
    statements: (text) => [
      `alter table keyspaces add column policy ${text} not null default '{}'`,
      `update keyspaces set policy = '{"maxKeys":' || max_active_keys || '}' where max_active_keys is not null`,
      "alter table keyspaces drop column max_active_keys",
      // An owner's keys of a keyspace: all of them, found by their names, and those that may count against a maximum.
      `create index keys_of_owner on keys (organization_id, keyspace_id, owner_id, owner_kind, name)
        where deleted_at is null`,
      `create index keys_of_owner_that_count on keys (organization_id, keyspace_id, owner_id, owner_kind, expires_at)
        where deleted_at is null and revoked_at is null and disabled_at is null`,
    ],
  },
  {
    name: "addresses of last uses",
    statements: (text) => [`alter table secrets add column last_used_from ${text}`],
  },
  {
    name: "replays",
    statements: (text) => [
      `create table replays (
        organization_id ${text} not null,
        intent ${text} not null,
        sealed ${text} not null,
        created_at bigint not null,
        expires_at bigint not null,
        primary key (organization_id, intent)
      )`,
      "create index replays_by_expiry on replays (expires_at)",
    ],
  },
  {
    name: "leases",
    statements: (text) => [
      `create table leases (
        name ${text} not null primary key,
        holder ${text} not null,
        ends_at bigint not null
      )`,
    ],
  },
  {
    name: "credits",
    statements: (text) => [
      `alter table keys add column credits ${text}`,
      `create table credit_balances (
        organization_id ${text} not null,
        key_id ${text} not null primary key,
        remaining bigint not null,
        refills_at bigint
      )`,
    ],
  },
  {
    name: "deleted keys",
    statements: () => [
      "alter table keys add column delete_protected bigint not null default 0",
      "create index keys_deleted on keys (organization_id, deleted_at, id) where deleted_at is not null",
      `create index keys_deleted_of_keyspace on keys (organization_id, keyspace_id, deleted_at, id)
        where deleted_at is not null`,
      `create index keys_deleted_of_owner on keys (organization_id, owner_id, owner_kind, deleted_at, id)
        where deleted_at is not null`,
      // Of all organizations, for the job that purges them.
      "create index keys_to_purge on keys (deleted_at, id) where deleted_at is not null",
    ],
  },
  {
    name: "rotation schedules",
    statements: (text) => [
      `alter table keyspaces add column rotation ${text}`,
      `alter table keys add column rotation ${text}`,
      "alter table keys add column rotation_pending_from bigint",
      // Of all organizations, for the job that rotates them.
      `create index keys_to_rotate on keys (rotation_pending_from, id)
        where deleted_at is null and revoked_at is null and disabled_at is null and rotation_pending_from is not null`,
    ],
  },
  {
    name: "versions of our own secrets",
    // What `own-secrets.ts` counts and seals anew. A sealed text names its version and its nonce in its first 29 characters.
    statements: () => [
      "create index secrets_by_pepper on secrets (pepper_version)",
      "create index sessions_by_pepper on sessions (pepper_version, expires_at)",
      "create index links_by_pepper on links (pepper_version, expires_at) where used_at is null",
      "create index secrets_by_sealing on secrets (substr(sealed, 1, 29)) where sealed is not null",
      "create index replays_by_sealing on replays (substr(sealed, 1, 29))",
    ],
  },
  {
    name: "notices of expiry",
    statements: (text) => [
      `create table expiry_notices (
        key_id ${text} not null primary key,
        organization_id ${text} not null,
        due_at bigint not null
      )`,
      // Of the keys that there are, the notices that are over are made up for by one.
      `insert into expiry_notices (key_id, organization_id, due_at)
        select id, organization_id, expires_at - ${30 * 24 * 60 * 60 * 1000} from keys
        where expires_at > ${Date.now()} and disabled_at is null and revoked_at is null and deleted_at is null`,
      // Of all organizations, for the job that gives them.
      "create index expiry_notices_due on expiry_notices (due_at, key_id)",
    ],
  },
  {
    name: "notices of idleness",
    statements: (text) => [
      `create table idle_notices (
        key_id ${text} not null primary key,
        organization_id ${text} not null,
        since bigint not null
      )`,
    ],
  },
  {
    name: "tasks",
    statements: (text) => [
      `create table tasks (
        id ${text} not null constraint "tasks.id" primary key,
        organization_id ${text} not null,
        keyspace_id ${text},
        filter ${text} not null,
        action ${text} not null,
        dry_run bigint not null,
        created_by ${text} not null,
        request_id ${text},
        created_at bigint not null,
        holds ${text} not null,
        state ${text} not null,
        ended_at bigint,
        changed bigint not null,
        unchanged bigint not null,
        refused bigint not null,
        position ${text} not null
      )`,
      "create index tasks_by_age on tasks (organization_id, created_at, id)",
      "create index tasks_of_keyspace on tasks (organization_id, keyspace_id, created_at, id)",
      "create index tasks_running_of_organization on tasks (organization_id) where ended_at is null",
      // Of all organizations, for the jobs that have them worked on and purge them.
      "create index tasks_running on tasks (created_at, id) where ended_at is null",
      "create index tasks_ended on tasks (ended_at, id) where ended_at is not null",

      `create table task_results (
        organization_id ${text} not null,
        task_id ${text} not null,
        key_id ${text} not null,
        kind ${text} not null,
        failure ${text},
        at bigint not null,
        primary key (task_id, key_id)
      )`,
      "create index task_results_by_kind on task_results (task_id, kind, key_id)",
    ],
  },
  {
    name: "keys that break a policy",
    statements: () => [
      // Of an owner's keys of one name, how many are older; `takenNames` and the caps read it as they did before.
      "drop index keys_of_owner",
      `create index keys_of_owner on keys (organization_id, keyspace_id, owner_id, owner_kind, name, created_at, id)
        where deleted_at is null`,
      // By age what counts against a maximum: of a keyspace (`keys_by_keyspace` has all of it), and of an owner. With every
      // column that is asked about, so that SQLite reads no rows.
      `create index keys_that_count_by_age
        on keys (organization_id, keyspace_id, created_at, id, expires_at, deleted_at, revoked_at, disabled_at)
        where deleted_at is null and revoked_at is null and disabled_at is null`,
      `create index keys_of_owner_by_age on keys (organization_id, keyspace_id, owner_id, owner_kind, created_at, id)
        where deleted_at is null`,
      `create index keys_of_owner_that_count_by_age
        on keys (organization_id, keyspace_id, owner_id, owner_kind, created_at, id, expires_at, deleted_at, revoked_at,
          disabled_at)
        where deleted_at is null and revoked_at is null and disabled_at is null`,
    ],
  },
  {
    name: "secrets that are over",
    statements: (text) => [
      `create table taken_digests (
        digest ${text} not null constraint "taken_digests.digest" primary key,
        pepper_version bigint not null
      )`,
      "create index taken_digests_by_pepper on taken_digests (pepper_version)",
      // Of purged keys there was more left than that.
      `insert into taken_digests (digest, pepper_version)
        select digest, pepper_version from secrets where not exists (select 1 from keys where keys.id = secrets.key_id)`,
      "delete from secrets where not exists (select 1 from keys where keys.id = secrets.key_id)",
      "alter table secrets add column key_revoked_at bigint",
      `update secrets set key_revoked_at = (select revoked_at from keys where keys.id = secrets.key_id)
        where key_id in (select id from keys where revoked_at is not null)`,
      // What a pepper is needed for, and what it is kept for without need.
      "drop index secrets_by_pepper",
      "create index secrets_that_may_live on secrets (pepper_version, expires_at) where key_revoked_at is null",
      "create index secrets_of_revoked_keys on secrets (pepper_version) where key_revoked_at is not null",
      // Of all organizations, for the job that forgets them.
      "create index secrets_ended on secrets (expires_at, key_id, version) where expires_at is not null",
    ],
  },
]
