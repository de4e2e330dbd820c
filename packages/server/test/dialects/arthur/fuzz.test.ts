import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { seeds, times } from "../../../../../tests/effort.ts"
import { type ArthurServer, arthurServers, places } from "./arthur-server.ts"

const { fresh } = arthurServers()
let server: ArthurServer

const segment = fc.oneof(
  fc.constantFrom("auth", "api_keys", "deactivate", "users", "me", "health", "", ".", "%2e", "%00"),
  fc.uuid(),
  fc.string().map(encodeURIComponent),
  fc.string({ unit: fc.constantFrom("%", "f", "z", "/", "?", "0", "{", "}") }),
)
const path = fc.array(segment, { maxLength: 5 }).map((segments) => `/${segments.join("/")}`)
const knownPath = fc.constantFrom("/auth/api_keys/", "/auth/api_keys", "/users/me")
const method = fc.constantFrom("GET", "POST", "DELETE", "PUT", "PATCH", "OPTIONS", "HEAD")
const headerText = fc.string({
  unit: fc.constantFrom("Bearer", " ", "\t", "=", ";", '"', "a", "é", "ACCESS_TOKEN", ",", "/"),
})
const headers = fc.record(
  {
    authorization: headerText,
    cookie: headerText,
    origin: headerText,
    "content-type": fc.oneof(
      headerText,
      fc.constantFrom("application/json", "text/plain", "application/x+json;"),
    ),
    "access-control-request-method": fc.constantFrom("POST", "x"),
    "accept-encoding": headerText,
  },
  { requiredKeys: [] },
)
const body = fc.option(
  fc.oneof(
    fc.json(),
    fc.string(),
    fc
      .record({ description: fc.jsonValue(), roles: fc.jsonValue() }, { requiredKeys: [] })
      .map((value) => JSON.stringify(value)),
    fc
      .record({
        description: fc.string({ unit: "binary" }),
        roles: fc.array(fc.constantFrom("ORG-ADMIN", "TENANT-USER", "x")),
      })
      .map((value) => JSON.stringify(value)),
  ),
)

describe.each(places)("whatever is asked, $mode, $engine", (place) => {
  test.each(seeds)("the answer is the vendor's envelope, and nothing breaks (seed %i)", async (seed) => {
    server = await fresh(place)
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(path, knownPath),
        method,
        headers,
        body,
        fc.boolean(),
        async (at, how, sent, what, known) => {
          const withBody = what !== null && how !== "GET" && how !== "HEAD"
          const {
            status,
            text,
            headers: answered,
          } = await server.ask(at, {
            method: how,
            token: known ? server.master.secret : null,
            headers: sent,
            ...(withBody ? { raw: what } : {}),
          })
          expect(status).toBeLessThan(500)
          const type = answered.get("content-type")
          if (type === "application/json" && status >= 400 && how !== "HEAD") {
            const { detail, ...rest } = JSON.parse(text)
            expect(rest).toEqual({})
            if (status !== 422) expect(typeof detail).toBe("string")
            else
              for (const error of detail)
                expect(error).toMatchObject({
                  loc: expect.any(Array),
                  msg: expect.any(String),
                  type: expect.any(String),
                })
          }
          if (text !== "" && type !== "text/plain") expect(type).toBe("application/json")
        },
      ),
      { numRuns: times({ quick: 40, proof: 200 }), seed },
    )
    expect(server.log).toEqual([])
  })

  test.each(seeds)("every description and list of roles is given back as it came (seed %i)", async (seed) => {
    server = await fresh(place, { settings: { maxKeys: 1_000_000 } })
    const roles = fc.constantFrom(
      "DEFAULT-RULE-ADMIN",
      "TASK-ADMIN",
      "VALIDATION-USER",
      "ORG-AUDITOR",
      "ORG-ADMIN",
    )
    const description = fc
      .string({ unit: "binary" })
      .map((text) => text.replaceAll("\u0000", "").toWellFormed())
    await fc.assert(
      fc.asyncProperty(description, fc.array(roles), async (text, given) => {
        const created = await server.ask("/auth/api_keys/", {
          method: "POST",
          body: { description: text, roles: given },
        })
        const { json } = await server.ask(`/auth/api_keys/${created.json.id}`)
        expect(json).toMatchObject({ description: text, roles: given })
        expect((await server.ask("/users/me", { token: created.json.key })).json.user_id).toBe(json.id)
      }),
      { numRuns: times({ quick: 15, proof: 50 }), seed },
    )
  })
})
