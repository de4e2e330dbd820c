import * as contract from "@keyward/contract"
import type { FastifyInstance } from "fastify"
import type { Keyward } from "../../keyward.ts"
import type { Authenticate } from "../authentication.ts"
import { serve } from "../serve.ts"
import { printOrganization } from "./print.ts"
import { expectedRevision, sendRevision } from "./revision.ts"

export function serveOrganizations(
  app: FastifyInstance,
  { authority }: Keyward,
  authenticate: Authenticate,
): void {
  serve(app, contract.listOrganizations, authenticate, async ({ caller }) => {
    const organization = await authority.organization(caller, caller.organizationId)
    return { items: [printOrganization(organization)], next_cursor: null }
  })

  serve(app, contract.readOrganization, authenticate, async ({ caller, params, reply }) => {
    const organization = await authority.organization(caller, params.organization_id)
    sendRevision(reply, organization)
    return printOrganization(organization)
  })

  serve(app, contract.updateOrganization, authenticate, async ({ caller, params, body, request, reply }) => {
    const organization = await authority.updateOrganization(
      caller,
      params.organization_id,
      { name: body.name },
      expectedRevision(request),
    )
    sendRevision(reply, organization)
    return printOrganization(organization)
  })
}
