// Makes an entry of the corpus (vectors/README.md): databases of each engine that a version of the program filled, and what
// has to hold of them forever.
//   node scripts/make-corpus.mjs <name>              with this checkout
//   node scripts/make-corpus.mjs <name> <checkout>   with another one, whose packages are installed
// What a checkout cannot do yet is left out. Writes vectors/corpus/<name>/; an entry that is there already is never
// written over, as it stands for databases that are in use somewhere. Made again by the same checkout under the same name, it
// is the same to the byte: clock and chance are given.
import { hash } from "node:crypto"
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join, resolve } from "node:path"
import process from "node:process"
import { DatabaseSync } from "node:sqlite"
import { fileURLToPath } from "node:url"
import { isDeepStrictEqual } from "node:util"
import { connected } from "../packages/server/test/postgres/connected.ts"
import { createDatabase } from "../packages/server/test/postgres/create-database.ts"
import { startPostgres } from "../packages/server/test/postgres/server.ts"

const repository = dirname(dirname(fileURLToPath(import.meta.url)))
const [name, checkout = repository] = process.argv.slice(2)
if (!name || !/^[a-z0-9.-]+$/.test(name)) {
  throw new Error("Give the entry a name of a-z, 0-9, dots and hyphens: node scripts/make-corpus.mjs 0.1.0")
}
const corpus = join(repository, "vectors", "corpus")
mkdirSync(corpus, { recursive: true })
if (readdirSync(corpus).includes(name))
  throw new Error(`There is an entry ${name} already, and it stays as it is.`)

const load = (path) => import(join(resolve(checkout), "packages", path))
const core = await load("core/src/index.ts")
const { assembleKeyward } = await load("server/src/keyward.ts")
const { checkPeppers } = await load("server/src/installation-secrets.ts")
const { openStore } = await load("server/src/stores/open.ts")
const { openPostgresStore } = await load("server/src/stores/postgres/open.ts")
const { tables } = await load("server/src/stores/sql/schema.ts")

/** Nobody's: they are published with the corpus. */
const bytes = (text) => Buffer.from(text)
const peppers = { 1: bytes("keyward corpus test pepper no. 1"), 2: bytes("keyward corpus test pepper no. 2") }
const encryptionKeys = {
  1: bytes("keyward corpus test sealing no.1"),
  2: bytes("keyward corpus test sealing no.2"),
}

const start = Date.parse("2026-07-01T12:00:00.000Z")
const day = 24 * 60 * 60 * 1000
let now = start
const after = (days) => start + days * day
const at = (instant) => new Date(instant).toISOString()

// A migration may ask it for the time.
Date.now = () => now

/** As much chance as is asked for, the same for every engine. */
let drawn = 0
const entropy = {
  bytes(count) {
    const blocks = Array.from({ length: Math.ceil(count / 32) }, () =>
      hash("sha256", `keyward corpus ${name} ${++drawn}`, "buffer"),
    )
    return new Uint8Array(Buffer.concat(blocks).subarray(0, count))
  },
}

/** What is presented, when, and what it comes to. */
let presented = []
/** What reading a secret again shows. */
let revealed = []
/** What is to be found in keyspaces, named as the native API names it. */
let keyspaces = []

/** Of the life that is under way. */
let openDatabase, keyward, organization, system, native, recoverable

const permissions = ["invoices.read", "invoices.write"].map((permission) => ({
  name: permission,
  description: "",
}))
const hourly = { name: "hourly", count: 2, windowSeconds: 3600 }

const sqlite = await ofSqlite()
const postgres = await ofPostgres()
if (!isDeepStrictEqual(sqlite.expected, postgres.expected)) {
  throw new Error("One life is told differently by the two engines.")
}
write(sqlite.expected, { "database.sql": sqlite.sql, "postgres.sql": postgres.sql })

async function ofSqlite() {
  const folder = mkdtempSync(join(tmpdir(), "keyward-corpus-"))
  const file = join(folder, "keyward.db")
  try {
    return await life(
      () => openStore(`sqlite:${file}`),
      () => readSqlite(file),
    )
  } finally {
    rmSync(folder, { recursive: true })
  }
}

async function ofPostgres() {
  const server = await startPostgres()
  try {
    await createDatabase(server.url("postgres"), "corpus")
    const url = server.url("corpus")
    const statements = []
    const open = () => openPostgresStore({ url, onStatement: (statement) => statements.push(statement) })
    return await life(open, () => readPostgres(url, statements))
  } finally {
    await server.stop()
  }
}

