import type { KeyPatch } from "@keyward/core"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { type Ask, type NativeServer, openNative } from "./native-server.ts"

let server: NativeServer
let keyspaceId: string

const post = (body: unknown): Ask => ({ method: "POST", body })

async function start(settings: Parameters<typeof openNative>[0] = {}) {
  server = await openNative(settings)
  const permissions = [{ name: "invoices.read" }, { name: "invoices.write" }]
  const keyspace = await server.ask("/v1/keyspaces", post({ name: "Invoices", prefix: "inv", permissions }))
  keyspaceId = keyspace.json.id
}
beforeEach(() => start())
afterEach(() => server.close())

function newKey(members: KeyPatch = {}) {
  return server.keyward.authority.createKey(server.system, { keyspaceId, ...members, name: "Key" })
}

const verify = async (body: object) => (await server.ask("/v1/keys/verify", post(body))).json

describe("POST /v1/keys/verify", () => {
  test("explains, in order, and not unless asked", async () => {
    const { secret } = await newKey({
      permissions: ["invoices.read"],
      limits: [{ name: "m", count: 2, windowSeconds: 60 }],
    })
    const { trace, ...rest } = await verify({
      key: secret,
      permissions: "invoices.read",
      explain: true,
      dry_run: true,
    })
    expect(trace.map((step: { check: string }) => step.check)).toEqual([
      "state",
      "owner",
      "client_ip",
      "origin",
      "permissions",
      "limits",
      "credits",
    ])
    expect(rest).toEqual(await verify({ key: secret, permissions: "invoices.read" }))
  })

  test("counts down limits, refuses beyond, and says when to come again", async () => {
    const { secret } = await newKey({ limits: [{ name: "m", count: 2, windowSeconds: 60 }] })
    expect((await verify({ key: secret, dry_run: true })).limits[0].remaining).toBe(1)
    expect((await verify({ key: secret, cost: 0 })).limits[0].remaining).toBe(2)
    expect((await verify({ key: secret, cost: 2 })).limits).toEqual([
      { name: "m", count: 2, window_seconds: 60, remaining: 0, reset_seconds: 60, retry_after_seconds: 0 },
    ])
    expect(await verify({ key: secret })).toMatchObject({
      valid: false,
      code: "RATE_LIMITED",
      retry_after_seconds: 30,
    })
    server.clock.advance(30_000)
    expect((await verify({ key: secret })).code).toBe("VALID")
  })

  test("sees only the keyspace that it is asked about", async () => {
    const { secret } = await newKey()
    expect((await verify({ key: secret, keyspace_id: keyspaceId })).code).toBe("VALID")
    expect((await verify({ key: secret, keyspace_id: "other" })).code).toBe("NOT_FOUND")
  })

  test("takes the client's address and origin from the caller", async () => {
    const { secret } = await newKey({
      allowedAddresses: ["192.0.2.0/24"],
      allowedOrigins: ["https://a.example"],
    })
    expect((await verify({ key: secret })).code).toBe("IP_NOT_ALLOWED")
    expect((await verify({ key: secret, client_ip: "nonsense" })).code).toBe("IP_NOT_ALLOWED")
    expect((await verify({ key: secret, client_ip: "192.0.2.7" })).code).toBe("ORIGIN_NOT_ALLOWED")
    expect((await verify({ key: secret, client_ip: "192.0.2.7", origin: "https://a.example" })).code).toBe(
      "VALID",
    )
  })

  test("throttles guesses by the client's address, and never the caller that hands them on", async () => {
    await server.close()
    await start({ guessLimit: 2 })
    const { secret } = await newKey()
    for (let guess = 0; guess < 2; guess++) await verify({ key: "guess", client_ip: "192.0.2.1" })
    expect(await verify({ key: secret, client_ip: "192.0.2.1" })).toMatchObject({
      code: "RATE_LIMITED",
      key_id: null,
    })
    expect((await verify({ key: secret, client_ip: "192.0.2.2" })).code).toBe("VALID")
    for (let guess = 0; guess < 10; guess++) await verify({ key: "guess" })
    expect((await verify({ key: secret })).code).toBe("VALID")
  })

  test("a fault in one of a batch leaves nothing consumed", async () => {
    const { secret } = await newKey({ limits: [{ name: "m", count: 2, windowSeconds: 60 }] })
    const keys = [{ key: secret }, { key: secret, permissions: "and and" }]
    const { json } = await server.refused("/v1/keys/verify-batch", "invalid_input", post({ keys }))
    expect(json.errors[0].member).toBe("/keys/1/permissions")
    expect((await verify({ key: secret, cost: 0 })).limits[0].remaining).toBe(2)
  })

  test("of a batch on one key exactly as many pass as fit", async () => {
    const { secret } = await newKey({ limits: [{ name: "m", count: 7, windowSeconds: 60 }] })
    const keys = Array.from({ length: 50 }, () => ({ key: secret }))
    const { json } = await server.ask("/v1/keys/verify-batch", post({ keys }))
    expect(json.results.map((one: { valid: boolean }) => one.valid)).toEqual(keys.map((_, at) => at < 7))
  })
})

