import type { Visit } from "@keyward/core"
import type { FastifyRequest } from "fastify"

/** Most characters of a User-Agent that are recorded. */
const userAgentMaximum = 500

/** Where a request comes from: the address that as many proxies vouch for as are trusted, never a header by itself. */
export function visitOf(request: Pick<FastifyRequest, "id" | "ip" | "headers">): Visit {
  return {
    address: request.ip,
    userAgent: request.headers["user-agent"]?.slice(0, userAgentMaximum) ?? null,
    requestId: request.id,
  }
}
