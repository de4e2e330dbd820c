import type { KeyspaceLimit, Limit, Owner } from "@keyward/core"
import fc from "fast-check"
import { expect, test } from "vitest"
import type { Verification } from "../../src/verification/verifier.ts"
import { openTestKeyward } from "../test-keyward.ts"

const hour = (count: number, per: KeyspaceLimit["per"], name: string = String(per)) =>
  ({ name, count, windowSeconds: 3600, ...(per && { per }) }) satisfies KeyspaceLimit
const ada: Owner = { kind: "external", id: "ada" }
const bob: Owner = { kind: "external", id: "bob" }

/** An authority with keyspaces that have limits. */
async function open() {
  const opened = await openTestKeyward()
  const { authority, verifier } = opened.keyward
  const keyspace = async (...limits: KeyspaceLimit[]) =>
    (await authority.createKeyspace(opened.system, { name: `Shared ${++made}`, prefix: "acme", limits })).id
  const key = async (keyspaceId: string, owner: Owner, limits: readonly Limit[] = []) => {
    const created = await authority.createKey(opened.system, { keyspaceId, name: "Key", owner, limits })
    const verify = async (cost = 1): Promise<Verification> =>
      verifier.verify({ text: created.secret, visible: () => true, guesser: null, cost })
    return { ...created.key, verify }
  }
  return { ...opened, authority, keyspace, key }
}
let made = 0

const left = ({ limits }: Verification) =>
  Object.fromEntries(limits.map(({ name, remaining }) => [name, remaining]))

test("an owner's keys of a keyspace consume together what is per owner, and all of a keyspace what is per keyspace", async () => {
  const { keyspace, key } = await open()
  const limits = [hour(10, "key"), hour(10, "owner"), hour(10, "keyspace")]
  const [first, second] = [await keyspace(...limits), await keyspace(...limits)]
  const [adas, adasOther, bobs, elsewhere] = [
    await key(first, ada),
    await key(first, ada),
    await key(first, bob),
    await key(second, ada),
  ]
  expect(left(await adas.verify(1))).toEqual({ key: 9, owner: 9, keyspace: 9 })
  expect(left(await adasOther.verify(2))).toEqual({ key: 8, owner: 7, keyspace: 7 })
  expect(left(await bobs.verify(3))).toEqual({ key: 7, owner: 7, keyspace: 4 })
  expect(left(await elsewhere.verify(4))).toEqual({ key: 6, owner: 6, keyspace: 6 })
  // Five are too many for the keyspace alone, and consume of nothing.
  const refused = await bobs.verify(5)
  expect([refused.outcome, left(refused)]).toEqual(["RATE_LIMITED", { key: 7, owner: 7, keyspace: 4 }])
  expect(left(await adas.verify(0))).toEqual({ key: 9, owner: 7, keyspace: 4 })
})

test("an owner of one kind is not that of another with the same id", async () => {
  const { keyspace, key, created } = await open()
  const id = await keyspace(hour(5, "owner"))
  const organization = created.organization.id
  const one = await key(id, { kind: "organization", id: organization })
  const other = await key(id, { kind: "external", id: organization })
  await one.verify(5)
  expect((await other.verify(5)).outcome).toBe("VALID")
})

test("a key's own limit takes the place of a shared one of the same name, for that key alone", async () => {
  const { keyspace, key } = await open()
  const id = await keyspace(hour(2, "owner", "hour"))
  const own = await key(id, ada, [hour(7, undefined, "hour")])
  const plain = await key(id, ada)
  expect(left(await own.verify(5))).toEqual({ hour: 2 })
  expect(left(await plain.verify(2))).toEqual({ hour: 0 })
  expect((await own.verify(2)).outcome).toBe("VALID")
})

test("a key that is handed over consumes with the keys of its new owner", async () => {
  const { keyspace, key, authority, system } = await open()
  const id = await keyspace(hour(5, "owner"))
  const [handed, bobs] = [await key(id, ada), await key(id, bob)]
  await handed.verify(5)
  await authority.updateKey(system, handed.id, { owner: bob }, null)
  expect(left(await handed.verify(2))).toEqual({ owner: 3 })
  expect(left(await bobs.verify(0))).toEqual({ owner: 3 })
})

