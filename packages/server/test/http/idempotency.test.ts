import { nativeRoutes, type Route, takesIdempotencyKey } from "@keyward/contract"
import { later, openMemoryStore, printTimestamp, replayLifetimeMs } from "@keyward/core"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { type Ask, type NativeServer, openNative, type Reply } from "./native-server.ts"
import { guestPassword, post, someone, unique } from "./route-case.ts"

const routes: readonly Route[] = nativeRoutes

let server: NativeServer
let keyspaceId: string
beforeEach(async () => {
  server = await openNative()
  keyspaceId = (await server.ask("/v1/keyspaces", post({ name: "Invoices", prefix: "inv" }))).json.id
})
afterEach(() => server.close())

type Call = readonly [path: string, asked: Ask]

/** A call of each route that can be repeated; each time it is made anew it is another one. */
const calls: Readonly<Record<string, () => Promise<Call>>> = {
  createKey: async () => {
    // By the time of the repetition it has expired.
    const expires_at = printTimestamp(later(server.clock.now(), 60_000))
    return ["/v1/keys", post({ keyspace_id: keyspaceId, name: `Key ${unique()}`, expires_at })]
  },
  rotateKey: async () => {
    const { json } = await server.ask(...(await newKey()))
    return [`/v1/keys/${json.id}/rotate`, post({ overlap: "PT10M" })]
  },
  addKeyCredits: async () => {
    const counted = { keyspace_id: keyspaceId, name: `Key ${unique()}`, credits: refilled }
    const { json } = await server.ask("/v1/keys", post(counted))
    return [`/v1/keys/${json.id}/credits`, post({ amount: 5 })]
  },
  createTask: async () => {
    const filter = { keyspace_id: keyspaceId, tag: `tag ${unique()}` }
    return ["/v1/tasks", post({ filter, action: { kind: "disable" } })]
  },
  createKeyspace: async () => ["/v1/keyspaces", post({ name: `Keyspace ${unique()}`, prefix: "x" })],
  createUser: async () => [
    "/v1/users",
    post({ email: `new${unique()}@example.com`, display_name: "New", roles: [] }),
  ],
  createServiceAccount: async () => ["/v1/service-accounts", post({ display_name: `Robot ${unique()}` })],
  createRole: async () => ["/v1/roles", post({ name: `role${unique()}`, permissions: ["keys.read"] })],
  inviteUser: async () => [`/v1/users/${(await someone(server)).userId}/invitation`, post()],
  offerPasswordReset: async () => [`/v1/users/${(await someone(server)).userId}/password-reset`, post()],
}

/** What is left grows by itself. */
const refilled = { remaining: 1, refill: { amount: 10, every: "day" } }

const newKey = (): Promise<Call> => (calls["createKey"] ?? expect.unreachable)()

test("there is a call for each route that can be repeated", () => {
  const repeatable = routes.filter(takesIdempotencyKey).map(({ operationId }) => operationId)
  expect(Object.keys(calls).toSorted()).toEqual(repeatable.toSorted())
})

function keyed([path, asked]: Call, key: string, more: Ask = {}): Call {
  return [path, { ...asked, ...more, headers: { "idempotency-key": key, ...more.headers } }]
}

/** What of an answer is the same in a repetition of it. */
function told({ status, text, headers }: Reply) {
  const { etag, location, "cache-control": cache, "content-type": type } = headers
  return { status, text, etag, location, cache, type }
}

describe.each(Object.entries(calls))("%s", (_name, next) => {
  test("is answered its repetition in the same words, and nothing more is done", async () => {
    const call = await next()
    const first = await server.ask(...keyed(call, "intent-1"))
    expect(first.status, first.text).toBeLessThan(300)
    expect(first.headers).not.toHaveProperty("idempotency-replayed")
    const written = await server.written()
    server.clock.advance(replayLifetimeMs - 1)
    const again = await server.ask(...keyed(call, "intent-1"))
    expect(told(again)).toEqual(told(first))
    expect(again.headers["idempotency-replayed"]).toBe("true")
    expect(await server.written()).toBe(written)
  })

  test("is refused where the key came with another request", async () => {
    const call = await next()
    await server.ask(...keyed(call, "intent-1"))
    await server.refused(...refusal(keyed(await next(), "intent-1"), "idempotency_key_reused"))
    const first = await server.ask(...keyed(call, "intent-1"))
    expect(first.headers["idempotency-replayed"]).toBe("true")
  })

  test("is another caller's own under the same key", async () => {
    const [one, other] = [await server.managementKey(["*"]), await server.managementKey(["*"])]
    const call = await next()
    const first = await server.ask(...keyed(call, "intent-1", { token: one }))
    expect(first.status, first.text).toBeLessThan(300)
    const second = await server.ask(...keyed(call, "intent-1", { token: other }))
    expect(second.headers).not.toHaveProperty("idempotency-replayed")
    expect(second.text).not.toBe(first.text)
  })

  test("is told again only to who may still ask for it", async () => {
    const caller = { keyspace_id: server.created.managementKeyspace.id, name: "Caller", permissions: ["*"] }
    const { id, secret: token } = (await server.ask("/v1/keys", post(caller))).json
    const call = await next()
    await server.ask(...keyed(call, "intent-1", { token }))
    const narrowed = { method: "PATCH", body: { permissions: ["audit.read"] } }
    expect((await server.ask(`/v1/keys/${id}`, narrowed)).status).toBe(200)
    await server.refused(...refusal(keyed(call, "intent-1", { token }), "permission_denied"))
    await server.ask(`/v1/keys/${id}/revoke`, post({}))
    await server.refused(...refusal(keyed(call, "intent-1", { token }), "credential_invalid"))
  })
})

