begin;
create table if not exists migrations (version bigint not null primary key, name text collate "C" not null);
create table organizations (
  id text collate "C" not null constraint "organizations.id" primary key,
  alias bigint not null constraint "organizations.alias" unique,
  name text collate "C" not null,
  created_at bigint not null,
  updated_at bigint not null,
  revision bigint not null
  );
create index organizations_by_age on organizations (created_at, id);
create table principals (
  id text collate "C" not null constraint "principals.id" primary key,
  organization_id text collate "C" not null,
  kind text collate "C" not null,
  alias bigint not null,
  display_name text collate "C" not null,
  roles text collate "C" not null,
  email text collate "C",
  user_name text collate "C",
  first_name text collate "C",
  last_name text collate "C",
  password_hash text collate "C",
  description text collate "C",
  suspended_at bigint,
  removed_at bigint,
  created_at bigint not null,
  updated_at bigint not null,
  revision bigint not null,
  constraint "principals.alias" unique (organization_id, alias)
  );
create unique index "principals.email" on principals (organization_id, email) where removed_at is null;
create unique index "principals.user_name" on principals (organization_id, user_name) where removed_at is null;
create index principals_by_age on principals (organization_id, created_at, id) where removed_at is null;
create index principals_by_kind on principals (organization_id, kind, created_at, id) where removed_at is null;
create index principals_by_email on principals (organization_id, email, id) where removed_at is null and email is not null;
create index principals_removed on principals (organization_id, email) where removed_at is not null and email is not null;
create table principal_roles (
  organization_id text collate "C" not null,
  principal_id text collate "C" not null,
  role text collate "C" not null,
  kind text collate "C" not null,
  suspended_at bigint,
  created_at bigint not null,
  primary key (organization_id, principal_id, role)
  );
create index principal_roles_by_age on principal_roles (organization_id, role, created_at, principal_id);
create index principal_roles_that_act on principal_roles (organization_id, role, kind) where suspended_at is null;
create table sessions (
  id text collate "C" not null constraint "sessions.id" primary key,
  organization_id text collate "C" not null,
  user_id text collate "C" not null,
  digest text collate "C" not null constraint "sessions.digest" unique,
  pepper_version bigint not null,
  address text collate "C",
  user_agent text collate "C",
  created_at bigint not null,
  last_seen_at bigint not null,
  expires_at bigint not null
  );
create index sessions_by_age on sessions (organization_id, user_id, created_at, id);
create index sessions_by_expiry on sessions (expires_at);
create index sessions_by_last_use on sessions (last_seen_at);
create table links (
  id text collate "C" not null constraint "links.id" primary key,
  organization_id text collate "C" not null,
  user_id text collate "C" not null,
  purpose text collate "C" not null,
  digest text collate "C" not null constraint "links.digest" unique,
  pepper_version bigint not null,
  created_at bigint not null,
  expires_at bigint not null,
  used_at bigint
  );
create index links_by_user on links (organization_id, user_id) where used_at is null;
create table keyspaces (
  id text collate "C" not null constraint "keyspaces.id" primary key,
  organization_id text collate "C" not null,
  kind text collate "C" not null,
  name text collate "C" not null,
  description text collate "C" not null,
  format text collate "C" not null,
  prefix text collate "C" not null,
  retention text collate "C" not null,
  permissions text collate "C" not null,
  roles text collate "C" not null,
  limits text collate "C" not null,
  max_active_keys bigint,
  created_at bigint not null,
  updated_at bigint not null,
  revision bigint not null,
  constraint "keyspaces.name" unique (organization_id, name),
  constraint "keyspaces.organization" unique (organization_id, id)
  );
create index keyspaces_by_age on keyspaces (organization_id, created_at, id);
create table keys (
  id text collate "C" not null constraint "keys.id" primary key,
  organization_id text collate "C" not null,
  alias bigint not null,
  keyspace_id text collate "C" not null,
  owner_kind text collate "C" not null,
  owner_id text collate "C" not null,
  name text collate "C" not null,
  permissions text collate "C" not null,
  roles text collate "C" not null,
  tags text collate "C" not null,
  metadata text collate "C" not null,
  limits text collate "C" not null,
  allowed_addresses text collate "C" not null,
  allowed_origins text collate "C" not null,
  not_before bigint,
  expires_at bigint,
  disabled_at bigint,
  revoked_at bigint,
  revocation_reason text collate "C",
  revocation_note text collate "C",
  deleted_at bigint,
  created_at bigint not null,
  updated_at bigint not null,
  revision bigint not null,
  constraint "keys.alias" unique (organization_id, alias),
  foreign key (organization_id, keyspace_id) references keyspaces (organization_id, id)
  );
create index keys_by_age on keys (organization_id, created_at, id) where deleted_at is null;
create index keys_by_keyspace on keys (organization_id, keyspace_id, created_at, id) where deleted_at is null;
create index keys_by_owner on keys (organization_id, owner_id, owner_kind, created_at, id) where deleted_at is null;
create index keys_by_name on keys (organization_id, name, id) where deleted_at is null;
create index keys_by_expiry on keys (organization_id, expires_at, id) where deleted_at is null and expires_at is not null;
create index keys_that_count on keys (organization_id, keyspace_id, expires_at)
  where deleted_at is null and revoked_at is null and disabled_at is null;
create table key_tags (
  organization_id text collate "C" not null,
  key_id text collate "C" not null,
  tag text collate "C" not null,
  created_at bigint not null,
  primary key (organization_id, key_id, tag)
  );
create index key_tags_by_age on key_tags (organization_id, tag, created_at, key_id);
create table secrets (
  key_id text collate "C" not null,
  version bigint not null,
  digest text collate "C" not null constraint "secrets.digest" unique,
  pepper_version bigint not null,
  hint_start text collate "C" not null,
  hint_end text collate "C" not null,
  sealed text collate "C",
  created_at bigint not null,
  expires_at bigint,
  last_used_at bigint,
  constraint "secrets.version" primary key (key_id, version)
  );
create table key_last_uses (
  organization_id text collate "C" not null,
  key_id text collate "C" not null primary key,
  last_used_at bigint not null
  );
create index key_last_uses_by_age on key_last_uses (organization_id, last_used_at, key_id);
create table usage (
  organization_id text collate "C" not null,
  key_id text collate "C" not null,
  hour bigint not null,
  outcome text collate "C" not null,
  count bigint not null,
  primary key (organization_id, key_id, hour, outcome)
  );
create table audit_heads (
  organization_id text collate "C" not null primary key,
  sequence bigint not null,
  hash text collate "C" not null
  );
create table audit_events (
  organization_id text collate "C" not null,
  sequence bigint not null,
  id text collate "C" not null,
  at bigint not null,
  action text collate "C" not null,
  actor text collate "C" not null,
  target text collate "C" not null,
  target_id text collate "C" not null,
  details text collate "C" not null,
  request_id text collate "C",
  previous_hash text collate "C" not null,
  hash text collate "C" not null,
  primary key (organization_id, sequence)
  );
create index audit_events_by_action on audit_events (organization_id, action, sequence);
create index audit_events_by_target on audit_events (organization_id, target_id, sequence);
create table throttles (
  name text collate "C" not null primary key,
  tat double precision not null
  );
create index throttles_by_tat on throttles (tat);
create table counters (
  name text collate "C" not null primary key,
  value bigint not null
  );
create table settings (
  name text collate "C" not null primary key,
  value text collate "C" not null
  );
alter table keyspaces add column policy text collate "C" not null default '{}';
update keyspaces set policy = '{"maxKeys":' || max_active_keys || '}' where max_active_keys is not null;
alter table keyspaces drop column max_active_keys;
create index keys_of_owner on keys (organization_id, keyspace_id, owner_id, owner_kind, name)
  where deleted_at is null;
create index keys_of_owner_that_count on keys (organization_id, keyspace_id, owner_id, owner_kind, expires_at)
  where deleted_at is null and revoked_at is null and disabled_at is null;
alter table secrets add column last_used_from text collate "C";
create table replays (
  organization_id text collate "C" not null,
  intent text collate "C" not null,
  sealed text collate "C" not null,
  created_at bigint not null,
  expires_at bigint not null,
  primary key (organization_id, intent)
  );
create index replays_by_expiry on replays (expires_at);
create table leases (
  name text collate "C" not null primary key,
  holder text collate "C" not null,
  ends_at bigint not null
  );
alter table keys add column credits text collate "C";
create table credit_balances (
  organization_id text collate "C" not null,
  key_id text collate "C" not null primary key,
  remaining bigint not null,
  refills_at bigint
  );
alter table keys add column delete_protected bigint not null default 0;
create index keys_deleted on keys (organization_id, deleted_at, id) where deleted_at is not null;
create index keys_deleted_of_keyspace on keys (organization_id, keyspace_id, deleted_at, id)
  where deleted_at is not null;
create index keys_deleted_of_owner on keys (organization_id, owner_id, owner_kind, deleted_at, id)
  where deleted_at is not null;
create index keys_to_purge on keys (deleted_at, id) where deleted_at is not null;
alter table keyspaces add column rotation text collate "C";
alter table keys add column rotation text collate "C";
alter table keys add column rotation_pending_from bigint;
create index keys_to_rotate on keys (rotation_pending_from, id)
  where deleted_at is null and revoked_at is null and disabled_at is null and rotation_pending_from is not null;
create index secrets_by_pepper on secrets (pepper_version);
create index sessions_by_pepper on sessions (pepper_version, expires_at);
create index links_by_pepper on links (pepper_version, expires_at) where used_at is null;
create index secrets_by_sealing on secrets (substr(sealed, 1, 29)) where sealed is not null;
create index replays_by_sealing on replays (substr(sealed, 1, 29));
create table expiry_notices (
  key_id text collate "C" not null primary key,
  organization_id text collate "C" not null,
  due_at bigint not null
  );
insert into expiry_notices (key_id, organization_id, due_at)
  select id, organization_id, expires_at - 2592000000 from keys
  where expires_at > 1782907200000 and disabled_at is null and revoked_at is null and deleted_at is null;
create index expiry_notices_due on expiry_notices (due_at, key_id);
create table idle_notices (
  key_id text collate "C" not null primary key,
  organization_id text collate "C" not null,
  since bigint not null
  );