describe("credits", () => {
  const refill = { amount: 2, every: "day", at: "06:00", time_zone: "Europe/Berlin" }
  const given = async (credits: object) => {
    const asked = post({ keyspace_id: keyspaceId, name: "Counted", credits })
    return (await server.ask("/v1/keys", asked)).json
  }
  const change = (id: string, credits: object | null) =>
    server.ask(`/v1/keys/${id}`, { method: "PATCH", body: { credits } })

  test("are counted down in every answer, which says when there are more", async () => {
    const { id, secret, credits } = await given({ remaining: 3, refill })
    const refills_at = credits.refills_at
    expect(credits).toEqual({
      remaining: 3,
      refills_at,
      refill: { ...refill, maximum: 2, on: 1 },
      on_unavailable: "deny",
    })
    expect(await verify({ key: secret, cost: 2 })).toMatchObject({
      valid: true,
      credits: { remaining: 1, refills_at },
    })
    const batch = { keys: [{ key: secret }, { key: secret }, { key: secret, dry_run: true }] }
    const { results } = (await server.ask("/v1/keys/verify-batch", post(batch))).json
    expect(results.map(({ code }: { code: string }) => code).toSorted()).toEqual([
      "USAGE_EXCEEDED",
      "USAGE_EXCEEDED",
      "VALID",
    ])
    const seconds = Math.ceil((Date.parse(refills_at) - server.clock.now()) / 1000)
    expect(await verify({ key: secret })).toMatchObject({
      valid: false,
      code: "USAGE_EXCEEDED",
      credits: { remaining: 0, refills_at },
      retry_after_seconds: seconds,
    })
    expect((await server.ask(`/v1/keys/${id}`)).json).toMatchObject({
      revision: 1,
      credits: { remaining: 0 },
    })
    const checked = await server.refused("/v1/check", "credits_spent", { token: secret })
    expect(checked.headers).toMatchObject({
      "retry-after": String(seconds),
      "x-keyward-outcome": "USAGE_EXCEEDED",
    })
    expect((await server.ask("/v1/self", { token: secret })).json.credits).toEqual({
      remaining: 0,
      refills_at,
    })
    server.clock.advance(seconds * 1000)
    expect((await server.ask(`/v1/keys/${id}`)).json.credits).toMatchObject({ remaining: 2 })
    expect(await verify({ key: secret })).toMatchObject({ valid: true, credits: { remaining: 1 } })
  })

  test("that are gone for good are told without a time to come again", async () => {
    const { secret } = await given({ remaining: 0 })
    expect(await verify({ key: secret })).not.toHaveProperty("retry_after_seconds")
    const { headers } = await server.refused("/v1/check", "credits_spent", { token: secret })
    expect(headers).not.toHaveProperty("retry-after")
  })

  test("of a management key pay for its calls", async () => {
    const keyspace_id = server.created.managementKeyspace.id
    const asked = { keyspace_id, name: "Counted", permissions: ["keyspaces.read"], credits: { remaining: 2 } }
    const { secret: token } = (await server.ask("/v1/keys", post(asked))).json
    const parallel = await Promise.all([1, 2, 3].map(() => server.ask("/v1/keyspaces", { token })))
    expect(parallel.map(({ status }) => status).toSorted()).toEqual([200, 200, 429])
    const { headers } = await server.refused("/v1/keyspaces", "credits_spent", { token })
    expect(headers).not.toHaveProperty("retry-after")
  })

  test("are merged member by member, and what is left stays unless it is sent", async () => {
    const { id, secret } = await given({ remaining: 9, refill })
    await verify({ key: secret, cost: 4 })
    const { json } = await change(id, { refill: { every: "month", on: 31 }, on_unavailable: "allow" })
    expect(json).toMatchObject({
      revision: 2,
      credits: {
        remaining: 5,
        refill: { ...refill, every: "month", on: 31, maximum: 2 },
        on_unavailable: "allow",
      },
    })
    expect((await change(id, { remaining: 1 })).json.credits).toMatchObject({ remaining: 1 })
    expect(await verify({ key: secret })).toMatchObject({ credits: { remaining: 0 } })
    // A day of the month is none of the week.
    expect((await change(id, { refill: { every: "week" } })).json.credits.refill.on).toBe(1)
    expect((await change(id, { refill: null })).json.credits).toMatchObject({
      refill: null,
      refills_at: null,
    })
    expect((await change(id, null)).json.credits).toBeNull()
    expect(await verify({ key: secret })).not.toHaveProperty("credits")
    const events = (await server.ask(`/v1/audit?target_id=${id}`)).json.items
    expect(events[0]).toMatchObject({ action: "key.updated", details: { credits: { after: null } } })
  })

  test.each<[what: string, credits: object, member: string]>([
    ["a refill of more than the maximum", { refill: { ...refill, maximum: 1 } }, "/credits/refill/amount"],
    [
      "a day of the week that there is not",
      { refill: { ...refill, every: "week", on: 8 } },
      "/credits/refill/on",
    ],
    ["a day of the day", { refill: { ...refill, on: 2 } }, "/credits/refill/on"],
    [
      "a place that is none",
      { refill: { ...refill, time_zone: "Europe/Atlantis" } },
      "/credits/refill/time_zone",
    ],
    ["an offset", { refill: { ...refill, time_zone: "+01:00" } }, "/credits/refill/time_zone"],
  ])("%s is refused", async (_what, credits, member) => {
    const asked = post({ keyspace_id: keyspaceId, name: "Counted", credits: { remaining: 1, ...credits } })
    const { json } = await server.refused("/v1/keys", "invalid_input", asked)
    expect(json.errors).toMatchObject([{ member }])
  })

  test("that nobody counted yet need a number, and a refill an amount and a period", async () => {
    const { key } = await newKey()
    for (const [credits, member] of [
      [{ on_unavailable: "allow" }, "/credits/remaining"],
      [{ remaining: 1, refill: { amount: 1 } }, "/credits/refill/every"],
      [{ remaining: 1, refill: { every: "day" } }, "/credits/refill/amount"],
    ] as const) {
      const asked: Ask = { method: "PATCH", body: { credits } }
      const { json } = await server.refused(`/v1/keys/${key.id}`, "invalid_input", asked)
      expect(json.errors).toMatchObject([{ member }])
    }
  })

  test("are added to under the audit trail's eyes, once for each Idempotency-Key", async () => {
    const { id, secret } = await given({ remaining: 1 })
    const asked = { ...post({ amount: 5 }), headers: { "idempotency-key": "top-up-1" } }
    for (const _time of [1, 2]) {
      const { json } = await server.ask(`/v1/keys/${id}/credits`, asked)
      expect(json).toMatchObject({ revision: 1, credits: { remaining: 6 } })
    }
    expect(await verify({ key: secret, cost: 6 })).toMatchObject({ valid: true, credits: { remaining: 0 } })
    const events = (await server.ask(`/v1/audit?target_id=${id}&action=key.credits_added`)).json.items
    expect(events).toMatchObject([{ details: { amount: 5 } }])
    const most = { ...post({ amount: 1_000_000_000_000 }) }
    expect((await server.ask(`/v1/keys/${id}/credits`, most)).status).toBe(200)
    const { json } = await server.refused(`/v1/keys/${id}/credits`, "invalid_input", post({ amount: 1 }))
    expect(json.errors).toMatchObject([{ member: "/amount" }])
  })
})

