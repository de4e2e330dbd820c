import type { Route } from "@keyward/contract"
import type { Received } from "./exchange.ts"
import { KeywardUnexpectedAnswer } from "./failure.ts"
import { retryAfterSeconds } from "./retry.ts"

/** How an API puts what it answers: all in which the native one and each vendor's differ for who calls them. */
export interface Envelope {
  /**
   * The refusal that an answer is.
   * @param body what its text says as JSON, without the API key; undefined: it is no JSON
   * @returns null: it is no refusal in this envelope
   */
  refusal(body: unknown, received: Received): Error | null
  /**
   * Whether a body, undefined where the text is no JSON, is one of a declared success that has a body. Absent: every
   * object and array is.
   */
  readonly isAnswer?: (body: unknown, received: Received, route: Route) => boolean
}

/**
 * What an answer says: the body of a declared success, `undefined` where that has none.
 * @param apiKey is taken out of whatever an error would repeat of the answer; null: there is none
 * @throws the envelope's refusal; KeywardUnexpectedAnswer for what is no answer of this API
 */
export function readAnswer(
  route: Route,
  received: Received,
  apiKey: string | null,
  { refusal, isAnswer = isObject }: Envelope,
): unknown {
  const declared = route.answers[received.status]
  if (declared?.schema === null) return undefined
  const body = parseJson(received.text, (value) => (declared ? value : withoutKey(value, apiKey)))
  if (declared && isAnswer(body, received, route)) return body
  throw refusal(body, received) ?? unexpectedAnswer(route, received, apiKey)
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null
}

function unexpectedAnswer(
  route: Route,
  { status, headers }: Received,
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
function parseJson(text: string, each: (value: unknown) => unknown): unknown {
  try {
    return JSON.parse(text, (_name, value: unknown) => each(value))
  } catch {
    return undefined
  }
}

function withoutKey(value: unknown, apiKey: string | null): unknown {
  return typeof value === "string" && apiKey !== null ? value.replaceAll(apiKey, "[the API key]") : value
}