test("over any windows and scopes, as much is consumed as was accepted, and a refusal consumes nothing", async () => {
  const { keyspace, key, clock } = await open()
  const limit = fc.record({
    count: fc.integer({ min: 1, max: 12 }),
    windowSeconds: fc.constantFrom(60, 3600, 86_400),
    per: fc.constantFrom("key", "owner", "keyspace"),
  })
  const limitsOf = fc
    .array(limit, { minLength: 1, maxLength: 5 })
    .map((limits) => limits.map((one, at) => ({ ...one, name: `limit-${at}` })))
  const use = fc.record({ by: fc.nat({ max: 3 }), cost: fc.nat({ max: 5 }) })
  await fc.assert(
    fc.asyncProperty(limitsOf, fc.array(use, { maxLength: 20 }), async (limits, uses) => {
      clock.advance(100 * 86_400_000)
      const id = await keyspace(...limits)
      const keys = await Promise.all([ada, ada, bob, bob].map((owner) => key(id, owner)))
      /** What was accepted, by limit and who shares it. */
      const consumed = new Map<string, number>()
      const names = (by: number) =>
        limits.map(
          ({ name, per }) => `${name} ${{ key: by, owner: by < 2 ? "ada" : "bob", keyspace: "" }[per]}`,
        )
      for (const { by, cost } of uses) {
        const answer = await keys[by]?.verify(cost)
        const mine = names(by)
        const fits = limits.every(({ count }, at) => (consumed.get(mine[at] ?? "") ?? 0) + cost <= count)
        expect(answer?.outcome).toBe(fits ? "VALID" : "RATE_LIMITED")
        if (fits) for (const name of mine) consumed.set(name, (consumed.get(name) ?? 0) + cost)
        expect(answer?.limits.map(({ remaining }) => remaining)).toEqual(
          limits.map(({ count }, at) => count - (consumed.get(mine[at] ?? "") ?? 0)),
        )
      }
    }),
    { numRuns: 100 },
  )
})

test("steady traffic of all keys together, below the rate of every limit, is never refused", async () => {
  const { keyspace, key, clock } = await open()
  const id = await keyspace(
    { name: "second", count: 2, windowSeconds: 1, per: "keyspace" },
    { name: "minute", count: 60, windowSeconds: 60, per: "owner" },
    hour(1800, "key"),
  )
  const keys = [await key(id, ada), await key(id, ada), await key(id, bob), await key(id, bob)]
  // Two a second in all: one of each owner, and half of one of each key.
  for (let turn = 0; turn < 20_000; turn++) {
    expect((await keys[[0, 2, 1, 3][turn % 4] ?? 0]?.verify())?.outcome).toBe("VALID")
    clock.advance(500)
  }
})

test("an owner for whom a limit has other numbers keeps to those, and the others to the limit", async () => {
  const { keyspace, key } = await open()
  const overrides = [{ owner: ada, count: 20, windowSeconds: 60 }]
  const id = await keyspace({ ...hour(2, "owner"), overrides }, { ...hour(1, "key"), overrides })
  const [adas, adasOther, bobs] = [await key(id, ada), await key(id, ada), await key(id, bob)]
  expect(left(await adas.verify(15))).toEqual({ owner: 5, key: 5 })
  expect((await adasOther.verify(6)).outcome).toBe("RATE_LIMITED")
  expect(left(await adasOther.verify(5))).toEqual({ owner: 0, key: 15 })
  expect((await bobs.verify(2)).outcome).toBe("RATE_LIMITED")
  expect(left(await bobs.verify(1))).toEqual({ owner: 1, key: 0 })
  const own = await key(id, ada, [hour(3, undefined, "owner")])
  expect(left(await own.verify(1))).toEqual({ owner: 2, key: 19 })
})
