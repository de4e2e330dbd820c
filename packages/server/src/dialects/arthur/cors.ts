import { originAllowed } from "@keyward/core"
import type { FastifyReply, FastifyRequest } from "fastify"

/** The vendor's own: pages of its product, and of a developer's machine. */
const vendorOrigins: readonly string[] = [
  "https://*.arthur.ai",
  "http://localhost",
  ...[3000, 3001, 3023, 3030, 8000, 8080].map((port) => `http://localhost:${port}`),
]

/**
 * Cross-origin access (Fetch standard §3.2) for the vendor's pages and the configured ones, cookies included. A
 * preflight is answered here, before authentication. The page of any other origin gets no leave; as DELETE and a JSON
 * body both need a preflight, it cannot use a visitor's cookie for a change.
 */
export function crossOrigin(allowedOrigins: readonly string[]) {
  const origins = [...vendorOrigins, ...allowedOrigins]
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> => {
    const { origin } = request.headers
    if (origin === undefined) return undefined
    const allowed = originAllowed(origin, origins)
    reply.header("vary", "Origin")
    if (allowed) {
      reply.header("access-control-allow-origin", origin).header("access-control-allow-credentials", "true")
    }
    const method = request.headers["access-control-request-method"]
    if (request.method !== "OPTIONS" || method === undefined) return undefined
    if (!allowed) return reply.code(400).type("text/plain").send("Disallowed CORS origin")
    return reply
      .code(200)
      .headers({
        "access-control-allow-methods": "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT",
        "access-control-allow-headers": request.headers["access-control-request-headers"] ?? "*",
        "access-control-max-age": "600",
      })
      .type("text/plain")
      .send("OK")
  }
}
