import { systemCaller } from "@keyward/core"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { type DialectServer, engines, modes, openDialect } from "../dialect-server.ts"
import { type Holder, holderOf, machineOf } from "./portal.ts"

const date = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00$/
const day = 24 * 60 * 60

const cases = engines.flatMap((engine) => modes.map((conformance) => ({ engine, conformance })))

describe.each(cases)("keys, $engine, $conformance", ({ engine, conformance }) => {
  let server: DialectServer
  let admin: Holder
  let member: Holder
  beforeAll(async () => {
    server = await openDialect("octopus", { engine, conformance })
    admin = await holderOf(server, server.admin)
    member = await holderOf(server, server.member)
  })
  afterAll(() => server.close())

  test("a key is created with its secret, and read without", async () => {
    const created = await member.create({
      Purpose: "Just blogging",
      Expires: null,
      UserId: "Users-1",
      Links: {},
    })
    expect(created.status).toBe(200)
    const { Id, ApiKey, Created } = created.json
    expect(Id).toMatch(/^apikeys-[0-9a-z]{25}$/)
    expect(ApiKey).toMatch(/^API-[A-Z0-9]{31}$/)
    expect(Created).toMatch(date)
    const Self = `${member.keys}/${Id}`
    const rest = {
      Id,
      Purpose: "Just blogging",
      UserId: member.userId,
      Created,
      Expires: null,
      Links: { Self },
    }
    expect(created.json).toEqual({ ...rest, ApiKey })
    const printed = {
      ...rest,
      ApiKey: { HasValue: true, NewValue: null, Hint: ApiKey.slice(0, 8) },
    }
    expect((await member.ask(Self)).json).toEqual(printed)
    const listed = await member.ask(member.keys)
    expect(listed.json.Items[0]).toEqual(printed)
    expect(listed.text).not.toContain(ApiKey)
    expect(
      await holderOf(server, server.member, ApiKey).then((own) => own.ask("/api/users/me")),
    ).toMatchObject({
      status: 200,
      json: { Id: member.userId, IsRequestor: true },
    })
  })

  test.each([
    ["2027-01-01T00:00:00.123456789Z", "2027-01-01T00:00:00.123+00:00"],
    ["2027-01-01T00:00:00+02:00", "2026-12-31T22:00:00.000+00:00"],
    ["2027-01-01T00:00:00.4401234-0530", "2027-01-01T05:30:00.440+00:00"],
    ["2027-01-01T00:00+01", "2026-12-31T23:00:00.000+00:00"],
  ])("an expiry of %s is kept", async (Expires, printed) => {
    expect(await member.create({ Purpose: "Expiring", Expires })).toMatchObject({
      status: 200,
      json: { Expires: printed },
    })
  })

  test.each([
    ["no purpose", {}, "Purpose"],
    ["a blank purpose", { Purpose: " \n\t" }, "Purpose"],
    ["a purpose that is no text", { Purpose: 7 }, "Purpose"],
    ["a purpose of null", { Purpose: null }, "Purpose"],
    ["a purpose that is too long", { Purpose: "x".repeat(201) }, "Purpose"],
    ["a purpose that no store can keep", { Purpose: "a\u0000b" }, "Purpose"],
    ["half a character", { Purpose: "a\ud800" }, "Purpose"],
    ["an expiry that is past", { Purpose: "x", Expires: "2026-07-01T23:30:49.068Z" }, "Expires"],
    ["an expiry without an offset", { Purpose: "x", Expires: "2027-01-01T00:00:00" }, "Expires"],
    ["an expiry that is no date", { Purpose: "x", Expires: "2027-02-30T00:00:00Z" }, "Expires"],
    ["an expiry that is a number", { Purpose: "x", Expires: 1 }, "Expires"],
    ["a list", [], "JSON object"],
    ["a text", "x", "JSON object"],
  ])("%s is refused", async (_what, body, told) => {
    const { json: before } = await member.ask(member.keys)
    const { status, json } = await member.ask(member.keys, { method: "POST", body })
    expect(status).toBe(400)
    expect(json).toEqual({
      ErrorMessage: "There was a problem with your request.",
      Errors: [expect.stringContaining(told)],
    })
    expect((await member.ask(member.keys)).json.TotalResults).toBe(before.TotalResults)
  })

  test("200 characters are a purpose, whatever they are, and two keys may share one", async () => {
    const Purpose = "🔑".repeat(200)
    for (const _each of [1, 2]) {
      expect(await member.create({ Purpose })).toMatchObject({ status: 200, json: { Purpose } })
    }
  })

  test.each([
    ["nothing", {}],
    ["nothing, called JSON", { headers: { "content-type": "application/json" } }],
    ["the JSON text null", { raw: "null", headers: { "content-type": "application/json" } }],
  ])(
    "%s as body creates a key where the reference's client could create none otherwise",
    async (_what, asked) => {
      const { status, json } = await member.ask(member.keys, { method: "POST", ...asked })
      if (conformance === "documented") {
        expect({ status, purpose: json.Purpose }).toEqual({
          status: 200,
          purpose: "Created without a purpose",
        })
      } else {
        expect(status).toBe(400)
        expect(json.Errors).toEqual(["No request body was supplied"])
      }
    },
  )

  test("no key outlasts the one that it is made with", async () => {
    const { json: short } = await member.create({ Purpose: "Short", Expires: "2026-08-01T00:00:00Z" })
    const own = await holderOf(server, server.member, short.ApiKey)
    expect(await own.create({ Purpose: "x", Expires: "2026-08-01T00:00:00Z" })).toMatchObject({ status: 200 })
    for (const Expires of ["2026-08-01T00:00:00.001Z", null, undefined]) {
      const { status, json } = await own.create({ Purpose: "x", Expires })
      expect(status).toBe(400)
      expect(json.Errors).toEqual([expect.stringMatching(/^Expires must be .*2026-08-01T00:00:00\.000Z/)])
    }
  })

  test("a deleted key is refused at once, and its task can be read", async () => {
    const { json: created } = await member.create({ Purpose: "Short-lived" })
    const own = await holderOf(server, server.member, created.ApiKey)
    expect((await own.ask("/api/users/me")).status).toBe(200)
    const deleted = await member.ask(created.Links.Self, { method: "DELETE", headers: { accept: "*/*" } })
    expect(deleted.status).toBe(200)
    const { Id, QueueTime } = deleted.json
    expect(Id).toMatch(/^ServerTasks-\d+$/)
    expect(QueueTime).toMatch(date)
    expect(deleted.json).toEqual({
      Id,
      SpaceId: null,
      Name: "Delete",
      Description: `Delete API key ${created.Id}`,
      Arguments: {},
      State: "Success",
      Completed: "Wednesday, July 1, 2026 11:30 PM",
      QueueTime,
      QueueTimeExpiry: null,
      StartTime: QueueTime,
      LastUpdatedTime: QueueTime,
      CompletedTime: QueueTime,
      ServerNode: "node-1",
      Duration: "0 seconds",
      ErrorMessage: "",
      HasBeenPickedUpByProcessor: true,
      IsCompleted: true,
      FinishedSuccessfully: true,
      HasPendingInterruptions: false,
      CanRerun: false,
      HasWarningsOrErrors: false,
      Links: { Self: `/api/tasks/${Id}` },
    })
    expect((await own.ask("/api/users/me")).status).toBe(401)
    expect(await member.ask(created.Links.Self)).toMatchObject({
      status: 404,
      json: { ErrorMessage: `The resource '${created.Id}' was not found.` },
    })
    expect((await member.ask(created.Links.Self, { method: "DELETE" })).status).toBe(404)
    for (const reader of [member, admin]) {
      expect(
        (await reader.ask(deleted.json.Links.Self.toUpperCase().replace("/API/", "/api/"))).json,
      ).toEqual(deleted.json)
    }
    const stranger = await holderOf(server, server.member2)
    expect((await stranger.ask(deleted.json.Links.Self)).status).toBe(404)
  })

  test("a key may delete itself", async () => {
    const { json: created } = await member.create({ Purpose: "Itself" })
    const own = await holderOf(server, server.member, created.ApiKey)
    expect(await own.ask(created.Links.Self, { method: "DELETE" })).toMatchObject({
      status: 200,
      json: { State: "Success" },
    })
    expect((await own.ask("/api/users/me")).status).toBe(401)
  })

  test("the owner of a key is the user in the path, or stands in the key's own row", async () => {
    const { json: created } = await member.create({ Purpose: "Mine" })
    const path = (userId: string) => `/api/users/${userId}/apikeys/${created.Id}`
    for (const literal of ["{userId}", "%7BuserId%7D"]) {
      const got = await member.ask(path(literal))
      if (conformance === "documented") {
        expect(got).toMatchObject({ status: 200, json: { Id: created.Id, UserId: member.userId } })
        expect((await admin.ask(path(literal))).json).toEqual(got.json)
      } else {
        expect(got).toMatchObject({
          status: 404,
          json: { ErrorMessage: "The resource '{userId}' was not found." },
        })
      }
    }
    for (const asked of [{}, { method: "DELETE" }]) {
      expect(await admin.ask(path(admin.userId), asked)).toMatchObject({
        status: 400,
        json: { Errors: ["This ApiKey does not belong to the specified user."] },
      })
      expect((await member.ask(path("me"), asked)).status).toBe(404)
    }
    expect((await member.ask(path("{userId}"), { method: "DELETE" })).status).toBe(
      conformance === "documented" ? 200 : 404,
    )
    expect((await member.ask("/api/users/{userId}/apikeys")).status).toBe(404)
    expect((await member.ask("/api/users/me/apikeys")).status).toBe(404)
  })

  test("ids are compared without case, and what is none is not there", async () => {
    const { json: created } = await member.create({ Purpose: "Any case" })
    const shouted = `/api/users/${member.userId.toUpperCase()}/apikeys/${created.Id.toUpperCase()}`
    expect((await member.ask(shouted)).json.Id).toBe(created.Id)
    for (const id of [
      "x",
      "apikeys-",
      `${created.Id}0`,
      `apikeys-${"z".repeat(25)}`,
      `apikeys-${"0".repeat(25)}`,
    ]) {
      expect(await member.ask(`${member.keys}/${id}`)).toMatchObject({
        status: 404,
        json: { ErrorMessage: `The resource '${id}' was not found.` },
      })
    }
    for (const id of ["Users-", "Users-0", "Users-01", "Users-999999", `Users-${"9".repeat(30)}`, "user"]) {
      expect((await admin.ask(`/api/users/${id}`)).status).toBe(404)
      expect((await admin.ask(`/api/users/${id}/apikeys`)).status).toBe(404)
      expect((await admin.ask(`/api/users/${id}/spaces`)).status).toBe(404)
    }
    for (const id of ["ServerTasks-1", "ServerTasks-x", "x"]) {
      expect((await admin.ask(`/api/tasks/${id}`)).status).toBe(404)
    }
  })

  test("the native API shows what the dialect made, and the dialect what the native API changed", async () => {
    const { json: created } = await member.create({ Purpose: "Shared", Expires: "2027-01-01T00:00:00Z" })
    const own = await holderOf(server, server.member, created.ApiKey)
    const { json: verified } = await server.native("POST", "/v1/keys/verify", { key: created.ApiKey })
    expect(verified).toMatchObject({ valid: true, code: "VALID", name: "Shared" })
    const native = `/v1/keys/${verified.key_id}`
    expect((await server.native("GET", native)).json).toMatchObject({
      keyspace_id: server.keyspace.id,
      owner: { kind: "user", id: server.member.id },
      expires_at: "2027-01-01T00:00:00.000Z",
    })

    await server.native("PATCH", native, { name: "Renamed", expires_at: "2026-12-01T00:00:00Z" })
    expect((await member.ask(created.Links.Self)).json).toMatchObject({
      Purpose: "Renamed",
      Expires: "2026-12-01T00:00:00.000+00:00",
    })
    await server.native("PATCH", native, { enabled: false })
    expect((await own.ask("/api/users/me")).status).toBe(401)
    expect((await member.ask(created.Links.Self)).status).toBe(200)
    await server.native("PATCH", native, { enabled: true })
    expect((await own.ask("/api/users/me")).status).toBe(200)
    await server.native("POST", `${native}/revoke`, { reason: "compromised" })
    expect((await own.ask("/api/users/me")).status).toBe(401)
    expect((await member.ask(created.Links.Self)).status).toBe(404)
    expect((await member.ask(created.Links.Self, { method: "DELETE" })).status).toBe(404)

    const { json: made } = await server.native("POST", "/v1/keys", {
      keyspace_id: server.keyspace.id,
      name: "Made natively",
      owner: { kind: "user", id: server.member.id },
    })
    expect(made.secret).toMatch(/^API-[A-Z0-9]{31}$/)
    const theirs = await holderOf(server, server.member, made.secret)
    expect((await theirs.ask(theirs.keys)).json.Items[0]).toMatchObject({ Purpose: "Made natively" })
    const { json: deleted } = await member.create({ Purpose: "Deleted here" })
    const { json: known } = await server.native("POST", "/v1/keys/verify", { key: deleted.ApiKey })
    await member.ask(deleted.Links.Self, { method: "DELETE" })
    expect((await server.native("GET", `/v1/keys/${known.key_id}`)).status).toBe(404)
    expect((await server.native("POST", "/v1/keys/verify", { key: deleted.ApiKey })).json.code).toBe(
      "NOT_FOUND",
    )
    const { json: events } = await server.native("GET", `/v1/audit?target_id=${known.key_id}`)
    expect(events.items.map(({ action }: { action: string }) => action)).toEqual([
      "key.deleted",
      "key.created",
    ])
  })

  test("an expired key stays listed and is refused", async () => {
    const machine = await machineOf(server, admin)
    const Expires = "2026-07-02T00:00:00Z"
    const { json: created } = await admin.ask(machine.keys, {
      method: "POST",
      body: { Purpose: "Brief", Expires },
    })
    const brief = await holderOf(server, server.service, created.ApiKey)
    expect((await brief.ask("/api/users/me")).json).toMatchObject({ IsService: true, Username: "Machine" })
    server.advance(day)
    expect((await brief.ask("/api/users/me")).status).toBe(401)
    expect((await admin.ask(created.Links.Self)).status).toBe(200)
    const { json } = await admin.ask(machine.keys)
    expect(json.Items.map(({ Id }: { Id: string }) => Id)).toContain(created.Id)
  })
})

