import { inspect } from "node:util"
import { nativeRoutes } from "@keyward/contract"
import { describe, expect, test } from "vitest"
import {
  KeywardClient,
  type KeywardClientOptions,
  KeywardProblem,
  KeywardUnexpectedAnswer,
  KeywardUnreachable,
} from "../src/index.ts"
import { timerDelay } from "../src/retry.ts"
import { hangUp, html, json, loopback, noContent, problem, silence } from "./loopback.ts"

const apiKey = "keyward_0123456789abcdefghijABCDEFGHIJ01234567"
const valid = { valid: true, code: "VALID", key_id: "k1" }

/** A client that waits for nothing, and what it would have waited. */
function clientOf(baseUrl: string, options: Partial<KeywardClientOptions> = {}) {
  const waits: number[] = []
  const delay = async (milliseconds: number) => void waits.push(milliseconds)
  return { client: new KeywardClient({ baseUrl, apiKey, delay, ...options }), waits }
}

function failureOf(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    () => expect.unreachable("The call was to fail."),
    (error: unknown) => error,
  )
}

describe("what is sent", () => {
  test("a body, the key as bearer token, and the answer back", async () => {
    const { baseUrl, asked } = await loopback(json(201, { id: "k1", secret: "acme_x" }))
    const { client } = clientOf(baseUrl)
    const created = await client.keys.create({ keyspace_id: "s1", name: "CI", permissions: ["a.*"] })
    expect(created.secret).toBe("acme_x")
    expect(asked).toMatchObject([
      {
        method: "POST",
        url: "/v1/keys",
        headers: { authorization: `Bearer ${apiKey}`, "content-type": "application/json" },
        body: { keyspace_id: "s1", name: "CI", permissions: ["a.*"] },
      },
    ])
  })

  test("a query without what is absent, escaped", async () => {
    const { baseUrl, asked } = await loopback(json(200, { items: [], next_cursor: null }))
    await clientOf(`${baseUrl}/mounted/`).client.keys.list({ tag: "a&b=c", limit: 3 })
    expect(asked[0]).toMatchObject({ method: "GET", url: "/mounted/v1/keys?tag=a%26b%3Dc&limit=3" })
    expect(asked[0]?.headers["content-type"]).toBeUndefined()
  })

  test("a merge patch on condition of a revision", async () => {
    const { baseUrl, asked } = await loopback(json(200, { id: "k1" }), json(200, { id: "k1" }), noContent)
    const { keys } = clientOf(baseUrl).client
    await keys.update("k/1", { expires_at: null }, { ifRevision: 7 })
    await keys.update("k1", { name: "n" })
    expect(await keys.delete("k1", { ifRevision: 8 })).toBeUndefined()
    expect(asked[0]).toMatchObject({
      method: "PATCH",
      url: "/v1/keys/k%2F1",
      headers: { "if-match": '"7"', "content-type": "application/merge-patch+json" },
      body: { expires_at: null },
    })
    expect(asked[1]?.headers).not.toHaveProperty("if-match")
    expect(asked[2]).toMatchObject({ method: "DELETE", headers: { "if-match": '"8"' }, body: undefined })
  })

  test("what a directory's calls carry", async () => {
    const { baseUrl, asked } = await loopback(noContent, json(200, { id: "u1" }), json(200, { items: [] }))
    const { users, members, roles } = clientOf(baseUrl).client
    expect(await users.remove("u1", { kind: "expire", days: 30 })).toBeUndefined()
    await members.setRoles("u1", ["auditor"], { ifRevision: 3 })
    expect(await roles.list()).toEqual([])
    expect(asked[0]).toMatchObject({
      url: "/v1/users/u1/remove",
      body: { policy: { kind: "expire", days: 30 } },
    })
    expect(asked[1]).toMatchObject({
      method: "PATCH",
      url: "/v1/members/u1",
      headers: { "if-match": '"3"' },
      body: { roles: ["auditor"] },
    })
  })

  test("no key where none is asked for", async () => {
    const { baseUrl, asked } = await loopback(json(200, { status: "ok" }))
    await clientOf(baseUrl).client.health.read()
    expect(asked[0]?.headers).not.toHaveProperty("authorization")
  })

  test.each(["", ".", ".."])("no id %j, which would lead to another route", async (id) => {
    const { baseUrl, asked } = await loopback(json(200, {}))
    const { keys } = clientOf(baseUrl).client
    expect(await failureOf(keys.read(id))).toBeInstanceOf(TypeError)
    expect(await failureOf(keys.delete(id))).toBeInstanceOf(TypeError)
    expect(asked).toEqual([])
  })

  test("to where a redirect points: nothing", async () => {
    const elsewhere = await loopback(json(200, { id: "k1" }))
    const { baseUrl } = await loopback(html(307, { location: `${elsewhere.baseUrl}/v1/keys` }))
    const error = await failureOf(clientOf(baseUrl).client.keys.create({ keyspace_id: "s", name: "n" }))
    expect(error).toMatchObject({ name: "KeywardUnexpectedAnswer", status: 307 })
    expect(elsewhere.asked).toEqual([])
  })
})

