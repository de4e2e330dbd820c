import { type KeyPatch, later } from "@keyward/core"
import { afterEach, beforeEach, expect, test } from "vitest"
import { type NativeServer, openNative } from "./native-server.ts"

const dayMs = 24 * 3_600_000

let server: NativeServer
let keyspaceId: string
beforeEach(async () => {
  server = await openNative()
  const { authority } = server.keyward
  keyspaceId = (await authority.createKeyspace(server.system, { name: "Things", prefix: "thing" })).id
})
afterEach(() => server.close())

const newKey = (members: KeyPatch = {}) =>
  server.keyward.authority.createKey(server.system, { keyspaceId, ...members, name: "Key" })

/** What the holder of a secret is told of its end, on each way on which they are told. */
async function told(token: string | null) {
  if (token === null) throw new Error("There is a text.")
  const answers = [
    await server.ask("/v1/check", { token }),
    await server.ask("/v1/self", { token }),
    await server.ask("/v1/keys/verify", { method: "POST", body: { key: token } }),
  ]
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200])
  const [sunset, ...others] = answers.map(({ headers }) => headers["sunset"])
  expect(others).toEqual([sunset, sunset])
  return sunset
}

test("a key is told of its end from 30 days before it on, to the second, and never too late", async () => {
  const expiresAt = later(server.clock.now(), 31 * dayMs)
  const { secret } = await newKey({ expiresAt })
  expect(await told(secret)).toBeUndefined()
  server.clock.advance(dayMs - 1)
  expect(await told(secret)).toBeUndefined()
  server.clock.advance(1)
  const date = await told(secret)
  expect(date).toMatch(/^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/)
  expect(Date.parse(String(date))).toBe(Math.floor(expiresAt / 1000) * 1000)
})

test("a key that never expires is told nothing", async () => {
  expect(await told((await newKey()).secret)).toBeUndefined()
})

test("of two secrets the one that ends is told, and the other is not", async () => {
  const { authority } = server.keyward
  const { key, secret } = await newKey({ expiresAt: later(server.clock.now(), 400 * dayMs) })
  const rotated = await authority.rotateKey(server.system, key.id, { overlapMs: 2 * dayMs }, null)
  expect(Date.parse(String(await told(secret)))).toBeLessThanOrEqual(server.clock.now() + 2 * dayMs)
  expect(await told(rotated.secret)).toBeUndefined()
})
