begin;
pragma defer_foreign_keys = on;
CREATE TABLE audit_events (
  organization_id text not null,
  sequence bigint not null,
  id text not null,
  at bigint not null,
  action text not null,
  actor text not null,
  target text not null,
  target_id text not null,
  details text not null,
  request_id text,
  previous_hash text not null,
  hash text not null,
  primary key (organization_id, sequence)
  );
CREATE TABLE audit_heads (
  organization_id text not null primary key,
  sequence bigint not null,
  hash text not null
  );
CREATE TABLE counters (
  name text not null primary key,
  value bigint not null
  );
CREATE TABLE credit_balances (
  organization_id text not null,
  key_id text not null primary key,
  remaining bigint not null,
  refills_at bigint
  );
CREATE TABLE expiry_notices (
  key_id text not null primary key,
  organization_id text not null,
  due_at bigint not null
  );
CREATE TABLE key_last_uses (
  organization_id text not null,
  key_id text not null primary key,
  last_used_at bigint not null
  );
CREATE TABLE key_tags (
  organization_id text not null,
  key_id text not null,
  tag text not null,
  created_at bigint not null,
  primary key (organization_id, key_id, tag)
  );
CREATE TABLE keys (
  id text not null constraint "keys.id" primary key,
  organization_id text not null,
  alias bigint not null,
  keyspace_id text not null,
  owner_kind text not null,
  owner_id text not null,
  name text not null,
  permissions text not null,
  roles text not null,
  tags text not null,
  metadata text not null,
  limits text not null,
  allowed_addresses text not null,
  allowed_origins text not null,
  not_before bigint,
  expires_at bigint,
  disabled_at bigint,
  revoked_at bigint,
  revocation_reason text,
  revocation_note text,
  deleted_at bigint,
  created_at bigint not null,
  updated_at bigint not null,
  revision bigint not null, credits text, delete_protected bigint not null default 0, rotation text, rotation_pending_from bigint,
  constraint "keys.alias" unique (organization_id, alias),
  foreign key (organization_id, keyspace_id) references keyspaces (organization_id, id)
  );
CREATE TABLE keyspaces (
  id text not null constraint "keyspaces.id" primary key,
  organization_id text not null,
  kind text not null,
  name text not null,
  description text not null,
  format text not null,
  prefix text not null,
  retention text not null,
  permissions text not null,
  roles text not null,
  limits text not null,
  created_at bigint not null,
  updated_at bigint not null,
  revision bigint not null, policy text not null default '{}', rotation text,
  constraint "keyspaces.name" unique (organization_id, name),
  constraint "keyspaces.organization" unique (organization_id, id)
  );
CREATE TABLE leases (
  name text not null primary key,
  holder text not null,
  ends_at bigint not null
  );
CREATE TABLE links (
  id text not null constraint "links.id" primary key,
  organization_id text not null,
  user_id text not null,
  purpose text not null,
  digest text not null constraint "links.digest" unique,
  pepper_version bigint not null,
  created_at bigint not null,
  expires_at bigint not null,
  used_at bigint
  );
CREATE TABLE migrations (version bigint not null primary key, name text not null);
CREATE TABLE organizations (
  id text not null constraint "organizations.id" primary key,
  alias bigint not null constraint "organizations.alias" unique,
  name text not null,
  created_at bigint not null,
  updated_at bigint not null,
  revision bigint not null
  );
CREATE TABLE principal_roles (
  organization_id text not null,
  principal_id text not null,
  role text not null,
  kind text not null,
  suspended_at bigint,
  created_at bigint not null,
  primary key (organization_id, principal_id, role)
  );
CREATE TABLE principals (
  id text not null constraint "principals.id" primary key,
  organization_id text not null,
  kind text not null,
  alias bigint not null,
  display_name text not null,
  roles text not null,
  email text,
  user_name text,
  first_name text,
  last_name text,
  password_hash text,
  description text,
  suspended_at bigint,
  removed_at bigint,
  created_at bigint not null,
  updated_at bigint not null,
  revision bigint not null,
  constraint "principals.alias" unique (organization_id, alias)
  );
CREATE TABLE replays (
  organization_id text not null,
  intent text not null,
  sealed text not null,
  created_at bigint not null,
  expires_at bigint not null,
  primary key (organization_id, intent)
  );
CREATE TABLE secrets (
  key_id text not null,
  version bigint not null,
  digest text not null constraint "secrets.digest" unique,
  pepper_version bigint not null,
  hint_start text not null,
  hint_end text not null,
  sealed text,
  created_at bigint not null,
  expires_at bigint,
  last_used_at bigint, last_used_from text,
  constraint "secrets.version" primary key (key_id, version)
  );
CREATE TABLE sessions (
  id text not null constraint "sessions.id" primary key,
  organization_id text not null,
  user_id text not null,
  digest text not null constraint "sessions.digest" unique,
  pepper_version bigint not null,
  address text,
  user_agent text,
  created_at bigint not null,
  last_seen_at bigint not null,
  expires_at bigint not null
  );
CREATE TABLE settings (
  name text not null primary key,
  value text not null
  );
CREATE TABLE throttles (
  name text not null primary key,
  tat double precision not null
  );
CREATE TABLE usage (
  organization_id text not null,
  key_id text not null,
  hour bigint not null,
  outcome text not null,
  count bigint not null,
  primary key (organization_id, key_id, hour, outcome)
  );
