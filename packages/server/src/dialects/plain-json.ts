import type { FastifyReply, FastifyRequest } from "fastify"

/**
 * An onSend hook for vendors whose answers say `application/json` alone: Fastify adds a charset, a parameter that the
 * type does not have (RFC 8259 §11).
 */
export async function plainJson(_request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const type = reply.getHeader("content-type")
  if (String(type).startsWith("application/json;")) reply.header("content-type", "application/json")
}
