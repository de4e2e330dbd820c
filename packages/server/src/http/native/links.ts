import * as contract from "@keyward/contract"
import { isFailure, type OfferedLink, printTimestamp } from "@keyward/core"
import type { FastifyInstance, FastifyReply } from "fastify"
import type { Keyward } from "../../keyward.ts"
import { visitOf } from "../../visit.ts"
import type { Authenticate } from "../authentication.ts"
import { HttpProblem, tryAgainIn } from "../problem.ts"
import { serve } from "../serve.ts"

/** The links with which users set their passwords. */
export function serveLinks(app: FastifyInstance, keyward: Keyward, authenticate: Authenticate): void {
  const { authority, guesses, deps } = keyward

  serve(app, contract.inviteUser, authenticate, async ({ caller, params, reply }) =>
    sendLink(reply, await authority.offerLink(caller, params.user_id, "invitation")),
  )

  serve(app, contract.offerPasswordReset, authenticate, async ({ caller, params, reply }) =>
    sendLink(reply, await authority.offerLink(caller, params.user_id, "reset")),
  )

  serve(app, contract.acceptLink, authenticate, async ({ body, request }) => {
    const wait = guesses.waitOf(request.ip, deps.clock.now())
    if (wait > 0) throw new HttpProblem("too_many_attempts", tryAgainIn(wait))
    try {
      await authority.acceptLink(body.token, body.password, visitOf(request))
    } catch (error) {
      if (isFailure(error, "not_found")) guesses.failed(request.ip, deps.clock.now())
      throw error
    }
    return undefined
  })
}

/** The page that takes a link's token out of its fragment. */
const linkPage = "/set-password"

function sendLink(reply: FastifyReply, { link, token }: OfferedLink): contract.OfferedLink {
  reply.header("cache-control", "no-store")
  return { url_path: `${linkPage}#${token}`, token, expires_at: printTimestamp(link.expiresAt) }
}
