import fc from "fast-check"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { seeds, times } from "../../../../../tests/effort.ts"
import { type Credential, type IssuedKey, nobody, openPortal, type Portal, places } from "./portal.ts"

const segment = fc.oneof(
  fc.constantFrom("api", "2.0", "2", "keys", "@self", "%40self", "permissions", "people", "active", "", "."),
  fc.constantFrom("authentication", "settings", "devtoolsaccess", "%2e", "%00", "{", "%7B"),
  fc.uuid(),
  fc.string().map(encodeURIComponent),
  fc.string({ unit: fc.constantFrom("%", "f", "z", "/", "?", "0", "{", "}", "(") }),
)
const path = fc.array(segment, { maxLength: 6 }).map((segments) => `/${segments.join("/")}`)
const knownPath = fc.constantFrom(
  "/api/2.0/keys",
  "/api/2/keys/?fields=id",
  "/api/2.0/keys/@self",
  "/api/2.0/keys/75a5f745-f697-4418-b38d-0fe0d277e258",
  "/api/2.0/authentication",
  "/api/2.0/people",
  "/api/2.0/people/active",
  "/api/2.0/settings/devtoolsaccess",
)
const method = fc.constantFrom("GET", "POST", "DELETE", "PUT", "PATCH", "OPTIONS", "HEAD")
const headerText = fc.string({
  unit: fc.constantFrom(
    "Bearer",
    "Basic",
    " ",
    "\t",
    "=",
    ";",
    '"',
    "a",
    "é",
    "asc_auth_key",
    "sk-",
    "kws_",
    ".",
    "/",
  ),
})
const headers = fc.record(
  {
    authorization: headerText,
    apikeybearer: headerText,
    cookie: headerText,
    origin: headerText,
    "content-type": fc.oneof(
      headerText,
      fc.constantFrom("application/json", "text/plain", "application/x+json;"),
    ),
  },
  { requiredKeys: [] },
)
const members = fc.record(
  {
    name: fc.oneof(fc.jsonValue(), fc.string({ unit: "binary", maxLength: 40 })),
    permissions: fc.oneof(
      fc.jsonValue(),
      fc.array(fc.constantFrom("*", "*:read", "files:read", "read", null)),
    ),
    expiresInDays: fc.oneof(fc.jsonValue(), fc.integer(), fc.integer().map(String)),
    isActive: fc.jsonValue(),
    userName: fc.oneof(fc.jsonValue(), fc.string({ unit: "binary" })),
    password: fc.jsonValue(),
    email: fc.oneof(fc.jsonValue(), fc.emailAddress()),
    type: fc.oneof(fc.jsonValue(), fc.constantFrom("User", "Guest")),
    firstName: fc.string({ unit: "binary" }),
    limitedAccessForUsers: fc.jsonValue(),
  },
  { requiredKeys: [] },
)
const body = fc.option(
  fc.oneof(
    fc.json(),
    fc.string(),
    members.map((value) => JSON.stringify(value)),
  ),
)

describe.each(places)("whatever is asked, $conformance, $engine", ({ engine, conformance }) => {
  let portal: Portal
  let key: IssuedKey
  beforeAll(async () => {
    portal = await openPortal({ engine, conformance })
    key = await portal.key(portal.admin)
  })
  afterAll(() => portal.close())

  test.each(seeds)(
    "the answer is the vendor's envelope or empty, and nothing breaks (seed %i)",
    async (seed) => {
      await fc.assert(
        fc.asyncProperty(
          fc.oneof(path, knownPath, knownPath),
          method,
          headers,
          body,
          fc.boolean(),
          async (at, how, sent, what, known) => {
            // Whoever may do everything, but for a key that would be switched off.
            const who: Credential = known ? key.credential : nobody
            const { status, text, json } = await portal.ask(
              { "content-type": "application/json", ...sent, ...who },
              at,
              {
                method: how,
                ...(what !== null && how !== "GET" && how !== "HEAD" ? { raw: what } : {}),
              },
            )
            expect(status).toBeLessThan(500)
            if (text === "") {
              expect([401, 403, 404, 405]).toContain(status)
              return
            }
            expect(json).toMatchObject({ status: status === 200 ? 0 : 1, statusCode: status })
            if (status === 200)
              expect(Object.keys(json).slice(1)).toEqual(["count", "links", "status", "statusCode"])
            else if ("error" in json)
              expect(json.error).toMatchObject({ type: null, stack: null, hresult: 0 })
            else expect(json.response.title).toBe("One or more validation errors occurred.")
          },
        ),
        { seed, numRuns: times({ quick: 60, proof: 300 }), endOnFailure: true },
      )
      expect(portal.server.log.filter((line) => line.includes('"level":50'))).toEqual([])
    },
  )
})
