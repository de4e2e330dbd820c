import * as contract from "@keyward/contract"
import type { User } from "@keyward/core"
import type { FastifyInstance, FastifyReply } from "fastify"
import type { Keyward } from "../../keyward.ts"
import type { Authenticate } from "../authentication.ts"
import { serve } from "../serve.ts"
import { listPrincipals, type PrincipalList } from "./list-principals.ts"
import { printUser } from "./print-principal.ts"
import { orEmpty } from "./read.ts"
import { printRemovalPreview } from "./removal-preview.ts"
import { expectedRevision, sendRevision } from "./revision.ts"

export function serveUsers(app: FastifyInstance, keyward: Keyward, authenticate: Authenticate): void {
  const { authority } = keyward
  const { clock } = keyward.deps

  serve(app, contract.createUser, authenticate, async ({ caller, body, reply }) => {
    const user = await authority.createUser(caller, {
      email: body.email,
      displayName: body.display_name,
      userName: body.user_name,
      firstName: body.first_name,
      lastName: body.last_name,
      roles: body.roles,
    })
    reply.header("location", `/v1/users/${user.id}`)
    return sendUser(reply, user)
  })

  serve(app, contract.listUsers, authenticate, ({ caller, query }) => {
    const filter = {
      kind: "user",
      role: query.role,
      suspended: query.suspended,
      emailPrefix: query.email_prefix?.toLowerCase(),
    } as const
    return listPrincipals(authority, caller, users, filter, query)
  })

  serve(app, contract.readUser, authenticate, async ({ caller, params, reply }) =>
    sendUser(reply, await authority.user(caller, params.user_id)),
  )

  serve(app, contract.updateUser, authenticate, async ({ caller, params, body, request, reply }) => {
    const patch = {
      email: body.email,
      displayName: body.display_name,
      userName: body.user_name,
      firstName: body.first_name,
      lastName: body.last_name,
      roles: orEmpty(body.roles, []),
    }
    const revision = expectedRevision(request)
    return sendUser(reply, await authority.updateUser(caller, params.user_id, patch, revision))
  })

  serve(app, contract.suspendUser, authenticate, async ({ caller, params, reply }) =>
    sendUser(reply, await authority.suspend(caller, "user", params.user_id)),
  )

  serve(app, contract.resumeUser, authenticate, async ({ caller, params, reply }) =>
    sendUser(reply, await authority.resume(caller, "user", params.user_id)),
  )

  serve(app, contract.previewUserRemoval, authenticate, async ({ caller, params, body }) => {
    const preview = await authority.previewRemoval(caller, "user", params.user_id, body.policy)
    return printRemovalPreview(preview, clock.now())
  })

  serve(app, contract.removeUser, authenticate, async ({ caller, params, body }) => {
    await authority.remove(caller, "user", params.user_id, body.policy)
    return undefined
  })
}

const users: PrincipalList<User, contract.User> = {
  name: "users",
  has: (principal) => principal.kind === "user",
  print: printUser,
}

function sendUser(reply: FastifyReply, user: User): contract.User {
  sendRevision(reply, user)
  return printUser(user)
}