create table tasks (
  id text collate "C" not null constraint "tasks.id" primary key,
  organization_id text collate "C" not null,
  keyspace_id text collate "C",
  filter text collate "C" not null,
  action text collate "C" not null,
  dry_run bigint not null,
  created_by text collate "C" not null,
  request_id text collate "C",
  created_at bigint not null,
  holds text collate "C" not null,
  state text collate "C" not null,
  ended_at bigint,
  changed bigint not null,
  unchanged bigint not null,
  refused bigint not null,
  position text collate "C" not null
  );
create index tasks_by_age on tasks (organization_id, created_at, id);
create index tasks_of_keyspace on tasks (organization_id, keyspace_id, created_at, id);
create index tasks_running_of_organization on tasks (organization_id) where ended_at is null;
create index tasks_running on tasks (created_at, id) where ended_at is null;
create index tasks_ended on tasks (ended_at, id) where ended_at is not null;
create table task_results (
  organization_id text collate "C" not null,
  task_id text collate "C" not null,
  key_id text collate "C" not null,
  kind text collate "C" not null,
  failure text collate "C",
  at bigint not null,
  primary key (task_id, key_id)
  );
create index task_results_by_kind on task_results (task_id, kind, key_id);
drop index keys_of_owner;
create index keys_of_owner on keys (organization_id, keyspace_id, owner_id, owner_kind, name, created_at, id)
  where deleted_at is null;
create index keys_that_count_by_age
  on keys (organization_id, keyspace_id, created_at, id, expires_at, deleted_at, revoked_at, disabled_at)
  where deleted_at is null and revoked_at is null and disabled_at is null;
create index keys_of_owner_by_age on keys (organization_id, keyspace_id, owner_id, owner_kind, created_at, id)
  where deleted_at is null;
create index keys_of_owner_that_count_by_age
  on keys (organization_id, keyspace_id, owner_id, owner_kind, created_at, id, expires_at, deleted_at, revoked_at,
  disabled_at)
  where deleted_at is null and revoked_at is null and disabled_at is null;
create table taken_digests (
  digest text collate "C" not null constraint "taken_digests.digest" primary key,
  pepper_version bigint not null
  );
create index taken_digests_by_pepper on taken_digests (pepper_version);
insert into taken_digests (digest, pepper_version)
  select digest, pepper_version from secrets where not exists (select 1 from keys where keys.id = secrets.key_id);
delete from secrets where not exists (select 1 from keys where keys.id = secrets.key_id);
alter table secrets add column key_revoked_at bigint;
update secrets set key_revoked_at = (select revoked_at from keys where keys.id = secrets.key_id)
  where key_id in (select id from keys where revoked_at is not null);
