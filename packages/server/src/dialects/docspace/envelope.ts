import type { DocSpaceError, DocSpaceInvalidRequest } from "@keyward/contract/docspace"
import type { FastifyRequest } from "fastify"
import { texts } from "./mapping.ts"

/** The one entry of `links`: the absolute URL of the request as received, and its method. */
function links({ protocol, host, originalUrl, method }: FastifyRequest) {
  // A request without a Host (HTTP/1.0) has no absolute URL.
  return [{ href: host ? `${protocol}://${host}${originalUrl}` : originalUrl, action: method }]
}

/** What a success is answered in. @param count default: the length of a list, and 1 of anything else */
export function enveloped<Response>(
  request: FastifyRequest,
  response: Response,
  count = Array.isArray(response) ? response.length : 1,
) {
  return {
    response: withFields(request, response),
    count,
    links: links(request),
    status: 0,
    statusCode: 200,
  }
}

/** What a refusal is answered in. Why it came about inside is nobody's business, so there is never a stack. */
export function errorEnvelope(statusCode: number, message: string): DocSpaceError {
  return { error: { message, type: null, stack: null, hresult: 0 }, status: 1, statusCode }
}

/** What an invalid request is answered in (RFC 9457, within the vendor's envelope). */
export function invalidEnvelope(
  request: FastifyRequest,
  errors: DocSpaceInvalidRequest["response"]["errors"],
): DocSpaceInvalidRequest {
  return {
    response: {
      type: "https://tools.ietf.org/html/rfc9110#section-15.5.1",
      title: texts.invalidTitle,
      status: 400,
      errors,
      traceId: request.id,
    },
    count: 1,
    links: links(request),
    status: 1,
    statusCode: 400,
  }
}

/** With the members that `?fields=` names, in any case; without it, all of them. */
function withFields<Response>({ query }: FastifyRequest, response: Response): Response {
  const asked = Object.entries(query as Record<string, string | string[]>)
    .filter(([name]) => name.toLowerCase() === "fields")
    .flatMap(([, value]) => value)
    .flatMap((value) => value.split(","))
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== "")
  return asked.length === 0 ? response : (only(new Set(asked), response) as Response)
}

function only(names: ReadonlySet<string>, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => only(names, item))
  if (typeof value !== "object" || value === null) return value
  return Object.fromEntries(Object.entries(value).filter(([name]) => names.has(name.toLowerCase())))
}
