import type { FastifyReply, FastifyRequest } from "fastify"
import { cookieOf } from "../presented-cookie.ts"

/** The cookie that carries a session. */
export interface SessionCookie {
  /** The token in the request's cookie; null: there is none, or more than one. */
  read(request: FastifyRequest): string | null
  set(reply: FastifyReply, token: string): void
  clear(reply: FastifyReply): void
}

/**
 * No script can read the cookie and no other site sends it. Behind TLS it travels by nothing else, and its name says to the
 * browser that this very host set it (RFC 6265bis §4.1.3.2); there, no cookie of another name counts, as a host without
 * TLS could have planted that.
 * @param publicUrl where browsers reach the server; null: as each request says
 */
export function sessionCookie(publicUrl: string | null): SessionCookie {
  return {
    read: (request) => cookieOf(request, nameFor(request)),
    set: (reply, token) => write(reply, token, ""),
    clear: (reply) => write(reply, "", "; Max-Age=0"),
  }

  function write(reply: FastifyReply, value: string, lifetime: string): void {
    const { request } = reply
    const secure = isSecure(request) ? "; Secure" : ""
    reply.header(
      "set-cookie",
      `${nameFor(request)}=${value}; HttpOnly; SameSite=Strict; Path=/${secure}${lifetime}`,
    )
  }

  function nameFor(request: FastifyRequest): string {
    return isSecure(request) ? "__Host-keyward_session" : "keyward_session"
  }

  function isSecure(request: FastifyRequest): boolean {
    return publicUrl === null ? request.protocol === "https" : publicUrl.startsWith("https:")
  }
}
