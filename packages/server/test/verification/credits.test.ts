import { type Instant, type NewCredits, openMemoryStore, type Store } from "@keyward/core"
import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { openSqliteStore } from "../../src/stores/sqlite/open.ts"
import type { Verification, VerificationRequest } from "../../src/verification/verifier.ts"
import { type Intercept, interceptedStore, storeUnavailable } from "../intercepted-store.ts"
import { freshPath } from "../stores/places.ts"
import { openTestKeyward } from "../test-keyward.ts"

interface Given extends Partial<NewCredits> {
  readonly limit?: number
  readonly store?: Store
}

/** An authority with one key that has credits, and a limit where one is given. */
async function open({ limit, store = openMemoryStore(), ...credits }: Given) {
  let intercept: Intercept = (_method, call) => call()
  const calls: string[] = []
  const opened = await openTestKeyward({
    store: interceptedStore(store, (method, call) => {
      calls.push(method)
      return intercept(method, call)
    }),
  })
  const { keyward, system } = opened
  const { id: keyspaceId } = await keyward.authority.createKeyspace(system, {
    name: "Counted",
    prefix: "acme",
  })
  const { key, secret } = await keyward.authority.createKey(system, {
    keyspaceId,
    name: "Counted",
    credits: { remaining: 5, refill: null, onUnavailable: "deny", ...credits },
    limits: limit === undefined ? [] : [{ name: "hour", count: limit, windowSeconds: 3600 }],
  })
  const verify = async (asked: Partial<VerificationRequest> = {}): Promise<Verification> =>
    keyward.verifier.verify({ text: secret, visible: () => true, guesser: null, ...asked })
  await verify({ cost: 0 })
  calls.length = 0
  const intercepted = (by: Intercept) => {
    intercept = by
  }
  const remaining = async () => (await keyward.authority.key(system, key.id)).credits?.remaining
  return { ...opened, key, secret, calls, verify, intercept: intercepted, remaining }
}

const outcomes = (answers: readonly Verification[], outcome: string) =>
  answers.filter((answer) => answer.outcome === outcome).length

describe.each([
  ["memory", async () => openMemoryStore()],
  ["sqlite", () => openSqliteStore({ path: freshPath() })],
] as const)("over %s", (_engine, store) => {
  test("of parallel verifications exactly as many are accepted as there are credits", async () => {
    const { verify, remaining, keyward } = await open({ remaining: 7, store: await store() })
    const answers = await Promise.all(Array.from({ length: 20 }, () => verify()))
    expect(outcomes(answers, "VALID")).toBe(7)
    expect(outcomes(answers, "USAGE_EXCEEDED")).toBe(13)
    expect(await remaining()).toBe(0)
    await keyward.close()
  })

  test("all or nothing with the limits, whichever of the two refuses", async () => {
    const { verify, remaining, keyward, clock } = await open({
      remaining: 6,
      limit: 10,
      store: await store(),
    })
    expect(await verify({ cost: 7 })).toMatchObject({
      outcome: "USAGE_EXCEEDED",
      limits: [{ name: "hour", remaining: 10 }],
      credits: { remaining: 6 },
    })
    expect(await verify({ cost: 11 })).toMatchObject({ outcome: "RATE_LIMITED", credits: null })
    expect(await remaining()).toBe(6)
    expect(await verify({ cost: 6 })).toMatchObject({
      outcome: "VALID",
      limits: [{ remaining: 4 }],
      credits: { remaining: 0, refillsAt: null },
    })
    expect(await verify()).toMatchObject({ outcome: "USAGE_EXCEEDED", limits: [{ remaining: 4 }] })
    clock.advance(3_600_000)
    expect((await verify({ cost: 0 })).limits).toMatchObject([{ remaining: 10 }])
    await keyward.close()
  })
})

test("whatever is asked at once, what is accepted fits into credits and limit, and is all that is gone", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.nat({ max: 20 }),
      fc.nat({ max: 20 }),
      fc.array(fc.integer({ min: 0, max: 6 }), { maxLength: 15 }),
      async (credits, limit, costs) => {
        const { verify, remaining } = await open({ remaining: credits, limit: limit + 1 })
        const answers = await Promise.all(costs.map((cost) => verify({ cost })))
        const accepted = costs.filter((_, at) => answers[at]?.outcome === "VALID")
        const sum = accepted.reduce((total, cost) => total + cost, 0)
        expect(await remaining()).toBe(credits - sum)
        const { limits } = await verify({ cost: 0 })
        expect(limits).toMatchObject([{ remaining: limit + 1 - sum }])
        // Alone, a cost that fits is accepted: nothing was lost to those that were refused.
        const rest = Math.min(credits, limit + 1) - sum
        expect((await verify({ cost: rest })).outcome).toBe("VALID")
        expect((await verify({ cost: 1_000 })).outcome).not.toBe("VALID")
      },
    ),
    { numRuns: 60 },
  )
})

test("a refill makes a key valid again, and the answer said when", async () => {
  const refill = {
    amount: 3,
    maximum: 3,
    every: "day",
    on: 1,
    at: "02:30",
    timeZone: "Europe/Berlin",
  } as const
  const { verify, clock } = await open({ remaining: 1, refill })
  const first = await verify()
  const refillsAt = first.credits?.refillsAt ?? Number.NaN
  const wait = refillsAt - clock.now()
  expect(await verify()).toMatchObject({
    outcome: "USAGE_EXCEEDED",
    retryAfterMs: wait,
    credits: { remaining: 0, refillsAt },
  })
  clock.advance(wait - 1)
  expect((await verify()).outcome).toBe("USAGE_EXCEEDED")
  clock.advance(1)
  expect(await verify()).toMatchObject({ outcome: "VALID", credits: { remaining: 2 } })
})

