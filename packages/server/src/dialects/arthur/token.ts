import type { IncomingHttpHeaders } from "node:http"
import { texts } from "./mapping.ts"
import { Refusal } from "./refusal.ts"

const cookieName = "ACCESS_TOKEN"

/**
 * The token that a request presents: in the cookie, which takes precedence as soon as it is there, or in the
 * Authorization header. Both hold the scheme, in any case, and one token.
 * @throws Refusal 401
 */
export function presentedToken(headers: IncomingHttpHeaders): string {
  const credential = cookie(headers.cookie ?? "", cookieName) ?? headers.authorization ?? ""
  if (credential === "") throw new Refusal(401, texts.requiresAuthentication)
  const [scheme = "", token, ...rest] = credential.trim().split(/\s+/)
  if (scheme.toLowerCase() !== "bearer" || !token || rest.length > 0) {
    throw new Refusal(401, texts.badCredentials)
  }
  return token
}

/** The last cookie of a name (as Starlette reads them), without the quotes that a value with a space is sent in. */
function cookie(header: string, name: string): string | undefined {
  const values = header.split(";").flatMap((pair) => {
    const [key = "", ...value] = pair.split("=")
    return key.trim() === name ? [value.join("=").trim()] : []
  })
  return values.at(-1)?.replace(/^"(.*)"$/, "$1")
}
