import {
  type Instant,
  type KeyPatch,
  nativeFormat,
  openMemoryStore,
  outcomes,
  Peppers,
  parseQuery,
  type Store,
  systemEntropy,
} from "@keyward/core"
import fc from "fast-check"
import { describe, expect, test } from "vitest"
import type { Verification, VerificationRequest } from "../../src/verification/verifier.ts"
import { type Intercept, interceptedStore, storeUnavailable } from "../intercepted-store.ts"
import { openTestKeyward, secretBytes, type TestSettings } from "../test-keyward.ts"

/** An authority with one keyspace and one key, whose store counts and can be made to fail. */
async function open(settings: TestSettings & { readonly patch?: KeyPatch } = {}) {
  const { patch = {}, ...rest } = settings
  const calls: string[] = []
  let intercept: Intercept = (_method, call) => call()
  const inner = settings.store ?? openMemoryStore()
  const store = interceptedStore(inner, (method, call) => {
    calls.push(method)
    return intercept(method, call)
  })
  const opened = await openTestKeyward({ ...rest, store })
  const { keyward, system } = opened
  const keyspace = await keyward.authority.createKeyspace(system, {
    name: "Invoices",
    prefix: "inv",
    permissions: [{ name: "invoices.read", description: "" }],
  })
  const { key, secret } = await keyward.authority.createKey(system, {
    keyspaceId: keyspace.id,
    ...patch,
    name: "Key",
  })
  calls.length = 0
  const verify = async (asked: Partial<VerificationRequest> = {}): Promise<Verification> =>
    keyward.verifier.verify({ text: secret, visible: () => true, guesser: null, ...asked })
  return {
    ...opened,
    inner,
    keyspace,
    key,
    secret,
    calls,
    verify,
    intercept(by: Intercept) {
      intercept = by
    },
  }
}

function unknownText(): string {
  return nativeFormat.print("inv", "", systemEntropy)
}

function queryOf(text: string) {
  const query = parseQuery(text)
  if ("error" in query) throw new Error(query.error)
  return query
}

const minute = { name: "minute", count: 5, windowSeconds: 60 }

describe("what reaches the store", () => {
  test("nothing that is not the text of a key", async () => {
    const { verify, calls } = await open()
    for (const text of [
      "",
      "x",
      "inv_",
      "ünï",
      `${unknownText()}x`,
      unknownText().slice(0, -1),
      "a".repeat(100_000),
    ]) {
      expect((await verify({ text })).outcome).toBe("MALFORMED")
    }
    expect(calls).toEqual([])
  })

  test("a key once, and no more while it is kept", async () => {
    const { verify, calls } = await open()
    for (let time = 0; time < 3; time++) expect((await verify()).outcome).toBe("VALID")
    expect(calls).toEqual(["subject", "keyspace"])
  })

  test("nothing from a source that guesses too much, neither bad keys nor good ones", async () => {
    const { verify, calls, clock } = await open({ guessLimit: 3 })
    const from = { guesser: "192.0.2.1" }
    for (let guess = 0; guess < 2; guess++) {
      expect((await verify({ ...from, text: unknownText() })).outcome).toBe("NOT_FOUND")
    }
    expect((await verify({ ...from, text: "nonsense" })).outcome).toBe("MALFORMED")
    calls.length = 0
    const refused = await verify(from)
    expect(refused).toMatchObject({ outcome: "RATE_LIMITED", subject: null, retryAfterMs: 20_000 })
    expect(await verify({ ...from, text: unknownText() })).toEqual(refused)
    expect(calls).toEqual([])
    expect((await verify({ guesser: "192.0.2.2" })).outcome).toBe("VALID")
    clock.advance(20_000)
    expect((await verify(from)).outcome).toBe("VALID")
  })

  test("a source with good keys never notices the throttle", async () => {
    const { verify } = await open({ guessLimit: 1 })
    for (let time = 0; time < 1000; time++) {
      expect((await verify({ guesser: "192.0.2.1" })).outcome).toBe("VALID")
    }
  })

  test("a source whose good key is refused does not count as one that guesses", async () => {
    const { verify, keyward, system, key } = await open({ guessLimit: 1 })
    await keyward.authority.updateKey(system, key.id, { enabled: false }, null)
    for (let time = 0; time < 10; time++) {
      expect((await verify({ guesser: "192.0.2.1" })).outcome).toBe("DISABLED")
    }
  })

  test("a dry run guesses like any other", async () => {
    const { verify } = await open({ guessLimit: 1 })
    await verify({ guesser: "192.0.2.1", text: unknownText(), dryRun: true })
    expect((await verify({ guesser: "192.0.2.1" })).outcome).toBe("RATE_LIMITED")
  })
})