describe("GET /v1/check", () => {
  const check = (token: string | null, query = "", headers: Record<string, string> = {}) =>
    server.ask(`/v1/check${query}`, { token, headers })

  test.each<[string, KeyPatch, number, string, string | null]>([
    ["DISABLED", { enabled: false }, 401, "key_refused", 'Bearer error="invalid_token"'],
    ["NOT_YET_VALID", { notBefore: 4e12 as never }, 401, "key_refused", 'Bearer error="invalid_token"'],
    ["IP_NOT_ALLOWED", { allowedAddresses: ["192.0.2.1"] }, 403, "key_forbidden", null],
    ["ORIGIN_NOT_ALLOWED", { allowedOrigins: ["https://a.example"] }, 403, "key_forbidden", null],
    [
      "INSUFFICIENT_PERMISSIONS",
      { permissions: ["invoices.read"] },
      403,
      "key_forbidden",
      'Bearer error="insufficient_scope", scope="invoices.write"',
    ],
    [
      "RATE_LIMITED",
      { permissions: ["*"], limits: [{ name: "m", count: 1, windowSeconds: 60 }] },
      429,
      "key_limited",
      null,
    ],
  ])("%s is answered with its status", async (outcome, members, status, code, challenge) => {
    const { secret } = await newKey(members)
    if (outcome === "RATE_LIMITED") await check(secret)
    const { status: got, headers, json } = await check(secret, "?permissions=invoices.write")
    expect([got, json.code, headers["x-keyward-outcome"]]).toEqual([status, code, outcome])
    expect(headers["www-authenticate"] ?? null).toBe(challenge)
    if (outcome === "RATE_LIMITED") expect(headers["retry-after"]).toBe("60")
    expect(headers).not.toHaveProperty("x-keyward-key-id")
  })

  test.each(["revoked", "expired", "deleted", "unknown", "malformed"])(
    "a key that is %s is 401",
    async (end) => {
      const { key, secret } = await newKey({ expiresAt: (server.clock.now() + 1000) as never })
      const { authority } = server.keyward
      if (end === "revoked")
        await authority.revokeKey(server.system, key.id, { reason: "unspecified", note: null })
      if (end === "expired") server.clock.advance(1000)
      if (end === "deleted" || end === "unknown") await authority.deleteKey(server.system, key.id, null)
      const { json, headers } = await server.refused("/v1/check", "key_refused", {
        token: end === "malformed" ? "x" : secret,
      })
      const outcome = { revoked: "REVOKED", expired: "EXPIRED", malformed: "MALFORMED" }[end] ?? "NOT_FOUND"
      expect(headers["x-keyward-outcome"]).toBe(outcome)
      expect(json.missing_permissions).toBeUndefined()
    },
  )

  test("a source that guesses too much has to wait", async () => {
    await server.close()
    await start({ guessLimit: 1 })
    const { secret } = await newKey()
    await check("guess")
    const { headers } = await server.refused("/v1/check", "too_many_attempts", { token: secret })
    expect(headers).toMatchObject({ "retry-after": "60", "x-keyward-outcome": "RATE_LIMITED" })
  })

  test("management keys pass only where their keyspace is named", async () => {
    expect((await check(server.admin)).json.code).toBe("key_refused")
    const named = await check(server.admin, `?keyspace_id=${server.created.managementKeyspace.id}`)
    expect(named.status).toBe(200)
    expect((await check(server.admin, `?keyspace_id=${keyspaceId}`)).json.code).toBe("key_refused")
  })

  test("takes X-API-Key as well, and an Authorization of another scheme is not for us", async () => {
    const { secret } = await newKey()
    expect((await check(null, "", { "x-api-key": secret })).status).toBe(200)
    expect((await check(null, "", { "x-api-key": secret, authorization: "Basic eDp5" })).status).toBe(200)
    expect((await check(null, "", { authorization: "Basic eDp5" })).json.code).toBe("credential_missing")
    expect((await check(null, "", { authorization: `bearer   ${secret} ` })).status).toBe(200)
    expect((await check(null, "", { authorization: "Bearer" })).json.code).toBe("key_refused")
    expect((await check(null, "", { authorization: `Bearer${secret}` })).json.code).toBe("credential_missing")
  })

  test("takes the origin that the gateway hands on", async () => {
    const { secret } = await newKey({ allowedOrigins: ["https://a.example"] })
    expect((await check(secret, "", { origin: "https://a.example" })).status).toBe(200)
    expect((await check(secret, "", { origin: "https://b.example" })).status).toBe(403)
  })
})

