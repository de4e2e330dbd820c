import { KeywardProblem } from "@keyward/sdk"
import { ArthurApiKeys, ArthurRefusal } from "@keyward/sdk/arthur"
import { beforeAll, describe, expect, test } from "vitest"
import { readConfig } from "../packages/server/src/config.ts"
import { createFirstOrganization } from "../packages/server/src/first-start.ts"
import { createLogger } from "../packages/server/src/logger.ts"
import { openKeyward } from "../packages/server/src/server.ts"
import { expectWholeChain } from "./audit-chain.ts"
import { registerSecret } from "./evidence.ts"
import { engines, type Installation, install, type RunningServer } from "./server.ts"

const catalog = [{ name: "invoices.read" }, { name: "invoices.write" }, { name: "reports.read" }]

describe.each(engines)("the main job on %s", (engine) => {
  let installation: Installation
  let server: RunningServer

  beforeAll(async () => {
    installation = await install(engine)
    server = await installation.start()
  })

  test("from the first start to a revoked key, and the same after a restart", async () => {
    expect(server.firstStart).toBe(true)
    const { organization_id: organizationId } = await installation.credentials()
    const client = server.client()
    const space = await client.keyspaces.create({
      name: "Billing",
      prefix: "acme_live",
      permissions: catalog,
      roles: [{ name: "clerk", permissions: ["invoices.*"] }],
    })
    const { secret, ...created } = await client.keys.create({
      keyspace_id: space.id,
      name: "Nightly job",
      owner: { kind: "external", id: "customer 42" },
      roles: ["clerk"],
      permissions: ["!invoices.write"],
      tags: ["night"],
    })
    expect(secret).toMatch(new RegExp(space.secret_pattern))
    expect(created).toMatchObject({ organization_id: organizationId, state: "active", revision: 1 })

    const live = { valid: true, code: "VALID", key_id: created.id, name: "Nightly job" }
    expect(await client.keys.verify({ key: secret, permissions: "invoices.read" })).toMatchObject(live)
    expect(await client.keys.verify({ key: secret, permissions: "invoices.write" })).toMatchObject({
      valid: false,
      code: "INSUFFICIENT_PERMISSIONS",
    })
    const unknown = `${secret.slice(0, -1)}${secret.endsWith("a") ? "b" : "a"}`
    const batch = await client.keys.verifyBatch([{ key: secret }, { key: unknown }, { key: secret }])
    expect(batch.map(({ code }) => code)).toEqual(["VALID", "MALFORMED", "VALID"])
    const holder = server.client(secret)
    expect(await holder.self()).toMatchObject({ key_id: created.id, name: "Nightly job", secret_version: 1 })
    const passed = await server.call("/v1/check?permissions=invoices.read", bearer(secret))
    expect(passed.status).toBe(200)
    expect(passed.headers.get("x-keyward-key-id")).toBe(created.id)
    expect(passed.headers.get("x-keyward-owner")).toBe("external:customer%2042")
    expect((await server.call("/v1/check?permissions=reports.read", bearer(secret))).status).toBe(403)

    const updated = await client.keys.update(
      created.id,
      { name: "Renamed", permissions: ["reports.read"], metadata: { team: "billing" } },
      { ifRevision: 1 },
    )
    expect(updated).toMatchObject({ name: "Renamed", revision: 2, metadata: { team: "billing" } })
    expect(
      await client.keys.verify({ key: secret, permissions: "reports.read and invoices.write" }),
    ).toMatchObject({
      code: "VALID",
      name: "Renamed",
    })
    await expect(client.keys.update(created.id, { name: "Late" }, { ifRevision: 1 })).rejects.toMatchObject({
      code: "revision_conflict",
    })

    const other = await client.keys.create({ keyspace_id: space.id, name: "Other", tags: ["day"] })
    await client.keys.revoke(created.id, { reason: "compromised", note: "seen in a log" })
    const refused = { valid: false, code: "REVOKED", key_id: created.id }
    expect(await client.keys.verify({ key: secret })).toMatchObject(refused)
    expect((await server.call("/v1/check", bearer(secret))).status).toBe(401)
    await expect(holder.self()).rejects.toMatchObject({ code: "key_refused" })
    await expect(client.keys.update(created.id, { name: "Back" })).rejects.toMatchObject({
      code: "key_revoked",
    })

    const lists = async (at: RunningServer) => ({
      revoked: await names(at, { keyspace_id: space.id, state: "revoked" }),
      active: await names(at, { keyspace_id: space.id, state: "active" }),
      tagged: await names(at, { tag: "night" }),
      owned: await names(at, { owner_kind: "external", owner_id: "customer 42" }),
      prefixed: await names(at, { name_prefix: "Re" }),
    })
    const listed = {
      revoked: ["Renamed"],
      active: ["Other"],
      tagged: ["Renamed"],
      owned: ["Renamed"],
      prefixed: ["Renamed"],
    }
    expect(await lists(server)).toEqual(listed)
    const actions = async (at: RunningServer) => {
      const { items } = await at.client().audit.list({ target_id: created.id, order: "oldest" })
      return items.map(({ action }) => action)
    }
    expect(await actions(server)).toEqual(["key.created", "key.updated", "key.revoked"])

    expect(await server.end("SIGTERM")).toMatchObject({ code: 0, signal: null })
    server = await installation.start()
    expect(server.firstStart).toBe(false)
    const after = server.client()
    expect(await after.keys.verify({ key: secret })).toMatchObject(refused)
    expect(await after.keys.verify({ key: other.secret })).toMatchObject({ code: "VALID", key_id: other.id })
    expect(await lists(server)).toEqual(listed)
    expect(await actions(server)).toEqual(["key.created", "key.updated", "key.revoked"])
    expect(await after.keys.read(created.id)).toMatchObject({
      revocation: { reason: "compromised", note: "seen in a log" },
    })
    // What was counted when the server stopped was written then: three in the batch and by itself, and the refusals.
    const usage = new Map(
      (await after.keys.usage(created.id)).items.map(({ outcome, count }) => [outcome, count]),
    )
    expect(usage.get("VALID")).toBe(5)
    expect(usage.get("INSUFFICIENT_PERMISSIONS")).toBe(2)
    await expectWholeChain(server.client(), installation)
  })

  test("whoever is suspended has no keys until they are resumed, and whoever is removed none at all", async () => {
    const client = server.client()
    const space = await client.keyspaces.create({ name: "People", prefix: "people" })
    const user = await client.users.create({ email: "jane@example.com", display_name: "Jane" })
    const owner = { kind: "user", id: user.id } as const
    const keys = await Promise.all(
      ["One", "Two"].map((name) => client.keys.create({ keyspace_id: space.id, name, owner })),
    )
    const codes = async () =>
      (await client.keys.verifyBatch(keys.map(({ secret }) => ({ key: secret })))).map(({ code }) => code)
    expect(await codes()).toEqual(["VALID", "VALID"])
    await client.users.suspend(user.id)
    expect(await codes()).toEqual(["OWNER_SUSPENDED", "OWNER_SUSPENDED"])
    await client.users.resume(user.id)
    expect(await codes()).toEqual(["VALID", "VALID"])
    await client.users.remove(user.id, { kind: "freeze" })
    expect(await codes()).toEqual(["DISABLED", "DISABLED"])
    await expect(client.users.read(user.id)).rejects.toMatchObject({ code: "not_found" })
  })

  test("a limit lets through as many as it says, and tells when to come back", async () => {
    const client = server.client()
    const space = await client.keyspaces.create({
      name: "Limited",
      prefix: "lim",
      limits: [{ name: "calls", count: 5, window_seconds: 3600 }],
    })
    const { secret } = await client.keys.create({ keyspace_id: space.id, name: "Limited" })
    // Refused as a whole, so it consumes nothing.
    expect(await client.keys.verify({ key: secret, cost: 6 })).toMatchObject({ code: "RATE_LIMITED" })
    const codes = await Promise.all(
      Array.from({ length: 12 }, async () => (await client.keys.verify({ key: secret })).code),
    )
    expect(codes.filter((code) => code === "VALID")).toHaveLength(5)
    expect(codes.filter((code) => code === "RATE_LIMITED")).toHaveLength(7)
    const limited = await server.call("/v1/check", bearer(secret))
    expect(limited.status).toBe(429)
    const wait = Number(limited.headers.get("retry-after"))
    expect(wait).toBeGreaterThan(0)
    expect(wait).toBeLessThanOrEqual(3600 / 5)
  })

  test("a recoverable secret can be read again, which is in the audit trail; others cannot", async () => {
    const client = server.client()
    const space = await client.keyspaces.create({ name: "Kept", prefix: "kept", retention: "recoverable" })
    const { id, secret } = await client.keys.create({ keyspace_id: space.id, name: "Kept" })
    expect(await client.keys.reveal(id, "the holder lost it")).toEqual({ key_id: id, secret })
    const { items } = await client.audit.list({ target_id: id, action: "key.revealed" })
    expect(items).toMatchObject([{ details: { reason: "the holder lost it", secret_version: 1 } }])

    const { demo_keyspace_id: demonstration } = await installation.credentials()
    const once = await client.keys.create({ keyspace_id: demonstration, name: "Shown once" })
    await expect(client.keys.reveal(once.id, "curious")).rejects.toMatchObject({ code: "not_recoverable" })
  })

  test("another organization's keys do not exist", async () => {
    const client = server.client()
    const { demo_keyspace_id: demonstration } = await installation.credentials()
    const { id, secret } = await client.keys.create({ keyspace_id: demonstration, name: "Ours" })
    const stranger = await secondOrganization(installation)
    const theirs = server.client(stranger.apiKey)

    expect(await theirs.keys.verify({ key: secret })).toEqual(
      await theirs.keys.verify({ key: await unknownSecret(client, demonstration) }),
    )
    const nothing = "01a1fddf-0000-7000-8000-000000000000"
    const calls = (keyId: string, keyspaceId: string, organizationId: string) => [
      () => theirs.keys.read(keyId),
      () => theirs.keys.update(keyId, { name: "Mine now" }),
      () => theirs.keys.revoke(keyId),
      () => theirs.keys.delete(keyId),
      () => theirs.keys.reveal(keyId, "curious"),
      () => theirs.keys.usage(keyId),
      () => theirs.keys.create({ keyspace_id: keyspaceId, name: "In yours" }),
      () => theirs.keyspaces.read(keyspaceId),
      () => theirs.keyspaces.update(keyspaceId, { name: "Mine now" }),
      () => theirs.organizations.read(organizationId),
    ]
    const { organization_id: organizationId } = await installation.credentials()
    const existing = await Promise.all(calls(id, demonstration, organizationId).map(refusalOf))
    const missing = await Promise.all(calls(nothing, nothing, nothing).map(refusalOf))
    expect(existing).toEqual(missing)
    expect(existing.map(({ code }) => code)).toEqual(existing.map(() => "not_found"))

    expect(await names(server, {}, stranger.apiKey)).toEqual(["Administrator"])
    expect((await theirs.keys.list({ keyspace_id: demonstration })).items).toEqual([])
    expect((await theirs.audit.list({ target_id: id })).items).toEqual([])
    expect(await client.keys.read(id)).toMatchObject({ name: "Ours", state: "active", revision: 1 })
  })

  test("the Arthur dialect manages keys of the same authority", async () => {
    const client = server.client()
    const arthur = server.arthur()
    const issued = await arthur.createApiKey({ description: "Arthur's", roles: ["ORG-AUDITOR"] })
    const secret = String(issued.key)
    expect(await client.keys.verify({ key: secret, permissions: "api_keys.read" })).toMatchObject({
      code: "VALID",
      key_id: issued.id,
    })
    const bearerOfIssued = new ArthurApiKeys({ baseUrl: String(server.dialectUrls["arthur"]), token: secret })
    expect(await bearerOfIssued.getApiKey(issued.id)).toMatchObject({ id: issued.id, is_active: true })
    expect(await arthur.deactivateApiKey(issued.id)).toMatchObject({ is_active: false })
    expect(await client.keys.verify({ key: secret })).toMatchObject({ code: "REVOKED", key_id: issued.id })
    await expect(bearerOfIssued.getApiKey(issued.id)).rejects.toMatchObject({ status: 401 })

    const second = await arthur.createApiKey({ description: "Revoked natively" })
    expect(await arthur.getApiKey(second.id)).toMatchObject({ is_active: true })
    await client.keys.revoke(second.id)
    expect(await arthur.getApiKey(second.id)).toMatchObject({ is_active: false })
    expect((await arthur.getAllActiveApiKeys()).map(({ id }) => id)).not.toContain(second.id)
    await expect(arthur.getApiKey("018f0000-0000-4000-8000-000000000000")).rejects.toBeInstanceOf(
      ArthurRefusal,
    )
  })
})