test("a key that the caller may not know of answers in every respect like none", async () => {
  const { verify, calls, keyward, key, clock } = await open({ guessLimit: 2, patch: { limits: [minute] } })
  const asked = { explain: true, permissions: queryOf("invoices.read"), clientIp: "192.0.2.9", cost: 2 }
  const unknown = await verify({ ...asked, text: unknownText(), guesser: "192.0.2.1" })
  const invisible = await verify({ ...asked, visible: () => false, guesser: "192.0.2.2" })
  expect(invisible).toEqual(unknown)
  expect(Object.keys(invisible)).toEqual(Object.keys(unknown))
  // Both are guesses; neither consumes, nor counts as a use.
  await verify({ visible: () => false, guesser: "192.0.2.2" })
  expect((await verify({ guesser: "192.0.2.2" })).outcome).toBe("RATE_LIMITED")
  await keyward.flushUsage()
  expect(calls).not.toContain("recordUsage")
  expect((await verify()).limits[0]?.remaining).toBe(4)
  expect(await keyward.store.usage(key.organizationId, key.id, 0 as Instant, clock.now())).toEqual([])
})

test("each outcome that a key can come to, in the order of the checks", async () => {
  const { verify, keyward, system, key, clock, keyspace } = await open({
    patch: { limits: [{ ...minute, count: 1 }] },
  })
  const seen: string[] = []
  const asked = { clientIp: "192.0.2.1", origin: "https://a.example", permissions: queryOf("invoices.read") }
  const expected = async (outcome: string, check: string) => {
    const answer = await verify({ ...asked, explain: true })
    expect(answer.outcome).toBe(outcome)
    expect(answer.trace?.at(-1)?.check).toBe(check)
    seen.push(outcome)
  }
  const change = (patch: KeyPatch) => keyward.authority.updateKey(system, key.id, patch, null)
  // Everything refuses; what is checked first is named, and then put right.
  await verify()
  await change({
    enabled: false,
    notBefore: (clock.now() + 1000) as Instant,
    expiresAt: (clock.now() + 2000) as Instant,
    allowedAddresses: ["198.51.100.1"],
    allowedOrigins: ["https://b.example"],
  })
  await expected("DISABLED", "state")
  await change({ enabled: true })
  await expected("NOT_YET_VALID", "state")
  clock.advance(1000)
  await expected("IP_NOT_ALLOWED", "client_ip")
  await change({ allowedAddresses: [] })
  await expected("ORIGIN_NOT_ALLOWED", "origin")
  await change({ allowedOrigins: ["https://a.example"] })
  await expected("INSUFFICIENT_PERMISSIONS", "permissions")
  await change({ permissions: ["invoices.*"] })
  await expected("RATE_LIMITED", "limits")
  clock.advance(1000)
  await expected("EXPIRED", "state")
  await change({ expiresAt: null })
  clock.advance(60_000)
  await expected("VALID", "credits")
  await keyward.authority.updateKeyspace(system, keyspace.id, { permissions: [] }, null)
  await expected("INSUFFICIENT_PERMISSIONS", "permissions")
  await keyward.authority.revokeKey(system, key.id, { reason: "compromised", note: null })
  await expected("REVOKED", "state")
  await keyward.authority.deleteKey(system, key.id, null)
  await expected("NOT_FOUND", "lookup")
  expect(outcomes.filter((outcome) => !seen.includes(outcome))).toEqual([
    "MALFORMED",
    "OWNER_SUSPENDED",
    "USAGE_EXCEEDED",
  ])
})