/** The program as it runs with some versions of the peppers and key-encryption keys. */
async function open(versions) {
  const chosen = (all) => new Map(versions.map((version) => [version, all[version]]))
  const store = await openDatabase()
  const keyring = {
    peppers: new core.Peppers(chosen(peppers)),
    sealer: new core.Sealer(chosen(encryptionKeys), entropy),
  }
  await checkPeppers(store, keyring.peppers)
  const logger = { error: fault, warn: fault }
  return assembleKeyward({
    ...keyring,
    store,
    clock: { now: () => now },
    entropy,
    logger,
    sessionLifetime: { idleMs: day, absoluteMs: day },
    cacheKeys: 100,
    trustedForMs: null,
    guessLimit: 0,
    usageFlushMs: null,
  })
}

function fault(what, message) {
  throw new Error(message, { cause: what })
}

function present(reason, key, code, asked = {}, instant = after(1)) {
  presented.push({ reason, at: at(instant), asked: { key, ...asked }, code })
}

/** One and the same life of an organization, whichever the engine. @returns what has to hold of it, and what it left */
async function life(opening, read) {
  openDatabase = opening
  now = start
  drawn = 0
  presented = []
  revealed = []
  keyspaces = []
  keyward = await open([1])
  const founded = await core.createOrganization(keyward.deps, {
    name: "Corpus",
    admin: { email: "corpus@example.com", displayName: "Corpus", passwordHash: "none" },
  })
  organization = founded.organization
  system = core.systemCaller(organization.id)
  await found()
  await fill("under pepper 1")
  await keyward.close()
  keyward = await open([1, 2])
  await fill("under pepper 2")
  await vendors()
  await lives()
  if (keyward.authority.rotateKey) await rotations()
  if (core.creditMaximum) await credits()
  if (core.purgeEndedSecrets) await purges()

  const head = await keyward.store.auditHead(organization.id)
  await keyward.close()
  const { version, sql } = await read()
  // Only now, as a secret under an old pepper is stored under the new one as soon as it is presented.
  keyward = await open([1, 2])
  await confirm()
  await keyward.close()
  const encoded = (keys) =>
    Object.fromEntries(Object.entries(keys).map(([key, value]) => [key, value.toString("base64")]))
  const expected = {
    about:
      "Test values, published with the source: no key, pepper or key-encryption key here opens anything.",
    schema_version: version,
    peppers: encoded(peppers),
    encryption_keys: encoded(encryptionKeys),
    management_key: founded.adminKey.secret,
    organization_id: organization.id,
    audit_head: head,
    presented,
    revealed,
    keyspaces,
  }
  return { expected, sql }
}

async function found() {
  const policyOf = (members) => (core.openPolicy ? { policy: members } : {})
  const capped = core.openPolicy ? { policy: { maxKeys: 50 } } : { maxActiveKeys: 50 }
  native = await keyward.authority.createKeyspace(system, {
    name: "Native",
    prefix: "acme_live",
    retention: "digest",
    permissions,
    roles: [{ name: "reader", description: "", permissions: ["invoices.read"] }],
    limits: [{ name: "daily", count: 1000, windowSeconds: 86_400 }],
    ...capped,
  })
  keyspaces.push({ id: native.id, has: { format: "native", retention: "digest", policy: { max_keys: 50 } } })
  recoverable = await keyward.authority.createKeyspace(system, {
    name: "Recoverable",
    prefix: "acme_test",
    retention: "recoverable",
    permissions,
    ...policyOf({ uniqueNames: true, maxKeysPerOwner: 9, countedKeys: "all" }),
  })
  const rules = { unique_names: true, max_keys_per_owner: 9, counted_keys: "all" }
  keyspaces.push({
    id: recoverable.id,
    has: { retention: "recoverable", ...(core.openPolicy ? { policy: rules } : {}) },
  })
}

function newKey(keyspace, title, members = {}) {
  return keyward.authority.createKey(system, { keyspaceId: keyspace.id, name: title, ...members })
}

/** Keys of each kind of keyspace. */
async function fill(when) {
  const plain = await newKey(native, `Plain, ${when}`, { roles: ["reader"], permissions: ["invoices.write"] })
  present(`a native key, ${when}`, plain.secret, "VALID")
  present(`its permissions, ${when}`, plain.secret, "VALID", {
    permissions: "invoices.read and invoices.write",
  })
  const sealed = await newKey(recoverable, `Sealed, ${when}`, { permissions: ["invoices.read"] })
  present(`a recoverable key, ${when}`, sealed.secret, "VALID")
  present(`what it lacks, ${when}`, sealed.secret, "INSUFFICIENT_PERMISSIONS", {
    permissions: "invoices.write",
  })
  revealed.push({ key_id: sealed.key.id, secret: sealed.secret })
}

/** Keys in the formats of the vendors. */
async function vendors() {
  for (const format of ["arthur", "automox", "octopus", "docspace"]) {
    const keyspace = await vendorKeyspace(format)
    if (!keyspace) continue
    const { key, secret } = await newKey(keyspace, `In the format of ${format}`)
    present(`a key in the format of ${format}`, secret, "VALID")
    if (keyspace.retention === "recoverable") revealed.push({ key_id: key.id, secret })
  }
}