test("every operation of the native API has a named method", async () => {
  const { baseUrl, asked } = await loopback(json(299, {}))
  const { client } = clientOf(baseUrl, { retries: 0 })
  const { organizations, users, serviceAccounts, members, roles, keyspaces, keys, audit, health } = client
  const { sessions, links, tasks } = client
  const policy = { kind: "freeze" } as const
  const calls = [
    organizations.list(),
    organizations.read("id"),
    organizations.update("id", { name: "n" }),
    users.create({ email: "e@example.com", display_name: "n" }),
    users.list(),
    users.read("id"),
    users.update("id", {}),
    users.suspend("id"),
    users.resume("id"),
    users.previewRemoval("id", policy),
    users.remove("id", policy),
    serviceAccounts.create({ display_name: "n" }),
    serviceAccounts.list(),
    serviceAccounts.read("id"),
    serviceAccounts.update("id", {}),
    serviceAccounts.suspend("id"),
    serviceAccounts.resume("id"),
    serviceAccounts.previewRemoval("id", policy),
    serviceAccounts.remove("id", policy),
    members.list(),
    members.read("id"),
    members.setRoles("id", []),
    roles.create({ name: "n", permissions: [] }),
    roles.list(),
    roles.read("id"),
    roles.update("id", {}),
    roles.delete("id"),
    sessions.signIn({ email: "e@example.com", password: "p" }),
    sessions.list(),
    sessions.current(),
    sessions.signOut(),
    sessions.end("id"),
    sessions.endAll(),
    sessions.changePassword({ current_password: "p", new_password: "password" }),
    links.invite("id"),
    links.offerReset("id"),
    links.accept({ token: "t", password: "password" }),
    keyspaces.create({ name: "n", prefix: "p" }),
    keyspaces.list(),
    keyspaces.read("id"),
    keyspaces.update("id", {}),
    keyspaces.violations("id"),
    keyspaces.applyPolicy("id"),
    keys.create({ keyspace_id: "id", name: "n" }),
    keys.list(),
    keys.read("id"),
    keys.update("id", {}),
    keys.delete("id"),
    keys.restore("id"),
    keys.revoke("id"),
    keys.reveal("id", "why"),
    keys.addCredits("id", 5),
    keys.rotate("id"),
    keys.finishRotation("id"),
    keys.cancelRotation("id"),
    keys.extendRotation("id", "PT1H"),
    keys.usage("id"),
    tasks.create({ filter: { tag: "t" }, action: { kind: "revoke" } }),
    tasks.list(),
    tasks.read("id"),
    tasks.cancel("id"),
    tasks.results("id"),
    keys.verify({ key: "k" }),
    keys.verifyBatch([{ key: "k" }]),
    client.check(),
    client.self(),
    audit.list(),
    health.read(),
    health.readiness(),
  ]
  for (const error of await Promise.all(calls.map(failureOf))) {
    expect(error).toBeInstanceOf(KeywardUnexpectedAnswer)
  }
  const called = asked.map(({ method, url }) => `${method} ${url}`).toSorted()
  const declared = nativeRoutes.map(({ method, path }) => `${method} ${path.replaceAll(/\{\w+\}/g, "id")}`)
  expect(called).toEqual(declared.toSorted())
})

