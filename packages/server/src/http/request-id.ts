import { randomBytes } from "node:crypto"
import type { IncomingHttpHeaders } from "node:http"

const acceptable = /^[A-Za-z0-9._-]{1,128}$/

/**
 * Names requests: by the client's X-Request-Id where it is 1 to 128 of `A-Z a-z 0-9 . _ -`, otherwise by the trace id
 * of its traceparent (W3C Trace Context §3.2), otherwise by a number that no other process gives.
 */
export function requestIds(): (request: { readonly headers: IncomingHttpHeaders }) => string {
  const process = randomBytes(6).toString("base64url")
  let number = 0
  return ({ headers }) => {
    const given = headers["x-request-id"]
    if (typeof given === "string" && acceptable.test(given)) return given
    const trace = headers["traceparent"]
    const [, traceId] =
      typeof trace === "string"
        ? (/^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(?:-|$)/.exec(
            trace,
          ) ?? [])
        : []
    return traceId ?? `${process}-${(++number).toString(36)}`
  }
}
