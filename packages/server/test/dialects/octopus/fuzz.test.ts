import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { seeds, times } from "../../../../../tests/effort.ts"
import { engines, modes, openDialect } from "../dialect-server.ts"
import { expectEnvelope, holderOf } from "./portal.ts"

const cases = engines.flatMap((engine) => modes.map((conformance) => ({ engine, conformance })))

const segment = fc.oneof(
  fc.constantFrom(
    "api",
    "users",
    "apikeys",
    "me",
    "all",
    "login",
    "tasks",
    "spaces",
    "",
    ".",
    "..",
    "%2e",
    "%00",
    "%2f",
  ),
  fc.constantFrom(
    "Users-1",
    "Users-2",
    "{userId}",
    "%7BuserId%7D",
    "ServerTasks-3",
    `apikeys-${"0".repeat(25)}`,
  ),
  fc.string().map(encodeURIComponent),
  fc.string({ unit: fc.constantFrom("%", "f", "z", "/", "?", "0", "{", "}", "-") }),
)
const anyPath = fc.array(segment, { maxLength: 6 }).map((segments) => `/${segments.join("/")}`)
const knownPath = fc
  .tuple(fc.constantFrom("Users-2", "Users-5", "users-7", "{userId}", "me"), segment)
  .chain(([user, id]) =>
    fc.constantFrom(
      "/api",
      "/API/users/me/",
      "/api/users",
      "/api/users/all",
      "/api/users/login",
      "/api/users/logout",
      `/api/users/${user}`,
      `/api/users/${user}/spaces`,
      `/api/users/${user}/apikeys`,
      `/api/users/${user}/apikeys/${id}`,
      `/api/tasks/${id}`,
    ),
  )
const queryValue = fc.oneof(
  fc.constantFrom("0", "1", "30", "2147483647", "2147483648", "-1", "x", "", "%zz", "1e9"),
  fc.string().map(encodeURIComponent),
)
const query = fc
  .array(
    fc.tuple(
      fc.constantFrom("skip", "Take", "partialPurpose", "filter", "ids", "__proto__", "ApiKey[]"),
      queryValue,
    ),
    {
      maxLength: 4,
    },
  )
  .map((pairs) => (pairs.length === 0 ? "" : `?${pairs.map((pair) => pair.join("=")).join("&")}`))
const text = fc.string({ unit: fc.constantFrom("API-", "A", "7", " ", "=", ";", '"', "é", ",", "/", "kws_") })
const headers = fc.record(
  {
    accept: text,
    cookie: text.map((value) => `OctopusIdentificationToken_39b44e47-37d4-4fcd-949c-2d831ebfa65e=${value}`),
    origin: text,
    "content-type": fc.oneof(text, fc.constantFrom("application/json", "text/plain", "application/x+json;")),
    "x-http-method-override": fc.oneof(text, fc.constantFrom("DELETE", "PUT", "GET", "delete")),
    "x-octopus-csrf-token": text,
    "x-nuget-apikey": text,
  },
  { requiredKeys: [] },
)
const date = fc.oneof(
  fc.date({ noInvalidDate: true }).map((at) => at.toISOString()),
  fc.string({ unit: fc.constantFrom("2", "0", "7", "-", ":", "T", "Z", "+", ".", "9") }),
)
const body = fc.option(
  fc.oneof(
    fc.json(),
    fc.string(),
    fc
      .record(
        { Purpose: fc.string({ unit: "binary" }), Expires: fc.option(date) },
        { requiredKeys: ["Purpose"] },
      )
      .map((value) => JSON.stringify(value)),
    fc
      .record(
        { Purpose: fc.jsonValue(), Expires: fc.jsonValue(), Username: fc.jsonValue() },
        { requiredKeys: [] },
      )
      .map((value) => JSON.stringify(value)),
  ),
)

describe.each(cases)("whatever is asked, $engine, $conformance", ({ engine, conformance }) => {
  test.each(seeds)("the answer is the vendor's, and nothing breaks (seed %i)", async (seed) => {
    const server = await openDialect("octopus", { engine, conformance })
    try {
      const admin = await holderOf(server, server.admin)
      const method = fc.constantFrom("GET", "POST", "DELETE", "PUT", "PATCH", "OPTIONS", "HEAD")
      await fc.assert(
        fc.asyncProperty(
          fc.oneof(anyPath, knownPath, knownPath),
          query,
          method,
          headers,
          body,
          fc.boolean(),
          async (path, asked, how, sent, what, known) => {
            const reply = await server.ask(path + asked, {
              method: how,
              headers: { ...sent, ...(known ? { "x-octopus-apikey": admin.key } : {}) },
              ...(what !== null && how !== "GET" && how !== "HEAD" ? { raw: what } : {}),
            })
            expect(reply.status).toBeLessThan(500)
            if (how === "HEAD" || reply.text === "") return
            expect(reply.headers.get("content-type")).toMatch(/^application\/json/)
            if (reply.status >= 400) expectEnvelope(reply)
            else expect(reply.status).toBe(200)
          },
        ),
        { numRuns: times({ quick: 50, proof: 250 }), seed },
      )
      expect(server.log).toEqual([])
    } finally {
      await server.close()
    }
  })
})
