import { ArthurApiKeys, ArthurRefusal } from "@keyward/sdk/arthur"
import { describe, expect, test } from "vitest"
import { type ArthurServer, arthurServers, places } from "./arthur-server.ts"

const { fresh } = arthurServers()
let server: ArthurServer

describe.each(places)("the SDK's client, $mode, $engine", (place) => {
  const { mode } = place
  const clientWith = (token: string) => new ArthurApiKeys({ baseUrl: server.url, token, retries: 0 })

  test("manages keys from the first to the last", async () => {
    server = await fresh(place)
    const client = clientWith(server.master.secret)
    const { key, message, ...created } = await client.createApiKey({
      description: "Task",
      roles: ["TASK-ADMIN"],
    })
    expect(key).toHaveLength(108)
    expect(message).not.toBe("")
    expect(await client.getAllActiveApiKeys()).toEqual([{ ...created, message: "" }])
    expect(await client.getApiKey(created.id)).toEqual({ ...created, message: "" })
    const answer = await client.deactivateApiKey(created.id)
    const inactive = await client.getApiKey(created.id)
    expect(inactive.is_active).toBe(false)
    expect(answer).toEqual(mode === "documented" ? inactive : undefined)
    expect(await client.getAllActiveApiKeys()).toEqual([])
  })

  test("is told why it is refused", async () => {
    server = await fresh(place)
    const client = clientWith(server.master.secret)
    const refused = (call: Promise<unknown>) => call.catch((error: unknown) => error)
    expect(await refused(client.getApiKey("nope"))).toMatchObject({
      status: mode === "documented" ? 422 : 400,
      detail: expect.stringContaining("path.api_key_id: Input should be a valid UUID"),
      faults: mode === "documented" ? [{ loc: ["path", "api_key_id"], type: "uuid_parsing" }] : [],
    })
    expect(await refused(client.createApiKey({ roles: ["TENANT-USER"] }))).toMatchObject({ status: 400 })
    expect(await refused(client.getApiKey(crypto.randomUUID()))).toMatchObject({
      detail: "API Key not found",
    })
    expect(await refused(clientWith("wrong").getAllActiveApiKeys())).toMatchObject({ detail: "Unauthorized" })
    server.breakStore()
    const away = await refused(client.getAllActiveApiKeys())
    expect(away).toBeInstanceOf(ArthurRefusal)
    expect(away).toMatchObject({ status: 503, retryAfterSeconds: 1 })
  })
})
