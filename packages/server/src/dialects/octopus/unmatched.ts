import { octopusRoutes } from "@keyward/contract/octopus"
import type { FastifyReply, FastifyRequest } from "fastify"
import { texts } from "./mapping.ts"
import { Refusal } from "./refusal.ts"

const known = octopusRoutes.map(({ method, path }) => ({
  method,
  path: new RegExp(`^${path.replaceAll(/\{\w+\}/g, "[^/]+")}/?$`, "i"),
}))

/**
 * Refuses what no route matched: 405 where the path is known and the method is not, otherwise 404. Before authentication, and
 * before a body is read.
 */
export function refuseUnmatched({ url }: FastifyRequest, reply: FastifyReply): never {
  const [asked = ""] = url.split("?")
  const methods = known.filter(({ path }) => path.test(asked)).map(({ method }) => method)
  if (methods.length === 0) throw new Refusal(404, texts.routeNotFound)
  reply.header("allow", [...new Set(methods)].join(", "))
  throw new Refusal(405, texts.methodNotAllowed)
}

/** Whether no route matched. Fastify lets a parameter be empty, where the vendor's server sees another path. */
export function isUnmatched({ is404, params }: FastifyRequest): boolean {
  return is404 || Object.values(params as Record<string, string>).includes("")
}
