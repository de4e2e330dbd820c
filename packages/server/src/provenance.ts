import type { FastifyRequest } from "fastify"

/** What a browser says of the page that a request comes from. `unsaid`: nothing, as whatever is no browser does. */
type Provenance = "own" | "foreign" | "unsaid"

/** Whether a page of another host asks, for a dialect to refuse in its vendor's words. */
export function isForeign(request: FastifyRequest): boolean {
  return provenanceOf(request, null) === "foreign"
}

/**
 * Both headers are out of reach of scripts (Fetch §2.2.2); where a browser sends both, both have to say so.
 * @param own the server's origin; null: whatever host the request names
 */
export function provenanceOf(request: FastifyRequest, own: string | null): Provenance {
  const { origin } = request.headers
  const site = request.headers["sec-fetch-site"]
  if (site !== undefined && site !== "same-origin") return "foreign"
  if (origin !== undefined) return isOwn(origin, request, own) ? "own" : "foreign"
  return site === undefined ? "unsaid" : "own"
}

function isOwn(origin: string, request: FastifyRequest, own: string | null): boolean {
  if (own !== null) return origin === own
  // The scheme is left out: a proxy that ends TLS may not tell of it, and SameSite compares it anyway.
  return URL.canParse(origin) && new URL(origin).host === hostOf(request)
}

/** With the port, unless it is the scheme's own, as `URL` prints it. */
function hostOf({ host }: FastifyRequest): string | null {
  return URL.canParse(`http://${host}`) ? new URL(`http://${host}`).host : null
}
