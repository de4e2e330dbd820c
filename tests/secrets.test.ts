import { randomBytes } from "node:crypto"
import { nativeRoutes, type Route } from "@keyward/contract"
import { describe, expect, test } from "vitest"
import { exhibits, knownSecrets, registerSecret, type SecretKind } from "./evidence.ts"
import { SecretScan } from "./secret-scan.ts"
import { engines, install } from "./server.ts"

const routes: readonly Route[] = nativeRoutes

// No secret, digest, pepper or password is ever logged or told (SECURITY.md). This file runs after all others, and
// looks through what their servers logged and answered for whatever secrets they had; see evidence.ts.

describe.each(engines)("a server on %s is given secrets where none belong", (engine) => {
  test("and refuses, without a word of them", async () => {
    const installation = await install(engine)
    const server = await installation.start()
    const { admin, demo_keyspace_id: demonstration } = await installation.credentials()
    const client = server.client()
    const { id, secret } = await client.keys.create({ keyspace_id: demonstration, name: "Live" })
    const lost = `demo_live_${randomBytes(24).toString("hex").slice(0, 38)}`
    registerSecret("key text", lost)

    for (const text of [secret, admin.api_key, lost]) {
      const as = (authorization: string, init: RequestInit = {}): RequestInit => ({
        ...init,
        headers: { authorization, "content-type": "application/json", ...init.headers },
      })
      const administrator = `Bearer ${admin.api_key}`
      const post = (body: string) => as(administrator, { method: "POST", body })
      const refused = [
        server.call("/v1/keys", as(`Bearer ${text}x`)),
        server.call("/v1/keys", as(`Basic ${Buffer.from(`key:${text}`).toString("base64")}`)),
        server.call(`/v1/keys/${text}`, as(administrator)),
        server.call(`/v1/${text}`, as(administrator)),
        server.call(`/v1/keys?key=${text}&limit=none`, as(administrator)),
        server.call(`/v1/check?permissions=(${text}`, as(`Bearer ${text}`)),
        server.call("/v1/keys/verify", post(`{"key":"${text}",}`)),
        server.call("/v1/keys/verify", post(`{"key":["${text}"]}`)),
        server.call("/v1/keys/verify", post(`{"key":"${text}","client_ip":${"9".repeat(400)}}`)),
        server.call("/v1/keys", post(JSON.stringify({ keyspace_id: text, name: "x", secret: text }))),
        server.call(
          `/v1/keys/${id}`,
          as(administrator, { method: "PATCH", body: "{}", headers: { "if-match": text } }),
        ),
        ...routes
          .filter(({ permission }) => permission)
          .map(({ method, path }) =>
            server.call(
              path.replaceAll(/\{\w+\}/g, text),
              as(`Bearer ${secret}`, { method, ...bodyFor(method) }),
            ),
          ),
      ]
      for (const { status } of await Promise.all(refused)) {
        expect(status).toBeGreaterThanOrEqual(400)
        expect(status).toBeLessThan(500)
      }
      const verification = await client.keys.verify({ key: `${text}x`, explain: true })
      expect(verification.valid).toBe(false)
    }
    await server.call("/openapi.json")
    await server.end("SIGTERM")
    expect(server.log.some((line) => line.includes('"msg":"answered"'))).toBe(true)
    await installation.remove()
  })
})

test("nothing that was logged or answered in this run holds a secret", () => {
  const secrets = knownSecrets()
  const scan = new SecretScan(secrets)
  const findings = exhibits().flatMap((exhibit) => [...scan.findings(exhibit)])
  expect([...new Set(findings.map(({ kind, source }) => `${kind} in ${source}`))]).toEqual([])
})

test("there was something to look for, of every kind, and somewhere to look", () => {
  const kinds = knownSecrets().map(({ kind }) => kind)
  expect(kinds).toEqual(expect.arrayContaining([...expectedKinds]))
  const seen = exhibits()
  expect(seen.length).toBeGreaterThan(200)
  expect(seen.reduce((sum, { text }) => sum + text.length, 0)).toBeGreaterThan(100_000)
})

const expectedKinds: readonly SecretKind[] = [
  "digest",
  "key text",
  "key-encryption key",
  "password",
  "password hash",
  "pepper",
]

function bodyFor(method: string): RequestInit {
  return method === "GET" || method === "DELETE" ? {} : { body: "{}" }
}
