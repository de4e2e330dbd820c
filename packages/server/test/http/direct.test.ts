import { connect } from "node:net"
import { later, nativeFormat, systemEntropy } from "@keyward/core"
import { afterEach, beforeEach, expect, test } from "vitest"
import { createDemoKeyspace } from "../../src/first-start.ts"
import { storeUnavailable } from "../intercepted-store.ts"
import { type NativeServer, openNative, type Reply } from "./native-server.ts"

// What is answered straight from node:http is answered as Fastify would: `ask` goes through Fastify alone, `send`
// through a socket, where the plain requests go the direct way.

let server: NativeServer
let url: string
let secret: string

beforeEach(async () => {
  server = await openNative({ guessLimit: 5 })
  const keyspace = await createDemoKeyspace(server.keyward, server.created.organization.id)
  const limits = [{ name: "minute", count: 100, windowSeconds: 60 }]
  // Close to its end, so that the header which tells of that is there.
  const expiresAt = later(server.clock.now(), 7 * 24 * 3_600_000)
  const input = { keyspaceId: keyspace.id, name: "Plain", permissions: ["things.read"], limits, expiresAt }
  secret = (await server.keyward.authority.createKey(server.system, input)).secret
  url = await server.app.listen({ host: "127.0.0.1", port: 0 })
})

afterEach(() => server.close())

async function send(body: string, headers: Record<string, string> = {}): Promise<Reply> {
  const response = await fetch(`${url}/v1/keys/verify`, {
    method: "POST",
    body,
    headers: { authorization: `Bearer ${server.admin}`, "content-type": "application/json", ...headers },
  })
  const text = await response.text()
  return {
    status: response.status,
    headers: Object.fromEntries(response.headers),
    text,
    json: JSON.parse(text),
  }
}

/** An answer without what differs from one request to the next. */
function lasting({ status, headers, json }: Reply) {
  const {
    date: _,
    connection: __,
    "keep-alive": ___,
    "x-request-id": id,
    "content-length": ____,
    ...others
  } = headers
  expect(id).toBeTruthy()
  const { request_id: named = id, limits: _____, ...members } = json
  expect(named).toBe(id)
  return { status, others, members }
}

const bodies: readonly [string, (key: string) => string][] = [
  ["a live key", (key) => JSON.stringify({ key, permissions: "things.read" })],
  [
    "a live key that lacks a permission, explained",
    (key) => JSON.stringify({ key, permissions: "things.write", explain: true }),
  ],
  ["an unknown key", () => JSON.stringify({ key: "demo_live_000000000000000000000000000000000WtOqv" })],
  ["no key text", () => JSON.stringify({ key: "nothing" })],
  ["an unknown member", (key) => JSON.stringify({ key, secret: 1 })],
  ["no member", () => "{}"],
  ["null", () => "null"],
  ["no JSON", () => "{"],
  ["a NUL", () => '{"key":"\\u0000"}'],
  ["a query that is none", (key) => JSON.stringify({ key, permissions: "(" })],
  ["a body over the limit", () => JSON.stringify({ key: "x".repeat(70_000) })],
]

test.each(bodies)("%s is answered as the ordinary way answers it", async (_, bodyOf) => {
  const body = bodyOf(secret)
  const asked = { method: "POST", raw: body }
  // Once the store has to be asked, once everything is in memory.
  const [first, second] = [await send(body), await send(body)]
  const expected = lasting(await server.ask("/v1/keys/verify", asked))
  expect(lasting(first)).toEqual(expected)
  expect(lasting(second)).toEqual(expected)
})

test.each<[string, Record<string, string>]>([
  ["no credential", { authorization: "" }],
  ["a credential of another scheme", { authorization: "Basic eDp5" }],
  ["a key that does not exist", { authorization: "Bearer keyward_00000000000000000000000000000000WtOqv1" }],
  ["another content type", { "content-type": "text/plain" }],
  ["a content type with a parameter", { "content-type": "application/json; charset=utf-8" }],
  ["an If-Match that is none", { "if-match": "x" }],
])("with %s, too", async (_, headers) => {
  const body = JSON.stringify({ key: secret })
  const answered = lasting(await send(body, headers))
  const { authorization } = headers
  const token = authorization === undefined ? server.admin : null
  expect(answered).toEqual(
    lasting(await server.ask("/v1/keys/verify", { method: "POST", raw: body, token, headers })),
  )
})

