import type { Route } from "@keyward/contract"
import type { FastifyReply, FastifyRequest } from "fastify"
import { keyIdPattern, parseKeyId } from "./key-id.ts"

/**
 * The paths to serve a declared one at, whose letter case and slash at the end the router does not mind. It takes `%40` for
 * `@` in parameters alone.
 */
export function spellings(path: string): string[] {
  const versions = [path, path.replace("/api/2.0/", "/api/2/")]
  const encoded = versions.map((each) => each.replace("@self", ":self(^@[sS][eE][lL][fF]$)"))
  return [...new Set([...versions, ...encoded])]
}

/**
 * Answers what no route matched, without a body: 405 where the path is known and the method is not, otherwise 404. Before
 * authentication, and before a body is read.
 */
export function unmatched(routes: readonly Route[]) {
  const known = routes.map(({ method, path }) => ({ method, path: patternOf(path) }))
  return (request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const path = pathOf(request)
    const methods = known.filter((route) => route.path.test(path)).map(({ method }) => method)
    if (methods.length === 0) return reply.code(404).send()
    return reply
      .code(405)
      .header("allow", [...new Set(methods)].sort().join(", "))
      .send()
  }
}

/** Whether no route matched. An id that is no GUID belongs to no path. */
export function isUnmatched({ is404, params }: FastifyRequest): boolean {
  const { keyId } = params as { readonly keyId?: string }
  return is404 || (keyId !== undefined && parseKeyId(keyId) === null)
}

/** Without the query, and without percent signs where they are not needed; as it came where they say nothing. */
function pathOf({ url }: FastifyRequest): string {
  const [path = ""] = url.split("?")
  try {
    return decodeURI(path)
  } catch (error) {
    if (error instanceof URIError) return path
    throw error
  }
}

function patternOf(path: string): RegExp {
  const literal = path
    .replaceAll(".", "\\.")
    .replace("/api/2\\.0/", "/api/2(?:\\.0)?/")
    .replace("@", "(?:@|%40)")
    .replaceAll(/\{\w+\}/g, keyIdPattern)
  return new RegExp(`^${literal}/?$`, "i")
}
