import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { registerSecret } from "../../../../../tests/evidence.ts"
import { printKeyId } from "../../../src/dialects/octopus/ids.ts"
import { type DialectServer, engines, openDialect } from "../dialect-server.ts"
import { expectEnvelope, type Holder, holderOf, machineOf } from "./portal.ts"

const notLoggedIn = /^You must be logged in/
const invalidKey = /^The API key you provided was not valid\./

describe.each(engines)("who calls, %s", (engine) => {
  let server: DialectServer
  let admin: Holder
  let member: Holder
  let member2: Holder
  let auditor: Holder
  let machine: Holder
  let stranger: Holder
  beforeAll(async () => {
    server = await openDialect("octopus", { engine })
    admin = await holderOf(server, server.admin)
    member = await holderOf(server, server.member)
    member2 = await holderOf(server, server.member2)
    auditor = await holderOf(server, server.auditor)
    machine = await machineOf(server, admin)
    stranger = await holderOf(server.other, server.other.admin)
  })
  afterAll(() => server.close())

  describe("the key", () => {
    const me = (headers: Record<string, string>, query = "") =>
      server.ask(`/api/users/me${query}`, { headers })

    test("comes in one of three places, the first of which that is not empty counts", async () => {
      const { key, userId } = member
      const other = admin.key
      for (const [headers, query] of [
        [{ "X-Octopus-ApiKey": key }, ""],
        [{}, `?ApiKey=${key}`],
        [{}, `?apikey=${key}`],
        [{}, `?APIKEY=${key}`],
        [{ "X-NuGet-ApiKey": key }, ""],
        [{ "X-Octopus-ApiKey": key, "X-NuGet-ApiKey": key }, `?ApiKey=${key}`],
        [{ "X-Octopus-ApiKey": key, "X-NuGet-ApiKey": other }, `?ApiKey=${other}`],
        [{ "X-Octopus-ApiKey": "", "X-NuGet-ApiKey": other }, `?ApiKey=${key}`],
        [{ "X-Octopus-ApiKey": "", "X-NuGet-ApiKey": key }, "?ApiKey="],
      ] as const) {
        const { status, json } = await me(headers, query)
        expect({ status, id: json.Id }).toEqual({ status: 200, id: userId })
      }
    })

    test.each([
      ["nothing", {}, "", notLoggedIn],
      ["an empty header", { "x-octopus-apikey": "" }, "", notLoggedIn],
      ["three empty places", { "x-octopus-apikey": " ", "x-nuget-apikey": "" }, "?ApiKey=", notLoggedIn],
      ["no key", { "x-octopus-apikey": "nonsense" }, "", invalidKey],
      ["a key of nobody's", { "x-octopus-apikey": `API-${"A".repeat(31)}` }, "", invalidKey],
      ["no key in the query", {}, "?ApiKey=nonsense", invalidKey],
    ])("%s is answered 401", async (_what, headers, query, text) => {
      const reply = await me(headers, query)
      expect(reply).toMatchObject({ status: 401, json: { ErrorMessage: expect.stringMatching(text) } })
      expectEnvelope(reply)
    })

    test("an Authorization header carries no key", async () => {
      const reply = await me({ authorization: `Bearer ${member.key}` })
      expect(reply).toMatchObject({ status: 401, json: { ErrorMessage: expect.stringMatching(notLoggedIn) } })
    })

    test("keys of other keyspaces and of another organization are no keys here", async () => {
      for (const key of [server.adminKey, stranger.key]) {
        expect(await me({ "x-octopus-apikey": key })).toMatchObject({
          status: 401,
          json: { ErrorMessage: expect.stringMatching(invalidKey) },
        })
      }
    })

    test("a key that nobody owns whom the vendor knows is no key here", async () => {
      for (const owner of [
        { kind: "organization", id: server.organization.id },
        { kind: "external", id: server.member.id },
      ]) {
        const { json } = await server.native("POST", "/v1/keys", {
          keyspace_id: server.keyspace.id,
          name: "Nobody's",
          owner,
        })
        expect((await me({ "x-octopus-apikey": json.secret })).status).toBe(401)
        const listed = await admin.ask(`${member.keys}?take=1000`)
        expect(listed.text).not.toContain("Nobody's")
      }
    })

    test("the root needs none, and refuses a wrong one", async () => {
      for (const path of ["/api", "/api/", "/API"]) {
        const { status, json } = await server.ask(path)
        expect(status).toBe(200)
        expect(json).toEqual({
          Application: "Octopus Deploy",
          Version: "2022.4.8000",
          ApiVersion: "3.0.0",
          InstallationId: "39b44e47-37d4-4fcd-949c-2d831ebfa65e",
          HasLongTermSupport: false,
          Links: {
            Self: "/api",
            CurrentUser: "/api/users/me",
            Users: "/api/users{/id}{?skip,take,ids,filter}",
            Tasks: "/api/tasks{/id}{?skip,take,ids}",
            Spaces: "/api/spaces{/id}{?name,skip,ids,take,partialName}",
            SpaceHome: "/api/{spaceId}",
            SignIn: "/api/users/login{?returnUrl}",
            SignOut: "/api/users/logout",
          },
        })
        expect((await server.ask(path, { headers: { "x-octopus-apikey": "" } })).status).toBe(200)
        expect((await member.ask(path)).status).toBe(200)
        const wrong = await server.ask(path, { headers: { "x-octopus-apikey": "API-WRONG" } })
        expect(wrong.status).toBe(401)
        expectEnvelope(wrong)
      }
    })
  })

  describe("what one may do", () => {
    const missing = (permission: string) => ({
      ErrorMessage: `You do not have permission to perform this action. Please contact your Octopus administrator. Missing permission: ${permission}`,
      HelpText: expect.stringMatching(/^This action requires permission to (?:view|edit) users\./),
    })
    const view = { status: 403, json: missing("UserView") }
    const edit = { status: 403, json: missing("UserEdit") }
    const ok = { status: 200 }
    const unknown = { status: 404 }

    /** What each operation comes to for somebody with the keys of somebody else. */
    async function attempts(caller: Holder, owner: Holder) {
      // Made natively: who may make one through the dialect is a question of its own.
      const { id, kind } = owner === machine ? server.service : ownerOf(owner)
      const { json } = await server.native("POST", "/v1/keys", {
        keyspace_id: server.keyspace.id,
        name: "Theirs",
        owner: { kind, id },
      })
      const listed = await admin.ask(`${owner.keys}?partialPurpose=theirs&take=1`)
      const path = listed.json.Items[0].Links.Self
      const anonymous = path.replace(owner.userId, "{userId}")
      const result = {
        create: await caller.ask(owner.keys, { method: "POST", body: { Purpose: "For them" } }),
        list: await caller.ask(owner.keys),
        get: await caller.ask(path),
        getByKey: await caller.ask(anonymous),
        user: await caller.ask(`/api/users/${owner.userId}`),
        spaces: await caller.ask(`/api/users/${owner.userId}/spaces`),
        delete: await caller.ask(path, { method: "DELETE" }),
      }
      // Refused or not, the key is as dead or alive as the answer says.
      const { json: verified } = await server.native("POST", "/v1/keys/verify", { key: json.secret })
      expect(verified.valid).toBe(result.delete.status !== 200)
      return result
    }

    function ownerOf(holder: Holder) {
      const all = [server.admin, server.member, server.member2, server.auditor]
      const found = all.find(({ alias }) => holder.userId === `Users-${alias}`)
      if (!found) throw new Error("nobody")
      return found
    }

    test("a member: everything with their own keys, nothing with those of others", async () => {
      expect(await attempts(member, member)).toMatchObject({
        create: ok,
        list: ok,
        get: ok,
        getByKey: ok,
        user: ok,
        spaces: ok,
        delete: ok,
      })
      for (const other of [member2, admin, machine]) {
        expect(await attempts(member, other)).toMatchObject({
          create: view,
          list: view,
          get: view,
          getByKey: unknown,
          user: view,
          spaces: view,
          delete: view,
        })
      }
      expect(await member.ask("/api/users/Users-999999/apikeys")).toMatchObject(view)
      for (const path of ["/api/users", "/api/users/all"]) expect(await member.ask(path)).toMatchObject(view)
    })

    test("an administrator: makes keys for machines and themselves, sees and revokes those of all", async () => {
      expect(await attempts(admin, admin)).toMatchObject({ create: ok, list: ok, get: ok, delete: ok })
      expect(await attempts(admin, machine)).toMatchObject({
        create: ok,
        list: ok,
        get: ok,
        getByKey: ok,
        delete: ok,
      })
      expect(await attempts(admin, member)).toMatchObject({
        create: edit,
        list: ok,
        get: ok,
        getByKey: ok,
        user: ok,
        spaces: ok,
        delete: ok,
      })
      for (const path of ["/api/users", "/api/users/all"]) expect(await admin.ask(path)).toMatchObject(ok)
    })

    test("an auditor: sees everything and changes nothing", async () => {
      const sees = { list: ok, get: ok, getByKey: ok, user: ok, spaces: ok }
      for (const owner of [member, machine, auditor]) {
        expect(await attempts(auditor, owner)).toMatchObject({ ...sees, create: edit, delete: edit })
      }
      expect(await auditor.ask("/api/users/all")).toMatchObject(ok)
    })

    test("half of UserView shows nothing of the keys of others, and UserEdit alone shows none either", async () => {
      const { authority } = server.keyward
      const role = (name: string, permissions: readonly string[]) =>
        authority.createRole(server.system, { name, description: "", permissions })
      await role("sees-people", ["members.read", "own_keys.*"])
      await role("sees-keys", ["keys.read", "own_keys.*"])
      await role("edits", ["members.read", "keys.write"])
      const partial = await authority.createUser(server.system, { email: "p@example.com", displayName: "P" })
      const caller = await holderOf(server, partial)
      const as = (name: string) => authority.updateMember(server.system, partial.id, [name], null)
      await as("sees-people")
      expect(await attempts(caller, member)).toMatchObject({
        create: edit,
        list: view,
        get: view,
        getByKey: unknown,
        user: ok,
        delete: view,
      })
      await as("sees-keys")
      expect(await attempts(caller, member)).toMatchObject({
        create: view,
        list: view,
        get: view,
        getByKey: view,
        user: view,
        delete: view,
      })
      await as("edits")
      expect(await attempts(caller, machine)).toMatchObject({
        create: ok,
        list: view,
        get: view,
        delete: view,
      })
      expect(await attempts(caller, member)).toMatchObject({ create: edit, delete: view })
    })

    test("a machine without a role knows who it is, and no more", async () => {
      expect(await machine.ask("/api/users/me")).toMatchObject({ status: 200, json: { Id: machine.userId } })
      expect(await attempts(machine, machine)).toMatchObject({
        create: edit,
        list: view,
        get: view,
        user: ok,
        delete: view,
      })
    })

    test("an administrator of another organization: nobody and nothing is here", async () => {
      const { json: created } = await member.create({ Purpose: "Hidden" })
      for (const path of [
        `/api/users/${member.userId}`,
        member.keys,
        created.Links.Self,
        created.Links.Self.replace(member.userId, "{userId}"),
        created.Links.Self.replace(member.userId, stranger.userId),
      ]) {
        expect(await stranger.ask(path), path).toMatchObject(unknown)
        expect(
          (await stranger.ask(path, { method: path.includes("apikeys-") ? "DELETE" : "GET" })).status,
        ).toBe(404)
      }
      const make = await stranger.ask(member.keys, { method: "POST", body: { Purpose: "x" } })
      expect(make).toMatchObject(unknown)
      expect((await stranger.ask("/api/users/all")).text).not.toContain("example.com")
      const deleted = await member.ask(created.Links.Self, { method: "DELETE" })
      expect(await stranger.ask(deleted.json.Links.Self)).toMatchObject(unknown)
    })

    test("keys of other keyspaces do not exist here, not even to their owner who may do everything", async () => {
      const { json: keyspace } = await server.native("POST", "/v1/keyspaces", {
        name: "Mine",
        prefix: "mine",
      })
      const { json: key } = await server.native("POST", "/v1/keys", {
        keyspace_id: keyspace.id,
        name: "Elsewhere",
        owner: { kind: "user", id: server.admin.id },
      })
      for (const userId of [admin.userId, "{userId}"]) {
        const path = `/api/users/${userId}/apikeys/${printKeyId(key.id)}`
        expect(await admin.ask(path)).toMatchObject(unknown)
        expect(await admin.ask(path, { method: "DELETE" })).toMatchObject(unknown)
      }
      expect((await admin.ask(`${admin.keys}?take=1000`)).text).not.toContain("Elsewhere")
      const { alias } = await server.keyward.authority.key(server.system, key.id)
      expect((await server.native("DELETE", `/v1/keys/${key.id}`)).status).toBe(204)
      expect(await admin.ask(`/api/tasks/ServerTasks-${alias}`)).toMatchObject(unknown)
    })

    test("someone who is suspended has no keys that work, and then has them again", async () => {
      const user = `/v1/users/${server.member2.id}`
      expect((await member2.ask("/api/users/me")).status).toBe(200)
      await server.native("POST", `${user}/suspend`)
      expect(await member2.ask("/api/users/me")).toMatchObject({
        status: 401,
        json: { ErrorMessage: expect.stringMatching(invalidKey) },
      })
      expect((await admin.ask(`/api/users/${member2.userId}`)).json.IsActive).toBe(false)
      await server.native("POST", `${user}/resume`)
      expect((await member2.ask("/api/users/me")).status).toBe(200)
    })

    test("what a role comes to allow counts from the next request on", async () => {
      expect(await machine.ask(machine.keys)).toMatchObject(view)
      const { authority } = server.keyward
      await authority.updateMember(server.system, server.service.id, ["member"], null)
      expect(await machine.ask(machine.keys)).toMatchObject(ok)
      expect(await machine.create({ Purpose: "Its own" })).toMatchObject(ok)
      await authority.updateMember(server.system, server.service.id, [], null)
      expect(await machine.ask(machine.keys)).toMatchObject(view)
    })

    test("whoever is removed is gone with their keys", async () => {
      const { authority } = server.keyward
      const leaving = await authority.createUser(server.system, {
        email: "leaving@example.com",
        displayName: "L",
      })
      const holder = await holderOf(server, leaving)
      expect((await holder.ask("/api/users/me")).status).toBe(200)
      await authority.remove(server.system, "user", leaving.id, { kind: "expire", days: 0 })
      expect((await holder.ask("/api/users/me")).status).toBe(401)
      expect(await admin.ask(holder.keys)).toMatchObject(unknown)
    })
  })

  describe("a sign-in", () => {
    const installation = "39b44e47-37d4-4fcd-949c-2d831ebfa65e"
    const login = (body: object, headers: Record<string, string> = {}) =>
      server.ask("/api/users/login", { method: "POST", raw: JSON.stringify(body), headers })
    const credentials = { Username: "Mia@example.com", Password: "correct horse battery" }

    async function session() {
      const reply = await login(credentials)
      expect(reply).toMatchObject({ status: 200, json: { Id: member.userId, IsRequestor: true } })
      const [identification = "", antiForgery = ""] = reply.headers.getSetCookie()
      const [, token = ""] = /=([^;]+)/.exec(identification) ?? []
      const [, csrf = ""] = /=([^;]+)/.exec(antiForgery) ?? []
      expect(identification).toBe(
        `OctopusIdentificationToken_${installation}=${token}; HttpOnly; SameSite=Strict; Path=/`,
      )
      expect(antiForgery).toBe(`Octopus-Csrf-Token_${installation}=${csrf}; SameSite=Strict; Path=/`)
      return { cookie: `OctopusIdentificationToken_${installation}=${token}`, csrf }
    }

    test("makes a first key, as the vendor's script does", async () => {
      const { cookie, csrf } = await session()
      const created = await server.ask(member.keys, {
        method: "POST",
        raw: JSON.stringify({ Purpose: "First" }),
        headers: {
          "content-type": "application/x-www-form-urlencoded",
          cookie,
          "x-octopus-csrf-token": csrf,
        },
      })
      expect(created).toMatchObject({ status: 200, json: { Purpose: "First", Expires: null } })
      expect((await server.ask("/api/users/me", { headers: { cookie } })).json.Id).toBe(member.userId)
    })

    test("changes nothing without the anti-forgery token of the very session", async () => {
      const { cookie, csrf } = await session()
      const { csrf: another } = await session()
      const { json: before } = await member.ask(member.keys)
      for (const sent of [undefined, "", "x", another, `${csrf}x`]) {
        const planted = `${cookie}; Octopus-Csrf-Token_${installation}=${sent}`
        const headers = { cookie: planted, ...(sent === undefined ? {} : { "x-octopus-csrf-token": sent }) }
        for (const [path, method] of [
          [member.keys, "POST"],
          [before.Items[0].Links.Self, "DELETE"],
          ["/api/users/logout", "POST"],
        ] as const) {
          const reply = await server.ask(path, { method, raw: '{"Purpose":"x"}', headers })
          expect(reply.status).toBe(401)
          expect(reply.json.ErrorMessage).toMatch(/anti-forgery token/)
        }
      }
      expect((await member.ask(member.keys)).json.TotalResults).toBe(before.TotalResults)
      expect((await server.ask("/api/users/me", { headers: { cookie } })).status).toBe(200)
    })

    test("ends with a sign-out", async () => {
      const { cookie, csrf } = await session()
      const out = await server.ask("/api/users/logout", {
        method: "POST",
        headers: { cookie, "x-octopus-csrf-token": csrf },
        body: {},
      })
      expect({ status: out.status, text: out.text }).toEqual({ status: 200, text: "" })
      expect(out.headers.getSetCookie()).toEqual([
        `OctopusIdentificationToken_${installation}=; HttpOnly; Max-Age=0; SameSite=Strict; Path=/`,
        `Octopus-Csrf-Token_${installation}=; Max-Age=0; SameSite=Strict; Path=/`,
      ])
      const after = await server.ask("/api/users/me", { headers: { cookie } })
      expect(after).toMatchObject({ status: 401, json: { ErrorMessage: expect.stringMatching(notLoggedIn) } })
      // To the root, a cookie that is over is none.
      expect((await server.ask("/api", { headers: { cookie } })).status).toBe(200)
      expect((await member.ask("/api/users/logout", { method: "POST" })).status).toBe(401)
    })

    test("is refused without telling why, and told what is missing", async () => {
      registerSecret("password", "xk-wrong-3f81-a7c2-0b9e")
      for (const attempt of [
        { Username: "mia@example.com", Password: "xk-wrong-3f81-a7c2-0b9e" },
        { Username: "nobody@example.com", Password: "xk-wrong-3f81-a7c2-0b9e" },
        { Username: "admin@other.example", Password: "correct horse battery" },
        { Username: "Machine", Password: "correct horse battery" },
      ]) {
        expect(await login(attempt)).toMatchObject({
          status: 401,
          json: { ErrorMessage: "Invalid username or password." },
        })
      }
      for (const Username of ["a\u0000b", "a\ud800", "", 1, "x".repeat(255)]) {
        expect(await login({ Username, Password: "x" })).toMatchObject({ status: 400 })
      }
      expect((await login({})).json.Errors).toEqual(["Username is mandatory.", "Password is mandatory."])
      expect((await server.ask("/api/users/login", { method: "POST", raw: "Username=x" })).status).toBe(400)
    })

    test("cannot be started by the page of another site", async () => {
      const { host } = new URL(server.url)
      for (const headers of [
        { origin: "https://evil.example" },
        { "sec-fetch-site": "cross-site" },
        { origin: "null" },
      ]) {
        const reply = await login(credentials, headers)
        expect(reply.status).toBe(403)
        expect(reply.headers.getSetCookie()).toEqual([])
      }
      expect(
        (await login(credentials, { origin: `http://${host}`, "sec-fetch-site": "same-origin" })).status,
      ).toBe(200)
    })

    test("of another organization counts nowhere else", async () => {
      const { cookie } = await session()
      expect((await server.other.ask("/api/users/me", { headers: { cookie } })).status).toBe(401)
    })

    test("counts less than a key", async () => {
      const { cookie } = await session()
      expect((await admin.ask("/api/users/me", { headers: { cookie } })).json.Id).toBe(admin.userId)
      const wrong = { cookie, "x-octopus-apikey": "API-WRONG" }
      expect((await server.ask("/api/users/me", { headers: wrong })).status).toBe(401)
    })
  })
})

describe("too many attempts", () => {
  test("with keys and with sessions are answered with when to come back", async () => {
    const server = await openDialect("octopus", { engine: "memory", guessLimit: 3 })
    try {
      const admin = await holderOf(server, server.admin)
      const guess = (at: number) => ({ "x-octopus-apikey": `API-${String(at).padStart(31, "A")}` })
      for (let at = 0; at < 3; at++) {
        expect((await server.ask("/api/users/me", { headers: guess(at) })).status).toBe(401)
      }
      const session = "OctopusIdentificationToken_39b44e47-37d4-4fcd-949c-2d831ebfa65e=kws_x"
      for (const headers of [guess(9), { cookie: session }]) {
        const reply = await server.ask("/api/users/me", { headers })
        expect(reply.status).toBe(429)
        expect(Number(reply.headers.get("retry-after"))).toBeGreaterThan(0)
        expectEnvelope(reply)
      }
      server.advance(60)
      expect((await admin.ask("/api/users/me")).status).toBe(200)
    } finally {
      await server.close()
    }
  })
})
