import { docspaceScopes } from "@keyward/contract/docspace"
import { DocSpaceApiKeys, DocSpaceRefusal } from "@keyward/sdk/docspace"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { witnessedFetch } from "../../../../../tests/witness.ts"
import { password } from "../dialect-server.ts"
import { openPortal, type Portal, places, unknownId } from "./portal.ts"

describe.each(places)("the SDK's own client, $conformance, $engine", ({ engine, conformance }) => {
  let portal: Portal
  beforeAll(async () => {
    portal = await openPortal({ engine, conformance })
  })
  afterAll(() => portal.close())

  const client = (credential: { apiKey: string } | { email: string; password: string }) =>
    new DocSpaceApiKeys({ baseUrl: portal.server.url, fetch: witnessedFetch, ...credential })

  test("every operation", async () => {
    const member = client({ email: portal.server.member.email, password })
    const made = await member.createApiKey({ name: "CI", permissions: ["*:write"], expiresInDays: 7 })
    const holder = client({ apiKey: made.key })
    expect(await holder.getApiKey()).toMatchObject({ id: made.id, keyPostfix: made.key.slice(-4) })
    expect((await holder.getApiKeys()).map(({ id }) => id)).toContain(made.id)
    expect(await holder.getAllPermissions()).toEqual([...docspaceScopes])
    expect(await holder.updateApiKey(made.id, { name: "Renamed", isActive: true })).toBe(true)
    expect(await holder.updateApiKey((await portal.key(portal.admin)).id, { name: "Mine" })).toBe(false)
    expect(await holder.deleteApiKey(made.id)).toBe(true)
  })

  test("refusals, with and without a body", async () => {
    const member = client({ email: portal.server.member.email, password })
    const refused = async (call: Promise<unknown>) => {
      const error = await call.then(
        () => null,
        (thrown: unknown) => thrown,
      )
      expect(error).toBeInstanceOf(DocSpaceRefusal)
      return error
    }
    expect(await refused(member.createApiKey({ name: "" }))).toMatchObject({
      status: 400,
      faults: { Name: ["The Name field is required."] },
    })
    expect(await refused(member.deleteApiKey(unknownId))).toMatchObject({
      status: 404,
      detail: "The required resource was not found.",
    })
    expect(await refused(member.getApiKey())).toMatchObject({ status: 400 })
    const unknown = client({ apiKey: `sk-${"0".repeat(64)}` })
    expect(await refused(unknown.getApiKeys())).toMatchObject({ status: 401, detail: "" })
  })
})
