import { expect, test } from "vitest"
import { KeywardUnexpectedAnswer, KeywardUnreachable } from "../src/index.ts"
import { OctopusApiKeys, OctopusRefusal } from "../src/octopus.ts"
import { hangUp, html, json, loopback, silence } from "./loopback.ts"

const apiKey = "API-QVNQNEYQKWRCXWYK57PIOISUWYQ3MYU"
const userId = "Users-561"
const id = "apikeys-I6D74k9rh7eyoqXDlqJCvlsVgU"
const links = { Self: `/api/users/${userId}/apikeys/${id}` }
const key = {
  Id: id,
  Purpose: "Just blogging",
  UserId: userId,
  ApiKey: { HasValue: true, Hint: "API-QVNQ", NewValue: null },
  Created: "2026-02-18T14:25:49.120+00:00",
  Expires: null,
  Links: links,
}
const page = { ItemType: "ApiKey", TotalResults: 1, Items: [key], Links: {} }
const task = { Id: "ServerTasks-554469", State: "Success" }

test("each operation asks what the vendor's API takes", async () => {
  const { baseUrl, asked } = await loopback(
    json(200, { Id: userId }),
    json(200, { ...key, ApiKey: "API-NEW" }),
    json(200, page),
    json(200, key),
    json(200, task),
  )
  const client = new OctopusApiKeys({ baseUrl: `${baseUrl}/`, apiKey })
  expect(await client.getCurrentUser()).toEqual({ Id: userId })
  expect(await client.createApiKey(userId, { Purpose: "Just blogging", Expires: null })).toMatchObject({
    ApiKey: "API-NEW",
  })
  expect(await client.listApiKeys(userId, { skip: 30, take: 30, partialPurpose: "blog" })).toEqual(page)
  expect(await client.getApiKey(userId, id)).toEqual(key)
  expect(await client.deleteApiKey(userId, id)).toEqual(task)
  expect(asked.map(({ method, url, body }) => ({ method, url, body }))).toEqual([
    { method: "GET", url: "/api/users/me", body: undefined },
    {
      method: "POST",
      url: "/api/users/Users-561/apikeys",
      body: { Purpose: "Just blogging", Expires: null },
    },
    {
      method: "GET",
      url: "/api/users/Users-561/apikeys?skip=30&take=30&partialPurpose=blog",
      body: undefined,
    },
    { method: "GET", url: links.Self, body: undefined },
    { method: "DELETE", url: links.Self, body: undefined },
  ])
  for (const { headers } of asked) {
    expect(headers["x-octopus-apikey"]).toBe(apiKey)
    expect(headers.authorization).toBeUndefined()
  }
})

test("a server that answers a deletion without a body is understood", async () => {
  const { baseUrl } = await loopback((response) => response.writeHead(200).end())
  const client = new OctopusApiKeys({ baseUrl, apiKey })
  expect(await client.deleteApiKey(userId, id)).toBeUndefined()
  await expect(client.getApiKey(userId, id)).rejects.toThrow(KeywardUnexpectedAnswer)
})

test("a refusal carries all that the envelope says, without the key", async () => {
  const { baseUrl } = await loopback(
    json(403, {
      ErrorMessage: `You do not have permission (${apiKey}).`,
      Errors: ["One.", "Two."],
      HelpText: "This action requires permission to edit users.",
    }),
  )
  const error = await new OctopusApiKeys({ baseUrl, apiKey })
    .createApiKey(userId, { Purpose: "x" })
    .catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(OctopusRefusal)
  expect(error).toMatchObject({
    message: "403: You do not have permission ([the API key]). One. Two.",
    status: 403,
    errorMessage: "You do not have permission ([the API key]).",
    errors: ["One.", "Two."],
    helpText: "This action requires permission to edit users.",
    retryAfterSeconds: null,
  })
  expect(String(error)).not.toContain(apiKey)
})

const away =
  (status: number, headers: Readonly<Record<string, string>>) => (response: Parameters<typeof hangUp>[0]) =>
    response
      .writeHead(status, { "content-type": "application/json", ...headers })
      .end('{"ErrorMessage":"Away.","Errors":[]}')

test("what only reads is repeated after network trouble, 429 and 503, as long as Retry-After says", async () => {
  const { baseUrl, asked } = await loopback(
    away(503, { "retry-after": "1" }),
    away(429, { "retry-after": "3" }),
    hangUp,
    json(200, key),
  )
  const waits: number[] = []
  const delay = async (milliseconds: number) => void waits.push(milliseconds)
  const client = new OctopusApiKeys({ baseUrl, apiKey, retries: 3, delay })
  expect(await client.getApiKey(userId, id)).toEqual(key)
  expect(waits).toEqual([1000, 3000, 400])
  expect(asked).toHaveLength(4)
})

test("a change is asked for once, and a wait that is too long is the caller's to decide", async () => {
  const { baseUrl, asked } = await loopback(away(503, { "retry-after": "60" }))
  const client = new OctopusApiKeys({ baseUrl, apiKey, timeoutMs: 5000, delay: async () => undefined })
  const refusal = { name: "OctopusRefusal", status: 503, retryAfterSeconds: 60 }
  await expect(client.createApiKey(userId, { Purpose: "x" })).rejects.toMatchObject(refusal)
  await expect(client.deleteApiKey(userId, id)).rejects.toMatchObject(refusal)
  await expect(client.getApiKey(userId, id)).rejects.toMatchObject(refusal)
  expect(asked).toHaveLength(3)
})

test.each([
  html(200),
  html(502),
  json(200, "text"),
  json(404, { detail: "not ours" }),
  json(400, { ErrorMessage: 1 }),
])("what is no answer of this API is said to be none (%#)", async (answer) => {
  const { baseUrl } = await loopback(answer)
  await expect(new OctopusApiKeys({ baseUrl, apiKey }).getApiKey(userId, id)).rejects.toThrow(
    KeywardUnexpectedAnswer,
  )
})

test("an answer that takes too long, and a signal, end the call", async () => {
  const { baseUrl } = await loopback(silence)
  const impatient = new OctopusApiKeys({ baseUrl, apiKey, timeoutMs: 20, retries: 0 })
  await expect(impatient.getApiKey(userId, id)).rejects.toThrow(KeywardUnreachable)
  const client = new OctopusApiKeys({ baseUrl, apiKey })
  const controller = new AbortController()
  const call = client.listApiKeys(userId, {}, { signal: controller.signal })
  controller.abort(new Error("changed my mind"))
  await expect(call).rejects.toThrow("changed my mind")
})

test("a key that no header can carry, and an id that leads elsewhere, are refused here", async () => {
  expect(() => new OctopusApiKeys({ baseUrl: "http://localhost", apiKey: "API-\n" })).toThrow(TypeError)
  const client = new OctopusApiKeys({ baseUrl: "http://localhost:1", apiKey })
  await expect(client.getApiKey("..", id)).rejects.toThrow(TypeError)
})