describe("lists", () => {
  test("are followed to the end, over empty pages, with the same filter", async () => {
    const { baseUrl, asked } = await loopback(
      json(200, { items: [{ id: "1" }, { id: "2" }], next_cursor: "a" }),
      json(200, { items: [], next_cursor: "b+/=" }),
      json(200, { items: [{ id: "3" }], next_cursor: null }),
    )
    const ids: string[] = []
    for await (const { id } of clientOf(baseUrl).client.keys.each({ state: "active" })) ids.push(id)
    expect(ids).toEqual(["1", "2", "3"])
    expect(asked.map(({ url }) => url)).toEqual([
      "/v1/keys?state=active",
      "/v1/keys?state=active&cursor=a",
      "/v1/keys?state=active&cursor=b%2B%2F%3D",
    ])
  })

  test("are read no further than they are used", async () => {
    const { baseUrl, asked } = await loopback(json(200, { items: [{ id: "1" }], next_cursor: "more" }))
    for await (const { id } of clientOf(baseUrl).client.audit.each()) {
      expect(id).toBe("1")
      break
    }
    expect(asked).toHaveLength(1)
  })
})

describe("what goes wrong", () => {
  test("a refusal is a KeywardProblem with all that the server said", async () => {
    const errors = [{ member: "/name", message: "too long", fix: "shorten it" }]
    const { baseUrl } = await loopback(
      problem("invalid_input", { errors }),
      problem("permission_denied", { missing_permissions: ["keys.write"] }),
      problem("too_many_attempts", {}, { "retry-after": "17" }),
    )
    const { keys } = clientOf(baseUrl).client
    const create = () => failureOf(keys.create({ keyspace_id: "s", name: "n" }))
    const invalid = await create()
    expect(invalid).toBeInstanceOf(KeywardProblem)
    expect(invalid).toMatchObject({
      message: "invalid_input (422): It is so.",
      status: 422,
      code: "invalid_input",
      title: "Invalid input",
      detail: "It is so.",
      fix: "Correct the members named in `errors`.",
      errors,
      requestId: "r-1",
      missingPermissions: [],
      retryAfterSeconds: null,
    })
    expect(await create()).toMatchObject({ status: 403, missingPermissions: ["keys.write"] })
    expect(await create()).toMatchObject({ code: "too_many_attempts", retryAfterSeconds: 17 })
  })

  test("a code that only a newer server knows is still a problem", async () => {
    const { baseUrl } = await loopback(problem("not_found", { code: "moon_in_the_way" }))
    expect(await failureOf(clientOf(baseUrl).client.keys.read("k"))).toMatchObject({
      code: "moon_in_the_way",
    })
  })

  test.each([
    ["a page of a proxy", html(502), 502, "text/html"],
    ["a page where the answer should be", html(200), 200, "text/html"],
    ["JSON of something else", json(404, { message: "no Route matched" }), 404, "application/json"],
    [
      "a problem that contradicts its status",
      problem("not_found", { status: 410 }),
      404,
      "application/problem+json",
    ],
    [
      "half of an answer",
      (r: Parameters<typeof hangUp>[0]) => void r.writeHead(200).end('{"id":'),
      200,
      "no content type",
    ],
  ])("%s is a KeywardUnexpectedAnswer that says so", async (_what, answer, status, what) => {
    const { baseUrl } = await loopback(answer)
    const error = await failureOf(clientOf(baseUrl).client.keys.read("k"))
    expect(error).toBeInstanceOf(KeywardUnexpectedAnswer)
    expect(error).toMatchObject({
      status,
      message: expect.stringContaining(`readKey was answered with status ${status} and ${what}`),
    })
  })

  test("nobody there is KeywardUnreachable, with the cause", async () => {
    const { baseUrl } = await loopback(hangUp)
    const error = await failureOf(clientOf(baseUrl, { retries: 0 }).client.self())
    expect(error).toBeInstanceOf(KeywardUnreachable)
    expect(error).toMatchObject({
      message: `${baseUrl} could not be reached (readSelf).`,
      cause: { message: "fetch failed" },
    })
  })

  test("no answer in time is KeywardUnreachable", async () => {
    const { baseUrl } = await loopback(silence)
    const error = await failureOf(clientOf(baseUrl, { retries: 0, timeoutMs: 20 }).client.self())
    expect(error).toMatchObject({
      name: "KeywardUnreachable",
      message: `${baseUrl} did not answer within 20 ms (readSelf).`,
    })
  })

  test("the caller's signal ends the call with its own reason, and nothing is repeated", async () => {
    const { baseUrl, asked } = await loopback(silence)
    const controller = new AbortController()
    const { client, waits } = clientOf(baseUrl, {
      fetch: (url, init) => {
        const response = fetch(url, init)
        controller.abort(new Error("no longer wanted"))
        return response
      },
    })
    expect(await failureOf(client.self({ signal: controller.signal }))).toBe(controller.signal.reason)
    expect(await failureOf(client.self({ signal: controller.signal }))).toBe(controller.signal.reason)
    expect(asked.length).toBeLessThanOrEqual(1)
    expect(waits).toEqual([])
  })
})