describe.each(cases)("a longest lifetime, $engine, $conformance", ({ engine, conformance }) => {
  test("no key lasts longer, and where the vendor's server wants that, each has to expire", async () => {
    const server = await openDialect("octopus", { engine, conformance, settings: { maxLifetimeDays: 30 } })
    try {
      const admin = await holderOf(server, server.admin)
      const at = (seconds: number) => new Date(server.clock.now() + seconds * 1000).toISOString()
      expect((await admin.create({ Purpose: "x", Expires: at(30 * day) })).status).toBe(200)
      expect(await admin.create({ Purpose: "x", Expires: at(30 * day + 1) })).toMatchObject({
        status: 400,
        json: { Errors: [expect.stringContaining("Expires must be")] },
      })
      expect((await admin.create({ Purpose: "x" })).status).toBe(conformance === "documented" ? 200 : 400)
      expect((await admin.ask(admin.keys)).json.TotalResults).toBe(conformance === "documented" ? 3 : 2)
      const { items } = await server.keyward.authority.keys(
        systemCaller(server.organization.id),
        { keyspaceId: server.keyspace.id, owner: { kind: "user", id: server.admin.id } },
        { limit: 10, after: null },
      )
      const first = items.find(({ name }) => name === "First key")
      expect(first?.expiresAt === null).toBe(conformance === "documented")
    } finally {
      await server.close()
    }
  })
})
