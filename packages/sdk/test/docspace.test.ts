import type { ServerResponse } from "node:http"
import { expect, test } from "vitest"
import { DocSpaceApiKeys, DocSpaceRefusal } from "../src/docspace.ts"
import { KeywardUnexpectedAnswer, KeywardUnreachable } from "../src/index.ts"
import { hangUp, html, json, loopback, silence } from "./loopback.ts"

const apiKey = "sk-0011223344556677"
const id = "75a5f745-f697-4418-b38d-0fe0d277e258"
const key = {
  id,
  name: "CI key",
  key: "sk-***9e2a",
  keyPostfix: "9e2a",
  permissions: ["files:read"],
  createOn: "2025-10-22T14:34:31.1234567Z",
  isActive: true,
}

function enveloped(response: unknown) {
  return json(200, { response, count: 1, links: [], status: 0, statusCode: 200 })
}

function bare(status: number, headers: Readonly<Record<string, string>> = {}) {
  return (response: ServerResponse) => response.writeHead(status, headers).end()
}

const thrown = (error: unknown) => error

test("each operation asks what the vendor's own client asks, and gives what the envelope holds", async () => {
  const { baseUrl, asked } = await loopback(
    enveloped(key),
    enveloped([key]),
    enveloped(["*"]),
    enveloped(key),
    enveloped(true),
    enveloped(false),
  )
  const client = new DocSpaceApiKeys({ baseUrl: `${baseUrl}/portal/`, apiKey })
  expect(await client.createApiKey({ name: "CI key", expiresInDays: 30 })).toEqual(key)
  expect(await client.getApiKeys()).toEqual([key])
  expect(await client.getAllPermissions()).toEqual(["*"])
  expect(await client.getApiKey()).toEqual(key)
  expect(await client.updateApiKey(id, { isActive: false })).toBe(true)
  expect(await client.deleteApiKey(id)).toBe(false)
  const keys = "/portal/api/2.0/keys"
  expect(asked.map(({ method, url, body }) => ({ method, url, body }))).toEqual([
    { method: "POST", url: keys, body: { name: "CI key", expiresInDays: 30 } },
    { method: "GET", url: keys, body: undefined },
    { method: "GET", url: `${keys}/permissions`, body: undefined },
    { method: "GET", url: `${keys}/@self`, body: undefined },
    { method: "PUT", url: `${keys}/${id}`, body: { isActive: false } },
    { method: "DELETE", url: `${keys}/${id}`, body: undefined },
  ])
  expect(new Set(asked.map(({ headers }) => headers.authorization))).toEqual(new Set([`Bearer ${apiKey}`]))
})

test("an e-mail address and a password go as HTTP Basic, in UTF-8", async () => {
  const { baseUrl, asked } = await loopback(enveloped([]))
  await new DocSpaceApiKeys({ baseUrl, email: "zoë@example.com", password: "pä:ss" }).getApiKeys()
  const [scheme, pair = ""] = asked[0]?.headers.authorization?.split(" ") ?? []
  expect([scheme, Buffer.from(pair, "base64").toString("utf8")]).toEqual(["Basic", "zoë@example.com:pä:ss"])
})

test("a refusal without a body carries its status", async () => {
  const { baseUrl } = await loopback(bare(401))
  const error = await new DocSpaceApiKeys({ baseUrl, apiKey }).getApiKeys().catch(thrown)
  expect(error).toBeInstanceOf(DocSpaceRefusal)
  expect(error).toMatchObject({ status: 401, detail: "", faults: {}, retryAfterSeconds: null })
})

test("an error's message is told, without the credential", async () => {
  const { baseUrl } = await loopback(
    json(403, { error: { message: `Access denied (${apiKey})` }, status: 1, statusCode: 403 }),
  )
  const error = await new DocSpaceApiKeys({ baseUrl, apiKey }).deleteApiKey(id).catch(thrown)
  expect(error).toMatchObject({ status: 403, detail: "Access denied ([the API key])" })
  expect(String(error)).not.toContain(apiKey)
})

test("the faults of an invalid request are listed, and told in one text", async () => {
  const errors = { Name: ["Too long."], $: ["Missing.", "Really."] }
  const { baseUrl } = await loopback(
    json(400, { response: { title: "…", errors }, status: 1, statusCode: 400 }),
  )
  await expect(new DocSpaceApiKeys({ baseUrl, apiKey }).createApiKey({ name: "" })).rejects.toMatchObject({
    status: 400,
    detail: "Name: Too long.; $: Missing. Really.",
    faults: errors,
  })
})

test("what may be repeated is repeated when the server says when", async () => {
  const waits: number[] = []
  const delay = async (milliseconds: number) => {
    waits.push(milliseconds)
  }
  const later = bare(429, { "retry-after": "3" })
  const reads = await loopback(later, later, enveloped([key]))
  expect(await new DocSpaceApiKeys({ baseUrl: reads.baseUrl, apiKey, delay }).getApiKeys()).toEqual([key])
  expect(waits).toEqual([3000, 3000])

  const writes = await loopback(later, enveloped(key))
  const client = new DocSpaceApiKeys({ baseUrl: writes.baseUrl, apiKey, delay })
  await expect(client.createApiKey({ name: "x" })).rejects.toMatchObject({
    status: 429,
    retryAfterSeconds: 3,
  })
  expect(writes.asked).toHaveLength(1)
})

test.each([html(200), html(502), json(200, "text"), json(200, {}), json(404, { detail: "not ours" })])(
  "what is no answer of this API is said to be none (%#)",
  async (answer) => {
    const { baseUrl } = await loopback(answer)
    await expect(new DocSpaceApiKeys({ baseUrl, apiKey }).getApiKeys()).rejects.toThrow(
      KeywardUnexpectedAnswer,
    )
  },
)

test("trouble on the way, and an answer that takes too long, are told apart from refusals", async () => {
  const cut = await loopback(hangUp)
  const client = new DocSpaceApiKeys({ baseUrl: cut.baseUrl, apiKey, retries: 0 })
  await expect(client.getApiKeys()).rejects.toThrow(KeywardUnreachable)
  const { baseUrl } = await loopback(silence)
  const impatient = new DocSpaceApiKeys({ baseUrl, apiKey, timeoutMs: 20, retries: 0 })
  await expect(impatient.getApiKeys()).rejects.toThrow(/did not answer within 20 ms/)
})

test("a signal ends the call with its own reason", async () => {
  const { baseUrl } = await loopback(silence)
  const controller = new AbortController()
  const call = new DocSpaceApiKeys({ baseUrl, apiKey }).getApiKeys({ signal: controller.signal })
  controller.abort(new Error("changed my mind"))
  await expect(call).rejects.toThrow("changed my mind")
})

test("an id cannot lead to another path", async () => {
  const { baseUrl, asked } = await loopback(bare(404))
  const client = new DocSpaceApiKeys({ baseUrl, apiKey })
  await expect(client.deleteApiKey("..")).rejects.toThrow(TypeError)
  await expect(client.deleteApiKey("a/b")).rejects.toThrow(DocSpaceRefusal)
  expect(asked.map(({ url }) => url)).toEqual(["/api/2.0/keys/a%2Fb"])
})

test("what is no credential is refused without being repeated", () => {
  const baseUrl = "http://127.0.0.1:1"
  expect(() => new DocSpaceApiKeys({ baseUrl, apiKey: "sk- 1" })).toThrow(TypeError)
  expect(() => new DocSpaceApiKeys({ baseUrl, apiKey: "sk- 1" })).not.toThrow(/sk- 1/)
})
