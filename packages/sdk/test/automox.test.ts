import { inspect } from "node:util"
import { expect, test } from "vitest"
import { AutomoxApiKeys, type AutomoxApiKeysOptions, AutomoxRefusal } from "../src/automox.ts"
import { KeywardUnexpectedAnswer, KeywardUnreachable } from "../src/index.ts"
import { hangUp, html, json, loopback, noContent, silence } from "./loopback.ts"

const apiKey = "82dc20bb-e29c-49cb-8d0e-03d785d46627"
const key = {
  id: 250624,
  name: "My Test API Key",
  is_enabled: true,
  created_at: "2026-04-20T15:46:56+0000",
  user: { id: 98765, firstname: "Jane", lastname: "Doe", email: "jane.doe@example.com" },
}
const list = { results: [key], size: 1 }

/** A client whose waits take no time and are written down. */
function clientOf(baseUrl: string, options: Partial<AutomoxApiKeysOptions> = {}) {
  const waits: number[] = []
  const delay = async (milliseconds: number) => {
    waits.push(milliseconds)
  }
  return { client: new AutomoxApiKeys({ baseUrl, apiKey, delay, ...options }), waits }
}

async function failureOf(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    () => expect.unreachable("The call succeeded."),
    (error: unknown) => error,
  )
}

test("each operation asks what the vendor's own clients ask", async () => {
  const { baseUrl, asked } = await loopback(
    json(200, key),
    json(200, list),
    json(200, key),
    json(200, key),
    noContent,
    json(200, { api_key: "secret" }),
    json(200, list),
  )
  const { client } = clientOf(`${baseUrl}/api/`)
  const expiresAt = "2026-12-05T18:21:47+0000"
  expect(await client.createUserApiKey(1, { o: 2, name: "Build", expires_at: expiresAt })).toEqual(key)
  expect(await client.getUserApiKeys(1, { o: 2, page: 0, limit: 500 })).toEqual(list)
  expect(await client.getUserApiKey(1, 3, { o: 2 })).toEqual(key)
  expect(await client.updateUserApiKey(1, 3, { o: 2, is_enabled: false })).toEqual(key)
  expect(await client.deleteUserApiKey(1, 3, { o: 2 })).toBeUndefined()
  expect(await client.decryptUserApiKey(1, 3, { o: 2 })).toEqual({ api_key: "secret" })
  expect(await client.getOrganizationApiKeys(2, { limit: 10, page: 1 })).toEqual(list)
  expect(asked.map(({ method, url, body }) => ({ method, url, body }))).toEqual([
    { method: "POST", url: "/api/users/1/api_keys?o=2", body: { name: "Build", expires_at: expiresAt } },
    { method: "GET", url: "/api/users/1/api_keys?o=2&page=0&limit=500", body: undefined },
    { method: "GET", url: "/api/users/1/api_keys/3?o=2", body: undefined },
    { method: "PUT", url: "/api/users/1/api_keys/3?o=2", body: { is_enabled: false } },
    { method: "DELETE", url: "/api/users/1/api_keys/3?o=2", body: undefined },
    { method: "POST", url: "/api/users/1/api_keys/3/decrypt?o=2", body: undefined },
    { method: "GET", url: "/api/orgs/2/api_keys?limit=10&page=1", body: undefined },
  ])
  expect(new Set(asked.map(({ headers }) => headers.authorization))).toEqual(new Set([`Bearer ${apiKey}`]))
})

test("without anything to say, a key is asked for with an empty object", async () => {
  const { baseUrl, asked } = await loopback(json(200, key))
  await clientOf(baseUrl).client.createUserApiKey(1, { o: 2 })
  expect(asked[0]?.body).toEqual({})
})

test("a refusal carries the status and what the server says, without the key", async () => {
  const { baseUrl } = await loopback(json(400, { errors: [`The name ${apiKey} has already been taken.`] }))
  const error = await failureOf(clientOf(baseUrl).client.createUserApiKey(1, { o: 2, name: "x" }))
  expect(error).toBeInstanceOf(AutomoxRefusal)
  expect(error).toMatchObject({
    name: "AutomoxRefusal",
    message: "400: The name [the API key] has already been taken.",
    status: 400,
    errors: ["The name [the API key] has already been taken."],
    retryAfterSeconds: null,
  })
  expect(inspect(error, { depth: null, showHidden: true })).not.toContain(apiKey)
})

