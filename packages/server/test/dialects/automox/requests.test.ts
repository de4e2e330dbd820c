import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { registerSecret } from "../../../../../tests/evidence.ts"
import { engines, modes, type Reply } from "../dialect-server.ts"
import { type Console, openConsole, type Person, raw } from "./console.ts"

/** One text in the vendor's envelope, and nothing else. */
const envelope = { errors: [expect.stringMatching(/./)] }

describe.each(engines)("%s", (engine) => {
  describe.each(modes)("requests, %s", (conformance) => {
    let at: Console
    let jane: Person
    let path: string
    beforeAll(async () => {
      at = await openConsole({ engine, conformance })
      jane = await at.someone("member")
      path = `/users/${jane.id}/api_keys`
    })
    afterAll(() => at.close())

    /** A key of Jane's that is gone when the work is done. */
    async function withKey(work: (id: number) => Promise<void>, body: object = {}): Promise<void> {
      const { json } = await at.create(jane, { name: crypto.randomUUID(), ...body })
      await work(json.id)
      await at.delete(jane, json.id)
    }

    const created = async (body: unknown) => {
      const reply = await at.create(jane, body)
      if (reply.status === 200) await at.delete(jane, reply.json.id)
      return reply
    }

    test.each([
      ["2030-12-05T18:21:47+0000", "2030-12-05T18:21:47+0000"],
      ["2030-12-05T18:21:47+00:00", "2030-12-05T18:21:47+0000"],
      ["2030-12-05T18:21:47Z", "2030-12-05T18:21:47+0000"],
      ["2030-12-05t18:21:47z", "2030-12-05T18:21:47+0000"],
      ["2030-12-05T18:21:47-05:00", "2030-12-05T23:21:47+0000"],
      ["2030-12-05T18:21:47-0530", "2030-12-05T23:51:47+0000"],
      ["2030-12-05T18:21:47+02", "2030-12-05T16:21:47+0000"],
      ["2030-01-02T03:04:05.678901", "2030-01-02T03:04:05+0000"],
      ["2030-01-02T03:04:05,678", "2030-01-02T03:04:05+0000"],
      ["2030-01-02T03:04:05.1234567890123-00:00", "2030-01-02T03:04:05+0000"],
      ["2030-01-02 03:04:05", "2030-01-02T03:04:05+0000"],
      ["2030-01-02T03:04Z", "2030-01-02T03:04:00+0000"],
      ["2030-01-02", "2030-01-02T00:00:00+0000"],
    ])("an expiry may be written %s", async (expiry, shown) => {
      const { status, json } = await created({ name: "Dated", expires_at: expiry })
      expect([status, json.expires_at]).toEqual([200, shown])
    })

    test.each([
      "",
      "soon",
      "2030-02-30T00:00:00Z",
      "2030-01-01T24:00:01Z",
      "2030-01-01T00:00:00+24:00",
      "2030-01-01T",
      "01/02/2030",
      "1893456000",
      "2026-01-01T00:00:00Z",
      1_893_456_000,
      true,
      {},
    ])("an expiry may not be %j", async (expiry) => {
      const { status, json } = await created({ name: "Dated", expires_at: expiry })
      const text = "The expires_at field has to be an ISO 8601 date and time in the future."
      expect([status, json]).toEqual([400, { errors: [text] }])
    })

    test.each([null, "", " \t\n ", 7, true, [], {}, "x".repeat(256), "a\u0000b", "\ud800"])(
      "a name may not be %j",
      async (name) => {
        const { status, json } = await created({ name })
        expect([status, json]).toEqual([
          400,
          { errors: ["The name has to be a text of 1 to 255 characters."] },
        ])
      },
    )

    test.each(["x".repeat(255), "🔑".repeat(255), ` ${"x".repeat(255)} `, "a\u0001\u2028é", "__proto__"])(
      "a name may be %j",
      async (name) => {
        const { status, json } = await created({ name })
        expect([status, json.name]).toEqual([200, name.trim()])
      },
    )

    test("a body that names something else, and no name, is refused in both modes", async () => {
      for (const body of [{ expires_at: "2030-01-01T00:00:00Z" }, { label: "x" }]) {
        const { status, json } = await created(body)
        expect([status, json]).toEqual([400, { errors: ["The name field is required."] }])
      }
      await withKey(async (id) => {
        const { status, json } = await at.update(jane, id, { name: "x" })
        expect([status, json]).toEqual([400, { errors: ["The is_enabled field is required."] }])
      })
    })

    test("members that nobody knows are ignored", async () => {
      const body = JSON.parse(
        '{"name":"Known","id":1,"is_enabled":false,"__proto__":{"name":"x"},"constructor":1}',
      )
      const { status, json } = await created(body)
      expect([status, json.name, json.is_enabled]).toEqual([200, "Known", true])
      await withKey(async (id) => {
        const { json: changed } = await at.update(jane, id, {
          is_enabled: false,
          name: "New",
          expires_at: "x",
        })
        expect([changed.is_enabled, changed.name === "New"]).toEqual([false, false])
      })
    })

    test.each([
      [false, false],
      [0, false],
      ["False", false],
      ["FALSE", false],
      ["false", false],
      [true, true],
      [1, true],
      ["True", true],
      ["tRUE", true],
    ])("is_enabled may be %j", async (value, enabled) => {
      await withKey(async (id) => {
        await at.update(jane, id, { is_enabled: !enabled })
        const { status, json } = await at.update(jane, id, { is_enabled: value })
        expect([status, json.is_enabled]).toEqual([200, enabled])
      })
    })

    test.each([null, "", "yes", "0", 2, -1, 0.5, [], {}])("is_enabled may not be %j", async (value) => {
      await withKey(async (id) => {
        const { status, json } = await at.update(jane, id, { is_enabled: value })
        expect([status, json]).toEqual([400, { errors: ["The is_enabled field has to be true or false."] }])
      })
    })

    test.each(["{", "null", "[]", '"x"', "1", "[{}]", "{}}", "\u00ff", "name=x"])(
      "a body %j is refused",
      async (text) => {
        const send = (below: string, method: string) =>
          at.ask(jane, `${path}${below}?o=${at.o}`, {
            method,
            raw: text,
            headers: { "content-type": "application/json" },
          })
        const reply = await send("", "POST")
        expect([reply.status, reply.json]).toEqual([400, envelope])
        await withKey(async (id) => expect((await send(`/${id}`, "PUT")).status).toBe(400))
      },
    )

    test("bytes that are no UTF-8 are refused", async () => {
      const bytes = new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])
      const reply = await at.ask(jane, `${path}?o=${at.o}`, { method: "POST", raw: bytes })
      expect([reply.status, reply.json]).toEqual([400, envelope])
    })

    test("a body of more than 64 KiB is refused as that", async () => {
      const reply = await created({ name: "x", padding: "x".repeat(64 * 1024) })
      expect([reply.status, reply.json]).toEqual([413, { errors: ["The body is longer than 64 KiB."] }])
    })

    test("o is required, and an integer", async () => {
      for (const query of [
        "",
        "?o=",
        "?o=x",
        "?o=1.5",
        "?o=1e3",
        "?o=+1",
        "?o=0x1",
        `?o=${at.o}&o=${at.o}`,
        "?O=1",
      ]) {
        for (const [below, method] of [
          ["", "POST"],
          ["", "GET"],
          ["/1", "GET"],
          ["/1", "PUT"],
          ["/1", "DELETE"],
          ["/1/decrypt", "POST"],
        ] as const) {
          const { status, json } = await at.ask(jane, `${path}${below}${query}`, { method })
          expect([method, below, query, status]).toEqual([method, below, query, 400])
          expect(json).toEqual({ errors: [expect.stringContaining("parameter o")] })
        }
        expect((await at.ask(at.admin, `/users${query}`)).status).toBe(400)
        expect((await at.ask(jane, `/users/${jane.id}${query}`)).status).toBe(400)
      }
    })

    test("page and limit have their ranges", async () => {
      for (const [name, values] of [
        ["page", ["-1", "x", "", "1.5", "1&page=2"]],
        ["limit", ["0", "-1", "501", "x", "", "1.5", "9".repeat(400)]],
      ] as const) {
        for (const value of values) {
          for (const target of [
            `${path}?o=${at.o}&${name}=${value}`,
            `/users?o=${at.o}&${name}=${value}`,
            `/orgs/${at.o}/api_keys?${name}=${value}`,
            `/orgs?${name}=${value}`,
          ]) {
            const { status, json } = await at.ask(at.admin, target)
            expect([target, status]).toEqual([target, 400])
            expect(json).toEqual({ errors: [expect.stringContaining(`parameter ${name}`)] })
          }
        }
      }
      for (const query of ["page=0", "limit=1", "limit=500", "page=007", "unknown=1"]) {
        expect((await at.ask(jane, `${path}?o=${at.o}&${query}`)).status).toBe(200)
      }
      await withKey(async (id) => {
        const target = `${path}/${id}?o=${at.o}&page=x&limit=0`
        const { status } = await at.ask(jane, target, { method: "PUT", body: { is_enabled: true } })
        expect(status).toBe(200)
      })
    })

    test("a request is refused for the first thing that is wrong", async () => {
      const malformed = { raw: "{", headers: { "content-type": "application/json" } }
      const statusOf = async (who: Person | null, target: string, method = "PUT") =>
        (await at.ask(who, target, { method, ...malformed })).status
      await withKey(async (id) => {
        expect(await statusOf(null, `${path}/${id}`)).toBe(401)
        expect(await statusOf(jane, `${path}/999?o=x`)).toBe(400)
        expect(await statusOf(jane, `${path}/999?o=999`)).toBe(403)
        expect(await statusOf(at.admin, `/users/999999999/api_keys/999?o=${at.o}`)).toBe(404)
        expect(await statusOf(jane, `/users/${at.admin.id}/api_keys/999?o=${at.o}`)).toBe(403)
        expect(await statusOf(jane, `${path}/999999999?o=${at.o}`)).toBe(404)
        expect(await statusOf(jane, `${path}/${id}?o=${at.o}`)).toBe(400)
        expect(await statusOf(at.admin, `${path}?o=${at.o}`, "POST")).toBe(403)
        expect(await statusOf(jane, `${path}?o=${at.o}`, "POST")).toBe(400)
      })
      const own = (await at.list(at.auditor)).json.results[0].id
      const auditors = `/users/${at.auditor.id}/api_keys`
      expect(await statusOf(at.auditor, `${auditors}/${own}?o=${at.o}`)).toBe(403)
      expect(await statusOf(at.auditor, `${auditors}?o=${at.o}`, "POST")).toBe(403)
    })

    test("what is no route is not found, before anything else is asked", async () => {
      const nowhere = [
        "/",
        "/users/self/api_keys",
        "/users/x/api_keys",
        `/users/${jane.id}.0/api_keys`,
        `/users/-1/api_keys`,
        "/users/99999999999999999999/api_keys",
        `${path}/x`,
        `${path}/1/reveal`,
        `${path}/1/decrypt/2`,
        "/orgs/x/api_keys",
        "/orgs/1",
        "/global/api_keys",
        "/USERS/self",
        "//users/self",
        "/api",
        "/api/api/users/self",
        "/users/self/x",
        `/users/${"1".repeat(200)}`,
      ]
      for (const target of nowhere) {
        for (const who of [jane, null]) {
          const { status, json, headers } = await at.ask(who, target)
          expect([target, status, json]).toEqual([target, 404, { errors: ["Not found."] }])
          expect(headers.get("content-type")).toBe("application/json")
        }
      }
      for (const method of ["PATCH", "DELETE", "PUT", "OPTIONS", "HEAD"]) {
        expect((await at.ask(jane, `${path}?o=${at.o}`, { method })).status).toBe(404)
      }
      for (const target of ["/users/%zz", "/%ff", "/users/%/api_keys"]) {
        const { status, headers, json } = await raw(at.server.url, [`GET ${target} HTTP/1.1`, "Host: x"])
        expect([target, status, json]).toEqual([target, 404, { errors: ["Not found."] }])
        expect(headers.get("content-type")).toBe("application/json")
      }
    })

    test("a slash at the end, and the vendor's base before, lead to the same", async () => {
      for (const target of ["/users/self", "/orgs", `${path}?o=${at.o}`]) {
        const { status, text } = await at.ask(jane, target)
        expect(status).toBe(200)
        const [before, query = ""] = target.split("?")
        const asked = query === "" ? "" : `?${query}`
        for (const same of [`${before}/${asked}`, `/api${target}`, `/api${before}/${asked}`]) {
          const reply = await at.ask(jane, same)
          expect([reply.status, reply.text]).toEqual([200, text])
        }
      }
      const made = await at.ask(jane, `/api${path}/?o=${at.o}`, { method: "POST", body: { name: "Below" } })
      expect(made.status).toBe(200)
      const gone = await at.ask(jane, `/api${path}/${made.json.id}?o=${at.o}`, { method: "DELETE" })
      expect(gone.status).toBe(204)
    })

    describe("as the vendor's clients send it, byte for byte", () => {
      const oag = [
        "Accept-Encoding: identity",
        "Accept: application/json",
        "User-Agent: OpenAPI-Generator/1.0.0/python",
      ]
      const swg = [
        "Accept-Encoding: identity",
        "Accept: application/json",
        "Content-Type: application/json",
        "User-Agent: Swagger-Codegen/0.3.0/python",
      ]
      const json = "Content-Type: application/json"

      function send(
        method: string,
        target: string,
        headers: readonly string[],
        body?: string,
      ): Promise<Reply> {
        const lines = [`${method} ${target} HTTP/1.1`, "Host: localhost", `Authorization: Bearer ${jane.key}`]
        const length = body === undefined ? [] : [`Content-Length: ${Buffer.byteLength(body)}`]
        return raw(at.server.url, [...lines, ...headers, ...length], body)
      }

      /** Each operation in turn, as a client sends the requests that have no body of their own. */
      async function seven(headers: readonly string[], typed: readonly string[], empty: string | undefined) {
        const query = `?o=${at.o}`
        const made = await send(
          "POST",
          `${path}${query}`,
          typed,
          '{"name": "Client", "expires_at": "2030-01-02T03:04:05.678901"}',
        )
        expect([made.status, made.json.expires_at]).toEqual([200, "2030-01-02T03:04:05+0000"])
        const one = `${path}/${made.json.id}`
        expect((await send("GET", `${path}${query}&page=0&limit=500`, headers)).json.size).toBe(2)
        expect((await send("GET", `${one}${query}`, headers)).json).toEqual(made.json)
        const off = await send("PUT", `${one}${query}`, typed, '{"is_enabled": false}')
        expect([off.status, off.json.is_enabled]).toEqual([200, false])
        const secret = await send("POST", `${one}/decrypt${query}`, typed, empty)
        expect([secret.status, Object.keys(secret.json)]).toEqual([200, ["api_key"]])
        registerSecret("key text", secret.json.api_key)
        const gone = await send("DELETE", `${one}${query}`, typed, empty === "" ? undefined : empty)
        expect([gone.status, gone.text]).toEqual([204, ""])
        expect((await send("GET", `/orgs/${at.o}/api_keys`, headers)).status).toBe(403)
      }

      test("the reference's generation: JSON named where there is no body", () =>
        seven(oag, [...oag, json], ""))
      test("the releases: an empty object, and a type on GET", () => seven(swg, swg, "{}"))
      test("without a content type anywhere, as curl and mcp may", () =>
        seven(["Accept: */*"], ["Accept: */*"], undefined))
      test("PowerShell: JSON named everywhere, also where nothing is sent", () =>
        seven(
          [json, "Accept: application/json, text/plain, */*"],
          [json, "Accept: application/json, text/plain, */*"],
          undefined,
        ))
      test("a form's type over JSON, as curl -d sends it, and what is no type at all", async () => {
        await seven([], ["Content-Type: application/x-www-form-urlencoded"], undefined)
        await seven(["Content-Type: ;;"], ["Content-Type: ;;"], "{}")
      })

      test("create and update without a body, by mode", async () => {
        const statuses: number[] = []
        const ids: number[] = []
        for (const [headers, body] of [
          [[...oag, json], ""],
          [swg, "{}"],
          [oag, undefined],
        ] as const) {
          const made = await send("POST", `${path}?o=${at.o}`, headers, body)
          if (made.status === 200) ids.push(made.json.id)
          const [own] = (await at.list(jane)).json.results
          const put = await send("PUT", `${path}/${own.id}?o=${at.o}`, headers, body)
          statuses.push(made.status, put.status)
        }
        expect(new Set(statuses)).toEqual(new Set([conformance === "documented" ? 200 : 400]))
        for (const id of ids) await at.delete(jane, id)
      })

      test("a body in chunks", async () => {
        const chunked = ["Transfer-Encoding: chunked", json]
        const lines = [
          `POST ${path}?o=${at.o} HTTP/1.1`,
          "Host: x",
          `Authorization: Bearer ${jane.key}`,
          ...chunked,
        ]
        const text = '{"name":"Chunked"}'
        const sent = await raw(at.server.url, lines, `${text.length.toString(16)}\r\n${text}\r\n0\r\n\r\n`)
        expect([sent.status, sent.json.name]).toEqual([200, "Chunked"])
        await at.delete(jane, sent.json.id)
      })
    })
  })
})