drop index secrets_by_pepper;
create index secrets_that_may_live on secrets (pepper_version, expires_at) where key_revoked_at is null;
create index secrets_of_revoked_keys on secrets (pepper_version) where key_revoked_at is not null;
create index secrets_ended on secrets (expires_at, key_id, version) where expires_at is not null;
insert into "organizations" values ('019f1d8c-e200-7257-bfdb-a62b930a6252', 1, 'Corpus', 1782907200000, 1782907200000, 1);
insert into "principals" values ('019f1d8c-e200-70ea-bb02-aa13006ded33', '019f1d8c-e200-7257-bfdb-a62b930a6252', 'service_account', 113, 'Suspended machine', '[]', NULL, NULL, NULL, NULL, NULL, '', 1782907200000, NULL, 1782907200000, 1782907200000, 2);
insert into "principals" values ('019f1d8c-e200-756f-bef9-6cb2d8061fa8', '019f1d8c-e200-7257-bfdb-a62b930a6252', 'user', 2, 'Corpus', '["owner"]', 'corpus@example.com', NULL, NULL, NULL, 'none', NULL, NULL, NULL, 1782907200000, 1782907200000, 1);
insert into "principal_roles" values ('019f1d8c-e200-7257-bfdb-a62b930a6252', '019f1d8c-e200-756f-bef9-6cb2d8061fa8', 'owner', 'user', NULL, 1782907200000);
insert into "keyspaces" values ('019f1d8c-e200-723f-bb4c-c779172f9839', '019f1d8c-e200-7257-bfdb-a62b930a6252', 'standard', 'Recoverable', '', 'native', 'acme_test', 'recoverable', '[{"name":"invoices.read","description":""},{"name":"invoices.write","description":""}]', '[]', '[]', 1782907200000, 1782907200000, 1, '{"maxKeys":null,"maxKeysPerOwner":9,"countedKeys":"all","uniqueNames":true,"maxLifetimeSeconds":null,"defaultLifetimeSeconds":null,"expiryRequired":false,"expiryWithinCreator":false,"ownersGrant":false,"requiredTags":[],"exclusivePermissions":[],"maxOverlapSeconds":null,"idleSeconds":null,"disableIdle":false}', NULL);
insert into "keyspaces" values ('019f1d8c-e200-72c0-babb-c59fd569a1ad', '019f1d8c-e200-7257-bfdb-a62b930a6252', 'arthur', 'Of arthur', '', 'arthur', '', 'digest', '[]', '[]', '[]', 1782907200000, 1782907200000, 1, '{"maxKeys":null,"maxKeysPerOwner":null,"countedKeys":"active","uniqueNames":false,"maxLifetimeSeconds":null,"defaultLifetimeSeconds":null,"expiryRequired":false,"expiryWithinCreator":false,"ownersGrant":false,"requiredTags":[],"exclusivePermissions":[],"maxOverlapSeconds":null,"idleSeconds":null,"disableIdle":false}', NULL);
insert into "keyspaces" values ('019f1d8c-e200-74a8-9f68-5eb2f660a958', '019f1d8c-e200-7257-bfdb-a62b930a6252', 'octopus', 'Of octopus', '', 'octopus', '', 'digest', '[]', '[]', '[]', 1782907200000, 1782907200000, 1, '{"maxKeys":null,"maxKeysPerOwner":null,"countedKeys":"active","uniqueNames":false,"maxLifetimeSeconds":null,"defaultLifetimeSeconds":null,"expiryRequired":false,"expiryWithinCreator":false,"ownersGrant":false,"requiredTags":[],"exclusivePermissions":[],"maxOverlapSeconds":null,"idleSeconds":null,"disableIdle":false}', NULL);
insert into "keyspaces" values ('019f1d8c-e200-7a83-a18e-e5aa77095456', '019f1d8c-e200-7257-bfdb-a62b930a6252', 'management', 'Keyward management', 'Keys that authenticate callers of Keyward''s own management API.', 'native', 'keyward', 'digest', '[{"name":"organizations.read","description":"Read the organization."},{"name":"organizations.write","description":"Change the organization."},{"name":"keyspaces.read","description":"Read keyspaces, their permission catalogs and roles."},{"name":"keyspaces.write","description":"Create and change keyspaces, their permission catalogs and roles."},{"name":"keys.read","description":"Read and list keys and their usage; never their secrets."},{"name":"keys.write","description":"Create, change, revoke and delete keys."},{"name":"keys.reveal","description":"Read the secret of a recoverable key again. Every reading is audited."},{"name":"keys.verify","description":"Ask whether a presented secret is a live key, and what it may do."},{"name":"own_keys.read","description":"Read and list the keys that one owns oneself."},{"name":"own_keys.write","description":"Create, change, revoke and delete keys that one owns oneself, with no permissions that one''s keys of the keyspace do not have already, unless its policy lets owners grant."},{"name":"own_keys.reveal","description":"Read the secret of a recoverable key that one owns oneself."},{"name":"members.read","description":"Read users, service accounts and their roles."},{"name":"members.write","description":"Create, change, invite, suspend and remove users and service accounts, and give them roles."},{"name":"roles.read","description":"Read the organization''s roles."},{"name":"roles.write","description":"Create, change and delete the organization''s own roles."},{"name":"sessions.read","description":"Read the sessions of other users."},{"name":"sessions.write","description":"End the sessions of other users."},{"name":"audit.read","description":"Read the audit trail."}]', '[{"name":"owner","description":"Everything. There is always at least one.","permissions":["*"]},{"name":"admin","description":"Everything but what concerns owners and the organization itself.","permissions":["organizations.read","keyspaces.*","keys.*","own_keys.*","members.*","roles.*","sessions.*","audit.read"]},{"name":"auditor","description":"Reads everything, and neither changes nor reveals anything.","permissions":["organizations.read","keyspaces.read","keys.read","own_keys.read","members.read","roles.read","sessions.read","audit.read"]},{"name":"member","description":"Sees and manages the keys that they own themselves.","permissions":["organizations.read","keyspaces.read","own_keys.*"]}]', '[]', 1782907200000, 1782907200000, 1, '{"maxKeys":null,"maxKeysPerOwner":null,"countedKeys":"active","uniqueNames":false,"maxLifetimeSeconds":null,"defaultLifetimeSeconds":null,"expiryRequired":false,"expiryWithinCreator":false,"ownersGrant":false,"requiredTags":[],"exclusivePermissions":[],"maxOverlapSeconds":null,"idleSeconds":null,"disableIdle":false}', NULL);
insert into "keyspaces" values ('019f1d8c-e200-7af9-9df6-5082f380452f', '019f1d8c-e200-7257-bfdb-a62b930a6252', 'standard', 'Native', '', 'native', 'acme_live', 'digest', '[{"name":"invoices.read","description":""},{"name":"invoices.write","description":""}]', '[{"name":"reader","description":"","permissions":["invoices.read"]}]', '[{"name":"daily","count":1000,"windowSeconds":86400}]', 1782907200000, 1782907200000, 1, '{"maxKeys":50,"maxKeysPerOwner":null,"countedKeys":"active","uniqueNames":false,"maxLifetimeSeconds":null,"defaultLifetimeSeconds":null,"expiryRequired":false,"expiryWithinCreator":false,"ownersGrant":false,"requiredTags":[],"exclusivePermissions":[],"maxOverlapSeconds":null,"idleSeconds":null,"disableIdle":false}', NULL);
insert into "keyspaces" values ('019f1d8c-e200-7b11-94ae-f906d4f2e914', '019f1d8c-e200-7257-bfdb-a62b930a6252', 'docspace', 'Of docspace', '', 'docspace', '', 'digest', '[]', '[]', '[]', 1782907200000, 1782907200000, 1, '{"maxKeys":null,"maxKeysPerOwner":null,"countedKeys":"active","uniqueNames":false,"maxLifetimeSeconds":null,"defaultLifetimeSeconds":null,"expiryRequired":false,"expiryWithinCreator":false,"ownersGrant":false,"requiredTags":[],"exclusivePermissions":[],"maxOverlapSeconds":null,"idleSeconds":null,"disableIdle":false}', NULL);
insert into "keyspaces" values ('019f1d8c-e200-7e4a-aeac-bf8ff083776e', '019f1d8c-e200-7257-bfdb-a62b930a6252', 'automox', 'Of automox', '', 'automox', '', 'recoverable', '[]', '[]', '[]', 1782907200000, 1782907200000, 1, '{"maxKeys":null,"maxKeysPerOwner":null,"countedKeys":"active","uniqueNames":false,"maxLifetimeSeconds":null,"defaultLifetimeSeconds":null,"expiryRequired":false,"expiryWithinCreator":false,"ownersGrant":false,"requiredTags":[],"exclusivePermissions":[],"maxOverlapSeconds":null,"idleSeconds":null,"disableIdle":false}', NULL);
insert into "keys" values ('019de88f-5200-7369-824b-f7d05aa297ad', '019f1d8c-e200-7257-bfdb-a62b930a6252', 118, '019f1d8c-e200-7af9-9df6-5082f380452f', 'organization', '019f1d8c-e200-7257-bfdb-a62b930a6252', 'Rotated long ago', '[]', '[]', '[]', '{}', '[]', '[]', '[]', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1777723200000, 1777723200000, 2, NULL, 0, NULL, NULL);
insert into "keys" values ('019f1d8c-e200-7074-b1e6-58067e280c1f', '019f1d8c-e200-7257-bfdb-a62b930a6252', 102, '019f1d8c-e200-723f-bb4c-c779172f9839', 'organization', '019f1d8c-e200-7257-bfdb-a62b930a6252', 'Sealed, under pepper 2', '["invoices.read"]', '[]', '[]', '{}', '[]', '[]', '[]', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1782907200000, 1782907200000, 1, NULL, 0, NULL, NULL);
insert into "keys" values ('019f1d8c-e200-70f3-82ef-d9c84cb065da', '019f1d8c-e200-7257-bfdb-a62b930a6252', 108, '019f1d8c-e200-7af9-9df6-5082f380452f', 'organization', '019f1d8c-e200-7257-bfdb-a62b930a6252', 'Disabled', '[]', '[]', '[]', '{}', '[]', '[]', '[]', NULL, NULL, 1782907200000, NULL, NULL, NULL, NULL, 1782907200000, 1782907200000, 1, NULL, 0, NULL, NULL);
insert into "keys" values ('019f1d8c-e200-7153-9a3c-5337c1c71c97', '019f1d8c-e200-7257-bfdb-a62b930a6252', 107, '019f1d8c-e200-7af9-9df6-5082f380452f', 'organization', '019f1d8c-e200-7257-bfdb-a62b930a6252', 'Expiring', '[]', '[]', '[]', '{}', '[]', '[]', '[]', 1783080000000, 1783252800000, NULL, NULL, NULL, NULL, NULL, 1782907200000, 1782907200000, 1, NULL, 0, NULL, NULL);
insert into "keys" values ('019f1d8c-e200-72ec-b2de-9206ecea1295', '019f1d8c-e200-7257-bfdb-a62b930a6252', 105, '019f1d8c-e200-74a8-9f68-5eb2f660a958', 'organization', '019f1d8c-e200-7257-bfdb-a62b930a6252', 'In the format of octopus', '[]', '[]', '[]', '{}', '[]', '[]', '[]', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1782907200000, 1782907200000, 1, NULL, 0, NULL, NULL);
insert into "keys" values ('019f1d8c-e200-7317-a2d7-53864769672b', '019f1d8c-e200-7257-bfdb-a62b930a6252', 104, '019f1d8c-e200-7e4a-aeac-bf8ff083776e', 'organization', '019f1d8c-e200-7257-bfdb-a62b930a6252', 'In the format of automox', '[]', '[]', '[]', '{}', '[]', '[]', '[]', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1782907200000, 1782907200000, 1, NULL, 0, NULL, NULL);
insert into "keys" values ('019f1d8c-e200-74ce-8741-7c06c935c3a2', '019f1d8c-e200-7257-bfdb-a62b930a6252', 114, '019f1d8c-e200-7af9-9df6-5082f380452f', 'service_account', '019f1d8c-e200-70ea-bb02-aa13006ded33', 'Of a machine', '[]', '[]', '[]', '{}', '[]', '[]', '[]', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1782907200000, 1782907200000, 1, NULL, 0, NULL, NULL);
insert into "keys" values ('019f1d8c-e200-757b-ac62-6785cad67911', '019f1d8c-e200-7257-bfdb-a62b930a6252', 110, '019f1d8c-e200-7af9-9df6-5082f380452f', 'organization', '019f1d8c-e200-7257-bfdb-a62b930a6252', 'Deleted', '[]', '[]', '[]', '{}', '[]', '[]', '[]', NULL, NULL, NULL, NULL, NULL, NULL, 1782907200000, 1782907200000, 1782907200000, 2, NULL, 0, NULL, NULL);
insert into "keys" values ('019f1d8c-e200-75ba-b6ed-9894333a618a', '019f1d8c-e200-7257-bfdb-a62b930a6252', 115, '019f1d8c-e200-723f-bb4c-c779172f9839', 'organization', '019f1d8c-e200-7257-bfdb-a62b930a6252', 'Being rotated', '[]', '[]', '[]', '{}', '[]', '[]', '[]', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1782907200000, 1782907200000, 2, NULL, 0, NULL, NULL);
insert into "keys" values ('019f1d8c-e200-7699-83cf-cb45e9cc1e40', '019f1d8c-e200-7257-bfdb-a62b930a6252', 109, '019f1d8c-e200-7af9-9df6-5082f380452f', 'organization', '019f1d8c-e200-7257-bfdb-a62b930a6252', 'Revoked', '[]', '[]', '[]', '{}', '[]', '[]', '[]', NULL, NULL, NULL, 1782907200000, 'compromised', 'lost', NULL, 1782907200000, 1782907200000, 2, NULL, 0, NULL, NULL);
insert into "keys" values ('019f1d8c-e200-76e8-9fb8-2abe8736b19c', '019f1d8c-e200-7257-bfdb-a62b930a6252', 4, '019f1d8c-e200-7af9-9df6-5082f380452f', 'organization', '019f1d8c-e200-7257-bfdb-a62b930a6252', 'Plain, under pepper 1', '["invoices.write"]', '["reader"]', '[]', '{}', '[]', '[]', '[]', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1782907200000, 1782907200000, 1, NULL, 0, NULL, NULL);
insert into "keys" values ('019f1d8c-e200-76ea-8e5c-773e23fe8156', '019f1d8c-e200-7257-bfdb-a62b930a6252', 3, '019f1d8c-e200-7a83-a18e-e5aa77095456', 'user', '019f1d8c-e200-756f-bef9-6cb2d8061fa8', 'Administrator', '["*"]', '[]', '[]', '{}', '[]', '[]', '[]', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1782907200000, 1782907200000, 1, NULL, 0, NULL, NULL);
insert into "keys" values ('019f1d8c-e200-79f0-9a60-7b2a25c6eda4', '019f1d8c-e200-7257-bfdb-a62b930a6252', 111, '019f1d8c-e200-7af9-9df6-5082f380452f', 'organization', '019f1d8c-e200-7257-bfdb-a62b930a6252', 'Bound', '[]', '[]', '[]', '{}', '[]', '["203.0.113.0/24","2001:db8::/32"]', '["https://*.example.com"]', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1782907200000, 1782907200000, 1, NULL, 0, NULL, NULL);
insert into "keys" values ('019f1d8c-e200-7a0b-9c72-a4056aa36276', '019f1d8c-e200-7257-bfdb-a62b930a6252', 116, '019f1d8c-e200-7af9-9df6-5082f380452f', 'organization', '019f1d8c-e200-7257-bfdb-a62b930a6252', 'Rotation cancelled', '[]', '[]', '[]', '{}', '[]', '[]', '[]', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1782907200000, 1782907200000, 3, NULL, 0, NULL, NULL);
insert into "keys" values ('019f1d8c-e200-7a74-a362-93c6bfaf88b0', '019f1d8c-e200-7257-bfdb-a62b930a6252', 101, '019f1d8c-e200-7af9-9df6-5082f380452f', 'organization', '019f1d8c-e200-7257-bfdb-a62b930a6252', 'Plain, under pepper 2', '["invoices.write"]', '["reader"]', '[]', '{}', '[]', '[]', '[]', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1782907200000, 1782907200000, 1, NULL, 0, NULL, NULL);
insert into "keys" values ('019f1d8c-e200-7aca-9062-d124a58bcf41', '019f1d8c-e200-7257-bfdb-a62b930a6252', 112, '019f1d8c-e200-7af9-9df6-5082f380452f', 'organization', '019f1d8c-e200-7257-bfdb-a62b930a6252', 'Limited', '[]', '[]', '[]', '{}', '[{"name":"hourly","count":2,"windowSeconds":3600}]', '[]', '[]', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1782907200000, 1782907200000, 1, NULL, 0, NULL, NULL);
insert into "keys" values ('019f1d8c-e200-7cfc-b2ac-44ed3013d827', '019f1d8c-e200-7257-bfdb-a62b930a6252', 5, '019f1d8c-e200-723f-bb4c-c779172f9839', 'organization', '019f1d8c-e200-7257-bfdb-a62b930a6252', 'Sealed, under pepper 1', '["invoices.read"]', '[]', '[]', '{}', '[]', '[]', '[]', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1782907200000, 1782907200000, 1, NULL, 0, NULL, NULL);
insert into "keys" values ('019f1d8c-e200-7eb0-85bb-19cab82d348d', '019f1d8c-e200-7257-bfdb-a62b930a6252', 117, '019f1d8c-e200-7af9-9df6-5082f380452f', 'organization', '019f1d8c-e200-7257-bfdb-a62b930a6252', 'With credits', '[]', '[]', '[]', '{}', '[]', '[]', '[]', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1782907200000, 1782907200000, 1, '{"refill":null,"onUnavailable":"deny"}', 0, NULL, NULL);
insert into "keys" values ('37a01c36-d6e2-4037-9a59-7065dad965cf', '019f1d8c-e200-7257-bfdb-a62b930a6252', 106, '019f1d8c-e200-7b11-94ae-f906d4f2e914', 'organization', '019f1d8c-e200-7257-bfdb-a62b930a6252', 'In the format of docspace', '[]', '[]', '[]', '{}', '[]', '[]', '[]', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1782907200000, 1782907200000, 1, NULL, 0, NULL, NULL);
insert into "keys" values ('faeb08b1-330b-4cff-a8ca-a5cecf545465', '019f1d8c-e200-7257-bfdb-a62b930a6252', 103, '019f1d8c-e200-72c0-babb-c59fd569a1ad', 'organization', '019f1d8c-e200-7257-bfdb-a62b930a6252', 'In the format of arthur', '[]', '[]', '[]', '{}', '[]', '[]', '[]', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1782907200000, 1782907200000, 1, NULL, 0, NULL, NULL);
insert into "secrets" values ('019de88f-5200-7369-824b-f7d05aa297ad', 2, 'cNOLDD_KsKlc6nwhD2RCjBZva6lqo0RRdoG_kRgz-T4', 2, 'acme_live_5HM2', 'XJDg', NULL, 1777723200000, NULL, NULL, NULL, NULL);
insert into "secrets" values ('019f1d8c-e200-7074-b1e6-58067e280c1f', 1, 'rFDasya2t95WQeUSbdRqSyApNwTVOmKUUNAZ0jGx54A', 2, 'acme_test_1Tgn', 'PPYF', 'v1.2.PYiG9JqJWWl8LaeV.HWdAzrcTi46y9X_QIVvh6kAlRwwU94UaN4WV6yaDGrq0Rp8MTdnf25W0eNtjYeyY.FgrXM9H_XDqEJ5Xjp0PKzQ', 1782907200000, NULL, NULL, NULL, NULL);
insert into "secrets" values ('019f1d8c-e200-70f3-82ef-d9c84cb065da', 1, 'Xj2bJPOvxe7WMVYnWDh7pLbnri70sS3DvhaD4naeNgM', 2, 'acme_live_qizi', '1laf', NULL, 1782907200000, NULL, NULL, NULL, NULL);
insert into "secrets" values ('019f1d8c-e200-7153-9a3c-5337c1c71c97', 1, 'sWwxRs6dTi0vKTWqwW11lSoq9R-6BDBzCZhlbLWb__g', 2, 'acme_live_43MI', 'bRAT', NULL, 1782907200000, NULL, NULL, NULL, NULL);
insert into "secrets" values ('019f1d8c-e200-72ec-b2de-9206ecea1295', 1, 'jumclYSffUMfueFFkhRKGrEsoRLB-qd5kWGOaf4Wc5M', 2, 'API-PAB3', '', NULL, 1782907200000, NULL, NULL, NULL, NULL);
insert into "secrets" values ('019f1d8c-e200-7317-a2d7-53864769672b', 1, 'YHcz-yXVkLBS-4D4DRXiPCDbk7yiA6LzTc1n0l-S144', 2, '', '727e', 'v1.2.xhtIEoBCTrgXmoST.nFLaXMRUa9C5CCxEGVM37rRvROjoFvkuGQBs-jgvR629iV4H.TvhqgcgDErqAbloeqXFyFA', 1782907200000, NULL, NULL, NULL, NULL);
insert into "secrets" values ('019f1d8c-e200-74ce-8741-7c06c935c3a2', 1, 'xiw7tMl1eKNo3U7gVj0U1nQToRkhExCmddU98VoRl6Q', 2, 'acme_live_ft5g', 'lZUA', NULL, 1782907200000, NULL, NULL, NULL, NULL);
insert into "secrets" values ('019f1d8c-e200-757b-ac62-6785cad67911', 1, 'x6gni6q74VvuMt4LByRkHVx7b2pVK3Pi2YO6yxn-TSI', 2, 'acme_live_KpD1', 'tPnI', NULL, 1782907200000, NULL, NULL, NULL, NULL);
insert into "secrets" values ('019f1d8c-e200-75ba-b6ed-9894333a618a', 1, 'x3iEG0bSXJw1tNrx-1UHD9GKJFUXTmTKv7NCmrIWTus', 2, 'acme_test_YY8e', 'QoTG', 'v1.2.iPPKf7CrIpDEKR9j.nc4jvVRV7r4osXUEfBJoYHdhfUuJZvID6jgQTOVKr0z5nUN4HOMQ6qxULZ-QbZ_K.V_oh2UqMcC1fSuFoYD2LfA', 1782907200000, 1783166400000, NULL, NULL, NULL);
insert into "secrets" values ('019f1d8c-e200-75ba-b6ed-9894333a618a', 2, 'axMv4AxNutJ_fNjkfXD36FhEJF6INd0coO2xHgixYXQ', 2, 'acme_test_7QI8', 'cyOj', 'v1.2.o7UhUQCVOhw3oDIB.YUhr9A26RaJXRpHG86Y6OqFGn9FVShWDGVo2q1-leBPehJU5RqwI4qzNRu0xtqYe.ZDH6i5YulSI0CTl4ZYRA1Q', 1782907200000, NULL, NULL, NULL, NULL);
insert into "secrets" values ('019f1d8c-e200-7699-83cf-cb45e9cc1e40', 1, 'Clxf6GSNVsIC5hifO4qiX7fcA8vci0RWjhTzJ0LO514', 2, 'acme_live_NeRH', 'EMDD', NULL, 1782907200000, NULL, NULL, NULL, 1782907200000);
insert into "secrets" values ('019f1d8c-e200-76e8-9fb8-2abe8736b19c', 1, 'zyVWSqvmKgx2_3xyOHf_cz6w0dv1XOk5T_MzlNyZCYU', 1, 'acme_live_ccUG', 'm8Qi', NULL, 1782907200000, NULL, NULL, NULL, NULL);
insert into "secrets" values ('019f1d8c-e200-76ea-8e5c-773e23fe8156', 1, 'iX5aO94qT8bXRZ7rRbxKPqaI6Dz525NfjlI7QMD-a_4', 1, 'keyward_kYyV', 'cIlS', NULL, 1782907200000, NULL, NULL, NULL, NULL);
insert into "secrets" values ('019f1d8c-e200-79f0-9a60-7b2a25c6eda4', 1, 'EtdeudCHlQyNT3tejsVxzJ1Sk9TJTqw-7OLHSLd5e9Q', 2, 'acme_live_C518', 'GFI6', NULL, 1782907200000, NULL, NULL, NULL, NULL);
insert into "secrets" values ('019f1d8c-e200-7a0b-9c72-a4056aa36276', 1, 'XFH72WbRjNJZSJVOLATzy4kSXEQCq1Pox18ngZ7hPvg', 2, 'acme_live_uPmc', 'mXEw', NULL, 1782907200000, NULL, NULL, NULL, NULL);
insert into "secrets" values ('019f1d8c-e200-7a0b-9c72-a4056aa36276', 2, 'mkdLMHO9gQIhJ1C68IE2BBal2UDnOO6rh_zsGcYFcKg', 2, 'acme_live_v67a', 'RrmG', NULL, 1782907200000, 1782907200000, NULL, NULL, NULL);
insert into "secrets" values ('019f1d8c-e200-7a74-a362-93c6bfaf88b0', 1, 'Gm2CKbEtjZp6h-BFolsShe57DkGb_BFAoixB6zCFdO0', 2, 'acme_live_Vql7', 'eIdF', NULL, 1782907200000, NULL, NULL, NULL, NULL);
insert into "secrets" values ('019f1d8c-e200-7aca-9062-d124a58bcf41', 1, 'lSegKSXO0IoQX7NfM0QtvTtK_JK5QBlezY3uap0OQwg', 2, 'acme_live_8JUV', 'ndw1', NULL, 1782907200000, NULL, NULL, NULL, NULL);
insert into "secrets" values ('019f1d8c-e200-7cfc-b2ac-44ed3013d827', 1, '6f46jnziJqAT6mFfWU-fE52y7qFohrVy0eWzhiqY94A', 1, 'acme_test_2mFY', 'Tq1q', 'v1.1.8roWFdsjE6eDIo7x.c3FsSPKB3et6Qi1vRe096HVAHZ4R-IjP1GyXDAk_v4uJUi9P3Q48Vt9tMD28tVuD.6RVpWJPIlOZbM3xPdXl9gQ', 1782907200000, NULL, NULL, NULL, NULL);
insert into "secrets" values ('019f1d8c-e200-7eb0-85bb-19cab82d348d', 1, 'szAeUy_b_lmGAtkbztHTUyDKqKT4EEAwKyqINqFYKgY', 2, 'acme_live_8Hh4', '2fPL', NULL, 1782907200000, NULL, NULL, NULL, NULL);
insert into "secrets" values ('37a01c36-d6e2-4037-9a59-7065dad965cf', 1, '4gwdKH9qlnzFuNhOcOpdCJKZyG5-GZLKvJREBM4mfu0', 2, 'sk-', 'e9f2', NULL, 1782907200000, NULL, NULL, NULL, NULL);
insert into "secrets" values ('faeb08b1-330b-4cff-a8ca-a5cecf545465', 1, '6j4qrxHjpcXSi6RwBisu_TD4HpLSvlpMTg_SlrE91PE', 2, 'ZmFlYjA4', 'Q0E=', NULL, 1782907200000, NULL, NULL, NULL, NULL);
insert into "taken_digests" values ('-OvJcQJm66XhQFW0VHleqNJe8Yh4NMAwJn_SXqNhkSM', 2);
insert into "taken_digests" values ('A8n2qnW5U5-vC_Euz-dj-hJ3iY7Pi1A5S5h_EBPpoyM', 2);
insert into "expiry_notices" values ('019f1d8c-e200-7153-9a3c-5337c1c71c97', '019f1d8c-e200-7257-bfdb-a62b930a6252', 1783166400000);
insert into "credit_balances" values ('019f1d8c-e200-7257-bfdb-a62b930a6252', '019f1d8c-e200-7eb0-85bb-19cab82d348d', 5, NULL);
insert into "audit_heads" values ('019f1d8c-e200-7257-bfdb-a62b930a6252', 40, '029e492f276fb54b54d93ac345f5ffa6a32fdb0173395939e16a9273f24973c7');
insert into "audit_events" values ('019f1d8c-e200-7257-bfdb-a62b930a6252', 1, '019f1d8c-e200-7e66-a110-6ff577b1469e', 1782907200000, 'organization.created', '{"kind":"system","id":"keyward","credential":null,"address":null,"userAgent":null}', '{"kind":"organization","id":"019f1d8c-e200-7257-bfdb-a62b930a6252"}', '019f1d8c-e200-7257-bfdb-a62b930a6252', '{"name":"Corpus"}', NULL, '0000000000000000000000000000000000000000000000000000000000000000', 'd27c8217e5d71bb851ca3128383dcc96f395c841d5e8f64499c943d1fbcf33d2');
insert into "audit_events" values ('019f1d8c-e200-7257-bfdb-a62b930a6252', 10, '019f1d8c-e200-7323-bebf-bd4dbb3a155a', 1782907200000, 'key.created', '{"kind":"system","id":"keyward","credential":null,"address":null,"userAgent":null}', '{"kind":"key","id":"019f1d8c-e200-7074-b1e6-58067e280c1f"}', '019f1d8c-e200-7074-b1e6-58067e280c1f', '{"keyspace_id":"019f1d8c-e200-723f-bb4c-c779172f9839","owner":{"kind":"organization","id":"019f1d8c-e200-7257-bfdb-a62b930a6252"},"name":"Sealed, under pepper 2","permissions":["invoices.read"],"roles":[],"tags":[],"metadata":{},"limits":[],"credits":null,"allowed_addresses":[],"allowed_origins":[],"not_before":null,"expires_at":null,"rotation":null,"enabled":true,"delete_protected":false}', NULL, '7d33081ff109086e1229a5182afdedf3eb9c4b19902ecdf6139ba97220f0cfc9', '5af926df5c1785808667b0fdb2c8dcd27c988ba4eecf31e8630534c3aa1ccbab');
insert into "audit_events" values ('019f1d8c-e200-7257-bfdb-a62b930a6252', 11, '019f1d8c-e200-71d9-98ba-519e94430053', 1782907200000, 'keyspace.created', '{"kind":"system","id":"keyward","credential":null,"address":null,"userAgent":null}', '{"kind":"keyspace","id":"019f1d8c-e200-72c0-babb-c59fd569a1ad"}', '019f1d8c-e200-72c0-babb-c59fd569a1ad', '{"kind":"arthur","name":"Of arthur"}', NULL, '5af926df5c1785808667b0fdb2c8dcd27c988ba4eecf31e8630534c3aa1ccbab', '48c5c9278f685773e925ac09b12624f075dce2b8f4044a547972215dd8c08ca0');
insert into "audit_events" values ('019f1d8c-e200-7257-bfdb-a62b930a6252', 12, '019f1d8c-e200-7e1c-9373-381187495036', 1782907200000, 'key.created', '{"kind":"system","id":"keyward","credential":null,"address":null,"userAgent":null}', '{"kind":"key","id":"faeb08b1-330b-4cff-a8ca-a5cecf545465"}', 'faeb08b1-330b-4cff-a8ca-a5cecf545465', '{"keyspace_id":"019f1d8c-e200-72c0-babb-c59fd569a1ad","owner":{"kind":"organization","id":"019f1d8c-e200-7257-bfdb-a62b930a6252"},"name":"In the format of arthur","permissions":[],"roles":[],"tags":[],"metadata":{},"limits":[],"credits":null,"allowed_addresses":[],"allowed_origins":[],"not_before":null,"expires_at":null,"rotation":null,"enabled":true,"delete_protected":false}', NULL, '48c5c9278f685773e925ac09b12624f075dce2b8f4044a547972215dd8c08ca0', 'd3b5a3ab7a26dfd290371f298bcdf35299d2fedcbe65f3ecbdcf99f4ba36d008');
insert into "audit_events" values ('019f1d8c-e200-7257-bfdb-a62b930a6252', 13, '019f1d8c-e200-73d3-b63e-f9d4aeea3253', 1782907200000, 'keyspace.created', '{"kind":"system","id":"keyward","credential":null,"address":null,"userAgent":null}', '{"kind":"keyspace","id":"019f1d8c-e200-7e4a-aeac-bf8ff083776e"}', '019f1d8c-e200-7e4a-aeac-bf8ff083776e', '{"kind":"automox","name":"Of automox"}', NULL, 'd3b5a3ab7a26dfd290371f298bcdf35299d2fedcbe65f3ecbdcf99f4ba36d008', '73a0dfc26bd41729450cb9cf5dc5f65e3d558ad24e5cbec874e03f9f9e339130');
insert into "audit_events" values ('019f1d8c-e200-7257-bfdb-a62b930a6252', 14, '019f1d8c-e200-76b8-909b-bd951208b92f', 1782907200000, 'key.created', '{"kind":"system","id":"keyward","credential":null,"address":null,"userAgent":null}', '{"kind":"key","id":"019f1d8c-e200-7317-a2d7-53864769672b"}', '019f1d8c-e200-7317-a2d7-53864769672b', '{"keyspace_id":"019f1d8c-e200-7e4a-aeac-bf8ff083776e","owner":{"kind":"organization","id":"019f1d8c-e200-7257-bfdb-a62b930a6252"},"name":"In the format of automox","permissions":[],"roles":[],"tags":[],"metadata":{},"limits":[],"credits":null,"allowed_addresses":[],"allowed_origins":[],"not_before":null,"expires_at":null,"rotation":null,"enabled":true,"delete_protected":false}', NULL, '73a0dfc26bd41729450cb9cf5dc5f65e3d558ad24e5cbec874e03f9f9e339130', 'eeb26b2c582e35458f31425dd384c2771243f995cbe6041443bcfe298986f732');
insert into "audit_events" values ('019f1d8c-e200-7257-bfdb-a62b930a6252', 15, '019f1d8c-e200-7497-aa3b-595c36af9aca', 1782907200000, 'keyspace.created', '{"kind":"system","id":"keyward","credential":null,"address":null,"userAgent":null}', '{"kind":"keyspace","id":"019f1d8c-e200-74a8-9f68-5eb2f660a958"}', '019f1d8c-e200-74a8-9f68-5eb2f660a958', '{"kind":"octopus","name":"Of octopus"}', NULL, 'eeb26b2c582e35458f31425dd384c2771243f995cbe6041443bcfe298986f732', '341d5ebbbc282f8b29af139830d11980aa95479f53abae99042c6dbc00c00636');
insert into "audit_events" values ('019f1d8c-e200-7257-bfdb-a62b930a6252', 16, '019f1d8c-e200-72ef-83a2-c4782de888c9', 1782907200000, 'key.created', '{"kind":"system","id":"keyward","credential":null,"address":null,"userAgent":null}', '{"kind":"key","id":"019f1d8c-e200-72ec-b2de-9206ecea1295"}', '019f1d8c-e200-72ec-b2de-9206ecea1295', '{"keyspace_id":"019f1d8c-e200-74a8-9f68-5eb2f660a958","owner":{"kind":"organization","id":"019f1d8c-e200-7257-bfdb-a62b930a6252"},"name":"In the format of octopus","permissions":[],"roles":[],"tags":[],"metadata":{},"limits":[],"credits":null,"allowed_addresses":[],"allowed_origins":[],"not_before":null,"expires_at":null,"rotation":null,"enabled":true,"delete_protected":false}', NULL, '341d5ebbbc282f8b29af139830d11980aa95479f53abae99042c6dbc00c00636', '5b28e77a67dba0cdc5c4c931bf6c774652bb5f0ec1baac3bfb2a348eff1e8067');
insert into "audit_events" values ('019f1d8c-e200-7257-bfdb-a62b930a6252', 17, '019f1d8c-e200-7fbe-9792-9908da8dfa89', 1782907200000, 'keyspace.created', '{"kind":"system","id":"keyward","credential":null,"address":null,"userAgent":null}', '{"kind":"keyspace","id":"019f1d8c-e200-7b11-94ae-f906d4f2e914"}', '019f1d8c-e200-7b11-94ae-f906d4f2e914', '{"kind":"docspace","name":"Of docspace"}', NULL, '5b28e77a67dba0cdc5c4c931bf6c774652bb5f0ec1baac3bfb2a348eff1e8067', '921b8b9c4d1885caeeb694232ef486199fceb93aade32df647adbb9a24ac010f');
insert into "audit_events" values ('019f1d8c-e200-7257-bfdb-a62b930a6252', 18, '019f1d8c-e200-7d8e-aafb-77ec6c36e97d', 1782907200000, 'key.created', '{"kind":"system","id":"keyward","credential":null,"address":null,"userAgent":null}', '{"kind":"key","id":"37a01c36-d6e2-4037-9a59-7065dad965cf"}', '37a01c36-d6e2-4037-9a59-7065dad965cf', '{"keyspace_id":"019f1d8c-e200-7b11-94ae-f906d4f2e914","owner":{"kind":"organization","id":"019f1d8c-e200-7257-bfdb-a62b930a6252"},"name":"In the format of docspace","permissions":[],"roles":[],"tags":[],"metadata":{},"limits":[],"credits":null,"allowed_addresses":[],"allowed_origins":[],"not_before":null,"expires_at":null,"rotation":null,"enabled":true,"delete_protected":false}', NULL, '921b8b9c4d1885caeeb694232ef486199fceb93aade32df647adbb9a24ac010f', '20108f6090bd2fcd4f3ca6073af2009e29c74057590a0cacf160fc66a850b225');
insert into "audit_events" values ('019f1d8c-e200-7257-bfdb-a62b930a6252', 19, '019f1d8c-e200-7d63-a38b-4f6404d1479d', 1782907200000, 'key.created', '{"kind":"system","id":"keyward","credential":null,"address":null,"userAgent":null}', '{"kind":"key","id":"019f1d8c-e200-7153-9a3c-5337c1c71c97"}', '019f1d8c-e200-7153-9a3c-5337c1c71c97', '{"keyspace_id":"019f1d8c-e200-7af9-9df6-5082f380452f","owner":{"kind":"organization","id":"019f1d8c-e200-7257-bfdb-a62b930a6252"},"name":"Expiring","permissions":[],"roles":[],"tags":[],"metadata":{},"limits":[],"credits":null,"allowed_addresses":[],"allowed_origins":[],"not_before":"2026-07-03T12:00:00.000Z","expires_at":"2026-07-05T12:00:00.000Z","rotation":null,"enabled":true,"delete_protected":false}', NULL, '20108f6090bd2fcd4f3ca6073af2009e29c74057590a0cacf160fc66a850b225', '3cd5733bc31071e0dcf9a2110ac815a83ae4361f597cb21d60a785b089a7b7ab');
insert into "audit_events" values ('019f1d8c-e200-7257-bfdb-a62b930a6252', 2, '019f1d8c-e200-75de-8ecd-740ab5ae8f55', 1782907200000, 'keyspace.created', '{"kind":"system","id":"keyward","credential":null,"address":null,"userAgent":null}', '{"kind":"keyspace","id":"019f1d8c-e200-7a83-a18e-e5aa77095456"}', '019f1d8c-e200-7a83-a18e-e5aa77095456', '{"kind":"management"}', NULL, 'd27c8217e5d71bb851ca3128383dcc96f395c841d5e8f64499c943d1fbcf33d2', '874a6585a6efb61983a54d0413ffc4b55f7234143c0d596c93c7938b899f9e36');
insert into "audit_events" values ('019f1d8c-e200-7257-bfdb-a62b930a6252', 20, '019f1d8c-e200-709d-b14f-734760faafbd', 1782907200000, 'key.created', '{"kind":"system","id":"keyward","credential":null,"address":null,"userAgent":null}', '{"kind":"key","id":"019f1d8c-e200-70f3-82ef-d9c84cb065da"}', '019f1d8c-e200-70f3-82ef-d9c84cb065da', '{"keyspace_id":"019f1d8c-e200-7af9-9df6-5082f380452f","owner":{"kind":"organization","id":"019f1d8c-e200-7257-bfdb-a62b930a6252"},"name":"Disabled","permissions":[],"roles":[],"tags":[],"metadata":{},"limits":[],"credits":null,"allowed_addresses":[],"allowed_origins":[],"not_before":null,"expires_at":null,"rotation":null,"enabled":false,"delete_protected":false}', NULL, '3cd5733bc31071e0dcf9a2110ac815a83ae4361f597cb21d60a785b089a7b7ab', '1ca93f1bc2b962110cc1143ff3c11b2358c75f69e3d26446507a42874a5673f1');
insert into "audit_events" values ('019f1d8c-e200-7257-bfdb-a62b930a6252', 21, '019f1d8c-e200-7d84-a7fb-bc7aca2d4a80', 1782907200000, 'key.created', '{"kind":"system","id":"keyward","credential":null,"address":null,"userAgent":null}', '{"kind":"key","id":"019f1d8c-e200-7699-83cf-cb45e9cc1e40"}', '019f1d8c-e200-7699-83cf-cb45e9cc1e40', '{"keyspace_id":"019f1d8c-e200-7af9-9df6-5082f380452f","owner":{"kind":"organization","id":"019f1d8c-e200-7257-bfdb-a62b930a6252"},"name":"Revoked","permissions":[],"roles":[],"tags":[],"metadata":{},"limits":[],"credits":null,"allowed_addresses":[],"allowed_origins":[],"not_before":null,"expires_at":null,"rotation":null,"enabled":true,"delete_protected":false}', NULL, '1ca93f1bc2b962110cc1143ff3c11b2358c75f69e3d26446507a42874a5673f1', '259fb06c3c8db95fe802e9eaba6f2cc028cc0a3c0444bc7798639da285b19d73');
insert into "audit_events" values ('019f1d8c-e200-7257-bfdb-a62b930a6252', 22, '019f1d8c-e200-79b5-a66c-f40afa57d160', 1782907200000, 'key.revoked', '{"kind":"system","id":"keyward","credential":null,"address":null,"userAgent":null}', '{"kind":"key","id":"019f1d8c-e200-7699-83cf-cb45e9cc1e40"}', '019f1d8c-e200-7699-83cf-cb45e9cc1e40', '{"reason":"compromised","note":"lost"}', NULL, '259fb06c3c8db95fe802e9eaba6f2cc028cc0a3c0444bc7798639da285b19d73', '5f04c6d477cc472a6e75fd920c445c46c11d3546224d94c8a4522414eb39fd11');
insert into "audit_events" values ('019f1d8c-e200-7257-bfdb-a62b930a6252', 23, '019f1d8c-e200-7936-af8c-f930ca610b2f', 1782907200000, 'key.created', '{"kind":"system","id":"keyward","credential":null,"address":null,"userAgent":null}', '{"kind":"key","id":"019f1d8c-e200-757b-ac62-6785cad67911"}', '019f1d8c-e200-757b-ac62-6785cad67911', '{"keyspace_id":"019f1d8c-e200-7af9-9df6-5082f380452f","owner":{"kind":"organization","id":"019f1d8c-e200-7257-bfdb-a62b930a6252"},"name":"Deleted","permissions":[],"roles":[],"tags":[],"metadata":{},"limits":[],"credits":null,"allowed_addresses":[],"allowed_origins":[],"not_before":null,"expires_at":null,"rotation":null,"enabled":true,"delete_protected":false}', NULL, '5f04c6d477cc472a6e75fd920c445c46c11d3546224d94c8a4522414eb39fd11', '27535b6c858b784608be0a5a1b825b18eff03dcb41ca245e08bd86d17149408e');
insert into "audit_events" values ('019f1d8c-e200-7257-bfdb-a62b930a6252', 24, '019f1d8c-e200-7b18-8324-82cf407deb87', 1782907200000, 'key.deleted', '{"kind":"system","id":"keyward","credential":null,"address":null,"userAgent":null}', '{"kind":"key","id":"019f1d8c-e200-757b-ac62-6785cad67911"}', '019f1d8c-e200-757b-ac62-6785cad67911', '{"name":"Deleted"}', NULL, '27535b6c858b784608be0a5a1b825b18eff03dcb41ca245e08bd86d17149408e', '99fc409374e281741ea82bc7ab5dde78242145fd602f38f5d2dd124e6f660ec9');
insert into "audit_events" values ('019f1d8c-e200-7257-bfdb-a62b930a6252', 25, '019f1d8c-e200-7895-82c3-38d46c1e5ce9', 1782907200000, 'key.created', '{"kind":"system","id":"keyward","credential":null,"address":null,"userAgent":null}', '{"kind":"key","id":"019f1d8c-e200-79f0-9a60-7b2a25c6eda4"}', '019f1d8c-e200-79f0-9a60-7b2a25c6eda4', '{"keyspace_id":"019f1d8c-e200-7af9-9df6-5082f380452f","owner":{"kind":"organization","id":"019f1d8c-e200-7257-bfdb-a62b930a6252"},"name":"Bound","permissions":[],"roles":[],"tags":[],"metadata":{},"limits":[],"credits":null,"allowed_addresses":["203.0.113.0/24","2001:db8::/32"],"allowed_origins":["https://*.example.com"],"not_before":null,"expires_at":null,"rotation":null,"enabled":true,"delete_protected":false}', NULL, '99fc409374e281741ea82bc7ab5dde78242145fd602f38f5d2dd124e6f660ec9', 'e0b463109ffd7e18ef1e31fdecaf4395e3a1d0bfd0b05b2fa3368b6245a1d63b');
insert into "audit_events" values ('019f1d8c-e200-7257-bfdb-a62b930a6252', 26, '019f1d8c-e200-7294-a153-176529785f5d', 1782907200000, 'key.created', '{"kind":"system","id":"keyward","credential":null,"address":null,"userAgent":null}', '{"kind":"key","id":"019f1d8c-e200-7aca-9062-d124a58bcf41"}', '019f1d8c-e200-7aca-9062-d124a58bcf41', '{"keyspace_id":"019f1d8c-e200-7af9-9df6-5082f380452f","owner":{"kind":"organization","id":"019f1d8c-e200-7257-bfdb-a62b930a6252"},"name":"Limited","permissions":[],"roles":[],"tags":[],"metadata":{},"limits":[{"name":"hourly","count":2,"window_seconds":3600}],"credits":null,"allowed_addresses":[],"allowed_origins":[],"not_before":null,"expires_at":null,"rotation":null,"enabled":true,"delete_protected":false}', NULL, 'e0b463109ffd7e18ef1e31fdecaf4395e3a1d0bfd0b05b2fa3368b6245a1d63b', '74311456049d7caf10562ae0bdd1740a66b954933baf788018aeb920b1ac47e7');
insert into "audit_events" values ('019f1d8c-e200-7257-bfdb-a62b930a6252', 27, '019f1d8c-e200-7630-8a2a-c0619b62e575', 1782907200000, 'service_account.created', '{"kind":"system","id":"keyward","credential":null,"address":null,"userAgent":null}', '{"kind":"service_account","id":"019f1d8c-e200-70ea-bb02-aa13006ded33"}', '019f1d8c-e200-70ea-bb02-aa13006ded33', '{"display_name":"Suspended machine","roles":[],"description":""}', NULL, '74311456049d7caf10562ae0bdd1740a66b954933baf788018aeb920b1ac47e7', '7a6c83e61c7bbabd7842bbb795f25dc4a3be43dcd8d70732b52088113a3abc51');
insert into "audit_events" values ('019f1d8c-e200-7257-bfdb-a62b930a6252', 28, '019f1d8c-e200-7239-8726-fd2cbe482791', 1782907200000, 'key.created', '{"kind":"system","id":"keyward","credential":null,"address":null,"userAgent":null}', '{"kind":"key","id":"019f1d8c-e200-74ce-8741-7c06c935c3a2"}', '019f1d8c-e200-74ce-8741-7c06c935c3a2', '{"keyspace_id":"019f1d8c-e200-7af9-9df6-5082f380452f","owner":{"kind":"service_account","id":"019f1d8c-e200-70ea-bb02-aa13006ded33"},"name":"Of a machine","permissions":[],"roles":[],"tags":[],"metadata":{},"limits":[],"credits":null,"allowed_addresses":[],"allowed_origins":[],"not_before":null,"expires_at":null,"rotation":null,"enabled":true,"delete_protected":false}', NULL, '7a6c83e61c7bbabd7842bbb795f25dc4a3be43dcd8d70732b52088113a3abc51', 'f3f6560bceebf29142ab32f6fad12765f84fc49953b1e5965fdef03fdfd66d47');
insert into "audit_events" values ('019f1d8c-e200-7257-bfdb-a62b930a6252', 29, '019f1d8c-e200-7868-8d62-85e60af94642', 1782907200000, 'service_account.suspended', '{"kind":"system","id":"keyward","credential":null,"address":null,"userAgent":null}', '{"kind":"service_account","id":"019f1d8c-e200-70ea-bb02-aa13006ded33"}', '019f1d8c-e200-70ea-bb02-aa13006ded33', '{}', NULL, 'f3f6560bceebf29142ab32f6fad12765f84fc49953b1e5965fdef03fdfd66d47', '93483ad38b41c594dac5c12044241036e689e6c663fc1f6ab01c610c986ef206');
insert into "audit_events" values ('019f1d8c-e200-7257-bfdb-a62b930a6252', 3, '019f1d8c-e200-78d6-bf80-f4f52a745df8', 1782907200000, 'user.created', '{"kind":"system","id":"keyward","credential":null,"address":null,"userAgent":null}', '{"kind":"user","id":"019f1d8c-e200-756f-bef9-6cb2d8061fa8"}', '019f1d8c-e200-756f-bef9-6cb2d8061fa8', '{"email":"corpus@example.com"}', NULL, '874a6585a6efb61983a54d0413ffc4b55f7234143c0d596c93c7938b899f9e36', '9819003888487817164d6e39efd1d5aaed16d4df8b9c8805fdf9588a8fe1bc65');
insert into "audit_events" values ('019f1d8c-e200-7257-bfdb-a62b930a6252', 30, '019f1d8c-e200-7ee3-ba3e-7d213200335f', 1782907200000, 'key.created', '{"kind":"system","id":"keyward","credential":null,"address":null,"userAgent":null}', '{"kind":"key","id":"019f1d8c-e200-75ba-b6ed-9894333a618a"}', '019f1d8c-e200-75ba-b6ed-9894333a618a', '{"keyspace_id":"019f1d8c-e200-723f-bb4c-c779172f9839","owner":{"kind":"organization","id":"019f1d8c-e200-7257-bfdb-a62b930a6252"},"name":"Being rotated","permissions":[],"roles":[],"tags":[],"metadata":{},"limits":[],"credits":null,"allowed_addresses":[],"allowed_origins":[],"not_before":null,"expires_at":null,"rotation":null,"enabled":true,"delete_protected":false}', NULL, '93483ad38b41c594dac5c12044241036e689e6c663fc1f6ab01c610c986ef206', '47e8fd26308884d2d072a676bf24284b35a1a4e8cc8b6fad831141d5d7e4b634');
insert into "audit_events" values ('019f1d8c-e200-7257-bfdb-a62b930a6252', 31, '019f1d8c-e200-7840-8020-c5fd2d42d276', 1782907200000, 'key.rotated', '{"kind":"system","id":"keyward","credential":null,"address":null,"userAgent":null}', '{"kind":"key","id":"019f1d8c-e200-75ba-b6ed-9894333a618a"}', '019f1d8c-e200-75ba-b6ed-9894333a618a', '{"secret_version":2,"previous_version":1,"previous_expires_at":"2026-07-04T12:00:00.000Z"}', NULL, '47e8fd26308884d2d072a676bf24284b35a1a4e8cc8b6fad831141d5d7e4b634', '11f2aee62fe143cc191e9e161d1e26fbd526838a8ecec372cbcd8e76e76e8051');
insert into "audit_events" values ('019f1d8c-e200-7257-bfdb-a62b930a6252', 32, '019f1d8c-e200-7488-a0ec-de48e3605da3', 1782907200000, 'key.created', '{"kind":"system","id":"keyward","credential":null,"address":null,"userAgent":null}', '{"kind":"key","id":"019f1d8c-e200-7a0b-9c72-a4056aa36276"}', '019f1d8c-e200-7a0b-9c72-a4056aa36276', '{"keyspace_id":"019f1d8c-e200-7af9-9df6-5082f380452f","owner":{"kind":"organization","id":"019f1d8c-e200-7257-bfdb-a62b930a6252"},"name":"Rotation cancelled","permissions":[],"roles":[],"tags":[],"metadata":{},"limits":[],"credits":null,"allowed_addresses":[],"allowed_origins":[],"not_before":null,"expires_at":null,"rotation":null,"enabled":true,"delete_protected":false}', NULL, '11f2aee62fe143cc191e9e161d1e26fbd526838a8ecec372cbcd8e76e76e8051', 'dea22729eecf4e855a85a70ae17b55a0eea85a44f0b4b94ae2d10b127843de71');
insert into "audit_events" values ('019f1d8c-e200-7257-bfdb-a62b930a6252', 33, '019f1d8c-e200-7cb6-aa7d-f50d092ae137', 1782907200000, 'key.rotated', '{"kind":"system","id":"keyward","credential":null,"address":null,"userAgent":null}', '{"kind":"key","id":"019f1d8c-e200-7a0b-9c72-a4056aa36276"}', '019f1d8c-e200-7a0b-9c72-a4056aa36276', '{"secret_version":2,"previous_version":1,"previous_expires_at":"2026-07-02T12:00:00.000Z"}', NULL, 'dea22729eecf4e855a85a70ae17b55a0eea85a44f0b4b94ae2d10b127843de71', '5132829decbd6ef71b7ae9f31b85c7c71c1059dddc96d6445a81ad2023e3caee');
insert into "audit_events" values ('019f1d8c-e200-7257-bfdb-a62b930a6252', 34, '019f1d8c-e200-79a8-b8cd-2a8cd058b881', 1782907200000, 'key.rotation_cancelled', '{"kind":"system","id":"keyward","credential":null,"address":null,"userAgent":null}', '{"kind":"key","id":"019f1d8c-e200-7a0b-9c72-a4056aa36276"}', '019f1d8c-e200-7a0b-9c72-a4056aa36276', '{"secret_version":2,"previous_version":1,"previous_expires_at":null}', NULL, '5132829decbd6ef71b7ae9f31b85c7c71c1059dddc96d6445a81ad2023e3caee', 'b78f343940c58317bd3f882396a78f17c2197955d398053e492beb1b81c674eb');
insert into "audit_events" values ('019f1d8c-e200-7257-bfdb-a62b930a6252', 35, '019f1d8c-e200-7cfd-a7db-e82d22bb3211', 1782907200000, 'key.created', '{"kind":"system","id":"keyward","credential":null,"address":null,"userAgent":null}', '{"kind":"key","id":"019f1d8c-e200-7eb0-85bb-19cab82d348d"}', '019f1d8c-e200-7eb0-85bb-19cab82d348d', '{"keyspace_id":"019f1d8c-e200-7af9-9df6-5082f380452f","owner":{"kind":"organization","id":"019f1d8c-e200-7257-bfdb-a62b930a6252"},"name":"With credits","permissions":[],"roles":[],"tags":[],"metadata":{},"limits":[],"credits":{"remaining":5,"refill":null,"on_unavailable":"deny"},"allowed_addresses":[],"allowed_origins":[],"not_before":null,"expires_at":null,"rotation":null,"enabled":true,"delete_protected":false}', NULL, 'b78f343940c58317bd3f882396a78f17c2197955d398053e492beb1b81c674eb', '6c2a0a168896f15180dacfe1f6da1fb8f0d0569d5fc9bcea7b2a2c38383c8220');
insert into "audit_events" values ('019f1d8c-e200-7257-bfdb-a62b930a6252', 36, '019de88f-5200-7e7a-b843-2ab7352966cb', 1777723200000, 'key.created', '{"kind":"system","id":"keyward","credential":null,"address":null,"userAgent":null}', '{"kind":"key","id":"019de88f-5200-7369-824b-f7d05aa297ad"}', '019de88f-5200-7369-824b-f7d05aa297ad', '{"keyspace_id":"019f1d8c-e200-7af9-9df6-5082f380452f","owner":{"kind":"organization","id":"019f1d8c-e200-7257-bfdb-a62b930a6252"},"name":"Rotated long ago","permissions":[],"roles":[],"tags":[],"metadata":{},"limits":[],"credits":null,"allowed_addresses":[],"allowed_origins":[],"not_before":null,"expires_at":null,"rotation":null,"enabled":true,"delete_protected":false}', NULL, '6c2a0a168896f15180dacfe1f6da1fb8f0d0569d5fc9bcea7b2a2c38383c8220', 'e7555e5d08852913751e8508dc0e6754e399a29cc75adab75440be858188119f');
insert into "audit_events" values ('019f1d8c-e200-7257-bfdb-a62b930a6252', 37, '019de88f-5200-7b7d-bf74-78631532cd4d', 1777723200000, 'key.rotated', '{"kind":"system","id":"keyward","credential":null,"address":null,"userAgent":null}', '{"kind":"key","id":"019de88f-5200-7369-824b-f7d05aa297ad"}', '019de88f-5200-7369-824b-f7d05aa297ad', '{"secret_version":2,"previous_version":1,"previous_expires_at":"2026-05-02T12:00:00.000Z"}', NULL, 'e7555e5d08852913751e8508dc0e6754e399a29cc75adab75440be858188119f', '32808624f57c6357c25bfd53cbec699264e4395cd2add9ebd38612cdb67da986');
insert into "audit_events" values ('019f1d8c-e200-7257-bfdb-a62b930a6252', 38, '019de88f-5200-78c4-87f9-e700126f88ba', 1777723200000, 'key.created', '{"kind":"system","id":"keyward","credential":null,"address":null,"userAgent":null}', '{"kind":"key","id":"019de88f-5200-7ff4-904c-5628a889108a"}', '019de88f-5200-7ff4-904c-5628a889108a', '{"keyspace_id":"019f1d8c-e200-7af9-9df6-5082f380452f","owner":{"kind":"organization","id":"019f1d8c-e200-7257-bfdb-a62b930a6252"},"name":"Deleted long ago","permissions":[],"roles":[],"tags":[],"metadata":{},"limits":[],"credits":null,"allowed_addresses":[],"allowed_origins":[],"not_before":null,"expires_at":null,"rotation":null,"enabled":true,"delete_protected":false}', NULL, '32808624f57c6357c25bfd53cbec699264e4395cd2add9ebd38612cdb67da986', '8749d2a650e0d0df6652ffedd4c980a013980e2d1c8224bd6d6a5adce8f7e68d');
insert into "audit_events" values ('019f1d8c-e200-7257-bfdb-a62b930a6252', 39, '019de88f-5200-797c-bfe8-4242d7d1e575', 1777723200000, 'key.deleted', '{"kind":"system","id":"keyward","credential":null,"address":null,"userAgent":null}', '{"kind":"key","id":"019de88f-5200-7ff4-904c-5628a889108a"}', '019de88f-5200-7ff4-904c-5628a889108a', '{"name":"Deleted long ago"}', NULL, '8749d2a650e0d0df6652ffedd4c980a013980e2d1c8224bd6d6a5adce8f7e68d', '84f5b1b0b662068d80d96351f7cfee90114b71af769f846ac5901a019271c645');
insert into "audit_events" values ('019f1d8c-e200-7257-bfdb-a62b930a6252', 4, '019f1d8c-e200-73d9-965d-4241bb331d11', 1782907200000, 'key.created', '{"kind":"system","id":"keyward","credential":null,"address":null,"userAgent":null}', '{"kind":"key","id":"019f1d8c-e200-76ea-8e5c-773e23fe8156"}', '019f1d8c-e200-76ea-8e5c-773e23fe8156', '{"keyspace_id":"019f1d8c-e200-7a83-a18e-e5aa77095456","owner":{"kind":"user","id":"019f1d8c-e200-756f-bef9-6cb2d8061fa8"},"name":"Administrator","permissions":["*"],"roles":[],"tags":[],"metadata":{},"limits":[],"credits":null,"allowed_addresses":[],"allowed_origins":[],"not_before":null,"expires_at":null,"rotation":null,"enabled":true,"delete_protected":false}', NULL, '9819003888487817164d6e39efd1d5aaed16d4df8b9c8805fdf9588a8fe1bc65', '8929e0ec66fd63196626dfb2b49be4229885b6e1cd9c65469f37d789d96b1dce');
insert into "audit_events" values ('019f1d8c-e200-7257-bfdb-a62b930a6252', 40, '019f1d8c-e200-769f-b9f3-f9c4a7844ff7', 1782907200000, 'key.purged', '{"kind":"system","id":"keyward","credential":null,"address":null,"userAgent":null}', '{"kind":"key","id":"019de88f-5200-7ff4-904c-5628a889108a"}', '019de88f-5200-7ff4-904c-5628a889108a', '{"name":"Deleted long ago"}', NULL, '84f5b1b0b662068d80d96351f7cfee90114b71af769f846ac5901a019271c645', '029e492f276fb54b54d93ac345f5ffa6a32fdb0173395939e16a9273f24973c7');
insert into "audit_events" values ('019f1d8c-e200-7257-bfdb-a62b930a6252', 5, '019f1d8c-e200-7ca1-9e9f-c9a8256a4354', 1782907200000, 'keyspace.created', '{"kind":"system","id":"keyward","credential":null,"address":null,"userAgent":null}', '{"kind":"keyspace","id":"019f1d8c-e200-7af9-9df6-5082f380452f"}', '019f1d8c-e200-7af9-9df6-5082f380452f', '{"name":"Native","description":"","prefix":"acme_live","retention":"digest","permissions":[{"name":"invoices.read","description":""},{"name":"invoices.write","description":""}],"roles":[{"name":"reader","description":"","permissions":["invoices.read"]}],"limits":[{"name":"daily","count":1000,"window_seconds":86400,"per":"key","overrides":[]}],"policy":{"max_keys":50,"max_keys_per_owner":null,"counted_keys":"active","unique_names":false,"max_lifetime_seconds":null,"default_lifetime_seconds":null,"expiry_required":false,"expiry_within_creator":false,"owners_grant":false,"required_tags":[],"exclusive_permissions":[],"max_overlap_seconds":null,"idle_seconds":null,"disable_idle":false},"rotation":null}', NULL, '8929e0ec66fd63196626dfb2b49be4229885b6e1cd9c65469f37d789d96b1dce', 'e7c09215164f8a249690ebfcc1f10fc8bdc654607bedf3b5b3a5d376d4a3ae64');
insert into "audit_events" values ('019f1d8c-e200-7257-bfdb-a62b930a6252', 6, '019f1d8c-e200-71c9-8769-dba0f795b575', 1782907200000, 'keyspace.created', '{"kind":"system","id":"keyward","credential":null,"address":null,"userAgent":null}', '{"kind":"keyspace","id":"019f1d8c-e200-723f-bb4c-c779172f9839"}', '019f1d8c-e200-723f-bb4c-c779172f9839', '{"name":"Recoverable","description":"","prefix":"acme_test","retention":"recoverable","permissions":[{"name":"invoices.read","description":""},{"name":"invoices.write","description":""}],"roles":[],"limits":[],"policy":{"max_keys":null,"max_keys_per_owner":9,"counted_keys":"all","unique_names":true,"max_lifetime_seconds":null,"default_lifetime_seconds":null,"expiry_required":false,"expiry_within_creator":false,"owners_grant":false,"required_tags":[],"exclusive_permissions":[],"max_overlap_seconds":null,"idle_seconds":null,"disable_idle":false},"rotation":null}', NULL, 'e7c09215164f8a249690ebfcc1f10fc8bdc654607bedf3b5b3a5d376d4a3ae64', '6b2bf508f8d89021b4fd280077e3f79daa6fd10e36650705af62fece3e8810ae');
insert into "audit_events" values ('019f1d8c-e200-7257-bfdb-a62b930a6252', 7, '019f1d8c-e200-7e42-8b21-4dcdcc9b2cfc', 1782907200000, 'key.created', '{"kind":"system","id":"keyward","credential":null,"address":null,"userAgent":null}', '{"kind":"key","id":"019f1d8c-e200-76e8-9fb8-2abe8736b19c"}', '019f1d8c-e200-76e8-9fb8-2abe8736b19c', '{"keyspace_id":"019f1d8c-e200-7af9-9df6-5082f380452f","owner":{"kind":"organization","id":"019f1d8c-e200-7257-bfdb-a62b930a6252"},"name":"Plain, under pepper 1","permissions":["invoices.write"],"roles":["reader"],"tags":[],"metadata":{},"limits":[],"credits":null,"allowed_addresses":[],"allowed_origins":[],"not_before":null,"expires_at":null,"rotation":null,"enabled":true,"delete_protected":false}', NULL, '6b2bf508f8d89021b4fd280077e3f79daa6fd10e36650705af62fece3e8810ae', '73edda068f183785fb7dee399a3aeaaa891ccab2b490864a66ad094b82d205c6');
insert into "audit_events" values ('019f1d8c-e200-7257-bfdb-a62b930a6252', 8, '019f1d8c-e200-73f9-b442-dba09ce52b71', 1782907200000, 'key.created', '{"kind":"system","id":"keyward","credential":null,"address":null,"userAgent":null}', '{"kind":"key","id":"019f1d8c-e200-7cfc-b2ac-44ed3013d827"}', '019f1d8c-e200-7cfc-b2ac-44ed3013d827', '{"keyspace_id":"019f1d8c-e200-723f-bb4c-c779172f9839","owner":{"kind":"organization","id":"019f1d8c-e200-7257-bfdb-a62b930a6252"},"name":"Sealed, under pepper 1","permissions":["invoices.read"],"roles":[],"tags":[],"metadata":{},"limits":[],"credits":null,"allowed_addresses":[],"allowed_origins":[],"not_before":null,"expires_at":null,"rotation":null,"enabled":true,"delete_protected":false}', NULL, '73edda068f183785fb7dee399a3aeaaa891ccab2b490864a66ad094b82d205c6', '41732661941acc603a037dc3f91c486844bf5a61c43c7f172cf8d81e10b87611');
insert into "audit_events" values ('019f1d8c-e200-7257-bfdb-a62b930a6252', 9, '019f1d8c-e200-7982-b67b-9bafebfcb29b', 1782907200000, 'key.created', '{"kind":"system","id":"keyward","credential":null,"address":null,"userAgent":null}', '{"kind":"key","id":"019f1d8c-e200-7a74-a362-93c6bfaf88b0"}', '019f1d8c-e200-7a74-a362-93c6bfaf88b0', '{"keyspace_id":"019f1d8c-e200-7af9-9df6-5082f380452f","owner":{"kind":"organization","id":"019f1d8c-e200-7257-bfdb-a62b930a6252"},"name":"Plain, under pepper 2","permissions":["invoices.write"],"roles":["reader"],"tags":[],"metadata":{},"limits":[],"credits":null,"allowed_addresses":[],"allowed_origins":[],"not_before":null,"expires_at":null,"rotation":null,"enabled":true,"delete_protected":false}', NULL, '41732661941acc603a037dc3f91c486844bf5a61c43c7f172cf8d81e10b87611', '7d33081ff109086e1229a5182afdedf3eb9c4b19902ecdf6139ba97220f0cfc9');
insert into "counters" values ('alias', 200);
insert into "settings" values ('pepper_after_1', '2');
insert into "settings" values ('pepper_fingerprint_1', 'qSmyg7ENH5mihEWNt1Bd7RV4RYMeSF1PAy7wNmfY0bk');
insert into "settings" values ('pepper_fingerprint_2', 'ilJk2Y0LykTptxTsIOky8BrrNQwd5BAFinNIS4y0E5E');
insert into "migrations" values (1, 'first');
insert into "migrations" values (10, 'notices of expiry');
insert into "migrations" values (11, 'notices of idleness');
insert into "migrations" values (12, 'tasks');
insert into "migrations" values (13, 'keys that break a policy');
insert into "migrations" values (14, 'secrets that are over');
insert into "migrations" values (2, 'policies');
insert into "migrations" values (3, 'addresses of last uses');
insert into "migrations" values (4, 'replays');
insert into "migrations" values (5, 'leases');
insert into "migrations" values (6, 'credits');
insert into "migrations" values (7, 'deleted keys');
insert into "migrations" values (8, 'rotation schedules');
insert into "migrations" values (9, 'versions of our own secrets');
commit;