/** null: the checkout has no such format. */
async function vendorKeyspace(format) {
  if (!core.keyFormats[format]) return null
  return core.ensureBuiltInKeyspace(keyward.deps, organization.id, {
    kind: format,
    name: `Of ${format}`,
    description: "",
    format,
    prefix: "",
    retention: format === "automox" ? "recoverable" : "digest",
    permissions: [],
    roles: [],
    ...(core.openPolicy ? { policy: core.openPolicy } : { maxActiveKeys: null }),
  })
}

/** Each state, and each thing that a verification looks at. */
async function lives() {
  const { authority } = keyward
  const expiring = await newKey(native, "Expiring", { notBefore: after(2), expiresAt: after(4) })
  present("before its first instant", expiring.secret, "NOT_YET_VALID", {}, after(2) - 1)
  present("at its first instant", expiring.secret, "VALID", {}, after(2))
  present("just before it expires", expiring.secret, "VALID", {}, after(4) - 1)
  present("as it expires", expiring.secret, "EXPIRED", {}, after(4))

  const disabled = await newKey(native, "Disabled", { enabled: false })
  present("disabled", disabled.secret, "DISABLED")
  const revoked = await newKey(native, "Revoked")
  await authority.revokeKey(system, revoked.key.id, { reason: "compromised", note: "lost" })
  present("revoked", revoked.secret, "REVOKED")
  const deleted = await newKey(native, "Deleted")
  await authority.deleteKey(system, deleted.key.id, null)
  present("deleted", deleted.secret, "NOT_FOUND")

  const bound = await newKey(native, "Bound", {
    allowedAddresses: ["203.0.113.0/24", "2001:db8::/32"],
    allowedOrigins: ["https://*.example.com"],
  })
  const inside = { client_ip: "203.0.113.7", origin: "https://app.example.com" }
  present("from where it is bound to", bound.secret, "VALID", inside)
  present("from another address", bound.secret, "IP_NOT_ALLOWED", { ...inside, client_ip: "198.51.100.1" })
  present("from another origin", bound.secret, "ORIGIN_NOT_ALLOWED", {
    ...inside,
    origin: "https://example.org",
  })

  const limited = await newKey(native, "Limited", { limits: [hourly] })
  present("as much as its limit allows", limited.secret, "VALID", { cost: 2 })
  present("more than that", limited.secret, "RATE_LIMITED", { cost: 3 })

  const machine = await authority.createServiceAccount(system, { displayName: "Suspended machine" })
  const theirs = await newKey(native, "Of a machine", { owner: { kind: "service_account", id: machine.id } })
  await authority.suspend(system, "service_account", machine.id)
  present("of a suspended owner", theirs.secret, "OWNER_SUSPENDED")
  present("of nobody", `${expiring.secret.slice(0, -1)}~`, "MALFORMED")
}

/** Keys with more than one secret. */
async function rotations() {
  const { authority } = keyward
  const overlapping = await newKey(recoverable, "Being rotated")
  const next = await authority.rotateKey(system, overlapping.key.id, { overlapMs: 3 * day }, null)
  present("the secret before, in the overlap", overlapping.secret, "VALID", {}, after(3) - 1)
  present("the secret before, as the overlap ends", overlapping.secret, "EXPIRED", {}, after(3))
  present("the secret after", next.secret, "VALID", {}, after(3))
  revealed.push({ key_id: overlapping.key.id, secret: next.secret })

  const cancelled = await newKey(native, "Rotation cancelled")
  const undone = await authority.rotateKey(system, cancelled.key.id, { overlapMs: day }, null)
  await authority.cancelRotation(system, cancelled.key.id, null)
  present("the secret before a rotation that was cancelled", cancelled.secret, "VALID", {}, after(30))
  present("the secret after it", undone.secret, "EXPIRED")
}

async function credits() {
  const spending = { remaining: 5, refill: null, onUnavailable: "deny" }
  const counted = await newKey(native, "With credits", { credits: spending })
  present("as many credits as it has", counted.secret, "VALID", { cost: 5 })
  present("more than it has", counted.secret, "USAGE_EXCEEDED", { cost: 6 })
}

/** What is so long ago that it was forgotten. */
async function purges() {
  const { authority, deps } = keyward
  now = after(-60)
  const rotated = await newKey(native, "Rotated long ago")
  const next = await authority.rotateKey(system, rotated.key.id, { overlapMs: 0 }, null)
  const gone = await newKey(native, "Deleted long ago")
  await authority.deleteKey(system, gone.key.id, null)
  now = start
  await core.purgeEndedSecrets(deps, { limit: 100, after: null })
  await core.purgeDeletedKeys(deps, 100)
  present("a secret that ended long ago", rotated.secret, "NOT_FOUND")
  present("the secret after it", next.secret, "VALID")
  present("of a key that was deleted long ago", gone.secret, "NOT_FOUND")
}

