import * as contract from "@keyward/contract"
import type { Principal } from "@keyward/core"
import type { FastifyInstance, FastifyReply } from "fastify"
import type { Keyward } from "../../keyward.ts"
import type { Authenticate } from "../authentication.ts"
import { serve } from "../serve.ts"
import { listPrincipals, type PrincipalList } from "./list-principals.ts"
import { printMember } from "./print-principal.ts"
import { orEmpty } from "./read.ts"
import { expectedRevision, sendRevision } from "./revision.ts"

export function serveMembers(app: FastifyInstance, { authority }: Keyward, authenticate: Authenticate): void {
  serve(app, contract.listMembers, authenticate, ({ caller, query }) => {
    const { kind, role } = query
    return listPrincipals(authority, caller, members, { kind, role }, query)
  })

  serve(app, contract.readMember, authenticate, async ({ caller, params, reply }) =>
    sendMember(reply, await authority.member(caller, params.member_id)),
  )

  serve(app, contract.updateMember, authenticate, async ({ caller, params, body, request, reply }) => {
    const roles = orEmpty(body.roles, [])
    const revision = expectedRevision(request)
    return sendMember(reply, await authority.updateMember(caller, params.member_id, roles, revision))
  })
}

const members: PrincipalList<Principal, contract.Member> = {
  name: "members",
  has: (principal): principal is Principal => true,
  print: printMember,
}

function sendMember(reply: FastifyReply, principal: Principal): contract.Member {
  sendRevision(reply, principal)
  return printMember(principal)
}
