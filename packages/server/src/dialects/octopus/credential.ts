import type { FastifyRequest } from "fastify"

/**
 * The key that a request presents: the first that is not empty of the header `X-Octopus-ApiKey`, the query parameter `ApiKey`
 * and the header `X-NuGet-ApiKey`. All three may come at once, and a client that has no key sends the first one empty.
 * @returns null when there is none
 */
export function presentedKey({ headers, query }: FastifyRequest): string | null {
  const { ApiKey } = query as { readonly ApiKey?: string }
  const places = [headers["x-octopus-apikey"], ApiKey, headers["x-nuget-apikey"]]
  return places.map((place) => String(place ?? "").trim()).find((text) => text !== "") ?? null
}
