import { nativeRoutes, type Route } from "@keyward/contract"
import { arthurRoutes } from "@keyward/contract/arthur"
import { expect, test } from "vitest"
import { expectWholeChain } from "./audit-chain.ts"
import { Polling } from "./polling.ts"
import { install, type RunningServer } from "./server.ts"
import { openStoreGate } from "./store-gate.ts"
import { witnessedFetch } from "./witness.ts"

// PostgreSQL goes away while a server serves, and comes back. Meanwhile the server says that it cannot answer, and never
// anything that is not so.

const boundMs = 500

test.concurrent("while PostgreSQL is away every route answers 503, and afterwards all is as before", async () => {
  const installation = await install("postgres", {
    KEYWARD_REVOCATION_BOUND_MS: String(boundMs),
    KEYWARD_USAGE_FLUSH_MS: "100",
  })
  const gate = await openStoreGate(installation.databaseUrl)
  const server = await installation.start("dev", gate.url)
  const { admin, arthur, demo_keyspace_id: demonstration } = await installation.credentials()
  const client = server.client()
  const newKey = (name: string) => client.keys.create({ keyspace_id: demonstration, name })
  const live = await newKey("Live")
  const revoked = await newKey("Revoked")
  await client.keys.revoke(revoked.id)
  const deleted = await newKey("Deleted")
  await client.keys.delete(deleted.id)
  const truth = { VALID: live, REVOKED: revoked, NOT_FOUND: deleted }
  for (const [code, { secret }] of Object.entries(truth)) {
    expect(await client.keys.verify({ key: secret })).toMatchObject({ code })
  }

  const polled = Object.entries(truth).map(([code, { secret }]) => ({
    code,
    polling: new Polling(client, secret),
  }))
  await gate.close()
  const closedAt = Date.now()
  const untrusted = (answer: { readonly askedAt: number }) => answer.askedAt >= closedAt + boundMs
  await Promise.all(
    polled.map(({ polling }) => polling.until((answers) => answers.filter(untrusted).length >= 10)),
  )

  const refusals = await Promise.all([
    ...refused(nativeRoutes).map((route) => call(server.baseUrl, route, admin.api_key)),
    ...refused(arthurRoutes).map((route) =>
      call(String(server.dialectUrls["arthur"]), route, arthur.admin_key),
    ),
    server.call("/readyz"),
  ])
  expect(refusals.map(({ status }) => status)).toEqual(refusals.map(() => 503))
  for (const { headers } of refusals) expect(Number(headers.get("retry-after"))).toBeGreaterThan(0)
  expect((await server.call("/healthz")).status).toBe(200)
  await expect(newKey("Never")).rejects.toMatchObject({ code: "store_unavailable" })
  await expect(client.keys.revoke(live.id)).rejects.toMatchObject({ code: "store_unavailable" })

  await gate.open()
  await expect.poll(async () => (await server.call("/readyz")).status, patience).toBe(200)
  await Promise.all(
    polled.map(({ code, polling }) => polling.until((answers) => answers.at(-1)?.code === code)),
  )
  for (const { code, polling } of polled) {
    const answers = await polling.stop()
    expect(new Set(answers.map((answer) => answer.code))).toEqual(new Set([code, "store_unavailable"]))
    const opened = answers.findLastIndex((answer) => answer.code === "store_unavailable")
    const whileAway = answers.slice(0, opened).filter(untrusted)
    expect(whileAway.map((answer) => answer.code)).toEqual(whileAway.map(() => "store_unavailable"))
  }

  const names = (await client.keys.list({ keyspace_id: demonstration })).items.map(({ name }) => name)
  expect(names).toEqual(["Revoked", "Live"])
  expect(await client.keys.update(live.id, { name: "Renamed" })).toMatchObject({
    name: "Renamed",
    revision: 2,
  })
  const fresh = await newKey("Fresh")
  expect(await client.keys.verify({ key: fresh.secret })).toMatchObject({ code: "VALID" })
  await client.keys.revoke(live.id)
  expect(await client.keys.verify({ key: live.secret })).toMatchObject({ code: "REVOKED" })
  await expectWholeChain(server.client(), installation)
  // What could not be written meanwhile was kept: one count for each verification that was accepted.
  const [accepted] = polled.map(
    ({ polling }) => polling.answers.filter(({ code }) => code === "VALID").length,
  )
  await expect.poll(() => timesUsed(server, live.id), patience).toBe(Number(accepted) + 1)
  expect(await server.end("SIGTERM")).toMatchObject({ code: 0 })
})

test.concurrent("a PostgreSQL that does not answer makes no key valid, and none invalid", {
  timeout: 60_000,
}, async () => {
  const installation = await install("postgres", { KEYWARD_REVOCATION_BOUND_MS: String(boundMs) })
  const gate = await openStoreGate(installation.databaseUrl)
  const server = await installation.start("dev", gate.url)
  const { demo_keyspace_id: demonstration } = await installation.credentials()
  const client = server.client()
  const { id, secret } = await client.keys.create({ keyspace_id: demonstration, name: "Live" })
  const polling = new Polling(server.client(undefined, storeTimeoutMs), secret)
  await polling.until((answers) => answers.length > 0)

  gate.block()
  const blockedAt = Date.now()
  await polling.until((answers) => answers.at(-1)?.code === "store_unavailable")
  await gate.open()
  await polling.until((answers) => answers.at(-1)?.code === "VALID")

  const answers = await polling.stop()
  const opened = answers.findLastIndex((answer) => answer.code === "store_unavailable")
  const whileStuck = answers.slice(0, opened + 1).filter(({ askedAt }) => askedAt >= blockedAt + boundMs)
  expect(whileStuck.map(({ code }) => code)).toEqual(whileStuck.map(() => "store_unavailable"))
  expect(await client.keys.update(id, { name: "Renamed" })).toMatchObject({ name: "Renamed" })
})

/** Longer than a statement may take; see stores/postgres/engine.ts. */
const storeTimeoutMs = 30_000

const patience = { timeout: 20_000, interval: 20 }

/** The routes that need the store: all but those that nobody authenticates for. */
function refused(routes: readonly Route[]): readonly Route[] {
  return routes.filter(({ permission, byHolder }) => permission !== undefined || byHolder)
}

function call(baseUrl: string, { method, path }: Route, apiKey: string): Promise<Response> {
  const url = baseUrl + path.replaceAll(/\{\w+\}/g, "018f0000-0000-4000-8000-000000000000")
  const body = method === "GET" || method === "DELETE" ? {} : { body: "{}" }
  const headers = { authorization: `Bearer ${apiKey}`, "content-type": "application/json" }
  return witnessedFetch(url, { method, headers, ...body })
}

async function timesUsed(server: RunningServer, keyId: string): Promise<number> {
  const { items } = await server.client().keys.usage(keyId)
  return items.filter(({ outcome }) => outcome === "VALID").reduce((sum, { count }) => sum + count, 0)
}
