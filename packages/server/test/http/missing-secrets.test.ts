import { openMemoryStore, Peppers } from "@keyward/core"
import { expect, test } from "vitest"
import { makeCurrent, refusingUnknownPeppers } from "../../src/current-secrets.ts"
import { checkPeppers } from "../../src/installation-secrets.ts"
import { openConsole } from "../dialects/automox/console.ts"
import { openTestKeyward, secretBytes } from "../test-keyward.ts"
import { openNative } from "./native-server.ts"

const missing = (version: number, what: string) => ({
  json: {
    detail: `This server does not have version ${version} of the ${what}.`,
    fix: expect.stringContaining("keyward secrets list"),
  },
  headers: { "retry-after": "2" },
})

test("what is sealed under a key-encryption key that is not here is 503 until it is, and nothing is recorded or made", async () => {
  const server = await openNative()
  const { sealer } = server.keyward.deps
  const { json: keyspace } = await server.ask("/v1/keyspaces", {
    method: "POST",
    body: { name: "Kept", prefix: "kept", retention: "recoverable" },
  })
  const create = {
    method: "POST",
    headers: { "idempotency-key": "once" },
    body: { keyspace_id: keyspace.id, name: "Key" },
  }
  const created = await server.ask("/v1/keys", create)
  const reveal = { method: "POST", body: { reason: "lost" } }
  const path = `/v1/keys/${created.json.id}/reveal`

  sealer.follow(secretBytes(2), 2)
  const [revealing, repeating] = [
    await server.refused(path, "installation_secret_missing", reveal),
    await server.refused("/v1/keys", "installation_secret_missing", create),
  ]
  for (const refused of [revealing, repeating]) {
    expect(refused).toMatchObject(missing(1, "key-encryption key"))
  }
  expect(server.log.join()).toContain("does not have version 1 of the key-encryption key")

  sealer.follow(secretBytes(1, 2), 2)
  expect((await server.ask(path, reveal)).json.secret).toBe(created.json.secret)
  expect((await server.ask("/v1/keys", create)).json.secret).toBe(created.json.secret)
  await server.close()
})

test("so it is over the dialect that shows secrets again", async () => {
  const at = await openConsole({ engine: "memory" })
  const jane = await at.someone("member")
  const { json: key } = await at.create(jane, { name: "Key" })
  const shown = await at.decrypt(jane, key.id)
  const { sealer } = at.server.keyward.deps
  const { currentVersion: sealed } = sealer
  sealer.follow(secretBytes(9), 9)
  const refused = await at.decrypt(jane, key.id)
  expect([refused.status, refused.json]).toEqual([503, { errors: ["Service Unavailable"] }])
  expect(refused.headers.get("retry-after")).toBe("1")
  sealer.follow(secretBytes(sealed, 9), 9)
  expect((await at.decrypt(jane, key.id)).json).toEqual(shown.json)
  await at.close()
})

test("a credential and a key that may be under a pepper that is not here are 503 too, with what to do", async () => {
  const store = refusingUnknownPeppers(openMemoryStore())
  const server = await openNative({ store })
  const peppers = new Peppers(secretBytes(1, 2), 2)
  await checkPeppers(store, peppers)
  await makeCurrent(store, "pepper", 2, server.clock.now())
  const { created } = await openTestKeyward({ store, peppers, clock: server.clock })
  const token = created.adminKey.secret
  const verify = { method: "POST", body: { key: token } }
  for (const refused of [
    await server.refused("/v1/keys", "installation_secret_missing", { token }),
    await server.refused("/v1/keys/verify", "installation_secret_missing", verify),
    await server.refused("/v1/check", "installation_secret_missing", { token }),
  ]) {
    expect(refused).toMatchObject(missing(2, "pepper"))
  }
  await server.close()
})
