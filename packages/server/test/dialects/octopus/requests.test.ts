import { octopusRoutes } from "@keyward/contract/octopus"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { type DialectServer, engines, modes, openDialect } from "../dialect-server.ts"
import { expectEnvelope, type Holder, holderOf, sendRaw } from "./portal.ts"

const cases = engines.flatMap((engine) => modes.map((conformance) => ({ engine, conformance })))

describe.each(cases)("requests, $engine, $conformance", ({ engine, conformance }) => {
  let server: DialectServer
  let member: Holder
  beforeAll(async () => {
    server = await openDialect("octopus", { engine, conformance })
    member = await holderOf(server, server.member)
  })
  afterAll(() => server.close())

  async function created(Purpose = "x") {
    return (await member.create({ Purpose })).json
  }

  describe("the very bytes of each client", () => {
    test("the reference's: a content type on everything, never a body, and {userId} as it is", async () => {
      const headers = [
        "Accept: application/json",
        "Content-Type: application/json",
        "User-Agent: Swagger-Codegen/1.1.0/python",
        `X-Octopus-ApiKey: ${member.key}`,
        `X-NuGet-ApiKey: ${member.key}`,
      ]
      const query = `?ApiKey=${member.key}`
      const make = await sendRaw(server.url, [
        `POST ${member.keys}${query} HTTP/1.1`,
        ...headers,
        "Content-Length: 0",
      ])
      if (conformance === "observed") {
        expect(make.status).toBe(400)
        expect(JSON.parse(make.text)).toEqual({
          ErrorMessage: "There was a problem with your request.",
          Errors: ["No request body was supplied"],
        })
      } else {
        expect(make.status).toBe(200)
        expect(JSON.parse(make.text)).toMatchObject({
          Purpose: "Created without a purpose",
          UserId: member.userId,
        })
      }
      const { Id } = await created()
      const list = await sendRaw(server.url, [`GET ${member.keys}${query} HTTP/1.1`, ...headers])
      expect(JSON.parse(list.text).Items[0].Id).toBe(Id)
      for (const [method, userId] of [
        ["GET", "{userId}"],
        ["GET", "%7BuserId%7D"],
        ["DELETE", "%7BuserId%7D"],
      ]) {
        const path = `/api/users/${userId}/apikeys/${Id}${query}`
        const reply = await sendRaw(server.url, [`${method} ${path} HTTP/1.1`, ...headers])
        if (conformance === "observed") expect(reply.status).toBe(404)
        else {
          expect(reply.status).toBe(200)
          expect(JSON.parse(reply.text)).toMatchObject(method === "GET" ? { Id } : { State: "Success" })
        }
      }
    })

    test("the Java client's: no Accept header, an encoding that nobody knows, content types everywhere", async () => {
      const headers = [
        "Accept-encoding: application/json",
        "Content-Type: application/json",
        "User-Agent: okhttp/4.9.3",
        `X-Octopus-ApiKey: ${member.key}`,
      ]
      const body = '{"Purpose":"Java"}'
      const typed = headers.map((header) =>
        header.replace("application/json", "application/json; charset=utf-8"),
      )
      const make = await sendRaw(
        server.url,
        [`POST ${member.keys} HTTP/1.1`, ...typed, `Content-Length: ${body.length}`],
        body,
      )
      expect(make.status).toBe(200)
      expect(make.headers.has("content-encoding")).toBe(false)
      const { Links } = JSON.parse(make.text)
      const got = await sendRaw(server.url, [`GET ${Links.Self} HTTP/1.1`, ...headers])
      expect(JSON.parse(got.text)).toMatchObject({ Purpose: "Java", Expires: null, Links })
      const deleted = await sendRaw(server.url, [`DELETE ${Links.Self} HTTP/1.1`, ...headers])
      expect({ status: deleted.status, text: deleted.text }).toEqual({ status: 200, text: "" })
      expect(deleted.headers.get("content-length")).toBe("0")
      expect(deleted.headers.has("content-type")).toBe(false)
      const again = await sendRaw(server.url, [`DELETE ${Links.Self} HTTP/1.1`, ...headers])
      expect(again.status).toBe(404)
      expectEnvelope({ status: again.status, json: JSON.parse(again.text) })
    })

    test.each(["DELETE", "delete"])(
      "the .NET client's and the portal's: a POST that is a %s",
      async (method) => {
        const { Links } = await created()
        const head = [
          `POST ${Links.Self} HTTP/1.1`,
          "Accept: application/json",
          `X-HTTP-Method-Override: ${method}`,
          `X-Octopus-ApiKey: ${member.key}`,
          "User-Agent: OctopusClient-dotnet/11.0.0",
          "Content-Length: 0",
        ]
        const reply = await sendRaw(server.url, head)
        expect(reply.status).toBe(200)
        expect(JSON.parse(reply.text)).toMatchObject({ State: "Success", FinishedSuccessfully: true })
        expect((await member.ask(Links.Self)).status).toBe(404)
      },
    )

    test("an override names DELETE or PUT, and only on a POST", async () => {
      const { Links } = await created()
      const override = (method: string, asked: string, path = Links.Self) =>
        member.ask(path, { method, headers: { "x-http-method-override": asked } })
      expect((await override("GET", "DELETE")).status).toBe(200)
      expect((await override("POST", "PUT")).status).toBe(405)
      expect((await override("POST", "PUT", member.keys)).status).toBe(405)
      expect((await override("POST", "GET")).status).toBe(405)
      expect((await override("POST", "")).status).toBe(405)
      expect((await member.ask(Links.Self)).status).toBe(200)
    })

    test("the Go client's: a slash after the root, a line feed after the body, nanoseconds, and what nobody asked for", async () => {
      const headers = [
        "Accept: application/json",
        "User-Agent: go-octopusdeploy/v2.0.0 (linux; amd64) go/1.21",
        `X-Octopus-ApiKey: ${member.key}`,
      ]
      const root = await sendRaw(server.url, ["GET /api/ HTTP/1.1", ...headers])
      expect(JSON.parse(root.text).InstallationId).toMatch(/^[0-9a-f-]{36}$/)
      const body = `{"ApiKey":{"HasValue":false},"Created":null,"Expires":"2027-03-01T10:11:12.123456789Z","Purpose":"Go","UserId":"${member.userId}","Links":{}}\n`
      const reply = await sendRaw(
        server.url,
        [
          `POST ${member.keys} HTTP/1.1`,
          ...headers,
          "Content-Type: application/json",
          `Content-Length: ${body.length}`,
        ],
        body,
      )
      expect(reply.status).toBe(200)
      expect(JSON.parse(reply.text).Expires).toBe("2027-03-01T10:11:12.123+00:00")
    })

    test("the TypeScript client's: an empty key means none", async () => {
      const headers = [
        "Accept: application/json, text/plain, */*",
        "X-Octopus-ApiKey: ",
        "User-Agent: ts-octopusdeploy",
      ]
      expect((await sendRaw(server.url, ["GET /api HTTP/1.1", ...headers])).status).toBe(200)
      expect((await sendRaw(server.url, ["GET /api/users/me HTTP/1.1", ...headers])).status).toBe(401)
    })

    test("a request of HTTP/1.0, and one with a body in chunks", async () => {
      const old = await sendRaw(server.url, ["GET /api HTTP/1.0"])
      expect(JSON.parse(old.text).Application).toBe("Octopus Deploy")
      const chunked = await sendRaw(
        server.url,
        [`POST ${member.keys} HTTP/1.1`, `X-Octopus-ApiKey: ${member.key}`, "Transfer-Encoding: chunked"],
        '12\r\n{"Purpose":"Chunk"\r\n1\r\n}\r\n0\r\n\r\n',
      )
      expect(JSON.parse(chunked.text)).toMatchObject({ Purpose: "Chunk" })
    })
  })

  test("paths have no case, and a slash at the end makes no difference", async () => {
    const { Id, Links } = await created()
    for (const path of [
      `${Links.Self}/`,
      `/API/USERS/${member.userId}/APIKEYS/${Id}`,
      `/Api/Users/${member.userId}/ApiKeys/${Id}/?take=1`,
      `/%61pi/users/${member.userId}/apikeys/${Id}`,
    ]) {
      expect(await member.ask(path), path).toMatchObject({ status: 200, json: { Id } })
    }
    expect((await member.ask("/api/users/ME/")).status).toBe(200)
  })

  test.each([
    ["/", "GET"],
    ["/apix", "GET"],
    ["/api/users//apikeys", "GET"],
    ["/api/nothing", "POST"],
    ["/api/Spaces-1/users", "GET"],
    ["/api/spaces/Spaces-1", "GET"],
    ["/v1/keys", "GET"],
    ["/openapi.json", "GET"],
    [`/api/${"x".repeat(3000)}`, "GET"],
  ])("there is nothing at %s", async (path, method) => {
    // Told to strangers too: there is nothing to hide.
    for (const reply of [await member.ask(path, { method }), await server.ask(path, { method })]) {
      expect(reply).toMatchObject({
        status: 404,
        json: { ErrorMessage: "The resource you requested was not found." },
      })
      expectEnvelope(reply)
    }
  })

  test.each([
    ["/api", "POST", "GET"],
    ["/api/users/me", "PUT", "GET"],
    ["/api/users/Users-1/apikeys", "DELETE", "POST, GET"],
    ["/api/users/Users-1/apikeys/", "PATCH", "POST, GET"],
    ["/api/users/Users-1/apikeys/x", "PUT", "GET, DELETE"],
    ["/api/users/Users-1/apikeys/x", "POST", "GET, DELETE"],
    ["/API/Tasks/x", "DELETE", "GET"],
    ["/api/users/logout", "DELETE", "GET, POST"],
    ["/api/spaces", "OPTIONS", "GET"],
  ])("%s takes no %s", async (path, method, allow) => {
    const reply = await server.ask(path, { method })
    expect(reply.status).toBe(405)
    expect(reply.headers.get("allow")).toBe(allow)
    expectEnvelope(reply)
  })

  test("a path that does not decode is a problem with the request", async () => {
    for (const path of ["/api/users/%zz", "/api/users/%", "/api/users/%c3%28/apikeys"]) {
      const reply = await member.ask(path)
      expect(reply.status).toBe(400)
      expectEnvelope(reply)
    }
  })

  test.each([
    ["{", "application/json"],
    ["{'Purpose': 'x'}", "application/json"],
    ["Purpose=x", "application/x-www-form-urlencoded"],
    [new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x7d]), "application/json"],
    ["", "text/plain"],
  ])("a body that is no JSON is a problem with the request (%#)", async (raw, type) => {
    const reply = await member.ask(member.keys, { method: "POST", raw, headers: { "content-type": type } })
    if (raw === "" && conformance === "documented") expect(reply.status).toBe(200)
    else {
      expect(reply.status).toBe(400)
      expectEnvelope(reply)
    }
  })

  test("JSON is read whatever it is called", async () => {
    for (const type of [
      "text/plain",
      "application/x-www-form-urlencoded",
      "application/json; charset=utf-8",
    ]) {
      const reply = await member.ask(member.keys, {
        method: "POST",
        raw: '\ufeff{"Purpose":"Typed"}',
        headers: { "content-type": type },
      })
      expect(reply.status).toBe(200)
    }
    const odd = await member.ask(member.keys, {
      method: "POST",
      raw: "{}",
      headers: { "content-type": "json;;" },
    })
    expect(odd.status).toBeLessThan(500)
    expectEnvelope(odd)
  })

  test("a body may be long, but not very long", async () => {
    const body = (length: number) => JSON.stringify({ Purpose: "x", Padding: "y".repeat(length) })
    expect((await member.ask(member.keys, { method: "POST", raw: body(60_000) })).status).toBe(200)
    const reply = await member.ask(member.keys, { method: "POST", raw: body(70_000) })
    expect(reply.status).toBe(413)
    expectEnvelope(reply)
  })

  test("nothing that is answered is to be kept by a cache", async () => {
    for (const path of ["/api", "/api/users/me", "/api/nothing"]) {
      expect((await member.ask(path)).headers.get("cache-control")).toBe("no-cache, no-store")
    }
  })

  test("a store that is away is 503 in the vendor's envelope, everywhere, and nothing of a query is logged", async () => {
    const { Id } = await created()
    const fresh = await holderOf(server, server.member2)
    const filled = (path: string) =>
      path
        .replace("{userId}", member.userId)
        .replace("/tasks/{id}", "/tasks/ServerTasks-1")
        .replace("{id}", Id)
    server.breakStore()
    try {
      for (const { method, path } of octopusRoutes) {
        const isRoot = path === "/api"
        const body = path.endsWith("login")
          ? { Username: "mia@example.com", Password: "correct horse battery" }
          : { Purpose: "x" }
        // A key that is in no cache, and comes in the query.
        const reply = await server.ask(`${filled(path)}?ApiKey=${fresh.key}`, {
          method,
          ...(method === "POST" ? { body } : {}),
        })
        expect(reply, `${method} ${path}`).toMatchObject({ status: 503 })
        expect(Number(reply.headers.get("retry-after"))).toBeGreaterThan(0)
        expectEnvelope(reply)
        if (!isRoot) continue
        expect((await server.ask(path)).status).toBe(200)
      }
      // One that is in the cache, so that it is the operation that fails.
      expect(await member.ask(member.keys)).toMatchObject({ status: 503 })
      expect(await member.create({ Purpose: "x" })).toMatchObject({ status: 503 })
      const wrong = await server.ask("/api/users/me", { headers: { "x-octopus-apikey": "API-WRONG" } })
      expect(wrong.status).toBe(401)
    } finally {
      server.mendStore()
    }
    expect((await fresh.ask("/api/users/me")).status).toBe(200)
    expect(server.log.length).toBeGreaterThan(0)
    expect(server.log.join()).not.toContain(fresh.key)
    expect(server.log.join()).not.toContain("ApiKey")
  })
})