describe("repetition", () => {
  test("reading and verifying are repeated after network trouble, a little later each time", async () => {
    const { baseUrl, asked } = await loopback(hangUp, hangUp, json(200, valid))
    const { client, waits } = clientOf(baseUrl)
    expect(await client.keys.verify({ key: "acme_x" })).toEqual(valid)
    expect(asked).toHaveLength(3)
    expect(waits).toEqual([100, 200])
  })

  test("as often as told and no more, then with the last failure", async () => {
    const { baseUrl, asked } = await loopback(problem("store_unavailable", {}, { "retry-after": "1" }))
    const { client, waits } = clientOf(baseUrl, { retries: 3 })
    expect(await failureOf(client.keys.read("k"))).toMatchObject({ code: "store_unavailable" })
    expect(asked).toHaveLength(4)
    expect(waits).toEqual([1000, 1000, 1000])
  })

  test("what creates something is repeated as the very same intent, and each call is another one", async () => {
    const inProgress = problem("idempotency_in_progress", {}, { "retry-after": "1" })
    const made = json(201, { id: "x1" })
    const { baseUrl, asked } = await loopback(hangUp, inProgress, made, hangUp, made)
    const { client, waits } = clientOf(baseUrl)
    const key = { keyspace_id: "s", name: "n" }
    expect(await client.keys.create(key)).toEqual({ id: "x1" })
    expect(await client.keys.create(key)).toEqual({ id: "x1" })
    expect(waits).toEqual([100, 1000, 100])
    expect(asked.map(({ body }) => body)).toEqual(Array(5).fill(key))
    const sent = asked.map(({ headers }) => headers["idempotency-key"])
    expect(sent[0]).toMatch(/^[0-9a-f]{32}$/)
    expect(sent.slice(0, 3)).toEqual(Array(3).fill(sent[0]))
    expect(sent.slice(3)).toEqual(Array(2).fill(sent[3]))
    expect(sent[3]).not.toBe(sent[0])
  })

  test("what creates something has the caller's own key, and none where nothing is repeated", async () => {
    const { baseUrl, asked } = await loopback(json(201, { id: "x1" }))
    const { keyspaces, keys, users, serviceAccounts, roles, links } = clientOf(baseUrl).client
    const options = { idempotencyKey: "intent-1" }
    await keyspaces.create({ name: "n", prefix: "p" }, options)
    await keys.create({ keyspace_id: "s", name: "n" }, options)
    await users.create({ email: "a@b.test", display_name: "A" }, options)
    await serviceAccounts.create({ display_name: "A" }, options)
    await roles.create({ name: "n", permissions: [] }, options)
    await links.invite("u", options)
    await links.offerReset("u", options)
    expect(asked.map(({ headers }) => headers["idempotency-key"])).toEqual(Array(7).fill("intent-1"))
    await clientOf(baseUrl, { retries: 0 }).client.keys.create({ keyspace_id: "s", name: "n" })
    expect(asked[7]?.headers).not.toHaveProperty("idempotency-key")
  })

  test("a new secret has the caller's own key, beside the revision", async () => {
    const { baseUrl, asked } = await loopback(hangUp, json(200, { id: "x1" }))
    await clientOf(baseUrl).client.keys.rotate("k", {}, { idempotencyKey: "intent-1", ifRevision: 3 })
    for (const { headers } of asked) {
      expect(headers).toMatchObject({ "idempotency-key": "intent-1", "if-match": '"3"' })
    }
    expect(asked).toHaveLength(2)
  })

  test("what changes something is never repeated", async () => {
    const trouble = await loopback(hangUp)
    const busy = await loopback(problem("store_unavailable", {}, { "retry-after": "1" }))
    for (const { baseUrl, asked } of [trouble, busy]) {
      const { keys } = clientOf(baseUrl).client
      await failureOf(keys.revoke("k"))
      await failureOf(keys.update("k", {}))
      await failureOf(keys.delete("k"))
      await failureOf(keys.reveal("k", "why"))
      expect(asked.map(({ method }) => method)).toEqual(["POST", "PATCH", "DELETE", "POST"])
      for (const { headers } of asked) expect(headers).not.toHaveProperty("idempotency-key")
    }
  })

  test.each([
    ["a refusal", problem("not_found", {}, { "retry-after": "1" })],
    ["another conflict", problem("already_exists")],
    ["a server without a word about when", problem("store_unavailable")],
    [
      "a wait that is longer than an attempt may take",
      problem("too_many_attempts", {}, { "retry-after": "11" }),
    ],
    ["a Retry-After that says nothing", problem("store_unavailable", {}, { "retry-after": "soon" })],
  ])("%s is not waited for", async (_what, answer) => {
    const { baseUrl, asked } = await loopback(answer)
    const { client, waits } = clientOf(baseUrl)
    await failureOf(client.keys.read("k"))
    expect(asked).toHaveLength(1)
    expect(waits).toEqual([])
  })

  test("a proxy's 503 counts too, its date by its own clock", async () => {
    const headers = { date: "Tue, 01 Jan 2030 00:00:00 GMT", "retry-after": "Tue, 01 Jan 2030 00:00:05 GMT" }
    const { baseUrl } = await loopback(html(503, headers), json(200, valid))
    const { client, waits } = clientOf(baseUrl)
    await client.keys.verify({ key: "acme_x" })
    expect(waits).toEqual([5000])
  })

  test("the caller's signal ends the waiting with its own reason", async () => {
    const { baseUrl, asked } = await loopback(problem("store_unavailable", {}, { "retry-after": "9" }))
    const controller = new AbortController()
    const { client } = clientOf(baseUrl, {
      delay: (milliseconds, signal) => {
        const waiting = timerDelay(milliseconds, signal)
        controller.abort(new Error("no longer wanted"))
        return waiting
      },
    })
    expect(await failureOf(client.self({ signal: controller.signal }))).toBe(controller.signal.reason)
    expect(await failureOf(timerDelay(0, controller.signal))).toBe(controller.signal.reason)
    expect(await timerDelay(0, undefined)).toBeUndefined()
    expect(asked).toHaveLength(1)
  })
})

