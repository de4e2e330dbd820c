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
  revision bigint not null,
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
  max_active_keys bigint,
  created_at bigint not null,
  updated_at bigint not null,
  revision bigint not null,
  constraint "keyspaces.name" unique (organization_id, name),
  constraint "keyspaces.organization" unique (organization_id, id)
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
  last_used_at bigint,
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
insert into "audit_events" values ('019f1d8c-e200-738a-9b95-6496b8c0372a', 1, '019f1d8c-e200-7a70-8a98-67094a8bd7df', 1782907200000, 'organization.created', '{"kind":"system","id":"keyward","credential":null,"address":null,"userAgent":null}', '{"kind":"organization","id":"019f1d8c-e200-738a-9b95-6496b8c0372a"}', '019f1d8c-e200-738a-9b95-6496b8c0372a', '{"name":"Corpus"}', NULL, '0000000000000000000000000000000000000000000000000000000000000000', '0502fbe2f0d1e73cb8c7f564451ebe72352070911dba23eeb54c167399fb8752');
insert into "audit_events" values ('019f1d8c-e200-738a-9b95-6496b8c0372a', 2, '019f1d8c-e200-7b0d-be9b-5776169824a5', 1782907200000, 'keyspace.created', '{"kind":"system","id":"keyward","credential":null,"address":null,"userAgent":null}', '{"kind":"keyspace","id":"019f1d8c-e200-71a4-b47a-d0f8f83851e1"}', '019f1d8c-e200-71a4-b47a-d0f8f83851e1', '{"kind":"management"}', NULL, '0502fbe2f0d1e73cb8c7f564451ebe72352070911dba23eeb54c167399fb8752', '086b0017cdc9f71840585821a7e9d3b8303099f21f2f08bc6f8ffd676f4a22ef');
insert into "audit_events" values ('019f1d8c-e200-738a-9b95-6496b8c0372a', 3, '019f1d8c-e200-7ce5-a5c8-6e17621cfecf', 1782907200000, 'user.created', '{"kind":"system","id":"keyward","credential":null,"address":null,"userAgent":null}', '{"kind":"user","id":"019f1d8c-e200-757f-a57b-83c8e9802551"}', '019f1d8c-e200-757f-a57b-83c8e9802551', '{"email":"corpus@example.com"}', NULL, '086b0017cdc9f71840585821a7e9d3b8303099f21f2f08bc6f8ffd676f4a22ef', '1ed9fbce69d1ca041b9c53054ab6bb81fd19a5b3ef2522da0a7cf10c5741ba30');
insert into "audit_events" values ('019f1d8c-e200-738a-9b95-6496b8c0372a', 4, '019f1d8c-e200-7aab-b598-25cacf02b855', 1782907200000, 'key.created', '{"kind":"system","id":"keyward","credential":null,"address":null,"userAgent":null}', '{"kind":"key","id":"019f1d8c-e200-7aad-b9ad-463abea0c860"}', '019f1d8c-e200-7aad-b9ad-463abea0c860', '{"keyspace_id":"019f1d8c-e200-71a4-b47a-d0f8f83851e1","owner":{"kind":"user","id":"019f1d8c-e200-757f-a57b-83c8e9802551"},"name":"Administrator","permissions":["*"],"roles":[],"tags":[],"metadata":{},"limits":[],"allowed_addresses":[],"allowed_origins":[],"not_before":null,"expires_at":null,"enabled":true}', NULL, '1ed9fbce69d1ca041b9c53054ab6bb81fd19a5b3ef2522da0a7cf10c5741ba30', '19bdd11f3a2a1888cbf90fc3f8a744ba9e59aa9d0a17b7f6d8be9052b4a0f530');
insert into "audit_events" values ('019f1d8c-e200-738a-9b95-6496b8c0372a', 5, '019f1d8c-e200-74ff-aa15-d35e408dbee0', 1782907200000, 'keyspace.created', '{"kind":"system","id":"keyward","credential":null,"address":null,"userAgent":null}', '{"kind":"keyspace","id":"019f1d8c-e200-7fa2-a456-b9f6f32c1d10"}', '019f1d8c-e200-7fa2-a456-b9f6f32c1d10', '{"name":"Native","description":"","prefix":"acme_live","retention":"digest","permissions":[{"name":"invoices.read","description":""},{"name":"invoices.write","description":""}],"roles":[{"name":"reader","description":"","permissions":["invoices.read"]}],"limits":[{"name":"daily","count":1000,"window_seconds":86400}],"max_active_keys":50}', NULL, '19bdd11f3a2a1888cbf90fc3f8a744ba9e59aa9d0a17b7f6d8be9052b4a0f530', '6ce9dfec9fca3c523fe965814f25d4820c7cfb352cb92a57582fa3d289fb22cd');
insert into "audit_events" values ('019f1d8c-e200-738a-9b95-6496b8c0372a', 6, '019f1d8c-e200-78e3-96ad-8635381c29de', 1782907200000, 'keyspace.created', '{"kind":"system","id":"keyward","credential":null,"address":null,"userAgent":null}', '{"kind":"keyspace","id":"019f1d8c-e200-72e7-b2bd-6a74b9a20c80"}', '019f1d8c-e200-72e7-b2bd-6a74b9a20c80', '{"name":"Recoverable","description":"","prefix":"acme_test","retention":"recoverable","permissions":[{"name":"invoices.read","description":""},{"name":"invoices.write","description":""}],"roles":[],"limits":[],"max_active_keys":null}', NULL, '6ce9dfec9fca3c523fe965814f25d4820c7cfb352cb92a57582fa3d289fb22cd', '11fb2d45da2f9d802964705369e531d701481162aa9c2ccaffc6c09db0d942a5');
insert into "audit_events" values ('019f1d8c-e200-738a-9b95-6496b8c0372a', 7, '019f1d8c-e200-7174-abce-586ecd1e0110', 1782907200000, 'key.created', '{"kind":"system","id":"keyward","credential":null,"address":null,"userAgent":null}', '{"kind":"key","id":"019f1d8c-e200-7a8b-9ff7-6613e78ee122"}', '019f1d8c-e200-7a8b-9ff7-6613e78ee122', '{"keyspace_id":"019f1d8c-e200-7fa2-a456-b9f6f32c1d10","owner":{"kind":"organization","id":"019f1d8c-e200-738a-9b95-6496b8c0372a"},"name":"Plain, under pepper 1","permissions":["invoices.write"],"roles":["reader"],"tags":[],"metadata":{},"limits":[],"allowed_addresses":[],"allowed_origins":[],"not_before":null,"expires_at":null,"enabled":true}', NULL, '11fb2d45da2f9d802964705369e531d701481162aa9c2ccaffc6c09db0d942a5', 'ff06bd395f0b7c52de8faa97465754f8899a809ba10a56b47d2f04ee217a7b66');
insert into "audit_events" values ('019f1d8c-e200-738a-9b95-6496b8c0372a', 8, '019f1d8c-e200-742b-bdc3-bc40ec2e28ef', 1782907200000, 'key.created', '{"kind":"system","id":"keyward","credential":null,"address":null,"userAgent":null}', '{"kind":"key","id":"019f1d8c-e200-7f32-ba95-652ffac4676f"}', '019f1d8c-e200-7f32-ba95-652ffac4676f', '{"keyspace_id":"019f1d8c-e200-72e7-b2bd-6a74b9a20c80","owner":{"kind":"organization","id":"019f1d8c-e200-738a-9b95-6496b8c0372a"},"name":"Sealed, under pepper 1","permissions":["invoices.read"],"roles":[],"tags":[],"metadata":{},"limits":[],"allowed_addresses":[],"allowed_origins":[],"not_before":null,"expires_at":null,"enabled":true}', NULL, 'ff06bd395f0b7c52de8faa97465754f8899a809ba10a56b47d2f04ee217a7b66', 'ce3d085f11971bd5545918114201ea084a8134d56a5e4a095452f1bbcd38d2a9');
insert into "audit_events" values ('019f1d8c-e200-738a-9b95-6496b8c0372a', 9, '019f1d8c-e200-7b59-818d-22ce183d1c6f', 1782907200000, 'key.created', '{"kind":"system","id":"keyward","credential":null,"address":null,"userAgent":null}', '{"kind":"key","id":"019f1d8c-e200-7a5d-90c3-1178070d9aba"}', '019f1d8c-e200-7a5d-90c3-1178070d9aba', '{"keyspace_id":"019f1d8c-e200-7fa2-a456-b9f6f32c1d10","owner":{"kind":"organization","id":"019f1d8c-e200-738a-9b95-6496b8c0372a"},"name":"Plain, under pepper 2","permissions":["invoices.write"],"roles":["reader"],"tags":[],"metadata":{},"limits":[],"allowed_addresses":[],"allowed_origins":[],"not_before":null,"expires_at":null,"enabled":true}', NULL, 'ce3d085f11971bd5545918114201ea084a8134d56a5e4a095452f1bbcd38d2a9', '8d5646d4d599295e08eac24b1bf928688207ca7db9b524b4cdff0fc59bfe1b2f');
insert into "audit_events" values ('019f1d8c-e200-738a-9b95-6496b8c0372a', 10, '019f1d8c-e200-7581-aa07-b8d50b61152d', 1782907200000, 'key.created', '{"kind":"system","id":"keyward","credential":null,"address":null,"userAgent":null}', '{"kind":"key","id":"019f1d8c-e200-7ae9-afc3-3a9afbf87aca"}', '019f1d8c-e200-7ae9-afc3-3a9afbf87aca', '{"keyspace_id":"019f1d8c-e200-72e7-b2bd-6a74b9a20c80","owner":{"kind":"organization","id":"019f1d8c-e200-738a-9b95-6496b8c0372a"},"name":"Sealed, under pepper 2","permissions":["invoices.read"],"roles":[],"tags":[],"metadata":{},"limits":[],"allowed_addresses":[],"allowed_origins":[],"not_before":null,"expires_at":null,"enabled":true}', NULL, '8d5646d4d599295e08eac24b1bf928688207ca7db9b524b4cdff0fc59bfe1b2f', 'e89041dfa8e1d96945edd116de49dc87cfbf6d4588b657807047b5f903508f70');
insert into "audit_events" values ('019f1d8c-e200-738a-9b95-6496b8c0372a', 11, '019f1d8c-e200-7965-8216-11d5ebe4b83f', 1782907200000, 'keyspace.created', '{"kind":"system","id":"keyward","credential":null,"address":null,"userAgent":null}', '{"kind":"keyspace","id":"019f1d8c-e200-706b-9388-1918b455d23e"}', '019f1d8c-e200-706b-9388-1918b455d23e', '{"kind":"arthur","name":"Of arthur"}', NULL, 'e89041dfa8e1d96945edd116de49dc87cfbf6d4588b657807047b5f903508f70', 'f42dbc18bee13d9ed0098099188568b49df7497fbdd60774ca2825c1a7aa617b');
insert into "audit_events" values ('019f1d8c-e200-738a-9b95-6496b8c0372a', 12, '019f1d8c-e200-7a11-a8fe-44823c1fef07', 1782907200000, 'key.created', '{"kind":"system","id":"keyward","credential":null,"address":null,"userAgent":null}', '{"kind":"key","id":"5e217596-1948-4590-bc4c-d1d5220e56c7"}', '5e217596-1948-4590-bc4c-d1d5220e56c7', '{"keyspace_id":"019f1d8c-e200-706b-9388-1918b455d23e","owner":{"kind":"organization","id":"019f1d8c-e200-738a-9b95-6496b8c0372a"},"name":"In the format of arthur","permissions":[],"roles":[],"tags":[],"metadata":{},"limits":[],"allowed_addresses":[],"allowed_origins":[],"not_before":null,"expires_at":null,"enabled":true}', NULL, 'f42dbc18bee13d9ed0098099188568b49df7497fbdd60774ca2825c1a7aa617b', '04c24c3cdccf5debbadb2b7f24b1d6061468c9c2ece4251a9158ee1d834ec14a');
insert into "audit_events" values ('019f1d8c-e200-738a-9b95-6496b8c0372a', 13, '019f1d8c-e200-7b65-97b5-088a7bae703c', 1782907200000, 'key.created', '{"kind":"system","id":"keyward","credential":null,"address":null,"userAgent":null}', '{"kind":"key","id":"019f1d8c-e200-7d41-b1ae-58807d3e53a9"}', '019f1d8c-e200-7d41-b1ae-58807d3e53a9', '{"keyspace_id":"019f1d8c-e200-7fa2-a456-b9f6f32c1d10","owner":{"kind":"organization","id":"019f1d8c-e200-738a-9b95-6496b8c0372a"},"name":"Expiring","permissions":[],"roles":[],"tags":[],"metadata":{},"limits":[],"allowed_addresses":[],"allowed_origins":[],"not_before":"2026-07-03T12:00:00.000Z","expires_at":"2026-07-05T12:00:00.000Z","enabled":true}', NULL, '04c24c3cdccf5debbadb2b7f24b1d6061468c9c2ece4251a9158ee1d834ec14a', 'fc7a78c8c727300eaa8f95bcc15805e580b4d8f75bc369e518f50f99cb7b6adb');
insert into "audit_events" values ('019f1d8c-e200-738a-9b95-6496b8c0372a', 14, '019f1d8c-e200-7034-81a8-df545d4d05e7', 1782907200000, 'key.created', '{"kind":"system","id":"keyward","credential":null,"address":null,"userAgent":null}', '{"kind":"key","id":"019f1d8c-e200-7b49-be4e-9bb367b12648"}', '019f1d8c-e200-7b49-be4e-9bb367b12648', '{"keyspace_id":"019f1d8c-e200-7fa2-a456-b9f6f32c1d10","owner":{"kind":"organization","id":"019f1d8c-e200-738a-9b95-6496b8c0372a"},"name":"Disabled","permissions":[],"roles":[],"tags":[],"metadata":{},"limits":[],"allowed_addresses":[],"allowed_origins":[],"not_before":null,"expires_at":null,"enabled":false}', NULL, 'fc7a78c8c727300eaa8f95bcc15805e580b4d8f75bc369e518f50f99cb7b6adb', '205f3554abfab67d5ce5b9beaba74c7a8ed0841ea9ddf3c3625e562d88558003');
insert into "audit_events" values ('019f1d8c-e200-738a-9b95-6496b8c0372a', 15, '019f1d8c-e200-7a37-99b3-eec3c99ad4d8', 1782907200000, 'key.created', '{"kind":"system","id":"keyward","credential":null,"address":null,"userAgent":null}', '{"kind":"key","id":"019f1d8c-e200-77d1-ad83-06e150d4f18c"}', '019f1d8c-e200-77d1-ad83-06e150d4f18c', '{"keyspace_id":"019f1d8c-e200-7fa2-a456-b9f6f32c1d10","owner":{"kind":"organization","id":"019f1d8c-e200-738a-9b95-6496b8c0372a"},"name":"Revoked","permissions":[],"roles":[],"tags":[],"metadata":{},"limits":[],"allowed_addresses":[],"allowed_origins":[],"not_before":null,"expires_at":null,"enabled":true}', NULL, '205f3554abfab67d5ce5b9beaba74c7a8ed0841ea9ddf3c3625e562d88558003', 'dc9b47799ded5e97e81e67d5e581871f3dd8499290a5dd051d4d8458f583bd8a');
insert into "audit_events" values ('019f1d8c-e200-738a-9b95-6496b8c0372a', 16, '019f1d8c-e200-7991-b713-dfee60ab634f', 1782907200000, 'key.revoked', '{"kind":"system","id":"keyward","credential":null,"address":null,"userAgent":null}', '{"kind":"key","id":"019f1d8c-e200-77d1-ad83-06e150d4f18c"}', '019f1d8c-e200-77d1-ad83-06e150d4f18c', '{"reason":"compromised","note":"lost"}', NULL, 'dc9b47799ded5e97e81e67d5e581871f3dd8499290a5dd051d4d8458f583bd8a', '5fd1770dbf4b66bf283ce2d3b6eb87a0867d9efa1aa6a976ef8b13cae9458427');
insert into "audit_events" values ('019f1d8c-e200-738a-9b95-6496b8c0372a', 17, '019f1d8c-e200-746c-bfed-37cc3b798e2e', 1782907200000, 'key.created', '{"kind":"system","id":"keyward","credential":null,"address":null,"userAgent":null}', '{"kind":"key","id":"019f1d8c-e200-77d3-bdaf-8ba1f2228751"}', '019f1d8c-e200-77d3-bdaf-8ba1f2228751', '{"keyspace_id":"019f1d8c-e200-7fa2-a456-b9f6f32c1d10","owner":{"kind":"organization","id":"019f1d8c-e200-738a-9b95-6496b8c0372a"},"name":"Deleted","permissions":[],"roles":[],"tags":[],"metadata":{},"limits":[],"allowed_addresses":[],"allowed_origins":[],"not_before":null,"expires_at":null,"enabled":true}', NULL, '5fd1770dbf4b66bf283ce2d3b6eb87a0867d9efa1aa6a976ef8b13cae9458427', '8338962b09f26c2b65ee316465d117fb7e849838c426f90be06e7573dc57ed18');
insert into "audit_events" values ('019f1d8c-e200-738a-9b95-6496b8c0372a', 18, '019f1d8c-e200-7367-825b-5986c54fa803', 1782907200000, 'key.deleted', '{"kind":"system","id":"keyward","credential":null,"address":null,"userAgent":null}', '{"kind":"key","id":"019f1d8c-e200-77d3-bdaf-8ba1f2228751"}', '019f1d8c-e200-77d3-bdaf-8ba1f2228751', '{"name":"Deleted"}', NULL, '8338962b09f26c2b65ee316465d117fb7e849838c426f90be06e7573dc57ed18', '70d88a6b753ec86d8cf1b8052a00a3bbfa130d9ceec86db1e21cf47895ad98bb');
insert into "audit_events" values ('019f1d8c-e200-738a-9b95-6496b8c0372a', 19, '019f1d8c-e200-7ebb-9ee9-aba5b8b56a53', 1782907200000, 'key.created', '{"kind":"system","id":"keyward","credential":null,"address":null,"userAgent":null}', '{"kind":"key","id":"019f1d8c-e200-7a82-8243-c5172e066077"}', '019f1d8c-e200-7a82-8243-c5172e066077', '{"keyspace_id":"019f1d8c-e200-7fa2-a456-b9f6f32c1d10","owner":{"kind":"organization","id":"019f1d8c-e200-738a-9b95-6496b8c0372a"},"name":"Bound","permissions":[],"roles":[],"tags":[],"metadata":{},"limits":[],"allowed_addresses":["203.0.113.0/24","2001:db8::/32"],"allowed_origins":["https://*.example.com"],"not_before":null,"expires_at":null,"enabled":true}', NULL, '70d88a6b753ec86d8cf1b8052a00a3bbfa130d9ceec86db1e21cf47895ad98bb', 'e98ea7121237cbcc29fb8c022d12962847cd62100b8920c40d52fd145c05e0a9');
insert into "audit_events" values ('019f1d8c-e200-738a-9b95-6496b8c0372a', 20, '019f1d8c-e200-7295-804f-504e9f04c765', 1782907200000, 'key.created', '{"kind":"system","id":"keyward","credential":null,"address":null,"userAgent":null}', '{"kind":"key","id":"019f1d8c-e200-7408-ba42-d5f96bc88cf6"}', '019f1d8c-e200-7408-ba42-d5f96bc88cf6', '{"keyspace_id":"019f1d8c-e200-7fa2-a456-b9f6f32c1d10","owner":{"kind":"organization","id":"019f1d8c-e200-738a-9b95-6496b8c0372a"},"name":"Limited","permissions":[],"roles":[],"tags":[],"metadata":{},"limits":[{"name":"hourly","count":2,"window_seconds":3600}],"allowed_addresses":[],"allowed_origins":[],"not_before":null,"expires_at":null,"enabled":true}', NULL, 'e98ea7121237cbcc29fb8c022d12962847cd62100b8920c40d52fd145c05e0a9', '0c39d807bdce77435c49c31a9c1d21331568657cdddaac2423ff9c4c93b4de2d');
insert into "audit_events" values ('019f1d8c-e200-738a-9b95-6496b8c0372a', 21, '019f1d8c-e200-76b4-b424-5c9a432617bd', 1782907200000, 'service_account.created', '{"kind":"system","id":"keyward","credential":null,"address":null,"userAgent":null}', '{"kind":"service_account","id":"019f1d8c-e200-7e10-959b-64cae1f78b1b"}', '019f1d8c-e200-7e10-959b-64cae1f78b1b', '{"display_name":"Suspended machine","roles":[],"description":""}', NULL, '0c39d807bdce77435c49c31a9c1d21331568657cdddaac2423ff9c4c93b4de2d', '45ecd3175e56fa8ef79d97380b5a1c69e62a6239416c364c009acd5418fe47c3');
insert into "audit_events" values ('019f1d8c-e200-738a-9b95-6496b8c0372a', 22, '019f1d8c-e200-73be-8850-1a23ff457129', 1782907200000, 'key.created', '{"kind":"system","id":"keyward","credential":null,"address":null,"userAgent":null}', '{"kind":"key","id":"019f1d8c-e200-73e1-854b-25783e118071"}', '019f1d8c-e200-73e1-854b-25783e118071', '{"keyspace_id":"019f1d8c-e200-7fa2-a456-b9f6f32c1d10","owner":{"kind":"service_account","id":"019f1d8c-e200-7e10-959b-64cae1f78b1b"},"name":"Of a machine","permissions":[],"roles":[],"tags":[],"metadata":{},"limits":[],"allowed_addresses":[],"allowed_origins":[],"not_before":null,"expires_at":null,"enabled":true}', NULL, '45ecd3175e56fa8ef79d97380b5a1c69e62a6239416c364c009acd5418fe47c3', 'a3235910f0a536957f41cf143ab1b7acc24c66f5f0b2f927e904d0695ce77069');
insert into "audit_events" values ('019f1d8c-e200-738a-9b95-6496b8c0372a', 23, '019f1d8c-e200-72e0-b75f-c9a32708d3c9', 1782907200000, 'service_account.suspended', '{"kind":"system","id":"keyward","credential":null,"address":null,"userAgent":null}', '{"kind":"service_account","id":"019f1d8c-e200-7e10-959b-64cae1f78b1b"}', '019f1d8c-e200-7e10-959b-64cae1f78b1b', '{}', NULL, 'a3235910f0a536957f41cf143ab1b7acc24c66f5f0b2f927e904d0695ce77069', '462cb1c3af0986d5ad738ca48381a460ea9013e50591873c996a1e589f333f90');
insert into "audit_heads" values ('019f1d8c-e200-738a-9b95-6496b8c0372a', 23, '462cb1c3af0986d5ad738ca48381a460ea9013e50591873c996a1e589f333f90');
insert into "counters" values ('alias', 200);
insert into "keys" values ('019f1d8c-e200-7aad-b9ad-463abea0c860', '019f1d8c-e200-738a-9b95-6496b8c0372a', 3, '019f1d8c-e200-71a4-b47a-d0f8f83851e1', 'user', '019f1d8c-e200-757f-a57b-83c8e9802551', 'Administrator', '["*"]', '[]', '[]', '{}', '[]', '[]', '[]', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1782907200000, 1782907200000, 1);
insert into "keys" values ('019f1d8c-e200-7a8b-9ff7-6613e78ee122', '019f1d8c-e200-738a-9b95-6496b8c0372a', 4, '019f1d8c-e200-7fa2-a456-b9f6f32c1d10', 'organization', '019f1d8c-e200-738a-9b95-6496b8c0372a', 'Plain, under pepper 1', '["invoices.write"]', '["reader"]', '[]', '{}', '[]', '[]', '[]', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1782907200000, 1782907200000, 1);
insert into "keys" values ('019f1d8c-e200-7f32-ba95-652ffac4676f', '019f1d8c-e200-738a-9b95-6496b8c0372a', 5, '019f1d8c-e200-72e7-b2bd-6a74b9a20c80', 'organization', '019f1d8c-e200-738a-9b95-6496b8c0372a', 'Sealed, under pepper 1', '["invoices.read"]', '[]', '[]', '{}', '[]', '[]', '[]', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1782907200000, 1782907200000, 1);
insert into "keys" values ('019f1d8c-e200-7a5d-90c3-1178070d9aba', '019f1d8c-e200-738a-9b95-6496b8c0372a', 101, '019f1d8c-e200-7fa2-a456-b9f6f32c1d10', 'organization', '019f1d8c-e200-738a-9b95-6496b8c0372a', 'Plain, under pepper 2', '["invoices.write"]', '["reader"]', '[]', '{}', '[]', '[]', '[]', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1782907200000, 1782907200000, 1);
insert into "keys" values ('019f1d8c-e200-7ae9-afc3-3a9afbf87aca', '019f1d8c-e200-738a-9b95-6496b8c0372a', 102, '019f1d8c-e200-72e7-b2bd-6a74b9a20c80', 'organization', '019f1d8c-e200-738a-9b95-6496b8c0372a', 'Sealed, under pepper 2', '["invoices.read"]', '[]', '[]', '{}', '[]', '[]', '[]', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1782907200000, 1782907200000, 1);
insert into "keys" values ('5e217596-1948-4590-bc4c-d1d5220e56c7', '019f1d8c-e200-738a-9b95-6496b8c0372a', 103, '019f1d8c-e200-706b-9388-1918b455d23e', 'organization', '019f1d8c-e200-738a-9b95-6496b8c0372a', 'In the format of arthur', '[]', '[]', '[]', '{}', '[]', '[]', '[]', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1782907200000, 1782907200000, 1);
insert into "keys" values ('019f1d8c-e200-7d41-b1ae-58807d3e53a9', '019f1d8c-e200-738a-9b95-6496b8c0372a', 104, '019f1d8c-e200-7fa2-a456-b9f6f32c1d10', 'organization', '019f1d8c-e200-738a-9b95-6496b8c0372a', 'Expiring', '[]', '[]', '[]', '{}', '[]', '[]', '[]', 1783080000000, 1783252800000, NULL, NULL, NULL, NULL, NULL, 1782907200000, 1782907200000, 1);
insert into "keys" values ('019f1d8c-e200-7b49-be4e-9bb367b12648', '019f1d8c-e200-738a-9b95-6496b8c0372a', 105, '019f1d8c-e200-7fa2-a456-b9f6f32c1d10', 'organization', '019f1d8c-e200-738a-9b95-6496b8c0372a', 'Disabled', '[]', '[]', '[]', '{}', '[]', '[]', '[]', NULL, NULL, 1782907200000, NULL, NULL, NULL, NULL, 1782907200000, 1782907200000, 1);
insert into "keys" values ('019f1d8c-e200-77d1-ad83-06e150d4f18c', '019f1d8c-e200-738a-9b95-6496b8c0372a', 106, '019f1d8c-e200-7fa2-a456-b9f6f32c1d10', 'organization', '019f1d8c-e200-738a-9b95-6496b8c0372a', 'Revoked', '[]', '[]', '[]', '{}', '[]', '[]', '[]', NULL, NULL, NULL, 1782907200000, 'compromised', 'lost', NULL, 1782907200000, 1782907200000, 2);
insert into "keys" values ('019f1d8c-e200-77d3-bdaf-8ba1f2228751', '019f1d8c-e200-738a-9b95-6496b8c0372a', 107, '019f1d8c-e200-7fa2-a456-b9f6f32c1d10', 'organization', '019f1d8c-e200-738a-9b95-6496b8c0372a', 'Deleted', '[]', '[]', '[]', '{}', '[]', '[]', '[]', NULL, NULL, NULL, NULL, NULL, NULL, 1782907200000, 1782907200000, 1782907200000, 2);
insert into "keys" values ('019f1d8c-e200-7a82-8243-c5172e066077', '019f1d8c-e200-738a-9b95-6496b8c0372a', 108, '019f1d8c-e200-7fa2-a456-b9f6f32c1d10', 'organization', '019f1d8c-e200-738a-9b95-6496b8c0372a', 'Bound', '[]', '[]', '[]', '{}', '[]', '["203.0.113.0/24","2001:db8::/32"]', '["https://*.example.com"]', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1782907200000, 1782907200000, 1);
insert into "keys" values ('019f1d8c-e200-7408-ba42-d5f96bc88cf6', '019f1d8c-e200-738a-9b95-6496b8c0372a', 109, '019f1d8c-e200-7fa2-a456-b9f6f32c1d10', 'organization', '019f1d8c-e200-738a-9b95-6496b8c0372a', 'Limited', '[]', '[]', '[]', '{}', '[{"name":"hourly","count":2,"windowSeconds":3600}]', '[]', '[]', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1782907200000, 1782907200000, 1);
insert into "keys" values ('019f1d8c-e200-73e1-854b-25783e118071', '019f1d8c-e200-738a-9b95-6496b8c0372a', 111, '019f1d8c-e200-7fa2-a456-b9f6f32c1d10', 'service_account', '019f1d8c-e200-7e10-959b-64cae1f78b1b', 'Of a machine', '[]', '[]', '[]', '{}', '[]', '[]', '[]', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1782907200000, 1782907200000, 1);
insert into "keyspaces" values ('019f1d8c-e200-71a4-b47a-d0f8f83851e1', '019f1d8c-e200-738a-9b95-6496b8c0372a', 'management', 'Keyward management', 'Keys that authenticate callers of Keyward''s own management API.', 'native', 'keyward', 'digest', '[{"name":"organizations.read","description":"Read the organization."},{"name":"organizations.write","description":"Change the organization."},{"name":"keyspaces.read","description":"Read keyspaces, their permission catalogs and roles."},{"name":"keyspaces.write","description":"Create and change keyspaces, their permission catalogs and roles."},{"name":"keys.read","description":"Read and list keys and their usage; never their secrets."},{"name":"keys.write","description":"Create, change, revoke and delete keys."},{"name":"keys.reveal","description":"Read the secret of a recoverable key again. Every reading is audited."},{"name":"keys.verify","description":"Ask whether a presented secret is a live key, and what it may do."},{"name":"own_keys.read","description":"Read and list the keys that one owns oneself."},{"name":"own_keys.write","description":"Create, change, revoke and delete keys that one owns oneself, with no permissions that one''s keys of the keyspace do not have already."},{"name":"own_keys.reveal","description":"Read the secret of a recoverable key that one owns oneself."},{"name":"members.read","description":"Read users, service accounts and their roles."},{"name":"members.write","description":"Create, change, invite, suspend and remove users and service accounts, and give them roles."},{"name":"roles.read","description":"Read the organization''s roles."},{"name":"roles.write","description":"Create, change and delete the organization''s own roles."},{"name":"sessions.read","description":"Read the sessions of other users."},{"name":"sessions.write","description":"End the sessions of other users."},{"name":"audit.read","description":"Read the audit trail."}]', '[{"name":"owner","description":"Everything. There is always at least one.","permissions":["*"]},{"name":"admin","description":"Everything but what concerns owners and the organization itself.","permissions":["organizations.read","keyspaces.*","keys.*","own_keys.*","members.*","roles.*","sessions.*","audit.read"]},{"name":"auditor","description":"Reads everything, and neither changes nor reveals anything.","permissions":["organizations.read","keyspaces.read","keys.read","own_keys.read","members.read","roles.read","sessions.read","audit.read"]},{"name":"member","description":"Sees and manages the keys that they own themselves.","permissions":["organizations.read","keyspaces.read","own_keys.*"]}]', '[]', NULL, 1782907200000, 1782907200000, 1);
insert into "keyspaces" values ('019f1d8c-e200-7fa2-a456-b9f6f32c1d10', '019f1d8c-e200-738a-9b95-6496b8c0372a', 'standard', 'Native', '', 'native', 'acme_live', 'digest', '[{"name":"invoices.read","description":""},{"name":"invoices.write","description":""}]', '[{"name":"reader","description":"","permissions":["invoices.read"]}]', '[{"name":"daily","count":1000,"windowSeconds":86400}]', 50, 1782907200000, 1782907200000, 1);
insert into "keyspaces" values ('019f1d8c-e200-72e7-b2bd-6a74b9a20c80', '019f1d8c-e200-738a-9b95-6496b8c0372a', 'standard', 'Recoverable', '', 'native', 'acme_test', 'recoverable', '[{"name":"invoices.read","description":""},{"name":"invoices.write","description":""}]', '[]', '[]', NULL, 1782907200000, 1782907200000, 1);
insert into "keyspaces" values ('019f1d8c-e200-706b-9388-1918b455d23e', '019f1d8c-e200-738a-9b95-6496b8c0372a', 'arthur', 'Of arthur', '', 'arthur', '', 'digest', '[]', '[]', '[]', NULL, 1782907200000, 1782907200000, 1);
insert into "migrations" values (1, 'first');
insert into "organizations" values ('019f1d8c-e200-738a-9b95-6496b8c0372a', 1, 'Corpus', 1782907200000, 1782907200000, 1);
insert into "principal_roles" values ('019f1d8c-e200-738a-9b95-6496b8c0372a', '019f1d8c-e200-757f-a57b-83c8e9802551', 'owner', 'user', NULL, 1782907200000);
insert into "principals" values ('019f1d8c-e200-757f-a57b-83c8e9802551', '019f1d8c-e200-738a-9b95-6496b8c0372a', 'user', 2, 'Corpus', '["owner"]', 'corpus@example.com', NULL, NULL, NULL, 'none', NULL, NULL, NULL, 1782907200000, 1782907200000, 1);
insert into "principals" values ('019f1d8c-e200-7e10-959b-64cae1f78b1b', '019f1d8c-e200-738a-9b95-6496b8c0372a', 'service_account', 110, 'Suspended machine', '[]', NULL, NULL, NULL, NULL, NULL, '', 1782907200000, NULL, 1782907200000, 1782907200000, 2);
insert into "secrets" values ('019f1d8c-e200-7aad-b9ad-463abea0c860', 1, '31KwaQQXuahePoDnlzZd2aMxRKAIcWZIy5J8EC7Pizw', 1, 'keyward_NgRY', 'rokP', NULL, 1782907200000, NULL, NULL);
insert into "secrets" values ('019f1d8c-e200-7a8b-9ff7-6613e78ee122', 1, 'H7c0MVD8c5_c4cc9T_62qFG7jdOKkgtJVze0VtILfvQ', 1, 'acme_live_gbXP', 'dH4R', NULL, 1782907200000, NULL, NULL);
insert into "secrets" values ('019f1d8c-e200-7f32-ba95-652ffac4676f', 1, 'WwR7cBBzLRoGsqpcyKClb5F43LJdWRVZyCANNG5u3wo', 1, 'acme_test_HnC3', 'QhX8', 'v1.1.Kqmja_PuN6yhBj8C.wuNMepRa2R3Fs6MM2zyKwz047weJu1dd8IW4_RWhoMivwQbqWfpgo9RdqGIMw2KS.399T4GaBXdgmqJFZ8jCHpw', 1782907200000, NULL, NULL);
insert into "secrets" values ('019f1d8c-e200-7a5d-90c3-1178070d9aba', 1, '3KhPtOi1WkjxY1rraSLmYOdg7YMOej-suP3tFvqHf54', 2, 'acme_live_U1ab', 'cdcl', NULL, 1782907200000, NULL, NULL);
insert into "secrets" values ('019f1d8c-e200-7ae9-afc3-3a9afbf87aca', 1, 'qcUlk-loLN4bmNeuzyU5JZRXdgz6_Y15QYKKHqa2Kmk', 2, 'acme_test_sqVy', '9VEQ', 'v1.2.Oy2eH3UtkxbvSBXF.a4VwAdqBJsWPr0f9GBH4Lp0tiY1vdiXB2C-F_N2m-wcelfoZCGRf9kufuQ_iV5vD.4XyHTxDgLlAP4fKYCKS0eg', 1782907200000, NULL, NULL);
insert into "secrets" values ('5e217596-1948-4590-bc4c-d1d5220e56c7', 1, 'MOjfEBP88MaminBb_2AgZAmoUBgPf7xJiu19UetEx8c', 2, 'NWUyMTc1', 'dGc=', NULL, 1782907200000, NULL, NULL);
insert into "secrets" values ('019f1d8c-e200-7d41-b1ae-58807d3e53a9', 1, '6xc2hygX8E1p8lu7fPCU1r0vWfqsO2x8-dKvaOKuVoo', 2, 'acme_live_4Kcn', 'XjuM', NULL, 1782907200000, NULL, NULL);
insert into "secrets" values ('019f1d8c-e200-7b49-be4e-9bb367b12648', 1, 'cGu4dsvth3tEwbkpc8ivs09mPSlEol5XpGs-MNX60Qk', 2, 'acme_live_ZV9U', 'qLzp', NULL, 1782907200000, NULL, NULL);
insert into "secrets" values ('019f1d8c-e200-77d1-ad83-06e150d4f18c', 1, 'lU-Q6POGNxEQlmLm5vU4d6VVOukwO2LBOPkQ8Nqn7-E', 2, 'acme_live_rgFC', 'Op9J', NULL, 1782907200000, NULL, NULL);
insert into "secrets" values ('019f1d8c-e200-77d3-bdaf-8ba1f2228751', 1, 'jA1IQGFvOOFewjYetLJreXfg1aa5Jv3Q3-fTzYBoxss', 2, 'acme_live_vpcl', 'wGSR', NULL, 1782907200000, NULL, NULL);
insert into "secrets" values ('019f1d8c-e200-7a82-8243-c5172e066077', 1, '4UtF-W-uB7aVmsOq5x-w9w9MajoYR1K5f-8EZS0mhh0', 2, 'acme_live_Yo55', 'esd5', NULL, 1782907200000, NULL, NULL);
insert into "secrets" values ('019f1d8c-e200-7408-ba42-d5f96bc88cf6', 1, 'nQleBhGxNVX4ZzW03kzN4iTi9hIYZRS8TN0_oXTjjy0', 2, 'acme_live_AeAu', 'K65d', NULL, 1782907200000, NULL, NULL);
insert into "secrets" values ('019f1d8c-e200-73e1-854b-25783e118071', 1, 'T7idmym-yTzrllnm6sNpRHKBHOK2yKJF0STnmbBqJ4M', 2, 'acme_live_vouG', 'akl4', NULL, 1782907200000, NULL, NULL);
insert into "settings" values ('pepper_fingerprint_1', 'qSmyg7ENH5mihEWNt1Bd7RV4RYMeSF1PAy7wNmfY0bk');
insert into "settings" values ('pepper_fingerprint_2', 'ilJk2Y0LykTptxTsIOky8BrrNQwd5BAFinNIS4y0E5E');
insert into "settings" values ('pepper_after_1', '2');
CREATE INDEX audit_events_by_action on audit_events (organization_id, action, sequence);
CREATE INDEX audit_events_by_target on audit_events (organization_id, target_id, sequence);
CREATE INDEX key_last_uses_by_age on key_last_uses (organization_id, last_used_at, key_id);
CREATE INDEX key_tags_by_age on key_tags (organization_id, tag, created_at, key_id);
CREATE INDEX keys_by_age on keys (organization_id, created_at, id) where deleted_at is null;
CREATE INDEX keys_by_expiry on keys (organization_id, expires_at, id) where deleted_at is null and expires_at is not null;
CREATE INDEX keys_by_keyspace on keys (organization_id, keyspace_id, created_at, id) where deleted_at is null;
CREATE INDEX keys_by_name on keys (organization_id, name, id) where deleted_at is null;
CREATE INDEX keys_by_owner on keys (organization_id, owner_id, owner_kind, created_at, id) where deleted_at is null;
CREATE INDEX keys_that_count on keys (organization_id, keyspace_id, expires_at)
  where deleted_at is null and revoked_at is null and disabled_at is null;
CREATE INDEX keyspaces_by_age on keyspaces (organization_id, created_at, id);
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
CREATE INDEX sessions_by_age on sessions (organization_id, user_id, created_at, id);
CREATE INDEX sessions_by_expiry on sessions (expires_at);
CREATE INDEX sessions_by_last_use on sessions (last_seen_at);
CREATE INDEX throttles_by_tat on throttles (tat);
commit;
