import { createServer, type IncomingMessage, type RequestListener } from "node:http"
import type { FastifyInstance, FastifyServerFactory } from "fastify"

/** An application that shares the main port, with requests to a host of its own or below a path. */
export interface MountedApp {
  readonly place: { readonly host: string } | { readonly path: string }
  /** Ready, and not listening itself. */
  readonly app: Pick<FastifyInstance, "routing">
}

/**
 * Makes servers that hand each request to the application that it is for, before anything of it is read. One below a path
 * meets its requests as if it were at the root; what was asked for in full stays in `originalUrl`, as Fastify knows it.
 * @param factory makes the servers of the application that gets the rest
 */
export function mountedServers(
  mounted: readonly MountedApp[],
  factory: FastifyServerFactory = plainServer,
): FastifyServerFactory {
  return (handler, options) => {
    const server = factory(handler, options)
    const main = server.listeners("request") as RequestListener[]
    server.removeAllListeners("request")
    return server.on("request", (request, response) => {
      const claiming = mounted.find(({ place }) =>
        "host" in place ? hostOf(request) === place.host : takePath(request, place.path),
      )
      if (claiming) claiming.app.routing(request, response)
      else for (const listener of main) listener(request, response)
    })
  }
}

/** As Fastify makes one itself. */
const plainServer: FastifyServerFactory = (handler, options) =>
  Object.assign(createServer(handler), {
    keepAliveTimeout: Number(options["keepAliveTimeout"]),
    requestTimeout: Number(options["requestTimeout"]),
  })

/** The name in the Host header (RFC 9110 §7.2), lower case, without a port. */
function hostOf({ headers: { host = "" } }: IncomingMessage): string {
  return host.replace(/:\d+$/, "").toLowerCase()
}

/** Takes a path off the front of a request's URL, if that is where it leads. */
function takePath(request: IncomingMessage & { originalUrl?: string }, path: string): boolean {
  const { url = "" } = request
  const rest = url.slice(path.length)
  if (!url.startsWith(path) || !/^(?:$|[/?])/.test(rest)) return false
  request.originalUrl = url
  request.url = rest.startsWith("/") ? rest : `/${rest}`
  return true
}
