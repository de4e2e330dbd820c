import { expect, test } from "vitest"
import { KeywardClient } from "../src/index.ts"
import { json, loopback, noContent, problem } from "./loopback.ts"

const session = { id: "s1", current: true }
const token = `kws_${"A".repeat(43)}`

test("signs in without a credential, and asks for the token instead of a cookie", async () => {
  const { baseUrl, asked } = await loopback(json(201, { session, token }), json(200, session), noContent)
  const anybody = new KeywardClient({ baseUrl, apiKey: null })
  const signedIn = await anybody.sessions.signIn({ email: "ada@example.com", password: "correct horse" })
  expect(signedIn.token).toBe(token)
  expect(asked[0]).toMatchObject({
    method: "POST",
    url: "/v1/sessions",
    body: { email: "ada@example.com", password: "correct horse", transport: "bearer" },
  })
  expect(asked[0]?.headers["authorization"]).toBeUndefined()
  const ada = new KeywardClient({ baseUrl, apiKey: token })
  expect(await ada.sessions.current()).toEqual(session)
  expect(await ada.sessions.signOut()).toBeUndefined()
  expect(asked.slice(1)).toMatchObject([
    { method: "GET", url: "/v1/sessions/current", headers: { authorization: `Bearer ${token}` } },
    { method: "DELETE", url: "/v1/sessions/current", headers: { authorization: `Bearer ${token}` } },
  ])
})

test("is not asked twice to sign in, whatever the answer: each attempt counts", async () => {
  const { baseUrl, asked } = await loopback(problem("too_many_attempts", {}, { "retry-after": "1" }))
  const client = new KeywardClient({ baseUrl, apiKey: null })
  const refused = client.sessions.signIn({ email: "ada@example.com", password: "correct horse" })
  await expect(refused).rejects.toMatchObject({ code: "too_many_attempts", retryAfterSeconds: 1 })
  expect(asked).toHaveLength(1)
})

test("lists, ends and changes what is named", async () => {
  const page = json(200, { items: [session], next_cursor: "c2" })
  const last = json(200, { items: [], next_cursor: null })
  const link = json(201, { url_path: "/set-password#kwl_x", token: "kwl_x", expires_at: "" })
  const { baseUrl, asked } = await loopback(
    page,
    last,
    noContent,
    noContent,
    noContent,
    link,
    link,
    noContent,
  )
  const { sessions, links } = new KeywardClient({ baseUrl, apiKey: token })
  const listed = []
  for await (const each of sessions.each({ user_id: "u1" })) listed.push(each)
  expect(listed).toEqual([session])
  await sessions.end("s/1")
  await sessions.endAll({ user_id: "u1" })
  await sessions.changePassword({ current_password: "correct horse", new_password: "battery staple" })
  await links.invite("u1")
  await links.offerReset("u1")
  await links.accept({ token: "kwl_x", password: "battery staple" })
  expect(asked.map(({ method, url }) => `${method} ${url}`)).toEqual([
    "GET /v1/sessions?user_id=u1",
    "GET /v1/sessions?user_id=u1&cursor=c2",
    "DELETE /v1/sessions/s%2F1",
    "DELETE /v1/sessions?user_id=u1",
    "POST /v1/password",
    "POST /v1/users/u1/invitation",
    "POST /v1/users/u1/password-reset",
    "POST /v1/links/accept",
  ])
  expect(asked.at(-1)?.headers["authorization"]).toBeUndefined()
})