describe("what the holder is told of limits", () => {
  const limits = [
    { name: "second", count: 2, windowSeconds: 1 },
    { name: "hour", count: 3, windowSeconds: 3600 },
  ]
  const policy = '"second";q=2;w=1, "hour";q=3;w=3600'

  test("by a gateway's check, byte for byte", async () => {
    const { secret: token } = await newKey({ limits })
    const told = async () => {
      const { status, headers } = await server.ask("/v1/check", { token })
      expect(headers["ratelimit-policy"]).toBe(policy)
      return [status, headers["ratelimit"], headers["retry-after"]]
    }
    expect(await told()).toEqual([200, '"second";r=1;t=1, "hour";r=2;t=2400', undefined])
    expect(await told()).toEqual([200, '"second";r=0;t=1, "hour";r=1;t=1200', undefined])
    expect(await told()).toEqual([429, '"second";r=0;t=1, "hour";r=1;t=1200', "1"])
    server.clock.advance(1000)
    expect(await told()).toEqual([200, '"second";r=1;t=1, "hour";r=0;t=1199', undefined])
    expect(await told()).toEqual([429, '"second";r=1;t=1, "hour";r=0;t=1199', "1199"])
  })

  test("by /v1/self, which consumes nothing", async () => {
    const { secret: token } = await newKey({ limits })
    for (const _time of [1, 2]) {
      const { headers } = await server.ask("/v1/self", { token })
      expect(headers).toMatchObject({
        "ratelimit-policy": policy,
        ratelimit: '"second";r=2;t=1, "hour";r=3;t=3600',
      })
    }
  })

  test("by the 429 of a call", async () => {
    const { secret: token } = await server.keyward.authority.createKey(server.system, {
      keyspaceId: server.created.managementKeyspace.id,
      name: "Caller",
      permissions: ["keyspaces.read"],
      limits: [{ name: "minute", count: 1, windowSeconds: 60 }],
    })
    await server.ask("/v1/keyspaces", { token })
    const { headers } = await server.refused("/v1/keyspaces", "key_limited", { token })
    expect(headers).toMatchObject({
      "ratelimit-policy": '"minute";q=1;w=60',
      ratelimit: '"minute";r=0;t=60',
      "retry-after": "60",
    })
  })

  test("and nothing where there are none", async () => {
    const { secret: token } = await newKey()
    for (const path of ["/v1/check", "/v1/self"]) {
      const { headers } = await server.ask(path, { token })
      expect(Object.keys(headers).filter((name) => name.startsWith("ratelimit"))).toEqual([])
    }
  })

  test("shared ones too, and keyspaces tell which are", async () => {
    const shared = [{ name: "hour", count: 2, window_seconds: 3600, per: "owner" }]
    const made = await server.ask(
      "/v1/keyspaces",
      post({
        name: "Shared",
        prefix: "shared",
        limits: [...shared, { name: "day", count: 9, window_seconds: 86_400 }],
      }),
    )
    expect(made.json.limits.map(({ per }: { per: string }) => per)).toEqual(["owner", "key"])
    const keys = await Promise.all(
      [1, 2].map(() => server.ask("/v1/keys", post({ keyspace_id: made.json.id, name: "Key" }))),
    )
    const told = []
    for (const { json } of keys) told.push((await server.ask("/v1/check", { token: json.secret })).headers)
    expect(told.map((headers) => headers["ratelimit"])).toEqual([
      '"hour";r=1;t=1800, "day";r=8;t=76800',
      '"hour";r=0;t=1800, "day";r=8;t=76800',
    ])
    const asked = post({ name: "Odd", prefix: "odd", limits: [{ ...shared[0], per: "tenant" }] })
    const { json } = await server.refused("/v1/keyspaces", "invalid_input", asked)
    expect(json.errors[0].member).toBe("/limits/0/per")
  })

  test("with an owner's own numbers, which a keyspace keeps whole", async () => {
    const owner = { kind: "external", id: "acme" }
    const overrides = [{ owner, count: 9, window_seconds: 60 }]
    const limit = { name: "hour", count: 2, window_seconds: 3600, per: "owner", overrides }
    const made = await server.ask("/v1/keyspaces", post({ name: "Own", prefix: "own", limits: [limit] }))
    expect((await server.ask(`/v1/keyspaces/${made.json.id}`)).json.limits).toEqual([limit])
    const { json } = await server.ask("/v1/keys", post({ keyspace_id: made.json.id, name: "Key", owner }))
    const { headers } = await server.ask("/v1/check", { token: json.secret })
    expect(headers["ratelimit-policy"]).toBe('"hour";q=9;w=60')
    for (const [wrong, member] of [
      [{ overrides: [...overrides, ...overrides] }, "/limits/0/overrides/1/owner"],
      [{ overrides: [{ owner, count: 1_000_000_000, window_seconds: 1 }] }, "/limits/0/overrides/0"],
      [{ per: "keyspace" }, "/limits/0/overrides"],
    ] as const) {
      const asked = post({ name: "Odd", prefix: "odd", limits: [{ ...limit, ...wrong }] })
      const refused = await server.refused("/v1/keyspaces", "invalid_input", asked)
      expect(refused.json.errors).toMatchObject([{ member }])
    }
  })
})

