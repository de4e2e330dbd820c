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
CREATE TABLE idle_notices (
  key_id text not null primary key,
  organization_id text not null,
  since bigint not null
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
insert into "audit_events" values ('019f1d8c-e200-7110-89f9-8210ac12d9b6', 1, '019f1d8c-e200-782b-a36b-41e11d9f5f4a', 1782907200000, 'organization.created', '{"kind":"system","id":"keyward","credential":null,"address":null,"userAgent":null}', '{"kind":"organization","id":"019f1d8c-e200-7110-89f9-8210ac12d9b6"}', '019f1d8c-e200-7110-89f9-8210ac12d9b6', '{"name":"Corpus"}', NULL, '0000000000000000000000000000000000000000000000000000000000000000', '968aaa43cb2d5ebcc901464a50e733ad970291054e527e1e05f2e45a8371a051');
insert into "audit_events" values ('019f1d8c-e200-7110-89f9-8210ac12d9b6', 2, '019f1d8c-e200-7cdc-8dea-7219d901f985', 1782907200000, 'keyspace.created', '{"kind":"system","id":"keyward","credential":null,"address":null,"userAgent":null}', '{"kind":"keyspace","id":"019f1d8c-e200-7cdf-a4e5-7cbcf2b64c51"}', '019f1d8c-e200-7cdf-a4e5-7cbcf2b64c51', '{"kind":"management"}', NULL, '968aaa43cb2d5ebcc901464a50e733ad970291054e527e1e05f2e45a8371a051', '34d0c6cc19bbf3b901edb438095a19675018940f34c48b5e8920781bf182317d');
insert into "audit_events" values ('019f1d8c-e200-7110-89f9-8210ac12d9b6', 3, '019f1d8c-e200-7828-8cf5-16b5ecd5e332', 1782907200000, 'user.created', '{"kind":"system","id":"keyward","credential":null,"address":null,"userAgent":null}', '{"kind":"user","id":"019f1d8c-e200-7472-a294-8c7420a24b55"}', '019f1d8c-e200-7472-a294-8c7420a24b55', '{"email":"corpus@example.com"}', NULL, '34d0c6cc19bbf3b901edb438095a19675018940f34c48b5e8920781bf182317d', '3e2a5097721c4e9f03cb6e87a2fd1ecca7894d371d6a6c114ed972032bffa81c');
insert into "audit_events" values ('019f1d8c-e200-7110-89f9-8210ac12d9b6', 4, '019f1d8c-e200-7445-850e-4b550bcc28c4', 1782907200000, 'key.created', '{"kind":"system","id":"keyward","credential":null,"address":null,"userAgent":null}', '{"kind":"key","id":"019f1d8c-e200-7817-a5f7-aa01baafd7f8"}', '019f1d8c-e200-7817-a5f7-aa01baafd7f8', '{"keyspace_id":"019f1d8c-e200-7cdf-a4e5-7cbcf2b64c51","owner":{"kind":"user","id":"019f1d8c-e200-7472-a294-8c7420a24b55"},"name":"Administrator","permissions":["*"],"roles":[],"tags":[],"metadata":{},"limits":[],"credits":null,"allowed_addresses":[],"allowed_origins":[],"not_before":null,"expires_at":null,"rotation":null,"enabled":true,"delete_protected":false}', NULL, '3e2a5097721c4e9f03cb6e87a2fd1ecca7894d371d6a6c114ed972032bffa81c', '49592261d310c5cd7f62c81b0f710a6d443d96f9adfd991ee61b81e377342bd5');
insert into "audit_events" values ('019f1d8c-e200-7110-89f9-8210ac12d9b6', 5, '019f1d8c-e200-77b9-b642-eefdd40b25a7', 1782907200000, 'keyspace.created', '{"kind":"system","id":"keyward","credential":null,"address":null,"userAgent":null}', '{"kind":"keyspace","id":"019f1d8c-e200-7799-bae3-14d79f701632"}', '019f1d8c-e200-7799-bae3-14d79f701632', '{"name":"Native","description":"","prefix":"acme_live","retention":"digest","permissions":[{"name":"invoices.read","description":""},{"name":"invoices.write","description":""}],"roles":[{"name":"reader","description":"","permissions":["invoices.read"]}],"limits":[{"name":"daily","count":1000,"window_seconds":86400,"per":"key","overrides":[]}],"policy":{"max_keys":50,"max_keys_per_owner":null,"counted_keys":"active","unique_names":false,"max_lifetime_seconds":null,"default_lifetime_seconds":null,"expiry_required":false,"expiry_within_creator":false,"owners_grant":false,"required_tags":[],"exclusive_permissions":[],"max_overlap_seconds":null,"idle_seconds":null,"disable_idle":false},"rotation":null}', NULL, '49592261d310c5cd7f62c81b0f710a6d443d96f9adfd991ee61b81e377342bd5', '29768cfac94fb38a89f349481c7fcd0afb3e6db22b64a45696d57ad624bf1860');
insert into "audit_events" values ('019f1d8c-e200-7110-89f9-8210ac12d9b6', 6, '019f1d8c-e200-7135-8d0f-6c41b6bb1c3f', 1782907200000, 'keyspace.created', '{"kind":"system","id":"keyward","credential":null,"address":null,"userAgent":null}', '{"kind":"keyspace","id":"019f1d8c-e200-7312-99ba-a9e01fc0b9a0"}', '019f1d8c-e200-7312-99ba-a9e01fc0b9a0', '{"name":"Recoverable","description":"","prefix":"acme_test","retention":"recoverable","permissions":[{"name":"invoices.read","description":""},{"name":"invoices.write","description":""}],"roles":[],"limits":[],"policy":{"max_keys":null,"max_keys_per_owner":9,"counted_keys":"all","unique_names":true,"max_lifetime_seconds":null,"default_lifetime_seconds":null,"expiry_required":false,"expiry_within_creator":false,"owners_grant":false,"required_tags":[],"exclusive_permissions":[],"max_overlap_seconds":null,"idle_seconds":null,"disable_idle":false},"rotation":null}', NULL, '29768cfac94fb38a89f349481c7fcd0afb3e6db22b64a45696d57ad624bf1860', 'f17a5e5570712668dd5fed79732c5acfe61c0e83035907190a1b530741e18629');
insert into "audit_events" values ('019f1d8c-e200-7110-89f9-8210ac12d9b6', 7, '019f1d8c-e200-734a-a4b3-b67da08739b5', 1782907200000, 'key.created', '{"kind":"system","id":"keyward","credential":null,"address":null,"userAgent":null}', '{"kind":"key","id":"019f1d8c-e200-7f4a-9842-e4d49cb3c97f"}', '019f1d8c-e200-7f4a-9842-e4d49cb3c97f', '{"keyspace_id":"019f1d8c-e200-7799-bae3-14d79f701632","owner":{"kind":"organization","id":"019f1d8c-e200-7110-89f9-8210ac12d9b6"},"name":"Plain, under pepper 1","permissions":["invoices.write"],"roles":["reader"],"tags":[],"metadata":{},"limits":[],"credits":null,"allowed_addresses":[],"allowed_origins":[],"not_before":null,"expires_at":null,"rotation":null,"enabled":true,"delete_protected":false}', NULL, 'f17a5e5570712668dd5fed79732c5acfe61c0e83035907190a1b530741e18629', 'c56d3d40a6e186ca9ee911c5cab6662541bccc42650ad6f954e7a44cfc05243c');
insert into "audit_events" values ('019f1d8c-e200-7110-89f9-8210ac12d9b6', 8, '019f1d8c-e200-7dc3-963c-1ba827798aad', 1782907200000, 'key.created', '{"kind":"system","id":"keyward","credential":null,"address":null,"userAgent":null}', '{"kind":"key","id":"019f1d8c-e200-79e4-91dc-4abaa4d950a6"}', '019f1d8c-e200-79e4-91dc-4abaa4d950a6', '{"keyspace_id":"019f1d8c-e200-7312-99ba-a9e01fc0b9a0","owner":{"kind":"organization","id":"019f1d8c-e200-7110-89f9-8210ac12d9b6"},"name":"Sealed, under pepper 1","permissions":["invoices.read"],"roles":[],"tags":[],"metadata":{},"limits":[],"credits":null,"allowed_addresses":[],"allowed_origins":[],"not_before":null,"expires_at":null,"rotation":null,"enabled":true,"delete_protected":false}', NULL, 'c56d3d40a6e186ca9ee911c5cab6662541bccc42650ad6f954e7a44cfc05243c', '06de2772fb7881966f0fa0e8e6c12df5e5ec4b8a3ec8df8d5ba49bb36389a391');
insert into "audit_events" values ('019f1d8c-e200-7110-89f9-8210ac12d9b6', 9, '019f1d8c-e200-7fc4-acde-1ef10ddd7551', 1782907200000, 'key.created', '{"kind":"system","id":"keyward","credential":null,"address":null,"userAgent":null}', '{"kind":"key","id":"019f1d8c-e200-7a09-a2e2-bc9bfde7f58c"}', '019f1d8c-e200-7a09-a2e2-bc9bfde7f58c', '{"keyspace_id":"019f1d8c-e200-7799-bae3-14d79f701632","owner":{"kind":"organization","id":"019f1d8c-e200-7110-89f9-8210ac12d9b6"},"name":"Plain, under pepper 2","permissions":["invoices.write"],"roles":["reader"],"tags":[],"metadata":{},"limits":[],"credits":null,"allowed_addresses":[],"allowed_origins":[],"not_before":null,"expires_at":null,"rotation":null,"enabled":true,"delete_protected":false}', NULL, '06de2772fb7881966f0fa0e8e6c12df5e5ec4b8a3ec8df8d5ba49bb36389a391', 'ecee62b0bc69c12dc997a3ba291f66e36eea4298b392730dd0b047efd5c5084c');
insert into "audit_events" values ('019f1d8c-e200-7110-89f9-8210ac12d9b6', 10, '019f1d8c-e200-7f99-b093-9e8724262262', 1782907200000, 'key.created', '{"kind":"system","id":"keyward","credential":null,"address":null,"userAgent":null}', '{"kind":"key","id":"019f1d8c-e200-7f2a-9e5e-1f539f51349c"}', '019f1d8c-e200-7f2a-9e5e-1f539f51349c', '{"keyspace_id":"019f1d8c-e200-7312-99ba-a9e01fc0b9a0","owner":{"kind":"organization","id":"019f1d8c-e200-7110-89f9-8210ac12d9b6"},"name":"Sealed, under pepper 2","permissions":["invoices.read"],"roles":[],"tags":[],"metadata":{},"limits":[],"credits":null,"allowed_addresses":[],"allowed_origins":[],"not_before":null,"expires_at":null,"rotation":null,"enabled":true,"delete_protected":false}', NULL, 'ecee62b0bc69c12dc997a3ba291f66e36eea4298b392730dd0b047efd5c5084c', 'c764687d60979387ca3e2de631621bfe5781e049d4a285eda4ae1e811c808f2c');
insert into "audit_events" values ('019f1d8c-e200-7110-89f9-8210ac12d9b6', 11, '019f1d8c-e200-7551-8cab-13563d2a4931', 1782907200000, 'keyspace.created', '{"kind":"system","id":"keyward","credential":null,"address":null,"userAgent":null}', '{"kind":"keyspace","id":"019f1d8c-e200-7a3c-ad1c-9c3b7998d0d8"}', '019f1d8c-e200-7a3c-ad1c-9c3b7998d0d8', '{"kind":"arthur","name":"Of arthur"}', NULL, 'c764687d60979387ca3e2de631621bfe5781e049d4a285eda4ae1e811c808f2c', 'e53a73129652a5a842e3b618994475789cfe5cb23c1e585c732f12a46d8189eb');
insert into "audit_events" values ('019f1d8c-e200-7110-89f9-8210ac12d9b6', 12, '019f1d8c-e200-7ce8-b507-b4826ed285b9', 1782907200000, 'key.created', '{"kind":"system","id":"keyward","credential":null,"address":null,"userAgent":null}', '{"kind":"key","id":"de2acd4f-cf6a-458b-b27d-37090f4e39f0"}', 'de2acd4f-cf6a-458b-b27d-37090f4e39f0', '{"keyspace_id":"019f1d8c-e200-7a3c-ad1c-9c3b7998d0d8","owner":{"kind":"organization","id":"019f1d8c-e200-7110-89f9-8210ac12d9b6"},"name":"In the format of arthur","permissions":[],"roles":[],"tags":[],"metadata":{},"limits":[],"credits":null,"allowed_addresses":[],"allowed_origins":[],"not_before":null,"expires_at":null,"rotation":null,"enabled":true,"delete_protected":false}', NULL, 'e53a73129652a5a842e3b618994475789cfe5cb23c1e585c732f12a46d8189eb', 'b62895528859ef47ce3d0ffd383fdd20e8ff326eee6bc8704e0b65e50ae04b05');
insert into "audit_events" values ('019f1d8c-e200-7110-89f9-8210ac12d9b6', 13, '019f1d8c-e200-781a-8fdb-993c5f757550', 1782907200000, 'keyspace.created', '{"kind":"system","id":"keyward","credential":null,"address":null,"userAgent":null}', '{"kind":"keyspace","id":"019f1d8c-e200-776e-96b1-6a512ef40863"}', '019f1d8c-e200-776e-96b1-6a512ef40863', '{"kind":"automox","name":"Of automox"}', NULL, 'b62895528859ef47ce3d0ffd383fdd20e8ff326eee6bc8704e0b65e50ae04b05', 'a70ccff99a9f8a6b872a30f18b18b2f1f11cfde868e3dcb5b20a2c63a1360cb4');
insert into "audit_events" values ('019f1d8c-e200-7110-89f9-8210ac12d9b6', 14, '019f1d8c-e200-7f69-9ace-5bd640041939', 1782907200000, 'key.created', '{"kind":"system","id":"keyward","credential":null,"address":null,"userAgent":null}', '{"kind":"key","id":"019f1d8c-e200-7dea-8710-8852156d6faa"}', '019f1d8c-e200-7dea-8710-8852156d6faa', '{"keyspace_id":"019f1d8c-e200-776e-96b1-6a512ef40863","owner":{"kind":"organization","id":"019f1d8c-e200-7110-89f9-8210ac12d9b6"},"name":"In the format of automox","permissions":[],"roles":[],"tags":[],"metadata":{},"limits":[],"credits":null,"allowed_addresses":[],"allowed_origins":[],"not_before":null,"expires_at":null,"rotation":null,"enabled":true,"delete_protected":false}', NULL, 'a70ccff99a9f8a6b872a30f18b18b2f1f11cfde868e3dcb5b20a2c63a1360cb4', 'c6d3ac70882b305a13b886ca3f0b9e8ae57ab5bb3179f379ff529745af8eeff3');
insert into "audit_events" values ('019f1d8c-e200-7110-89f9-8210ac12d9b6', 15, '019f1d8c-e200-7697-8e27-93517c1c11b8', 1782907200000, 'keyspace.created', '{"kind":"system","id":"keyward","credential":null,"address":null,"userAgent":null}', '{"kind":"keyspace","id":"019f1d8c-e200-786b-8209-aa8414210950"}', '019f1d8c-e200-786b-8209-aa8414210950', '{"kind":"octopus","name":"Of octopus"}', NULL, 'c6d3ac70882b305a13b886ca3f0b9e8ae57ab5bb3179f379ff529745af8eeff3', '68d459ca0126e949de951a5058d9a701ef37fce66840a3906e72c104e36c63bb');
insert into "audit_events" values ('019f1d8c-e200-7110-89f9-8210ac12d9b6', 16, '019f1d8c-e200-78bb-91c7-5e29b335a132', 1782907200000, 'key.created', '{"kind":"system","id":"keyward","credential":null,"address":null,"userAgent":null}', '{"kind":"key","id":"019f1d8c-e200-7446-9052-df6a66935bbd"}', '019f1d8c-e200-7446-9052-df6a66935bbd', '{"keyspace_id":"019f1d8c-e200-786b-8209-aa8414210950","owner":{"kind":"organization","id":"019f1d8c-e200-7110-89f9-8210ac12d9b6"},"name":"In the format of octopus","permissions":[],"roles":[],"tags":[],"metadata":{},"limits":[],"credits":null,"allowed_addresses":[],"allowed_origins":[],"not_before":null,"expires_at":null,"rotation":null,"enabled":true,"delete_protected":false}', NULL, '68d459ca0126e949de951a5058d9a701ef37fce66840a3906e72c104e36c63bb', '1f47bf76fd81d641ebb8f2699de86f06b75fc24e1b37efba175e89c112bd35ad');
insert into "audit_events" values ('019f1d8c-e200-7110-89f9-8210ac12d9b6', 17, '019f1d8c-e200-7d30-9af9-96ab95f606f3', 1782907200000, 'keyspace.created', '{"kind":"system","id":"keyward","credential":null,"address":null,"userAgent":null}', '{"kind":"keyspace","id":"019f1d8c-e200-7205-9572-ad5767978d9e"}', '019f1d8c-e200-7205-9572-ad5767978d9e', '{"kind":"docspace","name":"Of docspace"}', NULL, '1f47bf76fd81d641ebb8f2699de86f06b75fc24e1b37efba175e89c112bd35ad', '0d2c31b3527219423822b1c1267ad153f67d7cb0defe45b54b595af677f46e4e');
insert into "audit_events" values ('019f1d8c-e200-7110-89f9-8210ac12d9b6', 18, '019f1d8c-e200-7081-93a9-079012ee6e4f', 1782907200000, 'key.created', '{"kind":"system","id":"keyward","credential":null,"address":null,"userAgent":null}', '{"kind":"key","id":"caf91cb1-d216-49dd-964c-82cb7eb0bf24"}', 'caf91cb1-d216-49dd-964c-82cb7eb0bf24', '{"keyspace_id":"019f1d8c-e200-7205-9572-ad5767978d9e","owner":{"kind":"organization","id":"019f1d8c-e200-7110-89f9-8210ac12d9b6"},"name":"In the format of docspace","permissions":[],"roles":[],"tags":[],"metadata":{},"limits":[],"credits":null,"allowed_addresses":[],"allowed_origins":[],"not_before":null,"expires_at":null,"rotation":null,"enabled":true,"delete_protected":false}', NULL, '0d2c31b3527219423822b1c1267ad153f67d7cb0defe45b54b595af677f46e4e', 'f60f606a39e69c1657ca673f835b8ad8f772ae13f02f6ba7817f97ba3a847166');
insert into "audit_events" values ('019f1d8c-e200-7110-89f9-8210ac12d9b6', 19, '019f1d8c-e200-7b3c-9a93-f571e9b4a65a', 1782907200000, 'key.created', '{"kind":"system","id":"keyward","credential":null,"address":null,"userAgent":null}', '{"kind":"key","id":"019f1d8c-e200-7628-a490-7bbd0e44bad3"}', '019f1d8c-e200-7628-a490-7bbd0e44bad3', '{"keyspace_id":"019f1d8c-e200-7799-bae3-14d79f701632","owner":{"kind":"organization","id":"019f1d8c-e200-7110-89f9-8210ac12d9b6"},"name":"Expiring","permissions":[],"roles":[],"tags":[],"metadata":{},"limits":[],"credits":null,"allowed_addresses":[],"allowed_origins":[],"not_before":"2026-07-03T12:00:00.000Z","expires_at":"2026-07-05T12:00:00.000Z","rotation":null,"enabled":true,"delete_protected":false}', NULL, 'f60f606a39e69c1657ca673f835b8ad8f772ae13f02f6ba7817f97ba3a847166', '721f22b1fc0292ed8709f79e0d236b7bff34c2f85f4f52804cc4d48dad88b55a');
insert into "audit_events" values ('019f1d8c-e200-7110-89f9-8210ac12d9b6', 20, '019f1d8c-e200-7b0a-9ecc-113f37f0ae04', 1782907200000, 'key.created', '{"kind":"system","id":"keyward","credential":null,"address":null,"userAgent":null}', '{"kind":"key","id":"019f1d8c-e200-7e56-a6c6-2dfb3eb21416"}', '019f1d8c-e200-7e56-a6c6-2dfb3eb21416', '{"keyspace_id":"019f1d8c-e200-7799-bae3-14d79f701632","owner":{"kind":"organization","id":"019f1d8c-e200-7110-89f9-8210ac12d9b6"},"name":"Disabled","permissions":[],"roles":[],"tags":[],"metadata":{},"limits":[],"credits":null,"allowed_addresses":[],"allowed_origins":[],"not_before":null,"expires_at":null,"rotation":null,"enabled":false,"delete_protected":false}', NULL, '721f22b1fc0292ed8709f79e0d236b7bff34c2f85f4f52804cc4d48dad88b55a', 'bc5c3e9af4136bc7de99613f7c496f382b40ede6af311596d5b4d429f4e2ae97');
insert into "audit_events" values ('019f1d8c-e200-7110-89f9-8210ac12d9b6', 21, '019f1d8c-e200-77c2-9745-706f4662b800', 1782907200000, 'key.created', '{"kind":"system","id":"keyward","credential":null,"address":null,"userAgent":null}', '{"kind":"key","id":"019f1d8c-e200-7aca-86a5-8a515171be37"}', '019f1d8c-e200-7aca-86a5-8a515171be37', '{"keyspace_id":"019f1d8c-e200-7799-bae3-14d79f701632","owner":{"kind":"organization","id":"019f1d8c-e200-7110-89f9-8210ac12d9b6"},"name":"Revoked","permissions":[],"roles":[],"tags":[],"metadata":{},"limits":[],"credits":null,"allowed_addresses":[],"allowed_origins":[],"not_before":null,"expires_at":null,"rotation":null,"enabled":true,"delete_protected":false}', NULL, 'bc5c3e9af4136bc7de99613f7c496f382b40ede6af311596d5b4d429f4e2ae97', '4761ff93e98791eca7617bf3d7fb654102a3b86f0ebc3320f4f5c6728e4bcb26');
insert into "audit_events" values ('019f1d8c-e200-7110-89f9-8210ac12d9b6', 22, '019f1d8c-e200-78d8-b5fc-94d8a6939a09', 1782907200000, 'key.revoked', '{"kind":"system","id":"keyward","credential":null,"address":null,"userAgent":null}', '{"kind":"key","id":"019f1d8c-e200-7aca-86a5-8a515171be37"}', '019f1d8c-e200-7aca-86a5-8a515171be37', '{"reason":"compromised","note":"lost"}', NULL, '4761ff93e98791eca7617bf3d7fb654102a3b86f0ebc3320f4f5c6728e4bcb26', 'b0cf1bfc87c691af6d3e7ec295a1f8aa330cc84b434f7701c014ac421eb23d4d');
insert into "audit_events" values ('019f1d8c-e200-7110-89f9-8210ac12d9b6', 23, '019f1d8c-e200-749c-9a7b-118301c9062a', 1782907200000, 'key.created', '{"kind":"system","id":"keyward","credential":null,"address":null,"userAgent":null}', '{"kind":"key","id":"019f1d8c-e200-706a-aadf-8351cf334923"}', '019f1d8c-e200-706a-aadf-8351cf334923', '{"keyspace_id":"019f1d8c-e200-7799-bae3-14d79f701632","owner":{"kind":"organization","id":"019f1d8c-e200-7110-89f9-8210ac12d9b6"},"name":"Deleted","permissions":[],"roles":[],"tags":[],"metadata":{},"limits":[],"credits":null,"allowed_addresses":[],"allowed_origins":[],"not_before":null,"expires_at":null,"rotation":null,"enabled":true,"delete_protected":false}', NULL, 'b0cf1bfc87c691af6d3e7ec295a1f8aa330cc84b434f7701c014ac421eb23d4d', '15b95ce354ef91b9ac7db1d7aef02489a36a5240e627c318f6f5ee1ef9a84edb');
insert into "audit_events" values ('019f1d8c-e200-7110-89f9-8210ac12d9b6', 24, '019f1d8c-e200-7f2c-821a-e686d74068bc', 1782907200000, 'key.deleted', '{"kind":"system","id":"keyward","credential":null,"address":null,"userAgent":null}', '{"kind":"key","id":"019f1d8c-e200-706a-aadf-8351cf334923"}', '019f1d8c-e200-706a-aadf-8351cf334923', '{"name":"Deleted"}', NULL, '15b95ce354ef91b9ac7db1d7aef02489a36a5240e627c318f6f5ee1ef9a84edb', '18d053f1cad7858234941b6d58646630bf680a3914ba216589896b0d0a3c5957');
insert into "audit_events" values ('019f1d8c-e200-7110-89f9-8210ac12d9b6', 25, '019f1d8c-e200-7ec8-b97d-16a54e016e37', 1782907200000, 'key.created', '{"kind":"system","id":"keyward","credential":null,"address":null,"userAgent":null}', '{"kind":"key","id":"019f1d8c-e200-7754-afcc-889629e3302f"}', '019f1d8c-e200-7754-afcc-889629e3302f', '{"keyspace_id":"019f1d8c-e200-7799-bae3-14d79f701632","owner":{"kind":"organization","id":"019f1d8c-e200-7110-89f9-8210ac12d9b6"},"name":"Bound","permissions":[],"roles":[],"tags":[],"metadata":{},"limits":[],"credits":null,"allowed_addresses":["203.0.113.0/24","2001:db8::/32"],"allowed_origins":["https://*.example.com"],"not_before":null,"expires_at":null,"rotation":null,"enabled":true,"delete_protected":false}', NULL, '18d053f1cad7858234941b6d58646630bf680a3914ba216589896b0d0a3c5957', '74a3182b477cf2473a1229b3fe18cd045e988a346d152541bf2d555cf9a21aaf');
insert into "audit_events" values ('019f1d8c-e200-7110-89f9-8210ac12d9b6', 26, '019f1d8c-e200-7374-abf7-ceef2fa9bc0c', 1782907200000, 'key.created', '{"kind":"system","id":"keyward","credential":null,"address":null,"userAgent":null}', '{"kind":"key","id":"019f1d8c-e200-7b4d-9b26-5dcafca88a66"}', '019f1d8c-e200-7b4d-9b26-5dcafca88a66', '{"keyspace_id":"019f1d8c-e200-7799-bae3-14d79f701632","owner":{"kind":"organization","id":"019f1d8c-e200-7110-89f9-8210ac12d9b6"},"name":"Limited","permissions":[],"roles":[],"tags":[],"metadata":{},"limits":[{"name":"hourly","count":2,"window_seconds":3600}],"credits":null,"allowed_addresses":[],"allowed_origins":[],"not_before":null,"expires_at":null,"rotation":null,"enabled":true,"delete_protected":false}', NULL, '74a3182b477cf2473a1229b3fe18cd045e988a346d152541bf2d555cf9a21aaf', '875029430f68f347b00f4eca367fc52ac92bef94829b0e70a75b73fdeecaacf3');
insert into "audit_events" values ('019f1d8c-e200-7110-89f9-8210ac12d9b6', 27, '019f1d8c-e200-7b3a-b668-205747bdf529', 1782907200000, 'service_account.created', '{"kind":"system","id":"keyward","credential":null,"address":null,"userAgent":null}', '{"kind":"service_account","id":"019f1d8c-e200-700d-853b-2174c448792f"}', '019f1d8c-e200-700d-853b-2174c448792f', '{"display_name":"Suspended machine","roles":[],"description":""}', NULL, '875029430f68f347b00f4eca367fc52ac92bef94829b0e70a75b73fdeecaacf3', 'aedcf010c8e0faafeff686516d7e8c079b1d3125a785d8e78ff1806d4142e4f0');
insert into "audit_events" values ('019f1d8c-e200-7110-89f9-8210ac12d9b6', 28, '019f1d8c-e200-75e5-afdf-89d06ab86899', 1782907200000, 'key.created', '{"kind":"system","id":"keyward","credential":null,"address":null,"userAgent":null}', '{"kind":"key","id":"019f1d8c-e200-7deb-99b9-caa7dd1947d7"}', '019f1d8c-e200-7deb-99b9-caa7dd1947d7', '{"keyspace_id":"019f1d8c-e200-7799-bae3-14d79f701632","owner":{"kind":"service_account","id":"019f1d8c-e200-700d-853b-2174c448792f"},"name":"Of a machine","permissions":[],"roles":[],"tags":[],"metadata":{},"limits":[],"credits":null,"allowed_addresses":[],"allowed_origins":[],"not_before":null,"expires_at":null,"rotation":null,"enabled":true,"delete_protected":false}', NULL, 'aedcf010c8e0faafeff686516d7e8c079b1d3125a785d8e78ff1806d4142e4f0', '0e4227cf7d205772a58e9c186d17d454189674f55dabf63e2cd6c3b1100492ea');
insert into "audit_events" values ('019f1d8c-e200-7110-89f9-8210ac12d9b6', 29, '019f1d8c-e200-745b-a9e7-4bc5492bb17e', 1782907200000, 'service_account.suspended', '{"kind":"system","id":"keyward","credential":null,"address":null,"userAgent":null}', '{"kind":"service_account","id":"019f1d8c-e200-700d-853b-2174c448792f"}', '019f1d8c-e200-700d-853b-2174c448792f', '{}', NULL, '0e4227cf7d205772a58e9c186d17d454189674f55dabf63e2cd6c3b1100492ea', '7524fa86cbf9830d2aac8cf491d1d416b2d42833022d39fbe4ff2cb23264be9b');
insert into "audit_events" values ('019f1d8c-e200-7110-89f9-8210ac12d9b6', 30, '019f1d8c-e200-7e2b-9676-703c73f96285', 1782907200000, 'key.created', '{"kind":"system","id":"keyward","credential":null,"address":null,"userAgent":null}', '{"kind":"key","id":"019f1d8c-e200-721d-be77-686f51b0283b"}', '019f1d8c-e200-721d-be77-686f51b0283b', '{"keyspace_id":"019f1d8c-e200-7312-99ba-a9e01fc0b9a0","owner":{"kind":"organization","id":"019f1d8c-e200-7110-89f9-8210ac12d9b6"},"name":"Being rotated","permissions":[],"roles":[],"tags":[],"metadata":{},"limits":[],"credits":null,"allowed_addresses":[],"allowed_origins":[],"not_before":null,"expires_at":null,"rotation":null,"enabled":true,"delete_protected":false}', NULL, '7524fa86cbf9830d2aac8cf491d1d416b2d42833022d39fbe4ff2cb23264be9b', 'a188040a565359f55d23e4abf7dba77368f4cc56a2f8ef1fd7d89057276dde2f');
insert into "audit_events" values ('019f1d8c-e200-7110-89f9-8210ac12d9b6', 31, '019f1d8c-e200-706d-aca1-f01616ff3fe2', 1782907200000, 'key.rotated', '{"kind":"system","id":"keyward","credential":null,"address":null,"userAgent":null}', '{"kind":"key","id":"019f1d8c-e200-721d-be77-686f51b0283b"}', '019f1d8c-e200-721d-be77-686f51b0283b', '{"secret_version":2,"previous_version":1,"previous_expires_at":"2026-07-04T12:00:00.000Z"}', NULL, 'a188040a565359f55d23e4abf7dba77368f4cc56a2f8ef1fd7d89057276dde2f', '5e0648b7187b654b603bac28ce0aee5d5b1c0689223de21d720e4840586e0bbf');
insert into "audit_events" values ('019f1d8c-e200-7110-89f9-8210ac12d9b6', 32, '019f1d8c-e200-7225-af8d-884a676a07b2', 1782907200000, 'key.created', '{"kind":"system","id":"keyward","credential":null,"address":null,"userAgent":null}', '{"kind":"key","id":"019f1d8c-e200-7fbf-8df3-319bc2718850"}', '019f1d8c-e200-7fbf-8df3-319bc2718850', '{"keyspace_id":"019f1d8c-e200-7799-bae3-14d79f701632","owner":{"kind":"organization","id":"019f1d8c-e200-7110-89f9-8210ac12d9b6"},"name":"Rotation cancelled","permissions":[],"roles":[],"tags":[],"metadata":{},"limits":[],"credits":null,"allowed_addresses":[],"allowed_origins":[],"not_before":null,"expires_at":null,"rotation":null,"enabled":true,"delete_protected":false}', NULL, '5e0648b7187b654b603bac28ce0aee5d5b1c0689223de21d720e4840586e0bbf', 'aa4a52c45972298a12f3e3cc287c8f2ca85293c3f6a35fd2bc4be8da1b16abbb');
insert into "audit_events" values ('019f1d8c-e200-7110-89f9-8210ac12d9b6', 33, '019f1d8c-e200-736c-bac1-f1ac4bcc91c7', 1782907200000, 'key.rotated', '{"kind":"system","id":"keyward","credential":null,"address":null,"userAgent":null}', '{"kind":"key","id":"019f1d8c-e200-7fbf-8df3-319bc2718850"}', '019f1d8c-e200-7fbf-8df3-319bc2718850', '{"secret_version":2,"previous_version":1,"previous_expires_at":"2026-07-02T12:00:00.000Z"}', NULL, 'aa4a52c45972298a12f3e3cc287c8f2ca85293c3f6a35fd2bc4be8da1b16abbb', '217c4d79f5c2e378ef41be99d0eae3aafe0b74ef0ba082895f0eb4fbaa2691ba');
insert into "audit_events" values ('019f1d8c-e200-7110-89f9-8210ac12d9b6', 34, '019f1d8c-e200-7873-9c4b-5bd2b8ae04c8', 1782907200000, 'key.rotation_cancelled', '{"kind":"system","id":"keyward","credential":null,"address":null,"userAgent":null}', '{"kind":"key","id":"019f1d8c-e200-7fbf-8df3-319bc2718850"}', '019f1d8c-e200-7fbf-8df3-319bc2718850', '{"secret_version":2,"previous_version":1,"previous_expires_at":null}', NULL, '217c4d79f5c2e378ef41be99d0eae3aafe0b74ef0ba082895f0eb4fbaa2691ba', 'c460e1242113f81f68abfafe1e5a1108e2e5b08ef0a17b3e81b22190a5041a7a');
insert into "audit_events" values ('019f1d8c-e200-7110-89f9-8210ac12d9b6', 35, '019f1d8c-e200-7b53-93e6-82cb494f8f41', 1782907200000, 'key.created', '{"kind":"system","id":"keyward","credential":null,"address":null,"userAgent":null}', '{"kind":"key","id":"019f1d8c-e200-7809-81b6-6126113689b2"}', '019f1d8c-e200-7809-81b6-6126113689b2', '{"keyspace_id":"019f1d8c-e200-7799-bae3-14d79f701632","owner":{"kind":"organization","id":"019f1d8c-e200-7110-89f9-8210ac12d9b6"},"name":"With credits","permissions":[],"roles":[],"tags":[],"metadata":{},"limits":[],"credits":{"remaining":5,"refill":null,"on_unavailable":"deny"},"allowed_addresses":[],"allowed_origins":[],"not_before":null,"expires_at":null,"rotation":null,"enabled":true,"delete_protected":false}', NULL, 'c460e1242113f81f68abfafe1e5a1108e2e5b08ef0a17b3e81b22190a5041a7a', 'f07a184b25f8e9f050a1af09ac04d31155fe11933a8837e0f5cdcd55bac47247');
insert into "audit_heads" values ('019f1d8c-e200-7110-89f9-8210ac12d9b6', 35, 'f07a184b25f8e9f050a1af09ac04d31155fe11933a8837e0f5cdcd55bac47247');
insert into "counters" values ('alias', 200);
insert into "credit_balances" values ('019f1d8c-e200-7110-89f9-8210ac12d9b6', '019f1d8c-e200-7809-81b6-6126113689b2', 5, NULL);
insert into "expiry_notices" values ('019f1d8c-e200-7628-a490-7bbd0e44bad3', '019f1d8c-e200-7110-89f9-8210ac12d9b6', 1783166400000);
insert into "keys" values ('019f1d8c-e200-7817-a5f7-aa01baafd7f8', '019f1d8c-e200-7110-89f9-8210ac12d9b6', 3, '019f1d8c-e200-7cdf-a4e5-7cbcf2b64c51', 'user', '019f1d8c-e200-7472-a294-8c7420a24b55', 'Administrator', '["*"]', '[]', '[]', '{}', '[]', '[]', '[]', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1782907200000, 1782907200000, 1, NULL, 0, NULL, NULL);
insert into "keys" values ('019f1d8c-e200-7f4a-9842-e4d49cb3c97f', '019f1d8c-e200-7110-89f9-8210ac12d9b6', 4, '019f1d8c-e200-7799-bae3-14d79f701632', 'organization', '019f1d8c-e200-7110-89f9-8210ac12d9b6', 'Plain, under pepper 1', '["invoices.write"]', '["reader"]', '[]', '{}', '[]', '[]', '[]', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1782907200000, 1782907200000, 1, NULL, 0, NULL, NULL);
insert into "keys" values ('019f1d8c-e200-79e4-91dc-4abaa4d950a6', '019f1d8c-e200-7110-89f9-8210ac12d9b6', 5, '019f1d8c-e200-7312-99ba-a9e01fc0b9a0', 'organization', '019f1d8c-e200-7110-89f9-8210ac12d9b6', 'Sealed, under pepper 1', '["invoices.read"]', '[]', '[]', '{}', '[]', '[]', '[]', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1782907200000, 1782907200000, 1, NULL, 0, NULL, NULL);
insert into "keys" values ('019f1d8c-e200-7a09-a2e2-bc9bfde7f58c', '019f1d8c-e200-7110-89f9-8210ac12d9b6', 101, '019f1d8c-e200-7799-bae3-14d79f701632', 'organization', '019f1d8c-e200-7110-89f9-8210ac12d9b6', 'Plain, under pepper 2', '["invoices.write"]', '["reader"]', '[]', '{}', '[]', '[]', '[]', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1782907200000, 1782907200000, 1, NULL, 0, NULL, NULL);
insert into "keys" values ('019f1d8c-e200-7f2a-9e5e-1f539f51349c', '019f1d8c-e200-7110-89f9-8210ac12d9b6', 102, '019f1d8c-e200-7312-99ba-a9e01fc0b9a0', 'organization', '019f1d8c-e200-7110-89f9-8210ac12d9b6', 'Sealed, under pepper 2', '["invoices.read"]', '[]', '[]', '{}', '[]', '[]', '[]', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1782907200000, 1782907200000, 1, NULL, 0, NULL, NULL);
insert into "keys" values ('de2acd4f-cf6a-458b-b27d-37090f4e39f0', '019f1d8c-e200-7110-89f9-8210ac12d9b6', 103, '019f1d8c-e200-7a3c-ad1c-9c3b7998d0d8', 'organization', '019f1d8c-e200-7110-89f9-8210ac12d9b6', 'In the format of arthur', '[]', '[]', '[]', '{}', '[]', '[]', '[]', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1782907200000, 1782907200000, 1, NULL, 0, NULL, NULL);
insert into "keys" values ('019f1d8c-e200-7dea-8710-8852156d6faa', '019f1d8c-e200-7110-89f9-8210ac12d9b6', 104, '019f1d8c-e200-776e-96b1-6a512ef40863', 'organization', '019f1d8c-e200-7110-89f9-8210ac12d9b6', 'In the format of automox', '[]', '[]', '[]', '{}', '[]', '[]', '[]', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1782907200000, 1782907200000, 1, NULL, 0, NULL, NULL);
insert into "keys" values ('019f1d8c-e200-7446-9052-df6a66935bbd', '019f1d8c-e200-7110-89f9-8210ac12d9b6', 105, '019f1d8c-e200-786b-8209-aa8414210950', 'organization', '019f1d8c-e200-7110-89f9-8210ac12d9b6', 'In the format of octopus', '[]', '[]', '[]', '{}', '[]', '[]', '[]', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1782907200000, 1782907200000, 1, NULL, 0, NULL, NULL);
insert into "keys" values ('caf91cb1-d216-49dd-964c-82cb7eb0bf24', '019f1d8c-e200-7110-89f9-8210ac12d9b6', 106, '019f1d8c-e200-7205-9572-ad5767978d9e', 'organization', '019f1d8c-e200-7110-89f9-8210ac12d9b6', 'In the format of docspace', '[]', '[]', '[]', '{}', '[]', '[]', '[]', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1782907200000, 1782907200000, 1, NULL, 0, NULL, NULL);
insert into "keys" values ('019f1d8c-e200-7628-a490-7bbd0e44bad3', '019f1d8c-e200-7110-89f9-8210ac12d9b6', 107, '019f1d8c-e200-7799-bae3-14d79f701632', 'organization', '019f1d8c-e200-7110-89f9-8210ac12d9b6', 'Expiring', '[]', '[]', '[]', '{}', '[]', '[]', '[]', 1783080000000, 1783252800000, NULL, NULL, NULL, NULL, NULL, 1782907200000, 1782907200000, 1, NULL, 0, NULL, NULL);
insert into "keys" values ('019f1d8c-e200-7e56-a6c6-2dfb3eb21416', '019f1d8c-e200-7110-89f9-8210ac12d9b6', 108, '019f1d8c-e200-7799-bae3-14d79f701632', 'organization', '019f1d8c-e200-7110-89f9-8210ac12d9b6', 'Disabled', '[]', '[]', '[]', '{}', '[]', '[]', '[]', NULL, NULL, 1782907200000, NULL, NULL, NULL, NULL, 1782907200000, 1782907200000, 1, NULL, 0, NULL, NULL);
insert into "keys" values ('019f1d8c-e200-7aca-86a5-8a515171be37', '019f1d8c-e200-7110-89f9-8210ac12d9b6', 109, '019f1d8c-e200-7799-bae3-14d79f701632', 'organization', '019f1d8c-e200-7110-89f9-8210ac12d9b6', 'Revoked', '[]', '[]', '[]', '{}', '[]', '[]', '[]', NULL, NULL, NULL, 1782907200000, 'compromised', 'lost', NULL, 1782907200000, 1782907200000, 2, NULL, 0, NULL, NULL);
insert into "keys" values ('019f1d8c-e200-706a-aadf-8351cf334923', '019f1d8c-e200-7110-89f9-8210ac12d9b6', 110, '019f1d8c-e200-7799-bae3-14d79f701632', 'organization', '019f1d8c-e200-7110-89f9-8210ac12d9b6', 'Deleted', '[]', '[]', '[]', '{}', '[]', '[]', '[]', NULL, NULL, NULL, NULL, NULL, NULL, 1782907200000, 1782907200000, 1782907200000, 2, NULL, 0, NULL, NULL);
insert into "keys" values ('019f1d8c-e200-7754-afcc-889629e3302f', '019f1d8c-e200-7110-89f9-8210ac12d9b6', 111, '019f1d8c-e200-7799-bae3-14d79f701632', 'organization', '019f1d8c-e200-7110-89f9-8210ac12d9b6', 'Bound', '[]', '[]', '[]', '{}', '[]', '["203.0.113.0/24","2001:db8::/32"]', '["https://*.example.com"]', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1782907200000, 1782907200000, 1, NULL, 0, NULL, NULL);
insert into "keys" values ('019f1d8c-e200-7b4d-9b26-5dcafca88a66', '019f1d8c-e200-7110-89f9-8210ac12d9b6', 112, '019f1d8c-e200-7799-bae3-14d79f701632', 'organization', '019f1d8c-e200-7110-89f9-8210ac12d9b6', 'Limited', '[]', '[]', '[]', '{}', '[{"name":"hourly","count":2,"windowSeconds":3600}]', '[]', '[]', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1782907200000, 1782907200000, 1, NULL, 0, NULL, NULL);
insert into "keys" values ('019f1d8c-e200-7deb-99b9-caa7dd1947d7', '019f1d8c-e200-7110-89f9-8210ac12d9b6', 114, '019f1d8c-e200-7799-bae3-14d79f701632', 'service_account', '019f1d8c-e200-700d-853b-2174c448792f', 'Of a machine', '[]', '[]', '[]', '{}', '[]', '[]', '[]', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1782907200000, 1782907200000, 1, NULL, 0, NULL, NULL);
insert into "keys" values ('019f1d8c-e200-721d-be77-686f51b0283b', '019f1d8c-e200-7110-89f9-8210ac12d9b6', 115, '019f1d8c-e200-7312-99ba-a9e01fc0b9a0', 'organization', '019f1d8c-e200-7110-89f9-8210ac12d9b6', 'Being rotated', '[]', '[]', '[]', '{}', '[]', '[]', '[]', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1782907200000, 1782907200000, 2, NULL, 0, NULL, NULL);
insert into "keys" values ('019f1d8c-e200-7fbf-8df3-319bc2718850', '019f1d8c-e200-7110-89f9-8210ac12d9b6', 116, '019f1d8c-e200-7799-bae3-14d79f701632', 'organization', '019f1d8c-e200-7110-89f9-8210ac12d9b6', 'Rotation cancelled', '[]', '[]', '[]', '{}', '[]', '[]', '[]', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1782907200000, 1782907200000, 3, NULL, 0, NULL, NULL);
insert into "keys" values ('019f1d8c-e200-7809-81b6-6126113689b2', '019f1d8c-e200-7110-89f9-8210ac12d9b6', 117, '019f1d8c-e200-7799-bae3-14d79f701632', 'organization', '019f1d8c-e200-7110-89f9-8210ac12d9b6', 'With credits', '[]', '[]', '[]', '{}', '[]', '[]', '[]', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1782907200000, 1782907200000, 1, '{"refill":null,"onUnavailable":"deny"}', 0, NULL, NULL);
insert into "keyspaces" values ('019f1d8c-e200-7cdf-a4e5-7cbcf2b64c51', '019f1d8c-e200-7110-89f9-8210ac12d9b6', 'management', 'Keyward management', 'Keys that authenticate callers of Keyward''s own management API.', 'native', 'keyward', 'digest', '[{"name":"organizations.read","description":"Read the organization."},{"name":"organizations.write","description":"Change the organization."},{"name":"keyspaces.read","description":"Read keyspaces, their permission catalogs and roles."},{"name":"keyspaces.write","description":"Create and change keyspaces, their permission catalogs and roles."},{"name":"keys.read","description":"Read and list keys and their usage; never their secrets."},{"name":"keys.write","description":"Create, change, revoke and delete keys."},{"name":"keys.reveal","description":"Read the secret of a recoverable key again. Every reading is audited."},{"name":"keys.verify","description":"Ask whether a presented secret is a live key, and what it may do."},{"name":"own_keys.read","description":"Read and list the keys that one owns oneself."},{"name":"own_keys.write","description":"Create, change, revoke and delete keys that one owns oneself, with no permissions that one''s keys of the keyspace do not have already, unless its policy lets owners grant."},{"name":"own_keys.reveal","description":"Read the secret of a recoverable key that one owns oneself."},{"name":"members.read","description":"Read users, service accounts and their roles."},{"name":"members.write","description":"Create, change, invite, suspend and remove users and service accounts, and give them roles."},{"name":"roles.read","description":"Read the organization''s roles."},{"name":"roles.write","description":"Create, change and delete the organization''s own roles."},{"name":"sessions.read","description":"Read the sessions of other users."},{"name":"sessions.write","description":"End the sessions of other users."},{"name":"audit.read","description":"Read the audit trail."}]', '[{"name":"owner","description":"Everything. There is always at least one.","permissions":["*"]},{"name":"admin","description":"Everything but what concerns owners and the organization itself.","permissions":["organizations.read","keyspaces.*","keys.*","own_keys.*","members.*","roles.*","sessions.*","audit.read"]},{"name":"auditor","description":"Reads everything, and neither changes nor reveals anything.","permissions":["organizations.read","keyspaces.read","keys.read","own_keys.read","members.read","roles.read","sessions.read","audit.read"]},{"name":"member","description":"Sees and manages the keys that they own themselves.","permissions":["organizations.read","keyspaces.read","own_keys.*"]}]', '[]', 1782907200000, 1782907200000, 1, '{"maxKeys":null,"maxKeysPerOwner":null,"countedKeys":"active","uniqueNames":false,"maxLifetimeSeconds":null,"defaultLifetimeSeconds":null,"expiryRequired":false,"expiryWithinCreator":false,"ownersGrant":false,"requiredTags":[],"exclusivePermissions":[],"maxOverlapSeconds":null,"idleSeconds":null,"disableIdle":false}', NULL);
insert into "keyspaces" values ('019f1d8c-e200-7799-bae3-14d79f701632', '019f1d8c-e200-7110-89f9-8210ac12d9b6', 'standard', 'Native', '', 'native', 'acme_live', 'digest', '[{"name":"invoices.read","description":""},{"name":"invoices.write","description":""}]', '[{"name":"reader","description":"","permissions":["invoices.read"]}]', '[{"name":"daily","count":1000,"windowSeconds":86400}]', 1782907200000, 1782907200000, 1, '{"maxKeys":50,"maxKeysPerOwner":null,"countedKeys":"active","uniqueNames":false,"maxLifetimeSeconds":null,"defaultLifetimeSeconds":null,"expiryRequired":false,"expiryWithinCreator":false,"ownersGrant":false,"requiredTags":[],"exclusivePermissions":[],"maxOverlapSeconds":null,"idleSeconds":null,"disableIdle":false}', NULL);
insert into "keyspaces" values ('019f1d8c-e200-7312-99ba-a9e01fc0b9a0', '019f1d8c-e200-7110-89f9-8210ac12d9b6', 'standard', 'Recoverable', '', 'native', 'acme_test', 'recoverable', '[{"name":"invoices.read","description":""},{"name":"invoices.write","description":""}]', '[]', '[]', 1782907200000, 1782907200000, 1, '{"maxKeys":null,"maxKeysPerOwner":9,"countedKeys":"all","uniqueNames":true,"maxLifetimeSeconds":null,"defaultLifetimeSeconds":null,"expiryRequired":false,"expiryWithinCreator":false,"ownersGrant":false,"requiredTags":[],"exclusivePermissions":[],"maxOverlapSeconds":null,"idleSeconds":null,"disableIdle":false}', NULL);
insert into "keyspaces" values ('019f1d8c-e200-7a3c-ad1c-9c3b7998d0d8', '019f1d8c-e200-7110-89f9-8210ac12d9b6', 'arthur', 'Of arthur', '', 'arthur', '', 'digest', '[]', '[]', '[]', 1782907200000, 1782907200000, 1, '{"maxKeys":null,"maxKeysPerOwner":null,"countedKeys":"active","uniqueNames":false,"maxLifetimeSeconds":null,"defaultLifetimeSeconds":null,"expiryRequired":false,"expiryWithinCreator":false,"ownersGrant":false,"requiredTags":[],"exclusivePermissions":[],"maxOverlapSeconds":null,"idleSeconds":null,"disableIdle":false}', NULL);
insert into "keyspaces" values ('019f1d8c-e200-776e-96b1-6a512ef40863', '019f1d8c-e200-7110-89f9-8210ac12d9b6', 'automox', 'Of automox', '', 'automox', '', 'recoverable', '[]', '[]', '[]', 1782907200000, 1782907200000, 1, '{"maxKeys":null,"maxKeysPerOwner":null,"countedKeys":"active","uniqueNames":false,"maxLifetimeSeconds":null,"defaultLifetimeSeconds":null,"expiryRequired":false,"expiryWithinCreator":false,"ownersGrant":false,"requiredTags":[],"exclusivePermissions":[],"maxOverlapSeconds":null,"idleSeconds":null,"disableIdle":false}', NULL);
insert into "keyspaces" values ('019f1d8c-e200-786b-8209-aa8414210950', '019f1d8c-e200-7110-89f9-8210ac12d9b6', 'octopus', 'Of octopus', '', 'octopus', '', 'digest', '[]', '[]', '[]', 1782907200000, 1782907200000, 1, '{"maxKeys":null,"maxKeysPerOwner":null,"countedKeys":"active","uniqueNames":false,"maxLifetimeSeconds":null,"defaultLifetimeSeconds":null,"expiryRequired":false,"expiryWithinCreator":false,"ownersGrant":false,"requiredTags":[],"exclusivePermissions":[],"maxOverlapSeconds":null,"idleSeconds":null,"disableIdle":false}', NULL);
insert into "keyspaces" values ('019f1d8c-e200-7205-9572-ad5767978d9e', '019f1d8c-e200-7110-89f9-8210ac12d9b6', 'docspace', 'Of docspace', '', 'docspace', '', 'digest', '[]', '[]', '[]', 1782907200000, 1782907200000, 1, '{"maxKeys":null,"maxKeysPerOwner":null,"countedKeys":"active","uniqueNames":false,"maxLifetimeSeconds":null,"defaultLifetimeSeconds":null,"expiryRequired":false,"expiryWithinCreator":false,"ownersGrant":false,"requiredTags":[],"exclusivePermissions":[],"maxOverlapSeconds":null,"idleSeconds":null,"disableIdle":false}', NULL);
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
insert into "migrations" values (11, 'notices of idleness');
insert into "organizations" values ('019f1d8c-e200-7110-89f9-8210ac12d9b6', 1, 'Corpus', 1782907200000, 1782907200000, 1);
insert into "principal_roles" values ('019f1d8c-e200-7110-89f9-8210ac12d9b6', '019f1d8c-e200-7472-a294-8c7420a24b55', 'owner', 'user', NULL, 1782907200000);
insert into "principals" values ('019f1d8c-e200-7472-a294-8c7420a24b55', '019f1d8c-e200-7110-89f9-8210ac12d9b6', 'user', 2, 'Corpus', '["owner"]', 'corpus@example.com', NULL, NULL, NULL, 'none', NULL, NULL, NULL, 1782907200000, 1782907200000, 1);
insert into "principals" values ('019f1d8c-e200-700d-853b-2174c448792f', '019f1d8c-e200-7110-89f9-8210ac12d9b6', 'service_account', 113, 'Suspended machine', '[]', NULL, NULL, NULL, NULL, NULL, '', 1782907200000, NULL, 1782907200000, 1782907200000, 2);
insert into "secrets" values ('019f1d8c-e200-7817-a5f7-aa01baafd7f8', 1, '-2Au77CmmfiH95FsJCM-vM1BA89iWpSXCFSMCN1sN5w', 1, 'keyward_L6zB', 'aCb9', NULL, 1782907200000, NULL, NULL, NULL);
insert into "secrets" values ('019f1d8c-e200-7f4a-9842-e4d49cb3c97f', 1, 'KhwkbGuQy-C5UGFSWfNuJTdzeHJH-Svz65YGO6lWNH0', 1, 'acme_live_Vf25', '0aIw', NULL, 1782907200000, NULL, NULL, NULL);
insert into "secrets" values ('019f1d8c-e200-79e4-91dc-4abaa4d950a6', 1, 'Xco0fkVd43jYfl7P09rXG5MmNRlD1ONsB00mOB-H6VM', 1, 'acme_test_sGL3', 'iIMZ', 'v1.1.YXcgULMpW2h2NXJZ.5mZe-limwCrsdzW0yl8WOf8B13GYsQOMWNclNC6ENTEnIO6pBnd4Y-Gvf-K7h4aD.zNvRoISxz9DishlrRhMDXg', 1782907200000, NULL, NULL, NULL);
insert into "secrets" values ('019f1d8c-e200-7a09-a2e2-bc9bfde7f58c', 1, '5cUjcu6m_mA8zB3HpOGlV6xekqizwgu6pZFwXqb7sz8', 2, 'acme_live_1OW7', '9oUK', NULL, 1782907200000, NULL, NULL, NULL);
insert into "secrets" values ('019f1d8c-e200-7f2a-9e5e-1f539f51349c', 1, 'p0BwVb9gCc3kWMZ52hUJSVr7yxB-XQN__vmUip3yfJM', 2, 'acme_test_TckB', '2yLM', 'v1.2.9UImqcFTVGpqexcK.ovGprEYcqfAuhwv-xhC-OfCgK7dAm-kzJNFZHUIlHWFPz6oHnUg6OTnTKRCdXIxt.ieJlh79WtWUGuhn4OHlveQ', 1782907200000, NULL, NULL, NULL);
insert into "secrets" values ('de2acd4f-cf6a-458b-b27d-37090f4e39f0', 1, 'LLDCeHmHgNLWHd45eJSkKM44Uae1Ci8EtQuy_elVyXY', 2, 'ZGUyYWNk', 'WTg=', NULL, 1782907200000, NULL, NULL, NULL);
insert into "secrets" values ('019f1d8c-e200-7dea-8710-8852156d6faa', 1, 'Gb_CLSnzpJ8oSwSEJpGMq4I-sd-67iiYa3dEKwRpoOA', 2, '', '5043', 'v1.2.ENqIHQwggCiQDs0b.peazN-Ptwf6VCF1eIEF6Hj9xrjsHwNycX1RM4IiZEJAtZCZO.u3g1xV8pqw_zIUPqZ2CXIw', 1782907200000, NULL, NULL, NULL);
insert into "secrets" values ('019f1d8c-e200-7446-9052-df6a66935bbd', 1, 'S_KklP5DZvajl5GrhFFVUFrB7xE2ecs4z0Fvn516fgs', 2, 'API-EEIK', '', NULL, 1782907200000, NULL, NULL, NULL);
insert into "secrets" values ('caf91cb1-d216-49dd-964c-82cb7eb0bf24', 1, 'o3djqUUImxiypngEMI2EECEp8S9BSfr0Fe26828JoRg', 2, 'sk-', 'ded6', NULL, 1782907200000, NULL, NULL, NULL);
insert into "secrets" values ('019f1d8c-e200-7628-a490-7bbd0e44bad3', 1, 'pPkEy4QtPMaSICCfioYA_CQwzxUkEwak8aCgR0-gMB4', 2, 'acme_live_C5Wj', 'nx2b', NULL, 1782907200000, NULL, NULL, NULL);
insert into "secrets" values ('019f1d8c-e200-7e56-a6c6-2dfb3eb21416', 1, 'UoHyY11tYyHUG4-9fdQEiL-b8sKYC-mtrgN-c6SAE84', 2, 'acme_live_FAdv', 'Z2OF', NULL, 1782907200000, NULL, NULL, NULL);
insert into "secrets" values ('019f1d8c-e200-7aca-86a5-8a515171be37', 1, 'KWwpgk_MVilWdUoPl_-wS1lb1IbRqO27XbLeb0v--fo', 2, 'acme_live_Mkmr', 'O7db', NULL, 1782907200000, NULL, NULL, NULL);
insert into "secrets" values ('019f1d8c-e200-706a-aadf-8351cf334923', 1, 'lIr4Fw9Fkyg1hccHfK5AKR-cQfas6OpderIyV6kBH7M', 2, 'acme_live_QjOM', 'DBr6', NULL, 1782907200000, NULL, NULL, NULL);
insert into "secrets" values ('019f1d8c-e200-7754-afcc-889629e3302f', 1, 'VSnQd7_prLuu0jOMasuh9D5ayMwYR_qu6wkZG2Y-B0o', 2, 'acme_live_Lfi9', '7Tl5', NULL, 1782907200000, NULL, NULL, NULL);
insert into "secrets" values ('019f1d8c-e200-7b4d-9b26-5dcafca88a66', 1, 'BhBHGCALRnNVFpV_upD8MS5K-aaxPVw9t8qo1nwTXog', 2, 'acme_live_isX9', 'fMuz', NULL, 1782907200000, NULL, NULL, NULL);
insert into "secrets" values ('019f1d8c-e200-7deb-99b9-caa7dd1947d7', 1, 'qjJiw-ysacq0IP2yofaBSudqbzicO3db9tWBgs7SZmw', 2, 'acme_live_u3I3', 'ohng', NULL, 1782907200000, NULL, NULL, NULL);
insert into "secrets" values ('019f1d8c-e200-721d-be77-686f51b0283b', 1, 'yrAJ5dNSdLto9lmWQ9xeTTTYc3AGSF4dRqkKtnM4YhM', 2, 'acme_test_thfD', 'q3Ea', 'v1.2.J7IsDJaTsi2kH51-.jwAo5Fq7yDWjHYLWiUan93JI74rDMaKkJ0w0ZGahwZwX8-77Cd1f5S-6dp15J7QZ.AxJChTR7l7PprBHvNm_HWA', 1782907200000, 1783166400000, NULL, NULL);
insert into "secrets" values ('019f1d8c-e200-721d-be77-686f51b0283b', 2, '1nITMlLYlY_JYSKnHqxRY02YjMwd8uSlFUIL20xGI2Q', 2, 'acme_test_4AZw', 'HGy5', 'v1.2.zIvHFQbjtpkGUU5Y.fkylr5cQqGkShlycXCuI2zw6Ft4qaea00Eame3X47UT6ua3vbQw-z2qz-fe7Wy1K.WKxE0ACAeri0U8K8epiZgA', 1782907200000, NULL, NULL, NULL);
insert into "secrets" values ('019f1d8c-e200-7fbf-8df3-319bc2718850', 1, 'pIib6NZAjP--bA5rBxYaI7c33xuJAqR2L5e7L2__n1Q', 2, 'acme_live_3U1V', 'wRFY', NULL, 1782907200000, NULL, NULL, NULL);
insert into "secrets" values ('019f1d8c-e200-7fbf-8df3-319bc2718850', 2, 'RkPpvgs-PI9zgdUtRl8s53O-I_vV13voRp9C9QF-who', 2, 'acme_live_Z2nZ', 'jgxk', NULL, 1782907200000, 1782907200000, NULL, NULL);
insert into "secrets" values ('019f1d8c-e200-7809-81b6-6126113689b2', 1, 'OTEugK3fkVjAyIbIWSfrQgRFY05xgm9qnKc91N1iBKs', 2, 'acme_live_BoiK', 'KDx6', NULL, 1782907200000, NULL, NULL, NULL);
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