type Refusal = Parameters<NativeServer["refused"]>
function refusal([path, asked]: Call, code: Refusal[1]): Refusal {
  return [path, code, asked]
}

describe("what is the same request", () => {
  const body = { name: "Key", permissions: [], metadata: { b: 1, a: [2, "ä"] } }
  const create = (text: string, key = "intent-1") =>
    server.ask("/v1/keys", {
      method: "POST",
      raw: text.replace("{", `{"keyspace_id":"${keyspaceId}",`),
      headers: { "idempotency-key": key },
    })

  test("does not depend on how its JSON is written", async () => {
    const first = await create(JSON.stringify(body))
    expect(first.status, first.text).toBe(201)
    const again = await create('{ "metadata":{"a":[2.0,"\\u00e4"],"b":1e0}, "permissions":[], "name":"Key" }')
    expect(again.text).toBe(first.text)
  })

  test.each([
    [{ ...body, name: "key" }],
    [{ ...body, permissions: undefined }],
    [{ ...body, metadata: { ...body.metadata, a: ["ä", 2] } }],
    [{ ...body, enabled: true }],
  ])("another one is %j", async (other) => {
    await create(JSON.stringify(body))
    expect((await create(JSON.stringify(other))).json.code).toBe("idempotency_key_reused")
  })

  test("a number that nobody could keep is refused, and so is what is nested without end", async () => {
    const deep = `{"a":${"[".repeat(30_000)}${"]".repeat(30_000)}}`
    for (const metadata of ['{"a":1e999}', deep]) {
      const reply = await create(`{"name":"Key","metadata":${metadata}}`)
      expect(reply.json.code, reply.text.slice(0, 300)).toBe("invalid_input")
    }
  })
})

test("one who signs in again is another caller, and may be told by another way in", async () => {
  const { email } = await someone(server)
  const signedIn = async () =>
    (
      await server.ask("/v1/sessions", {
        token: null,
        ...post({ email, password: guestPassword, transport: "bearer" }),
      })
    ).json
  const [one, other] = [await signedIn(), await signedIn()]
  const member = await server.ask(`/v1/users/${one.session.user_id}`)
  await server.ask(`/v1/users/${member.json.id}`, { method: "PATCH", body: { roles: ["admin"] } })
  const call = await newKey()
  const first = await server.ask(...keyed(call, "intent-1", { token: one.token }))
  const again = await server.ask(...keyed(call, "intent-1", { token: one.token }))
  expect(again.text).toBe(first.text)
  const others = await server.ask(...keyed(call, "intent-1", { token: other.token }))
  expect(others.json.id).not.toBe(first.json.id)
})

test("a header that is no key is refused, also where it is there twice", async () => {
  const call = await newKey()
  for (const key of ["", " ", "a b", "a,b, c", "x".repeat(256), "tab\tbed", "é"]) {
    const { json } = await server.refused(...refusal(keyed(call, key), "invalid_input"))
    expect(json.errors).toEqual([expect.objectContaining({ member: "header.Idempotency-Key" })])
  }
  for (const key of ["!", "~", '"8e03978e-40d5-43dd-bc93-6894a57f9324"', "x".repeat(255)]) {
    const reply = await server.ask(...keyed(await newKey(), key))
    expect(reply.status, reply.text).toBe(201)
  }
})

test("while the first call is under way the others are told when to ask again, and one key is made", async () => {
  const reached = Promise.withResolvers<void>()
  const go = Promise.withResolvers<void>()
  const call = keyed(await newKey(), "intent-1")
  server.intercept(async (method, commit) => {
    if (method !== "commit") return commit()
    reached.resolve()
    await go.promise
    return commit()
  })
  const first = server.ask(...call)
  await reached.promise
  for (let times = 0; times < 3; times++) {
    const { headers } = await server.refused(...refusal(call, "idempotency_in_progress"))
    expect(headers["retry-after"]).toBe("1")
  }
  go.resolve()
  server.intercept(null)
  const { json, text } = await first
  const again = await server.ask(...call)
  expect(again.text).toBe(text)
  const { items } = (await server.ask(`/v1/keys?keyspace_id=${keyspaceId}`)).json
  expect(items.map(({ id }: { id: string }) => id)).toEqual([json.id])
})

test("many equal calls on several nodes at once make one key, and all who are answered have its secret", async () => {
  const store = openMemoryStore()
  const nodes = [await openNative({ store })]
  const [first] = nodes
  if (!first) throw new Error("There is one.")
  const keyspace = await first.ask("/v1/keyspaces", post({ name: "Invoices", prefix: "inv" }))
  nodes.push(await openNative({ store }), await openNative({ store }))
  try {
    const call = keyed(["/v1/keys", post({ keyspace_id: keyspace.json.id, name: "One" })], "intent-1", {
      token: first.admin,
    })
    const replies = await Promise.all(
      Array.from({ length: 12 }, (_, at) => nodes[at % nodes.length]?.ask(...call) ?? expect.unreachable()),
    )
    const answered = replies.filter(({ status }) => status === 201)
    expect(answered.length).toBeGreaterThanOrEqual(nodes.length)
    expect(new Set(answered.map(({ text }) => text)).size).toBe(1)
    for (const { status, json } of replies)
      if (status !== 201) expect(json.code).toBe("idempotency_in_progress")
    const list = await first.ask(`/v1/keys?keyspace_id=${keyspace.json.id}`, { token: first.admin })
    expect(list.json.items).toHaveLength(1)
    const verification = await first.ask("/v1/keys/verify", {
      ...post({ key: answered[0]?.json.secret }),
      token: first.admin,
    })
    expect(verification.json).toMatchObject({ valid: true, key_id: list.json.items[0].id })
  } finally {
    await Promise.all(nodes.map((node) => node.close()))
  }
})