describe("the API key stays where it is", () => {
  test("in no error, whatever the server says, and in no printed client", async () => {
    const echo = `you sent ${apiKey}`
    const { baseUrl } = await loopback(
      problem("credential_invalid", {
        detail: echo,
        fix: echo,
        errors: [{ member: echo, message: echo, fix: echo }],
      }),
      html(502, { "content-type": `text/${apiKey}` }),
      hangUp,
    )
    const { client } = clientOf(baseUrl, { retries: 0 })
    for (const kind of [KeywardProblem, KeywardUnexpectedAnswer, KeywardUnreachable]) {
      const error = await failureOf(client.self())
      expect(error).toBeInstanceOf(kind)
      expect(inspect(error, { depth: null, showHidden: true })).not.toContain(apiKey)
    }
    expect(inspect(client, { depth: null, showHidden: true })).not.toContain(apiKey)
    expect(JSON.stringify(client)).not.toContain(apiKey)
  })

  test.each(["", `${apiKey}\n`, `${apiKey} `, `${apiKey}é`])(
    "not a key at all: %j is refused unquoted",
    (text) => {
      const make = () => new KeywardClient({ baseUrl: "http://127.0.0.1", apiKey: text })
      expect(make).toThrow(TypeError)
      expect(make).toThrow(/^apiKey is empty or has characters that no key has\.$/)
    },
  )

  test.each(["keys.example.com", "ftp://a", "https://user:pass@a", "https://a?x=1", "https://a#b", ""])(
    "baseUrl %j is refused",
    (baseUrl) => {
      expect(() => new KeywardClient({ baseUrl, apiKey })).toThrow(/^baseUrl is not an http or https URL/)
    },
  )
})
