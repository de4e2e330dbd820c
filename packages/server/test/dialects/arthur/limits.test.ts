import { describe, expect, test } from "vitest"
import { type ArthurServer, arthurServers, places } from "./arthur-server.ts"

// How many active keys there may be, whichever API makes or changes them, and how often one key may be presented.

const { fresh } = arthurServers()
let server: ArthurServer

const collection = "/auth/api_keys/"
const reached = { detail: "Maximum number of active keys reached" }
const create = () => server.ask(collection, { method: "POST", body: {} })
const deactivate = (id: string) => server.ask(`/auth/api_keys/deactivate/${id}`, { method: "DELETE" })
const active = async (): Promise<{ readonly id: string }[]> => (await server.ask(collection)).json

describe.each(places)("the limit of active keys, $mode, $engine", (place) => {
  test("is exact under racing creations, and deactivating makes room for one", async () => {
    server = await fresh(place, { settings: { maxKeys: 10 } })
    const answers = await Promise.all(Array.from({ length: 50 }, create))
    const refused = answers.filter(({ status }) => status === 400)
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(10)
    expect(refused).toHaveLength(40)
    for (const { json } of refused) expect(json).toEqual(reached)
    const keys = await active()
    expect(keys).toHaveLength(10)

    await Promise.all(keys.slice(0, 2).map(({ id }) => deactivate(id)))
    const again = await Promise.all(Array.from({ length: 10 }, create))
    expect(again.filter(({ status }) => status === 200)).toHaveLength(2)
    expect(await active()).toHaveLength(10)
  })

  test("holds for the native API too, which cannot enable a key again beyond it", async () => {
    server = await fresh(place, { settings: { maxKeys: 3 } })
    for (let at = 0; at < 3; at++) await server.issueKey()
    const [first] = await active()
    const path = `/v1/keys/${first?.id}`
    expect((await server.native("PATCH", path, { enabled: false })).status).toBe(200)
    expect((await create()).status).toBe(200)

    const enabled = await server.native("PATCH", path, { enabled: true })
    expect([enabled.status, enabled.json.code]).toEqual([409, "too_many_keys"])
    const body = { keyspace_id: server.keyspace.id, name: "One more" }
    const created = await server.native("POST", "/v1/keys", body)
    expect([created.status, created.json.code]).toEqual([409, "too_many_keys"])
    expect(await active()).toHaveLength(3)
    expect((await server.ask(`/auth/api_keys/${first?.id}`)).json.is_active).toBe(false)

    const [second] = await active()
    await deactivate(String(second?.id))
    expect((await server.native("PATCH", path, { enabled: true })).status).toBe(200)
    expect((await create()).json).toEqual(reached)
  })

  test("is kept when keys are enabled and created at once", async () => {
    server = await fresh(place, { settings: { maxKeys: 5 } })
    const disabled: string[] = []
    for (let at = 0; at < 5; at++) {
      const { id } = await server.issueKey()
      await server.native("PATCH", `/v1/keys/${id}`, { enabled: false })
      disabled.push(id)
    }
    await Promise.all([
      ...disabled.map((id) => server.native("PATCH", `/v1/keys/${id}`, { enabled: true })),
      ...Array.from({ length: 10 }, create),
    ])
    expect(await active()).toHaveLength(5)
  })

  test("does not count what has expired, and the next creation finds the room", async () => {
    server = await fresh(place, { settings: { maxKeys: 1 } })
    const { id } = await server.issueKey()
    const expires_at = new Date(server.clock.now() + 60_000).toISOString()
    expect((await server.native("PATCH", `/v1/keys/${id}`, { expires_at })).status).toBe(200)
    expect((await create()).json).toEqual(reached)
    server.advance(60)
    expect((await create()).status).toBe(200)
  })

  test("of one organization does not concern another", async () => {
    server = await fresh(place, { settings: { maxKeys: 1 } })
    await server.issueKey()
    const { admin_key } = await server.other.issue(server.other.admin)
    const asked = { method: "POST", headers: { authorization: `Bearer ${admin_key}` }, body: {} }
    expect((await server.other.ask(collection, asked)).status).toBe(200)
    expect((await server.other.ask(collection, asked)).json).toEqual(reached)
  })
})

describe.each(places)("a key over its own limit, $mode, $engine", (place) => {
  const limits = [{ name: "minute", count: 2, window_seconds: 60 }]

  test("is 429 with Retry-After, and no bad key; later it works again", async () => {
    server = await fresh(place)
    const issued = await server.issueKey(["ORG-ADMIN"])
    const master = await server.newMaster()
    for (const { id, token } of [
      { id: issued.id, token: issued.key },
      { id: master.id, token: master.secret },
    ]) {
      expect((await server.native("PATCH", `/v1/keys/${id}`, { limits })).status).toBe(200)
      const me = () => server.ask("/users/me", { token })
      expect([(await me()).status, (await me()).status]).toEqual([200, 200])
      for (const path of ["/users/me", collection]) {
        const { status, json, headers } = await server.ask(path, { token })
        expect([status, json]).toEqual([429, { detail: expect.any(String) }])
        expect(Number(headers.get("retry-after"))).toBeGreaterThan(0)
      }
      server.advance(60)
      expect((await me()).status).toBe(200)
    }
  })
})
