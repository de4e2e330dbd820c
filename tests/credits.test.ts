import { expect, test } from "vitest"
import { install } from "./server.ts"

test("two servers over one PostgreSQL accept of one key exactly as many as it has credits", async () => {
  const installation = await install("postgres")
  const near = await installation.start()
  const far = await installation.start("serve")
  const client = near.client()
  const { id: keyspace_id } = await client.keyspaces.create({ name: "Counted", prefix: "count" })
  const { id, secret } = await client.keys.create({
    keyspace_id,
    name: "Counted",
    credits: { remaining: 25 },
    limits: [{ name: "hour", count: 1_000, window_seconds: 3600 }],
  })
  const codesOf = async (count: number) => {
    const servers = Array.from({ length: count }, (_, at) => (at % 2 === 0 ? near : far))
    const answers = await Promise.all(servers.map((server) => server.client().keys.verify({ key: secret })))
    return Map.groupBy(answers, ({ code }) => code)
  }
  const first = await codesOf(60)
  expect(first.get("VALID")).toHaveLength(25)
  expect(first.get("USAGE_EXCEEDED")).toHaveLength(35)
  // Each was told of another balance, so none was taken twice.
  const balances = first.get("VALID")?.map(({ credits }) => Number(credits?.remaining)) ?? []
  expect(new Set(balances)).toEqual(new Set(Array.from({ length: 25 }, (_, left) => left)))

  await Promise.all([near, far].map((server) => server.client().keys.addCredits(id, 5)))
  const second = await codesOf(20)
  expect(second.get("VALID")).toHaveLength(10)
  expect(await far.client().keys.read(id)).toMatchObject({ revision: 1, credits: { remaining: 0 } })
  // What was refused consumed nothing: each server counted in its limit what it accepted, and no more.
  const left = await Promise.all(
    [near, far].map((server) => server.client().keys.verify({ key: secret, cost: 0 })),
  )
  const consumed = left.flatMap(({ limits }) => limits.map(({ remaining }) => 1_000 - remaining))
  expect(consumed.reduce((sum, units) => sum + units, 0)).toBe(35)
})