test("the client's name for a request is kept, and every answer has one", async () => {
  const body = JSON.stringify({ key: secret })
  expect((await send(body, { "x-request-id": "mine-1" })).headers["x-request-id"]).toBe("mine-1")
  expect((await send("{", { "x-request-id": "mine-2" })).json.request_id).toBe("mine-2")
  const ids = [await send(body), await send(body)].map(({ headers }) => headers["x-request-id"])
  expect(new Set(ids).size).toBe(2)
})

test("what is handed over is neither decided nor counted twice", async () => {
  const body = JSON.stringify({ key: secret })
  const remaining = async () => (await send(body)).json.limits[0].remaining
  const before = await remaining()
  await send(JSON.stringify({ key: secret, permissions: "(" }))
  expect(await remaining()).toBe(before - 1)

  // Five secrets that do not exist are allowed in a minute; the one after them is not looked up any more.
  const statuses: number[] = []
  for (let attempt = 0; attempt < 6; attempt++) {
    const authorization = `Bearer ${nativeFormat.print("keyward", "", systemEntropy)}`
    statuses.push((await send(body, { authorization })).status)
  }
  expect(statuses).toEqual([401, 401, 401, 401, 401, 429])
})

test("a store that is away is 503 with Retry-After, and a verdict once it is back", async () => {
  const body = JSON.stringify({ key: secret })
  server.intercept(storeUnavailable)
  const refused = await send(body)
  expect([refused.status, refused.json.code]).toEqual([503, "store_unavailable"])
  expect(refused.headers["retry-after"]).toBeTruthy()
  server.intercept(null)
  expect((await send(body)).json.code).toBe("VALID")
})

test("requests may come in pieces, and one behind another", async () => {
  const body = JSON.stringify({ key: secret })
  const head = `POST /v1/keys/verify HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${server.admin}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n`
  const whole = `${head}\r\n${body}`
  const last = `${head}connection: close\r\n\r\n${body}`
  const socket = connect(Number(new URL(url).port), "127.0.0.1")
  socket.setEncoding("utf8").setNoDelay(true)
  let received = ""
  socket.on("data", (chunk) => {
    received += chunk
  })
  const ended = new Promise((resolve) => socket.on("close", resolve))
  for (const piece of [whole.slice(0, 40), whole.slice(40, -10), whole.slice(-10) + whole, last]) {
    await new Promise<void>((resolve) => socket.write(piece, () => resolve()))
  }
  await ended
  expect(received.match(/"code":"VALID"/g)).toHaveLength(3)
})

test("of a key with credits, and by one, each verification costs once, also where the store fails", async () => {
  const { authority } = server.keyward
  const credits = { remaining: 10, refill: null, onUnavailable: "deny" } as const
  const counted = async (keyspaceId: string, permissions: readonly string[]) =>
    authority.createKey(server.system, { keyspaceId, name: "Counted", permissions, credits })
  const { keyspaceId } = await authority.key(server.system, await keyIdOf(secret))
  const [verified, caller] = [
    await counted(keyspaceId, ["things.read"]),
    await counted(server.created.managementKeyspace.id, ["keys.verify"]),
  ]
  const left = async ({ id }: { readonly id: string }) =>
    (await authority.key(server.system, id)).credits?.remaining
  const body = JSON.stringify({ key: verified.secret })
  for (const spent of [1, 2]) {
    const { json } = await send(body, { authorization: `Bearer ${caller.secret}` })
    expect(json).toMatchObject({ valid: true, credits: { remaining: 10 - spent } })
    expect(await left(caller.key)).toBe(10 - spent)
  }
  let asked = 0
  server.intercept(async (method, call) => {
    const answer = await call()
    if (method !== "spendCredits") return answer
    asked++
    return storeUnavailable()
  })
  const { status, json } = await send(body)
  expect([status, json.code, asked]).toEqual([503, "store_unavailable", 1])
})

async function keyIdOf(key: string): Promise<string> {
  return (await send(JSON.stringify({ key, dry_run: true }))).json.key_id
}
