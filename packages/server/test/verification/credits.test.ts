import { type Instant, type KeyspaceLimit, type NewCredits, openMemoryStore, type Store } from "@keyward/core"
import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { openPostgresStore } from "../../src/stores/postgres/open.ts"
import { openSqliteStore } from "../../src/stores/sqlite/open.ts"
import type { Verification, VerificationRequest } from "../../src/verification/verifier.ts"
import { type Intercept, interceptedStore, storeUnavailable } from "../intercepted-store.ts"
import { postgresUrl } from "../postgres/database.ts"
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
  ["memory", async () => openMemoryStore(), 40],
  ["sqlite", () => openSqliteStore({ path: freshPath() }), 15],
  ["postgres", async () => openPostgresStore({ url: await postgresUrl() }), 10],
] as const)("over %s", (_engine, store, numRuns) => {
  test("of N parallel verifications of a key with M credits exactly the lesser of both are accepted", async () => {
    const { keyward, system, key, secret, verify } = await open({ store: await store() })
    const some = fc.nat({ max: 24 })
    await fc.assert(
      fc.asyncProperty(some, some, async (count, remaining) => {
        const credits: NewCredits = { remaining, refill: null, onUnavailable: "deny" }
        await keyward.authority.updateKey(system, key.id, { credits }, null)
        const answers = await Promise.all(Array.from({ length: count }, () => verify({ text: secret })))
        const accepted = Math.min(count, remaining)
        expect(outcomes(answers, "VALID")).toBe(accepted)
        expect(outcomes(answers, "USAGE_EXCEEDED")).toBe(count - accepted)
        expect((await verify({ cost: 0 })).credits?.remaining).toBe(remaining - accepted)
      }),
      { numRuns },
    )
    await keyward.close()
  })

  test("whatever two keys ask at once, what is accepted is gone of every window and of the credits, and nothing else", async () => {
    const { keyward, system } = await open({ store: await store() })
    const { authority, verifier } = keyward
    const given = fc.record({
      /** Of each key. */
      credits: fc.tuple(fc.nat({ max: 20 }), fc.nat({ max: 20 })),
      perKey: fc.integer({ min: 1, max: 20 }),
      perOwner: fc.integer({ min: 1, max: 30 }),
      uses: fc.array(fc.record({ by: fc.nat({ max: 1 }), cost: fc.nat({ max: 6 }) }), { maxLength: 15 }),
    })
    let run = 0
    await fc.assert(
      fc.asyncProperty(given, async ({ credits, perKey, perOwner, uses }) => {
        const limits: KeyspaceLimit[] = [
          { name: "minute", count: perKey, windowSeconds: 60 },
          { name: "day", count: perKey + 5, windowSeconds: 86_400 },
          { name: "shared", count: perOwner, windowSeconds: 3600, per: "owner" },
        ]
        const { id: keyspaceId } = await authority.createKeyspace(system, {
          ...{ name: `Shared ${++run}`, prefix: "acme", limits },
        })
        const keys = await Promise.all(
          credits.map((remaining) =>
            authority.createKey(system, {
              ...{ keyspaceId, name: "Key", credits: { remaining, refill: null, onUnavailable: "deny" } },
            }),
          ),
        )
        const verify = async (by: number, cost: number) =>
          verifier.verify({ text: keys[by]?.secret ?? "", visible: () => true, guesser: null, cost })
        const answers = await Promise.all(uses.map(({ by, cost }) => verify(by, cost)))
        const spent = [0, 1].map((key) =>
          uses.reduce(
            (sum, { by, cost }, at) => (by === key && answers[at]?.outcome === "VALID" ? sum + cost : sum),
            0,
          ),
        )
        const [one = 0, other = 0] = spent
        for (const by of [0, 1]) {
          const [gone = 0, had = 0] = [spent[by], credits[by]]
          const left = { minute: perKey - gone, day: perKey + 5 - gone, shared: perOwner - one - other }
          const told = await verify(by, 0)
          expect(Object.fromEntries(told.limits.map(({ name, remaining }) => [name, remaining]))).toEqual(
            left,
          )
          expect(told.credits?.remaining).toBe(had - gone)
          // Alone, whatever is more than there is of one of them is refused.
          const most = Math.min(...Object.values(left), had - gone)
          expect((await verify(by, most + 1)).outcome).not.toBe("VALID")
        }
        const rest = Math.min(perKey - one, perOwner - one - other, (credits[0] ?? 0) - one)
        expect((await verify(0, rest)).outcome).toBe("VALID")
      }),
      { numRuns },
    )
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