describe("GET /v1/self", () => {
  test("tells any holder of their key, and consumes and records nothing", async () => {
    const { key, secret } = await newKey({
      permissions: ["invoices.read"],
      limits: [{ name: "m", count: 1, windowSeconds: 60 }],
    })
    for (let time = 0; time < 5; time++) {
      const { json } = await server.ask("/v1/self", { token: secret })
      expect(json).toMatchObject({
        key_id: key.id,
        permissions: ["invoices.read"],
        limits: [{ name: "m", count: 1 }],
      })
    }
    expect((await verify({ key: secret, cost: 0 })).limits[0].remaining).toBe(1)
    expect((await verify({ key: secret })).code).toBe("VALID")
    expect((await server.ask("/v1/self", { token: secret })).status).toBe(200)
    expect((await server.ask("/v1/self")).json.key_id).toBe(server.created.adminKey.key.id)
    await server.keyward.flushUsage()
    const usage = await server.ask(`/v1/keys/${key.id}/usage?to=2026-07-02T00:00:00Z`)
    expect(usage.json.items).toEqual([{ hour: "2026-07-01T23:00:00.000Z", outcome: "VALID", count: 2 }])
  })
})

describe("the client's address", () => {
  const seen = async (trustedHops: number, forwarded: string | null) => {
    await server.close()
    await start({ trustedHops })
    const { secret } = await newKey({ allowedAddresses: ["203.0.113.9"] })
    const headers = { "x-real-ip": "203.0.113.9", forwarded: "for=203.0.113.9" }
    const { status } = await server.ask("/v1/check", {
      token: secret,
      headers: forwarded === null ? headers : { ...headers, "x-forwarded-for": forwarded },
    })
    return status === 200
  }

  test.each<[number, string | null, boolean]>([
    [0, null, false],
    [0, "203.0.113.9", false],
    [1, "203.0.113.9", true],
    [1, "198.51.100.1, 203.0.113.9", true],
    [1, "203.0.113.9, 198.51.100.1", false],
    [2, "203.0.113.9, 198.51.100.1", true],
    [2, "6.6.6.6, 203.0.113.9, 198.51.100.1", true],
    [2, "203.0.113.9, 6.6.6.6, 198.51.100.1", false],
    [1, "203.0.113.9, nonsense", false],
    [1, "", false],
  ])("with %i trusted hops and X-Forwarded-For %s", async (hops, forwarded, allowed) => {
    expect(await seen(hops, forwarded)).toBe(allowed)
  })

  test("is in the audit trail", async () => {
    await server.close()
    await start({ trustedHops: 1 })
    const headers = { "x-forwarded-for": "6.6.6.6, 203.0.113.9" }
    await server.ask("/v1/keys", { ...post({ keyspace_id: keyspaceId, name: "x" }), headers })
    expect((await server.ask("/v1/audit?limit=1")).json.items[0].actor.address).toBe("203.0.113.9")
  })
})
