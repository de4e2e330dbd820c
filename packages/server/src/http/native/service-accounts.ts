import * as contract from "@keyward/contract"
import type { ServiceAccount } from "@keyward/core"
import type { FastifyInstance, FastifyReply } from "fastify"
import type { Keyward } from "../../keyward.ts"
import type { Authenticate } from "../authentication.ts"
import { serve } from "../serve.ts"
import { listPrincipals, type PrincipalList } from "./list-principals.ts"
import { printServiceAccount } from "./print-principal.ts"
import { orEmpty } from "./read.ts"
import { printRemovalPreview } from "./removal-preview.ts"
import { expectedRevision, sendRevision } from "./revision.ts"

export function serveServiceAccounts(
  app: FastifyInstance,
  keyward: Keyward,
  authenticate: Authenticate,
): void {
  const { authority } = keyward
  const { clock } = keyward.deps
  const kind = "service_account"

  serve(app, contract.createServiceAccount, authenticate, async ({ caller, body, reply }) => {
    const account = await authority.createServiceAccount(caller, {
      displayName: body.display_name,
      description: body.description,
      roles: body.roles,
    })
    reply.header("location", `/v1/service-accounts/${account.id}`)
    return sendServiceAccount(reply, account)
  })

  serve(app, contract.listServiceAccounts, authenticate, ({ caller, query }) => {
    const { role, suspended } = query
    return listPrincipals(authority, caller, serviceAccounts, { kind, role, suspended }, query)
  })

  serve(app, contract.readServiceAccount, authenticate, async ({ caller, params, reply }) =>
    sendServiceAccount(reply, await authority.serviceAccount(caller, params.service_account_id)),
  )

  serve(
    app,
    contract.updateServiceAccount,
    authenticate,
    async ({ caller, params, body, request, reply }) => {
      const patch = {
        displayName: body.display_name,
        description: orEmpty(body.description, ""),
        roles: orEmpty(body.roles, []),
      }
      const revision = expectedRevision(request)
      return sendServiceAccount(
        reply,
        await authority.updateServiceAccount(caller, params.service_account_id, patch, revision),
      )
    },
  )

  serve(app, contract.suspendServiceAccount, authenticate, async ({ caller, params, reply }) =>
    sendServiceAccount(reply, await authority.suspend(caller, kind, params.service_account_id)),
  )

  serve(app, contract.resumeServiceAccount, authenticate, async ({ caller, params, reply }) =>
    sendServiceAccount(reply, await authority.resume(caller, kind, params.service_account_id)),
  )

  serve(app, contract.previewServiceAccountRemoval, authenticate, async ({ caller, params, body }) => {
    const preview = await authority.previewRemoval(caller, kind, params.service_account_id, body.policy)
    return printRemovalPreview(preview, clock.now())
  })

  serve(app, contract.removeServiceAccount, authenticate, async ({ caller, params, body }) => {
    await authority.remove(caller, kind, params.service_account_id, body.policy)
    return undefined
  })
}

const serviceAccounts: PrincipalList<ServiceAccount, contract.ServiceAccount> = {
  name: "service accounts",
  has: (principal) => principal.kind === "service_account",
  print: printServiceAccount,
}

function sendServiceAccount(reply: FastifyReply, account: ServiceAccount): contract.ServiceAccount {
  sendRevision(reply, account)
  return printServiceAccount(account)
}
