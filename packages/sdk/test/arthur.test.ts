import { expect, test } from "vitest"
import { ArthurApiKeys, type ArthurApiKeysOptions, ArthurRefusal } from "../src/arthur.ts"
import { KeywardUnexpectedAnswer, KeywardUnreachable } from "../src/index.ts"
import { hangUp, html, json, loopback, noContent, silence } from "./loopback.ts"

const token = "NThlOGFhNTc6c2VjcmV0"
const id = "58e8aa57-4b13-4403-abcc-ccbaa3cd136d"
const key = {
  id,
  is_active: true,
  created_at: "2026-07-01T23:30:49.068229",
  message: "",
  roles: ["ORG-ADMIN"],
}

test("each operation asks what the vendor's own client asks", async () => {
  const { baseUrl, asked } = await loopback(json(200, key), json(200, [key]), json(200, key), json(200, key))
  const client = new ArthurApiKeys({ baseUrl: `${baseUrl}/`, token })
  expect(await client.createApiKey({ description: "Task", roles: ["ORG-ADMIN"] })).toEqual(key)
  expect(await client.getAllActiveApiKeys()).toEqual([key])
  expect(await client.getApiKey(id)).toEqual(key)
  expect(await client.deactivateApiKey(id)).toEqual(key)
  expect(asked.map(({ method, url, body }) => ({ method, url, body }))).toEqual([
    { method: "POST", url: "/auth/api_keys/", body: { description: "Task", roles: ["ORG-ADMIN"] } },
    { method: "GET", url: "/auth/api_keys/", body: undefined },
    { method: "GET", url: `/auth/api_keys/${id}`, body: undefined },
    { method: "DELETE", url: `/auth/api_keys/deactivate/${id}`, body: undefined },
  ])
  expect(new Set(asked.map(({ headers }) => headers.authorization))).toEqual(new Set([`Bearer ${token}`]))
})

test("without anything to say, a key is asked for with an empty object", async () => {
  const { baseUrl, asked } = await loopback(json(200, key))
  await new ArthurApiKeys({ baseUrl, token }).createApiKey()
  expect(asked[0]?.body).toEqual({})
})

test("a server that answers a deactivation without a body is understood", async () => {
  const { baseUrl } = await loopback(noContent)
  expect(await new ArthurApiKeys({ baseUrl, token }).deactivateApiKey(id)).toBeUndefined()
})

test("a refusal carries the status and the detail, without the token", async () => {
  const { baseUrl } = await loopback(
    json(400, { detail: `Maximum number of active keys reached (${token})` }),
  )
  const error = await new ArthurApiKeys({ baseUrl, token }).createApiKey().catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(ArthurRefusal)
  expect(error).toMatchObject({
    status: 400,
    detail: "Maximum number of active keys reached ([the API key])",
    faults: [],
  })
  expect(String(error)).not.toContain(token)
})

test("listed faults are listed, and told in one text", async () => {
  const faults = [
    { loc: ["body", "roles", 0], msg: "Input should be 'A'", type: "enum" },
    { loc: ["body", "description"], msg: "Input should be a valid string", type: "string_type" },
  ]
  const { baseUrl } = await loopback(json(422, { detail: faults }))
  await expect(new ArthurApiKeys({ baseUrl, token }).createApiKey()).rejects.toMatchObject({
    status: 422,
    detail: "body.roles.0: Input should be 'A'; body.description: Input should be a valid string",
    faults,
  })
})

/** A client that waits no time, and the waits that it would have had. */
function clientOf(baseUrl: string, options: Partial<ArthurApiKeysOptions> = {}) {
  const waits: number[] = []
  const delay = async (milliseconds: number) => void waits.push(milliseconds)
  return { client: new ArthurApiKeys({ baseUrl, token, delay, ...options }), waits }
}

const busy = (status: number) => (response: Parameters<typeof noContent>[0]) =>
  response
    .writeHead(status, { "content-type": "application/json", "retry-after": "2" })
    .end('{"detail":"Later."}')

test.each([429, 503])("after %i, what may be repeated is, when the server says", async (status) => {
  const { baseUrl, asked } = await loopback(busy(status), hangUp, json(200, key), busy(status), noContent)
  const { client, waits } = clientOf(baseUrl)
  expect(await client.getApiKey(id)).toEqual(key)
  expect(waits).toEqual([2000, 200])
  expect(await client.deactivateApiKey(id)).toBeUndefined()
  expect(asked).toHaveLength(5)
})

test.each([429, 503])(
  "after %i for longer than patience lasts, it is a refusal that says when to come back",
  async (status) => {
    const { baseUrl, asked } = await loopback(busy(status))
    const refusal = { name: "ArthurRefusal", status, detail: "Later.", retryAfterSeconds: 2 }
    const { client, waits } = clientOf(baseUrl, { retries: 3 })
    await expect(client.getAllActiveApiKeys()).rejects.toMatchObject(refusal)
    expect([asked.length, waits]).toEqual([4, [2000, 2000, 2000]])
    const impatient = clientOf(baseUrl, { timeoutMs: 1999 })
    await expect(impatient.client.getAllActiveApiKeys()).rejects.toMatchObject(refusal)
    expect([asked.length, impatient.waits]).toEqual([5, []])
  },
)

test("creating is never repeated", async () => {
  for (const trouble of [busy(503), hangUp]) {
    const { baseUrl, asked } = await loopback(trouble)
    await expect(clientOf(baseUrl).client.createApiKey()).rejects.toThrow()
    expect(asked).toHaveLength(1)
  }
})

test.each([
  html(200),
  html(502),
  json(200, "text"),
  json(404, { error: "not ours" }),
  json(422, { detail: [{ loc: 1 }] }),
])("what is no answer of this API is said to be none (%#)", async (answer) => {
  const { baseUrl } = await loopback(answer)
  await expect(new ArthurApiKeys({ baseUrl, token }).getApiKey(id)).rejects.toThrow(KeywardUnexpectedAnswer)
})

test("trouble on the way, and an answer that takes too long, are told apart from refusals", async () => {
  const cut = await loopback(hangUp)
  await expect(clientOf(cut.baseUrl).client.getApiKey(id)).rejects.toThrow(KeywardUnreachable)
  const { baseUrl } = await loopback(silence)
  const impatient = new ArthurApiKeys({ baseUrl, token, timeoutMs: 20, retries: 0 })
  await expect(impatient.getApiKey(id)).rejects.toThrow(/did not answer within 20 ms/)
})

test("a signal ends the call with its own reason", async () => {
  const { baseUrl } = await loopback(silence)
  const client = new ArthurApiKeys({ baseUrl, token })
  const signal = AbortSignal.abort(new Error("enough"))
  await expect(client.getApiKey(id, { signal })).rejects.toThrow("enough")
  const controller = new AbortController()
  const call = client.getApiKey(id, { signal: controller.signal })
  controller.abort(new Error("changed my mind"))
  await expect(call).rejects.toThrow("changed my mind")
})

test("an id cannot lead to another path", async () => {
  const { baseUrl, asked } = await loopback(json(404, { detail: "API Key not found" }))
  const client = new ArthurApiKeys({ baseUrl, token })
  await expect(client.getApiKey("..")).rejects.toThrow(TypeError)
  await expect(client.getApiKey("deactivate/x")).rejects.toThrow(ArthurRefusal)
  expect(asked.map(({ url }) => url)).toEqual(["/auth/api_keys/deactivate%2Fx"])
})
