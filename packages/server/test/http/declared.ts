import {
  commonProblems,
  nativeRoutes,
  Problem,
  problemMediaType,
  problems,
  problemType,
  type Route,
  schemaKeywords,
} from "@keyward/contract"
import { parseTimestamp } from "@keyward/core"
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js"
import { expect } from "vitest"
import type { Reply } from "./native-server.ts"

const ajv = new Ajv2020({ allErrors: true })
ajv.addVocabulary([...schemaKeywords])
ajv.addFormat("date-time", (text: string) => parseTimestamp(text) !== null && text.endsWith("Z"))

const routes: readonly Route[] = nativeRoutes
const patterns = routes.map((route) => ({
  route,
  pattern: new RegExp(`^${route.path.replaceAll(/\{\w+\}/g, "[^/]+")}$`),
}))
const compiled = new Map<object, ValidateFunction>()

function matches(schema: object, value: unknown): string {
  // What is not declared must not be answered either, though clients are told to expect more members.
  const validate = compiled.get(schema) ?? ajv.compile(closed(schema))
  compiled.set(schema, validate)
  return validate(value) ? "" : ajv.errorsText(validate.errors)
}

function closed(schema: unknown): object {
  return JSON.parse(
    JSON.stringify(schema, (_name, value) =>
      // A choice of objects is as closed as they are.
      value?.type === "object" && value.additionalProperties === undefined && value.oneOf === undefined
        ? { ...value, additionalProperties: false }
        : value,
    ),
  )
}

/** The route that a request goes to, if it goes to one. */
function routeOf(method: string, url: string): Route | undefined {
  const [path = ""] = url.split("?")
  const asked = method === "HEAD" ? "GET" : method
  const candidates = patterns
    .filter(({ route, pattern }) => route.method === asked && pattern.test(path))
    .map(({ route }) => route)
  return candidates.find((route) => route.path === path) ?? candidates[0]
}

/**
 * What holds for every answer of the native API: it is one that its route declares, by status, schema and headers;
 * a refusal is a problem of the catalogue, with the request's id, and is never cached.
 */
export function expectDeclared(method: string, url: string, reply: Reply): void {
  const { status, headers, json, text } = reply
  const about = `${method} ${url} answered ${status} ${text.slice(0, 500)}`
  const route = routeOf(method, url)
  expect(headers["x-request-id"], about).toMatch(/^[A-Za-z0-9._-]{1,128}$/)
  if (status >= 400) {
    if (method === "HEAD") return
    expect(headers["content-type"], about).toBe(problemMediaType)
    expect(matches(Problem, json), about).toBe("")
    const { code } = json as Problem
    expect(json, about).toMatchObject({
      status,
      type: problemType(code),
      title: problems[code].title,
      request_id: headers["x-request-id"],
    })
    expect(problems[code].status, about).toBe(status)
    expect(headers["cache-control"], about).toBe("no-store")
    if (route) {
      const declared = [...route.problems, ...commonProblems(route), "route_not_found", "method_not_allowed"]
      expect(declared, about).toContain(code)
    }
    if (status === 401)
      expect(headers["www-authenticate"], about).toMatch(/^Bearer( error="invalid_token")?$/)
    // Spent credits may be gone for good.
    if ((status === 429 && code !== "credits_spent") || status === 503)
      expect(headers["retry-after"], about).toMatch(/^\d+$/)
    if (status === 405) expect(headers["allow"], about).toMatch(/^[A-Z]+(, [A-Z]+)*$/)
    return
  }
  const answer = route?.answers[status]
  if (!route || !answer) {
    expect(/^\/(openapi\.json|reference)/.test(url), `${about}, which no route declares`).toBe(true)
    return
  }
  for (const name of Object.keys(answer.headers ?? {})) {
    expect(headers[name.toLowerCase()], `${about} without ${name}`).toBeDefined()
  }
  if (method === "HEAD") return
  if (answer.schema) {
    expect(headers["content-type"], about).toBe("application/json; charset=utf-8")
    expect(matches(answer.schema, json), about).toBe("")
    if (/"secret":/.test(JSON.stringify(answer.schema)))
      expect(headers["cache-control"], about).toBe("no-store")
  } else expect(text, about).toBe("")
}
