import type { FastifyRequest } from "fastify"

/**
 * The value of a cookie that a request carries; null: there is none, or it is empty. Of two cookies with one name nobody can
 * tell which is ours, so neither is.
 */
export function cookieOf({ headers }: FastifyRequest, name: string): string | null {
  const pairs = (headers.cookie ?? "").split(";").map((pair) => pair.trim())
  const values = pairs
    .filter((pair) => pair.startsWith(`${name}=`))
    .map((pair) => pair.slice(name.length + 1))
  const [value] = values
  return values.length === 1 && value !== undefined && value !== "" ? value : null
}
