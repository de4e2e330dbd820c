import { createHmac, timingSafeEqual } from "node:crypto"
import type { FastifyReply, FastifyRequest } from "fastify"
import { cookieOf } from "../../presented-cookie.ts"
import { texts } from "./mapping.ts"
import { Refusal } from "./refusal.ts"

/** The two cookies of a sign-in, named after the installation, as several may be on one host. */
export interface SessionCookies {
  /** The token of a session; null: the request carries none. */
  read(request: FastifyRequest): string | null
  set(reply: FastifyReply, token: string): void
  clear(reply: FastifyReply): void
}

export function sessionCookies(installationId: string): SessionCookies {
  const identification = `OctopusIdentificationToken_${installationId}`
  const antiForgery = `Octopus-Csrf-Token_${installationId}`
  return {
    read: (request) => cookieOf(request, identification),
    set(reply, token) {
      write(reply, `${identification}=${token}; HttpOnly`)
      // Scripts have to read this one, to repeat it in a header.
      write(reply, `${antiForgery}=${antiForgeryToken(token)}`)
    },
    clear(reply) {
      write(reply, `${identification}=; HttpOnly; Max-Age=0`)
      write(reply, `${antiForgery}=; Max-Age=0`)
    },
  }
}

function write(reply: FastifyReply, cookie: string): void {
  const secure = reply.request.protocol === "https" ? "; Secure" : ""
  reply.header("set-cookie", `${cookie}; SameSite=Strict; Path=/${secure}`)
}

/**
 * Keeps pages of other sites from changing anything with a visitor's cookie: what changes something has to repeat a text
 * that only a page of this host can read. It is made of the token, so a cookie that somebody planted is of no use.
 * @throws Refusal 401
 */
export function demandAntiForgery({ method, headers }: FastifyRequest, token: string): void {
  if (method === "GET" || method === "HEAD") return
  const sent = Buffer.from(String(headers["x-octopus-csrf-token"] ?? ""))
  const expected = Buffer.from(antiForgeryToken(token))
  if (sent.length !== expected.length || !timingSafeEqual(sent, expected)) {
    throw new Refusal(401, texts.antiForgery)
  }
}

function antiForgeryToken(token: string): string {
  return createHmac("sha256", token).update("Octopus-Csrf-Token").digest("base64url")
}
