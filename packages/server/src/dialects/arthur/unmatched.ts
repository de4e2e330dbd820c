import type { Route } from "@keyward/contract"
import type { FastifyReply, FastifyRequest } from "fastify"
import { texts } from "./mapping.ts"

/**
 * Answers what no route matched, as Starlette does: 405 where the path is known and the method is not; 307 where the
 * path would be known with a slash more or less; otherwise 404. Before authentication, and before a body is read.
 */
export function unmatched(routes: readonly Route[]) {
  const known = routes.map(({ method, path }) => ({
    method,
    path: new RegExp(`^${path.replaceAll(/\{\w+\}/g, "[^/]+")}$`),
  }))
  const methodsAt = (asked: string) =>
    known.filter(({ path }) => path.test(asked)).map(({ method }) => method)

  return (request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const [path = "", ...query] = request.url.split("?")
    const methods = methodsAt(path)
    if (methods.length > 0) {
      return reply.code(405).header("allow", methods.join(", ")).send({ detail: texts.methodNotAllowed })
    }
    const twin = path.endsWith("/") ? path.slice(0, -1) : `${path}/`
    if (methodsAt(twin).length === 0) return reply.code(404).send({ detail: texts.notFound })
    // A request without a Host (HTTP/1.0) gets the path alone, which is as good a Location (RFC 9110 §10.2.2).
    const host = request.host ? `${request.protocol}://${request.host}` : ""
    return reply
      .code(307)
      .header("location", [`${host}${mountOf(request)}${twin}`, ...query].join("?"))
      .send()
  }
}

/** The path below which the dialect is mounted, which is taken off before a request gets here; usually none. */
function mountOf({ originalUrl, url }: FastifyRequest): string {
  return originalUrl.slice(0, originalUrl.length - url.length)
}

/** Whether no route matched. Fastify lets a parameter be empty, where the vendor's server sees another path. */
export function isUnmatched({ is404, params }: FastifyRequest): boolean {
  return is404 || Object.values(params as Record<string, string>).includes("")
}