describe("limits", () => {
  test("of parallel verifications exactly as many pass as fit", async () => {
    const { verify } = await open({ patch: { limits: [{ ...minute, count: 25 }] } })
    const answers = await Promise.all(Array.from({ length: 100 }, () => verify()))
    expect(answers.filter(({ outcome }) => outcome === "VALID")).toHaveLength(25)
    expect(answers.filter(({ outcome }) => outcome === "RATE_LIMITED")).toHaveLength(75)
  })

  test("a verification that one limit refuses consumes of none", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 7 }), { maxLength: 30 }), async (costs) => {
        const limits = [
          { name: "small", count: 6, windowSeconds: 3600 },
          { name: "large", count: 20, windowSeconds: 3600 },
        ]
        const { verify, clock } = await open({ patch: { limits } })
        let [small, large] = [6, 20]
        const answers = await Promise.all(costs.map((cost) => verify({ cost })))
        for (const [at, { outcome, limits: status }] of answers.entries()) {
          const cost = costs[at] ?? 0
          const fits = cost <= small && cost <= large
          expect(outcome).toBe(fits ? "VALID" : "RATE_LIMITED")
          if (fits) [small, large] = [small - cost, large - cost]
          expect(status.map(({ remaining }) => remaining)).toEqual([small, large])
        }
        clock.advance(3_600_000)
        expect((await verify({ cost: 0 })).limits.map(({ remaining }) => remaining)).toEqual([6, 20])
      }),
      { numRuns: 50 },
    )
  })

  test("a refusal of any kind consumes nothing, and a dry run neither", async () => {
    const { verify } = await open({ patch: { limits: [minute] } })
    for (let time = 0; time < 10; time++) {
      expect((await verify({ permissions: queryOf("invoices.read") })).outcome).toBe(
        "INSUFFICIENT_PERMISSIONS",
      )
      expect((await verify({ dryRun: true })).outcome).toBe("VALID")
      expect((await verify({ cost: 6 })).outcome).toBe("RATE_LIMITED")
    }
    expect((await verify()).limits[0]?.remaining).toBe(4)
  })

  test("what was consumed outlives a change of the key", async () => {
    const { verify, keyward, system, key } = await open({ patch: { limits: [minute] } })
    await verify({ cost: 5 })
    await keyward.authority.updateKey(system, key.id, { name: "Renamed" }, null)
    expect((await verify()).outcome).toBe("RATE_LIMITED")
  })
})

describe("usage", () => {
  test("counts what was verified, by hour and outcome, and not a dry run", async () => {
    const { verify, keyward, key, clock } = await open({ patch: { limits: [minute] } })
    const began = (clock.now() - 3_600_000) as Instant
    for (let time = 0; time < 7; time++) await verify()
    for (let time = 0; time < 3; time++) await verify({ dryRun: true })
    clock.advance(3_600_000)
    await verify()
    const last = clock.now()
    clock.advance(1000)
    await verify({ cost: 6 })
    await keyward.flushUsage()
    const counts = await keyward.store.usage(key.organizationId, key.id, began, (clock.now() + 1) as Instant)
    expect(counts.map(({ outcome, count }) => [outcome, count])).toEqual([
      ["RATE_LIMITED", 2],
      ["VALID", 5],
      ["RATE_LIMITED", 1],
      ["VALID", 1],
    ])
    expect((await keyward.store.key(key.organizationId, key.id))?.lastUsedAt).toBe(last)
  })

  test("is kept when it cannot be written, and written at the close", async () => {
    const inner = openMemoryStore()
    const shared: Store = { ...inner, close: async () => undefined }
    const { verify, keyward, key, intercept, log, clock } = await open({ store: shared })
    intercept((method, call) => (method === "recordUsage" ? storeUnavailable() : call()))
    await verify()
    await keyward.flushUsage()
    expect(log.join()).toContain("usage could not be written")
    await verify()
    intercept((_method, call) => call())
    await keyward.close()
    expect((await shared.key(key.organizationId, key.id))?.lastUsedAt).toBe(clock.now())
    const counts = await shared.usage(key.organizationId, key.id, 0 as Instant, clock.now())
    expect(counts.map(({ count }) => count)).toEqual([2])
  })
})

