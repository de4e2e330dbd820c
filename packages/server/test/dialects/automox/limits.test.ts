import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { engines } from "../dialect-server.ts"
import { type Console, openConsole, type Person } from "./console.ts"

describe.each(engines)("the limit of keys of one user, %s", (engine) => {
  let at: Console
  beforeAll(async () => {
    at = await openConsole({ engine })
  })
  afterAll(() => at.close())

  const many = Array.from({ length: 50 }, (_each, n) => n)
  const statusOf = ({ status }: { readonly status: number }) => status
  const full = { errors: ["The maximum number of API keys has been reached."] }
  const sizeOf = async (who: Person) => (await at.list(who)).json.size

  test("of 50 creations at once, as many succeed as there is room for", async () => {
    const jane = await at.someone("member")
    const replies = await Promise.all(many.map((n) => at.create(jane, { name: `Key ${n}` })))
    expect(replies.map(statusOf).filter((status) => status === 200)).toHaveLength(9)
    const refused = replies.filter(({ status }) => status !== 200).map(({ json }) => json)
    expect(refused).toEqual(Array(41).fill(full))
    expect(await sizeOf(jane)).toBe(10)
  })

  test("the same with generated names, each of which is another", async () => {
    const jane = await at.someone("member")
    const replies = await Promise.all(many.map(() => at.create(jane)))
    expect(replies.map(statusOf).filter((status) => status === 200)).toHaveLength(9)
    const refused = replies.filter(({ status }) => status !== 200).map(({ json }) => json)
    expect(refused).toEqual(Array(41).fill(full))
    const names = (await at.list(jane)).json.results.map(({ name }: { name: string }) => name)
    const generated = many.slice(1, 11).map((n) => `API key ${n}`)
    expect(names.toSorted()).toEqual(generated.toSorted())
  })

  test("of 50 creations of one name, one succeeds", async () => {
    const jane = await at.someone("member")
    const replies = await Promise.all(many.map(() => at.create(jane, { name: "Build" })))
    expect(replies.map(statusOf).filter((status) => status === 200)).toHaveLength(1)
    expect(await sizeOf(jane)).toBe(2)
  })

  test("disabled and expired keys count; deleted ones do not, nor do another's", async () => {
    const [jane, joe] = [await at.someone("member"), await at.someone("member")]
    const ids: number[] = []
    for (let n = 2; n <= 10; n++) {
      const expires_at = n % 2 === 0 ? "2026-07-02T00:00:00Z" : null
      const { json } = await at.create(jane, { name: `${n}`, expires_at })
      ids.push(json.id)
    }
    await at.update(jane, ids[1] ?? 0, { is_enabled: false })
    at.server.advance(7 * 24 * 60 * 60)
    expect((await at.create(jane, { name: "Eleventh" })).status).toBe(400)
    expect((await at.create(joe, { name: "Second" })).status).toBe(200)
    expect((await at.delete(jane, ids[0] ?? 0)).status).toBe(204)
    expect((await at.create(jane, { name: "Tenth" })).status).toBe(200)
    expect((await at.create(jane, { name: "Eleventh" })).status).toBe(400)
  })
})

test.each(engines)("the limit is the operator's to set, %s", async (engine) => {
  const at = await openConsole({ engine, settings: { maxKeys: 2 } })
  const jane = await at.someone("member")
  const statuses = [await at.create(jane, { name: "Second" }), await at.create(jane, { name: "Third" })]
  expect(statuses.map(({ status }) => status)).toEqual([200, 400])
  await at.close()
})
