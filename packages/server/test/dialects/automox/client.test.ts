import { AutomoxApiKeys, AutomoxRefusal } from "@keyward/sdk/automox"
import { afterEach, describe, expect, test } from "vitest"
import { registerSecret } from "../../../../../tests/evidence.ts"
import { witnessedFetch } from "../../../../../tests/witness.ts"
import { modes } from "../dialect-server.ts"
import { type Console, openConsole } from "./console.ts"

let at: Console
afterEach(() => at.close())

describe.each(modes)("the SDK's client, %s", (conformance) => {
  const clientWith = (apiKey: string, base = "") =>
    new AutomoxApiKeys({ baseUrl: at.server.url + base, apiKey, retries: 0, fetch: witnessedFetch })

  test.each(["", "/api"])("manages keys from the first to the last, at the base %j", async (base) => {
    at = await openConsole({ engine: "memory", conformance })
    const { o } = at
    const jane = await at.someone("member")
    const client = clientWith(jane.key, base)
    const never = conformance === "observed" ? { expires_at: null } : {}
    const created = await client.createUserApiKey(jane.id, { o, name: "Build" })
    expect(created).toMatchObject({ name: "Build", is_enabled: true, user: { id: jane.id }, ...never })
    expect(await client.getUserApiKey(jane.id, created.id, { o })).toEqual(created)
    expect(await client.getUserApiKeys(jane.id, { o, page: 1, limit: 1 })).toEqual({
      results: [created],
      size: 2,
    })
    const { api_key } = await client.decryptUserApiKey(jane.id, created.id, { o })
    registerSecret("key text", api_key)
    expect((await clientWith(api_key, base).getUserApiKeys(jane.id, { o })).size).toBe(2)
    const disabled = await client.updateUserApiKey(jane.id, created.id, { o, is_enabled: false })
    expect(disabled).toEqual({ ...created, is_enabled: false })
    const all = await clientWith(at.admin.key, base).getOrganizationApiKeys(o)
    expect(all.results.at(-1)).toEqual(disabled)
    expect(await client.deleteUserApiKey(jane.id, created.id, { o })).toBeUndefined()
    expect((await client.getUserApiKeys(jane.id, { o })).size).toBe(1)
  })

  test("is told why it is refused", async () => {
    at = await openConsole({ engine: "memory", conformance })
    const { o } = at
    const jane = await at.someone("member")
    const client = clientWith(jane.key)
    const refused = (call: Promise<unknown>) => call.catch((error: unknown) => error)
    const name = "API key 1"
    expect(await refused(client.createUserApiKey(jane.id, { o, name }))).toMatchObject({
      status: 400,
      errors: ["The name has already been taken."],
    })
    expect(await refused(client.getOrganizationApiKeys(o))).toMatchObject({ status: 403 })
    expect(await refused(client.getUserApiKey(jane.id, 999_999_999, { o }))).toMatchObject({ status: 404 })
    expect(await refused(clientWith("wrong").getUserApiKeys(jane.id, { o }))).toMatchObject({ status: 401 })
    const unnamed = await refused(client.createUserApiKey(jane.id, { o }))
    expect(unnamed).toMatchObject(conformance === "observed" ? { status: 400 } : { name: "API key 2" })
    at.server.breakStore()
    const away = await refused(client.getUserApiKeys(jane.id, { o }))
    expect(away).toBeInstanceOf(AutomoxRefusal)
    expect(away).toMatchObject({ status: 503, retryAfterSeconds: 1 })
  })
})
