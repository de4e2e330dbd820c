import { isUtf8 } from "node:buffer"
import type { FastifyInstance } from "fastify"
import secureJson from "secure-json-parse"
import { isStorable } from "../storable.ts"
import { HttpProblem } from "./problem.ts"
import { invalid } from "./validation.ts"

/** Deepest nesting of a body: what is deeper cannot be valid anywhere, and walking it costs. */
const depthMaximum = 32

/** What a text must hold for JSON in it to reach for a prototype; most do not, and are spared the closer look. */
const suspicious = /__proto__|constructor|\\u/

/** Reads JSON bodies of these content types strictly: UTF-8, no `__proto__`, no NUL, no lone surrogates. */
export function readJsonBodies(app: FastifyInstance, contentTypes: readonly string[]): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser([...contentTypes], { parseAs: "buffer" }, (_request, body, done) => {
    try {
      done(null, parseJson(body as Buffer))
    } catch (error) {
      done(error as Error)
    }
  })
}

/** @throws HttpProblem "malformed_json" or "invalid_input" */
export function parseJson(body: Buffer): unknown {
  if (body.length === 0) throw new HttpProblem("malformed_json", { detail: "The body is empty." })
  if (!isUtf8(body)) throw new HttpProblem("malformed_json", { detail: "The body is not UTF-8." })
  const text = body.toString("utf8")
  let value: unknown
  try {
    value = suspicious.test(text) ? secureJson.parse(text) : JSON.parse(text)
  } catch {
    // The parser's message quotes the body, and a body may hold a key.
    throw new HttpProblem("malformed_json", { detail: "The body is not well-formed JSON." })
  }
  // NUL and lone surrogates can only come from an escape, so most bodies need no second look.
  if (text.includes("\\u")) refuseUnstorable(value, "", 0)
  return value
}

/** @throws HttpProblem "invalid_input" for text that no store can keep: NUL, or half of a surrogate pair */
function refuseUnstorable(value: unknown, pointer: string, depth: number): void {
  if (depth > depthMaximum) {
    throw invalid([
      { member: "/", message: `Nested deeper than ${depthMaximum}.`, fix: "Send a flatter value." },
    ])
  }
  if (typeof value === "string") {
    if (isStorable(value)) return
    throw invalid([
      { member: pointer || "/", message: "The text holds a NUL or a lone surrogate.", fix: "Remove it." },
    ])
  }
  if (typeof value !== "object" || value === null) return
  for (const [name, member] of Object.entries(value)) {
    if (!isStorable(name)) {
      const fix = "Remove it."
      throw invalid([
        { member: pointer || "/", message: "A member's name holds a NUL or a lone surrogate.", fix },
      ])
    }
    refuseUnstorable(member, `${pointer}/${name.slice(0, 64).toWellFormed()}`, depth + 1)
  }
}