insert into "audit_events" values ('019f1d8c-e200-7de5-bade-79aaa524bc94', 1, '019f1d8c-e200-7898-a922-e9f3709db61a', 1782907200000, 'organization.created', '{"kind":"system","id":"keyward","credential":null,"address":null,"userAgent":null}', '{"kind":"organization","id":"019f1d8c-e200-7de5-bade-79aaa524bc94"}', '019f1d8c-e200-7de5-bade-79aaa524bc94', '{"name":"Corpus"}', NULL, '0000000000000000000000000000000000000000000000000000000000000000', 'bb384a7aa3358bf6f380149b90605f2c9656c04435a3ae52af803e93a8f8363c');
insert into "audit_events" values ('019f1d8c-e200-7de5-bade-79aaa524bc94', 2, '019f1d8c-e200-70db-8aba-182f0a5b0a8c', 1782907200000, 'keyspace.created', '{"kind":"system","id":"keyward","credential":null,"address":null,"userAgent":null}', '{"kind":"keyspace","id":"019f1d8c-e200-7f96-9634-2bd6c384f22f"}', '019f1d8c-e200-7f96-9634-2bd6c384f22f', '{"kind":"management"}', NULL, 'bb384a7aa3358bf6f380149b90605f2c9656c04435a3ae52af803e93a8f8363c', '67111c0c63a084d376dadd834c3b3a5821155368961bb1a7bebdd9fd79bb82a9');
insert into "audit_events" values ('019f1d8c-e200-7de5-bade-79aaa524bc94', 3, '019f1d8c-e200-7b60-b0fc-134dc6ffb265', 1782907200000, 'user.created', '{"kind":"system","id":"keyward","credential":null,"address":null,"userAgent":null}', '{"kind":"user","id":"019f1d8c-e200-7a36-9e43-3d6202b73cdc"}', '019f1d8c-e200-7a36-9e43-3d6202b73cdc', '{"email":"corpus@example.com"}', NULL, '67111c0c63a084d376dadd834c3b3a5821155368961bb1a7bebdd9fd79bb82a9', 'a09b9b9600b332f0bdb3d18755e897a23dc5da5b9b02faf7ae2877e52c7916d5');
insert into "audit_events" values ('019f1d8c-e200-7de5-bade-79aaa524bc94', 4, '019f1d8c-e200-7140-8bad-0641ef7c5eee', 1782907200000, 'key.created', '{"kind":"system","id":"keyward","credential":null,"address":null,"userAgent":null}', '{"kind":"key","id":"019f1d8c-e200-74da-9cba-ccb51ec5deb5"}', '019f1d8c-e200-74da-9cba-ccb51ec5deb5', '{"keyspace_id":"019f1d8c-e200-7f96-9634-2bd6c384f22f","owner":{"kind":"user","id":"019f1d8c-e200-7a36-9e43-3d6202b73cdc"},"name":"Administrator","permissions":["*"],"roles":[],"tags":[],"metadata":{},"limits":[],"credits":null,"allowed_addresses":[],"allowed_origins":[],"not_before":null,"expires_at":null,"rotation":null,"enabled":true,"delete_protected":false}', NULL, 'a09b9b9600b332f0bdb3d18755e897a23dc5da5b9b02faf7ae2877e52c7916d5', '318abc80ddd318a660f706b1eee9dd3b15ff221ef8421a2ea565df2cf37175cd');
insert into "audit_events" values ('019f1d8c-e200-7de5-bade-79aaa524bc94', 5, '019f1d8c-e200-7f63-bb55-efd66b130e0c', 1782907200000, 'keyspace.created', '{"kind":"system","id":"keyward","credential":null,"address":null,"userAgent":null}', '{"kind":"keyspace","id":"019f1d8c-e200-75f1-9460-45b8288828e7"}', '019f1d8c-e200-75f1-9460-45b8288828e7', '{"name":"Native","description":"","prefix":"acme_live","retention":"digest","permissions":[{"name":"invoices.read","description":""},{"name":"invoices.write","description":""}],"roles":[{"name":"reader","description":"","permissions":["invoices.read"]}],"limits":[{"name":"daily","count":1000,"window_seconds":86400,"per":"key","overrides":[]}],"policy":{"max_keys":50,"max_keys_per_owner":null,"counted_keys":"active","unique_names":false,"max_lifetime_seconds":null,"default_lifetime_seconds":null,"expiry_required":false,"expiry_within_creator":false,"owners_grant":false,"required_tags":[],"exclusive_permissions":[],"max_overlap_seconds":null},"rotation":null}', NULL, '318abc80ddd318a660f706b1eee9dd3b15ff221ef8421a2ea565df2cf37175cd', 'cc29ca930090c9d703557cc9b3f9fa9b28e12d7c0263a41bd00f2d8f70bcf4fc');
insert into "audit_events" values ('019f1d8c-e200-7de5-bade-79aaa524bc94', 6, '019f1d8c-e200-7f2d-bbb1-a2dbdbdf0ff1', 1782907200000, 'keyspace.created', '{"kind":"system","id":"keyward","credential":null,"address":null,"userAgent":null}', '{"kind":"keyspace","id":"019f1d8c-e200-70a2-966d-07dbbef226f6"}', '019f1d8c-e200-70a2-966d-07dbbef226f6', '{"name":"Recoverable","description":"","prefix":"acme_test","retention":"recoverable","permissions":[{"name":"invoices.read","description":""},{"name":"invoices.write","description":""}],"roles":[],"limits":[],"policy":{"max_keys":null,"max_keys_per_owner":9,"counted_keys":"all","unique_names":true,"max_lifetime_seconds":null,"default_lifetime_seconds":null,"expiry_required":false,"expiry_within_creator":false,"owners_grant":false,"required_tags":[],"exclusive_permissions":[],"max_overlap_seconds":null},"rotation":null}', NULL, 'cc29ca930090c9d703557cc9b3f9fa9b28e12d7c0263a41bd00f2d8f70bcf4fc', 'fecafc917c873997d757da098e32fded44351cd307140eac2a45c0e89b9e033e');
insert into "audit_events" values ('019f1d8c-e200-7de5-bade-79aaa524bc94', 7, '019f1d8c-e200-78ad-ba51-9930e143e9a4', 1782907200000, 'key.created', '{"kind":"system","id":"keyward","credential":null,"address":null,"userAgent":null}', '{"kind":"key","id":"019f1d8c-e200-7ae5-8b09-de8af147e648"}', '019f1d8c-e200-7ae5-8b09-de8af147e648', '{"keyspace_id":"019f1d8c-e200-75f1-9460-45b8288828e7","owner":{"kind":"organization","id":"019f1d8c-e200-7de5-bade-79aaa524bc94"},"name":"Plain, under pepper 1","permissions":["invoices.write"],"roles":["reader"],"tags":[],"metadata":{},"limits":[],"credits":null,"allowed_addresses":[],"allowed_origins":[],"not_before":null,"expires_at":null,"rotation":null,"enabled":true,"delete_protected":false}', NULL, 'fecafc917c873997d757da098e32fded44351cd307140eac2a45c0e89b9e033e', '5f1d9d2b47fffeec6a6361e27444998f1a7d4d9cbc0e8bb1e7f52d99bcbac0aa');
insert into "audit_events" values ('019f1d8c-e200-7de5-bade-79aaa524bc94', 8, '019f1d8c-e200-759f-ad4d-6d8db1016505', 1782907200000, 'key.created', '{"kind":"system","id":"keyward","credential":null,"address":null,"userAgent":null}', '{"kind":"key","id":"019f1d8c-e200-780d-913d-65ce3e6758ce"}', '019f1d8c-e200-780d-913d-65ce3e6758ce', '{"keyspace_id":"019f1d8c-e200-70a2-966d-07dbbef226f6","owner":{"kind":"organization","id":"019f1d8c-e200-7de5-bade-79aaa524bc94"},"name":"Sealed, under pepper 1","permissions":["invoices.read"],"roles":[],"tags":[],"metadata":{},"limits":[],"credits":null,"allowed_addresses":[],"allowed_origins":[],"not_before":null,"expires_at":null,"rotation":null,"enabled":true,"delete_protected":false}', NULL, '5f1d9d2b47fffeec6a6361e27444998f1a7d4d9cbc0e8bb1e7f52d99bcbac0aa', '2bc71e3f8bd79fdc065c5ad29a23399731b609dc0b5dc45485474604eb0e8d69');
insert into "audit_events" values ('019f1d8c-e200-7de5-bade-79aaa524bc94', 9, '019f1d8c-e200-7afd-b42e-e1373f31780b', 1782907200000, 'key.created', '{"kind":"system","id":"keyward","credential":null,"address":null,"userAgent":null}', '{"kind":"key","id":"019f1d8c-e200-7098-9ee0-dbdaeaf60543"}', '019f1d8c-e200-7098-9ee0-dbdaeaf60543', '{"keyspace_id":"019f1d8c-e200-75f1-9460-45b8288828e7","owner":{"kind":"organization","id":"019f1d8c-e200-7de5-bade-79aaa524bc94"},"name":"Plain, under pepper 2","permissions":["invoices.write"],"roles":["reader"],"tags":[],"metadata":{},"limits":[],"credits":null,"allowed_addresses":[],"allowed_origins":[],"not_before":null,"expires_at":null,"rotation":null,"enabled":true,"delete_protected":false}', NULL, '2bc71e3f8bd79fdc065c5ad29a23399731b609dc0b5dc45485474604eb0e8d69', 'c9c7fad92d2d1a4bc0e3e130f53c6f4b6b62a3a5cce58c644a3d5b091460b83f');
insert into "audit_events" values ('019f1d8c-e200-7de5-bade-79aaa524bc94', 10, '019f1d8c-e200-7116-89ab-f5c430dbd536', 1782907200000, 'key.created', '{"kind":"system","id":"keyward","credential":null,"address":null,"userAgent":null}', '{"kind":"key","id":"019f1d8c-e200-7c4f-aaf4-c128f04683e1"}', '019f1d8c-e200-7c4f-aaf4-c128f04683e1', '{"keyspace_id":"019f1d8c-e200-70a2-966d-07dbbef226f6","owner":{"kind":"organization","id":"019f1d8c-e200-7de5-bade-79aaa524bc94"},"name":"Sealed, under pepper 2","permissions":["invoices.read"],"roles":[],"tags":[],"metadata":{},"limits":[],"credits":null,"allowed_addresses":[],"allowed_origins":[],"not_before":null,"expires_at":null,"rotation":null,"enabled":true,"delete_protected":false}', NULL, 'c9c7fad92d2d1a4bc0e3e130f53c6f4b6b62a3a5cce58c644a3d5b091460b83f', '6d96ed3e6c2c39853ea9d2d6846ab62c30acd9673a98e660dc741724efbabd85');
insert into "audit_events" values ('019f1d8c-e200-7de5-bade-79aaa524bc94', 11, '019f1d8c-e200-7558-ad09-bb4e5abb8218', 1782907200000, 'keyspace.created', '{"kind":"system","id":"keyward","credential":null,"address":null,"userAgent":null}', '{"kind":"keyspace","id":"019f1d8c-e200-76b0-bd8b-647235199e74"}', '019f1d8c-e200-76b0-bd8b-647235199e74', '{"kind":"arthur","name":"Of arthur"}', NULL, '6d96ed3e6c2c39853ea9d2d6846ab62c30acd9673a98e660dc741724efbabd85', '30f365741d8afa976c0e696ac98cf1f06ae5f9bc0ddd9927f45c387cfee47ee5');
insert into "audit_events" values ('019f1d8c-e200-7de5-bade-79aaa524bc94', 12, '019f1d8c-e200-7134-be80-5e6d3e901c76', 1782907200000, 'key.created', '{"kind":"system","id":"keyward","credential":null,"address":null,"userAgent":null}', '{"kind":"key","id":"e76c59f9-6ea9-4b69-8c7b-bdf6813cd9a3"}', 'e76c59f9-6ea9-4b69-8c7b-bdf6813cd9a3', '{"keyspace_id":"019f1d8c-e200-76b0-bd8b-647235199e74","owner":{"kind":"organization","id":"019f1d8c-e200-7de5-bade-79aaa524bc94"},"name":"In the format of arthur","permissions":[],"roles":[],"tags":[],"metadata":{},"limits":[],"credits":null,"allowed_addresses":[],"allowed_origins":[],"not_before":null,"expires_at":null,"rotation":null,"enabled":true,"delete_protected":false}', NULL, '30f365741d8afa976c0e696ac98cf1f06ae5f9bc0ddd9927f45c387cfee47ee5', '01fb5b80fa97a56353aaa00ce2da22285c212fd1fb41337e2ccb1daafd0b82a6');
insert into "audit_events" values ('019f1d8c-e200-7de5-bade-79aaa524bc94', 13, '019f1d8c-e200-78f7-af44-9c11b6bc0f02', 1782907200000, 'keyspace.created', '{"kind":"system","id":"keyward","credential":null,"address":null,"userAgent":null}', '{"kind":"keyspace","id":"019f1d8c-e200-75cd-97a6-fe794e9620e8"}', '019f1d8c-e200-75cd-97a6-fe794e9620e8', '{"kind":"automox","name":"Of automox"}', NULL, '01fb5b80fa97a56353aaa00ce2da22285c212fd1fb41337e2ccb1daafd0b82a6', 'ab5b4df6e525f514ae9984b061b07a3ca9fe5527d25139848d17c071e720616e');
insert into "audit_events" values ('019f1d8c-e200-7de5-bade-79aaa524bc94', 14, '019f1d8c-e200-7cb4-8add-b08ad2a1e7e0', 1782907200000, 'key.created', '{"kind":"system","id":"keyward","credential":null,"address":null,"userAgent":null}', '{"kind":"key","id":"019f1d8c-e200-7b15-9f0d-db268b84869d"}', '019f1d8c-e200-7b15-9f0d-db268b84869d', '{"keyspace_id":"019f1d8c-e200-75cd-97a6-fe794e9620e8","owner":{"kind":"organization","id":"019f1d8c-e200-7de5-bade-79aaa524bc94"},"name":"In the format of automox","permissions":[],"roles":[],"tags":[],"metadata":{},"limits":[],"credits":null,"allowed_addresses":[],"allowed_origins":[],"not_before":null,"expires_at":null,"rotation":null,"enabled":true,"delete_protected":false}', NULL, 'ab5b4df6e525f514ae9984b061b07a3ca9fe5527d25139848d17c071e720616e', '803d62d679754603955c519cbadfdfdf0a20852b30ddf7614cb7eba9f85f61f3');
insert into "audit_events" values ('019f1d8c-e200-7de5-bade-79aaa524bc94', 15, '019f1d8c-e200-76cd-bf43-8263395056a8', 1782907200000, 'keyspace.created', '{"kind":"system","id":"keyward","credential":null,"address":null,"userAgent":null}', '{"kind":"keyspace","id":"019f1d8c-e200-72a1-9d40-12be0c44db1b"}', '019f1d8c-e200-72a1-9d40-12be0c44db1b', '{"kind":"octopus","name":"Of octopus"}', NULL, '803d62d679754603955c519cbadfdfdf0a20852b30ddf7614cb7eba9f85f61f3', '464b3a79d0258b56b49a61a8e04f69acae7fed1862e6d8c708d2b61434de3f61');
insert into "audit_events" values ('019f1d8c-e200-7de5-bade-79aaa524bc94', 16, '019f1d8c-e200-772b-a7e0-58e0b1fd2fef', 1782907200000, 'key.created', '{"kind":"system","id":"keyward","credential":null,"address":null,"userAgent":null}', '{"kind":"key","id":"019f1d8c-e200-7fdf-b774-b5c8352a8b0c"}', '019f1d8c-e200-7fdf-b774-b5c8352a8b0c', '{"keyspace_id":"019f1d8c-e200-72a1-9d40-12be0c44db1b","owner":{"kind":"organization","id":"019f1d8c-e200-7de5-bade-79aaa524bc94"},"name":"In the format of octopus","permissions":[],"roles":[],"tags":[],"metadata":{},"limits":[],"credits":null,"allowed_addresses":[],"allowed_origins":[],"not_before":null,"expires_at":null,"rotation":null,"enabled":true,"delete_protected":false}', NULL, '464b3a79d0258b56b49a61a8e04f69acae7fed1862e6d8c708d2b61434de3f61', '586c4565206f18b94be19a3546916d660e8ee8e8509bd1a2213f7c05dd7ef11b');
insert into "audit_events" values ('019f1d8c-e200-7de5-bade-79aaa524bc94', 17, '019f1d8c-e200-7a4b-84be-9453d6e796e4', 1782907200000, 'keyspace.created', '{"kind":"system","id":"keyward","credential":null,"address":null,"userAgent":null}', '{"kind":"keyspace","id":"019f1d8c-e200-70c0-82bb-8e61a43bbd02"}', '019f1d8c-e200-70c0-82bb-8e61a43bbd02', '{"kind":"docspace","name":"Of docspace"}', NULL, '586c4565206f18b94be19a3546916d660e8ee8e8509bd1a2213f7c05dd7ef11b', '8105ec092c0f938ec0e2301aa2f9261b51acabee08953ab154b9da5c6fe7a95a');
insert into "audit_events" values ('019f1d8c-e200-7de5-bade-79aaa524bc94', 18, '019f1d8c-e200-7bb0-9398-e208c12ab47b', 1782907200000, 'key.created', '{"kind":"system","id":"keyward","credential":null,"address":null,"userAgent":null}', '{"kind":"key","id":"18a493d6-b6c7-4504-a4a1-b30af8da0137"}', '18a493d6-b6c7-4504-a4a1-b30af8da0137', '{"keyspace_id":"019f1d8c-e200-70c0-82bb-8e61a43bbd02","owner":{"kind":"organization","id":"019f1d8c-e200-7de5-bade-79aaa524bc94"},"name":"In the format of docspace","permissions":[],"roles":[],"tags":[],"metadata":{},"limits":[],"credits":null,"allowed_addresses":[],"allowed_origins":[],"not_before":null,"expires_at":null,"rotation":null,"enabled":true,"delete_protected":false}', NULL, '8105ec092c0f938ec0e2301aa2f9261b51acabee08953ab154b9da5c6fe7a95a', '2870cc1573c1e095bd5bbb172a37b1dcd0b8ef4cc2cf01028c292879a98a0596');
insert into "audit_events" values ('019f1d8c-e200-7de5-bade-79aaa524bc94', 19, '019f1d8c-e200-78f2-9376-b7ca5dc3bc78', 1782907200000, 'key.created', '{"kind":"system","id":"keyward","credential":null,"address":null,"userAgent":null}', '{"kind":"key","id":"019f1d8c-e200-7f83-ad64-cf8cb6369609"}', '019f1d8c-e200-7f83-ad64-cf8cb6369609', '{"keyspace_id":"019f1d8c-e200-75f1-9460-45b8288828e7","owner":{"kind":"organization","id":"019f1d8c-e200-7de5-bade-79aaa524bc94"},"name":"Expiring","permissions":[],"roles":[],"tags":[],"metadata":{},"limits":[],"credits":null,"allowed_addresses":[],"allowed_origins":[],"not_before":"2026-07-03T12:00:00.000Z","expires_at":"2026-07-05T12:00:00.000Z","rotation":null,"enabled":true,"delete_protected":false}', NULL, '2870cc1573c1e095bd5bbb172a37b1dcd0b8ef4cc2cf01028c292879a98a0596', '0f2ef788d6db0956d3a27da7b0bb05309b45a7b778649881bc69f034826925ae');
insert into "audit_events" values ('019f1d8c-e200-7de5-bade-79aaa524bc94', 20, '019f1d8c-e200-7be1-9658-b5b2182de976', 1782907200000, 'key.created', '{"kind":"system","id":"keyward","credential":null,"address":null,"userAgent":null}', '{"kind":"key","id":"019f1d8c-e200-75a5-b92d-450af7118018"}', '019f1d8c-e200-75a5-b92d-450af7118018', '{"keyspace_id":"019f1d8c-e200-75f1-9460-45b8288828e7","owner":{"kind":"organization","id":"019f1d8c-e200-7de5-bade-79aaa524bc94"},"name":"Disabled","permissions":[],"roles":[],"tags":[],"metadata":{},"limits":[],"credits":null,"allowed_addresses":[],"allowed_origins":[],"not_before":null,"expires_at":null,"rotation":null,"enabled":false,"delete_protected":false}', NULL, '0f2ef788d6db0956d3a27da7b0bb05309b45a7b778649881bc69f034826925ae', 'c67d4549e341aa6b239e696e5a0a89f3c4a0f0ad6c5406ebe3d843df450fc13b');
insert into "audit_events" values ('019f1d8c-e200-7de5-bade-79aaa524bc94', 21, '019f1d8c-e200-73ce-b844-7bbf843c4711', 1782907200000, 'key.created', '{"kind":"system","id":"keyward","credential":null,"address":null,"userAgent":null}', '{"kind":"key","id":"019f1d8c-e200-7464-8bb0-626a6dac446a"}', '019f1d8c-e200-7464-8bb0-626a6dac446a', '{"keyspace_id":"019f1d8c-e200-75f1-9460-45b8288828e7","owner":{"kind":"organization","id":"019f1d8c-e200-7de5-bade-79aaa524bc94"},"name":"Revoked","permissions":[],"roles":[],"tags":[],"metadata":{},"limits":[],"credits":null,"allowed_addresses":[],"allowed_origins":[],"not_before":null,"expires_at":null,"rotation":null,"enabled":true,"delete_protected":false}', NULL, 'c67d4549e341aa6b239e696e5a0a89f3c4a0f0ad6c5406ebe3d843df450fc13b', '386edf4a1ceb63e5bc3b17da953c0d25548a0fa951ca627c1bc16e864e8f29e0');
insert into "audit_events" values ('019f1d8c-e200-7de5-bade-79aaa524bc94', 22, '019f1d8c-e200-7b12-9951-227e29eb1073', 1782907200000, 'key.revoked', '{"kind":"system","id":"keyward","credential":null,"address":null,"userAgent":null}', '{"kind":"key","id":"019f1d8c-e200-7464-8bb0-626a6dac446a"}', '019f1d8c-e200-7464-8bb0-626a6dac446a', '{"reason":"compromised","note":"lost"}', NULL, '386edf4a1ceb63e5bc3b17da953c0d25548a0fa951ca627c1bc16e864e8f29e0', '40d9f2e197499c17161d15532e9a1b2e8a81640a25fa4b7e3ff7510988270eaa');
insert into "audit_events" values ('019f1d8c-e200-7de5-bade-79aaa524bc94', 23, '019f1d8c-e200-7b03-8f11-8f7a2d415f5e', 1782907200000, 'key.created', '{"kind":"system","id":"keyward","credential":null,"address":null,"userAgent":null}', '{"kind":"key","id":"019f1d8c-e200-79ee-b46f-f094f5cc530b"}', '019f1d8c-e200-79ee-b46f-f094f5cc530b', '{"keyspace_id":"019f1d8c-e200-75f1-9460-45b8288828e7","owner":{"kind":"organization","id":"019f1d8c-e200-7de5-bade-79aaa524bc94"},"name":"Deleted","permissions":[],"roles":[],"tags":[],"metadata":{},"limits":[],"credits":null,"allowed_addresses":[],"allowed_origins":[],"not_before":null,"expires_at":null,"rotation":null,"enabled":true,"delete_protected":false}', NULL, '40d9f2e197499c17161d15532e9a1b2e8a81640a25fa4b7e3ff7510988270eaa', '2e36f4d7ec1dbca9fdfd682c1bb988c65b4a43e7c3c7f4f8d0ea2047771abdde');
insert into "audit_events" values ('019f1d8c-e200-7de5-bade-79aaa524bc94', 24, '019f1d8c-e200-74f7-b5b2-774efe474a94', 1782907200000, 'key.deleted', '{"kind":"system","id":"keyward","credential":null,"address":null,"userAgent":null}', '{"kind":"key","id":"019f1d8c-e200-79ee-b46f-f094f5cc530b"}', '019f1d8c-e200-79ee-b46f-f094f5cc530b', '{"name":"Deleted"}', NULL, '2e36f4d7ec1dbca9fdfd682c1bb988c65b4a43e7c3c7f4f8d0ea2047771abdde', 'eddb84ff9e6e665e662b588575ae96b2316040bee97303af2c730e6f0171c765');
insert into "audit_events" values ('019f1d8c-e200-7de5-bade-79aaa524bc94', 25, '019f1d8c-e200-7937-a48d-b40d1026b94b', 1782907200000, 'key.created', '{"kind":"system","id":"keyward","credential":null,"address":null,"userAgent":null}', '{"kind":"key","id":"019f1d8c-e200-7890-9cad-3aed8caaa3e9"}', '019f1d8c-e200-7890-9cad-3aed8caaa3e9', '{"keyspace_id":"019f1d8c-e200-75f1-9460-45b8288828e7","owner":{"kind":"organization","id":"019f1d8c-e200-7de5-bade-79aaa524bc94"},"name":"Bound","permissions":[],"roles":[],"tags":[],"metadata":{},"limits":[],"credits":null,"allowed_addresses":["203.0.113.0/24","2001:db8::/32"],"allowed_origins":["https://*.example.com"],"not_before":null,"expires_at":null,"rotation":null,"enabled":true,"delete_protected":false}', NULL, 'eddb84ff9e6e665e662b588575ae96b2316040bee97303af2c730e6f0171c765', 'a169a3eb07b127429a8804fb0af300848e22b23caa79da790530afc32aee1886');
insert into "audit_events" values ('019f1d8c-e200-7de5-bade-79aaa524bc94', 26, '019f1d8c-e200-7e1a-8818-8816915100a7', 1782907200000, 'key.created', '{"kind":"system","id":"keyward","credential":null,"address":null,"userAgent":null}', '{"kind":"key","id":"019f1d8c-e200-7d0a-ac5e-1be7d80cbaf7"}', '019f1d8c-e200-7d0a-ac5e-1be7d80cbaf7', '{"keyspace_id":"019f1d8c-e200-75f1-9460-45b8288828e7","owner":{"kind":"organization","id":"019f1d8c-e200-7de5-bade-79aaa524bc94"},"name":"Limited","permissions":[],"roles":[],"tags":[],"metadata":{},"limits":[{"name":"hourly","count":2,"window_seconds":3600}],"credits":null,"allowed_addresses":[],"allowed_origins":[],"not_before":null,"expires_at":null,"rotation":null,"enabled":true,"delete_protected":false}', NULL, 'a169a3eb07b127429a8804fb0af300848e22b23caa79da790530afc32aee1886', 'ad9b9eb208b02c99a66bcc8aac4ba892120bb7eb1116bc3996394335b61d2c70');
insert into "audit_events" values ('019f1d8c-e200-7de5-bade-79aaa524bc94', 27, '019f1d8c-e200-7783-b02a-52870437abb3', 1782907200000, 'service_account.created', '{"kind":"system","id":"keyward","credential":null,"address":null,"userAgent":null}', '{"kind":"service_account","id":"019f1d8c-e200-7da2-a11b-9fe010924e69"}', '019f1d8c-e200-7da2-a11b-9fe010924e69', '{"display_name":"Suspended machine","roles":[],"description":""}', NULL, 'ad9b9eb208b02c99a66bcc8aac4ba892120bb7eb1116bc3996394335b61d2c70', 'cdf19de9b93283120d85911475b2777d741de87ef8091f7c6aaf3d824f160537');
insert into "audit_events" values ('019f1d8c-e200-7de5-bade-79aaa524bc94', 28, '019f1d8c-e200-7bf1-b4dc-98e47c0dc473', 1782907200000, 'key.created', '{"kind":"system","id":"keyward","credential":null,"address":null,"userAgent":null}', '{"kind":"key","id":"019f1d8c-e200-75d1-a01f-39ef154ff4bc"}', '019f1d8c-e200-75d1-a01f-39ef154ff4bc', '{"keyspace_id":"019f1d8c-e200-75f1-9460-45b8288828e7","owner":{"kind":"service_account","id":"019f1d8c-e200-7da2-a11b-9fe010924e69"},"name":"Of a machine","permissions":[],"roles":[],"tags":[],"metadata":{},"limits":[],"credits":null,"allowed_addresses":[],"allowed_origins":[],"not_before":null,"expires_at":null,"rotation":null,"enabled":true,"delete_protected":false}', NULL, 'cdf19de9b93283120d85911475b2777d741de87ef8091f7c6aaf3d824f160537', '8111450d0f02a96ce6005c5124849e353666cfb446bcd7842aeaca27f573e07a');
insert into "audit_events" values ('019f1d8c-e200-7de5-bade-79aaa524bc94', 29, '019f1d8c-e200-7ef9-ad40-f43cbe227f7e', 1782907200000, 'service_account.suspended', '{"kind":"system","id":"keyward","credential":null,"address":null,"userAgent":null}', '{"kind":"service_account","id":"019f1d8c-e200-7da2-a11b-9fe010924e69"}', '019f1d8c-e200-7da2-a11b-9fe010924e69', '{}', NULL, '8111450d0f02a96ce6005c5124849e353666cfb446bcd7842aeaca27f573e07a', '8c52a8065a3d36d2c3d3d05be0e0f8d9e596f7ad2ec7ed18130b629f38f19835');
insert into "audit_events" values ('019f1d8c-e200-7de5-bade-79aaa524bc94', 30, '019f1d8c-e200-7b3f-ab18-5112fcc830d3', 1782907200000, 'key.created', '{"kind":"system","id":"keyward","credential":null,"address":null,"userAgent":null}', '{"kind":"key","id":"019f1d8c-e200-76c4-9d53-3ddc6ceb9a0e"}', '019f1d8c-e200-76c4-9d53-3ddc6ceb9a0e', '{"keyspace_id":"019f1d8c-e200-70a2-966d-07dbbef226f6","owner":{"kind":"organization","id":"019f1d8c-e200-7de5-bade-79aaa524bc94"},"name":"Being rotated","permissions":[],"roles":[],"tags":[],"metadata":{},"limits":[],"credits":null,"allowed_addresses":[],"allowed_origins":[],"not_before":null,"expires_at":null,"rotation":null,"enabled":true,"delete_protected":false}', NULL, '8c52a8065a3d36d2c3d3d05be0e0f8d9e596f7ad2ec7ed18130b629f38f19835', 'a1e11531f5fbb48b151f9bdc991aff564468eafe44fb5969a34229c94e90b757');
insert into "audit_events" values ('019f1d8c-e200-7de5-bade-79aaa524bc94', 31, '019f1d8c-e200-7e45-a241-872488f1386b', 1782907200000, 'key.rotated', '{"kind":"system","id":"keyward","credential":null,"address":null,"userAgent":null}', '{"kind":"key","id":"019f1d8c-e200-76c4-9d53-3ddc6ceb9a0e"}', '019f1d8c-e200-76c4-9d53-3ddc6ceb9a0e', '{"secret_version":2,"previous_version":1,"previous_expires_at":"2026-07-04T12:00:00.000Z"}', NULL, 'a1e11531f5fbb48b151f9bdc991aff564468eafe44fb5969a34229c94e90b757', 'ba2ab8ea0198c009d9d0f36b7cb9d8023ed5c63306d4cc3ae58272d2fcfab4db');
insert into "audit_events" values ('019f1d8c-e200-7de5-bade-79aaa524bc94', 32, '019f1d8c-e200-77d6-bbd0-37825510c57a', 1782907200000, 'key.created', '{"kind":"system","id":"keyward","credential":null,"address":null,"userAgent":null}', '{"kind":"key","id":"019f1d8c-e200-7531-ad01-99d394c73404"}', '019f1d8c-e200-7531-ad01-99d394c73404', '{"keyspace_id":"019f1d8c-e200-75f1-9460-45b8288828e7","owner":{"kind":"organization","id":"019f1d8c-e200-7de5-bade-79aaa524bc94"},"name":"Rotation cancelled","permissions":[],"roles":[],"tags":[],"metadata":{},"limits":[],"credits":null,"allowed_addresses":[],"allowed_origins":[],"not_before":null,"expires_at":null,"rotation":null,"enabled":true,"delete_protected":false}', NULL, 'ba2ab8ea0198c009d9d0f36b7cb9d8023ed5c63306d4cc3ae58272d2fcfab4db', '456c6a6b27042a21aecfc131df41a384e12dc9b131a8bb68c4c8f62ae60a8a64');
insert into "audit_events" values ('019f1d8c-e200-7de5-bade-79aaa524bc94', 33, '019f1d8c-e200-7b06-ba25-42d648e46802', 1782907200000, 'key.rotated', '{"kind":"system","id":"keyward","credential":null,"address":null,"userAgent":null}', '{"kind":"key","id":"019f1d8c-e200-7531-ad01-99d394c73404"}', '019f1d8c-e200-7531-ad01-99d394c73404', '{"secret_version":2,"previous_version":1,"previous_expires_at":"2026-07-02T12:00:00.000Z"}', NULL, '456c6a6b27042a21aecfc131df41a384e12dc9b131a8bb68c4c8f62ae60a8a64', 'bf885b78880ca87fffe12b9bfa77f13b2d7a6c7de902c4a23b340b355b77dc6f');
insert into "audit_events" values ('019f1d8c-e200-7de5-bade-79aaa524bc94', 34, '019f1d8c-e200-7144-b83f-a4b8f6fb4ce4', 1782907200000, 'key.rotation_cancelled', '{"kind":"system","id":"keyward","credential":null,"address":null,"userAgent":null}', '{"kind":"key","id":"019f1d8c-e200-7531-ad01-99d394c73404"}', '019f1d8c-e200-7531-ad01-99d394c73404', '{"secret_version":2,"previous_version":1,"previous_expires_at":null}', NULL, 'bf885b78880ca87fffe12b9bfa77f13b2d7a6c7de902c4a23b340b355b77dc6f', '6da55e2964b4e3fd0c745bb84607fbd7c7c3af7c5d94a61dc34c4a9abe6582a0');
insert into "audit_events" values ('019f1d8c-e200-7de5-bade-79aaa524bc94', 35, '019f1d8c-e200-795a-af5a-6e844556cfa2', 1782907200000, 'key.created', '{"kind":"system","id":"keyward","credential":null,"address":null,"userAgent":null}', '{"kind":"key","id":"019f1d8c-e200-74bc-b8a0-a42a726c4ad9"}', '019f1d8c-e200-74bc-b8a0-a42a726c4ad9', '{"keyspace_id":"019f1d8c-e200-75f1-9460-45b8288828e7","owner":{"kind":"organization","id":"019f1d8c-e200-7de5-bade-79aaa524bc94"},"name":"With credits","permissions":[],"roles":[],"tags":[],"metadata":{},"limits":[],"credits":{"remaining":5,"refill":null,"on_unavailable":"deny"},"allowed_addresses":[],"allowed_origins":[],"not_before":null,"expires_at":null,"rotation":null,"enabled":true,"delete_protected":false}', NULL, '6da55e2964b4e3fd0c745bb84607fbd7c7c3af7c5d94a61dc34c4a9abe6582a0', '1cc417394367d3bf296d615bda8600d60365e5446e5f27d3e82330087a28c800');
insert into "audit_heads" values ('019f1d8c-e200-7de5-bade-79aaa524bc94', 35, '1cc417394367d3bf296d615bda8600d60365e5446e5f27d3e82330087a28c800');
insert into "counters" values ('alias', 200);
insert into "credit_balances" values ('019f1d8c-e200-7de5-bade-79aaa524bc94', '019f1d8c-e200-74bc-b8a0-a42a726c4ad9', 5, NULL);
insert into "expiry_notices" values ('019f1d8c-e200-7f83-ad64-cf8cb6369609', '019f1d8c-e200-7de5-bade-79aaa524bc94', 1783166400000);
insert into "keys" values ('019f1d8c-e200-74da-9cba-ccb51ec5deb5', '019f1d8c-e200-7de5-bade-79aaa524bc94', 3, '019f1d8c-e200-7f96-9634-2bd6c384f22f', 'user', '019f1d8c-e200-7a36-9e43-3d6202b73cdc', 'Administrator', '["*"]', '[]', '[]', '{}', '[]', '[]', '[]', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1782907200000, 1782907200000, 1, NULL, 0, NULL, NULL);
insert into "keys" values ('019f1d8c-e200-7ae5-8b09-de8af147e648', '019f1d8c-e200-7de5-bade-79aaa524bc94', 4, '019f1d8c-e200-75f1-9460-45b8288828e7', 'organization', '019f1d8c-e200-7de5-bade-79aaa524bc94', 'Plain, under pepper 1', '["invoices.write"]', '["reader"]', '[]', '{}', '[]', '[]', '[]', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1782907200000, 1782907200000, 1, NULL, 0, NULL, NULL);
insert into "keys" values ('019f1d8c-e200-780d-913d-65ce3e6758ce', '019f1d8c-e200-7de5-bade-79aaa524bc94', 5, '019f1d8c-e200-70a2-966d-07dbbef226f6', 'organization', '019f1d8c-e200-7de5-bade-79aaa524bc94', 'Sealed, under pepper 1', '["invoices.read"]', '[]', '[]', '{}', '[]', '[]', '[]', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1782907200000, 1782907200000, 1, NULL, 0, NULL, NULL);
insert into "keys" values ('019f1d8c-e200-7098-9ee0-dbdaeaf60543', '019f1d8c-e200-7de5-bade-79aaa524bc94', 101, '019f1d8c-e200-75f1-9460-45b8288828e7', 'organization', '019f1d8c-e200-7de5-bade-79aaa524bc94', 'Plain, under pepper 2', '["invoices.write"]', '["reader"]', '[]', '{}', '[]', '[]', '[]', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1782907200000, 1782907200000, 1, NULL, 0, NULL, NULL);
insert into "keys" values ('019f1d8c-e200-7c4f-aaf4-c128f04683e1', '019f1d8c-e200-7de5-bade-79aaa524bc94', 102, '019f1d8c-e200-70a2-966d-07dbbef226f6', 'organization', '019f1d8c-e200-7de5-bade-79aaa524bc94', 'Sealed, under pepper 2', '["invoices.read"]', '[]', '[]', '{}', '[]', '[]', '[]', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1782907200000, 1782907200000, 1, NULL, 0, NULL, NULL);
insert into "keys" values ('e76c59f9-6ea9-4b69-8c7b-bdf6813cd9a3', '019f1d8c-e200-7de5-bade-79aaa524bc94', 103, '019f1d8c-e200-76b0-bd8b-647235199e74', 'organization', '019f1d8c-e200-7de5-bade-79aaa524bc94', 'In the format of arthur', '[]', '[]', '[]', '{}', '[]', '[]', '[]', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1782907200000, 1782907200000, 1, NULL, 0, NULL, NULL);
insert into "keys" values ('019f1d8c-e200-7b15-9f0d-db268b84869d', '019f1d8c-e200-7de5-bade-79aaa524bc94', 104, '019f1d8c-e200-75cd-97a6-fe794e9620e8', 'organization', '019f1d8c-e200-7de5-bade-79aaa524bc94', 'In the format of automox', '[]', '[]', '[]', '{}', '[]', '[]', '[]', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1782907200000, 1782907200000, 1, NULL, 0, NULL, NULL);
insert into "keys" values ('019f1d8c-e200-7fdf-b774-b5c8352a8b0c', '019f1d8c-e200-7de5-bade-79aaa524bc94', 105, '019f1d8c-e200-72a1-9d40-12be0c44db1b', 'organization', '019f1d8c-e200-7de5-bade-79aaa524bc94', 'In the format of octopus', '[]', '[]', '[]', '{}', '[]', '[]', '[]', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1782907200000, 1782907200000, 1, NULL, 0, NULL, NULL);
insert into "keys" values ('18a493d6-b6c7-4504-a4a1-b30af8da0137', '019f1d8c-e200-7de5-bade-79aaa524bc94', 106, '019f1d8c-e200-70c0-82bb-8e61a43bbd02', 'organization', '019f1d8c-e200-7de5-bade-79aaa524bc94', 'In the format of docspace', '[]', '[]', '[]', '{}', '[]', '[]', '[]', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1782907200000, 1782907200000, 1, NULL, 0, NULL, NULL);
insert into "keys" values ('019f1d8c-e200-7f83-ad64-cf8cb6369609', '019f1d8c-e200-7de5-bade-79aaa524bc94', 107, '019f1d8c-e200-75f1-9460-45b8288828e7', 'organization', '019f1d8c-e200-7de5-bade-79aaa524bc94', 'Expiring', '[]', '[]', '[]', '{}', '[]', '[]', '[]', 1783080000000, 1783252800000, NULL, NULL, NULL, NULL, NULL, 1782907200000, 1782907200000, 1, NULL, 0, NULL, NULL);
insert into "keys" values ('019f1d8c-e200-75a5-b92d-450af7118018', '019f1d8c-e200-7de5-bade-79aaa524bc94', 108, '019f1d8c-e200-75f1-9460-45b8288828e7', 'organization', '019f1d8c-e200-7de5-bade-79aaa524bc94', 'Disabled', '[]', '[]', '[]', '{}', '[]', '[]', '[]', NULL, NULL, 1782907200000, NULL, NULL, NULL, NULL, 1782907200000, 1782907200000, 1, NULL, 0, NULL, NULL);
insert into "keys" values ('019f1d8c-e200-7464-8bb0-626a6dac446a', '019f1d8c-e200-7de5-bade-79aaa524bc94', 109, '019f1d8c-e200-75f1-9460-45b8288828e7', 'organization', '019f1d8c-e200-7de5-bade-79aaa524bc94', 'Revoked', '[]', '[]', '[]', '{}', '[]', '[]', '[]', NULL, NULL, NULL, 1782907200000, 'compromised', 'lost', NULL, 1782907200000, 1782907200000, 2, NULL, 0, NULL, NULL);
insert into "keys" values ('019f1d8c-e200-79ee-b46f-f094f5cc530b', '019f1d8c-e200-7de5-bade-79aaa524bc94', 110, '019f1d8c-e200-75f1-9460-45b8288828e7', 'organization', '019f1d8c-e200-7de5-bade-79aaa524bc94', 'Deleted', '[]', '[]', '[]', '{}', '[]', '[]', '[]', NULL, NULL, NULL, NULL, NULL, NULL, 1782907200000, 1782907200000, 1782907200000, 2, NULL, 0, NULL, NULL);
insert into "keys" values ('019f1d8c-e200-7890-9cad-3aed8caaa3e9', '019f1d8c-e200-7de5-bade-79aaa524bc94', 111, '019f1d8c-e200-75f1-9460-45b8288828e7', 'organization', '019f1d8c-e200-7de5-bade-79aaa524bc94', 'Bound', '[]', '[]', '[]', '{}', '[]', '["203.0.113.0/24","2001:db8::/32"]', '["https://*.example.com"]', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1782907200000, 1782907200000, 1, NULL, 0, NULL, NULL);
insert into "keys" values ('019f1d8c-e200-7d0a-ac5e-1be7d80cbaf7', '019f1d8c-e200-7de5-bade-79aaa524bc94', 112, '019f1d8c-e200-75f1-9460-45b8288828e7', 'organization', '019f1d8c-e200-7de5-bade-79aaa524bc94', 'Limited', '[]', '[]', '[]', '{}', '[{"name":"hourly","count":2,"windowSeconds":3600}]', '[]', '[]', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1782907200000, 1782907200000, 1, NULL, 0, NULL, NULL);
insert into "keys" values ('019f1d8c-e200-75d1-a01f-39ef154ff4bc', '019f1d8c-e200-7de5-bade-79aaa524bc94', 114, '019f1d8c-e200-75f1-9460-45b8288828e7', 'service_account', '019f1d8c-e200-7da2-a11b-9fe010924e69', 'Of a machine', '[]', '[]', '[]', '{}', '[]', '[]', '[]', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1782907200000, 1782907200000, 1, NULL, 0, NULL, NULL);
insert into "keys" values ('019f1d8c-e200-76c4-9d53-3ddc6ceb9a0e', '019f1d8c-e200-7de5-bade-79aaa524bc94', 115, '019f1d8c-e200-70a2-966d-07dbbef226f6', 'organization', '019f1d8c-e200-7de5-bade-79aaa524bc94', 'Being rotated', '[]', '[]', '[]', '{}', '[]', '[]', '[]', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1782907200000, 1782907200000, 2, NULL, 0, NULL, NULL);
insert into "keys" values ('019f1d8c-e200-7531-ad01-99d394c73404', '019f1d8c-e200-7de5-bade-79aaa524bc94', 116, '019f1d8c-e200-75f1-9460-45b8288828e7', 'organization', '019f1d8c-e200-7de5-bade-79aaa524bc94', 'Rotation cancelled', '[]', '[]', '[]', '{}', '[]', '[]', '[]', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1782907200000, 1782907200000, 3, NULL, 0, NULL, NULL);
insert into "keys" values ('019f1d8c-e200-74bc-b8a0-a42a726c4ad9', '019f1d8c-e200-7de5-bade-79aaa524bc94', 117, '019f1d8c-e200-75f1-9460-45b8288828e7', 'organization', '019f1d8c-e200-7de5-bade-79aaa524bc94', 'With credits', '[]', '[]', '[]', '{}', '[]', '[]', '[]', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1782907200000, 1782907200000, 1, '{"refill":null,"onUnavailable":"deny"}', 0, NULL, NULL);
insert into "keyspaces" values ('019f1d8c-e200-7f96-9634-2bd6c384f22f', '019f1d8c-e200-7de5-bade-79aaa524bc94', 'management', 'Keyward management', 'Keys that authenticate callers of Keyward''s own management API.', 'native', 'keyward', 'digest', '[{"name":"organizations.read","description":"Read the organization."},{"name":"organizations.write","description":"Change the organization."},{"name":"keyspaces.read","description":"Read keyspaces, their permission catalogs and roles."},{"name":"keyspaces.write","description":"Create and change keyspaces, their permission catalogs and roles."},{"name":"keys.read","description":"Read and list keys and their usage; never their secrets."},{"name":"keys.write","description":"Create, change, revoke and delete keys."},{"name":"keys.reveal","description":"Read the secret of a recoverable key again. Every reading is audited."},{"name":"keys.verify","description":"Ask whether a presented secret is a live key, and what it may do."},{"name":"own_keys.read","description":"Read and list the keys that one owns oneself."},{"name":"own_keys.write","description":"Create, change, revoke and delete keys that one owns oneself, with no permissions that one''s keys of the keyspace do not have already, unless its policy lets owners grant."},{"name":"own_keys.reveal","description":"Read the secret of a recoverable key that one owns oneself."},{"name":"members.read","description":"Read users, service accounts and their roles."},{"name":"members.write","description":"Create, change, invite, suspend and remove users and service accounts, and give them roles."},{"name":"roles.read","description":"Read the organization''s roles."},{"name":"roles.write","description":"Create, change and delete the organization''s own roles."},{"name":"sessions.read","description":"Read the sessions of other users."},{"name":"sessions.write","description":"End the sessions of other users."},{"name":"audit.read","description":"Read the audit trail."}]', '[{"name":"owner","description":"Everything. There is always at least one.","permissions":["*"]},{"name":"admin","description":"Everything but what concerns owners and the organization itself.","permissions":["organizations.read","keyspaces.*","keys.*","own_keys.*","members.*","roles.*","sessions.*","audit.read"]},{"name":"auditor","description":"Reads everything, and neither changes nor reveals anything.","permissions":["organizations.read","keyspaces.read","keys.read","own_keys.read","members.read","roles.read","sessions.read","audit.read"]},{"name":"member","description":"Sees and manages the keys that they own themselves.","permissions":["organizations.read","keyspaces.read","own_keys.*"]}]', '[]', 1782907200000, 1782907200000, 1, '{"maxKeys":null,"maxKeysPerOwner":null,"countedKeys":"active","uniqueNames":false,"maxLifetimeSeconds":null,"defaultLifetimeSeconds":null,"expiryRequired":false,"expiryWithinCreator":false,"ownersGrant":false,"requiredTags":[],"exclusivePermissions":[],"maxOverlapSeconds":null}', NULL);
insert into "keyspaces" values ('019f1d8c-e200-75f1-9460-45b8288828e7', '019f1d8c-e200-7de5-bade-79aaa524bc94', 'standard', 'Native', '', 'native', 'acme_live', 'digest', '[{"name":"invoices.read","description":""},{"name":"invoices.write","description":""}]', '[{"name":"reader","description":"","permissions":["invoices.read"]}]', '[{"name":"daily","count":1000,"windowSeconds":86400}]', 1782907200000, 1782907200000, 1, '{"maxKeys":50,"maxKeysPerOwner":null,"countedKeys":"active","uniqueNames":false,"maxLifetimeSeconds":null,"defaultLifetimeSeconds":null,"expiryRequired":false,"expiryWithinCreator":false,"ownersGrant":false,"requiredTags":[],"exclusivePermissions":[],"maxOverlapSeconds":null}', NULL);
insert into "keyspaces" values ('019f1d8c-e200-70a2-966d-07dbbef226f6', '019f1d8c-e200-7de5-bade-79aaa524bc94', 'standard', 'Recoverable', '', 'native', 'acme_test', 'recoverable', '[{"name":"invoices.read","description":""},{"name":"invoices.write","description":""}]', '[]', '[]', 1782907200000, 1782907200000, 1, '{"maxKeys":null,"maxKeysPerOwner":9,"countedKeys":"all","uniqueNames":true,"maxLifetimeSeconds":null,"defaultLifetimeSeconds":null,"expiryRequired":false,"expiryWithinCreator":false,"ownersGrant":false,"requiredTags":[],"exclusivePermissions":[],"maxOverlapSeconds":null}', NULL);
insert into "keyspaces" values ('019f1d8c-e200-76b0-bd8b-647235199e74', '019f1d8c-e200-7de5-bade-79aaa524bc94', 'arthur', 'Of arthur', '', 'arthur', '', 'digest', '[]', '[]', '[]', 1782907200000, 1782907200000, 1, '{"maxKeys":null,"maxKeysPerOwner":null,"countedKeys":"active","uniqueNames":false,"maxLifetimeSeconds":null,"defaultLifetimeSeconds":null,"expiryRequired":false,"expiryWithinCreator":false,"ownersGrant":false,"requiredTags":[],"exclusivePermissions":[],"maxOverlapSeconds":null}', NULL);
insert into "keyspaces" values ('019f1d8c-e200-75cd-97a6-fe794e9620e8', '019f1d8c-e200-7de5-bade-79aaa524bc94', 'automox', 'Of automox', '', 'automox', '', 'recoverable', '[]', '[]', '[]', 1782907200000, 1782907200000, 1, '{"maxKeys":null,"maxKeysPerOwner":null,"countedKeys":"active","uniqueNames":false,"maxLifetimeSeconds":null,"defaultLifetimeSeconds":null,"expiryRequired":false,"expiryWithinCreator":false,"ownersGrant":false,"requiredTags":[],"exclusivePermissions":[],"maxOverlapSeconds":null}', NULL);
insert into "keyspaces" values ('019f1d8c-e200-72a1-9d40-12be0c44db1b', '019f1d8c-e200-7de5-bade-79aaa524bc94', 'octopus', 'Of octopus', '', 'octopus', '', 'digest', '[]', '[]', '[]', 1782907200000, 1782907200000, 1, '{"maxKeys":null,"maxKeysPerOwner":null,"countedKeys":"active","uniqueNames":false,"maxLifetimeSeconds":null,"defaultLifetimeSeconds":null,"expiryRequired":false,"expiryWithinCreator":false,"ownersGrant":false,"requiredTags":[],"exclusivePermissions":[],"maxOverlapSeconds":null}', NULL);
insert into "keyspaces" values ('019f1d8c-e200-70c0-82bb-8e61a43bbd02', '019f1d8c-e200-7de5-bade-79aaa524bc94', 'docspace', 'Of docspace', '', 'docspace', '', 'digest', '[]', '[]', '[]', 1782907200000, 1782907200000, 1, '{"maxKeys":null,"maxKeysPerOwner":null,"countedKeys":"active","uniqueNames":false,"maxLifetimeSeconds":null,"defaultLifetimeSeconds":null,"expiryRequired":false,"expiryWithinCreator":false,"ownersGrant":false,"requiredTags":[],"exclusivePermissions":[],"maxOverlapSeconds":null}', NULL);
insert into "migrations" values (1, 'first');
insert into "migrations" values (2, 'policies');
insert into "migrations" values (3, 'addresses of last uses');
insert into "migrations" values (4, 'replays');
insert into "migrations" values (5, 'leases');
insert into "migrations" values (6, 'credits');
insert into "migrations" values (7, 'deleted keys');
insert into "migrations" values (8, 'rotation schedules');
insert into "migrations" values (9, 'versions of our own secrets');
insert into "migrations" values (10, 'notices of expiry');
insert into "organizations" values ('019f1d8c-e200-7de5-bade-79aaa524bc94', 1, 'Corpus', 1782907200000, 1782907200000, 1);
insert into "principal_roles" values ('019f1d8c-e200-7de5-bade-79aaa524bc94', '019f1d8c-e200-7a36-9e43-3d6202b73cdc', 'owner', 'user', NULL, 1782907200000);
insert into "principals" values ('019f1d8c-e200-7a36-9e43-3d6202b73cdc', '019f1d8c-e200-7de5-bade-79aaa524bc94', 'user', 2, 'Corpus', '["owner"]', 'corpus@example.com', NULL, NULL, NULL, 'none', NULL, NULL, NULL, 1782907200000, 1782907200000, 1);
insert into "principals" values ('019f1d8c-e200-7da2-a11b-9fe010924e69', '019f1d8c-e200-7de5-bade-79aaa524bc94', 'service_account', 113, 'Suspended machine', '[]', NULL, NULL, NULL, NULL, NULL, '', 1782907200000, NULL, 1782907200000, 1782907200000, 2);
insert into "secrets" values ('019f1d8c-e200-74da-9cba-ccb51ec5deb5', 1, 'HLM40zfBFUWejoSXFDJR3xVAWqdUAe3BUPzMLlveZ4M', 1, 'keyward_RF6h', 'NKzY', NULL, 1782907200000, NULL, NULL, NULL);
insert into "secrets" values ('019f1d8c-e200-7ae5-8b09-de8af147e648', 1, 'apoVZV0Lmn_PWlTryUhzqVhF62fZkBAOfYcvPu2XUsY', 1, 'acme_live_xDd2', 'zA3f', NULL, 1782907200000, NULL, NULL, NULL);
insert into "secrets" values ('019f1d8c-e200-780d-913d-65ce3e6758ce', 1, 'L9yG0gHeuV9XzjZQtCWx81IM2f_BOJxwwS2pZkC1aec', 1, 'acme_test_F9nq', '0QB7', 'v1.1.RYtfF7fIf0ANJZRZ.Lv_ukK-0-G7MhGgm_MxSrsFOnxMzRAzDrx6-Wa7wGCcx4QGuc0XeWZWjWeuWFy5n.DpiIUb-JPCFFn4i1B588Kg', 1782907200000, NULL, NULL, NULL);
insert into "secrets" values ('019f1d8c-e200-7098-9ee0-dbdaeaf60543', 1, '0sMrIHQd2cezpYYId_fRM8IRO2KptwtTiXVYdI9F5fQ', 2, 'acme_live_ecP9', 'NmwY', NULL, 1782907200000, NULL, NULL, NULL);
insert into "secrets" values ('019f1d8c-e200-7c4f-aaf4-c128f04683e1', 1, 'vDUzYBXt8DJu6BvU3RdZmusBJJQKzvXu0Ll0TdqVaAs', 2, 'acme_test_oV4q', 'UvNY', 'v1.2.iQOQV_70jEgRy9uv.UMY5J_-YprTZkdQ5gfoumXGwQ0BXe4rOlvfnIwDni_rmyujtf_6c4S1AtE055_5N.0-eZxdh5JnOI5mzsJ0CcGw', 1782907200000, NULL, NULL, NULL);
insert into "secrets" values ('e76c59f9-6ea9-4b69-8c7b-bdf6813cd9a3', 1, 'zBYMRKdjg3Dg_68lBqkhk-Gktw3sHYD4dUrls3TWKQQ', 2, 'ZTc2YzU5', 'eHM=', NULL, 1782907200000, NULL, NULL, NULL);
insert into "secrets" values ('019f1d8c-e200-7b15-9f0d-db268b84869d', 1, '3TPMzECAWm3dkeHGBAisqY7zsklooM3gmjB5k6xCXnE', 2, '', '0242', 'v1.2.9ReRYh-xWhGPjiUg.0My78ZDGK7VhWgpZHDd-tI6xIhmgwYMe4pEYyPXuszX-GlDv.llk3hX-pPh_Rk7UzNwROnw', 1782907200000, NULL, NULL, NULL);
insert into "secrets" values ('019f1d8c-e200-7fdf-b774-b5c8352a8b0c', 1, 'EvqYdXPtCPaENwG_rAAv3BpsGyM-MP95AVCZgrgOv68', 2, 'API-K3XU', '', NULL, 1782907200000, NULL, NULL, NULL);
insert into "secrets" values ('18a493d6-b6c7-4504-a4a1-b30af8da0137', 1, 'W86gVcuBr_m4PsrCwESTNf8pBpNIgoDvdmE7_vdum98', 2, 'sk-', '6642', NULL, 1782907200000, NULL, NULL, NULL);
insert into "secrets" values ('019f1d8c-e200-7f83-ad64-cf8cb6369609', 1, '7PkvicmSRlRtFJdnJf1G8SsvaLzZ1U7lNX9q_fZaO3g', 2, 'acme_live_sTVE', 'bOor', NULL, 1782907200000, NULL, NULL, NULL);
insert into "secrets" values ('019f1d8c-e200-75a5-b92d-450af7118018', 1, '7Ld2V6ij9aUoStXzUOWvCKoeGB-fdJqRSw8eGO46ahw', 2, 'acme_live_0I2T', 'nF1A', NULL, 1782907200000, NULL, NULL, NULL);
insert into "secrets" values ('019f1d8c-e200-7464-8bb0-626a6dac446a', 1, 'Z2ZycAlNpIo0cZUVb4r3hfy-H_ONHv2Usi78IdODJLM', 2, 'acme_live_k72E', 'L5lI', NULL, 1782907200000, NULL, NULL, NULL);
insert into "secrets" values ('019f1d8c-e200-79ee-b46f-f094f5cc530b', 1, 'XnTPWGpCL0BC8L2HEX_5hbg1SsWOwqezw4gYY7aVrKM', 2, 'acme_live_2U4r', '0t5U', NULL, 1782907200000, NULL, NULL, NULL);
insert into "secrets" values ('019f1d8c-e200-7890-9cad-3aed8caaa3e9', 1, 'kDunKPEoNjtCZUjNCMSxJwqty4f2RaviPAcJZRSzH6Q', 2, 'acme_live_eOfD', 'ibHV', NULL, 1782907200000, NULL, NULL, NULL);
insert into "secrets" values ('019f1d8c-e200-7d0a-ac5e-1be7d80cbaf7', 1, 'dDb6Cp6q1TD6E5uE7qCdCaibVIMHii4v96zI_tDslUA', 2, 'acme_live_lo0R', 'jj7E', NULL, 1782907200000, NULL, NULL, NULL);
insert into "secrets" values ('019f1d8c-e200-75d1-a01f-39ef154ff4bc', 1, 'J1NJgndqzRLwku6xksbUi4du0mUHlZ0FJjWTCoFwTVQ', 2, 'acme_live_Scwd', 'pjD7', NULL, 1782907200000, NULL, NULL, NULL);
insert into "secrets" values ('019f1d8c-e200-76c4-9d53-3ddc6ceb9a0e', 1, 'eYZd015xnJ23_eb-kXUWNSuFa5kUNiaqrZbBmblQgjo', 2, 'acme_test_1FKc', 'iFC1', 'v1.2.wnvzzyJOBY3uYlNo.39rpXz4WzJ3oTc27wIxVEXG8_UcVOEvcLSvR7ePvSI_Fy4PnGlwU3AheKtBa8gLa.AClR-1C0pZfzg1-e897_hQ', 1782907200000, 1783166400000, NULL, NULL);
insert into "secrets" values ('019f1d8c-e200-76c4-9d53-3ddc6ceb9a0e', 2, 'SUNd9e2n7C-PZ8iqk9-sSBqCIH-RETU7qHsbL-jU6ww', 2, 'acme_test_n6rh', 'xgV4', 'v1.2.x_6EXJh1aCGHt7ia.9sXiB2d5MqKjm3A79k78oWO1FgzLrwRU6-zHPZsWNeSDyl3a-_4ffFwHG_iwVQdr.vLKS3iQFR5XihD5kwsA7GQ', 1782907200000, NULL, NULL, NULL);
insert into "secrets" values ('019f1d8c-e200-7531-ad01-99d394c73404', 1, 'gn4f8xsheK-4BVk1TDQ9mygRL3QdB2FjkqWhuB2RrWk', 2, 'acme_live_amBZ', 'RB80', NULL, 1782907200000, NULL, NULL, NULL);
insert into "secrets" values ('019f1d8c-e200-7531-ad01-99d394c73404', 2, '753SMY-czcLvqxTK2TbGKJclJZ_ZF6LQOBYnRp5Rscw', 2, 'acme_live_hGog', 'rwWP', NULL, 1782907200000, 1782907200000, NULL, NULL);
insert into "secrets" values ('019f1d8c-e200-74bc-b8a0-a42a726c4ad9', 1, 'wgk3Vdm4MQwQzXOI6Z0idbz3auTnBQSJW4yTn9d3XRk', 2, 'acme_live_ker0', 'cC0e', NULL, 1782907200000, NULL, NULL, NULL);
insert into "settings" values ('pepper_fingerprint_1', 'qSmyg7ENH5mihEWNt1Bd7RV4RYMeSF1PAy7wNmfY0bk');
insert into "settings" values ('pepper_fingerprint_2', 'ilJk2Y0LykTptxTsIOky8BrrNQwd5BAFinNIS4y0E5E');
insert into "settings" values ('pepper_after_1', '2');
CREATE INDEX audit_events_by_action on audit_events (organization_id, action, sequence);
CREATE INDEX audit_events_by_target on audit_events (organization_id, target_id, sequence);
CREATE INDEX expiry_notices_due on expiry_notices (due_at, key_id);
CREATE INDEX key_last_uses_by_age on key_last_uses (organization_id, last_used_at, key_id);
CREATE INDEX key_tags_by_age on key_tags (organization_id, tag, created_at, key_id);
CREATE INDEX keys_by_age on keys (organization_id, created_at, id) where deleted_at is null;
CREATE INDEX keys_by_expiry on keys (organization_id, expires_at, id) where deleted_at is null and expires_at is not null;
CREATE INDEX keys_by_keyspace on keys (organization_id, keyspace_id, created_at, id) where deleted_at is null;
CREATE INDEX keys_by_name on keys (organization_id, name, id) where deleted_at is null;
CREATE INDEX keys_by_owner on keys (organization_id, owner_id, owner_kind, created_at, id) where deleted_at is null;
CREATE INDEX keys_deleted on keys (organization_id, deleted_at, id) where deleted_at is not null;
CREATE INDEX keys_deleted_of_keyspace on keys (organization_id, keyspace_id, deleted_at, id)
  where deleted_at is not null;