/** The program that makes the entry holds to it itself. */
async function confirm() {
  for (const { reason, at: instant, asked, code } of presented.toSorted((a, b) => (a.at < b.at ? -1 : 1))) {
    now = Date.parse(instant)
    const { outcome } = await keyward.verifier.verify({
      text: asked.key,
      visible: () => true,
      guesser: null,
      permissions: asked.permissions ? core.parseQuery(asked.permissions) : null,
      clientIp: asked.client_ip ?? null,
      origin: asked.origin ?? null,
      cost: asked.cost ?? 1,
      dryRun: true,
    })
    if (outcome !== code) throw new Error(`${reason}: ${outcome} in place of ${code}`)
  }
}

function readSqlite(file) {
  const database = new DatabaseSync(file, { readOnly: true })
  const { version } = database.prepare("select max(version) as version from migrations").get()
  const sql = dump(database)
  database.close()
  return { version, sql }
}

/**
 * There is no pg_dump in what the tests bring along. So the tables are made by the very statements by which the migrations made
 * them, taken from the engine as they were executed; what they ask of rows finds none yet.
 */
function readPostgres(url, executed) {
  return connected(url, async (client) => {
    const { rows: columns } = await client.query(
      `select table_name, column_name, data_type from information_schema.columns where table_schema = 'public'
        order by table_name, ordinal_position`,
    )
    const named = Map.groupBy(columns, ({ table_name }) => table_name)
    const inOrder = [...tables, "migrations"]
    const unknown = [...named.keys()].filter((table) => !inOrder.includes(table))
    if (unknown.length > 0) throw new Error(`Of these tables nothing is read: ${unknown.join(", ")}.`)
    const migrating = executed
      .slice(
        0,
        executed.findLastIndex(({ sql }) => sql.startsWith('insert into "migrations"')),
      )
      .filter(({ sql, parameters }) => parameters.length === 0 && !/^(begin|commit|select)\b/i.test(sql))
    const rows = []
    for (const table of inOrder) rows.push(...(await printRows(client, table, named.get(table) ?? [])))
    const { rows: found } = await client.query("select max(version) as version from migrations")
    const body = [...migrating.map(({ sql }) => printStatement(sql)), ...rows]
    return { version: Number(found[0].version), sql: `${["begin;", ...body, "commit;"].join("\n")}\n` }
  })
}

async function printRows(client, table, columns) {
  const chosen = columns.map(({ column_name }) => `"${column_name}"::text`).join(", ")
  const order = columns.map((_, at) => at + 1).join(", ")
  const query = { text: `select ${chosen} from "${table}" order by ${order}`, rowMode: "array" }
  const { rows } = await client.query(query)
  return rows.map((row) => {
    const values = row.map((text, at) => {
      if (text === null) return "NULL"
      return columns[at].data_type === "text" ? client.escapeLiteral(text) : text
    })
    return `insert into "${table}" values (${values.join(", ")});`
  })
}

function printStatement(sql) {
  return `${sql.replaceAll(/\n {4,}/g, "\n  ")};`
}

/** @param databases what is in each file */
function write(expected, databases) {
  const entry = join(corpus, name)
  mkdirSync(entry)
  for (const [file, sql] of Object.entries(databases)) writeFileSync(join(entry, file), sql)
  writeFileSync(join(entry, "expected.json"), `${JSON.stringify(expected, null, 2)}\n`)
  const { schema_version, presented: asked } = expected
  process.stdout.write(`${entry}: schema ${schema_version}, ${asked.length} verifications\n`)
}

/** The SQLite database as SQL that makes it again, readable in a diff. Indexes come after the rows. */
function dump(database) {
  const objects = database
    .prepare(
      "select type, name, sql from sqlite_master where sql is not null and name not like 'sqlite_%' order by type desc, name",
    )
    .all()
  const made = objects.filter(({ type }) => type === "table")
  const rows = made.flatMap(({ name: table }) => {
    const named = database.prepare("select name from pragma_table_info(?)").all(table)
    const columns = named.map((column) => `quote("${column.name}")`)
    const printed = database.prepare(`select ${columns.join(" || ', ' || ")} as row from "${table}"`)
    return printed.all().map(({ row }) => `insert into "${table}" values (${row});`)
  })
  const rest = objects.filter(({ type }) => type !== "table")
  const statements = (some) => some.map(({ sql }) => printStatement(sql))
  // Within one transaction, as rows stand before those that they refer to.
  const body = [...statements(made), ...rows, ...statements(rest)]
  return `${["begin;", "pragma defer_foreign_keys = on;", ...body, "commit;"].join("\n")}\n`
}