const busy = (status: number) => (response: Parameters<typeof noContent>[0]) =>
  response
    .writeHead(status, { "content-type": "application/json", "retry-after": "2" })
    .end('{"errors":["Later."]}')

test.each([429, 503])("after %i, what may be repeated is, when the server says", async (status) => {
  const { baseUrl, asked } = await loopback(busy(status), hangUp, json(200, key))
  const { client, waits } = clientOf(baseUrl)
  expect(await client.getUserApiKey(1, 3, { o: 2 })).toEqual(key)
  expect(waits).toEqual([2000, 200])
  expect(await client.updateUserApiKey(1, 3, { o: 2, is_enabled: true })).toEqual(key)
  expect(asked).toHaveLength(4)
})

test.each([429, 503])(
  "after %i for longer than patience lasts, it is a refusal that says when",
  async (status) => {
    const { baseUrl, asked } = await loopback(busy(status))
    const refusal = { name: "AutomoxRefusal", status, errors: ["Later."], retryAfterSeconds: 2 }
    const { client, waits } = clientOf(baseUrl, { retries: 3 })
    expect(await failureOf(client.getUserApiKeys(1, { o: 2 }))).toMatchObject(refusal)
    expect([asked.length, waits]).toEqual([4, [2000, 2000, 2000]])
    const impatient = clientOf(baseUrl, { timeoutMs: 1999 })
    expect(await failureOf(impatient.client.getUserApiKeys(1, { o: 2 }))).toMatchObject(refusal)
    expect([asked.length, impatient.waits]).toEqual([5, []])
  },
)

test("creating and deleting are never repeated", async () => {
  for (const trouble of [busy(503), hangUp]) {
    const { baseUrl, asked } = await loopback(trouble)
    const { client } = clientOf(baseUrl)
    await failureOf(client.createUserApiKey(1, { o: 2, name: "x" }))
    await failureOf(client.deleteUserApiKey(1, 3, { o: 2 }))
    expect(asked.map(({ method }) => method)).toEqual(["POST", "DELETE"])
  }
})

test.each([
  html(200),
  html(502),
  json(200, "text"),
  json(404, { message: "not ours" }),
  json(400, { errors: [1] }),
])("what is no answer of this API is said to be none (%#)", async (answer) => {
  const { baseUrl } = await loopback(answer)
  const call = clientOf(baseUrl).client.getUserApiKey(1, 3, { o: 2 })
  await expect(call).rejects.toThrow(KeywardUnexpectedAnswer)
})

test("trouble on the way, and an answer that takes too long, are told apart from refusals", async () => {
  const cut = await loopback(hangUp)
  const { client } = clientOf(cut.baseUrl)
  await expect(client.getUserApiKey(1, 3, { o: 2 })).rejects.toThrow(KeywardUnreachable)
  const { baseUrl } = await loopback(silence)
  const impatient = clientOf(baseUrl, { timeoutMs: 20, retries: 0 }).client
  await expect(impatient.getOrganizationApiKeys(2)).rejects.toThrow(/did not answer within 20 ms/)
})

test("a signal ends the call with its own reason", async () => {
  const { baseUrl } = await loopback(silence)
  const { client } = clientOf(baseUrl)
  const signal = AbortSignal.abort(new Error("enough"))
  await expect(client.getUserApiKey(1, 3, { o: 2 }, { signal })).rejects.toThrow("enough")
  const controller = new AbortController()
  const call = client.decryptUserApiKey(1, 3, { o: 2 }, { signal: controller.signal })
  controller.abort(new Error("changed my mind"))
  await expect(call).rejects.toThrow("changed my mind")
})

test("a key that is no header, and a base that is no plain URL, are refused at once", () => {
  expect(() => new AutomoxApiKeys({ baseUrl: "https://x.example", apiKey: "a\nb" })).toThrow(TypeError)
  expect(() => new AutomoxApiKeys({ baseUrl: "https://u:p@x.example", apiKey })).toThrow(TypeError)
})
