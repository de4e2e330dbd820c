import fastify from "fastify"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { witnessedFetch } from "../../../../../tests/witness.ts"
import { mountedServers } from "../../../src/http/mounted.ts"
import { engines, password } from "../dialect-server.ts"
import {
  type Credential,
  instanceOver,
  keysPath,
  nobody,
  openPortal,
  type Portal,
  raw,
  refusal,
  unknownId,
} from "./portal.ts"

describe.each(engines)("what a request may look like, %s", (engine) => {
  let portal: Portal
  beforeAll(async () => {
    portal = await openPortal({ engine })
  })
  afterAll(() => portal.close())

  const post = (body: unknown, who: Credential = portal.member) => portal.create(who, body)

  describe("paths", () => {
    test.each([
      "/api/2/keys",
      "/API/2.0/KEYS",
      "/api/2.0/keys/",
      "/Api/2/Keys/",
      "/api/2.0/k%65ys",
      "/api/2.0/keys?x=1",
    ])("%s is the list", async (path) => {
      const { status, json } = await portal.ask(portal.member, path)
      expect(status).toBe(200)
      expect(json.links).toEqual([{ href: portal.server.url + path, action: "GET" }])
    })

    test.each(["@self", "%40self", "@SELF", "%40Self/"])("%s is the key itself", async (segment) => {
      const key = await portal.key(portal.member)
      const { status, json } = await portal.ask(key.credential, `${keysPath}/${segment}`)
      expect([status, json.response.id]).toEqual([200, key.id])
    })

    test("an id may be spelled as .NET prints one", async () => {
      const { id } = await portal.key(portal.member)
      for (const spelling of [
        id.toUpperCase(),
        id.replaceAll("-", ""),
        `{${id}}`,
        `(${id})`,
        `%7B${id}%7D/`,
      ]) {
        expect((await portal.update(portal.member, spelling)).json).toMatchObject({ response: true })
      }
    })

    test.each([
      ["GET", "/"],
      ["GET", "/api"],
      ["GET", "/api/2.1/keys"],
      ["GET", "/api/2.0/key"],
      ["GET", "/api/2.0/keys//"],
      ["PUT", `${keysPath}/75a5f745`],
      ["DELETE", `${keysPath}/not-a-guid`],
      ["DELETE", `${keysPath}/${unknownId}x`],
      ["GET", `${keysPath}/${unknownId}/x`],
      ["GET", "/%zz"],
      ["POST", "/apisystem/portal/register"],
      ["DELETE", "/api/2.0/portal/deleteportalimmediately"],
    ])("%s %s is no route: 404 without a body, whoever asks", async (method, path) => {
      for (const who of [portal.admin, nobody]) {
        const { status, text } = await portal.ask(who, path, { method })
        expect([status, text]).toEqual([404, ""])
      }
    })

    test.each([
      ["PUT", keysPath, "GET, POST"],
      ["DELETE", "/api/2/Keys/", "GET, POST"],
      ["GET", `${keysPath}/${unknownId}`, "DELETE, PUT"],
      ["POST", `${keysPath}/{${unknownId.toUpperCase()}}`, "DELETE, PUT"],
      ["DELETE", `${keysPath}/permissions`, "GET"],
      ["PUT", `${keysPath}/%40self`, "GET"],
      ["PUT", `${keysPath}/@Self`, "GET"],
      ["HEAD", keysPath, "GET, POST"],
      ["OPTIONS", keysPath, "GET, POST"],
      ["PUT", "/api/2.0/k%65ys", "GET, POST"],
      ["PATCH", "/api/2.0/people", "POST"],
      ["DELETE", "/api/2.0/authentication", "GET, POST"],
    ])("%s %s is no method there: 405 without a body, with what is", async (method, path, allow) => {
      const { status, text, headers } = await portal.ask(nobody, path, { method })
      expect([status, text, headers.get("allow")]).toEqual([405, "", allow])
    })
  })

  describe("fields", () => {
    test.each([
      ["fields=id,name", ["id", "name"]],
      ["FIELDS=ID,%20keypostfix", ["id", "keyPostfix"]],
      ["fields=id&fields=name", ["id", "name"]],
      ["fields=nothing", []],
    ])("%s leaves only those members", async (query, members) => {
      const { credential } = await portal.key(portal.member)
      const self = await portal.ask(credential, `${keysPath}/@self?${query}`)
      expect(Object.keys(self.json.response)).toEqual(members)
      const list = await portal.ask(portal.member, `${keysPath}?${query}`)
      for (const key of list.json.response) expect(Object.keys(key)).toEqual(members)
      expect(list.json).toMatchObject({ status: 0, statusCode: 200 })
    })

    test("they leave texts, booleans and an empty wish alone", async () => {
      const scopes = await portal.ask(portal.member, `${keysPath}/permissions?fields=id`)
      expect(scopes.json.response).toHaveLength(11)
      const { id } = await portal.key(portal.member)
      const path = `${keysPath}/${id}?fields=id`
      expect((await portal.ask(portal.member, path, { method: "PUT", body: {} })).json.response).toBe(true)
      const { json } = await portal.ask(portal.member, `${keysPath}?fields=`)
      expect(json.response[0]).toHaveProperty("isActive")
    })
  })

  describe("bodies", () => {
    const missingName =
      "JSON deserialization for type 'CreateApiKeyRequestDto' was missing required properties including: 'name'."
    const required = "The Name field is required."
    const tooLong = "Incorrect name. Length must be less than 30"
    const days = "Incorrect number of days. Value must be between 1 and 365"
    const unread = { apiKey: ["The apiKey field is required."] }
    const at = (place: string) => ({
      [place]: [`The JSON value could not be converted. Path: ${place}.`],
      ...unread,
    })

    test.each<[unknown, object]>([
      [{}, { $: [missingName], ...unread }],
      [{ permissions: [] }, { $: [missingName], ...unread }],
      [{ name: "" }, { Name: [required] }],
      [{ name: "   " }, { Name: [required] }],
      [{ name: null }, { Name: [required] }],
      [{ name: "x".repeat(31) }, { Name: [tooLong] }],
      [{ name: " ".repeat(31) }, { Name: [tooLong, required] }],
      [{ name: "K", expiresInDays: 0 }, { ExpiresInDays: [days] }],
      [{ name: "K", expiresInDays: 366 }, { ExpiresInDays: [days] }],
      [{ name: "K", expiresInDays: "-1" }, { ExpiresInDays: [days] }],
      [
        { name: "", expiresInDays: 366 },
        { Name: [required], ExpiresInDays: [days] },
      ],
      [{ name: "K", expiresInDays: "soon" }, at("$.expiresInDays")],
      [{ name: "K", expiresInDays: 1.5 }, at("$.expiresInDays")],
      [{ name: "K", expiresInDays: [] }, at("$.expiresInDays")],
      [{ name: 7 }, at("$.name")],
      [{ name: "a\u0000b" }, at("$.name")],
      [{ name: "\ud800" }, at("$.name")],
      [{ name: "K", permissions: "files:read" }, at("$.permissions")],
      [{ name: "K", permissions: [["files:read"]] }, at("$.permissions[0]")],
      [{ name: "K", permissions: ["files:read", 7] }, at("$.permissions[1]")],
      [[], at("$")],
      ["text", at("$")],
      [null, { "": ["A non-empty request body is required."], ...unread }],
    ])("%j is refused as the vendor does", async (body, errors) => {
      const { status, headers, json } = await post(body)
      expect(status).toBe(400)
      expect(headers.get("content-type")).toBe("application/problem+json; charset=utf-8")
      expect(json).toEqual({
        response: {
          type: "https://tools.ietf.org/html/rfc9110#section-15.5.1",
          title: "One or more validation errors occurred.",
          status: 400,
          errors,
          traceId: headers.get("x-request-id"),
        },
        count: 1,
        links: [{ href: portal.server.url + keysPath, action: "POST" }],
        status: 1,
        statusCode: 400,
      })
    })

    test("no body, and one that is no JSON", async () => {
      const sent = (text: string, type = "application/json") =>
        portal.ask(portal.member, keysPath, { method: "POST", raw: text, headers: { "content-type": type } })
      const errorsOf = async (text: string) => (await sent(text)).json.response.errors
      expect(await errorsOf("")).toEqual({ "": ["A non-empty request body is required."], ...unread })
      expect(Object.keys(await errorsOf('{"name":'))).toEqual(["$", "apiKey"])
      const other = await sent("name=K", "application/x-www-form-urlencoded")
      expect([other.status, other.json]).toEqual([415, refusal(415, "Unsupported Media Type")])
      expect((await sent('{"name":"K"}', "text/json; charset=utf-8")).status).toBe(200)
      expect((await sent('{"name":"K"}', "application/vnd.api+json")).status).toBe(200)
      expect((await sent(`{"name":"K","x":"${"x".repeat(64 * 1024)}"}`)).status).toBe(413)
    })

    test("members may be in any case, come as texts, and be unknown", async () => {
      const { status, json } = await post({
        NAME: "K",
        PerMissions: ["*:read"],
        EXPIRESINDAYS: "7",
        other: {},
      })
      expect(status).toBe(200)
      expect(json.response).toMatchObject({ name: "K", permissions: ["*:read"] })
      expect(Date.parse(json.response.expiresAt) - Date.parse(json.response.createOn)).toBe(7 * 86_400_000)
    })

    test("an update names its faults within what the vendor wraps it in", async () => {
      const { id } = await portal.key(portal.member)
      const errorsOf = async (body: object) =>
        (await portal.update(portal.member, id, body)).json.response.errors
      expect(await errorsOf({ name: "x".repeat(31) })).toEqual({ "Changed.Name": [tooLong] })
      expect(Object.keys(await errorsOf({ isActive: "true" }))).toEqual(["$.isActive", "inDto"])
    })
  })

  describe("byte for byte", () => {
    const host = "Host: portal.example.com:8080"
    const authorization = () => `Authorization: ${portal.member["authorization"]}`

    test("links name the host as the client wrote it", async () => {
      const { json } = await raw(portal.server.url, ["GET /api/2.0/keys HTTP/1.1", host, authorization()])
      expect(json.links).toEqual([{ href: "http://portal.example.com:8080/api/2.0/keys", action: "GET" }])
    })

    test("a Content-Type without a body, as Python sends without a DTO", async () => {
      const { status, json } = await raw(portal.server.url, [
        "POST /api/2.0/keys HTTP/1.1",
        host,
        authorization(),
        "Accept: application/json",
        "User-Agent: OpenAPI-Generator/3.5.1/python",
        "Content-Type: application/json",
        "Content-Length: 0",
      ])
      expect([status, Object.keys(json.response.errors)]).toEqual([400, ["", "apiKey"]])
    })

    test("a Content-Type on a DELETE without a body", async () => {
      const { id } = await portal.key(portal.member)
      const { json } = await raw(portal.server.url, [
        `DELETE /api/2.0/keys/${id} HTTP/1.1`,
        host,
        authorization(),
        "Content-Type: application/json",
      ])
      expect(json.response).toBe(true)
    })

    test("axios' Accept, and no Accept at all", async () => {
      for (const accept of [["Accept: application/json, text/plain, */*"], []]) {
        const lines = ["GET /api/2.0/keys/permissions HTTP/1.1", host, authorization(), ...accept]
        expect((await raw(portal.server.url, lines)).status).toBe(200)
      }
    })

    test.each([
      ["401", "GET /api/2.0/keys HTTP/1.1", [], 401],
      ["404", "GET /api/2.0/nothing HTTP/1.1", [], 404],
      ["405", "PUT /api/2.0/keys HTTP/1.1", ["Content-Length: 0"], 405],
    ])("%s has neither a body nor a type of one", async (_name, line, more, expected) => {
      const { status, text, headers } = await raw(portal.server.url, [line, host, ...more])
      expect([status, text]).toEqual([expected, ""])
      expect([headers.get("content-type"), headers.get("content-length")]).toEqual([null, "0"])
      expect(headers.get("www-authenticate")).toBeNull()
    })

    test("without a Host, links are as good as can be", async () => {
      const { json } = await raw(portal.server.url, ["GET /api/2.0/authentication HTTP/1.0"])
      expect(json.links[0].href).toMatch(/\/api\/2\.0\/authentication$/)
    })
  })

  describe("links", () => {
    test("behind a proxy, name the address that the proxy was asked at", async () => {
      const app = await instanceOver(portal, {}, { trustProxy: true })
      const headers = {
        ...portal.member,
        "x-forwarded-proto": "https",
        "x-forwarded-host": "docs.example.com",
      }
      const { response, links } = (await app.inject({ url: keysPath, headers })).json()
      expect(response).toBeInstanceOf(Array)
      expect(links).toEqual([{ href: `https://docs.example.com${keysPath}`, action: "GET" }])
      const signedIn = await app.inject({
        method: "POST",
        url: "/api/2.0/authentication",
        headers: { "x-forwarded-proto": "https" },
        payload: { userName: portal.server.member.email, password },
      })
      expect(signedIn.headers["set-cookie"]).toMatch(/; Secure$/)
      await app.close()
    })

    test("below a path, they lead through it", async () => {
      const app = await instanceOver(portal)
      await app.ready()
      const place = { path: "/vendors/docspace" }
      const main = fastify({ serverFactory: mountedServers([{ place, app }]) })
      const url = await main.listen({ host: "127.0.0.1", port: 0 })
      const response = await witnessedFetch(`${url}${place.path}${keysPath}?fields=id`, {
        headers: portal.member,
      })
      const { links } = JSON.parse(await response.text())
      expect(links[0].href).toBe(`${url}${place.path}${keysPath}?fields=id`)
      await main.close()
      await app.close()
    })
  })
})
