import { hash } from "node:crypto"
import { rm, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { call, type Ended, newFolder, type Running, run, type Settings, serve } from "./program.ts"

let server: Running
let settings: Settings
let apiKey: string
let keyspaceId: string
const removals: (() => Promise<void>)[] = []

beforeAll(async () => {
  settings = { KEYWARD_DATA_DIR: join(await newFolder((remove) => removals.push(remove)), "data") }
  server = await serve(["dev", "--json"], settings)
  const { admin, demo_keyspace_id } = server.said.credentials
  apiKey = admin.api_key
  keyspaceId = demo_keyspace_id
})
afterAll(async () => {
  await server.stop()
  await Promise.all(removals.map((remove) => remove()))
})

/** Runs a command that must succeed. */
async function done(args: readonly string[], stdin = ""): Promise<string> {
  const { code, stdout, stderr } = await run(args, settings, stdin)
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" })
  return stdout
}

// biome-ignore lint/suspicious/noExplicitAny: whatever was printed; the tests say what it must be.
async function json(args: readonly string[], stdin = ""): Promise<any> {
  return JSON.parse(await done([...args, "--json"], stdin))
}

// biome-ignore lint/suspicious/noExplicitAny: whatever the API answered; the tests say what it must be.
async function api(path: string, init: RequestInit = {}): Promise<any> {
  const response = await call(server.said.base_url, path, apiKey, init)
  return response.json()
}

/** A key, made through the API itself. */
async function newKey(name: string): Promise<{ readonly id: string; readonly secret: string }> {
  const body = JSON.stringify({ keyspace_id: keyspaceId, name, permissions: ["things.read"] })
  return api("/v1/keys", { method: "POST", body })
}

describe("keys", () => {
  test("create takes all that the API takes, and prints the secret once", async () => {
    const created = await json([
      ...["keys", "create", "--keyspace", keyspaceId, "--name", "Everything"],
      ...["--owner", "external:team:7", "--permission", "things.*", "--permission", "!things.write"],
      ...["--tag", "a", "--tag", "b c", "--metadata", '{"team":{"id":7}}'],
      ...["--limit", "requests=100/60", "--allowed-address", "10.0.0.0/8"],
      ...["--allowed-origin", "https://app.example.com", "--not-before", "2030-01-01T00:00:00Z"],
      ...["--expires-at", "2031-01-01T00:00:00+01:00", "--disabled"],
    ])
    const { secret, ...key } = created
    expect(key).toEqual(await api(`/v1/keys/${key.id}`))
    expect(key).toMatchObject({
      owner: { kind: "external", id: "team:7" },
      permissions: ["things.*", "!things.write"],
      tags: ["a", "b c"],
      metadata: { team: { id: 7 } },
      limits: [{ name: "requests", count: 100, window_seconds: 60 }],
      allowed_addresses: ["10.0.0.0/8"],
      allowed_origins: ["https://app.example.com"],
      not_before: "2030-01-01T00:00:00.000Z",
      expires_at: "2030-12-31T23:00:00.000Z",
      enabled: false,
    })
    expect(secret).toMatch(/^demo_live_/)
    const text = await done([
      ...["keys", "create", "--keyspace", keyspaceId, "--name", "In\u001b[31mwords", "--expires-in", "30d"],
    ])
    expect(text).toMatch(/^secret +demo_live_\w{38}$/m)
    expect(text).toMatch(/^name +In\\u001b\[31mwords$/m)
    const expires = Date.parse(/^expires +(\S+)$/m.exec(text)?.[1] ?? "")
    const inThirtyDays = Date.now() + 30 * 86_400_000
    expect(Math.abs(expires - inThirtyDays)).toBeLessThan(60_000)
  })

  test("list filters, pages and goes to the end", async () => {
    await Promise.all(["list 1", "list 2", "list 3"].map(newKey))
    const filter = ["keys", "list", "--name-prefix", "list ", "--keyspace", keyspaceId, "--state", "active"]
    const names = (page: { items: { name: string }[] }) => page.items.map(({ name }) => name)
    const first = await json([...filter, "--limit", "2"])
    expect(names(first)).toEqual(["list 1", "list 2"])
    const second = await json([...filter, "--limit", "2", "--cursor", first.next_cursor])
    expect(names(second)).toEqual(["list 3"])
    expect(second.next_cursor).toBeNull()
    const pages = (await done([...filter, "--limit", "1", "--all", "--json"])).trim().split("\n")
    expect(pages.flatMap((line) => names(JSON.parse(line)))).toEqual(["list 1", "list 2", "list 3"])
    const text = await done([...filter, "--limit", "2"])
    expect(text).toMatch(/^ID +STATE +EXPIRES +LAST USED +OWNER +NAME$/m)
    expect(text).toMatch(/ list 1\n.* list 2\n\nMore follow: --all, or --cursor \S+\n$/)
    expect(await done(["keys", "list", "--tag", "nobody's"])).toBe("None.\n")
  })

  test("show, update, revoke and delete", async () => {
    const { id } = await newKey("to be changed")
    expect(await done(["keys", "show", id])).toMatch(/^permissions +things\.read$/m)
    const changed = await json([
      ...["keys", "update", id, "--name", "changed", "--disable", "--tag", "x", "--if-revision", "1"],
      ...["--clear", "permission"],
    ])
    expect(changed).toMatchObject({
      name: "changed",
      enabled: false,
      tags: ["x"],
      permissions: [],
      revision: 2,
    })
    const late = await run(["keys", "update", id, "--enable", "--if-revision", "1", "--json"], settings)
    expect(late).toMatchObject({ code: 3, stdout: "" })
    expect(JSON.parse(late.stderr)).toMatchObject({ status: 412, code: "revision_conflict", errors: [] })
    const revoked = await done(["keys", "revoke", id, "--reason", "compromised", "--note", "found in a log"])
    expect(revoked).toMatch(/^reason +compromised$/m)
    expect(await api(`/v1/keys/${id}`)).toMatchObject({
      state: "revoked",
      revocation: { reason: "compromised", note: "found in a log" },
    })
    expect(await json(["keys", "delete", id])).toEqual({ key_id: id, deleted: true })
    const gone = await run(["keys", "show", id], settings)
    expect(gone).toMatchObject({ code: 3, stdout: "" })
    expect(gone.stderr).toMatch(/^keyward: There is no such key\.\nFix: .+\nRequest: \S+\n$/)
  })

  test("verify reads the key from its input or a file, and its exit code is the answer", async () => {
    const { id, secret } = await newKey("verified")
    const file = join(settings["KEYWARD_DATA_DIR"] ?? "", "key.txt")
    await writeFile(file, `${secret}\n`)
    const valid = await json(["keys", "verify", "--key-file", file, "--permissions", "things.read"])
    expect(valid).toMatchObject({ valid: true, code: "VALID", key_id: id })
    const refused = await run(
      ["keys", "verify", "--permissions", "things.write", "--explain"],
      settings,
      secret,
    )
    expect(refused).toMatchObject({ code: 6, stderr: "" })
    expect(refused.stdout).toMatch(/^outcome +INSUFFICIENT_PERMISSIONS$/m)
    expect(refused.stdout).toMatch(/^permissions +refused +.+$/m)
    const unknown = await run(["keys", "verify", "--json"], settings, `${secret}x\n`)
    expect(unknown.code).toBe(6)
    expect(JSON.parse(unknown.stdout)).toMatchObject({ valid: false, code: "MALFORMED" })
    expect(await run(["keys", "verify"], settings)).toMatchObject({ code: 2, stdout: "" })
    expect(refused.stdout + unknown.stdout).not.toContain(secret)
    await rm(file)
  })

  test("credits are given, added to, refilled and taken away", async () => {
    const created = await json([
      ...["keys", "create", "--keyspace", keyspaceId, "--name", "Counted", "--credits", "2"],
      ...["--refill", "10", "--refill-maximum", "20", "--refill-every", "week", "--refill-on", "7"],
      ...["--refill-at", "02:30", "--refill-zone", "Europe/Berlin", "--credits-on-unavailable", "allow"],
    ])
    const refill = {
      ...{ amount: 10, maximum: 20, every: "week", on: 7, at: "02:30", time_zone: "Europe/Berlin" },
    }
    const { refills_at: refillsAt } = created.credits
    expect(created.credits).toEqual({ remaining: 2, refills_at: refillsAt, refill, on_unavailable: "allow" })
    const verified = await done(["keys", "verify", "--cost", "2"], created.secret)
    expect(verified).toMatch(new RegExp(`^credits +0 left, more at ${refillsAt}$`, "m"))
    expect(await run(["keys", "verify", "--json"], settings, created.secret)).toMatchObject({
      code: 6,
      stdout: expect.stringContaining('"code":"USAGE_EXCEEDED"'),
    })
    expect(await done(["keys", "add-credits", created.id, "--amount", "5"])).toMatch(
      /^credits +5 left, 10 more every week on day 7 at 02:30 in Europe\/Berlin, up to 20, next .+, uncounted/m,
    )
    const changed = await json(["keys", "update", created.id, "--credits", "7", "--refill-at", "03:00"])
    expect(changed.credits).toMatchObject({ remaining: 7, refill: { ...refill, at: "03:00" } })
    const unfilled = await json(["keys", "update", created.id, "--refill", "none"])
    expect(unfilled.credits).toMatchObject({ remaining: 7, refill: null, refills_at: null })
    expect((await json(["keys", "update", created.id, "--clear", "credits"])).credits).toBeNull()
    const missing = ["keys", "create", "--keyspace", keyspaceId, "--name", "n", "--refill", "5"]
    for (const args of [missing, [...missing, "--credits", "1"]]) {
      expect(await run(args, settings)).toMatchObject({ code: 2, stdout: "" })
    }
  })

  test("what creates something prints the same when it is run again with its idempotency key", async () => {
    const key = ["keys", "create", "--keyspace", keyspaceId, "--name", "Once"]
    const created = await json([...key, "--idempotency-key", "cli-key"])
    const userId = (await json(["users", "create", "--email", "once@example.com", "--display-name", "Once"]))
      .id
    const commands = [
      [...key, "--idempotency-key", "cli-key"],
      ["keys", "rotate", created.id, "--idempotency-key", "cli-rotation"],
      ["keyspaces", "create", "--name", "Once", "--prefix", "once", "--idempotency-key", "cli-keyspace"],
      ["service-accounts", "create", "--display-name", "Once", "--idempotency-key", "cli-account"],
      ["users", "create", "--email", "1@example.com", "--display-name", "1", "--idempotency-key", "cli-user"],
      ["users", "invite", userId, "--idempotency-key", "cli-invitation"],
      ["users", "reset-password", userId, "--idempotency-key", "cli-reset"],
      ["roles", "create", "once", "--permission", "keys.read", "--idempotency-key", "cli-role"],
    ]
    for (const command of commands) expect(await json(command)).toEqual(await json(command))
    expect(await json(key)).not.toMatchObject({ id: created.id })
    const { code, stderr } = await run([...key.with(-1, "Other"), "--idempotency-key", "cli-key"], settings)
    expect({
      code,
      told: stderr.includes("idempotency_key_reused") || stderr.includes("Idempotency-Key"),
    }).toEqual({
      code: 3,
      told: true,
    })
    const blind = await run([...key, "--blind", "--idempotency-key", "cli-blind"], settings)
    expect(blind.code).toBe(2)
  })

  test("rotate, and finish, cancel or extend it", async () => {
    const { id, secret } = await newKey("rotated")
    const code = async (text: string) => (await run(["keys", "verify"], settings, text)).code
    const shown = await done(["keys", "rotate", id, "--overlap", "2h", "--if-revision", "1"])
    const [, next = ""] = /^secret +(\S+)$/m.exec(shown) ?? []
    expect(shown).toMatch(/^secrets +1: .+, until .+Z; 2: [^,]+$/m)
    expect([await code(secret), await code(next)]).toEqual([0, 0])
    const again = await run(["keys", "rotate", id, "--json"], settings)
    expect(again.code).toBe(3)
    expect(JSON.parse(again.stderr)).toMatchObject({ code: "rotation_under_way" })

    const { secrets } = await json(["keys", "rotation", "extend", id, "--overlap", "1d"])
    expect(Date.parse(secrets[0].expires_at)).toBeGreaterThan(Date.now() + 23 * 3_600_000)
    await done(["keys", "rotation", "cancel", id])
    expect([await code(secret), await code(next)]).toEqual([0, 6])

    const { secret: third } = await json(["keys", "rotate", id])
    await done(["keys", "rotation", "finish", id])
    expect([await code(secret), await code(third)]).toEqual([6, 0])
  })

  test("a key has a schedule, and has it no more", async () => {
    const { id } = await newKey("scheduled")
    const { rotation } = await json(["keys", "update", id, "--rotate-every", "90d/12h"])
    expect(rotation).toEqual({ every_seconds: 90 * 86_400, overlap_seconds: 43_200 })
    expect(await done(["keys", "show", id])).toMatch(/^rotation due +20.+Z$/m)
    expect((await json(["keys", "update", id, "--clear", "rotate-every"])).rotation).toBeNull()
  })

  test("delete, restore, and protect against deletion", async () => {
    const { id } = await newKey("protected")
    const remove = ["keys", "delete", id]
    expect(await done(["keys", "update", id, "--delete-protected"])).toMatch(/^delete protected +yes$/m)
    const refused = await run([...remove, "--json"], settings)
    expect([refused.code, JSON.parse(refused.stderr).code]).toEqual([3, "delete_protected"])
    await done(["keys", "update", id, "--deletable"])
    expect(await done(remove)).toBe(`Deleted ${id}.\n`)
    expect(await done(["keys", "list", "--deleted", "--name-prefix", "protected"])).toContain(id)
    expect(await json(["keys", "show", id, "--deleted"])).toMatchObject({
      id,
      deleted_at: expect.any(String),
    })
    expect((await run(["keys", "show", id], settings)).code).toBe(3)
    expect(await json(["keys", "restore", id])).toMatchObject({ id, deleted_at: null, state: "active" })
    expect((await run(["keys", "restore", id], settings)).code).toBe(3)
    await done(remove)
    expect((await json(["keys", "restore", id, "--owner", "external:anna"])).owner).toEqual({
      kind: "external",
      id: "anna",
    })
  })

  test("a blind secret is made here, and the server is told its SHA-256 alone", async () => {
    const created = await json(["keys", "create", "--keyspace", keyspaceId, "--name", "Blind", "--blind"])
    expect((await run(["keys", "verify"], settings, created.secret)).code).toBe(0)
    const [{ hint }] = created.secrets
    expect(created.secret.startsWith(hint.start) && created.secret.endsWith(hint.end)).toBe(true)
    const rotated = await json(["keys", "rotate", created.id, "--blind", "--overlap", "0s"])
    expect((await run(["keys", "verify"], settings, rotated.secret)).code).toBe(0)
    expect((await run(["keys", "verify"], settings, created.secret)).code).toBe(6)

    const elsewhere = ["--secret-sha256", hash("sha256", "made elsewhere")]
    const other = await json(["keys", "create", "--keyspace", keyspaceId, "--name", "Held", ...elsewhere])
    expect(other.secret).toBeNull()
    const taken = await run(["keys", "rotate", other.id, ...elsewhere, "--json"], settings)
    expect(taken.code).toBe(3)
    expect(JSON.parse(taken.stderr)).toMatchObject({ code: "already_exists" })
  })

  test("reveal and usage", async () => {
    const keyspace = await json([
      ...["keyspaces", "create", "--name", "Kept", "--prefix", "kept", "--retention", "recoverable"],
    ])
    const created = await json(["keys", "create", "--keyspace", keyspace.id, "--name", "kept"])
    const reveal = ["keys", "reveal", created.id, "--reason", "lost"]
    expect(await done(reveal)).toBe(`${created.secret}\n`)
    expect(await json(reveal)).toEqual({ key_id: created.id, secret: created.secret })
    expect(await json(["keys", "usage", created.id])).toMatchObject({ key_id: created.id, items: [] })
    const { id } = await newKey("not kept")
    const refused = await run(["keys", "reveal", id, "--reason", "lost", "--json"], settings)
    expect(refused.code).toBe(3)
    expect(JSON.parse(refused.stderr)).toMatchObject({
      code: "not_recoverable",
      type: "/problems/not_recoverable",
    })
  })
})

test("tasks: shown beforehand, waited for, listed, cancelled, and told of key by key", async () => {
  const [one, two] = [await newKey("bulk 1"), await newKey("bulk 2")]
  await api(`/v1/keys/${two.id}/revoke`, { method: "POST", body: "{}" })
  const filter = ["--keyspace", keyspaceId, "--name-prefix", "bulk "]
  const create = (...args: readonly string[]) => ["tasks", "create", ...args, ...filter]

  const before = await run(
    create("tag", "--add", "x", "--add", "y z", "--remove", "w", "--dry-run"),
    settings,
  )
  expect(before).toMatchObject({ code: 3, stderr: "" })
  expect(before.stdout).toMatch(/^action +tag \+x \+y z -w$/m)
  expect(before.stdout).toMatch(/^filter +keyspace_id=\S+ name_prefix=bulk$/m)
  expect(before.stdout).toMatch(/^would be +1 changed, 0 unchanged, 1 refused$/m)
  expect(before.stdout).toMatch(new RegExp(`^${two.id} +key_revoked +The key is revoked\\.$`, "m"))
  expect(await api(`/v1/keys/${one.id}`)).toMatchObject({ tags: [], revision: 1 })

  const live = ["--state", "active", "--owner", `organization:${server.said.credentials.organization_id}`]
  const expiry = await json(create("set-expiry", "--in", "30d", "--wait", ...live))
  expect(expiry).toMatchObject({
    state: "finished",
    filter: { keyspace_id: keyspaceId, owner: { kind: "organization" }, state: "active" },
    action: { kind: "set_expiry", expires_at: expect.any(String) },
    counts: { changed: 1, unchanged: 0, refused: 0 },
  })
  expect((await api(`/v1/keys/${one.id}`)).expires_at).toBe(expiry.action.expires_at)

  const revoke = create("revoke", "--reason", "owner_left", "--note", "gone", "--idempotency-key", "cli-task")
  const begun = await json(revoke)
  expect(begun).toMatchObject({ state: "running", action: { reason: "owner_left", note: "gone" } })
  expect((await json(revoke)).id).toBe(begun.id)
  expect(await done(["tasks", "show", begun.id, "--wait"])).toMatch(
    /^keys +1 changed, 1 unchanged, 0 refused$/m,
  )
  expect(await api(`/v1/keys/${one.id}`)).toMatchObject({ state: "revoked", revocation: { note: "gone" } })
  expect(await json(["tasks", "cancel", begun.id])).toMatchObject({ id: begun.id, state: "finished" })

  const { items } = await json(["tasks", "results", begun.id, "--result", "changed"])
  expect(items).toEqual([{ key_id: one.id, result: "changed", problem: null, at: expect.any(String) }])
  const listed = await done(["tasks", "list", "--state", "finished", "--keyspace", keyspaceId, "--all"])
  expect(listed).toMatch(/^ID +STATE +CREATED +ACTION +FILTER +CHANGED +UNCHANGED +REFUSED$/m)
  expect(listed).toMatch(/ tag \+x \+y z -w \(dry run\) .+ 1 +0 +1$/m)

  for (const args of [["set-expiry"], ["transfer"], ["tag", "--add"], ["delete"]]) {
    expect(await run(create(...args), settings)).toMatchObject({ code: 2, stdout: "" })
  }
  const nothing = await run(["tasks", "create", "disable", "--json"], settings)
  expect(nothing.code).toBe(3)
  expect(JSON.parse(nothing.stderr)).toMatchObject({ errors: [{ member: "/filter" }] })
})

test("keyspaces are created, listed, shown and changed", async () => {
  const created = await json([
    ...["keyspaces", "create", "--name", "Invoices", "--prefix", "inv_live", "--description", "Billing"],
    ...["--permission", "invoices.read=Read = see", "--permission", "invoices.write"],
    ...["--role", "clerk=invoices.read,!invoices.write", "--limit", "r=5/1"],
    ...["--limit", "all=90/60/keyspace", "--owner-limit", "r=50/2@external:acme:eu"],
    ...["--max-keys", "9", "--max-keys-per-owner", "none", "--counted-keys", "all", "--unique-names"],
    ...["--max-lifetime", "3600", "--expiry-required", "--expiry-within-creator", "--owners-grant"],
    ...["--default-lifetime", "60", "--required-tag", "team:*", "--required-tag", "reviewed"],
    ...["--exclusive", "invoices.read,invoices.write", "--max-overlap", "none"],
    ...["--idle", "7776000", "--disable-idle"],
  ])
  expect(created).toEqual(await api(`/v1/keyspaces/${created.id}`))
  expect(created).toMatchObject({
    description: "Billing",
    permissions: [
      { name: "invoices.read", description: "Read = see" },
      { name: "invoices.write", description: "" },
    ],
    roles: [{ name: "clerk", permissions: ["invoices.read", "!invoices.write"] }],
    limits: [
      {
        ...{ name: "r", count: 5, window_seconds: 1, per: "key" },
        overrides: [{ owner: { kind: "external", id: "acme:eu" }, count: 50, window_seconds: 2 }],
      },
      { name: "all", count: 90, window_seconds: 60, per: "keyspace", overrides: [] },
    ],
    policy: {
      max_keys: 9,
      max_keys_per_owner: null,
      counted_keys: "all",
      unique_names: true,
      max_lifetime_seconds: 3600,
      expiry_required: true,
      expiry_within_creator: true,
      owners_grant: true,
      default_lifetime_seconds: 60,
      required_tags: ["team:*", "reviewed"],
      exclusive_permissions: [["invoices.read", "invoices.write"]],
      max_overlap_seconds: null,
      idle_seconds: 7776000,
      disable_idle: true,
    },
  })
  expect(await done(["keyspaces", "show", created.id])).toMatch(
    /^limits +r=5\/1, r=50\/2@external:acme:eu, all=90\/60\/keyspace$/m,
  )
  const changed = await json([
    ...["keyspaces", "update", created.id, "--name", "Bills", "--if-revision", "1"],
    ...["--clear", "limit", "--clear", "role", "--max-keys", "none", "--max-keys-per-owner", "3"],
    ...["--no-unique-names", "--no-expiry-required"],
  ])
  expect(changed).toMatchObject({ name: "Bills", limits: [], roles: [], revision: 2 })
  const { max_keys, max_keys_per_owner, unique_names, expiry_required, ...others } = changed.policy
  expect([max_keys, max_keys_per_owner, unique_names, expiry_required]).toEqual([null, 3, false, false])
  expect(created.policy).toMatchObject(others)
  expect(await done(["keyspaces", "show", created.id])).toMatch(/^invoices\.read +Read = see$/m)
  const { items } = await json(["keyspaces", "list", "--limit", "200"])
  expect(items).toContainEqual(changed)
})

test("audit events are listed and exported", async () => {
  const { id } = await newKey("audited")
  const list = ["audit", "list", "--action", "key.created", "--target", id]
  const { items } = await json(list)
  expect(items).toMatchObject([{ action: "key.created", target: { kind: "key", id } }])
  expect(await done(list)).toMatch(
    new RegExp(`^${items[0].sequence} +\\S+ +key\\.created +user:\\S+ +key:${id}$`, "m"),
  )
  const lines = (await done(["audit", "export"])).trim().split("\n")
  expect(lines.map((line) => JSON.parse(line).sequence)).toEqual(lines.map((_line, at) => at + 1))
  expect(lines).toContain(JSON.stringify(items[0]))
})

describe("which server, with which key", () => {
  const elsewhere = () => ({ KEYWARD_DATA_DIR: join(settings["KEYWARD_DATA_DIR"] ?? "", "none") })
  const failure = ({ code, stdout, stderr }: Ended) => ({ code, stdout, ...JSON.parse(stderr) })

  test("the environment, or options and a file, say so", async () => {
    const environment = { ...elsewhere(), KEYWARD_URL: server.said.base_url, KEYWARD_API_KEY: apiKey }
    expect(await run(["keyspaces", "list"], environment)).toMatchObject({ code: 0 })
    const file = join(settings["KEYWARD_DATA_DIR"] ?? "", "api-key.txt")
    await writeFile(file, `${apiKey}\n`)
    const options = ["--url", `${server.said.base_url}/`, "--api-key-file", file]
    expect(await run(["keyspaces", "list", ...options], elsewhere())).toMatchObject({ code: 0 })
    await rm(file)
  })

  test("the key of credentials.json is not sent to another server", async () => {
    const sent = await run(["keys", "list", "--url", "http://127.0.0.1:9", "--json"], settings)
    expect(failure(sent)).toMatchObject({
      code: "usage",
      detail: "There is no management key for http://127.0.0.1:9.",
    })
  })

  test("a wrong key is refused, a server that is not there is not reached", async () => {
    const wrong = { ...elsewhere(), KEYWARD_URL: server.said.base_url, KEYWARD_API_KEY: "keyward_wrong" }
    const refused = await run(["keys", "list", "--json"], wrong)
    expect(refused).toMatchObject({ code: 3, stdout: "" })
    expect(failure(refused)).toMatchObject({ status: 401, code: "credential_invalid" })
    const nobody = await run(["keys", "list", "--json"], { ...wrong, KEYWARD_URL: "http://127.0.0.1:9" })
    expect(nobody.code).toBe(4)
    expect(nobody.stderr).not.toContain("keyward_wrong")
  })
})

describe("a command line that is not right ends with 2, and nothing is done", () => {
  const cases: readonly (readonly string[])[] = [
    [],
    ["keys"],
    ["keys", "list", "--frobnicate"],
    ["keys", "create", "--name", "without a keyspace"],
    ["keys", "create", "--keyspace", "k", "--name", "n", "--limit", "requests=100"],
    ["keys", "create", "--keyspace", "k", "--name", "n", "--metadata", "[1]"],
    ["keys", "create", "--keyspace", "k", "--name", "n", "--expires-in", "soon"],
    [
      "keys",
      "create",
      "--keyspace",
      "k",
      "--name",
      "n",
      "--expires-in",
      "1d",
      "--expires-at",
      "2031-01-01T00:00:00Z",
    ],
    ["keys", "update", "k", "--clear", "name"],
    ["keys", "revoke", "k", "--reason", "because"],
    ["keys", "rotate", "k", "--overlap", "soon"],
    ["keys", "update", "k", "--rotate-every", "30d/1d/1d"],
    ["keys", "create", "--keyspace", "k", "--name", "n", "--refill-every", "year"],
    ["keyspaces", "create", "--name", "n", "--prefix", "p", "--limit", "r=5/1/tenant"],
    ["keyspaces", "create", "--name", "n", "--prefix", "p", "--owner-limit", "r=5/1"],
    ["keys", "add-credits", "k", "--amount", "1.5"],
    ["keys", "rotate", "k", "--secret-sha256", "abc"],
    ["keys", "rotate", "k", "--blind", "--secret-sha256", "0".repeat(64)],
    ["keys", "rotation", "extend", "k"],
  ]
  test.each(cases.map((args) => ({ line: args.join(" "), args })))("keyward $line", async ({ args }) => {
    const ended = await run(args, settings)
    expect(ended).toMatchObject({ code: 2, stdout: "" })
    expect(ended.stderr).toMatch(/^(keyward: .+\nFix: |Usage: )/)
  })
})

test("the keys that break a tightened policy are listed, and it is applied to them", async () => {
  const { id } = await json(["keyspaces", "create", "--name", "Tightened", "--prefix", "tight"])
  const key = await json(["keys", "create", "--keyspace", id, "--name", "Untagged"])
  await done(["keyspaces", "update", id, "--required-tag", "team:*"])
  expect(await done(["keyspaces", "violations", id])).toMatch(
    new RegExp(`^${key.id} +Untagged .*required_tags`, "m"),
  )
  const apply = ["keyspaces", "apply-policy", id, "--all"]
  expect(await done([...apply, "--dry-run"])).toMatch(/required_tags +disabled/)
  expect((await json(["keys", "show", key.id])).enabled).toBe(true)
  expect(await done(apply)).toMatch(/required_tags +disabled/)
  expect((await json(["keys", "show", key.id])).enabled).toBe(false)
  expect((await json(["keyspaces", "violations", id])).items).toEqual([])
})