CREATE INDEX keys_deleted_of_owner on keys (organization_id, owner_id, owner_kind, deleted_at, id)
  where deleted_at is not null;
CREATE INDEX keys_of_owner on keys (organization_id, keyspace_id, owner_id, owner_kind, name)
  where deleted_at is null;
CREATE INDEX keys_of_owner_that_count on keys (organization_id, keyspace_id, owner_id, owner_kind, expires_at)
  where deleted_at is null and revoked_at is null and disabled_at is null;
CREATE INDEX keys_that_count on keys (organization_id, keyspace_id, expires_at)
  where deleted_at is null and revoked_at is null and disabled_at is null;
CREATE INDEX keys_to_purge on keys (deleted_at, id) where deleted_at is not null;
CREATE INDEX keys_to_rotate on keys (rotation_pending_from, id)
  where deleted_at is null and revoked_at is null and disabled_at is null and rotation_pending_from is not null;
CREATE INDEX keyspaces_by_age on keyspaces (organization_id, created_at, id);
CREATE INDEX links_by_pepper on links (pepper_version, expires_at) where used_at is null;
CREATE INDEX links_by_user on links (organization_id, user_id) where used_at is null;
CREATE INDEX organizations_by_age on organizations (created_at, id);
CREATE INDEX principal_roles_by_age on principal_roles (organization_id, role, created_at, principal_id);
CREATE INDEX principal_roles_that_act on principal_roles (organization_id, role, kind) where suspended_at is null;
CREATE UNIQUE INDEX "principals.email" on principals (organization_id, email) where removed_at is null;
CREATE UNIQUE INDEX "principals.user_name" on principals (organization_id, user_name) where removed_at is null;
CREATE INDEX principals_by_age on principals (organization_id, created_at, id) where removed_at is null;
CREATE INDEX principals_by_email on principals (organization_id, email, id) where removed_at is null and email is not null;
CREATE INDEX principals_by_kind on principals (organization_id, kind, created_at, id) where removed_at is null;
CREATE INDEX principals_removed on principals (organization_id, email) where removed_at is not null and email is not null;
CREATE INDEX replays_by_expiry on replays (expires_at);
CREATE INDEX replays_by_sealing on replays (substr(sealed, 1, 29));
CREATE INDEX secrets_by_pepper on secrets (pepper_version);
CREATE INDEX secrets_by_sealing on secrets (substr(sealed, 1, 29)) where sealed is not null;
CREATE INDEX sessions_by_age on sessions (organization_id, user_id, created_at, id);
CREATE INDEX sessions_by_expiry on sessions (expires_at);
CREATE INDEX sessions_by_last_use on sessions (last_seen_at);
CREATE INDEX sessions_by_pepper on sessions (pepper_version, expires_at);
CREATE INDEX throttles_by_tat on throttles (tat);
commit;
