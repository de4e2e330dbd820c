import { octopusRoutes } from "@keyward/contract/octopus"

/** Every parameter that a route declares, and the one that a key may come in, by its name in lower case. */
const known = new Map(
  [
    ...octopusRoutes.flatMap((route) => ("query" in route ? Object.entries(route.query.properties) : [])),
    ["ApiKey", { type: "string" }] as const,
  ].map(([name, { type }]) => [name.toLowerCase(), { name, isNumber: type === "integer" }]),
)

/**
 * Reads a query: names in any case become the declared ones, the first of each counts, and what nobody declares is left out.
 * A whole number becomes one where the schema asks for one; anything else stays a text, for the schema to refuse.
 */
export function parseQuery(text: string): Record<string, string | number> {
  const query: Record<string, string | number> = {}
  for (const [given, value] of new URLSearchParams(text)) {
    const parameter = known.get(given.toLowerCase())
    if (!parameter || parameter.name in query) continue
    query[parameter.name] = parameter.isNumber && /^-?\d{1,10}$/.test(value) ? Number(value) : value
  }
  return query
}
