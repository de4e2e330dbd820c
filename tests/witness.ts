import { recognizeKeyText } from "@keyward/core"
import type { Fetch } from "@keyward/sdk"
import { gather, registerSecret } from "./evidence.ts"

/** What a server answered, over a socket or in process. */
export interface Answered {
  readonly status: number
  readonly headers: Iterable<readonly [string, string]>
  readonly text: string
}

/**
 * Leaves an answer as evidence: a secret that it hands out becomes one to look for, and every other answer, headers
 * included, a place to look in.
 * @param asked what it answers, without any text of the caller's: what is found is told by its source
 */
export function witness(asked: string, { status, headers, text }: Answered): void {
  const handedOut = status >= 200 && status < 300 ? secretIn(text) : null
  if (handedOut !== null) registerSecret("key text", handedOut)
  const lines = [...headers].map(([name, value]) => `${name}: ${value}`)
  gather({
    source: `an answer ${status} to a ${asked}`,
    text: [...lines, "", handedOut === null ? text : ""].join("\n"),
  })
}

/** The platform's `fetch`, with every answer left as evidence. */
export const witnessedFetch: Fetch = async (url, init) => {
  const response = await fetch(url, init)
  const { status, headers } = response
  const text = await response.text()
  witness(String(init.method), { status, headers, text })
  return new Response(bodiless.has(status) ? null : text, response)
}

const bodiless = new Set([204, 205, 304])

/**
 * What creating a key or revealing its secret hands out, in the native API and in each dialect. Only where such an answer
 * has it: the same text at another place of an answer is a finding.
 */
function secretIn(text: string): string | null {
  if (!text.startsWith("{")) return null
  const { secret, key, is_active, api_key, ApiKey, response } = JSON.parse(text)
  const handedOut = [
    secret,
    typeof is_active === "boolean" ? key : undefined,
    api_key,
    ApiKey,
    response?.key,
  ].find((candidate) => typeof candidate === "string" && recognizeKeyText(candidate) !== null)
  return handedOut ?? null
}
