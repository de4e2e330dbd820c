import * as contract from "@keyward/contract"
import {
  isFailure,
  type OpenedSession,
  openSession,
  systemCaller,
  type User,
  type Visit,
} from "@keyward/core"
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify"
import type { Keyward } from "../../keyward.ts"
import { externalId } from "../../openid/identity.ts"
import type { OpenId } from "../../openid/openid.ts"
import { TokenRefused } from "../../openid/refusal.ts"
import { signInMs, urlOnServer } from "../../openid/sign-in.ts"
import { signInUser } from "../../openid/sign-in-user.ts"
import { visitOf } from "../../visit.ts"
import type { Authenticate } from "../authentication.ts"
import { sessionCookie } from "../cookie.ts"
import { proved } from "../openid-authentication.ts"
import { HttpProblem } from "../problem.ts"
import { serve } from "../serve.ts"
import { invalid } from "../validation.ts"
import { pendingCookie, pendingSignIn } from "./openid-cookie.ts"

/** The pages of the sign-in in the browser: to the provider, and back with a session. */
export function serveOpenIdSignIn(openId: OpenId | null) {
  return (app: FastifyInstance, keyward: Keyward, authenticate: Authenticate): void => {
    const { authority, deps, guesses } = keyward

    serve(app, contract.beginOpenIdSignIn, authenticate, async ({ query, request, reply }) => {
      const signIn = configured(openId)
      const returnTo = urlOnServer(query.return_to ?? "/", signIn.publicUrl)
      if (returnTo === null) {
        const fix = "Name a path on this server, such as /keys."
        throw invalid([{ member: "query.return_to", message: "This leads to another server.", fix }])
      }
      const { location, sealed } = await proved(
        () => signIn.begin(returnTo),
        request,
        guesses,
        deps.clock,
        refuseSignIn,
      )
      reply.header("set-cookie", pendingCookie(signIn.publicUrl, sealed, signInMs / 1000))
      return redirect(reply, location)
    })

    serve(app, contract.finishOpenIdSignIn, authenticate, async ({ request, reply }) => {
      const signIn = configured(openId)
      const sealed = pendingSignIn(request, signIn.publicUrl)
      // Whatever comes of it, this sign-in is over: the browser cannot bring the same answer again.
      reply.header("set-cookie", pendingCookie(signIn.publicUrl, "", 0))
      const visit = visitOf(request)
      const { opened, returnTo } = await proved(
        async () => {
          const { identity, returnTo } = await signIn.finish(sealed, searchOf(request))
          const user = await signInUser(deps, authority, signIn, identity, (organizationId) => {
            const system = systemCaller(organizationId)
            const credential = { kind: "token", id: externalId(identity) } as const
            const { address, userAgent, requestId } = visit
            return { ...system, actor: { ...system.actor, credential, address, userAgent }, requestId }
          })
          return { opened: await sessionFor(user, visit, externalId(identity)), returnTo }
        },
        request,
        guesses,
        deps.clock,
        refuseSignIn,
      )
      sessionCookie(signIn.publicUrl).set(reply, opened.token)
      return redirect(reply, returnTo)
    })

    async function sessionFor(user: User, visit: Visit, id: string): Promise<OpenedSession> {
      try {
        return await openSession(deps, user, visit, { by: "openid", identity: id })
      } catch (cause) {
        if (!isFailure(cause, "not_found")) throw cause
        throw new TokenRefused("The user was suspended or removed meanwhile.", { cause })
      }
    }
  }
}

function configured(openId: OpenId | null): NonNullable<OpenId["signIn"]> {
  if (openId?.signIn) return openId.signIn
  throw new HttpProblem("route_not_found", {
    detail: "Sign-in with an OpenID provider is not configured.",
    fix: "Set KEYWARD_OPENID_ISSUER and KEYWARD_OPENID_CLIENT_ID; see docs/openid.md.",
  })
}

function refuseSignIn(): never {
  throw new HttpProblem("sign_in_refused", {
    // Why would tell strangers who has an account here; the log says it at level debug.
    detail: "The sign-in with the OpenID provider was not accepted.",
    fix: "Begin again at /v1/openid/sign-in; ask your administrator whether you have an account here.",
    headers: { "www-authenticate": "Bearer" },
  })
}

function redirect(reply: FastifyReply, location: string): undefined {
  reply.header("location", location).header("cache-control", "no-store")
}

/** The query of the request as it was sent. */
function searchOf({ url }: FastifyRequest): string {
  const at = url.indexOf("?")
  return at < 0 ? "" : url.slice(at)
}
