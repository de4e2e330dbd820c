import * as contract from "@keyward/contract"
import { later, printTimestamp, type Session, type SessionLifetime } from "@keyward/core"
import type { FastifyInstance } from "fastify"
import type { Keyward } from "../../keyward.ts"
import { visitOf } from "../../visit.ts"
import type { Authenticate } from "../authentication.ts"
import type { SessionCookie } from "../cookie.ts"
import type { SameOrigin } from "../same-origin.ts"
import { serve } from "../serve.ts"
import { isTimePosition, pageOf, printPage } from "./page.ts"

/** Sign-in, and what a signed-in user does with their sessions and their password. */
export function serveSessions(cookie: SessionCookie, origin: SameOrigin) {
  return (app: FastifyInstance, { authority, deps }: Keyward, authenticate: Authenticate): void => {
    const print = (session: Session, currentId: string | null) =>
      printSession(session, currentId, deps.sessionLifetime)

    serve(app, contract.signIn, authenticate, async ({ body, request, reply }) => {
      const { email, password, organization_id: organizationId = null, transport = "cookie" } = body
      // Otherwise a page of another site could sign its visitors in to an account of its own choosing.
      if (transport === "cookie") origin.refuseForeign(request)
      const { session, token } = await authority.signIn({
        organizationId,
        email,
        password,
        visit: visitOf(request),
      })
      reply.header("cache-control", "no-store")
      if (transport === "cookie") cookie.set(reply, token)
      return { session: print(session, session.id), token: transport === "bearer" ? token : null }
    })

    serve(app, contract.listSessions, authenticate, async ({ caller, query, reply }) => {
      const { user_id: userId = null } = query
      const page = await authority.sessions(caller, userId, pageOf(query, "sessions", isTimePosition))
      reply.header("cache-control", "no-store")
      const currentId = caller.actor.credential?.id ?? null
      return printPage(page, "sessions", (session) => print(session, currentId))
    })

    serve(app, contract.readCurrentSession, authenticate, async ({ caller, reply }) => {
      const session = await authority.currentSession(caller)
      reply.header("cache-control", "no-store")
      return print(session, session.id)
    })

    serve(app, contract.signOut, authenticate, async ({ caller, reply }) => {
      await authority.signOut(caller)
      cookie.clear(reply)
      return undefined
    })

    serve(app, contract.endSession, authenticate, async ({ caller, params }) => {
      await authority.endSession(caller, params.session_id)
      return undefined
    })

    serve(app, contract.endSessions, authenticate, async ({ caller, query }) => {
      await authority.endSessions(caller, query.user_id ?? null)
      return undefined
    })

    serve(app, contract.changePassword, authenticate, async ({ caller, body }) => {
      await authority.changePassword(caller, body.current_password, body.new_password)
      return undefined
    })
  }
}

function printSession(
  session: Session,
  currentId: string | null,
  { idleMs }: SessionLifetime,
): contract.Session {
  return {
    id: session.id,
    user_id: session.userId,
    organization_id: session.organizationId,
    current: session.id === currentId,
    address: session.address,
    user_agent: session.userAgent,
    created_at: printTimestamp(session.createdAt),
    last_seen_at: printTimestamp(session.lastSeenAt),
    idle_expires_at: printTimestamp(later(session.lastSeenAt, idleMs)),
    expires_at: printTimestamp(session.expiresAt),
  }
}