function bearer(key: string): RequestInit {
  return { headers: { authorization: `Bearer ${key}` } }
}

type ListQuery = Parameters<ReturnType<RunningServer["client"]>["keys"]["each"]>[0]

async function names(server: RunningServer, query: ListQuery, apiKey?: string): Promise<string[]> {
  const names: string[] = []
  for await (const { name } of server.client(apiKey).keys.each(query)) names.push(name)
  return names
}

async function refusalOf(call: () => Promise<unknown>) {
  const problem: unknown = await call().then(
    () => "it was done",
    (error: unknown) => error,
  )
  if (!(problem instanceof KeywardProblem)) throw problem
  const { status, code, title, detail, fix, errors } = problem
  return { status, code, title, detail, fix, errors }
}

/** A key text that is well-formed and belongs to no key. */
async function unknownSecret(
  client: ReturnType<RunningServer["client"]>,
  keyspaceId: string,
): Promise<string> {
  const { id, secret } = await client.keys.create({ keyspace_id: keyspaceId, name: "Deleted" })
  await client.keys.delete(id)
  return secret
}

/** Organizations after the first one are made beside the server, as it has no route for that. */
async function secondOrganization({
  dataDir,
  databaseUrl,
}: Installation): Promise<{ readonly apiKey: string }> {
  const config = readConfig({ KEYWARD_DATA_DIR: dataDir, KEYWARD_DATABASE_URL: databaseUrl })
  const keyward = await openKeyward(config, { logger: createLogger("silent"), createSecrets: false })
  try {
    const { admin } = await createFirstOrganization(keyward, {
      organizationName: "Stranger",
      email: "stranger@example.com",
    })
    registerSecret("password", admin.password)
    registerSecret("key text", admin.apiKey)
    return admin
  } finally {
    await keyward.close()
  }
}
