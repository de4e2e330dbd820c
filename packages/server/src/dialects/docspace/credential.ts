import type { FastifyRequest } from "fastify"
import { isTokenText } from "../../openid/token.ts"
import { cookieOf } from "../../presented-cookie.ts"

/** The cookie that carries the token of a session. */
export const cookieName = "asc_auth_key"

/** What a request presents. */
export type Credential =
  | { readonly kind: "none" }
  | { readonly kind: "password"; readonly email: string; readonly password: string; readonly ambient: true }
  | { readonly kind: "key"; readonly text: string }
  | { readonly kind: "jwt"; readonly text: string }
  /** `ambient`: a browser sends it along whichever page asks, as it does with a cookie and with HTTP Basic. */
  | { readonly kind: "session"; readonly text: string; readonly ambient: boolean }

/**
 * The Authorization header decides, with its schemes in any case. Without it a key in ApiKeyBearer counts, which the
 * vendor's SDKs send, and then the cookie; beside the token of a session the cookie wins.
 */
export function presentedCredential(request: FastifyRequest): Credential {
  const { authorization = "", apikeybearer } = request.headers
  const cookie = cookieOf(request, cookieName)
  if (authorization === "") {
    if (typeof apikeybearer === "string") return { kind: "key", text: withoutScheme(apikeybearer, "bearer") }
    return cookie === null ? { kind: "none" } : { kind: "session", text: cookie, ambient: true }
  }
  if (isBasic(authorization)) return password(withoutScheme(authorization, "basic"))
  const text = withoutScheme(authorization, "bearer")
  if (text.startsWith("sk-")) return { kind: "key", text }
  if (text !== authorization && isTokenText(text)) return { kind: "jwt", text }
  return { kind: "session", text: cookie ?? text, ambient: cookie !== null }
}

/** Whether the request authenticates by HTTP Basic (RFC 7617). */
export function isBasic(authorization: string | undefined): boolean {
  return /^basic(\s|$)/i.test(authorization ?? "")
}

function withoutScheme(header: string, scheme: string): string {
  return header.replace(new RegExp(`^${scheme}(?:\\s+|$)`, "i"), "").trim()
}

function password(encoded: string): Credential {
  const pair = Buffer.from(encoded, "base64").toString("utf8")
  const colon = pair.indexOf(":")
  const email = pair.slice(0, Math.max(colon, 0))
  return { kind: "password", email, password: pair.slice(colon + 1), ambient: true }
}
