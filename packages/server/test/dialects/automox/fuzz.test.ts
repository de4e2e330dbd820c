import fc from "fast-check"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { seeds, times } from "../../../../../tests/effort.ts"
import { engines, modes } from "../dialect-server.ts"
import { type Console, openConsole } from "./console.ts"

const text = fc.string({ unit: fc.constantFrom("%", "f", "0", "-", " ", "é", "\u0000", "&", "=", "/", "{") })
const segment = fc.oneof(
  fc.constantFrom("api", "users", "self", "orgs", "api_keys", "decrypt", "", ".", "%2e", "%00", "{userId}"),
  fc.integer().map(String),
  text.map(encodeURIComponent),
  fc.string({ unit: fc.constantFrom("%", "f", "z", "/", "0", "{", "}") }),
)
const path = fc.array(segment, { maxLength: 6 }).map((segments) => `/${segments.join("/")}`)
const parameter = fc.oneof(fc.integer().map(String), text.map(encodeURIComponent), fc.constant(""))
const method = fc.constantFrom("GET", "POST", "DELETE", "PUT", "PATCH", "OPTIONS", "HEAD")
const headerText = fc.string({
  unit: fc.constantFrom("Bearer", " ", "\t", "=", ";", '"', "a", "é", ",", "/"),
})
const headers = fc.record(
  {
    "content-type": fc.oneof(
      headerText,
      fc.constantFrom("application/json", "text/plain", "application/x+json;"),
    ),
    origin: headerText,
    accept: headerText,
    "accept-encoding": headerText,
  },
  { requiredKeys: [] },
)
const member = fc.oneof(fc.jsonValue(), fc.string({ unit: "binary" }), fc.constantFrom("False", 1, null))
const body = fc.option(
  fc.oneof(
    fc.json(),
    fc.string(),
    fc
      .record({ name: member, expires_at: member, is_enabled: member }, { requiredKeys: [] })
      .map((value) => JSON.stringify(value)),
    fc.date({ noInvalidDate: true }).map((date) => JSON.stringify({ name: `${+date}`, expires_at: date })),
  ),
)

describe.each(engines)("%s", (engine) => {
  describe.each(modes)("whatever is asked, %s", (conformance) => {
    let at: Console
    beforeAll(async () => {
      at = await openConsole({ engine, conformance, settings: { maxKeys: 1000 } })
    })
    afterAll(() => at.close())

    test.each(seeds)("the answer is the vendor's, and nothing breaks (seed %i)", async (seed) => {
      const spares: string[] = []
      for (let n = 0; n < 20; n++) {
        const { json } = await at.create(at.admin, { name: `Spare ${n}` })
        spares.push(`/${json.id}`)
      }
      const below = fc.oneof(
        fc.constant(""),
        fc.constantFrom(...spares),
        fc.constantFrom(...spares.map((spare) => `${spare}/decrypt`)),
      )
      const known = fc.oneof(
        below.map((rest) => `/users/${at.admin.id}/api_keys${rest}`),
        fc.constantFrom(`/orgs/${at.o}/api_keys`, "/users", "/orgs/"),
      )
      const query = fc
        .record(
          { o: fc.oneof(fc.constant(`${at.o}`), parameter), page: parameter, limit: parameter },
          { requiredKeys: [] },
        )
        .map((asked) =>
          Object.entries(asked)
            .map(([name, value]) => `${name}=${value}`)
            .join("&"),
        )
      const right = fc.constant(`o=${at.o}`)
      await fc.assert(
        fc.asyncProperty(
          fc.oneof(path, { arbitrary: known, weight: 3 }),
          fc.oneof(query, right),
          method,
          headers,
          body,
          fc.integer({ min: 0, max: 5 }),
          async (target, asked, how, sent, what, luck) => {
            const withBody = what !== null && how !== "GET" && how !== "HEAD"
            const reply = await at.ask(luck === 0 ? null : at.admin, `${target}?${asked}`, {
              method: how,
              headers: sent,
              ...(withBody ? { raw: what } : {}),
            })
            expect(reply.status).toBeLessThan(500)
            if (how === "HEAD") return
            if (reply.text !== "") expect(reply.headers.get("content-type")).toBe("application/json")
            if (reply.status >= 400) expect(reply.json).toEqual({ errors: [expect.any(String)] })
          },
        ),
        { numRuns: times({ quick: 50, proof: 250 }), seed },
      )
      expect(at.server.log).toEqual([])
    })

    test.each(seeds)("every name that is taken is given back as it is (seed %i)", async (seed) => {
      const jane = await at.someone("member")
      await fc.assert(
        fc.asyncProperty(fc.string({ unit: "binary", minLength: 1, maxLength: 300 }), async (name) => {
          const { status, json } = await at.create(jane, { name })
          const trimmed = name.trim()
          const length = [...trimmed].length
          const storable = trimmed.isWellFormed() && !trimmed.includes("\u0000")
          if (length < 1 || length > 255 || !storable) expect(status).toBe(400)
          else if (status === 400) expect(json.errors).toEqual(["The name has already been taken."])
          else expect((await at.get(jane, json.id)).json.name).toBe(trimmed)
        }),
        { numRuns: times({ quick: 15, proof: 60 }), seed },
      )
    })
  })
})
