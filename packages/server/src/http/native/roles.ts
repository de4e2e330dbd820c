import * as contract from "@keyward/contract"
import type { FastifyInstance } from "fastify"
import type { Keyward } from "../../keyward.ts"
import type { Authenticate } from "../authentication.ts"
import { serve } from "../serve.ts"
import { printRole } from "./print-principal.ts"
import { orEmpty } from "./read.ts"

export function serveRoles(app: FastifyInstance, { authority }: Keyward, authenticate: Authenticate): void {
  serve(app, contract.createRole, authenticate, async ({ caller, body, reply }) => {
    const { name, description = "", permissions } = body
    const role = await authority.createRole(caller, { name, description, permissions })
    reply.header("location", `/v1/roles/${role.name}`)
    return printRole(role)
  })

  serve(app, contract.listRoles, authenticate, async ({ caller }) => {
    const roles = await authority.roles(caller)
    return { items: roles.map(printRole), next_cursor: null }
  })

  serve(app, contract.readRole, authenticate, async ({ caller, params }) =>
    printRole(await authority.role(caller, params.role_name)),
  )

  serve(app, contract.updateRole, authenticate, async ({ caller, params, body }) => {
    const patch = {
      description: orEmpty(body.description, ""),
      permissions: orEmpty(body.permissions, []),
    }
    return printRole(await authority.updateRole(caller, params.role_name, patch))
  })

  serve(app, contract.deleteRole, authenticate, async ({ caller, params }) => {
    await authority.deleteRole(caller, params.role_name)
    return undefined
  })
}