test("a dry run, and one that costs nothing, write nothing and tell the same", async () => {
  const { verify, remaining, calls, key, keyward, clock } = await open({ remaining: 2 })
  expect(await verify({ dryRun: true })).toMatchObject({ outcome: "VALID", credits: { remaining: 1 } })
  expect(await verify({ dryRun: true, cost: 3 })).toMatchObject({
    outcome: "USAGE_EXCEEDED",
    credits: { remaining: 2 },
    retryAfterMs: null,
  })
  expect(await verify({ cost: 0 })).toMatchObject({ outcome: "VALID", credits: { remaining: 2 } })
  expect(calls).toEqual(["creditBalance", "creditBalance", "creditBalance"])
  expect(await remaining()).toBe(2)
  await keyward.flushUsage()
  const counts = await keyward.store.usage(key.organizationId, key.id, 0 as Instant, clock.now())
  expect(counts).toMatchObject([{ outcome: "VALID", count: 2 }])
})

test("use is no change of the key: the cache asks for nothing but the credits", async () => {
  const { verify, calls, keyward, system, key } = await open({ remaining: 50 })
  for (let time = 0; time < 20; time++) await verify()
  await keyward.authority.addCredits(system, key.id, 5)
  await verify()
  expect(calls).not.toContain("subject")
  expect(await keyward.authority.key(system, key.id)).toMatchObject({
    revision: 1,
    credits: { remaining: 34 },
  })
})

test("a key without credits is decided at once, and asks the store for nothing", async () => {
  const { keyward, system, key, secret, calls } = await open({})
  await keyward.authority.updateKey(system, key.id, { credits: null }, null)
  await keyward.verifier.verify({ text: secret, visible: () => true, guesser: null })
  calls.length = 0
  const answer = keyward.verifier.verify({ text: secret, visible: () => true, guesser: null })
  expect(answer).not.toBeInstanceOf(Promise)
  expect(answer).toMatchObject({ outcome: "VALID", credits: null })
  expect(calls).toEqual([])
})

test("what refuses before the credits costs none", async () => {
  const { verify, remaining, keyward, system, key } = await open({ remaining: 3 })
  await keyward.authority.updateKey(system, key.id, { allowedAddresses: ["192.0.2.1"] }, null)
  expect((await verify()).outcome).toBe("IP_NOT_ALLOWED")
  await keyward.authority.updateKey(system, key.id, { enabled: false }, null)
  expect((await verify()).outcome).toBe("DISABLED")
  expect(await remaining()).toBe(3)
})

test("credits that were taken away meanwhile are no reason to refuse", async () => {
  const { verify, intercept } = await open({ remaining: 0 })
  intercept((method, call) => (method === "spendCredits" ? Promise.resolve(null) : call()))
  expect(await verify({ explain: true })).toMatchObject({ outcome: "VALID", credits: null })
})

describe("while the store does not answer", () => {
  const gone: Intercept = (method, call) => (method === "spendCredits" ? storeUnavailable() : call())

  test("`deny` gives no answer, and the limits are as they were", async () => {
    const { verify, intercept, remaining } = await open({ remaining: 5, limit: 10 })
    intercept(gone)
    for (let time = 0; time < 20; time++) {
      await expect(verify()).rejects.toMatchObject({ failure: { code: "store_unavailable" } })
    }
    intercept((_method, call) => call())
    expect(await verify()).toMatchObject({ outcome: "VALID", limits: [{ remaining: 9 }] })
    expect(await remaining()).toBe(4)
  })

  test("`allow` goes on uncounted, says so, and still keeps the limits", async () => {
    const { verify, intercept, remaining } = await open({ remaining: 0, limit: 2, onUnavailable: "allow" })
    intercept(gone)
    const answer = await verify({ explain: true })
    expect(answer).toMatchObject({ outcome: "VALID", credits: { remaining: null, refillsAt: null } })
    expect(answer.trace?.at(-1)).toMatchObject({ check: "credits", result: "skipped" })
    await verify()
    expect((await verify()).outcome).toBe("RATE_LIMITED")
    intercept((_method, call) => call())
    expect(await remaining()).toBe(0)
  })

  test("another fault than the store's absence is never taken for it", async () => {
    const { verify, intercept } = await open({ onUnavailable: "allow" })
    intercept((method, call) =>
      method === "spendCredits" ? Promise.reject(new TypeError("a fault")) : call(),
    )
    await expect(verify()).rejects.toThrow(TypeError)
  })
})

test("what another verification has reserved counts until it is settled, and no longer", async () => {
  const { verify, intercept } = await open({ remaining: 1, limit: 3 })
  let answer = () => {}
  const waiting = new Promise<void>((resolve) => {
    answer = resolve
  })
  intercept(async (_method, call) => {
    await waiting
    return call()
  })
  const slow = verify({ cost: 3 })
  expect((await verify()).outcome).toBe("RATE_LIMITED")
  answer()
  expect(await slow).toMatchObject({ outcome: "USAGE_EXCEEDED", limits: [{ remaining: 3 }] })
  expect((await verify()).outcome).toBe("VALID")
})