describe("a store that does not answer", () => {
  test("is told of, and no verdict is made up; what is in memory and trusted still answers", async () => {
    const { verify, intercept, clock, calls } = await open({ trustedForMs: 1000 })
    const unknown = unknownText()
    await verify()
    await verify({ text: unknown })
    intercept(storeUnavailable)
    expect((await verify()).outcome).toBe("VALID")
    expect((await verify({ text: unknown })).outcome).toBe("NOT_FOUND")
    clock.advance(1000)
    const unavailable = { failure: { code: "store_unavailable" } }
    await expect(verify()).rejects.toMatchObject(unavailable)
    await expect(verify({ text: unknown })).rejects.toMatchObject(unavailable)
    await expect(verify({ text: unknownText() })).rejects.toMatchObject(unavailable)
    expect((await verify({ text: "nonsense" })).outcome).toBe("MALFORMED")
    intercept((_method, call) => call())
    calls.length = 0
    expect((await verify()).outcome).toBe("VALID")
    expect(calls).toEqual(["subject", "keyspace"])
  })

  test("does not count as a guess", async () => {
    const { verify, intercept } = await open({ guessLimit: 1 })
    intercept(storeUnavailable)
    for (let time = 0; time < 5; time++) await expect(verify({ guesser: "192.0.2.1" })).rejects.toThrow()
    intercept((_method, call) => call())
    expect((await verify({ guesser: "192.0.2.1" })).outcome).toBe("VALID")
  })

  test("refuses neither the first nor the last who asked for the same key", async () => {
    const { verify, intercept, calls } = await open()
    intercept(storeUnavailable)
    const answers = await Promise.allSettled(Array.from({ length: 20 }, () => verify()))
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => "rejected"))
    expect(calls).toEqual(["subject"])
  })
})

describe("peppers", () => {
  test("a key stored under an older one is found, and stored under the current one from then on", async () => {
    const store = openMemoryStore()
    const { secret, key } = await open({ store })
    const peppers = new Peppers(secretBytes(1, 2))
    const { keyward } = await openTestKeyward({ store, peppers })
    const verify = async () => keyward.verifier.verify({ text: secret, visible: () => true, guesser: null })
    expect((await verify()).outcome).toBe("VALID")
    await expect
      .poll(async () => (await store.key(key.organizationId, key.id))?.secrets[0]?.pepperVersion)
      .toBe(2)
    expect((await store.key(key.organizationId, key.id))?.secrets[0]?.digest).toBe(
      peppers.digest(secret).digest,
    )
    expect((await verify()).outcome).toBe("VALID")
    await keyward.authority.revokeKey(
      { ...(await openTestKeyward()).system, organizationId: key.organizationId },
      key.id,
      { reason: "unspecified", note: null },
    )
    expect((await verify()).outcome).toBe("REVOKED")
  })

  test("a store that cannot take the new digest keeps nobody waiting", async () => {
    const store = openMemoryStore()
    const { secret } = await open({ store })
    const second = interceptedStore(store, (method, call) =>
      method === "redigest" ? storeUnavailable() : call(),
    )
    const { keyward, log } = await openTestKeyward({ store: second, peppers: new Peppers(secretBytes(1, 2)) })
    const answer = await keyward.verifier.verify({ text: secret, visible: () => true, guesser: null })
    expect(answer.outcome).toBe("VALID")
    expect(log.join()).toContain("old pepper")
  })
})
