import type { FastifyRequest } from "fastify"
import { cookieOf } from "../../presented-cookie.ts"

/** The cookie of a sign-in that is under way. Behind TLS no other host, and nothing without TLS, can have set it. */
function nameAt(publicUrl: string): string {
  return isTls(publicUrl) ? "__Host-keyward_openid" : "keyward_openid"
}

/** `SameSite=Lax`: the browser has to bring it when the provider, another site, sends it back. */
export function pendingCookie(publicUrl: string, sealed: string, maxAgeSeconds: number): string {
  const tls = isTls(publicUrl) ? "; Secure" : ""
  return `${nameAt(publicUrl)}=${sealed}; Path=/; Max-Age=${maxAgeSeconds}; HttpOnly; SameSite=Lax${tls}`
}

/** null: the browser brings none. */
export function pendingSignIn(request: FastifyRequest, publicUrl: string): string | null {
  return cookieOf(request, nameAt(publicUrl))
}

function isTls(publicUrl: string): boolean {
  return publicUrl.startsWith("https:")
}
