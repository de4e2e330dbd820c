import type { Problem, Route } from "@keyward/contract"
import type { Received } from "./exchange.ts"
import { KeywardProblem, KeywardUnexpectedAnswer } from "./failure.ts"
import { retryAfterSeconds } from "./retry.ts"

/**
 * What an answer says: the body of a declared success, `undefined` where that has none.
 * @param apiKey is taken out of whatever an error would repeat of the answer; null: there is none
 * @throws KeywardProblem for a refusal, KeywardUnexpectedAnswer for what is no answer of this API
 */
export function readAnswer(route: Route, received: Received, apiKey: string | null): unknown {
  const declared = route.answers[received.status]
  if (declared?.schema === null) return undefined
  if (declared) {
    const body = parseJson(received.text)
    if (typeof body === "object" && body !== null) return body
    throw unexpectedAnswer(route, received, apiKey)
  }
  const problem = parseJson(received.text, (value) => withoutKey(value, apiKey))
  if (!isProblem(problem, received.status)) throw unexpectedAnswer(route, received, apiKey)
  throw new KeywardProblem(problem, retryAfterSeconds(received.headers))
}

export function unexpectedAnswer(
  route: Route,
  { status, headers }: Pick<Received, "status" | "headers">,
  apiKey: string | null,
): KeywardUnexpectedAnswer {
  const [type = ""] = (headers.get("content-type") ?? "").split(";")
  const what = type === "" ? "no content type" : String(withoutKey(type, apiKey))
  return new KeywardUnexpectedAnswer(
    `${route.operationId} was answered with status ${status} and ${what}, which is no answer of Keyward. Is baseUrl right, and is there a proxy in between?`,
    status,
    retryAfterSeconds(headers),
  )
}

/** undefined for text that is no JSON. */
export function parseJson(text: string, each: (value: unknown) => unknown = (value) => value): unknown {
  try {
    return JSON.parse(text, (_name, value: unknown) => each(value))
  } catch {
    return undefined
  }
}

export function withoutKey(value: unknown, apiKey: string | null): unknown {
  return typeof value === "string" && apiKey !== null ? value.replaceAll(apiKey, "[the API key]") : value
}

function isProblem(body: unknown, status: number): body is Problem {
  if (typeof body !== "object" || body === null) return false
  const { code, title, detail, fix, request_id, errors, ...rest } = body as Record<string, unknown>
  return (
    [code, title, detail, fix, request_id].every((member) => typeof member === "string") &&
    Array.isArray(errors) &&
    rest["status"] === status
  )
}
