import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { engines, modes } from "../dialect-server.ts"
import { type Console, openConsole, type Person, secretOf } from "./console.ts"

const uuid4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+0000$/

describe.each(engines)("%s", (engine) => {
  describe.each(modes)("the operations, %s", (conformance) => {
    let at: Console
    beforeAll(async () => {
      at = await openConsole({ engine, conformance })
    })
    afterAll(() => at.close())

    const never = conformance === "observed" ? { expires_at: null } : {}

    /** How the console shows a key of somebody's that never expires. */
    const shown = ({ id, principal }: Person, name: string) => ({
      id: expect.any(Number),
      name,
      is_enabled: true,
      ...never,
      created_at: expect.stringMatching(instant),
      user: {
        id,
        firstname: "Jane",
        lastname: expect.stringMatching(/^Doe/),
        email: principal.kind === "user" ? principal.email : "",
      },
    })

    test("a key from the first to the last", async () => {
      const jane = await at.someone("member")
      const created = await at.create(jane, { name: "My Test API Key" })
      expect([created.status, created.headers.get("content-type")]).toEqual([200, "application/json"])
      expect(created.json).toEqual(shown(jane, "My Test API Key"))
      const { id } = created.json

      expect((await at.get(jane, id)).json).toEqual(created.json)
      const { status, json: list } = await at.list(jane)
      expect([status, list.size]).toEqual([200, 2])
      expect(list.results[1]).toEqual(created.json)

      const decrypted = await at.decrypt(jane, id)
      expect(decrypted.json).toEqual({ api_key: expect.stringMatching(uuid4) })
      expect([decrypted.status, decrypted.headers.get("cache-control")]).toEqual([200, "no-store"])
      const secret: string = decrypted.json.api_key
      expect((await at.list({ ...jane, key: secret })).json).toEqual(list)

      const disabled = await at.update(jane, id, { is_enabled: false })
      expect([disabled.status, disabled.json]).toEqual([200, { ...created.json, is_enabled: false }])
      expect((await at.list({ ...jane, key: secret })).status).toBe(401)
      expect((await at.decrypt(jane, id)).json).toEqual({ api_key: secret })
      expect((await at.list(jane)).json.results[1].is_enabled).toBe(false)
      expect((await at.update(jane, id, { is_enabled: false })).json.is_enabled).toBe(false)
      expect((await at.update(jane, id, { is_enabled: true })).json).toEqual(created.json)
      expect((await at.list({ ...jane, key: secret })).status).toBe(200)

      const deleted = await at.delete(jane, id)
      expect([deleted.status, deleted.text]).toEqual([204, ""])
      expect((await at.list({ ...jane, key: secret })).status).toBe(401)
      for (const gone of [await at.get(jane, id), await at.delete(jane, id), await at.decrypt(jane, id)]) {
        expect([gone.status, gone.json]).toEqual([404, { errors: ["Not found."] }])
      }
      expect((await at.update(jane, id, { is_enabled: true })).status).toBe(404)
      expect((await at.list(jane)).json.size).toBe(1)
    })

    test("a key without a name", async () => {
      const jane = await at.someone("member")
      await at.create(jane, { name: "API key 3" })
      for (const name of ["API key 2", "API key 4"]) {
        for (const nothing of [undefined, {}]) {
          const { status, json } = await at.create(jane, nothing)
          if (conformance === "observed")
            expect([status, json]).toEqual([400, { errors: [expect.any(String)] }])
          else if (nothing === undefined) expect([status, json]).toEqual([200, shown(jane, name)])
          else {
            expect(status).toBe(200)
            await at.delete(jane, json.id)
          }
        }
      }
    })

    test("an update that says nothing", async () => {
      const jane = await at.someone("member")
      const { json: key } = await at.create(jane, { name: "Build" })
      for (const nothing of [undefined, {}]) {
        const { status, json } = await at.update(jane, key.id, nothing)
        if (conformance === "documented") expect([status, json]).toEqual([200, key])
        else expect([status, json]).toEqual([400, { errors: ["The is_enabled field is required."] }])
      }
    })

    test("an expiry: shown as it is, refused in the past, and the key stays after it", async () => {
      const jane = await at.someone("member")
      const { json: key } = await at.create(jane, { name: "Short", expires_at: "2026-07-02T00:00:00.75Z" })
      expect(key.expires_at).toBe("2026-07-02T00:00:00+0000")
      const secret = await secretOf(at, jane, key.id)
      const now = at.server.clock.now()
      try {
        at.server.advance(7 * 24 * 60 * 60)
        expect((await at.list({ ...jane, key: secret })).status).toBe(401)
        expect((await at.get(jane, key.id)).json).toEqual(key)
        expect((await at.decrypt(jane, key.id)).json).toEqual({ api_key: secret })
        expect((await at.update(jane, key.id, { is_enabled: false })).json.is_enabled).toBe(false)
        const late = await at.create(jane, { name: "Late", expires_at: "2026-07-02T00:00:00Z" })
        expect([late.status, late.json.errors]).toEqual([400, [expect.stringContaining("expires_at")]])
        expect((await at.delete(jane, key.id)).status).toBe(204)
      } finally {
        at.server.advance((now - at.server.clock.now()) / 1000)
      }
    })

    test("null is no expiry", async () => {
      const jane = await at.someone("member")
      expect((await at.create(jane, { name: "Build", expires_at: null })).json).toEqual(shown(jane, "Build"))
    })

    test("a key may disable and delete itself", async () => {
      const jane = await at.someone("member")
      const own = (await at.list(jane)).json.results[0].id
      expect((await at.update(jane, own, { is_enabled: false })).status).toBe(200)
      expect((await at.list(jane)).status).toBe(401)
      const spare = await at.someone("member")
      const id = (await at.list(spare)).json.results[0].id
      expect((await at.delete(spare, id)).status).toBe(204)
      expect((await at.delete(spare, id)).status).toBe(401)
    })

    test("names are one's own, trimmed, and free again after deletion", async () => {
      const [jane, joe] = [await at.someone("member"), await at.someone("member")]
      const { json } = await at.create(jane, { name: " \t Build \n" })
      expect(json.name).toBe("Build")
      const taken = await at.create(jane, { name: "Build " })
      expect([taken.status, taken.json]).toEqual([400, { errors: ["The name has already been taken."] }])
      expect((await at.create(jane, { name: "build" })).status).toBe(200)
      expect((await at.create(joe, { name: "Build" })).status).toBe(200)
      expect((await at.delete(jane, json.id)).status).toBe(204)
      expect((await at.create(jane, { name: "Build" })).status).toBe(200)
    })

    test("the key of one user is not found under another", async () => {
      const [jane, joe] = [await at.someone("member"), await at.someone("member")]
      const { json } = await at.create(jane, { name: "Build" })
      for (const reply of [
        await at.get(at.admin, json.id, { userId: joe.id }),
        await at.update(at.admin, json.id, { is_enabled: false }, { userId: joe.id }),
        await at.delete(at.admin, json.id, { userId: joe.id }),
        await at.get(joe, json.id),
        await at.decrypt(joe, json.id),
        await at.delete(joe, json.id),
      ])
        expect([reply.status, reply.json]).toEqual([404, { errors: ["Not found."] }])
      expect((await at.get(jane, json.id)).json.is_enabled).toBe(true)
    })

    test("each reading of a secret is in the audit trail, with who and why", async () => {
      const jane = await at.someone("member")
      const { json } = await at.create(jane, { name: "Build" })
      await at.decrypt(jane, json.id)
      const native = await at.server.native("GET", "/v1/audit?action=key.revealed&limit=1")
      expect(native.json.items[0]).toMatchObject({
        actor: { kind: "user", id: jane.principal.id },
        details: { reason: "Decrypted through the Automox API." },
      })
    })
  })

  describe("beside the native API", () => {
    let at: Console
    beforeAll(async () => {
      at = await openConsole({ engine })
    })
    afterAll(() => at.close())

    /** The native key behind one of the console's. */
    async function nativeKey(who: Person, id: number) {
      const owner = `owner_kind=user&owner_id=${who.principal.id}`
      const { json } = await at.server.native("GET", `/v1/keys?keyspace_id=${at.server.keyspace.id}&${owner}`)
      const name = (await at.get(who, id)).json.name
      return json.items.find((key: { name: string }) => key.name === name)
    }

    test("a key made here is an ordinary key there, and verifies", async () => {
      const jane = await at.someone("member")
      const { json } = await at.create(jane, { name: "Build", expires_at: "2030-01-01T00:00:00Z" })
      const secret = await secretOf(at, jane, json.id)
      expect(await nativeKey(jane, json.id)).toMatchObject({
        name: "Build",
        owner: { kind: "user", id: jane.principal.id },
        state: "active",
        expires_at: "2030-01-01T00:00:00.000Z",
      })
      const verified = await at.server.native("POST", "/v1/keys/verify", { key: secret })
      expect(verified.json).toMatchObject({ valid: true, code: "VALID" })
      await at.update(jane, json.id, { is_enabled: false })
      const refused = await at.server.native("POST", "/v1/keys/verify", { key: secret })
      expect(refused.json).toMatchObject({ valid: false, code: "DISABLED" })
      await at.delete(jane, json.id)
      const gone = await at.server.native("POST", "/v1/keys/verify", { key: secret })
      expect(gone.json).toMatchObject({ valid: false, code: "NOT_FOUND" })
    })

    test("what is changed there is shown here", async () => {
      const jane = await at.someone("member")
      const { json } = await at.create(jane, { name: "Build" })
      const { id } = await nativeKey(jane, json.id)
      await at.server.native("PATCH", `/v1/keys/${id}`, {
        name: "Renamed",
        enabled: false,
        expires_at: "2030-01-01T00:00:00.000Z",
      })
      const changed = { ...json, name: "Renamed", is_enabled: false, expires_at: "2030-01-01T00:00:00+0000" }
      expect((await at.get(jane, json.id)).json).toEqual(changed)
      await at.server.native("POST", `/v1/keys/${id}/revoke`, { reason: "compromised" })
      expect((await at.get(jane, json.id)).json).toEqual(changed)
      const enabled = await at.update(jane, json.id, { is_enabled: true })
      expect([enabled.status, enabled.json.errors]).toEqual([400, [expect.stringContaining("revoked")]])
      expect((await at.update(jane, json.id, { is_enabled: false })).json).toEqual(changed)
      await at.server.native("DELETE", `/v1/keys/${id}`)
      expect((await at.get(jane, json.id)).status).toBe(404)
    })

    test("a key made there is shown here, and keeps to the vendor's rules", async () => {
      const jane = await at.someone("member")
      const wanted = { keyspace_id: at.server.keyspace.id, owner: { kind: "user", id: jane.principal.id } }
      const made = await at.server.native("POST", "/v1/keys", { ...wanted, name: "Theirs" })
      expect(made.status).toBe(201)
      const { results } = (await at.list(jane)).json
      expect(results.at(-1)).toMatchObject({ name: "Theirs", user: { id: jane.id } })
      expect(await secretOf(at, jane, results.at(-1).id)).toBe(made.json.secret)
      expect((await at.list({ ...jane, key: made.json.secret })).status).toBe(200)
      expect((await at.server.native("POST", "/v1/keys", { ...wanted, name: "Theirs" })).status).toBe(409)
      for (let n = 3; n <= 10; n++) await at.create(jane, { name: `${n}` })
      expect((await at.server.native("POST", "/v1/keys", { ...wanted, name: "One too many" })).status).toBe(
        409,
      )
    })

    test("keys that are no user's are shown to administrators, under the id 0", async () => {
      const { id: keyspace_id } = at.server.keyspace
      const [removed, jane] = [await at.someone("member"), await at.someone("member")]
      const owners = [
        { kind: "organization", id: at.server.organization.id },
        { kind: "external", id: jane.principal.id },
        { kind: "service_account", id: at.server.service.id },
        { kind: "user", id: removed.principal.id },
      ]
      const secrets: string[] = []
      for (const owner of owners) {
        const { json } = await at.server.native("POST", "/v1/keys", { keyspace_id, name: owner.kind, owner })
        secrets.push(json.secret)
      }
      await at.server.keyward.authority.remove(at.server.system, "user", removed.principal.id, {
        kind: "freeze",
      })
      const { results } = (await at.ofOrganization(at.admin)).json
      const users = owners.map(
        ({ kind }) => results.find(({ name }: { name: string }) => name === kind)?.user,
      )
      const nobody = { id: 0, firstname: "", lastname: "", email: "" }
      expect(users).toEqual([
        nobody,
        { ...nobody, firstname: jane.principal.id },
        { id: at.server.service.alias, firstname: "Machine", lastname: "", email: "" },
        nobody,
      ])
      const [organizations = "", externals = "", machines = ""] = secrets
      for (const key of [organizations, externals]) {
        expect((await at.ask({ ...removed, key }, "/users/self")).status).toBe(403)
      }
      expect((await at.list({ ...removed, key: machines }, { userId: 0 })).status).toBe(403)
    })
  })
})
